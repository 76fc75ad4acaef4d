//! Everything that one commit writes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::AnyConnection;
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{DossierId, Hash, Moment, SignedGroup, Written};
use tongban_core::exchange::Cursor;
use tongban_core::time::Calendar;

use crate::store::blob::{self, NewBlob};
use crate::store::log::{Dossier, StampRow};
use crate::store::read::CaseRow;
use crate::store::{Result, rebuild, sql};

/// A row of a stream to be.
pub(super) struct StreamRow {
    pub(super) peer: String,
    pub(super) position: u64,
    pub(super) dossier: DossierId,
    pub(super) stamp: Option<(u32, u32)>,
    pub(super) entry: Option<Hash>,
    pub(super) hash: Hash,
}

pub(super) struct EntryRow {
    pub(super) written: Written,
    /// Leaf in this group, or place in a foreign one.
    pub(super) own_leaf: Option<u32>,
    pub(super) foreign: Option<(Hash, u32)>,
}

/// Everything that one commit writes.
#[derive(Default)]
pub(super) struct Group {
    /// Hashes of own stamps and slips: the leaves to be signed.
    pub(super) contents: Vec<Hash>,
    /// Stamps with, for own ones, the leaf; foreign ones know their place.
    pub(super) stamps: Vec<(StampRow, Option<u32>)>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) streams: Vec<StreamRow>,
    /// Dossiers as they are after this commit.
    pub(super) dossiers: HashMap<DossierId, Dossier>,
    pub(super) pending: Vec<(Hash, DossierId)>,
    pub(super) answered: Vec<Hash>,
    pub(super) blobs: Vec<NewBlob>,
    pub(super) blob_refs: BTreeSet<(Hash, DossierId)>,
    pub(super) once: Vec<(i64, String, DossierId)>,
    pub(super) owners: Vec<(i64, DossierId)>,
    pub(super) serials: BTreeMap<String, i64>,
    pub(super) cursors: BTreeMap<String, Cursor>,
    pub(super) foreign_groups: Vec<(SignedGroup, Parts)>,
    pub(super) evidence: Vec<(StampRow, &'static str, String)>,
    pub(super) stream_ends: HashMap<String, (u64, Hash)>,
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.stamps.is_empty() && self.entries.is_empty() && self.cursors.is_empty() && self.evidence.is_empty()
    }

    pub(super) async fn write(
        &self,
        connection: &mut AnyConnection,
        signed: Option<(SignedGroup, Parts)>,
        root: Option<Hash>,
        now: Moment,
        calendar: &Calendar,
    ) -> Result<()> {
        let nothing = "ON CONFLICT DO NOTHING";
        let bytes = |hash: &Hash| hash.tagged().to_vec();
        let groups: Vec<&(SignedGroup, Parts)> = signed.iter().chain(&self.foreign_groups).collect();
        self.write_groups(connection, &groups).await?;
        sql::insert(connection, "entry (hash, dossier, bytes, root, leaf)", 5, nothing, &self.entries, |query, row| {
            let place = row.own_leaf.and_then(|leaf| Some((root?, leaf))).or(row.foreign);
            query
                .bind(bytes(row.written.hash()))
                .bind(row.written.entry().dossier.bytes().to_vec())
                .bind(row.written.bytes().to_vec())
                .bind(place.map(|(root, _)| bytes(&root)))
                .bind(place.map(|(_, leaf)| i64::from(leaf)))
        })
        .await?;
        let into = "stamp (dossier, term, seq, hash, prev, entry, node, at, root, leaf)";
        sql::insert(connection, into, 10, "", &self.stamps, |query, (row, _)| {
            query
                .bind(row.stamp.dossier.bytes().to_vec())
                .bind(i64::from(row.stamp.term))
                .bind(i64::from(row.stamp.seq))
                .bind(bytes(&row.hash))
                .bind(bytes(&row.stamp.prev))
                .bind(bytes(&row.stamp.entry))
                .bind(row.stamp.node.to_string())
                .bind(row.stamp.at.0)
                .bind(bytes(&row.stamped.0))
                .bind(i64::from(row.stamped.1))
        })
        .await?;
        let into = "stream (peer, position, dossier, term, seq, entry, hash)";
        sql::insert(connection, into, 7, "", &self.streams, |query, row| {
            query
                .bind(row.peer.clone())
                .bind(row.position as i64)
                .bind(row.dossier.bytes().to_vec())
                .bind(row.stamp.map(|(term, _)| i64::from(term)))
                .bind(row.stamp.map(|(_, seq)| i64::from(seq)))
                .bind(row.entry.as_ref().map(bytes))
                .bind(bytes(&row.hash))
        })
        .await?;
        blob::insert(connection, &self.blobs).await?;
        let refs: Vec<_> = self.blob_refs.iter().collect();
        sql::insert(connection, "blob_ref (hash, dossier)", 2, nothing, &refs, |query, (hash, dossier)| {
            query.bind(bytes(hash)).bind(dossier.bytes().to_vec())
        })
        .await?;
        self.write_views(connection, calendar).await?;
        self.write_local(connection, now).await
    }

    async fn write_groups(&self, connection: &mut AnyConnection, groups: &[&(SignedGroup, Parts)]) -> Result<()> {
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

    async fn write_views(&self, connection: &mut AnyConnection, calendar: &Calendar) -> Result<()> {
        let dossiers: Vec<&Dossier> = self.dossiers.values().collect();
        rebuild::write_dossiers(connection, &dossiers).await?;
        let cases: Vec<CaseRow> = dossiers.iter().filter_map(|dossier| CaseRow::of(dossier, calendar)).collect();
        rebuild::write_cases(connection, &cases).await?;
        let open: Vec<_> = self.pending.iter().filter(|(entry, _)| !self.answered.contains(entry)).collect();
        let into = "pending (entry, dossier)";
        sql::insert(connection, into, 2, "ON CONFLICT DO NOTHING", &open, |query, (entry, dossier)| {
            query.bind(entry.tagged().to_vec()).bind(dossier.bytes().to_vec())
        })
        .await?;
        let answered: Vec<Vec<u8>> = self.answered.iter().map(|entry| entry.tagged().to_vec()).collect();
        sql::delete(connection, "pending", "entry", &answered).await?;
        Ok(())
    }

    async fn write_local(&self, connection: &mut AnyConnection, now: Moment) -> Result<()> {
        let cursors: Vec<_> = self.cursors.iter().collect();
        let tail = "ON CONFLICT (peer) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, \
                    hash = excluded.hash";
        let into = "stream_cursor (peer, epoch, position, hash)";
        sql::insert(connection, into, 4, tail, &cursors, |query, (peer, cursor)| {
            query
                .bind(peer.to_string())
                .bind(cursor.epoch.as_str().to_owned())
                .bind(cursor.position as i64)
                .bind(cursor.hash.tagged().to_vec())
        })
        .await?;
        sql::insert(
            connection,
            "once (account, key, dossier, at)",
            4,
            "",
            &self.once,
            |query, (account, key, dossier)| {
                query.bind(*account).bind(key.clone()).bind(dossier.bytes().to_vec()).bind(now.0)
            },
        )
        .await?;
        let nothing = "ON CONFLICT DO NOTHING";
        sql::insert(
            connection,
            "owner (account, dossier, at)",
            3,
            nothing,
            &self.owners,
            |query, (account, dossier)| query.bind(*account).bind(dossier.bytes().to_vec()).bind(now.0),
        )
        .await?;
        let serials: Vec<_> = self.serials.iter().collect();
        let tail = "ON CONFLICT (name) DO UPDATE SET last = excluded.last";
        sql::insert(connection, "serial (name, last)", 2, tail, &serials, |query, (name, last)| {
            query.bind(name.to_string()).bind(**last)
        })
        .await?;
        let into = "evidence (dossier, stamp_hash, code, stamp, entry, root, leaf, peer, at)";
        sql::insert(connection, into, 9, nothing, &self.evidence, |query, (row, code, peer)| {
            query
                .bind(row.stamp.dossier.bytes().to_vec())
                .bind(row.hash.tagged().to_vec())
                .bind(code.to_string())
                .bind(serde_json::to_string(&row.stamp).unwrap_or_default())
                .bind(row.written.bytes().to_vec())
                .bind(row.stamped.0.tagged().to_vec())
                .bind(i64::from(row.stamped.1))
                .bind(peer.clone())
                .bind(now.0)
        })
        .await?;
        Ok(())
    }
}
