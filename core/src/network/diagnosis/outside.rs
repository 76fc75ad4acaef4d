//! What acts on the network from outside it, and who takes no part in it: events, those who apply, experts, producers, law.

use std::collections::{BTreeMap, BTreeSet};

use super::stats::{self, Cell};
use super::{Claim, Judged, Lack, Rule, STANDING_DAYS, Seen, Unit, WEEKS_BEFORE, Whom, counted, figure, judged};
use crate::ident::Region;
use crate::network::facts::{Effect, Event, Fact};
use crate::network::tie::{Network, Relation};

const WEEK: i32 = 7;
const WEEKS_A_YEAR: i32 = 52;

/// While an event lasted, hand-overs that it is about fell far below what others, or the year before, let one expect.
pub(super) fn event<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let events: Vec<&Event> = seen.all.events.iter().filter(|event| event.effect == Effect::Suspends).collect();
    if events.is_empty() {
        return Err(Lack { need: 1, have: 0, of: "events" });
    }
    let mut most = 0;
    let claims = events.into_iter().filter_map(|event| held_up(seen, rule, event, &mut most)).collect();
    judged(claims, rule.parties_min, most, "weeks")
}

fn held_up<'a>(seen: &'a Seen<'_>, rule: &Rule, event: &'a Event, most: &mut u32) -> Option<Claim<'a>> {
    let is_at =
        |actor: u32, region: &Region| seen.all.actors[actor as usize].region.is_some_and(|own| region.contains(own));
    let is_concerned = move |fact: &Fact| {
        let is_there = |region: &Region| is_at(fact.from, region) || is_at(fact.to, region);
        (event.items.is_empty() || event.items.contains(&fact.item))
            && (event.regions.is_empty() || event.regions.iter().any(is_there))
    };
    let begin = seen.day(event.from);
    let end = event.until.map_or(seen.day(seen.scope.until), |until| seen.day(until) + 1);
    // Whole weeks from the first day of the event, those before it counted backwards.
    let week = move |day: i32| (day - begin).div_euclid(WEEK);
    let first = seen.within.iter().map(|at| seen.day(seen.all.facts[*at as usize].day)).min()?;
    let last = seen.within.iter().map(|at| seen.day(seen.all.facts[*at as usize].day)).max()?;
    let (mut own, mut others): (BTreeMap<i32, f64>, BTreeMap<i32, f64>) = Default::default();
    for (_, fact) in seen.each(Relation::HandsTo) {
        let side = if is_concerned(fact) { &mut own } else { &mut others };
        *side.entry(week(seen.day(fact.day))).or_default() += f64::from(fact.count);
    }
    // An event may have begun long before anything was done.
    let during = week(first).max(0)..week(end.min(last + 1));
    let mut before = week(first + WEEK - 1).max(-(WEEKS_BEFORE as i32))..0;
    let total = |side: &BTreeMap<i32, f64>, weeks: &std::ops::Range<i32>| -> f64 {
        weeks.clone().filter_map(|week| side.get(&week)).sum()
    };
    // Against others in the same weeks, or the same weeks of the year before.
    let enough = f64::from(rule.facts_min);
    let mut expected = others;
    if total(&expected, &before) < enough || total(&expected, &during) < enough {
        before.start = before.start.max(week(first + WEEK - 1) + WEEKS_A_YEAR);
        expected = own.iter().map(|(week, count)| (week + WEEKS_A_YEAR, *count)).collect();
    }
    let weeks = during.len().min(before.len()) as u32;
    *most = (*most).max(weeks);
    let (seen_before, expected_before) = (total(&own, &before), total(&expected, &before));
    if weeks < rule.parties_min || seen_before < enough || expected_before < enough {
        return None;
    }
    let ratio = |week: i32| {
        let at = |side: &BTreeMap<i32, f64>| side.get(&week).copied().unwrap_or(0.0) + 0.5;
        (at(&own) / at(&expected)).ln()
    };
    let change = |weeks: std::ops::Range<i32>| weeks.map(ratio).collect::<Vec<f64>>();
    let found = stats::falls(&change(before.clone()), &change(during.clone()), rule.threshold.ln())?;
    let left = total(&own, &during) / seen_before * expected_before / total(&expected, &during).max(1.0);
    Some(Claim {
        whom: Whom { code: event.key.clone(), ..Whom::default() },
        figures: vec![
            figure("left", found.map(f64::exp), Unit::Share),
            counted("left-of-all", left, Unit::Share),
            counted("weeks", f64::from(during.end), Unit::Count),
        ],
        p: Some(found.p),
        beyond: found.value.exp() <= rule.threshold,
        evidence: Box::new(move |fact: &Fact| {
            let at = week(seen.day(fact.day));
            fact.relation == Relation::HandsTo && is_concerned(fact) && (before.start..during.end).contains(&at)
        }),
    })
}

