//! The invented disk: the tables of a node's store, in memory. A commit is applied whole or not at all, as a database does
//! behind its write-ahead log; where a crash tears the tail off, the last commit is gone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tongban_core::case::Act;
use tongban_core::directory::{Document, TrustLists};
use tongban_core::dossier::tree::Parts;
use tongban_core::dossier::{BlobText, DossierId, Hash, NodeId, SignedGroup, Written};
use tongban_core::exchange::{
    Batch, Commit, Cursor, Epoch, Full, Held, Known, Owed, Restated, SaidAt, Spots, StampRow, StreamRow,
};
use tongban_core::time::Calendar;

/// An entry as it is stored.
#[derive(Clone, Debug)]
struct Entry {
    written: Written,
    said: Option<(Hash, u32)>,
    settled: bool,
}

/// Everything that survives a crash.
#[derive(Clone, Debug)]
pub struct Disk {
    groups: HashMap<Hash, (SignedGroup, Parts)>,
    entries: BTreeMap<DossierId, BTreeMap<Hash, Entry>>,
    log: BTreeMap<DossierId, Vec<StampRow>>,
    evidence: BTreeMap<DossierId, BTreeMap<Hash, (StampRow, String)>>,
    streams: BTreeMap<NodeId, Vec<StreamRow>>,
    cursors: BTreeMap<NodeId, Cursor>,
    pending: BTreeMap<DossierId, BTreeSet<Hash>>,
    documents: BTreeMap<u32, Document>,
    /// Which dossiers name a blob.
    refs: BTreeMap<Hash, BTreeSet<DossierId>>,
    /// Dossiers folded since the last write, so that looking at a property costs no fold of its own.
    folded: RefCell<BTreeMap<DossierId, Option<Arc<Held>>>>,
    /// The trust lists that it knows.
    pub lists: TrustLists,
    /// Blobs that are here.
    pub blobs: BTreeMap<Hash, BlobText>,
    /// This life of the streams.
    pub epoch: Epoch,
    /// The durable mark of a node that wins back what it lost.
    pub recovering: bool,
    /// Who was restated what: own epoch, the peer's, end of the stream.
    pub restated: BTreeMap<NodeId, (Epoch, Epoch, u64)>,
    /// Number of commits: a backup knows how old it is.
    pub commits: u64,
}

impl Disk {
    /// An empty one.
    pub fn new(epoch: Epoch, lists: TrustLists) -> Disk {
        Disk {
            groups: HashMap::new(),
            entries: BTreeMap::new(),
            log: BTreeMap::new(),
            evidence: BTreeMap::new(),
            streams: BTreeMap::new(),
            cursors: BTreeMap::new(),
            pending: BTreeMap::new(),
            documents: BTreeMap::new(),
            refs: BTreeMap::new(),
            folded: RefCell::default(),
            lists,
            blobs: BTreeMap::new(),
            epoch,
            recovering: false,
            restated: BTreeMap::new(),
            commits: 0,
        }
    }

    /// Writes a commit, in the order that it asks for.
    ///
    /// # Panics
    /// If a number of a log is given twice: a database refuses that by its key.
    pub fn write(&mut self, commit: &Commit) {
        self.commits += 1;
        self.folded.get_mut().clear();
        if let Some(epoch) = &commit.restart {
            self.streams.clear();
            self.restated.clear();
            self.epoch = epoch.clone();
            self.recovering = true;
        }
        if commit.resumed {
            self.recovering = false;
        }
        self.documents.extend(commit.documents.iter().map(|document| (document.version, document.clone())));
        for (dossier, from) in &commit.cut {
            self.log.entry(*dossier).or_default().truncate(*from as usize);
        }
        for (dossier, hash) in &commit.revived {
            self.evidence.entry(*dossier).or_default().remove(hash);
        }
        for (signed, parts) in &commit.groups {
            let known = self.groups.entry(signed.group.root).or_insert_with(|| (signed.clone(), Parts::default()));
            known.1.merge(parts.clone());
        }
        for row in &commit.entries {
            let of_dossier = self.entries.entry(row.written.entry().dossier).or_default();
            let entry = of_dossier.entry(*row.written.hash()).or_insert_with(|| Entry {
                written: row.written.clone(),
                said: None,
                settled: row.settled,
            });
            entry.said = entry.said.or(row.said);
            for blob in Act::of(&row.written).iter().flat_map(Act::blobs) {
                self.refs.entry(blob.hash).or_default().insert(row.written.entry().dossier);
            }
        }
        for (dossier, hash) in &commit.settled {
            if let Some(entry) = self.entries.entry(*dossier).or_default().get_mut(hash) {
                entry.settled = true;
            }
        }
        for row in &commit.stamps {
            let log = self.log.entry(row.stamp.dossier).or_default();
            assert_eq!(log.len(), row.stamp.seq as usize, "a number of a log is given twice or left out");
            log.push(row.clone());
        }
        for evidence in &commit.evidence {
            let of_dossier = self.evidence.entry(evidence.row.stamp.dossier).or_default();
            let known = of_dossier.entry(evidence.row.hash);
            let held = known.or_insert_with(|| (evidence.row.clone(), evidence.code.clone()));
            if evidence.is_fault() {
                held.1 = evidence.code.clone();
            }
        }
        for row in &commit.streams {
            let stream = self.streams.entry(row.peer.clone()).or_default();
            assert_eq!(stream.len() as u64 + 1, row.position, "a position of a stream is given twice or left out");
            stream.push(row.clone());
        }
        for (entry, dossier) in &commit.pending {
            if !commit.answered.contains(entry) {
                self.pending.entry(*dossier).or_default().insert(*entry);
            }
        }
        for pending in self.pending.values_mut() {
            pending.retain(|entry| !commit.answered.contains(entry));
        }
        self.cursors.extend(commit.cursors.iter().map(|(peer, cursor)| (peer.clone(), cursor.clone())));
    }

