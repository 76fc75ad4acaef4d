//! What the fuzzer found, and what it begins with, through the same functions: no fault comes back, and `cargo test` needs
//! no fuzzer for that.

#[path = "../../fuzz/src/lib.rs"]
mod foreign;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Targets of what the node reads by itself: `node/tests/readers.rs` has their inputs.
const OF_THE_NODE: [&str; 1] = ["network"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Where a target's inputs are kept: the corpus, seeds, and what was found once.
fn kept(target: &str) -> Vec<PathBuf> {
    let corpus = match target {
        "verify" => "dossier",
        "batch" => "batch",
        "checkpoint" => "checkpoint",
        _ => "none",
    };
    [
        "core/tests/corpus/files".to_owned() + "/" + corpus,
        format!("fuzz/seeds/{target}"),
        format!("fuzz/regressions/{target}"),
    ]
    .iter()
    .flat_map(|folder| files(&root().join(folder)))
    .collect()
}

#[test]
fn every_input_that_is_kept_goes_through_its_target() {
    for (target, run) in foreign::TARGETS {
        let inputs = kept(target);
        assert!(!inputs.is_empty(), "{target} has nothing to begin with");
        for path in inputs {
            let bytes = std::fs::read(&path).unwrap();
            println!("{}", path.display());
            run(&bytes);
            // Cut short, and with a byte of it changed.
            for at in (0..bytes.len()).step_by(bytes.len() / 8 + 1) {
                run(&bytes[..at]);
                let mut changed = bytes.clone();
                changed[at] ^= 1 << (at % 8);
                run(&changed);
            }
        }
    }
}

#[test]
fn every_target_has_its_file_and_every_folder_its_target() {
    let of_core = foreign::TARGETS.iter().map(|(name, _)| *name);
    let names: BTreeSet<String> = of_core.chain(OF_THE_NODE).map(str::to_owned).collect();
    let stems = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
        entries.map(|entry| entry.path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert_eq!(stems("fuzz/fuzz_targets"), names);
    assert_eq!(stems("fuzz/seeds").difference(&names).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(stems("fuzz/regressions").difference(&names).collect::<Vec<_>>(), Vec::<&String>::new());
    for name in &names {
        let text = std::fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        let is_of_core = !OF_THE_NODE.contains(&name.as_str());
        assert!(!is_of_core || text.contains(&format!("run(\"{name}\"")), "{name} calls another target");
        let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
