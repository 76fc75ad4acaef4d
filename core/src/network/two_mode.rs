//! Networks of two modes: those who take part, and what they take part in.

use serde::Serialize;

use super::graph::Graph;

/// The two sides of a network whose arcs all lead from one to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Modes {
    /// Those from whom arcs go out, ascending.
    pub members: Vec<u32>,
    /// Those to whom they go, ascending.
    pub places: Vec<u32>,
}

/// Tells the two modes apart. Isolates are of neither. `None` without arcs, or if somebody has arcs out and arcs in.
pub fn modes(graph: &Graph) -> Option<Modes> {
    let all = 0..graph.len();
    if graph.arcs() == 0 || all.clone().any(|at| !graph.out(at).is_empty() && !graph.incoming(at).is_empty()) {
        return None;
    }
    let (members, others): (Vec<usize>, Vec<usize>) = all
        .filter(|at| !graph.out(*at).is_empty() || !graph.incoming(*at).is_empty())
        .partition(|at| !graph.out(*at).is_empty());
    let numbers = |side: Vec<usize>| side.into_iter().map(|at| at as u32).collect();
    Some(Modes { members: numbers(members), places: numbers(others) })
}

/// Density of two modes: arcs over `a b`, the pairs of one of each (Borgatti & Everett 1997). `None` if the network has
/// no two modes.
pub fn two_mode_density(graph: &Graph) -> Option<f64> {
    let modes = modes(graph)?;
    Some(graph.arcs() as f64 / (modes.members.len() * modes.places.len()) as f64)
}

/// The network among members: `w_ij = sum of 1 / (d_k - 1)` over the places `k` where both take part, of which each has
/// `d_k` members (Newman 2001): what many take part in ties two of them little. Weights are not read.
///
/// An arc each way. `None` if the network has no two modes.
pub fn projection(graph: &Graph) -> Option<Graph> {
    let modes = modes(graph)?;
    let arcs = modes.places.iter().flat_map(|place| {
        let members = graph.incoming(*place as usize);
        let weight = 1.0 / (members.len() as f64 - 1.0);
        members.iter().flat_map(move |one| {
            members.iter().filter(move |other| *other != one).map(move |other| (*one, *other, weight))
        })
    });
    Some(Graph::of(graph.len(), arcs).0)
}
