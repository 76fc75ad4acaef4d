//! What there is: nodes with what they store, the registrar's acts, what is on the way.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::bounds::{Bounds, Left};
use crate::flaw::Flaw;
use crate::log::{EntryId, Log, NodeId, Says, Set, Stamp};
use crate::property::Property;

/// The most nodes.
pub const NODES_MAX: usize = 3;

/// An item of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A stamp with its entry.
    Stamp(Log),
    /// An entry by a node that does not hold the pen.
    Slip(EntryId),
}

/// How far a stream was read (rule 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The sender's life.
    pub life: u8,
    /// Number of items read.
    pub position: u8,
    /// Running hash over them.
    pub hash: u64,
}

impl Cursor {
    /// The beginning of a stream.
    pub fn start(life: u8) -> Cursor {
        Cursor::after(life, &[])
    }

    /// After these items.
    pub fn after(life: u8, items: &[Item]) -> Cursor {
        let mut hasher = DefaultHasher::new();
        items.hash(&mut hasher);
        Cursor { life, position: items.len() as u8, hash: hasher.finish() }
    }
}

/// What one node stores. Whatever a step changes in it is one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The log.
    pub log: Log,
    /// Chains that are kept beside the log; none within another or within the log.
    pub beside: Vec<Log>,
    /// Entries that it knows, from slips, log and evidence. Nothing is ever taken out (rule 2).
    pub known: Set,
    /// Entries that had their effects here (rule 9).
    pub settled: Set,
    /// The highest act that it knows; 0 for none.
    pub sealed: u8,
    /// The name of this life of its streams: its epoch.
    pub life: u8,
    /// Whether it wins back its own later stamps before it stamps again (rule 7).
    pub recovering: bool,
    /// What it owes each node.
    pub streams: [Vec<Item>; NODES_MAX],
    /// How far it read each node.
    pub cursors: [Cursor; NODES_MAX],
    /// Who restated to it in this life: in which life of theirs, and how far their stream is to be read.
    pub restated: [Option<(u8, u8)>; NODES_MAX],
    /// Who answered the question of the act that it carries out. Not durable.
    pub asked: Set,
}

impl Node {
    /// Entries that are known, less those that the log answers (rule 2).
    pub fn pending(&self) -> Set {
        self.known.minus(self.log.answered())
    }

    /// The log and what lies beside it.
    pub fn chains(&self) -> impl Iterator<Item = &Log> {
        self.beside.iter().chain([&self.log])
    }

    /// Who takes part by anything that is known.
    pub fn participants(&self) -> Set {
        self.chains().fold(Set::default(), |set, chain| set.and(chain.participants()))
    }

    /// Whether a chain is known, stamp by stamp.
    pub fn knows(&self, chain: &Log) -> bool {
        self.chains().any(|known| chain.is_within(known))
    }

    /// Whether two stamps of one number are known in the log's term: the holder stops until a recall (rule 1).
    pub fn is_in_fault(&self) -> bool {
        self.beside.iter().any(|chain| chain.term() == self.log.term() && chain.forks(&self.log))
    }
}

/// An entry, and what became of it cannot change any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The node at which it was said, and acknowledged.
    pub author: NodeId,
    /// The holder's rules will refuse it.
    pub doomed: bool,
}

/// An act of the registrar. Its place in the list is its term: a number that is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Act {
    /// Who holds the pen from the recall on.
    pub holder: NodeId,
    /// In which life.
    pub life: u8,
    /// Who need not be asked.
    pub excused: Set,
}

/// An answer that is still on the way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// Who asked.
    pub reader: NodeId,
    /// Who answered.
    pub sender: NodeId,
    /// From where.
    pub read_from: Cursor,
    /// What.
    pub items: Vec<Item>,
    /// The cursor after it.
    pub cursor: Cursor,
}

