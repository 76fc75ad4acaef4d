//! Degrees, cohesion, the censuses, components, cores and hierarchy against published values and their definitions.

mod networks;

use networks::{arcs, florentine, karate, near, pol, printed};
use tongban_core::network::Graph;
use tongban_core::network::blocks::image;
use tongban_core::network::census::{Dyads, TRIADS, dyads, triads};
use tongban_core::network::cohesion::{
    clustering, density, dyadic_reciprocity, reciprocity, transitivity, undirected_transitivity, valued_density,
};
use tongban_core::network::component::{
    Connected, components, distance_fragmentation, fragmentation, without_isolates,
};
use tongban_core::network::core_number::core_numbers;
use tongban_core::network::degree::{Degree, degree_centralisation, degrees};
use tongban_core::network::draw::Draw;
use tongban_core::network::hierarchy::hierarchy;

fn random(len: usize, count: usize, seed: u64) -> Graph {
    let mut draw = Draw::of(seed);
    let arcs: Vec<(u32, u32, f64)> =
        (0..count).map(|_| (draw.below(len) as u32, draw.below(len) as u32, 1.0)).collect();
    Graph::of(len, arcs).0.binary()
}

fn empty(len: usize) -> Graph {
    arcs(len, &[])
}

#[test]
fn degrees_and_strengths() {
    let graph = Graph::of(4, [(0, 1, 2.0), (1, 0, 3.0), (0, 2, 5.0)]).0;
    let all = degrees(&graph);
    let first = all[0];
    assert_eq!((first.out, first.into, first.partners), (2, 1, 2));
    assert_eq!((first.out_strength, first.into_strength), (7.0, 3.0));
    assert_eq!((all[3].count(Degree::Total), all[3].count(Degree::Partners)), (0, 0));
    assert_eq!(first.count(Degree::Total), 3);
    assert_eq!(degrees(&pol()).iter().map(|degrees| degrees.partners).sum::<usize>(), 2 * 237);
}

#[test]
fn centralisation_of_degrees() {
    printed(degree_centralisation(&pol(), Degree::In).unwrap(), 0.4494649227, 10);
    printed(degree_centralisation(&pol(), Degree::Out).unwrap(), 0.6278240190, 10);
    printed(degree_centralisation(&florentine(), Degree::Partners).unwrap(), 0.2666666667, 10);
    let star = arcs(5, &[(0, 1), (0, 2), (0, 3), (0, 4)]);
    assert_eq!(degree_centralisation(&star, Degree::Out), Some(1.0));
    assert_eq!(degree_centralisation(&star, Degree::Partners), Some(1.0));
    assert_eq!(degree_centralisation(&star.undirected(), Degree::Total), Some(1.0));
    assert_eq!(degree_centralisation(&empty(1), Degree::Out), None);
    assert_eq!(degree_centralisation(&empty(2), Degree::Partners), None);
    assert_eq!(degree_centralisation(&empty(0), Degree::In), None);
}

#[test]
fn densities() {
    printed(density(&pol()).unwrap(), 0.3931034483, 10);
    printed(density(&karate()).unwrap(), 0.1390374332, 10);
    let graph = Graph::of(3, [(0, 1, 2.0), (1, 0, 3.0), (0, 2, 5.0)]).0;
    near(density(&graph).unwrap(), 0.5);
    near(valued_density(&graph).unwrap(), 10.0 / 6.0);
    assert_eq!((density(&empty(1)), valued_density(&empty(1)), density(&empty(2))), (None, None, Some(0.0)));
    // Within and between groups, in the order of their first actors: gov, sci, par, ig, io.
    let row = &image(&pol(), &networks::types(), None).unwrap().densities[0];
    for (found, expected) in row.iter().zip([0.7818, 0.3182, 0.3030, 0.1948, 0.6667]) {
        printed(found.unwrap(), expected, 4);
    }
}

#[test]
fn reciprocity_of_arcs_and_of_pairs() {
    printed(reciprocity(&pol()).unwrap(), 0.6140350877, 10);
    printed(dyadic_reciprocity(&pol()).unwrap(), 0.6965517241, 10);
    assert_eq!((reciprocity(&empty(3)), dyadic_reciprocity(&empty(3))), (None, Some(1.0)));
    assert_eq!((reciprocity(&empty(0)), dyadic_reciprocity(&empty(1))), (None, None));
}

