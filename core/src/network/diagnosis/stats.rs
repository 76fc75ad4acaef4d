//! The few tests that diagnoses rest on. Each allows for more spread between parties than chance alone would give, so
//! that being unlike each other, which parties always are, is not taken for a cause.

use std::collections::BTreeMap;

/// Half a case, added where a share of none or of all would be no finite log-odds (Haldane & Anscombe).
const HALF: f64 = 0.5;

/// An estimate with its interval of 95 % and the p of the one-sided test that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub p: f64,
}

impl Estimate {
    /// Of a t-statistic: is `value` above `null`?
    fn of(value: f64, null: f64, error: f64, freedom: f64) -> Estimate {
        let reach = t_quantile(0.975, freedom) * error;
        let p = t_upper((value - null) / error, freedom);
        Estimate { value, low: value - reach, high: value + reach, p }
    }

    /// The same on another scale, which must not turn the order around.
    pub fn map(self, scale: impl Fn(f64) -> f64) -> Estimate {
        Estimate { value: scale(self.value), low: scale(self.low), high: scale(self.high), p: self.p }
    }
}

/// Logarithm of the gamma function (Lanczos), for arguments above zero.
fn ln_gamma(x: f64) -> f64 {
    const LANCZOS: [f64; 8] = [
        676.5203681218851,
        -1259.1392167224028,
        771.323_428_777_653,
        -176.615_029_162_140_6,
        12.507343278686905,
        -0.13857109526572012,
        9.984369578019572e-6,
        1.5056327351493116e-7,
    ];
    if x < 0.5 {
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = LANCZOS.iter().enumerate().fold(0.9999999999998099, |sum, (at, c)| sum + c / (x + at as f64 + 1.0));
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The regularised incomplete beta function, by its continued fraction (Lentz).
fn beta_share(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_share(b, a, 1.0 - x);
    }
    const TINY: f64 = 1e-300;
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp() / a;
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for step in 1..500 {
        let m = f64::from(step);
        for term in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / (1.0 + term * d + TINY);
            c = 1.0 + term / c;
            fraction *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-14 {
            break;
        }
    }
    front * fraction
}

/// How likely Student's t is at least this.
pub(super) fn t_upper(t: f64, freedom: f64) -> f64 {
    if t.is_nan() {
        return 1.0;
    }
    let tail = 0.5 * beta_share(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    if t > 0.0 { tail } else { 1.0 - tail }
}

/// Below which Student's t is with this probability, one half or more.
pub(super) fn t_quantile(probability: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if 1.0 - t_upper(middle, freedom) < probability { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// How likely a binomial count is at most this.
pub(super) fn binomial_lower(count: u32, of: u32, share: f64) -> f64 {
    if count >= of { 1.0 } else { beta_share(f64::from(of - count), f64::from(count) + 1.0, 1.0 - share) }
}

/// How likely a count around `mean`, with variance `spread` times the mean, is at most this: negative binomial, which
/// with a spread of one is Poisson's.
pub(super) fn count_lower(count: u32, mean: f64, spread: f64) -> f64 {
    // Gamma with variance (spread - 1) * mean around the mean; a spread of nearly one is Poisson's to many digits.
    let size = mean / (spread - 1.0).max(1e-6);
    beta_share(size, f64::from(count) + 1.0, size / (size + mean))
}

/// Chances of each, adjusted for how many were tested (Benjamini & Hochberg 1995): asserting those at most `q` keeps the
/// expected share of false ones among them at most `q`.
pub(super) fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|one, other| p[*one].total_cmp(&p[*other]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (rank, at) in order.into_iter().enumerate().rev() {
        least = least.min(p[at] * p.len() as f64 / (rank + 1) as f64);
        adjusted[at] = least;
    }
    adjusted
}

/// Is the share of `x` in `n` above `null`? Clusters may differ from each other by more than chance: the error is that of
/// a ratio of sums over clusters, never below the binomial one; as many degrees of freedom as there are clusters of equal
/// size that tell as much, less one. `None` below two of them.
pub(super) fn share_above(clusters: &[(f64, f64)], null: f64) -> Option<Estimate> {
    let (x, n) = clusters.iter().fold((0.0, 0.0), |(x, n), (own_x, own_n)| (x + own_x, n + own_n));
    let squares: f64 = clusters.iter().map(|(_, own)| own * own).sum();
    let equal = n * n / squares;
    if n == 0.0 || equal < 2.0 {
        return None;
    }
    let share = x / n;
    let spread: f64 = clusters.iter().map(|(own_x, own_n)| (own_x - share * own_n).powi(2)).sum();
    let error = (spread * equal / (equal - 1.0) / (n * n)).max(null * (1.0 - null) / n).sqrt();
    let found = Estimate::of(share, null, error, equal - 1.0);
    Some(Estimate { low: found.low.max(0.0), high: found.high.min(1.0), ..found })
}

/// The mean of estimates, each with its own variance, of parties that truly differ from each other: random effects
/// (DerSimonian & Laird 1986) with the error of Hartung & Knapp 2001. The estimate, its error, degrees of freedom. `None`
/// below two.
pub(super) fn mean_of(parties: &[(f64, f64)]) -> Option<(f64, f64, f64)> {
    if parties.len() < 2 {
        return None;
    }
    let between = between(&[parties.to_vec()]);
    let weights: Vec<f64> = parties.iter().map(|(_, variance)| 1.0 / (variance + between)).collect();
    let all: f64 = weights.iter().sum();
    let mean = parties.iter().zip(&weights).map(|((value, _), weight)| value * weight).sum::<f64>() / all;
    let spread: f64 = parties.iter().zip(&weights).map(|((value, _), weight)| weight * (value - mean).powi(2)).sum();
    let freedom = parties.len() as f64 - 1.0;
    // Never a smaller error than the variances alone give.
    let error = ((spread / freedom).max(1.0) / all).sqrt();
    Some((mean, error, freedom))
}

/// Is the mean of parties above `null`? As [`mean_of`].
pub(super) fn mean_above(parties: &[(f64, f64)], null: f64) -> Option<Estimate> {
    mean_of(parties).map(|(mean, error, freedom)| Estimate::of(mean, null, error, freedom))
}

/// Is the mean of some parties above that of others? As [`mean_of`], with the fewer degrees of freedom.
pub(super) fn means_differ(some: &[(f64, f64)], others: &[(f64, f64)]) -> Option<Estimate> {
    let ((one, one_error, one_freedom), (two, two_error, two_freedom)) = (mean_of(some)?, mean_of(others)?);
    Some(Estimate::of(one - two, 0.0, one_error.hypot(two_error), one_freedom.min(two_freedom)))
}

/// Is the mean of some values above that of others that, but for a cause, are of one kind with them? Their spread is that
/// of the others. `None` below two on a side.
pub(super) fn above_others(some: &[f64], others: &[f64]) -> Option<Estimate> {
    if some.len() < 2 || others.len() < 2 {
        return None;
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let freedom = others.len() as f64 - 1.0;
    let spread = others.iter().map(|value| (value - mean(others)).powi(2)).sum::<f64>() / freedom;
    let error = (spread * (1.0 / some.len() as f64 + 1.0 / others.len() as f64)).sqrt();
    Some(Estimate::of(mean(some) - mean(others), 0.0, error, freedom))
}

/// Variance between parties beyond that of each, around the mean of their group, by moments.
fn between(groups: &[Vec<(f64, f64)>]) -> f64 {
    let (mut excess, mut scale) = (0.0, 0.0);
    for parties in groups {
        let weights: Vec<f64> = parties.iter().map(|(_, variance)| 1.0 / variance).collect();
        let all: f64 = weights.iter().sum();
        let mean = parties.iter().zip(&weights).map(|((value, _), weight)| value * weight).sum::<f64>() / all;
        let q: f64 = parties.iter().zip(&weights).map(|((value, _), weight)| weight * (value - mean).powi(2)).sum();
        excess += q - (parties.len() as f64 - 1.0);
        scale += all - weights.iter().map(|weight| weight * weight).sum::<f64>() / all;
    }
    if scale > 0.0 { (excess / scale).max(0.0) } else { 0.0 }
}

/// How often something happened to one party in one kind of matter: `x` of `n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    pub party: u32,
    pub item: u32,
    pub x: f64,
    pub n: f64,
}

impl Cell {
    /// Log-odds and their variance.
    pub fn log_odds(&self) -> (f64, f64) {
        let (yes, no) = (self.x + HALF, self.n - self.x + HALF);
        ((yes / no).ln(), 1.0 / yes + 1.0 / no)
    }
}

/// A party beside its peers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Party {
    pub party: u32,
    /// Log-odds beyond what its items have with all, and their variance.
    pub shift: (f64, f64),
    /// What their variance would be if it were as its peers are.
    pub if_usual: f64,
    /// Those with whom it shares items, directly or by others, are one group.
    pub group: u32,
    /// Its share, and what its peers would have with the same items.
    pub own: f64,
    pub expected: f64,
}

/// Parties beside each other within items: log-odds are those of the item and those of the party, added, so that whoever
/// has the hard items is not blamed for them. Groups are what hangs together by shared items.
pub(super) fn parties(cells: &[Cell]) -> Vec<Party> {
    // Both are fitted in turn, one step of Newton each; half a case at the common share keeps each finite.
    let all = cells.iter().fold((HALF, 2.0 * HALF), |(x, n), cell| (x + cell.x, n + cell.n));
    let common = all.0 / all.1;
    let mut item: BTreeMap<u32, f64> = cells.iter().map(|cell| (cell.item, (common / (1.0 - common)).ln())).collect();
    let mut party: BTreeMap<u32, f64> = cells.iter().map(|cell| (cell.party, 0.0)).collect();
    let share = |log_odds: f64| 1.0 / (1.0 + (-log_odds).exp());
    let mut variance: BTreeMap<u32, f64> = BTreeMap::new();
    for _ in 0..60 {
        for by_party in [false, true] {
            let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
            for cell in cells {
                let fitted = share(item[&cell.item] + party[&cell.party]);
                let sum = sums.entry(if by_party { cell.party } else { cell.item }).or_insert((0.0, 0.0));
                *sum = (sum.0 + cell.x - cell.n * fitted, sum.1 + cell.n * fitted * (1.0 - fitted));
            }
            let effects = if by_party { &mut party } else { &mut item };
            for (key, (gap, slope)) in sums {
                let own = effects.entry(key).or_insert(0.0);
                let pull = HALF * (0.5 - share(if by_party { *own } else { *own - (common / (1.0 - common)).ln() }));
                *own += ((gap + pull) / (slope + 0.25 * HALF)).clamp(-1.0, 1.0);
                if by_party {
                    variance.insert(key, 1.0 / (slope + 0.25 * HALF));
                }
            }
        }
    }
    let groups = joined(cells);
    // What is usual in a group is its middle party.
    let mut shifts: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (key, group) in &groups {
        shifts.entry(*group).or_default().push(party[key]);
    }
    let usual: BTreeMap<u32, f64> =
        shifts.into_iter().filter_map(|(group, mut all)| median(&mut all).map(|middle| (group, middle))).collect();
    let mut found: BTreeMap<u32, (f64, f64, f64, f64)> = BTreeMap::new();
    for cell in cells {
        let sum = found.entry(cell.party).or_default();
        let expected = share(item[&cell.item] + usual[&groups[&cell.party]]);
        let slope = cell.n * expected * (1.0 - expected);
        *sum = (sum.0 + cell.x, sum.1 + cell.n * expected, sum.2 + cell.n, sum.3 + slope);
    }
    found
        .into_iter()
        .map(|(key, (x, expected, n, slope))| Party {
            party: key,
            shift: (party[&key], variance[&key]),
            if_usual: 1.0 / (slope + 0.25 * HALF),
            group: groups[&key],
            own: x / n,
            expected: expected / n,
        })
        .collect()
}

/// Of each party the least party that it hangs together with by shared items.
fn joined(cells: &[Cell]) -> BTreeMap<u32, u32> {
    let mut group: BTreeMap<u32, u32> = cells.iter().map(|cell| (cell.party, cell.party)).collect();
    loop {
        let mut least: BTreeMap<u32, u32> = BTreeMap::new();
        for cell in cells {
            let own = group[&cell.party];
            least.entry(cell.item).and_modify(|one| *one = own.min(*one)).or_insert(own);
        }
        let mut changed = false;
        for cell in cells {
            if let Some(own) = group.get_mut(&cell.party).filter(|own| **own > least[&cell.item]) {
                *own = least[&cell.item];
                changed = true;
            }
        }
        if !changed {
            return group;
        }
    }
}

/// Is one party above its peers? Its peers' spread is what parties differ by anyway, and it is estimated without the one
/// that is looked at: the test is that of a new member of their group. Odds over those of its peers. `None` with fewer
/// than `peers_min` in its group.
pub(super) fn beside_peers(all: &[Party], at: usize, peers_min: usize) -> Option<Estimate> {
    let own = all[at];
    let mut groups: BTreeMap<u32, Vec<(f64, f64)>> = BTreeMap::new();
    for (number, other) in all.iter().enumerate() {
        if number != at {
            groups.entry(other.group).or_default().push(other.shift);
        }
    }
    let peers = groups.get(&own.group).filter(|peers| peers.len() >= peers_min)?.clone();
    let groups: Vec<Vec<(f64, f64)>> = groups.into_values().filter(|parties| parties.len() > 1).collect();
    let freedom = groups.iter().map(|parties| parties.len() as f64 - 1.0).sum::<f64>();
    let between = between(&groups);
    let (all, sum) = peers.iter().fold((0.0, 0.0), |(all, sum), (value, variance)| {
        let weight = 1.0 / (variance + between);
        (all + weight, sum + weight * value)
    });
    // A share that is high by chance has log-odds that look surer than they are.
    let error = (own.shift.1.max(own.if_usual) + between + 1.0 / all).sqrt();
    Some(Estimate::of(own.shift.0 - sum / all, 0.0, error, freedom).map(f64::exp))
}

/// What went between two parties in one item: `x` of `n` failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    /// The two parties and the item, each with log-odds of its own.
    pub of: [u32; 3],
    /// Whether it went beyond the line that is looked at.
    pub beyond: bool,
    pub x: f64,
    pub n: f64,
}

/// Log-odds of failing beyond a line over those on this side of it, where each party and each item has log-odds of its own:
/// whoever has much to do beyond the line, and fails anyway, is not the line's fault. Errors allow for dependence within
/// each party at place `cluster` of [`Row::of`] (Liang & Zeger 1986). With it how many parties of equal weight tell of it.
/// `None` if nothing can be compared.
pub(super) fn beyond(rows: &[Row], cluster: usize) -> Option<(Estimate, f64)> {
    let (x, n) = rows.iter().fold((HALF, 2.0 * HALF), |(x, n), row| (x + row.x, n + row.n));
    let common = (x / (n - x)).ln();
    let mut effects: [BTreeMap<u32, f64>; 3] = Default::default();
    let mut line = 0.0;
    let fitted = |effects: &[BTreeMap<u32, f64>; 3], line: f64, row: &Row| {
        let own: f64 = effects.iter().zip(row.of).filter_map(|(effects, key)| effects.get(&key)).sum();
        1.0 / (1.0 + (-(common + own + if row.beyond { line } else { 0.0 })).exp())
    };
    for _ in 0..40 {
        for place in 0..3 {
            let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
            for row in rows {
                let share = fitted(&effects, line, row);
                let sum = sums.entry(row.of[place]).or_default();
                *sum = (sum.0 + row.x - row.n * share, sum.1 + row.n * share * (1.0 - share));
            }
            for (key, (gap, slope)) in sums {
                let own = effects[place].entry(key).or_default();
                // A weak pull to what is common keeps finite what never or always failed.
                *own += ((gap - HALF * *own) / (slope + HALF)).clamp(-1.0, 1.0);
            }
        }
        let (mut gap, mut slope) = (0.0, 0.0);
        for row in rows.iter().filter(|row| row.beyond) {
            let share = fitted(&effects, line, row);
            gap += row.x - row.n * share;
            slope += row.n * share * (1.0 - share);
        }
        line += (gap / (slope + 1e-9)).clamp(-1.0, 1.0);
    }
    // What of being beyond the line parties and items do not already tell.
    let shares: Vec<f64> = rows.iter().map(|row| fitted(&effects, line, row)).collect();
    let weights: Vec<f64> = rows.iter().zip(&shares).map(|(row, share)| row.n * share * (1.0 - share)).collect();
    let mut own: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(row.beyond))).collect();
    for _ in 0..40 {
        for place in 0..3 {
            let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
            for ((row, own), weight) in rows.iter().zip(&own).zip(&weights) {
                let sum = sums.entry(row.of[place]).or_default();
                *sum = (sum.0 + weight * own, sum.1 + weight);
            }
            for (row, own) in rows.iter().zip(&mut own) {
                let (sum, weight) = sums[&row.of[place]];
                *own -= sum / (weight + 1e-12);
            }
        }
    }
    let mut clusters: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let sum = clusters.entry(row.of[cluster]).or_default();
        *sum = (sum.0 + own[at] * (row.x - row.n * shares[at]), sum.1 + weights[at] * own[at] * own[at]);
    }
    let told: f64 = clusters.values().map(|(_, told)| told).sum();
    let equal = told * told / clusters.values().map(|(_, told)| told * told).sum::<f64>();
    if told < 1.0 || equal < 2.0 {
        return None;
    }
    let spread: f64 = clusters.values().map(|(score, _)| score * score).sum();
    let error = (spread * equal / (equal - 1.0) / (told * told)).max(1.0 / told).sqrt();
    Some((Estimate::of(line, 0.0, error, equal - 1.0), equal))
}

