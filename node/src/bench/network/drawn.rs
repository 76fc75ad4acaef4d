//! Networks that look like those of this field: provinces as blocks, most ties within a province or with a few partner
//! provinces, few actors with very many ties.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use tongban_core::network::Graph;
use tongban_core::network::draw::Draw;

/// Provinces of a network that has no real ones.
const PROVINCES: usize = 31;
/// Provinces with which one has most of its ties.
const PARTNERS: usize = 4;
/// Share of the ties within the province, and with it or its partners.
const WITHIN: f64 = 0.4;
const NEAR: f64 = 0.85;
/// How actors differ in how much they do: the exponent of a Pareto distribution.
const TAIL: f64 = 1.8;

/// The province of each of so many actors, ascending.
pub(super) fn provinces(actors: usize) -> Vec<u32> {
    (0..actors).map(|actor| (actor * PROVINCES / actors) as u32).collect()
}

/// So many arcs between actors whose provinces, ascending from 0, are given; how often one was drawn is its weight.
/// Ascending by both ends.
///
/// There must be at most a third of all arcs that there could be, or drawing them takes long.
pub(super) fn arcs(provinces: &[u32], arcs: usize, seed: u64) -> Vec<(u32, u32, f64)> {
    let mut draw = Draw::of(seed);
    let (actors, count) = (provinces.len(), provinces.last().map_or(0, |last| *last as usize + 1));
    let partners: Vec<usize> = (0..count * PARTNERS).map(|_| draw.below(count)).collect();
    let mut whole = 0.0;
    let activity: Vec<f64> = (0..actors)
        .map(|_| {
            whole += (1.0 - draw.share()).powf(-1.0 / TAIL);
            whole
        })
        .collect();
    let mut counts: HashMap<(u32, u32), u32> = HashMap::with_capacity(arcs);
    while counts.len() < arcs {
        let from = picked(&activity, &mut draw);
        let (own, kind) = (provinces[from] as usize, draw.share());
        let (first, last) = if kind < NEAR {
            let partner = partners[own * PARTNERS + draw.below(PARTNERS)];
            let province = if kind < WITHIN { own } else { partner } as u32;
            (provinces.partition_point(|one| *one < province), provinces.partition_point(|one| *one <= province))
        } else {
            (0, actors)
        };
        // A province may be without actors.
        if first < last {
            let to = first + draw.below(last - first);
            if to != from {
                *counts.entry((from as u32, to as u32)).or_default() += 1;
            }
        }
    }
    let mut arcs: Vec<(u32, u32, f64)> =
        counts.into_iter().map(|((from, to), count)| (from, to, f64::from(count))).collect();
    arcs.sort_unstable_by_key(|(from, to, _)| (*from, *to));
    arcs
}

/// One of those whose weights were summed up one after the other, as likely as it is heavy.
pub(super) fn picked(sums: &[f64], draw: &mut Draw) -> usize {
    let place = draw.share() * sums.last().copied().unwrap_or_default();
    sums.partition_point(|sum| *sum <= place).min(sums.len().saturating_sub(1))
}

/// Writes a network for other programs: how many actors, as text; from whom and to whom, 32 bits each; weights, 64.
pub(super) fn write(folder: &Path, name: &str, graph: &Graph, is_undirected: bool) -> io::Result<()> {
    let arcs = || graph.each().filter(|(from, to, _)| !is_undirected || from < to);
    let put = |ending: &str, bytes: Vec<u8>| std::fs::write(folder.join(format!("{name}.{ending}")), bytes);
    put("actors", graph.len().to_string().into_bytes())?;
    put("from", arcs().flat_map(|(from, ..)| (from as u32).to_le_bytes()).collect())?;
    put("to", arcs().flat_map(|(_, to, _)| (to as u32).to_le_bytes()).collect())?;
    put("weight", arcs().flat_map(|(.., weight)| weight.to_le_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_network_has_the_arcs_asked_for_and_most_of_them_near() {
        let provinces = provinces(620);
        let drawn = arcs(&provinces, 10_000, 1);
        assert_eq!(drawn, arcs(&provinces, 10_000, 1));
        assert_ne!(drawn, arcs(&provinces, 10_000, 2));
        assert_eq!(drawn.len(), 10_000);
        assert!(drawn.iter().all(|(from, to, weight)| from != to && *weight >= 1.0));
        let within = drawn.iter().filter(|(from, to, _)| provinces[*from as usize] == provinces[*to as usize]);
        // By chance alone it would be one in 31.
        assert!(within.count() > 2_000);
        let (graph, left_out) = Graph::of(620, drawn);
        assert_eq!((graph.arcs(), left_out.loops), (10_000, 0));
        let most = (0..620).map(|actor| graph.out(actor).len()).max();
        assert!(most > Some(50), "few have very many: {most:?}");
    }
}
