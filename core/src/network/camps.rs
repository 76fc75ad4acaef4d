//! Camps: groups of a signed network, friends within and opponents between.

use serde::Serialize;

use super::draw::Draw;
use super::graph::Graph;
use super::groups::numbered;
use super::parallel;
use super::permute::{FULL_ACTORS_MAX, Runs};

/// The best partition of several runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Camps {
    /// The camp of each actor, numbered from zero in the order of their first actors.
    pub groups: Vec<u32>,
    /// How many actors each camp has.
    pub sizes: Vec<usize>,
    /// Signed modularity of this partition.
    pub modularity: f64,
}

/// The matrix of which signed modularity is the sum over pairs in one group: `(w_ij - k+_i k+_j / m+ + k-_i k-_j / m-) /
/// (m+ + m-)`, the weights of both directions added. Positive ties count within camps, negative ones between them.
fn matrix(graph: &Graph) -> Option<Vec<f64>> {
    let len = graph.len();
    let mut cells = vec![0.0; len * len];
    for (from, to, weight) in graph.each() {
        cells[from * len + to] += weight;
        cells[to * len + from] += weight;
    }
    // Of positive and of negative ties: the sums of the rows, and of all.
    let sides = [1.0_f64, -1.0].map(|sign| {
        let rows: Vec<f64> =
            cells.chunks(len.max(1)).map(|row| row.iter().map(|weight| (sign * weight).max(0.0)).sum()).collect();
        let all: f64 = rows.iter().sum();
        (rows, all)
    });
    let [(plus, all_plus), (minus, all_minus)] = &sides;
    let all = all_plus + all_minus;
    if all <= 0.0 {
        return None;
    }
    let chance = |sums: &[f64], all: f64, one: usize, other: usize| {
        if all > 0.0 { sums[one] * sums[other] / all } else { 0.0 }
    };
    for one in 0..len {
        for other in 0..len {
            let cell = &mut cells[one * len + other];
            *cell += chance(minus, *all_minus, one, other) - chance(plus, *all_plus, one, other);
            *cell /= all;
        }
    }
    Some(cells)
}

/// The sum over pairs in one group.
fn within(cells: &[f64], groups: &[u32]) -> f64 {
    let rows = cells.chunks(groups.len().max(1)).zip(groups);
    rows.flat_map(|(row, own)| row.iter().zip(groups).filter(move |(_, group)| *group == own).map(|(cell, _)| cell))
        .sum()
}

/// Signed modularity of a partition (Gómez, Jensen & Arenas 2009); without negative ties it is the classical one.
///
/// `None` without ties, with more than [`FULL_ACTORS_MAX`] actors, or if `groups` is not as long as there are actors.
pub fn signed_modularity(graph: &Graph, groups: &[u32]) -> Option<f64> {
    if groups.len() != graph.len() || graph.len() > FULL_ACTORS_MAX {
        return None;
    }
    Some(within(&matrix(graph)?, groups))
}

/// Camps of the greatest signed modularity found in `runs.permutations` runs: single actors move to the camp where most is
/// gained, camps are merged and move likewise (Blondel et al. 2008), and single actors once more.
///
/// `None` without ties, without runs, or with more than [`FULL_ACTORS_MAX`] actors.
pub fn camps(graph: &Graph, runs: &Runs) -> Option<Camps> {
    let len = graph.len();
    if len > FULL_ACTORS_MAX {
        return None;
    }
    let cells = matrix(graph)?;
    let found = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let mut groups = gathered(&cells, len, &mut draw);
            moved(&cells, &mut groups, &mut draw);
            let modularity = within(&cells, &groups);
            (groups, modularity)
        },
    );
    // Of equals the first, so that it is the same one each time.
    let best = found.into_iter().reduce(|best, next| if next.1 > best.1 + 1e-12 { next } else { best })?;
    let (groups, sizes) = numbered(&best.0);
    Some(Camps { groups, sizes: sizes.into_iter().map(|size| size as usize).collect(), modularity: best.1 })
}

/// Moves single nodes to the group where most is gained, until none gains.
fn moved(cells: &[f64], groups: &mut [u32], draw: &mut Draw) {
    let len = groups.len();
    let mut sums = vec![0.0; len];
    loop {
        let mut is_moved = false;
        for node in draw.permutation(len) {
            let node = node as usize;
            sums.fill(0.0);
            let row = &cells[node * len..(node + 1) * len];
            let mut is_used = vec![false; len];
            for (other, cell) in row.iter().enumerate().filter(|(other, _)| *other != node) {
                sums[groups[other] as usize] += cell;
                is_used[groups[other] as usize] = true;
            }
            // The group it is in is kept unless another, or to be alone, is better by more than rounding.
            let (mut to, mut gain) = (groups[node] as usize, sums[groups[node] as usize]);
            let alone = (0..len).find(|group| !is_used[*group]);
            for group in (0..len).filter(|group| is_used[*group] || Some(*group) == alone) {
                if sums[group] > gain + 1e-12 {
                    (to, gain) = (group, sums[group]);
                }
            }
            is_moved |= to != groups[node] as usize;
            groups[node] = to as u32;
        }
        if !is_moved {
            return;
        }
    }
}

/// Groups from single nodes: moved, merged, and again with what was merged.
fn gathered(cells: &[f64], len: usize, draw: &mut Draw) -> Vec<u32> {
    let mut groups: Vec<u32> = (0..len as u32).collect();
    moved(cells, &mut groups, draw);
    let (groups, sizes) = numbered(&groups);
    let count = sizes.len();
    if count == len {
        return groups;
    }
    let mut merged = vec![0.0; count * count];
    for (row, one) in cells.chunks(len).zip(&groups) {
        for (cell, other) in row.iter().zip(&groups) {
            merged[*one as usize * count + *other as usize] += cell;
        }
    }
    let outer = gathered(&merged, count, draw);
    groups.into_iter().map(|group| outer[group as usize]).collect()
}
