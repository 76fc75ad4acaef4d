//! Signed, versioned documents: how one place knows another's guide, and how all know the same rules.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::dossier::{Hash, NodeId, PublicKey, Signature, Signer};

/// What a document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The trust list ([`super::TrustList`]); by the registrar.
    Trust,
    /// Basic items; by the registrar.
    Items,
    /// Mechanisms; by the registrar.
    Mechanisms,
    /// Organisations of one node; by that node.
    Organisations,
    /// Implementations of one node's authorities; by that node.
    Implementations,
    /// A recall ([`crate::dossier::RecallAct`]); by the registrar, with the root key. Every version counts.
    Recall,
}

impl Kind {
    /// The word used in addresses and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Trust => "trust",
            Kind::Items => "items",
            Kind::Mechanisms => "mechanisms",
            Kind::Organisations => "organisations",
            Kind::Implementations => "implementations",
            Kind::Recall => "recall",
        }
    }

    /// Reads [`Kind::name`] back.
    pub fn from_name(name: &str) -> Option<Kind> {
        let all =
            [Kind::Trust, Kind::Items, Kind::Mechanisms, Kind::Organisations, Kind::Implementations, Kind::Recall];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// A document as it is stored and passed on: the body is kept verbatim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it holds.
    pub kind: Kind,
    /// Who published it.
    pub node: NodeId,
    /// 1, then one more with each change.
    pub version: u32,
    /// Fingerprint of the key.
    pub key: Hash,
    /// JSON, as signed.
    pub body: String,
    /// Over all of the above.
    pub signature: Signature,
}

/// Why a document is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Signed by another key than it names, or changed since.
    #[error("the document's signature does not match")]
    Signature,
    /// Verified, but its body is not of its kind.
    #[error("the document's body is not of its kind: {0}")]
    Body(String),
}

impl Document {
    fn message(kind: Kind, node: &NodeId, version: u32, key: &Hash, body: &str) -> String {
        format!("{}\n{node}\n{version}\n{key}\n{body}", kind.name())
    }

    /// Writes and signs a document.
    ///
    /// # Panics
    /// If `body` cannot be written as JSON, which the types of this crate always can.
    pub fn sign(signer: &dyn Signer, kind: Kind, node: &NodeId, version: u32, body: &impl Serialize) -> Document {
        let body = serde_json::to_string(body).expect("a document is plain data");
        let key = signer.public_key().fingerprint();
        let message = Document::message(kind, node, version, &key, &body);
        let signature = signer.sign("document", message.as_bytes());
        Document { kind, node: node.clone(), version, key, body, signature }
    }

    /// Checks the signature, then reads the body.
    pub fn verify<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<T, DocumentError> {
        if key.fingerprint() != self.key {
            return Err(DocumentError::Signature);
        }
        let message = Document::message(self.kind, &self.node, self.version, &self.key, &self.body);
        key.verify("document", message.as_bytes(), &self.signature).map_err(|_| DocumentError::Signature)?;
        serde_json::from_str(&self.body).map_err(|error| DocumentError::Body(error.to_string()))
    }
}
