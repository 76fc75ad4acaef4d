//! A dossier as a node holds it: what follows from its log, and what lies beside the log.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Next};
use crate::dossier::{Break, Chain, Hash, Judged, Moment, NodeId, RecallAct, Stamp, Written};
use crate::matter::Matter;
use crate::time::Calendar;

/// Where it is proven that its author said an entry: a leaf of a group that the author signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidAt {
    /// Root of the group.
    pub root: Hash,
    /// Number of the leaf.
    pub leaf: u32,
    /// What stands there if it is not the entry: the author's own stamp that names it, voided by a recall since.
    pub via: Option<Box<Stamp>>,
}

/// A stamp with its entry and where each was signed.
#[derive(Clone, Debug)]
pub struct StampRow {
    /// The stamp.
    pub stamp: Stamp,
    /// Its hash.
    pub hash: Hash,
    /// The entry.
    pub written: Written,
    /// Group and leaf of the stamp.
    pub stamped: (Hash, u32),
    /// Where the entry was said, if its author did not stamp it.
    pub said: Option<SaidAt>,
}

/// A dossier as it follows from its log.
#[derive(Clone, Debug)]
pub struct Held {
    /// The kernel's view.
    pub chain: Chain,
    /// What it is about; none of a kind that this version does not know.
    pub matter: Option<Matter>,
    /// Entries that are known, and neither stamped nor refused, in order of arrival.
    pub pending: Vec<Written>,
    /// Those of them that were in the log once, before a recall voided their stamps: their effects are not repeated.
    pub settled: Vec<Hash>,
    /// The term in which two different stamps of one number are known: proof of fault.
    pub fault: Option<u32>,
    /// Stamps that lie beside the log: what this node knows of itself, though its log does not say it.
    pub beside: Vec<Hash>,
    /// Nodes that only stamps beside the log let take part: what they say waits, until the log says who they are.
    pub named_beside: Vec<NodeId>,
    /// The last stamp's time.
    pub changed: Moment,
}

impl Held {
    /// Opens a dossier with its first stamp.
    pub fn open(row: &StampRow) -> Result<Held, Break> {
        let chain = Chain::open(&row.stamp, &row.hash, &row.written)?;
        let matter = Matter::open(&row.written);
        let changed = row.stamp.at;
        let (pending, settled, beside, named_beside) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Held { chain, matter, pending, settled, fault: None, beside, named_beside, changed })
    }

    /// Takes a stamp that the chain called next.
    pub fn take(&mut self, row: &StampRow, calendar: &Calendar) {
        self.chain.take(&row.hash, &row.written);
        if let Some(matter) = &mut self.matter {
            matter.apply(&row.stamp, &row.written, calendar);
        }
        let chain = &self.chain;
        self.pending.retain(|entry| !chain.is_answered(entry.hash()));
        // A recall ends the fault of the term before it.
        self.fault = self.fault.filter(|term| *term == chain.term());
        self.changed = row.stamp.at;
    }

    /// Folds a log; `None` for an empty one. A log was judged before it was stored: one that breaks a rule is damaged.
    pub fn fold(rows: &[StampRow], calendar: &Calendar) -> Result<Option<Held>, Break> {
        let Some((first, rest)) = rows.split_first() else { return Ok(None) };
        let mut held = Held::open(first)?;
        for row in rest {
            match held.chain.judge(&row.stamp, &row.hash, &row.written)? {
                Judged::Next => held.take(row, calendar),
                _ => return Err(Break::Predecessor { seq: row.stamp.seq }),
            }
        }
        Ok(Some(held))
    }

    /// Notes a stamp that lies beside the log, and the code of why.
    pub fn lay_beside(&mut self, row: &StampRow, code: &str) {
        if !self.beside.contains(&row.hash) {
            self.beside.push(row.hash);
        }
        for node in &row.written.entry().join {
            if !self.named_beside.contains(node) {
                self.named_beside.push(node.clone());
            }
        }
        if Break::is_fork_code(code) && row.stamp.term == self.chain.term() {
            self.fault = Some(row.stamp.term);
        }
    }

    /// Whether a stamp that is known lets a node take part, in the log or beside it.
    pub fn is_named(&self, node: &NodeId) -> bool {
        self.chain.participants().contains(node) || self.named_beside.contains(node)
    }

    /// Whether the holder must not stamp because two stamps of one number are known in this term.
    pub fn is_in_fault(&self) -> bool {
        self.fault == Some(self.chain.term())
    }

    /// The case, if it is one.
    pub fn case(&self) -> Option<&Case> {
        self.matter.as_ref()?.as_case()
    }

    /// The same, taken out.
    pub fn into_case(self) -> Option<Case> {
        self.matter?.into_case()
    }

    /// The case as its own people see it, if it is one.
    pub fn case_with_pending(&self, calendar: &Calendar) -> Option<Case> {
        self.with_pending(calendar)?.into_case()
    }

    /// What it is about, with what is still pending taken as if it stood: what its own people see, and may do next.
    pub fn with_pending(&self, calendar: &Calendar) -> Option<Matter> {
        let mut matter = self.matter.clone()?;
        for (number, written) in self.pending.iter().enumerate() {
            let entry = written.entry();
            let stamp = Stamp {
                dossier: entry.dossier,
                term: self.chain.term(),
                seq: self.chain.len() + number as u32,
                prev: *self.chain.head(),
                entry: *written.hash(),
                node: self.chain.holder().clone(),
                at: entry.at,
            };
            matter.suppose(&stamp, written, calendar);
        }
        Some(matter)
    }

    /// Who has the next move, what it is, until when.
    pub fn next(&self, calendar: &Calendar) -> Option<Next> {
        self.case().map(|case| case.next(calendar))
    }
}

