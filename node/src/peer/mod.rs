//! Streams over HTTP(S), server and client.
//!
//! The reading node asks, with a request signed by its key; the answer carries signed groups only. Plain HTTP on loopback,
//! TLS elsewhere. Nothing here knows what a case is.

pub mod bundle;
mod client;
mod errand;
mod recovery;
mod server;

pub use client::{follow_all, looked};
pub use errand::Errands;
pub use recovery::recover;
pub use server::router;

/// Somebody looked at personal data.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Looked {
    /// When.
    pub at: tongban_core::dossier::Moment,
    /// Their organisation; empty for who had number and code of a receipt.
    pub org: String,
    /// Their staff number.
    pub staff: String,
    /// What was looked at.
    pub what: String,
}

/// The header that carries a signed request.
const ASK: &str = "tongban-ask";
/// The header that says where a stream ends, so that its reader knows how much is left.
const STREAM_END: &str = "tongban-stream-end";
