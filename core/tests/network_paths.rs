//! Betweenness, closeness, eigenvector centrality and PageRank against published values and their definitions.

mod networks;

use networks::{MEDICI, actor, arcs, committee, florentine, karate, near, pol, printed};
use tongban_core::network::Graph;
use tongban_core::network::component::without_isolates;
use tongban_core::network::draw::Draw;
use tongban_core::network::path::{Betweenness, End, Length, betweenness, harmonic, undirected_betweenness};
use tongban_core::network::standing::{eigenvector, pagerank};

const INVERSE: Length = Length::Strength { alpha: 1.0 };

/// Political exchange, heavier by one for each committee that the two share.
fn weighted() -> Graph {
    let seats = committee();
    let arcs = pol()
        .each()
        .map(|(from, to, _)| (from as u32, to as u32, 1.0 + seats.weight(from, to).unwrap_or(0.0)))
        .collect::<Vec<_>>();
    Graph::of(30, arcs).0
}

fn random(len: usize, count: usize, seed: u64) -> Graph {
    let mut draw = Draw::of(seed);
    let arcs: Vec<(u32, u32, f64)> =
        (0..count).map(|_| (draw.below(len) as u32, draw.below(len) as u32, 1.0)).collect();
    Graph::of(len, arcs).0.binary()
}

/// Betweenness by its definition: over all pairs and all between them.
fn by_definition(graph: &Graph) -> Vec<f64> {
    let len = graph.len();
    let mut steps = vec![vec![usize::MAX; len]; len];
    let mut paths = vec![vec![0.0; len]; len];
    for source in 0..len {
        steps[source][source] = 0;
        paths[source][source] = 1.0;
        let mut order = vec![source];
        let mut at = 0;
        while at < order.len() {
            let from = order[at];
            at += 1;
            for to in graph.out(from).iter().map(|to| *to as usize) {
                if steps[source][to] == usize::MAX {
                    steps[source][to] = steps[source][from] + 1;
                    order.push(to);
                }
                if steps[source][to] == steps[source][from] + 1 {
                    paths[source][to] += paths[source][from];
                }
            }
        }
    }
    let mut between = vec![0.0; len];
    for (over, sum) in between.iter_mut().enumerate() {
        for from in (0..len).filter(|from| *from != over) {
            for to in (0..len).filter(|to| *to != over && *to != from) {
                let through = steps[from][over].saturating_add(steps[over][to]);
                if through != usize::MAX && through == steps[from][to] {
                    *sum += paths[from][over] * paths[over][to] / paths[from][to];
                }
            }
        }
    }
    between
}

#[test]
fn betweenness_of_the_literature() {
    let found = betweenness(&pol(), Length::Steps).unwrap();
    printed(found.raw[actor("VCI")], 125.063841387, 9);
    printed(found.raw[actor("UBA")], 84.871248278, 9);
    printed(found.raw[actor("BMA")], 62.860416952, 9);
    printed(found.centralisation.unwrap(), 0.1347424512, 10);
    near(found.normalised.unwrap()[actor("VCI")], found.raw[actor("VCI")] / (29.0 * 28.0));
    near(undirected_betweenness(&pol(), Length::Steps).unwrap().raw[actor("VCI")], 41.688702963702966);

    let marriages = undirected_betweenness(&florentine(), Length::Steps).unwrap();
    near(marriages.raw[MEDICI], 47.5);
    let (related, kept) = without_isolates(&florentine());
    assert_eq!((related.len(), kept[MEDICI]), (15, 8));
    let related = undirected_betweenness(&related, Length::Steps).unwrap();
    printed(related.normalised.unwrap()[MEDICI], 0.521978022, 9);
    printed(marriages.centralisation.unwrap(), 0.3834920635, 10);

    let club = undirected_betweenness(&karate(), Length::Steps).unwrap();
    printed(club.raw[0], 231.0714285714, 10);
}

#[test]
fn betweenness_is_that_of_all_pairs() {
    // From sparse and long to dense and short: every way of finding the next level is taken.
    for (seed, (len, count)) in
        [(40, 44), (60, 90), (60, 200), (50, 700), (40, 1200), (300, 900), (300, 6000)].into_iter().enumerate()
    {
        let graph = random(len, count, seed as u64);
        let found = betweenness(&graph, Length::Steps).unwrap();
        // Of weights that are all alike, lengths say what steps say.
        let lengths = betweenness(&graph, INVERSE).unwrap();
        for ((found, length), expected) in found.raw.iter().zip(lengths.raw).zip(by_definition(&graph)) {
            near(found / (1.0 + expected), expected / (1.0 + expected));
            near(length / (1.0 + expected), expected / (1.0 + expected));
        }
        assert_eq!(betweenness(&graph, Length::Steps), betweenness(&graph, Length::Steps));
    }
}

