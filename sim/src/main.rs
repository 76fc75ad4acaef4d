//! `sim run --from SEED --seeds N`: runs plans and says what breaks.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::Instant;

use clap::{Parser, Subcommand};
use tongban_sim::bug::Bug;
use tongban_sim::plan::Plan;
use tongban_sim::world::Tally;
use tongban_sim::{run, run_aloud, run_seed, shrink};

/// Many nodes in one process, over an invented wire and disk, with faults from a seed.
#[derive(Parser)]
struct Sim {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs the plans of seeds, each twice
    Run {
        /// The first seed
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many
        #[arg(long, default_value_t = 1000)]
        seeds: u64,
        /// With a planted bug, by its number in the list that `bugs` prints
        #[arg(long)]
        bug: Option<usize>,
        /// Print the shortest form of the first plan that fails
        #[arg(long)]
        shrink: bool,
    },
    /// Looks for every planted bug
    Bugs {
        /// How many seeds for each
        #[arg(long, default_value_t = 1000)]
        seeds: u64,
    },
}

fn main() -> ExitCode {
    // A panic is a finding like any other, and is told as one.
    std::panic::set_hook(Box::new(|_| {}));
    match Sim::parse().what {
        What::Run { from, seeds, bug, shrink } => {
            let bug = bug.and_then(|number| Bug::ALL.get(number).copied());
            run_all(from, seeds, bug, shrink)
        }
        What::Bugs { seeds } => {
            let mut missed = 0;
            for (number, bug) in Bug::ALL.into_iter().enumerate() {
                let found = (bug.look_from()..bug.look_from() + seeds).find_map(|seed| {
                    let (_, outcome) = run_seed(seed, Some(bug));
                    Some((seed, outcome.broken?.1))
                });
                match found {
                    Some((seed, broken)) => println!("{number:2} {bug:?}: seed {seed}, {broken}"),
                    None => {
                        missed += 1;
                        println!("{number:2} {bug:?}: NOT FOUND in {seeds} seeds");
                    }
                }
            }
            if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}

fn run_all(from: u64, seeds: u64, bug: Option<Bug>, shrinks: bool) -> ExitCode {
    let start = Instant::now();
    let next = AtomicU64::new(from);
    let sum = Mutex::new(Tally::default());
    let (failed, failures) = mpsc::channel();
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let failed = failed.clone();
            let (next, sum) = (&next, &sum);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= from + seeds {
                        return;
                    }
                    let (plan, outcome) = run_seed(seed, bug);
                    if let Ok(mut sum) = sum.lock() {
                        sum.add(&outcome.tally);
                    }
                    if let Some((step, broken)) = outcome.broken {
                        println!("seed {seed}: step {step} of {}: {broken}", plan.steps.len());
                        let _ = failed.send(plan);
                    }
                }
            });
        }
    });
    drop(failed);
    let failures: Vec<Plan> = failures.iter().collect();
    let sum = sum.into_inner().unwrap_or_default();
    println!(
        "{seeds} seeds from {from}, each twice, in {:.1} s: {} failed\n{sum:?}",
        start.elapsed().as_secs_f64(),
        failures.len()
    );
    if let Some(plan) = failures.iter().min_by_key(|plan| plan.seed).filter(|_| shrinks) {
        let short = shrink::shrink(plan, bug, |_| {});
        println!("seed {} in its shortest form, {} nodes:", short.seed, short.nodes);
        short.steps.iter().for_each(|step| println!("  {step:?}"));
        if let Some((_, broken)) = run(&short, bug).broken {
            println!("  → {broken}");
        }
        run_aloud(&short, bug);
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
