//! Brokers and holes against published values: igraph and NetworkX for constraint, sna for the roles of brokers.

mod networks;

use networks::{MEDICI, actor, arcs, florentine, karate, near, pol, printed, types};
use tongban_core::network::brokerage::{brokerage, constraint, effective_size, efficiency};
use tongban_core::network::graph::Graph;

#[test]
fn constraint_of_the_classics() {
    near(constraint(&florentine())[MEDICI].unwrap(), 0.2098765432098765);
    printed(constraint(&karate())[0].unwrap(), 0.1554232976, 10);
    let pol = constraint(&pol());
    let known = [0.1575135942, 0.1882028493, 0.1626258455, 0.1546246405, 0.1690134775];
    for (found, expected) in pol.iter().zip(known) {
        printed(found.unwrap(), expected, 10);
    }
    let least = pol.iter().map(|value| value.unwrap()).fold(f64::INFINITY, f64::min);
    printed(least, 0.1396915332, 10);
    assert_eq!(pol[actor("VCI")], Some(least));
}

#[test]
fn constraint_is_above_one_in_a_triad_and_undefined_for_an_isolate() {
    let triad = constraint(&arcs(4, &[(0, 1), (1, 2), (2, 0)]));
    for value in &triad[..3] {
        near(value.unwrap(), 1.125);
    }
    assert_eq!(triad[3], None);
    assert_eq!(constraint(&arcs(0, &[])), []);
    assert_eq!(constraint(&Graph::of(2, [(0, 1, -1.0)]).0), [None, None]);
}

/// `c_i = sum over partners j of (p_ij + sum over q of p_iq p_qj)^2`, written out for every cell.
#[test]
fn constraint_of_weights_is_its_definition() {
    let graph = Graph::of(5, [(0, 1, 2.0), (1, 0, 0.5), (1, 2, 3.0), (2, 0, 1.5), (3, 2, 4.0), (0, 3, 0.25)]).0;
    let both = |i: usize, j: usize| graph.weight(i, j).unwrap_or(0.0) + graph.weight(j, i).unwrap_or(0.0);
    let p = |i: usize, j: usize| both(i, j) / (0..5).map(|k| both(i, k)).sum::<f64>();
    let found = constraint(&graph);
    for (i, value) in found[..4].iter().enumerate() {
        let expected: f64 = (0..4)
            .filter(|j| both(i, *j) > 0.0)
            .map(|j| (p(i, j) + (0..4).filter(|q| *q != i && *q != j).map(|q| p(i, q) * p(q, j)).sum::<f64>()).powi(2))
            .sum();
        near(value.unwrap(), expected);
    }
    assert_eq!(found[4], None);
}

#[test]
fn effective_size_of_the_classics() {
    printed(effective_size(&florentine())[MEDICI].unwrap(), 5.6666666667, 10);
    near(efficiency(&florentine())[MEDICI].unwrap(), 17.0 / 18.0);
    // Without directions and weights Burt's measure is Borgatti's n - 2t / n: 16 partners, 18 ties among them.
    near(effective_size(&karate())[0].unwrap(), 13.75);
    let known = [12.2894736842, 6.3333333333, 12.0882352941, 14.0875, 11.0357142857];
    for (found, expected) in effective_size(&pol()).iter().zip(known) {
        printed(found.unwrap(), expected, 10);
    }
    assert_eq!(effective_size(&arcs(1, &[])), [None]);
    assert_eq!(efficiency(&arcs(1, &[])), [None]);
}

#[test]
fn brokers_of_the_chemicals_network() {
    let found = brokerage(&pol(), &types()).unwrap();
    assert_eq!(found.total.raw.list(), [104, 123, 406, 391, 569, 1593]);
    let expected = [124.92018, 384.51407, 384.51407, 384.51407, 1006.11388, 2284.57627];
    let sd = [19.38652, 46.63052, 44.77240, 44.77240, 71.93515, 138.07132];
    let z = [-1.07911, -5.60822, 0.47989, 0.14486, -6.07650, -5.00883];
    for role in 0..6 {
        printed(found.total.expected.list()[role], expected[role], 5);
        printed(found.total.sd.list()[role], sd[role], 5);
        printed(found.total.z.list()[role].unwrap(), z[role], 5);
    }
    for (name, raw) in
        [("VCI", [14, 26, 55, 67, 122, 284]), ("UBA", [8, 13, 54, 53, 93, 221]), ("BMJ", [17, 9, 40, 51, 56, 173])]
    {
        let actor = found.actors[actor(name)];
        assert_eq!(actor.raw.list(), raw, "{name}");
        // All weights are one.
        assert_eq!(actor.weighted.list(), raw.map(|count| count as f64), "{name}");
    }
}

