//! A whole database copied into another, of the same kind or not: how a node on a database server is backed up into a
//! folder like any other, how it is restored there, and how a node moves from one kind of database to the other.

use futures_util::TryStreamExt as _;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Executor as _, Row as _};
use tongban_core::dossier::Hash;

use super::{Blobs, FILE, Result, Store, StoreError, damaged, sql};

/// Every table that is a node's own, with its columns: `#` before a number, `$` before a text, nothing before bytes.
/// Whose turn it is, and which process does what, is nothing to copy.
const TABLES: [(&str, &str); 41] = [
    ("signed_group", "root $node key_hash #trust #at #size signature parts"),
    ("entry", "dossier hash bytes root #leaf #settled"),
    ("stamp", "dossier #term #seq hash prev entry $node #at root #leaf"),
    ("evidence", "dossier hash #term #seq prev entry $node #at root #leaf $code $peer #seen"),
    ("stream", "$peer #position dossier #term #seq entry hash"),
    ("stream_end", "$peer #position hash"),
    ("stream_cursor", "$peer $epoch #position hash"),
    ("blob", "hash salt bytes #size $media #file"),
    ("document", "$kind $node #version $text"),
    ("dossier", "id $kind #term #len head $holder $participants #counted"),
    (
        "case_view",
        "dossier $number $item $item_name $item_name_en $phase $party $step #due #provisional $receiving_org \
         $receiving_name $receiving_name_en $handling_org $handling_name $handling_name_en $handling_node $channel \
         $responsible #begun #changed applicant #refused #guest #keep_until #shown part_of #mended",
    ),
    ("ties", "dossier #turn head $text"),
    ("extent", "#one #dossiers #stamps"),
    ("pending", "entry dossier"),
    ("blob_ref", "hash dossier"),
    ("node_state", "$name $value"),
    ("serial", "$name #last"),
    ("account", "#id $login $password $role $name $name_en $org $staff $id_number $phone $contact #disabled"),
    ("identity", "$issuer $subject $whom #account"),
    ("pending_sign_in", "state_hash $provider $nonce $verifier $back #until"),
    ("session", "token_hash #account dossier $csrf #begun #seen #api $provider"),
    ("kept_form", "#account $path $fields #at"),
    ("catalogue_upload", "#account $name bytes #whole #at"),
    ("owner", "#account dossier #at"),
    ("to_tell", "entry dossier"),
    ("notice", "entry $about $way dossier #account #at #due #after #tries #done $trouble"),
    (
        "reach",
        "#account $lang $mail #checked $phone #by_mail #by_sms #quiet_from #quiet_until #away_from #away_until #stand_in \
         #told",
    ),
    ("no_message", "dossier"),
    ("desk_lead", "#account"),
    ("shift_note", "$org #at #account $text"),
    ("once", "#account $key $what dossier #at"),
    ("second_factor", "#account secret #last"),
    ("invite", "token_hash code_hash $org $name $staff #until"),
    ("business", "$org $number dossier"),
    ("task_given", "$org dossier #records"),
    ("cannot", "$number $once #at $org $receipt $wish $barrier $name $phone #due $answers $again #again_at #closed"),
    ("demand", "#day $text $here #count"),
    ("same_person", "person dossier"),
    ("looked_there", "dossier $node #at $list"),
    ("access", "dossier #at #account $org $staff $what"),
    ("blob_wanted", "hash dossier"),
];

/// Rows that are held in memory at once, and after how many bytes that is enough of them.
const ROWS: usize = 256;
const BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone)]
enum Value {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl Value {
    fn bytes(&self) -> usize {
        match self {
            Value::Bytes(Some(bytes)) => bytes.len(),
            _ => 0,
        }
    }
}

fn columns(of: &str) -> Vec<(&str, char)> {
    let column = |name: &'_ str| name.chars().next().filter(|mark| "#$".contains(*mark));
    of.split_whitespace().map(|name| (name.trim_start_matches(['#', '$']), column(name).unwrap_or(' '))).collect()
}

fn values(row: &AnyRow, columns: &[(&str, char)]) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(columns.len());
    for (at, (_, mark)) in columns.iter().enumerate() {
        values.push(match mark {
            '#' => Value::Number(row.try_get(at)?),
            '$' => Value::Text(row.try_get(at)?),
            _ => Value::Bytes(row.try_get(at)?),
        });
    }
    Ok(values)
}

