//! A signed request of one node to another.

use crate::dossier::suite::{hex, unhex};
use crate::dossier::{BadSignature, Hash, Moment, NodeId, PublicKey, Signature, Signer};

/// How far the clocks of two nodes may differ, in milliseconds.
pub const CLOCK_DIFFERENCE_MS_MAX: u64 = 5 * 60 * 1000;

/// Who asks whom for what. Sent in one header: `node;peer;at;nonce;key;signature`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Who asks.
    pub node: NodeId,
    /// Who is asked.
    pub peer: NodeId,
    /// When.
    pub at: Moment,
    /// 16 hexadecimal digits; the asked node accepts each once.
    pub nonce: String,
    /// Fingerprint of the key.
    pub key: Hash,
    /// Over all of the above and the path with its query.
    pub signature: Signature,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// No such header, or not of this form.
    #[error("the request is not signed")]
    Unsigned,
    /// For another node.
    #[error("the request is for another node")]
    OtherNode,
    /// Too old or from the future: mend the clock.
    #[error("the request's time differs by more than five minutes: mend the clock")]
    Time,
    /// Signature does not match.
    #[error("the request's signature does not match")]
    Signature,
}

impl AskError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            AskError::Unsigned => "ask-unsigned",
            AskError::OtherNode => "ask-other-node",
            AskError::Time => "ask-time",
            AskError::Signature => "ask-signature",
        }
    }
}

impl From<BadSignature> for AskError {
    fn from(_: BadSignature) -> AskError {
        AskError::Signature
    }
}

impl Ask {
    fn message(node: &NodeId, peer: &NodeId, at: Moment, nonce: &str, key: &Hash, path: &str) -> String {
        format!("{node}\n{peer}\n{}\n{nonce}\n{key}\n{path}\n", at.0)
    }

    /// Signs a request for `path` (with its query).
    pub fn sign(signer: &dyn Signer, node: &NodeId, peer: &NodeId, at: Moment, nonce: [u8; 8], path: &str) -> Ask {
        let nonce = hex(&nonce);
        let key = signer.public_key().fingerprint();
        let signature = signer.sign("ask", Ask::message(node, peer, at, &nonce, &key, path).as_bytes());
        Ask { node: node.clone(), peer: peer.clone(), at, nonce, key, signature }
    }

    /// The header's value.
    pub fn header(&self) -> String {
        format!("{};{};{};{};{};{}", self.node, self.peer, self.at.0, self.nonce, self.key, hex(&self.signature.0))
    }

    /// Reads a header. What it says is to be believed after [`Ask::verify`].
    pub fn read(header: &str) -> Result<Ask, AskError> {
        let fields: Vec<&str> = header.split(';').collect();
        let [node, peer, at, nonce, key, signature] = fields[..] else { return Err(AskError::Unsigned) };
        let unsigned = |_| AskError::Unsigned;
        Ok(Ask {
            node: node.parse().map_err(unsigned)?,
            peer: peer.parse().map_err(unsigned)?,
            at: Moment(at.parse().map_err(|_| AskError::Unsigned)?),
            nonce: match unhex(nonce) {
                Some(bytes) if bytes.len() == 8 => nonce.to_owned(),
                _ => return Err(AskError::Unsigned),
            },
            key: key.parse().map_err(|_| AskError::Unsigned)?,
            signature: Signature::from_hex(signature).map_err(|_| AskError::Unsigned)?,
        })
    }

    /// Checks a request for `path`, made to `own` at `now`. That the nonce is fresh, the caller checks.
    pub fn verify(&self, key: &PublicKey, own: &NodeId, now: Moment, path: &str) -> Result<(), AskError> {
        if self.peer != *own {
            return Err(AskError::OtherNode);
        }
        if now.0.abs_diff(self.at.0) > CLOCK_DIFFERENCE_MS_MAX {
            return Err(AskError::Time);
        }
        let message = Ask::message(&self.node, &self.peer, self.at, &self.nonce, &self.key, path);
        Ok(key.verify("ask", message.as_bytes(), &self.signature)?)
    }
}
