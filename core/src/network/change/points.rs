//! Change points: where the mean of a series changes, without knowing of a day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Refused;
use super::series::Series;

/// So many values there must be to look for change points in them.
pub const POINTS_MIN: usize = 8;

/// What one more change point costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// 2 sigma^2 ln n: a place and a mean more (Yao 1988).
    #[default]
    PlaceAndMean,
    /// sigma^2 ln n: the criterion of Schwarz with a mean more, for a place that costs nothing; finds more.
    Mean,
    /// A number in squares of the unit of the values.
    Of(f64),
}

/// Periods with one mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Segment {
    /// The first day of the first one: a change point, unless it is the first segment.
    pub from: Date,
    /// The number of that period in the series.
    pub at: usize,
    /// How many values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
}

/// Where the mean changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangePoints {
    /// The segments with the least sum of squares and penalties: exact (PELT; Killick, Fearnhead & Eckley 2012).
    pub segments: Vec<Segment>,
    /// The same by halving where it gains most, as long as it gains more than the penalty (binary segmentation; Scott &
    /// Knott 1974): where both agree, there is less doubt.
    pub halved: Vec<Segment>,
    /// The penalty for each change point.
    pub penalty: f64,
    /// Variance of the scatter: half the mean square of the differences of neighbours (von Neumann 1941), which a few jumps
    /// change little.
    pub variance: f64,
    /// Sum of squares about the means of [`ChangePoints::segments`].
    pub rest: f64,
}

/// Sums of squares about the mean of any run of values.
struct Cost {
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Cost {
    fn of(values: &[f64]) -> Cost {
        // About the mean of all, for the digits.
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let (mut sums, mut squares) = (vec![0.0], vec![0.0]);
        for (at, value) in values.iter().map(|value| value - mean).enumerate() {
            sums.push(sums[at] + value);
            squares.push(squares[at] + value * value);
        }
        Cost { sums, squares }
    }

    fn run(&self, from: usize, to: usize) -> f64 {
        let sum = self.sums[to] - self.sums[from];
        (self.squares[to] - self.squares[from] - sum * sum / (to - from) as f64).max(0.0)
    }
}

/// The best segments, by the least cost up to each place; places that can never be the last change again are dropped.
fn pelt(cost: &Cost, len: usize, penalty: f64, shortest: usize) -> Vec<usize> {
    let mut best = vec![f64::INFINITY; len + 1];
    let mut last = vec![0; len + 1];
    best[0] = -penalty;
    // Places that may be the last change, with the place from which on another one is better.
    let mut open: Vec<(usize, usize)> = Vec::new();
    for to in shortest..=len {
        open.push((to - shortest, usize::MAX));
        open.retain(|(_, until)| to < *until);
        for (from, _) in &open {
            let whole = best[*from] + cost.run(*from, to) + penalty;
            if whole < best[to] {
                best[to] = whole;
                last[to] = *from;
            }
        }
        for (from, until) in &mut open {
            // What begins at `to` is long enough only from `to + shortest` on.
            if *until == usize::MAX && best[*from] + cost.run(*from, to) > best[to] {
                *until = to + shortest;
            }
        }
    }
    let mut starts = vec![last[len]];
    while let Some(start) = starts.last().copied().filter(|start| *start > 0) {
        starts.push(last[start]);
    }
    starts.reverse();
    starts
}

/// Halves the run that gains most, again and again.
fn halve(cost: &Cost, len: usize, penalty: f64, shortest: usize) -> Vec<usize> {
    let mut starts = vec![0];
    loop {
        let ends = starts.iter().skip(1).copied().chain([len]);
        let places = starts.iter().zip(ends).flat_map(|(from, to)| {
            let (from, last) = (*from, (to + 1).saturating_sub(shortest));
            (from + shortest..last).map(move |at| (at, cost.run(from, to) - cost.run(from, at) - cost.run(at, to)))
        });
        let found = places.fold((0, penalty), |found, place| if place.1 > found.1 { place } else { found });
        if found.0 == 0 {
            return starts;
        }
        starts.push(found.0);
        starts.sort_unstable();
    }
}

/// Where the mean of a series changes: least squares about the mean of each segment, of at least `shortest` values, and a
/// penalty for each change. Periods without a value are passed over.
///
/// # Errors
/// [`Refused`], if there are fewer than [`POINTS_MIN`] values, all are the same, or the penalty is not above zero.
pub fn change_points(series: &Series, penalty: Penalty, shortest: usize) -> Result<ChangePoints, Refused> {
    let known: Vec<(usize, f64)> =
        series.values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?))).collect();
    let values: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    let (len, shortest) = (values.len(), shortest.max(1));
    let need = POINTS_MIN.max(shortest.saturating_mul(2));
    if len < need {
        return Err(Refused::TooFew { have: len, need });
    }
    if !values.iter().all(|value| value.is_finite()) {
        return Err(Refused::NotFinite);
    }
    if values.iter().all(|value| *value == values[0]) {
        return Err(Refused::Flat);
    }
    let jumps = values.windows(2).map(|pair| (pair[1] - pair[0]).powi(2));
    let variance = jumps.sum::<f64>() / (2.0 * (len - 1) as f64);
    let penalty = match penalty {
        Penalty::PlaceAndMean => 2.0 * variance * (len as f64).ln(),
        Penalty::Mean => variance * (len as f64).ln(),
        Penalty::Of(penalty) => penalty,
    };
    if !(penalty > 0.0 && penalty.is_finite()) {
        return Err(Refused::Penalty);
    }
    let (cost, periods) = (Cost::of(&values), series.periods());
    let segments = |starts: Vec<usize>| -> Vec<Segment> {
        let ends = starts.iter().skip(1).copied().chain([len]);
        let runs = starts.iter().zip(ends);
        runs.map(|(from, to)| {
            let (at, count) = (known[*from].0, to - from);
            let mean = values[*from..to].iter().sum::<f64>() / count as f64;
            Segment { from: periods.day(at), at, count, mean }
        })
        .collect()
    };
    let best = pelt(&cost, len, penalty, shortest);
    let ends = best.iter().skip(1).copied().chain([len]);
    let rest = best.iter().zip(ends).map(|(from, to)| cost.run(*from, to)).sum();
    let halved = halve(&cost, len, penalty, shortest);
    Ok(ChangePoints { segments: segments(best), halved: segments(halved), penalty, variance, rest })
}
