//! The part of the node that reads and writes files of networks.

#[path = "../../../node/src/network/build.rs"]
mod build;
#[path = "../../../node/src/network/dl.rs"]
mod dl;
#[path = "../../../node/src/network/events.rs"]
mod events;
#[path = "../../../node/src/network/facts.rs"]
mod facts;
#[path = "../../../node/src/network/fault.rs"]
mod fault;
#[path = "../../../node/src/network/file.rs"]
mod file;
#[path = "../../../node/src/network/gexf.rs"]
mod gexf;
#[path = "../../../node/src/network/graphml.rs"]
mod graphml;
#[path = "../../../node/src/network/json.rs"]
mod json;
#[path = "../../../node/src/network/net.rs"]
mod net;
#[path = "../../../node/src/network/ocel.rs"]
mod ocel;
#[path = "../../../node/src/network/pajek.rs"]
mod pajek;
#[path = "../../../node/src/network/table.rs"]
mod table;
#[path = "../../../node/src/network/words.rs"]
mod words;
#[path = "../../../node/src/network/xes.rs"]
mod xes;
#[path = "../../../node/src/network/xml.rs"]
mod xml;

pub use events::How;
pub use file::{Format, Input, read, read_events, write, write_events};
pub use net::{Choice, Net};
