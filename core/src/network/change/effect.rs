//! Whether an event of the facts changed a value.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Refused;
use super::interrupted::{
    Dates, Differences, Interrupted, Options, Rank, Season, differences, interrupted, placebo_dates,
};
use super::series::{Periods, Series, Tally, Value, seen};
use crate::ident::{self, Region};
use crate::network::facts::{Event, Fact, Facts};

/// How often chance alone may look like an effect. Level and slope are two questions, so each is asked at half of it.
const CHANCE: f64 = 0.05;

/// What must hold for the difference to be the event's doing; figures cannot show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assumption {
    /// Without the event the line from before would have gone on.
    LineGoesOn,
    /// Nothing else that matters happened at that time.
    NothingElse,
    /// Nothing comes back every year: no season was taken out.
    NoSeason,
    /// Whatever else happened struck those in the event and the others alike; in counts, in proportion.
    SameShocks,
    /// The others were not touched by the event: nothing moved from them or to them.
    OthersUntouched,
    /// Nobody acted on it before it came.
    NotForeseen,
    /// What is counted was recorded in the same way before and after.
    SameRecording,
}

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The values changed at the event more than chance explains, and more than at nearly all other days and with nearly
    /// all that the event did not touch. That the event did it follows only with the assumptions.
    Clear,
    /// What changed may as well be chance.
    Unclear,
    /// There is too little to go by.
    CannotTell(Refused),
}

/// What the event did not touch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Control {
    /// Its values, already scaled.
    pub series: Series,
    /// By what counts were multiplied, so that their mean before the event is that of what the event touched; 1 for means
    /// and shares.
    pub scale: f64,
}

/// What would be found of one item or place that the event did not touch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitTrial {
    /// Key of the item, or code of the region.
    pub unit: String,
    /// Its jump, in standard errors.
    pub level: f64,
    /// Its change of slope, in standard errors.
    pub slope: f64,
}

/// What would be found of everything that the event did not touch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Units {
    /// Each of them, by key or code.
    pub trials: Vec<UnitTrial>,
    /// Of how many nothing can be said.
    pub refused: usize,
    /// Where the jump in standard errors stands among theirs.
    pub level: Rank,
    /// Where the change of slope in standard errors stands among theirs.
    pub slope: Rank,
}

/// What became of a value at an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EffectOf {
    /// Key of the event.
    pub event: String,
    /// What was followed.
    pub value: Value,
    /// What the event touched.
    pub touched: Series,
    /// What it did not; none if it touches everything, or of the others nothing is known before it.
    pub control: Option<Control>,
    /// The series alone.
    pub alone: Result<Interrupted, Refused>,
    /// Against the control; [`Refused::NoControl`] without one.
    pub against: Result<Interrupted, Refused>,
    /// Difference in differences with the control; [`Refused::NoControl`] without one.
    pub differences: Result<Differences, Refused>,
    /// What other days would have shown, by the same design as the verdict.
    pub dates: Result<Dates, Refused>,
    /// What others would have shown, by the same design; none if there are none of whom something can be said.
    pub units: Option<Units>,
    /// What must hold for the verdict to be about the event.
    pub assumptions: Vec<Assumption>,
    /// By the design against the control where there is one, else by the series alone.
    pub verdict: Verdict,
}

impl EffectOf {
    /// The design by which the verdict is given: against the control if that can be told, else alone.
    pub fn design(&self) -> &Result<Interrupted, Refused> {
        if self.against.is_ok() { &self.against } else { &self.alone }
    }
}

/// Which facts an event touches, and what else there is like that.
struct Reach<'a> {
    event: &'a Event,
    facts: &'a Facts,
}

