//! One dossier as one file, and its verification by anyone, offline.
//!
//! The file is a sequence of lines of JSON, each in the one spelling that [`serde_json`] writes. In order: a header;
//! the trust lists that signatures are judged by; the groups; the stamps with their entries and proofs; the blobs; a
//! last line with the hash of all before it. **Every byte is covered or rejected**: what is not signed or hashed
//! must follow from what is, and what nothing refers to is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::blob::{BlobText, blob_hash};
use super::chain::{Break, Chain, Judged};
use super::checkpoint::CheckpointFile;
use super::entry::{DossierId, NodeId, Written};
use super::group::{Purpose, SignedGroup};
use super::moment::Moment;
use super::recall::RecallAct;
use super::refusal::{Fault, Unfit, VerifyError};
use super::stamp::Stamp;
use super::suite::{Hash, unhex};
use super::tree::Proof;
use crate::directory::{Document, TrustError, TrustList};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    tongban_export: u8,
    dossier: DossierId,
    kind: String,
    trust_lists: usize,
    groups: usize,
    stamps: usize,
    blobs: usize,
}

/// Where a stamp or a slip stands in a group of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Number of the group in the file, from 0, in the order of first use.
    pub group: usize,
    /// Number of the leaf.
    pub leaf: u32,
    /// From the leaf to the root.
    pub proof: Proof,
}

/// A stamp with its entry, each proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportStamp {
    /// The stamp.
    pub stamp: Stamp,
    /// The entry's bytes.
    pub entry: String,
    /// The stamp's place in a group of the pen holder.
    pub stamped: Place,
    /// The entry's place in a group of its author; absent if author and pen holder are one node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Place>,
    /// What stands at that place if it is not the entry: the author's own stamp that names it, voided by a recall since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Stamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    end: Hash,
}

/// What goes into an export.
#[derive(Clone, Debug)]
pub struct Exporter {
    /// The dossier.
    pub dossier: DossierId,
    /// Its kind.
    pub kind: String,
    /// The trust lists that its groups name, by version.
    pub trust_lists: Vec<Document>,
    /// Groups in the order of first use.
    pub groups: Vec<SignedGroup>,
    /// All stamps from the first.
    pub stamps: Vec<ExportStamp>,
    /// What of its blobs is at hand.
    pub blobs: Vec<BlobText>,
}

impl Exporter {
    /// Writes the file.
    ///
    /// # Panics
    /// If there is no stamp; every log has one.
    pub fn write(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let header = Header {
            tongban_export: 1,
            dossier: self.dossier,
            kind: self.kind.clone(),
            trust_lists: self.trust_lists.len(),
            groups: self.groups.len(),
            stamps: self.stamps.len(),
            blobs: self.blobs.len(),
        };
        line(&mut file, &header);
        self.trust_lists.iter().for_each(|list| line(&mut file, list));
        self.groups.iter().for_each(|group| line(&mut file, group));
        self.stamps.iter().for_each(|stamp| line(&mut file, stamp));
        self.blobs.iter().for_each(|blob| line(&mut file, blob));
        let suite = self.groups[0].group.suite();
        let end = End { end: suite.hash(&[b"tongban export v1\0", &file]) };
        line(&mut file, &end);
        file
    }
}

fn line(file: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(&mut *file, value).expect("plain data into memory");
    file.push(b'\n');
}

/// How far a verified log reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complete {
    /// Nothing outside the file was given: later stamps cannot be excluded.
    ToStamp(u32),
    /// A node's checkpoint was given, and the log reaches it.
    Checkpoint {
        /// Whose checkpoint.
        node: NodeId,
        /// Of when.
        at: Moment,
        /// Number of stamps it covers.
        len: u32,
    },
}

/// What was verified.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The log's end state.
    pub chain: Chain,
    /// Every stamp with its entry, in order.
    pub log: Vec<(Stamp, Written)>,
    /// How far it reaches.
    pub complete: Complete,
    /// Number of blobs in the file; all of them match.
    pub blobs: usize,
    /// Number of signatures checked.
    pub signatures: usize,
}

