//! Balance of signed networks.

use serde::Serialize;

use super::draw::Draw;
use super::graph::Graph;
use super::parallel;
use super::partners::Partners;
use super::permute::Runs;

/// Up to so many actors, walk balance is computed: it needs several products of full matrices.
pub const WALK_BALANCE_ACTORS_MAX: usize = 400;

/// Parts up to so many actors are searched for the least frustration to the end, unless that takes too long.
pub const FRUSTRATION_ACTORS_MAX: usize = 40;

/// After so many steps the search in one part is given up, and what remains is a range.
const FRUSTRATION_STEPS_MAX: usize = 4_000_000;

/// Closed triads of a signed network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Triads {
    /// With no, one, two and three negative ties.
    pub by_negative: [u64; 4],
}

impl Triads {
    /// Share of triads whose product of signs is positive (Cartwright & Harary 1956). `None` without triads.
    pub fn balanced(&self) -> Option<f64> {
        let [none, one, two, three] = self.by_negative;
        let all = none + one + two + three;
        (all > 0).then(|| (none + two) as f64 / all as f64)
    }
}

/// Closed triads by how many ties in them are negative (Cartwright & Harary 1956). A tie has the sign of the weights of
/// both directions together; where they cancel out there is no tie.
pub fn signed_triads(graph: &Graph) -> Triads {
    let ties = signed(graph);
    let mut by_negative = [0; 4];
    let mut sign = vec![0.0; graph.len()];
    for actor in 0..graph.len() {
        for (other, weight) in ties.each(actor) {
            sign[other] = weight;
        }
        for (other, weight) in ties.each(actor).filter(|(other, _)| *other > actor) {
            for (third, last) in ties.each(other).filter(|(third, _)| *third > other && sign[*third] != 0.0) {
                let negative = [weight, last, sign[third]].iter().filter(|value| **value < 0.0).count();
                by_negative[negative] += 1;
            }
        }
        for other in ties.others(actor) {
            sign[*other as usize] = 0.0;
        }
    }
    Triads { by_negative }
}

/// Walk balance: `tr(e^A) / tr(e^|A|)` of the ties with sign 1 or -1: closed walks of all lengths, long ones counting
/// less (Estrada 2019). 1 if the network is balanced.
///
/// `None` without actors or with more than [`WALK_BALANCE_ACTORS_MAX`].
pub fn walk_balance(graph: &Graph) -> Option<f64> {
    let len = graph.len();
    if len == 0 || len > WALK_BALANCE_ACTORS_MAX {
        return None;
    }
    let ties = signed(graph);
    let most = (0..len).map(|actor| ties.others(actor).len()).max().unwrap_or(0);
    let trace = |value: &dyn Fn(f64) -> f64| {
        let mut matrix = vec![0.0; len * len];
        for actor in 0..len {
            for (other, weight) in ties.each(actor) {
                matrix[actor * len + other] = value(weight);
            }
        }
        scaled_exponential_trace(&matrix, len, most as f64)
    };
    // Both traces are scaled by the same power of e, which no longer overflows.
    let balance = trace(&f64::signum) / trace(&|_| 1.0);
    balance.is_finite().then_some(balance)
}

/// How far a signed network is from balance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frustration {
    /// Ties that have a sign.
    pub ties: usize,
    /// At least so many of them are against the best division into two sides.
    pub least: usize,
    /// At most so many: those against the division that was found. Where it is `least` it is the line index itself.
    pub most: usize,
    /// On which side of it each actor is.
    pub sides: Vec<bool>,
}

impl Frustration {
    /// The line index over the half of the ties, from one: 1 in balance, 0 as far from it as a network can be (Aref &
    /// Wilson 2018). `None` where the line index is a range.
    pub fn normalised(&self) -> Option<f64> {
        (self.least == self.most && self.ties > 0).then(|| 1.0 - 2.0 * self.most as f64 / self.ties as f64)
    }
}

