//! Who stands between others: holes in the structure around an actor, and the roles of a broker between groups.

use serde::Serialize;

use super::graph::Graph;
use super::parallel;
use super::partners::Partners;

/// Constraint of each actor: `c_i = sum over partners j of (p_ij + sum over q of p_iq p_qj)^2`, where `p_ij` is the
/// share of the weight of `i`'s ties, both directions added, that `j` has (Burt 1992).
///
/// Weights are read as strength; take [`Graph::binary`] where they shall not count. Above one is possible: 1.125 in a
/// closed triad. `None` for isolates and where weights below zero leave no strength.
pub fn constraint(graph: &Graph) -> Vec<Option<f64>> {
    let ties = Partners::of(graph);
    let strength = strengths(&ties);
    let len = graph.len();
    parallel::map(
        len,
        parallel::cores_for(len),
        || vec![0.0; len],
        |shares, actor| {
            let own = strength[actor];
            if !positive(&ties, &strength, actor) {
                return None;
            }
            // With p_iq / s_q at hand, the sum over q of p_iq p_qj runs along the ties of j.
            for (other, weight) in ties.each(actor) {
                shares[other] = weight / own / strength[other];
            }
            let sum = ties
                .each(actor)
                .map(|(other, weight)| {
                    let all = weight / own + ties.dot(other, shares);
                    all * all
                })
                .sum();
            for other in ties.others(actor) {
                shares[*other as usize] = 0.0;
            }
            Some(sum)
        },
    )
}

/// Effective size of each actor's network: `e_i = sum over partners j of (1 - sum over q of p_iq m_jq)`, where `m_jq`
/// is the weight of `j`'s tie with `q` over that of `j`'s strongest tie (Burt 1992; Borgatti 1997).
///
/// Read as in [`constraint`]; without weights and directions it is `n - 2t / n`. `None` for isolates.
pub fn effective_size(graph: &Graph) -> Vec<Option<f64>> {
    let ties = Partners::of(graph);
    let strength = strengths(&ties);
    let strongest: Vec<f64> =
        (0..graph.len()).map(|actor| ties.weights(actor).iter().copied().fold(0.0, f64::max)).collect();
    let len = graph.len();
    parallel::map(
        len,
        parallel::cores_for(len),
        || vec![0.0; len],
        |shares, actor| {
            let own = strength[actor];
            if !positive(&ties, &strength, actor) {
                return None;
            }
            for (other, weight) in ties.each(actor) {
                shares[other] = weight / own;
            }
            let sum = ties
                .others(actor)
                .iter()
                .map(|other| 1.0 - ties.dot(*other as usize, shares) / strongest[*other as usize])
                .sum();
            for other in ties.others(actor) {
                shares[*other as usize] = 0.0;
            }
            Some(sum)
        },
    )
}

/// Efficiency of each actor's network: its effective size over how many partners there are (Burt 1992). `None` for
/// isolates.
pub fn efficiency(graph: &Graph) -> Vec<Option<f64>> {
    effective_size(graph)
        .into_iter()
        .enumerate()
        .map(|(actor, size)| size.map(|size| size / graph.partners(actor).len() as f64))
        .collect()
}

fn strengths(ties: &Partners) -> Vec<f64> {
    (0..ties.len()).map(|actor| ties.weights(actor).iter().sum()).collect()
}

/// Whether an actor and all its partners have a strength to take shares of.
fn positive(ties: &Partners, strength: &[f64], actor: usize) -> bool {
    let partners = ties.others(actor);
    !partners.is_empty() && strength[actor] > 0.0 && partners.iter().all(|other| strength[*other as usize] > 0.0)
}

/// A figure for each role of a broker `v` in `a -> v -> b` without `a -> b`, by the groups of `a`, `v` and `b`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Roles<T> {
    /// All three in one group (w_I).
    pub coordinator: T,
    /// The two others in one group, the broker in another; also itinerant broker (w_O).
    pub consultant: T,
    /// Out of the broker's group (b_IO).
    pub representative: T,
    /// Into the broker's group (b_OI).
    pub gatekeeper: T,
    /// Three groups (b_O).
    pub liaison: T,
    /// All roles (t).
    pub total: T,
}

impl<T: Copy> Roles<T> {
    fn of(values: [T; 6]) -> Roles<T> {
        let [coordinator, consultant, representative, gatekeeper, liaison, total] = values;
        Roles { coordinator, consultant, representative, gatekeeper, liaison, total }
    }

    /// Coordinator, consultant, representative, gatekeeper, liaison, total.
    pub fn list(&self) -> [T; 6] {
        [self.coordinator, self.consultant, self.representative, self.gatekeeper, self.liaison, self.total]
    }
}

