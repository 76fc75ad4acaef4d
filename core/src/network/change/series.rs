//! Values period by period.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::network::facts::{Fact, Facts};
use crate::network::tie::Relation;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// From Monday.
    Week,
    /// A month of the calendar.
    Month,
    /// Three months of the calendar.
    Quarter,
    /// A year of the calendar.
    Year,
}

impl Step {
    /// All of them, from the shortest.
    pub const ALL: [Step; 4] = [Step::Week, Step::Month, Step::Quarter, Step::Year];

    /// The word used in texts, options and data.
    pub fn name(self) -> &'static str {
        match self {
            Step::Week => "week",
            Step::Month => "month",
            Step::Quarter => "quarter",
            Step::Year => "year",
        }
    }

    /// Reads [`Step::name`] back.
    pub fn from_name(name: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|one| one.name() == name)
    }

    /// How many make a year.
    pub fn a_year(self) -> f64 {
        match self {
            Step::Week => 365.25 / 7.0,
            Step::Month => 12.0,
            Step::Quarter => 4.0,
            Step::Year => 1.0,
        }
    }

    /// The number of the period of a day, counted from a fixed one.
    fn number(self, day: Date) -> i64 {
        let months = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
        match self {
            Step::Week => {
                let to_monday = i64::from(day.weekday().to_monday_zero_offset());
                (days_since(day) - to_monday).div_euclid(7)
            }
            Step::Month => months,
            Step::Quarter => months.div_euclid(3),
            Step::Year => i64::from(day.year()),
        }
    }

    /// The first day of the period with a number; the last day of the calendar if it has no such period.
    fn first_day(self, number: i64) -> Date {
        let month = |months: i64| {
            let year = i16::try_from(months.div_euclid(12)).ok()?;
            Date::new(year, months.rem_euclid(12) as i8 + 1, 1).ok()
        };
        let day = match self {
            Step::Week => {
                let span = jiff::Span::new().try_days(number * 7).ok();
                span.and_then(|span| MONDAY.checked_add(span).ok())
            }
            Step::Month => month(number),
            Step::Quarter => month(number * 3),
            Step::Year => month(number * 12),
        };
        day.unwrap_or(Date::MAX)
    }
}

/// Weeks are counted from here.
const MONDAY: Date = jiff::civil::date(1970, 1, 5);

/// Days from a fixed one.
pub(super) fn days_since(day: Date) -> i64 {
    MONDAY.duration_until(day).as_hours() / 24
}

/// Periods that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// The first day of the first one.
    pub first: Date,
    /// How long each is.
    pub step: Step,
    /// How many there are.
    pub count: usize,
}

impl Periods {
    /// So many periods, the first of which has the day in it.
    pub fn of(day: Date, step: Step, count: usize) -> Periods {
        Periods { first: step.first_day(step.number(day)), step, count }
    }

    /// From the first fact to the last. `None` if there are no facts.
    pub fn covering(facts: &Facts, step: Step) -> Option<Periods> {
        let first = facts.facts.iter().map(|fact| fact.day).min()?;
        let last = facts.facts.iter().map(|fact| fact.day).max()?;
        Some(Periods::between(first, last, step))
    }

    /// From the period of one day to that of another; none if the last is before the first.
    pub fn between(first: Date, last: Date, step: Step) -> Periods {
        let count = usize::try_from(step.number(last) - step.number(first) + 1).unwrap_or(0);
        Periods::of(first, step, count)
    }

    /// The first day of a period, or of the one after the last.
    pub fn day(&self, at: usize) -> Date {
        self.step.first_day(self.step.number(self.first) + at as i64)
    }

    /// The period of a day.
    pub fn at(&self, day: Date) -> Option<usize> {
        let at = usize::try_from(self.step.number(day) - self.step.number(self.first)).ok()?;
        (at < self.count).then_some(at)
    }
}

/// Values by period. `None` is not known, which is not zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// The first day of the first period.
    pub first: Date,
    /// How long each period is.
    pub step: Step,
    /// One value each.
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// Values of periods; what is missing at the end is not known, what is too much is left out.
    pub fn of(periods: &Periods, values: impl IntoIterator<Item = Option<f64>>) -> Series {
        let mut values: Vec<Option<f64>> = values.into_iter().take(periods.count).collect();
        values.resize(periods.count, None);
        Series { first: periods.first, step: periods.step, values }
    }

    /// Its periods.
    pub fn periods(&self) -> Periods {
        Periods { first: self.first, step: self.step, count: self.values.len() }
    }

    /// The first days of the periods without a value.
    pub fn gaps(&self) -> Vec<Date> {
        let periods = self.periods();
        self.values.iter().enumerate().filter(|(_, value)| value.is_none()).map(|(at, _)| periods.day(at)).collect()
    }
}