/// Variances from the covariances of all pairs of triples that share an arc, counted one by one.
#[test]
fn variances_are_those_of_overlapping_triples() {
    let found = brokerage(&pol(), &types()).unwrap();
    let exact =
        [18.77248045494957, 46.63051805727586, 38.6820150281579, 38.6820150281579, 71.9351495158841, 136.5107179114433];
    let brokers =
        [18.99694187613374, 32.8249414518, 43.0306517789143, 43.0306517789143, 73.9045520514839, 141.1826729651234];
    for role in 0..6 {
        printed(found.exact_sd.list()[role], exact[role], 8);
        let sum: f64 = found.actors.iter().map(|actor| actor.sd.list()[role].powi(2)).sum();
        printed(sum.sqrt(), brokers[role], 8);
    }
}

/// Expectation and variance from the probability of every set of arcs.
#[test]
fn moments_are_those_of_all_networks() {
    // Four actors, groups of two, one and one; six of twelve arcs, so that all 4,096 networks are equally likely.
    let groups = [0, 0, 1, 2];
    let pairs: Vec<(u32, u32)> = (0..4).flat_map(|a| (0..4).map(move |b| (a, b))).filter(|(a, b)| a != b).collect();
    let sample = arcs(4, &pairs[..6]);
    let found = brokerage(&sample, &groups).unwrap();
    let (mut sums, mut squares) = ([[0.0; 6]; 5], [[0.0; 6]; 5]);
    for set in 0..1 << 12 {
        let chosen: Vec<(u32, u32)> = (0..12).filter(|at| set >> at & 1 == 1).map(|at| pairs[at]).collect();
        let drawn = brokerage(&arcs(4, &chosen), &groups).unwrap();
        for (at, of) in drawn.actors.iter().chain([&drawn.total]).enumerate() {
            for role in 0..6 {
                sums[at][role] += of.raw.list()[role] as f64 / 4096.0;
                squares[at][role] += (of.raw.list()[role] as f64).powi(2) / 4096.0;
            }
        }
    }
    for (at, of) in found.actors.iter().chain([&found.total]).enumerate() {
        for role in 0..6 {
            near(of.expected.list()[role], sums[at][role]);
            let sd = if at == 4 { found.exact_sd.list()[role] } else { of.sd.list()[role] };
            near(sd * sd, squares[at][role] - sums[at][role].powi(2));
        }
    }
}

#[test]
fn a_role_that_cannot_occur_has_no_z() {
    let found = brokerage(&arcs(3, &[(0, 1), (1, 2)]), &[0, 1, 2]).unwrap();
    assert_eq!(found.actors[1].raw.liaison, 1);
    assert_eq!(found.actors[1].z.coordinator, None);
    assert_eq!(found.actors[1].z.gatekeeper, None);
    assert!(found.actors[1].z.liaison.is_some());
    assert_eq!(brokerage(&arcs(2, &[(0, 1)]), &[0, 1]), None);
    assert_eq!(brokerage(&arcs(3, &[(0, 1)]), &[0, 1]), None);
}

#[test]
fn a_pair_weighs_as_much_as_its_lesser_leg() {
    let graph = Graph::of(4, [(0, 1, 5.0), (1, 2, 2.0), (1, 3, 7.0), (0, 3, 1.0)]).0;
    let found = brokerage(&graph, &[0, 0, 0, 1]).unwrap();
    assert_eq!(found.actors[1].raw.list(), [1, 0, 0, 0, 0, 1]);
    assert_eq!(found.actors[1].weighted.list(), [2.0, 0.0, 0.0, 0.0, 0.0, 2.0]);
}
