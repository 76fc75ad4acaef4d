//! Networks drawn from a model, and what they look like beside the observed one.

use super::ergm::rows;
use super::logit::{maximum, middle};
use super::state::{Changes, State};
use crate::network::draw::Draw;
use crate::network::parallel;
use crate::network::permute::Runs;

/// The most actors of a network from whose model others are drawn.
pub const DRAWN_ACTORS_MAX: usize = 300;

/// How many times as much as by tosses of a coin the number of ties varies at most.
const SCATTER_MAX: f64 = 10.0;

/// How often each tie is up for going, on average, before a network counts as drawn.
const RENEWALS: usize = 20;

/// A figure of the observed network beside those of networks drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Of the observed network.
    pub observed: f64,
    /// Mean of those drawn.
    pub mean: f64,
    /// The lowest of the middle 95 % of those drawn.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Compared {
    fn of(observed: f64, drawn: &[f64]) -> Compared {
        let [low, high] = middle(drawn);
        Compared { observed, mean: drawn.iter().sum::<f64>() / drawn.len() as f64, low, high }
    }

    /// Whether the observed figure is within the middle 95 %.
    pub fn is_inside(&self) -> bool {
        let slack = 1e-9 * self.observed.abs().max(1.0);
        self.low - slack <= self.observed && self.observed <= self.high + slack
    }
}

/// What is counted, from 0 on, the last that many or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Actors with so many ties out; without directions, so many ties.
    Out,
    /// Actors with so many ties in.
    In,
    /// Ties between actors with so many others between them.
    Shared,
}

impl Distribution {
    /// The last number: how many have so many or more.
    pub const LAST: usize = 30;
}

/// What networks drawn from a model look like (goodness of fit: Hunter, Goodreau & Handcock 2008).
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// How many were drawn.
    pub networks: usize,
    /// Whether some statistic of the model, or the number of ties, is beyond all of those drawn: then the coefficients are too
    /// far off.
    pub is_off: bool,
    /// Whether the number of ties varies more than ten times as much as by tosses of a coin: then some networks are nearly
    /// empty and some nearly full, and hardly any are like the observed one (Handcock 2003).
    pub is_degenerate: bool,
    /// The statistic of each term.
    pub terms: Vec<Compared>,
    /// Ties over pairs.
    pub density: Compared,
    /// Pairs with a tie each way; `None` without directions.
    pub mutual: Option<Compared>,
    /// How many there are of each number, from zero.
    pub distributions: Vec<(Distribution, Vec<Compared>)>,
}

/// One network: its statistics, and how many there are of what.
struct One {
    statistics: Vec<f64>,
    ties: f64,
    mutual: f64,
    bins: Vec<Vec<f64>>,
    again: Option<Vec<f64>>,
}

/// What is counted of networks with or without directions.
fn distributions(is_directed: bool) -> &'static [Distribution] {
    match is_directed {
        true => &[Distribution::Out, Distribution::In, Distribution::Shared],
        false => &[Distribution::Out, Distribution::Shared],
    }
}

impl One {
    fn of(changes: &Changes, state: &State, statistics: Vec<f64>) -> One {
        let mutual = |(from, to): &&(u32, u32)| from < to && state.has(*to as usize, *from as usize);
        let bins = distributions(changes.is_directed).iter().map(|what| {
            let mut bins = vec![0.0; Distribution::LAST + 1];
            let mut count = |many: usize| bins[many.min(Distribution::LAST)] += 1.0;
            match what {
                Distribution::Out => state.out.iter().for_each(|many| count(*many as usize)),
                Distribution::In => state.into.iter().for_each(|many| count(*many as usize)),
                Distribution::Shared => {
                    state.ties.iter().for_each(|(from, to)| count(state.shared(*from as usize, *to as usize)));
                }
            }
            bins
        });
        One {
            statistics,
            ties: state.ties.len() as f64,
            mutual: state.ties.iter().filter(mutual).count() as f64,
            bins: bins.collect(),
            again: None,
        }
    }
}

