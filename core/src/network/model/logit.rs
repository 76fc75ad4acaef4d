//! Logistic and conditional logistic regression by Newton's method, with a clear no where there is no estimate.

use super::Refused;

/// Steps of Newton's method, at most: it doubles the digits with each.
const STEPS_MAX: usize = 100;

/// How often a step that is too long is halved.
const HALVES_MAX: usize = 40;

/// Squared distance from the maximum, in standard errors, at which the search ends.
const NEAR: f64 = 1e-18;

/// What is left of a term that other terms leave, as a share, below which it is a combination of them.
const COLLINEAR: f64 = 1e-10;

/// The same while the search is on, where curvature only vanishes if there is no maximum.
const FLAT: f64 = 1e-15;

/// A direction along which nothing gets less likely than by this share of what gets more likely has no maximum.
const RECEDES: f64 = 1e-7;

/// The normal distribution has 95 % within so many standard deviations of its mean.
const Z_95: f64 = 1.959_963_984_540_054;

/// A coefficient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The log-odds.
    pub b: f64,
    /// How sure it is; `None` if that is not known.
    pub sure: Option<Sure>,
}

/// How sure a coefficient is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sure {
    /// Standard error.
    pub error: f64,
    /// Coefficient / standard error.
    pub z: f64,
    /// The share of the normal distribution that is as far from zero or farther, to both sides.
    pub p: f64,
    /// Lower end of the interval of 95 %.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// With a standard error, and the interval of the normal distribution.
    pub(super) fn normal(b: f64, error: f64) -> Estimate {
        Estimate::with(b, error, [b - Z_95 * error, b + Z_95 * error])
    }

    /// With a standard error and an interval found otherwise.
    pub(super) fn with(b: f64, error: f64, [low, high]: [f64; 2]) -> Estimate {
        let z = b / error;
        Estimate { b, sure: Some(Sure { error, z, p: normal_two_sided(z), low, high }) }
    }

    /// Of estimates from resampled data: their standard deviation, and the middle 95 % of them. `None` if they are all the
    /// same.
    pub(super) fn resampled(b: f64, again: &[f64]) -> Option<Estimate> {
        let many = again.len() as f64;
        let mean = again.iter().sum::<f64>() / many;
        let variance = again.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (many - 1.0);
        let error = variance.sqrt();
        (error > 1e-9 * mean.abs().max(1.0)).then(|| Estimate::with(b, error, middle(again)))
    }
}

/// The lowest and the highest of the middle 95 % of values, of which there is at least one.
pub(super) fn middle(values: &[f64]) -> [f64; 2] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = (sorted.len() as f64 * 0.025).floor() as usize;
    [sorted[cut], sorted[sorted.len() - 1 - cut]]
}

/// What is likely under coefficients.
pub(super) struct Point {
    /// Logarithm of the likelihood.
    value: f64,
    gradient: Vec<f64>,
    /// Minus the second derivatives.
    information: Vec<Vec<f64>>,
}

impl Point {
    fn zero(width: usize) -> Point {
        Point { value: 0.0, gradient: vec![0.0; width], information: vec![vec![0.0; width]; width] }
    }

    /// The information is filled below its diagonal only; this makes the rest.
    fn mirrored(mut self) -> Point {
        for row in 0..self.gradient.len() {
            for column in 0..row {
                self.information[column][row] = self.information[row][column];
            }
        }
        self
    }
}

/// Something whose likelihood has one maximum at most.
pub(super) trait Sample {
    /// How many coefficients.
    fn width(&self) -> usize;
    /// What is likely under them.
    fn at(&self, b: &[f64]) -> Point;
    /// By how much a direction speaks for what happened against what did not: the least and the most.
    fn margins(&self, along: &[f64]) -> [f64; 2];
}

/// Yes or no, row by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Binary {
    pub(super) width: usize,
    /// Rows of what explains, one after the other.
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<bool>,
}

impl Binary {
    /// How many rows are yes.
    pub(super) fn yes(&self) -> usize {
        self.y.iter().filter(|yes| **yes).count()
    }
}

