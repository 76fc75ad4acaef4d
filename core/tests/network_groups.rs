//! Groups, communities, cores and positions against published values and their definitions.

mod networks;

use networks::{actor, arcs, florentine, karate, near, pol, printed, types};
use tongban_core::network::blocks::{Between, blockmodel, concor, core_periphery, coreness, image};
use tongban_core::network::graph::Graph;
use tongban_core::network::groups::{Count, alike, apart, assortativity, external_internal, modularity};
use tongban_core::network::leiden::leiden;
use tongban_core::network::permute::Runs;

const NONE: Runs = Runs { permutations: 0, seed: 1, threads: 1 };

#[test]
fn external_and_internal_arcs() {
    let arcs = external_internal(&pol(), &types(), Count::Arcs, &NONE).unwrap();
    assert_eq!((arcs.external, arcs.internal), (220.0, 122.0));
    printed(arcs.index, 0.2865497076, 10);
    assert_eq!(arcs.p, None);
    let ties = external_internal(&pol(), &types(), Count::Ties, &NONE).unwrap();
    assert_eq!((ties.external, ties.internal), (163.0, 74.0));
    printed(ties.index, 0.3755274262, 10);
    // 194 cells are within groups, 676 between: all 342 arcs can be between, 194 of them within.
    assert_eq!(arcs.greatest, 1.0);
    near(arcs.least, (148.0 - 194.0) / 342.0);
    near(arcs.rescaled.unwrap(), 2.0 * (arcs.index - arcs.least) / (1.0 - arcs.least) - 1.0);
}

#[test]
fn the_range_puts_the_heaviest_arcs_first() {
    let graph = Graph::of(4, [(0, 1, 1.0), (0, 2, 5.0), (0, 3, 2.0), (1, 0, 4.0)]).0;
    // Groups of two: four cells within, eight between.
    let found = external_internal(&graph, &[0, 0, 1, 1], Count::Weights, &NONE).unwrap();
    assert_eq!((found.external, found.internal), (7.0, 5.0));
    assert_eq!((found.least, found.greatest), (-1.0, 1.0));
    // One group of three: six cells within, six between.
    let graph = Graph::of(3, [(0, 1, 1.0), (0, 2, 5.0), (1, 2, 2.0), (2, 1, 4.0), (2, 0, 3.0)]).0;
    let found = external_internal(&graph, &[0, 0, 1], Count::Weights, &NONE).unwrap();
    // Two cells within: 5 and 4 of 15. Four between: all but 1.
    near(found.least, (6.0 - 9.0) / 15.0);
    near(found.greatest, (14.0 - 1.0) / 15.0);
}

#[test]
fn shuffled_groups_give_the_p_of_all_permutations() {
    // Two triangles, groups as they are: of the 20 ways to deal two groups of three, 2 keep all arcs within.
    let graph = arcs(6, &[(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]);
    let runs = Runs { permutations: 20_000, seed: 7, threads: 2 };
    let found = external_internal(&graph, &[0, 0, 0, 1, 1, 1], Count::Arcs, &runs).unwrap();
    let p = found.p.unwrap();
    assert_eq!(found.index, -1.0);
    assert!((p.lower - 0.1).abs() < 3.0 * (0.1_f64 * 0.9 / 20_000.0).sqrt(), "{p:?}");
    assert_eq!(p.upper, 1.0);
    // On average 3 of 5 partners are in the other group.
    assert!((found.permuted.unwrap() - 0.2).abs() < 0.02);
    let one_thread = external_internal(&graph, &[0, 0, 0, 1, 1, 1], Count::Arcs, &Runs { threads: 1, ..runs });
    assert_eq!(one_thread, Some(found));
}

#[test]
fn assortativity_and_modularity_of_types() {
    near(assortativity(&pol(), &types()).unwrap(), 0.0591942382);
    printed(modularity(&pol(), &types(), 1.0).unwrap(), 0.0404739920, 10);
    assert_eq!(assortativity(&arcs(2, &[(0, 1)]), &[3, 3]), None);
    assert_eq!(modularity(&arcs(2, &[]), &[0, 0], 1.0), None);
    assert_eq!(modularity(&arcs(2, &[(0, 1)]), &[0], 1.0), None);
    // With no punishment for chance, everything together is best.
    near(modularity(&pol(), &[0; 30], 0.0).unwrap(), 1.0);
    near(modularity(&pol(), &[0; 30], 1.0).unwrap(), 0.0);
}

#[test]
fn leiden_finds_the_optimum_of_the_karate_club() {
    let runs = Runs { permutations: 20, seed: 1, threads: 2 };
    let found = leiden(&karate(), 1.0, &runs).unwrap();
    printed(found.modularity, 0.4197896121, 10);
    let mut sizes = found.sizes.clone();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 6, 11, 12]);
    near(found.modularity, modularity(&karate(), &found.groups, 1.0).unwrap());
    assert!(found.alike.unwrap() > 0.7 && found.apart.unwrap() < 0.7, "{found:?}");
    assert_eq!(leiden(&karate(), 1.0, &Runs { threads: 1, ..runs }), Some(found));
}

