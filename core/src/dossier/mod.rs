//! The dossier (卷宗): an append-only log about one thing, and the pen (执笔): the right and the duty to number what is
//! said in it.
//!
//! An [`Entry`] is what an organisation says happened: JSON bytes written once, signed by its node, stored and passed on
//! verbatim. A [`Stamp`] is the pen holder's number for an entry. A [`Group`] is what one commit of one node signed: one
//! signature over the root of a [`tree`] of stamps and entries. [`Chain`] is the rule that stamps follow: one place, one
//! predecessor, one holder.
//!
//! ```
//! use tongban_core::dossier::{Chain, Draft, DossierId, Judged, Moment, NodeId, Stamp, Suite};
//!
//! let suzhou: NodeId = "jiangsu".parse().unwrap();
//! let id = DossierId::from_random([7; 16]);
//! let entry = Draft::open(id, "case", &suzhou).said(Moment(0), [1; 8], &"first").write(Suite::Sm2);
//! let stamp = Stamp::first(&entry, &suzhou, Moment(0));
//! let chain = Chain::open(&stamp, &stamp.hash(Suite::Sm2), &entry).unwrap();
//! assert_eq!(chain.holder(), &suzhou);
//! assert_eq!(chain.judge(&stamp, &stamp.hash(Suite::Sm2), &entry), Ok(Judged::Known));
//! ```
//!
//! Architecture invariants: bytes are verified before they are parsed; nothing here ever re-serialises what was signed.

mod blob;
mod chain;
mod checkpoint;
mod entry;
mod export;
mod group;
mod moment;
mod recall;
mod refusal;
mod stamp;
pub mod suite;
pub mod tree;

pub use blob::{BlobRef, BlobText, blob_hash};
pub use chain::{Break, Chain, Judged};
pub use checkpoint::{CheckpointFile, Head};
pub use entry::{By, DossierId, Draft, Entry, MalformedEntry, MalformedId, NodeId, Refuses, Role, Written};
pub use export::{Complete, ExportStamp, Exporter, Place, Verified, verify};
pub use group::{Group, GroupError, Proven, Purpose, SignedGroup};
pub use moment::Moment;
pub use recall::{RECALLED_MAX, RecallAct};
pub use refusal::{Fault, REFUSALS, Unfit, VerifyError};
pub use stamp::Stamp;
pub use suite::{BadSignature, Hash, PublicKey, SecretKey, Signature, Signer, Suite};
