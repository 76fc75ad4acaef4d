//! A legal document (法律文件) as a dossier: what it says article by article, from when until when, and where it stands in
//! the way of what shall be handled across provinces.
//!
//! The registrar publishes it and keeps it up to date. Nothing that was ever in force goes away: a new text begins on a day,
//! and the one before ends on it. A conflict (冲突) names the article, the items and the mechanisms that it stands against, and
//! the evidence; it stays open until the law or the item is amended, and closed it stays as history.

mod entry;
mod state;

pub use entry::{Act, Article, Conflict, Evidence, Instrument, Rank, Remedy};
pub use state::{Closed, Found, Law, Revision, Standing, standing};

/// The most articles of one document, all their texts counted.
pub const ARTICLES_MAX: usize = 150;

/// The most characters that one document has in all: with them an entry stays below its limit of 64 KiB.
pub const CHARS_MAX: usize = 15_000;

/// The most conflicts of one document.
pub const CONFLICTS_MAX: usize = 500;

/// The most items and mechanisms that one conflict names.
pub const NAMED_MAX: usize = 150;

/// The most pieces of evidence for one conflict: with them an entry stays below its limit.
pub const EVIDENCE_MAX: usize = 3;

/// The longest number of an article, and the longest key, in characters.
pub const NAME_CHARS_MAX: usize = 40;
