//! Several layers, and two modes: values by hand.

mod networks;

use networks::{arcs, near};
use tongban_core::network::graph::Graph;
use tongban_core::network::layers::{overlap, participation};
use tongban_core::network::two_mode::{modes, projection, two_mode_density};

#[test]
fn layers_overlap() {
    let cases = Graph::of(4, [(0, 1, 6.0), (1, 2, 1.0), (2, 3, 3.0)]).0;
    let agreements = arcs(4, &[(1, 0), (2, 3)]);
    let found = overlap(&[&cases, &agreements]).unwrap();
    // Of 0>1, 1>2, 2>3, 1>0 one is in both.
    assert_eq!((found.arcs, found.in_all), (4, 1));
    near(found.mean, 1.25);
    let pair = found.pairs[0];
    near(pair.jaccard.unwrap(), 0.25);
    near(pair.of_one.unwrap(), 1.0 / 3.0);
    near(pair.of_other.unwrap(), 0.5);
    near(pair.covered_one.unwrap(), 0.9);
    near(pair.covered_other.unwrap(), 1.0);
    assert_eq!(overlap(&[&cases]), None);
    assert_eq!(overlap(&[&cases, &arcs(5, &[(0, 1)])]), None);
    assert_eq!(overlap(&[&arcs(3, &[]), &arcs(3, &[])]), None);
}

#[test]
fn actors_take_part_in_one_layer_or_in_all() {
    let (one, other) = (arcs(5, &[(0, 1), (0, 2), (3, 0)]), arcs(5, &[(0, 1), (0, 3), (2, 0)]));
    let found = participation(&[&one, &other]).unwrap();
    near(found[0].unwrap(), 1.0);
    near(found[1].unwrap(), 1.0);
    assert_eq!(found[4], None);
    let found = participation(&[&one, &arcs(5, &[(0, 1)]), &arcs(5, &[])]).unwrap();
    near(found[2].unwrap(), 0.0);
    // Three of four and one of four: 3/2 (1 - 10/16).
    near(found[0].unwrap(), 1.5 * (1.0 - 10.0 / 16.0));
    assert_eq!(participation(&[&one]), None);
}

#[test]
fn members_are_tied_by_what_they_take_part_in() {
    // 0, 1, 2 in forum 3; 0 and 1 in agreement 4; 2 alone in 5; 6 in nothing.
    let graph = arcs(7, &[(0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 5)]);
    let found = modes(&graph).unwrap();
    assert_eq!((found.members, found.places), (vec![0, 1, 2], vec![3, 4, 5]));
    near(two_mode_density(&graph).unwrap(), 6.0 / 9.0);
    let among = projection(&graph).unwrap();
    near(among.weight(0, 1).unwrap(), 1.5);
    near(among.weight(2, 0).unwrap(), 0.5);
    assert_eq!(among.arcs(), 6);
    let one_mode = arcs(3, &[(0, 1), (1, 2)]);
    assert_eq!((modes(&one_mode), two_mode_density(&one_mode), projection(&one_mode)), (None, None, None));
    assert_eq!(modes(&arcs(3, &[])), None);
}
