//! Every version of the trust list that a node knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::trust::{TrustError, TrustList};
use crate::dossier::{Group, Hash, Moment, NodeId, PublicKey};

/// Every version of the trust list that a node knows. The newest is in force: by it this node signs, and knows the others.
/// What another signed is judged for ever by the version that it names, so what was signed before a key ended stays.
#[derive(Clone, Debug, Default)]
pub struct TrustLists(BTreeMap<u32, Arc<TrustList>>);

impl TrustLists {
    /// Keeps a list whose signature was checked; says whether it was new. One that is older than the one in force is kept
    /// as well and takes nothing back: a peer may serve what it likes.
    pub fn keep(&mut self, list: TrustList) -> bool {
        let new = !self.0.contains_key(&list.version);
        if new {
            self.0.insert(list.version, Arc::new(list));
        }
        new
    }

    /// The list in force.
    pub fn current(&self) -> Option<&TrustList> {
        self.0.last_key_value().map(|(_, list)| &**list)
    }

    /// One version.
    pub fn version(&self, version: u32) -> Option<&TrustList> {
        self.0.get(&version).map(|list| &**list)
    }

    /// All of them, the oldest first.
    pub fn all(&self) -> impl Iterator<Item = &TrustList> {
        self.0.values().map(|list| &**list)
    }

    /// The key that a group names, by the list that it names. [`TrustError::List`] if that list is not known here: it
    /// has to be fetched.
    pub fn key_of(&self, group: &Group) -> Result<PublicKey, TrustError> {
        let list = self.version(group.trust).ok_or(TrustError::List(group.trust))?;
        list.key(&group.node, &group.key, group.at).cloned()
    }

    /// By which version, and as of when, a node signs with its key now. A clock that went back does not sign from before
    /// the key. With a key that the list in force does not have, or has ended, nothing is signed: no reader would ever
    /// accept it, and the stream would stand still behind it for good.
    pub fn signs(&self, node: &NodeId, key: &Hash, now: Moment) -> Result<(u32, Moment), TrustError> {
        let list = self.current().ok_or(TrustError::None)?;
        let known = list.card(node)?.keys.iter().find(|card| card.public.fingerprint() == *key);
        let at = known.map_or(now, |card| now.max(card.from));
        list.key(node, key, at)?;
        Ok((list.version, at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{KeyCard, NodeCard};
    use super::*;
    use crate::dossier::{Purpose, SecretKey, SignedGroup, Signer as _, Suite};

    fn secret(seed: u8) -> SecretKey {
        SecretKey::from_seed(Suite::Ed25519, &[seed; 32]).unwrap()
    }

    fn list(version: u32, keys: &[(u8, i64, Option<i64>)]) -> TrustList {
        let card = |(seed, from, until): &(u8, i64, Option<i64>)| KeyCard {
            public: secret(*seed).public_key().clone(),
            from: Moment(*from),
            until: until.map(Moment),
        };
        let node = NodeCard {
            guests: Vec::new(),
            node: "anhui".parse().unwrap(),
            name: String::new(),
            name_en: String::new(),
            regions: Vec::new(),
            address: String::new(),
            keys: keys.iter().map(card).collect(),
        };
        TrustList { version, issued: Moment(0), root: secret(9).public_key().clone(), nodes: vec![node] }
    }

    #[test]
    fn what_was_signed_before_a_key_ended_stays_and_nothing_is_signed_with_it_after() {
        let anhui: NodeId = "anhui".parse().unwrap();
        let (old, new) = (secret(1), secret(2));
        let mut lists = TrustLists::default();
        assert!(lists.keep(list(1, &[(1, 0, None)])));
        let sign = |trust, key: &SecretKey, at| {
            let contents = [Suite::Ed25519.hash(&[b"one"])];
            SignedGroup::sign(Purpose::Commit, key, &anhui, trust, Moment(at), &contents).unwrap().0.group
        };
        let before = sign(1, &old, 50);
        assert_eq!(lists.signs(&anhui, &old.public_key().fingerprint(), Moment(50)), Ok((1, Moment(50))));

        assert!(lists.keep(list(2, &[(1, 0, Some(100)), (2, 100, None)])));
        assert!(lists.key_of(&before).is_ok());
        // It did not know of the end yet: who reads it judges by the list that it names.
        assert!(lists.key_of(&sign(1, &old, 150)).is_ok());
        let ended = Err(TrustError::KeyTime(anhui.clone(), Moment(150)));
        assert_eq!(lists.key_of(&sign(2, &old, 150)), ended);
        assert_eq!(
            lists.signs(&anhui, &old.public_key().fingerprint(), Moment(150)),
            Err(TrustError::KeyTime(anhui.clone(), Moment(150)))
        );
        // The clock went back behind the new key's beginning.
        assert_eq!(lists.signs(&anhui, &new.public_key().fingerprint(), Moment(60)), Ok((2, Moment(100))));
        // Of a list that is not known here nothing is said: it has to be fetched.
        assert_eq!(lists.key_of(&sign(3, &new, 150)), Err(TrustError::List(3)));
    }

    #[test]
    fn an_older_list_takes_nothing_back() {
        let mut lists = TrustLists::default();
        lists.keep(list(2, &[(2, 100, None)]));
        assert!(lists.keep(list(1, &[(1, 0, None)])));
        assert_eq!(lists.current().unwrap().version, 2);
        assert!(!lists.keep(list(2, &[(1, 0, None)])), "a version is given once");
        assert!(lists.key_of(&group_of(2, &secret(2))).is_ok());
    }

    fn group_of(trust: u32, key: &SecretKey) -> Group {
        let contents = [Suite::Ed25519.hash(&[b"one"])];
        let node: NodeId = "anhui".parse().unwrap();
        SignedGroup::sign(Purpose::Commit, key, &node, trust, Moment(200), &contents).unwrap().0.group
    }
}
