//! The networks of the literature that the measures are held against.
#![allow(dead_code, reason = "each test binary uses its own part")]

use tongban_core::network::graph::Graph;

/// German toxic chemicals policy (Leifeld & Schneider 2012): political exchange, 30 actors.
pub fn pol() -> Graph {
    graph_of(&table(include_str!("../../../data/network/chemnet_pol.csv")))
}

/// Exchange of scientific information that both sides confirm.
pub fn sci() -> Graph {
    let from = graph_of(&table(include_str!("../../../data/network/chemnet_scifrom.csv")));
    let to = graph_of(&table(include_str!("../../../data/network/chemnet_scito.csv")));
    Graph::of(to.len(), to.each().filter(|(a, b, _)| from.has(*b, *a)).map(|(a, b, w)| (a as u32, b as u32, w))).0
}

/// Whom actors hold to be influential.
pub fn infrep() -> Graph {
    graph_of(&table(include_str!("../../../data/network/chemnet_infrep.csv")))
}

/// In how many committees two actors sit together.
pub fn committee() -> Graph {
    let seats = table(include_str!("../../../data/network/chemnet_committee.csv"));
    cells(seats.len(), |one, other| seats[one].iter().zip(&seats[other]).map(|(a, b)| a * b).sum())
}

/// Likeness of preferences: the greatest distance less that of the two.
pub fn prefsim() -> Graph {
    let stances = table(include_str!("../../../data/network/chemnet_intpos.csv"));
    let distance = |one: usize, other: usize| {
        stances[one].iter().zip(&stances[other]).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    };
    let len = stances.len();
    let most = (0..len * len).map(|cell| distance(cell / len, cell % len)).fold(0.0, f64::max);
    cells(len, |one, other| most - distance(one, other))
}

/// The type of each actor: gov 0, ig 1, io 2, par 3, sci 4.
pub fn types() -> Vec<u32> {
    let all = ["gov", "ig", "io", "par", "sci"];
    let text = include_str!("../../../data/network/chemnet_types.csv");
    let of = |line: &str| all.iter().position(|name| line.ends_with(&format!("\"{name}\""))).unwrap() as u32;
    text.lines().skip(1).map(of).collect()
}

/// The number of an actor of the chemicals network.
pub fn actor(name: &str) -> usize {
    let text = include_str!("../../../data/network/chemnet_types.csv");
    text.lines().skip(1).position(|line| line.starts_with(&format!("\"{name}\""))).unwrap()
}

/// Marriages of Florentine families (Padgett & Ansell 1993), both directions. Medici is 8.
pub fn florentine() -> Graph {
    graph_of(&table(include_str!("../../../data/network/florentine_marriage.csv")))
}

/// The number of the Medici.
pub const MEDICI: usize = 8;

/// Zachary's karate club (1977), both directions, numbered from zero.
pub fn karate() -> Graph {
    let text = include_str!("../../../data/network/karate.csv");
    let arcs = text.lines().skip(1).map(|line| {
        let (from, to) = line.split_once(',').unwrap();
        (from.parse::<u32>().unwrap() - 1, to.parse::<u32>().unwrap() - 1, 1.0)
    });
    Graph::of(34, arcs).0.undirected()
}

/// Arcs of weight one.
pub fn arcs(actors: usize, arcs: &[(u32, u32)]) -> Graph {
    Graph::of(actors, arcs.iter().map(|(from, to)| (*from, *to, 1.0))).0
}

/// Whether two numbers agree to nine places.
#[track_caller]
pub fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

/// Whether two numbers agree to as many places as the expected one was printed with.
#[track_caller]
pub fn printed(found: f64, expected: f64, places: i32) {
    assert!((found - expected).abs() <= 0.500_001 * 10_f64.powi(-places), "{found} is not {expected}");
}

fn cells(len: usize, value: impl Fn(usize, usize) -> f64) -> Graph {
    Graph::of(len, (0..len * len).map(|cell| ((cell / len) as u32, (cell % len) as u32, value(cell / len, cell % len))))
        .0
}

/// The cells of a table.
pub fn table(text: &str) -> Vec<Vec<f64>> {
    text.lines().skip(1).map(|line| line.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect()).collect()
}

/// The network of a square table.
pub fn graph_of(matrix: &[Vec<f64>]) -> Graph {
    cells(matrix.len(), |from, to| matrix[from][to])
}
