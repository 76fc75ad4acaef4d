//! Checkpoints: what is covered by one can neither be changed nor cut short unseen.

use serde::{Deserialize, Serialize};

use super::entry::DossierId;
use super::group::SignedGroup;
use super::suite::{Hash, Suite};
use super::tree::Proof;
use crate::directory::Document;

/// The end of a log as a node holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The dossier.
    pub dossier: DossierId,
    /// Its term.
    pub term: u32,
    /// Number of stamps.
    pub len: u32,
    /// Hash of the last stamp.
    pub head: Hash,
}

impl Head {
    /// What stands in the checkpoint's tree: the hash of `dossier ␊ term ␊ len ␊ head ␊`.
    pub fn hash(&self, suite: Suite) -> Hash {
        let text = format!("{}\n{}\n{}\n{}\n", self.dossier, self.term, self.len, self.head);
        suite.hash(&[b"tongban head v1\0", text.as_bytes()])
    }
}

/// What `tongban checkpoint` writes: one line of JSON. The leaves of the signed tree are the heads of all dossiers that the
/// node holds, in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointFile {
    /// Version of this shape: 1.
    pub tongban_checkpoint: u8,
    /// The head that is proven.
    pub head: Head,
    /// Its place among the leaves.
    pub place: u32,
    /// From the leaf to the root.
    pub proof: Proof,
    /// The signed root.
    pub signed: SignedGroup,
    /// The trust list that the signature is judged by.
    pub trust: Document,
}
