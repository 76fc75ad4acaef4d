//! Whole chains: gaps, branches, recall, restore.

use std::collections::{BTreeSet, HashMap};

use super::{Desk, Restated, Taken, Tick};
use crate::directory::Document;
use crate::dossier::{Draft, Hash, NodeId, RecallAct, Written};
use crate::exchange::batch::{Incoming, VerifiedBatch};
use crate::exchange::commit::{Commit, EvidenceRow, Owed};
use crate::exchange::cursor::{Cursor, Epoch};
use crate::exchange::held::{Adopted, Full, Held, SaidAt, StampRow};

impl Desk {
    /// Holds a whole chain that a peer sent against everything that is held of the dossier. `asked` says that it is the
    /// answer to a question of the new holder, which takes the best chain whatever acts say. Stale if it comes from another
    /// life of the peer than the one whose stream is read: a late answer must not bring back what the peer has lost, and
    /// may have said differently since.
    pub fn take_whole(
        &self,
        commit: &mut Commit,
        full: Full,
        (peer, asked): (&NodeId, bool),
        batch: VerifiedBatch,
        tick: &mut Tick<'_>,
    ) -> Taken {
        if self.cursors.get(peer).is_some_and(|cursor| cursor.epoch != batch.cursor.epoch) {
            return Taken::Stale;
        }
        let mut theirs = Vec::new();
        let mut slips = Vec::new();
        for item in batch.items {
            match item {
                Incoming::Stamp(row) => theirs.push(row),
                Incoming::Slip { written, said } => slips.push((written, said)),
            }
        }
        let Some(id) = theirs.first().map(|row| row.stamp.dossier) else { return Taken::Stored };
        theirs.retain(|row| row.stamp.dossier == id);
        slips.retain(|(written, _)| written.entry().dossier == id);
        let known =
            |hash: &Hash| full.log.iter().chain(full.beside.iter().map(|(row, _)| row)).any(|row| row.hash == *hash);
        if !self.recovering && theirs.iter().any(|row| row.stamp.node == self.me && !known(&row.hash)) {
            return Taken::Lost;
        }
        commit.groups.extend(batch.groups);
        let sealed = self.acts.get(&id).map(|act| act.0.term).filter(|_| !asked);
        if let Some(mut held) = self.adopt(commit, full, theirs, slips, (sealed, peer)) {
            self.answer(commit, &mut held, tick);
            commit.dossiers.insert(id, held);
        }
        Taken::Stored
    }

    /// Carries an act out: takes the best chain of all that is known, and stamps the recall on it. The caller has asked
    /// every participant that is not excused, and taken every answer. `false` if the act is obsolete here.
    pub fn recall(&self, commit: &mut Commit, full: Full, act: &(RecallAct, Document), tick: &mut Tick<'_>) -> bool {
        let Some(mut held) = self.adopt(commit, full, Vec::new(), Vec::new(), (None, &self.me)) else {
            return false;
        };
        if held.chain.term() >= act.0.term {
            commit.dossiers.insert(held.chain.dossier(), held);
            return false;
        }
        let written = Draft::next(held.chain.dossier(), held.chain.kind(), &self.me)
            .recall(tick.now, (tick.nonce)(), &act.1)
            .write(self.suite);
        let mut stamped = Some(held.clone());
        let Ok(row) = self.stamp(&mut stamped, written, tick.now) else { return false };
        if let Some(stamped) = stamped {
            held = stamped;
        }
        let peers = self.peers_of(&held);
        self.keep_own(commit, &held, row, peers, true);
        self.answer(commit, &mut held, tick);
        commit.dossiers.insert(held.chain.dossier(), held);
        true
    }

