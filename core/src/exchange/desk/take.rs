//! What a peer sent: judged, taken into the log or kept beside it, and answered where this node may stamp.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Desk, Taken, Tick};
use crate::dossier::{By, DossierId, Draft, Hash, Judged, NodeId, Written};
use crate::exchange::batch::{Incoming, VerifiedBatch};
use crate::exchange::commit::{Commit, EvidenceRow};
use crate::exchange::cursor::Cursor;
use crate::exchange::held::{Held, SEALED, SUPERSEDED, SaidAt, StampRow, UNATTACHED};
use crate::matter::Act;
use crate::rule::{Asks, WhyNot};

/// What a stamp is to a dossier.
enum Step {
    Open(Box<Held>),
    Next,
    Beside,
    Whole,
}

impl Desk {
    /// Takes a stretch of a peer's stream that was read from `read_from`. `tried` are items for which a chain was fetched whole from
    /// this peer for this very stretch: what still does not fit is kept beside, so that nothing a peer says stops its
    /// stream.
    pub fn take(
        &self,
        commit: &mut Commit,
        (peer, tried): (&NodeId, &[Hash]),
        read_from: &Option<Cursor>,
        batch: VerifiedBatch,
        tick: &mut Tick<'_>,
    ) -> Taken {
        // Stored only if the cursor is still the one that the read began with.
        if commit.cursors.get(peer).or_else(|| self.cursors.get(peer)) != read_from.as_ref() {
            return Taken::Stale;
        }
        if read_from.as_ref().is_some_and(|cursor| cursor.epoch != batch.cursor.epoch) {
            // A new life of the peer: that is noted first, so that what it answers besides is known to be from this life.
            commit.cursors.insert(peer.clone(), Cursor::start(batch.cursor.epoch));
            return Taken::Stored;
        }
        let mut touched: Vec<DossierId> = Vec::new();
        let mut dossiers: HashMap<DossierId, Held> = HashMap::new();
        let mut stage = Commit::default();
        let mut joined: Vec<(DossierId, NodeId)> = Vec::new();
        for item in batch.items {
            let id = match &item {
                Incoming::Stamp(row) => row.stamp.dossier,
                Incoming::Slip { written, .. } => written.entry().dossier,
            };
            if let Entry::Vacant(vacant) = dossiers.entry(id)
                && let Some(held) = self.held(commit, id)
            {
                vacant.insert(held);
            }
            if !touched.contains(&id) {
                touched.push(id);
            }
            match item {
                Incoming::Stamp(row) => match self.take_stamp(&mut stage, dossiers.get_mut(&id), &row, (peer, tried)) {
                    // Its own stamp, and not known: of a dossier that is held this is proof; of another the chain says more.
                    // One that lies beside the log is known: a peer that restates it must not cost this node its life.
                    Step::Next | Step::Whole | Step::Open(_)
                        if row.stamp.node == self.me
                            && !self.recovering
                            && dossiers.get(&id).is_none_or(|held| !held.beside.contains(&row.hash)) =>
                    {
                        if dossiers.contains_key(&id) {
                            return Taken::Lost;
                        }
                        if !tried.contains(&row.hash) {
                            return Taken::Whole(id, row.hash);
                        }
                        self.evidence(&mut stage, None, &row, UNATTACHED, peer);
                    }
                    Step::Whole if !tried.contains(&row.hash) => return Taken::Whole(id, row.hash),
                    Step::Whole => self.evidence(&mut stage, dossiers.get_mut(&id), &row, UNATTACHED, peer),
                    Step::Open(held) => {
                        self.keep_foreign(&mut stage, &held, row, false);
                        dossiers.insert(id, *held);
                    }
                    Step::Next => {
                        let Some(held) = dossiers.get_mut(&id) else { continue };
                        let news = row.written.entry().join.iter().filter(|node| **node != self.me);
                        joined.extend(news.map(|node| (id, node.clone())));
                        let known = held.pending.iter().any(|slip| slip.hash() == row.written.hash());
                        held.take(&row, self.calendar);
                        if held.beside.contains(&row.hash) {
                            held.beside.retain(|hash| *hash != row.hash);
                            stage.revived.push((id, row.hash));
                        }
                        self.keep_foreign(&mut stage, held, row, known);
                    }
                    Step::Beside => {}
                },
                Incoming::Slip { written, said } => match dossiers.get_mut(&id) {
                    // It may come before the stamp by which its author joined.
                    Some(held) if !held.is_named(&written.entry().node) && !tried.contains(written.hash()) => {
                        return Taken::Whole(id, *written.hash());
                    }
                    Some(held) => self.take_slip(&mut stage, held, &written, said),
                    // It may come before the log does, from another sender: who offers a slip holds the log as well.
                    None if !tried.contains(written.hash()) => return Taken::Whole(id, *written.hash()),
                    // Only evidence of it is here, because an act seals it: the slip waits beside it.
                    None if self.acts.contains_key(&id) && written.entry().is_content() => {
                        stage.foreign_entry(&written, &Some(said), self.recovering);
                    }
                    None => {}
                },
            }
        }
        // From here on the batch stands.
        dossiers.values_mut().for_each(|held| stage.lay_beside(held));
        stage.groups = batch.groups;
        stage.cursors.insert(peer.clone(), batch.cursor);
        commit.absorb(stage);
        for (id, node) in joined {
            // What this node knows to be pending, the node that joins may not.
            if let Some(held) = dossiers.get(&id) {
                self.offer_pending(commit, held, &node);
            }
        }
        for id in touched {
            let Some(mut held) = dossiers.remove(&id) else { continue };
            self.answer(commit, &mut held, tick);
            commit.dossiers.insert(id, held);
        }
        Taken::Stored
    }

