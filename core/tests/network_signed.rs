//! Balance: cases made by hand.

mod networks;

use networks::{arcs, near};
use tongban_core::network::graph::Graph;
use tongban_core::network::signed::{WALK_BALANCE_ACTORS_MAX, signed_triads, walk_balance};

#[test]
fn triads_are_balanced_or_not() {
    // Two camps: 0 and 1 against 2 and 3.
    let camps = Graph::of(4, [(0, 1, 1.0), (2, 3, 2.0), (0, 2, -1.0), (3, 0, -1.0), (1, 2, -3.0), (1, 3, -1.0)]).0;
    let found = signed_triads(&camps);
    assert_eq!(found.by_negative, [0, 0, 4, 0]);
    near(found.balanced().unwrap(), 1.0);
    near(walk_balance(&camps).unwrap(), 1.0);
    let enemies = Graph::of(3, [(0, 1, -1.0), (1, 2, -1.0), (2, 0, -1.0)]).0;
    assert_eq!(signed_triads(&enemies).by_negative, [0, 0, 0, 1]);
    near(signed_triads(&enemies).balanced().unwrap(), 0.0);
    // Eigenvalues -2, 1, 1 against 2, -1, -1.
    let e = std::f64::consts::E;
    near(walk_balance(&enemies).unwrap(), (e.powi(-2) + 2.0 * e) / (e.powi(2) + 2.0 / e));
    // What cancels out is no tie.
    let unsure = Graph::of(3, [(0, 1, 1.0), (1, 0, -1.0), (1, 2, 1.0), (2, 0, 1.0)]).0;
    assert_eq!(signed_triads(&unsure).balanced(), None);
    assert_eq!(walk_balance(&arcs(0, &[])), None);
    near(walk_balance(&arcs(3, &[])).unwrap(), 1.0);
}

#[test]
fn walk_balance_of_many_does_not_overflow() {
    let all = (0..300_u32).flat_map(|a| (0..300).map(move |b| (a, b, 1.0)));
    near(walk_balance(&Graph::of(300, all).0).unwrap(), 1.0);
    assert_eq!(walk_balance(&arcs(WALK_BALANCE_ACTORS_MAX + 1, &[])), None);
}
