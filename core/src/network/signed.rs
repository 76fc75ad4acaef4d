//! Agreement and conflict: balance of signed networks, and networks made of what actors say for and against.

use serde::Serialize;

use super::graph::Graph;
use super::movement::common;
use super::partners::Partners;

/// Up to so many actors, walk balance is computed: it needs several products of full matrices.
pub const WALK_BALANCE_ACTORS_MAX: usize = 400;

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

/// How weights between actors are made comparable when some say more than others (Leifeld 2017).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalised {
    /// Not at all: how many concepts.
    No,
    /// By the mean number of statements of the two.
    Average,
    /// By how many concepts either takes a stance on.
    Jaccard,
    /// By the geometric mean of the numbers of statements of the two.
    Cosine,
}

/// What actors say: for or against which concepts.
#[derive(Clone, Debug)]
pub struct Discourse {
    actors: usize,
    /// Of each concept who is for it, and who is against it, ascending, each once.
    stances: Vec<[Vec<u32>; 2]>,
    /// Of each actor on which concepts it takes a stance, ascending, each once.
    concepts: Vec<Vec<u32>>,
    /// Of each actor how many stances.
    activity: Vec<f64>,
}

impl Discourse {
    /// From statements: actor, concept, whether for it. A statement made again counts once; statements of actors that
    /// there are not are left out. An actor may be both for and against a concept.
    pub fn of(actors: usize, statements: impl IntoIterator<Item = (u32, u32, bool)>) -> Discourse {
        let mut sorted: Vec<(u32, bool, u32)> = statements
            .into_iter()
            .filter(|(actor, ..)| (*actor as usize) < actors)
            .map(|(actor, concept, for_it)| (concept, !for_it, actor))
            .collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut activity = vec![0.0; actors];
        let mut concepts: Vec<Vec<u32>> = vec![Vec::new(); actors];
        for (concept, _, actor) in &sorted {
            let at = *actor as usize;
            activity[at] += 1.0;
            if concepts[at].last() != Some(concept) {
                concepts[at].push(*concept);
            }
        }
        let stances = sorted
            .chunk_by(|one, other| one.0 == other.0)
            .map(|concept| {
                [false, true]
                    .map(|against| concept.iter().filter(|stance| stance.1 == against).map(|stance| stance.2).collect())
            })
            .collect();
        Discourse { actors, stances, concepts, activity }
    }

    /// Congruence: on how many concepts two actors take the same stance, `X+ X+' + X- X-'` (Leifeld 2017).
    pub fn congruence(&self, normalised: Normalised) -> Graph {
        self.network(normalised, 1.0, 0.0)
    }

    /// Conflict: on how many concepts two actors take opposite stances, `X+ X-' + X- X+'` (Leifeld 2017).
    pub fn conflict(&self, normalised: Normalised) -> Graph {
        self.network(normalised, 0.0, 1.0)
    }

    /// Subtract: congruence less conflict, a signed network (Leifeld 2017).
    pub fn subtract(&self, normalised: Normalised) -> Graph {
        self.network(normalised, 1.0, -1.0)
    }

    fn network(&self, normalised: Normalised, same: f64, opposite: f64) -> Graph {
        let mut arcs = Vec::new();
        for [for_it, against] in &self.stances {
            for (ones, others, weight) in [
                (for_it, for_it, same),
                (against, against, same),
                (for_it, against, opposite),
                (against, for_it, opposite),
            ] {
                let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (*one, *other, weight)));
                arcs.extend(pairs.filter(|(one, other, weight)| one != other && *weight != 0.0));
            }
        }
        let sum = Graph::of(self.actors, arcs).0;
        let weighed = sum.each().map(|(from, to, weight)| {
            let (one, other) = (self.activity[from], self.activity[to]);
            let over = match normalised {
                Normalised::No => 1.0,
                Normalised::Average => f64::midpoint(one, other),
                Normalised::Cosine => (one * other).sqrt(),
                Normalised::Jaccard => {
                    let (ones, others) = (&self.concepts[from], &self.concepts[to]);
                    (ones.len() + others.len() - common(ones, others)) as f64
                }
            };
            (from as u32, to as u32, weight / over)
        });
        Graph::of(self.actors, weighed).0
    }
}