/// Frustration, the line index of balance: the fewest ties that are against a division of the actors into two sides, which
/// are positive between the sides or negative within one (Harary 1959; Aref & Wilson 2018).
///
/// Exact in parts of up to [`FRUSTRATION_ACTORS_MAX`] actors, by branch and bound; else between the number of negative
/// triangles that share no tie and the best of `runs.permutations` local searches. Signs as in [`signed_triads`].
/// `None` without ties or without starts.
pub fn frustration(graph: &Graph, runs: &Runs) -> Option<Frustration> {
    let ties = signed(graph);
    let len = graph.len();
    let count = (0..len).map(|actor| ties.others(actor).len()).sum::<usize>() / 2;
    if count == 0 {
        return None;
    }
    let searched = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let mut sides: Vec<bool> = (0..len).map(|_| run > 0 && draw.below(2) == 1).collect();
            settle(&ties, &mut sides);
            (against(&ties, &sides), sides)
        },
    );
    let (_, mut sides) = searched.into_iter().min_by_key(|(count, _)| *count)?;
    let mut least = 0;
    for part in parts(&ties) {
        let own = part_against(&ties, &sides, &part);
        let found = (part.len() <= FRUSTRATION_ACTORS_MAX).then(|| Branches::of(&ties, &part, own).search()).flatten();
        least += match found {
            Some((count, better)) => {
                for (actor, side) in part.iter().zip(better.unwrap_or_default()) {
                    sides[*actor] = side;
                }
                count
            }
            None => negative_triangles(&ties, &part),
        };
    }
    Some(Frustration { ties: count, least, most: against(&ties, &sides), sides })
}

/// Whether a tie is against a division.
fn is_against(weight: f64, same_side: bool) -> bool {
    (weight > 0.0) != same_side
}

fn part_against(ties: &Partners, sides: &[bool], part: &[usize]) -> usize {
    let of = |actor: &usize| {
        let actor = *actor;
        ties.each(actor)
            .filter(|(other, weight)| actor < *other && is_against(*weight, sides[actor] == sides[*other]))
            .count()
    };
    part.iter().map(of).sum()
}

fn against(ties: &Partners, sides: &[bool]) -> usize {
    part_against(ties, sides, &(0..ties.len()).collect::<Vec<_>>())
}

/// Changes the side of single actors until none has more ties against it than for it.
fn settle(ties: &Partners, sides: &mut [bool]) {
    let mut goes_on = true;
    while goes_on {
        goes_on = false;
        for actor in 0..ties.len() {
            let count =
                ties.each(actor).filter(|(other, weight)| is_against(*weight, sides[actor] == sides[*other])).count();
            if 2 * count > ties.others(actor).len() {
                sides[actor] = !sides[actor];
                goes_on = true;
            }
        }
    }
}

/// Actors that hang together, without isolates: each from its first, then whoever has most ties with those before.
fn parts(ties: &Partners) -> Vec<Vec<usize>> {
    let mut near = vec![0_usize; ties.len()];
    let mut is_placed = vec![false; ties.len()];
    let mut all = Vec::new();
    for first in 0..ties.len() {
        if is_placed[first] || ties.others(first).is_empty() {
            continue;
        }
        let mut part = Vec::new();
        let mut open = std::collections::BTreeSet::from([(std::cmp::Reverse(0), first)]);
        while let Some((_, actor)) = open.pop_first() {
            is_placed[actor] = true;
            part.push(actor);
            for other in ties.others(actor).iter().map(|other| *other as usize).filter(|other| !is_placed[*other]) {
                open.remove(&(std::cmp::Reverse(near[other]), other));
                near[other] += 1;
                open.insert((std::cmp::Reverse(near[other]), other));
            }
        }
        all.push(part);
    }
    all
}

/// How many negative triangles share no tie, taken one after the other: each has at least one tie against any division.
fn negative_triangles(ties: &Partners, part: &[usize]) -> usize {
    let mut used = std::collections::HashSet::new();
    let key = |one: usize, other: usize| (one.min(other), one.max(other));
    let mut count = 0;
    let mut weight_to = vec![0.0; ties.len()];
    for &one in part {
        for (other, weight) in ties.each(one) {
            weight_to[other] = weight;
        }
        for (other, first) in ties.each(one).filter(|(other, _)| *other > one) {
            for (third, second) in ties.each(other).filter(|(third, _)| *third > other) {
                let is_negative = first * second * weight_to[third] < 0.0;
                let three = [key(one, other), key(other, third), key(one, third)];
                if is_negative && three.iter().all(|tie| !used.contains(tie)) {
                    used.extend(three);
                    count += 1;
                }
            }
        }
        for other in ties.others(one) {
            weight_to[*other as usize] = 0.0;
        }
    }
    count
}

