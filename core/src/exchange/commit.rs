//! What one commit of a node writes: all of it or nothing.

use std::collections::{BTreeMap, HashMap};

use super::cursor::{Cursor, Epoch};
use super::held::{Held, SUPERSEDED, SaidAt, StampRow};
use crate::directory::{Document, TrustError, TrustLists};
use crate::dossier::tree::Parts;
use crate::dossier::{DossierId, Hash, Moment, NodeId, Purpose, SignedGroup, Signer, Written};

/// A row of a stream: what a peer is owed at one position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRow {
    /// Whose stream.
    pub peer: NodeId,
    /// Number of the item, from 1.
    pub position: u64,
    /// Of which dossier.
    pub dossier: DossierId,
    /// The item.
    pub owed: Owed,
    /// Running hash up to this item.
    pub hash: Hash,
}

/// An item of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// The stamp of this term and number. If two are known, the running hash says which.
    Stamp {
        /// Its term.
        term: u32,
        /// Its number.
        seq: u32,
    },
    /// A slip.
    Slip(Hash),
}

/// An entry to be stored.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// The entry.
    pub written: Written,
    /// Where its author said it; none if its stamp, by the same node, proves it.
    pub said: Option<(Hash, u32)>,
    /// Whether it stands in the log: its effects belong to this commit.
    pub settled: bool,
}

/// A stamp that is kept beside the log.
#[derive(Clone, Debug)]
pub struct EvidenceRow {
    /// The stamp.
    pub row: StampRow,
    /// Why it is not in the log.
    pub code: String,
    /// Who sent it.
    pub peer: NodeId,
}

impl EvidenceRow {
    /// Whether it proves a fault: that outweighs what else may be said of it.
    pub fn is_fault(&self) -> bool {
        self.code.starts_with("stamp-")
    }
}

/// Everything that one commit writes, in the order in which it is to be written.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// A new life of the streams begins: all rows of streams go first, and the node is recovering from here on.
    pub restart: Option<Epoch>,
    /// The node has won back what it lost: it may stamp again.
    pub resumed: bool,
    /// Documents that the commit rests on.
    pub documents: Vec<Document>,
    /// Logs are cut at a number; what was cut comes again as evidence.
    pub cut: Vec<(DossierId, u32)>,
    /// Evidence that comes into the log now.
    pub revived: Vec<(DossierId, Hash)>,
    /// The own group and those of others.
    pub groups: Vec<(SignedGroup, Parts)>,
    /// Entries that are new here, or whose author's proof is.
    pub entries: Vec<EntryRow>,
    /// Slips that stand in the log from now on.
    pub settled: Vec<(DossierId, Hash)>,
    /// Stamps, each next in its log.
    pub stamps: Vec<StampRow>,
    /// Stamps beside the log.
    pub evidence: Vec<EvidenceRow>,
    /// What peers are owed.
    pub streams: Vec<StreamRow>,
    /// Dossiers as they are now.
    pub dossiers: HashMap<DossierId, Held>,
    /// Entries that are pending from now on, unless they are in `answered`.
    pub pending: Vec<(Hash, DossierId)>,
    /// Entries that are pending no more.
    pub answered: Vec<Hash>,
    /// How far peers were read.
    pub cursors: BTreeMap<NodeId, Cursor>,
    /// Entries whose effects outside are to be had once this is durable. In a node that recovers nothing is done: they
    /// are listed for the operator.
    pub effects: Vec<Written>,
    /// Where each stream ends after this.
    pub ends: BTreeMap<NodeId, (u64, Hash)>,
    /// What is to be signed: hashes of own stamps and slips.
    contents: Vec<Hash>,
    /// Own stamps by place in `stamps`, and leaf.
    own_stamps: Vec<(usize, u32)>,
    /// Own slips by place in `entries`, and leaf.
    own_slips: Vec<(usize, u32)>,
}

impl Commit {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.restart.is_none()
            && !self.resumed
            && self.documents.is_empty()
            && self.contents.is_empty()
            && self.entries.is_empty()
            && self.stamps.is_empty()
            && self.evidence.is_empty()
            && self.streams.is_empty()
            && self.cursors.is_empty()
    }

    /// Adds what a command came to, once it is known that it stands.
    pub(super) fn absorb(&mut self, stage: Commit) {
        self.revived.extend(stage.revived);
        self.groups.extend(stage.groups);
        self.entries.extend(stage.entries);
        self.settled.extend(stage.settled);
        self.stamps.extend(stage.stamps);
        self.evidence.extend(stage.evidence);
        self.pending.extend(stage.pending);
        self.answered.extend(stage.answered);
        self.cursors.extend(stage.cursors);
        self.effects.extend(stage.effects);
    }

    pub(super) fn own_stamp(&mut self, row: StampRow) {
        self.own_stamps.push((self.stamps.len(), self.contents.len() as u32));
        self.contents.push(row.hash);
        self.stamps.push(row);
    }

    pub(super) fn own_slip(&mut self, written: Written) {
        self.own_slips.push((self.entries.len(), self.contents.len() as u32));
        self.contents.push(*written.hash());
        self.entries.push(EntryRow { written, said: None, settled: false });
    }

    pub(super) fn foreign_entry(&mut self, written: &Written, said: &Option<SaidAt>, settled: bool) {
        // A proof through the author's own stamp stands with that stamp: it is kept beside the log.
        if let Some((stamp, said)) = said.as_ref().and_then(|said| Some((said.via.as_deref()?.clone(), said))) {
            let hash = stamp.hash(said.root.suite());
            let (peer, stamped) = (stamp.node.clone(), (said.root, said.leaf));
            let row = StampRow { stamp, hash, written: written.clone(), stamped, said: None };
            self.evidence.push(EvidenceRow { row, code: SUPERSEDED.to_owned(), peer });
        }
        let said = said.as_ref().filter(|said| said.via.is_none()).map(|said| (said.root, said.leaf));
        self.entries.push(EntryRow { written: written.clone(), said, settled });
    }

    /// Tells a dossier what this commit lays beside its log. What stands in the log does not lie beside it: the proof of
    /// an author may lead through a stamp that came back.
    pub(super) fn lay_beside(&mut self, held: &mut Held) {
        self.evidence.retain(|EvidenceRow { row, code, .. }| {
            if row.stamp.dossier != held.chain.dossier() {
                return true;
            }
            let beside = held.chain.stamp(row.stamp.seq) != Some(&row.hash);
            if beside {
                held.lay_beside(row, code);
            }
            beside
        });
    }

    /// Signs what was stamped and said, once. Nothing may be added afterwards. Fails, and nothing of the commit may be
    /// written, if the trust list in force has no such key or has ended it (see [`TrustLists::signs`]).
    pub fn sign(
        &mut self,
        signer: &dyn Signer,
        me: &NodeId,
        lists: &TrustLists,
        now: Moment,
    ) -> Result<(), TrustError> {
        if self.contents.is_empty() {
            return Ok(());
        }
        let (trust, at) = lists.signs(me, &signer.public_key().fingerprint(), now)?;
        let Some((signed, parts)) = SignedGroup::sign(Purpose::Commit, signer, me, trust, at, &self.contents) else {
            return Ok(());
        };
        let root = signed.group.root;
        for (at, leaf) in self.own_stamps.drain(..) {
            self.stamps[at].stamped = (root, leaf);
        }
        for (at, leaf) in self.own_slips.drain(..) {
            self.entries[at].said = Some((root, leaf));
        }
        self.contents.clear();
        self.groups.push((signed, parts));
        Ok(())
    }
}
