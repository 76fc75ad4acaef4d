//! 表2: the eight parameters of the network as a whole and of its relations.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::rules::{
    self, CONTENT_INTEREST, CONTENT_POWER, CONTENT_RESOURCE, CONTENT_VALUE, FUNCTION_COMMUNICATION,
    FUNCTION_COOPERATION, FUNCTION_DELAY, GOAL, INSTITUTION_AGREEMENTS, INSTITUTION_TIES, POWER_ACROSS, POWER_SERVICE,
    POWER_VERTICAL, POWER_WITHIN, RESULT, Rule,
};
use super::select::{Course, Selection};
use super::table1::Own;
use super::{Cell, Evidence, Figure, Named, Numbers, Row, Scope, What};
use crate::network::component::{Connected, fragmentation};
use crate::network::facts::{Fact, Facts};
use crate::network::movement::{jaccard_ties, persistence};
use crate::network::tie::{Network, Relation};

/// The table in its two parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table2 {
    /// 执行网络个体特征: goal, result, function, institutionalisation.
    pub individual: Vec<Row>,
    /// 执行网络关系特征: network type, strategy, relation content, power relation.
    pub relational: Vec<Row>,
}

impl Table2 {
    /// A row of either part.
    pub fn row(&self, key: &str) -> Option<&Row> {
        self.individual.iter().chain(&self.relational).find(|row| row.key == key)
    }
}

/// The eight parameters.
pub fn table2(facts: &Facts, scope: &Scope) -> Table2 {
    let selection = Selection::of(facts, scope);
    let networks: Vec<(Network, Own<'_>)> =
        Network::ALL.into_iter().map(|network| (network, Own::of(&selection, network))).collect();
    let each = |key, cell: &dyn Fn(Network, &Own<'_>) -> Cell| Row {
        key,
        cells: networks.iter().map(|(network, own)| cell(*network, own)).collect(),
    };
    let mut institution = each("institution", &institution);
    institution.cells.push(covered(&selection));
    Table2 {
        individual: vec![
            Row { key: "goal", cells: vec![goal(&selection)] },
            Row { key: "result", cells: vec![result(&selection)] },
            Row { key: "function", cells: vec![function(&selection)] },
            institution,
        ],
        relational: vec![
            each("type", &|network, own| own.members_cell(network.name())),
            each("strategy", &strategy),
            Row { key: "content", cells: vec![content(&selection)] },
            Row { key: "power", cells: vec![power(&selection)] },
        ],
    }
}

/// How far those who speak want the same: of all statements the share that is on the greater side of its concept.
fn goal(selection: &Selection<'_>) -> Cell {
    let mut sides: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut speakers = BTreeSet::new();
    for (number, actor) in &selection.statements {
        let statement = selection.statement(*number);
        sides.entry(&statement.concept).or_default()[usize::from(statement.agree)] += 1;
        speakers.insert(*actor);
    }
    let all = selection.statements.len();
    let greater: usize = sides.values().map(|[against, with]| *against.max(with)).sum();
    let share = (all > 0).then(|| greater as f64 / all as f64);
    Cell {
        key: "goal",
        figures: vec![
            Figure::share("greater-side", share),
            Figure::count("statements", all),
            Figure::count("concepts", sides.len()),
            Figure::count("speakers", speakers.len()),
        ],
        says: vec![GOAL.judge(share, &[all])],
        evidence: Evidence {
            statements: Numbers::of(selection.statements.iter().map(|(number, _)| *number)),
            ..Evidence::default()
        },
        ..Cell::default()
    }
}

/// How far the policy has come: listed openings that are open, agreements, decisions.
fn result(selection: &Selection<'_>) -> Cell {
    let opening = |number: &u32| &selection.all.openings[*number as usize];
    let open = selection.openings.iter().filter(|number| opening(number).mode.is_some()).count();
    let listed = selection.openings.len();
    let share = (listed > 0).then(|| open as f64 / listed as f64);
    let decided = selection.numbers(|fact| fact.relation == Relation::DecidesFor && selection.crosses(fact));
    let named = selection.agreements.iter().take(super::table1::NAMED_MAX);
    Cell {
        key: "result",
        figures: vec![
            Figure::share("open-share", share),
            Figure::count("openings", listed),
            Figure::count("agreements", selection.agreements.len()),
            Figure::count("decided-crossing", selection.count(&decided)),
        ],
        named: named.map(|number| Named { what: What::Agreement(*number), value: None }).collect(),
        says: vec![RESULT.judge(share, &[listed])],
        evidence: Evidence {
            openings: Numbers::of(selection.openings.iter().copied()),
            agreements: Numbers::of(selection.agreements.iter().copied()),
            ..Evidence::facts(decided)
        },
    }
}

/// What the network does: 沟通, 合作, 拖延.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// 沟通: asked, answered, put forward, spoken for or against.
    Communication,
    /// 合作: taken in, permitted, handed on, decided, delivered.
    Cooperation,
    /// 拖延: sent back, declined, turned away.
    Delay,
}

