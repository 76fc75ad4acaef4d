//! Dossiers read back from the log.

use std::collections::{BTreeMap, HashMap};

use sqlx::Row as _;
use sqlx::any::AnyRow;
use tongban_core::case::{self, Case, Next};
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{
    BlobText, Chain, DossierId, ExportStamp, Exporter, Group, Hash, Judged, Moment, NodeId, Place, Signature,
    SignedGroup, Stamp, Written,
};
use tongban_core::time::Calendar;

use super::{Result, Store, damaged, sql};

/// A dossier as it follows from its log.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The kernel's view.
    pub chain: Chain,
    /// The case, if it is one.
    pub case: Option<Case>,
    /// Entries that are known, and neither stamped nor refused, in order of arrival.
    pub pending: Vec<Written>,
    /// The last stamp's time.
    pub changed: Moment,
}

/// A stamp with its entry and where each was signed.
#[derive(Clone, Debug)]
pub struct StampRow {
    /// The stamp.
    pub stamp: Stamp,
    /// Its hash.
    pub hash: Hash,
    /// The entry.
    pub written: Written,
    /// Group and leaf of the stamp.
    pub stamped: (Hash, u32),
    /// Group and leaf of the entry, if its author did not stamp it.
    pub said: Option<(Hash, u32)>,
}

impl Dossier {
    /// Opens a dossier with its first stamp.
    pub fn open(row: &StampRow) -> std::result::Result<Dossier, tongban_core::dossier::Break> {
        let chain = Chain::open(&row.stamp, &row.hash, &row.written)?;
        let case = if chain.kind() == case::KIND { Case::open(&row.written).ok() } else { None };
        Ok(Dossier { chain, case, pending: Vec::new(), changed: row.stamp.at })
    }

    /// Takes a stamp that the chain called next.
    pub fn take(&mut self, row: &StampRow, calendar: &Calendar) {
        self.chain.take(&row.hash, &row.written);
        if let Some(case) = &mut self.case {
            case.apply(&row.stamp, &row.written, calendar);
        }
        let chain = &self.chain;
        self.pending.retain(|entry| !chain.is_answered(entry.hash()));
        self.changed = row.stamp.at;
    }

    /// The case with what is still pending taken as if it stood: what its own people see, and may do next.
    pub fn case_with_pending(&self, calendar: &Calendar) -> Option<Case> {
        let mut case = self.case.clone()?;
        for (number, written) in self.pending.iter().enumerate() {
            let entry = written.entry();
            let stamp = Stamp {
                dossier: entry.dossier,
                term: self.chain.term(),
                seq: self.chain.len() + number as u32,
                prev: *self.chain.head(),
                entry: *written.hash(),
                node: self.chain.holder().clone(),
                at: entry.at,
            };
            let marks = case.marks.len();
            case.apply(&stamp, written, calendar);
            case.marks.truncate(marks);
        }
        Some(case)
    }

    /// Who has the next move, what it is, until when.
    pub fn next(&self, calendar: &Calendar) -> Option<Next> {
        self.case.as_ref().map(|case| case.next(calendar))
    }
}

fn hash(row: &AnyRow, column: usize) -> Result<Hash> {
    Hash::from_tagged(&row.try_get::<Vec<u8>, _>(column)?).map_err(damaged)
}

fn node(row: &AnyRow, column: usize) -> Result<NodeId> {
    row.try_get::<String, _>(column)?.parse().map_err(damaged)
}

/// Columns that [`stamp_row`] reads.
pub(super) const STAMP_COLUMNS: &str = "s.dossier, s.term, s.seq, s.hash, s.prev, s.entry, s.node, s.at, s.root, s.leaf, \
                                        e.bytes, e.root, e.leaf";

pub(super) fn stamp_row(row: &AnyRow, first: usize) -> Result<StampRow> {
    let entry_hash = hash(row, first + 5)?;
    let bytes: Vec<u8> = row.try_get(first + 10)?;
    let written = Written::read(bytes, entry_hash).map_err(damaged)?;
    let node = node(row, first + 6)?;
    let said = match (row.try_get::<Option<Vec<u8>>, _>(first + 11)?, row.try_get::<Option<i64>, _>(first + 12)?) {
        (Some(root), Some(leaf)) if written.entry().node != node => {
            Some((Hash::from_tagged(&root).map_err(damaged)?, leaf as u32))
        }
        _ => None,
    };
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

impl Store {
    /// All stamps of a dossier, in order.
    pub async fn stamps(&self, dossier: DossierId) -> Result<Vec<StampRow>> {
        let text = format!(
            "SELECT {STAMP_COLUMNS} FROM stamp s JOIN entry e ON e.hash = s.entry WHERE s.dossier = $1 \
             ORDER BY s.term, s.seq"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(dossier.bytes().to_vec()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| stamp_row(row, 0)).collect()
    }

    /// A dossier folded from its log, with its log; `None` if it is not held.
    pub async fn dossier(&self, id: DossierId, calendar: &Calendar) -> Result<Option<(Dossier, Vec<StampRow>)>> {
        let rows = self.stamps(id).await?;
        let Some(mut dossier) = fold(&rows, calendar)? else { return Ok(None) };
        let pending = sqlx::query(
            "SELECT e.hash, e.bytes FROM pending p JOIN entry e ON e.hash = p.entry WHERE p.dossier = $1 ORDER BY e.hash",
        )
        .bind(id.bytes().to_vec())
        .fetch_all(&self.pool)
        .await?;
        for row in pending {
            let entry_hash = hash(&row, 0)?;
            if !dossier.chain.is_answered(&entry_hash) {
                let bytes: Vec<u8> = row.try_get(1)?;
                dossier.pending.push(Written::read(bytes, entry_hash).map_err(damaged)?);
            }
        }
        dossier.pending.sort_by_key(|written| written.entry().at);
        Ok(Some((dossier, rows)))
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

/// Folds a log; `None` for an empty one.
pub(super) fn fold(rows: &[StampRow], calendar: &Calendar) -> Result<Option<Dossier>> {
    let Some((first, rest)) = rows.split_first() else { return Ok(None) };
    let mut dossier = Dossier::open(first).map_err(damaged)?;
    for row in rest {
        match dossier.chain.judge(&row.stamp, &row.hash, &row.written).map_err(damaged)? {
            Judged::Next => dossier.take(row, calendar),
            Judged::Known | Judged::Gap { .. } => return Err(damaged(format!("stamp {} of a log", row.stamp.seq))),
        }
    }
    Ok(Some(dossier))
}

/// One dossier as one file that anyone can verify offline; `None` if it is not held.
pub async fn export(store: &Store, id: DossierId) -> Result<Option<Vec<u8>>> {
    let rows = store.stamps(id).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    // Groups in the order of first use.
    let mut order: Vec<Hash> = Vec::new();
    let mut place_of = BTreeMap::new();
    for root in rows.iter().flat_map(|row| [Some(row.stamped.0), row.said.map(|said| said.0)]).flatten() {
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
        let said = row.said.map(place).transpose()?;
        stamps.push(ExportStamp { stamp: row.stamp.clone(), entry, stamped: place(row.stamped)?, said });
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
