//! The rule that stamps follow.

use super::entry::{DossierId, NodeId, Written};
use super::stamp::Stamp;
use super::suite::Hash;

/// What is known of a dossier's log, enough to judge the next stamp: kind, term, who holds the pen, who takes part, the
/// hash of every stamp and of every entry that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    dossier: DossierId,
    kind: String,
    term: u32,
    holder: NodeId,
    participants: Vec<NodeId>,
    stamps: Vec<Hash>,
    answered: Vec<Hash>,
}

/// What a stamp is to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It follows the last one.
    Next,
    /// It is in the log already.
    Known,
    /// It is a later one; the stamps from here on are missing.
    Gap {
        /// First missing sequence number.
        from: u32,
    },
}

/// Why a stamp cannot be in this log. Each has a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// Another stamp has the same dossier, term and number: proof of fault.
    #[error("two different stamps number {seq} in one term: proof of fault")]
    Fork {
        /// The number that was given twice.
        seq: u32,
    },
    /// It does not name the stamp before it.
    #[error("stamp {seq} does not follow the stamp before it")]
    Predecessor {
        /// Its number.
        seq: u32,
    },
    /// Stamped by a node that did not hold the pen.
    #[error("stamp {seq} is by {by}, but {holder} held the pen")]
    NotHolder {
        /// Its number.
        seq: u32,
        /// Who stamped.
        by: NodeId,
        /// Who held the pen.
        holder: NodeId,
    },
    /// The entry was stamped or refused before.
    #[error("stamp {seq} numbers an entry that was answered before")]
    Answered {
        /// Its number.
        seq: u32,
    },
    /// The entry is of another dossier or kind, or the stamp is for another entry.
    #[error("stamp {seq} and its entry do not belong together")]
    Mismatch {
        /// Its number.
        seq: u32,
    },
    /// The first entry must open the dossier with its author taking part, by the node that stamps it.
    #[error("the first stamp does not open a dossier")]
    Opening,
    /// A pen passed to a node that takes no part, or an entry by one.
    #[error("stamp {seq} names {node}, which takes no part")]
    NoParticipant {
        /// Its number.
        seq: u32,
        /// The node.
        node: NodeId,
    },
    /// Another term than the log's: only a recall may raise it.
    #[error("stamp {seq} is of term {term}, the log is in term {ours}")]
    Term {
        /// Its number.
        seq: u32,
        /// Its term.
        term: u32,
        /// The log's term.
        ours: u32,
    },
}

impl Break {
    /// A stable code for programs and pages.
    pub fn code(&self) -> &'static str {
        match self {
            Break::Fork { .. } => "stamp-fork",
            Break::Predecessor { .. } => "stamp-predecessor",
            Break::NotHolder { .. } => "stamp-not-holder",
            Break::Answered { .. } => "stamp-answered",
            Break::Mismatch { .. } => "stamp-mismatch",
            Break::Opening => "stamp-opening",
            Break::NoParticipant { .. } => "stamp-no-participant",
            Break::Term { .. } => "stamp-term",
        }
    }
}

impl Chain {
    /// Opens a log with its first stamp. `hash` is the stamp's own hash, verified with its group.
    pub fn open(stamp: &Stamp, hash: &Hash, written: &Written) -> Result<Chain, Break> {
        let entry = written.entry();
        let opens = stamp.seq == 0
            && stamp.term == 0
            && stamp.prev == Hash::none(stamp.prev.suite())
            && stamp.node == entry.node
            && entry.join.contains(&entry.node)
            && entry.refuses.is_none()
            && entry.pen.is_none();
        if !opens {
            return Err(Break::Opening);
        }
        if stamp.entry != *written.hash() || stamp.dossier != entry.dossier {
            return Err(Break::Mismatch { seq: 0 });
        }
        Ok(Chain {
            dossier: entry.dossier,
            kind: entry.kind.clone(),
            term: 0,
            holder: entry.node.clone(),
            participants: entry.join.clone(),
            stamps: vec![*hash],
            answered: vec![*written.hash()],
        })
    }