/// Reads a line in its one spelling: what does not come out again byte for byte is refused.
fn strict<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    let value: T = serde_json::from_slice(bytes).map_err(|error| Fault::Spelling(error.to_string()))?;
    let again = serde_json::to_vec(&value).map_err(|error| Fault::Spelling(error.to_string()))?;
    if again == bytes { Ok(value) } else { Err(Fault::Spelling("another spelling of the same value".to_owned())) }
}

struct Lines<'a> {
    file: &'a [u8],
    ranges: Vec<Range<usize>>,
    next: usize,
}

impl<'a> Lines<'a> {
    fn new(file: &'a [u8]) -> Lines<'a> {
        let mut ranges = Vec::new();
        let mut start = 0;
        for (at, byte) in file.iter().enumerate() {
            if *byte == b'\n' {
                ranges.push(start..at);
                start = at + 1;
            }
        }
        if start < file.len() {
            ranges.push(start..file.len());
        }
        Lines { file, ranges, next: 0 }
    }

    fn at(&self, line: usize, part: String, fault: Fault) -> VerifyError {
        let bytes = self.ranges.get(line).cloned().unwrap_or(self.file.len()..self.file.len());
        VerifyError { line: line + 1, bytes, part, fault }
    }

    fn take<T: Serialize + DeserializeOwned>(&mut self, part: impl Fn() -> String) -> Result<(usize, T), VerifyError> {
        let line = self.next;
        let Some(range) = self.ranges.get(line) else {
            return Err(self.at(line, part(), Fault::Empty));
        };
        self.next += 1;
        let value = strict(&self.file[range.clone()]).map_err(|fault| self.at(line, part(), fault))?;
        Ok((line, value))
    }
}

/// Verifies an export: against the registrar's root fingerprint, and against a checkpoint if one is given. A pure
/// function of its arguments: no network, no clock.
pub fn verify(file: &[u8], root: &Hash, checkpoint: Option<&[u8]>) -> Result<Verified, VerifyError> {
    let mut lines = Lines::new(file);
    let (_, header): (_, Header) = lines.take(|| "header".to_owned())?;
    let expected = [header.trust_lists, header.groups, header.stamps, header.blobs]
        .iter()
        .try_fold(2usize, |sum, count| sum.checked_add(*count));
    if header.tongban_export != 1 {
        return Err(lines.at(0, "header".to_owned(), Fault::Version(header.tongban_export)));
    }
    if !file.ends_with(b"\n") {
        return Err(lines.at(lines.ranges.len() - 1, "last line".to_owned(), Fault::CutOff));
    }
    if expected != Some(lines.ranges.len()) {
        let fault = Fault::Lines { found: lines.ranges.len(), expected: expected.unwrap_or(usize::MAX) };
        return Err(lines.at(0, "header".to_owned(), fault));
    }

    let mut trust: BTreeMap<u32, (usize, TrustList, bool)> = BTreeMap::new();
    for _ in 0..header.trust_lists {
        let (line, document): (_, Document) = lines.take(|| "trust list".to_owned())?;
        let list =
            TrustList::open(&document, root).map_err(|error| lines.at(line, "trust list".to_owned(), error.into()))?;
        let last = trust.last_key_value().map(|(version, _)| *version);
        if last.is_some_and(|version| version >= list.version) {
            return Err(lines.at(line, "trust list".to_owned(), Unfit::TrustOrder.into()));
        }
        trust.insert(list.version, (line, list, false));
    }

    let mut groups: Vec<(usize, SignedGroup)> = Vec::new();
    for number in 0..header.groups {
        let (line, group) = lines.take(|| format!("group {number}"))?;
        groups.push((line, group));
    }

    let mut reader = Reader { groups: &groups, trust: &mut trust, used: 0, signatures: 0 };
    let mut log: Vec<(Stamp, Written)> = Vec::new();
    let mut chain: Option<Chain> = None;
    let mut named = BTreeSet::new();
    for seq in 0..header.stamps {
        let part = || format!("stamp {seq}");
        let (line, row): (_, ExportStamp) = lines.take(part)?;
        let fault = |fault: Fault| lines.at(line, part(), fault);
        let stamp_suite = reader.suite(&row.stamped).map_err(fault)?;
        let hash = row.stamp.hash(stamp_suite);
        reader.check(&row.stamped, &row.stamp.node, hash).map_err(fault)?;
        // An entry is hashed by its author's suite: the pen holder's own, or that of the group that says it.
        let entry_suite = match &row.said {
            Some(place) => reader.suite(place).map_err(fault)?,
            None => stamp_suite,
        };
        let entry_hash = Written::hash_of(entry_suite, row.entry.as_bytes());
        if entry_hash != row.stamp.entry {
            return Err(fault(Fault::Chain(Break::Mismatch { seq: row.stamp.seq })));
        }
        let written = Written::read(row.entry.as_bytes(), entry_hash).map_err(|error| fault(error.into()))?;
        let author = &written.entry().node;
        let said = match &row.via {
            None => entry_hash,
            Some(via) if via.entry == entry_hash && via.node == *author && via.dossier == row.stamp.dossier => {
                via.hash(entry_suite)
            }
            Some(_) => return Err(fault(Unfit::AuthorStamp.into())),
        };
        match (&row.said, author == &row.stamp.node) {
            (Some(place), false) => reader.check(place, author, said).map_err(fault)?,
            (None, true) if row.via.is_none() => {}
            (None, false) => return Err(fault(Unfit::AuthorMissing.into())),
            (_, true) => return Err(fault(Unfit::AuthorSuperfluous.into())),
        }
        if let Some(act) = &written.entry().recall {
            // The log itself carries the registrar's act; every list in the file names the same root.
            let root = reader.trust.values().next().map(|(_, list, _)| &list.root);
            let stands = root.is_some_and(|root| RecallAct::open(act, root).is_ok());
            if !stands {
                return Err(fault(Unfit::Recall.into()));
            }
        }
        match &mut chain {
            None => chain = Some(Chain::open(&row.stamp, &hash, &written).map_err(|e| fault(e.into()))?),
            Some(chain) => {
                let unfit = match chain.judge(&row.stamp, &hash, &written).map_err(|e| fault(e.into()))? {
                    Judged::Next => None,
                    Judged::Known => Some(Unfit::StampTwice),
                    Judged::Gap { .. } => Some(Unfit::StampGap),
                    Judged::Behind => Some(Unfit::StampBehind),
                    Judged::Branch => Some(Unfit::StampBranch),
                };
                if let Some(unfit) = unfit {
                    return Err(fault(unfit.into()));
                }
                chain.take(&hash, &written);
            }
        }
        named.extend(hashes_in(&row.entry));
        log.push((row.stamp, written));
    }
    let (used, signatures) = (reader.used, reader.signatures);
    if let Some((line, _)) = groups.get(used) {
        return Err(lines.at(*line, format!("group {used}"), Unfit::GroupUnused.into()));
    }
    if let Some((line, ..)) = trust.values().find(|(.., used)| !used) {
        return Err(lines.at(*line, "trust list".to_owned(), Unfit::TrustUnused.into()));
    }
    let Some(chain) = chain else {
        return Err(lines.at(0, "header".to_owned(), Unfit::NoStamp.into()));
    };
    if chain.dossier() != header.dossier || chain.kind() != header.kind {
        return Err(lines.at(0, "header".to_owned(), Unfit::Header.into()));
    }

    let mut there = BTreeSet::new();
    for number in 0..header.blobs {
        let part = || format!("blob {number}");
        let (line, blob): (_, BlobText) = lines.take(part)?;
        let salt = unhex(&blob.salt).and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        let (Some(salt), Some(bytes)) = (salt, unhex(&blob.bytes)) else {
            return Err(lines.at(line, part(), Unfit::BlobSpelling.into()));
        };
        if blob_hash(blob.hash.suite(), &salt, &bytes) != blob.hash {
            return Err(lines.at(line, part(), Unfit::Blob.into()));
        }
        if !named.contains(&blob.hash) {
            return Err(lines.at(line, part(), Unfit::BlobUnnamed.into()));
        }
        if !there.insert(blob.hash) {
            return Err(lines.at(line, part(), Unfit::BlobTwice.into()));
        }
    }

    let (line, end): (_, End) = lines.take(|| "end".to_owned())?;
    let before = &file[..lines.ranges[line].start];
    if groups.is_empty() || groups[0].1.group.suite().hash(&[b"tongban export v1\0", before]) != end.end {
        return Err(lines.at(line, "end".to_owned(), Unfit::End.into()));
    }

    let complete = match checkpoint {
        None => Complete::ToStamp(chain.len() - 1),
        Some(bytes) => against_checkpoint(bytes, root, &chain)?,
    };
    Ok(Verified { chain, log, complete, blobs: header.blobs, signatures })
}

/// Every hash that an entry names, wherever it stands in it.
fn hashes_in(entry: &str) -> Vec<Hash> {
    entry.split('"').filter_map(|piece| piece.parse().ok()).collect()
}

struct Reader<'a> {
    groups: &'a [(usize, SignedGroup)],
    trust: &'a mut BTreeMap<u32, (usize, TrustList, bool)>,
    /// Groups used so far: they stand in the order of first use.
    used: usize,
    signatures: usize,
}

