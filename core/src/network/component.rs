//! Which actors hang together, and how far a network falls to pieces.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::graph::Graph;
use super::path::{End, Length, harmonic};

/// When actors hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Connected {
    /// If there is a path between them, whatever the directions of its arcs.
    Weakly,
    /// If there is a path with directions each way.
    Strongly,
}

/// The parts of a network that hang together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Components {
    /// The part of each actor; parts are numbered from zero in the order of their first actors.
    pub of_actor: Vec<u32>,
    /// How many actors each part has.
    pub sizes: Vec<usize>,
}

/// Components, weak or strong: the largest sets of actors that hang together (Wasserman & Faust 1994; strong ones in
/// time with the arcs, Tarjan 1972). An isolate is one of its own.
pub fn components(graph: &Graph, connected: Connected) -> Components {
    match connected {
        Connected::Weakly => weak(graph),
        Connected::Strongly => {
            let strong = strong(graph);
            let mut numbers = vec![u32::MAX; strong.count];
            let mut sizes = Vec::new();
            let of_actor = strong
                .of_actor
                .iter()
                .map(|found| {
                    let number = &mut numbers[*found as usize];
                    if *number == u32::MAX {
                        *number = sizes.len() as u32;
                        sizes.push(0);
                    }
                    sizes[*number as usize] += 1;
                    *number
                })
                .collect();
            Components { of_actor, sizes }
        }
    }
}

/// Fragmentation: `F = 1 - sum_k s_k(s_k - 1) / (n(n-1))`, the share of the pairs that do not hang together, where
/// `s_k` are the sizes of the components (Borgatti 2006). `None` below two actors.
pub fn fragmentation(graph: &Graph, connected: Connected) -> Option<f64> {
    let len = graph.len();
    let within: usize = components(graph, connected).sizes.iter().map(|size| size * (size - 1)).sum();
    (len > 1).then(|| 1.0 - within as f64 / (len * (len - 1)) as f64)
}

/// Distance-weighted fragmentation: `DF = 1 - sum over i, j of (1 / d_ij) / (n(n-1))` in steps, where `1 / d` is zero
/// if there is no path: zero if each has an arc to each, one if there are no arcs (Borgatti 2006). Without directions
/// take [`Graph::undirected`]. `None` below two actors.
pub fn distance_fragmentation(graph: &Graph) -> Option<f64> {
    let closeness = harmonic(graph, Length::Steps, End::Out)?;
    Some(1.0 - closeness.iter().sum::<f64>() / closeness.len() as f64)
}

/// The network without the actors that have no arcs, and which number each of the others had.
pub fn without_isolates(graph: &Graph) -> (Graph, Vec<u32>) {
    let kept: Vec<u32> = (0..graph.len() as u32)
        .filter(|actor| !graph.out(*actor as usize).is_empty() || !graph.incoming(*actor as usize).is_empty())
        .collect();
    let mut numbers = vec![0; graph.len()];
    for (number, actor) in kept.iter().enumerate() {
        numbers[*actor as usize] = number as u32;
    }
    let arcs = graph.each().map(|(from, to, weight)| (numbers[from], numbers[to], weight));
    (Graph::of(kept.len(), arcs).0, kept)
}

fn weak(graph: &Graph) -> Components {
    let mut of_actor = vec![u32::MAX; graph.len()];
    let mut sizes = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    for first in 0..graph.len() {
        if of_actor[first] != u32::MAX {
            continue;
        }
        let number = sizes.len() as u32;
        of_actor[first] = number;
        open.push(first as u32);
        let mut size = 0;
        while let Some(actor) = open.pop() {
            size += 1;
            for other in graph.out(actor as usize).iter().chain(graph.incoming(actor as usize)) {
                if of_actor[*other as usize] == u32::MAX {
                    of_actor[*other as usize] = number;
                    open.push(*other);
                }
            }
        }
        sizes.push(size);
    }
    Components { of_actor, sizes }
}

/// Strong components in the order in which they are found: every arc stays in one or leads to one that was found
/// before.
pub(super) struct Strong {
    /// The component of each actor.
    pub(super) of_actor: Vec<u32>,
    /// How many there are.
    pub(super) count: usize,
}

