//! 图1, “环境—过程—结果”: environment, process and outcome, and the three relations that run both ways.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::lag::{Lagged, lagged};
use super::outcome::{self, Passage, items, standing};
use super::rules::{LAG_MAX, MONTHS_MIN};
use super::select::{Course, Selection};
use super::table1::NAMED_MAX;
use super::table2::courses;
use super::{Cell, Evidence, Figure, Named, Numbers, Row, Scope, What};
use crate::case::{Barrier, reason};
use crate::catalogue::Mode;
use crate::network::Graph;
use crate::network::brokerage::brokerage;
use crate::network::cohesion::{density, reciprocity};
use crate::network::degree::{Degree, degree_centralisation};
use crate::network::facts::{Effect, Fact, Facts, SourceKind};
use crate::network::hierarchy::hierarchy;
use crate::network::tie::{Network, Relation};

/// The most actors for figures whose time grows with the third power of their number.
pub const SLOW_ACTORS_MAX: usize = 5_000;

/// Two monthly figures, one of each side of a relation, and what goes with what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dialectic {
    /// Which relation.
    pub key: &'static str,
    /// The figure of the first side.
    pub one: &'static str,
    /// The figure of the second side.
    pub other: &'static str,
    /// The first day of each month.
    pub months: Vec<Date>,
    /// The first figure by month; none where it is not defined.
    pub one_by_month: Vec<Option<f64>>,
    /// The second.
    pub other_by_month: Vec<Option<f64>>,
    /// What was found.
    pub found: Association,
    /// On what it rests.
    pub evidence: Evidence,
}

/// What goes with what. Never what causes what.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Association {
    /// At each lag.
    Known {
        /// From `-LAG_MAX` to `LAG_MAX` months.
        lags: Vec<Lagged>,
    },
    /// 证据不足: months in which both figures are known.
    TooLittle {
        /// How many are needed.
        need: usize,
        /// How many there are.
        have: usize,
    },
}

impl Association {
    /// The clearest lag of those whose interval leaves zero out; of equals the one nearest to none.
    pub fn clearest(&self) -> Option<&Lagged> {
        let Association::Known { lags } = self else { return None };
        let strength = |one: &&Lagged| one.r.unwrap_or(0.0).abs();
        let clear = lags.iter().filter(|one| one.is_clear());
        clear.max_by(|one, other| strength(one).total_cmp(&strength(other)).then(other.lag.abs().cmp(&one.lag.abs())))
    }
}

/// The framework.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Framework {
    /// 执行环境: institutional, technical.
    pub environment: Row,
    /// 执行过程: actors, critical events, structure, interaction.
    pub process: Row,
    /// 政策结果.
    pub outcome: Row,
    /// 结构与主体, 网络与环境, 网络与结果.
    pub dialectics: Vec<Dialectic>,
}

/// The framework of a scope.
pub fn framework(facts: &Facts, scope: &Scope) -> Framework {
    let selection = Selection::of(facts, scope);
    let passages = outcome::outcome(facts, scope).passages;
    Framework {
        environment: Row { key: "environment", cells: vec![institutional(&selection), technical(&selection)] },
        process: Row {
            key: "process",
            cells: vec![actors(&selection), events(&selection), structure(&selection), interaction(&selection)],
        },
        outcome: Row { key: "outcome", cells: vec![results(&selection, &passages)] },
        dialectics: dialectics(&selection),
    }
}