#[test]
fn transitivity_with_directions_and_without() {
    printed(transitivity(&pol()).unwrap(), 0.625528914, 9);
    printed(undirected_transitivity(&pol()).unwrap(), 0.6975397974, 10);
    printed(undirected_transitivity(&florentine()).unwrap(), 0.1914893617, 10);
    printed(undirected_transitivity(&karate()).unwrap(), 0.2556818182, 10);
    let found = clustering(&pol());
    printed(found.average.unwrap(), 0.7779595305, 10);
    assert_eq!(found.defined, 30);
    // A triangle with a tail: the end of the tail has one partner, so nothing is defined for it.
    let tail = clustering(&arcs(4, &[(0, 1), (1, 2), (2, 0), (2, 3)]));
    assert_eq!(tail.local, [Some(1.0), Some(1.0), Some(1.0 / 3.0), None]);
    assert_eq!(tail.defined, 3);
    near(tail.average.unwrap(), 7.0 / 9.0);
    // Of the paths 0→1→2, 1→2→0, 2→0→1 none is closed; nor is there and back a path.
    assert_eq!(transitivity(&arcs(3, &[(0, 1), (1, 2), (2, 0)])), Some(0.0));
    assert_eq!(transitivity(&arcs(2, &[(0, 1), (1, 0)])), None);
    assert_eq!((undirected_transitivity(&empty(5)), clustering(&empty(5)).average), (None, None));
}

#[test]
fn censuses_of_the_literature() {
    assert_eq!(dyads(&pol()), Dyads { mutual: 105, asymmetric: 132, null: 198 });
    assert_eq!(triads(&pol()), [606, 804, 432, 166, 143, 108, 281, 325, 133, 2, 231, 139, 179, 59, 293, 159]);
    assert_eq!(dyads(&empty(0)), Dyads { mutual: 0, asymmetric: 0, null: 0 });
    assert_eq!((triads(&empty(0)), triads(&empty(2))), ([0; 16], [0; 16]));
    assert_eq!(triads(&empty(5))[0], 10);
}

#[test]
fn triads_have_their_names() {
    let named: [(&str, &[(u32, u32)]); 16] = [
        ("003", &[]),
        ("012", &[(0, 1)]),
        ("102", &[(0, 1), (1, 0)]),
        ("021D", &[(1, 0), (1, 2)]),
        ("021U", &[(0, 1), (2, 1)]),
        ("021C", &[(0, 1), (1, 2)]),
        ("111D", &[(0, 2), (2, 0), (1, 2)]),
        ("111U", &[(0, 2), (2, 0), (2, 1)]),
        ("030T", &[(0, 1), (2, 1), (0, 2)]),
        ("030C", &[(1, 0), (2, 1), (0, 2)]),
        ("201", &[(0, 1), (1, 0), (0, 2), (2, 0)]),
        ("120D", &[(1, 2), (1, 0), (0, 2), (2, 0)]),
        ("120U", &[(0, 1), (2, 1), (0, 2), (2, 0)]),
        ("120C", &[(0, 1), (1, 2), (0, 2), (2, 0)]),
        ("210", &[(0, 1), (1, 2), (2, 1), (0, 2), (2, 0)]),
        ("300", &[(0, 1), (1, 0), (1, 2), (2, 1), (0, 2), (2, 0)]),
    ];
    for (at, (name, pairs)) in named.into_iter().enumerate() {
        assert_eq!(TRIADS[at], name);
        // Whatever numbers the actors have.
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let pairs: Vec<(u32, u32)> =
                pairs.iter().map(|(from, to)| (order[*from as usize], order[*to as usize])).collect();
            assert_eq!(triads(&arcs(3, &pairs)).iter().position(|count| *count == 1), Some(at), "{name}");
        }
    }
}