    /// Where every stream ends.
    pub fn ends(&self) -> BTreeMap<NodeId, (u64, Hash)> {
        let end = |rows: &Vec<StreamRow>| rows.last().map(|row| (row.position, row.hash));
        self.streams.iter().filter_map(|(peer, rows)| Some((peer.clone(), end(rows)?))).collect()
    }

    /// How far every peer was read.
    pub fn cursors(&self) -> &BTreeMap<NodeId, Cursor> {
        &self.cursors
    }

    /// Acts of the registrar that are stored.
    pub fn documents(&self) -> &BTreeMap<u32, Document> {
        &self.documents
    }

    /// Every dossier that something is stored of.
    pub fn dossiers(&self) -> BTreeSet<DossierId> {
        self.log.keys().chain(self.evidence.keys()).chain(self.entries.keys()).copied().collect()
    }

    /// The log of a dossier.
    pub fn log(&self, id: DossierId) -> Vec<StampRow> {
        let rows = self.log.get(&id).cloned().unwrap_or_default();
        rows.into_iter().map(|row| self.proven(row)).collect()
    }

    /// Stamps beside the log.
    pub fn evidence(&self, id: DossierId) -> Vec<(StampRow, String)> {
        let rows = self.evidence.get(&id).into_iter().flat_map(BTreeMap::values).cloned();
        rows.map(|(row, code)| (self.proven(row), code)).collect()
    }

    /// Entries that stand in the view of what is pending.
    pub fn pending(&self, id: DossierId) -> BTreeSet<Hash> {
        self.pending.get(&id).cloned().unwrap_or_default()
    }

    /// Entries that follow from entries and log as pending.
    pub fn derived_pending(&self, id: DossierId, calendar: &Calendar) -> BTreeSet<Hash> {
        let Some(held) = self.held(id, calendar) else { return BTreeSet::new() };
        let entries = self.entries.get(&id).into_iter().flat_map(BTreeMap::values);
        let open = entries.filter(|entry| entry.written.entry().is_content());
        open.map(|entry| *entry.written.hash()).filter(|hash| !held.chain.is_answered(hash)).collect()
    }

    /// Whether an entry is stored.
    pub fn knows(&self, id: DossierId, entry: &Hash) -> bool {
        self.entries.get(&id).is_some_and(|entries| entries.contains_key(entry))
    }

    fn proven(&self, mut row: StampRow) -> StampRow {
        if row.written.entry().node == row.stamp.node {
            row.said = None;
        } else if row.said.is_none() {
            row.said = self.said(&row.written);
        }
        row
    }

    /// Where an author said an entry: apart from a stamp, or by a stamp of the author's that is beside the log now.
    fn said(&self, written: &Written) -> Option<SaidAt> {
        let entry = written.entry();
        let apart = self.entries.get(&entry.dossier).and_then(|entries| entries.get(written.hash())?.said);
        if let Some((root, leaf)) = apart {
            return Some(SaidAt { root, leaf, via: None });
        }
        let beside = self.evidence.get(&entry.dossier).into_iter().flat_map(BTreeMap::values).map(|(row, _)| row);
        let log = self.log.get(&entry.dossier).into_iter().flatten();
        let row = beside.chain(log).find(|row| row.stamp.entry == *written.hash() && row.stamp.node == entry.node)?;
        Some(SaidAt { root: row.stamped.0, leaf: row.stamped.1, via: Some(Box::new(row.stamp.clone())) })
    }

