//! What a node tells of its ties (汇总): month by month, counted, as a dossier that everyone may read.
//!
//! No node sees another's cases. What is known of the whole is what each node tells of the ties that it made itself: who did
//! what towards whom, about which item, how often, how late, after how long. Nothing that was done less than [`LEAST`]
//! times can be computed from it ([`table`]); every tie is told by one node only ([`teller`]).

mod cells;
mod entry;
mod month;
mod state;

pub use cells::{Depth, Table, again, table, teller};
pub use entry::{Act, Reason, Row};
pub use month::{Month, MonthError};
pub use state::{Digest, Part, Told};

/// The fewest facts that are told: what was done less often is merged with others, or left out.
pub const LEAST: u32 = 3;

/// The most rows of one entry.
pub const ROWS_MAX: usize = 2000;

/// The largest list of rows in one entry, in bytes of its JSON: an entry has at most 64 KiB.
pub const ROWS_BYTES_MAX: usize = 56 * 1024;

/// The most entries by which one month is told.
pub const PARTS_MAX: u32 = 200;

/// The longest key, name or code in a row, in characters.
pub const NAME_CHARS_MAX: usize = 100;