    /// Says what `stamp` is to this log, without taking it.
    pub fn judge(&self, stamp: &Stamp, hash: &Hash, written: &Written) -> Result<Judged, Break> {
        let seq = stamp.seq;
        let entry = written.entry();
        if stamp.dossier != self.dossier
            || entry.dossier != self.dossier
            || entry.kind != self.kind
            || stamp.entry != *written.hash()
        {
            return Err(Break::Mismatch { seq });
        }
        if stamp.term != self.term {
            return Err(Break::Term { seq, term: stamp.term, ours: self.term });
        }
        if seq < self.len() {
            return if self.stamps[seq as usize] == *hash { Ok(Judged::Known) } else { Err(Break::Fork { seq }) };
        }
        if seq > self.len() {
            return Ok(Judged::Gap { from: self.len() });
        }
        if stamp.prev != *self.head() {
            return Err(Break::Predecessor { seq });
        }
        if stamp.node != self.holder {
            return Err(Break::NotHolder { seq, by: stamp.node.clone(), holder: self.holder.clone() });
        }
        if self.is_answered(written.hash()) || entry.refuses.as_ref().is_some_and(|no| self.is_answered(&no.entry)) {
            return Err(Break::Answered { seq });
        }
        if !self.participants.contains(&entry.node) {
            return Err(Break::NoParticipant { seq, node: entry.node.clone() });
        }
        if entry.refuses.is_some() && entry.node != self.holder {
            // Whether a slip stands is the holder's answer, nobody else's.
            return Err(Break::NotHolder { seq, by: entry.node.clone(), holder: self.holder.clone() });
        }
        // Only the holder lets others take part: a slip cannot widen the audience.
        if !entry.join.is_empty() && entry.node != self.holder {
            return Err(Break::NotHolder { seq, by: entry.node.clone(), holder: self.holder.clone() });
        }
        if let Some(to) = &entry.pen {
            // Only the holder gives the pen away, and only to a node that takes part.
            if entry.node != self.holder {
                return Err(Break::NotHolder { seq, by: entry.node.clone(), holder: self.holder.clone() });
            }
            if !self.participants.contains(to) && !entry.join.contains(to) {
                return Err(Break::NoParticipant { seq, node: to.clone() });
            }
        }
        Ok(Judged::Next)
    }

    /// Takes a stamp that [`Chain::judge`] called next.
    pub fn take(&mut self, hash: &Hash, written: &Written) {
        let entry = written.entry();
        self.stamps.push(*hash);
        self.answered.push(*written.hash());
        if let Some(no) = &entry.refuses {
            self.answered.push(no.entry);
        }
        for node in &entry.join {
            if !self.participants.contains(node) {
                self.participants.push(node.clone());
            }
        }
        if let Some(to) = &entry.pen {
            self.holder = to.clone();
        }
    }

    /// The stamp that the holder would give to `entry` now.
    pub fn next_stamp(&self, entry: &Written, at: super::moment::Moment) -> Stamp {
        Stamp {
            dossier: self.dossier,
            term: self.term,
            seq: self.len(),
            prev: *self.head(),
            entry: *entry.hash(),
            node: self.holder.clone(),
            at,
        }
    }

    /// The dossier.
    pub fn dossier(&self) -> DossierId {
        self.dossier
    }

    /// The kind of dossier.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The term of the last stamp.
    pub fn term(&self) -> u32 {
        self.term
    }

    /// Number of stamps, at least 1.
    pub fn len(&self) -> u32 {
        self.stamps.len() as u32
    }

    /// Never: a log begins with its first stamp.
    pub fn is_empty(&self) -> bool {
        self.stamps.is_empty()
    }

    /// Hash of the last stamp.
    pub fn head(&self) -> &Hash {
        &self.stamps[self.stamps.len() - 1]
    }

    /// Hash of the stamp with this number.
    pub fn stamp(&self, seq: u32) -> Option<&Hash> {
        self.stamps.get(seq as usize)
    }

    /// Who holds the pen.
    pub fn holder(&self) -> &NodeId {
        &self.holder
    }