pub(super) fn strong(graph: &Graph) -> Strong {
    let len = graph.len();
    let mut of_actor = vec![u32::MAX; len];
    let mut count = 0;
    // When each actor was met, from one; zero before. The earliest that it leads back to.
    let (mut met, mut back) = (vec![0_u32; len], vec![0_u32; len]);
    let mut last = 0;
    let mut open: Vec<u32> = Vec::new();
    // The path from the first actor to here, each with how many of its arcs were followed.
    let mut path: Vec<(u32, usize)> = Vec::new();
    for first in 0..len {
        if met[first] == 0 {
            path.push((first as u32, 0));
        }
        while let Some((actor, followed)) = path.last_mut() {
            let at = *actor as usize;
            if *followed == 0 && met[at] == 0 {
                last += 1;
                met[at] = last;
                back[at] = last;
                open.push(*actor);
            }
            if let Some(to) = graph.out(at).get(*followed) {
                *followed += 1;
                let to = *to as usize;
                if met[to] == 0 {
                    path.push((to as u32, 0));
                } else if of_actor[to] == u32::MAX {
                    back[at] = back[at].min(met[to]);
                }
                continue;
            }
            path.pop();
            if let Some((before, _)) = path.last() {
                back[*before as usize] = back[*before as usize].min(back[at]);
            }
            if back[at] == met[at] {
                while let Some(member) = open.pop() {
                    of_actor[member as usize] = count as u32;
                    if member as usize == at {
                        break;
                    }
                }
                count += 1;
            }
        }
    }
    Strong { of_actor, count }
}

/// Actors whose leaving takes a component apart, ascending, directions not read (Hopcroft & Tarjan 1973).
pub fn cut_points(graph: &Graph) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let partners: Vec<Vec<u32>> = (0..graph.len()).map(|actor| graph.partners(actor)).collect();
    let (mut order, mut low) = (vec![UNSEEN; graph.len()], vec![UNSEEN; graph.len()]);
    let mut cuts = vec![false; graph.len()];
    let mut count = 0;
    for root in 0..graph.len() {
        if order[root] != UNSEEN {
            continue;
        }
        let mut children = 0;
        (order[root], low[root]) = (count, count);
        count += 1;
        // Each with the one it was reached from, and how many of its partners were looked at.
        let mut path = vec![(root, root, 0)];
        while let Some((actor, before, at)) = path.last_mut() {
            let (one, from) = (*actor, *before);
            if let Some(next) = partners[one].get(*at).map(|next| *next as usize) {
                *at += 1;
                if order[next] == UNSEEN {
                    (order[next], low[next]) = (count, count);
                    count += 1;
                    path.push((next, one, 0));
                } else if next != from {
                    low[one] = low[one].min(order[next]);
                }
                continue;
            }
            path.pop();
            if one == root {
                continue;
            }
            low[from] = low[from].min(low[one]);
            if from == root {
                children += 1;
            } else if low[one] >= order[from] {
                cuts[from] = true;
            }
        }
        cuts[root] = children > 1;
    }
    (0..graph.len() as u32).filter(|actor| cuts[*actor as usize]).collect()
}

/// That two groups hang together only through one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Separator {
    /// Without whom they would not meet.
    pub actor: u32,
    /// The one group, the smaller number of both.
    pub one: u32,
    /// The other.
    pub other: u32,
}

/// Pairs of groups of which every path from one to the other goes through one actor that is in neither, directions not
/// read: liaisons whom nobody can replace. `groups` says in which group each actor is, if it is in one.
pub fn separators(graph: &Graph, groups: &[Option<u32>]) -> Vec<Separator> {
    let whole = components(graph, Connected::Weakly);
    // Which groups have members in which part of a network.
    let together = |part: &[u32], without: Option<usize>| {
        let mut of_part: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (actor, group) in groups.iter().enumerate().filter(|(actor, _)| Some(*actor) != without) {
            of_part.entry(part[actor]).or_default().extend(group);
        }
        let pairs = of_part.values().flat_map(|groups| {
            let all: Vec<u32> = groups.iter().copied().collect();
            let pair = |at: usize| all[at + 1..].iter().map(|other| (all[at], *other)).collect::<Vec<_>>();
            (0..all.len()).flat_map(pair).collect::<Vec<_>>()
        });
        pairs.collect::<BTreeSet<(u32, u32)>>()
    };
    let met = together(&whole.of_actor, None);
    let mut found = Vec::new();
    for actor in cut_points(graph) {
        let arcs = graph.each().filter(|(from, to, _)| *from != actor as usize && *to != actor as usize);
        let rest = Graph::of(graph.len(), arcs.map(|(from, to, weight)| (from as u32, to as u32, weight))).0;
        let still = together(&components(&rest, Connected::Weakly).of_actor, Some(actor as usize));
        let own = groups.get(actor as usize).copied().flatten();
        let parted = met.difference(&still).filter(|(one, other)| own != Some(*one) && own != Some(*other));
        found.extend(parted.map(|(one, other)| Separator { actor, one: *one, other: *other }));
    }
    found
}
