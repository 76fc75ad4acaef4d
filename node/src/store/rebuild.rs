//! Views written, and rebuilt from the log. A rebuild that differs is a bug.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, Row as _};
use tongban_core::case::Act;
use tongban_core::dossier::{DossierId, Hash};
use tongban_core::exchange::Held;
use tongban_core::network::tie;
use tongban_core::time::Calendar;

use super::read::{CASE_COLUMNS, CaseRow, case_row};
use super::{Result, Store, blob, damaged, sql, ties};

pub(super) async fn write_dossiers(connection: &mut AnyConnection, dossiers: &[&Held]) -> Result<()> {
    let into = "dossier (id, kind, term, len, head, holder, participants)";
    let tail = "ON CONFLICT (id) DO UPDATE SET term = excluded.term, len = excluded.len, head = excluded.head, \
                holder = excluded.holder, participants = excluded.participants, counted = 0";
    sql::insert(connection, into, 7, tail, dossiers, |query, dossier| {
        let row = DossierRow::of(dossier);
        query
            .bind(row.id.bytes().to_vec())
            .bind(row.kind)
            .bind(row.term)
            .bind(row.len)
            .bind(row.head.tagged().to_vec())
            .bind(row.holder)
            .bind(row.participants)
    })
    .await?;
    Ok(())
}

pub(super) async fn write_cases(connection: &mut AnyConnection, cases: &[CaseRow]) -> Result<()> {
    let into = format!("case_view ({CASE_COLUMNS})");
    // Who decides changes when a case is passed on.
    let changing = [
        "number",
        "phase",
        "party",
        "step",
        "due",
        "provisional",
        "handling_org",
        "handling_name",
        "handling_name_en",
        "handling_node",
        "responsible",
        "changed",
        "applicant",
        "refused",
        "guest",
        "keep_until",
        "shown",
        "mended",
    ];
    let sets: Vec<String> = changing.iter().map(|column| format!("{column} = excluded.{column}")).collect();
    let tail = format!("ON CONFLICT (dossier) DO UPDATE SET {}", sets.join(", "));
    sql::insert(connection, &into, 28, &tail, cases, |query, row| {
        query
            .bind(row.dossier.bytes().to_vec())
            .bind(row.number.clone())
            .bind(row.item.clone())
            .bind(row.item_name.clone())
            .bind(row.item_name_en.clone())
            .bind(row.phase.clone())
            .bind(row.party.clone())
            .bind(row.step.clone())
            .bind(row.due)
            .bind(i64::from(row.provisional))
            .bind(row.receiving_org.clone())
            .bind(row.receiving_name.clone())
            .bind(row.receiving_name_en.clone())
            .bind(row.handling_org.clone())
            .bind(row.handling_name.clone())
            .bind(row.handling_name_en.clone())
            .bind(row.handling_node.clone())
            .bind(row.channel.clone())
            .bind(row.responsible.clone())
            .bind(row.begun)
            .bind(row.changed)
            .bind(row.applicant.tagged().to_vec())
            .bind(i64::from(row.refused))
            .bind(i64::from(row.guest))
            .bind(row.keep_until)
            .bind(i64::from(row.shown))
            .bind(row.part_of.map(|whole| whole.bytes().to_vec()))
            .bind(row.mended)
    })
    .await?;
    Ok(())
}

/// The kernel's view of a dossier, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DossierRow {
    id: DossierId,
    kind: String,
    term: i64,
    len: i64,
    head: Hash,
    holder: String,
    participants: String,
}

impl DossierRow {
    fn of(dossier: &Held) -> DossierRow {
        let chain = &dossier.chain;
        let participants: Vec<&str> = chain.participants().iter().map(|node| node.as_str()).collect();
        DossierRow {
            id: chain.dossier(),
            kind: chain.kind().to_owned(),
            term: i64::from(chain.term()),
            len: i64::from(chain.len()),
            head: *chain.head(),
            holder: chain.holder().to_string(),
            participants: participants.join(" "),
        }
    }
}

/// A view that is not what follows from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which view.
    pub view: &'static str,
    /// Which dossier; none of a view of all of them.
    pub dossier: Option<DossierId>,
    /// What stands there.
    pub stored: String,
    /// What should.
    pub derived: String,
}

