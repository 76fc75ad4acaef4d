//! The ties of a network: who has an arc with whom in either direction, the weights of both directions added.

use super::graph::Graph;

/// Of each actor the partners, ascending, with `a_ij + a_ji` beside them.
#[derive(Clone, Debug)]
pub(super) struct Partners {
    starts: Vec<usize>,
    others: Vec<u32>,
    weights: Vec<f64>,
}

impl Partners {
    pub(super) fn of(graph: &Graph) -> Partners {
        let mut ties = Partners {
            starts: Vec::with_capacity(graph.len() + 1),
            others: Vec::with_capacity(2 * graph.arcs()),
            weights: Vec::with_capacity(2 * graph.arcs()),
        };
        ties.starts.push(0);
        for actor in 0..graph.len() {
            let (out, into) = (graph.out(actor), graph.incoming(actor));
            let (out_weights, into_weights) = (graph.out_weights(actor), graph.incoming_weights(actor));
            let (mut o, mut i) = (0, 0);
            while o < out.len() || i < into.len() {
                let to = out.get(o).copied().unwrap_or(u32::MAX);
                let from = into.get(i).copied().unwrap_or(u32::MAX);
                let mut weight = 0.0;
                if to <= from {
                    weight += out_weights[o];
                    o += 1;
                }
                if from <= to {
                    weight += into_weights[i];
                    i += 1;
                }
                ties.others.push(to.min(from));
                ties.weights.push(weight);
            }
            ties.starts.push(ties.others.len());
        }
        ties
    }

    /// From lists, each in its own order.
    pub(super) fn of_lists(lists: Vec<Vec<(u32, f64)>>) -> Partners {
        let mut ties = Partners { starts: vec![0], others: Vec::new(), weights: Vec::new() };
        for list in lists {
            ties.others.extend(list.iter().map(|(other, _)| *other));
            ties.weights.extend(list.iter().map(|(_, weight)| *weight));
            ties.starts.push(ties.others.len());
        }
        ties
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The partners of an actor.
    pub(super) fn others(&self, actor: usize) -> &[u32] {
        &self.others[self.starts[actor]..self.starts[actor + 1]]
    }

    /// The weights of the ties with them.
    pub(super) fn weights(&self, actor: usize) -> &[f64] {
        &self.weights[self.starts[actor]..self.starts[actor + 1]]
    }

    /// Each partner of an actor with the weight of the tie.
    pub(super) fn each(&self, actor: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.others(actor).iter().map(|other| *other as usize).zip(self.weights(actor).iter().copied())
    }

    /// `sum over partners q of values[q] * weight`, in four sums side by side: one sum would wait for itself.
    pub(super) fn dot(&self, actor: usize, values: &[f64]) -> f64 {
        let (others, weights) = (self.others(actor).chunks_exact(4), self.weights(actor).chunks_exact(4));
        let rest: f64 = others
            .remainder()
            .iter()
            .zip(weights.remainder())
            .map(|(other, weight)| values[*other as usize] * weight)
            .sum();
        let mut sums = [0.0; 4];
        for (other, weight) in others.zip(weights) {
            for lane in 0..4 {
                sums[lane] += values[other[lane] as usize] * weight[lane];
            }
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
    }
}
