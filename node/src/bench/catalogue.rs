//! `tongban bench catalogue`: what it costs to put one item of all places side by side.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::civil::date;
use serde::Serialize;
use tongban_core::catalogue::compare::{common, compare};
use tongban_core::catalogue::{Condition, Implementation, MaterialRule, Need};
use tongban_core::ident::{Region, drill_uscc};
use tongban_core::time::Limit;

use super::dice::Dice;
use super::machine::{Machine, Program};
use super::report::{self, Table};
use super::stats::{Latency, round};
use super::{bound, in_scratch};
use crate::error::Failure;

/// One item in thousands of places, each a variant of its own, in memory
#[derive(Args)]
pub(super) struct Catalogue {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// How many places have the item
    #[arg(long, default_value_t = 3_000, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    places: u32,
    /// How often all of them are compared
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// From what the variants are made: the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    places: u32,
    rounds: u16,
    seed: u64,
    /// All places beside each other, with every figure.
    all: Latency,
    /// Two places.
    pair: Latency,
    elements: usize,
    deviations: u32,
    conformity: f64,
}

/// Materials that most places ask for.
const ASKED: [(&str, &str); 6] = [
    ("id-card", "居民身份证"),
    ("household", "居民户口簿"),
    ("photo", "一寸免冠照片"),
    ("application-form", "申请表"),
    ("residence", "居住证明"),
    ("contract", "劳动合同（复印件）"),
];

/// What one place publishes: mostly what all do, here and there otherwise, sometimes something that nobody else has.
pub(super) fn variant(dice: &mut Dice, number: u32, region: Region) -> Implementation {
    let condition = |text: String| Condition { text, text_en: String::new() };
    let mut conditions =
        vec![condition(format!("在{}连续居住满一年", region.name())), condition("本人提出申请".to_owned())];
    if dice.once_in(8) {
        conditions.push(condition(format!("在本地缴存满{}个月", 6 * (1 + dice.throw(4)))));
    }
    let mut materials = Vec::new();
    for (key, name) in ASKED {
        if dice.once_in(12) {
            continue;
        }
        materials.push(MaterialRule {
            key: if dice.once_in(10) { format!("{key}-{number}") } else { key.to_owned() },
            name: if dice.once_in(10) { format!("本人{name}") } else { name.to_owned() },
            name_en: String::new(),
            need: if dice.once_in(6) { Need::MayFollow } else { Need::Necessary },
            original: dice.once_in(3),
            review: format!("核对{name}，在有效期内，要点{}", dice.throw(3)),
            review_en: String::new(),
            source: String::new(),
            certificate: String::new(),
        });
    }
    if dice.once_in(5) {
        materials.push(MaterialRule {
            key: format!("local-{number}"),
            name: format!("本地证明第{number}号"),
            name_en: String::new(),
            need: Need::Necessary,
            original: true,
            review: "盖章".to_owned(),
            review_en: String::new(),
            source: String::new(),
            certificate: String::new(),
        });
    }
    let fee = if dice.once_in(20) { "10 元".to_owned() } else { String::new() };
    Implementation {
        id: format!("bench@{region}"),
        item: "bench".to_owned(),
        code: None,
        local_code: String::new(),
        fee_basis: if fee.is_empty() { String::new() } else { "发改价格〔2020〕1号".to_owned() },
        pays_online: None,
        visits: None,
        visits_reason: String::new(),
        phone: String::new(),
        complaint_phone: String::new(),
        place: String::new(),
        hours: String::new(),
        version: 1,
        from: date(2024, 1, 1),
        until: None,
        authority: drill_uscc(number),
        region,
        conditions,
        materials,
        parts: Vec::new(),
        situations: Vec::new(),
        statutory: Limit::DECISION,
        promised: Limit::working(1 + dice.throw(10) as u16),
        fee,
        legal_basis: "国办发〔2020〕35号".to_owned(),
        bases: Vec::new(),
        result: format!("{}居住证明", if dice.once_in(9) { region.name() } else { "" }),
        result_en: String::new(),
        invented: true,
    }
}

impl Catalogue {
    pub(super) async fn run(self) -> Result<(), Failure> {
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let mut dice = Dice::new(self.seed);
        let regions: Vec<Region> = Region::all_current().collect();
        let made = (0..self.places).map(|number| {
            let region = regions[number as usize % regions.len()];
            variant(&mut dice, number, region)
        });
        let made: Vec<Implementation> = made.collect();
        let all: Vec<&Implementation> = made.iter().collect();
        let mut times = Vec::new();
        let (mut elements, mut deviations, mut conformity) = (0, 0, 0.0);
        for _ in 0..self.rounds {
            let begun = Instant::now();
            let found = common(&all);
            (elements, deviations) = (found.rows().len(), found.deviations());
            conformity = found.conformity().unwrap_or_default();
            times.push(begun.elapsed());
        }
        let pairs = all.windows(2).map(|two| {
            let begun = Instant::now();
            std::hint::black_box(compare(two[0], two[1]));
            begun.elapsed()
        });
        let pairs: Vec<Duration> = pairs.collect();
        Ok(Run {
            machine,
            program,
            places: self.places,
            rounds: self.rounds,
            seed: self.seed,
            all: Latency::of(times),
            pair: Latency::of(pairs),
            elements,
            deviations,
            conformity: round(conformity, 4),
        })
    }
}

fn print(run: &Run) {
    let how = format!("one item in {} places, seed {}; {} rounds", run.places, run.seed, run.rounds);
    report::head("tongban bench catalogue · 对比测量", &run.machine, &run.program, &how);
    let mut table = Table::new(["figure", "goal"].map(str::to_owned));
    let mut line = |name: &str, figure: String, goal: &str| table.line(name, [figure, goal.to_owned()]);
    line("all places, every figure, p50 / p99 ms", report::pair(&run.all), "<= 50 for 3,000");
    line("two places, p50 / p99 ms", report::pair(&run.pair), "<= 1");
    line("  elements in all", run.elements.to_string(), "");
    line("  deviations in all", run.deviations.to_string(), "");
    line("  conformity", format!("{:.4}", run.conformity), "");
    table.print();
}
