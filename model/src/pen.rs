//! The model: in every state, all that may happen next.

use std::sync::Arc;

use stateright::{Model, Property as Check};

use crate::bounds::Bounds;
use crate::flaw::Flaw;
use crate::log::{NodeId, Says, Set};
use crate::look::{check, reached};
use crate::property::Property;
use crate::world::{Act, World};

/// One configuration, with or without a flaw.
#[derive(Clone, Debug)]
pub struct Pen {
    /// How much happens.
    pub bounds: Bounds,
    /// A rule that is left out.
    pub flaw: Option<Flaw>,
    /// The properties that are looked at.
    pub properties: &'static [Property],
    /// Whether it is also looked for what shows that the model does something.
    pub reaches: bool,
}

/// What may happen. A node that is down, a message that is lost, a link that is cut: what does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody says something at a node; `doomed` if the holder's rules will refuse it.
    Say {
        /// Where.
        at: NodeId,
        /// Whether the rules of the holder will refuse it.
        doomed: bool,
    },
    /// The holder hands over, returns or forwards the pen.
    Pass(NodeId, NodeId),
    /// The holder lets a node take part.
    Join(NodeId, NodeId),
    /// The first reads the second's stream and stores what it read.
    Read(NodeId, NodeId),
    /// The second's answer to the first is on the way, and will come late, or a second time.
    Delay(NodeId, NodeId),
    /// The late answer comes.
    Late,
    /// A node crashes: what is not stored is gone.
    Crash(NodeId),
    /// A node crashes between two transactions that should have been one ([`Flaw::CursorBeforeBatch`]).
    CrashInRead(NodeId, NodeId),
    /// The registrar signs an act.
    Issue {
        /// The new holder, in its life of now.
        holder: NodeId,
        /// Who need not be asked.
        excused: Set,
    },
    /// A node fetches the registrar's acts.
    Fetch(NodeId),
    /// The new holder asks a node.
    Question(NodeId, NodeId),
    /// The new holder stamps the recall.
    Recall(NodeId),
    /// A node's store is copied.
    Backup(NodeId),
    /// A node goes on with the copy, and knows it.
    Restore(NodeId),
    /// A node goes on with the copy, and does not know it.
    Rollback(NodeId),
    /// A restored node tells another of its new life.
    Tell(NodeId, NodeId),
    /// A restored node has heard everyone.
    Recovered(NodeId),
    /// The sender of an offer takes it back by its own clock ([`Flaw::SenderTakesBack`]).
    TakeBack(NodeId),
}

impl Pen {
    /// A configuration with every rule, and all properties.
    pub fn whole(bounds: Bounds) -> Pen {
        Pen { bounds, flaw: None, properties: &Property::ALL, reaches: true }
    }

    /// A flaw in the configuration that finds it, with the properties that it breaks.
    pub fn flawed(flaw: Flaw) -> Pen {
        let (bounds, properties) = flaw.breaks();
        Pen { bounds, flaw: Some(flaw), properties, reaches: false }
    }

    /// What nodes do by themselves, as long as it leads on.
    fn duties(&self, world: &World, out: &mut Vec<Action>) {
        for n in world.everyone.iter() {
            for peer in world.others(n).iter() {
                let (node, other) = (world.node(n), world.node(peer));
                let (cursor, stream) = (node.cursors[peer as usize], &other.streams[n as usize]);
                let is_new_life = cursor.life != other.life;
                if is_new_life || (cursor.position as usize) < stream.len() || !world.stands(n, peer) {
                    out.push(Action::Read(n, peer));
                }
                if world.to_ask(n).has(peer) && !is_new_life {
                    out.push(Action::Question(n, peer));
                }
                let restated = node.restated[peer as usize].is_some_and(|(life, _)| life == other.life);
                if world.to_tell(n).has(peer) && !restated {
                    out.push(Action::Tell(n, peer));
                }
            }
            if (world.node(n).sealed as usize) < world.acts.len() {
                out.push(Action::Fetch(n));
            }
            if world.act_of(n).is_some() && world.to_ask(n).is_empty() {
                out.push(Action::Recall(n));
            }
            if world.node(n).recovering && world.to_tell(n).iter().all(|peer| world.is_heard(n, peer)) {
                out.push(Action::Recovered(n));
            }
        }
    }

    /// Whether nothing is left to do but what people, the registrar and misfortune may.
    pub fn is_at_rest(&self, world: &World) -> bool {
        let mut duties = Vec::new();
        self.duties(world, &mut duties);
        duties.is_empty()
    }