impl Sample for Binary {
    fn width(&self) -> usize {
        self.width
    }

    fn at(&self, b: &[f64]) -> Point {
        let mut point = Point::zero(self.width);
        for (x, yes) in self.x.chunks_exact(self.width).zip(&self.y) {
            let odds = dot(x, b);
            // ln(1 + e^odds) without overflow.
            point.value += if *yes { odds } else { 0.0 } - (odds.max(0.0) + (-odds.abs()).exp().ln_1p());
            let small = (-odds.abs()).exp();
            let p = if odds < 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) };
            let curve = small / (1.0 + small).powi(2);
            let rest = if *yes { 1.0 - p } else { -p };
            for row in 0..self.width {
                point.gradient[row] += rest * x[row];
                let part = curve * x[row];
                for (cell, other) in point.information[row].iter_mut().zip(&x[..=row]) {
                    *cell += part * other;
                }
            }
        }
        point.mirrored()
    }

    fn margins(&self, along: &[f64]) -> [f64; 2] {
        let rows = self.x.chunks_exact(self.width).zip(&self.y);
        range(rows.map(|(x, yes)| if *yes { dot(x, along) } else { -dot(x, along) }))
    }
}

/// Several of these together, each so many times.
pub(super) struct Pooled<'a>(pub(super) Vec<(&'a Binary, f64)>);

impl Sample for Pooled<'_> {
    fn width(&self) -> usize {
        self.0.first().map_or(0, |(part, _)| part.width)
    }

    fn at(&self, b: &[f64]) -> Point {
        let mut all = Point::zero(b.len());
        for (part, times) in &self.0 {
            let point = part.at(b);
            all.value += times * point.value;
            for row in 0..b.len() {
                all.gradient[row] += times * point.gradient[row];
                for column in 0..b.len() {
                    all.information[row][column] += times * point.information[row][column];
                }
            }
        }
        all
    }

    fn margins(&self, along: &[f64]) -> [f64; 2] {
        range(self.0.iter().filter(|(_, times)| *times > 0.0).flat_map(|(part, _)| part.margins(along)))
    }
}

/// One of several, again and again: of each choice by how much every other one differs from the one that was taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    pub(super) width: usize,
    /// Rows of differences, one after the other.
    pub(super) others: Vec<f64>,
    /// How many others each choice has.
    pub(super) counts: Vec<usize>,
}

impl Sample for Choices {
    fn width(&self) -> usize {
        self.width
    }

    fn at(&self, b: &[f64]) -> Point {
        let width = self.width;
        let mut point = Point::zero(width);
        let mut rest = self.others.as_slice();
        let mut mean = vec![0.0; width];
        let mut shares = Vec::new();
        for count in &self.counts {
            let (rows, later) = rest.split_at(count * width);
            rest = later;
            shares.clear();
            shares.extend(rows.chunks_exact(width).map(|row| dot(row, b)));
            let highest = shares.iter().copied().fold(0.0, f64::max);
            // The one that was taken differs by nothing.
            let sum: f64 = (-highest).exp() + shares.iter().map(|odds| (odds - highest).exp()).sum::<f64>();
            point.value -= highest + sum.ln();
            mean.fill(0.0);
            for (row, odds) in rows.chunks_exact(width).zip(&shares) {
                let share = (odds - highest).exp() / sum;
                for one in 0..width {
                    let part = share * row[one];
                    mean[one] += part;
                    for (cell, other) in point.information[one].iter_mut().zip(&row[..=one]) {
                        *cell += part * other;
                    }
                }
            }
            for one in 0..width {
                point.gradient[one] -= mean[one];
                for other in 0..=one {
                    point.information[one][other] -= mean[one] * mean[other];
                }
            }
        }
        point.mirrored()
    }

    fn margins(&self, along: &[f64]) -> [f64; 2] {
        range(self.others.chunks_exact(self.width).map(|row| -dot(row, along)))
    }
}