/// Which function a relation has. What is done late counts as delay too, whatever it is.
pub fn function_of(relation: Relation) -> Option<Function> {
    use Relation as R;
    Some(match relation {
        R::Asks | R::Answers | R::Proposes | R::Supports | R::Opposes | R::Objects | R::Amends => {
            Function::Communication
        }
        R::TakesInFor
        | R::Permits
        | R::HandsTo
        | R::ForwardsTo
        | R::BeginsPartAt
        | R::ReceivesFrom
        | R::DecidesFor
        | R::SendsBy
        | R::DeliversTo
        | R::TakesOver => Function::Cooperation,
        R::ReturnsTo | R::Declines | R::TurnsAway => Function::Delay,
        R::AppliesTo | R::CorrectsFor | R::Rates => return None,
    })
}

/// A kind of facts: the rule that names it, and how many of those that a fact stands for are of it.
type Kind<'a> = (Rule, &'a dyn Fn(&Fact) -> usize);

/// Shares of facts by kind, each with the rule that names it.
fn shares(selection: &Selection<'_>, key: &'static str, kinds: &[Kind<'_>]) -> Cell {
    let all = selection.count(&selection.facts);
    let mut cell = Cell { key, figures: vec![Figure::count("facts", all)], ..Cell::default() };
    cell.evidence = Evidence::facts(selection.facts.iter().copied());
    for (rule, counted) in kinds {
        let found: usize = selection.facts.iter().map(|number| counted(selection.fact(*number))).sum();
        let share = (all > 0).then(|| found as f64 / all as f64);
        cell.figures.push(Figure::share(rule.measure, share));
        cell.says.push(rule.judge(share, &[all]));
    }
    cell
}

fn function(selection: &Selection<'_>) -> Cell {
    let of = |function| {
        move |fact: &Fact| if function_of(fact.relation) == Some(function) { fact.count as usize } else { 0 }
    };
    let delay = |fact: &Fact| match function_of(fact.relation) {
        Some(Function::Delay) => fact.count as usize,
        _ => fact.late.min(fact.count) as usize,
    };
    let (talk, work) = (of(Function::Communication), of(Function::Cooperation));
    let kinds: [Kind<'_>; 3] =
        [(FUNCTION_COMMUNICATION, &talk), (FUNCTION_COOPERATION, &work), (FUNCTION_DELAY, &delay)];
    shares(selection, "function", &kinds)
}

/// How far the ties that members have, with each other and with others, are the same from one half to the next.
fn institution(network: Network, own: &Own<'_>) -> Cell {
    let selection = own.selection;
    let (first, second) = selection.halves(&own.facts);
    let actors = selection.active(&own.facts, &[]);
    let (before, after) = (selection.graph(&first, &actors), selection.graph(&second, &actors));
    let jaccard = jaccard_ties(&before, &after);
    let lesser = selection.count(&first).min(selection.count(&second));
    Cell {
        key: network.name(),
        figures: vec![
            Figure::number("jaccard-ties", jaccard),
            Figure::share("persistence", persistence(&before, &after)),
            Figure::count("half-facts", lesser),
        ],
        says: vec![INSTITUTION_TIES.judge(jaccard, &[lesser])],
        evidence: Evidence::facts(own.facts.iter().copied()),
        ..Cell::default()
    }
}

/// How much of the work between provinces runs under an agreement in force.
fn covered(selection: &Selection<'_>) -> Cell {
    let handed = selection.numbers(|fact| fact.relation == Relation::TakesInFor && selection.crosses(fact));
    let all = selection.count(&handed);
    let mut agreements = BTreeSet::new();
    let mut under = 0;
    for number in &handed {
        let fact = selection.fact(*number);
        if let Some(agreement) = selection.covering(fact) {
            agreements.insert(agreement);
            under += fact.count as usize;
        }
    }
    let share = (all > 0).then(|| under as f64 / all as f64);
    Cell {
        key: "agreements",
        figures: vec![Figure::share("covered", share), Figure::count("crossing", all)],
        named: agreements.iter().map(|number| Named { what: What::Agreement(*number), value: None }).collect(),
        says: vec![INSTITUTION_AGREEMENTS.judge(share, &[all])],
        evidence: Evidence { agreements: Numbers::of(agreements), ..Evidence::facts(handed) },
    }
}

/// Which strategy an act is of, when a member of a network does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// 推动.
    Promote,
    /// 响应.
    Respond,
    /// 合作.
    Cooperate,
    /// 分歧.
    Diverge,
    /// 咨询.
    Advise,
    /// 抵触.
    Resist,
    /// 诉求.
    Ask,
}

/// The strategy of an act by a member of a network.
pub fn strategy_of(network: Network, relation: Relation) -> Strategy {
    use Relation as R;
    match relation {
        // What experts say to others is advice, whatever form it takes.
        _ if network == Network::Professional => Strategy::Advise,
        R::Proposes | R::Amends => Strategy::Promote,
        R::Supports | R::TakesOver | R::Answers | R::ReceivesFrom => Strategy::Respond,
        R::Opposes | R::Objects | R::ReturnsTo => Strategy::Diverge,
        R::Declines => Strategy::Resist,
        R::AppliesTo | R::Rates | R::Asks => Strategy::Ask,
        R::TakesInFor
        | R::Permits
        | R::HandsTo
        | R::ForwardsTo
        | R::BeginsPartAt
        | R::CorrectsFor
        | R::TurnsAway
        | R::DecidesFor
        | R::SendsBy
        | R::DeliversTo => Strategy::Cooperate,
    }
}

/// The strategy of a statement: experts advise; others promote what they speak for, if they make the policy, and otherwise
/// respond; who speaks against resists.
pub fn strategy_of_statement(network: Network, agree: bool) -> Strategy {
    match (network, agree) {
        (Network::Professional, _) => Strategy::Advise,
        (Network::Issue, _) => Strategy::Ask,
        (Network::Community, true) => Strategy::Promote,
        (Network::Producer, true) => Strategy::Cooperate,
        (_, true) => Strategy::Respond,
        (_, false) => Strategy::Resist,
    }
}

/// Of which kinds the acts of a network are, and whether it falls apart.
fn strategy(network: Network, own: &Own<'_>) -> Cell {
    let selection = own.selection;
    let mut found: BTreeMap<Strategy, usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    for number in &own.facts {
        let fact = selection.fact(*number);
        // Couriers are given parcels: that is what they do for the policy.
        let carries = network == Network::Producer && fact.relation == Relation::SendsBy;
        if selection.network(fact.from) == network || carries {
            *found.entry(strategy_of(network, fact.relation)).or_default() += fact.count as usize;
            numbers.push(*number);
        }
    }
    for (number, _) in &own.statements {
        let strategy = strategy_of_statement(network, selection.statement(*number).agree);
        *found.entry(strategy).or_default() += 1;
    }
    let acts: usize = found.values().sum();
    let mut cell = Cell { key: network.name(), figures: vec![Figure::count("acts", acts)], ..Cell::default() };
    let all = [
        (Strategy::Promote, rules::STRATEGY_PROMOTE),
        (Strategy::Respond, rules::STRATEGY_RESPOND),
        (Strategy::Cooperate, rules::STRATEGY_COOPERATE),
        (Strategy::Diverge, rules::STRATEGY_DIVERGE),
        (Strategy::Advise, rules::STRATEGY_ADVISE),
        (Strategy::Resist, rules::STRATEGY_RESIST),
        (Strategy::Ask, rules::STRATEGY_ASK),
    ];
    for (strategy, rule) in all {
        let share = (acts > 0).then(|| found.get(&strategy).copied().unwrap_or(0) as f64 / acts as f64);
        cell.figures.push(Figure::share(rule.measure, share));
        cell.says.push(rule.judge(share, &[acts]));
    }
    let apart = fragmentation(&selection.graph(&own.among, &own.members), Connected::Weakly);
    cell.figures.push(Figure::share("fragmentation", apart));
    cell.says.push(rules::STRATEGY_FRAGMENT.judge(apart, &[own.members.len()]));
    cell.evidence = Evidence {
        statements: Numbers::of(own.statements.iter().map(|(number, _)| *number)),
        ..Evidence::facts(numbers)
    };
    cell
}

/// What flows in a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// 权力: to permit, to turn away, to set and change texts.
    Power,
    /// 价值: to be for or against, to rate.
    Value,
    /// 资源: cases, materials, information, parcels.
    Resource,
    /// 利益: what those who apply ask for and get.
    Interest,
}