/// Did a series fall below `null`? The mean of weeks later less that of weeks before, where neighbouring weeks tell less
/// than others: as many weeks as their correlation leaves (first order). The p is for a fall below `null`. `None` below
/// three weeks on a side.
pub(super) fn falls(before: &[f64], later: &[f64], null: f64) -> Option<Estimate> {
    if before.len() < 3 || later.len() < 3 {
        return None;
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let left = |all: &[f64]| all.iter().map(|value| value - mean(all)).collect::<Vec<f64>>();
    let (one, two) = (left(before), left(later));
    let squares = |all: &[f64]| all.iter().map(|value| value * value).sum::<f64>();
    let beside = |all: &[f64]| all.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>();
    let both = squares(&one) + squares(&two);
    let alike = if both > 0.0 { ((beside(&one) + beside(&two)) / both).clamp(0.0, 0.9) } else { 0.0 };
    let weeks = |all: &[f64]| all.len() as f64 * (1.0 - alike) / (1.0 + alike);
    let (weeks_before, weeks_later) = (weeks(before).max(1.5), weeks(later).max(1.5));
    // Either side with its own spread: few cases a week spread more.
    let freedom = (weeks_before.min(weeks_later) - 1.0).max(1.0);
    let variance = |all: &[f64]| squares(all) / (all.len() as f64 - 1.0);
    let error = (variance(&one) / weeks_before + variance(&two) / weeks_later).sqrt().max(1e-6);
    let fall = mean(later) - mean(before);
    let turned = Estimate::of(-fall, -null, error, freedom);
    Some(Estimate { value: fall, low: -turned.high, high: -turned.low, p: turned.p })
}

/// How much likelier something is on one side of a line than on the other within strata: log-odds ratio and its variance
/// (Yusuf, Peto). Strata are `[x, n]` beyond the line and `[x, n]` on this side. `None` where nothing can be compared.
pub(super) fn odds_across(strata: &[[f64; 4]]) -> Option<(f64, f64)> {
    let (mut gap, mut variance) = (0.0, 0.0);
    for [x, n, other_x, other_n] in strata {
        let (all_x, all) = (x + other_x, n + other_n);
        if *n > 0.0 && *other_n > 0.0 && all > 1.0 {
            gap += x - n * all_x / all;
            variance += n * other_n * all_x * (all - all_x) / (all * all * (all - 1.0));
        }
    }
    (variance > 0.0).then(|| (gap / variance, 1.0 / variance))
}

/// The middle of some values; `None` of none.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    let upper = values.get(half)?;
    Some(if values.len() % 2 == 1 { *upper } else { 0.5 * (upper + values[half - 1]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-6 * other.abs().max(1.0), "{one} is not {other}");
    }

    #[test]
    fn tails_are_those_of_tables() {
        near(t_upper(2.228_138_852, 10.0), 0.025);
        near(t_upper(-1.0, 3.0), 1.0 - 0.195_501_109);
        near(t_quantile(0.975, 5.0), 2.570_581_836);
        near(binomial_lower(2, 10, 0.3), 0.382_782_786_4);
        near(count_lower(3, 10.0, 1.0), 0.010_336_05);
        // Negative binomial of size 5 and probability 1/3.
        near(
            count_lower(3, 10.0, 3.0),
            (0..=3)
                .map(|k| {
                    let choose = [1.0, 5.0, 15.0, 35.0][k as usize];
                    choose * (1.0_f64 / 3.0).powi(5) * (2.0_f64 / 3.0).powi(k)
                })
                .sum(),
        );
    }

    #[test]
    fn many_tests_cost() {
        // The example of Benjamini & Hochberg in small: 0.01, 0.02, 0.03 of four.
        assert_eq!(adjusted(&[0.02, 0.9, 0.01, 0.03]), [0.04, 0.9, 0.04, 0.04]);
        assert!(adjusted(&[]).is_empty());
    }

    #[test]
    fn the_hard_item_is_not_the_partys_fault() {
        // Item 1 is hard for all; party 4 has nothing else, party 5 is as it is elsewhere.
        let cell = |party, item, x, n| Cell { party, item, x, n };
        let mut cells: Vec<Cell> =
            (0..4).flat_map(|party| [cell(party, 0, 10.0, 100.0), cell(party, 1, 50.0, 100.0)]).collect();
        cells.extend([cell(4, 1, 50.0, 100.0), cell(5, 0, 60.0, 100.0)]);
        let all = parties(&cells);
        let hard = beside_peers(&all, 4, 3).unwrap();
        assert!(hard.p > 0.2 && hard.value < 1.5, "{hard:?}");
        let other = beside_peers(&all, 5, 3).unwrap();
        assert!(other.p < 0.01 && other.low > 3.0, "{other:?}");
        assert_eq!(beside_peers(&all, 5, 6), None);
    }
}
