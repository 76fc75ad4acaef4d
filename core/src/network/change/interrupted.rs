//! Interrupted time series, alone and against a control, differences in differences, and placebo dates.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Refused;
use super::least::{self, Fit, Row, default_lag, student_quantile, student_two_sided};
use super::series::{Periods, Series};

/// So many periods with a value there must be before the event and after it (Penfold & Zhang 2013).
pub const SIDE_MIN: usize = 8;

/// How much of Student's distribution lies outside the intervals.
const OUTSIDE: f64 = 0.05;

/// What comes back every year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// Nothing.
    #[default]
    None,
    /// So many waves a year, each a sine and a cosine.
    Harmonics(u8),
    /// One figure for every month in which periods begin, but that of the first period.
    Months,
}

/// How a series is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// How many periods back errors depend on each other; none is [`default_lag`].
    #[serde(default)]
    pub lag: Option<usize>,
    /// Needs two full years, unless it is [`Season::None`].
    #[serde(default)]
    pub season: Season,
    /// How many periods from the event on are left out, as neither before nor after.
    #[serde(default)]
    pub phase_in: usize,
}

/// A coefficient, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The coefficient.
    pub value: f64,
    /// Its standard error (Newey & West 1987).
    pub error: f64,
    /// The coefficient in standard errors.
    pub t: f64,
    /// Share of Student's distribution that is as far from zero, to both sides.
    pub p: f64,
    /// Interval of 95 %.
    pub interval: [f64; 2],
}

/// y = start + trend t + level D + slope (t - t0) D, where t is the number of the period from 0, D is 1 from t0 on, and t0
/// is the first period after the event.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The value of the first period, by the model.
    pub start: Estimate,
    /// By how much it rises each period before the event.
    pub trend: Estimate,
    /// By how much it jumps at the event.
    pub level: Estimate,
    /// By how much more it rises each period after the event than before.
    pub slope: Estimate,
}

/// Where a series is cut in two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cut {
    /// The day of the event.
    pub day: Date,
    /// The number of the first period after.
    pub after: usize,
    /// How many periods with a value there are before.
    pub before_count: usize,
    /// How many there are after.
    pub after_count: usize,
    /// First days of the periods that are neither: the one in whose middle the event is, and those of
    /// [`Options::phase_in`].
    pub left_out: Vec<Date>,
}

/// An interrupted time series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interrupted {
    /// Where the series is cut.
    pub cut: Cut,
    /// Of the series; if there is a control series, by how much more than that of the control.
    pub own: Line,
    /// Of the control series, if there is one.
    pub control: Option<Line>,
    /// How far the values after the event are from those without it, on average.
    pub average: Estimate,
    /// Sine and cosine of each wave, or each month but the first; the same for the series and its control.
    pub season: Vec<Estimate>,
    /// How many periods back errors depend on each other.
    pub lag: usize,
    /// Degrees of freedom: periods less coefficients of one line and of the season.
    pub free: usize,
    /// Share of the squares about the mean that the model explains.
    pub r_squared: f64,
    /// The series by the model, in every period but those left out.
    pub fitted: Vec<Option<f64>>,
    /// The same as if there had been no event, from the first period after it.
    pub without: Vec<Option<f64>>,
}

/// Means of two series before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Differences {
    /// Where the series are cut.
    pub cut: Cut,
    /// Mean of the series before and after.
    pub own: [f64; 2],
    /// Mean of the control before and after.
    pub control: [f64; 2],
    /// By how much more the series rose than the control.
    pub effect: Estimate,
    /// How many periods back errors depend on each other.
    pub lag: usize,
    /// Degrees of freedom: periods less two.
    pub free: usize,
}

/// How many of many others are as far from zero as what was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rank {
    /// How many others.
    pub others: usize,
    /// How many of them are as far from zero, or farther.
    pub beyond: usize,
    /// `(beyond + 1) / (others + 1)`: with few others it cannot be small.
    pub p: f64,
}

impl Rank {
    pub(super) fn of(found: f64, others: impl Iterator<Item = f64>) -> Rank {
        let (mut count, mut beyond) = (0, 0);
        for other in others {
            count += 1;
            beyond += usize::from(other.abs() >= found.abs());
        }
        Rank { others: count, beyond, p: (beyond + 1) as f64 / (count + 1) as f64 }
    }
}

