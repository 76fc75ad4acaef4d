//! The readers of networks are of the node, which is not built with instrumentation: its files are taken as they are.
#![no_main]
#![allow(dead_code, unused_imports, reason = "there is more in the files than their readers")]

#[path = "../src/network/catalogue.rs"]
mod catalogue;
#[path = "../../node/src/limits.rs"]
mod limits;
#[path = "../src/network/files.rs"]
mod network;
#[path = "../src/network/readers.rs"]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::run(bytes));
