//! `tongban bench light`: what a node takes that has nothing to do.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tongban_core::dossier::Suite;

use super::bound;
use super::machine::{self, Machine, Program};
use super::pair::Alone;
use super::process::Process;
use super::report::{self, Table};
use super::stats::{Latency, round};
use super::{failed, in_scratch};
use crate::error::Failure;

/// One node, made for this run in the system's temporary folder and deleted after it
#[derive(Args)]
pub(super) struct Light {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// How often the node is started
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    starts: u16,
    /// Seconds of rest before memory is looked at
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    rest: u64,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    rest_s: u64,
    start: Latency,
    idle_memory_mib: f64,
    /// CPU of the process while it rested.
    idle_cpu_share: f64,
    program_mib: f64,
}

fn mib(bytes: u64) -> f64 {
    round(bytes as f64 / 1024.0 / 1024.0, 1)
}

impl Light {
    pub(super) async fn run(self) -> Result<(), Failure> {
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let node = Alone::make(&folder, Suite::Sm2).await?;
        let mut starts = Vec::new();
        for _ in 1..self.starts {
            let process = Process::start(&node.folder).await?;
            starts.push(process.start);
            process.kill().await?;
        }
        let process = Process::start(&node.folder).await?;
        starts.push(process.start);
        let cpu_s = machine::cpu_s(process.id());
        tokio::time::sleep(Duration::from_secs(self.rest)).await;
        let cpu_s = machine::cpu_s(process.id()) - cpu_s;
        let memory = process.id().map_or(0, machine::memory);
        process.kill().await?;
        let path = std::env::current_exe().map_err(failed)?;
        let bytes = std::fs::metadata(&path).map_err(failed)?.len();
        Ok(Run {
            machine,
            program,
            rest_s: self.rest,
            start: Latency::of(starts),
            idle_memory_mib: mib(memory),
            idle_cpu_share: round(cpu_s / self.rest as f64, 4),
            program_mib: mib(bytes),
        })
    }
}

fn print(run: &Run) {
    let how = format!("SM2; {} starts; memory after {} s of rest", run.start.count, run.rest_s);
    report::head("tongban bench light · 轻量测量", &run.machine, &run.program, &how);
    let mut table = Table::new(["figure", "goal", "Open Zaak 1.30"].map(str::to_owned));
    let mut line = |name: &str, figure: String, goal: &str, peer: &str| {
        table.line(name, [figure, goal.to_owned(), peer.to_owned()]);
    };
    line(
        "start to first answer, p50 / max ms",
        format!("{:.0} / {:.0}", run.start.p50_ms, run.start.max_ms),
        "<= 1000",
        "-",
    );
    line("memory at rest (RSS), MiB", format!("{:.1}", run.idle_memory_mib), "<= 60", "600-1800");
    line("CPU at rest, share of a core", format!("{:.2} %", run.idle_cpu_share * 100.0), "-", "-");
    line("size of the program, MiB", format!("{:.1}", run.program_mib), "<= 60", "-");
    table.print();
}