/// What would be found of another day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The day.
    pub day: Date,
    /// The jump there.
    pub level: f64,
    /// The change of the slope there.
    pub slope: f64,
}

/// What would be found of all other days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dates {
    /// Each of them, in order.
    pub trials: Vec<Trial>,
    /// Where the jump stands among theirs.
    pub level: Rank,
    /// Where the change of the slope stands among theirs.
    pub slope: Rank,
}

/// One period that is read: its number, the value, and that of the control.
type Pair = (usize, f64, Option<f64>);

/// The periods in which there is a value, of both if there is a control.
fn pairs(series: &Series, control: Option<&Series>) -> Result<Vec<Pair>, Refused> {
    if control.is_some_and(|control| control.periods() != series.periods()) {
        return Err(Refused::OtherPeriods);
    }
    let both = series.values.iter().enumerate().filter_map(|(at, value)| match control {
        None => Some((at, (*value)?, None)),
        Some(control) => Some((at, (*value)?, Some(control.values[at]?))),
    });
    let pairs: Vec<Pair> = both.collect();
    let finite = |pair: &Pair| pair.1.is_finite() && pair.2.is_none_or(f64::is_finite);
    if !pairs.iter().all(finite) {
        return Err(Refused::NotFinite);
    }
    Ok(pairs)
}

/// Cuts at a day; only the pairs that are left are before or after.
fn cut(periods: &Periods, pairs: &mut Vec<Pair>, day: Date, phase_in: usize) -> Result<Cut, Refused> {
    let at = periods.at(day).ok_or(Refused::EventOutside)?;
    let whole = periods.day(at) == day;
    let after = (at + usize::from(!whole)).saturating_add(phase_in).min(periods.count);
    pairs.retain(|pair| pair.0 < at || pair.0 >= after);
    let before_count = pairs.iter().filter(|pair| pair.0 < at).count();
    let after_count = pairs.len() - before_count;
    if before_count < SIDE_MIN {
        return Err(Refused::TooFewBefore { have: before_count, need: SIDE_MIN });
    }
    if after_count < SIDE_MIN {
        return Err(Refused::TooFewAfter { have: after_count, need: SIDE_MIN });
    }
    let first = pairs.first().map_or(0.0, |pair| pair.1);
    if pairs.iter().all(|pair| pair.1 == first) {
        return Err(Refused::Flat);
    }
    let left_out = (at..after).map(|at| periods.day(at)).collect();
    Ok(Cut { day, after, before_count, after_count, left_out })
}

/// The columns of a season.
enum Waves {
    None,
    Harmonics(u8, f64),
    Months(Vec<i8>),
}

impl Waves {
    fn of(season: Season, periods: &Periods, pairs: &[Pair]) -> Result<Waves, Refused> {
        if season == Season::None || season == Season::Harmonics(0) {
            return Ok(Waves::None);
        }
        let year = periods.step.a_year();
        let have = pairs.first().zip(pairs.last()).map_or(0, |(first, last)| last.0 - first.0 + 1);
        let need = (2.0 * year).floor() as usize;
        let months = || {
            let mut months: Vec<i8> = Vec::new();
            for pair in pairs {
                let month = periods.day(pair.0).month();
                if !months.contains(&month) {
                    months.push(month);
                }
            }
            months
        };
        let waves = match season {
            Season::None => Waves::None,
            Season::Harmonics(count) if 2.0 * f64::from(count) >= year => return Err(Refused::NoSeason),
            Season::Harmonics(count) => Waves::Harmonics(count, year),
            Season::Months => Waves::Months(months().into_iter().skip(1).collect()),
        };
        if matches!(&waves, Waves::Months(months) if months.is_empty()) {
            return Err(Refused::NoSeason);
        }
        if have < need {
            return Err(Refused::SeasonTooShort { have, need });
        }
        Ok(waves)
    }

    fn columns(&self, periods: &Periods, at: usize) -> Vec<f64> {
        match self {
            Waves::None => Vec::new(),
            Waves::Harmonics(count, year) => (1..=*count)
                .flat_map(|wave| {
                    let angle = std::f64::consts::TAU * f64::from(wave) * at as f64 / year;
                    [angle.sin(), angle.cos()]
                })
                .collect(),
            Waves::Months(months) => {
                let own = periods.day(at).month();
                months.iter().map(|month| f64::from(u8::from(*month == own))).collect()
            }
        }
    }
}