/// Draws as many networks as there are runs; with it the estimates of each, if they are asked for and it has any.
///
/// Every other walk begins with the observed network, the rest with one that has as many ties anywhere: were the walks too
/// short, the two would differ and the intervals be wide.
pub(super) fn draws(
    changes: &Changes,
    b: &[f64],
    observed: &State,
    statistics: &[f64],
    is_fitted: bool,
    runs: &Runs,
) -> (Drawn, Vec<Option<Vec<f64>>>) {
    let steps = RENEWALS * 2 * observed.ties.len().max(observed.out.len());
    let drawn = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let (mut state, mut all) = if run % 2 == 0 {
                (observed.clone(), statistics.to_vec())
            } else {
                let mut pairs: Vec<(usize, usize)> = changes.pairs().collect();
                draw.shuffle(&mut pairs);
                changes.state(pairs.into_iter().take(observed.ties.len()))
            };
            walk(changes, b, &mut state, &mut all, steps, &mut draw);
            let again = is_fitted.then(|| maximum(&rows(changes, &state)).ok().map(|fit| fit.b)).flatten();
            One { again, ..One::of(changes, &state, all) }
        },
    );
    let own = One::of(changes, observed, statistics.to_vec());
    let column = |value: &dyn Fn(&One) -> f64| drawn.iter().map(value).collect::<Vec<f64>>();
    let compared = |value: &dyn Fn(&One) -> f64| Compared::of(value(&own), &column(value));
    let is_beyond = |value: &dyn Fn(&One) -> f64| {
        let slack = 1e-9 * value(&own).abs().max(1.0);
        let all = column(value);
        all.iter().all(|one| *one < value(&own) - slack) || all.iter().all(|one| *one > value(&own) + slack)
    };
    let is_off = is_beyond(&|one| one.ties) || (0..changes.width()).any(|term| is_beyond(&|one| one.statistics[term]));
    let pairs = changes.count() as f64;
    let ties = column(&|one| one.ties);
    let mean = ties.iter().sum::<f64>() / ties.len() as f64;
    let variance = ties.iter().map(|ties| (ties - mean).powi(2)).sum::<f64>() / (ties.len() - 1) as f64;
    let bins = distributions(changes.is_directed).iter().enumerate().map(|(at, what)| {
        let all = || drawn.iter().chain([&own]);
        let last = (0..Distribution::LAST + 1).rposition(|bin| all().any(|one| one.bins[at][bin] > 0.0));
        (*what, (0..last.map_or(0, |last| last + 1)).map(|bin| compared(&|one| one.bins[at][bin])).collect())
    });
    let drawn_networks = Drawn {
        networks: drawn.len(),
        is_off,
        is_degenerate: variance > SCATTER_MAX * mean * (1.0 - mean / pairs),
        terms: (0..changes.width()).map(|term| compared(&|one| one.statistics[term])).collect(),
        density: compared(&|one| one.ties / pairs),
        mutual: changes.is_directed.then(|| compared(&|one| one.mutual)),
        distributions: bins.collect(),
    };
    (drawn_networks, drawn.into_iter().map(|one| one.again).collect())
}

/// Lets ties come and go: as often one that is there is up for going as any pair for a change, so that networks with few
/// ties are left as fast as others (Metropolis & Hastings; Morris, Handcock & Hunter 2008).
fn walk(changes: &Changes, b: &[f64], state: &mut State, all: &mut [f64], steps: usize, draw: &mut Draw) {
    let len = state.out.len();
    let pairs = changes.count() as f64;
    let mut change = vec![0.0; b.len()];
    // How likely it is that a pair is up for losing its tie, or for gaining one, with so many ties.
    let losing = |ties: f64| 0.5 / ties + 0.5 / pairs;
    let gaining = |ties: f64| if ties > 0.0 { 0.5 / pairs } else { 1.0 / pairs };
    for _ in 0..steps {
        let ties = state.ties.len();
        let (from, to) = if ties > 0 && draw.share() < 0.5 {
            let (from, to) = state.ties[draw.below(ties)];
            (from as usize, to as usize)
        } else {
            let (from, other) = (draw.below(len), draw.below(len - 1));
            let to = if other >= from { other + 1 } else { other };
            if changes.is_directed { (from, to) } else { (from.min(to), from.max(to)) }
        };
        changes.change(state, from, to, &mut change);
        let odds: f64 = change.iter().zip(b).map(|(change, b)| change * b).sum();
        let ties = ties as f64;
        let (way, proposed) = if state.has(from, to) {
            (-1.0, gaining(ties - 1.0) / losing(ties))
        } else {
            (1.0, losing(ties + 1.0) / gaining(ties))
        };
        if draw.share() < (way * odds).exp() * proposed {
            all.iter_mut().zip(&change).for_each(|(all, change)| *all += way * change);
            state.toggle(from, to);
        }
    }
}
