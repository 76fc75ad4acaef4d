//! The network of a node with very many cases: what the desk computes when it is asked for the first time, and again.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde::Serialize;
use tongban_core::catalogue::Subject;
use tongban_core::dossier::{DossierId, Moment, NodeId};
use tongban_core::ident::{Region, Uscc};
use tongban_core::network::draw::Draw;
use tongban_core::network::tie::{Actor, Network, Relation, Tie};

use super::drawn;
use crate::bench::failed;
use crate::bench::import::office;
use crate::bench::machine;
use crate::bench::report::Table;
use crate::bench::stats::{Latency, round};
use crate::directory::Snapshot;
use crate::error::Failure;
use crate::limits;
use crate::network::known::profile;
use crate::network::live::{Live, Select};
use crate::network::sight::{Sight, Sights, Source};
use crate::store::Counted;

/// Authorities: as many as there are regions, about.
pub(super) const AUTHORITIES: usize = 3_200;
/// Pairs of a place that takes in and one that decides.
const PAIRS: usize = 150_000;
/// Items that cases are about.
const ITEMS: usize = 60;
/// The first day of the twelve months in which all cases lie.
const FIRST: Date = date(2025, 12, 1);
/// Days within which cases begin; they end at most 25 days after.
const DAYS: usize = 330;
/// How many cases are made before they are taken in.
const AT_ONCE: usize = 10_000;
/// One case in so many is sent back, late, or rated.
const RETURNED: usize = 12;
const LATE: usize = 20;
const RATED: usize = 10;

const COURIERS: [&str; 3] = ["中国邮政速递", "顺丰速运", "京东快递"];
const REASONS: [&str; 4] = ["materials", "not-ours", "residence", "technical"];

#[derive(Debug, Serialize)]
pub(super) struct Figures {
    cases: u32,
    ties: usize,
    organisations: usize,
    arcs: usize,
    /// Ties taken into memory, a second.
    taken_in_per_s: f64,
    memory_before_mib: f64,
    memory_after_mib: f64,
    bytes_per_tie: f64,
    /// What the desk shows first, of twelve months, computed.
    cold: Latency,
    /// The same, kept.
    warm: Latency,
    /// All facts by month.
    facts: Latency,
    facts_counted: usize,
}

/// Who there is, and who works with whom.
struct World {
    node: NodeId,
    snapshot: Snapshot,
    offices: Vec<(Uscc, Region)>,
    pairs: Vec<(u32, u32, f64)>,
    /// Weights of the pairs, summed up one after the other.
    sums: Vec<f64>,
    items: Vec<String>,
}

impl World {
    fn make(seed: u64) -> Result<World, Failure> {
        let node: NodeId = "bench".parse().map_err(failed)?;
        let mut regions: Vec<Region> =
            Region::all_current().collect::<Vec<_>>().into_iter().cycle().take(AUTHORITIES).collect();
        regions.sort();
        let mut provinces: Vec<u32> = Vec::with_capacity(regions.len());
        for (at, region) in regions.iter().enumerate() {
            let is_next = at > 0 && regions[at - 1].province() != region.province();
            provinces.push(provinces.last().copied().unwrap_or_default() + u32::from(is_next));
        }
        let organisations: Vec<_> =
            (0..).zip(&regions).map(|(number, region)| office(number, *region, &node)).collect();
        let offices = organisations.iter().map(|one| (one.uscc, one.region)).collect();
        let organisations = organisations.into_iter().map(|one| (one.uscc, one)).collect();
        let pairs = drawn::arcs(&provinces, PAIRS, seed);
        let mut whole = 0.0;
        let sums = pairs
            .iter()
            .map(|(.., weight)| {
                whole += weight;
                whole
            })
            .collect();
        let items = (1..=ITEMS).map(|number| format!("item-{number}")).collect();
        Ok(World { node, snapshot: Snapshot { organisations, ..Snapshot::default() }, offices, pairs, sums, items })
    }

