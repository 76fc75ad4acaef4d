//! Every parser of foreign bytes as a function of bytes: it never panics, and holds its property. The fuzz targets call
//! these, and so does `core/tests/foreign.rs` with every input that is kept.
#![allow(dead_code, reason = "the world of the tests has more than is used here")]

#[path = "../../core/tests/corpus/forge.rs"]
mod forge;
#[path = "../../core/tests/support/mod.rs"]
mod support;

mod log;
mod name;
mod said;
mod sent;

/// A target: its name, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. Each has a file of its name in `fuzz_targets`.
pub const TARGETS: &[Target] = &[
    ("ask", sent::ask),
    ("batch", sent::batch),
    ("calendar", said::calendar),
    ("case", said::case),
    ("catalogue", said::catalogue),
    ("checkpoint", sent::checkpoint),
    ("cursor", sent::cursor),
    ("document", sent::document),
    ("entry", said::entry),
    ("log", log::log),
    ("name", name::name),
    ("tree", sent::tree),
    ("verify", sent::verify_export),
];

/// Runs the target of this name.
///
/// # Panics
/// If there is none, or if the bytes find a fault.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(bytes);
}
