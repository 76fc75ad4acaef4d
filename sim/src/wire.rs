//! The invented wire: what is on its way, as the bytes that would travel.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Error;
use tongban_core::directory::Document;
use tongban_core::dossier::{BlobText, DossierId, Hash};
use tongban_core::exchange::{Batch, Cursor, Epoch};

/// An answer on its way to who asked.
#[derive(Clone, Debug)]
pub struct Message {
    /// Who answered.
    pub from: usize,
    /// Who asked.
    pub to: usize,
    /// What was asked, as the asker remembers it.
    pub asked: Asked,
    /// The answer.
    pub answer: Answer,
    /// Whether a byte of it was changed.
    pub damaged: bool,
}

/// What was asked.
#[derive(Clone, Debug)]
pub enum Asked {
    /// The next stretch of a stream, from this cursor.
    Stream(Option<Cursor>),
    /// A whole chain, because of an item of the stream.
    Whole(DossierId, Hash),
    /// Everything of a dossier, by an act.
    Question(DossierId, u32),
    /// That all that is shared be restated in this life of the asker.
    Restated(Epoch),
    /// These blobs.
    Blobs(Vec<Hash>),
}

/// What was answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Stream, chain or everything of a dossier.
    Batch(Box<Batch>),
    /// Sealed by a higher act.
    Sealed(Box<Document>),
    /// Nothing of it is here.
    NotHeld,
    /// Restated: own epoch, end of the stream, acts known.
    Restated(Epoch, u64, Vec<Document>),
    /// Blobs, as many as are here.
    Blobs(Vec<BlobText>),
}

impl Message {
    /// Changes a byte of the batch or of the blobs; says whether what arrives is still readable. An answer that is no
    /// longer JSON is as good as none.
    pub fn damage(&mut self, byte: u32, to: u8) -> Result<bool, Error> {
        let changed = match &mut self.answer {
            Answer::Batch(batch) => change(&mut **batch, byte, to)?,
            Answer::Blobs(blobs) => spoil(blobs, byte, to),
            _ => false,
        };
        self.damaged |= changed;
        Ok(changed)
    }
}

/// Another digit in the content of one blob.
fn spoil(blobs: &mut [BlobText], which: u32, at: u8) -> bool {
    let count = blobs.len();
    let Some(blob) = blobs.get_mut(which as usize % count.max(1)) else { return false };
    let at = usize::from(at) % blob.bytes.len().max(1);
    let other = if blob.bytes[at..].starts_with('0') { "1" } else { "0" };
    blob.bytes.replace_range(at..at + 1, other);
    true
}

fn change<T: Serialize + DeserializeOwned>(sent: &mut T, byte: u32, to: u8) -> Result<bool, Error> {
    let mut bytes = serde_json::to_vec(sent)?;
    let at = byte as usize % bytes.len();
    if bytes[at] == to {
        return Ok(false);
    }
    bytes[at] = to;
    *sent = serde_json::from_slice(&bytes)?;
    Ok(true)
}
