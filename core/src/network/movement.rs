//! What moves and what stays: ties and members from one period to the next, and whether arcs run along or across the
//! levels of administration.

use serde::Serialize;

use super::graph::Graph;

/// Persistence of ties: `|E_t and E_t+1| / |E_t|`. `None` if there were no arcs or the networks have different actors.
pub fn persistence(before: &Graph, after: &Graph) -> Option<f64> {
    (before.len() == after.len() && before.arcs() > 0).then(|| kept(before, after) as f64 / before.arcs() as f64)
}

/// Jaccard index of ties: `|E_t and E_t+1| / |E_t or E_t+1|`; below 0.3 a network changes too fast to compare waves,
/// above 0.6 little happens (Snijders, van de Bunt & Steglich 2010). `None` if neither has arcs or the networks have
/// different actors.
pub fn jaccard_ties(before: &Graph, after: &Graph) -> Option<f64> {
    let both = kept(before, after);
    let either = before.arcs() + after.arcs() - both;
    (before.len() == after.len() && either > 0).then(|| both as f64 / either as f64)
}

fn kept(before: &Graph, after: &Graph) -> usize {
    let len = before.len().min(after.len());
    (0..len).map(|actor| common(before.out(actor), after.out(actor))).sum()
}

/// How many numbers two ascending lists have in common.
pub(super) fn common(one: &[u32], other: &[u32]) -> usize {
    let (mut at, mut count) = (0, 0);
    for number in one {
        while at < other.len() && other[at] < *number {
            at += 1;
        }
        count += usize::from(other.get(at) == Some(number));
    }
    count
}

/// Who came, who stayed and who left between two periods.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Turnover {
    /// Members of both periods.
    pub stayed: usize,
    /// Only of the period before.
    pub left: usize,
    /// Only of the period after.
    pub joined: usize,
    /// Jaccard index of members: `stayed / (stayed + left + joined)`.
    pub jaccard: f64,
    /// Share of the members before that left; `None` if there were none.
    pub left_share: Option<f64>,
    /// Share of the members after that are new; `None` if there are none.
    pub joined_share: Option<f64>,
    /// After how many periods half would be left if every period kept the same share: `ln 2 / -ln(stayed / before)`.
    /// `None` if all stayed, none stayed, or there were none.
    pub half_life: Option<f64>,
}

/// Turnover of members between two periods, given in any order. `None` if there are none in either.
pub fn turnover(before: &[u32], after: &[u32]) -> Option<Turnover> {
    let sorted = |members: &[u32]| {
        let mut members = members.to_vec();
        members.sort_unstable();
        members.dedup();
        members
    };
    let (before, after) = (sorted(before), sorted(after));
    let stayed = common(&before, &after);
    let (left, joined) = (before.len() - stayed, after.len() - stayed);
    let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
    let half_life = (stayed > 0 && left > 0).then(|| 2_f64.ln() / (before.len() as f64 / stayed as f64).ln());
    Some(Turnover {
        stayed,
        left,
        joined,
        jaccard: share(stayed, stayed + left + joined)?,
        left_share: share(left, before.len()),
        joined_share: share(joined, after.len()),
        half_life,
    })
}

/// Regularity of contacts: one minus the coefficient of variation (population standard deviation over mean) of the gaps
/// between them. 1 like clockwork, about 0 at random, below 0 in bursts.
///
/// `times` in any unit and order; contacts at one time are one. `None` with fewer than three times.
pub fn regularity(times: &[i64]) -> Option<f64> {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.dedup();
    let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1].abs_diff(pair[0]) as f64).collect();
    if gaps.len() < 2 {
        return None;
    }
    let count = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / count;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count;
    Some(1.0 - variance.sqrt() / mean)
}

/// Share of the flow that runs where there is an agreement: weight of the arcs of `flow` whose two ends are joined in
/// `agreements`, in either direction. `None` without flow or if the networks have different actors.
pub fn covered(flow: &Graph, agreements: &Graph) -> Option<f64> {
    if flow.len() != agreements.len() {
        return None;
    }
    let (mut all, mut under) = (0.0, 0.0);
    for (from, to, weight) in flow.each() {
        all += weight;
        if agreements.has(from, to) || agreements.has(to, from) {
            under += weight;
        }
    }
    (all > 0.0).then(|| under / all)
}

/// Where an actor stands in the administration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The actor right above it in its own line (条), if that one is among the actors.
    pub parent: Option<u32>,
    /// Its province.
    pub province: u32,
    /// Its level; 0 at the top.
    pub level: u8,
}

/// Figures of arcs of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Course {
    /// How many arcs.
    pub arcs: usize,
    /// Their share of all arcs.
    pub share: f64,
    /// Their share of the weight of all arcs; `None` if all weigh nothing together.
    pub weight_share: Option<f64>,
    /// Share of them with an arc back; `None` if there are none.
    pub returned: Option<f64>,
}

/// Arcs along and across the levels of administration.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Courses {
    /// From an actor to one below it in its line.
    pub down: Course,
    /// From an actor to one above it in its line.
    pub up: Course,
    /// Between actors of one level in one province.
    pub within: Course,
    /// Between actors of one level in two provinces (块).
    pub across: Course,
    /// Between actors of two levels, neither above the other in its line.
    pub diagonal: Course,
    /// Mean difference of levels over all arcs, by weight; `None` if all weigh nothing together.
    pub level_gap: Option<f64>,
}

/// Shares of vertical and horizontal arcs, each arc typed by the tree of the administration (Rhodes & Marsh 1992 on
/// vertical and horizontal interdependence).
///
/// `None` without arcs or if `places` is not as long as there are actors. Take [`Graph::binary`] for the mean level gap
/// of arcs.
pub fn courses(graph: &Graph, places: &[Place]) -> Option<Courses> {
    if places.len() != graph.len() || graph.arcs() == 0 {
        return None;
    }
    let mut counts = [0_usize; 5];
    let mut returned = [0_usize; 5];
    let mut weights = [0.0; 5];
    let mut gap = 0.0;
    for (from, to, weight) in graph.each() {
        let (one, other) = (&places[from], &places[to]);
        let course = if above(places, from, to) {
            0
        } else if above(places, to, from) {
            1
        } else if one.level != other.level {
            4
        } else if one.province == other.province {
            2
        } else {
            3
        };
        counts[course] += 1;
        weights[course] += weight;
        returned[course] += usize::from(graph.has(to, from));
        gap += weight * f64::from(one.level.abs_diff(other.level));
    }
    let arcs = graph.arcs() as f64;
    let all: f64 = weights.iter().sum();
    let of = |course: usize| Course {
        arcs: counts[course],
        share: counts[course] as f64 / arcs,
        weight_share: (all > 0.0).then(|| weights[course] / all),
        returned: (counts[course] > 0).then(|| returned[course] as f64 / counts[course] as f64),
    };
    Some(Courses {
        down: of(0),
        up: of(1),
        within: of(2),
        across: of(3),
        diagonal: of(4),
        level_gap: (all > 0.0).then(|| gap / all),
    })
}

/// Whether one actor is above another in its line. A line has no more steps than there are levels in a byte.
fn above(places: &[Place], upper: usize, lower: usize) -> bool {
    let line = std::iter::successors(places[lower].parent, |at| places.get(*at as usize)?.parent);
    line.take(usize::from(u8::MAX)).any(|at| at as usize == upper)
}
