//! The pure part of Tongban (通办), the open platform for government services handled across province borders.
//!
//! Everything that happens between jurisdictions is written into a [`dossier`]: an append-only log about one thing,
//! whose *pen* exactly one node holds at any moment. [`case`] is the kind of dossier that carries one application
//! (办件) from intake to result and rating; [`exchange`] says how dossiers travel between nodes.
//!
//! Architecture invariant: there is no clock, no randomness and no input or output in this crate. `now` is an argument,
//! random bytes are arguments, signing is an effect of the node; what is here gives the same answer on every node.

pub mod case;
pub mod catalogue;
pub mod digest;
pub mod directory;
pub mod dossier;
pub mod evidence;
pub mod exchange;
pub mod ident;
pub mod item;
pub mod law;
pub mod matter;
pub mod mechanism;
pub mod network;
pub mod public;
pub mod rule;
pub mod time;
