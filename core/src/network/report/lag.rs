//! What goes with what, and which of the two moves first: cross-correlation of monthly figures at several lags.

use serde::Serialize;

/// How much of one figure's change goes with the other's, one lag apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Lagged {
    /// Months by which the second figure comes later; below 0 it comes earlier.
    pub lag: i32,
    /// How many pairs of changes there are.
    pub pairs: usize,
    /// How many independent ones they are worth (Pyper & Peterman 1998).
    pub effective: f64,
    /// Correlation of the changes; none if there are fewer than three pairs or one of the two does not change.
    pub r: Option<f64>,
    /// The interval of `r`: by Fisher's z, and widened so that it holds at all lags together with 95 % (Bonferroni). None
    /// with too few independent pairs.
    pub interval: Option<(f64, f64)>,
}

impl Lagged {
    /// Whether zero lies outside the interval.
    pub fn is_clear(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}

/// Correlation of changes from month to month, at each lag from `-most` to `most`.
///
/// Both series have a figure for each month in turn, or none. Changes are taken first, so that two figures that merely
/// both grow do not seem to belong together.
pub fn lagged(one: &[Option<f64>], other: &[Option<f64>], most: usize) -> Vec<Lagged> {
    let (one, other) = (changes(one), changes(other));
    let most = i32::try_from(most).unwrap_or(i32::MAX);
    let quantile = normal_quantile(1.0 - 0.025 / f64::from(2 * most + 1));
    (-most..=most).map(|lag| at_lag(&one, &other, lag, quantile)).collect()
}

fn changes(series: &[Option<f64>]) -> Vec<Option<f64>> {
    series.windows(2).map(|pair| Some(pair[1]? - pair[0]?)).collect()
}

/// Pairs of what is known at one time and, `lag` later, of the other.
fn pairs(one: &[Option<f64>], other: &[Option<f64>], lag: i32) -> Vec<(f64, f64)> {
    let pair = |(at, value): (usize, &Option<f64>)| {
        let then = i64::try_from(at).ok()? + i64::from(lag);
        let second = other.get(usize::try_from(then).ok()?)?;
        (*value).zip(*second)
    };
    one.iter().enumerate().filter_map(pair).collect()
}

fn at_lag(one: &[Option<f64>], other: &[Option<f64>], lag: i32, quantile: f64) -> Lagged {
    let found = pairs(one, other, lag);
    let n = found.len() as f64;
    let effective = effective(one, other, n);
    let r = correlation(&found);
    let interval = r.filter(|_| effective > 3.0).map(|r| {
        // A correlation of one has no z: what is left of it is kept just below.
        let z = r.clamp(-1.0 + f64::EPSILON, 1.0 - f64::EPSILON).atanh();
        let reach = quantile / (effective - 3.0).sqrt();
        ((z - reach).tanh(), (z + reach).tanh())
    });
    Lagged { lag, pairs: found.len(), effective, r, interval }
}

/// `1 / N* = 1 / N + 2 / N * sum over j of (N - j) / N * r_x(j) r_y(j)`, up to a fifth of the length.
fn effective(one: &[Option<f64>], other: &[Option<f64>], n: f64) -> f64 {
    if n < 1.0 {
        return 0.0;
    }
    let most = (n / 5.0) as i32;
    let own = |series: &[Option<f64>], lag| correlation(&pairs(series, series, lag)).unwrap_or(0.0);
    let sum: f64 = (1..=most).map(|lag| (n - f64::from(lag)) / n * own(one, lag) * own(other, lag)).sum();
    // Never more than there are.
    n / (1.0 + 2.0 * sum).max(1.0)
}

fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = pairs.len() as f64;
    if pairs.len() < 3 {
        return None;
    }
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), (a, b)| (x + a / n, y + b / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        xx += (a - x) * (a - x);
        yy += (b - y) * (b - y);
        xy += (a - x) * (b - y);
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// The quantile of the normal distribution above a half, within 4.5e-4 (Abramowitz & Stegun 1964, 26.2.23).
fn normal_quantile(share: f64) -> f64 {
    let t = (-2.0 * (1.0 - share).ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}
