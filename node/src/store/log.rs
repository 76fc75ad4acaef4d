//! Dossiers read back from the log.

use std::collections::{BTreeMap, HashMap};

use sqlx::Row as _;
use sqlx::any::AnyRow;
use tongban_core::case;
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{
    BlobText, DossierId, ExportStamp, Exporter, Group, Hash, Moment, NodeId, Place, Signature, SignedGroup, Stamp,
    Written,
};
use tongban_core::exchange::{Full, Held, Known, SaidAt, StampRow};
use tongban_core::time::Calendar;

use super::{Result, Store, damaged, sql};

fn hash(row: &AnyRow, column: usize) -> Result<Hash> {
    Hash::from_tagged(&row.try_get::<Vec<u8>, _>(column)?).map_err(damaged)
}

fn node(row: &AnyRow, column: usize) -> Result<NodeId> {
    row.try_get::<String, _>(column)?.parse().map_err(damaged)
}

/// Columns that [`stamp_row`] reads.
pub(super) const STAMP_COLUMNS: &str = "s.dossier, s.term, s.seq, s.hash, s.prev, s.entry, s.node, s.at, s.root, s.leaf, \
                                        e.bytes, e.root, e.leaf";

/// Reads a stamp with its entry. An author's proof that stands with the author's own stamp is found by [`Store::proven`].
pub(super) fn stamp_row(row: &AnyRow, first: usize) -> Result<StampRow> {
    let entry_hash = hash(row, first + 5)?;
    let bytes: Vec<u8> = row.try_get(first + 10)?;
    let written = Written::read(bytes, entry_hash).map_err(damaged)?;
    let node = node(row, first + 6)?;
    let said = said_at(row, first + 11)?.filter(|_| written.entry().node != node);
    Ok(StampRow {
        stamp: Stamp {
            dossier: DossierId::from_slice(&row.try_get::<Vec<u8>, _>(first)?).map_err(damaged)?,
            term: row.try_get::<i64, _>(first + 1)? as u32,
            seq: row.try_get::<i64, _>(first + 2)? as u32,
            prev: hash(row, first + 4)?,
            entry: entry_hash,
            node,
            at: Moment(row.try_get(first + 7)?),
        },
        hash: hash(row, first + 3)?,
        written,
        stamped: (hash(row, first + 8)?, row.try_get::<i64, _>(first + 9)? as u32),
        said,
    })
}

/// Root and leaf of an entry, if it was said apart from a stamp.
pub(super) fn said_at(row: &AnyRow, first: usize) -> Result<Option<SaidAt>> {
    let root: Option<Vec<u8>> = row.try_get(first)?;
    let leaf: Option<i64> = row.try_get(first + 1)?;
    let (Some(root), Some(leaf)) = (root, leaf) else { return Ok(None) };
    Ok(Some(SaidAt { root: Hash::from_tagged(&root).map_err(damaged)?, leaf: leaf as u32, via: None }))
}