/// An entry with all that a node knows of it.
#[derive(Clone, Debug)]
pub struct Known {
    /// The entry.
    pub written: Written,
    /// Where its author said it, if that is known apart from the author's own stamp.
    pub said: Option<SaidAt>,
    /// Whether it was in the log once.
    pub settled: bool,
}

/// Everything that a node holds of one dossier.
#[derive(Clone, Debug, Default)]
pub struct Full {
    /// The log.
    pub log: Vec<StampRow>,
    /// Stamps that are not in the log, each with the code of why.
    pub beside: Vec<(StampRow, String)>,
    /// Every entry.
    pub entries: Vec<Known>,
}

/// A stamp of a lower term than the log has at its place.
pub const SUPERSEDED: &str = "superseded";
/// A stamp of a lower term than an act that is known: it can come into the log only beneath a recall.
pub const SEALED: &str = "sealed";
/// A stamp whose predecessors are not known.
pub const UNATTACHED: &str = "unattached";

/// What becomes of a dossier when another's chain, evidence and slips are held against it.
#[derive(Debug)]
pub struct Adopted {
    /// The dossier as it is now; none if no chain stands, and all is beside.
    pub held: Option<Held>,
    /// All of it.
    pub full: Full,
    /// The first number at which the log differs from before.
    pub from: u32,
    /// Number of stamps before.
    pub was: u32,
    /// Entries that are pending now and were not before.
    pub returned: Vec<Hash>,
    /// Entries that stand in the log now for the first time.
    pub settled: Vec<Hash>,
}

