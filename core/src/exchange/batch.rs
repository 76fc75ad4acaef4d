//! What is sent at once, and its verification before a byte of it is parsed further.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, Epoch};
use super::held::{SaidAt, StampRow};
use crate::directory::{TrustError, TrustLists};
use crate::dossier::tree::{Parts, Proof};
use crate::dossier::{
    Break, Group, GroupError, Hash, MalformedEntry, PublicKey, Purpose, RecallAct, SignedGroup, Stamp, Suite, Unfit,
    Written,
};

/// The most items in a stretch of a stream.
pub const BATCH_ITEMS_MAX: usize = 1024;
/// The most items in an answer that holds a dossier whole; one with more is damaged or an attack.
pub const WHOLE_ITEMS_MAX: usize = 200_000;

/// The keys by which a batch is judged.
pub trait Keys {
    /// The key that a group names, by the trust list that it names.
    fn of(&self, group: &Group) -> Result<PublicKey, TrustError>;
    /// The registrar's root key, by which recalls are signed.
    fn root(&self) -> Result<PublicKey, TrustError>;
}

/// Keys of groups alone: recalls are refused.
impl<F: Fn(&Group) -> Result<PublicKey, TrustError>> Keys for F {
    fn of(&self, group: &Group) -> Result<PublicKey, TrustError> {
        self(group)
    }

    fn root(&self) -> Result<PublicKey, TrustError> {
        Err(TrustError::None)
    }
}

impl Keys for TrustLists {
    fn of(&self, group: &Group) -> Result<PublicKey, TrustError> {
        self.key_of(group)
    }

    fn root(&self) -> Result<PublicKey, TrustError> {
        self.current().map(|list| list.root.clone()).ok_or(TrustError::None)
    }
}

/// Where a stamp or an entry stands: which group of the batch, which leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// Number of the group in the batch.
    pub group: u32,
    /// Number of the leaf.
    pub leaf: u32,
}

/// A group with the proof for those of its leaves that are in the batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchGroup {
    /// Group and signature.
    pub signed: SignedGroup,
    /// For all leaves named in the batch at once.
    pub proof: Proof,
}

/// One item of a stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Item {
    /// A stamp with its entry.
    Stamp {
        /// The stamp.
        stamp: Stamp,
        /// The entry's bytes.
        entry: String,
        /// Where the stamp stands.
        stamped: Spot,
        /// Where the entry stands; absent if author and pen holder are one node.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Spot>,
        /// The author's own stamp, later voided by a recall, if it is that which stands there and names the entry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<Stamp>,
    },
    /// An entry by a node that does not hold the pen.
    Slip {
        /// The entry's bytes.
        entry: String,
        /// Where the entry stands.
        said: Spot,
        /// The author's own stamp, later voided by a recall, if it is that which stands there and names the entry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<Stamp>,
    },
}

/// A stretch of a stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The sender's epoch. If it is not the reader's, the reader starts anew.
    pub epoch: Epoch,
    /// Position of the first item: number of items before it.
    pub from: u64,
    /// Groups.
    pub groups: Vec<BatchGroup>,
    /// Items in order.
    pub items: Vec<Item>,
}

/// A verified item.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// A stamp with its entry.
    Stamp(StampRow),
    /// A slip.
    Slip {
        /// The entry.
        written: Written,
        /// Where its author said it.
        said: SaidAt,
    },
}

impl Incoming {
    /// The entry.
    pub fn written(&self) -> &Written {
        match self {
            Incoming::Stamp(row) => &row.written,
            Incoming::Slip { written, .. } => written,
        }
    }
}

/// A batch whose every signature and hash was checked.
#[derive(Clone, Debug)]
pub struct VerifiedBatch {
    /// Groups with what is known of their trees.
    pub groups: Vec<(SignedGroup, Parts)>,
    /// Items in order.
    pub items: Vec<Incoming>,
    /// The cursor after the last item.
    pub cursor: Cursor,
}

