//! Signed documents, own and fetched, and where the dossiers end that everyone may read.

use sqlx::Row as _;
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::{DossierId, Hash, NodeId};

use super::{Result, Store, damaged};

/// Where a public dossier ends, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicHead {
    /// Which.
    pub dossier: DossierId,
    /// Its last stamp.
    pub head: Hash,
    /// How many entries are pending.
    pub pending: usize,
}

/// Kind, publisher and version of a document that is held.
pub type Published = (Kind, NodeId, u32);

impl Store {
    /// Keeps a verified document. Keeping it twice changes nothing.
    pub async fn keep_document(&self, document: &Document) -> Result<()> {
        let text = serde_json::to_string(document).map_err(damaged)?;
        sqlx::query("INSERT INTO document (kind, node, version, text) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(document.kind.name())
            .bind(document.node.as_str())
            .bind(i64::from(document.version))
            .bind(text)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// The newest version of every document held.
    pub async fn documents(&self) -> Result<Vec<Document>> {
        let rows = sqlx::query(
            "SELECT d.text FROM document d WHERE d.version = \
             (SELECT MAX(version) FROM document WHERE kind = d.kind AND node = d.node) ORDER BY d.kind, d.node",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| read(row.try_get(0)?)).collect()
    }

    /// Kind, publisher and version of every document held.
    pub async fn document_versions(&self) -> Result<Vec<Published>> {
        let rows = sqlx::query("SELECT kind, node, version FROM document ORDER BY kind, node, version");
        let rows = rows.fetch_all(&self.pool).await?;
        let mut versions = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(kind) = Kind::from_name(row.try_get(0)?) else { continue };
            versions.push((
                kind,
                row.try_get::<String, _>(1)?.parse().map_err(damaged)?,
                row.try_get::<i64, _>(2)? as u32,
            ));
        }
        Ok(versions)
    }

    /// Where every dossier ends that everyone may read.
    pub async fn public_heads(&self) -> Result<Vec<PublicHead>> {
        let rows = sqlx::query(
            "SELECT d.id, d.head, (SELECT COUNT(*) FROM pending p WHERE p.dossier = d.id) FROM dossier d \
             WHERE d.kind <> 'case' ORDER BY d.id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PublicHead {
                    dossier: DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?,
                    head: Hash::from_tagged(&row.try_get::<Vec<u8>, _>(1)?).map_err(damaged)?,
                    pending: row.try_get::<i64, _>(2)? as usize,
                })
            })
            .collect()
    }

    /// All versions of one kind.
    pub async fn documents_of(&self, kind: Kind) -> Result<Vec<Document>> {
        let rows = sqlx::query("SELECT text FROM document WHERE kind = $1 ORDER BY node, version")
            .bind(kind.name())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| read(row.try_get(0)?)).collect()
    }
}

fn read(text: String) -> Result<Document> {
    serde_json::from_str(&text).map_err(damaged)
}
