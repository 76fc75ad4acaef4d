//! Networks made of tables and of other networks, as studies do before they measure: who shares what, who is like whom,
//! what both sides confirm.

use super::graph::Graph;

/// Ties by what two have in common: `w_ij = sum of x_ik x_jk` over the columns `k` (Breiger 1974). Where a cell says
/// whether one takes part, it is in how much both do.
///
/// An arc each way. Rows are as long as the first; cells that are not there are 0.
pub fn shared(rows: &[Vec<f64>]) -> Graph {
    among(rows, |one, other| one.iter().zip(other).map(|(a, b)| a * b).sum())
}

/// Ties by likeness: the greatest distance of two rows less that of these two, by Euclid.
///
/// An arc each way but between those who are farthest apart. `None` if all are equally far apart: nothing tells who is
/// like whom.
pub fn alike(rows: &[Vec<f64>]) -> Option<Graph> {
    let apart = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    let pairs =
        || rows.iter().enumerate().flat_map(|(at, one)| rows[at + 1..].iter().map(move |other| apart(one, other)));
    let (least, most) = pairs().fold((f64::INFINITY, 0.0), |(least, most), d| (d.min(least), d.max(most)));
    (least < most).then(|| among(rows, |one, other| most - apart(one, other)))
}

/// Ties that both ends confirm: an arc from `i` to `j` where `i` says that it gives to `j`, and `j` that it gets from `i`,
/// which is an arc of the second network from `j` to `i`. Its weight is the lesser of the two.
///
/// `None` if the two have not as many actors.
pub fn confirmed(given: &Graph, got: &Graph) -> Option<Graph> {
    let both = given
        .each()
        .filter_map(|(from, to, weight)| got.weight(to, from).map(|other| (from as u32, to as u32, weight.min(other))));
    (given.len() == got.len()).then(|| Graph::of(given.len(), both).0)
}

/// A value for every two rows.
fn among(rows: &[Vec<f64>], value: impl Fn(&[f64], &[f64]) -> f64) -> Graph {
    let arcs = (0..rows.len()).flat_map(|one| (0..rows.len()).map(move |other| (one, other)));
    let arcs = arcs.filter(|(one, other)| one != other);
    Graph::of(rows.len(), arcs.map(|(one, other)| (one as u32, other as u32, value(&rows[one], &rows[other])))).0
}
