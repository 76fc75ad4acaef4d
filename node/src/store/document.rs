//! Signed documents: own and fetched.

use sqlx::Row as _;
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::NodeId;

use super::{Result, Store, damaged};

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
