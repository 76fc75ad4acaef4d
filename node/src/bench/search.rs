//! `tongban bench search`: the catalogue of a whole country, made anew and searched on one core.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use jiff::civil::{Date, date};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tongban_core::catalogue::{Availability, BasicItem, Implementation, Mode};
use tongban_core::ident::Region;
use tongban_core::mechanism::{Basis, Mechanism};

use super::dice::Dice;
use super::machine::{self, Machine, Program};
use super::report::{self, Table};
use super::stats::{Latency, round};
use super::{bound, failed, in_scratch};
use crate::directory::Snapshot;
use crate::error::Failure;
use crate::search::search;

const WORLD: &str = include_str!("../../../data/demo/world.json");
const QUESTIONS: &str = include_str!("../../../data/questions.tsv");
const TODAY: Date = date(2026, 11, 23);

/// Generated implementations of the national items in every region, in memory
#[derive(Args)]
pub(super) struct Search {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// How many implementations
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    implementations: u32,
    /// In how many regions; the items follow from it
    #[arg(long, default_value_t = 3_000, value_parser = clap::value_parser!(u32).range(1..=3_000))]
    regions: u32,
    /// How many queries
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    queries: u32,
    /// Of what is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    seed: u64,
    items: usize,
    regions: usize,
    implementations: usize,
    /// Sorting all implementations into the catalogue, and making the index anew, seconds.
    rebuild_s: f64,
    /// The index alone, seconds.
    index_s: f64,
    /// Memory of the items and implementations, MiB.
    catalogue_mib: f64,
    /// Memory of the index, MiB.
    index_mib: f64,
    /// Every query.
    query: Latency,
    /// Those that name the place that decides.
    with_place: Latency,
    /// Those that do not.
    without_place: Latency,
    /// Items found by all of them: the sum of the work, so that it is not left out.
    found: usize,
}

impl Search {
    pub(super) async fn run(self) -> Result<(), Failure> {
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let mut dice = Dice::new(self.seed);
        let before = memory();
        let regions: Vec<Region> = Region::all_current().take(self.regions as usize).collect();
        let (items, mechanisms) = items(self.implementations as usize, regions.len())?;
        let implementations = implementations(&items, &regions, self.implementations as usize, &mut dice)?;
        let count = implementations.len();
        let begun = Instant::now();
        let implementations: BTreeMap<String, Arc<Implementation>> =
            implementations.into_iter().map(|one| (one.id.clone(), Arc::new(one))).collect();
        let snapshot = Snapshot { items, mechanisms, implementations, ..Snapshot::default() };
        let (catalogue, sorted) = (memory(), Instant::now());
        snapshot.index();
        let (index_s, rebuild_s) = (sorted.elapsed().as_secs_f64(), begun.elapsed().as_secs_f64());
        let indexed = memory();
        let questions: Vec<&str> = questions().collect();
        let here = Region::parse("320500").map_err(failed)?;
        let (mut with_place, mut without_place, mut found) = (Vec::new(), Vec::new(), 0);
        for number in 0..self.queries {
            let question = dice.pick(&questions);
            let place = dice.pick(&regions);
            let is_placed = number % 2 == 0;
            let query = if is_placed { format!("{} {question}", place.name()) } else { question.to_owned() };
            let begun = Instant::now();
            found += search(&snapshot, &query, Some(here), None, TODAY).len();
            let times = if is_placed { &mut with_place } else { &mut without_place };
            times.push(begun.elapsed());
        }
        let all = with_place.iter().chain(&without_place).copied().collect();
        let mib = |from: u64, to: u64| round(to.saturating_sub(from) as f64 / 1024.0 / 1024.0, 1);
        Ok(Run {
            machine,
            program,
            seed: self.seed,
            items: snapshot.items.len(),
            regions: regions.len(),
            implementations: count,
            rebuild_s: round(rebuild_s, 3),
            index_s: round(index_s, 3),
            catalogue_mib: mib(before, catalogue),
            index_mib: mib(catalogue, indexed),
            query: Latency::of(all),
            with_place: Latency::of(with_place),
            without_place: Latency::of(without_place),
            found,
        })
    }
}

