//! The restore (rule 7): a node wins back its own later stamps before it stamps again.

use crate::flaw::Flaw;
use crate::log::{NodeId, Set};
use crate::world::{Cursor, Item, World};

impl World {
    /// A new life of a node's streams. It recovers from here on, and restates all that it knows.
    pub fn restart(&mut self, n: NodeId) {
        self.ghost.lives += 1;
        self.ghost.unheard = self.ghost.unheard.with(n);
        let life = self.ghost.lives;
        let (keeps, recovers) = (self.has(Flaw::NoNewEpoch), !self.has(Flaw::NoReadBack));
        let node = self.at(n);
        node.recovering = recovers;
        node.restated = Default::default();
        node.asked = Set::default();
        if !keeps {
            node.life = life;
            node.streams = Default::default();
        }
        self.settle_lost(n);
        self.restate(n, self.everyone);
    }

    /// Says again where the dossier ends and what is pending, to those of `to` that take part.
    fn restate(&mut self, n: NodeId, to: Set) {
        let node = self.node(n).clone();
        let to = to.both(node.log.participants());
        for chain in node.chains().filter(|chain| !chain.is_empty()) {
            self.owe(n, to, Item::Stamp(chain.clone()));
        }
        self.offer_pending(n, to);
    }

    /// Whom a recovering node asks: everyone in the trust list, not only those that it remembers.
    pub fn to_tell(&self, n: NodeId) -> Set {
        let node = self.node(n);
        let remembered = self.has(Flaw::ReadBackFromRemembered);
        let all = if remembered { node.log.participants() } else { self.everyone };
        if node.recovering { all.without(n) } else { Set::default() }
    }

    /// Tells a peer of the new life; it restates all that both share, and says how far its stream is to be read. What comes
    /// late from the former life is stale from here on.
    pub fn tell(&mut self, n: NodeId, peer: NodeId) {
        let life = self.node(n).life;
        let other = self.at(peer);
        if other.cursors[n as usize].life != life {
            other.cursors[n as usize] = Cursor::start(life);
        }
        if !self.has(Flaw::NoRestating) {
            self.restate(peer, Set::of(&[n]));
        }
        let until = self.node(peer).streams[n as usize].len() as u8;
        let theirs = self.node(peer).life;
        let acts = self.node(peer).sealed;
        self.at(n).restated[peer as usize] = Some((theirs, until));
        self.learn_act(n, acts);
    }

    /// Whether everything that a peer restated was read.
    pub fn is_heard(&self, n: NodeId, peer: NodeId) -> bool {
        let node = self.node(n);
        let cursor = node.cursors[peer as usize];
        let read = |(life, until)| until == 0 || cursor.life == life && cursor.position >= until;
        node.restated[peer as usize].is_some_and(read)
    }

    /// Ends the recovery: all that is known now is restated, and what is pending is answered.
    pub fn recovered(&mut self, n: NodeId) {
        if self.others(n).iter().all(|peer| self.is_heard(n, peer)) {
            self.ghost.unheard = self.ghost.unheard.without(n);
        }
        self.at(n).recovering = false;
        self.restate(n, self.everyone);
        self.answer(n);
    }
}