impl Full {
    /// Holds what another node sent against what is held here. The log becomes the best chain of all: the one with the
    /// highest (last term, length), where every stamp follows the one before. `sealed` is the highest act known here: no
    /// stamp of a lower term comes into the log, except beneath a recall of that term or a higher one. `None` asks for
    /// the best chain whatever acts say: for the answers that a new holder gathers.
    pub fn adopt(
        self,
        theirs: Vec<StampRow>,
        slips: Vec<(Written, SaidAt)>,
        sealed: Option<u32>,
        calendar: &Calendar,
    ) -> Adopted {
        let was = self.log.len() as u32;
        let own: BTreeSet<Hash> = self.log.iter().map(|row| row.hash).collect();
        let codes: BTreeMap<Hash, String> = self.beside.iter().map(|(row, code)| (row.hash, code.clone())).collect();
        let mut entries: BTreeMap<Hash, Known> = BTreeMap::new();
        let mut order = Vec::new();
        let mut know = |known: Known| {
            let hash = *known.written.hash();
            match entries.get_mut(&hash) {
                Some(held) => held.said = held.said.take().or(known.said),
                None => {
                    order.push(hash);
                    entries.insert(hash, known);
                }
            }
        };
        self.entries.iter().cloned().for_each(&mut know);
        let before: BTreeSet<Hash> = {
            let chain = Held::fold(&self.log, calendar).ok().flatten().map(|held| held.chain);
            self.entries
                .iter()
                .filter(|known| known.written.entry().is_content())
                .map(|known| *known.written.hash())
                .filter(|hash| chain.as_ref().is_some_and(|chain| !chain.is_answered(hash)))
                .collect()
        };
        let old_log = self.log.clone();
        let mut pool: BTreeMap<Hash, StampRow> = BTreeMap::new();
        let beside = self.beside.into_iter().map(|(row, _)| row);
        for row in self.log.into_iter().chain(beside).chain(theirs) {
            know(Known { written: row.written.clone(), said: row.said.clone(), settled: false });
            pool.entry(row.hash).or_insert(row);
        }
        for (written, said) in slips {
            know(Known { written, said: Some(said), settled: false });
        }

        let log = best_chain(&pool, &old_log, sealed);
        let mut held = Held::fold(&log, calendar).ok().flatten();
        let in_log: BTreeSet<Hash> = log.iter().map(|row| row.hash).collect();
        let from = log.iter().zip(&old_log).take_while(|(new, old)| new.hash == old.hash).count() as u32;

        let mut beside = Vec::new();
        for (hash, row) in pool {
            if in_log.contains(&hash) {
                continue;
            }
            let judged = match &held {
                Some(held) => held.chain.judge(&row.stamp, &row.hash, &row.written),
                None => Ok(Judged::Branch),
            };
            let code = match judged {
                Ok(Judged::Behind) | Ok(Judged::Known) => SUPERSEDED,
                Ok(_) if sealed.is_some_and(|sealed| row.stamp.term < sealed) => SEALED,
                Ok(_) => UNATTACHED,
                Err(fault) => fault.code(),
            };
            // A fault that was found once stays one: what stands beside it may have changed since.
            let known = codes.get(&hash).filter(|_| !own.contains(&hash) && code == UNATTACHED);
            let code = known.cloned().unwrap_or_else(|| code.to_owned());
            if let Some(held) = &mut held {
                held.lay_beside(&row, &code);
            }
            beside.push((row, code));
        }
        beside.sort_by_key(|(row, _)| (row.stamp.term, row.stamp.seq, row.hash));

        let mut settled = Vec::new();
        let mut returned = Vec::new();
        for hash in &order {
            let (Some(known), Some(held)) = (entries.get_mut(hash), held.as_mut()) else { continue };
            let entry = known.written.entry();
            if !entry.is_content() {
                continue;
            }
            if held.chain.is_answered(hash) {
                let stands = log.iter().any(|row| row.written.hash() == hash);
                if stands && !known.settled {
                    known.settled = true;
                    settled.push(*hash);
                }
                continue;
            }
            if !before.contains(hash) {
                returned.push(*hash);
            }
            if known.settled {
                held.settled.push(*hash);
            }
            held.pending.push(known.written.clone());
        }
        if let Some(held) = &mut held {
            held.pending.sort_by_key(|written| (written.entry().at, *written.hash()));
        }
        let entries = order.iter().filter_map(|hash| entries.remove(hash)).collect();
        let full = Full { log, beside, entries };
        Adopted { held, full, from, was, returned, settled }
    }
}

