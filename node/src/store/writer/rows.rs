//! A commit as rows: everything in the order in which it must be written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sqlx::AnyConnection;
use tongban_core::case::{self, Act, Channel};
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{DossierId, Hash, Moment, NodeId, SignedGroup};
use tongban_core::exchange::{Commit, EntryRow, EvidenceRow, Held, Owed, StampRow};
use tongban_core::time::Calendar;

use super::Once;
use crate::store::blob::{self, NewBlob};
use crate::store::read::CaseRow;
use crate::store::{Result, rebuild, sql};

/// What is written with a commit and is this node's own affair.
#[derive(Default)]
pub(super) struct Extras {
    pub(super) blobs: Vec<NewBlob>,
    pub(super) once: Vec<(Once, DossierId)>,
    pub(super) owners: Vec<(i64, DossierId)>,
    pub(super) serials: BTreeMap<String, i64>,
    /// A value of the node's own state.
    pub(super) state: Option<(String, String)>,
}

/// Who is told from here.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    /// This node.
    pub(super) node: &'a NodeId,
    /// Whether whoever has no account is reached too.
    pub(super) by_telephone: bool,
}

impl Told<'_> {
    /// Whether somebody may be told of a case: who applied online has an account.
    fn of(self, case: &case::Case) -> bool {
        let reached = self.by_telephone || case.drafted.channel == Channel::Online;
        reached && case.drafted.receiving.node == *self.node
    }
}

const NOTHING: &str = "ON CONFLICT DO NOTHING";

fn bytes(hash: &Hash) -> Vec<u8> {
    hash.tagged().to_vec()
}

fn id(dossier: &DossierId) -> Vec<u8> {
    dossier.bytes().to_vec()
}

