//! Who lies on the shortest paths between others, and who has short paths to others.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::Serialize;

use super::graph::Graph;
use super::parallel;

/// How long an arc is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// One step; weights are not read.
    Steps,
    /// `1 / weight^alpha`: weights are strength, so the heavier, the shorter. `alpha` 1 is the plain inverse (Newman
    /// 2001), 0 is steps, in between both count (Opsahl, Agneessens & Skvoretz 2010).
    Strength {
        /// How much weights count; zero or above.
        alpha: f64,
    },
}

/// In which direction paths are read from an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// From the actor to others.
    Out,
    /// From others to the actor.
    In,
}

/// How often actors lie between others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Betweenness {
    /// Of each actor the sum over pairs of others of the share of their shortest paths that run through it.
    pub raw: Vec<f64>,
    /// The same over how many pairs of others there are; `None` below three actors.
    pub normalised: Option<Vec<f64>>,
    /// How far it gathers at one actor: `sum_i (max b - b_i)` of the normalised values over `n - 1`, which a star has
    /// (Freeman 1979); `None` below three actors.
    pub centralisation: Option<f64>,
}

impl Betweenness {
    fn of(raw: Vec<f64>, pairs: f64) -> Betweenness {
        let normalised: Option<Vec<f64>> = (raw.len() > 2).then(|| raw.iter().map(|value| value / pairs).collect());
        let centralisation = normalised.as_ref().map(|values| {
            let greatest = values.iter().copied().fold(0.0, f64::max);
            values.iter().map(|value| greatest - value).sum::<f64>() / (values.len() as f64 - 1.0)
        });
        Betweenness { raw, normalised, centralisation }
    }
}

/// Betweenness with directions: `b_v = sum over s, t of sigma_st(v) / sigma_st`, where `sigma` counts shortest paths,
/// and `b_v / ((n-1)(n-2))` (Freeman 1977; Brandes 2001).
///
/// Two lengths are the same if they differ by less than one part in ten thousand million. `None` if a length is not
/// above zero, as with weights below zero, or if there are more paths than a number holds.
pub fn betweenness(graph: &Graph, length: Length) -> Option<Betweenness> {
    let len = graph.len() as f64;
    Some(Betweenness::of(between(graph, length)?, (len - 1.0) * (len - 2.0)))
}

/// Betweenness without directions, each pair once: as [`betweenness`] in the network that [`Graph::undirected`] makes,
/// halved, and `b_v / ((n-1)(n-2)/2)` (Freeman 1977).
pub fn undirected_betweenness(graph: &Graph, length: Length) -> Option<Betweenness> {
    let len = graph.len() as f64;
    let raw = between(&graph.undirected(), length)?.into_iter().map(|value| value / 2.0).collect();
    Some(Betweenness::of(raw, (len - 1.0) * (len - 2.0) / 2.0))
}

/// Harmonic closeness: `sum over j of 1 / d(i,j)`, over `n - 1`, where `1 / d` is zero if there is no path (Marchiori &
/// Latora 2000; Rochat 2009; Boldi & Vigna 2014). Unlike closeness it is defined in networks that hang together in
/// part only.
///
/// `None` below two actors or if a length is not above zero.
pub fn harmonic(graph: &Graph, length: Length, end: End) -> Option<Vec<f64>> {
    if graph.len() < 2 {
        return None;
    }
    let sums = match length {
        Length::Steps => harmonic_in_steps(graph, end),
        Length::Strength { alpha } => {
            let lengths = lengths(graph, alpha)?;
            let len = graph.len();
            parallel::map(
                len,
                parallel::cores_for(len),
                || Routes::new(len),
                |routes, actor| {
                    routes.find(&lengths, end, actor);
                    let sum = routes.order[1..].iter().map(|other| 1.0 / routes.length[*other as usize]).sum();
                    routes.clear();
                    sum
                },
            )
        }
    };
    let others = graph.len() as f64 - 1.0;
    Some(sums.into_iter().map(|sum: f64| sum / others).collect())
}

/// The arcs that an actor's paths begin with.
fn next(graph: &Graph, end: End, actor: usize) -> &[u32] {
    match end {
        End::Out => graph.out(actor),
        End::In => graph.incoming(actor),
    }
}

