//! Between places and between lines of work: who stands between them, what fails at their borders, what goes one way, what
//! no agreement covers, what is open and not used.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::stats::{self, Row};
use super::{Claim, Judged, Lack, Rule, Seen, TIE_FACTS_MIN, Unit, Whom, counted, figure, judged};
use crate::catalogue::Subject;
use crate::ident::Region;
use crate::network::facts::{Agreement, Fact};
use crate::network::path::{Length, undirected_betweenness};
use crate::network::tie::{Actor, Network, Relation};

/// What takes a matter from one office to another.
const MOVES: [Relation; 4] = [Relation::HandsTo, Relation::ForwardsTo, Relation::BeginsPartAt, Relation::Asks];

/// Days of a month, where months part what is counted.
const MONTH: i32 = 30;
/// Days of a quarter.
const QUARTER: i32 = 91;
const YEAR: f64 = 365.25;

fn pair(one: Region, other: Region) -> (Region, Region) {
    if one < other { (one, other) } else { (other, one) }
}

/// What goes between two provinces.
#[derive(Default)]
struct Between {
    /// Of each month all that goes directly, and what of it each actor has a hand in.
    direct: BTreeMap<i32, (f64, BTreeMap<u32, f64>)>,
    /// Of each month what goes by someone who stands in neither.
    by_third: BTreeMap<i32, BTreeMap<u32, f64>>,
}