fn share(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Agreements and laws, and what was opened.
fn institutional(selection: &Selection<'_>) -> Cell {
    let agreements = &selection.all.agreements;
    let in_force = |day: Date| {
        let holds = |number: &&u32| {
            let one = &agreements[**number as usize];
            one.from <= day && one.until.is_none_or(|until| day < until)
        };
        selection.agreements.iter().filter(holds).count()
    };
    let objections = selection.numbers(|fact| fact.relation == Relation::Objects);
    let amendments = selection.numbers(|fact| fact.relation == Relation::Amends);
    let laws = |numbers: &[u32]| -> BTreeSet<&str> {
        numbers.iter().map(|number| selection.fact(*number).code.as_str()).collect()
    };
    let (objected, amended) = (laws(&objections), laws(&amendments));
    let opened = selection.openings.iter().map(|number| &selection.all.openings[*number as usize]);
    let opened: Vec<_> = opened.filter(|opening| opening.mode.is_some()).collect();
    let in_period = |day: Date| selection.period.is_some_and(|period| period.from <= day && day <= period.until);
    let newly = opened.iter().filter(|opening| opening.since.is_some_and(in_period)).count();
    let mut figures = vec![Figure::count("agreements", selection.agreements.len())];
    if let Some(period) = selection.period {
        figures.push(Figure::count("agreements-first-day", in_force(period.from)));
        figures.push(Figure::count("agreements-last-day", in_force(period.until)));
    }
    figures.extend([
        Figure::count("laws-objected", objected.len()),
        Figure::count("laws-open", objected.difference(&amended).count()),
        Figure::count("open", opened.len()),
        Figure::count("opened-in-period", newly),
    ]);
    let named = selection.agreements.iter().take(NAMED_MAX);
    Cell {
        key: "institutional",
        figures,
        named: named.map(|number| Named { what: What::Agreement(*number), value: None }).collect(),
        evidence: Evidence {
            agreements: Numbers::of(selection.agreements.iter().copied()),
            openings: Numbers::of(selection.openings.iter().copied()),
            ..Evidence::facts(objections.into_iter().chain(amendments))
        },
        ..Cell::default()
    }
}

/// Whether a fact sends back or turns away for a reason that is a technical barrier; none if it does neither, or its code
/// is no known reason.
fn is_technical(fact: &Fact) -> Option<bool> {
    matches!(fact.relation, Relation::ReturnsTo | Relation::TurnsAway).then_some(())?;
    Some(reason(&fact.code)?.barrier == Barrier::Technical)
}

/// How much goes online, and how often technology stood in the way.
fn technical(selection: &Selection<'_>) -> Cell {
    let open = selection.openings.iter().filter_map(|number| selection.all.openings[*number as usize].mode);
    let open: Vec<Mode> = open.collect();
    let online = open.iter().filter(|mode| **mode == Mode::FullyOnline).count();
    let back = selection.numbers(|fact| is_technical(fact).is_some());
    let barred: Vec<u32> =
        back.iter().copied().filter(|number| is_technical(selection.fact(*number)) == Some(true)).collect();
    let reasons = selection.count(&back);
    Cell {
        key: "technical",
        figures: vec![
            Figure::share("fully-online", share(online, open.len())),
            Figure::count("open", open.len()),
            Figure::share("technical-share", share(selection.count(&barred), reasons)),
            Figure::count("reasons", reasons),
        ],
        evidence: Evidence { openings: Numbers::of(selection.openings.iter().copied()), ..Evidence::facts(back) },
        ..Cell::default()
    }
}

/// Who takes part, by network, and by what kinds of sources they are known.
fn actors(selection: &Selection<'_>) -> Cell {
    let active = selection.active(&selection.facts, &selection.statements);
    let mut figures = vec![Figure::count("actors", active.len())];
    for network in Network::ALL {
        let count = active.iter().filter(|actor| selection.network(**actor) == network).count();
        figures.push(Figure::count(network.name(), count));
    }
    figures.push(Figure::count("facts", selection.count(&selection.facts)));
    for kind in SourceKind::ALL {
        let of_kind = |(number, _): &&(u32, u32)| selection.statement(*number).kind == kind;
        figures.push(Figure::count(source_key(kind), selection.statements.iter().filter(of_kind).count()));
    }
    Cell {
        key: "actors",
        figures,
        evidence: Evidence {
            statements: Numbers::of(selection.statements.iter().map(|(number, _)| *number)),
            ..Evidence::facts(selection.facts.iter().copied())
        },
        ..Cell::default()
    }
}

/// The figure that counts statements of a kind of source.
fn source_key(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Operations => "said-operations",
        SourceKind::Document => "said-document",
        SourceKind::Interview => "said-interview",
        SourceKind::Observation => "said-observation",
    }
}

fn events(selection: &Selection<'_>) -> Cell {
    let effect = |number: &u32| selection.all.events[*number as usize].effect;
    let of = |wanted| selection.events.iter().filter(|number| effect(number) == wanted).count();
    let mut in_time = selection.events.clone();
    in_time.sort_by_key(|number| (selection.all.events[*number as usize].from, *number));
    Cell {
        key: "events",
        figures: vec![Figure::count("advances", of(Effect::Advances)), Figure::count("suspends", of(Effect::Suspends))],
        named: in_time.into_iter().map(|number| Named { what: What::Event(number), value: None }).collect(),
        evidence: Evidence { events: Numbers::of(selection.events.iter().copied()), ..Evidence::default() },
        ..Cell::default()
    }
}

