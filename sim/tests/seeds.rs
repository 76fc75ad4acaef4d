//! A stretch of seeds, every seed that ever failed, and every planted bug.

use tongban_sim::bug::Bug;
use tongban_sim::run_seed;

fn run_clean(seeds: impl IntoIterator<Item = u64>) {
    let failed: Vec<String> = seeds
        .into_iter()
        .filter_map(|seed| Some((seed, run_seed(seed, None).1.broken?)))
        .map(|(seed, (step, broken))| format!("seed {seed}, step {step}: {broken}"))
        .collect();
    assert!(
        failed.is_empty(),
        "{}\nlook closer: cargo run -p tongban-sim -- run --from SEED --seeds 1 --shrink",
        failed.join("\n")
    );
}

#[test]
fn seeds_that_ever_failed_hold() {
    let seeds = include_str!("../seeds.txt").lines().filter(|line| !line.starts_with('#'));
    run_clean(seeds.filter_map(|line| line.split_whitespace().next()?.parse().ok()));
}

#[test]
fn the_first_thousand_seeds_hold() {
    run_clean(0..1000);
}

/// A simulator that finds nothing proves nothing.
#[test]
fn every_planted_bug_is_found_within_a_thousand_seeds() {
    let missed: Vec<Bug> = Bug::ALL
        .into_iter()
        .filter(|bug| (0..1000).all(|seed| run_seed(bug.look_from() + seed, Some(*bug)).1.broken.is_none()))
        .collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
}
