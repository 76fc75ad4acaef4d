//! How dossiers travel between nodes.
//!
//! What a node owes one peer is a *stream*: stamps of the dossiers they share, and slips, in order. The peer reads it from
//! its [`Cursor`], and stores what it read and its new cursor in one transaction: so delivery survives any crash or
//! partition, has its effect once, and needs no retry state at the sender.

mod ask;
mod batch;
mod cursor;

pub use ask::{Ask, AskError, CLOCK_DIFFERENCE_MS_MAX};
pub use batch::{BATCH_ITEMS_MAX, Batch, BatchError, BatchGroup, Incoming, Item, Spot, VerifiedBatch};
pub use cursor::{Cursor, Epoch};
