//! Communities by modularity: the Leiden algorithm.

use std::collections::VecDeque;

use serde::Serialize;

use super::draw::Draw;
use super::graph::Graph;
use super::groups::{alike, apart, modularity, numbered};
use super::parallel;
use super::partners::Partners;
use super::permute::Runs;

/// How much a worse choice is still taken when communities are refined, in units of the mean weight of an arc.
const LOOSENESS: f64 = 0.01;

/// How often the whole algorithm starts again from what it found, at most.
const ROUNDS_MAX: usize = 50;

/// The best partition of several runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Communities {
    /// The community of each actor, numbered from zero in the order of their first actors.
    pub groups: Vec<u32>,
    /// How many actors each community has.
    pub sizes: Vec<usize>,
    /// Modularity of this partition.
    pub modularity: f64,
    /// How alike the other runs are to it on average (adjusted Rand index); `None` with one run or where it is not
    /// defined.
    pub alike: Option<f64>,
    /// How far the other runs are from it on average (variation of information in nats); `None` with one run.
    pub apart: Option<f64>,
}

/// Communities of the greatest modularity found in `runs.permutations` runs of the Leiden algorithm (Traag, Waltman &
/// van Eck 2019), for directed modularity with resolution `gamma` (Leicht & Newman 2008).
///
/// Of a network made by [`Graph::undirected`] it is the undirected algorithm. `None` without arcs, without runs, or with
/// weights below zero.
pub fn leiden(graph: &Graph, gamma: f64, runs: &Runs) -> Option<Communities> {
    modularity(graph, &vec![0; graph.len()], gamma)?;
    let bottom = Level::of(graph);
    let null = Null { total: bottom.out.iter().sum(), gamma, looseness: 0.0 };
    let null = Null { looseness: LOOSENESS * null.total / graph.arcs() as f64, ..null };
    let found = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let mut groups: Vec<u32> = (0..graph.len() as u32).collect();
            let mut quality = modularity(graph, &groups, gamma).unwrap_or(f64::NEG_INFINITY);
            for _ in 0..ROUNDS_MAX {
                let next = round(&bottom, &groups, &null, &mut draw);
                let better = modularity(graph, &next, gamma).unwrap_or(f64::NEG_INFINITY);
                if better <= quality + 1e-12 {
                    break;
                }
                (groups, quality) = (next, better);
            }
            (numbered(&groups), quality)
        },
    );
    // Of equals the first, so that it is the same one each time.
    let mut best = 0;
    for (run, (_, quality)) in found.iter().enumerate() {
        if *quality > found[best].1 + 1e-12 {
            best = run;
        }
    }
    let ((groups, sizes), quality) = found.get(best)?;
    let others = || found.iter().enumerate().filter(|(run, _)| *run != best).map(|(_, ((groups, _), _))| groups);
    Some(Communities {
        groups: groups.clone(),
        sizes: sizes.iter().map(|size| *size as usize).collect(),
        modularity: *quality,
        alike: mean(others().map(|other| if other == groups { Some(1.0) } else { alike(groups, other) })),
        apart: mean(others().map(|other| apart(groups, other))),
    })
}

/// The mean of what is all defined; `None` of nothing.
fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// What arcs are compared with.
#[derive(Clone, Copy)]
struct Null {
    /// Weight of all arcs.
    total: f64,
    gamma: f64,
    looseness: f64,
}

impl Null {
    /// The weight both ways that chance gives two parts with these weights out and in.
    fn between(&self, one: (f64, f64), other: (f64, f64)) -> f64 {
        self.gamma * (one.0 * other.1 + one.1 * other.0) / self.total
    }
}

/// A network of actors, or of communities found so far.
struct Level {
    ties: Partners,
    out: Vec<f64>,
    into: Vec<f64>,
}

impl Level {
    fn of(graph: &Graph) -> Level {
        let sum = |weights: &[f64]| weights.iter().sum();
        Level {
            ties: Partners::of(graph),
            out: (0..graph.len()).map(|actor| sum(graph.out_weights(actor))).collect(),
            into: (0..graph.len()).map(|actor| sum(graph.incoming_weights(actor))).collect(),
        }
    }

