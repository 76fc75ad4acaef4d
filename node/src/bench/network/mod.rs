//! `tongban bench network`: figures of networks beside those of other programs in the same run; what the network of a node
//! takes that has a million cases; and ties read from a file.

mod drawn;
mod figures;
mod lines;
mod live;
mod peers;

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::in_scratch;
use super::machine::{Machine, Program};
use super::report;
use crate::error::Failure;

/// The variable with the Python that has the other programs, where no option names it.
const PEERS: &str = "TONGBAN_PEERS";

/// Drawn networks, measured by this program and by others
#[derive(Args)]
pub(super) struct Network {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Instead: the network of a node with so many cases
    #[arg(long, value_name = "CASES", num_args = 0..=1, default_missing_value = "1000000", conflicts_with = "lines")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    live: Option<u32>,
    /// Instead: a list of so many ties, read from a file
    #[arg(long, value_name = "TIES", num_args = 0..=1, default_missing_value = "1000000")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    lines: Option<u32>,
    /// The Python that has other programs: igraph, networkx, networkit, rustworkx, numpy; otherwise TONGBAN_PEERS names it
    #[arg(long, value_name = "PYTHON", conflicts_with_all = ["live", "lines"])]
    peers: Option<PathBuf>,
    /// Networks so many times smaller, and as many times fewer permutations: to see whether all works
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=20))]
    part: u16,
    /// How often each figure is made, after once to warm up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// How long one program may take for one figure, seconds
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    limit: u32,
    /// Of what is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What was measured, and on what.
#[derive(Debug, Serialize)]
struct Run<T> {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    seed: u64,
    #[serde(flatten)]
    measured: T,
}

impl<T: Serialize> Run<T> {
    /// Measures, in a folder of its own.
    async fn of<W>(seed: u64, measure: impl FnOnce(PathBuf) -> W) -> Result<Run<T>, Failure>
    where
        W: Future<Output = Result<T, Failure>>,
    {
        in_scratch(|folder| async move {
            // No database has a part in it.
            let (machine, program) = (Machine::look(&folder), Program::new("in memory".to_owned()));
            Ok(Run { machine, program, seed, measured: measure(folder).await? })
        })
        .await
    }

    /// Tells of it. `how` says what was measured.
    fn tell(&self, is_json: bool, how: &str, print: impl FnOnce(&T)) -> Result<(), Failure> {
        report::tell(self, is_json, |run| {
            report::head("tongban bench network · 网络测量", &run.machine, &run.program, how);
            print(&run.measured);
        })
    }
}

impl Network {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (json, seed, rounds) = (self.json, self.seed, self.rounds);
        if let Some(cases) = self.live {
            let run = Run::of(seed, async |_| live::measure(cases, rounds, seed)).await?;
            let how = format!("{cases} cases of {} authorities, seed {seed}; {rounds} rounds", live::AUTHORITIES);
            return run.tell(json, &how, live::print);
        }
        if let Some(lines) = self.lines {
            let run = Run::of(seed, async |folder: PathBuf| lines::measure(lines, rounds, seed, &folder)).await?;
            let how = format!("a list of {lines} ties in CSV, seed {seed}; {rounds} rounds");
            return run.tell(json, &how, lines::print);
        }
        let python = self.peers.or_else(|| std::env::var_os(PEERS).map(PathBuf::from));
        let drawn = figures::Drawn { part: usize::from(self.part), seed };
        let repeat = figures::Repeat { rounds, limit_s: self.limit };
        let run =
            Run::of(seed, async |folder: PathBuf| figures::measure(&drawn, repeat, &folder, python).await).await?;
        let how = format!("seed {seed}; median of {rounds} rounds; at most {} s a program and figure", self.limit);
        run.tell(json, &how, figures::print)?;
        figures::agreed(&run.measured)
    }
}
