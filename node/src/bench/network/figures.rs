//! The same figures of the same networks, by this program and by others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use tongban_core::network::Graph;
use tongban_core::network::brokerage::constraint;
use tongban_core::network::draw::Draw;
use tongban_core::network::leiden::leiden;
use tongban_core::network::path::{Length, betweenness};
use tongban_core::network::permute::{Runs, correlation, regression};

use super::drawn;
use super::peers::Peers;
use crate::bench::failed;
use crate::bench::report::Table;
use crate::bench::stats::{Latency, round};
use crate::error::Failure;
use crate::limits;

/// Actors and arcs of the small network: every authority of a country.
const SMALL: (usize, usize) = (3_200, 150_000);
/// Those of the large one: every authority, centre, window and agent.
const LARGE: (usize, usize) = (40_000, 2_000_000);
/// Actors and arcs of the networks that are compared by permutation.
const COMPARED: (usize, usize) = (300, 9_000);

/// How far two sums may differ, as a share, and still be the same figure.
const SAME: f64 = 1e-6;
/// A program whose modularity is so far below that of the best of the others sought less: its time does not count.
const MODULARITY_NEAR: f64 = 1e-3;

/// What is drawn.
pub(super) struct Drawn {
    /// How many times smaller.
    pub(super) part: usize,
    pub(super) seed: u64,
}

/// How often, and how long, one program makes one figure.
#[derive(Clone, Copy)]
pub(super) struct Repeat {
    pub(super) rounds: u16,
    pub(super) limit_s: u32,
}

impl Repeat {
    /// Once to warm up, then the rounds; where there is no time for them, the first round stands. The value is the
    /// median: what is drawn is drawn anew in each round.
    fn time(self, figure: impl Fn(u64) -> Option<f64>) -> Option<(Latency, f64)> {
        let timed = |round: u64| {
            let begun = Instant::now();
            let value = std::hint::black_box(figure(round));
            Some((begun.elapsed(), value?))
        };
        let first = timed(0)?;
        let has_time = first.0.as_secs_f64() * f64::from(self.rounds) <= f64::from(self.limit_s) / 2.0;
        let made = if has_time { (0..self.rounds.into()).map(timed).collect::<Option<Vec<_>>>()? } else { vec![first] };
        let (times, mut values): (Vec<Duration>, Vec<f64>) = made.into_iter().unzip();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        Some((Latency::of(times), f64::midpoint(values[middle], values[(values.len() - 1) / 2])))
    }
}

/// By what it is seen that programs did the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Check {
    /// A value that all have.
    Same,
    /// A value of which more is better.
    More,
}

#[derive(Debug, Serialize)]
pub(super) struct Figures {
    /// Other programs by name; none if they are missing.
    versions: BTreeMap<String, Option<String>>,
    permutations: usize,
    figures: Vec<Figure>,
}

#[derive(Debug, Serialize)]
struct Figure {
    name: &'static str,
    #[serde(skip)]
    words: String,
    check: Check,
    ours: Latency,
    value: f64,
    /// Our time to that of the fastest other program.
    ratio: Option<f64>,
    goal: f64,
    peers: Vec<Peer>,
}

#[derive(Debug, Serialize)]
struct Peer {
    name: &'static str,
    time: Option<Latency>,
    value: Option<f64>,
    /// Whether ours is the same, or not less.
    agrees: Option<bool>,
    /// Why there is no time.
    fault: Option<String>,
}

/// A figure that is to be made.
struct Task<'a> {
    /// As the scripts know it.
    name: &'static str,
    words: String,
    check: Check,
    goal: f64,
    peers: &'static [&'static str],
    /// Of a round.
    ours: Box<dyn Fn(u64) -> Option<f64> + 'a>,
}

/// Networks on the same actors: one that is explained, and four that explain it.
struct Compared {
    y: Graph,
    x: [Graph; 4],
}

impl Compared {
    fn draw(seed: u64) -> Compared {
        let (actors, arcs) = COMPARED;
        let provinces = drawn::provinces(actors);
        let network = |run: usize| Graph::of(actors, drawn::arcs(&provinces, arcs, Draw::run(seed, run).bits())).0;
        let each = |value: &dyn Fn(usize, usize) -> f64| {
            let pairs = (0..actors).flat_map(|from| (0..actors).map(move |to| (from, to)));
            let cells = pairs.filter(|(from, to)| from != to);
            Graph::of(actors, cells.map(|(from, to)| (from as u32, to as u32, value(from, to)))).0
        };
        let mut draw = Draw::run(seed, 5);
        let sizes: Vec<f64> = (0..actors).map(|_| draw.share()).collect();
        let same = each(&|from, to| if provinces[from] == provinces[to] { 1.0 } else { 0.0 });
        let apart = each(&|from, to| (sizes[from] - sizes[to]).abs());
        Compared { y: network(2), x: [network(3), same, apart, network(4)] }
    }
}