/// How often one actor, or all together, broker in each role.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Brokering {
    /// How many open pairs.
    pub raw: Roles<u64>,
    /// The same, each pair counted with the lesser weight of its two legs.
    pub weighted: Roles<f64>,
    /// What `raw` would be on average if arcs fell by chance, each with the density of the network.
    pub expected: Roles<f64>,
    /// Its standard deviation.
    pub sd: Roles<f64>,
    /// `(raw - expected) / sd`; `None` where the role cannot occur.
    pub z: Roles<Option<f64>>,
}

/// Brokerage between groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Brokerage {
    /// Of each actor.
    pub actors: Vec<Brokering>,
    /// Of all together.
    pub total: Brokering,
    /// Exact standard deviations of the totals. `total.sd` and `total.z` follow the published formulas, which other
    /// programs print too; those leave out pairs of triples in which one needs an arc that the other must not have, so
    /// they are somewhat large for coordinators, representatives, gatekeepers and the total.
    pub exact_sd: Roles<f64>,
}

/// Brokerage in five roles: pairs `a -> v -> b` without `a -> b`, by the groups of the three (Gould & Fernandez 1989).
///
/// `groups` has the group of each actor. Expected values are conditional on the sizes of the groups and the density.
/// `None` with fewer than three actors or if `groups` is not as long as there are actors.
pub fn brokerage(graph: &Graph, groups: &[u32]) -> Option<Brokerage> {
    let len = graph.len();
    if len < 3 || groups.len() != len {
        return None;
    }
    let counts = parallel::map(len, parallel::cores_for(len), || (), |(), broker| roles_of(graph, groups, broker));
    let (of_actor, sizes) = super::groups::numbered(groups);
    let chance = Chance::of(len, graph.arcs());
    let moments: Vec<([f64; 6], [f64; 6])> = (0..sizes.len()).map(|group| chance.broker(&sizes, group)).collect();
    let actors: Vec<Brokering> = counts
        .iter()
        .zip(&of_actor)
        .map(|((raw, weighted), group)| {
            let (expected, variance) = moments[*group as usize];
            brokering(*raw, *weighted, expected, variance)
        })
        .collect();
    let mut raw = [0; 6];
    let mut weighted = [0.0; 6];
    for (own, own_weighted) in &counts {
        for role in 0..6 {
            raw[role] += own[role];
            weighted[role] += own_weighted[role];
        }
    }
    let (expected, variance, exact) = chance.all(&sizes);
    let total = brokering(raw, weighted, expected, variance);
    Some(Brokerage { actors, total, exact_sd: Roles::of(exact.map(|variance| variance.max(0.0).sqrt())) })
}

fn brokering(raw: [u64; 6], weighted: [f64; 6], expected: [f64; 6], variance: [f64; 6]) -> Brokering {
    let sd = variance.map(|variance| variance.max(0.0).sqrt());
    let z = std::array::from_fn(|role| (sd[role] > 0.0).then(|| (raw[role] as f64 - expected[role]) / sd[role]));
    Brokering {
        raw: Roles::of(raw),
        weighted: Roles::of(weighted),
        expected: Roles::of(expected),
        sd: Roles::of(sd),
        z: Roles::of(z),
    }
}

/// The open pairs around one broker, counted and weighted, by role.
fn roles_of(graph: &Graph, groups: &[u32], broker: usize) -> ([u64; 6], [f64; 6]) {
    let mut raw = [0; 6];
    let mut weighted = [0.0; 6];
    let own = groups[broker];
    let (targets, target_weights) = (graph.out(broker), graph.out_weights(broker));
    for (source, source_weight) in graph.incoming(broker).iter().zip(graph.incoming_weights(broker)) {
        let from = groups[*source as usize];
        let direct = graph.out(*source as usize);
        let mut at = 0;
        for (target, target_weight) in targets.iter().zip(target_weights) {
            while at < direct.len() && direct[at] < *target {
                at += 1;
            }
            if target == source || direct.get(at) == Some(target) {
                continue;
            }
            let to = groups[*target as usize];
            let role = match (from == own, own == to) {
                (true, true) => 0,
                (true, false) => 2,
                (false, true) => 3,
                (false, false) if from == to => 1,
                (false, false) => 4,
            };
            raw[role] += 1;
            weighted[role] += source_weight.min(*target_weight);
        }
    }
    raw[5] = raw[..5].iter().sum();
    weighted[5] = weighted[..5].iter().sum();
    (raw, weighted)
}

