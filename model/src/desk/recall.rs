//! The recall (rule 6): the registrar's act gives the pen to another node.

use crate::flaw::Flaw;
use crate::log::{Log, NodeId, Says, Set};
use crate::world::World;

impl World {
    /// Learns of an act: from here on the node is sealed.
    pub fn learn_act(&mut self, n: NodeId, term: u8) {
        let node = self.at(n);
        if node.sealed < term {
            node.sealed = term;
            node.asked = Set::default();
        }
    }

    /// Who is still to be asked before the recall is stamped: every participant, of the log and of what an act keeps out of
    /// it. Where a join may lie in what is lost, with a node that is excused or in what this node lost itself, everyone.
    pub fn to_ask(&self, n: NodeId) -> Set {
        let Some(act) = self.act_of(n) else { return Set::default() };
        let node = self.node(n);
        let all = match self.flaw {
            Some(Flaw::RecallWithoutAsking) => Set::default(),
            Some(Flaw::RecallFromLog) => node.log.participants(),
            Some(Flaw::RecallFromParticipants) => node.participants(),
            _ if node.recovering || !act.excused.is_empty() => self.everyone,
            _ => node.participants(),
        };
        all.without(n).minus(act.excused).minus(node.asked)
    }

    /// The new holder's question carries the act; the answer carries log, evidence, pending entries and the highest act
    /// known.
    pub fn question(&mut self, n: NodeId, peer: NodeId) {
        self.learn_act(peer, self.node(n).sealed);
        self.learn_act(n, self.node(peer).sealed);
        if self.act_of(n).is_none() {
            return;
        }
        let other = self.node(peer).clone();
        let chains: Vec<Log> =
            other.chains().filter(|chain| !chain.is_empty() && !self.distrusts(n, chain)).cloned().collect();
        if chains.iter().any(|chain| self.is_lost(n, chain)) {
            return self.restart(n);
        }
        self.adopt(n, chains, other.known, None);
        self.settle_lost(n);
        let node = self.at(n);
        node.asked = node.asked.with(peer);
    }

    /// After all answers: the best chain of all that is known, and the recall on it, always.
    pub fn recall(&mut self, n: NodeId) {
        self.adopt(n, [], Set::default(), None);
        if self.act_of(n).is_some() {
            self.stamp(n, Says::Recalls);
            self.answer(n);
        }
    }
}
