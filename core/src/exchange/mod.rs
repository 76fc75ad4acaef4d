//! How dossiers travel between nodes.
//!
//! What a node owes one peer is a *stream*: stamps of the dossiers they share, and slips, in order. The peer reads it from
//! its [`Cursor`], and stores what it read and its new cursor in one transaction: so delivery survives any crash or
//! partition, has its effect once, and needs no retry state at the sender.

//!
//! What a node decides about dossiers is in the [`Desk`]: (state, input, now) → (state, [`Commit`]). The node and the
//! simulator run the same desk, the one over a database and HTTP, the other over an invented disk and wire.

mod ask;
mod batch;
mod commit;
mod cursor;
mod desk;
mod held;

pub use ask::{Ask, AskError, CLOCK_DIFFERENCE_MS_MAX};
pub use batch::{
    BATCH_ITEMS_MAX, Batch, BatchError, BatchGroup, Incoming, Item, Keys, Spot, Spots, Unproven, VerifiedBatch,
    WHOLE_ITEMS_MAX,
};
pub use commit::{Commit, EntryRow, EvidenceRow, Owed, StreamRow};
pub use cursor::{Cursor, Epoch, MalformedEpoch};
pub use desk::{DOSSIERS_CACHED_MAX, Desk, Restated, Taken, Tick, Unsaid};
pub use held::{Full, Held, Known, SEALED, SUPERSEDED, SaidAt, StampRow, UNATTACHED};
