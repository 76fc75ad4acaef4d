//! What moves and what stays, and arcs along and across the levels: cases made by hand.

mod networks;

use networks::{arcs, near};
use tongban_core::network::graph::Graph;
use tongban_core::network::movement::{Place, courses, covered, jaccard_ties, persistence, regularity, turnover};

#[test]
fn ties_that_stay() {
    let before = arcs(4, &[(0, 1), (1, 2), (2, 3), (3, 0)]);
    let after = arcs(4, &[(0, 1), (1, 2), (2, 1)]);
    near(persistence(&before, &after).unwrap(), 0.5);
    near(persistence(&after, &before).unwrap(), 2.0 / 3.0);
    near(jaccard_ties(&before, &after).unwrap(), 0.4);
    assert_eq!(persistence(&arcs(4, &[]), &after), None);
    assert_eq!(persistence(&before, &arcs(4, &[])), Some(0.0));
    assert_eq!(jaccard_ties(&arcs(4, &[]), &arcs(4, &[])), None);
    assert_eq!(jaccard_ties(&before, &arcs(5, &[(0, 1)])), None);
}

#[test]
fn members_that_stay() {
    let found = turnover(&[5, 1, 2, 3], &[3, 4, 5, 5]).unwrap();
    assert_eq!((found.stayed, found.left, found.joined), (2, 2, 1));
    near(found.jaccard, 0.4);
    near(found.left_share.unwrap(), 0.5);
    near(found.joined_share.unwrap(), 1.0 / 3.0);
    // Half stays each period.
    near(found.half_life.unwrap(), 1.0);
    let fresh = turnover(&[], &[1]).unwrap();
    assert_eq!((fresh.left_share, fresh.joined_share, fresh.half_life), (None, Some(1.0), None));
    assert_eq!(turnover(&[1], &[1]).unwrap().half_life, None);
    assert_eq!(turnover(&[], &[]), None);
}

#[test]
fn contacts_like_clockwork() {
    near(regularity(&[0, 7, 14, 21]).unwrap(), 1.0);
    // Gaps of 1 and 3: mean 2, deviation 1.
    near(regularity(&[4, 0, 1, 1]).unwrap(), 0.5);
    // Three at once, then a year of silence.
    assert!(regularity(&[0, 1, 2, 3, 400]).unwrap() < 0.0);
    assert_eq!(regularity(&[0, 7, 7]), None);
}

#[test]
fn flow_under_agreements() {
    let flow = Graph::of(4, [(0, 1, 6.0), (1, 0, 1.0), (2, 3, 3.0)]).0;
    near(covered(&flow, &arcs(4, &[(1, 0)])).unwrap(), 0.7);
    assert_eq!(covered(&flow, &arcs(4, &[])), Some(0.0));
    assert_eq!(covered(&arcs(4, &[]), &flow), None);
}

#[test]
fn arcs_along_and_across_levels() {
    // 0 the ministry; 1 and 2 its lines in two provinces; 3 below 1; 4 below 2; 5 another line in province 1.
    let place = |parent, province, level| Place { parent, province, level };
    let places = [
        place(None, 0, 0),
        place(Some(0), 1, 1),
        place(Some(0), 2, 1),
        place(Some(1), 1, 2),
        place(Some(2), 2, 2),
        place(None, 1, 1),
    ];
    let graph = Graph::of(
        6,
        [(0, 3, 2.0), (3, 1, 1.0), (1, 2, 4.0), (2, 1, 1.0), (1, 5, 1.0), (3, 2, 1.0), (5, 3, 1.0), (1, 3, 1.0)],
    )
    .0;
    let found = courses(&graph, &places).unwrap();
    let counts = [found.down, found.up, found.within, found.across, found.diagonal].map(|course| course.arcs);
    assert_eq!(counts, [2, 1, 1, 2, 2]);
    near(found.down.share, 0.25);
    near(found.across.weight_share.unwrap(), 5.0 / 12.0);
    near(found.down.returned.unwrap(), 0.5);
    near(found.up.returned.unwrap(), 1.0);
    near(found.across.returned.unwrap(), 1.0);
    near(found.diagonal.returned.unwrap(), 0.0);
    // Two levels by 2, one level by 1 four times.
    near(found.level_gap.unwrap(), 8.0 / 12.0);
    let shares = [found.down, found.up, found.within, found.across, found.diagonal].map(|course| course.share);
    near(shares.iter().sum(), 1.0);
    assert_eq!(courses(&arcs(6, &[]), &places), None);
    assert_eq!(courses(&graph, &places[..5]), None);
    // A line that runs in circles ends all the same.
    let circle = [place(Some(1), 0, 0), place(Some(0), 0, 1), place(None, 0, 1)];
    let found = courses(&arcs(3, &[(0, 2), (1, 2)]), &circle).unwrap();
    assert_eq!((found.diagonal.arcs, found.within.arcs), (1, 1));
    assert_eq!(found.down.returned, None);
}