/// Writes everything, on a connection with an open transaction.
pub(super) async fn write(
    connection: &mut AnyConnection,
    commit: &Commit,
    extras: &Extras,
    now: Moment,
    (told, calendar): (Told<'_>, &Calendar),
) -> Result<()> {
    write_life(connection, commit).await?;
    write_groups(connection, &commit.groups).await?;
    write_log(connection, commit, now).await?;
    blob::insert(connection, &extras.blobs).await?;
    write_views(connection, commit, &extras.blobs, (told, calendar)).await?;
    write_local(connection, commit, extras, now).await
}

/// A new life of the streams, the end of a recovery, and documents.
async fn write_life(connection: &mut AnyConnection, commit: &Commit) -> Result<()> {
    if let Some(epoch) = &commit.restart {
        sqlx::query("DELETE FROM stream").execute(&mut *connection).await?;
        sqlx::query("DELETE FROM stream_end").execute(&mut *connection).await?;
        sqlx::query("DELETE FROM node_state WHERE name = 'restored' OR name LIKE 'restated %'")
            .execute(&mut *connection)
            .await?;
        set_state(connection, "epoch", epoch.as_str()).await?;
        set_state(connection, "recovering", "1").await?;
    }
    if commit.resumed {
        sqlx::query("DELETE FROM node_state WHERE name = 'recovering'").execute(&mut *connection).await?;
    }
    let into = "document (kind, node, version, text)";
    sql::insert(connection, into, 4, NOTHING, &commit.documents, |query, document| {
        query
            .bind(document.kind.name())
            .bind(document.node.to_string())
            .bind(i64::from(document.version))
            .bind(serde_json::to_string(document).unwrap_or_default())
    })
    .await?;
    Ok(())
}

pub(super) async fn set_state(connection: &mut AnyConnection, name: &str, value: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO node_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name.to_owned())
    .bind(value.to_owned())
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// Entries, stamps, evidence and streams.
async fn write_log(connection: &mut AnyConnection, commit: &Commit, now: Moment) -> Result<()> {
    let opened = commit.stamps.iter().filter(|row| row.stamp.seq == 0).count();
    let (mut dossiers, mut stamps) = (opened as i64, commit.stamps.len() as i64);
    for (dossier, from) in &commit.cut {
        let cut = sqlx::query("DELETE FROM stamp WHERE dossier = $1 AND seq >= $2")
            .bind(id(dossier))
            .bind(i64::from(*from))
            .execute(&mut *connection)
            .await?
            .rows_affected() as i64;
        stamps -= cut;
        dossiers -= i64::from(*from == 0 && cut > 0);
    }
    if dossiers != 0 || stamps != 0 {
        let text = "INSERT INTO extent (one, dossiers, stamps) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE \
                    SET dossiers = extent.dossiers + excluded.dossiers, stamps = extent.stamps + excluded.stamps";
        sqlx::query(text).bind(dossiers).bind(stamps).execute(&mut *connection).await?;
    }
    for (dossier, hash) in &commit.revived {
        sqlx::query("DELETE FROM evidence WHERE dossier = $1 AND hash = $2")
            .bind(id(dossier))
            .bind(bytes(hash))
            .execute(&mut *connection)
            .await?;
    }
    // One statement may name a row once only.
    let mut entries: Vec<EntryRow> = Vec::with_capacity(commit.entries.len());
    let mut places: HashMap<Hash, usize> = HashMap::new();
    for row in &commit.entries {
        match places.get(row.written.hash()) {
            Some(at) => {
                let held = &mut entries[*at];
                held.said = held.said.or(row.said);
                held.settled |= row.settled;
            }
            None => {
                places.insert(*row.written.hash(), entries.len());
                entries.push(row.clone());
            }
        }
    }
    // An entry that was known by its author's stamp may be proven by itself now.
    let tail = "ON CONFLICT (dossier, hash) DO UPDATE SET root = COALESCE(entry.root, excluded.root), \
                leaf = COALESCE(entry.leaf, excluded.leaf)";
    let into = "entry (dossier, hash, bytes, root, leaf, settled)";
    sql::insert(connection, into, 6, tail, &entries, |query, row| {
        query
            .bind(id(&row.written.entry().dossier))
            .bind(bytes(row.written.hash()))
            .bind(row.written.bytes().to_vec())
            .bind(row.said.map(|(root, _)| bytes(&root)))
            .bind(row.said.map(|(_, leaf)| i64::from(leaf)))
            .bind(i64::from(row.settled))
    })
    .await?;
    for (dossier, hash) in &commit.settled {
        sqlx::query("UPDATE entry SET settled = 1 WHERE dossier = $1 AND hash = $2")
            .bind(id(dossier))
            .bind(bytes(hash))
            .execute(&mut *connection)
            .await?;
    }
    let into = "stamp (dossier, term, seq, hash, prev, entry, node, at, root, leaf)";
    sql::insert(connection, into, 10, "", &commit.stamps, stamp_values).await?;
    let into = "evidence (dossier, term, seq, hash, prev, entry, node, at, root, leaf, code, peer, seen)";
    // One statement may name a row once only; that it is a fault outweighs what was said of it before.
    let mut evidence: BTreeMap<(DossierId, Hash), &EvidenceRow> = BTreeMap::new();
    for row in &commit.evidence {
        let known = evidence.entry((row.row.stamp.dossier, row.row.hash)).or_insert(row);
        if row.is_fault() {
            *known = row;
        }
    }
    let evidence: Vec<&EvidenceRow> = evidence.into_values().collect();
    let tail = "ON CONFLICT (dossier, hash) DO UPDATE SET code = \
                CASE WHEN excluded.code LIKE 'stamp-%' THEN excluded.code ELSE evidence.code END";
    sql::insert(connection, into, 13, tail, &evidence, |query, evidence| {
        stamp_values(query, &evidence.row).bind(evidence.code.clone()).bind(evidence.peer.to_string()).bind(now.0)
    })
    .await?;
    let into = "stream (peer, position, dossier, term, seq, entry, hash)";
    sql::insert(connection, into, 7, "", &commit.streams, |query, row| {
        let (term, seq, entry) = match row.owed {
            Owed::Stamp { term, seq } => (Some(i64::from(term)), Some(i64::from(seq)), None),
            Owed::Slip(entry) => (None, None, Some(bytes(&entry))),
        };
        query
            .bind(row.peer.to_string())
            .bind(row.position as i64)
            .bind(id(&row.dossier))
            .bind(term)
            .bind(seq)
            .bind(entry)
            .bind(bytes(&row.hash))
    })
    .await?;
    let ends: Vec<_> = commit.ends.iter().collect();
    let tail = "ON CONFLICT (peer) DO UPDATE SET position = excluded.position, hash = excluded.hash";
    sql::insert(connection, "stream_end (peer, position, hash)", 3, tail, &ends, |query, (peer, (position, hash))| {
        query.bind(peer.to_string()).bind(*position as i64).bind(bytes(hash))
    })
    .await?;
    Ok(())
}

fn stamp_values<'q>(query: sql::Filled<'q>, row: &StampRow) -> sql::Filled<'q> {
    query
        .bind(id(&row.stamp.dossier))
        .bind(i64::from(row.stamp.term))
        .bind(i64::from(row.stamp.seq))
        .bind(bytes(&row.hash))
        .bind(bytes(&row.stamp.prev))
        .bind(bytes(&row.stamp.entry))
        .bind(row.stamp.node.to_string())
        .bind(row.stamp.at.0)
        .bind(bytes(&row.stamped.0))
        .bind(i64::from(row.stamped.1))
}

