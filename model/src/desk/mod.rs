//! The ten rules: what a node does with what it is told. Follows `core/src/exchange/desk`.

mod recall;
mod restore;
mod take;

use crate::flaw::Flaw;
use crate::log::{EntryId, Log, NodeId, Says, Set, Stamp};
use crate::property::Property;
use crate::world::{Entry, Item, World};

impl World {
    /// Whether a node may stamp: it holds the pen, no act takes it away, it was not given twice, and the node does not
    /// recover, or has recalled this very pen in this life (rules 1, 6, 7).
    pub fn may_stamp(&self, n: NodeId) -> bool {
        let node = self.node(n);
        node.log.holder() == Some(n)
            && (self.seal(n).is_none() || self.has(Flaw::NoSeal))
            && !node.is_in_fault()
            && (!node.recovering || self.recalled_it(n))
    }

    /// Somebody says something at a node: it is stamped, or offered to every participant as a slip (rule 2). Only then the
    /// person is answered.
    pub fn say(&mut self, n: NodeId, doomed: bool) {
        let entry = self.entries.len() as EntryId;
        self.entries.push(Entry { author: n, doomed });
        if self.may_stamp(n) {
            return self.stamp(n, Says::Entry(entry));
        }
        let node = self.at(n);
        node.known = node.known.with(entry);
        let to = if self.has(Flaw::SlipToHolderOnly) {
            self.node(n).log.holder().map_or(Set::default(), |holder| Set::of(&[holder]))
        } else {
            self.node(n).log.participants()
        };
        self.owe(n, to, Item::Slip(entry));
    }

    /// The node's next stamp. Who takes part is owed it; who is new is owed what is pending as well.
    pub fn stamp(&mut self, n: NodeId, says: Says) {
        let node = self.node(n);
        let raises = says == Says::Recalls && !self.has(Flaw::RecallKeepsTerm);
        let term = if raises { node.sealed } else { node.log.term() };
        let old = node.log.clone();
        let log = old.then(Stamp { term, by: n, says, nonce: self.ghost.nonce });

        let silent = !self.ghost.unheard.has(n) || says == Says::Recalls || self.recalled_it(n);
        self.ghost.ensure(silent, Property::RecoveringIsSilent);
        let sealed = self.node(n).sealed;
        self.ghost.ensure(term >= sealed || says == Says::Recalls, Property::SealedIsSilent);
        self.ghost.invited = self.ghost.invited.and(log.participants());
        if says == Says::Recalls {
            self.ensure_nothing_is_left_out(n, &log);
        }

        let node = self.at(n);
        node.log = log.clone();
        node.known = node.known.and(log.entries());
        self.settle(n, &old);
        let participants = if self.has(Flaw::AudienceIgnored) { self.everyone } else { log.participants() };
        self.owe(n, participants, Item::Stamp(log.clone()));
        self.offer_pending(n, log.participants().minus(old.participants()));
    }

    /// Nobody holds what the recall does not stand on, but who was excused since, or lost its disk.
    fn ensure_nothing_is_left_out(&mut self, n: NodeId, recalled: &Log) {
        let upto = self.node(n).sealed as usize;
        let stands = |peer: NodeId| {
            let log = &self.node(peer).log;
            let excused = self.acts[..upto].iter().skip(log.term() as usize).any(|act| act.excused.has(peer));
            log.is_within(recalled) || log.rank() > recalled.rank() || excused
        };
        let kept = self.others(n).minus(self.ghost.lost).iter().all(stands) || !self.ghost.rolled_back.is_empty();
        self.ghost.ensure(kept, Property::OnlyExcusedAreVoided);
    }

    /// Answers every pending entry where the node may stamp: by a stamp, or by a stamped refusal (rule 3).
    pub fn answer(&mut self, n: NodeId) {
        for entry in self.node(n).pending().iter() {
            if !self.may_stamp(n) {
                return;
            }
            let Entry { author, doomed } = self.entries[entry as usize];
            if !doomed && self.node(n).log.participants().has(author) {
                self.stamp(n, Says::Entry(entry));
            } else if self.has(Flaw::RefusalUnstamped) {
                let node = self.at(n);
                node.known = node.known.without(entry);
            } else {
                self.stamp(n, Says::Refuses(entry));
            }
        }
    }

    fn owe(&mut self, n: NodeId, to: Set, item: Item) {
        for peer in to.without(n).iter() {
            self.at(n).streams[peer as usize].push(item.clone());
        }
    }

    fn offer_pending(&mut self, n: NodeId, to: Set) {
        for entry in self.node(n).pending().iter() {
            self.owe(n, to, Item::Slip(entry));
        }
    }

    /// Effects belong to the entry, not to its stamp; a recovering node has none (rule 9).
    fn settle(&mut self, n: NodeId, old: &Log) {
        let by_stamp = self.has(Flaw::EffectsByStamp);
        let node = self.at(n);
        let common = old.stamps().iter().zip(node.log.stamps()).take_while(|(a, b)| a == b).count();
        let (log, recovering, settled) = (node.log.clone(), node.recovering, node.settled);
        node.settled = settled.and(log.entries());
        for stamp in &log.stamps()[common..] {
            if let Says::Entry(entry) = stamp.says
                && !recovering
                && (by_stamp || !settled.has(entry))
            {
                let times = &mut self.ghost.effects[n as usize][entry as usize];
                *times = (*times + 1).min(2);
            }
        }
    }

    /// What a recovering node knows may have had its effects in its former life: they are not repeated (rule 9).
    fn settle_lost(&mut self, n: NodeId) {
        let node = self.at(n);
        if node.recovering {
            node.settled = node.settled.and(node.known);
        }
    }
}
