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
use super::machine::{Machine, Settings};
use super::pair::Pair;
use super::stats::round;
use super::{apart, report};
use crate::error::Failure;
use crate::store::databases::Databases;

/// Two nodes on loopback, made for this run in the system's temporary folder and deleted after it
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
    #[arg(long, value_delimiter = ',', default_value = "8,64", value_parser = clap::value_parser!(u16).range(1..=1024))]
    clients: Vec<u16>,
    /// Both nodes and the bound over PostgreSQL, in databases made for this run and dropped after it: postgres://USER@HOST/PREFIX
    #[arg(long)]
    database: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Suites {
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

impl Suites {
    pub(super) fn chosen(self) -> &'static [Suite] {
        match self {
            Suites::Sm2 => &[Suite::Sm2],
            Suites::Ed25519 => &[Suite::Ed25519],
            Suites::Both => &[Suite::Sm2, Suite::Ed25519],
        }
    }
}

impl Exchange {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let databases = self.database.as_deref().map(Databases::at).transpose()?;
        let measured = super::in_scratch(|folder| self.measure(folder, databases.clone())).await;
        if let Some(databases) = databases {
            // They go, whoever ends the run.
            let dropped = databases.remove(Pair::NODES.into_iter().chain(bound::SIDES)).await;
            measured.and(dropped)
        } else {
            measured
        }
    }

    async fn measure(&self, folder: PathBuf, databases: Option<Databases>) -> Result<(), Failure> {
        let database = match &databases {
            None => bound::database().await?,
            Some(databases) => databases.about().await?,
        };
        let settings = Settings::new(self.seconds, database);
        let machine = Machine::look(&folder);
        let (place, seconds) = (folder.clone(), self.seconds.min(5));
        let sync = apart(move || bound::sync(&place, seconds)).await?;
        let mut suites = Vec::new();
        for suite in self.suite.chosen() {
            suites.push(self.of_suite(&folder, databases.as_ref(), *suite, sync).await?);
        }
        let run = Run { machine, settings, sync, suites };
        report::tell(&run, self.json, report::print)
    }

    async fn of_suite(
        &self,
        folder: &Path,
        databases: Option<&Databases>,
        suite: Suite,
        sync: Sync,
    ) -> Result<OfSuite, Failure> {
        let (seconds, half) = (self.seconds, Duration::from_millis(self.seconds * 500));
        let place = |name: &str| folder.join(format!("{}-{name}", suite.name()));
        let bounds = |bytes| {
            let (at, databases) = (folder.to_owned(), databases.cloned());
            apart(move || bounds(&at, databases.as_ref(), suite, bytes, half))
        };
        // Half of the bound before, half after: what others do on the machine meanwhile meets both alike.
        let before = bounds(ENTRY_BYTES).await?;
        let (at, on) = (place("flow"), databases.cloned());
        let flow = apart(move || cleared(&at, |at| flow::measure(at, suite, on.as_ref(), seconds))).await?;
        let after = bounds(flow.entry_bytes_mean).await?;
        let bound = [before[0].and(after[0]), before[1].and(after[1])];
        let (at, on) = (place("idle"), databases.cloned());
        let idle = apart(move || cleared(&at, |at| idle::measure(at, suite, on.as_ref(), sync.each.p50_ms))).await?;
        let clients: Vec<usize> = self.clients.iter().copied().map(usize::from).collect();
        let create = create::measure(&place("create"), suite, databases, &clients, seconds).await?;
        let share_of_bound = round(flow.stamps_per_s / bound[0].records_per_s, 3);
        let share_of_bound_cpu = round(bound[0].cpu_s_per_1000_records / flow.cpu_s_per_1000_stamps, 3);
        Ok(OfSuite { suite, flow, bound, share_of_bound, share_of_bound_cpu, idle, create })
    }
}

fn bounds(
    folder: &Path,
    databases: Option<&Databases>,
    suite: Suite,
    bytes: f64,
    time: Duration,
) -> Result<[Bound; 2], Failure> {
    let of = |group| bound::measure(folder, databases, suite, group, bytes, time);
    Ok([of(256)?, of(64)?])
}

/// A run over millions of cases fills a disk: each measure's folder goes when it is done.
fn cleared<T>(folder: &PathBuf, work: impl FnOnce(&Path) -> Result<T, Failure>) -> Result<T, Failure> {
    let result = work(folder);
    let _ = std::fs::remove_dir_all(folder);
    result
}