/// The columns of a line.
fn line(at: usize, after: usize) -> [f64; 4] {
    let time = at as f64;
    if at < after { [1.0, time, 0.0, 0.0] } else { [1.0, time, 1.0, time - after as f64] }
}

/// A sum of coefficients as an estimate.
fn estimate(fit: &Fit, times: &[f64], free: usize) -> Result<Estimate, Refused> {
    let (value, error) = fit.sum(times);
    // Errors that are none leave nothing to judge by.
    let t = value / error;
    let p = student_two_sided(t, free).ok_or(Refused::Exact)?;
    let reach = error * student_quantile(OUTSIDE, free).ok_or(Refused::Exact)?;
    if !(t.is_finite() && reach.is_finite()) {
        return Err(Refused::Exact);
    }
    Ok(Estimate { value, error, t, p, interval: [value - reach, value + reach] })
}

/// A model that was fitted, before anything is asked of it.
struct Model {
    fit: Fit,
    cut: Cut,
    waves: Waves,
    pairs: Vec<Pair>,
    lag: usize,
    free: usize,
    width: usize,
}

impl Model {
    fn of(series: &Series, control: Option<&Series>, day: Date, options: &Options) -> Result<Model, Refused> {
        let periods = series.periods();
        let mut pairs = pairs(series, control)?;
        let cut = cut(&periods, &mut pairs, day, options.phase_in)?;
        let waves = Waves::of(options.season, &periods, &pairs)?;
        let mut rows = Vec::new();
        let mut columns = 4;
        for (at, value, other) in &pairs {
            let line = line(*at, cut.after);
            let season = waves.columns(&periods, *at);
            columns = 4 + season.len();
            match other {
                None => rows.push(Row { at: *at, x: [&line[..], &season].concat(), y: *value }),
                Some(other) => {
                    rows.push(Row { at: *at, x: [&line[..], &[0.0; 4], &season].concat(), y: *other });
                    rows.push(Row { at: *at, x: [&line[..], &line, &season].concat(), y: *value });
                }
            }
        }
        let free = pairs.len().saturating_sub(columns);
        if free == 0 {
            return Err(Refused::TooFew { have: pairs.len(), need: columns + 1 });
        }
        let lag = options.lag.unwrap_or_else(|| default_lag(pairs.len()));
        let fit = least::fit(&rows, lag)?;
        let width = fit.b.len();
        Ok(Model { fit, cut, waves, pairs, lag, free, width })
    }

    /// Where the line of the series itself begins among the coefficients.
    fn own(&self) -> usize {
        if self.pairs.first().is_some_and(|pair| pair.2.is_some()) { 4 } else { 0 }
    }

    fn coefficient(&self, at: usize) -> Result<Estimate, Refused> {
        let times: Vec<f64> = (0..self.width).map(|other| f64::from(u8::from(other == at))).collect();
        estimate(&self.fit, &times, self.free)
    }

    fn line(&self, from: usize) -> Result<Line, Refused> {
        Ok(Line {
            start: self.coefficient(from)?,
            trend: self.coefficient(from + 1)?,
            level: self.coefficient(from + 2)?,
            slope: self.coefficient(from + 3)?,
        })
    }
}