#[test]
fn leiden_reads_directions_and_resolution() {
    let runs = Runs { permutations: 20, seed: 1, threads: 2 };
    let found = leiden(&pol(), 1.0, &runs).unwrap();
    assert!(found.modularity > modularity(&pol(), &types(), 1.0).unwrap());
    // No single actor can be moved to the better.
    let communities = found.sizes.len() as u32;
    for actor in 0..30 {
        for to in 0..=communities {
            let mut groups = found.groups.clone();
            groups[actor] = to;
            assert!(modularity(&pol(), &groups, 1.0).unwrap() <= found.modularity + 1e-12);
        }
    }
    // Two pairs whose arcs go around: at a high resolution all are alone, without one all are together.
    let ring = arcs(4, &[(0, 1), (1, 0), (2, 3), (3, 2), (1, 2)]);
    assert_eq!(leiden(&ring, 1.0, &runs).unwrap().groups, [0, 0, 1, 1]);
    assert_eq!(leiden(&ring, 0.0, &runs).unwrap().sizes, [4]);
    assert_eq!(leiden(&ring, 9.0, &runs).unwrap().sizes, [1, 1, 1, 1]);
    assert_eq!(leiden(&arcs(3, &[]), 1.0, &runs), None);
    assert_eq!(leiden(&ring, 1.0, &NONE), None);
}

