//! Balance: cases made by hand.

mod networks;

use networks::{arcs, near};
use tongban_core::network::draw::Draw;
use tongban_core::network::graph::Graph;
use tongban_core::network::permute::Runs;
use tongban_core::network::signed::{WALK_BALANCE_ACTORS_MAX, frustration, signed_triads, walk_balance};

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

fn signs(len: usize, ties: &[(u32, u32, f64)]) -> Graph {
    Graph::of(len, ties.iter().copied()).0
}

const SEARCHES: Runs = Runs { permutations: 4, seed: 1, threads: 2 };

#[test]
fn the_least_frustration_is_found() {
    // All against all: of five, three and two on each side leave four ties.
    let all: Vec<(u32, u32, f64)> = (0..5).flat_map(|a| (a + 1..5).map(move |b| (a, b, -1.0))).collect();
    let found = frustration(&signs(6, &all), &SEARCHES).unwrap();
    assert_eq!((found.ties, found.least, found.most), (10, 4, 4));
    near(found.normalised().unwrap(), 0.2);
    // Two camps are in balance, and a pair by itself is too.
    let camps = signs(7, &[(0, 1, 2.0), (2, 3, 1.0), (0, 2, -1.0), (1, 3, -3.0), (4, 5, -1.0)]);
    let found = frustration(&camps, &SEARCHES).unwrap();
    assert_eq!((found.least, found.most), (0, 0));
    assert!(found.sides[0] == found.sides[1] && found.sides[0] != found.sides[2] && found.sides[4] != found.sides[5]);
    assert_eq!(frustration(&signs(3, &[]), &SEARCHES), None);
}

#[test]
fn branch_and_bound_finds_what_trying_everything_finds() {
    let mut draw = Draw::of(5);
    for _ in 0..40 {
        let len = 9;
        let pairs = (0..len as u32).flat_map(|a| (a + 1..len as u32).map(move |b| (a, b)));
        let ties: Vec<(u32, u32, f64)> =
            pairs.map(|(a, b)| (a, b, [1.0, -1.0, 0.0][draw.below(3)])).filter(|tie| tie.2 != 0.0).collect();
        let least = (0..1_u32 << (len - 1)).map(|sides| {
            let side = |actor: u32| sides >> actor & 1;
            ties.iter().filter(|(a, b, sign)| (*sign > 0.0) != (side(*a) == side(*b))).count()
        });
        let least = least.min().unwrap();
        let found = frustration(&signs(len, &ties), &Runs { permutations: 1, ..SEARCHES }).unwrap();
        assert_eq!((found.least, found.most), (least, least));
    }
}

#[test]
fn what_is_too_large_has_a_range() {
    let mut draw = Draw::of(6);
    let pairs = (0..60).flat_map(|a| (a + 1..60).map(move |b| (a, b)));
    let ties: Vec<(u32, u32, f64)> = pairs.map(|(a, b)| (a, b, if draw.below(2) == 0 { 1.0 } else { -1.0 })).collect();
    let found = frustration(&signs(60, &ties), &SEARCHES).unwrap();
    assert!(0 < found.least && found.least < found.most && found.most < 885, "{found:?}");
    assert_eq!(found.normalised(), None);
    assert_eq!(frustration(&signs(60, &ties), &Runs { threads: 1, ..SEARCHES }), Some(found));
}
