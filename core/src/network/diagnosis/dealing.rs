//! How matters of others are dealt with: returns, their reasons, answers that do not come, corrections.

use std::collections::BTreeMap;

use super::stats::{self, Cell, Party};
use super::{Claim, Judged, Lack, Rule, Seen, UNANSWERED_DAYS, Unit, Whom, counted, figure, judged};
use crate::case::{Barrier, reason};
use crate::network::facts::Fact;
use crate::network::tie::Relation;

/// By what a matter comes to an authority.
const HANDED: [Relation; 2] = [Relation::HandsTo, Relation::ForwardsTo];

/// What answers it: it is there, it goes back, it goes on to whoever has the power.
const ANSWERS: [Relation; 3] = [Relation::ReceivesFrom, Relation::ReturnsTo, Relation::ForwardsTo];

fn handed<'a>(seen: &'a Seen<'_>) -> impl Iterator<Item = (u32, &'a Fact)> + 'a {
    HANDED.into_iter().flat_map(|relation| seen.each(relation))
}

/// Something of each party and item, added up.
#[derive(Default)]
struct Sums(BTreeMap<(u32, u32), (f64, f64)>);

impl Sums {
    fn add(&mut self, party: u32, item: u32, x: f64, n: f64) {
        let sum = self.0.entry((party, item)).or_default();
        *sum = (sum.0 + x, sum.1 + n);
    }

    /// Never more of them than there are: an answer may stand in the scope whose question does not.
    fn cells(self) -> Vec<Cell> {
        let counted = self.0.into_iter().filter(|(_, (_, n))| *n > 0.0);
        counted.map(|((party, item), (x, n))| Cell { party, item, x: x.clamp(0.0, n), n }).collect()
    }
}

/// The claim of each party that it is above its peers.
fn above_peers<'a>(
    rule: &Rule,
    cells: &[Cell],
    names: [&'static str; 3],
    is_evidence: fn(&Fact, u32) -> bool,
) -> Judged<'a> {
    let mut facts: BTreeMap<u32, f64> = BTreeMap::new();
    for cell in cells {
        *facts.entry(cell.party).or_default() += cell.n;
    }
    let enough: Vec<Cell> =
        cells.iter().filter(|cell| facts[&cell.party] >= f64::from(rule.facts_min)).copied().collect();
    let parties = stats::parties(&enough);
    let claim = |(at, one): (usize, &Party)| {
        let party = one.party;
        let found = stats::beside_peers(&parties, at, rule.parties_min as usize)?;
        let figures = vec![
            figure(names[0], found, Unit::Ratio),
            counted(names[1], one.own, Unit::Share),
            counted(names[2], one.expected, Unit::Share),
        ];
        Some(Claim {
            whom: Whom { actors: vec![one.party], ..Whom::default() },
            figures,
            p: Some(found.p),
            beyond: found.value >= rule.threshold && one.own - one.expected >= rule.also,
            evidence: Box::new(move |fact: &Fact| is_evidence(fact, party)),
        })
    };
    let claims: Vec<Claim> = parties.iter().enumerate().filter_map(claim).collect();
    judged(claims, rule.parties_min + 1, parties.len() as u32, "peers")
}

/// One authority returns more than its peers of the same items.
pub(super) fn returns<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let mut sums = Sums::default();
    for (_, fact) in handed(seen) {
        sums.add(fact.to, seen.item(fact), 0.0, f64::from(fact.count));
    }
    for (_, fact) in seen.each(Relation::ReturnsTo) {
        sums.add(fact.from, seen.item(fact), f64::from(fact.count), 0.0);
    }
    above_peers(rule, &sums.cells(), ["odds-peers", "returned", "expected"], |fact, party| {
        HANDED.contains(&fact.relation) && fact.to == party
            || fact.relation == Relation::ReturnsTo && fact.from == party
    })
}