    /// Who takes part, in the order of joining.
    pub fn participants(&self) -> &[NodeId] {
        &self.participants
    }

    /// Whether an entry was stamped or refused in this log.
    pub fn is_answered(&self, entry: &Hash) -> bool {
        self.answered.contains(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, Moment, Suite};
    use super::*;

    const SUITE: Suite = Suite::Ed25519;

    fn node(name: &str) -> NodeId {
        name.parse().unwrap()
    }

    fn opened() -> Chain {
        let entry =
            Draft::open(DossierId::from_random([1; 16]), "case", &node("aa")).said(Moment(1), [0; 8], &0).write(SUITE);
        let stamp = Stamp::first(&entry, &node("aa"), Moment(1));
        Chain::open(&stamp, &stamp.hash(SUITE), &entry).unwrap()
    }

    fn next(chain: &Chain, author: &str, nonce: u8) -> Draft {
        Draft::next(chain.dossier(), "case", &node(author)).said(Moment(2), [nonce; 8], &0)
    }

    fn push(chain: &mut Chain, draft: Draft) -> Result<Judged, Break> {
        let entry = draft.write(SUITE);
        let stamp = chain.next_stamp(&entry, Moment(3));
        let hash = stamp.hash(SUITE);
        let judged = chain.judge(&stamp, &hash, &entry)?;
        chain.take(&hash, &entry);
        Ok(judged)
    }

    #[test]
    fn the_log_itself_says_who_holds_the_pen() {
        let mut chain = opened();
        let pass = next(&chain, "aa", 1).pass(&node("bb"), true);
        assert_eq!(push(&mut chain, pass), Ok(Judged::Next));
        assert_eq!(chain.holder(), &node("bb"));
        // A slip of aa, stamped by bb.
        let slip = next(&chain, "aa", 2);
        assert_eq!(push(&mut chain, slip), Ok(Judged::Next));
        // aa no longer holds the pen and cannot pass it.
        let steal = next(&chain, "aa", 3).pass(&node("aa"), false);
        assert_eq!(push(&mut chain, steal).unwrap_err().code(), "stamp-not-holder");
        let back = next(&chain, "bb", 4).pass(&node("aa"), false);
        assert_eq!(push(&mut chain, back), Ok(Judged::Next));
        assert_eq!(chain.holder(), &node("aa"));
    }

    #[test]
    fn an_entry_is_answered_once() {
        let mut chain = opened();
        let entry = next(&chain, "aa", 1);
        assert_eq!(push(&mut chain, entry.clone()), Ok(Judged::Next));
        assert_eq!(push(&mut chain, entry.clone()).unwrap_err().code(), "stamp-answered");
        let hash = *entry.write(SUITE).hash();
        let refusal = Draft::next(chain.dossier(), "case", &node("aa")).refuse(Moment(4), [9; 8], hash, "late");
        assert_eq!(push(&mut chain, refusal).unwrap_err().code(), "stamp-answered");
    }

    #[test]
    fn forks_gaps_strangers_and_other_terms_are_told_apart() {
        let mut chain = opened();
        let before = chain.clone();
        let entry = next(&chain, "aa", 1);
        push(&mut chain, entry).unwrap();
        let other = next(&before, "aa", 2).write(SUITE);
        let stamp = before.next_stamp(&other, Moment(5));
        assert_eq!(chain.judge(&stamp, &stamp.hash(SUITE), &other), Err(Break::Fork { seq: 1 }));
        let later = next(&chain, "aa", 3).write(SUITE);
        let stamp = chain.next_stamp(&later, Moment(6));
        assert_eq!(before.judge(&stamp, &stamp.hash(SUITE), &later), Ok(Judged::Gap { from: 1 }));
        let stranger = next(&chain, "cc", 4);
        assert_eq!(push(&mut chain, stranger).unwrap_err().code(), "stamp-no-participant");
        let mut raised = chain.next_stamp(&later, Moment(7));
        raised.term = 1;
        assert_eq!(chain.judge(&raised, &raised.hash(SUITE), &later).unwrap_err().code(), "stamp-term");
    }
}