fn memory() -> u64 {
    machine::memory(std::process::id())
}

fn part<T: DeserializeOwned>(name: &str) -> Result<T, Failure> {
    let world: serde_json::Value = serde_json::from_str(WORLD).map_err(failed)?;
    serde_json::from_value(world[name].clone()).map_err(failed)
}

fn questions() -> impl Iterator<Item = &'static str> {
    let rows = QUESTIONS.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.filter_map(|line| line.split('\t').nth(1))
}

/// So many items that every region has each: those of the lists, again and again under other keys, all of them open. One
/// national rule covers all.
pub(super) fn items(implementations: usize, regions: usize) -> Result<(Vec<BasicItem>, Vec<Mechanism>), Failure> {
    let listed: Vec<BasicItem> = part("items")?;
    let count = implementations.div_ceil(regions.max(1));
    let mut items: Vec<BasicItem> = Vec::with_capacity(count);
    for (number, item) in (0..count).zip(listed.iter().cycle()) {
        let mut item = item.clone();
        let round = number / listed.len();
        if round > 0 {
            item.key = format!("{}-{round}", item.key);
            item.name = format!("{}（第{round}类）", item.name);
        }
        item.row = u16::try_from(number + 1).unwrap_or(u16::MAX);
        item.availability = Availability::Open { modes: vec![Mode::FullyOnline] };
        items.push(item);
    }
    let mut mechanisms: Vec<Mechanism> = part("mechanisms")?;
    let mut national = mechanisms.first().cloned().ok_or_else(|| failed("no mechanism in the demo's world"))?;
    national.basis = Basis::National;
    national.items = items.iter().map(|item| item.key.clone()).collect();
    (national.receiving, national.handling, national.except) = (Vec::new(), Vec::new(), Vec::new());
    (national.from, national.until) = (date(2020, 1, 1), None);
    mechanisms.push(national);
    Ok((items, mechanisms))
}

/// In the order of a document that was put together from many.
fn implementations(
    items: &[BasicItem],
    regions: &[Region],
    count: usize,
    dice: &mut Dice,
) -> Result<Vec<Implementation>, Failure> {
    let known: Vec<Implementation> = part("implementations")?;
    let template = known.first().ok_or_else(|| failed("no implementation in the demo's world"))?;
    let mut all = Vec::with_capacity(count);
    for region in regions {
        for item in items {
            if all.len() == count {
                return Ok(all);
            }
            let mut one = template.clone();
            one.id = format!("{}@{region}", item.key);
            one.item.clone_from(&item.key);
            one.region = *region;
            one.promised.days = dice.throw(20) as u16;
            // What no search reads takes no room here.
            (one.conditions, one.materials, one.parts) = (Vec::new(), Vec::new(), Vec::new());
            all.push(one);
        }
    }
    Ok(all)
}

fn print(run: &Run) {
    let how = format!(
        "{} implementations: {} items in {} regions; seed {}; one core",
        run.implementations, run.items, run.regions, run.seed
    );
    report::head("tongban bench search · 检索测量", &run.machine, &run.program, &how);
    let mut table = Table::new(["figure", "goal"].map(str::to_owned));
    let mut line = |name: &str, figure: String, goal: &str| table.line(name, [figure, goal.to_owned()]);
    line("catalogue and index made anew, s", format!("{:.3}", run.rebuild_s), "<= 60");
    line("  of it the index, s", format!("{:.3}", run.index_s), "");
    line("memory of the catalogue, MiB", format!("{:.1}", run.catalogue_mib), "");
    line("memory of the index, MiB", format!("{:.1}", run.index_mib), "");
    line(&format!("{} queries, p50 / p99 ms", run.query.count), report::pair(&run.query), "p99 <= 20");
    line("  with a place in them", report::pair(&run.with_place), "");
    line("  without", report::pair(&run.without_place), "");
    line("  items found", run.found.to_string(), "");
    table.print();
}
