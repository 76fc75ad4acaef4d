//! A walk, told step by step.

use stateright::Model as _;

use crate::log::{Log, NodeId, Says, Set};
use crate::pen::{Action, Pen};
use crate::world::World;

/// The steps of a walk, one line each, with what each node has of the dossier at its end.
pub fn tell(pen: &Pen, actions: &[Action]) -> Vec<String> {
    let mut world = World::new(&pen.bounds, pen.flaw);
    let mut lines = Vec::new();
    for (number, action) in (1..).zip(actions) {
        let entries = world.entries.len();
        lines.push(format!("{number:2}. {}", step(*action, entries)));
        world = pen.next_state(&world, *action).unwrap_or(world);
    }
    lines.extend(world.everyone.iter().map(|n| format!("    {}", has(&world, n))));
    lines
}

fn step(action: Action, entries: usize) -> String {
    match action {
        Action::Say { at, doomed: false } => format!("somebody says e{entries} at {}", name(at)),
        Action::Say { at, doomed: true } => format!("somebody says e{entries} at {}, which will not stand", name(at)),
        Action::Pass(n, to) => format!("{} passes the pen to {}", name(n), name(to)),
        Action::Join(n, node) => format!("{} lets {} take part", name(n), name(node)),
        Action::Read(reader, sender) => format!("{} reads the stream of {}", name(reader), name(sender)),
        Action::Delay(reader, sender) => {
            format!("{} asks {}, whose answer stays on the way", name(reader), name(sender))
        }
        Action::Late => "the late answer comes".to_owned(),
        Action::Crash(n) => format!("{} crashes", name(n)),
        Action::CrashInRead(reader, sender) => {
            format!("{} reads the stream of {} and crashes after storing the cursor", name(reader), name(sender))
        }
        Action::Issue { holder, excused } => {
            format!("the registrar gives the pen to {}, and excuses {}", name(holder), names(excused))
        }
        Action::Fetch(n) => format!("{} learns the act", name(n)),
        Action::Question(n, peer) => format!("{} asks {} for all that it holds", name(n), name(peer)),
        Action::Recall(n) => format!("{} recalls the pen", name(n)),
        Action::Backup(n) => format!("the store of {} is copied", name(n)),
        Action::Restore(n) => format!("{} is restored from the copy", name(n)),
        Action::Rollback(n) => format!("{} is rolled back to the copy without noticing", name(n)),
        Action::Tell(n, peer) => format!("{} tells {} of its new life", name(n), name(peer)),
        Action::Recovered(n) => format!("{} has heard everyone", name(n)),
        Action::TakeBack(n) => format!("{} takes its offer back", name(n)),
    }
}

fn has(world: &World, n: NodeId) -> String {
    let node = world.node(n);
    let mut text = format!("{} has {}", name(n), log(&node.log));
    for chain in &node.beside {
        text += &format!("; beside {}", log(chain));
    }
    let pending: Vec<String> = node.pending().iter().map(|entry| format!("e{entry}")).collect();
    if !pending.is_empty() {
        text += &format!("; pending {}", pending.join(" "));
    }
    if world.seal(n).is_some() {
        text += &format!("; sealed by act {}", node.sealed);
    }
    if node.recovering {
        text += "; recovering";
    }
    text
}

/// A log as text: term and author of every stamp, and what it says.
fn log(log: &Log) -> String {
    if log.is_empty() {
        return "nothing".to_owned();
    }
    let stamps = log.stamps().iter().map(|stamp| {
        let says = match stamp.says {
            Says::Opens(first) => format!("opens with {}", names(first)),
            Says::Entry(entry) => format!("e{entry}"),
            Says::Refuses(entry) => format!("refuses e{entry}"),
            Says::Passes(to) => format!("passes to {}", name(to)),
            Says::Joins(node) => format!("lets {} in", name(node)),
            Says::Recalls => "recalls".to_owned(),
        };
        format!("[{}{} {says}]", name(stamp.by), stamp.term)
    });
    stamps.collect()
}

fn name(n: NodeId) -> char {
    char::from(b'A' + n)
}

fn names(set: Set) -> String {
    match set.is_empty() {
        true => "nobody".to_owned(),
        false => set.iter().map(name).map(String::from).collect::<Vec<_>>().join(" and "),
    }
}
