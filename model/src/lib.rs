//! The pen and its ten rules in their smallest form, checked in every order of events within bounds.
//!
//! To be read as a specification: [`log`] says what a log is, [`world`] what a node stores, [`desk`] what it does with what it
//! is told, [`pen`] what may happen, [`property`] what must always be so, [`flaw`] what happens without each rule. The rules
//! are those of `docs/protocol.md`; the desk follows that of `core/src/exchange`.
//!
//! One dossier, two or three nodes, one registrar, an invented network in which whatever is not done does not happen: a lost
//! message, a node that is down and a link that is cut are walks in which nobody reads. Left out: signatures and bytes, what a
//! case may say, several dossiers at once, keys, a node that lies; the simulator has these.
//!
//! Two simplifications. A stamp is named by the whole log that it ends, so that fetching a chain is one step with reading a
//! stamp of it. A reader takes all that it is owed at once; a stretch less is the reading of a moment before.

pub mod bounds;
pub mod desk;
pub mod flaw;
pub mod log;
mod look;
pub mod pen;
pub mod property;
mod told;
mod walk;
pub mod world;

pub use walk::{Walk, walk};
