//! `tongban bench exchange`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;
use tongban_core::dossier::Suite;

use super::bound::{self, Bound, Sync};
use super::create::{self, Create};
use super::flow::{self, Flow};
use super::idle::{self, Idle};
use super::machine::{Machine, Scratch, Settings};
use super::stats::round;
use super::{apart, failed, report};
use crate::error::Failure;

/// Two nodes on loopback, made for this run in the system's temporary folder and deleted after it.
#[derive(Args)]
pub(super) struct Exchange {
    /// One JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Seconds of each measure
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Keys and hashes of both nodes
    #[arg(long, value_enum, default_value_t = Suites::Both)]
    suite: Suites,
    /// Clients of the API, one measure each
    #[arg(long, value_delimiter = ',', default_value = "8,64")]
    clients: Vec<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suites {
    Sm2,
    Ed25519,
    Both,
}

/// One run.
#[derive(Debug, Serialize)]
pub(super) struct Run {
    pub(super) machine: Machine,
    pub(super) settings: Settings,
    pub(super) sync: Sync,
    pub(super) suites: Vec<OfSuite>,
}

/// All measures of one suite.
#[derive(Debug, Serialize)]
pub(super) struct OfSuite {
    pub(super) suite: Suite,
    pub(super) flow: Flow,
    /// At 256 and at 64 records a group.
    pub(super) bound: [Bound; 2],
    /// Stamps per second to records per second of the bound at 256.
    pub(super) share_of_bound: f64,
    /// CPU of a record of the bound to that of a stamp: what the share would be if CPU alone counted. Others who use the
    /// machine meanwhile do not change it.
    pub(super) share_of_bound_cpu: f64,
    pub(super) idle: Idle,
    pub(super) create: Vec<Create>,
}

/// The first guess of an entry's size, for the half of the bound that is measured before the exchange.
const ENTRY_BYTES: f64 = 630.0;

impl Exchange {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let scratch = Scratch::new()?;
        tokio::select! {
            result = self.measure(&scratch) => result,
            // The folder goes, whoever ends the run.
            () = crate::command::stop_signal() => Err(Failure::new("stopped", "stopped before the end; nothing is left")),
        }
    }

    async fn measure(&self, scratch: &Scratch) -> Result<(), Failure> {
        let folder = scratch.path().to_owned();
        let settings = Settings::new(self.seconds, bound::database().await?);
        let machine = Machine::look(&folder);
        let (place, seconds) = (folder.clone(), self.seconds.min(5));
        let sync = apart(move || bound::sync(&place, seconds)).await?;
        let mut suites = Vec::new();
        let chosen: &[Suite] = match self.suite {
            Suites::Sm2 => &[Suite::Sm2],
            Suites::Ed25519 => &[Suite::Ed25519],
            Suites::Both => &[Suite::Sm2, Suite::Ed25519],
        };
        for suite in chosen {
            suites.push(self.of_suite(&folder, *suite, sync).await?);
        }
        let run = Run { machine, settings, sync, suites };
        if self.json {
            println!("{}", serde_json::to_string_pretty(&run).map_err(failed)?);
        } else {
            report::print(&run);
        }
        Ok(())
    }

    async fn of_suite(&self, folder: &Path, suite: Suite, sync: Sync) -> Result<OfSuite, Failure> {
        let (seconds, half) = (self.seconds, Duration::from_millis(self.seconds * 500));
        let place = |name: &str| folder.join(format!("{}-{name}", suite.name()));
        let (at, bytes) = (folder.to_owned(), ENTRY_BYTES);
        // Half of the bound before, half after: what others do on the machine meanwhile meets both alike.
        let before = apart(move || bounds(&at, suite, bytes, half)).await?;
        let at = place("flow");
        let flow = apart(move || cleared(&at, |at| flow::measure(at, suite, seconds))).await?;
        let (at, bytes) = (folder.to_owned(), flow.entry_bytes_mean);
        let after = apart(move || bounds(&at, suite, bytes, half)).await?;
        let bound = [before[0].and(after[0]), before[1].and(after[1])];
        let at = place("idle");
        let idle = apart(move || cleared(&at, |at| idle::measure(at, suite, sync.each.p50_ms))).await?;
        let at = place("create");
        let create = create::measure(&at, suite, &self.clients, seconds).await?;
        let share_of_bound = round(flow.stamps_per_s / bound[0].records_per_s, 3);
        let share_of_bound_cpu = round(bound[0].cpu_s_per_1000_records / flow.cpu_s_per_1000_stamps, 3);
        Ok(OfSuite { suite, flow, bound, share_of_bound, share_of_bound_cpu, idle, create })
    }
}

fn bounds(folder: &Path, suite: Suite, bytes: f64, time: Duration) -> Result<[Bound; 2], Failure> {
    Ok([bound::measure(folder, suite, 256, bytes, time)?, bound::measure(folder, suite, 64, bytes, time)?])
}

/// A run over millions of cases fills a disk: each measure's folder goes when it is done.
fn cleared<T>(folder: &PathBuf, work: impl FnOnce(&Path) -> Result<T, Failure>) -> Result<T, Failure> {
    let result = work(folder);
    let _ = std::fs::remove_dir_all(folder);
    result
}
