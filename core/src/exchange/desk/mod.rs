//! The desk: everything that a node decides about dossiers, as a pure state machine.
//!
//! The node gives it what people say and what peers send, with `now` and random bytes; it answers with a [`Commit`] that
//! is written as one. What it needs to know of a dossier is lent to it first ([`Desk::wants`], [`Desk::lend`]). The
//! same code runs in a node, over a database and HTTP, and in the simulator, over an invented disk and wire.

mod say;
mod take;
mod whole;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::commit::Commit;
use super::cursor::{Cursor, Epoch};
use super::held::Held;
use crate::directory::Document;
use crate::dossier::{Break, DossierId, Hash, Moment, NodeId, RecallAct, Suite};
use crate::rule::WhyNot;
use crate::time::Calendar;

/// Dossiers kept folded in memory; half of them are dropped when there are more.
pub const DOSSIERS_CACHED_MAX: usize = 20_000;

/// The moment and the random bytes of one step.
pub struct Tick<'a> {
    /// Now.
    pub now: Moment,
    /// Random bytes that make equal statements different entries.
    pub nonce: &'a mut (dyn FnMut() -> [u8; 8] + Send),
}

/// Why nothing was said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsaid {
    /// A rule forbids it.
    #[error("{0}")]
    Why(#[from] WhyNot),
    /// No such dossier.
    #[error("no such dossier")]
    NotFound,
    /// This node must not stamp: it was restored or rolled back and wins back its own later stamps first.
    #[error("this node is recovering and does not stamp")]
    Recovering,
    /// The pen is being recalled, or was given twice: it cannot be passed now.
    #[error("the pen of this dossier is being recalled")]
    Recall,
    /// The entry could not be stamped.
    #[error("{0}")]
    Break(#[from] Break),
}

impl Unsaid {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Unsaid::Why(why) => why.code,
            Unsaid::NotFound => "case-not-found",
            Unsaid::Recovering => "node-recovering",
            Unsaid::Recall => "recall-running",
            Unsaid::Break(fault) => fault.code(),
        }
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Taken.
    Stored,
    /// The cursor had moved meanwhile, or the answer is from another life of the peer: read again.
    Stale,
    /// The peer holds a stamp of this very node that this node does not know: it was rolled back without noticing, and
    /// begins a new life ([`Desk::restart`]) before it goes on.
    Lost,
    /// Stamps are missing, or stand on another branch, as this item shows: fetch the whole chain from the sender, then read
    /// again.
    Whole(DossierId, Hash),
}

/// A dossier's end and what lies beside it, as both sides restate it in a new life of a stream.
#[derive(Clone, Debug)]
pub struct Restated {
    /// The dossier.
    pub dossier: DossierId,
    /// Who takes part.
    pub participants: Vec<NodeId>,
    /// Term, number and hash of the last stamp; none if only evidence of the dossier is here.
    pub last: Option<(u32, u32, Hash)>,
    /// Stamps beside the log: term, number, hash, and who gave it. Whoever gave one gets it back, even if nothing that is
    /// known here says that it takes part: it may have lost it.
    pub beside: Vec<(u32, u32, Hash, NodeId)>,
    /// Entries that are pending.
    pub pending: Vec<Hash>,
}

/// One node's desk.
#[derive(Debug)]
pub struct Desk {
    me: NodeId,
    suite: Suite,
    calendar: &'static Calendar,
    epoch: Epoch,
    recovering: bool,
    acts: HashMap<DossierId, Arc<(RecallAct, Document)>>,
    ends: BTreeMap<NodeId, (u64, Hash)>,
    cursors: BTreeMap<NodeId, Cursor>,
    cache: HashMap<DossierId, Arc<Held>>,
    /// What was in the cache when it was full last: what is still worked on moves over.
    cache_before: HashMap<DossierId, Arc<Held>>,
    /// Lent, and not held.
    unknown: Vec<DossierId>,
}

impl Desk {
    /// A desk in this life of its streams.
    pub fn new(me: NodeId, suite: Suite, calendar: &'static Calendar, epoch: Epoch, recovering: bool) -> Desk {
        Desk {
            me,
            suite,
            calendar,
            epoch,
            recovering,
            acts: HashMap::new(),
            ends: BTreeMap::new(),
            cursors: BTreeMap::new(),
            cache: HashMap::new(),
            cache_before: HashMap::new(),
            unknown: Vec::new(),
        }
    }

    /// This life of the node's streams.
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Whether the node wins back its own later stamps before it stamps again.
    pub fn is_recovering(&self) -> bool {
        self.recovering
    }

