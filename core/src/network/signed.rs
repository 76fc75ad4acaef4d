//! Balance of signed networks.

use serde::Serialize;

use super::graph::Graph;
use super::partners::Partners;

/// Up to so many actors, walk balance is computed: it needs several products of full matrices.
pub const WALK_BALANCE_ACTORS_MAX: usize = 400;

/// Closed triads of a signed network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Triads {
    /// With no, one, two and three negative ties.
    pub by_negative: [u64; 4],
}

impl Triads {
    /// Share of triads whose product of signs is positive (Cartwright & Harary 1956). `None` without triads.
    pub fn balanced(&self) -> Option<f64> {
        let [none, one, two, three] = self.by_negative;
        let all = none + one + two + three;
        (all > 0).then(|| (none + two) as f64 / all as f64)
    }
}

/// Closed triads by how many ties in them are negative (Cartwright & Harary 1956). A tie has the sign of the weights of
/// both directions together; where they cancel out there is no tie.
pub fn signed_triads(graph: &Graph) -> Triads {
    let ties = signed(graph);
    let mut by_negative = [0; 4];
    let mut sign = vec![0.0; graph.len()];
    for actor in 0..graph.len() {
        for (other, weight) in ties.each(actor) {
            sign[other] = weight;
        }
        for (other, weight) in ties.each(actor).filter(|(other, _)| *other > actor) {
            for (third, last) in ties.each(other).filter(|(third, _)| *third > other && sign[*third] != 0.0) {
                let negative = [weight, last, sign[third]].iter().filter(|value| **value < 0.0).count();
                by_negative[negative] += 1;
            }
        }
        for other in ties.others(actor) {
            sign[*other as usize] = 0.0;
        }
    }
    Triads { by_negative }
}

/// Walk balance: `tr(e^A) / tr(e^|A|)` of the ties with sign 1 or -1: closed walks of all lengths, long ones counting
/// less (Estrada 2019). 1 if the network is balanced.
///
/// `None` without actors or with more than [`WALK_BALANCE_ACTORS_MAX`].
pub fn walk_balance(graph: &Graph) -> Option<f64> {
    let len = graph.len();
    if len == 0 || len > WALK_BALANCE_ACTORS_MAX {
        return None;
    }
    let ties = signed(graph);
    let most = (0..len).map(|actor| ties.others(actor).len()).max().unwrap_or(0);
    let trace = |value: &dyn Fn(f64) -> f64| {
        let mut matrix = vec![0.0; len * len];
        for actor in 0..len {
            for (other, weight) in ties.each(actor) {
                matrix[actor * len + other] = value(weight);
            }
        }
        scaled_exponential_trace(&matrix, len, most as f64)
    };
    // Both traces are scaled by the same power of e, which no longer overflows.
    let balance = trace(&f64::signum) / trace(&|_| 1.0);
    balance.is_finite().then_some(balance)
}

/// `tr(e^(A - most))` by scaling and squaring of `e^((A - most) / 2^k)`, the norm of which is at most one.
fn scaled_exponential_trace(matrix: &[f64], len: usize, most: f64) -> f64 {
    let squarings = if most > 0.5 { (2.0 * most).log2().ceil() as i32 } else { 0 };
    let scale = 0.5_f64.powi(squarings);
    let scaled: Vec<f64> = matrix.iter().map(|value| value * scale).collect();
    let mut identity = vec![0.0; len * len];
    for at in 0..len {
        identity[at * len + at] = 1.0;
    }
    // Taylor by Horner; with a norm up to a half, 14 terms reach the last digit.
    let mut sum = identity.clone();
    for term in (1..=14).rev() {
        sum = product(&scaled, &sum, len);
        for (value, one) in sum.iter_mut().zip(&identity) {
            *value = *value / f64::from(term) + one;
        }
    }
    let shrink = (-most * scale).exp();
    for value in &mut sum {
        *value *= shrink;
    }
    for _ in 0..squarings {
        sum = product(&sum, &sum, len);
    }
    (0..len).map(|at| sum[at * len + at]).sum()
}

fn product(one: &[f64], other: &[f64], len: usize) -> Vec<f64> {
    let mut all = vec![0.0; len * len];
    for (row, into) in one.chunks_exact(len).zip(all.chunks_exact_mut(len)) {
        for (factor, values) in row.iter().zip(other.chunks_exact(len)).filter(|(factor, _)| **factor != 0.0) {
            for (sum, value) in into.iter_mut().zip(values) {
                *sum += factor * value;
            }
        }
    }
    all
}

/// Partners with a sign: those whose two directions do not cancel out.
fn signed(graph: &Graph) -> Partners {
    let ties = Partners::of(graph);
    Partners::of_lists(
        (0..graph.len())
            .map(|actor| {
                let kept = ties.each(actor).filter(|(_, weight)| *weight != 0.0);
                kept.map(|(other, weight)| (other as u32, weight)).collect()
            })
            .collect(),
    )
}