/// What is followed through time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// How many facts.
    Count,
    /// Mean hours since what they answer, of facts that answer something.
    Took,
    /// Share of facts that were late.
    Late,
    /// 退回: share of what was sent back, of all that was received or sent back.
    Returned,
    /// 不予受理: share of what was turned away, of all that was decided or turned away.
    TurnedAway,
    /// Share of facts with each other, of all with or against each other: assent, good ratings.
    With,
}

impl Value {
    /// All of them.
    pub const ALL: [Value; 6] =
        [Value::Count, Value::Took, Value::Late, Value::Returned, Value::TurnedAway, Value::With];

    /// The word used in texts, options and data.
    pub fn name(self) -> &'static str {
        match self {
            Value::Count => "count",
            Value::Took => "took",
            Value::Late => "late",
            Value::Returned => "returned",
            Value::TurnedAway => "turned_away",
            Value::With => "with",
        }
    }

    /// Reads [`Value::name`] back.
    pub fn from_name(name: &str) -> Option<Value> {
        Value::ALL.into_iter().find(|one| one.name() == name)
    }

    /// What a fact adds above and below the line of the fraction.
    pub(super) fn parts(self, fact: &Fact) -> (f64, f64) {
        let count = f64::from(fact.count);
        let share = |of: Relation, other: Relation| match fact.relation {
            relation if relation == of => (count, count),
            relation if relation == other => (0.0, count),
            _ => (0.0, 0.0),
        };
        match self {
            Value::Count => (count, 0.0),
            Value::Took => fact.took.map_or((0.0, 0.0), |minutes| (minutes / 60.0 * count, count)),
            Value::Late => (f64::from(fact.late), count),
            Value::Returned => share(Relation::ReturnsTo, Relation::ReceivesFrom),
            Value::TurnedAway => share(Relation::TurnsAway, Relation::DecidesFor),
            Value::With => match fact.sign {
                0 => (0.0, 0.0),
                sign => (if sign > 0 { count } else { 0.0 }, count),
            },
        }
    }
}

/// Sums of one value by period.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    over: Vec<f64>,
    under: Vec<f64>,
}

impl Tally {
    pub(super) fn empty(count: usize) -> Tally {
        Tally { over: vec![0.0; count], under: vec![0.0; count] }
    }

    pub(super) fn add(&mut self, at: usize, parts: (f64, f64)) {
        self.over[at] += parts.0;
        self.under[at] += parts.1;
    }

    pub(super) fn join(&mut self, other: &Tally) {
        for at in 0..other.over.len() {
            self.add(at, (other.over[at], other.under[at]));
        }
    }

    /// Counts are known in the periods of `seen`; fractions if there is something below the line, too.
    pub(super) fn series(&self, periods: &Periods, value: Value, seen: &[bool]) -> Series {
        let known = |at: usize| match value {
            Value::Count => Some(self.over[at]),
            _ => (self.under[at] > 0.0).then(|| self.over[at] / self.under[at]),
        };
        Series::of(periods, (0..periods.count).map(|at| if seen[at] { known(at) } else { None }))
    }
}

/// Of each period whether it lies between the first and the last of all facts, so that nothing means none.
pub(super) fn seen(facts: &Facts, periods: &Periods) -> Vec<bool> {
    let first = facts.facts.iter().map(|fact| periods.step.number(fact.day)).min();
    let last = facts.facts.iter().map(|fact| periods.step.number(fact.day)).max();
    let own = periods.step.number(periods.first);
    (0..periods.count as i64)
        .map(|at| first.is_some_and(|first| first <= own + at) && last.is_some_and(|last| own + at <= last))
        .collect()
}

/// A value of the facts that are meant, period by period.
///
/// A count is zero in a period without such facts, as long as it lies between the first and the last of all facts; before
/// and after, nothing is known. A mean or a share is not known where there is nothing to take it of. Facts that were
/// counted together stand on the first day of their period, so take steps that are not shorter than theirs.
pub fn series_of(facts: &Facts, periods: &Periods, value: Value, is_meant: impl Fn(&Fact) -> bool) -> Series {
    let mut tally = Tally::empty(periods.count);
    for fact in facts.facts.iter().filter(|fact| is_meant(fact)) {
        if let Some(at) = periods.at(fact.day) {
            tally.add(at, value.parts(fact));
        }
    }
    tally.series(periods, value, &seen(facts, periods))
}