/// Those who apply rate badly, it does not change, and nothing but applying and rating ties them to anyone.
pub(super) fn voice<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let half = {
        let mut days: Vec<f64> = seen.each(Relation::Rates).map(|(_, fact)| f64::from(seen.day(fact.day))).collect();
        stats::median(&mut days).unwrap_or(0.0)
    };
    let mut rated: BTreeMap<u32, [f64; 4]> = BTreeMap::new();
    let mut all = 0;
    for (_, fact) in seen.each(Relation::Rates) {
        let place = if f64::from(seen.day(fact.day)) > half { 0 } else { 2 };
        let own = rated.entry(fact.to).or_default();
        own[place] += if fact.sign < 0 { f64::from(fact.count) } else { 0.0 };
        own[place + 1] += f64::from(fact.count);
        all += fact.count;
    }
    if all < rule.facts_min {
        return Err(Lack { need: rule.facts_min, have: all, of: "ratings" });
    }
    let parties = rated.len() as u32;
    let clusters: Vec<(f64, f64)> =
        rated.values().map(|[later_x, later, before_x, before]| (later_x + before_x, later + before)).collect();
    let changes: Vec<(f64, f64)> = rated.values().filter_map(|own| stats::odds_across(&[*own])).collect();
    let (Some(bad), Some(change), true) = (
        stats::share_above(&clusters, rule.threshold),
        stats::mean_above(&changes, rule.also.ln()),
        parties >= rule.parties_min,
    ) else {
        return Err(Lack { need: rule.parties_min, have: parties, of: "rated" });
    };
    // Whom anything else ties to those who apply: a voice in what is proposed, asked, supported, opposed.
    let is_voice = |fact: &Fact| {
        let is_issue = |actor: u32| seen.network(actor) == Network::Issue;
        let is_service = matches!(
            fact.relation,
            Relation::AppliesTo
                | Relation::Rates
                | Relation::CorrectsFor
                | Relation::TurnsAway
                | Relation::DecidesFor
                | Relation::DeliversTo
        );
        !is_service && (is_issue(fact.from) || is_issue(fact.to))
    };
    let heard: BTreeSet<u32> = seen
        .within
        .iter()
        .map(|at| &seen.all.facts[*at as usize])
        .filter(|fact| is_voice(fact))
        .flat_map(|fact| [fact.from, fact.to])
        .filter(|actor| rated.contains_key(actor))
        .collect();
    let heard = heard.len() as f64 / rated.len() as f64;
    Ok(vec![Claim {
        whom: Whom::default(),
        figures: vec![
            figure("rated-badly", bad, Unit::Share),
            figure("odds-later", change.map(f64::exp), Unit::Ratio),
            counted("hear-applicants", heard, Unit::Share),
        ],
        p: Some(bad.p.max(change.p)),
        beyond: bad.value > rule.threshold && change.value.exp() > rule.also && heard < rule.threshold,
        evidence: Box::new(move |fact: &Fact| fact.relation == Relation::Rates),
    }])
}

/// Hardly a government that is at work ever dealt with the professional network.
pub(super) fn advice<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let is_professional = move |actor: u32| seen.network(actor) == Network::Professional;
    let is_known = seen.all.actors.iter().any(|one| one.network == Network::Professional);
    if !is_known {
        // Whoever keeps no record of experts does not know that there are none.
        return Err(Lack { need: 1, have: 0, of: "professional" });
    }
    let mut at_work: BTreeMap<u32, u32> = BTreeMap::new();
    let mut advised: BTreeSet<u32> = BTreeSet::new();
    for fact in seen.within.iter().map(|at| &seen.all.facts[*at as usize]) {
        for (one, other) in [(fact.from, fact.to), (fact.to, fact.from)] {
            if seen.network(one) == Network::Intergovernmental {
                *at_work.entry(one).or_default() += fact.count;
                if is_professional(other) {
                    advised.insert(one);
                }
            }
        }
    }
    at_work.retain(|_, facts| *facts >= rule.facts_min);
    let governments = at_work.len() as u32;
    if governments < rule.parties_min {
        return Err(Lack { need: rule.parties_min, have: governments, of: "governments" });
    }
    let advised = at_work.keys().filter(|actor| advised.contains(actor)).count() as u32;
    let share = f64::from(advised) / f64::from(governments);
    Ok(vec![Claim {
        whom: Whom::default(),
        figures: vec![
            counted("advised", share, Unit::Share),
            counted("advised-count", advised.into(), Unit::Count),
            counted("governments", governments.into(), Unit::Count),
        ],
        p: Some(stats::binomial_lower(advised, governments, rule.threshold)),
        beyond: share < rule.threshold,
        evidence: Box::new(move |fact: &Fact| is_professional(fact.from) || is_professional(fact.to)),
    }])
}

