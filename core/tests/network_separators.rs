//! Who cannot be replaced between groups.

use tongban_core::network::Graph;
use tongban_core::network::component::{Separator, cut_points, separators};

fn graph(actors: usize, ties: &[(u32, u32)]) -> Graph {
    Graph::of(actors, ties.iter().map(|(from, to)| (*from, *to, 1.0))).0
}

#[test]
fn whose_leaving_takes_a_network_apart() {
    assert!(cut_points(&graph(0, &[])).is_empty());
    assert!(cut_points(&graph(3, &[(0, 1), (1, 2), (2, 0)])).is_empty(), "a ring holds");
    assert_eq!(cut_points(&graph(3, &[(0, 1), (2, 1)])), [1]);
    // Two rings that share one actor, and one that hangs on the second.
    let two = graph(6, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5)]);
    assert_eq!(cut_points(&two), [2, 4]);
}

#[test]
fn two_provinces_meet_through_one_authority_of_a_third() {
    // 0 and 1 are in one province, 2 in another, 3 in a third, through which alone they meet; 4 in none.
    let groups = [Some(0), Some(0), Some(1), Some(2), None];
    let graph_of = |ties: &[(u32, u32)]| separators(&graph(5, ties), &groups);
    assert_eq!(graph_of(&[(0, 3), (1, 3), (2, 3)]), [Separator { actor: 3, one: 0, other: 1 }]);
    // As soon as they have a way of their own, nobody is without whom they would not meet.
    assert!(graph_of(&[(0, 3), (1, 3), (2, 3), (1, 2)]).is_empty());
    assert!(graph_of(&[(0, 3), (2, 3), (0, 4), (4, 2)]).is_empty(), "another liaison will do");
    // Their own gate is none: it is theirs.
    assert!(graph_of(&[(0, 1), (1, 2)]).is_empty());
    // Who never meets is not parted by anybody.
    assert!(graph_of(&[(0, 3)]).is_empty());
}