/// What flows in a relation.
pub fn content_of(relation: Relation) -> Content {
    use Relation as R;
    match relation {
        R::Permits | R::TurnsAway | R::Proposes | R::TakesOver | R::Declines | R::Objects | R::Amends => Content::Power,
        R::Supports | R::Opposes | R::Rates => Content::Value,
        R::TakesInFor
        | R::HandsTo
        | R::ForwardsTo
        | R::BeginsPartAt
        | R::ReceivesFrom
        | R::ReturnsTo
        | R::Asks
        | R::Answers
        | R::CorrectsFor
        | R::SendsBy => Content::Resource,
        R::AppliesTo | R::DecidesFor | R::DeliversTo => Content::Interest,
    }
}

fn content(selection: &Selection<'_>) -> Cell {
    let of = |content| move |fact: &Fact| if content_of(fact.relation) == content { fact.count as usize } else { 0 };
    let (power, value) = (of(Content::Power), of(Content::Value));
    let (resource, interest) = (of(Content::Resource), of(Content::Interest));
    let kinds: [Kind<'_>; 4] = [
        (CONTENT_POWER, &power),
        (CONTENT_VALUE, &value),
        (CONTENT_RESOURCE, &resource),
        (CONTENT_INTEREST, &interest),
    ];
    shares(selection, "content", &kinds)
}

