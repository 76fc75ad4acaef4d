//! What is known of the network and does not follow from operations (证据), as a dossier that everyone may read: critical
//! events (重要事件), a codebook (编码表), statements (陈述) that were coded from documents, interviews and observations, and
//! diagnoses that a coordination office stands by, with what the named parties reply.
//!
//! One for each node, kept by its coordination office. Nothing is deleted: what is withdrawn (撤下) stays with its reason, and
//! counts no more. Because everyone may read it, no person is named in it: [`crate::ident::has_person_number`].

mod entry;
mod state;

use jiff::civil::{Date, date};

pub use entry::{Act, Published};
pub use state::{Batch, Evidence, Recorded, Reply, Withdrawn};

/// The first day on which something can have happened, or been said: what is earlier is a slip.
pub const FIRST_DAY: Date = date(1949, 10, 1);

/// The most events of one dossier, those that were withdrawn included.
pub const EVENTS_MAX: usize = 2_000;

/// The most concepts of one codebook.
pub const CONCEPTS_MAX: usize = 500;

/// The most statements of one dossier, those that were withdrawn included: all nodes hold them in memory.
pub const STATEMENTS_MAX: usize = 20_000;

/// The most published diagnoses of one dossier, those that were withdrawn included.
pub const DIAGNOSES_MAX: usize = 1_000;

/// The largest list of statements, and the largest diagnosis, in bytes of its JSON: an entry has at most 64 KiB.
pub const BYTES_MAX: usize = 56 * 1024;

/// The most items, regions, actors or figures that one event or diagnosis names.
pub const NAMED_MAX: usize = 50;

/// The longest key, name, code or figure in words, in characters.
pub const NAME_CHARS_MAX: usize = 200;