    /// A dossier folded from its log.
    pub fn held(&self, id: DossierId, calendar: &Calendar) -> Option<Arc<Held>> {
        if let Some(held) = self.folded.borrow().get(&id) {
            return held.clone();
        }
        let held = self.fold(id, calendar).map(Arc::new);
        self.folded.borrow_mut().insert(id, held.clone());
        held
    }

    fn fold(&self, id: DossierId, calendar: &Calendar) -> Option<Held> {
        let mut held = Held::fold(&self.log(id), calendar).expect("a stored log was judged")?;
        for hash in self.pending(id) {
            let entry = &self.entries[&id][&hash];
            if !held.chain.is_answered(&hash) {
                held.pending.push(entry.written.clone());
                held.settled.extend(entry.settled.then_some(hash));
            }
        }
        held.pending.sort_by_key(|written| (written.entry().at, *written.hash()));
        for (row, code) in self.evidence.get(&id).into_iter().flat_map(BTreeMap::values) {
            held.lay_beside(row, code);
        }
        Some(held)
    }

    /// Everything that is held of one dossier.
    pub fn full(&self, id: DossierId) -> Full {
        let entries = self.entries.get(&id).into_iter().flat_map(BTreeMap::values);
        let known = |entry: &Entry| Known {
            written: entry.written.clone(),
            said: entry.said.map(|(root, leaf)| SaidAt { root, leaf, via: None }),
            settled: entry.settled,
        };
        Full { log: self.log(id), beside: self.evidence(id), entries: entries.map(known).collect() }
    }

    /// Dossiers as they are restated in a new life, all or those shared with one peer.
    pub fn restated(&self, peer: Option<&NodeId>, calendar: &Calendar) -> Vec<Restated> {
        let mut all = Vec::new();
        for id in self.log.keys() {
            let Some(held) = self.held(*id, calendar) else { continue };
            let chain = &held.chain;
            if peer.is_some_and(|peer| !chain.participants().contains(peer)) {
                // It may have given a stamp beside the log all the same.
                let beside = self.places_beside(*id);
                if beside.iter().any(|(.., node)| peer == Some(node)) {
                    all.push(Restated {
                        dossier: *id,
                        participants: Vec::new(),
                        last: None,
                        beside,
                        pending: Vec::new(),
                    });
                }
                continue;
            }
            all.push(Restated {
                dossier: *id,
                participants: chain.participants().to_vec(),
                last: Some((chain.term(), chain.len() - 1, *chain.head())),
                beside: self.places_beside(*id),
                pending: self.pending(*id).into_iter().collect(),
            });
        }
        for id in self.evidence.keys().filter(|id| self.log.get(id).is_none_or(Vec::is_empty)) {
            let participants = self.full(*id).participants_beside();
            let beside = self.places_beside(*id);
            let gave = |peer: &NodeId| beside.iter().any(|(.., node)| node == peer);
            if peer.is_none_or(|peer| participants.contains(peer) || gave(peer)) {
                all.push(Restated { dossier: *id, participants, last: None, beside, pending: Vec::new() });
            }
        }
        all
    }

    fn places_beside(&self, id: DossierId) -> Vec<(u32, u32, Hash, NodeId)> {
        self.evidence(id)
            .iter()
            .map(|(row, _)| (row.stamp.term, row.stamp.seq, row.hash, row.stamp.node.clone()))
            .collect()
    }

    /// Blobs after one that dossiers with this peer name and that are not here: what is still to be fetched.
    pub fn wanted(&self, peer: &NodeId, after: Option<Hash>, most: usize, calendar: &Calendar) -> Vec<Hash> {
        let missing = self.refs.iter().filter(|(hash, _)| !self.blobs.contains_key(hash));
        let missing = missing.filter(|(hash, _)| after.is_none_or(|after| **hash > after));
        missing.filter(|(_, ids)| self.shares(ids, peer, calendar)).map(|(hash, _)| *hash).take(most).collect()
    }

    /// Who first named a blob.
    pub fn author_of(&self, blob: &Hash) -> Option<NodeId> {
        let entries = self.refs.get(blob)?.iter().filter_map(|id| self.entries.get(id)).flat_map(BTreeMap::values);
        let names = |entry: &&Entry| {
            Act::of(&entry.written).is_some_and(|act| act.blobs().iter().any(|named| named.hash == *blob))
        };
        entries.filter(names).map(|entry| entry.written.entry().node.clone()).next()
    }