impl Reach<'_> {
    fn regions<'b>(&'b self, fact: &Fact) -> impl Iterator<Item = Region> + use<'b> {
        let ends = [fact.from, fact.to];
        ends.into_iter().filter_map(|actor| self.facts.actors.get(actor as usize)?.region)
    }

    fn is_place(&self, fact: &Fact) -> bool {
        let within = |region: Region| self.event.regions.iter().any(|around| around.contains(region));
        self.event.regions.is_empty() || self.regions(fact).any(within)
    }

    fn touches(&self, fact: &Fact) -> bool {
        (self.event.items.is_empty() || self.event.items.contains(&fact.item)) && self.is_place(fact)
    }

    /// Of a fact that the event does not touch the units it belongs to: its item, if the event is about items, else the
    /// places of both ends, on the level of the event's.
    fn units(&self, fact: &Fact) -> BTreeSet<String> {
        if !self.event.items.is_empty() {
            let is_unit = !fact.item.is_empty() && self.is_place(fact) && !self.event.items.contains(&fact.item);
            return is_unit.then(|| fact.item.clone()).into_iter().collect();
        }
        let Some(level) = self.event.regions.first().map(|region| region.level()) else {
            return BTreeSet::new();
        };
        let units = self.regions(fact).filter_map(|region| on_level(region, level));
        let is_whole = |unit: &Region| !self.event.regions.iter().any(|region| unit.contains(*region));
        units.filter(is_whole).map(|unit| unit.to_string()).collect()
    }
}

/// The region of a level around another. `None` if that one is above the level.
fn on_level(region: Region, level: ident::Level) -> Option<Region> {
    match level {
        _ if region.level() < level => None,
        ident::Level::Province => Some(region.province()),
        ident::Level::City => Region::parse(&format!("{}00", &region.to_string()[..4])).ok(),
        ident::Level::County => Some(region),
    }
}

/// The values of the others, brought to the size of those touched: counts are multiplied to the same mean before the event.
fn scaled(touched: &Series, others: Series, value: Value, before: usize) -> Option<Control> {
    let both = others.values.iter().zip(&touched.values).filter(|(other, own)| other.is_some() && own.is_some());
    if both.count() == 0 {
        return None;
    }
    if value != Value::Count {
        return Some(Control { series: others, scale: 1.0 });
    }
    let sum = |series: &Series| -> f64 { series.values.iter().take(before).flatten().sum() };
    let scale = sum(touched) / sum(&others);
    if !(scale.is_finite() && scale > 0.0) {
        return None;
    }
    let values = others.values.iter().map(|value| value.map(|value| value * scale));
    Some(Control { series: Series::of(&others.periods(), values), scale })
}