/// An interrupted time series: a line before and a line after the event, by ordinary least squares with the standard errors
/// of Newey & West (1987).
///
/// With a control series both are fitted together, each with its own lines, and what is asked is by how much the series
/// changed more than the control (controlled interrupted time series); shocks of one period may strike both. Only periods
/// in which both have a value are read. A period in whose middle the event lies is neither before nor after.
///
/// # Errors
/// [`Refused`], if there is too little to go by.
pub fn interrupted(
    series: &Series,
    control: Option<&Series>,
    day: Date,
    options: &Options,
) -> Result<Interrupted, Refused> {
    let model = Model::of(series, control, day, options)?;
    let (own, periods) = (model.own(), series.periods());
    let after = model.cut.after;
    let late: Vec<f64> =
        model.pairs.iter().filter(|pair| pair.0 >= after).map(|pair| (pair.0 - after) as f64).collect();
    let mut average = vec![0.0; model.width];
    average[own + 2] = 1.0;
    average[own + 3] = late.iter().sum::<f64>() / late.len() as f64;
    let first_season = own + 4;
    let season = (first_season..model.width).map(|at| model.coefficient(at)).collect::<Result<_, _>>()?;
    let start = after - model.cut.left_out.len();
    let b = &model.fit.b;
    let at_period = |at: usize, with: bool| {
        let line = line(at, after);
        let lines = |from: usize| -> f64 { line.iter().zip(&b[from..]).map(|(x, b)| x * b).sum() };
        let waves = model.waves.columns(&periods, at);
        let season: f64 = waves.iter().zip(&b[first_season..]).map(|(x, b)| x * b).sum();
        let all = lines(0) + if own > 0 { lines(own) } else { 0.0 } + season;
        if with { all } else { all - line[2] * b[own + 2] - line[3] * b[own + 3] }
    };
    let all = 0..periods.count;
    let fitted = all.clone().map(|at| (at < start || at >= after).then(|| at_period(at, true))).collect();
    let without = all.map(|at| (at >= after).then(|| at_period(at, false))).collect();
    Ok(Interrupted {
        own: model.line(own)?,
        control: if own > 0 { Some(model.line(0)?) } else { None },
        average: estimate(&model.fit, &average, model.free)?,
        season,
        lag: model.lag,
        free: model.free,
        r_squared: model.fit.r_squared,
        fitted,
        without,
        cut: model.cut,
    })
}

/// Difference in differences: by how much more the mean of the series rose over the event than that of the control, with the
/// standard errors of Newey & West (1987) for both together. Only periods in which both have a value are read; a season is
/// not, for what comes back every year comes back in both.
///
/// # Errors
/// [`Refused`], if there is too little to go by.
pub fn differences(series: &Series, control: &Series, day: Date, options: &Options) -> Result<Differences, Refused> {
    let periods = series.periods();
    let mut pairs = pairs(series, Some(control))?;
    let cut = cut(&periods, &mut pairs, day, options.phase_in)?;
    let mut rows = Vec::new();
    let (mut own, mut others) = ([0.0; 2], [0.0; 2]);
    for (at, value, other) in &pairs {
        let side = usize::from(*at >= cut.after);
        let (late, other) = (side as f64, other.unwrap_or_default());
        let count = if side == 0 { cut.before_count } else { cut.after_count } as f64;
        own[side] += value / count;
        others[side] += other / count;
        rows.push(Row { at: *at, x: vec![1.0, late, 0.0, 0.0], y: other });
        rows.push(Row { at: *at, x: vec![1.0, late, 1.0, late], y: *value });
    }
    let lag = options.lag.unwrap_or_else(|| default_lag(pairs.len()));
    let free = pairs.len() - 2;
    let effect = estimate(&least::fit(&rows, lag)?, &[0.0, 0.0, 0.0, 1.0], free)?;
    Ok(Differences { cut, own, control: others, effect, lag, free })
}

/// What would be found if the event had been in any other period that leaves [`SIDE_MIN`] values on both sides, and how
/// many of these are as far from zero as what is found of the event itself.
///
/// Days near the event share its effect, so a true effect may look less rare than it is; it never looks rarer.
///
/// # Errors
/// [`Refused`], if nothing is found of the event itself.
pub fn placebo_dates(
    series: &Series,
    control: Option<&Series>,
    day: Date,
    options: &Options,
) -> Result<Dates, Refused> {
    let model = Model::of(series, control, day, options)?;
    let periods = series.periods();
    let of = |model: &Model| (model.fit.b[model.own() + 2], model.fit.b[model.own() + 3]);
    let after = model.cut.after;
    let event = after - model.cut.left_out.len()..=after;
    let others = (1..periods.count).filter(|at| !event.contains(at));
    let trials: Vec<Trial> = others
        .filter_map(|at| {
            let day = periods.day(at);
            let (level, slope) = of(&Model::of(series, control, day, options).ok()?);
            Some(Trial { day, level, slope })
        })
        .collect();
    let (level, slope) = of(&model);
    Ok(Dates {
        level: Rank::of(level, trials.iter().map(|trial| trial.level)),
        slope: Rank::of(slope, trials.iter().map(|trial| trial.slope)),
        trials,
    })
}