/// Derives every view from the log anew and compares; with `mend`, writes what differs. `progress` is told the number of
/// dossiers done and in all. Work is bounded: one dossier is held at a time.
pub async fn rebuild(
    store: &Store,
    calendar: &Calendar,
    mend: bool,
    mut progress: impl FnMut(u64, u64),
) -> Result<Vec<Difference>> {
    // The log names the dossiers, not the view that is to be checked.
    let ids = sqlx::query(
        "SELECT DISTINCT dossier FROM stamp UNION SELECT id FROM dossier UNION SELECT dossier FROM case_view \
         UNION SELECT dossier FROM pending UNION SELECT dossier FROM blob_ref UNION SELECT dossier FROM blob_wanted \
         UNION SELECT dossier FROM ties",
    )
    .fetch_all(&store.pool)
    .await?;
    let total = ids.len() as u64;
    let mut differences = Vec::new();
    for (done, row) in ids.iter().enumerate() {
        let id = DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
        let found = check(store, id, calendar, mend).await?;
        differences.extend(found);
        progress(done as u64 + 1, total);
    }
    differences.extend(check_extent(store, mend).await?);
    Ok(differences)
}

/// How many dossiers and stamps there are, counted.
async fn check_extent(store: &Store, mend: bool) -> Result<Option<Difference>> {
    let text = "SELECT COALESCE((SELECT dossiers FROM extent), 0), COALESCE((SELECT stamps FROM extent), 0), \
                (SELECT COUNT(*) FROM stamp WHERE seq = 0), (SELECT COUNT(*) FROM stamp)";
    let row = sqlx::query(text).fetch_one(&store.pool).await?;
    let [stored, derived] = [(row.try_get(0)?, row.try_get(1)?), (row.try_get(2)?, row.try_get::<i64, _>(3)?)];
    let told = |(dossiers, stamps): (i64, i64)| format!("{dossiers} dossiers, {stamps} stamps");
    if stored == derived {
        return Ok(None);
    }
    if mend {
        let mut transaction = store.writing.begin().await?;
        sqlx::query("DELETE FROM extent").execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO extent (one, dossiers, stamps) VALUES (1, $1, $2)")
            .bind(derived.0)
            .bind(derived.1)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(Some(Difference { view: "extent", dossier: None, stored: told(stored), derived: told(derived) }))
}

/// All views of one dossier, as text that can be compared and shown.
#[derive(Default)]
struct Views(BTreeMap<&'static str, String>);

async fn check(store: &Store, id: DossierId, calendar: &Calendar, mend: bool) -> Result<Vec<Difference>> {
    let rows = store.stamps(id).await?;
    let dossier = Held::fold(&rows, calendar).map_err(damaged)?;
    let case = dossier.as_ref().and_then(|dossier| CaseRow::of(dossier, calendar));

    // Every entry that is held and neither stamped nor refused is pending.
    let entries = sqlx::query("SELECT hash, bytes FROM entry WHERE dossier = $1 ORDER BY hash")
        .bind(id.bytes().to_vec())
        .fetch_all(&store.pool)
        .await?;
    let mut pending = Vec::new();
    let mut blobs = Vec::new();
    for row in &entries {
        let hash = Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
        let written = tongban_core::dossier::Written::read(row.try_get::<Vec<u8>, _>(1)?, hash).map_err(damaged)?;
        let answered = dossier.as_ref().is_some_and(|dossier| dossier.chain.is_answered(&hash));
        // A dossier that is not here yet has nothing pending: only evidence of it is known.
        if !answered && written.entry().is_content() && dossier.is_some() {
            pending.push(hash);
        }
        let act = if written.entry().kind == tongban_core::case::KIND { Act::of(&written) } else { None };
        blobs.extend(act.iter().flat_map(Act::blobs).map(|reference| reference.hash));
    }
    blobs.sort_unstable();
    blobs.dedup();

    let mut derived = Views::default();
    derived.0.insert("dossier", format!("{:?}", dossier.as_ref().map(DossierRow::of)));
    derived.0.insert("case_view", format!("{case:?}"));
    derived.0.insert("pending", format!("{pending:?}"));
    derived.0.insert("blob_ref", format!("{blobs:?}"));
    let known = blob::known(&mut *store.pool.acquire().await?, &blobs).await?;
    let wanted: Vec<Hash> = blobs.iter().filter(|hash| !known.contains(hash)).copied().collect();
    derived.0.insert("blob_wanted", format!("{wanted:?}"));
    let stored = stored_views(store, id).await?;
    // Ties that are still to be made differ from nothing.
    if stored.0.contains_key("ties") {
        let ties = dossier.as_ref().map(|held| {
            ties::view(
                held.chain.head(),
                &ties::pack(&tie::of_log(rows.iter().map(|row| (&row.stamp, &row.written)), calendar)),
            )
        });
        derived.0.insert("ties", ties.unwrap_or_default());
    }

    let differences: Vec<Difference> = derived
        .0
        .iter()
        .filter(|(view, text)| stored.0.get(*view) != Some(*text))
        .map(|(view, text)| Difference {
            view,
            dossier: Some(id),
            stored: stored.0.get(view).cloned().unwrap_or_default(),
            derived: text.clone(),
        })
        .collect();
    if mend && !differences.is_empty() {
        let mut transaction = store.writing.begin().await?;
        for text in [
            "DELETE FROM dossier WHERE id = $1",
            "DELETE FROM case_view WHERE dossier = $1",
            "DELETE FROM pending WHERE dossier = $1",
            "DELETE FROM blob_ref WHERE dossier = $1",
            "DELETE FROM blob_wanted WHERE dossier = $1",
            "DELETE FROM ties WHERE dossier = $1",
        ] {
            sqlx::query(text).bind(id.bytes().to_vec()).execute(&mut *transaction).await?;
        }
        write_dossiers(&mut transaction, &dossier.iter().collect::<Vec<_>>()).await?;
        write_cases(&mut transaction, case.as_slice()).await?;
        sql::insert(&mut transaction, "pending (entry, dossier)", 2, "", &pending, |query, entry| {
            query.bind(entry.tagged().to_vec()).bind(id.bytes().to_vec())
        })
        .await?;
        for (into, hashes) in [("blob_ref (hash, dossier)", &blobs), ("blob_wanted (hash, dossier)", &wanted)] {
            sql::insert(&mut transaction, into, 2, "", hashes, |query, hash| {
                query.bind(hash.tagged().to_vec()).bind(id.bytes().to_vec())
            })
            .await?;
        }
        transaction.commit().await?;
    }
    Ok(differences)
}

async fn stored_views(store: &Store, id: DossierId) -> Result<Views> {
    let mut views = Views::default();
    let row = sqlx::query("SELECT kind, term, len, head, holder, participants FROM dossier WHERE id = $1")
        .bind(id.bytes().to_vec())
        .fetch_optional(&store.pool)
        .await?;
    let dossier = row
        .map(|row| {
            Ok::<_, super::StoreError>(DossierRow {
                id,
                kind: row.try_get(0)?,
                term: row.try_get(1)?,
                len: row.try_get(2)?,
                head: Hash::from_tagged(&row.try_get::<Vec<u8>, _>(3)?).map_err(damaged)?,
                holder: row.try_get(4)?,
                participants: row.try_get(5)?,
            })
        })
        .transpose()?;
    views.0.insert("dossier", format!("{dossier:?}"));
    let text = format!("SELECT {CASE_COLUMNS} FROM case_view WHERE dossier = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.bytes().to_vec()).fetch_optional(&store.pool).await?;
    let case = row.as_ref().map(case_row).transpose()?;
    views.0.insert("case_view", format!("{case:?}"));
    if let Some(ties) = ties::stored(store, id).await? {
        views.0.insert("ties", ties);
    }
    for (view, text) in [
        ("pending", "SELECT entry FROM pending WHERE dossier = $1 ORDER BY entry"),
        ("blob_ref", "SELECT hash FROM blob_ref WHERE dossier = $1 ORDER BY hash"),
        ("blob_wanted", "SELECT hash FROM blob_wanted WHERE dossier = $1 ORDER BY hash"),
    ] {
        let rows = sqlx::query(text).bind(id.bytes().to_vec()).fetch_all(&store.pool).await?;
        let mut hashes: Vec<Hash> = rows
            .iter()
            .map(|row| Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged))
            .collect::<Result<_>>()?;
        hashes.sort_unstable();
        views.0.insert(view, format!("{hashes:?}"));
    }
    Ok(views)
}
