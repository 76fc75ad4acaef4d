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
use super::group::{GroupError, Purpose, SignedGroup};
use super::moment::Moment;
use super::recall::RecallAct;
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

/// Where and why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} (bytes {}..{}), {part}: {fault}", bytes.start, bytes.end)]
pub struct VerifyError {
    /// Line number from 1; 0 for the checkpoint file.
    pub line: usize,
    /// The bytes of that line.
    pub bytes: Range<usize>,
    /// What the line holds, such as `stamp 3`.
    pub part: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not in the one spelling that this program writes.
    #[error("not a line of an export: {0}")]
    Spelling(String),
    /// Fewer or more lines than the header says.
    #[error("the file has {found} lines, its header asks for {expected}")]
    Lines {
        /// Lines found.
        found: usize,
        /// Lines expected.
        expected: usize,
    },
    /// Not by the registrar that was named, or changed.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The signature or the proof does not hold.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// The stamps do not follow each other.
    #[error(transparent)]
    Chain(#[from] Break),
    /// The entry's bytes are not an entry.
    #[error("{0}")]
    Entry(String),
    /// A number or name in the file does not fit what is signed.
    #[error("{0}")]
    Unfit(&'static str),
    /// The blob's bytes do not give its name.
    #[error("the blob's bytes do not give its hash")]
    Blob,
    /// The last line's hash is not that of the lines before.
    #[error("the file's own hash does not match")]
    End,
    /// The log ends before a checkpoint, or differs from it.
    #[error("{0}")]
    Checkpoint(&'static str),
}

impl Fault {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Spelling(_) => "export-spelling",
            Fault::Lines { .. } => "export-lines",
            Fault::Trust(error) => error.code(),
            Fault::Group(_) => "export-signature",
            Fault::Chain(error) => error.code(),
            Fault::Entry(_) => "export-entry",
            Fault::Unfit(_) => "export-unfit",
            Fault::Blob => "export-blob",
            Fault::End => "export-end",
            Fault::Checkpoint(_) => "checkpoint",
        }
    }
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
            let fault = Fault::Spelling("the file ends before this line".to_owned());
            return Err(self.at(line, part(), fault));
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
    if header.tongban_export != 1 || expected != Some(lines.ranges.len()) || !file.ends_with(b"\n") {
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
            return Err(lines.at(
                line,
                "trust list".to_owned(),
                Fault::Unfit("trust lists are not in ascending order"),
            ));
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
        let written =
            Written::read(row.entry.as_bytes(), entry_hash).map_err(|error| fault(Fault::Entry(error.to_string())))?;
        let author = &written.entry().node;
        let said = match &row.via {
            None => entry_hash,
            Some(via) if via.entry == entry_hash && via.node == *author && via.dossier == row.stamp.dossier => {
                via.hash(entry_suite)
            }
            Some(_) => return Err(fault(Fault::Unfit("the author's own stamp does not name this entry"))),
        };
        match (&row.said, author == &row.stamp.node) {
            (Some(place), false) => reader.check(place, author, said).map_err(fault)?,
            (None, true) if row.via.is_none() => {}
            _ => return Err(fault(Fault::Unfit("the author's proof is missing or superfluous"))),
        }
        if let Some(act) = &written.entry().recall {
            // The log itself carries the registrar's act; every list in the file names the same root.
            let root = reader.trust.values().next().map(|(_, list, _)| &list.root);
            let stands = root.is_some_and(|root| RecallAct::open(act, root).is_ok());
            if !stands {
                return Err(fault(Fault::Unfit("the recall is not signed by the registrar")));
            }
        }
        match &mut chain {
            None => chain = Some(Chain::open(&row.stamp, &hash, &written).map_err(|e| fault(e.into()))?),
            Some(chain) => match chain.judge(&row.stamp, &hash, &written).map_err(|e| fault(e.into()))? {
                Judged::Next => chain.take(&hash, &written),
                _ => return Err(fault(Fault::Unfit("the stamps are not in order"))),
            },
        }
        named.extend(hashes_in(&row.entry));
        log.push((row.stamp, written));
    }
    let (used, signatures) = (reader.used, reader.signatures);
    if let Some((line, _)) = groups.get(used) {
        return Err(lines.at(*line, format!("group {used}"), Fault::Unfit("nothing in the file refers to this group")));
    }
    if let Some((line, ..)) = trust.values().find(|(.., used)| !used) {
        return Err(lines.at(*line, "trust list".to_owned(), Fault::Unfit("no group in the file refers to this list")));
    }
    let Some(chain) = chain else {
        return Err(lines.at(0, "header".to_owned(), Fault::Unfit("a log has at least one stamp")));
    };
    if chain.dossier() != header.dossier || chain.kind() != header.kind {
        return Err(lines.at(0, "header".to_owned(), Fault::Unfit("the header names another dossier or kind")));
    }

    for number in 0..header.blobs {
        let part = || format!("blob {number}");
        let (line, blob): (_, BlobText) = lines.take(part)?;
        let salt = unhex(&blob.salt).and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        let (Some(salt), Some(bytes)) = (salt, unhex(&blob.bytes)) else {
            return Err(lines.at(line, part(), Fault::Blob));
        };
        if blob_hash(blob.hash.suite(), &salt, &bytes) != blob.hash {
            return Err(lines.at(line, part(), Fault::Blob));
        }
        if !named.remove(&blob.hash) {
            return Err(lines.at(line, part(), Fault::Unfit("no entry refers to this blob, or it stands here twice")));
        }
    }

    let (line, end): (_, End) = lines.take(|| "end".to_owned())?;
    let before = &file[..lines.ranges[line].start];
    if groups.is_empty() || groups[0].1.group.suite().hash(&[b"tongban export v1\0", before]) != end.end {
        return Err(lines.at(line, "end".to_owned(), Fault::End));
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
        let (_, signed) = self.groups.get(place.group).ok_or(Fault::Unfit("no such group in the file"))?;
        Ok(signed.group.suite())
    }

    fn check(&mut self, place: &Place, node: &NodeId, content: Hash) -> Result<(), Fault> {
        let (_, signed) = self.groups.get(place.group).ok_or(Fault::Unfit("no such group in the file"))?;
        if place.group > self.used {
            return Err(Fault::Unfit("the groups are not in the order of first use"));
        }
        self.used = self.used.max(place.group + 1);
        if signed.group.node != *node {
            return Err(Fault::Unfit("the group is of another node"));
        }
        let (_, list, used) = self
            .trust
            .get_mut(&signed.group.trust)
            .ok_or(Fault::Unfit("the file lacks the trust list that is named"))?;
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
    let list = TrustList::open(&file.trust, root).map_err(|e| error(e.into()))?;
    let group = &file.signed.group;
    if file.tongban_checkpoint != 1 || group.trust != list.version {
        return Err(error(Fault::Unfit("the checkpoint names another trust list, or is of another version")));
    }
    let key = list.key(&group.node, &group.key, group.at).map_err(|e| error(e.into()))?;
    let leaf = [(file.place, file.head.hash(group.suite()))];
    file.signed.verify(Purpose::Checkpoint, key, &leaf, &file.proof).map_err(|e| error(e.into()))?;
    if file.head.dossier != chain.dossier() {
        return Err(error(Fault::Checkpoint("the checkpoint is of another dossier")));
    }
    if file.head.len == 0 || file.head.term < chain.term_at(file.head.len - 1) {
        return Err(error(Fault::Checkpoint("the checkpoint covers stamps that a recall has voided since")));
    }
    if file.head.term > chain.term() || file.head.len > chain.len() {
        return Err(error(Fault::Checkpoint("the file ends before the checkpoint: later stamps were cut off")));
    }
    if chain.stamp(file.head.len.wrapping_sub(1)) != Some(&file.head.head) {
        return Err(error(Fault::Checkpoint("the log differs from the checkpoint")));
    }
    Ok(Complete::Checkpoint { node: group.node.clone(), at: group.at, len: file.head.len })
}
