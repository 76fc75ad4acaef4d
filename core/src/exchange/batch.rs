//! What is sent at once, and its verification before a byte of it is parsed further.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, Epoch};
use crate::directory::TrustError;
use crate::dossier::tree::{Parts, Proof};
use crate::dossier::{Break, Group, GroupError, Hash, MalformedEntry, PublicKey, Purpose, SignedGroup, Stamp, Written};

/// The most items in a batch.
pub const BATCH_ITEMS_MAX: usize = 1024;

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
    },
    /// An entry by a node that does not hold the pen.
    Slip {
        /// The entry's bytes.
        entry: String,
        /// Where the entry stands.
        said: Spot,
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
    Stamp {
        /// The stamp.
        stamp: Stamp,
        /// Its hash.
        hash: Hash,
        /// The entry.
        written: Written,
        /// Root of the group and leaf of the stamp.
        stamped: (Hash, u32),
        /// Root of the group and leaf of the entry, if author and pen holder differ.
        said: Option<(Hash, u32)>,
    },
    /// A slip.
    Slip {
        /// The entry.
        written: Written,
        /// Root of the group and leaf of the entry.
        said: (Hash, u32),
    },
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
    /// It does not begin where the reader stands.
    #[error("the batch begins at {from}, the reader stands at {at}")]
    Position {
        /// Where it begins.
        from: u64,
        /// Where the reader stands.
        at: u64,
    },
    /// More items than allowed, or a spot that does not exist or is named for two things.
    #[error("the batch is malformed: {0}")]
    Malformed(&'static str),
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
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            BatchError::Position { .. } => "batch-position",
            BatchError::Malformed(_) => "batch-malformed",
            BatchError::Trust(error) => error.code(),
            BatchError::Group(_) => "batch-signature",
            BatchError::Stamp(error) => error.code(),
            BatchError::Entry(_) => "batch-entry",
        }
    }
}

impl Batch {
    /// Verifies all groups with the keys that `key` finds, then reads the entries.
    pub fn verify(
        self,
        mut cursor: Cursor,
        key: impl Fn(&Group) -> Result<PublicKey, TrustError>,
    ) -> Result<VerifiedBatch, BatchError> {
        if self.items.len() > BATCH_ITEMS_MAX {
            return Err(BatchError::Malformed("too many items"));
        }
        if cursor.epoch != self.epoch {
            cursor = Cursor::start(self.epoch.clone());
        }
        if cursor.position != self.from {
            return Err(BatchError::Position { from: self.from, at: cursor.position });
        }
        let suite_of = |spot: &Spot| {
            let group = self.groups.get(spot.group as usize).ok_or(BatchError::Malformed("no such group"))?;
            Ok::<_, BatchError>(group.signed.group.suite())
        };
        // First all hashes, from the bytes alone.
        let mut leaves: Vec<BTreeMap<u32, Hash>> = vec![BTreeMap::new(); self.groups.len()];
        let mut hashes = Vec::with_capacity(self.items.len());
        // What two items say of one leaf must be the same, or the proof would cover only one of them.
        let mut name = |spot: &Spot, hash: Hash| match leaves[spot.group as usize].insert(spot.leaf, hash) {
            Some(other) if other != hash => Err(BatchError::Malformed("two contents at one spot")),
            _ => Ok(()),
        };
        for item in &self.items {
            let (content, entry_hash) = match item {
                Item::Stamp { stamp, entry, stamped, said } => {
                    let stamp_suite = suite_of(stamped)?;
                    let entry_suite = said.as_ref().map_or(Ok(stamp_suite), suite_of)?;
                    let entry_hash = Written::hash_of(entry_suite, entry.as_bytes());
                    if entry_hash != stamp.entry {
                        return Err(Break::Mismatch { seq: stamp.seq }.into());
                    }
                    if let Some(said) = said {
                        name(said, entry_hash)?;
                    }
                    let hash = stamp.hash(stamp_suite);
                    name(stamped, hash)?;
                    (hash, entry_hash)
                }
                Item::Slip { entry, said } => {
                    let entry_hash = Written::hash_of(suite_of(said)?, entry.as_bytes());
                    name(said, entry_hash)?;
                    (entry_hash, entry_hash)
                }
            };
            hashes.push((content, entry_hash));
        }
        // Then all signatures.
        let mut groups = Vec::with_capacity(self.groups.len());
        for (group, leaves) in self.groups.into_iter().zip(leaves) {
            let contents: Vec<(u32, Hash)> = leaves.into_iter().collect();
            let key = key(&group.signed.group)?;
            let proven = group.signed.verify(Purpose::Commit, &key, &contents, &group.proof)?;
            groups.push((group.signed, proven.parts));
        }
        // Only now the entries are read, and each must be by the node whose group says it.
        let mut items = Vec::with_capacity(self.items.len());
        for (item, (content, entry_hash)) in self.items.into_iter().zip(hashes) {
            let by = |spot: &Spot| groups[spot.group as usize].0.group.node.clone();
            let place = |spot: &Spot| (groups[spot.group as usize].0.group.root, spot.leaf);
            match item {
                Item::Stamp { stamp, entry, stamped, said } => {
                    let written = Written::read(entry.into_bytes(), entry_hash)?;
                    let author = said.as_ref().map_or_else(|| by(&stamped), by);
                    if by(&stamped) != stamp.node || author != written.entry().node {
                        return Err(BatchError::Malformed("a group of another node"));
                    }
                    // Stored, it would make every export of this dossier unfit.
                    if said.is_some() && author == stamp.node {
                        return Err(BatchError::Malformed("a superfluous proof of the author"));
                    }
                    let (stamped, said) = (place(&stamped), said.as_ref().map(place));
                    items.push(Incoming::Stamp { stamp, hash: content, written, stamped, said });
                }
                Item::Slip { entry, said } => {
                    let written = Written::read(entry.into_bytes(), entry_hash)?;
                    if by(&said) != written.entry().node {
                        return Err(BatchError::Malformed("a group of another node"));
                    }
                    items.push(Incoming::Slip { written, said: place(&said) });
                }
            }
            cursor.advance(&content);
        }
        Ok(VerifiedBatch { groups, items, cursor })
    }
}