/// How the network is built: all facts, arcs as they were done, those who take part.
fn structure(selection: &Selection<'_>) -> Cell {
    let members = selection.active(&selection.facts, &[]);
    let numbers: Vec<u32> = members.iter().copied().collect();
    let graph = selection.graph(&selection.facts, &members);
    let mut figures = vec![
        Figure::count("actors", graph.len()),
        Figure::count("arcs", graph.arcs()),
        Figure::share("density", density(&graph)),
        Figure::number("centralisation-out", degree_centralisation(&graph, Degree::Out)),
        Figure::number("centralisation-in", degree_centralisation(&graph, Degree::In)),
        Figure::share("reciprocity", reciprocity(&graph)),
    ];
    let small = graph.len() <= SLOW_ACTORS_MAX;
    let found = small.then(|| hierarchy(&graph));
    figures.extend([
        Figure::share("connectedness", found.and_then(|found| found.connectedness)),
        Figure::share("hierarchy", found.and_then(|found| found.hierarchy)),
        Figure::share("efficiency", found.and_then(|found| found.efficiency)),
        Figure::share("lubness", found.and_then(|found| found.lubness)),
    ]);
    Cell {
        key: "structure",
        figures,
        named: brokers(selection, &graph, &numbers),
        evidence: Evidence::facts(selection.facts.iter().copied()),
        ..Cell::default()
    }
}

/// Who stands between others most often (Gould & Fernandez 1989), by network.
fn brokers(selection: &Selection<'_>, graph: &Graph, numbers: &[u32]) -> Vec<Named> {
    let groups: Vec<u32> = numbers.iter().map(|actor| selection.network(*actor) as u32).collect();
    let Some(found) = brokerage(graph, &groups) else { return Vec::new() };
    let mut all: Vec<(u64, u32)> =
        found.actors.iter().zip(numbers).map(|(roles, actor)| (roles.raw.total, *actor)).collect();
    all.retain(|(total, _)| *total > 0);
    all.sort_by_key(|(total, actor)| (std::cmp::Reverse(*total), *actor));
    let named = all.into_iter().take(NAMED_MAX);
    named.map(|(total, actor)| Named { what: What::Actor(actor), value: Some(total as f64) }).collect()
}

/// What those who take part do with each other: along and across, sent back, asked, answered, late.
fn interaction(selection: &Selection<'_>) -> Cell {
    let (counts, arcs) = courses(selection, &selection.facts);
    let course = |key, course| Figure::share(key, share(counts.get(&course).copied().unwrap_or(0), arcs));
    let of = |relation| selection.count(&selection.numbers(|fact| fact.relation == relation));
    let (handed, returned) = (of(Relation::HandsTo), of(Relation::ReturnsTo));
    let (asked, answered) = (of(Relation::Asks), of(Relation::Answers));
    let timed = selection.numbers(|fact| fact.took.is_some());
    let late: usize = timed.iter().map(|number| selection.fact(*number).late as usize).sum();
    Cell {
        key: "interaction",
        figures: vec![
            course("vertical-all", Course::Vertical),
            course("within-all", Course::Within),
            course("across-all", Course::Across),
            course("diagonal-all", Course::Diagonal),
            course("service-all", Course::Service),
            Figure::count("handed", handed),
            Figure::count("returned", returned),
            Figure::number("returns-per-handover", share(returned, handed)),
            Figure::count("asked", asked),
            Figure::count("answered", answered),
            Figure::share("late-answers", share(late, selection.count(&timed))),
        ],
        evidence: Evidence::facts(selection.facts.iter().copied()),
        ..Cell::default()
    }
}

fn results(selection: &Selection<'_>, passages: &[Passage]) -> Cell {
    let [all, can, easy, not_easy, unknown] = standing(passages);
    let cases: usize = passages.iter().map(|passage| passage.cases).sum();
    let decisions = selection.numbers(|fact| fact.relation == Relation::DecidesFor && selection.crosses(fact));
    Cell {
        key: "results",
        figures: vec![
            Figure::count("items", items(passages)),
            Figure::count("passages", all),
            Figure::count("passages-can", can),
            Figure::count("passages-easy", easy),
            Figure::count("passages-not-easy", not_easy),
            Figure::count("passages-unknown", unknown),
            Figure::count("cases", cases),
            Figure::hours("hours-mean", hours(selection, &decisions)),
        ],
        evidence: Evidence { openings: Numbers::of(selection.openings.iter().copied()), ..Evidence::facts(decisions) },
        ..Cell::default()
    }
}