/// One authority answers hand-overs late, or not at all, more than its peers of the same items.
pub(super) fn stalling<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let mut asked = Sums::default();
    let mut answered = Sums::default();
    let last = seen.day(seen.scope.until) - UNANSWERED_DAYS;
    for (_, fact) in handed(seen).filter(|(_, fact)| seen.day(fact.day) < last) {
        asked.add(fact.to, seen.item(fact), 0.0, f64::from(fact.count));
    }
    for (_, fact) in ANSWERS.into_iter().flat_map(|relation| seen.each(relation)) {
        answered.add(fact.from, seen.item(fact), f64::from(fact.late), f64::from(fact.count));
    }
    // Answered and missing together. Answers to the hand-overs of the last days count too, so fewer seem to be missing.
    let mut sums = Sums::default();
    for ((party, item), (late, answers)) in &answered.0 {
        sums.add(*party, *item, *late, *answers);
    }
    for ((party, item), (_, all)) in &asked.0 {
        let answers = answered.0.get(&(*party, *item)).map_or(0.0, |(_, answers)| *answers);
        let missing = (all - answers).max(0.0);
        sums.add(*party, *item, missing, missing);
    }
    above_peers(rule, &sums.cells(), ["odds-peers", "late-or-missing", "expected"], |fact, party| {
        HANDED.contains(&fact.relation) && fact.to == party || ANSWERS.contains(&fact.relation) && fact.from == party
    })
}

/// Most refusals have a reason of one class.
pub(super) fn barrier<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let class = |fact: &Fact| reason(&fact.code).map(|reason| reason.barrier);
    let mut of_party: BTreeMap<u32, BTreeMap<Barrier, f64>> = BTreeMap::new();
    let mut all = 0;
    for (_, fact) in seen.each(Relation::ReturnsTo).chain(seen.each(Relation::TurnsAway)) {
        if let Some(class) = class(fact) {
            *of_party.entry(fact.from).or_default().entry(class).or_default() += f64::from(fact.count);
            all += fact.count;
        }
    }
    if all < rule.facts_min {
        return Err(Lack { need: rule.facts_min, have: all, of: "refusals" });
    }
    let parties = of_party.len() as u32;
    if parties < rule.parties_min {
        return Err(Lack { need: rule.parties_min, have: parties, of: "authorities" });
    }
    let named = [Barrier::Administrative, Barrier::Household, Barrier::Technical, Barrier::Material];
    let claim = |barrier: Barrier| {
        let own = |all: &BTreeMap<Barrier, f64>| (all.get(&barrier).copied().unwrap_or(0.0), all.values().sum());
        let clusters: Vec<(f64, f64)> = of_party.values().map(own).collect();
        let found = stats::share_above(&clusters, rule.threshold)?;
        Some(Claim {
            whom: Whom { code: barrier.name().to_owned(), ..Whom::default() },
            figures: vec![figure("of-refusals", found, Unit::Share), counted("refusals", all.into(), Unit::Count)],
            p: Some(found.p),
            beyond: found.value > rule.threshold,
            evidence: Box::new(move |fact: &Fact| {
                matches!(fact.relation, Relation::ReturnsTo | Relation::TurnsAway) && class(fact) == Some(barrier)
            }),
        })
    };
    judged(named.into_iter().filter_map(claim).collect(), 2, 1, "authorities")
}