/// What nobody in the world knows, and the properties are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Ghost {
    /// Lives begun so far, and so the name of the last one.
    pub lives: u8,
    /// Restores and rollbacks so far.
    pub nonce: u8,
    /// Nodes that lost part of their disk.
    pub lost: Set,
    /// Nodes that were rolled back without noticing.
    pub rolled_back: Set,
    /// Nodes that were restored and have not heard everyone since.
    pub unheard: Set,
    /// Nodes that were ever let take part.
    pub invited: Set,
    /// How often each entry had its effects on each node.
    pub effects: [[u8; 3]; NODES_MAX],
    /// Properties of steps that did not hold.
    pub broken: u16,
}

impl Ghost {
    /// Notes a property of a step.
    pub fn ensure(&mut self, holds: bool, property: Property) {
        if !holds {
            self.broken |= 1 << property as u16;
        }
    }
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// A rule that is left out.
    pub flaw: Option<Flaw>,
    /// Nodes in the trust list.
    pub everyone: Set,
    /// By number.
    pub nodes: [Arc<Node>; NODES_MAX],
    /// What people said so far.
    pub entries: Vec<Entry>,
    /// What the registrar signed so far.
    pub acts: Vec<Act>,
    /// An old copy of each node's store.
    pub backups: [Option<Arc<Node>>; NODES_MAX],
    /// A late answer.
    pub wire: Option<Arc<Answer>>,
    /// What may still happen.
    pub left: Left,
    /// What nobody knows.
    pub ghost: Ghost,
}

impl World {
    /// The dossier was opened by A, and every participant has read it.
    pub fn new(bounds: &Bounds, flaw: Option<Flaw>) -> World {
        let participants = Set::of(bounds.participants);
        let opened = Log::none().then(Stamp { term: 0, by: 0, says: Says::Opens(participants), nonce: 0 });
        let node = |n: usize| {
            Arc::new(Node {
                log: if participants.has(n as NodeId) { opened.clone() } else { Log::none() },
                beside: Vec::new(),
                known: Set::default(),
                settled: Set::default(),
                sealed: 0,
                life: 0,
                recovering: false,
                streams: Default::default(),
                cursors: [Cursor::start(0); NODES_MAX],
                restated: [None; NODES_MAX],
                asked: Set::default(),
            })
        };
        World {
            flaw,
            everyone: bounds.everyone(),
            nodes: [node(0), node(1), node(2)],
            entries: Vec::new(),
            acts: Vec::new(),
            backups: [None, None, None],
            wire: None,
            left: bounds.left,
            ghost: Ghost { invited: participants, ..Ghost::default() },
        }
    }

    /// Whether a rule is left out.
    pub fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// A node.
    pub fn node(&self, n: NodeId) -> &Node {
        &self.nodes[n as usize]
    }

    /// A node, to be changed.
    pub fn at(&mut self, n: NodeId) -> &mut Node {
        Arc::make_mut(&mut self.nodes[n as usize])
    }

    /// All nodes but one.
    pub fn others(&self, n: NodeId) -> Set {
        self.everyone.without(n)
    }

    /// The act that seals a node, if its log is of a lower term.
    pub fn seal(&self, n: NodeId) -> Option<&Act> {
        let node = self.node(n);
        (node.sealed > node.log.term()).then(|| &self.acts[node.sealed as usize - 1])
    }

    /// The act that a node has to carry out: it is the new holder, in this life.
    pub fn act_of(&self, n: NodeId) -> Option<&Act> {
        let node = self.node(n);
        let fits = |act: &&Act| act.holder == n && (act.life == node.life || self.has(Flaw::ActWithoutLife));
        self.seal(n).filter(fits).filter(|_| !node.log.is_empty())
    }

    /// Whether the last recall in a node's log was by itself, in this life.
    pub fn recalled_it(&self, n: NodeId) -> bool {
        let node = self.node(n);
        let recall = node.log.stamps().iter().rev().find(|stamp| stamp.says == Says::Recalls);
        let act = recall.and_then(|stamp| self.acts.get((stamp.term as usize).wrapping_sub(1)));
        act.is_some_and(|act| act.holder == n && act.life == node.life)
    }
}
