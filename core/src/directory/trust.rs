//! The trust list: which nodes there are, what they serve, where they answer, and by which keys they sign.

use serde::{Deserialize, Serialize};

use super::document::{Document, DocumentError, Kind};
use crate::dossier::{Hash, Moment, NodeId, PublicKey};
use crate::ident::Region;

/// A key of a node, with the time in which it may sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyCard {
    /// The key.
    pub public: PublicKey,
    /// First moment.
    pub from: Moment,
    /// First moment at which it no longer signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// A node as the registrar knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeCard {
    /// Its name.
    pub node: NodeId,
    /// Name for people.
    pub name: String,
    /// English name for people.
    pub name_en: String,
    /// The regions it serves.
    pub regions: Vec<Region>,
    /// Regions whose authorities have a guest desk here, as long as no node serves them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guests: Vec<Region>,
    /// Base address for peers, such as `https://exchange.example.gov.cn`. Plain HTTP on loopback only.
    pub address: String,
    /// Its keys.
    pub keys: Vec<KeyCard>,
}

/// The trust list. Signed by the registrar's root key, whose fingerprint people exchange by other means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    /// The version of its document.
    pub version: u32,
    /// When it was issued.
    pub issued: Moment,
    /// The registrar's root key.
    pub root: PublicKey,
    /// The nodes, the registrar's own included.
    pub nodes: Vec<NodeCard>,
}

/// Why a trust list or a key in it is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Its root key is not the one whose fingerprint was given.
    #[error("the trust list is signed by another registrar: its root key is {found}, expected {expected}")]
    Root {
        /// Fingerprint found.
        found: Hash,
        /// Fingerprint given.
        expected: Hash,
    },
    /// Changed or signed wrongly.
    #[error("the trust list: {0}")]
    Document(#[from] DocumentError),
    /// The body's version is not the document's.
    #[error("the trust list's version is not that of its document")]
    Version,
    /// No list at all is known yet.
    #[error("no trust list is known here yet")]
    None,
    /// The version that was named is not at hand.
    #[error("version {0} of the trust list is not known here")]
    List(u32),
    /// No such node in this version.
    #[error("node {0} is not in the trust list")]
    Node(NodeId),
    /// The node has no such key.
    #[error("node {0} has no such key in the trust list")]
    Key(NodeId),
    /// The node has the key, but might not sign with it at that moment.
    #[error("node {0} might not sign with this key at {1}")]
    KeyTime(NodeId, Moment),
}

impl TrustError {
    /// A stable code for programs and pages, one of [`crate::dossier::REFUSALS`].
    pub fn code(&self) -> &'static str {
        match self {
            TrustError::Root { .. } => "trust-other-root",
            TrustError::Document(DocumentError::Signature) => "trust-signature",
            TrustError::Document(DocumentError::Body(_)) => "trust-malformed",
            TrustError::Version => "trust-version",
            TrustError::None => "trust-none",
            TrustError::List(_) => "trust-unknown-list",
            TrustError::Node(_) => "trust-unknown-node",
            TrustError::Key(_) => "trust-unknown-key",
            TrustError::KeyTime(..) => "trust-key-time",
        }
    }
}

impl TrustList {
    /// Checks a document against the root fingerprint, then reads it. The document carries its root key; that the key
    /// is the right one is what the fingerprint says.
    pub fn open(document: &Document, root: &Hash) -> Result<TrustList, TrustError> {
        // The key is needed before the signature can be checked; nothing else is used until then.
        #[derive(Deserialize)]
        struct Peek {
            root: PublicKey,
        }
        let peek: Peek =
            serde_json::from_str(&document.body).map_err(|error| DocumentError::Body(error.to_string()))?;
        let found = peek.root.fingerprint();
        if found != *root {
            return Err(TrustError::Root { found, expected: *root });
        }
        if document.kind != Kind::Trust {
            return Err(DocumentError::Body("not a trust list".to_owned()).into());
        }
        let list: TrustList = document.verify(&peek.root)?;
        if list.version != document.version {
            return Err(TrustError::Version);
        }
        Ok(list)
    }

    /// A node's card.
    pub fn card(&self, node: &NodeId) -> Result<&NodeCard, TrustError> {
        self.nodes.iter().find(|card| card.node == *node).ok_or_else(|| TrustError::Node(node.clone()))
    }

