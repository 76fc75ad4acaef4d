//! Networks: in files, for researchers, for which no node and no server is needed; and the one that a node knows.
//!
//! [`Reading`] puts files of any format together into one [`Net`]; [`write()`] writes it in any other (`file`). Logs of events
//! are read as networks too, and as [`Events`] written as logs. [`measure`] is the table of all measures; the measures
//! themselves are in [`tongban_core::network`]. What is wrong in a file has a code, a place and a remedy (`fault`). [`live`]
//! is what a node's dossiers say, [`known`] who those are whom it names, [`digests`] what all nodes tell of their ties,
//! [`evidence`] what coordination offices recorded.
//! `docs/network.md` is the page for those who use it.

mod build;
pub mod change;
pub mod derive;
pub mod diagnosis;
pub mod digests;
mod dl;
mod document;
mod events;
pub mod evidence;
mod facts;
mod fault;
pub mod figures;
mod file;
mod gexf;
mod graphml;
mod json;
pub mod known;
pub mod live;
pub mod measure;
pub mod model;
mod net;
mod ocel;
mod pajek;
pub mod picture;
pub mod report;
mod result;
pub mod sight;
pub mod statement;
pub mod study;
mod table;
mod words;
mod xes;
mod xml;

pub use build::Report;
pub use document::{Block, Document, Section};
pub use events::{Case, Done, Events, How};
pub use fault::{CODES, Fault, Place};
pub use file::{Format, Input, Reading, Written, read, read_events, write, write_events};
pub use json::write as write_json;
pub use net::{Actor, Choice, Column, Feature, Groups, Net, Tie};
pub use result::{Measured, Run, Source};
