//! What is said here: checked, written, stamped or offered as a slip, and put into the streams of those who take part.

use super::{Desk, Tick, Unsaid};
use crate::dossier::{Break, By, DossierId, Draft, Hash, Judged, Moment, NodeId, Stamp, Written};
use crate::exchange::commit::{Commit, EntryRow, Owed, StreamRow};
use crate::exchange::cursor::Cursor;
use crate::exchange::held::{Held, StampRow};
use crate::matter::Act;
use crate::rule::{Asks, WhyNot};

impl Desk {
    /// Says acts in a dossier, in order: all of them or none. A new dossier is opened by its first act. Answers whether
    /// they were offered as slips, because the pen is elsewhere.
    pub fn say(
        &self,
        commit: &mut Commit,
        id: DossierId,
        new: bool,
        acts: Vec<(By, impl Into<Act>)>,
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
            let written = self.write(id, &held, by, &act.into(), tick)?;
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
    pub(super) fn write(
        &self,
        id: DossierId,
        held: &Option<Held>,
        by: By,
        act: &Act,
        tick: &mut Tick<'_>,
    ) -> Result<Written, Unsaid> {
        let (draft, pen, joins) = match held {
            None => {
                act.opens(&Asks { by: &by, node: &self.me, pen: None, at: tick.now })?;
                (Draft::open(id, act.kind(), &self.me), None, Vec::new())
            }
            Some(held) => {
                // What is still pending counts as said: nobody answers a correction twice because the answer is on its way.
                let with_pending = if held.pending.is_empty() { None } else { held.with_pending(self.calendar) };
                let matter = with_pending.as_ref().or(held.matter.as_ref()).ok_or(WhyNot::new("not-a-case"))?;
                let pen = matter.pen_for(act);
                matter.may(act, &Asks { by: &by, node: &self.me, pen: pen.as_ref(), at: tick.now }, self.calendar)?;
                (Draft::next(id, act.kind(), &self.me), pen, matter.joins_by(act).to_vec())
            }
        };
        let takes_part = |node: &NodeId| held.as_ref().is_some_and(|held| held.chain.participants().contains(node));
        let draft = match pen {
            Some(to) => draft.pass(&to, !takes_part(&to)),
            None => joins.iter().filter(|node| !takes_part(node)).fold(draft, Draft::join),
        };
        Ok(draft.by(by).said(tick.now, (tick.nonce)(), act).write(self.suite))
    }

    /// Stamps an entry of a dossier whose pen this node holds.
    pub(super) fn stamp(&self, held: &mut Option<Held>, written: Written, now: Moment) -> Result<StampRow, Break> {
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
    pub(super) fn keep_own(&self, commit: &mut Commit, held: &Held, row: StampRow, peers: Vec<NodeId>, is_new: bool) {
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
    pub(super) fn settle(&self, commit: &mut Commit, held: &Held, written: &Written) {
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

    pub(super) fn offer_pending(&self, commit: &mut Commit, held: &Held, peer: &NodeId) {
        for slip in &held.pending {
            let hash = *slip.hash();
            self.stream(commit, peer, held.chain.dossier(), Owed::Slip(hash), &hash);
        }
    }

    pub(super) fn peers_of(&self, held: &Held) -> Vec<NodeId> {
        held.chain.participants().iter().filter(|peer| **peer != self.me).cloned().collect()
    }

    pub(super) fn stream(&self, commit: &mut Commit, peer: &NodeId, dossier: DossierId, owed: Owed, content: &Hash) {
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
}
