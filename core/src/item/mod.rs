//! The basic item (基本目录事项) as a dossier: what the list says of it, and how the places agree on one text.
//!
//! The lead publishes it, and proposes a common text (统一文本) where implementations differ. Every authority that is asked
//! takes a position until a day; the lead adopts the text or lets it go, with reasons; and each authority takes it over
//! into its own list, or says why not. All of it stands in the dossier, for everyone to read.

mod entry;
mod state;
mod topic;

pub use entry::{Act, Clause, Proposal, Stance};
pub use state::{Item, Position, Proposed, Reply, Settled};
pub use topic::{CHOICES_MAX, Choice, Topic, conformity_with, topics};

/// The most clauses of one proposal.
pub const CLAUSES_MAX: usize = 50;

/// The most authorities that one proposal asks by name.
pub const ASKED_MAX: usize = 1500;

/// The most other names of a material in one clause.
pub const ALSO_MAX: usize = 20;

/// The largest proposal, in bytes of its JSON: an entry has at most 64 KiB.
pub const PROPOSAL_BYTES_MAX: usize = 60_000;

/// The longest time in which positions are taken, in days.
pub const TERM_DAYS_MAX: i32 = 366;