/// Where the likelihood has its maximum.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) b: Vec<f64>,
    /// From the curvature at the maximum.
    pub(super) errors: Vec<f64>,
    /// Logarithm of the likelihood there.
    pub(super) log_likelihood: f64,
    /// The same with all coefficients zero.
    pub(super) log_likelihood_null: f64,
}

impl Fit {
    /// The coefficients with their standard errors.
    pub(super) fn estimates(&self) -> Vec<Estimate> {
        self.b.iter().zip(&self.errors).map(|(b, error)| Estimate::normal(*b, *error)).collect()
    }
}

/// Newton's method, from zero.
///
/// There is no maximum just where some direction makes nothing less likely (Albert & Anderson 1984), and then the steps
/// turn into such a direction: that is looked for at each.
pub(super) fn maximum(sample: &impl Sample) -> Result<Fit, Refused> {
    let width = sample.width();
    let mut b = vec![0.0; width];
    let mut point = sample.at(&b);
    let log_likelihood_null = point.value;
    let scale: Vec<f64> = (0..width).map(|term| point.information[term][term].max(0.0).sqrt()).collect();
    if let Some(term) = scale.iter().position(|scale| *scale == 0.0) {
        return Err(Refused::Constant { term });
    }
    Triangle::of(&point.information, COLLINEAR).map_err(|term| Refused::Collinear { term })?;
    let mut last: Option<Vec<f64>> = None;
    for _ in 0..STEPS_MAX {
        let Ok(triangle) = Triangle::of(&point.information, FLAT) else {
            let term = last.and_then(|step| receding(sample, &step, &scale));
            return Err(term.map_or(Refused::Unsettled, |term| Refused::Separated { term }));
        };
        let step = triangle.solve(&point.gradient);
        if let Some(term) = receding(sample, &step, &scale) {
            return Err(Refused::Separated { term });
        }
        if dot(&step, &point.gradient) <= NEAR {
            let errors = (0..width).map(|term| triangle.inverse(term).sqrt()).collect();
            return Ok(Fit { b, errors, log_likelihood: point.value, log_likelihood_null });
        }
        let slack = 1e-10 * (1.0 + point.value.abs());
        let shorter = (0..HALVES_MAX).map(|halves| 0.5_f64.powi(halves as i32)).find_map(|share| {
            let tried: Vec<f64> = b.iter().zip(&step).map(|(b, step)| b + share * step).collect();
            let there = sample.at(&tried);
            (there.value >= point.value - slack).then_some((tried, there))
        });
        (b, point) = shorter.ok_or(Refused::Unsettled)?;
        last = Some(step);
    }
    Err(Refused::Unsettled)
}

/// The term that most makes a direction one along which nothing gets less likely; none if it is not one. Of several alike
/// the last, for the first is mostly the constant.
fn receding(sample: &impl Sample, along: &[f64], scale: &[f64]) -> Option<usize> {
    let [least, most] = sample.margins(along);
    let is_receding = most > 0.0 && least >= -RECEDES * most;
    if !is_receding {
        return None;
    }
    let sizes: Vec<f64> = along.iter().zip(scale).map(|(along, scale)| (along * scale).abs()).collect();
    let greatest = sizes.iter().copied().fold(0.0, f64::max);
    sizes.iter().rposition(|size| *size >= greatest / 2.0)
}

/// A matrix as a lower triangle times its transpose (Cholesky).
struct Triangle(Vec<Vec<f64>>);