/// Mean hours that facts took, each as many times as it was counted.
fn hours(selection: &Selection<'_>, numbers: &[u32]) -> Option<f64> {
    let (mut all, mut sum) = (0.0, 0.0);
    for number in numbers {
        let fact = selection.fact(*number);
        if let Some(minutes) = fact.took.filter(|minutes| minutes.is_finite()) {
            all += f64::from(fact.count);
            sum += f64::from(fact.count) * minutes / 60.0;
        }
    }
    (all > 0.0).then(|| sum / all)
}

/// The first day of each month that lies wholly in the period.
fn months(selection: &Selection<'_>) -> Vec<Date> {
    let Some(period) = selection.period else { return Vec::new() };
    let first = period.from.first_of_month();
    let all = std::iter::successors(Some(first), |month| month.checked_add(1.month()).ok());
    // The facts of the first month begin where they begin; a scope that cuts it leaves it out.
    let cut = selection.is_cut() && period.from != first;
    let all = all.skip(usize::from(cut)).take_while(|month| month.last_of_month() <= period.until);
    all.collect()
}

fn dialectics(selection: &Selection<'_>) -> Vec<Dialectic> {
    let months = months(selection);
    let mut by_month: BTreeMap<Date, Vec<u32>> = months.iter().map(|month| (*month, Vec::new())).collect();
    for number in &selection.facts {
        if let Some(facts) = by_month.get_mut(&selection.fact(*number).day.first_of_month()) {
            facts.push(*number);
        }
    }
    let series = |of: &dyn Fn(Date, &[u32]) -> Option<f64>| -> Vec<Option<f64>> {
        by_month.iter().map(|(month, facts)| of(*month, facts)).collect()
    };
    let members = |facts: &[u32]| selection.active(facts, &[]);
    let answered = series(&|_, facts| reciprocity(&selection.graph(facts, &members(facts))));
    let present = series(&|_, facts| Some(members(facts).len() as f64));
    let crossing = series(&|_, facts| {
        let across = facts.iter().copied().filter(|number| selection.crosses(selection.fact(*number)));
        Some(selection.count(&across.collect::<Vec<u32>>()) as f64)
    });
    let ground = series(&|month, _| Some(ground(selection, month.last_of_month()) as f64));
    let count = |facts: &[u32], relation| {
        let of = facts.iter().copied().filter(|number| selection.fact(*number).relation == relation);
        selection.count(&of.collect::<Vec<u32>>())
    };
    let returns = series(&|_, facts| share(count(facts, Relation::ReturnsTo), count(facts, Relation::HandsTo)));
    let times = series(&|_, facts| {
        let decided = facts.iter().copied().filter(|number| selection.fact(*number).relation == Relation::DecidesFor);
        hours(selection, &decided.collect::<Vec<u32>>())
    });
    let evidence = Evidence::facts(by_month.values().flatten().copied());
    let of = |key, one, other, one_by_month: Vec<Option<f64>>, other_by_month: Vec<Option<f64>>| {
        let have = one_by_month.iter().zip(&other_by_month).filter(|(a, b)| a.is_some() && b.is_some()).count();
        let found = if have < MONTHS_MIN {
            Association::TooLittle { need: MONTHS_MIN, have }
        } else {
            Association::Known { lags: lagged(&one_by_month, &other_by_month, LAG_MAX) }
        };
        let (months, evidence) = (months.clone(), evidence.clone());
        Dialectic { key, one, other, months, one_by_month, other_by_month, found, evidence }
    };
    vec![
        of("structure-actors", "reciprocity", "actors", answered, present),
        of("network-environment", "crossing-facts", "ground", crossing, ground),
        of("network-outcome", "returns-per-handover", "hours-mean", returns, times),
    ]
}

/// On how much the work stands on a day: agreements in force, and openings since then or before.
fn ground(selection: &Selection<'_>, day: Date) -> usize {
    let agreements = selection.agreements.iter().map(|number| &selection.all.agreements[*number as usize]);
    let openings = selection.openings.iter().map(|number| &selection.all.openings[*number as usize]);
    agreements.filter(|one| one.from <= day && one.until.is_none_or(|until| day < until)).count()
        + openings.filter(|one| one.mode.is_some() && one.since.is_some_and(|since| since <= day)).count()
}
