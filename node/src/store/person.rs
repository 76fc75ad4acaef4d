//! Whose cases are the same person's: found by a keyed hash of the identity number, which only this node can make.

use serde::Deserialize;
use sqlx::{AnyConnection, Row as _};
use tongban_core::dossier::suite::unhex;
use tongban_core::dossier::{DossierId, Suite};

use super::blob::NewBlob;
use super::read::{CASE_COLUMNS, CaseRow, case_row};
use super::{Result, Store, sql};

/// Of the particulars no more than this is read for it.
#[derive(Deserialize)]
struct Numbered {
    id_number: String,
}

/// Particulars are small.
const BYTES_MAX: usize = 4096;

fn person(secret: &[u8], id_number: &str) -> Vec<u8> {
    Suite::Ed25519.hash(&[b"tongban person v1\0", secret, id_number.as_bytes()]).bytes().to_vec()
}

async fn secret(connection: &mut AnyConnection) -> Result<Vec<u8>> {
    let row =
        sqlx::query("SELECT value FROM node_state WHERE name = 'secret'").fetch_optional(&mut *connection).await?;
    let text: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(text.and_then(|text| unhex(&text)).unwrap_or_default())
}

/// Particulars that came over: their cases are found by the person from now on.
pub(super) async fn index(connection: &mut AnyConnection, blobs: &[NewBlob]) -> Result<()> {
    let particulars = blobs.iter().filter(|blob| blob.reference.media == "application/json");
    let small = |blob: &&NewBlob| blob.bytes.as_ref().is_some_and(|bytes| bytes.len() <= BYTES_MAX);
    let mut found = Vec::new();
    for blob in particulars.filter(small) {
        let read = blob.bytes.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok());
        let Some(Numbered { id_number }) = read else { continue };
        let text = "SELECT v.dossier FROM blob_ref r JOIN case_view v ON v.dossier = r.dossier \
                    WHERE r.hash = $1 AND v.applicant = $1 AND v.part_of IS NULL";
        let hash = blob.reference.hash.tagged().to_vec();
        for row in sqlx::query(text).bind(hash).fetch_all(&mut *connection).await? {
            found.push((id_number.clone(), row.try_get::<Vec<u8>, _>(0)?));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let secret = secret(connection).await?;
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        found.into_iter().map(|(number, dossier)| (person(&secret, &number), dossier)).collect();
    let into = "same_person (person, dossier)";
    sql::insert(connection, into, 2, "ON CONFLICT DO NOTHING", &rows, |query, (person, dossier)| {
        query.bind(person.clone()).bind(dossier.clone())
    })
    .await?;
    Ok(())
}

impl Store {
    /// Notes whose case it is.
    pub async fn index_person(&self, dossier: DossierId, id_number: &str) -> Result<()> {
        let mut connection = self.writing.acquire().await?;
        let person = person(&secret(&mut connection).await?, id_number);
        sqlx::query("INSERT INTO same_person (person, dossier) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(person)
            .bind(dossier.bytes().to_vec())
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    /// Other cases of the same person about the same item that go on, the newest first.
    pub async fn same_matter(&self, id_number: &str, item: &str, but: Option<DossierId>) -> Result<Vec<CaseRow>> {
        /// More than this nobody reads.
        const MOST: i64 = 5;
        let mut connection = self.pool.acquire().await?;
        let person = person(&secret(&mut connection).await?, id_number);
        let columns = CASE_COLUMNS.replace("dossier", "v.dossier");
        let text = format!(
            "SELECT {columns} FROM same_person s JOIN case_view v ON v.dossier = s.dossier WHERE s.person = $1 \
             AND v.item = $2 AND s.dossier <> $3 AND v.number IS NOT NULL AND v.step NOT IN ('nothing', 'rate') \
             ORDER BY v.changed DESC LIMIT $4"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(person)
            .bind(item.to_owned())
            .bind(but.map_or_else(Vec::new, |id| id.bytes().to_vec()))
            .bind(MOST)
            .fetch_all(&mut *connection)
            .await?;
        rows.iter().map(case_row).collect()
    }
}