    /// The key with this fingerprint, if the node might sign with it at that moment.
    pub fn key(&self, node: &NodeId, fingerprint: &Hash, at: Moment) -> Result<&PublicKey, TrustError> {
        let keys = self.card(node)?.keys.iter();
        let mut same = keys.filter(|key| key.public.fingerprint() == *fingerprint).peekable();
        if same.peek().is_none() {
            return Err(TrustError::Key(node.clone()));
        }
        same.find(|key| key.from <= at && key.until.is_none_or(|end| at < end))
            .map(|key| &key.public)
            .ok_or_else(|| TrustError::KeyTime(node.clone(), at))
    }

    /// The node that serves a region: the one with the most exact entry. Among equals the one that stands first: who
    /// joins later takes nothing over.
    pub fn serving(&self, region: Region) -> Option<&NodeCard> {
        let exact = |card: &&NodeCard| {
            let covers = |served: &&Region| **served == region || served.contains(region);
            card.regions.iter().filter(covers).map(|served| served.level()).max()
        };
        self.nodes.iter().rev().filter(|card| exact(card).is_some()).max_by_key(exact)
    }

    /// Whether this node is the one that serves a region.
    pub fn serves(&self, node: &NodeId, region: Region) -> bool {
        self.serving(region).is_some_and(|card| card.node == *node)
    }

    /// Whether authorities of a region have their guest desk at this node: nobody serves the region, and the list says so.
    pub fn hosts(&self, node: &NodeId, region: Region) -> bool {
        let card = self.nodes.iter().find(|card| card.node == *node);
        let covers = |hosted: &Region| *hosted == region || hosted.contains(region);
        self.serving(region).is_none() && card.is_some_and(|card| card.guests.iter().any(covers))
    }

    /// Where a node stands in the list: who stands before another was listed before it.
    pub fn place(&self, node: &NodeId) -> usize {
        self.nodes.iter().position(|card| card.node == *node).unwrap_or(usize::MAX)
    }

    /// Another node that claims one of these regions by exactly the same code, and the region.
    pub fn claimed(&self, card: &NodeCard) -> Option<(&NodeCard, Region)> {
        let mut others = self.nodes.iter().filter(|other| other.node != card.node);
        others.find_map(|other| {
            let same = other.regions.iter().find(|region| card.regions.contains(region))?;
            Some((other, *same))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dossier::{SecretKey, Signer as _, Suite};

    fn region(code: &str) -> Region {
        Region::parse(code).unwrap()
    }

    fn list(nodes: &[(&str, &[&str])]) -> TrustList {
        let root = SecretKey::from_seed(Suite::Ed25519, &[1; 32]).unwrap().public_key().clone();
        let card = |(node, regions): &(&str, &[&str])| NodeCard {
            guests: Vec::new(),
            node: node.parse().unwrap(),
            name: String::new(),
            name_en: String::new(),
            regions: regions.iter().map(|code| region(code)).collect(),
            address: String::new(),
            keys: Vec::new(),
        };
        TrustList { version: 1, issued: Moment(0), root, nodes: nodes.iter().map(card).collect() }
    }

    #[test]
    fn the_most_exact_entry_serves_and_among_equals_the_first() {
        let list = list(&[("anhui", &["340000"]), ("later", &["340000", "330000"]), ("hefei", &["340100"])]);
        let serving = |code: &str| list.serving(region(code)).map(|card| card.node.to_string());
        assert_eq!(serving("341800").as_deref(), Some("anhui"));
        assert_eq!(serving("340000").as_deref(), Some("anhui"));
        assert_eq!(serving("340100").as_deref(), Some("hefei"));
        // A district of the city goes with the city, not with the province.
        assert_eq!(serving("340102").as_deref(), Some("hefei"));
        assert_eq!(serving("330100").as_deref(), Some("later"));
        assert_eq!(serving("110000"), None);
        assert!(list.serves(&"hefei".parse().unwrap(), region("340100")));
        assert!(!list.serves(&"anhui".parse().unwrap(), region("340100")));
    }

    #[test]
    fn a_claim_of_the_same_code_is_found_and_a_finer_one_is_none() {
        let list = list(&[("anhui", &["340000"]), ("hefei", &["340100"])]);
        let claims = |node: &str, code: &str| {
            let card = NodeCard { node: node.parse().unwrap(), regions: vec![region(code)], ..list.nodes[0].clone() };
            list.claimed(&card).map(|(other, _)| other.node.to_string())
        };
        assert_eq!(claims("stranger", "340000").as_deref(), Some("anhui"));
        assert_eq!(claims("stranger", "341800"), None);
        assert_eq!(claims("anhui", "340000"), None, "its own card, entered anew");
    }
}
