//! Groups: what one commit of one node signed at once.

use serde::{Deserialize, Serialize};

use super::entry::NodeId;
use super::moment::Moment;
use super::suite::{BadSignature, Hash, PublicKey, Signature, Signer, Suite};
use super::tree::{self, Parts, Proof};

/// One signature of one node over the root of a tree. A leaf is the hash of a stamp (which names its entry: an entry and
/// its stamp by the same node share the signature) or of an entry that the node offers as a slip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Whose signature.
    pub node: NodeId,
    /// Fingerprint of the key.
    pub key: Hash,
    /// Version of the trust list that the signer knew, by which the signature is judged for ever.
    pub trust: u32,
    /// When.
    pub at: Moment,
    /// Number of leaves.
    pub size: u32,
    /// Root of the tree.
    pub root: Hash,
}

/// What a root was signed for; a signature for one purpose is none for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The leaves are what one commit stamped or said.
    Commit,
    /// The leaves are the heads of all dossiers that the node holds (see [`super::CheckpointFile`]).
    Checkpoint,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Commit => "group",
            Purpose::Checkpoint => "checkpoint",
        }
    }
}

/// A group with its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedGroup {
    /// What was signed.
    pub group: Group,
    /// By the key that the group names.
    pub signature: Signature,
}

/// What is known of a group whose signature was checked.
#[derive(Clone, Debug)]
pub struct Proven {
    /// The known part of the tree, from which each leaf can be proven onward.
    pub parts: Parts,
}

/// Why a group proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Leaves and proof do not lead to the root.
    #[error("the leaves do not lead to the signed root")]
    Proof,
    /// The signature is not by this key.
    #[error("the group's signature does not match")]
    Signature,
    /// The key is not the one that the group names.
    #[error("the group names another key")]
    Key,
    /// The root is by another hash function than the key's.
    #[error("the group's root is of another suite than its key")]
    Suite,
}

impl GroupError {
    /// A stable code, one of [`super::REFUSALS`].
    pub fn code(self) -> &'static str {
        match self {
            GroupError::Proof => "group-proof",
            GroupError::Signature => "group-signature",
            GroupError::Key => "group-key",
            GroupError::Suite => "group-suite",
        }
    }
}

impl From<BadSignature> for GroupError {
    fn from(_: BadSignature) -> GroupError {
        GroupError::Signature
    }
}

impl Group {
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n{}\n{}\n{}\n", self.node, self.key, self.trust, self.at.0, self.size, self.root)
    }

    /// The suite of the signing key, and so of the tree.
    pub fn suite(&self) -> Suite {
        self.root.suite()
    }
}

impl SignedGroup {
    /// Signs what one commit stamped or said. `contents` are hashes of stamps and of slips. `None` if there are none.
    pub fn sign(
        purpose: Purpose,
        signer: &dyn Signer,
        node: &NodeId,
        trust: u32,
        at: Moment,
        contents: &[Hash],
    ) -> Option<(SignedGroup, Parts)> {
        let suite = signer.public_key().suite();
        let leaves: Vec<Hash> = contents.iter().map(|content| tree::leaf(suite, content)).collect();
        let root = tree::root(suite, &leaves)?;
        let key = signer.public_key().fingerprint();
        let group = Group { node: node.clone(), key, trust, at, size: leaves.len() as u32, root };
        let signature = signer.sign(purpose.name(), group.text().as_bytes());
        Some((SignedGroup { group, signature }, Parts::from_leaves(&leaves)))
    }

    /// Checks the signature by `key`, and that `contents` (by place, ascending) stand in the group.
    pub fn verify(
        &self,
        purpose: Purpose,
        key: &PublicKey,
        contents: &[(u32, Hash)],
        proof: &Proof,
    ) -> Result<Proven, GroupError> {
        let suite = key.suite();
        if key.fingerprint() != self.group.key {
            return Err(GroupError::Key);
        }
        if self.group.suite() != suite {
            return Err(GroupError::Suite);
        }
        let leaves: Vec<_> = contents.iter().map(|(at, content)| (*at, tree::leaf(suite, content))).collect();
        let (root, parts) = proof.rebuild(suite, self.group.size, &leaves).ok_or(GroupError::Proof)?;
        if root != self.group.root {
            return Err(GroupError::Proof);
        }
        key.verify(purpose.name(), self.group.text().as_bytes(), &self.signature)?;
        Ok(Proven { parts })
    }
}

#[cfg(test)]
mod tests {
    use super::super::SecretKey;
    use super::*;

    #[test]
    fn one_signature_covers_many_and_each_can_be_taken_out() {
        for suite in [Suite::Sm2, Suite::Ed25519] {
            let key = SecretKey::from_seed(suite, &[3; 32]).unwrap();
            let node: NodeId = "anhui".parse().unwrap();
            let contents: Vec<Hash> = (0..7u8).map(|n| suite.hash(&[&[n]])).collect();
            let (signed, parts) = SignedGroup::sign(Purpose::Commit, &key, &node, 1, Moment(0), &contents).unwrap();
            let proof = parts.prove(suite, 7, &[1, 4]).unwrap();
            let given = [(1, contents[1]), (4, contents[4])];
            assert!(signed.verify(Purpose::Commit, key.public_key(), &given, &proof).is_ok());
            assert_eq!(
                signed.verify(Purpose::Commit, key.public_key(), &[(1, contents[2])], &proof).unwrap_err(),
                GroupError::Proof
            );
            let other = SecretKey::from_seed(suite, &[4; 32]).unwrap();
            assert_eq!(
                signed.verify(Purpose::Commit, other.public_key(), &given, &proof).unwrap_err(),
                GroupError::Key
            );
            let mut later = signed.clone();
            later.group.at = Moment(1);
            assert_eq!(
                later.verify(Purpose::Commit, key.public_key(), &given, &proof).unwrap_err(),
                GroupError::Signature
            );
        }
    }
}
