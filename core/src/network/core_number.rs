//! How deep in the densest part of a network each actor is.

use super::degree::{Degree, degrees};
use super::graph::Graph;
use super::partners::Partners;

/// Core number of each actor: the greatest `k` so that it belongs to a part of the network in which each has `k` or
/// more within the part (Seidman 1983; in time with the arcs, Batagelj & Zaveršnik 2003).
///
/// `degree` says of what: [`Degree::Partners`] is the k-core of the simple network without directions, which most mean;
/// [`Degree::Total`] counts arcs both ways, [`Degree::Out`] and [`Degree::In`] one way. An isolate has zero.
pub fn core_numbers(graph: &Graph, degree: Degree) -> Vec<usize> {
    let len = graph.len();
    let ties = (degree == Degree::Partners).then(|| Partners::of(graph));
    // Of whom an actor is counted: what they lose when it goes.
    let of_whom = |actor: usize| -> [&[u32]; 2] {
        match (&ties, degree) {
            (Some(ties), _) => [ties.others(actor), &[]],
            (None, Degree::Out) => [graph.incoming(actor), &[]],
            (None, Degree::In) => [graph.out(actor), &[]],
            (None, _) => [graph.out(actor), graph.incoming(actor)],
        }
    };
    let mut left: Vec<usize> = degrees(graph).iter().map(|degrees| degrees.count(degree)).collect();

    // All actors by how many they have left, where each stands, and where each number begins.
    let mut order: Vec<u32> = (0..len as u32).collect();
    order.sort_by_key(|actor| left[*actor as usize]);
    let mut place = vec![0; len];
    for (at, actor) in order.iter().enumerate() {
        place[*actor as usize] = at;
    }
    let most = left.iter().copied().max().unwrap_or(0);
    let mut begins: Vec<usize> =
        (0..=most).map(|count| order.partition_point(|actor| left[*actor as usize] < count)).collect();

    for at in 0..len {
        let actor = order[at] as usize;
        for other in of_whom(actor).into_iter().flatten() {
            let other = *other as usize;
            if left[other] > left[actor] {
                // It changes places with the first of those that have as many, and is the last of those with one less.
                let first = begins[left[other]];
                let there = place[other];
                order.swap(first, there);
                place[order[there] as usize] = there;
                place[other] = first;
                begins[left[other]] = first + 1;
                left[other] -= 1;
            }
        }
    }
    left
}