    /// A case from application to delivery.
    fn case(&self, turn: i64, draw: &mut Draw) -> Counted {
        let (from, to, _) = self.pairs[drawn::picked(&self.sums, draw)];
        let ((receiving, place), (handling, _)) = (self.offices[from as usize], self.offices[to as usize]);
        let subject = if draw.below(10) < 7 { Subject::Person } else { Subject::Enterprise };
        let (receiving, handling) = (Actor::Org(receiving), Actor::Org(handling));
        let applicants = Actor::Applicants { subject, province: place.province() };
        let company = COURIERS[draw.below(COURIERS.len())].to_owned();
        let courier = Actor::Named { network: Network::Producer, name: company };
        let item = &self.items[draw.below(ITEMS)];
        let first = FIRST.saturating_add((draw.below(DAYS) as i64).days());
        let reason = (draw.below(RETURNED) == 0).then(|| REASONS[draw.below(REASONS.len())]);
        let level = (draw.below(RATED) == 0).then(|| 1 + draw.below(5));
        let mut at = Moment::start_of(first).0;
        let mut ties: Vec<Tie> = Vec::with_capacity(11);
        let mut say = |relation, from: &Actor, to: &Actor, code: &str, sign, days: usize| {
            at += draw.below(days * 24 * 60 + 1) as i64 * 60_000;
            let took = (days > 0).then(|| draw.below(days * 24 * 60) as u32);
            ties.push(Tie {
                relation,
                from: from.clone(),
                to: to.clone(),
                node: self.node.clone(),
                at: Moment(at),
                seq: ties.len() as u32 + 1,
                item: item.clone(),
                subject: Some(subject),
                code: code.to_owned(),
                sign,
                took,
                late: days > 0 && draw.below(LATE) == 0,
            });
        };
        say(Relation::AppliesTo, &applicants, &receiving, "", 0, 0);
        say(Relation::TakesInFor, &receiving, &handling, "", 0, 0);
        say(Relation::Permits, &handling, &receiving, "national", 1, 0);
        say(Relation::HandsTo, &receiving, &handling, "", 0, 1);
        if let Some(reason) = reason {
            say(Relation::ReturnsTo, &handling, &receiving, reason, -1, 2);
            say(Relation::HandsTo, &receiving, &handling, "", 0, 2);
        }
        say(Relation::ReceivesFrom, &handling, &receiving, "", 1, 2);
        say(Relation::DecidesFor, &handling, &applicants, "granted", 1, 12);
        say(Relation::SendsBy, &handling, &courier, "", 0, 1);
        say(Relation::DeliversTo, &receiving, &applicants, "", 1, 3);
        if let Some(level) = level {
            let sign = if level <= 3 { 1 } else { -1 };
            say(Relation::Rates, &applicants, &handling, &level.to_string(), sign, 1);
        }
        let mut id = [0; 16];
        id[..8].copy_from_slice(&draw.bits().to_be_bytes());
        id[8..].copy_from_slice(&draw.bits().to_be_bytes());
        Counted { dossier: DossierId::from_random(id), turn, ties }
    }
}

/// Fills the network of a node, and looks at it.
pub(super) fn measure(cases: u32, rounds: u16, seed: u64) -> Result<Figures, Failure> {
    let world = World::make(seed)?;
    let (live, mut draw) = (Live::default(), Draw::run(seed, 1));
    let memory = || machine::memory(std::process::id());
    let before = memory();
    let mut taking = Duration::ZERO;
    let mut turns = 1..=i64::from(cases);
    loop {
        let some: Vec<Counted> = turns.by_ref().take(AT_ONCE).map(|turn| world.case(turn, &mut draw)).collect();
        if some.is_empty() {
            break;
        }
        let begun = Instant::now();
        live.take_in(&some);
        taking += begun.elapsed();
    }
    let (after, ties) = (memory(), live.len());
    let until = FIRST.saturating_add(limits::NETWORK_MONTHS.months()).saturating_sub(1.day());
    let select = Select { from: Some(FIRST), until: Some(until), ..Select::default() };
    let look = || Sight::of(Source::Own(&live), &select, |actor| profile(&world.snapshot, actor));
    let timed = |work: &dyn Fn()| {
        let once = || {
            let begun = Instant::now();
            work();
            begun.elapsed()
        };
        Latency::of((0..rounds).map(|_| once()).collect())
    };
    let sight = Arc::new(look());
    let cold = timed(&|| drop(black_box(look())));
    let sights = Sights::default();
    sights.keep((false, select.clone(), live.version()), sight.clone());
    let warm = timed(&|| drop(black_box(sights.kept(&(false, select.clone(), live.version())))));
    let facts = timed(&|| drop(black_box(live.facts(&select, true))));
    let mib = |bytes: u64| round(bytes as f64 / 1024.0 / 1024.0, 1);
    Ok(Figures {
        cases,
        ties,
        organisations: sight.organisations.len(),
        arcs: sight.graph.arcs(),
        taken_in_per_s: round(ties as f64 / taking.as_secs_f64(), 0),
        memory_before_mib: mib(before),
        memory_after_mib: mib(after),
        bytes_per_tie: round(after.saturating_sub(before) as f64 / ties as f64, 1),
        cold,
        warm,
        facts,
        facts_counted: live.facts(&select, true).1.len(),
    })
}

pub(super) fn print(figures: &Figures) {
    let mut table = Table::new(["figure", "goal"].map(str::to_owned));
    let mut line = |name: &str, figure: String, goal: &str| table.line(name, [figure, goal.to_owned()]);
    let pair = |time: &Latency| format!("{:.2} / {:.2}", time.p50_ms, time.max_ms);
    line("what the desk shows first, computed, p50 / max ms", pair(&figures.cold), "<= 1000");
    line("the same, kept, p50 / max ms", pair(&figures.warm), "<= 50");
    line("all facts by month, p50 / max ms", pair(&figures.facts), "");
    line("  facts that they are", figures.facts_counted.to_string(), "");
    line("ties in memory", figures.ties.to_string(), "");
    line("  organisations", figures.organisations.to_string(), "");
    line("  arcs between them", figures.arcs.to_string(), "");
    line("  taken in, a second", format!("{:.0}", figures.taken_in_per_s), "");
    let memory = format!("{:.1} / {:.1}", figures.memory_before_mib, figures.memory_after_mib);
    line("memory of the process before / after, MiB", memory, "");
    line("  bytes a tie, names and places in", format!("{:.1}", figures.bytes_per_tie), "");
    table.print();
}