impl Reader<'_> {
    fn suite(&self, place: &Place) -> Result<super::Suite, Fault> {
        let (_, signed) = self.groups.get(place.group).ok_or(Unfit::GroupMissing)?;
        Ok(signed.group.suite())
    }

    fn check(&mut self, place: &Place, node: &NodeId, content: Hash) -> Result<(), Fault> {
        let (_, signed) = self.groups.get(place.group).ok_or(Unfit::GroupMissing)?;
        if place.group > self.used {
            return Err(Unfit::GroupOrder.into());
        }
        self.used = self.used.max(place.group + 1);
        if signed.group.node != *node {
            return Err(Unfit::GroupNode.into());
        }
        let named = signed.group.trust;
        let (_, list, used) = self.trust.get_mut(&named).ok_or(TrustError::List(named))?;
        *used = true;
        let key = list.key(node, &signed.group.key, signed.group.at)?;
        signed.verify(Purpose::Commit, key, &[(place.leaf, content)], &place.proof)?;
        self.signatures += 1;
        Ok(())
    }
}

fn against_checkpoint(bytes: &[u8], root: &Hash, chain: &Chain) -> Result<Complete, VerifyError> {
    let error =
        |fault: Fault| VerifyError { line: 0, bytes: 0..bytes.len(), part: "checkpoint file".to_owned(), fault };
    let file: CheckpointFile = strict(bytes.trim_ascii_end()).map_err(error)?;
    if file.tongban_checkpoint != 1 {
        return Err(error(Unfit::CheckpointVersion.into()));
    }
    let list = TrustList::open(&file.trust, root).map_err(|e| error(e.into()))?;
    let group = &file.signed.group;
    if group.trust != list.version {
        return Err(error(Unfit::CheckpointTrust.into()));
    }
    let key = list.key(&group.node, &group.key, group.at).map_err(|e| error(e.into()))?;
    let leaf = [(file.place, file.head.hash(group.suite()))];
    file.signed.verify(Purpose::Checkpoint, key, &leaf, &file.proof).map_err(|e| error(e.into()))?;
    if file.head.dossier != chain.dossier() {
        return Err(error(Unfit::CheckpointDossier.into()));
    }
    if file.head.len == 0 || file.head.term < chain.term_at(file.head.len - 1) {
        return Err(error(Unfit::CheckpointVoided.into()));
    }
    if file.head.term > chain.term() || file.head.len > chain.len() {
        return Err(error(Unfit::CheckpointCutOff.into()));
    }
    if chain.stamp(file.head.len.wrapping_sub(1)) != Some(&file.head.head) {
        return Err(error(Unfit::CheckpointDiffers.into()));
    }
    Ok(Complete::Checkpoint { node: group.node.clone(), at: group.at, len: file.head.len })
}