/// Draws, has everyone measure, and compares.
pub(super) async fn measure(
    what: &Drawn,
    repeat: Repeat,
    folder: &Path,
    python: Option<PathBuf>,
) -> Result<Figures, Failure> {
    let peers = Peers::find(folder, python).await?;
    let network = |(actors, arcs): (usize, usize), run: usize| {
        let provinces = drawn::provinces(actors / what.part);
        let arcs = drawn::arcs(&provinces, arcs / what.part, Draw::run(what.seed, run).bits());
        Graph::of(provinces.len(), arcs).0
    };
    let (small, large) = (network(SMALL, 0), network(LARGE, 1));
    let undirected = large.undirected();
    let compared = Compared::draw(what.seed);
    let [x1, x2, x3, x4] = &compared.x;
    for (name, graph, is_undirected) in [
        ("small", &small, false),
        ("large", &large, false),
        ("large-undirected", &undirected, true),
        ("y", &compared.y, false),
        ("x1", x1, false),
        ("x2", x2, false),
        ("x3", x3, false),
        ("x4", x4, false),
    ] {
        drawn::write(folder, name, graph, is_undirected).map_err(failed)?;
    }
    let permutations = limits::NETWORK_PERMUTATIONS / what.part;
    let runs = Runs::of(permutations, what.seed);
    let size = |graph: &Graph| format!("{} actors, {} arcs", graph.len(), graph.arcs());
    let permuted = format!("{} actors, {permutations} permutations", compared.y.len());
    let tasks = [
        Task {
            name: "betweenness",
            words: format!("betweenness, {}", size(&small)),
            check: Check::Same,
            goal: 0.6,
            peers: &["igraph", "networkit", "rustworkx", "networkx", "sna"],
            ours: Box::new(|_| Some(betweenness(&small, Length::Steps)?.raw.iter().sum())),
        },
        Task {
            name: "constraint",
            words: format!("constraint, {}", size(&large)),
            check: Check::Same,
            goal: 0.15,
            peers: &["igraph"],
            ours: Box::new(|_| Some(constraint(&large).into_iter().flatten().sum())),
        },
        Task {
            name: "leiden",
            words: format!("Leiden, {} actors, {} ties", undirected.len(), undirected.arcs() / 2),
            check: Check::More,
            goal: 0.6,
            peers: &["igraph", "networkit"],
            ours: Box::new(|round| Some(leiden(&undirected, 1.0, &Runs::of(1, what.seed + round))?.modularity)),
        },
        Task {
            name: "qap",
            words: format!("QAP, {permuted}"),
            check: Check::Same,
            goal: 0.15,
            peers: &["numpy", "sna"],
            ours: Box::new(|_| Some(correlation(&compared.y, x1, &runs)?.r)),
        },
        Task {
            name: "mrqap",
            words: format!("MRQAP-DSP, {permuted}, 4 predictors"),
            check: Check::Same,
            goal: 0.2,
            peers: &["numpy", "sna"],
            ours: Box::new(|_| {
                let found = regression(&compared.y, &[x1, x2, x3, x4], &runs)?;
                Some(found.intercept.t + found.coefficients.iter().map(|one| one.t).sum::<f64>())
            }),
        },
    ];
    let mut figures = Vec::new();
    for task in tasks {
        figures.push(task.measure(&peers, repeat, folder, permutations).await?);
    }
    Ok(Figures { versions: peers.versions, permutations, figures })
}

impl Task<'_> {
    async fn measure(
        self,
        peers: &Peers,
        repeat: Repeat,
        folder: &Path,
        permutations: usize,
    ) -> Result<Figure, Failure> {
        let undefined = || failed(format!("{} is not defined in the network that was drawn", self.name));
        let (ours, value) = repeat.time(&self.ours).ok_or_else(undefined)?;
        let mut others = Vec::new();
        for name in self.peers.iter().copied() {
            if peers.versions.get(name).is_none_or(Option::is_none) {
                continue;
            }
            let said = peers.measure(name, self.name, folder, repeat, permutations).await;
            let (said, fault) = match said {
                Ok(Some(said)) => (Some(said), None),
                Ok(None) => (None, Some(format!("more than {} s", repeat.limit_s))),
                Err(fault) => (None, Some(fault)),
            };
            others.push(Peer {
                name,
                agrees: said.as_ref().map(|said| self.check.agrees(value, said.value)),
                value: said.as_ref().map(|said| said.value),
                time: said.map(|said| Latency::of(said.seconds.into_iter().map(Duration::from_secs_f64).collect())),
                fault,
            });
        }
        let Task { name, words, check, goal, .. } = self;
        let ratio = fastest(check, &others).map(|fastest| round(ours.p50_ms / fastest, 3));
        Ok(Figure { name, words, check, ours, value, ratio, goal, peers: others })
    }
}