    fn adopt(
        &self,
        commit: &mut Commit,
        full: Full,
        theirs: Vec<StampRow>,
        slips: Vec<(Written, SaidAt)>,
        (sealed, peer): (Option<u32>, &NodeId),
    ) -> Option<Held> {
        let had: HashMap<Hash, String> = full.beside.iter().map(|(row, code)| (row.hash, code.clone())).collect();
        let knew: Vec<(Hash, bool)> =
            full.entries.iter().map(|known| (*known.written.hash(), known.said.is_some())).collect();
        let before = Held::fold(&full.log, self.calendar).ok().flatten();
        let beside = full.beside.first().map(|(row, _)| row);
        let id = full.log.first().or(theirs.first()).or(beside).map(|row| row.stamp.dossier)?;
        let Adopted { mut held, mut full, from, was, returned, settled } =
            full.adopt(theirs, slips, sealed, self.calendar);
        if self.recovering {
            // What comes back to a restored node may have had its effects in its former life.
            for known in full.entries.iter_mut().filter(|known| !known.settled) {
                known.settled = true;
                if let Some(held) = held.as_mut().filter(|_| returned.contains(known.written.hash())) {
                    held.settled.push(*known.written.hash());
                }
            }
        }
        if from < was {
            commit.cut.push((id, from));
        }
        for row in &full.log[from as usize..] {
            if had.contains_key(&row.hash) {
                commit.revived.push((id, row.hash));
            }
            commit.stamps.push(row.clone());
            commit.answered.push(*row.written.hash());
            commit.answered.extend(row.written.entry().refuses.iter().map(|no| no.entry));
        }
        for (row, code) in &full.beside {
            if had.get(&row.hash) != Some(code) {
                if had.contains_key(&row.hash) {
                    commit.revived.push((id, row.hash));
                }
                commit.evidence.push(EvidenceRow { row: row.clone(), code: code.clone(), peer: peer.clone() });
            }
        }
        for known in &full.entries {
            let hash = known.written.hash();
            let before = knew.iter().find(|(knew, _)| knew == hash);
            if before.is_none_or(|(_, proven)| !proven && known.said.is_some()) {
                commit.foreign_entry(&known.written, &known.said, known.settled);
            }
            if settled.contains(hash) {
                commit.settled.push((id, *hash));
                commit.effects.push(known.written.clone());
            }
        }
        if let Some(held) = &mut held {
            commit.lay_beside(held);
        }
        // An entry answered in the chain that was left may be open again: it is taken out of `answered` by coming back.
        commit.answered.retain(|hash| !returned.contains(hash));
        commit.pending.extend(returned.iter().map(|hash| (*hash, id)));
        let held = held?;
        // Everyone who takes part now hears of what came back, and who is new of all that is pending.
        let old: Vec<NodeId> = before.map_or(Vec::new(), |held| held.chain.participants().to_vec());
        for node in self.peers_of(&held) {
            let is_new = !old.is_empty() && !old.contains(&node);
            for slip in &held.pending {
                let hash = *slip.hash();
                if is_new || returned.contains(&hash) {
                    self.stream(commit, &node, id, Owed::Slip(hash), &hash);
                }
            }
        }
        Some(held)
    }

    /// Begins a new life of the node's streams after a restore or a rollback: it stamps nothing until it has won back
    /// what it lost. Everything that it knows is restated.
    pub fn restart(&self, commit: &mut Commit, epoch: Epoch, all: &[Restated]) {
        commit.restart = Some(epoch);
        // What was pending then may have been answered in what was lost, and have had its effects.
        commit.settled.extend(all.iter().flat_map(|one| one.pending.iter().map(|entry| (one.dossier, *entry))));
        self.restate(commit, all, None);
    }

    /// A peer began a new life and asks for all that is shared with it: it is restated, and its stream is read from its
    /// beginning. From here on, what comes late from its former life is stale.
    pub fn hear_restored(&self, commit: &mut Commit, peer: &NodeId, epoch: &Epoch, all: &[Restated]) {
        if self.cursors.get(peer).is_none_or(|cursor| cursor.epoch != *epoch) {
            commit.cursors.insert(peer.clone(), Cursor::start(epoch.clone()));
        }
        self.restate(commit, all, Some(peer));
    }

    /// Ends the recovery: every node was heard. Everything that is known now is restated, and what is pending where this
    /// node holds the pen is answered; the dossiers with something pending were lent. All of it is one commit: nothing
    /// would answer those slips after a crash in between.
    pub fn recovered(&self, commit: &mut Commit, all: &[Restated], tick: &mut Tick<'_>) {
        commit.resumed = true;
        self.restate(commit, all, None);
        for one in all.iter().filter(|one| !one.pending.is_empty()) {
            if let Some(mut held) = self.held(commit, one.dossier) {
                self.answer(commit, &mut held, tick);
                commit.dossiers.insert(one.dossier, held);
            }
        }
    }

    /// Says again where every dossier ends and what is pending: to one peer that began a new life, or to all.
    fn restate(&self, commit: &mut Commit, all: &[Restated], to: Option<&NodeId>) {
        for one in all {
            let is_told = |node: &&NodeId| **node != self.me && to.is_none_or(|to| to == *node);
            let givers: BTreeSet<&NodeId> = one.beside.iter().map(|(.., node)| node).collect();
            for giver in givers.into_iter().filter(is_told).filter(|node| !one.participants.contains(node)) {
                for (term, seq, hash, _) in one.beside.iter().filter(|(.., node)| node == giver) {
                    self.stream(commit, giver, one.dossier, Owed::Stamp { term: *term, seq: *seq }, hash);
                }
            }
            for peer in one.participants.iter().filter(is_told) {
                let beside = one.beside.iter().map(|(term, seq, hash, _)| (term, seq, hash));
                for (term, seq, hash) in beside.chain(one.last.iter().map(|(term, seq, hash)| (term, seq, hash))) {
                    self.stream(commit, peer, one.dossier, Owed::Stamp { term: *term, seq: *seq }, hash);
                }
                for entry in &one.pending {
                    self.stream(commit, peer, one.dossier, Owed::Slip(*entry), entry);
                }
            }
        }
    }
}
