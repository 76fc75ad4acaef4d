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
    /// No such node in this version.
    #[error("node {0} is not in the trust list")]
    Node(NodeId),
    /// The node has no such key at that time.
    #[error("node {0} had no such key then")]
    Key(NodeId),
}

impl TrustError {
    /// A stable code for programs and pages.
    pub fn code(&self) -> &'static str {
        match self {
            TrustError::Root { .. } => "trust-other-root",
            TrustError::Document(_) => "trust-signature",
            TrustError::Version => "trust-version",
            TrustError::Node(_) => "trust-unknown-node",
            TrustError::Key(_) => "trust-unknown-key",
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
        self.card(node)?
            .keys
            .iter()
            .find(|key| {
                key.public.fingerprint() == *fingerprint && key.from <= at && key.until.is_none_or(|end| at < end)
            })
            .map(|key| &key.public)
            .ok_or_else(|| TrustError::Key(node.clone()))
    }

    /// The node that serves a region: the one with the most exact entry.
    pub fn serving(&self, region: Region) -> Option<&NodeCard> {
        self.nodes
            .iter()
            .filter(|card| card.regions.iter().any(|served| *served == region || served.contains(region)))
            .max_by_key(|card| card.regions.contains(&region))
    }
}
