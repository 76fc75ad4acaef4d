//! Merkle trees in the shape of RFC 9162 §2.1, and one kind of proof: for a set of leaves at once.
//!
//! A proof for one leaf is the usual inclusion path; a proof for all leaves is empty. So a group that goes to a peer
//! as a whole costs one signature and not a byte more, and a single stamp taken out of it for an export still proves
//! itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::suite::{Hash, Suite};

/// The most leaves one tree may have: a bound for whoever checks a foreign proof.
/// The work is bounded by the leaves and hashes given, and the depth by this.
pub const LEAVES_MAX: u32 = 1 << 30;

/// The hash of a leaf over the hash it stands for.
pub fn leaf(suite: Suite, content: &Hash) -> Hash {
    suite.hash(&[&[0], &content.tagged()])
}

fn node(suite: Suite, left: &Hash, right: &Hash) -> Hash {
    suite.hash(&[&[1], left.bytes(), right.bytes()])
}

/// The largest power of two smaller than `len`: where RFC 9162 splits a tree of `len` ≥ 2 leaves.
fn split(len: u32) -> u32 {
    1 << (31 - (len - 1).leading_zeros())
}

/// The root of a tree whose leaves are all known. `None` for no leaves.
pub fn root(suite: Suite, leaves: &[Hash]) -> Option<Hash> {
    match leaves {
        [] => None,
        [only] => Some(*only),
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u32) as usize);
            Some(node(suite, &root(suite, left)?, &root(suite, right)?))
        }
    }
}

/// What is known of a tree: subtree hashes by (first leaf, number of leaves).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts(BTreeMap<(u32, u32), Hash>);

impl Parts {
    /// All leaves of a tree of one's own.
    pub fn from_leaves(leaves: &[Hash]) -> Parts {
        Parts(leaves.iter().enumerate().map(|(at, hash)| ((at as u32, 1), *hash)).collect())
    }

    /// Adds what another knows of the same tree.
    pub fn merge(&mut self, other: Parts) {
        self.0.extend(other.0);
    }

    /// The stored form: 4 + 4 + 33 bytes for each known hash.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 41);
        for ((start, len), hash) in &self.0 {
            bytes.extend_from_slice(&start.to_be_bytes());
            bytes.extend_from_slice(&len.to_be_bytes());
            bytes.extend_from_slice(&hash.tagged());
        }
        bytes
    }

    /// Reads the stored form. What is not whole is left out: a missing part shows when a proof is made.
    pub fn from_bytes(bytes: &[u8]) -> Parts {
        let number = |b: &[u8]| u32::from_be_bytes([b[0], b[1], b[2], b[3]]);
        let (rows, _) = bytes.as_chunks::<41>();
        Parts(
            rows.iter()
                .filter_map(|row| Some(((number(&row[0..4]), number(&row[4..8])), Hash::from_tagged(&row[8..]).ok()?)))
                .collect(),
        )
    }

    fn hash(&self, suite: Suite, start: u32, len: u32) -> Option<Hash> {
        if let Some(hash) = self.0.get(&(start, len)) {
            return Some(*hash);
        }
        if len < 2 {
            return None;
        }
        let left = split(len);
        Some(node(suite, &self.hash(suite, start, left)?, &self.hash(suite, start + left, len - left)?))
    }

    /// The proof that the leaves at `wanted` (ascending, below `size`) stand in the tree of `size` leaves: the hashes
    /// of the subtrees that hold none of them, from left to right. `None` if too little is known.
    pub fn prove(&self, suite: Suite, size: u32, wanted: &[u32]) -> Option<Proof> {
        let mut others = Vec::new();
        self.collect(suite, 0, size, wanted, &mut others)?;
        Some(Proof(others))
    }

    fn collect(&self, suite: Suite, start: u32, len: u32, wanted: &[u32], others: &mut Vec<Hash>) -> Option<()> {
        if wanted.is_empty() {
            others.push(self.hash(suite, start, len)?);
            return Some(());
        }
        if len == 1 {
            return Some(());
        }
        let left = split(len);
        let cut = wanted.partition_point(|at| *at < start + left);
        self.collect(suite, start, left, &wanted[..cut], others)?;
        self.collect(suite, start + left, len - left, &wanted[cut..], others)
    }
}

