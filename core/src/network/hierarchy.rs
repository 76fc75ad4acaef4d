//! How near a network is to a reporting line: Krackhardt's four dimensions.

use serde::Serialize;

use super::component::{Connected, components, strong};
use super::graph::Graph;
use super::parallel;

/// The four dimensions in which a network is compared with a tree; a tree has one in each.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Hierarchy {
    /// Share of the pairs that hang together, whatever the directions: `1 - F` of fragmentation. `None` below two
    /// actors.
    pub connectedness: Option<f64>,
    /// Of the pairs with a path in any direction, the share with a path in one only. `None` without arcs.
    pub hierarchy: Option<f64>,
    /// `1 - V / max V`, where `V` counts the arcs beyond those that hold each component together. `None` if all are
    /// isolates.
    pub efficiency: Option<f64>,
    /// Share of the pairs within components that have a least upper bound: one who leads to both, and to whom all lead
    /// that lead to both. `None` without components of three actors or more.
    pub lubness: Option<f64>,
}

/// Connectedness, hierarchy, efficiency and least-upper-boundedness (Krackhardt 1994), as the R package sna counts
/// them: each actor leads to itself, and a component of `s` actors could have `s(s-1)` arcs.
///
/// Arcs must lead from superior to subordinate; turned round, the last is another figure. Memory grows with the
/// square of the number of strong components, an eighth of a byte for each pair, and time with its third power: this is
/// for some thousand actors.
pub fn hierarchy(graph: &Graph) -> Hierarchy {
    let len = graph.len() as u64;
    let weak = components(graph, Connected::Weakly);
    let sum = |of: fn(u64) -> u64| weak.sizes.iter().map(|size| of(*size as u64)).sum::<u64>();
    let share = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64);

    let above = Above::of(graph);
    let one_way: u64 = (0..above.sizes.len())
        .map(|at| above.sizes[at] * above.each(at).filter(|other| *other != at).map(|o| above.sizes[o]).sum::<u64>())
        .sum();
    let both_ways: u64 = above.sizes.iter().map(|size| size * (size - 1) / 2).sum();
    let beyond = graph.arcs() as u64 - sum(|size| size - 1);
    let without = above.without_bound(&weak.of_actor);
    Hierarchy {
        connectedness: share(sum(|size| size * (size - 1)), len * len.saturating_sub(1)),
        hierarchy: share(one_way, one_way + both_ways),
        efficiency: share(beyond, sum(|size| (size - 1) * (size - 1))).map(|share| 1.0 - share),
        lubness: share(without, sum(|size| (size - 1) * size.saturating_sub(2) / 2)).map(|share| 1.0 - share),
    }
}

/// Who leads to whom among strong components, whose members all lead to each other. They are numbered so that arcs lead
/// from lower to higher numbers.
struct Above {
    /// How many actors each component has.
    sizes: Vec<u64>,
    /// The lowest actor of each component.
    firsts: Vec<u32>,
    /// Words in a row.
    words: usize,
    /// Of each component a row of bits: those that lead to it, itself among them.
    rows: Vec<u64>,
}

impl Above {
    fn of(graph: &Graph) -> Above {
        let strong = strong(graph);
        let number = |actor: usize| strong.count - 1 - strong.of_actor[actor] as usize;
        let words = strong.count.div_ceil(64);
        let mut all = Above {
            sizes: vec![0; strong.count],
            firsts: vec![0; strong.count],
            words,
            rows: vec![0; strong.count * words],
        };
        for actor in (0..graph.len()).rev() {
            all.sizes[number(actor)] += 1;
            all.firsts[number(actor)] = actor as u32;
        }
        let mut order: Vec<usize> = (0..graph.len()).collect();
        order.sort_by_key(|actor| number(*actor));
        for actor in order {
            let at = number(actor);
            let (before, from_here) = all.rows.split_at_mut(at * words);
            let own = &mut from_here[..words];
            own[at / 64] |= 1 << (at % 64);
            for from in graph.incoming(actor) {
                let other = number(*from as usize);
                let known = own[other / 64] >> (other % 64) & 1 == 1;
                if !known {
                    let row = &before[other * words..(other + 1) * words];
                    own.iter_mut().zip(row).for_each(|(own, word)| *own |= word);
                }
            }
        }
        all
    }

    fn row(&self, at: usize) -> &[u64] {
        &self.rows[at * self.words..(at + 1) * self.words]
    }

    /// Those that lead to a component.
    fn each(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.row(at).iter().enumerate().flat_map(|(word, bits)| {
            let mut bits = *bits;
            std::iter::from_fn(move || {
                let bit = (bits != 0).then(|| bits.trailing_zeros() as usize)?;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }

    /// How many pairs of actors of one weak component have no least upper bound.
    fn without_bound(&self, weak: &[u32]) -> u64 {
        let count = self.sizes.len();
        let part: Vec<u32> = self.firsts.iter().map(|actor| weak[*actor as usize]).collect();
        let found = parallel::map(
            count,
            parallel::cores_for(count),
            || (),
            |(), at| {
                let others = (0..at).filter(|other| part[*other] == part[at] && !self.bound(*other, at));
                self.sizes[at] * others.map(|other| self.sizes[other]).sum::<u64>()
            },
        );
        found.into_iter().sum()
    }

    /// Whether two components, the lower first, have a least upper bound. It is the highest of those that lead to both,
    /// or none is; and all that lead to both must lead to it.
    fn bound(&self, low: usize, high: usize) -> bool {
        let (low, high) = (&self.row(low)[..=low / 64], self.row(high));
        let Some(word) = (0..low.len()).rev().find(|word| low[*word] & high[*word] != 0) else { return false };
        let top = word * 64 + 63 - (low[word] & high[word]).leading_zeros() as usize;
        let row = &self.row(top)[..=word];
        row.iter().zip(low.iter().zip(high)).rev().all(|(own, (low, high))| *own == low & high)
    }
}
