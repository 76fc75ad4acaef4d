//! Least squares whose errors may depend on those of the periods before, and Student's distribution.

use super::Refused;

/// What is left of a column, as a share of its squares or of one, below which it is a combination of others.
const COLLINEAR: f64 = 1e-12;

/// What is left of the values, as a share of their squares about the mean, below which they lie on the lines.
const EXACT: f64 = 1e-20;

/// The lag of Newey & West for so many periods: floor(4 (n / 100)^(2/9)) (Newey & West 1994).
pub fn default_lag(periods: usize) -> usize {
    (4.0 * (periods as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize
}

/// One value and what explains it.
pub(super) struct Row {
    /// The number of its period.
    pub(super) at: usize,
    pub(super) x: Vec<f64>,
    pub(super) y: f64,
}

/// A fit by ordinary least squares.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) b: Vec<f64>,
    /// Covariance of the coefficients.
    pub(super) covariance: Vec<Vec<f64>>,
    /// One minus the share of the squares about the mean that is left over.
    pub(super) r_squared: f64,
}

impl Fit {
    /// A sum of coefficients, each so many times, and its standard error.
    pub(super) fn sum(&self, times: &[f64]) -> (f64, f64) {
        let value = times.iter().zip(&self.b).map(|(times, b)| times * b).sum();
        let variance: f64 = times
            .iter()
            .zip(&self.covariance)
            .map(|(one, row)| one * times.iter().zip(row).map(|(other, cell)| other * cell).sum::<f64>())
            .sum();
        (value, variance.max(0.0).sqrt())
    }
}

/// Ordinary least squares with standard errors of Newey & West (1987): weights of Bartlett up to `lag`, times n / (n - k).
///
/// Rows of one period are added before they are compared with those of other periods (Driscoll & Kraay 1998), so two
/// series may have shocks in common. Periods are compared by the calendar: a gap keeps its place (Parzen 1963).
pub(super) fn fit(rows: &[Row], lag: usize) -> Result<Fit, Refused> {
    let width = rows.first().map_or(0, |row| row.x.len());
    let (n, k) = (rows.len() as f64, width as f64);
    if rows.len() <= width {
        return Err(Refused::TooFew { have: rows.len(), need: width + 1 });
    }
    let mean = rows.iter().map(|row| row.y).sum::<f64>() / n;
    let spread: f64 = rows.iter().map(|row| (row.y - mean).powi(2)).sum();
    let scale: f64 = rows.iter().map(|row| row.y.powi(2)).sum();
    if spread <= EXACT * scale {
        return Err(Refused::Flat);
    }
    let columns = (0..width).map(|column| rows.iter().map(|row| row.x[column]).collect()).collect();
    let (q, r) = orthonormal(columns)?;
    let mut left: Vec<f64> = rows.iter().map(|row| row.y).collect();
    // Along each column of q; the second time for the digits.
    let mut along = vec![0.0; width];
    for _ in 0..2 {
        for (column, sum) in q.iter().zip(&mut along) {
            let part = dot(column, &left);
            *sum += part;
            subtract(&mut left, column, part);
        }
    }
    let rest = dot(&left, &left);
    if rest <= EXACT * scale {
        return Err(Refused::Exact);
    }
    let periods = rows.iter().map(|row| row.at).max().unwrap_or(0) + 1;
    let mut scores = vec![vec![0.0; width]; periods];
    for (row, (at, left)) in rows.iter().map(|row| row.at).zip(&left).enumerate() {
        for (score, column) in scores[at].iter_mut().zip(&q) {
            *score += column[row] * left;
        }
    }
    let mut middle = vec![vec![0.0; width]; width];
    for back in 0..=lag.min(periods - 1) {
        let weight = (1.0 - back as f64 / (lag as f64 + 1.0)) * if back == 0 { 0.5 } else { 1.0 };
        for (now, then) in scores[back..].iter().zip(&scores) {
            for one in 0..width {
                for other in 0..width {
                    middle[one][other] += weight * (now[one] * then[other] + then[one] * now[other]);
                }
            }
        }
    }
    // From the basis back to the coefficients: b = r^-1 along, covariance = r^-1 middle r^-T.
    let half: Vec<Vec<f64>> = (0..width).map(|row| solve(&r, &middle[row])).collect();
    let covariance = (0..width)
        .map(|one| {
            let column: Vec<f64> = half.iter().map(|row| row[one] * n / (n - k)).collect();
            solve(&r, &column)
        })
        .collect();
    Ok(Fit { b: solve(&r, &along), covariance, r_squared: 1.0 - rest / spread })
}

/// Columns of a basis, and rows of a triangle.
type Parts = (Vec<Vec<f64>>, Vec<Vec<f64>>);

/// Columns as an orthonormal basis times an upper triangle (Gram & Schmidt, twice for the digits).
fn orthonormal(columns: Vec<Vec<f64>>) -> Result<Parts, Refused> {
    let width = columns.len();
    let mut r = vec![vec![0.0; width]; width];
    let mut q: Vec<Vec<f64>> = Vec::with_capacity(width);
    for (at, mut column) in columns.into_iter().enumerate() {
        let before = dot(&column, &column);
        for _ in 0..2 {
            for (row, base) in q.iter().enumerate() {
                let along = dot(&column, base);
                r[row][at] += along;
                subtract(&mut column, base, along);
            }
        }
        let squares = dot(&column, &column);
        if squares <= COLLINEAR * before.max(1.0) {
            return Err(Refused::Collinear);
        }
        r[at][at] = squares.sqrt();
        column.iter_mut().for_each(|cell| *cell /= r[at][at]);
        q.push(column);
    }
    Ok((q, r))
}

/// x of r x = y, for an upper triangle.
fn solve(r: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    let mut x = y.to_vec();
    for row in (0..x.len()).rev() {
        let known: f64 = (row + 1..x.len()).map(|column| r[row][column] * x[column]).sum();
        x[row] = (x[row] - known) / r[row][row];
    }
    x
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn subtract(from: &mut [f64], column: &[f64], times: f64) {
    from.iter_mut().zip(column).for_each(|(cell, part)| *cell -= times * part);
}

/// The share of Student's distribution with so many degrees of freedom that lies as far from zero as `t` or farther, to
/// both sides. `None` without degrees of freedom or if `t` is no number.
pub fn student_two_sided(t: f64, free: usize) -> Option<f64> {
    if free == 0 || t.is_nan() {
        return None;
    }
    let nu = free as f64;
    let squares = t * t;
    if squares.is_infinite() {
        return Some(0.0);
    }
    // 1 / B(nu/2, 1/2), by steps of two from 1/pi and 1/2.
    let start = if free % 2 == 1 { std::f64::consts::FRAC_1_PI } else { 0.5 };
    let scale = (2 - free % 2..free).step_by(2).fold(start, |scale, at| scale * (at as f64 + 1.0) / at as f64);
    let (x, y) = (nu / (nu + squares), squares / (nu + squares));
    let front = scale * x.powf(nu / 2.0) * y.sqrt();
    let share = if x < (nu / 2.0 + 1.0) / (nu / 2.0 + 2.5) {
        front * fraction(x, nu / 2.0, 0.5) / (nu / 2.0)
    } else {
        1.0 - front * fraction(y, 0.5, nu / 2.0) / 0.5
    };
    Some(share.clamp(0.0, 1.0))
}

/// The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), by the method of Lentz.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let away = |value: f64| if value.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for step in 1..1_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for part in [even, odd] {
            d = 1.0 / away(1.0 + part * d);
            c = away(1.0 + part / c);
            value *= c * d;
        }
        if (value - before).abs() <= f64::EPSILON * value.abs() {
            break;
        }
    }
    value
}

/// How far from zero a share of Student's distribution lies farther out, to both sides: 0.05 for intervals of 95 %.
/// `None` without degrees of freedom or if the share is not between zero and one.
pub fn student_quantile(two_sided: f64, free: usize) -> Option<f64> {
    if free == 0 || !(two_sided > 0.0 && two_sided < 1.0) {
        return None;
    }
    let beyond = |t: f64| student_two_sided(t, free).is_some_and(|share| share > two_sided);
    let mut high = 1.0;
    while beyond(high) {
        high *= 2.0;
    }
    let mut low = 0.0;
    // Halves until two neighbouring numbers are left.
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return Some(high);
        }
        if beyond(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}