/// Authorities ask for corrections of one item more unlike each other than they do of other items.
///
/// What an authority asks for anyway, and what an item needs anyway, are taken out by medians (Tukey's median polish), so
/// that an item that stands out does not colour the others. How much is left in one item is held against how much is left
/// in the others; by its root, so that one authority alone makes no difference between all.
pub(super) fn standards<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let mut sums = Sums::default();
    for (_, fact) in seen.each(Relation::ReceivesFrom) {
        sums.add(fact.from, seen.item(fact), 0.0, f64::from(fact.count));
    }
    for (_, fact) in seen.each(Relation::CorrectsFor) {
        sums.add(fact.from, seen.item(fact), f64::from(fact.count), 0.0);
    }
    let mut cells = sums.cells();
    cells.retain(|cell| cell.n >= f64::from(rule.facts_min));
    // Shuffling needs three items of an authority, an item authorities to differ.
    loop {
        let (mut items, mut parties): (BTreeMap<u32, u32>, BTreeMap<u32, u32>) = Default::default();
        for cell in &cells {
            *items.entry(cell.item).or_default() += 1;
            *parties.entry(cell.party).or_default() += 1;
        }
        let before = cells.len();
        cells.retain(|cell| parties[&cell.party] >= 3 && items[&cell.item] >= rule.parties_min);
        if cells.len() == before {
            break;
        }
    }
    if cells.is_empty() {
        return Err(Lack { need: rule.parties_min, have: 0, of: "authorities-items" });
    }
    let odds: Vec<(f64, f64)> = cells.iter().map(Cell::log_odds).collect();
    let (left, usual) = polished(&cells, &odds);
    // How unlike cells are beyond chance, by their middle one; 0.455 is the middle of a square of a normal deviate.
    let mut squares: Vec<f64> =
        left.iter().zip(&odds).map(|(left, (_, variance))| left * left / 0.455 - variance).collect();
    let beyond = stats::median(&mut squares).unwrap_or(0.0).max(0.0);
    let root = |(left, (_, variance)): (&f64, &(f64, f64))| (left.abs() / (variance + beyond).sqrt()).sqrt();
    let roots: Vec<f64> = left.iter().zip(&odds).map(root).collect();
    let claim = |(number, usual): (&u32, &f64)| {
        let (own, others): (Vec<usize>, Vec<usize>) = (0..cells.len()).partition(|cell| cells[*cell].item == *number);
        let of = |some: &[usize]| some.iter().map(|cell| roots[*cell]).collect::<Vec<f64>>();
        let found = stats::above_others(&of(&own), &of(&others))?;
        let spread: f64 =
            own.iter().map(|cell| left[*cell] * left[*cell] - odds[*cell].1).sum::<f64>() / own.len() as f64;
        let sd = spread.max(0.0).sqrt();
        let share = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
        let (low, high) = (share(usual - sd), share(usual + sd));
        let key = seen.items[*number as usize];
        let actors: Vec<u32> = own.iter().map(|cell| cells[*cell].party).collect();
        Some(Claim {
            figures: vec![
                counted("corrections-apart", high - low, Unit::Share),
                counted("corrections-low", low, Unit::Share),
                counted("corrections-high", high, Unit::Share),
                counted("authorities", own.len() as f64, Unit::Count),
            ],
            p: Some(found.p),
            beyond: high - low >= rule.threshold,
            evidence: Box::new(move |fact: &Fact| {
                matches!(fact.relation, Relation::ReceivesFrom | Relation::CorrectsFor)
                    && fact.item == key
                    && actors.contains(&fact.from)
            }),
            whom: Whom { item: key.to_owned(), ..Whom::default() },
        })
    };
    judged(usual.iter().filter_map(claim).collect(), 2, 1, "items-compared")
}

/// What is left of log-odds when the middle of each item and of each party is taken out, and the middle of each item.
fn polished(cells: &[Cell], odds: &[(f64, f64)]) -> (Vec<f64>, BTreeMap<u32, f64>) {
    let mut left: Vec<f64> = odds.iter().map(|(value, _)| *value).collect();
    let mut usual: BTreeMap<u32, f64> = BTreeMap::new();
    for _ in 0..20 {
        for by_item in [true, false] {
            let key = |cell: &Cell| if by_item { cell.item } else { cell.party };
            let mut values: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
            for (cell, value) in cells.iter().zip(&left) {
                values.entry(key(cell)).or_default().push(*value);
            }
            let middle: BTreeMap<u32, f64> =
                values.into_iter().filter_map(|(key, mut all)| Some((key, stats::median(&mut all)?))).collect();
            for (cell, value) in cells.iter().zip(&mut left) {
                *value -= middle[&key(cell)];
            }
            if by_item {
                for (item, middle) in middle {
                    *usual.entry(item).or_default() += middle;
                }
            }
        }
    }
    (left, usual)
}