/// Into how many parts sources are dealt. Sums are made part by part, so it must not depend on the number of threads.
const PARTS: usize = 64;

fn between(graph: &Graph, length: Length) -> Option<Vec<f64>> {
    let len = graph.len();
    let sums = match length {
        Length::Steps => {
            let receivers: Vec<u32> =
                (0..len).filter(|actor| !graph.incoming(*actor).is_empty()).map(|actor| actor as u32).collect();
            sum_over_sources(
                len,
                || Steps::new(len),
                |steps, source, sums| {
                    steps.find(graph, &receivers, source);
                    steps.share_out(graph, sums);
                },
            )
        }
        Length::Strength { alpha } => {
            let lengths = lengths(graph, alpha)?;
            sum_over_sources(
                len,
                || Routes::new(len),
                |routes, source, sums| {
                    routes.find(&lengths, End::Out, source);
                    routes.share_out(sums);
                    routes.clear();
                },
            )
        }
    };
    sums.iter().all(|sum| sum.is_finite()).then_some(sums)
}

/// What `each` adds for every source, always added in the same order.
fn sum_over_sources<S>(
    len: usize,
    scratch: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, usize, &mut [f64]) + Sync,
) -> Vec<f64> {
    let parts = len.min(PARTS);
    let sums = parallel::map(parts, parallel::cores_for(len), scratch, |own, part| {
        let mut sums = vec![0.0; len];
        for source in part * len / parts..(part + 1) * len / parts {
            each(own, source, &mut sums);
        }
        sums
    });
    let mut all = vec![0.0; len];
    for part in sums {
        all.iter_mut().zip(part).for_each(|(all, sum)| *all += sum);
    }
    all
}

const FAR: u32 = u32::MAX;

/// An arc that is asked for the level at its end costs as much as so many that are summed without asking.
const ASKING: usize = 4;

/// The shortest paths from one source, counted in steps, level by level.
///
/// Each level is found along the fewer arcs: those out of the level before, or those into the actors not yet reached
/// (Beamer, Asanović & Patterson 2012). The way back does likewise.
struct Steps {
    /// From the source to each actor; `FAR` unless reached.
    steps: Vec<u32>,
    /// How many shortest paths lead to each actor reached.
    paths: Vec<f64>,
    /// How much each actor reached lies between the source and others.
    between: Vec<f64>,
    /// What the actors of one level hand on; zero for all others, so that sums need not ask for the level.
    held: Vec<f64>,
    /// Actors reached, the nearest first.
    order: Vec<u32>,
    /// Where in `order` each level begins, and the end.
    levels: Vec<usize>,
    /// Actors with arcs in, less most of those reached.
    unseen: Vec<u32>,
}

impl Steps {
    fn new(len: usize) -> Steps {
        Steps {
            steps: vec![FAR; len],
            paths: vec![0.0; len],
            between: vec![0.0; len],
            held: vec![0.0; len],
            order: Vec::with_capacity(len),
            levels: Vec::new(),
            unseen: Vec::with_capacity(len),
        }
    }

    fn find(&mut self, graph: &Graph, receivers: &[u32], source: usize) {
        let Steps { steps, paths, held, order, levels, unseen, .. } = self;
        order.clear();
        levels.clear();
        unseen.clear();
        unseen.extend_from_slice(receivers);
        steps[source] = 0;
        paths[source] = 1.0;
        order.push(source as u32);
        levels.push(0);
        let mut arcs_in = graph.arcs() - graph.incoming(source).len();
        let mut from = 0;
        loop {
            let to = order.len();
            let level = levels.len() as u32;
            if arcs(order, from..to, |actor| graph.out(actor)) * ASKING <= arcs_in {
                for at in from..to {
                    let actor = order[at] as usize;
                    let handed = paths[actor];
                    for other in graph.out(actor) {
                        let other = *other as usize;
                        if steps[other] == FAR {
                            steps[other] = level;
                            paths[other] = handed;
                            order.push(other as u32);
                            arcs_in -= graph.incoming(other).len();
                        } else if steps[other] == level {
                            paths[other] += handed;
                        }
                    }
                }
            } else {
                for actor in &order[from..to] {
                    held[*actor as usize] = paths[*actor as usize];
                }
                unseen.retain(|actor| {
                    let other = *actor as usize;
                    if steps[other] != FAR {
                        return false;
                    }
                    let into = graph.incoming(other);
                    let sum = sum_at(held, into);
                    if sum > 0.0 {
                        steps[other] = level;
                        paths[other] = sum;
                        order.push(*actor);
                        arcs_in -= into.len();
                    }
                    sum == 0.0
                });
                for actor in &order[from..to] {
                    held[*actor as usize] = 0.0;
                }
            }
            levels.push(to);
            if order.len() == to {
                return;
            }
            from = to;
        }
    }