/// Two provinces meet by one actor only, though each has others at work.
pub(super) fn broker<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let moves = || MOVES.into_iter().flat_map(|relation| seen.each(relation));
    let is_carrier = |actor: u32| seen.network(actor) == Network::Intergovernmental;
    let mut pairs: BTreeMap<(Region, Region), Between> = BTreeMap::new();
    let mut at_work: BTreeMap<Region, BTreeSet<u32>> = BTreeMap::new();
    // What comes to an actor from each province, and goes on to each, by month and item.
    let mut comes: BTreeMap<(u32, i32, &str), BTreeMap<Region, f64>> = BTreeMap::new();
    let mut goes: BTreeMap<(u32, i32, &str), BTreeMap<Region, f64>> = BTreeMap::new();
    for (_, fact) in moves().filter(|(_, fact)| is_carrier(fact.from) && is_carrier(fact.to)) {
        let (from, to) = (seen.province(fact.from), seen.province(fact.to));
        let (month, count) = (seen.day(fact.day) / MONTH, f64::from(fact.count));
        for (actor, province) in [(fact.from, from), (fact.to, to)] {
            province.map(|province| at_work.entry(province).or_default().insert(actor));
        }
        if let (Some(from), Some(to)) = (from, to)
            && from != to
        {
            let between = pairs.entry(pair(from, to)).or_default().direct.entry(month).or_default();
            between.0 += count;
            [fact.from, fact.to].iter().for_each(|actor| *between.1.entry(*actor).or_default() += count);
        }
        if let Some(from) = from {
            *comes.entry((fact.to, month, &fact.item)).or_default().entry(from).or_default() += count;
        }
        if let (Relation::ForwardsTo, Some(to)) = (fact.relation, to) {
            *goes.entry((fact.from, month, &fact.item)).or_default().entry(to).or_default() += count;
        }
    }
    for (key, to) in &goes {
        let (actor, month, _) = *key;
        for ((from, came), (to, went)) in
            comes.get(key).into_iter().flatten().flat_map(|came| to.iter().map(move |went| (came, went)))
        {
            if from != to && ![Some(*from), Some(*to)].contains(&seen.province(actor)) {
                let third = pairs.entry(pair(*from, *to)).or_default().by_third.entry(month).or_default();
                *third.entry(actor).or_default() += came.min(*went);
            }
        }
    }
    let graph = seen.all.graph(|fact| MOVES.contains(&fact.relation) && is_within(seen, fact)).0;
    let stands_between = undirected_betweenness(&graph, Length::Steps).and_then(|found| found.normalised);
    let mut most = 0;
    let mut claims = Vec::new();
    for ((one, other), between) in pairs {
        let months: BTreeSet<i32> = between.direct.keys().chain(between.by_third.keys()).copied().collect();
        let mut clusters: BTreeMap<i32, (f64, BTreeMap<u32, f64>)> = BTreeMap::new();
        for month in months {
            let (mut all, mut by) = between.direct.get(&month).cloned().unwrap_or_default();
            for (actor, count) in between.by_third.get(&month).into_iter().flatten() {
                all += count;
                *by.entry(*actor).or_default() += count;
            }
            clusters.insert(month, (all, by));
        }
        let all: f64 = clusters.values().map(|(all, _)| all).sum();
        let others = |province| at_work.get(province).map_or(0, BTreeSet::len);
        let has_others = others(&one).min(others(&other)) >= 3;
        most = most.max(clusters.len() as u32);
        if all < f64::from(rule.facts_min) || (clusters.len() as u32) < rule.parties_min || !has_others {
            continue;
        }
        let mut by: BTreeMap<u32, f64> = BTreeMap::new();
        for (actor, count) in clusters.values().flat_map(|(_, by)| by) {
            *by.entry(*actor).or_default() += count;
        }
        // The first of those who have most.
        let top = by.iter().fold(None, |top: Option<(u32, f64)>, (actor, count)| match top {
            Some((_, most)) if most >= *count => top,
            _ => Some((*actor, *count)),
        });
        let Some((actor, _)) = top else { continue };
        let of_actor: Vec<(f64, f64)> =
            clusters.values().map(|(all, by)| (by.get(&actor).copied().unwrap_or(0.0), *all)).collect();
        let Some(found) = stats::share_above(&of_actor, rule.threshold) else { continue };
        let mut figures = vec![figure("of-flow", found, Unit::Share), counted("moves", all, Unit::Count)];
        if let Some(values) = &stands_between {
            figures.push(counted("betweenness", values[actor as usize], Unit::Share));
        }
        let is_between = move |from: u32, to: u32| match (seen.province(from), seen.province(to)) {
            (Some(from), Some(to)) => pair(from, to) == (one, other),
            _ => false,
        };
        let is_theirs = move |province: Option<Region>| province == Some(one) || province == Some(other);
        claims.push(Claim {
            whom: Whom { actors: vec![actor], regions: vec![one, other], ..Whom::default() },
            figures,
            p: Some(found.p),
            beyond: found.value > rule.threshold,
            evidence: Box::new(move |fact: &Fact| {
                let by_it = fact.to == actor && is_theirs(seen.province(fact.from))
                    || fact.from == actor && is_theirs(seen.province(fact.to));
                MOVES.contains(&fact.relation) && (is_between(fact.from, fact.to) || by_it)
            }),
        });
    }
    judged(claims, rule.parties_min, most, "months-pair")
}

fn is_within(seen: &Seen<'_>, fact: &Fact) -> bool {
    seen.scope.from <= fact.day && fact.day < seen.scope.until
}

