//! Stamps, and the log that they make.

use std::fmt;
use std::sync::Arc;

/// A node: 0 is A, 1 is B, 2 is C.
pub type NodeId = u8;
/// An entry: what people said, numbered as they said it. In the protocol this is the entry's hash.
pub type EntryId = u8;

/// A few small numbers: nodes, or entries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Set(u8);

impl Set {
    /// 0 to `count` - 1.
    pub fn first(count: usize) -> Set {
        Set(((1u16 << count) - 1) as u8)
    }

    /// Of these members.
    pub fn of(members: &[u8]) -> Set {
        members.iter().fold(Set::default(), |set, member| set.with(*member))
    }

    /// Whether a member is in it.
    pub fn has(self, member: u8) -> bool {
        self.0 >> member & 1 == 1
    }

    /// With one more.
    pub fn with(self, member: u8) -> Set {
        Set(self.0 | 1 << member)
    }

    /// Without one.
    pub fn without(self, member: u8) -> Set {
        Set(self.0 & !(1 << member))
    }

    /// All of both.
    pub fn and(self, other: Set) -> Set {
        Set(self.0 | other.0)
    }

    /// Those that are not in the other.
    pub fn minus(self, other: Set) -> Set {
        Set(self.0 & !other.0)
    }

    /// Those that are in both.
    pub fn both(self, other: Set) -> Set {
        Set(self.0 & other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Ascending.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..8).filter(move |member| self.has(*member))
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// What a stamp numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Says {
    /// The first entry: it names the first participants.
    Opens(Set),
    /// An entry about the matter: of the holder itself, or a slip that stands.
    Entry(EntryId),
    /// The answer to a slip that does not stand.
    Refuses(EntryId),
    /// Hands over, returns or forwards: the pen, and with it a part in the dossier.
    Passes(NodeId),
    /// Lets a node take part.
    Joins(NodeId),
    /// Takes the pen by the registrar's act.
    Recalls,
}

/// The pen holder's number for an entry. Its sequence is its place; the hash of the stamp before is the log up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// 0 until a recall raises it.
    pub term: u8,
    /// Who held the pen.
    pub by: NodeId,
    /// What it numbers.
    pub says: Says,
    /// Makes what a rolled-back node says anew something else than what it said before.
    pub nonce: u8,
}

/// Stamps that follow each other. A stamp's hash covers all stamps before it, and who sends a stamp can serve every earlier
/// one (rule 4): so a stamp is named here by the whole log that it ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Log(Arc<[Stamp]>);

impl Log {
    /// What a node has that does not hold the dossier.
    pub fn none() -> Log {
        Log(Arc::new([]))
    }

    /// A log and one more stamp.
    pub fn then(&self, stamp: Stamp) -> Log {
        Log(self.0.iter().copied().chain([stamp]).collect())
    }

    /// The stamps in order.
    pub fn stamps(&self) -> &[Stamp] {
        &self.0
    }

    /// Number of stamps.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the dossier is not held.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last stamp's term.
    pub fn term(&self) -> u8 {
        self.0.last().map_or(0, |stamp| stamp.term)
    }

    /// Which of two logs is the log of the dossier (rule 1).
    pub fn rank(&self) -> (u8, usize) {
        (self.term(), self.len())
    }

    /// Who holds the pen: the log itself says it.
    pub fn holder(&self) -> Option<NodeId> {
        self.0.iter().rev().find_map(|stamp| match stamp.says {
            Says::Opens(_) | Says::Recalls => Some(stamp.by),
            Says::Passes(to) => Some(to),
            _ => None,
        })
    }

    /// Who takes part.
    pub fn participants(&self) -> Set {
        self.0.iter().fold(Set::default(), |set, stamp| match stamp.says {
            Says::Opens(first) => set.and(first),
            Says::Passes(node) | Says::Joins(node) => set.with(node),
            _ => set,
        })
    }

    /// Entries that were stamped.
    pub fn entries(&self) -> Set {
        let entry = |stamp: &Stamp| if let Says::Entry(entry) = stamp.says { Some(entry) } else { None };
        self.0.iter().filter_map(entry).fold(Set::default(), Set::with)
    }

    /// Entries that were answered, each as often as it was.
    pub fn answers(&self) -> impl Iterator<Item = EntryId> {
        self.0.iter().filter_map(|stamp| match stamp.says {
            Says::Entry(entry) | Says::Refuses(entry) => Some(entry),
            _ => None,
        })
    }

    /// Entries that were answered.
    pub fn answered(&self) -> Set {
        self.answers().fold(Set::default(), Set::with)
    }

    /// Whether all of it stands in the other log.
    pub fn is_within(&self, other: &Log) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether the other is this log and one stamp more.
    pub fn is_before(&self, other: &Log) -> bool {
        other.len() == self.len() + 1 && self.is_within(other)
    }

    /// Whether both hold two different stamps of one term and number.
    pub fn forks(&self, other: &Log) -> bool {
        let common = self.0.iter().zip(&*other.0).take_while(|(a, b)| a == b).count();
        self.0[common..].iter().zip(&other.0[common..]).any(|(a, b)| a.term == b.term)
    }
}