    /// Adds what each actor lies between, farthest first, and clears what was found.
    fn share_out(&mut self, graph: &Graph, sums: &mut [f64]) {
        let Steps { steps, paths, between, held, order, levels, .. } = self;
        for level in (1..levels.len().saturating_sub(2)).rev() {
            let here = levels[level]..levels[level + 1];
            let beyond = levels[level + 1]..levels[level + 2];
            let share = |between: &[f64], paths: &[f64], actor: usize| (1.0 + between[actor]) / paths[actor];
            let asked = arcs(order, beyond.clone(), |actor| graph.incoming(actor));
            if arcs(order, here.clone(), |actor| graph.out(actor)) <= asked * ASKING {
                for actor in &order[beyond.clone()] {
                    held[*actor as usize] = share(between, paths, *actor as usize);
                }
                for actor in &order[here.clone()] {
                    between[*actor as usize] = sum_at(held, graph.out(*actor as usize));
                }
                for actor in &order[beyond] {
                    held[*actor as usize] = 0.0;
                }
            } else {
                for actor in &order[beyond] {
                    let handed = share(between, paths, *actor as usize);
                    for before in graph.incoming(*actor as usize) {
                        if steps[*before as usize] == level as u32 {
                            between[*before as usize] += handed;
                        }
                    }
                }
            }
            for actor in &order[here] {
                let actor = *actor as usize;
                between[actor] *= paths[actor];
                sums[actor] += between[actor];
            }
        }
        for actor in order {
            steps[*actor as usize] = FAR;
            between[*actor as usize] = 0.0;
        }
    }
}

/// How many arcs a part of the actors has.
fn arcs<'a>(order: &[u32], part: std::ops::Range<usize>, side: impl Fn(usize) -> &'a [u32]) -> usize {
    order[part].iter().map(|actor| side(*actor as usize).len()).sum()
}

