//! `tongban bench clocks`: what a date costs that explains itself, and what it costs to look at all clocks that run.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use serde::Serialize;
use tongban_core::case::{self, Act, Case, Phase};
use tongban_core::dossier::{DossierId, Draft, Moment, NodeId, Suite};
use tongban_core::time::{Calendar, Limit, deadline};

use super::bound;
use super::machine::{Machine, Program};
use super::pair::{Pair, Script};
use super::report::{self, Table};
use super::stats::round;
use super::{failed, in_scratch};
use crate::error::Failure;

/// Cases in every phase in which a clock runs, with starts spread over three years, in memory
#[derive(Args)]
pub(super) struct Clocks {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// How many clocks run
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    clocks: u32,
    /// How often all of them are looked at
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    clocks: u32,
    rounds: u16,
    /// A deadline of twenty working days with all its steps, microseconds.
    deadline_us: Spread,
    /// Party, step and every date of a case that is being decided, with its delays, microseconds.
    case_us: Spread,
    /// Looking at all clocks once, seconds.
    all_s: f64,
    /// How many were late on the last day of the spread: the sum of the work, so that it is not left out.
    late: usize,
}

/// Microseconds.
#[derive(Debug, Serialize)]
struct Spread {
    p50: f64,
    p99: f64,
}

impl Spread {
    fn of(mut times: Vec<Duration>) -> Spread {
        times.sort_unstable();
        let at = |share: f64| {
            let place = ((times.len() as f64 * share).ceil() as usize).saturating_sub(1);
            round(times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e6), 2)
        };
        Spread { p50: at(0.5), p99: at(0.99) }
    }
}

/// The first day on which a clock starts, and over how many days they are spread.
const FIRST: Date = date(2024, 1, 2);
const DAYS: u32 = 3 * 365 - 60;

fn start(number: u32) -> Date {
    FIRST.saturating_add(i64::from(number % DAYS).days())
}

/// A case in a phase in which a clock runs.
fn running(first: &Case, number: u32) -> Case {
    let mut case = first.clone();
    let at = Moment::start_of(start(number));
    (case.taken_in, case.handed_over, case.received) = (Some(at), Some(at), Some(at));
    case.phase = match number % 4 {
        0 => Phase::TakenIn,
        1 => Phase::HandedOver,
        2 => Phase::Received,
        _ => Phase::Accepted,
    };
    case.accepted = (case.phase == Phase::Accepted).then_some(at);
    case
}

impl Clocks {
    pub(super) async fn run(self) -> Result<(), Failure> {
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let script = Pair::make(&folder, Suite::Sm2, None).await?.script;
        let calendar = Calendar::national();
        let first = opened(&script)?;
        let cases: Vec<Case> = (0..self.clocks).map(|number| running(&first, number)).collect();
        let timed = |work: &dyn Fn(u32) -> usize| {
            let mut sum = 0;
            let times = (0..self.clocks).map(|number| {
                let begun = Instant::now();
                sum += work(number);
                begun.elapsed()
            });
            (Spread::of(times.collect()), sum)
        };
        let (deadline_us, _) = timed(&|number| deadline(start(number), Limit::DECISION, calendar).steps.len());
        let (case_us, _) = timed(&|number| {
            let case = &cases[number as usize];
            case.next(calendar).due.map_or(0, |due| due.deadline.steps.len()) + case.delays(calendar).len()
        });
        let today = start(DAYS - 1);
        let (mut all, mut late) = (Vec::new(), 0);
        for _ in 0..self.rounds {
            let begun = Instant::now();
            late = cases
                .iter()
                .filter(|case| case.next(calendar).due.is_some_and(|due| due.deadline.is_late(today)))
                .count();
            all.push(begun.elapsed().as_secs_f64());
        }
        all.sort_by(f64::total_cmp);
        let all_s = round(all[all.len() / 2], 4);
        Ok(Run { machine, program, clocks: self.clocks, rounds: self.rounds, deadline_us, case_us, all_s, late })
    }
}

/// A case of the demo's world, as a draft.
fn opened(script: &Script) -> Result<Case, Failure> {
    let node: NodeId = script.node().clone();
    let (acts, _) = script.begin(Suite::Sm2);
    let (by, act): (_, Act) = acts.into_iter().next().ok_or_else(|| failed("no first act"))?;
    let id = DossierId::new(Moment::start_of(FIRST), rand::random());
    let draft = Draft::open(id, case::KIND, &node).by(by).said(Moment::start_of(FIRST), rand::random(), &act);
    Case::open(&draft.write(Suite::Sm2)).map_err(failed)
}

fn print(run: &Run) {
    let how = format!("{} clocks, starts from {FIRST} over {DAYS} days; {} rounds", run.clocks, run.rounds);
    report::head("tongban bench clocks · 时限测量", &run.machine, &run.program, &how);
    let mut table = Table::new(["figure", "goal"].map(str::to_owned));
    let mut line = |name: &str, figure: String, goal: &str| table.line(name, [figure, goal.to_owned()]);
    let pair = |spread: &Spread| format!("{:.2} / {:.2}", spread.p50, spread.p99);
    line("a deadline of 20 working days, explained, p50 / p99 µs", pair(&run.deadline_us), "<= 50");
    line("a case: who, what, every date, delays, p50 / p99 µs", pair(&run.case_us), "<= 50");
    line("all clocks looked at once, s", format!("{:.4}", run.all_s), "<= 1 for 10,000");
    line("  of them late at the end", run.late.to_string(), "");
    table.print();
}