    fn people(&self, world: &World, out: &mut Vec<Action>) {
        let left = &world.left;
        for n in world.everyone.iter() {
            let node = world.node(n);
            let (takes_part, stamps) = (node.log.participants().has(n), world.may_stamp(n));
            if left.says > 0 && takes_part && (stamps || !node.recovering) {
                out.push(Action::Say { at: n, doomed: false });
                if left.doomed > 0 && !stamps {
                    out.push(Action::Say { at: n, doomed: true });
                }
            }
            for other in world.others(n).iter() {
                if left.passes > 0 && stamps {
                    out.push(Action::Pass(n, other));
                }
                if left.joins > 0 && stamps && !node.log.participants().has(other) {
                    out.push(Action::Join(n, other));
                }
            }
            if left.acts > 0 && !node.log.is_empty() {
                let others = world.others(n);
                let subsets = others.iter().fold(vec![Set::default()], |sets, other| {
                    let with = sets.iter().map(|set| set.with(other));
                    sets.iter().copied().chain(with).collect()
                });
                out.extend(subsets.into_iter().map(|excused| Action::Issue { holder: n, excused }));
            }
            let offers = node.log.stamps().last().is_some_and(|stamp| stamp.by == n && stamp.says != Says::Passes(n));
            let offers = offers && node.log.holder() != Some(n);
            if world.has(Flaw::SenderTakesBack) && left.passes > 0 && offers {
                out.push(Action::TakeBack(n));
            }
        }
    }

    fn misfortune(&self, world: &World, out: &mut Vec<Action>) {
        let left = &world.left;
        for n in world.everyone.iter() {
            let node = world.node(n);
            let forgets = !node.asked.is_empty()
                || world.has(Flaw::RecoveringForgotten) && node.recovering
                || world.has(Flaw::ActsForgotten) && node.sealed > 0;
            if left.crashes > 0 && forgets {
                out.push(Action::Crash(n));
            }
            for peer in world.others(n).iter() {
                let reads =
                    (node.cursors[peer as usize].position as usize) < world.node(peer).streams[n as usize].len();
                let same_life = node.cursors[peer as usize].life == world.node(peer).life;
                if left.late > 0 && reads && same_life {
                    out.push(Action::Delay(n, peer));
                }
                if left.crashes > 0 && world.has(Flaw::CursorBeforeBatch) && reads && same_life {
                    out.push(Action::CrashInRead(n, peer));
                }
            }
            let backup = &world.backups[n as usize];
            if left.restores > 0 && self.bounds.restored.contains(&n) {
                match backup {
                    None => out.push(Action::Backup(n)),
                    Some(backup) if **backup == *node => {}
                    Some(_) if left.rollbacks > 0 => out.push(Action::Rollback(n)),
                    Some(_) => out.push(Action::Restore(n)),
                }
            }
        }
        if world.wire.is_some() {
            out.push(Action::Late);
        }
    }
}

impl Model for Pen {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(&self.bounds, self.flaw)]
    }

    fn actions(&self, world: &World, out: &mut Vec<Action>) {
        self.duties(world, out);
        self.people(world, out);
        self.misfortune(world, out);
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let mut world = before.clone();
        match action {
            Action::Say { at, doomed } => {
                world.left.says -= 1;
                world.left.doomed -= u8::from(doomed);
                world.say(at, doomed);
            }
            Action::Pass(n, to) => {
                world.left.passes -= 1;
                world.stamp(n, Says::Passes(to));
            }
            Action::Join(n, node) => {
                world.left.joins -= 1;
                world.stamp(n, Says::Joins(node));
            }
            Action::TakeBack(n) => {
                world.left.passes -= 1;
                world.stamp(n, Says::Passes(n));
            }
            Action::Read(reader, sender) => world.read(reader, sender),
            Action::Delay(reader, sender) => {
                world.left.late -= 1;
                world.wire = Some(Arc::new(world.answer_to(reader, sender)));
            }
            Action::Late => {
                if let Some(answer) = world.wire.take() {
                    world.take(&answer);
                }
            }
            Action::Crash(n) => {
                world.left.crashes -= 1;
                let (unmarked, unsealed) = (world.has(Flaw::RecoveringForgotten), world.has(Flaw::ActsForgotten));
                let node = world.at(n);
                node.asked = Set::default();
                node.recovering &= !unmarked;
                node.sealed = if unsealed { 0 } else { node.sealed };
            }
            Action::CrashInRead(reader, sender) => {
                world.left.crashes -= 1;
                let cursor = world.answer_to(reader, sender).cursor;
                world.at(reader).cursors[sender as usize] = cursor;
            }
            Action::Issue { holder, excused } => {
                world.left.acts -= 1;
                let life = world.node(holder).life;
                world.acts.push(Act { holder, life, excused });
            }
            Action::Fetch(n) => world.learn_act(n, world.acts.len() as u8),
            Action::Question(n, peer) => world.question(n, peer),
            Action::Recall(n) => world.recall(n),
            Action::Backup(n) => world.backups[n as usize] = Some(world.nodes[n as usize].clone()),
            Action::Restore(n) | Action::Rollback(n) => {
                world.left.restores -= 1;
                world.ghost.nonce += 1;
                world.ghost.lost = world.ghost.lost.with(n);
                if let Some(backup) = world.backups[n as usize].take() {
                    world.nodes[n as usize] = backup;
                }
                if action == Action::Restore(n) {
                    world.restart(n);
                } else {
                    world.left.rollbacks -= 1;
                    world.ghost.rolled_back = world.ghost.rolled_back.with(n);
                }
            }
            Action::Tell(n, peer) => world.tell(n, peer),
            Action::Recovered(n) => world.recovered(n),
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Check<Pen>> {
        let mut checks: Vec<Check<Pen>> = self.properties.iter().map(|property| check(*property)).collect();
        if self.reaches {
            checks.extend(reached(&self.bounds));
        }
        checks
    }
}