/// Why a batch is refused whole. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes are no batch.
    #[error("not a batch: {0}")]
    Malformed(String),
    /// It does not begin where the reader stands.
    #[error("the batch begins at {from}, the reader stands at {at}")]
    Position {
        /// Where it begins.
        from: u64,
        /// Where the reader stands.
        at: u64,
    },
    /// Its parts do not fit each other, or there are too many.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Unknown node or key.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A signature or a proof does not hold.
    #[error(transparent)]
    Group(#[from] GroupError),
    /// An entry's bytes do not give the hash that was stamped.
    #[error(transparent)]
    Stamp(#[from] Break),
    /// Verified bytes that are no entry.
    #[error(transparent)]
    Entry(#[from] MalformedEntry),
}

impl BatchError {
    /// A stable code, one of [`crate::dossier::REFUSALS`].
    pub fn code(&self) -> &'static str {
        match self {
            BatchError::Malformed(_) => "batch-malformed",
            BatchError::Position { .. } => "batch-position",
            BatchError::Unfit(error) => error.code(),
            BatchError::Trust(error) => error.code(),
            BatchError::Group(error) => error.code(),
            BatchError::Stamp(error) => error.code(),
            BatchError::Entry(error) => error.code(),
        }
    }
}

impl Batch {
    /// Reads a batch as it was sent. Nothing of it is to be believed before [`Batch::verify`].
    pub fn read(bytes: &[u8]) -> Result<Batch, BatchError> {
        serde_json::from_slice(bytes).map_err(|error| BatchError::Malformed(error.to_string()))
    }

    /// Verifies a stretch of a stream: all groups with the keys that `keys` finds, then the entries are read.
    pub fn verify(self, cursor: Cursor, keys: &impl Keys) -> Result<VerifiedBatch, BatchError> {
        self.verify_up_to(BATCH_ITEMS_MAX, cursor, keys)
    }

    /// Verifies what was asked for whole: a chain, or everything of a dossier. Nothing bounds a dossier but what people
    /// say in it, so the bound of a stretch is none for it: a recall must not fail because the log grew long.
    pub fn verify_whole(self, keys: &impl Keys) -> Result<VerifiedBatch, BatchError> {
        let cursor = Cursor::start(self.epoch.clone());
        self.verify_up_to(WHOLE_ITEMS_MAX, cursor, keys)
    }

    /// Verifies a batch of at most so many items.
    pub fn verify_up_to(self, most: usize, mut cursor: Cursor, keys: &impl Keys) -> Result<VerifiedBatch, BatchError> {
        if self.items.len() > most {
            return Err(Unfit::TooManyItems.into());
        }
        if cursor.epoch != self.epoch {
            cursor = Cursor::start(self.epoch.clone());
        }
        if cursor.position != self.from {
            return Err(BatchError::Position { from: self.from, at: cursor.position });
        }
        let suite_of = |spot: &Spot| {
            let group = self.groups.get(spot.group as usize).ok_or(Unfit::GroupMissing)?;
            Ok::<_, BatchError>(group.signed.group.suite())
        };
        // First all hashes, from the bytes alone.
        let mut leaves: Vec<BTreeMap<u32, Hash>> = vec![BTreeMap::new(); self.groups.len()];
        let mut hashes = Vec::with_capacity(self.items.len());
        // What two items say of one leaf must be the same, or the proof would cover only one of them.
        let mut name = |spot: &Spot, hash: Hash| match leaves[spot.group as usize].insert(spot.leaf, hash) {
            Some(other) if other != hash => Err(BatchError::from(Unfit::SpotTwice)),
            _ => Ok(()),
        };
        for item in &self.items {
            let (content, entry_hash) = match item {
                Item::Stamp { stamp, entry, stamped, said, via } => {
                    let stamp_suite = suite_of(stamped)?;
                    let entry_suite = said.as_ref().map_or(Ok(stamp_suite), suite_of)?;
                    let entry_hash = Written::hash_of(entry_suite, entry.as_bytes());
                    if entry_hash != stamp.entry {
                        return Err(Break::Mismatch { seq: stamp.seq }.into());
                    }
                    match (said, via) {
                        (Some(said), via) => name(said, said_content(via, entry_hash, entry_suite)?)?,
                        (None, None) => {}
                        (None, Some(_)) => return Err(Unfit::AuthorSuperfluous.into()),
                    }
                    let hash = stamp.hash(stamp_suite);
                    name(stamped, hash)?;
                    (hash, entry_hash)
                }
                Item::Slip { entry, said, via } => {
                    let suite = suite_of(said)?;
                    let entry_hash = Written::hash_of(suite, entry.as_bytes());
                    name(said, said_content(via, entry_hash, suite)?)?;
                    (entry_hash, entry_hash)
                }
            };
            hashes.push((content, entry_hash));
        }
        // Then all signatures.
        let mut groups = Vec::with_capacity(self.groups.len());
        for (group, leaves) in self.groups.into_iter().zip(leaves) {
            let contents: Vec<(u32, Hash)> = leaves.into_iter().collect();
            let key = keys.of(&group.signed.group)?;
            let proven = group.signed.verify(Purpose::Commit, &key, &contents, &group.proof)?;
            groups.push((group.signed, proven.parts));
        }
        // Only now the entries are read, and each must be by the node whose group says it.
        let mut items = Vec::with_capacity(self.items.len());
        for (item, (content, entry_hash)) in self.items.into_iter().zip(hashes) {
            let by = |spot: &Spot| groups[spot.group as usize].0.group.node.clone();
            let root = |spot: &Spot| groups[spot.group as usize].0.group.root;
            match item {
                Item::Stamp { stamp, entry, stamped, said, via } => {
                    let written = read(entry, entry_hash, keys)?;
                    if stamp.dossier != written.entry().dossier {
                        return Err(Break::OtherDossier { seq: stamp.seq }.into());
                    }
                    let author = &written.entry().node;
                    if by(&stamped) != stamp.node || said.as_ref().is_some_and(|said| by(said) != *author) {
                        return Err(Unfit::GroupNode.into());
                    }
                    match (&said, *author == stamp.node) {
                        (None, false) => return Err(Unfit::AuthorMissing.into()),
                        // Stored, it would make every export of this dossier unfit.
                        (Some(_), true) => return Err(Unfit::AuthorSuperfluous.into()),
                        _ => {}
                    }
                    by_author(&via, &written)?;
                    let said = said.map(|spot| SaidAt { root: root(&spot), leaf: spot.leaf, via: via.map(Box::new) });
                    let stamped = (root(&stamped), stamped.leaf);
                    items.push(Incoming::Stamp(StampRow { stamp, hash: content, written, stamped, said }));
                }
                Item::Slip { entry, said, via } => {
                    let written = read(entry, entry_hash, keys)?;
                    if by(&said) != written.entry().node {
                        return Err(Unfit::GroupNode.into());
                    }
                    by_author(&via, &written)?;
                    let said = SaidAt { root: root(&said), leaf: said.leaf, via: via.map(Box::new) };
                    items.push(Incoming::Slip { written, said });
                }
            }
            cursor.advance(&content);
        }
        Ok(VerifiedBatch { groups, items, cursor })
    }
}

impl VerifiedBatch {
    /// Leaves out what a reader has read already, where a stretch was sent before its sender knew how far the reader is.
    /// `begin` is where the stretch begins, `reader` stands within it or at its end. `None` if the two ran over other
    /// items: one of the two nodes was rolled back.
    pub fn unread_by(mut self, mut begin: Cursor, reader: &Cursor) -> Option<VerifiedBatch> {
        let known = usize::try_from(reader.position.checked_sub(begin.position)?).ok()?;
        if known > self.items.len() || begin.epoch != reader.epoch {
            return None;
        }
        for item in self.items.drain(..known) {
            begin.advance(match &item {
                Incoming::Stamp(row) => &row.hash,
                Incoming::Slip { written, .. } => written.hash(),
            });
        }
        (begin == *reader).then_some(self)
    }
}

/// What stands where the author said an entry: the entry itself, or the author's own stamp that names it.
fn said_content(via: &Option<Stamp>, entry: Hash, suite: Suite) -> Result<Hash, BatchError> {
    match via {
        None => Ok(entry),
        Some(stamp) if stamp.entry == entry => Ok(stamp.hash(suite)),
        Some(_) => Err(Unfit::AuthorStamp.into()),
    }
}

fn by_author(via: &Option<Stamp>, written: &Written) -> Result<(), BatchError> {
    let entry = written.entry();
    match via {
        Some(stamp) if stamp.node != entry.node || stamp.dossier != entry.dossier => Err(Unfit::AuthorStamp.into()),
        _ => Ok(()),
    }
}

/// Reads an entry. A recall must be the registrar's: from here on its act is believed.
fn read(entry: String, hash: Hash, keys: &impl Keys) -> Result<Written, BatchError> {
    let written = Written::read(entry.into_bytes(), hash)?;
    if let Some(act) = &written.entry().recall {
        RecallAct::open(act, &keys.root()?).map_err(|_| Unfit::Recall)?;
    }
    Ok(written)
}

/// A batch in the making: groups in the order of first use, with the leaves that are named.
#[derive(Debug, Default)]
pub struct Spots {
    roots: Vec<Hash>,
    leaves: Vec<Vec<u32>>,
    items: Vec<Item>,
}

/// The stored log cannot prove what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored group is missing, or too little of its tree is known")]
pub struct Unproven;

impl Spots {
    /// Adds a stamp with its entry.
    pub fn stamp(&mut self, row: StampRow) -> Result<(), Unproven> {
        let entry = String::from_utf8(row.written.bytes().to_vec()).map_err(|_| Unproven)?;
        let stamped = self.spot(row.stamped.0, row.stamped.1);
        let (said, via) = match row.said {
            Some(said) => (Some(self.spot(said.root, said.leaf)), said.via.map(|stamp| *stamp)),
            None => (None, None),
        };
        self.items.push(Item::Stamp { stamp: row.stamp, entry, stamped, said, via });
        Ok(())
    }

    /// Adds a slip.
    pub fn slip(&mut self, written: &Written, said: SaidAt) -> Result<(), Unproven> {
        let entry = String::from_utf8(written.bytes().to_vec()).map_err(|_| Unproven)?;
        let spot = self.spot(said.root, said.leaf);
        self.items.push(Item::Slip { entry, said: spot, via: said.via.map(|stamp| *stamp) });
        Ok(())
    }

    fn spot(&mut self, root: Hash, leaf: u32) -> Spot {
        // Items of one commit follow each other: the last group is nearly always the one.
        let group = self.roots.iter().rposition(|known| *known == root).unwrap_or_else(|| {
            self.roots.push(root);
            self.leaves.push(Vec::new());
            self.roots.len() - 1
        });
        self.leaves[group].push(leaf);
        Spot { group: group as u32, leaf }
    }

    /// The roots of the groups that [`Spots::batch`] needs.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// The batch, with a proof for every group.
    pub fn batch(
        self,
        epoch: Epoch,
        from: u64,
        known: &HashMap<Hash, (SignedGroup, Parts)>,
    ) -> Result<Batch, Unproven> {
        let mut groups = Vec::with_capacity(self.roots.len());
        for (root, mut leaves) in self.roots.iter().zip(self.leaves) {
            leaves.sort_unstable();
            leaves.dedup();
            let (signed, parts) = known.get(root).ok_or(Unproven)?;
            let proof = parts.prove(signed.group.suite(), signed.group.size, &leaves).ok_or(Unproven)?;
            groups.push(BatchGroup { signed: signed.clone(), proof });
        }
        Ok(Batch { epoch, from, groups, items: self.items })
    }
}
