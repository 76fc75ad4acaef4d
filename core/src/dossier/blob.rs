//! Personal fields and materials: kept beside the log, referred to by salted hash, so that they stay erasable.

use serde::{Deserialize, Serialize};

use super::suite::{Hash, Suite, hex, unhex};

/// A blob as the log names it: the hash over a random salt and the bytes, their number and their media type. Once salt
/// and bytes are erased the reference says nothing about the person any more, and the chain stays whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRef {
    /// [`blob_hash`] of salt and bytes.
    pub hash: Hash,
    /// Number of bytes.
    pub size: u32,
    /// Media type, such as `application/pdf`.
    pub media: String,
}

/// The name of a blob: a salt of 16 random bytes keeps a short text (a telephone number) from being guessed.
pub fn blob_hash(suite: Suite, salt: &[u8; 16], bytes: &[u8]) -> Hash {
    suite.hash(&[b"tongban blob v1\0", salt, bytes])
}

/// A blob's content as it travels inside an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobText {
    /// The name under which the log refers to it.
    pub hash: Hash,
    /// 32 hexadecimal digits.
    pub salt: String,
    /// The bytes, hexadecimal.
    pub bytes: String,
}

impl BlobText {
    /// Writes a blob down.
    pub fn of(hash: Hash, salt: &[u8; 16], bytes: &[u8]) -> BlobText {
        BlobText { hash, salt: hex(salt), bytes: hex(bytes) }
    }

    /// Salt and bytes, if they give the name: the name is the proof, whoever sent them.
    pub fn open(&self) -> Option<([u8; 16], Vec<u8>)> {
        let salt: [u8; 16] = unhex(&self.salt)?.try_into().ok()?;
        let bytes = unhex(&self.bytes)?;
        (blob_hash(self.hash.suite(), &salt, &bytes) == self.hash).then_some((salt, bytes))
    }
}