/// Hand-overs beyond a border are returned more often than those within, by the same offices in the same items.
fn across<'a>(seen: &'a Seen<'_>, rule: &Rule, is_across: impl Fn(u32, u32) -> Option<bool> + 'a) -> Judged<'a> {
    let mut sums: BTreeMap<[u32; 3], (f64, f64)> = BTreeMap::new();
    for (_, fact) in seen.each(Relation::HandsTo) {
        sums.entry([fact.to, fact.from, seen.item(fact)]).or_default().1 += f64::from(fact.count);
    }
    for (_, fact) in seen.each(Relation::ReturnsTo) {
        sums.entry([fact.from, fact.to, seen.item(fact)]).or_default().0 += f64::from(fact.count);
    }
    let row = |(of, (x, n)): ([u32; 3], (f64, f64))| {
        let is_beyond = is_across(of[1], of[0])?;
        (n > 0.0).then(|| Row { of, beyond: is_beyond, x: x.min(n), n })
    };
    let rows: Vec<Row> = sums.into_iter().filter_map(row).collect();
    let handed = |side: bool| rows.iter().filter(|row| row.beyond == side).map(|row| row.n).sum::<f64>();
    let fewer = handed(true).min(handed(false));
    if fewer < f64::from(rule.facts_min) {
        return Err(Lack { need: rule.facts_min, have: fewer as u32, of: "hand-overs-side" });
    }
    // Of each side's clusters the one that is less sure.
    let found = stats::beyond(&rows, 0).zip(stats::beyond(&rows, 1));
    let Some((found, parties)) = found.map(|(one, other)| {
        let less = if one.0.p >= other.0.p { one.0 } else { other.0 };
        (less.map(f64::exp), one.1.min(other.1))
    }) else {
        return Err(Lack { need: rule.parties_min, have: 0, of: "offices-both" });
    };
    if parties < f64::from(rule.parties_min) {
        return Err(Lack { need: rule.parties_min, have: parties as u32, of: "offices-both" });
    }
    let share = |side: bool| {
        let returned = rows.iter().filter(|row| row.beyond == side).map(|row| row.x).sum::<f64>();
        returned / handed(side)
    };
    let figures = vec![
        figure("odds-beyond", found, Unit::Ratio),
        counted("returned-beyond", share(true), Unit::Share),
        counted("returned-within", share(false), Unit::Share),
    ];
    let evidence = move |fact: &Fact| match fact.relation {
        Relation::HandsTo => is_across(fact.from, fact.to) == Some(true),
        Relation::ReturnsTo => is_across(fact.to, fact.from) == Some(true),
        _ => false,
    };
    Ok(vec![Claim {
        whom: Whom::default(),
        figures,
        p: Some(found.p),
        beyond: found.value >= rule.threshold,
        evidence: Box::new(evidence),
    }])
}

/// Between provinces more fails than within.
pub(super) fn borders<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    across(seen, rule, |from, to| Some(seen.province(from)? != seen.province(to)?))
}

/// Between lines of work more fails than within. Offices of no line, such as service centres, are on neither side.
pub(super) fn lines<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    across(seen, rule, |from, to| {
        let (from, to) = (seen.line(from), seen.line(to));
        (!from.is_empty() && !to.is_empty()).then(|| from != to)
    })
}

/// Matters of firms go one way between two provinces. It says where firms had their matters decided, not why, nor that
/// they moved.
pub(super) fn siphon<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let home = move |fact: &Fact| match &seen.all.actors[fact.to as usize].actor {
        Actor::Applicants { subject: Subject::Enterprise, province } => Some(*province),
        _ => None,
    };
    // Of each pair and item what goes from the first to the second, and all.
    let mut pairs: BTreeMap<(Region, Region), BTreeMap<u32, (f64, f64)>> = BTreeMap::new();
    for (_, fact) in seen.each(Relation::DecidesFor) {
        let (Some(home), Some(away)) = (home(fact), seen.province(fact.from)) else { continue };
        if home != away {
            let sum = pairs.entry(pair(home, away)).or_default().entry(seen.item(fact)).or_default();
            let count = f64::from(fact.count);
            *sum = (sum.0 + if home < away { count } else { 0.0 }, sum.1 + count);
        }
    }
    let mut most = 0;
    let mut claims = Vec::new();
    for ((one, other), items) in pairs {
        let (first, all) = items.values().fold((0.0, 0.0), |(x, n), (own_x, own_n)| (x + own_x, n + own_n));
        most = most.max(all as u32);
        if all < f64::from(rule.facts_min) || (items.len() as u32) < rule.parties_min {
            continue;
        }
        let is_first = 2.0 * first >= all;
        let clusters: Vec<(f64, f64)> = items.values().map(|(x, n)| (if is_first { *x } else { n - x }, *n)).collect();
        let Some(found) = stats::share_above(&clusters, rule.threshold) else { continue };
        let (from, to) = if is_first { (one, other) } else { (other, one) };
        claims.push(Claim {
            whom: Whom { regions: vec![from, to], ..Whom::default() },
            figures: vec![
                figure("one-way", found, Unit::Share),
                counted("firms-matters", all, Unit::Count),
                counted("net", (2.0 * first - all).abs(), Unit::Count),
            ],
            p: Some(found.p),
            beyond: found.value > rule.threshold,
            evidence: Box::new(move |fact: &Fact| {
                let places = home(fact).zip(seen.province(fact.from));
                fact.relation == Relation::DecidesFor
                    && places.is_some_and(|(home, away)| pair(home, away) == (one, other))
            }),
        });
    }
    judged(claims, rule.facts_min, most, "firms-matters-pair")
}