#[test]
fn heavier_is_nearer() {
    // Straight on it is one step, but a weak one: 1 against 1/4 + 1/4.
    let graph = Graph::of(3, [(0, 2, 1.0), (0, 1, 4.0), (1, 2, 4.0)]).0;
    assert_eq!(betweenness(&graph, INVERSE).unwrap().raw, [0.0, 1.0, 0.0]);
    // With alpha a half both ways are as long; with none weights do not count.
    assert_eq!(betweenness(&graph, Length::Strength { alpha: 0.5 }).unwrap().raw, [0.0, 0.5, 0.0]);
    assert_eq!(betweenness(&graph, Length::Strength { alpha: 0.0 }).unwrap().raw, [0.0, 0.0, 0.0]);
    assert_eq!(betweenness(&graph, Length::Steps).unwrap().raw, [0.0, 0.0, 0.0]);

    let found = betweenness(&weighted(), INVERSE).unwrap().raw;
    near(found[0], 37.333333333333336);
    near(found[3], 86.61666666666666);
    near(found.iter().sum(), 708.6333333333334);
    let seats = undirected_betweenness(&committee(), INVERSE).unwrap().raw;
    near(seats[20], 123.45833333333333);
    near(seats.iter().sum(), 246.41666666666666);
    let half = undirected_betweenness(&committee(), Length::Strength { alpha: 0.5 }).unwrap().raw;
    near(half[20], 77.325);
    near(half.iter().sum(), 161.0);
    near(harmonic(&committee(), INVERSE, End::Out).unwrap()[0], 3.44018119586071);
    near(harmonic(&committee(), Length::Strength { alpha: 0.5 }, End::In).unwrap()[1], 1.6321050089529154);
}

#[test]
fn where_betweenness_is_not_defined() {
    let two = betweenness(&arcs(2, &[(0, 1)]), Length::Steps).unwrap();
    assert_eq!(two, Betweenness { raw: vec![0.0, 0.0], normalised: None, centralisation: None });
    assert_eq!(betweenness(&arcs(0, &[]), Length::Steps).unwrap().raw, [] as [f64; 0]);
    let below = Graph::of(3, [(0, 1, -1.0), (1, 2, 1.0)]).0;
    assert_eq!(betweenness(&below, INVERSE), None);
    assert_eq!(betweenness(&below, Length::Strength { alpha: 2.0 }), None);
    for alpha in [f64::NAN, f64::INFINITY, -1.0] {
        assert_eq!(betweenness(&arcs(3, &[(0, 1)]), Length::Strength { alpha }), None);
    }
    // 700 rows of five, each leading to all of the next: more paths than a number holds.
    let rows = (0..699 * 25).map(|at| (at / 25 * 5 + at % 5, at / 25 * 5 + 5 + at / 5 % 5, 1.0));
    assert_eq!(betweenness(&Graph::of(3500, rows).0, Length::Steps), None);
}

#[test]
fn closeness() {
    let out = harmonic(&pol(), Length::Steps, End::Out).unwrap();
    printed(out[actor("BMA")], 0.7931034483, 10);
    near(out[actor("VCI")], 1.0);
    let into = harmonic(&pol(), Length::Steps, End::In).unwrap();
    near(into[actor("VCI")], 0.8103448275862069);
    near(into[actor("BMA")], 0.8620689655172413);
    // No path counts as zero; an isolate is far from all.
    let graph = arcs(4, &[(0, 1), (1, 2)]);
    assert_eq!(harmonic(&graph, Length::Steps, End::Out).unwrap(), [0.5, 1.0 / 3.0, 0.0, 0.0]);
    assert_eq!(harmonic(&graph, Length::Steps, End::In).unwrap(), [0.0, 1.0 / 3.0, 0.5, 0.0]);
    assert_eq!(harmonic(&arcs(1, &[]), Length::Steps, End::Out), None);
    // More than one word of sources.
    for graph in [random(200, 500, 1), random(300, 260, 2)] {
        for end in [End::Out, End::In] {
            let steps = harmonic(&graph, Length::Steps, end).unwrap();
            let lengths = harmonic(&graph, INVERSE, end).unwrap();
            steps.into_iter().zip(lengths).for_each(|(steps, lengths)| near(steps, lengths));
        }
    }
}

#[test]
fn standing() {
    let found = pagerank(&pol(), 0.85).unwrap();
    for (name, expected) in [
        ("BMI", 0.0803300964),
        ("EC", 0.0736811245),
        ("BMJ", 0.0700388051),
        ("UBA", 0.0628200343),
        ("BMA", 0.0600604297),
    ] {
        printed(found[actor(name)], expected, 10);
    }
    near(found.iter().sum(), 1.0);
    near(pagerank(&weighted(), 0.85).unwrap()[0], 0.06488962675728781);
    // Who has no arcs out starts anew anywhere: x0 = 1/4 + x1/4, x1 = 1/4 + x1/4 + x0/2.
    let stranded = pagerank(&arcs(2, &[(0, 1)]), 0.5).unwrap();
    near(stranded[0], 0.4);
    near(stranded[1], 0.6);
    assert_eq!((pagerank(&arcs(0, &[]), 0.85), pagerank(&pol(), 1.0)), (None, None));
    assert_eq!(pagerank(&Graph::of(2, [(0, 1, -1.0)]).0, 0.85), None);

    let found = eigenvector(&pol()).unwrap();
    near(found[actor("BMA")], 0.2829630405270);
    near(found[actor("UBA")], 0.2778223727045);
    near(eigenvector(&committee()).unwrap()[0], 0.23379144946107655);
    // A star has two sides, between which plain multiplication would swing.
    let star = eigenvector(&arcs(5, &[(0, 1), (0, 2), (0, 3), (0, 4)]).undirected()).unwrap();
    near(star[0], 0.5_f64.sqrt());
    near(star[4], 0.125_f64.sqrt());
    // No cycle, or two parts that are equally strong: no such vector, or many.
    assert_eq!(eigenvector(&arcs(3, &[(0, 1), (1, 2)])), None);
    assert_eq!(eigenvector(&arcs(4, &[(0, 1), (1, 0), (2, 3), (3, 2)])), None);
    assert_eq!((eigenvector(&arcs(0, &[])), eigenvector(&arcs(2, &[]))), (None, None));
}
