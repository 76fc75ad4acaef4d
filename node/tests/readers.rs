//! Inputs that are kept for the fuzz target of network files, through the readers of the node: no fault comes back, and
//! `cargo test` needs no fuzzer for that.

use std::path::Path;

use tongban::network;

#[path = "../../fuzz/src/network/readers.rs"]
mod readers;

#[test]
fn every_input_that_is_kept_goes_through_the_readers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let mut inputs = Vec::new();
    for folder in ["seeds/network", "regressions/network"] {
        inputs.extend(std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten().map(|entry| entry.path()));
    }
    inputs.sort();
    assert!(inputs.len() > 8, "{inputs:?}");
    for path in inputs {
        let bytes = std::fs::read(&path).unwrap();
        println!("{}", path.display());
        readers::run(&bytes);
        // What is kept as a seed is a network, or a log.
        let input = network::Input { name: "seed", relation: "ties", bytes: &bytes };
        let is_seed = path.parent().is_some_and(|folder| folder.ends_with("seeds/network"));
        assert!(!is_seed || network::read(&[input]).is_ok(), "{}", path.display());
        // Cut short, and with a byte of it changed.
        for at in 0..bytes.len() {
            readers::run(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            readers::run(&changed);
        }
    }
}