/// The search for the best division of one part: actors take sides one after the other.
struct Branches {
    /// Of each actor, by its place in the order, those after it, and whether the tie is positive.
    after: Vec<Vec<(usize, bool)>>,
    /// Of each actor without a side how many ties would be against each side.
    cost: Vec<[usize; 2]>,
    sides: Vec<bool>,
    best: usize,
    found: Option<Vec<bool>>,
    steps: usize,
}

impl Branches {
    fn of(ties: &Partners, part: &[usize], best: usize) -> Branches {
        let place: std::collections::HashMap<usize, usize> = part.iter().copied().zip(0..).collect();
        let later = |(at, actor): (usize, &usize)| {
            let others = ties.each(*actor).map(|(other, weight)| (place[&other], weight > 0.0));
            others.filter(|(other, _)| *other > at).collect()
        };
        let after = part.iter().enumerate().map(later).collect();
        let (cost, sides) = (vec![[0; 2]; part.len()], vec![false; part.len()]);
        Branches { after, cost, sides, best, found: None, steps: 0 }
    }

    /// The least count, and a division that has it if it is better than the one that was known. `None`: it was given up.
    fn search(mut self) -> Option<(usize, Option<Vec<bool>>)> {
        // The first may be on either side: nothing changes if all change sides.
        self.place(0, false, 0);
        (self.steps <= FRUSTRATION_STEPS_MAX).then_some((self.best, self.found))
    }

    fn place(&mut self, at: usize, side: bool, count: usize) {
        self.steps += 1;
        if self.steps > FRUSTRATION_STEPS_MAX {
            return;
        }
        let count = count + self.cost[at][usize::from(side)];
        self.sides[at] = side;
        for (other, is_positive) in &self.after[at] {
            // Against the tie is the other side than a friend's, or a foe's own.
            self.cost[*other][usize::from(if *is_positive { !side } else { side })] += 1;
        }
        let rest: usize = self.cost[at + 1..].iter().map(|cost| cost[0].min(cost[1])).sum();
        if count + rest < self.best {
            if at + 1 == self.sides.len() {
                self.best = count;
                self.found = Some(self.sides.clone());
            } else {
                let next = self.cost[at + 1];
                let first = next[1] < next[0];
                self.place(at + 1, first, count);
                self.place(at + 1, !first, count);
            }
        }
        for (other, is_positive) in &self.after[at] {
            self.cost[*other][usize::from(if *is_positive { !side } else { side })] -= 1;
        }
    }
}

/// `tr(e^(A - most))` by scaling and squaring of `e^((A - most) / 2^k)`, the norm of which is at most one.
fn scaled_exponential_trace(matrix: &[f64], len: usize, most: f64) -> f64 {
    let squarings = if most > 0.5 { (2.0 * most).log2().ceil() as i32 } else { 0 };
    let scale = 0.5_f64.powi(squarings);
    let scaled: Vec<f64> = matrix.iter().map(|value| value * scale).collect();
    let mut identity = vec![0.0; len * len];
    for at in 0..len {
        identity[at * len + at] = 1.0;
    }
    // Taylor by Horner; with a norm up to a half, 14 terms reach the last digit.
    let mut sum = identity.clone();
    for term in (1..=14).rev() {
        sum = product(&scaled, &sum, len);
        for (value, one) in sum.iter_mut().zip(&identity) {
            *value = *value / f64::from(term) + one;
        }
    }
    let shrink = (-most * scale).exp();
    for value in &mut sum {
        *value *= shrink;
    }
    for _ in 0..squarings {
        sum = product(&sum, &sum, len);
    }
    (0..len).map(|at| sum[at * len + at]).sum()
}

fn product(one: &[f64], other: &[f64], len: usize) -> Vec<f64> {
    let mut all = vec![0.0; len * len];
    for (row, into) in one.chunks_exact(len).zip(all.chunks_exact_mut(len)) {
        for (factor, values) in row.iter().zip(other.chunks_exact(len)).filter(|(factor, _)| **factor != 0.0) {
            for (sum, value) in into.iter_mut().zip(values) {
                *sum += factor * value;
            }
        }
    }
    all
}

/// Partners with a sign: those whose two directions do not cancel out.
fn signed(graph: &Graph) -> Partners {
    let ties = Partners::of(graph);
    Partners::of_lists(
        (0..graph.len())
            .map(|actor| {
                let kept = ties.each(actor).filter(|(_, weight)| *weight != 0.0);
                kept.map(|(other, weight)| (other as u32, weight)).collect()
            })
            .collect(),
    )
}
