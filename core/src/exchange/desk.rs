//! The desk: everything that a node decides about dossiers, as a pure state machine.
//!
//! The node gives it what people say and what peers send, with `now` and random bytes; it answers with a [`Commit`] that
//! is written as one. What it needs to know of a dossier is lent to it first ([`Desk::wants`], [`Desk::lend`]). The
//! same code runs in a node, over a database and HTTP, and in the simulator, over an invented disk and wire.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::batch::{Incoming, VerifiedBatch};
use super::commit::{Commit, EntryRow, EvidenceRow, Owed, StreamRow};
use super::cursor::{Cursor, Epoch};
use super::held::{Adopted, Full, Held, SEALED, SUPERSEDED, SaidAt, StampRow, UNATTACHED};
use crate::case::{self, Act, Asks, WhyNot};
use crate::directory::Document;
use crate::dossier::{
    Break, By, DossierId, Draft, Hash, Judged, Moment, NodeId, RecallAct, Role, Stamp, Suite, Written,
};
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
    /// Stamps beside the log: term, number, hash.
    pub beside: Vec<(u32, u32, Hash)>,
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
        *held.chain.holder() == self.me
            && self.sealed(held).is_none()
            && !held.is_in_fault()
            && (!self.recovering || held.chain.recalled() == Some(&self.epoch))
    }

    // ---- what is said here

    /// Says acts in a dossier, in order: all of them or none. A new dossier is opened by its first act. Answers whether
    /// they were offered as slips, because the pen is elsewhere.
    pub fn say(
        &self,
        commit: &mut Commit,
        id: DossierId,
        new: bool,
        acts: Vec<(By, Act)>,
        tick: &mut Tick<'_>,
    ) -> Result<bool, Unsaid> {
        let mut held = if new { None } else { Some(self.held(commit, id).ok_or(Unsaid::NotFound)?) };
        let stamps = match &held {
            Some(held) => self.may_stamp(held),
            None => !self.recovering,
        };
        if self.recovering && !stamps {
            return Err(Unsaid::Recovering);
        }
        // Nothing of it enters the commit before every act was allowed.
        let mut said = Vec::new();
        let mut offered = Vec::new();
        for (by, act) in acts {
            let written = self.write(id, &held, by, &act, tick)?;
            if stamps {
                let row = self.stamp(&mut held, written, tick.now)?;
                // To whom it goes now: who joins later gets it then, with the whole log.
                let peers = held.as_ref().map_or(Vec::new(), |held| self.peers_of(held));
                said.push((row, peers));
            } else if let Some(held) = &mut held {
                if written.entry().pen.is_some() {
                    return Err(Unsaid::Recall);
                }
                held.pending.push(written.clone());
                offered.push(written);
            }
        }
        let Some(held) = held else { return Err(Unsaid::NotFound) };
        for (row, peers) in said {
            self.keep_own(commit, &held, row, peers, true);
        }
        for written in offered {
            self.offer(commit, &held, written);
        }
        commit.dossiers.insert(id, held);
        Ok(!stamps)
    }

    /// Checks an act against the rules and writes its entry.
    fn write(
        &self,
        id: DossierId,
        held: &Option<Held>,
        by: By,
        act: &Act,
        tick: &mut Tick<'_>,
    ) -> Result<Written, Unsaid> {
        let (draft, pen) = match held {
            None => {
                let Act::Drafted(drafted) = act else { return Err(WhyNot::new("not-a-case").into()) };
                case::first_draft(drafted, &Asks { by: &by, node: &self.me, pen: None, at: tick.now })?;
                (Draft::open(id, case::KIND, &self.me), None)
            }
            Some(held) => {
                // What is still pending counts as said: nobody answers a correction twice because the answer is on its way.
                let with_pending = if held.pending.is_empty() { None } else { held.case_with_pending(self.calendar) };
                let case = with_pending.as_ref().or(held.case.as_ref()).ok_or(WhyNot::new("not-a-case"))?;
                let pen = case.pen_for(act);
                case.may(act, &Asks { by: &by, node: &self.me, pen: pen.as_ref(), at: tick.now }, self.calendar)?;
                (Draft::next(id, case::KIND, &self.me), pen)
            }
        };
        let draft = match pen {
            Some(to) => {
                let joins = held.as_ref().is_some_and(|held| !held.chain.participants().contains(&to));
                draft.pass(&to, joins)
            }
            None => draft,
        };
        Ok(draft.by(by).said(tick.now, (tick.nonce)(), act).write(self.suite))
    }

    /// Stamps an entry of a dossier whose pen this node holds.
    fn stamp(&self, held: &mut Option<Held>, written: Written, now: Moment) -> Result<StampRow, Break> {
        let stamp = match held {
            Some(held) => held.chain.next_stamp(&written, now),
            None => Stamp::first(&written, &self.me, now),
        };
        let hash = stamp.hash(self.suite);
        let row = StampRow { stamp, hash, written, stamped: (Hash::none(self.suite), 0), said: None };
        match held {
            Some(held) => match held.chain.judge(&row.stamp, &row.hash, &row.written)? {
                Judged::Next => held.take(&row, self.calendar),
                _ => return Err(Break::Predecessor { seq: row.stamp.seq }),
            },
            None => *held = Some(Held::open(&row)?),
        }
        Ok(row)
    }

    /// Puts an own stamp into the commit: leaf, rows, streams of `peers`.
    fn keep_own(&self, commit: &mut Commit, held: &Held, row: StampRow, peers: Vec<NodeId>, is_new: bool) {
        let entry = row.written.entry();
        let (term, seq, id) = (row.stamp.term, row.stamp.seq, row.stamp.dossier);
        // A slip was stored when it came, with its author's proof; a new entry is stored now, proven by its stamp.
        if is_new {
            commit.entries.push(EntryRow { written: row.written.clone(), said: None, settled: true });
        } else {
            commit.settled.push((id, *row.written.hash()));
        }
        self.settle(commit, held, &row.written);
        commit.answered.push(*row.written.hash());
        if let Some(no) = &entry.refuses {
            commit.answered.push(no.entry);
        }
        let joined = entry.join.clone();
        for peer in peers {
            // Who joins gets the log from its first stamp, and what is still pending.
            let from = if joined.contains(&peer) && seq > 0 { 0 } else { seq };
            for number in from..=seq {
                let Some(content) = held.chain.stamp(number).copied() else { continue };
                let term = if number == seq { term } else { held.chain.term_at(number) };
                self.stream(commit, &peer, id, Owed::Stamp { term, seq: number }, &content);
            }
            if from != seq {
                self.offer_pending(commit, held, &peer);
            }
        }
        commit.own_stamp(row);
    }

    /// Effects belong to the entry, not to its stamp: an entry that a recall put under another number has had them.
    fn settle(&self, commit: &mut Commit, held: &Held, written: &Written) {
        if written.entry().is_content() && !held.settled.contains(written.hash()) {
            commit.effects.push(written.clone());
        }
    }

    /// Offers an own entry to every participant as a slip.
    fn offer(&self, commit: &mut Commit, held: &Held, written: Written) {
        let (hash, id) = (*written.hash(), held.chain.dossier());
        commit.own_slip(written);
        commit.pending.push((hash, id));
        for peer in self.peers_of(held) {
            self.stream(commit, &peer, id, Owed::Slip(hash), &hash);
        }
    }

    fn offer_pending(&self, commit: &mut Commit, held: &Held, peer: &NodeId) {
        for slip in &held.pending {
            let hash = *slip.hash();
            self.stream(commit, peer, held.chain.dossier(), Owed::Slip(hash), &hash);
        }
    }

    fn peers_of(&self, held: &Held) -> Vec<NodeId> {
        held.chain.participants().iter().filter(|peer| **peer != self.me).cloned().collect()
    }

    fn stream(&self, commit: &mut Commit, peer: &NodeId, dossier: DossierId, owed: Owed, content: &Hash) {
        let epoch = commit.restart.as_ref().unwrap_or(&self.epoch).clone();
        let known = commit.ends.get(peer).or_else(|| self.ends.get(peer).filter(|_| commit.restart.is_none()));
        let mut cursor = Cursor::start(epoch);
        if let Some((position, hash)) = known {
            (cursor.position, cursor.hash) = (*position, *hash);
        }
        cursor.advance(content);
        commit.ends.insert(peer.clone(), (cursor.position, cursor.hash));
        commit.streams.push(StreamRow {
            peer: peer.clone(),
            position: cursor.position,
            dossier,
            owed,
            hash: cursor.hash,
        });
    }

    // ---- what a peer sent

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
            if let std::collections::hash_map::Entry::Vacant(vacant) = dossiers.entry(id)
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
                    Step::Next | Step::Whole | Step::Open(_) if row.stamp.node == self.me && !self.recovering => {
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
                        self.keep_foreign(&mut stage, held, row, known);
                    }
                    Step::Beside => {}
                },
                Incoming::Slip { written, said } => match dossiers.get_mut(&id) {
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
            // Of a fork all stamps are evidence, not only the last one.
            Err(fault) if fault.is_fork() && !tried.contains(&row.hash) => Step::Whole,
            Err(fault) => {
                if fault.is_fork() && row.stamp.term == held.chain.term() {
                    held.fault = Some(row.stamp.term);
                }
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
        let takes_part = held.chain.participants().contains(&written.entry().node);
        if known || !takes_part || !written.entry().is_content() {
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
    fn answer(&self, commit: &mut Commit, held: &mut Held, tick: &mut Tick<'_>) {
        if !self.may_stamp(held) {
            return;
        }
        for slip in held.pending.clone() {
            // An earlier answer may have passed the pen on.
            if !self.may_stamp(held) {
                return;
            }
            let entry = slip.entry();
            let asks = Asks { by: &entry.by, node: &entry.node, pen: entry.pen.as_ref(), at: entry.at };
            let allowed = match (&held.case, Act::of(&slip)) {
                _ if !held.chain.participants().contains(&entry.node) => Err(WhyNot::new("not-your-case")),
                (Some(case), Some(act)) => case.may(&act, &asks, self.calendar),
                _ => Err(WhyNot::new("not-a-case")),
            };
            let written = match allowed {
                Ok(()) => slip,
                Err(why) => Draft::next(held.chain.dossier(), held.chain.kind(), &self.me)
                    .by(By { org: None, role: Role::System, staff: None })
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
        let Some(act) = held.case.as_ref().and_then(|case| case.by_itself(&self.me)) else { return };
        if !self.may_stamp(held) {
            return;
        }
        let by = By { org: None, role: Role::System, staff: None };
        let mut said = Some(held.clone());
        let Ok(written) = self.write(held.chain.dossier(), &said, by, &act, tick) else { return };
        let Ok(row) = self.stamp(&mut said, written, tick.now) else { return };
        if let Some(said) = said {
            *held = said;
        }
        let peers = self.peers_of(held);
        self.keep_own(commit, held, row, peers, true);
    }

    // ---- whole chains: gaps, branches, recall, restore

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

    /// Everyone who has to be asked before a recall of a dossier is stamped.
    pub fn asked_for(&self, held: &Held, act: &RecallAct) -> Vec<NodeId> {
        self.peers_of(held).into_iter().filter(|peer| !act.excused.contains(peer)).collect()
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
        let id = full.log.first().or(theirs.first()).map(|row| row.stamp.dossier)?;
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

    /// Ends the recovery: every node was heard. Everything that is known now is restated.
    pub fn recovered(&self, commit: &mut Commit, all: &[Restated]) {
        commit.resumed = true;
        self.restate(commit, all, None);
    }

    /// Says again where every dossier ends and what is pending: to one peer that began a new life, or to all.
    fn restate(&self, commit: &mut Commit, all: &[Restated], to: Option<&NodeId>) {
        for one in all {
            let peers = one.participants.iter().filter(|node| **node != self.me && to.is_none_or(|to| to == *node));
            for peer in peers {
                for (term, seq, hash) in one.beside.iter().chain(&one.last) {
                    self.stream(commit, peer, one.dossier, Owed::Stamp { term: *term, seq: *seq }, hash);
                }
                for entry in &one.pending {
                    self.stream(commit, peer, one.dossier, Owed::Slip(*entry), entry);
                }
            }
        }
    }

    /// Answers what is pending in a dossier: after a recovery.
    pub fn answer_pending(&self, commit: &mut Commit, id: DossierId, tick: &mut Tick<'_>) {
        if let Some(mut held) = self.held(commit, id) {
            self.answer(commit, &mut held, tick);
            commit.dossiers.insert(id, held);
        }
    }

    /// Where a peer's stream ends.
    pub fn end(&self, peer: &NodeId) -> Option<&(u64, Hash)> {
        self.ends.get(peer)
    }

    /// How far a peer was read.
    pub fn cursor(&self, peer: &NodeId) -> Option<&Cursor> {
        self.cursors.get(peer)
    }
}

/// What a stamp is to a dossier.
enum Step {
    Open(Box<Held>),
    Next,
    Beside,
    Whole,
}
