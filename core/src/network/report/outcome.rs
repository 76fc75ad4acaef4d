//! From 能办 to 好办: how each item goes between each pair of provinces.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::rules::{
    CAN, EASY, EASY_BY_CORRECTIONS, EASY_BY_HOURS, EASY_BY_LATE, EASY_BY_RATING, EASY_BY_RETURNS, EASY_BY_VISITS, Say,
    TREND_FACTS_MIN,
};
use super::select::Selection;
use super::{Evidence, Numbers, Scope};
use crate::catalogue::Mode;
use crate::ident::Region;
use crate::network::facts::{Facts, Opening};
use crate::network::tie::Relation;

/// How long decisions took in the second half of the period, against the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Trend {
    /// The difference of the means, with the interval that holds it with 95 % (Welch 1947).
    Known {
        /// Hours more (above 0) or less (below 0) than in the first half.
        hours: f64,
        /// Its lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// 证据不足: facts with a time, in the half that has fewer.
    TooLittle {
        /// How many are needed.
        need: usize,
        /// How many there are.
        have: usize,
    },
}

/// One item from one province to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passage {
    /// Key of the item.
    pub item: String,
    /// The province that takes in.
    pub receiving: Region,
    /// The province that decides.
    pub handling: Region,
    /// Whether it is listed as open; none if it is not listed.
    pub open: Option<bool>,
    /// The easiest way of those that are open.
    pub mode: Option<Mode>,
    /// Since when it is open.
    pub since: Option<Date>,
    /// How many were taken in.
    pub taken_in: usize,
    /// How many were decided.
    pub decided: usize,
    /// How many cases: taken in, or decided and turned away, whichever is more, as a period cuts cases at both ends.
    pub cases: usize,
    /// Median hours to the decision; of facts counted together their mean stands for each.
    pub hours_median: Option<f64>,
    /// Mean hours to the decision.
    pub hours_mean: Option<f64>,
    /// 补正 per case.
    pub corrections_per_case: Option<f64>,
    /// 退回 per case.
    pub returns_per_case: Option<f64>,
    /// Share of the decisions that were late.
    pub share_late: Option<f64>,
    /// How often the way of handling needs one to go somewhere at least; none if the way is not known. Visits themselves
    /// are not among the facts.
    pub visits_least: Option<u32>,
    /// Mean level of ratings of the handling side, 1 the best. A rating of the receiving side does not say of which pair
    /// it is.
    pub rating_mean: Option<f64>,
    /// How many ratings.
    pub ratings: usize,
    /// Whether it became faster.
    pub trend: Trend,
    /// 能办: whether it can be done.
    pub can: Say,
    /// Each criterion of 好办.
    pub criteria: Vec<Say>,
    /// 好办: whether it is easy to do; none if it is not known to be possible.
    pub easy: Option<Say>,
    /// On what it rests.
    pub evidence: Evidence,
}

impl Passage {
    /// Whether it is listed as closed, and no case went through.
    pub fn is_closed(&self) -> bool {
        self.open == Some(false) && self.decided == 0
    }

    /// Whether it can be done.
    pub fn can_be_done(&self) -> bool {
        matches!(self.can, Say::Label { label: "can", .. })
    }

    /// Whether it is easy; none if there is too little to say.
    pub fn is_easy(&self) -> Option<bool> {
        match self.easy {
            Some(Say::Label { label, .. }) => Some(label == "easy"),
            _ => None,
        }
    }
}

/// How items go.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// By item, then receiving, then handling province.
    pub passages: Vec<Passage>,
}

/// What was found of one passage.
#[derive(Clone, Debug, Default)]
struct Found {
    facts: Vec<u32>,
    openings: Vec<u32>,
}

/// How each item goes between each pair of provinces that an opening lists or a fact is of.
pub fn outcome(facts: &Facts, scope: &Scope) -> Outcome {
    let selection = Selection::of(facts, scope);
    let mut found: BTreeMap<(&str, Region, Region), Found> = BTreeMap::new();
    for number in &selection.openings {
        let opening = &facts.openings[*number as usize];
        let (receiving, handling) = (opening.receiving.province(), opening.handling.province());
        if receiving != handling {
            found.entry((&opening.item, receiving, handling)).or_default().openings.push(*number);
        }
    }
    for number in &selection.facts {
        if let Some(key) = selection.passage(selection.fact(*number)) {
            found.entry(key).or_default().facts.push(*number);
        }
    }
    let passages = found.iter().map(|(key, found)| passage(&selection, *key, found));
    Outcome { passages: passages.collect() }
}