impl Store {
    /// Writes a consistent copy of everything but the blob folder into a folder, as a SQLite file, while the store is being
    /// written to.
    pub async fn copy_to(&self, folder: &std::path::Path) -> Result<()> {
        if !self.is_shared {
            let path = folder.join(FILE).display().to_string();
            sqlx::query("VACUUM INTO $1").bind(path).execute(&self.writing).await?;
            return Ok(());
        }
        let copy = Store::create(folder, None).await?;
        copy.copy_from(self).await?;
        copy.close().await;
        Ok(())
    }

    /// Fills this store, which must be new, with all that another one holds.
    pub async fn copy_from(&self, other: &Store) -> Result<()> {
        let mut from = other.pool.begin().await?;
        if other.is_shared {
            from.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await?;
        }
        let mut to = self.writing.begin().await?;
        for (table, of) in TABLES {
            let used = format!("SELECT 1 FROM {table} LIMIT 1");
            if to.fetch_optional(AssertSqlSafe(used)).await?.is_some() {
                return Err(StoreError::NotEmpty);
            }
            let columns = columns(of);
            let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            let mut rows = Vec::with_capacity(ROWS);
            let text = format!("SELECT {names} FROM {table}");
            let mut all = sqlx::query(AssertSqlSafe(text)).fetch(&mut *from);
            let mut bytes = 0;
            while let Some(row) = all.try_next().await? {
                let mut row = values(&row, &columns)?;
                if table == "blob" && self.is_shared {
                    other.blobs.take_in(&mut row)?;
                }
                bytes += row.iter().map(Value::bytes).sum::<usize>();
                rows.push(row);
                if rows.len() == ROWS || bytes > BYTES {
                    insert(&mut to, table, &names, columns.len(), &rows).await?;
                    rows.clear();
                    bytes = 0;
                }
            }
            insert(&mut to, table, &names, columns.len(), &rows).await?;
        }
        to.commit().await?;
        Ok(())
    }
}

async fn insert(to: &mut AnyConnection, table: &str, names: &str, width: usize, rows: &[Vec<Value>]) -> Result<()> {
    sql::insert(to, &format!("{table} ({names})"), width, "", rows, |query, row| {
        row.iter().fold(query, |query, value| match value.clone() {
            Value::Number(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
        })
    })
    .await?;
    Ok(())
}

impl Blobs {
    /// Turns the row of a blob that is in the folder into one with its bytes.
    fn take_in(&self, row: &mut [Value]) -> Result<()> {
        if let [Value::Bytes(Some(hash)), _, bytes, _, _, file @ Value::Number(Some(1))] = row {
            *bytes = Value::Bytes(Some(self.read(&Hash::from_tagged(hash).map_err(damaged)?)?));
            *file = Value::Number(Some(0));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_column_of_every_table_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path(), None).await.unwrap();
        let own = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                   AND name NOT IN ('_sqlx_migrations', 'turn', 'lease') ORDER BY name";
        let tables = sqlx::query(own).fetch_all(&store.pool).await.unwrap();
        let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
        let mut copied: Vec<&str> = TABLES.iter().map(|(table, _)| *table).collect();
        copied.sort_unstable();
        assert_eq!(tables, copied);
        for (table, of) in TABLES {
            let text = format!("SELECT name, type FROM pragma_table_info('{table}')");
            let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(&store.pool).await.unwrap();
            let mark = |kind: String| match kind.as_str() {
                "BIGINT" => '#',
                "TEXT" => '$',
                _ => ' ',
            };
            let there: Vec<(String, char)> = rows.iter().map(|row| (row.get(0), mark(row.get(1)))).collect();
            let here: Vec<(String, char)> =
                columns(of).into_iter().map(|(name, mark)| (name.to_owned(), mark)).collect();
            assert_eq!(there, here, "{table}");
        }
    }
}