/// The sum of the values of some actors, in four sums side by side: one sum would wait for itself.
fn sum_at(values: &[f64], actors: &[u32]) -> f64 {
    let fours = actors.chunks_exact(4);
    let rest: f64 = fours.remainder().iter().map(|actor| values[*actor as usize]).sum();
    let mut sums = [0.0; 4];
    for four in fours {
        for lane in 0..4 {
            sums[lane] += values[four[lane] as usize];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Sums of 1 over the steps to each other actor, for 64 sources at a time: one bit each (Then et al. 2014).
fn harmonic_in_steps(graph: &Graph, end: End) -> Vec<f64> {
    let len = graph.len();
    let words = || [vec![0_u64; len], vec![0_u64; len], vec![0_u64; len]];
    let parts = parallel::map(len.div_ceil(64), parallel::cores_for(len), words, |[seen, now, then], part| {
        let sources = part * 64..len.min((part + 1) * 64);
        let mut sums = vec![0.0; sources.len()];
        for (bit, source) in sources.enumerate() {
            seen[source] = 1 << bit;
            now[source] = 1 << bit;
        }
        for steps in 1_u32.. {
            for (actor, bits) in now.iter().enumerate().filter(|(_, bits)| **bits != 0) {
                for other in next(graph, end, actor) {
                    then[*other as usize] |= bits;
                }
            }
            let mut counts = [0_u32; 64];
            let mut any = 0;
            for actor in 0..len {
                let mut bits = then[actor] & !seen[actor];
                then[actor] = 0;
                now[actor] = bits;
                seen[actor] |= bits;
                any |= bits;
                while bits != 0 {
                    counts[bits.trailing_zeros() as usize] += 1;
                    bits &= bits - 1;
                }
            }
            if any == 0 {
                break;
            }
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += f64::from(count) / f64::from(steps);
            }
        }
        seen.fill(0);
        sums
    });
    parts.concat()
}

/// The network with the lengths of its arcs for weights.
fn lengths(graph: &Graph, alpha: f64) -> Option<Graph> {
    if !alpha.is_finite() || alpha < 0.0 {
        return None;
    }
    // The plain inverse is the same on every machine; powers may differ in the last place.
    let length = |weight: f64| if alpha == 1.0 { 1.0 / weight } else { weight.powf(-alpha) };
    let lengths: Vec<(u32, u32, f64)> =
        graph.each().map(|(from, to, weight)| (from as u32, to as u32, length(weight))).collect();
    let sound = lengths.iter().all(|(_, _, length)| *length > 0.0 && length.is_finite())
        && graph.each().all(|(_, _, weight)| weight > 0.0);
    sound.then(|| Graph::of(graph.len(), lengths).0)
}

/// How far two lengths may differ, as a share of them, and still be the same.
const SAME: f64 = 1e-10;

/// The shortest paths from one source by length (Dijkstra 1959).
struct Routes {
    /// From the source to each actor; infinite unless reached.
    length: Vec<f64>,
    /// Whether its length is known for good.
    settled: Vec<bool>,
    /// How many shortest paths lead to each actor reached.
    paths: Vec<f64>,
    /// How much each actor reached lies between the source and others.
    between: Vec<f64>,
    /// Actors reached, the nearest first.
    order: Vec<u32>,
    /// Actors on the way, the nearest first. The bits of numbers not below zero are in the order of the numbers.
    open: BinaryHeap<Reverse<(u64, u32)>>,
    /// Arcs along which shortest paths may run, in the order of their first ends, with the length to their second.
    arcs: Vec<(u32, u32, f64)>,
}

impl Routes {
    fn new(len: usize) -> Routes {
        Routes {
            length: vec![f64::INFINITY; len],
            settled: vec![false; len],
            paths: vec![0.0; len],
            between: vec![0.0; len],
            order: Vec::with_capacity(len),
            open: BinaryHeap::new(),
            arcs: Vec::new(),
        }
    }

    fn find(&mut self, lengths: &Graph, end: End, source: usize) {
        self.length[source] = 0.0;
        self.open.push(Reverse((0, source as u32)));
        while let Some(Reverse((bits, actor))) = self.open.pop() {
            let at = actor as usize;
            if self.settled[at] {
                continue;
            }
            self.settled[at] = true;
            self.order.push(actor);
            let sofar = f64::from_bits(bits);
            let more = match end {
                End::Out => lengths.out_weights(at),
                End::In => lengths.incoming_weights(at),
            };
            for (other, more) in next(lengths, end, at).iter().zip(more) {
                let length = sofar + more;
                let known = self.length[*other as usize];
                if length <= known * (1.0 + SAME) && !self.settled[*other as usize] {
                    self.arcs.push((actor, *other, length));
                    if length < known {
                        self.length[*other as usize] = length;
                        self.open.push(Reverse((length.to_bits(), *other)));
                    }
                }
            }
        }
    }

    /// Adds what each actor lies between, farthest first.
    fn share_out(&mut self, sums: &mut [f64]) {
        let Routes { length, paths, between, order, arcs, .. } = self;
        arcs.retain(|(_, to, found)| *found <= length[*to as usize] * (1.0 + SAME));
        paths[order[0] as usize] = 1.0;
        for (from, to, _) in arcs.iter() {
            paths[*to as usize] += paths[*from as usize];
        }
        for (from, to, _) in arcs.iter().rev() {
            let (from, to) = (*from as usize, *to as usize);
            between[from] += (1.0 + between[to]) / paths[to] * paths[from];
        }
        for actor in &order[1..] {
            sums[*actor as usize] += between[*actor as usize];
        }
    }

    fn clear(&mut self) {
        for actor in self.order.drain(..) {
            let actor = actor as usize;
            self.length[actor] = f64::INFINITY;
            self.settled[actor] = false;
            self.paths[actor] = 0.0;
            self.between[actor] = 0.0;
        }
        self.arcs.clear();
    }
}