#[test]
fn partitions_are_compared() {
    near(alike(&[0, 0, 1, 1], &[5, 5, 2, 2]).unwrap(), 1.0);
    near(apart(&[0, 0, 1, 1], &[5, 5, 2, 2]).unwrap(), 0.0);
    // Pairs together: 2 and 2 of 6, none in both; chance 2/3.
    near(alike(&[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap(), -0.5);
    near(apart(&[0, 0, 1, 1], &[0, 1, 0, 1]).unwrap(), 2.0 * 2_f64.ln());
    assert_eq!(alike(&[0, 0], &[1, 1]), None);
    assert_eq!(apart(&[0], &[0, 1]), None);
}

#[test]
fn core_and_periphery_of_the_chemicals_network() {
    let runs = Runs { permutations: 50, seed: 1, threads: 2 };
    // Known for the ties without directions and weights.
    let ties = pol().undirected().binary();
    let full = core_periphery(&ties, Between::Full, &runs).unwrap();
    near(full.r, 0.5119238519);
    assert_eq!(full.size, 11);
    let missing = core_periphery(&ties, Between::Missing, &runs).unwrap();
    near(missing.r, 0.7765163665);
    assert_eq!(missing.size, 15);
    // With directions they are others.
    near(core_periphery(&pol(), Between::Full, &runs).unwrap().r, 0.42432610227557);
    for found in [&full, &missing] {
        assert!(found.core[actor("VCI")] && found.core[actor("UBA")]);
    }
    assert_eq!(core_periphery(&ties, Between::Full, &Runs { threads: 1, ..runs }), Some(full));
    assert_eq!(core_periphery(&arcs(3, &[]), Between::Full, &runs), None);
    assert_eq!(core_periphery(&arcs(0, &[]), Between::Missing, &runs), None);
}

#[test]
fn an_ideal_core_is_found() {
    // Three full actors among seven; weights count too.
    let pairs = (0..7).flat_map(|a| (0..7).map(move |b| (a, b)));
    let weight = |a: u32, b: u32| if a < 3 && b < 3 { 2.0 } else { 0.0 };
    let missing = Graph::of(7, pairs.clone().map(|(a, b)| (a, b, weight(a, b)))).0;
    let runs = Runs { permutations: 10, seed: 1, threads: 1 };
    let found = core_periphery(&missing, Between::Missing, &runs).unwrap();
    near(found.r, 1.0);
    let full = Graph::of(7, pairs.map(|(a, b)| (a, b, if a < 3 || b < 3 { 1.0 } else { 0.0 }))).0;
    let found = core_periphery(&full, Between::Full, &runs).unwrap();
    near(found.r, 1.0);
    assert_eq!(found.core, [true, true, true, false, false, false, false]);
}

#[test]
fn coreness_fits_products() {
    let own = [0.9, 0.7, 0.5, 0.2, 0.0];
    let cells = (0..5).flat_map(|a| (0..5).map(move |b| (a as u32, b as u32, own[a] * own[b])));
    let found = coreness(&Graph::of(5, cells).0).unwrap();
    let length = own.iter().map(|value| value * value).sum::<f64>().sqrt();
    for (found, own) in found.coreness.iter().zip(own) {
        assert!((found - own / length).abs() < 1e-6, "{found}");
    }
    near(found.r, 1.0);
    let pol = coreness(&pol()).unwrap();
    assert!(pol.r > 0.4 && pol.coreness.iter().all(|value| *value >= 0.0), "{}", pol.r);
    assert_eq!(coreness(&arcs(3, &[])), None);
}

#[test]
fn concor_splits_the_chemicals_network() {
    let groups = concor(&[&pol()], 1).unwrap();
    let found = image(&pol(), &groups, None).unwrap();
    assert_eq!(found.sizes, [17, 13]);
    let known = [[0.6066, 0.1810], [0.4163, 0.2885]];
    for (row, known) in found.densities.iter().zip(known) {
        for (density, known) in row.iter().zip(known) {
            printed(density.unwrap(), known, 4);
        }
    }
    assert_eq!(found.ties, [[Some(true), Some(false)], [Some(true), Some(false)]]);
    assert_eq!(concor(&[], 1), None);
    assert_eq!(concor(&[&pol(), &florentine()], 1), None);
}

#[test]
fn concor_finds_who_has_the_same_arcs() {
    // Two who send to the same two, who send on to the same two.
    let graph = arcs(6, &[(0, 2), (0, 3), (1, 2), (1, 3), (2, 4), (2, 5), (3, 4), (3, 5)]);
    let groups = concor(&[&graph], 2).unwrap();
    for pair in [0, 2, 4] {
        assert_eq!(groups[pair], groups[pair + 1], "{groups:?}");
    }
    let found = image(&graph, &[0, 0, 1, 1, 2, 2], Some(0.5)).unwrap();
    assert_eq!(found.error, 0.0);
    assert_eq!(found.r_squared, Some(1.0));
    assert_eq!(found.ties[0], [Some(false), Some(true), Some(false)]);
    assert_eq!(image(&graph, &[0, 1, 1, 1, 1, 1], None).unwrap().densities[0][0], None);
    assert_eq!(image(&graph, &[0], None), None);
}

#[test]
fn a_blockmodel_has_the_least_error() {
    let runs = Runs { permutations: 20, seed: 1, threads: 2 };
    let groups = blockmodel(&pol(), 2, &runs).unwrap();
    let found = image(&pol(), &groups, None).unwrap();
    printed(found.error, 158.4107, 4);
    assert_eq!(blockmodel(&pol(), 2, &Runs { threads: 1, ..runs }), Some(groups));
    assert_eq!(blockmodel(&arcs(1, &[]), 2, &runs), None);
}