    fn take_stamp(
        &self,
        stage: &mut Commit,
        held: Option<&mut Held>,
        row: &StampRow,
        (peer, tried): (&NodeId, &[Hash]),
    ) -> Step {
        let Some(held) = held else {
            let sealed = self.acts.get(&row.stamp.dossier).is_some_and(|act| act.0.term > row.stamp.term);
            if sealed && !self.recovering {
                self.evidence(stage, None, row, SEALED, peer);
                return Step::Beside;
            }
            // A restored node reads all of it back, sealed or not.
            if sealed || row.stamp.seq > 0 {
                return Step::Whole;
            }
            return match Held::open(row) {
                Ok(held) => Step::Open(Box::new(held)),
                Err(fault) => {
                    self.evidence(stage, None, row, fault.code(), peer);
                    Step::Beside
                }
            };
        };
        match held.chain.judge(&row.stamp, &row.hash, &row.written) {
            Ok(Judged::Known) => Step::Beside,
            Ok(Judged::Next) if self.sealed(held).is_none_or(|sealed| row.stamp.term >= sealed) => Step::Next,
            // Sealed: kept as evidence, and into the log only beneath a recall.
            Ok(Judged::Next) => {
                self.evidence(stage, Some(held), row, SEALED, peer);
                Step::Beside
            }
            // What else that branch says is wanted as well: its entries are pending again.
            Ok(Judged::Behind) if !tried.contains(&row.hash) => Step::Whole,
            Ok(Judged::Behind) => {
                self.evidence(stage, Some(held), row, SUPERSEDED, peer);
                Step::Beside
            }
            Ok(Judged::Gap { .. } | Judged::Branch) => Step::Whole,
            // Of a fork all stamps are evidence, not only the last one; and who stamped upon another branch than the one
            // that is held here may have been its holder.
            Err(fault) if (fault.is_fork() || !held.chain.leads_to(&row.stamp)) && !tried.contains(&row.hash) => {
                Step::Whole
            }
            Err(fault) => {
                self.evidence(stage, Some(held), row, fault.code(), peer);
                Step::Beside
            }
        }
    }

    /// Keeps a stamp beside the log; what it numbers is pending if the log does not answer it.
    fn evidence(&self, stage: &mut Commit, held: Option<&mut Held>, row: &StampRow, code: &str, peer: &NodeId) {
        stage.evidence.push(EvidenceRow { row: row.clone(), code: code.to_owned(), peer: peer.clone() });
        stage.foreign_entry(&row.written, &row.said, self.recovering);
        let Some(held) = held else { return };
        let hash = row.written.hash();
        let known = held.chain.is_answered(hash) || held.pending.iter().any(|slip| slip.hash() == hash);
        // Whatever becomes of the stamp: its author did say the entry.
        if row.written.entry().is_content() && !known {
            self.hold_pending(stage, held, &row.written);
        }
    }

