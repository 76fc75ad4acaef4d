//! Networks of several relations between the same actors: how far the layers say the same, and how evenly actors take
//! part in them.

use serde::Serialize;

use super::degree::degrees;
use super::graph::Graph;
use super::movement::{covered, jaccard_ties, persistence};

/// How two layers overlap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// Number of the first layer.
    pub one: usize,
    /// Number of the second.
    pub other: usize,
    /// Jaccard index of arcs: those of both over those of either; `None` if neither has arcs.
    pub jaccard: Option<f64>,
    /// Share of the arcs of the first that the second has too; `None` if the first has none.
    pub of_one: Option<f64>,
    /// Share of the arcs of the second that the first has too; `None` if the second has none.
    pub of_other: Option<f64>,
    /// Share of the weight of the first whose two ends have an arc of the second, in either direction; `None` if the
    /// first weighs nothing.
    pub covered_one: Option<f64>,
    /// The same of the second.
    pub covered_other: Option<f64>,
}

/// How several layers overlap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overlap {
    /// Arcs that are in one layer at least.
    pub arcs: usize,
    /// Edge overlap: in how many layers each of these arcs is on average (Battiston, Nicosia & Latora 2014).
    pub mean: f64,
    /// How many of them are in all layers.
    pub in_all: usize,
    /// Each two layers.
    pub pairs: Vec<Pair>,
}

/// Edge overlap of layers, and each two of them compared. `None` below two layers, if they have different actors, or if
/// there are no arcs.
pub fn overlap(layers: &[&Graph]) -> Option<Overlap> {
    if layers.len() < 2 || !are_of_same(layers) {
        return None;
    }
    let each = layers.iter().flat_map(|layer| layer.each());
    let (counted, _) = Graph::of(layers[0].len(), each.map(|(from, to, _)| (from as u32, to as u32, 1.0)));
    if counted.arcs() == 0 {
        return None;
    }
    let all: usize = layers.iter().map(|layer| layer.arcs()).sum();
    let in_all = counted.each().filter(|(_, _, count)| *count == layers.len() as f64).count();
    let pairs = (0..layers.len()).flat_map(|one| (one + 1..layers.len()).map(move |other| (one, other)));
    let pairs = pairs.map(|(one, other)| {
        let (first, second) = (layers[one], layers[other]);
        Pair {
            one,
            other,
            jaccard: jaccard_ties(first, second),
            of_one: persistence(first, second),
            of_other: persistence(second, first),
            covered_one: covered(first, second),
            covered_other: covered(second, first),
        }
    });
    Some(Overlap { arcs: counted.arcs(), mean: all as f64 / counted.arcs() as f64, in_all, pairs: pairs.collect() })
}

/// Participation coefficient of each actor: `P_i = L/(L-1) (1 - sum over layers of (k_il / k_i)^2)`, where `k` counts arcs
/// both ways: 1 if it has as many in every layer, 0 if all are in one (Battiston, Nicosia & Latora 2014).
///
/// Of an actor without arcs it is `None`. `None` at all below two layers or if they have different actors.
pub fn participation(layers: &[&Graph]) -> Option<Vec<Option<f64>>> {
    if layers.len() < 2 || !are_of_same(layers) {
        return None;
    }
    let counts: Vec<Vec<f64>> = layers
        .iter()
        .map(|layer| degrees(layer).into_iter().map(|found| (found.out + found.into) as f64).collect())
        .collect();
    let many = layers.len() as f64;
    let of = |actor: usize| {
        let all: f64 = counts.iter().map(|layer| layer[actor]).sum();
        let squares: f64 = counts.iter().map(|layer| (layer[actor] / all).powi(2)).sum();
        (all > 0.0).then(|| many / (many - 1.0) * (1.0 - squares))
    };
    Some((0..layers[0].len()).map(of).collect())
}

fn are_of_same(layers: &[&Graph]) -> bool {
    layers.windows(2).all(|pair| pair[0].len() == pair[1].len())
}
