//! Bundles: a stream that crosses in files, where no connection can be opened by either side.
//!
//! A bundle is lines of JSON: a head, then records, then a seal, which is the sender's signature over every byte before
//! it. The head says what its sender has read of the receiver's stream and what it asks for; the records are what the
//! receiver has not acknowledged, and answers to what it asked. What is in them is what answers over HTTP are, and is
//! judged and taken in the same way. The format is told in `docs/protocol-bundle.md`.

mod fault;
mod folder;
mod hand;
mod read;
mod take;
mod write;

use serde::{Deserialize, Serialize};
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::{DossierId, Hash, Moment, NodeId, Signature};
use tongban_core::exchange::{Batch, Cursor, Epoch};

use super::recovery::Answer;
use crate::store::{Result, Store};

pub use fault::{CODES, Refused, known_code};
pub use folder::{load, watch};
pub use hand::{Outcome, hand_in};
pub use take::{Received, import};
pub use write::{Names, Outgoing, Written};

/// The only version.
const VERSION: u8 = 1;
/// What the digest of a line begins with.
const DIGEST: &[u8] = b"tongban bundle v1\0";
/// What is signed is signed as this.
const SIGNED_AS: &str = "bundle";

/// A dossier whose pen the sender takes by an act of the registrar: it asks for everything that is held of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    dossier: DossierId,
    /// The term of the act.
    term: u32,
}

/// Says to a node in a new life how far the sender's stream has to be read until all that both share was restated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// The new life that was heard of.
    of: Epoch,
    until: u64,
}

/// The first line. All that it asks replaces what an earlier one asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    tongban_bundle: u8,
    from: NodeId,
    to: NodeId,
    /// When it was written.
    at: Moment,
    /// Fingerprint of the key that seals it.
    key: Hash,
    /// Which of the files that were written at once.
    part: u32,
    /// The sender's life.
    epoch: Epoch,
    /// The sender lost stamps that it gave: it asks that everything shared is restated.
    recovering: bool,
    /// How far the sender has read the receiver's stream.
    read: Option<Cursor>,
    /// Documents that the sender has.
    have: Vec<(Kind, NodeId, u32)>,
    /// Blobs that it wants.
    blobs: Vec<Hash>,
    /// Dossiers that it asks about.
    questions: Vec<Question>,
    /// Its answer to a receiver that is recovering.
    restated: Option<Told>,
}

/// Personal fields or a material.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Blob {
    hash: Hash,
    salt: String,
    media: String,
    /// Base64.
    bytes: String,
}

/// A line after the head.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Record {
    /// A signed document.
    Document(Document),
    /// An answer to a question of the receiver.
    Answer {
        dossier: DossierId,
        term: u32,
        answer: Answer,
    },
    /// The log of a dossier that the next stretch does not hold whole.
    Log {
        dossier: DossierId,
        batch: Batch,
    },
    /// A stretch of the stream, and the running hash before its first item.
    Stretch {
        after: Hash,
        batch: Batch,
    },
    Blob(Blob),
    /// Always the last: over the digest of all lines before.
    Seal(Signature),
}

/// What was heard of a peer by bundles: its newest head, and answers that came.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Heard {
    head: Head,
    /// Own questions that it answered.
    answered: Vec<Question>,
}

impl Heard {
    async fn of(store: &Store, peer: &NodeId) -> Result<Option<Heard>> {
        let text = store.state(&Heard::name(peer)).await?;
        // What an older program wrote and this one does not read is heard again with the next bundle.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    async fn keep(&self, store: &Store) -> Result<()> {
        let text = serde_json::to_string(self).map_err(crate::store::damaged)?;
        store.set_state(&Heard::name(&self.head.from), &text).await
    }

    fn name(peer: &NodeId) -> String {
        format!("bundle {peer}")
    }
}

/// Whether a peer answered a question of this node.
pub(super) async fn is_answered(store: &Store, peer: &NodeId, dossier: DossierId, term: u32) -> Result<bool> {
    let heard = Heard::of(store, peer).await?;
    Ok(heard.is_some_and(|heard| heard.answered.contains(&Question { dossier, term })))
}

/// What a peer restated to this life of this node: its own life, and how far its stream has to be read.
pub(super) async fn restated(store: &Store, peer: &NodeId, own: &Epoch) -> Result<Option<(Epoch, u64)>> {
    let Some(heard) = Heard::of(store, peer).await? else { return Ok(None) };
    let epoch = heard.head.epoch;
    Ok(heard.head.restated.filter(|told| told.of == *own).map(|told| (epoch, told.until)))
}