    fn hold_pending(&self, stage: &mut Commit, held: &mut Held, written: &Written) {
        held.pending.push(written.clone());
        // What comes back to a restored node may have had its effects in its former life: they are not repeated.
        if self.recovering {
            held.settled.push(*written.hash());
        }
        stage.pending.push((*written.hash(), written.entry().dossier));
    }

    fn take_slip(&self, stage: &mut Commit, held: &mut Held, written: &Written, said: SaidAt) {
        let hash = written.hash();
        let known = held.chain.is_answered(hash) || held.pending.iter().any(|slip| slip.hash() == hash);
        if known || !held.is_named(&written.entry().node) || !written.entry().is_content() {
            return;
        }
        self.hold_pending(stage, held, written);
        stage.foreign_entry(written, &Some(said), self.recovering);
    }

    fn keep_foreign(&self, stage: &mut Commit, held: &Held, row: StampRow, known: bool) {
        stage.foreign_entry(&row.written, &row.said, true);
        if known {
            stage.settled.push((row.stamp.dossier, *row.written.hash()));
        }
        self.settle(stage, held, &row.written);
        stage.answered.push(*row.written.hash());
        stage.answered.extend(row.written.entry().refuses.iter().map(|no| no.entry));
        stage.stamps.push(row);
    }

    /// Answers every pending entry of a dossier that this node may stamp in: by a stamp, or by a stamped refusal.
    pub(super) fn answer(&self, commit: &mut Commit, held: &mut Held, tick: &mut Tick<'_>) {
        for slip in held.pending.clone() {
            // An earlier answer may have passed the pen on.
            if !self.may_stamp_in(commit, held) {
                return;
            }
            let entry = slip.entry();
            let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
            let allowed = match (&held.matter, Act::of(&slip)) {
                _ if !held.chain.participants().contains(&entry.node) => Err(WhyNot::new("not-your-case")),
                // What a recall made pending again let someone take part: only the holder does that, and it is another now.
                _ if !entry.join.is_empty() && entry.node != self.me => Err(WhyNot::new("pen-missing")),
                (Some(matter), Some(act)) => matter.may(&act, &asks, self.calendar),
                _ => Err(WhyNot::new("not-a-case")),
            };
            let written = match allowed {
                Ok(()) => slip,
                Err(why) => Draft::next(held.chain.dossier(), held.chain.kind(), &self.me)
                    .by(By::system())
                    .refuse(tick.now, (tick.nonce)(), *slip.hash(), why.code)
                    .write(self.suite),
            };
            let is_refusal = written.entry().refuses.is_some();
            let mut stamped = Some(held.clone());
            // What the chain itself forbids stays pending: it is said again when the chain has gone on.
            let Ok(row) = self.stamp(&mut stamped, written, tick.now) else { continue };
            if let Some(stamped) = stamped {
                *held = stamped;
            }
            let peers = self.peers_of(held);
            self.keep_own(commit, held, row, peers, is_refusal);
            self.say_by_itself(commit, held, tick);
        }
    }

    /// Stamps what the rules let the pen holder's node say without a person.
    fn say_by_itself(&self, commit: &mut Commit, held: &mut Held, tick: &mut Tick<'_>) {
        let Some(act) = held.matter.as_ref().and_then(|matter| matter.by_itself(&self.me)) else { return };
        if !self.may_stamp_in(commit, held) {
            return;
        }
        let by = By::system();
        let mut said = Some(held.clone());
        let Ok(written) = self.write(held.chain.dossier(), &said, by, &act, tick) else { return };
        let Ok(row) = self.stamp(&mut said, written, tick.now) else { return };
        if let Some(said) = said {
            *held = said;
        }
        let peers = self.peers_of(held);
        self.keep_own(commit, held, row, peers, true);
    }
}