async fn write_groups(connection: &mut AnyConnection, groups: &[(SignedGroup, Parts)]) -> Result<()> {
    // A foreign group may come again with other leaves: what is known of its tree is merged.
    let mut fresh = Vec::with_capacity(groups.len());
    for (signed, parts) in groups {
        let known = sqlx::query("SELECT parts FROM signed_group WHERE root = $1")
            .bind(signed.group.root.tagged().to_vec())
            .fetch_optional(&mut *connection)
            .await?;
        match known {
            None => fresh.push((signed, parts.to_bytes())),
            Some(row) => {
                let mut merged = Parts::from_bytes(&sqlx::Row::try_get::<Vec<u8>, _>(&row, 0)?);
                merged.merge(parts.clone());
                sqlx::query("UPDATE signed_group SET parts = $2 WHERE root = $1")
                    .bind(signed.group.root.tagged().to_vec())
                    .bind(merged.to_bytes())
                    .execute(&mut *connection)
                    .await?;
            }
        }
    }
    let into = "signed_group (root, node, key_hash, trust, at, size, signature, parts)";
    sql::insert(connection, into, 8, "ON CONFLICT DO NOTHING", &fresh, |query, (signed, parts)| {
        let group = &signed.group;
        query
            .bind(group.root.tagged().to_vec())
            .bind(group.node.to_string())
            .bind(group.key.tagged().to_vec())
            .bind(i64::from(group.trust))
            .bind(group.at.0)
            .bind(i64::from(group.size))
            .bind(signed.signature.0.to_vec())
            .bind(parts.clone())
    })
    .await?;
    Ok(())
}