    fn len(&self) -> usize {
        self.out.len()
    }

    /// The weights out of and into a node.
    fn ends(&self, node: usize) -> (f64, f64) {
        (self.out[node], self.into[node])
    }

    /// The network between the groups of this one.
    fn merged(&self, groups: &[u32], count: usize) -> Level {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (node, group) in groups.iter().enumerate() {
            members[*group as usize].push(node);
        }
        let mut near = Near::of(count);
        let (mut lists, mut out, mut into) = (Vec::with_capacity(count), vec![0.0; count], vec![0.0; count]);
        for (group, nodes) in members.iter().enumerate() {
            for node in nodes {
                out[group] += self.out[*node];
                into[group] += self.into[*node];
                for (other, weight) in self.ties.each(*node) {
                    near.add(groups[other], weight);
                }
            }
            let mut list: Vec<(u32, f64)> =
                near.take().into_iter().filter(|(other, _)| *other as usize != group).collect();
            list.sort_unstable_by_key(|(other, _)| *other);
            lists.push(list);
        }
        Level { ties: Partners::of_lists(lists), out, into }
    }
}

/// The weights of ties with each of many groups, of which few are touched at a time.
struct Near {
    weight: Vec<f64>,
    seen: Vec<bool>,
    touched: Vec<u32>,
}

impl Near {
    fn of(groups: usize) -> Near {
        Near { weight: vec![0.0; groups], seen: vec![false; groups], touched: Vec::new() }
    }

    fn add(&mut self, group: u32, weight: f64) {
        let at = group as usize;
        if !self.seen[at] {
            self.seen[at] = true;
            self.touched.push(group);
        }
        self.weight[at] += weight;
    }

    /// The groups that were touched with their weights, in the order of touching; all is forgotten.
    fn take(&mut self) -> Vec<(u32, f64)> {
        let mut all = Vec::with_capacity(self.touched.len());
        for group in self.touched.drain(..) {
            let at = group as usize;
            all.push((group, std::mem::take(&mut self.weight[at])));
            self.seen[at] = false;
        }
        all
    }
}

/// One round: move, refine, merge, and again with what was merged.
fn round(bottom: &Level, start: &[u32], null: &Null, draw: &mut Draw) -> Vec<u32> {
    let mut place: Vec<u32> = (0..bottom.len() as u32).collect();
    let (mut groups, _) = numbered(start);
    let mut merged: Option<Level> = None;
    loop {
        let level = merged.as_ref().unwrap_or(bottom);
        move_nodes(level, &mut groups, null, draw);
        let (fine, count) = refined(level, &groups, null, draw);
        if count == level.len() {
            break;
        }
        let mut coarse = vec![0; count];
        for (node, group) in fine.iter().enumerate() {
            coarse[*group as usize] = groups[node];
        }
        for node in &mut place {
            *node = fine[*node as usize];
        }
        merged = Some(level.merged(&fine, count));
        groups = numbered(&coarse).0;
    }
    place.iter().map(|node| groups[*node as usize]).collect()
}