#[test]
fn triads_are_those_of_all_triples() {
    for seed in 0..20 {
        let graph = random(17, 20 + 12 * seed as usize, seed);
        let mut expected = [0; 16];
        for a in 0..17 {
            for b in 0..a {
                for c in 0..b {
                    let three = [a, b, c];
                    let within = graph.each().filter_map(|(from, to, _)| {
                        let at = |actor| three.iter().position(|one| *one == actor);
                        Some((at(from)? as u32, at(to)? as u32))
                    });
                    let alone = triads(&arcs(3, &within.collect::<Vec<_>>()));
                    expected.iter_mut().zip(alone).for_each(|(sum, count)| *sum += count);
                }
            }
        }
        assert_eq!(triads(&graph), expected);
    }
}

#[test]
fn components_and_fragmentation() {
    let graph = arcs(6, &[(1, 2), (2, 3), (3, 1), (3, 4)]);
    let weak = components(&graph, Connected::Weakly);
    assert_eq!((weak.of_actor, weak.sizes), (vec![0, 1, 1, 1, 1, 2], vec![1, 4, 1]));
    let strong = components(&graph, Connected::Strongly);
    assert_eq!((strong.of_actor, strong.sizes), (vec![0, 1, 1, 1, 2, 3], vec![1, 3, 1, 1]));
    near(fragmentation(&graph, Connected::Weakly).unwrap(), 1.0 - 12.0 / 30.0);
    near(fragmentation(&graph, Connected::Strongly).unwrap(), 1.0 - 6.0 / 30.0);
    // 1→2, 2→3, 3→1, 3→4 are one step, 1→3, 2→1, 3→2, 2→4 two, 1→4 three.
    near(distance_fragmentation(&graph).unwrap(), 1.0 - (4.0 + 4.0 / 2.0 + 1.0 / 3.0) / 30.0);
    near(distance_fragmentation(&pol()).unwrap(), 0.3132183908045978);
    assert_eq!(distance_fragmentation(&empty(3)), Some(1.0));
    assert_eq!((fragmentation(&empty(1), Connected::Weakly), distance_fragmentation(&empty(1))), (None, None));
    let (rest, kept) = without_isolates(&graph);
    assert_eq!((rest, kept), (arcs(4, &[(0, 1), (1, 2), (2, 0), (2, 3)]), vec![1, 2, 3, 4]));
}

#[test]
fn strong_components_are_those_that_reach_each_other() {
    for seed in 0..30 {
        let graph = random(40, 40 + seed as usize, seed);
        let rows = reach(&graph);
        let reach = |from: usize, to: usize| rows[from][to];
        let strong = components(&graph, Connected::Strongly);
        for one in 0..40 {
            for other in 0..40 {
                assert_eq!(strong.of_actor[one] == strong.of_actor[other], reach(one, other) && reach(other, one));
            }
        }
    }
}

#[test]
fn cores() {
    let most = |degree| core_numbers(&pol(), degree).into_iter().max().unwrap();
    assert_eq!((most(Degree::Partners), most(Degree::Total)), (12, 17));
    assert_eq!((most(Degree::In), most(Degree::Out)), (8, 7));
    let total = |degree| core_numbers(&pol(), degree).into_iter().sum::<usize>();
    assert_eq!((total(Degree::Total), total(Degree::In), total(Degree::Out)), (439, 195, 174));
    let karate = core_numbers(&karate(), Degree::Partners);
    assert_eq!((karate.iter().max(), karate.iter().filter(|core| **core == 4).count()), (Some(&4), 10));
    assert_eq!(core_numbers(&empty(2), Degree::Total), [0, 0]);
    assert_eq!(core_numbers(&empty(0), Degree::Out), [] as [usize; 0]);
}

#[test]
fn cores_are_what_is_left_when_the_weak_are_taken_away() {
    for seed in 0..20 {
        let graph = &random(25, 30 + 10 * seed as usize, seed);
        for degree in [Degree::Out, Degree::In, Degree::Total, Degree::Partners] {
            let mut expected = [0; 25];
            for least in 1..25 {
                let mut kept = [true; 25];
                loop {
                    let within = |others: &[u32]| others.iter().filter(|other| kept[**other as usize]).count();
                    let count = |actor: usize| match degree {
                        Degree::Out => within(graph.out(actor)),
                        Degree::In => within(graph.incoming(actor)),
                        Degree::Total => within(graph.out(actor)) + within(graph.incoming(actor)),
                        Degree::Partners => within(&graph.partners(actor)),
                    };
                    let Some(gone) = (0..25).find(|actor| kept[*actor] && count(*actor) < least) else { break };
                    kept[gone] = false;
                }
                (0..25).filter(|actor| kept[*actor]).for_each(|actor| expected[actor] = least);
            }
            assert_eq!(core_numbers(graph, degree), expected, "{degree:?}");
        }
    }
}