/// Most of what goes between provinces rests on no agreement, and those who deal with each other do not go on doing so.
pub(super) fn agreements<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let agreements = &seen.all.agreements;
    if agreements.is_empty() {
        // A record without any is more likely to lack them than the world is.
        return Err(Lack { need: 1, have: 0, of: "agreements" });
    }
    let is_between = move |fact: &Fact| match (seen.province(fact.from), seen.province(fact.to)) {
        (Some(from), Some(to)) if from != to => Some(pair(from, to)),
        _ => None,
    };
    let region = |actor: u32| seen.all.actors[actor as usize].region;
    let is_party = |agreement: &Agreement, actor: u32| {
        agreement.regions.is_empty()
            || region(actor).is_some_and(|own| agreement.regions.iter().any(|named| named.contains(own)))
    };
    let is_covered = |fact: &Fact| {
        agreements.iter().any(|agreement| {
            agreement.from <= fact.day
                && agreement.until.is_none_or(|until| fact.day < until)
                && (agreement.items.is_empty() || agreement.items.contains(&fact.item))
                && is_party(agreement, fact.from)
                && is_party(agreement, fact.to)
        })
    };
    let mut outside: BTreeMap<(Region, Region), (f64, f64)> = BTreeMap::new();
    let mut ties: BTreeMap<(u32, u32), (u32, u32)> = BTreeMap::new();
    let half = seen.day(seen.scope.from.max(first_day(seen))) + seen.days() as i32 / 2;
    let mut all = 0;
    for (_, fact) in seen.each(Relation::HandsTo) {
        let Some(pair) = is_between(fact) else { continue };
        let sum = outside.entry(pair).or_default();
        let count = f64::from(fact.count);
        *sum = (sum.0 + if is_covered(fact) { 0.0 } else { count }, sum.1 + count);
        all += fact.count;
        let halves = ties.entry((fact.from, fact.to)).or_default();
        if seen.day(fact.day) < half { halves.0 += fact.count } else { halves.1 += fact.count }
    }
    if all < rule.facts_min {
        return Err(Lack { need: rule.facts_min, have: all, of: "hand-overs-between" });
    }
    let mut lapsed: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for ((from, _), (before, after)) in &ties {
        if *before >= TIE_FACTS_MIN {
            let sum = lapsed.entry(*from).or_default();
            *sum = (sum.0 + f64::from(u8::from(*after == 0)), sum.1 + 1.0);
        }
    }
    let clusters = |sums: BTreeMap<u32, (f64, f64)>| sums.into_values().collect::<Vec<_>>();
    let parties = (outside.len().min(lapsed.len())) as u32;
    let lapsed = clusters(lapsed);
    let outside: Vec<(f64, f64)> = outside.into_values().collect();
    let (Some(outside), Some(lapsed), true) = (
        stats::share_above(&outside, rule.threshold),
        stats::share_above(&lapsed, 1.0 - rule.also),
        parties >= rule.parties_min,
    ) else {
        return Err(Lack { need: rule.parties_min, have: parties, of: "pairs" });
    };
    Ok(vec![Claim {
        whom: Whom::default(),
        figures: vec![
            figure("outside-agreements", outside, Unit::Share),
            figure("ties-lapsed", lapsed, Unit::Share),
            counted("moves", all.into(), Unit::Count),
        ],
        p: Some(outside.p.max(lapsed.p)),
        beyond: outside.value > rule.threshold && lapsed.value > 1.0 - rule.also,
        evidence: Box::new(move |fact: &Fact| fact.relation == Relation::HandsTo && is_between(fact).is_some()),
    }])
}

fn first_day(seen: &Seen<'_>) -> Date {
    seen.within.iter().map(|at| seen.all.facts[*at as usize].day).min().unwrap_or(seen.scope.from)
}