/// Moments of a triple `a -> v -> b` without `a -> b` if every arc is there by itself with the same probability.
struct Chance {
    actors: f64,
    /// Probability of a triple.
    open: f64,
    /// Variance of a triple.
    own: f64,
    /// Covariance of two triples that share one arc that both need.
    shared: f64,
    /// Covariance of two triples that share the arc that neither may have.
    barred: f64,
    /// Minus the covariance of two triples of which one needs an arc that the other may not have.
    opposed: f64,
}

impl Chance {
    fn of(actors: usize, arcs: usize) -> Chance {
        let actors = actors as f64;
        let density = arcs as f64 / (actors * (actors - 1.0));
        let gap = 1.0 - density;
        let open = density.powi(2) * gap;
        Chance {
            actors,
            open,
            own: open * (1.0 - open),
            shared: (density * gap).powi(3),
            barred: density.powi(5) * gap,
            opposed: open * open,
        }
    }

    /// Expectation and variance by role for a broker of one group. Two triples of one broker share at most one arc,
    /// that from `a` or that to `b`.
    fn broker(&self, sizes: &[f64], group: usize) -> ([f64; 6], [f64; 6]) {
        let (all, own) = (self.actors, sizes[group]);
        let (mates, strangers) = (own - 1.0, all - own);
        let ordered = |n: f64| n * (n - 1.0);
        let mut triples = [0.0; 6];
        let mut pairs = [0.0; 6];
        triples[0] = ordered(mates);
        pairs[0] = 2.0 * ordered(mates) * (mates - 2.0);
        triples[2] = mates * strangers;
        pairs[2] = mates * ordered(strangers) + strangers * ordered(mates);
        triples[3] = triples[2];
        pairs[3] = pairs[2];
        for size in sizes.iter().enumerate().filter(|(other, _)| *other != group).map(|(_, size)| *size) {
            let rest = strangers - size;
            triples[1] += ordered(size);
            pairs[1] += 2.0 * ordered(size) * (size - 2.0);
            triples[4] += size * rest;
            pairs[4] += 2.0 * size * ordered(rest);
        }
        triples[5] = ordered(all - 1.0);
        pairs[5] = 2.0 * ordered(all - 1.0) * (all - 3.0);
        let expected = triples.map(|triples| triples * self.open);
        (expected, std::array::from_fn(|role| triples[role] * self.own + pairs[role] * self.shared))
    }

    /// Expectation, published variance and exact variance by role for all brokers together.
    fn all(&self, sizes: &[f64]) -> ([f64; 6], [f64; 6], [f64; 6]) {
        let all = self.actors;
        let mut triples = [0.0; 6];
        let mut published = [0.0; 6];
        let mut exact = [0.0; 6];
        // How many other triples one triple shares an arc with: needed by both, barred to both, needed and barred.
        let mut add = |role: usize, count: f64, shared: f64, barred: f64, opposed: f64, left_out: f64| {
            triples[role] += count;
            let variance = self.own + shared * self.shared + barred * self.barred - opposed * self.opposed;
            published[role] += count * variance;
            exact[role] += count * (variance - left_out * self.opposed);
        };
        let squares: f64 = sizes.iter().map(|size| size * size).sum();
        let within = |n: f64| (n * (n - 1.0) * (n - 2.0), 4.0 * n - 10.0, n - 3.0, 4.0 * (n - 3.0));
        for (i, a) in sizes.iter().copied().enumerate() {
            let (count, shared, barred, opposed) = within(a);
            add(0, count, shared, barred, opposed, 2.0);
            for role in [2, 3] {
                add(role, a * (all - a) * (a - 1.0), all - 3.0, a - 2.0, 0.0, 2.0 * a - 3.0);
            }
            for (_, v) in sizes.iter().copied().enumerate().filter(|(j, _)| *j != i) {
                add(1, a * (a - 1.0) * v, 2.0 * a + 2.0 * v - 6.0, all - a - 1.0, 0.0, 0.0);
                // The counts are linear in the size of the third group: its mean over third actors stands for each.
                let rest = all - a - v;
                if rest > 0.0 {
                    let b = (squares - a * a - v * v) / rest;
                    let shared = 4.0 * (all - v) - 2.0 * (a + b + 1.0);
                    let opposed = 4.0 * (all - b) - 2.0 * (a + v + 1.0);
                    add(4, a * v * rest, shared, all - a - b - 1.0, opposed, 0.0);
                }
            }
        }
        let (count, shared, barred, opposed) = within(all);
        add(5, count, shared, barred, opposed, 2.0);
        (triples.map(|triples| triples * self.open), published, exact)
    }
}