impl Full {
    /// Everyone whom a stamp lets take part, in the log or beside it.
    pub fn named(&self) -> impl Iterator<Item = &NodeId> {
        let rows = self.log.iter().chain(self.beside.iter().map(|(row, _)| row));
        rows.flat_map(|row| &row.written.entry().join)
    }

    /// Everyone whom the new holder by an act has to ask before the recall is stamped: who takes part by any stamp that is
    /// known. A join may also lie in what only an excused node had, in what the holder lost (`recovering`), or before the
    /// few stamps that it has beside an empty log; then `everyone` of the trust list is asked, for nobody is known not to
    /// take part.
    pub fn asked_for(&self, act: &RecallAct, recovering: bool, everyone: &[NodeId]) -> Vec<NodeId> {
        let mut asked: BTreeSet<NodeId> = self.named().cloned().collect();
        if recovering || !act.excused.is_empty() || self.log.is_empty() {
            asked.extend(everyone.iter().cloned());
        }
        asked.into_iter().filter(|node| *node != act.holder && !act.excused.contains(node)).collect()
    }

    /// The term that the log has reached; none if nothing is in the log.
    pub fn term(&self) -> Option<u32> {
        self.log.last().map(|row| row.stamp.term)
    }

    /// Who takes part by what is known beside the log: for a dossier of which only evidence is here.
    pub fn participants_beside(&self) -> Vec<NodeId> {
        let pool = self.beside.iter().map(|(row, _)| (row.hash, row.clone())).collect();
        let best = best_chain(&pool, &[], None);
        let mut participants: Vec<NodeId> = Vec::new();
        for node in best.iter().flat_map(|row| &row.written.entry().join) {
            if !participants.contains(node) {
                participants.push(node.clone());
            }
        }
        participants
    }
}

/// The chain with the highest (last term, length) that stands. The own log wins a tie, then the smaller hash.
fn best_chain(pool: &BTreeMap<Hash, StampRow>, own: &[StampRow], sealed: Option<u32>) -> Vec<StampRow> {
    let own_hashes: BTreeSet<Hash> = own.iter().map(|row| row.hash).collect();
    let mut tips: Vec<&StampRow> = pool.values().collect();
    tips.sort_by_key(|row| {
        let ours = own_hashes.contains(&row.hash);
        (std::cmp::Reverse((row.stamp.term, row.stamp.seq)), !ours, row.hash)
    });
    for tip in tips {
        let is_own_head = own.last().is_some_and(|head| head.hash == tip.hash);
        if is_own_head {
            return own.to_vec();
        }
        if sealed.is_some_and(|sealed| tip.stamp.term < sealed) {
            continue;
        }
        if let Some(chain) = chain_to(pool, tip) {
            return chain;
        }
    }
    own.to_vec()
}

/// The stamps that lead to `tip`, if they are all there and follow each other.
fn chain_to(pool: &BTreeMap<Hash, StampRow>, tip: &StampRow) -> Option<Vec<StampRow>> {
    let mut rows = vec![tip.clone()];
    while let Some(first) = rows.last().filter(|row| row.stamp.seq > 0) {
        let before = pool.get(&first.stamp.prev).filter(|row| row.stamp.seq.checked_add(1) == Some(first.stamp.seq))?;
        rows.push(before.clone());
    }
    rows.reverse();
    let (first, rest) = rows.split_first()?;
    let mut chain = Chain::open(&first.stamp, &first.hash, &first.written).ok()?;
    for row in rest {
        match chain.judge(&row.stamp, &row.hash, &row.written) {
            Ok(Judged::Next) => chain.take(&row.hash, &row.written),
            _ => return None,
        }
    }
    Some(rows)
}