/// Moves single nodes to the group where modularity gains most, until none gains by moving.
fn move_nodes(level: &Level, groups: &mut [u32], null: &Null, draw: &mut Draw) {
    let len = level.len();
    let (mut ends, mut sizes) = (vec![(0.0, 0.0); len], vec![0_usize; len]);
    for (node, group) in groups.iter().enumerate() {
        let (sum, own) = (&mut ends[*group as usize], level.ends(node));
        *sum = (sum.0 + own.0, sum.1 + own.1);
        sizes[*group as usize] += 1;
    }
    let mut empty: Vec<u32> = (0..len as u32).filter(|group| sizes[*group as usize] == 0).collect();
    let mut queue: VecDeque<u32> = draw.permutation(len).into();
    let mut queued = vec![true; len];
    let mut near = Near::of(len);
    while let Some(node) = queue.pop_front() {
        let node = node as usize;
        queued[node] = false;
        let (from, own) = (groups[node], level.ends(node));
        let old = &mut ends[from as usize];
        *old = (old.0 - own.0, old.1 - own.1);
        sizes[from as usize] -= 1;
        let alone = sizes[from as usize] == 0;
        if alone {
            *old = (0.0, 0.0);
        }
        near.add(from, 0.0);
        for (other, weight) in level.ties.each(node) {
            near.add(groups[other], weight);
        }
        // The group it was in comes first and is kept unless another is better by more than rounding.
        let (mut to, mut gain) = (from, f64::NEG_INFINITY);
        let slack = 1e-12 * null.total;
        for (group, weight) in near.take() {
            let this = weight - null.between(own, ends[group as usize]);
            if this > gain + slack {
                (to, gain) = (group, this);
            }
        }
        if gain < -slack
            && !alone
            && let Some(free) = empty.pop()
        {
            to = free;
        }
        if alone && to != from {
            empty.push(from);
        }
        let new = &mut ends[to as usize];
        *new = (new.0 + own.0, new.1 + own.1);
        sizes[to as usize] += 1;
        groups[node] = to;
        if to != from {
            for other in level.ties.others(node) {
                if groups[*other as usize] != to && !queued[*other as usize] {
                    queued[*other as usize] = true;
                    queue.push_back(*other);
                }
            }
        }
    }
}

/// Splits every group into parts that hold together, each grown from single nodes; the parts numbered from zero, and how
/// many there are.
fn refined(level: &Level, groups: &[u32], null: &Null, draw: &mut Draw) -> (Vec<u32>, usize) {
    let len = level.len();
    let mut whole = vec![(0.0, 0.0); len];
    for (node, group) in groups.iter().enumerate() {
        let (sum, own) = (&mut whole[*group as usize], level.ends(node));
        *sum = (sum.0 + own.0, sum.1 + own.1);
    }
    let mut parts: Vec<u32> = (0..len as u32).collect();
    let mut ends: Vec<(f64, f64)> = (0..len).map(|node| level.ends(node)).collect();
    let mut sizes = vec![1_usize; len];
    // The weight of the ties of each part with the rest of its group.
    let mut bound: Vec<f64> = (0..len)
        .map(|node| level.ties.each(node).filter(|(other, _)| groups[*other] == groups[node]).map(|(_, w)| w).sum())
        .collect();
    let mut near = Near::of(len);
    for node in draw.permutation(len) {
        let node = node as usize;
        let part = parts[node] as usize;
        let all = whole[groups[node] as usize];
        let slack = 1e-12 * null.total;
        let holds =
            |bound: f64, ends: (f64, f64)| bound + slack >= null.between(ends, (all.0 - ends.0, all.1 - ends.1));
        if sizes[part] != 1 || !holds(bound[part], ends[part]) {
            continue;
        }
        for (other, weight) in level.ties.each(node).filter(|(other, _)| groups[*other] == groups[node]) {
            near.add(parts[other], weight);
        }
        let choices: Vec<(u32, f64, f64)> = near
            .take()
            .into_iter()
            .filter(|(to, _)| holds(bound[*to as usize], ends[*to as usize]))
            .map(|(to, weight)| (to, weight, weight - null.between(ends[part], ends[to as usize])))
            .filter(|(_, _, gain)| *gain >= 0.0)
            .collect();
        let most = choices.iter().map(|(_, _, gain)| *gain).fold(0.0, f64::max);
        let odds = |gain: f64| ((gain - most) / null.looseness).exp();
        // To stay alone gains nothing, and is one of the choices.
        let sum = odds(0.0) + choices.iter().map(|(_, _, gain)| odds(*gain)).sum::<f64>();
        let mut left = draw.share() * sum;
        let chosen = choices.iter().find(|(_, _, gain)| {
            left -= odds(*gain);
            left < 0.0
        });
        if let Some((to, weight, _)) = chosen {
            let to = *to as usize;
            ends[to] = (ends[to].0 + ends[part].0, ends[to].1 + ends[part].1);
            bound[to] += bound[part] - 2.0 * weight;
            sizes[to] += 1;
            sizes[part] = 0;
            parts[node] = to as u32;
        }
    }
    let (parts, sizes) = numbered(&parts);
    (parts, sizes.len())
}
