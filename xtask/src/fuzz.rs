//! The fuzz targets, each for a while.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    shell::{self, Fault},
    tools,
};

/// How long each target runs unless something else is said.
pub const SECONDS: u32 = 5;

/// An input that takes longer than this is a fault.
const INPUT_S_MAX: u32 = 10;

/// `fuzz [SECONDS] [TARGET]…`
pub fn asked(words: &[&str]) -> bool {
    let (seconds, names) = match words.split_first().map(|(first, rest)| (first.parse(), rest)) {
        Some((Ok(seconds), names)) => (seconds, names),
        _ => (SECONDS, words),
    };
    let done = run(seconds, names);
    if let Err(fault) = &done {
        eprintln!("xtask: {fault}");
    }
    done.is_ok()
}

/// Builds all targets, and runs those that are named, or all, for so many seconds each. Goes on after a finding, so that
/// one run tells everything.
pub fn run(seconds: u32, names: &[&str]) -> Result<(), Fault> {
    let all = targets()?;
    if let Some(unknown) = names.iter().find(|name| !all.contains(**name)) {
        return Err(Fault::new(format!("no fuzz target {unknown}; there are: {}", words(&all))));
    }
    // The subcommand below has no such switch of its own.
    let locked = ["metadata", "--locked", "--format-version", "1", "--manifest-path", "fuzz/Cargo.toml"];
    if shell::output(shell::cargo().args(locked)).is_none() {
        return Err(Fault::new("fuzz/Cargo.lock does not fit fuzz/Cargo.toml: `cargo update -w` in fuzz/"));
    }
    let target = target_folder().join("fuzz");
    shell::run(&mut fuzz(&target, "build")?)?;
    let mut found = Vec::new();
    for name in all.iter().filter(|name| names.is_empty() || names.contains(&name.as_str())) {
        let grown = target.join("corpus").join(name);
        fs::create_dir_all(&grown).map_err(|e| Fault::new(format!("{}: {e}", grown.display())))?;
        let mut run = fuzz(&target, "run")?;
        run.arg(name).arg(&grown).args(begin_with(name)).arg("--");
        run.args([format!("-max_total_time={seconds}"), format!("-timeout={INPUT_S_MAX}")]);
        run.args(["-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"]);
        if let Err(fault) = shell::run(&mut run) {
            println!("{fault}");
            found.push(name.clone());
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let found = found.join(", ");
    Err(Fault::new(format!(
        "{found}: the input stands in fuzz/artifacts; mend the fault and move the input to fuzz/regressions"
    )))
}

/// The names of the targets are those of their files.
fn targets() -> Result<BTreeSet<String>, Fault> {
    let folder = shell::workspace().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|e| Fault::new(format!("{}: {e}", folder.display())))?;
    Ok(entries.flatten().filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned())).collect())
}

fn words(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// What a target begins with besides what it found in earlier runs.
fn begin_with(target: &str) -> Vec<PathBuf> {
    let corpus = match target {
        "verify" => "core/tests/corpus/files/dossier",
        other => &format!("core/tests/corpus/files/{other}"),
    };
    let folders = [corpus.to_owned(), format!("fuzz/seeds/{target}"), format!("fuzz/regressions/{target}")];
    folders.iter().map(|folder| shell::workspace().join(folder)).filter(|folder| folder.is_dir()).collect()
}

/// cargo-fuzz, which asks the compiler for instrumentation that only a bootstrap may use on the stable channel.
fn fuzz(target: &Path, what: &str) -> Result<Command, Fault> {
    let mut fuzz = shell::command(tools::cargo_fuzz()?);
    fuzz.current_dir(shell::workspace()).args(["fuzz", what, "--fuzz-dir", "fuzz", "--target-dir"]).arg(target);
    fuzz.env("RUSTC_BOOTSTRAP", "1");
    Ok(fuzz)
}

fn target_folder() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    shell::workspace().join(named.unwrap_or_else(|| PathBuf::from("target")))
}
