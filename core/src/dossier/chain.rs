//! The rule that stamps follow.

use std::cmp::Ordering;

use super::entry::{DossierId, NodeId, Written};
use super::recall::RecallAct;
use super::stamp::Stamp;
use super::suite::Hash;
use crate::directory::Document;
use crate::exchange::Epoch;

/// What is known of a dossier's log, enough to judge the next stamp: kind, terms, who holds the pen, who takes part, the
/// hash of every stamp and of every entry that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    dossier: DossierId,
    kind: String,
    /// First number and term of every stretch, ascending in both.
    terms: Vec<(u32, u32)>,
    /// In which life of the holder the last recall was made, if there was one.
    recalled: Option<Epoch>,
    /// First number that each holder of the pen gave or may give, ascending.
    holders: Vec<(u32, NodeId)>,
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
    /// It is of a lower term than the log has at this place: evidence, and no fault of anybody's.
    Behind,
    /// It is of a higher term, and does not follow the last stamp: the whole chain has to be looked at.
    Branch,
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
    /// The stamp is for another entry.
    #[error("stamp {seq} numbers another entry than the one beside it")]
    Mismatch {
        /// Its number.
        seq: u32,
    },
    /// The stamp or its entry is of another dossier.
    #[error("stamp {seq} or its entry is of another dossier")]
    OtherDossier {
        /// Its number.
        seq: u32,
    },
    /// The entry is of another kind than the one that opened the dossier.
    #[error("the entry of stamp {seq} is of another kind than its dossier")]
    OtherKind {
        /// Its number.
        seq: u32,
    },
    /// An entry by a node without the pen that passes the pen, refuses, or lets others take part.
    #[error("the entry of stamp {seq}, by {by}, does what only {holder} may, who held the pen")]
    HoldersAct {
        /// Its number.
        seq: u32,
        /// Who wrote the entry.
        by: NodeId,
        /// Who held the pen.
        holder: NodeId,
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
    /// A recall whose act does not give this node the pen of this dossier in this term.
    #[error("stamp {seq} takes the pen without the registrar's act")]
    Recall {
        /// Its number.
        seq: u32,
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
    /// Whether two stamps of one term differ: proof of fault, after which the holder stops until a recall.
    pub fn is_fork(&self) -> bool {
        matches!(self, Break::Fork { .. } | Break::Predecessor { .. })
    }

    /// Whether a stored code says so.
    pub fn is_fork_code(code: &str) -> bool {
        matches!(code, "stamp-fork" | "stamp-predecessor")
    }

    /// A stable code for programs and pages.
    pub fn code(&self) -> &'static str {
        match self {
            Break::Fork { .. } => "stamp-fork",
            Break::Predecessor { .. } => "stamp-predecessor",
            Break::NotHolder { .. } => "stamp-not-holder",
            Break::Answered { .. } => "stamp-answered",
            Break::Mismatch { .. } => "stamp-mismatch",
            Break::OtherDossier { .. } => "stamp-other-dossier",
            Break::OtherKind { .. } => "stamp-other-kind",
            Break::HoldersAct { .. } => "stamp-holders-act",
            Break::Opening => "stamp-opening",
            Break::NoParticipant { .. } => "stamp-no-participant",
            Break::Recall { .. } => "stamp-recall",
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
            && entry.is_content();
        if !opens {
            return Err(Break::Opening);
        }
        if stamp.entry != *written.hash() {
            return Err(Break::Mismatch { seq: 0 });
        }
        if stamp.dossier != entry.dossier {
            return Err(Break::OtherDossier { seq: 0 });
        }
        Ok(Chain {
            dossier: entry.dossier,
            kind: entry.kind.clone(),
            terms: vec![(0, 0)],
            recalled: None,
            holders: vec![(0, entry.node.clone())],
            participants: entry.join.clone(),
            stamps: vec![*hash],
            answered: vec![*written.hash()],
        })
    }

    /// Says what `stamp` is to this log, without taking it.
    pub fn judge(&self, stamp: &Stamp, hash: &Hash, written: &Written) -> Result<Judged, Break> {
        let seq = stamp.seq;
        let entry = written.entry();
        if stamp.entry != *written.hash() {
            return Err(Break::Mismatch { seq });
        }
        if stamp.dossier != self.dossier || entry.dossier != self.dossier {
            return Err(Break::OtherDossier { seq });
        }
        if entry.kind != self.kind {
            return Err(Break::OtherKind { seq });
        }
        // The terms come first: a stamp of a lower term is evidence whatever else it says, one of a higher term may stand
        // on another branch.
        let ours = self.term_at(seq);
        if seq < self.len() {
            return match stamp.term.cmp(&ours) {
                _ if self.stamps[seq as usize] == *hash => Ok(Judged::Known),
                Ordering::Less => Ok(Judged::Behind),
                // Only who held the pen can give a number twice; anyone else's stamp is nothing.
                Ordering::Equal if stamp.node == *self.holder_at(seq) => Err(Break::Fork { seq }),
                Ordering::Equal => Err(self.not_holder(seq, &stamp.node)),
                Ordering::Greater => Ok(Judged::Branch),
            };
        }
        if stamp.term < ours {
            return Ok(Judged::Behind);
        }
        if seq > self.len() {
            return Ok(if stamp.term == ours { Judged::Gap { from: self.len() } } else { Judged::Branch });
        }
        let of_term = stamp.term == ours && entry.recall.is_none();
        if of_term && stamp.node != *self.holder() {
            return Err(self.not_holder(seq, &stamp.node));
        }
        if stamp.prev != *self.head() {
            return if stamp.term == ours { Err(Break::Predecessor { seq }) } else { Ok(Judged::Branch) };
        }
        if let Some(document) = &entry.recall {
            return self.judge_recall(stamp, written, document);
        }
        if stamp.term != ours {
            // Only a recall raises the term, and this stamp follows the last one.
            return Err(Break::Term { seq, term: stamp.term, ours });
        }
        if self.is_answered(written.hash()) || entry.refuses.as_ref().is_some_and(|no| self.is_answered(&no.entry)) {
            return Err(Break::Answered { seq });
        }
        if !self.participants.contains(&entry.node) {
            return Err(Break::NoParticipant { seq, node: entry.node.clone() });
        }
        if entry.refuses.is_some() && entry.node != *self.holder() {
            // Whether a slip stands is the holder's answer, nobody else's.
            return Err(self.holders_act(seq, &entry.node));
        }
        // Only the holder lets others take part: a slip cannot widen the audience.
        if !entry.join.is_empty() && entry.node != *self.holder() {
            return Err(self.holders_act(seq, &entry.node));
        }
        if let Some(to) = &entry.pen {
            // Only the holder gives the pen away, and only to a node that takes part.
            if entry.node != *self.holder() {
                return Err(self.holders_act(seq, &entry.node));
            }
            if !self.participants.contains(to) && !entry.join.contains(to) {
                return Err(Break::NoParticipant { seq, node: to.clone() });
            }
        }
        Ok(Judged::Next)
    }

    /// A recall takes the pen from whoever holds it, by the registrar's act alone. That the act is the registrar's was
    /// checked with the signatures.
    fn judge_recall(&self, stamp: &Stamp, written: &Written, document: &Document) -> Result<Judged, Break> {
        let seq = stamp.seq;
        let entry = written.entry();
        let act = RecallAct::read(document).map_err(|_| Break::Recall { seq })?;
        let stands = act.term == stamp.term
            && act.term > self.term()
            && act.holder == stamp.node
            && act.holder == entry.node
            && act.dossiers.contains(&self.dossier)
            && entry.pen.is_none()
            && entry.refuses.is_none()
            && entry.join.is_empty();
        if !stands {
            return Err(Break::Recall { seq });
        }
        if !self.participants.contains(&act.holder) {
            return Err(Break::NoParticipant { seq, node: act.holder });
        }
        Ok(Judged::Next)
    }

    /// Whether the stamp that `stamp` says it follows is the one that stands here.
    pub fn leads_to(&self, stamp: &Stamp) -> bool {
        stamp.seq.checked_sub(1).is_none_or(|before| self.stamp(before) == Some(&stamp.prev))
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
            self.holders.push((self.len(), to.clone()));
        }
        if let Some(act) = entry.recall.as_ref().and_then(|document| RecallAct::read(document).ok()) {
            self.terms.push((self.len() - 1, act.term));
            self.holders.push((self.len() - 1, act.holder));
            self.recalled = Some(act.epoch);
        }
    }

    /// The stamp that the holder would give to `entry` now; for a recall, the stamp of its new holder and term.
    pub fn next_stamp(&self, entry: &Written, at: super::moment::Moment) -> Stamp {
        let act = entry.entry().recall.as_ref().and_then(|document| RecallAct::read(document).ok());
        Stamp {
            dossier: self.dossier,
            term: act.as_ref().map_or(self.term(), |act| act.term),
            seq: self.len(),
            prev: *self.head(),
            entry: *entry.hash(),
            node: act.map_or_else(|| self.holder().clone(), |act| act.holder),
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
        self.term_at(u32::MAX)
    }

    /// The term of the stamp with this number, or the last one's for a later number.
    pub fn term_at(&self, seq: u32) -> u32 {
        self.terms.iter().rev().find(|(first, _)| *first <= seq).map_or(0, |(_, term)| *term)
    }

    /// In which life of its holder the last recall was made, if there was one.
    pub fn recalled(&self) -> Option<&Epoch> {
        self.recalled.as_ref()
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
        self.holder_at(u32::MAX)
    }

    /// Who held the pen when the stamp with this number was given, or holds it now for a later number.
    fn holder_at(&self, seq: u32) -> &NodeId {
        let (_, holder) = self.holders.iter().rev().find(|(first, _)| *first <= seq).unwrap_or(&self.holders[0]);
        holder
    }

    fn not_holder(&self, seq: u32, by: &NodeId) -> Break {
        Break::NotHolder { seq, by: by.clone(), holder: self.holder_at(seq).clone() }
    }

    fn holders_act(&self, seq: u32, by: &NodeId) -> Break {
        Break::HoldersAct { seq, by: by.clone(), holder: self.holder().clone() }
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
        assert_eq!(push(&mut chain, steal).unwrap_err().code(), "stamp-holders-act");
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

    fn act(chain: &Chain, term: u32, holder: &str) -> Document {
        let root = super::super::SecretKey::from_seed(SUITE, &[9; 32]).unwrap();
        let act = RecallAct {
            term,
            dossiers: vec![chain.dossier()],
            holder: node(holder),
            epoch: Epoch::from_random([7; 8]),
            excused: vec![],
            issued: Moment(8),
            reason: "lost".to_owned(),
        };
        Document::sign(&root, crate::directory::Kind::Recall, &node("registrar"), term, &act)
    }

    #[test]
    fn a_recall_raises_the_term_and_moves_the_pen_to_its_holder_alone() {
        let mut chain = opened();
        let pass = next(&chain, "aa", 1).pass(&node("bb"), true);
        push(&mut chain, pass).unwrap();
        let before = chain.clone();
        // bb goes on in term 0; what it stamps then is behind.
        let mut lost = chain.clone();
        let more = next(&lost, "bb", 2);
        push(&mut lost, more).unwrap();
        let recall = |by: &str, term, holder: &str| {
            Draft::next(before.dossier(), "case", &node(by)).recall(Moment(9), [3; 8], &act(&before, term, holder))
        };
        assert_eq!(push(&mut chain, recall("bb", 4, "aa")).unwrap_err().code(), "stamp-recall");
        assert_eq!(push(&mut chain, recall("cc", 4, "cc")).unwrap_err().code(), "stamp-no-participant");
        assert_eq!(push(&mut chain, recall("aa", 4, "aa")), Ok(Judged::Next));
        assert_eq!((chain.term(), chain.holder(), chain.term_at(1), chain.term_at(2)), (4, &node("aa"), 0, 4));
        let late = next(&before, "bb", 2).write(SUITE);
        let stamp = before.next_stamp(&late, Moment(3));
        assert_eq!(chain.judge(&stamp, &stamp.hash(SUITE), &late), Ok(Judged::Behind));
        // Seen from the branch that was left, the recall stands elsewhere.
        let entry = recall("aa", 4, "aa").write(SUITE);
        let stamp = before.next_stamp(&entry, Moment(9));
        assert_eq!(lost.judge(&stamp, &stamp.hash(SUITE), &entry), Ok(Judged::Branch));
    }
}
