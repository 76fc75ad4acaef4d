//! Which actors hang together, and how far a network falls to pieces.

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