impl Store {
    /// All stamps of a dossier's log, in order.
    pub async fn stamps(&self, dossier: DossierId) -> Result<Vec<StampRow>> {
        let text = format!(
            "SELECT {STAMP_COLUMNS} FROM stamp s JOIN entry e ON e.dossier = s.dossier AND e.hash = s.entry \
             WHERE s.dossier = $1 ORDER BY s.seq"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(dossier.bytes().to_vec()).fetch_all(&self.pool).await?;
        let mut stamps = Vec::with_capacity(rows.len());
        for row in &rows {
            stamps.push(self.proven(stamp_row(row, 0)?).await?);
        }
        Ok(stamps)
    }

    /// Stamps that are kept beside the log, each with its code.
    pub async fn evidence(&self, dossier: DossierId) -> Result<Vec<(StampRow, String)>> {
        let text = format!(
            "SELECT {STAMP_COLUMNS}, s.code FROM evidence s JOIN entry e ON e.dossier = s.dossier AND e.hash = s.entry \
             WHERE s.dossier = $1 ORDER BY s.term, s.seq, s.hash"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(dossier.bytes().to_vec()).fetch_all(&self.pool).await?;
        let mut stamps = Vec::with_capacity(rows.len());
        for row in &rows {
            stamps.push((self.proven(stamp_row(row, 0)?).await?, row.try_get(13)?));
        }
        Ok(stamps)
    }

    /// Completes a stamp by the proof of its entry's author: after a recall it may stand with the author's own stamp.
    pub(super) async fn proven(&self, mut row: StampRow) -> Result<StampRow> {
        if row.said.is_none() && row.written.entry().node != row.stamp.node {
            row.said = self.said_via(&row.written).await?;
        }
        Ok(row)
    }

    /// Where an author's own stamp names an entry: beside the log, where a recall put it, or in the log again.
    pub(super) async fn said_via(&self, written: &Written) -> Result<Option<SaidAt>> {
        let entry = written.entry();
        for table in ["evidence", "stamp"] {
            let text = format!(
                "SELECT {STAMP_COLUMNS} FROM {table} s JOIN entry e ON e.dossier = s.dossier AND e.hash = s.entry \
                 WHERE s.dossier = $1 AND s.entry = $2 AND s.node = $3 ORDER BY s.hash LIMIT 1"
            );
            let found = sqlx::query(sqlx::AssertSqlSafe(text))
                .bind(entry.dossier.bytes().to_vec())
                .bind(written.hash().tagged().to_vec())
                .bind(entry.node.as_str())
                .fetch_optional(&self.pool)
                .await?;
            if let Some(row) = found {
                let row = stamp_row(&row, 0)?;
                return Ok(Some(SaidAt { root: row.stamped.0, leaf: row.stamped.1, via: Some(Box::new(row.stamp)) }));
            }
        }
        Ok(None)
    }

    /// A dossier folded from its log, with its log; `None` if it is not held.
    pub async fn dossier(&self, id: DossierId, calendar: &Calendar) -> Result<Option<(Held, Vec<StampRow>)>> {
        let rows = self.stamps(id).await?;
        let Some(mut held) = Held::fold(&rows, calendar).map_err(damaged)? else { return Ok(None) };
        let pending = sqlx::query(
            "SELECT e.hash, e.bytes, e.settled FROM pending p JOIN entry e ON e.dossier = p.dossier AND e.hash = p.entry \
             WHERE p.dossier = $1 ORDER BY e.hash",
        )
        .bind(id.bytes().to_vec())
        .fetch_all(&self.pool)
        .await?;
        for row in pending {
            let entry_hash = hash(&row, 0)?;
            if held.chain.is_answered(&entry_hash) {
                continue;
            }
            held.pending.push(Written::read(row.try_get::<Vec<u8>, _>(1)?, entry_hash).map_err(damaged)?);
            if row.try_get::<i64, _>(2)? != 0 {
                held.settled.push(entry_hash);
            }
        }
        held.pending.sort_by_key(|written| (written.entry().at, *written.hash()));
        for (row, code) in self.evidence(id).await? {
            held.lay_beside(&row, &code);
        }
        Ok(Some((held, rows)))
    }

    /// Dossiers whose pen a node holds, as far as is known here.
    pub async fn dossiers_held_by(&self, node: &NodeId, most: i64) -> Result<Vec<DossierId>> {
        let rows = sqlx::query("SELECT id FROM dossier WHERE holder = $1 ORDER BY id LIMIT $2")
            .bind(node.as_str())
            .bind(most)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// Whether a dossier has a log here.
    pub async fn is_held(&self, id: DossierId) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM dossier WHERE id = $1")
            .bind(id.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Everything that is held of one dossier.
    pub async fn full(&self, id: DossierId) -> Result<Full> {
        let log = self.stamps(id).await?;
        let beside = self.evidence(id).await?;
        let rows = sqlx::query("SELECT hash, bytes, root, leaf, settled FROM entry WHERE dossier = $1 ORDER BY hash")
            .bind(id.bytes().to_vec())
            .fetch_all(&self.pool)
            .await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            let written = Written::read(row.try_get::<Vec<u8>, _>(1)?, hash(row, 0)?).map_err(damaged)?;
            entries.push(Known { written, said: said_at(row, 2)?, settled: row.try_get::<i64, _>(4)? != 0 });
        }
        Ok(Full { log, beside, entries })
    }

    /// Groups by root, with what is known of their trees.
    pub async fn groups(&self, roots: &[Hash]) -> Result<HashMap<Hash, (SignedGroup, Parts)>> {
        let mut groups = HashMap::new();
        for some in roots.chunks(500) {
            let list = sql::list(1, some.len());
            let text = format!(
                "SELECT root, node, key_hash, trust, at, size, signature, parts FROM signed_group WHERE root IN {list}"
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
            for root in some {
                query = query.bind(root.tagged().to_vec());
            }
            for row in query.fetch_all(&self.pool).await? {
                let root = hash(&row, 0)?;
                let group = Group {
                    node: node(&row, 1)?,
                    key: hash(&row, 2)?,
                    trust: row.try_get::<i64, _>(3)? as u32,
                    at: Moment(row.try_get(4)?),
                    size: row.try_get::<i64, _>(5)? as u32,
                    root,
                };
                let signature = Signature::from_slice(&row.try_get::<Vec<u8>, _>(6)?).map_err(damaged)?;
                let parts = Parts::from_bytes(&row.try_get::<Vec<u8>, _>(7)?);
                groups.insert(root, (SignedGroup { group, signature }, parts));
            }
        }
        Ok(groups)
    }
}

/// One dossier as one file that anyone can verify offline; `None` if it is not held.
pub async fn export(store: &Store, id: DossierId) -> Result<Option<Vec<u8>>> {
    let rows = store.stamps(id).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    // Groups in the order of first use.
    let mut order: Vec<Hash> = Vec::new();
    let mut place_of = BTreeMap::new();
    let roots = rows.iter().flat_map(|row| [Some(row.stamped.0), row.said.as_ref().map(|said| said.root)]);
    for root in roots.flatten() {
        place_of.entry(root).or_insert_with(|| {
            order.push(root);
            order.len() - 1
        });
    }
    let groups = store.groups(&order).await?;
    let place = |(root, leaf): (Hash, u32)| -> Result<Place> {
        let (signed, parts) = groups.get(&root).ok_or_else(|| damaged("a group is missing"))?;
        let proof = parts
            .prove(signed.group.suite(), signed.group.size, &[leaf])
            .ok_or_else(|| damaged("a proof cannot be made"))?;
        Ok(Place { group: place_of[&root], leaf, proof })
    };
    let mut stamps = Vec::with_capacity(rows.len());
    let mut blobs = Vec::new();
    for row in &rows {
        let entry = String::from_utf8(row.written.bytes().to_vec()).map_err(damaged)?;
        let said = row.said.as_ref().map(|said| place((said.root, said.leaf))).transpose()?;
        let via = row.said.as_ref().and_then(|said| said.via.as_deref().cloned());
        stamps.push(ExportStamp { stamp: row.stamp.clone(), entry, stamped: place(row.stamped)?, said, via });
        let act = case::Act::of(&row.written);
        for reference in act.iter().flat_map(case::Act::blobs) {
            let known = blobs.iter().any(|blob: &BlobText| blob.hash == reference.hash);
            if !known && let Some(held) = store.blob(&reference.hash).await? {
                blobs.push(BlobText { hash: held.hash, salt: hex(&held.salt), bytes: hex(&held.bytes) });
            }
        }
    }
    let groups: Vec<SignedGroup> = order.iter().filter_map(|root| Some(groups.get(root)?.0.clone())).collect();
    let mut versions: Vec<u32> = groups.iter().map(|signed| signed.group.trust).collect();
    versions.sort_unstable();
    versions.dedup();
    let trust_lists: Vec<Document> = store.documents_of(Kind::Trust).await?;
    let trust_lists = trust_lists.into_iter().filter(|list| versions.contains(&list.version)).collect();
    let kind = first.written.entry().kind.clone();
    Ok(Some(Exporter { dossier: id, kind, trust_lists, groups, stamps, blobs }.write()))
}
