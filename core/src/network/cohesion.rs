//! How densely a network is knit: density, reciprocity, transitivity.
//!
//! The densities within and between groups are in [`image`](super::blocks::image).

use serde::Serialize;

use super::census::dyads;
use super::graph::Graph;
use super::parallel;
use super::partners::Partners;

/// Density: `sum_ij A_ij / (n(n-1))`, the share of the possible arcs that there are (Wasserman & Faust 1994). The same
/// for a network made by [`Graph::undirected`]. `None` below two actors.
pub fn density(graph: &Graph) -> Option<f64> {
    (graph.len() > 1).then(|| graph.arcs() as f64 / cells(graph))
}

/// Valued density: `sum_ij W_ij / (n(n-1))`, the mean weight, where an arc that is missing weighs zero (Wasserman &
/// Faust 1994). `None` below two actors.
pub fn valued_density(graph: &Graph) -> Option<f64> {
    (graph.len() > 1).then(|| graph.each().map(|(_, _, weight)| weight).sum::<f64>() / cells(graph))
}

fn cells(graph: &Graph) -> f64 {
    let len = graph.len() as f64;
    len * (len - 1.0)
}

/// Reciprocity of arcs: `2M / (2M + A)`, the share of the arcs that are answered, of `M` mutual and `A` asymmetric
/// pairs (Wasserman & Faust 1994). Not to be compared with [`dyadic_reciprocity`]. `None` without arcs.
pub fn reciprocity(graph: &Graph) -> Option<f64> {
    let mutual = 2 * dyads(graph).mutual;
    (graph.arcs() > 0).then(|| mutual as f64 / graph.arcs() as f64)
}

/// Reciprocity of pairs: `(M + N) / (M + A + N)`, the share of the pairs whose two directions are alike, pairs without
/// arcs included (Wasserman & Faust 1994). `None` below two actors.
pub fn dyadic_reciprocity(graph: &Graph) -> Option<f64> {
    let dyads = dyads(graph);
    let all = dyads.mutual + dyads.asymmetric + dyads.null;
    (all > 0).then(|| (dyads.mutual + dyads.null) as f64 / all as f64)
}

/// Transitivity with directions, weak: of the paths `i→j→k` the share with an arc `i→k` (Holland & Leinhardt 1971).
/// Another figure than [`undirected_transitivity`], and both are right. `None` without such paths.
pub fn transitivity(graph: &Graph) -> Option<f64> {
    let len = graph.len();
    let counts = parallel::map(
        len,
        parallel::cores_for(len),
        || vec![false; len],
        |marked, first| {
            graph.out(first).iter().for_each(|third| marked[*third as usize] = true);
            let (mut paths, mut closed) = (0_u64, 0_u64);
            for second in graph.out(first) {
                for third in graph.out(*second as usize) {
                    paths += u64::from(*third as usize != first);
                    closed += u64::from(marked[*third as usize]);
                }
            }
            graph.out(first).iter().for_each(|third| marked[*third as usize] = false);
            (paths, closed)
        },
    );
    let (paths, closed) = counts.iter().fold((0, 0), |(paths, closed), (p, c)| (paths + p, closed + c));
    (paths > 0).then(|| closed as f64 / paths as f64)
}

/// Transitivity without directions: three times the triangles over the connected triples, every tie read as one
/// whatever its directions (Holland & Leinhardt 1971; Newman 2003). `None` without connected triples.
pub fn undirected_transitivity(graph: &Graph) -> Option<f64> {
    let (closed, all) = triples(graph).into_iter().fold((0, 0), |(closed, all), (c, a)| (closed + c, all + a));
    (all > 0).then(|| closed as f64 / all as f64)
}

/// How far the partners of actors are partners of each other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clustering {
    /// Of each actor the share of the pairs of partners that are partners; `None` below two partners.
    pub local: Vec<Option<f64>>,
    /// Their mean over the actors for whom it is defined; `None` if there are none.
    pub average: Option<f64>,
    /// For how many actors it is defined. Tools that count the others as zero find `average * defined / n`.
    pub defined: usize,
}

/// Clustering: `c_i`, ties among the partners of `i` over the pairs of them, and its mean; directions and weights are
/// not read (Watts & Strogatz 1998).
pub fn clustering(graph: &Graph) -> Clustering {
    let local: Vec<Option<f64>> =
        triples(graph).into_iter().map(|(closed, all)| (all > 0).then(|| closed as f64 / all as f64)).collect();
    let defined = local.iter().flatten().count();
    let average = (defined > 0).then(|| local.iter().flatten().sum::<f64>() / defined as f64);
    Clustering { local, average, defined }
}

/// Of each actor how many pairs of its partners are partners, and how many pairs there are.
fn triples(graph: &Graph) -> Vec<(u64, u64)> {
    let ties = Partners::of(graph);
    let len = graph.len();
    parallel::map(
        len,
        parallel::cores_for(len),
        || vec![false; len],
        |marked, actor| {
            let partners = ties.others(actor);
            partners.iter().for_each(|partner| marked[*partner as usize] = true);
            // Each pair is met from both of its ends.
            let met: u64 = partners
                .iter()
                .flat_map(|partner| ties.others(*partner as usize))
                .map(|third| u64::from(marked[*third as usize]))
                .sum();
            partners.iter().for_each(|partner| marked[*partner as usize] = false);
            let count = partners.len() as u64;
            (met / 2, count * count.saturating_sub(1) / 2)
        },
    )
}
