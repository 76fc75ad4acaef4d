//! What is known of pairs from outside the network.

use crate::network::graph::Graph;

/// Something known of a pair whatever ties there are. Names in brackets are those of statnet.
#[derive(Clone, Debug, PartialEq)]
pub enum Covariate {
    /// The weight of an arc in another network, 0 without one (`edgecov`).
    Network(Graph),
    /// 1 if both are in the same group (`nodematch`).
    Match(Vec<u32>),
    /// A number of who sends (`nodeocov`).
    Sender(Vec<f64>),
    /// A number of who receives (`nodeicov`).
    Receiver(Vec<f64>),
    /// A number of both, added (`nodecov`).
    Both(Vec<f64>),
    /// By how much the numbers of the two differ (`absdiff`).
    Difference(Vec<f64>),
}

impl Covariate {
    /// Of how many actors it knows something.
    pub(super) fn len(&self) -> usize {
        match self {
            Covariate::Network(graph) => graph.len(),
            Covariate::Match(groups) => groups.len(),
            Covariate::Sender(of) | Covariate::Receiver(of) | Covariate::Both(of) | Covariate::Difference(of) => {
                of.len()
            }
        }
    }

    /// Whether everything that it knows is a number.
    pub(super) fn is_finite(&self) -> bool {
        match self {
            // A graph has no arcs that weigh no number.
            Covariate::Network(_) | Covariate::Match(_) => true,
            Covariate::Sender(of) | Covariate::Receiver(of) | Covariate::Both(of) | Covariate::Difference(of) => {
                of.iter().all(|value| value.is_finite())
            }
        }
    }

    /// Whether it is the same for a pair both ways.
    pub(super) fn is_mutual(&self) -> bool {
        match self {
            Covariate::Network(graph) => graph.each().all(|(from, to, weight)| graph.weight(to, from) == Some(weight)),
            Covariate::Match(_) | Covariate::Both(_) | Covariate::Difference(_) => true,
            Covariate::Sender(_) | Covariate::Receiver(_) => false,
        }
    }

    /// What it says of a pair.
    pub(super) fn of(&self, from: usize, to: usize) -> f64 {
        match self {
            Covariate::Network(graph) => graph.weight(from, to).unwrap_or(0.0),
            Covariate::Match(groups) => f64::from(u8::from(groups[from] == groups[to])),
            Covariate::Sender(of) => of[from],
            Covariate::Receiver(of) => of[to],
            Covariate::Both(of) => of[from] + of[to],
            Covariate::Difference(of) => (of[from] - of[to]).abs(),
        }
    }
}
