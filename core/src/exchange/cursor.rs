//! How far a stream was read.

use serde::{Deserialize, Serialize};

use crate::dossier::{Hash, Suite, suite::hex, suite::unhex};

/// The name of one life of a node's streams: 16 random hexadecimal digits, never a counter. A restored node begins a new one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Epoch(String);

/// Not 16 lower-case hexadecimal digits. A peer's epoch goes back to it in an address: anything else would never arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an epoch: expected 16 lower-case hexadecimal digits")]
pub struct MalformedEpoch;

impl TryFrom<String> for Epoch {
    type Error = MalformedEpoch;
    fn try_from(text: String) -> Result<Self, MalformedEpoch> {
        match unhex(&text) {
            Some(bytes) if bytes.len() == 8 => Ok(Epoch(text)),
            _ => Err(MalformedEpoch),
        }
    }
}

impl From<Epoch> for String {
    fn from(epoch: Epoch) -> String {
        epoch.0
    }
}

impl Epoch {
    /// From 8 random bytes.
    pub fn from_random(bytes: [u8; 8]) -> Epoch {
        Epoch(hex(&bytes))
    }

    /// From the stored text.
    pub fn from_stored(text: &str) -> Epoch {
        Epoch(text.to_owned())
    }

    /// As stored, and as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Epoch, number of items read, and the running hash over them: if the sender's differs, one of the two was rolled back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// Of the sender.
    pub epoch: Epoch,
    /// Number of items read.
    pub position: u64,
    /// Over all items read.
    pub hash: Hash,
}

impl Cursor {
    /// The beginning of a stream in a given life of the sender.
    pub fn start(epoch: Epoch) -> Cursor {
        Cursor { epoch, position: 0, hash: Hash::none(Suite::Ed25519) }
    }

    /// One item further. The running hash is SHA-256 whatever the suites: it detects roll-back and proves nothing.
    pub fn advance(&mut self, content: &Hash) {
        self.position += 1;
        self.hash = Suite::Ed25519.hash(&[b"tongban stream v1\0", &self.hash.tagged(), &content.tagged()]);
    }
}
