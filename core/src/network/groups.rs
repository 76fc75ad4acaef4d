//! How far arcs stay within groups, and how good a partition into groups is.

use serde::Serialize;

use super::draw::Draw;
use super::graph::Graph;
use super::parallel;
use super::permute::{Runs, Share};

/// Groups numbered from zero in the order of their first actors, and how many actors each has.
pub(super) fn numbered(groups: &[u32]) -> (Vec<u32>, Vec<f64>) {
    let mut names = groups.to_vec();
    names.sort_unstable();
    names.dedup();
    let mut numbers = vec![u32::MAX; names.len()];
    let mut sizes: Vec<f64> = Vec::new();
    let of_actor = groups
        .iter()
        .map(|group| {
            let number = &mut numbers[names.partition_point(|name| name < group)];
            if *number == u32::MAX {
                *number = sizes.len() as u32;
                sizes.push(0.0);
            }
            sizes[*number as usize] += 1.0;
            *number
        })
        .collect();
    (of_actor, sizes)
}

/// What is counted when arcs within and between groups are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// Every arc once.
    Arcs,
    /// Every pair with an arc in either direction once.
    Ties,
    /// Every arc with its weight.
    Weights,
}

/// Arcs between and within groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExternalInternal {
    /// Between groups.
    pub external: f64,
    /// Within groups.
    pub internal: f64,
    /// `(external - internal) / (external + internal)`: -1 if everything stays within, 1 if nothing does.
    pub index: f64,
    /// The least index that the sizes of the groups and the number of arcs allow.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
    /// The index on the scale from -1 at `least` to 1 at `greatest`; `None` if only one value is possible.
    pub rescaled: Option<f64>,
    /// The index on average when the groups are dealt out anew among the actors.
    pub permuted: Option<f64>,
    /// How often such an index is as low, as high, or as extreme; `None` without permutations.
    pub p: Option<Share>,
}

/// E–I index: `(external - internal) / (external + internal)` (Krackhardt & Stern 1988), with the range that is
/// achievable and the share of permutations of the groups among the actors that reach it.
///
/// The range puts the heaviest arcs between, or within, groups as long as there are cells. `None` without arcs, with
/// weights below zero if weights are counted, or if `groups` is not as long as there are actors.
pub fn external_internal(graph: &Graph, groups: &[u32], count: Count, runs: &Runs) -> Option<ExternalInternal> {
    if groups.len() != graph.len() {
        return None;
    }
    let counted: Vec<(u32, u32, f64)> = graph
        .each()
        .filter(|(from, to, _)| count != Count::Ties || from < to || !graph.has(*to, *from))
        .map(|(from, to, weight)| (from as u32, to as u32, if count == Count::Weights { weight } else { 1.0 }))
        .collect();
    if counted.is_empty() || counted.iter().any(|(_, _, weight)| *weight < 0.0) {
        return None;
    }
    let (of_actor, sizes) = numbered(groups);
    let total: f64 = counted.iter().map(|(_, _, weight)| weight).sum();
    let external_of = |group: &dyn Fn(u32) -> u32| -> f64 {
        counted.iter().filter(|(from, to, _)| group(*from) != group(*to)).map(|(_, _, weight)| weight).sum()
    };
    let index_of = |external: f64| (2.0 * external - total) / total;
    let external = external_of(&|actor| of_actor[actor as usize]);
    let index = index_of(external);

    let half = if count == Count::Ties { 2 } else { 1 };
    let len = graph.len();
    let cells_within: usize = sizes.iter().map(|size| *size as usize * (*size as usize - 1)).sum::<usize>() / half;
    let cells_between = len * (len - 1) / half - cells_within;
    let mut heaviest: Vec<f64> = counted.iter().map(|(_, _, weight)| *weight).collect();
    heaviest.sort_unstable_by(|one, other| other.total_cmp(one));
    let most = |cells: usize| heaviest.iter().take(cells).sum::<f64>();
    let greatest = index_of(most(cells_between));
    let least = index_of(total - most(cells_within));
    let rescaled = (greatest > least).then(|| 2.0 * (index - least) / (greatest - least) - 1.0);

    let drawn = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let order = Draw::run(runs.seed, run).permutation(len);
            index_of(external_of(&|actor| of_actor[order[actor as usize] as usize]))
        },
    );
    let permuted = (!drawn.is_empty()).then(|| drawn.iter().sum::<f64>() / drawn.len() as f64);
    let p = permuted.map(|mean| Share::of(index, &drawn, mean));
    Some(ExternalInternal { external, internal: total - external, index, least, greatest, rescaled, permuted, p })
}