/// Authorities that depend on one producer deliver late more often than the others, in the same items.
pub(super) fn producer<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let mut sent: BTreeMap<u32, BTreeMap<u32, f64>> = BTreeMap::new();
    for (_, fact) in seen.each(Relation::SendsBy) {
        *sent.entry(fact.from).or_default().entry(fact.to).or_default() += f64::from(fact.count);
    }
    let mut delivered: BTreeMap<(u32, u32), (f64, f64)> = BTreeMap::new();
    for (_, fact) in seen.each(Relation::DeliversTo) {
        let sum = delivered.entry((fact.from, seen.item(fact))).or_default();
        *sum = (sum.0 + f64::from(fact.late), sum.1 + f64::from(fact.count));
    }
    let mut facts: BTreeMap<u32, f64> = BTreeMap::new();
    for ((party, _), (_, n)) in &delivered {
        *facts.entry(*party).or_default() += n;
    }
    let is_enough = |party: &u32| facts[party] >= f64::from(rule.facts_min) && sent.contains_key(party);
    let cells: Vec<Cell> = delivered
        .iter()
        .filter(|((party, _), _)| is_enough(party))
        .map(|((party, item), (x, n))| Cell { party: *party, item: *item, x: *x, n: *n })
        .collect();
    let parties = stats::parties(&cells);
    let depends = |party: u32, on: u32| {
        let all: f64 = sent[&party].values().sum();
        sent[&party].get(&on).is_some_and(|own| *own >= rule.also * all)
    };
    let producers: BTreeSet<u32> = sent.values().flat_map(|by| by.keys().copied()).collect();
    let mut most = 0;
    let mut claims = Vec::new();
    for producer in producers {
        let (users, others): (Vec<_>, Vec<_>) = parties.iter().partition(|one| depends(one.party, producer));
        most = most.max(users.len().min(others.len()) as u32);
        if (users.len().min(others.len()) as u32) < rule.parties_min {
            continue;
        }
        // Within groups that share items: each party against the middle of its group.
        let mut middles: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        parties.iter().for_each(|one| middles.entry(one.group).or_default().push(one.shift.0));
        let middles: BTreeMap<u32, f64> =
            middles.into_iter().map(|(group, mut all)| (group, stats::median(&mut all).unwrap_or(0.0))).collect();
        let shifts = |some: &[&stats::Party]| {
            some.iter().map(|one| (one.shift.0 - middles[&one.group], one.shift.1)).collect::<Vec<_>>()
        };
        let Some(found) = stats::means_differ(&shifts(&users), &shifts(&others)) else { continue };
        let found = found.map(f64::exp);
        let late = |some: &[&stats::Party]| some.iter().map(|one| one.own).sum::<f64>() / some.len() as f64;
        let named: Vec<u32> = users.iter().map(|one| one.party).collect();
        claims.push(Claim {
            whom: Whom { actors: vec![producer], ..Whom::default() },
            figures: vec![
                figure("odds-late", found, Unit::Ratio),
                counted("late-users", late(&users), Unit::Share),
                counted("late-others", late(&others), Unit::Share),
                counted("authorities", users.len() as f64, Unit::Count),
            ],
            p: Some(found.p),
            beyond: found.value >= rule.threshold,
            evidence: Box::new(move |fact: &Fact| {
                fact.relation == Relation::SendsBy && fact.to == producer
                    || fact.relation == Relation::DeliversTo && named.contains(&fact.from)
            }),
        });
    }
    judged(claims, rule.parties_min, most, "authorities-producer")
}

/// An objection to a text of law stands, and whoever issued it amended nothing.
pub(super) fn law<'a>(seen: &'a Seen<'_>, rule: &Rule) -> Judged<'a> {
    let mut laws: BTreeMap<&'a str, (u32, i32, BTreeSet<u32>)> = BTreeMap::new();
    for (_, fact) in seen.each(Relation::Objects) {
        let law = laws.entry(&fact.code).or_insert_with(|| (0, i32::MAX, BTreeSet::new()));
        law.0 += fact.count;
        law.1 = law.1.min(seen.day(fact.day));
        law.2.insert(fact.to);
    }
    if laws.is_empty() {
        return Err(Lack { need: rule.facts_min, have: 0, of: "objections" });
    }
    let amended: BTreeMap<&str, i32> =
        seen.each(Relation::Amends).map(|(_, fact)| (fact.code.as_str(), seen.day(fact.day))).collect();
    let end = seen.day(seen.scope.until);
    let claim = |(law, (objections, since, issuers)): (&'a str, (u32, i32, BTreeSet<u32>))| {
        let stands = amended.get(law).is_none_or(|amended| *amended < since);
        Claim {
            whom: Whom { actors: issuers.into_iter().collect(), code: law.to_owned(), ..Whom::default() },
            figures: vec![
                counted("objections", objections.into(), Unit::Count),
                counted("days-standing", f64::from(end - since), Unit::Count),
            ],
            p: None,
            beyond: stands && end - since >= STANDING_DAYS && f64::from(objections) >= rule.threshold,
            evidence: Box::new(move |fact| fact.relation == Relation::Objects && fact.code == law),
        }
    };
    Ok(laws.into_iter().map(claim).collect())
}