    /// Where every stream ends and how far every peer was read, as stored.
    pub fn resume(&mut self, ends: BTreeMap<NodeId, (u64, Hash)>, cursors: BTreeMap<NodeId, Cursor>) {
        self.ends = ends;
        self.cursors = cursors;
    }

    /// Forgets what it remembers of dossiers: after a commit that failed, or when another wrote meanwhile.
    pub fn forget(&mut self) {
        self.cache.clear();
        self.cache_before.clear();
        self.unknown.clear();
    }

    /// Whether the dossier has to be lent first.
    pub fn wants(&self, commit: &Commit, id: DossierId) -> bool {
        !commit.dossiers.contains_key(&id)
            && !self.cache.contains_key(&id)
            && !self.cache_before.contains_key(&id)
            && !self.unknown.contains(&id)
    }

    /// Lends a dossier as it is stored; `None` if it is not held.
    pub fn lend(&mut self, id: DossierId, held: Option<Held>) {
        match held {
            Some(held) => drop(self.cache.insert(id, Arc::new(held))),
            None => self.unknown.push(id),
        }
    }

    /// After a commit is durable: what it made is what is known from now on.
    pub fn committed(&mut self, commit: Commit) {
        if let Some(epoch) = commit.restart {
            self.epoch = epoch;
            self.recovering = true;
            self.ends.clear();
            self.forget();
        }
        if commit.resumed {
            self.recovering = false;
        }
        self.unknown.clear();
        for (id, held) in commit.dossiers {
            self.cache_before.remove(&id);
            self.cache.insert(id, Arc::new(held));
        }
        if self.cache.len() > DOSSIERS_CACHED_MAX / 2 {
            self.cache_before = std::mem::take(&mut self.cache);
        }
        self.ends.extend(commit.ends);
        self.cursors.extend(commit.cursors);
    }

    /// Learns an act of the registrar whose signature was checked: it seals its dossiers from now on.
    pub fn learn(&mut self, act: RecallAct, document: Document) {
        let known = Arc::new((act, document));
        for dossier in &known.0.dossiers {
            let higher = self.acts.get(dossier).is_none_or(|held| held.0.term < known.0.term);
            if higher {
                self.acts.insert(*dossier, known.clone());
            }
        }
    }

    /// The highest act that is known for a dossier.
    pub fn act(&self, dossier: DossierId) -> Option<&(RecallAct, Document)> {
        self.acts.get(&dossier).map(|act| &**act)
    }

    /// The acts that this node has to carry out: it is the new holder, in this life.
    pub fn acts_to_carry_out(&self) -> Vec<(DossierId, Arc<(RecallAct, Document)>)> {
        let mine = |act: &RecallAct| act.holder == self.me && act.epoch == self.epoch;
        let mut acts: Vec<_> =
            self.acts.iter().filter(|(_, act)| mine(&act.0)).map(|(id, act)| (*id, act.clone())).collect();
        acts.sort_by_key(|(id, _)| *id);
        acts
    }

    fn sealed(&self, held: &Held) -> Option<u32> {
        let term = self.acts.get(&held.chain.dossier())?.0.term;
        (term > held.chain.term()).then_some(term)
    }

    /// A dossier as it stands in this commit, if it was lent.
    pub fn held(&self, commit: &Commit, id: DossierId) -> Option<Held> {
        if let Some(held) = commit.dossiers.get(&id) {
            return Some(held.clone());
        }
        self.cache.get(&id).or_else(|| self.cache_before.get(&id)).map(|held| Held::clone(held))
    }

    /// Whether this node may stamp in a dossier: it holds the pen, no act takes it away, it was not given twice, and the
    /// node is not recovering, or recalled this very pen in this life.
    pub fn may_stamp(&self, held: &Held) -> bool {
        self.stands(held) && (!self.recovering || held.chain.recalled() == Some(&self.epoch))
    }

    /// The same within a commit, which may be the one that ends the recovery.
    fn may_stamp_in(&self, commit: &Commit, held: &Held) -> bool {
        if commit.resumed { self.stands(held) } else { self.may_stamp(held) }
    }

    /// Whether this node holds the pen, and nothing but a recovery of its own keeps it from stamping.
    fn stands(&self, held: &Held) -> bool {
        *held.chain.holder() == self.me && self.sealed(held).is_none() && !held.is_in_fault()
    }

    /// Where a peer's stream ends.
    pub fn end(&self, peer: &NodeId) -> Option<&(u64, Hash)> {
        self.ends.get(peer)
    }
}
