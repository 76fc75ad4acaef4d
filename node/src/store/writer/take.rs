//! What a peer sent: judged, taken into the log, and answered where this node holds the pen.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use tongban_core::case::{self, Act, Asks, WhyNot};
use tongban_core::dossier::{By, DossierId, Draft, Judged, Moment, Role};
use tongban_core::exchange::Incoming;

use super::group::{EntryRow, Group};
use super::{IncomingBatch, Taken, Writer};
use crate::store::log::{Dossier, StampRow};
use crate::store::{Result, damaged};

impl Writer {
    pub(super) async fn take(&mut self, group: &mut Group, incoming: IncomingBatch) -> Result<Taken> {
        let peer = incoming.peer;
        let read_from = incoming.read_from;
        if let Some(read_from) = &read_from {
            let at = match group.cursors.get(peer.as_str()) {
                Some(cursor) => Some(cursor.clone()),
                None => match self.cursors.get(peer.as_str()) {
                    Some(cursor) => cursor.clone(),
                    None => self.setup.store.cursor(peer.as_str()).await?,
                },
            };
            if at != *read_from {
                return Ok(Taken::Stale);
            }
        }
        let now = self.setup.clock.now();
        let mut touched: Vec<DossierId> = Vec::new();
        let mut dossiers: HashMap<DossierId, Dossier> = HashMap::new();
        let mut stamps = Vec::new();
        let mut entries = Vec::new();
        let mut pending = Vec::new();
        let mut evidence = Vec::new();
        for item in incoming.batch.items {
            let id = match &item {
                Incoming::Stamp { stamp, .. } => stamp.dossier,
                Incoming::Slip { written, .. } => written.entry().dossier,
            };
            if let std::collections::hash_map::Entry::Vacant(vacant) = dossiers.entry(id)
                && let Some(dossier) = self.dossier(group, id).await?
            {
                vacant.insert(dossier);
            }
            if !touched.contains(&id) {
                touched.push(id);
            }
            match item {
                Incoming::Stamp { stamp, hash, written, stamped, said } => {
                    let row = StampRow { stamp, hash, written, stamped, said };
                    let judged = match dossiers.get(&id) {
                        Some(dossier) => dossier.chain.judge(&row.stamp, &row.hash, &row.written),
                        None if row.stamp.seq > 0 => Ok(Judged::Gap { from: 0 }),
                        None => Dossier::open(&row).map(|dossier| {
                            dossiers.insert(id, dossier);
                            Judged::Next
                        }),
                    };
                    match judged {
                        Ok(Judged::Known) => {}
                        Ok(Judged::Gap { from }) => return Ok(Taken::Gap(id, from)),
                        Ok(Judged::Next) => {
                            if row.stamp.seq > 0
                                && let Some(dossier) = dossiers.get_mut(&id)
                            {
                                dossier.take(&row, self.setup.calendar);
                            }
                            entries.push(EntryRow { written: row.written.clone(), own_leaf: None, foreign: row.said });
                            stamps.push(row);
                        }
                        Err(fault) => {
                            tracing::error!(dossier = %id, seq = row.stamp.seq, %peer, code = fault.code(), "proof of fault: {fault}");
                            evidence.push((row, fault.code(), peer.to_string()));
                        }
                    }
                }
                Incoming::Slip { written, said } => {
                    // A slip of a dossier that is not here yet comes again with the log: who joins gets all that is pending.
                    let Some(dossier) = dossiers.get_mut(&id) else { continue };
                    let hash = *written.hash();
                    let known =
                        dossier.chain.is_answered(&hash) || dossier.pending.iter().any(|held| *held.hash() == hash);
                    let takes_part = dossier.chain.participants().contains(&written.entry().node);
                    if !known && takes_part {
                        dossier.pending.push(written.clone());
                        pending.push((hash, id));
                        entries.push(EntryRow { written, own_leaf: None, foreign: Some(said) });
                    }
                }
            }
        }
        // From here on the batch stands.
        for row in stamps {
            self.refer(group, &row.written);
            group.answered.push(*row.written.hash());
            group.answered.extend(row.written.entry().refuses.iter().map(|no| no.entry));
            group.stamps.push((row, None));
        }
        for entry in entries {
            self.refer(group, &entry.written);
            group.entries.push(entry);
        }
        group.pending.extend(pending);
        group.evidence.extend(evidence);
        group.foreign_groups.extend(incoming.batch.groups);
        if read_from.is_some() {
            group.cursors.insert(peer.to_string(), incoming.batch.cursor);
        }
        for id in touched {
            let Some(mut dossier) = dossiers.remove(&id) else { continue };
            if *dossier.chain.holder() == self.setup.node && !self.recovering.load(Ordering::SeqCst) {
                self.answer(group, &mut dossier, now).await?;
            }
            group.dossiers.insert(id, dossier);
        }
        Ok(Taken::Stored)
    }

    /// Answers every pending entry of a dossier whose pen this node holds: by a stamp, or by a stamped refusal.
    async fn answer(&mut self, group: &mut Group, dossier: &mut Dossier, now: Moment) -> Result<()> {
        let setup = &self.setup;
        let suite = setup.signer.public_key().suite();
        let mut rows = Vec::new();
        for slip in dossier.pending.clone() {
            let entry = slip.entry();
            let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
            let allowed = match (&dossier.case, Act::of(&slip)) {
                (Some(case), Some(act)) => case.may(&act, &asks, setup.calendar),
                _ => Err(WhyNot::new("not-a-case")),
            };
            let written = match allowed {
                Ok(()) => slip,
                Err(why) => Draft::next(dossier.chain.dossier(), case::KIND, &setup.node)
                    .by(By { org: None, role: Role::System, staff: None })
                    .refuse(now, rand::random(), *slip.hash(), why.code)
                    .write(suite),
            };
            let mut held = Some(dossier.clone());
            let row = self.stamp(&mut held, written, now).map_err(damaged)?;
            if let Some(held) = held {
                *dossier = held;
            }
            rows.push(row);
        }
        for row in rows {
            let peers = self.peers_of(dossier);
            self.keep_own(group, dossier, row, peers).await?;
        }
        Ok(())
    }
}
