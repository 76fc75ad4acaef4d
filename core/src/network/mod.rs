//! The network of those who work together across places, and what is measured in it.

pub mod blocks;
pub mod brokerage;
pub mod draw;
pub mod graph;
pub mod groups;
pub mod leiden;
pub mod movement;
mod parallel;
pub mod permute;
pub mod signed;
mod ties;