impl Triangle {
    /// An error: the first row of which others leave no more than this share.
    fn of(matrix: &[Vec<f64>], least: f64) -> Result<Triangle, usize> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (at, line) in matrix.iter().enumerate() {
            let mut row = Vec::with_capacity(at + 1);
            for (other, cell) in line[..at].iter().enumerate() {
                let known = dot(&row[..other], &rows[other][..other]);
                row.push((cell - known) / rows[other][other]);
            }
            let left = line[at] - dot(&row, &row);
            if left.is_nan() || left <= least * line[at] {
                return Err(at);
            }
            row.push(left.sqrt());
            rows.push(row);
        }
        Ok(Triangle(rows))
    }

    fn forward(&self, y: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = Vec::with_capacity(y.len());
        for (at, row) in self.0.iter().enumerate() {
            let known = dot(&row[..at], &x);
            x.push((y[at] - known) / row[at]);
        }
        x
    }

    fn solve(&self, y: &[f64]) -> Vec<f64> {
        let mut x = self.forward(y);
        for at in (0..x.len()).rev() {
            let known: f64 = (at + 1..x.len()).map(|below| self.0[below][at] * x[below]).sum();
            x[at] = (x[at] - known) / self.0[at][at];
        }
        x
    }

    /// A cell of the diagonal of the inverse.
    fn inverse(&self, at: usize) -> f64 {
        let unit: Vec<f64> = (0..self.0.len()).map(|row| f64::from(u8::from(row == at))).collect();
        let half = self.forward(&unit);
        dot(&half, &half)
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], value| [least.min(value), most.max(value)])
}

/// The share of the normal distribution that lies as far from zero or farther, to both sides.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    let z = z.abs();
    let density = (-z * z / 2.0).exp() * (2.0 / std::f64::consts::PI).sqrt();
    if z < 3.0 {
        // The series of the middle (Abramowitz & Stegun 26.2.11).
        let (mut part, mut sum, mut odd) = (z, z, 1.0);
        while part > f64::EPSILON * sum {
            odd += 2.0;
            part *= z * z / odd;
            sum += part;
        }
        1.0 - density * sum
    } else {
        // The continued fraction of the tail (26.2.14), from its end.
        density / (1..=100).rev().fold(z, |tail, step| z + f64::from(step) / tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_normal_distribution() {
        // pnorm of R 4.2, twice.
        for (z, p) in [
            (0.0, 1.0),
            (0.5, 0.617_075_077_451_974),
            (1.959_963_984_540_054, 0.05),
            (2.9, 0.003_731_626_600_768_08),
            (3.1, 0.001_935_206_426_436_71),
            (8.0, 1.244_192_114_854_36e-15),
        ] {
            assert!((normal_two_sided(z) - p).abs() <= 1e-12 + 1e-10 * p, "{z}: {}", normal_two_sided(z));
            assert_eq!(normal_two_sided(z), normal_two_sided(-z));
        }
    }

    #[test]
    fn what_has_no_estimate_is_named() {
        let of = |rows: &[([f64; 2], bool)]| {
            let x = rows.iter().flat_map(|(x, _)| *x).collect();
            maximum(&Binary { width: 2, x, y: rows.iter().map(|(_, yes)| *yes).collect() })
        };
        let mixed = [([1.0, 0.0], true), ([1.0, 1.0], false), ([1.0, 2.0], true), ([1.0, 3.0], false)];
        assert!(of(&mixed).is_ok());
        // Above 1 always yes; the same with both answers at the border.
        let whole = [([1.0, 0.0], false), ([1.0, 1.0], false), ([1.0, 2.0], true), ([1.0, 3.0], true)];
        assert_eq!(of(&whole).err(), Some(Refused::Separated { term: 1 }));
        let border = [([1.0, 0.0], false), ([1.0, 1.0], false), ([1.0, 1.0], true), ([1.0, 2.0], true)];
        assert_eq!(of(&border).err(), Some(Refused::Separated { term: 1 }));
        let never = [([1.0, 0.0], false), ([1.0, 0.0], true), ([1.0, 1.0], false), ([1.0, 1.0], false)];
        assert_eq!(of(&never).err(), Some(Refused::Separated { term: 1 }));
        let twice = mixed.map(|(_, yes)| ([1.0, 2.0], yes));
        assert_eq!(of(&twice).err(), Some(Refused::Collinear { term: 1 }));
        let nothing = mixed.map(|(_, yes)| ([1.0, 0.0], yes));
        assert_eq!(of(&nothing).err(), Some(Refused::Constant { term: 1 }));
    }
}