/// Who stands how to whom: shares of arcs, each pair and direction once.
fn power(selection: &Selection<'_>) -> Cell {
    let (counts, arcs) = courses(selection, &selection.facts);
    let count = |course| counts.get(&course).copied().unwrap_or(0);
    let mut cell = Cell { key: "power", figures: vec![Figure::count("arcs", arcs)], ..Cell::default() };
    cell.evidence = Evidence::facts(selection.facts.iter().copied());
    let all = [
        (Course::Vertical, POWER_VERTICAL),
        (Course::Within, POWER_WITHIN),
        (Course::Across, POWER_ACROSS),
        (Course::Service, POWER_SERVICE),
    ];
    for (course, rule) in all {
        let share = (arcs > 0).then(|| count(course) as f64 / arcs as f64);
        cell.figures.push(Figure::share(rule.measure, share));
        cell.says.push(rule.judge(share, &[arcs]));
    }
    cell
}

/// How many arcs of some facts run how, each pair and direction once, and how many there are.
pub(super) fn courses(selection: &Selection<'_>, facts: &[u32]) -> (BTreeMap<Course, usize>, usize) {
    let ends = facts.iter().map(|number| selection.fact(*number)).map(|fact| (fact.from, fact.to));
    let arcs: BTreeSet<(u32, u32)> = ends.filter(|(from, to)| from != to).collect();
    let mut counts = BTreeMap::new();
    for (from, to) in &arcs {
        *counts.entry(selection.course(*from, *to)).or_default() += 1;
    }
    (counts, arcs.len())
}
