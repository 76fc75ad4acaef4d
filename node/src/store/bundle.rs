//! What bundles need to know of the store.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row as _;
use tongban_core::case::{self, Act};
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::{DossierId, Hash, Suite, Written};
use tongban_core::exchange::{Batch, Item};

use super::{Result, Store, damaged, sql};
use crate::limits;

/// The dossiers of a stretch, each with the number of its stamps in it; and the blobs that its entries name.
pub(crate) fn contents(batch: &Batch) -> (BTreeMap<DossierId, u32>, Vec<Hash>) {
    let mut dossiers = BTreeMap::new();
    let mut blobs = Vec::new();
    for item in &batch.items {
        let (entry, is_stamp) = match item {
            Item::Stamp { entry, .. } => (entry, true),
            Item::Slip { entry, .. } => (entry, false),
        };
        // The hash stands for nothing here: only what is said is looked at.
        let Ok(written) = Written::read(entry.as_bytes(), Hash::none(Suite::Ed25519)) else { continue };
        *dossiers.entry(written.entry().dossier).or_insert(0) += u32::from(is_stamp);
        let act = if written.entry().kind == case::KIND { Act::of(&written) } else { None };
        for reference in act.iter().flat_map(Act::blobs) {
            if !blobs.contains(&reference.hash) {
                blobs.push(reference.hash);
            }
        }
    }
    (dossiers, blobs)
}

impl Store {
    /// The running hash of a peer's stream at a position.
    pub(crate) async fn stream_hash(&self, peer: &str, position: u64) -> Result<Option<Hash>> {
        let row = sqlx::query("SELECT hash FROM stream WHERE peer = $1 AND position = $2")
            .bind(peer.to_owned())
            .bind(position as i64)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).transpose()
    }

    /// Those of these blobs that are not held, and that a dossier with this participant refers to.
    pub(crate) async fn wanted_among(&self, peer: &str, hashes: &[Hash]) -> Result<BTreeSet<Hash>> {
        let mut wanted = BTreeSet::new();
        for some in hashes.chunks(500) {
            let text = format!(
                "SELECT DISTINCT r.hash FROM blob_ref r JOIN dossier d ON d.id = r.dossier \
                 LEFT JOIN blob b ON b.hash = r.hash \
                 WHERE b.hash IS NULL AND ' ' || d.participants || ' ' LIKE $1 AND r.hash IN {}",
                sql::list(2, some.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(format!("% {peer} %"));
            for hash in some {
                query = query.bind(hash.tagged().to_vec());
            }
            for row in query.fetch_all(&self.pool).await? {
                wanted.insert(Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?);
            }
        }
        Ok(wanted)
    }

    /// The number of stamps of a dossier's log; `None` if it has none here.
    pub(crate) async fn extent(&self, id: DossierId) -> Result<Option<u32>> {
        let row = sqlx::query("SELECT len FROM dossier WHERE id = $1")
            .bind(id.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok(row.try_get::<i64, _>(0)? as u32)).transpose()
    }

    /// All documents that every node of the trust list may have: of trust lists and acts each version, of others the newest.
    pub(crate) async fn documents_for_nodes(&self) -> Result<Vec<Document>> {
        let mut documents = self.documents().await?;
        let is_kept_whole = |kind: Kind| matches!(kind, Kind::Trust | Kind::Recall);
        documents.retain(|document| !is_kept_whole(document.kind));
        for kind in [Kind::Trust, Kind::Recall] {
            documents.extend(self.documents_of(kind).await?);
        }
        documents
            .sort_by(|one, other| (one.kind, &one.node, one.version).cmp(&(other.kind, &other.node, other.version)));
        Ok(documents)
    }

    /// Blobs that are wanted of a peer, as many as are asked for at once.
    pub(crate) async fn blobs_to_ask(&self, peer: &str) -> Result<Vec<Hash>> {
        let mut wanted = self.blobs_wanted_of(peer, None, limits::BLOBS_ASKED_MAX as i64).await?;
        wanted.sort_unstable();
        Ok(wanted)
    }
}