    /// Those of these blobs that are here, and that a dossier with this peer names.
    pub fn blobs_for(&self, peer: &NodeId, asked: &[Hash], calendar: &Calendar) -> Vec<BlobText> {
        let named = |hash: &&Hash| self.refs.get(hash).is_some_and(|ids| self.shares(ids, peer, calendar));
        asked.iter().filter(named).filter_map(|hash| self.blobs.get(hash).cloned()).collect()
    }

    /// Whether a peer takes part in one of these dossiers.
    fn shares(&self, ids: &BTreeSet<DossierId>, peer: &NodeId, calendar: &Calendar) -> bool {
        ids.iter().any(|id| self.held(*id, calendar).is_some_and(|held| held.chain.participants().contains(peer)))
    }

    /// The blobs that the entries of a dossier's log name.
    pub fn named(&self, id: DossierId) -> BTreeSet<Hash> {
        let log = self.log.get(&id).into_iter().flatten();
        log.filter_map(|row| Act::of(&row.written))
            .flat_map(|act| act.blobs().into_iter().map(|blob| blob.hash).collect::<Vec<_>>())
            .collect()
    }

    /// Whether anything of a dossier is here, in the log or beside it.
    pub fn has(&self, id: DossierId) -> bool {
        let log = self.log.get(&id).is_some_and(|log| !log.is_empty());
        log || self.evidence.get(&id).is_some_and(|evidence| !evidence.is_empty())
    }

    /// The next stretch of a peer's stream; `None` if the peer knows more than this disk: it was rolled back.
    pub fn stream(&self, peer: &NodeId, cursor: Option<&Cursor>, most: usize) -> Option<Batch> {
        let empty = Vec::new();
        let rows = self.streams.get(peer).unwrap_or(&empty);
        let start = Cursor::start(self.epoch.clone());
        let cursor = cursor.filter(|cursor| cursor.epoch == self.epoch).unwrap_or(&start);
        let from = cursor.position as usize;
        let known = if from == 0 { Some(start.hash) } else { rows.get(from - 1).map(|row| row.hash) };
        if known != Some(cursor.hash) {
            return None;
        }
        let mut spots = Spots::default();
        let mut running = cursor.clone();
        for row in rows.iter().skip(from).take(most) {
            match row.owed {
                Owed::Stamp { term, seq } => {
                    let in_log = self.log.get(&row.dossier).and_then(|log| log.get(seq as usize));
                    let beside = self.evidence.get(&row.dossier).into_iter().flat_map(BTreeMap::values);
                    let stamp = in_log.into_iter().chain(beside.map(|(row, _)| row)).find(|candidate| {
                        let mut next = running.clone();
                        next.advance(&candidate.hash);
                        candidate.stamp.term == term && candidate.stamp.seq == seq && next.hash == row.hash
                    });
                    let stamp = stamp.expect("what a stream owes is stored").clone();
                    running.advance(&stamp.hash);
                    spots.stamp(self.proven(stamp)).expect("text");
                }
                Owed::Slip(hash) => {
                    let entry = &self.entries[&row.dossier][&hash];
                    let said = self.said(&entry.written).expect("a slip has its author's proof");
                    running.advance(&hash);
                    spots.slip(&entry.written, said).expect("text");
                }
            }
        }
        Some(self.batch(spots, cursor.position))
    }

    /// The whole log of a dossier.
    pub fn chain(&self, id: DossierId) -> Batch {
        let mut spots = Spots::default();
        self.log(id).into_iter().for_each(|row| spots.stamp(row).expect("text"));
        self.batch(spots, 0)
    }

    /// Everything of a dossier: log, evidence, pending entries.
    pub fn answer(&self, id: DossierId) -> Batch {
        let mut spots = Spots::default();
        let rows = self.log(id).into_iter().chain(self.evidence(id).into_iter().map(|(row, _)| row));
        rows.for_each(|row| spots.stamp(row).expect("text"));
        let in_log: BTreeSet<Hash> = self.log(id).iter().map(|row| *row.written.hash()).collect();
        let entries = self.entries.get(&id).into_iter().flat_map(BTreeMap::values);
        for entry in entries.filter(|entry| !in_log.contains(entry.written.hash())) {
            if let Some(said) = self.said(&entry.written) {
                spots.slip(&entry.written, said).expect("text");
            }
        }
        self.batch(spots, 0)
    }

    fn batch(&self, spots: Spots, from: u64) -> Batch {
        spots.batch(self.epoch.clone(), from, &self.groups).expect("every group is stored")
    }
}