/// Assortativity by group: `(sum e_gg - sum a_g b_g) / (1 - sum a_g b_g)`, where `e_gh` is the share of the weight of
/// all arcs that goes from group `g` to `h`, `a_g` and `b_g` its sums (Newman 2003).
///
/// Take [`Graph::binary`] where weights shall not count. `None` without arcs, if all arcs are in one group, or if
/// `groups` is not as long as there are actors.
pub fn assortativity(graph: &Graph, groups: &[u32]) -> Option<f64> {
    if groups.len() != graph.len() {
        return None;
    }
    let (of_actor, sizes) = numbered(groups);
    let (mut total, mut within) = (0.0, 0.0);
    let (mut out, mut into) = (vec![0.0; sizes.len()], vec![0.0; sizes.len()]);
    for (from, to, weight) in graph.each() {
        let (from, to) = (of_actor[from] as usize, of_actor[to] as usize);
        total += weight;
        out[from] += weight;
        into[to] += weight;
        if from == to {
            within += weight;
        }
    }
    let chance: f64 = out.iter().zip(&into).map(|(out, into)| out * into).sum::<f64>() / (total * total);
    let value = (within / total - chance) / (1.0 - chance);
    (total > 0.0 && value.is_finite()).then_some(value)
}

/// Modularity of a partition: `1/m sum_ij (A_ij - gamma k_i^out k_j^in / m) [g_i = g_j]` (Newman 2006; Leicht & Newman
/// 2008). `gamma`, the resolution, is 1 in the classical measure.
///
/// Of a network made by [`Graph::undirected`] it is the undirected modularity. `None` without arcs, with weights below
/// zero, or if `groups` is not as long as there are actors.
pub fn modularity(graph: &Graph, groups: &[u32], gamma: f64) -> Option<f64> {
    if groups.len() != graph.len() {
        return None;
    }
    let (of_actor, sizes) = numbered(groups);
    let (mut total, mut within) = (0.0, 0.0);
    let (mut out, mut into) = (vec![0.0; sizes.len()], vec![0.0; sizes.len()]);
    for (from, to, weight) in graph.each() {
        if weight < 0.0 {
            return None;
        }
        let (from, to) = (of_actor[from] as usize, of_actor[to] as usize);
        total += weight;
        out[from] += weight;
        into[to] += weight;
        if from == to {
            within += weight;
        }
    }
    let chance: f64 = out.iter().zip(&into).map(|(out, into)| out * into).sum();
    (total > 0.0).then(|| within / total - gamma * chance / (total * total))
}

/// How alike two partitions are beyond chance: 1 if they are the same, 0 on average if they have nothing to do with
/// each other (adjusted Rand index, Hubert & Arabie 1985).
///
/// `None` if they are of different actors, of fewer than two, or if both put all together or all apart.
pub fn alike(one: &[u32], other: &[u32]) -> Option<f64> {
    if one.len() != other.len() || one.len() < 2 {
        return None;
    }
    let pairs = |count: f64| count * (count - 1.0) / 2.0;
    let mut both: Vec<(u32, u32)> = one.iter().copied().zip(other.iter().copied()).collect();
    both.sort_unstable();
    let together: f64 = both.chunk_by(|a, b| a == b).map(|chunk| pairs(chunk.len() as f64)).sum();
    let sum = |groups: &[u32]| numbered(groups).1.into_iter().map(pairs).sum::<f64>();
    let (first, second) = (sum(one), sum(other));
    let chance = first * second / pairs(one.len() as f64);
    let value = (together - chance) / ((first + second) / 2.0 - chance);
    value.is_finite().then_some(value)
}

/// How far two partitions are apart in nats: 0 if they are the same (variation of information, Meilă 2007). `None` if
/// they are of different actors or of none.
pub fn apart(one: &[u32], other: &[u32]) -> Option<f64> {
    if one.len() != other.len() || one.is_empty() {
        return None;
    }
    let all = one.len() as f64;
    let entropy = |count: f64| -count / all * (count / all).ln();
    let mut both: Vec<(u32, u32)> = one.iter().copied().zip(other.iter().copied()).collect();
    both.sort_unstable();
    let joint: f64 = both.chunk_by(|a, b| a == b).map(|chunk| entropy(chunk.len() as f64)).sum();
    let single = |groups: &[u32]| numbered(groups).1.into_iter().map(entropy).sum::<f64>();
    Some((2.0 * joint - single(one) - single(other)).max(0.0))
}
