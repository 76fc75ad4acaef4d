//! `tongban bench verify`: exported dossiers verified offline on all cores, beside hashing and signatures alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use tokio::task::JoinSet;
use tongban_core::dossier::{Hash, SecretKey, Signer as _, Suite, verify};

use super::exchange::Suites;
use super::flow::{Relay, Served, finished, one_case, with_pair};
use super::machine::{Machine, Program};
use super::report::{self, Table};
use super::stats::round;
use super::{apart, bound, failed, in_scratch};
use crate::command::{on_all_cores, progress};
use crate::error::Failure;
use crate::store::export;

/// Cases under way while the dossiers are made: their groups are as large as under load.
const IN_FLIGHT: usize = 512;

/// Two nodes on loopback exchange cases; their dossiers are exported and verified from memory
#[derive(Args)]
pub(super) struct Verify {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Dossiers to be exported
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    dossiers: u64,
    /// Seconds of each measure
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Keys and hashes of both nodes
    #[arg(long, value_enum, default_value_t = Suites::Both)]
    suite: Suites,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    dossiers: u64,
    seconds: u64,
    suites: Vec<OfSuite>,
}

/// What was measured of one suite.
#[derive(Debug, Serialize)]
struct OfSuite {
    suite: Suite,
    /// A file, on the mean.
    file_bytes: f64,
    signatures_per_dossier: f64,
    dossiers_per_s: f64,
    stamps_per_s: f64,
    /// Hashing each file twice (its last line; and what it says) and as many signatures.
    bound_dossiers_per_s: f64,
    share_of_bound: f64,
}

/// Exported dossiers and what verifying them has to do at least.
struct Exports {
    root: Hash,
    files: Vec<Vec<u8>>,
    stamps: u64,
    /// Signatures of each file: those of its groups and those of its trust lists.
    signatures: Vec<usize>,
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let (dossiers, seconds) = (self.dossiers, self.seconds);
        let mut suites = Vec::new();
        for suite in self.suite.chosen().iter().copied() {
            let at = folder.join(suite.name());
            suites.push(apart(move || of_suite(&at, suite, dossiers, seconds)).await?);
        }
        Ok(Run { machine, program, dossiers, seconds, suites })
    }
}

fn of_suite(folder: &Path, suite: Suite, dossiers: u64, seconds: u64) -> Result<OfSuite, Failure> {
    let exports = exports(folder, suite, dossiers)?;
    let half = Duration::from_millis(seconds * 500);
    let numbers: Vec<usize> = (0..exports.files.len()).collect();
    let check = |number: &usize| verify(&exports.files[*number], &exports.root, None).is_ok();
    let key = SecretKey::from_seed(suite, &[7; 32]).map_err(failed)?;
    let message = [7; 200];
    let signature = key.sign("bench", &message);
    let least = |number: &usize| {
        let file = exports.files[*number].as_slice();
        let once = suite.hash(&[file]);
        let valid = (0..exports.signatures[*number])
            .all(|_| key.public_key().verify("bench", std::hint::black_box(&message), &signature).is_ok());
        valid && once == suite.hash(&[file])
    };
    // Half of the bound before, half after: what others do on the machine meanwhile meets both alike.
    let before = passes(&numbers, half, least)?;
    let verified = passes(&numbers, Duration::from_secs(seconds), check)?;
    let after = passes(&numbers, half, least)?;
    let bound = (before.0 + after.0) / (before.1 + after.1);
    let per_s = verified.0 / verified.1;
    let files = exports.files.len() as f64;
    Ok(OfSuite {
        suite,
        file_bytes: round(exports.files.iter().map(Vec::len).sum::<usize>() as f64 / files, 0),
        signatures_per_dossier: round(exports.signatures.iter().sum::<usize>() as f64 / files, 1),
        dossiers_per_s: round(per_s, 1),
        stamps_per_s: round(per_s * exports.stamps as f64 / files, 1),
        bound_dossiers_per_s: round(bound, 1),
        share_of_bound: round(per_s / bound, 3),
    })
}

/// Goes through all files again and again until the time is over: how many, in how many seconds.
fn passes(
    numbers: &[usize],
    time: Duration,
    work: impl Fn(&usize) -> bool + std::marker::Sync,
) -> Result<(f64, f64), Failure> {
    let (begun, mut done) = (Instant::now(), 0);
    while begun.elapsed() < time {
        if !on_all_cores(numbers, &work).into_iter().all(|fine| fine) {
            return Err(failed("a dossier was not verified"));
        }
        done += numbers.len();
    }
    Ok((done as f64, begun.elapsed().as_secs_f64()))
}

fn exports(folder: &Path, suite: Suite, dossiers: u64) -> Result<Exports, Failure> {
    let (exports, _) = with_pair(folder, suite, None, |served| make(served, dossiers))?;
    let _ = std::fs::remove_dir_all(folder);
    Ok(exports)
}

async fn make(served: Arc<Served>, dossiers: u64) -> Result<Exports, Failure> {
    let there = Relay::start(served.receiving.clone(), served.handling.clone());
    let back = Relay::start(served.handling.clone(), served.receiving.clone());
    let bar = progress(dossiers, "卷宗 dossiers");
    let mut begin = (0..dossiers).map(|number| one_case(served.clone(), there.clone(), back.clone(), number));
    let mut running = JoinSet::new();
    let mut ids = Vec::new();
    loop {
        while running.len() < IN_FLIGHT
            && let Some(case) = begin.next()
        {
            running.spawn(case);
        }
        if running.is_empty() {
            break;
        }
        ids.push(finished(running.join_next().await)?.0);
        bar.inc(1);
    }
    drop(begin);
    bar.finish_and_clear();
    let root = served.receiving.config.trust;
    let mut exports = Exports { root, files: Vec::new(), stamps: 0, signatures: Vec::new() };
    for id in ids {
        let file = export(&served.receiving.store, id).await?.ok_or_else(|| failed("a dossier is missing"))?;
        let verified = verify(&file, &root, None).map_err(failed)?;
        let header: serde_json::Value =
            serde_json::from_slice(file.split(|byte| *byte == b'\n').next().unwrap_or_default()).map_err(failed)?;
        let lists = header["trust_lists"].as_u64().unwrap_or_default() as usize;
        exports.stamps += verified.log.len() as u64;
        exports.signatures.push(verified.signatures + lists);
        exports.files.push(file);
    }
    Ok(exports)
}

fn print(run: &Run) {
    let how = format!("{} dossiers, {} s a measure, all cores", run.dossiers, run.seconds);
    report::head("tongban bench verify · 离线核验测量", &run.machine, &run.program, &how);
    let suites = &run.suites;
    let heads = suites.iter().map(|of| of.suite.name().to_owned()).chain(["to be held against".to_owned()]);
    let mut table = Table::new(heads);
    let mut line = |name: &str, figure: fn(&OfSuite) -> String, beside: &str| {
        table.line(name, suites.iter().map(figure).chain([beside.to_owned()]));
    };
    line("verified: dossiers/s", |of| format!("{:.0}", of.dossiers_per_s), "");
    line("verified: stamps/s", |of| format!("{:.0}", of.stamps_per_s), "");
    line("bound: hashes and signatures alone, dossiers/s", |of| format!("{:.0}", of.bound_dossiers_per_s), "");
    line("share_of_bound", |of| format!("{:.1} %", of.share_of_bound * 100.0), ">= 70 %");
    line("  a file, bytes", |of| format!("{:.0}", of.file_bytes), "");
    line("  signatures a dossier", |of| format!("{:.1}", of.signatures_per_dossier), "");
    table.print();
}
