//! Tests by permutation against values of sna.

mod networks;

use networks::{arcs, committee, infrep, near, pol, prefsim, printed, sci};
use tongban_core::network::graph::Graph;
use tongban_core::network::permute::{Runs, correlation, regression};

const NONE: Runs = Runs { permutations: 0, seed: 1, threads: 1 };

/// Three standard errors of a share of permutations, theirs and ours.
fn like(found: f64, expected: f64, permutations: f64) {
    let p = expected.max(1.0 / permutations);
    let error = 3.0 * (2.0 * p * (1.0 - p) / permutations).sqrt();
    assert!((found - expected).abs() <= error + 1.0 / permutations, "{found} is not {expected}");
}

#[test]
fn correlations_of_the_chemicals_network() {
    for (other, r) in
        [(sci(), 0.319926413), (committee(), 0.4666486685), (prefsim(), 0.0981597466), (infrep(), 0.3353045584)]
    {
        let found = correlation(&pol(), &other, &NONE).unwrap();
        printed(found.r, r, 9);
        assert_eq!(found.p, None);
        printed(correlation(&other, &pol(), &NONE).unwrap().r, r, 9);
    }
    let runs = Runs { permutations: 5_000, seed: 1, threads: 2 };
    let found = correlation(&pol(), &prefsim(), &runs).unwrap();
    let p = found.p.unwrap();
    like(p.upper, 0.0818, 5_000.0);
    assert!(p.two_sided >= p.upper && p.lower > 0.8, "{p:?}");
    let threads = [1, 3].map(|threads| correlation(&pol(), &prefsim(), &Runs { threads, ..runs }));
    assert_eq!(threads, [Some(found); 2]);
    assert_ne!(correlation(&pol(), &prefsim(), &Runs { seed: 2, ..runs }), Some(found));
}

#[test]
fn a_network_correlates_with_itself_and_not_with_nothing() {
    let found = correlation(&pol(), &pol(), &Runs { permutations: 99, seed: 1, threads: 1 }).unwrap();
    near(found.r, 1.0);
    near(found.p.unwrap().two_sided, 0.01);
    assert_eq!(correlation(&pol(), &arcs(30, &[]), &NONE), None);
    assert_eq!(correlation(&pol(), &arcs(29, &[(0, 1)]), &NONE), None);
    assert_eq!(correlation(&arcs(2, &[(0, 1), (1, 0)]), &arcs(2, &[(0, 1)]), &NONE), None);
}

#[test]
fn the_exact_p_of_a_small_network_is_met() {
    // A path of four and a tie at its end: of the 6 places of a tie, 3 are on the path, so half of all permutations.
    let path = arcs(4, &[(0, 1), (1, 2), (2, 3)]).undirected();
    let tie = arcs(4, &[(0, 1)]).undirected();
    let found = correlation(&path, &tie, &Runs { permutations: 20_000, seed: 3, threads: 2 }).unwrap();
    like(found.p.unwrap().upper, 0.5, 20_000.0);
    assert_eq!(found.p.unwrap().lower, 1.0);
}

#[test]
fn regression_of_the_chemicals_network() {
    let (sci, committee, infrep, prefsim) = (sci(), committee(), infrep(), prefsim());
    let runs = Runs { permutations: 1_000, seed: 1, threads: 2 };
    let explaining = [&sci, &committee, &infrep, &prefsim];
    let found = regression(&pol(), &explaining, &runs).unwrap();
    let b = [0.1192199, 0.3435117, 0.0689012, 0.1902902, 0.0208944];
    let t = [3.474677, 5.993423, 10.674575, 5.925825, 1.686491];
    let p = [0.022, 0.0, 0.0, 0.0, 0.190];
    for (at, found) in [&found.intercept].into_iter().chain(&found.coefficients).enumerate() {
        printed(found.b, b[at], 7);
        // Six places, the last of which an ordinary least squares of another kind may round otherwise.
        assert!((found.t - t[at]).abs() < 2e-6, "{} is not {}", found.t, t[at]);
        like(found.p.unwrap().two_sided, p[at], 1_000.0);
    }
    assert_eq!(found.cells, 870);
    assert!(found.adjusted < found.r_squared && found.r_squared > 0.28, "{found:?}");
    assert_eq!(regression(&pol(), &explaining, &Runs { threads: 1, ..runs }), Some(found));
}

#[test]
fn a_combination_of_networks_explains_nothing_of_its_own() {
    let (sci, pol) = (sci(), pol());
    let double = Graph::of(30, sci.each().map(|(from, to, weight)| (from as u32, to as u32, 2.0 * weight))).0;
    assert_eq!(regression(&pol, &[&sci, &double], &NONE), None);
    assert_eq!(regression(&pol, &[&arcs(29, &[(0, 1)])], &NONE), None);
    assert_eq!(regression(&pol, &[&arcs(30, &[])], &NONE), None);
    // Explained without rest.
    assert_eq!(regression(&sci, &[&double, &pol], &NONE), None);
    // One network alone: r squared is the square of the correlation.
    let alone = regression(&pol, &[&sci], &NONE).unwrap();
    near(alone.r_squared, 0.319926412952572_f64.powi(2));
}

#[test]
fn pairs_of_symmetric_networks_count_once() {
    let (committee, prefsim) = (committee(), prefsim());
    let runs = Runs { permutations: 200, seed: 1, threads: 2 };
    let found = regression(&committee, &[&prefsim], &runs).unwrap();
    assert_eq!(found.cells, 435);
    // The same line through each point twice; t by the degrees of freedom.
    let r = correlation(&committee, &prefsim, &NONE).unwrap().r;
    near(found.coefficients[0].t, r / ((1.0 - r * r) / 433.0).sqrt());
    assert_eq!(regression(&committee, &[&prefsim], &Runs { threads: 1, ..runs }), Some(found));
}

#[test]
fn many_actors_are_read_row_by_row() {
    let len = 2_001_u32;
    let ring = Graph::of(len as usize, (0..len).map(|at| (at, (at + 1) % len, f64::from(at % 3) + 1.0))).0;
    let half = Graph::of(len as usize, (0..len).step_by(2).map(|at| (at, (at + 1) % len, 1.0))).0;
    let cells = f64::from(len) * f64::from(len - 1);
    let sum =
        |graph: &Graph, of: &dyn Fn(f64) -> f64| graph.each().map(|(_, _, weight)| of(weight)).sum::<f64>() / cells;
    let product = half.each().map(|(from, to, weight)| weight * ring.weight(from, to).unwrap()).sum::<f64>() / cells;
    let (one, other) = (sum(&ring, &|w| w), sum(&half, &|w| w));
    let spread = (sum(&ring, &|w| w * w) - one * one) * (sum(&half, &|w| w * w) - other * other);
    let found = correlation(&ring, &half, &Runs { permutations: 50, seed: 1, threads: 2 }).unwrap();
    near(found.r, (product - one * other) / spread.sqrt());
    near(found.p.unwrap().upper, 1.0 / 51.0);
}