async fn write_views(
    connection: &mut AnyConnection,
    commit: &Commit,
    blobs: &[NewBlob],
    (told, calendar): (Told<'_>, &Calendar),
) -> Result<()> {
    let dossiers: Vec<&Held> = commit.dossiers.values().collect();
    rebuild::write_dossiers(connection, &dossiers).await?;
    let cases: Vec<CaseRow> = dossiers.iter().filter_map(|held| CaseRow::of(held, calendar)).collect();
    rebuild::write_cases(connection, &cases).await?;
    let open: Vec<_> = commit.pending.iter().filter(|(entry, _)| !commit.answered.contains(entry)).collect();
    let into = "pending (entry, dossier)";
    sql::insert(connection, into, 2, NOTHING, &open, |query, (entry, dossier)| {
        query.bind(bytes(entry)).bind(id(dossier))
    })
    .await?;
    let answered: Vec<Vec<u8>> = commit.answered.iter().map(bytes).collect();
    sql::delete(connection, "pending", "entry", &answered).await?;
    // Whoever applied at this node is to be told: with what is said, so that nobody is forgotten.
    let is_told_here = |dossier: &DossierId| {
        let case = commit.dossiers.get(dossier).and_then(|held| held.case());
        case.is_some_and(|case| told.of(case))
    };
    // What was known before it stood in the log: what it says is looked at when people are told.
    let later = commit.settled.iter().filter(|(dossier, _)| is_told_here(dossier));
    let mut to_tell: BTreeMap<Hash, DossierId> = later.map(|(dossier, entry)| (*entry, *dossier)).collect();
    // What the log names of blobs: what is not held yet is fetched because it stands here.
    let mut refs = BTreeSet::new();
    for row in &commit.entries {
        let (entry, dossier) = (row.written.entry(), row.written.entry().dossier);
        let Some(act) = (if entry.kind == case::KIND { Act::of(&row.written) } else { None }) else { continue };
        refs.extend(act.blobs().into_iter().map(|reference| (reference.hash, dossier)));
        if row.settled && act.about().is_some() && is_told_here(&dossier) {
            to_tell.insert(*row.written.hash(), dossier);
        }
    }
    let to_tell: Vec<(Hash, DossierId)> = to_tell.into_iter().collect();
    sql::insert(connection, "to_tell (entry, dossier)", 2, NOTHING, &to_tell, |query, (entry, dossier)| {
        query.bind(bytes(entry)).bind(id(dossier))
    })
    .await?;
    let refs: Vec<_> = refs.into_iter().collect();
    sql::insert(connection, "blob_ref (hash, dossier)", 2, NOTHING, &refs, |query, (hash, dossier)| {
        query.bind(bytes(hash)).bind(id(dossier))
    })
    .await?;
    // Only what was not said here: that has its blobs with it.
    let brought: HashSet<Hash> = blobs.iter().map(|blob| blob.reference.hash).collect();
    let mut wanted: Vec<_> = refs.into_iter().filter(|(hash, _)| !brought.contains(hash)).collect();
    let hashes: Vec<Hash> = wanted.iter().map(|(hash, _)| *hash).collect();
    let known = blob::known(connection, &hashes).await?;
    wanted.retain(|(hash, _)| !known.contains(hash));
    sql::insert(connection, "blob_wanted (hash, dossier)", 2, NOTHING, &wanted, |query, (hash, dossier)| {
        query.bind(bytes(hash)).bind(id(dossier))
    })
    .await?;
    Ok(())
}

async fn write_local(connection: &mut AnyConnection, commit: &Commit, extras: &Extras, now: Moment) -> Result<()> {
    let cursors: Vec<_> = commit.cursors.iter().collect();
    let tail = "ON CONFLICT (peer) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, \
                hash = excluded.hash";
    let into = "stream_cursor (peer, epoch, position, hash)";
    sql::insert(connection, into, 4, tail, &cursors, |query, (peer, cursor)| {
        query
            .bind(peer.to_string())
            .bind(cursor.epoch.as_str().to_owned())
            .bind(cursor.position as i64)
            .bind(bytes(&cursor.hash))
    })
    .await?;
    let into = "once (account, key, what, dossier, at)";
    sql::insert(connection, into, 5, "", &extras.once, |query, (once, dossier)| {
        query.bind(once.account).bind(once.key.clone()).bind(once.what.clone()).bind(id(dossier)).bind(now.0)
    })
    .await?;
    let into = "owner (account, dossier, at)";
    sql::insert(connection, into, 3, NOTHING, &extras.owners, |query, (account, dossier)| {
        query.bind(*account).bind(id(dossier)).bind(now.0)
    })
    .await?;
    let serials: Vec<_> = extras.serials.iter().collect();
    let tail = "ON CONFLICT (name) DO UPDATE SET last = excluded.last";
    sql::insert(connection, "serial (name, last)", 2, tail, &serials, |query, (name, last)| {
        query.bind(name.to_string()).bind(**last)
    })
    .await?;
    if let Some((name, value)) = &extras.state {
        set_state(connection, name, value).await?;
    }
    Ok(())
}
