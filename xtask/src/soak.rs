//! The long form of the fault tests, and of the worlds against which diagnoses are held: the same code as in `cargo xtask
//! test`, longer.

use crate::{
    check,
    shell::{self, Fault},
    tally::Tally,
};
use std::fs;

const HEAD: &str = "\
| fault | cases | acknowledged | found | missing | doubled | refused | no answer | 5xx | quiet after s | |
|---|---|---|---|---|---|---|---|---|---|---|
";

/// What is measured runs alone; then everything else, beside the one that waits for ten minutes.
const RUNS: [&[&str]; 2] = [&["--test-threads=1", "burst"], &["--test-threads=2", "--skip", "burst"]];

/// Runs all, and ends in the table of what was acknowledged and found, then the count.
pub fn soak(extra: &[&str]) -> bool {
    let mut tally = Tally::default();
    let done = run(extra, &mut tally);
    match &done {
        Ok(table) => println!("\n{HEAD}{table}"),
        Err(fault) => println!("FAILED: {fault}"),
    }
    println!("{tally}");
    done.is_ok()
}

fn run(extra: &[&str], tally: &mut Tally) -> Result<String, Fault> {
    let table = std::env::temp_dir().join(format!("tongban-soak-{}", std::process::id()));
    let mut failed = None;
    for run in RUNS {
        let mut cargo = shell::cargo();
        cargo.args(["test", "-p", "tongban", "--locked", "--test", "faults"]).args(extra);
        cargo.args(["--", "--nocapture"]).args(run);
        cargo.env("TONGBAN_SOAK", "1").env("TONGBAN_SOAK_TABLE", &table);
        // All scenarios run even when one fails, so that the table is of all.
        failed = check::tallied(&mut cargo, tally).err().or(failed);
    }
    // Prints its own tables, those of `docs/diagnoses.md`.
    let mut cargo = shell::cargo();
    cargo.args(["test", "-p", "tongban-core", "--locked", "--test", "network_diagnosis"]).args(extra);
    cargo.args(["--", "--nocapture", "--test-threads=1"]).env("TONGBAN_SOAK", "1");
    failed = check::tallied(&mut cargo, tally).err().or(failed);
    let rows = fs::read_to_string(&table).unwrap_or_default();
    let _ = fs::remove_file(&table);
    match failed {
        None => Ok(rows),
        Some(fault) => Err(Fault::new(format!("{fault}\n{HEAD}{rows}"))),
    }
}