#[test]
fn a_reporting_tree_has_one_in_each_dimension() {
    let tree = hierarchy(&arcs(7, &[(0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)]));
    assert_eq!(
        (tree.connectedness, tree.hierarchy, tree.efficiency, tree.lubness),
        (Some(1.0), Some(1.0), Some(1.0), Some(1.0))
    );
    // Turned round, subordinates have no one above both.
    let turned = hierarchy(&arcs(7, &[(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (6, 2)]));
    assert_eq!((turned.hierarchy, turned.efficiency), (Some(1.0), Some(1.0)));
    near(turned.lubness.unwrap(), 1.0 - 11.0 / 15.0);
}

#[test]
fn what_is_no_tree() {
    let nothing = hierarchy(&empty(1));
    assert_eq!(
        (nothing.connectedness, nothing.hierarchy, nothing.efficiency, nothing.lubness),
        (None, None, None, None)
    );
    let isolates = hierarchy(&empty(3));
    assert_eq!(isolates.connectedness, Some(0.0));
    assert_eq!((isolates.hierarchy, isolates.efficiency, isolates.lubness), (None, None, None));
    // All with all: no one is above, nothing is saved, but each leads to all.
    let whole = hierarchy(&arcs(3, &[(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)]));
    assert_eq!((whole.connectedness, whole.hierarchy), (Some(1.0), Some(0.0)));
    assert_eq!((whole.efficiency, whole.lubness), (Some(0.0), Some(1.0)));
    let policy = hierarchy(&pol());
    // Everyone leads to everyone.
    assert_eq!((policy.connectedness, policy.hierarchy, policy.lubness), (Some(1.0), Some(0.0), Some(1.0)));
    near(policy.efficiency.unwrap(), 1.0 - (342.0 - 29.0) / (29.0 * 29.0));
}

#[test]
fn dimensions_are_those_of_all_pairs() {
    for seed in 0..60 {
        let len = if seed % 2 == 0 { 30 } else { 90 };
        let graph = random(len, len - 10 + seed as usize / 2, seed);
        let reach = reach(&graph);
        let weak = components(&graph, Connected::Weakly);
        let (mut one_way, mut both_ways, mut without, mut possible) = (0.0, 0.0, 0.0, 0.0);
        for one in 0..len {
            for other in 0..one {
                one_way += f64::from(u8::from(reach[one][other] != reach[other][one]));
                both_ways += f64::from(u8::from(reach[one][other] && reach[other][one]));
                if weak.of_actor[one] == weak.of_actor[other] {
                    let bounds: Vec<usize> = (0..len).filter(|top| reach[*top][one] && reach[*top][other]).collect();
                    let least = bounds.iter().any(|least| bounds.iter().all(|bound| reach[*bound][*least]));
                    without += f64::from(u8::from(!least));
                }
            }
        }
        for size in weak.sizes {
            possible += (size as f64 - 1.0) * (size as f64 - 2.0) / 2.0;
        }
        let found = hierarchy(&graph);
        near(found.hierarchy.unwrap(), one_way / (one_way + both_ways));
        near(found.lubness.unwrap(), 1.0 - without / possible);
    }
}

/// Who leads to whom, each to itself (Warshall 1962).
fn reach(graph: &Graph) -> Vec<Vec<bool>> {
    let len = graph.len();
    let mut reach: Vec<Vec<bool>> =
        (0..len).map(|from| (0..len).map(|to| from == to || graph.has(from, to)).collect()).collect();
    for over in 0..len {
        for from in 0..len {
            if reach[from][over] {
                let row = reach[over].clone();
                reach[from].iter_mut().zip(row).for_each(|(known, more)| *known |= more);
            }
        }
    }
    reach
}
