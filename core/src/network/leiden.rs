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

/// The power of e below which a choice is never taken: by less than one in 10^17.
const NEVER: f64 = -40.0;

/// After so many rounds in which nothing became better it ends: another round has other draws.
const IDLE: usize = 2;

/// A merged network of so few nodes is divided several times, from the start, and the best kept.
const FEW: usize = 500;
/// How often.
const TRIES: usize = 20;

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
    let alone: Vec<u32> = (0..graph.len() as u32).collect();
    let start = modularity(graph, &alone, gamma)?;
    let bottom = Level::of(graph);
    let total: f64 = bottom.out.iter().sum();
    let null = Null { total, gamma, scale: gamma / total, looseness: LOOSENESS * total / graph.arcs() as f64 };
    // Where there are fewer runs than threads, each run has several.
    let threads = (runs.threads / runs.permutations.max(1)).max(1);
    let found = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let (mut groups, mut quality) = (alone.clone(), start);
            let mut idle = 0;
            for _ in 0..ROUNDS_MAX {
                let (next, better) = round(&bottom, groups.clone(), &null, &mut draw, threads);
                if better > quality + 1e-12 {
                    (groups, quality, idle) = (next, better, 0);
                } else {
                    idle += 1;
                }
                if idle == IDLE {
                    break;
                }
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
    let ((groups, sizes), _) = found.get(best)?;
    let others = || found.iter().enumerate().filter(|(run, _)| *run != best).map(|(_, ((groups, _), _))| groups);
    Some(Communities {
        groups: groups.clone(),
        sizes: sizes.iter().map(|size| *size as usize).collect(),
        modularity: modularity(graph, groups, gamma)?,
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
    /// `gamma / total`.
    scale: f64,
    looseness: f64,
}

impl Null {
    /// The weight both ways that chance gives two parts with these weights out and in.
    fn between(&self, one: (f64, f64), other: (f64, f64)) -> f64 {
        (one.0 * other.1 + one.1 * other.0) * self.scale
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

    /// Modularity of a partition.
    fn quality(&self, groups: &[u32], null: &Null) -> f64 {
        let mut ends = vec![(0.0, 0.0); self.len()];
        let mut between = 0.0;
        for (node, group) in groups.iter().enumerate() {
            let (sum, own) = (&mut ends[*group as usize], self.ends(node));
            *sum = (sum.0 + own.0, sum.1 + own.1);
            between += self.ties.each(node).filter(|(other, _)| groups[*other] != *group).map(|(_, w)| w).sum::<f64>();
        }
        let chance: f64 = ends.iter().map(|(out, into)| out * into).sum();
        // Every tie stands with both of its ends.
        1.0 - between / 2.0 / null.total - null.gamma * chance / (null.total * null.total)
    }

    /// The network between the groups of this one.
    fn merged(&self, groups: &[u32], count: usize, threads: usize) -> Level {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
        let (mut out, mut into) = (vec![0.0; count], vec![0.0; count]);
        for (node, group) in groups.iter().enumerate() {
            let group = *group as usize;
            members[group].push(node);
            out[group] += self.out[node];
            into[group] += self.into[node];
        }
        let list = |near: &mut Near, group: usize| -> Vec<(u32, f64)> {
            let ties = members[group].iter().flat_map(|node| self.ties.each(*node));
            ties.for_each(|(other, weight)| near.add(groups[other], weight));
            near.drain().filter(|(other, _)| *other as usize != group).collect()
        };
        let lists = parallel::map(count, threads.min(parallel::cores_for(self.len())), || Near::of(count), list);
        Level { ties: Partners::of_lists(lists), out, into }
    }
}

/// The weights of ties with each of many groups, of which few are touched at a time.
struct Near {
    /// Below zero where a group was not touched.
    weight: Vec<f64>,
    touched: Vec<u32>,
}

impl Near {
    fn of(groups: usize) -> Near {
        Near { weight: vec![-1.0; groups], touched: Vec::new() }
    }

    fn add(&mut self, group: u32, weight: f64) {
        let sum = &mut self.weight[group as usize];
        if *sum < 0.0 {
            self.touched.push(group);
            *sum = weight;
        } else {
            *sum += weight;
        }
    }

    /// The groups that were touched with their weights, in the order of touching; all is forgotten.
    fn drain(&mut self) -> impl Iterator<Item = (u32, f64)> {
        let Near { weight, touched } = self;
        touched.drain(..).map(|group| (group, std::mem::replace(&mut weight[group as usize], -1.0)))
    }
}

/// One round from a partition: move, refine, merge, and the same with what was merged; the partition and its modularity.
fn round(level: &Level, start: Vec<u32>, null: &Null, draw: &mut Draw, threads: usize) -> (Vec<u32>, f64) {
    let mut groups = start;
    move_nodes(level, &mut groups, null, draw);
    let (fine, count) = refined(level, &groups, null, draw.bits(), threads);
    if count == level.len() {
        let quality = level.quality(&groups, null);
        return (groups, quality);
    }
    let mut coarse = vec![0; count];
    for (node, part) in fine.iter().enumerate() {
        coarse[*part as usize] = groups[node];
    }
    let merged = level.merged(&fine, count, threads);
    let mut best = round(&merged, numbered(&coarse).0, null, draw, threads);
    // From here on little costs much less than what led here: what comes out depends on the draws, so it is tried again.
    if count <= FEW && level.len() > FEW {
        for _ in 1..TRIES {
            let other = round(&merged, (0..count as u32).collect(), null, draw, threads);
            if other.1 > best.1 + 1e-12 {
                best = other;
            }
        }
    }
    let (groups, quality) = best;
    (fine.iter().map(|part| groups[*part as usize]).collect(), quality)
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
        for (group, weight) in near.drain() {
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

/// Splits every group into parts that hold together; the parts numbered from zero, and how many there are. Groups have
/// nothing to do with each other, so each has draws of its own, and a thread may take any.
fn refined(level: &Level, groups: &[u32], null: &Null, seed: u64, threads: usize) -> (Vec<u32>, usize) {
    let len = level.len();
    let (groups, sizes) = numbered(groups);
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); sizes.len()];
    for (node, group) in groups.iter().enumerate() {
        members[*group as usize].push(node as u32);
    }
    let threads = threads.min(parallel::cores_for(len));
    let split = parallel::map(
        members.len(),
        threads,
        || Refining::of(len),
        |refining, group| {
            let members = &members[group];
            refining.split(level, &groups, members, null, &mut Draw::run(seed, group));
            members.iter().map(|node| refining.parts[*node as usize]).collect::<Vec<u32>>()
        },
    );
    let mut parts = vec![0; len];
    for (members, split) in members.iter().zip(&split) {
        members.iter().zip(split).for_each(|(node, part)| parts[*node as usize] = *part);
    }
    let (parts, sizes) = numbered(&parts);
    (parts, sizes.len())
}

/// Parts of a group as they grow; what belongs to other groups is not read.
struct Refining {
    /// The part of each node.
    parts: Vec<u32>,
    /// Of each part how many nodes it has, the weights out of and into it, and the weight of its ties with the rest of
    /// its group.
    sizes: Vec<u32>,
    ends: Vec<(f64, f64)>,
    bound: Vec<f64>,
    near: Near,
    choices: Vec<Choice>,
}

/// A part that a node may join.
struct Choice {
    part: u32,
    weight: f64,
    odds: f64,
}

impl Refining {
    fn of(len: usize) -> Refining {
        Refining {
            parts: vec![0; len],
            sizes: vec![0; len],
            ends: vec![(0.0, 0.0); len],
            bound: vec![0.0; len],
            near: Near::of(len),
            choices: Vec::new(),
        }
    }

    /// Grows parts of a group from its single nodes.
    fn split(&mut self, level: &Level, groups: &[u32], members: &[u32], null: &Null, draw: &mut Draw) {
        let within = |node: usize| level.ties.each(node).filter(move |(other, _)| groups[*other] == groups[node]);
        let mut all = (0.0, 0.0);
        for node in members.iter().map(|node| *node as usize) {
            let own = level.ends(node);
            all = (all.0 + own.0, all.1 + own.1);
            (self.parts[node], self.sizes[node], self.ends[node]) = (node as u32, 1, own);
            self.bound[node] = within(node).map(|(_, weight)| weight).sum();
        }
        let slack = 1e-12 * null.total;
        let holds =
            |bound: f64, ends: (f64, f64)| bound + slack >= null.between(ends, (all.0 - ends.0, all.1 - ends.1));
        let mut order = members.to_vec();
        draw.shuffle(&mut order);
        for node in order.into_iter().map(|node| node as usize) {
            // Who was joined by another stays.
            if self.sizes[node] != 1 || !holds(self.bound[node], self.ends[node]) {
                continue;
            }
            for (other, weight) in within(node) {
                self.near.add(self.parts[other], weight);
            }
            let (own, ends, bound) = (self.ends[node], &self.ends, &self.bound);
            let gained = |(part, weight): (u32, f64)| {
                let at = part as usize;
                let gain = weight - null.between(own, ends[at]);
                (gain >= 0.0 && holds(bound[at], ends[at])).then_some(Choice { part, weight, odds: gain })
            };
            self.choices.clear();
            self.choices.extend(self.near.drain().filter_map(gained));
            let most = self.choices.iter().map(|choice| choice.odds).fold(0.0, f64::max);
            let odds = |gain: f64| {
                let power = (gain - most) / null.looseness;
                if power < NEVER { 0.0 } else { power.exp() }
            };
            // To stay alone gains nothing, and is one of the choices.
            let mut sum = odds(0.0);
            for choice in &mut self.choices {
                choice.odds = odds(choice.odds);
                sum += choice.odds;
            }
            let mut left = draw.share() * sum;
            let chosen = self.choices.iter().find(|choice| {
                left -= choice.odds;
                left < 0.0
            });
            if let Some(Choice { part, weight, .. }) = chosen {
                let to = *part as usize;
                self.ends[to] = (self.ends[to].0 + own.0, self.ends[to].1 + own.1);
                self.bound[to] += self.bound[node] - 2.0 * weight;
                self.sizes[to] += 1;
                self.sizes[node] = 0;
                self.parts[node] = *part;
            }
        }
    }
}