/// What became of a value of the facts that are meant at an event: of those within its items and regions, against all
/// others.
///
/// A fact is within the regions if one of its ends is. If the event lasted and ended, only periods that are wholly within it
/// come after it. If the event is about items, the units to compare with are the other items (at its places, if it has
/// any); if it is about places only, the other places of their level.
pub fn effect_of(
    event: &Event,
    facts: &Facts,
    periods: &Periods,
    value: Value,
    is_meant: impl Fn(&Fact) -> bool,
    options: &Options,
) -> EffectOf {
    let reach = Reach { event, facts };
    let mut seen = seen(facts, periods);
    let end = event.until.filter(|until| *until > event.from).and_then(|until| until.tomorrow().ok());
    for (at, seen) in seen.iter_mut().enumerate() {
        *seen &= end.is_none_or(|end| periods.day(at + 1) <= end);
    }
    let mut touched = Tally::empty(periods.count);
    let mut others: BTreeMap<BTreeSet<String>, Tally> = BTreeMap::new();
    for fact in facts.facts.iter().filter(|fact| is_meant(fact)) {
        let Some(at) = periods.at(fact.day) else { continue };
        let tally = if reach.touches(fact) {
            &mut touched
        } else {
            others.entry(reach.units(fact)).or_insert_with(|| Tally::empty(periods.count))
        };
        tally.add(at, value.parts(fact));
    }
    // Sums of the others, or of those of them that belong to a unit, or do not.
    let sum = |is_in: &dyn Fn(&BTreeSet<String>) -> bool| {
        let mut sum = Tally::empty(periods.count);
        others.iter().filter(|(units, _)| is_in(units)).for_each(|(_, tally)| sum.join(tally));
        sum.series(periods, value, &seen)
    };
    let before = periods.at(event.from).unwrap_or(0);
    let touched = touched.series(periods, value, &seen);
    let control_of = |own: &Series, rest: Series| scaled(own, rest, value, before);
    let control = if others.is_empty() { None } else { control_of(&touched, sum(&|_| true)) };

    let other_series = control.as_ref().map(|control| &control.series);
    let alone = interrupted(&touched, None, event.from, options);
    let against =
        other_series.map_or(Err(Refused::NoControl), |others| interrupted(&touched, Some(others), event.from, options));
    let differences =
        other_series.map_or(Err(Refused::NoControl), |others| differences(&touched, others, event.from, options));
    let is_against = against.is_ok();
    let dates = placebo_dates(&touched, other_series.filter(|_| is_against), event.from, options);
    let main = if is_against { &against } else { &alone };

    let trial = |unit: &String| {
        let own = sum(&|units| units.contains(unit));
        let rest = if is_against {
            Some(control_of(&own, sum(&|units| !units.contains(unit))).ok_or(Refused::NoControl)?)
        } else {
            None
        };
        let found = interrupted(&own, rest.as_ref().map(|rest| &rest.series), event.from, options)?;
        Ok::<_, Refused>(UnitTrial { unit: unit.clone(), level: found.own.level.t, slope: found.own.slope.t })
    };
    let names: BTreeSet<&String> = others.keys().flatten().collect();
    let trials: Vec<UnitTrial> = names.iter().filter_map(|unit| trial(unit).ok()).collect();
    let units = main.as_ref().ok().filter(|_| !trials.is_empty()).map(|main| Units {
        level: Rank::of(main.own.level.t, trials.iter().map(|trial| trial.level)),
        slope: Rank::of(main.own.slope.t, trials.iter().map(|trial| trial.slope)),
        refused: names.len() - trials.len(),
        trials,
    });
    let verdict = verdict(main, &dates, units.as_ref());
    EffectOf {
        event: event.key.clone(),
        value,
        assumptions: assumptions(is_against, options),
        verdict,
        alone,
        against,
        differences,
        dates,
        units,
        touched,
        control,
    }
}

fn assumptions(is_against: bool, options: &Options) -> Vec<Assumption> {
    let mut all = if is_against {
        vec![Assumption::SameShocks, Assumption::OthersUntouched]
    } else {
        vec![Assumption::LineGoesOn, Assumption::NothingElse]
    };
    if !is_against && options.season == Season::None {
        all.push(Assumption::NoSeason);
    }
    all.extend([Assumption::NotForeseen, Assumption::SameRecording]);
    all
}

/// Whether at most one in twenty others is as far out, counting what was found; with fewer than twenty, none.
fn is_rare(rank: &Rank) -> bool {
    let allowed = (CHANCE * (rank.others + 1) as f64).floor() as usize;
    rank.others > 0 && rank.beyond <= allowed.saturating_sub(1)
}

/// Standard errors of short series are too small, so p by itself is not enough: other days and others must agree.
fn verdict(main: &Result<Interrupted, Refused>, dates: &Result<Dates, Refused>, units: Option<&Units>) -> Verdict {
    let (main, dates) = match (main, dates) {
        (Ok(main), Ok(dates)) => (main, dates),
        (Err(refused), _) | (_, Err(refused)) => return Verdict::CannotTell(*refused),
    };
    let is_clear =
        |p: f64, dates: &Rank, units: Option<&Rank>| p < CHANCE / 2.0 && is_rare(dates) && units.is_none_or(is_rare);
    let level = is_clear(main.own.level.p, &dates.level, units.map(|units| &units.level));
    let slope = is_clear(main.own.slope.p, &dates.slope, units.map(|units| &units.slope));
    if level || slope { Verdict::Clear } else { Verdict::Unclear }
}