/// The subtree hashes that a reader needs besides the leaves it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof(pub Vec<Hash>);

impl Proof {
    /// Rebuilds the root from the `leaves` at their places (ascending) in a tree of `size` leaves. Returns the root and
    /// all that is now known of the tree. `None` if leaves and proof do not fit each other exactly.
    pub fn rebuild(&self, suite: Suite, size: u32, leaves: &[(u32, Hash)]) -> Option<(Hash, Parts)> {
        if size == 0 || size > LEAVES_MAX || leaves.is_empty() {
            return None;
        }
        let ascending = leaves.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !ascending || leaves.last().is_some_and(|last| last.0 >= size) {
            return None;
        }
        let mut parts = Parts::default();
        let mut others = self.0.iter();
        let root = Self::walk(suite, 0, size, leaves, &mut others, &mut parts)?;
        others.next().is_none().then_some((root, parts))
    }

    fn walk(
        suite: Suite,
        start: u32,
        len: u32,
        leaves: &[(u32, Hash)],
        others: &mut std::slice::Iter<'_, Hash>,
        parts: &mut Parts,
    ) -> Option<Hash> {
        if leaves.is_empty() {
            let hash = *others.next()?;
            parts.0.insert((start, len), hash);
            return (hash.suite() == suite).then_some(hash);
        }
        if len == 1 {
            parts.0.insert((start, 1), leaves[0].1);
            return Some(leaves[0].1);
        }
        let left = split(len);
        let cut = leaves.partition_point(|(at, _)| *at < start + left);
        let left_hash = Self::walk(suite, start, left, &leaves[..cut], others, parts)?;
        let right_hash = Self::walk(suite, start + left, len - left, &leaves[cut..], others, parts)?;
        Some(node(suite, &left_hash, &right_hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count).map(|n| leaf(Suite::Ed25519, &Suite::Ed25519.hash(&[&n.to_be_bytes()]))).collect()
    }

    #[test]
    fn splits_as_rfc_9162() {
        assert_eq!([2, 3, 4, 5, 8, 9].map(split), [1, 2, 2, 4, 4, 8]);
    }

    proptest! {
        #[test]
        fn any_subset_proves_itself_and_nothing_else(size in 1u32..70, picks in proptest::collection::btree_set(0u32..70, 1..20)) {
            let all = leaves(size);
            let root = root(Suite::Ed25519, &all).unwrap();
            let wanted: Vec<u32> = picks.into_iter().filter(|at| *at < size).collect();
            prop_assume!(!wanted.is_empty());
            let own = Parts::from_leaves(&all);
            let proof = own.prove(Suite::Ed25519, size, &wanted).unwrap();
            let given: Vec<_> = wanted.iter().map(|at| (*at, all[*at as usize])).collect();
            let (rebuilt, parts) = proof.rebuild(Suite::Ed25519, size, &given).unwrap();
            prop_assert_eq!(rebuilt, root);
            prop_assert_eq!(&Parts::from_bytes(&parts.to_bytes()), &parts);
            // What was learnt is enough to prove any one of them onward.
            let one = parts.prove(Suite::Ed25519, size, &wanted[..1]).unwrap();
            prop_assert_eq!(one.rebuild(Suite::Ed25519, size, &given[..1]).unwrap().0, root);
            // A changed leaf gives another root.
            let mut forged = given.clone();
            forged[0].1 = leaf(Suite::Ed25519, &Suite::Ed25519.hash(&[b"forged"]));
            prop_assert_ne!(proof.rebuild(Suite::Ed25519, size, &forged).map(|(root, _)| root), Some(root));
        }
    }

    #[test]
    fn proofs_that_do_not_fit_are_refused() {
        let all = leaves(5);
        let proof = Parts::from_leaves(&all).prove(Suite::Ed25519, 5, &[2]).unwrap();
        assert!(proof.rebuild(Suite::Ed25519, 5, &[]).is_none());
        assert!(proof.rebuild(Suite::Ed25519, 5, &[(7, all[2])]).is_none());
        let longer = Proof(proof.0.iter().copied().chain([all[0]]).collect());
        assert!(longer.rebuild(Suite::Ed25519, 5, &[(2, all[2])]).is_none());
        assert!(proof.rebuild(Suite::Ed25519, LEAVES_MAX + 1, &[(2, all[2])]).is_none());
    }
}
