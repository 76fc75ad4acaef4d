//! Who has to do with those who count.

use super::component;
use super::graph::Graph;

/// Rounds after which what has not settled is given up.
const ROUNDS_MAX: usize = 10_000;

/// Eigenvector centrality: `x_j = 1/lambda sum over i of W_ij x_i` with the greatest `lambda`, the squares adding up to
/// one (Bonacich 1972). An actor counts by the arcs that come in; without directions take [`Graph::undirected`].
///
/// `None` where there is no such vector or more than one: without cycles, in parts that are equally strong, with
/// weights below zero; and where it is not found to twelve places within ten thousand rounds.
pub fn eigenvector(graph: &Graph) -> Option<Vec<f64>> {
    let len = graph.len();
    let cyclic = component::strong(graph).count < len;
    if !cyclic || graph.each().any(|(_, _, weight)| weight < 0.0) {
        return None;
    }
    let found = settle(graph, vec![1.0; len])?;
    // Only if there is but one vector do two beginnings end alike.
    let other = settle(graph, (0..len).map(|actor| 1.0 + actor as f64).collect())?;
    (distance(&found, &other) < 1e-6).then_some(found)
}

/// The vector in which repeated multiplication ends.
fn settle(graph: &Graph, mut now: Vec<f64>) -> Option<Vec<f64>> {
    scale(&mut now)?;
    for _ in 0..ROUNDS_MAX {
        let mut then: Vec<f64> = (0..now.len())
            .map(|actor| {
                let arcs = graph.incoming(actor).iter().zip(graph.incoming_weights(actor));
                arcs.map(|(from, weight)| now[*from as usize] * weight).sum()
            })
            .collect();
        // Half of what stood there before keeps networks of two sides from swinging; the vector is the same.
        let half = norm(&then) / 2.0;
        then.iter_mut().zip(&now).for_each(|(then, now)| *then += half * now);
        scale(&mut then)?;
        let moved = distance(&then, &now);
        now = then;
        if moved < 1e-14 * (now.len() as f64).sqrt() {
            return Some(now);
        }
    }
    None
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn distance(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| (one - other) * (one - other)).sum::<f64>().sqrt()
}

/// Makes the squares add up to one, if there is anything to add.
fn scale(values: &mut [f64]) -> Option<()> {
    let norm = norm(values);
    if norm == 0.0 || !norm.is_finite() {
        return None;
    }
    values.iter_mut().for_each(|value| *value /= norm);
    Some(())
}

/// PageRank: where a walker is found who follows an arc with probability `damping`, each by its share of the weight,
/// and else starts anew anywhere; from an actor without arcs out it always starts anew (Brin & Page 1998). Usually
/// `damping` is 0.85. The values add up to one.
///
/// `None` without actors, with weights below zero, if `damping` is not from zero to below one, or if the values have
/// not settled to twelve places within ten thousand rounds.
pub fn pagerank(graph: &Graph, damping: f64) -> Option<Vec<f64>> {
    let len = graph.len();
    if len == 0 || !(0.0..1.0).contains(&damping) || graph.each().any(|(_, _, weight)| weight < 0.0) {
        return None;
    }
    let strength: Vec<f64> = (0..len).map(|actor| graph.out_weights(actor).iter().sum()).collect();
    let mut now = vec![1.0 / len as f64; len];
    for _ in 0..ROUNDS_MAX {
        let stranded: f64 = (0..len).filter(|actor| strength[*actor] == 0.0).map(|actor| now[actor]).sum();
        let anew = (1.0 - damping + damping * stranded) / len as f64;
        let handed: Vec<f64> = now.iter().zip(&strength).map(|(value, strength)| damping * value / strength).collect();
        let then: Vec<f64> = (0..len)
            .map(|actor| {
                let arcs = graph.incoming(actor).iter().zip(graph.incoming_weights(actor));
                anew + arcs.map(|(from, weight)| handed[*from as usize] * weight).sum::<f64>()
            })
            .collect();
        let moved: f64 = then.iter().zip(&now).map(|(then, now)| (then - now).abs()).sum();
        now = then;
        if moved < 1e-12 * (1.0 - damping) {
            return Some(now);
        }
    }
    None
}