impl Check {
    fn agrees(self, ours: f64, other: f64) -> bool {
        match self {
            Check::Same => (ours - other).abs() <= SAME * ours.abs().max(other.abs()),
            // Sums in another order differ in the last digits.
            Check::More => ours >= other - 1e-9,
        }
    }
}

/// The time of the fastest other program, ms; of those that sought less, none counts.
fn fastest(check: Check, peers: &[Peer]) -> Option<f64> {
    let best = peers.iter().filter_map(|peer| peer.value).fold(f64::NEG_INFINITY, f64::max);
    let counts = |peer: &&Peer| check == Check::Same || peer.value.is_some_and(|value| value >= best - MODULARITY_NEAR);
    peers.iter().filter(counts).filter_map(|peer| Some(peer.time?.p50_ms)).min_by(f64::total_cmp)
}

/// A failure if another program has another value: then one of both computed something else.
pub(super) fn agreed(figures: &Figures) -> Result<(), Failure> {
    let same = figures.figures.iter().filter(|figure| figure.check == Check::Same);
    let other = |figure: &Figure| {
        let peers = figure.peers.iter().filter(|peer| peer.agrees == Some(false));
        peers.map(|peer| format!("{} by {}", figure.name, peer.name)).collect::<Vec<_>>()
    };
    let different: Vec<String> = same.flat_map(other).collect();
    if different.is_empty() {
        return Ok(());
    }
    let text = format!("other values than ours, so the times say nothing: {}", different.join(", "));
    Err(Failure::new("peers-differ", text))
}

pub(super) fn print(figures: &Figures) {
    let missing = figures.versions.iter().filter(|(_, version)| version.is_none()).map(|(name, _)| name.as_str());
    let missing: Vec<&str> = missing.collect();
    if !missing.is_empty() {
        println!("            missing, and left out: {}\n", missing.join(", "));
    }
    let mut table = Table::new(["median, s", "sum, r or modularity", "to the fastest", "goal"].map(str::to_owned));
    let seconds = |time: &Latency| format!("{:.4}", time.p50_ms / 1000.0);
    for figure in &figures.figures {
        let ratio = figure.ratio.map_or("no other".to_owned(), |ratio| format!("{ratio:.3}"));
        let value = format!("{:.7}", figure.value);
        table.line(&figure.words, [seconds(&figure.ours), value, ratio, format!("<= {}", figure.goal)]);
        for peer in &figure.peers {
            let version = figures.versions.get(peer.name).and_then(Option::as_deref).unwrap_or_default();
            let time = peer.time.as_ref().map_or("-".to_owned(), seconds);
            let value = peer.value.map_or("-".to_owned(), |value| format!("{value:.7}"));
            let said = match (figure.check, peer.agrees) {
                (_, None) => peer.fault.clone().unwrap_or_default(),
                (Check::Same, Some(true)) => "the same".to_owned(),
                (Check::Same, Some(false)) => "NOT THE SAME".to_owned(),
                (Check::More, Some(true)) => "ours is not less".to_owned(),
                (Check::More, Some(false)) => "OURS IS LESS".to_owned(),
            };
            table.line(&format!("  {} {version}", peer.name), [time, value, said]);
        }
    }
    table.print();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &'static str, seconds: f64, value: f64, check: Check) -> Peer {
        let time = Latency::of(vec![Duration::from_secs_f64(seconds)]);
        Peer { name, time: Some(time), value: Some(value), agrees: Some(check.agrees(0.5, value)), fault: None }
    }

    #[test]
    fn who_sought_less_is_not_the_fastest_and_who_has_another_value_fails_the_run() {
        let more =
            [peer("a", 1.0, 0.4, Check::More), peer("b", 2.0, 0.4995, Check::More), peer("c", 3.0, 0.5, Check::More)];
        assert_eq!(fastest(Check::More, &more), Some(2000.0));
        assert_eq!(fastest(Check::Same, &more), Some(1000.0));
        assert_eq!(fastest(Check::Same, &[]), None);
        assert!(Check::More.agrees(0.5, 0.4) && !Check::More.agrees(0.4, 0.5));
        let run = |value: f64| Figures {
            versions: BTreeMap::new(),
            permutations: 0,
            figures: vec![Figure {
                name: "betweenness",
                words: String::new(),
                check: Check::Same,
                ours: Latency::default(),
                value: 0.5,
                ratio: None,
                goal: 0.6,
                peers: vec![peer("a", 1.0, value, Check::Same)],
            }],
        };
        assert!(agreed(&run(0.5 + 1e-8)).is_ok());
        assert!(agreed(&run(0.51)).is_err_and(|failure| failure.code == "peers-differ"));
    }
}
