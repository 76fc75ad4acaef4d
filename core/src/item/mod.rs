//! The basic item (基本目录事项) as a dossier: what the list says of it, and how the places agree on one text.
//!
//! The lead publishes it, and proposes a common text (统一文本) where implementations differ. Every authority that is asked
//! takes a position until a day; the lead adopts the text or lets it go, with reasons; and each authority takes it over
//! into its own list, or says why not. All of it stands in the dossier, for everyone to read.

mod entry;
mod state;

pub use entry::{Act, Clause, Proposal, Stance};
pub use state::{Item, Position, Proposed, Reply, Settled};

/// The most clauses of one proposal.
pub const CLAUSES_MAX: usize = 50;

/// The most authorities that one proposal asks by name.
pub const ASKED_MAX: usize = 1500;

/// The longest time in which positions are taken, in days.
pub const TERM_DAYS_MAX: i32 = 366;