/// An item is open at a place and used in single digits a year, where most that is open is used much more.
pub(super) fn unused<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let first = seen.day(first_day(seen));
    let end = first + seen.days() as i32;
    // Since when each item is open at each place that takes in.
    let mut open: BTreeMap<(Region, &str), i32> = BTreeMap::new();
    for opening in seen.all.openings.iter().filter(|opening| opening.mode.is_some()) {
        if let Some(since) = opening.since {
            let since = seen.day(since).max(first);
            let own = open.entry((opening.receiving.province(), &opening.item)).or_insert(since);
            *own = since.min(*own);
        }
    }
    let enough = |since: i32| end - since >= super::DAYS_MIN as i32;
    let mut quarters: BTreeMap<(Region, &str), Vec<u32>> = BTreeMap::new();
    for (key, since) in open.iter().filter(|(_, since)| enough(**since)) {
        quarters.insert(*key, vec![0; ((end - since + QUARTER - 1) / QUARTER) as usize]);
    }
    for (_, fact) in seen.each(Relation::HandsTo) {
        let (Some(from), Some(to)) = (seen.province(fact.from), seen.province(fact.to)) else { continue };
        let key = (from, fact.item.as_str());
        if let (Some(since), Some(counts)) = (open.get(&key), quarters.get_mut(&key))
            && from != to
            && seen.day(fact.day) >= *since
        {
            let at = ((seen.day(fact.day) - since) / QUARTER) as usize;
            counts.get_mut(at).into_iter().for_each(|count| *count += fact.count);
        }
    }
    let places: BTreeSet<Region> = quarters.keys().map(|(place, _)| *place).collect();
    let mut most = 0;
    let mut claims = Vec::new();
    for place in places {
        let own: Vec<(&str, f64, &Vec<u32>)> = quarters
            .iter()
            .filter(|((other, _), _)| *other == place)
            .map(|(key, counts)| (key.1, f64::from(end - open[key]) / YEAR, counts))
            .collect();
        most = most.max(own.len() as u32);
        let mut rates: Vec<f64> =
            own.iter().map(|(_, years, counts)| f64::from(counts.iter().sum::<u32>()) / years).collect();
        let usual = stats::median(&mut rates).unwrap_or(0.0);
        if (own.len() as u32) < rule.parties_min || usual < rule.also {
            continue;
        }
        // How much more counts of a quarter vary than chance has it, by the middle item; the last quarter is not whole.
        let mut unsteady: Vec<f64> =
            own.iter().filter_map(|(_, _, counts)| unsteady(&counts[..counts.len() - 1])).collect();
        let unsteady = stats::median(&mut unsteady).unwrap_or(0.0).max(0.0);
        for (item, years, counts) in own {
            let count = counts.iter().sum::<u32>();
            let rate = f64::from(count) / years;
            let mean = rule.threshold * years;
            claims.push(Claim {
                figures: vec![
                    counted("a-year", rate, Unit::Count),
                    counted("a-year-usual", usual, Unit::Count),
                    counted("handed", count.into(), Unit::Count),
                ],
                p: Some(stats::count_lower(count, mean, 1.0 + unsteady * mean / counts.len() as f64)),
                beyond: rate < rule.threshold,
                evidence: Box::new(move |fact: &Fact| {
                    fact.relation == Relation::HandsTo && fact.item == item && seen.province(fact.from) == Some(place)
                }),
                whom: Whom { item: item.to_owned(), regions: vec![place], ..Whom::default() },
            });
        }
    }
    judged(claims, rule.parties_min, most, "items-open")
}

/// By how much counts vary beyond chance, of the square of their mean; `None` of fewer than three, or if all are zero.
fn unsteady(counts: &[u32]) -> Option<f64> {
    let len = counts.len() as f64;
    let mean = counts.iter().sum::<u32>() as f64 / len;
    let squares: f64 = counts.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    (counts.len() > 2 && mean > 0.0).then(|| (squares / (len - 1.0) - mean) / (mean * mean))
}
