//! Real faults against real processes and files: two nodes over loopback, people at both who work through the public API and
//! write down every answer, and wires that can be spoilt. After each fault everything is mended; when both nodes are quiet,
//! all that was acknowledged must be there, once.
//!
//! The short form of every scenario runs in `cargo xtask test`, the long one by `cargo xtask soak` (`docs/faults.md`).

mod away;
mod clock;
mod disk;
mod freeze;
mod house;
mod judge;
mod kill;
mod load;
mod report;
mod slow;
mod twice;
mod wal;
mod wire;

#[path = "../support/mod.rs"]
mod support;