/// How often a way of handling needs one to go somewhere at least.
fn visits(mode: Mode) -> u32 {
    match mode {
        Mode::FullyOnline => 0,
        Mode::CollectHere | Mode::Joint | Mode::Delegated => 1,
    }
}

fn per(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

fn passage(selection: &Selection<'_>, (item, receiving, handling): (&str, Region, Region), found: &Found) -> Passage {
    let openings: Vec<&Opening> =
        found.openings.iter().map(|number| &selection.all.openings[*number as usize]).collect();
    let open = (!openings.is_empty()).then(|| openings.iter().any(|opening| opening.mode.is_some()));
    let best = openings.iter().filter_map(|opening| Some((opening.mode?, opening.since))).min_by_key(|(mode, _)| *mode);
    let of = |relation: Relation| -> Vec<u32> {
        found.facts.iter().copied().filter(|number| selection.fact(*number).relation == relation).collect()
    };
    let count = |relation| selection.count(&of(relation));
    let decisions = of(Relation::DecidesFor);
    let (taken_in, decided) = (count(Relation::TakesInFor), selection.count(&decisions));
    let cases = taken_in.max(decided + count(Relation::TurnsAway));
    let times = times(selection, &decisions);
    let timed: f64 = times.iter().map(|(_, _, weight)| weight).sum();
    let late: usize = decisions.iter().map(|number| selection.fact(*number).late as usize).sum();
    let (rating_mean, ratings) = rating(selection, &of(Relation::Rates));
    let hours_median = median(&times);
    let corrections_per_case = per(count(Relation::CorrectsFor), cases);
    let returns_per_case = per(count(Relation::ReturnsTo), cases);
    let share_late = per(late, decided);
    let visits_least = best.map(|(mode, _)| visits(mode));
    let listed = open == Some(true);
    let can_cases = decided + usize::from(listed && decided == 0);
    let can = if open == Some(false) && decided == 0 {
        Say::Below { rule: CAN.key, value: 0.0 }
    } else {
        CAN.judge(Some(can_cases as f64), &[can_cases])
    };
    // A time is judged by as many cases as it is known of.
    let criteria = vec![
        EASY_BY_HOURS.judge(hours_median, &[cases.min(timed as usize)]),
        EASY_BY_CORRECTIONS.judge(corrections_per_case, &[cases]),
        EASY_BY_RETURNS.judge(returns_per_case, &[cases]),
        EASY_BY_LATE.judge(share_late, &[decided]),
        EASY_BY_VISITS.judge(visits_least.map(f64::from), &[]),
        EASY_BY_RATING.judge(rating_mean, &[ratings]),
    ];
    let fails = criteria.iter().any(|say| matches!(say, Say::Label { label: "fails", .. }));
    // One criterion that fails is enough to say no; to say yes, times must be known of enough cases.
    let enough = if fails { cases } else { cases.min(timed as usize) };
    let easy = matches!(can, Say::Label { .. }).then(|| EASY.judge(Some(f64::from(u8::from(!fails))), &[enough]));
    Passage {
        item: item.to_owned(),
        receiving,
        handling,
        open,
        mode: best.map(|(mode, _)| mode),
        since: best.and_then(|(_, since)| since),
        taken_in,
        decided,
        cases,
        hours_median,
        hours_mean: mean(&times),
        corrections_per_case,
        returns_per_case,
        share_late,
        visits_least,
        rating_mean,
        ratings,
        trend: trend(&times),
        can,
        criteria,
        easy,
        evidence: Evidence {
            openings: Numbers::of(found.openings.iter().copied()),
            ..Evidence::facts(found.facts.iter().copied())
        },
    }
}

/// Whether it is of the second half, hours, and how many: of each fact with a time.
type Times = Vec<(bool, f64, f64)>;

fn times(selection: &Selection<'_>, decisions: &[u32]) -> Times {
    let time = |number: &u32| {
        let fact = selection.fact(*number);
        let is_second = selection.period.is_some_and(|period| period.is_second_half(fact.day));
        let hours = fact.took.filter(|minutes| minutes.is_finite())? / 60.0;
        Some((is_second, hours, f64::from(fact.count)))
    };
    decisions.iter().filter_map(time).collect()
}

fn mean(times: &[(bool, f64, f64)]) -> Option<f64> {
    let all: f64 = times.iter().map(|(_, _, weight)| weight).sum();
    (all > 0.0).then(|| times.iter().map(|(_, hours, weight)| hours * weight).sum::<f64>() / all)
}

/// The weighted median; between two values in the middle their mean.
fn median(times: &[(bool, f64, f64)]) -> Option<f64> {
    let mut sorted: Vec<(f64, f64)> = times.iter().map(|(_, hours, weight)| (*hours, *weight)).collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let half = sorted.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    for (at, (hours, weight)) in sorted.iter().enumerate() {
        below += weight;
        if below > half {
            return Some(*hours);
        }
        if below == half {
            return Some(sorted.get(at + 1).map_or(*hours, |(next, _)| (hours + next) / 2.0));
        }
    }
    None
}

fn rating(selection: &Selection<'_>, rated: &[u32]) -> (Option<f64>, usize) {
    let levels: Vec<(f64, f64)> = rated
        .iter()
        .filter_map(|number| {
            let fact = selection.fact(*number);
            let level: u8 = fact.code.parse().ok().filter(|level| (1..=5).contains(level))?;
            Some((f64::from(level), f64::from(fact.count)))
        })
        .collect();
    let all: f64 = levels.iter().map(|(_, count)| count).sum();
    let mean = (all > 0.0).then(|| levels.iter().map(|(level, count)| level * count).sum::<f64>() / all);
    (mean, all as usize)
}

/// Difference of weighted means; the variance of each is that of a ratio, `sum w^2 (x - m)^2 / (sum w)^2 * n / (n - 1)`,
/// which is right for single facts and for facts counted together.
fn trend(times: &[(bool, f64, f64)]) -> Trend {
    let half =
        |second: bool| -> Times { times.iter().copied().filter(|(is_second, ..)| *is_second == second).collect() };
    let (first, second) = (half(false), half(true));
    let have = first.len().min(second.len());
    let (Some(before), Some(after)) = (mean(&first), mean(&second)) else {
        return Trend::TooLittle { need: TREND_FACTS_MIN, have };
    };
    if have < TREND_FACTS_MIN {
        return Trend::TooLittle { need: TREND_FACTS_MIN, have };
    }
    let variance = |half: &Times, mean: f64| {
        let (n, all) = (half.len() as f64, half.iter().map(|(_, _, weight)| weight).sum::<f64>());
        let squares: f64 = half.iter().map(|(_, hours, weight)| (weight * (hours - mean)).powi(2)).sum();
        squares / (all * all) * n / (n - 1.0)
    };
    let (one, other) = (variance(&first, before), variance(&second, after));
    let free = |variance: f64, half: &Times| variance * variance / (half.len() as f64 - 1.0);
    let spread = free(one, &first) + free(other, &second);
    // Where nothing varies the interval has no width, whatever the quantile.
    let degrees = if spread > 0.0 { (one + other).powi(2) / spread } else { 1.0 };
    let reach = student(degrees) * (one + other).sqrt();
    let hours = after - before;
    Trend::Known { hours, low: hours - reach, high: hours + reach }
}

/// The 97.5 % quantile of Student's t, by its expansion around the normal one; within 1 % from 3 degrees of freedom on.
fn student(degrees: f64) -> f64 {
    let z = 1.959_963_985_f64;
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
    ];
    terms.iter().zip(1..).fold(z, |sum, (term, power)| sum + term / degrees.powi(power))
}

/// How many passages stand how, for the framework: listed or met, possible, easy, not easy, too little to say.
pub(super) fn standing(passages: &[Passage]) -> [usize; 5] {
    let many = |is: &dyn Fn(&Passage) -> bool| passages.iter().filter(|passage| is(passage)).count();
    [
        passages.len(),
        many(&Passage::can_be_done),
        many(&|passage| passage.is_easy() == Some(true)),
        many(&|passage| passage.is_easy() == Some(false)),
        many(&|passage| passage.can_be_done() && passage.is_easy().is_none()),
    ]
}

/// Items that passages are of.
pub(super) fn items(passages: &[Passage]) -> usize {
    passages.iter().map(|passage| passage.item.as_str()).collect::<BTreeSet<_>>().len()
}
