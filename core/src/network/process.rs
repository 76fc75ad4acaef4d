//! Who works with whom, as a log of events has it: relations of process mining (van der Aalst, Reijers & Song 2005).
//!
//! An event that names nobody is no part of a [`Log`]: whoever makes one leaves it out and says how many there were. What
//! somebody hands over to itself is no tie; it is counted apart, and counts in what shares are taken of, as in the paper.

use std::collections::HashMap;

use serde::Serialize;

use super::graph::Graph;

/// Up to so many resources, joint activities are computed: each is compared with each.
pub const JOINT_RESOURCES_MAX: usize = 2_000;

/// Something that was done in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Number of what was done.
    pub activity: u32,
    /// Number of who did it.
    pub resource: u32,
}

/// Events of cases, each in the order in which they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// How many resources there are; they are 0 to one less.
    pub resources: usize,
    /// How many activities there are.
    pub activities: usize,
    /// Each case.
    pub cases: Vec<Vec<Event>>,
}

/// How far a relation between two events of one case reaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reach {
    /// How many steps at most (causality depth); 1 is from an event to the next.
    pub steps: usize,
    /// What each further step is worth: a relation over `n` steps weighs `beta^(n-1)`; from zero to one.
    pub beta: f64,
    /// Whether two resources count once in a case for each number of steps, however often they meet.
    pub once: bool,
}

impl Reach {
    /// From an event to the next, each time.
    pub const DIRECT: Reach = Reach { steps: 1, beta: 1.0, once: false };

    fn is_sound(&self) -> bool {
        self.steps > 0 && (0.0..=1.0).contains(&self.beta)
    }

    /// What something is worth over so many steps more than the fewest.
    fn worth(&self, more: usize) -> f64 {
        self.beta.powi(i32::try_from(more).unwrap_or(i32::MAX))
    }
}

/// Work that passes from one to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Passing {
    /// From whom to whom, how often; further steps count less.
    pub graph: Graph,
    /// The same from somebody to itself, which is in no graph.
    pub own: f64,
    /// How much it would be if every place in the log where it can happen were one: what shares are taken of.
    pub most: f64,
}

impl Passing {
    /// Shares of what there could be, the normalisation of the paper. `None` if there could be nothing.
    pub fn shares(&self) -> Option<Graph> {
        let arcs = self.graph.each().map(|(from, to, weight)| (from as u32, to as u32, weight / self.most));
        (self.most > 0.0).then(|| Graph::of(self.graph.len(), arcs).0)
    }
}

/// What is added up between two resources. Each sum is made in the order of the log.
struct Sums {
    all: HashMap<(u32, u32), f64>,
    own: f64,
    most: f64,
}

impl Sums {
    fn new() -> Sums {
        Sums { all: HashMap::new(), own: 0.0, most: 0.0 }
    }

    /// The pairs of one case over one number of steps, of as many as there could be.
    fn add(&mut self, mut pairs: Vec<(u32, u32)>, most: usize, worth: f64, once: bool) {
        if once {
            pairs.sort_unstable();
            pairs.dedup();
        }
        self.most += worth * if once { 1.0 } else { most as f64 };
        for (from, to) in pairs {
            if from == to {
                self.own += worth;
            } else {
                *self.all.entry((from, to)).or_default() += worth;
            }
        }
    }

    fn passing(self, resources: usize) -> Passing {
        let arcs = self.all.into_iter().map(|((from, to), weight)| (from, to, weight));
        Passing { graph: Graph::of(resources, arcs).0, own: self.own, most: self.most }
    }
}

/// Hand-over of work: how often an event of one is followed by an event of another in the same case, after `n` steps
/// with weight `beta^(n-1)` (van der Aalst, Reijers & Song 2005).
///
/// Shares are of `sum over cases and n of beta^(n-1) (|c| - n)`. `None` if `reach` has no step or `beta` is not from zero
/// to one.
pub fn handover(log: &Log, reach: &Reach) -> Option<Passing> {
    let mut sums = Sums::new();
    for case in reach.is_sound().then_some(&log.cases)? {
        for steps in 1..=reach.steps.min(case.len().saturating_sub(1)) {
            let pairs = case.iter().zip(&case[steps..]).map(|(one, next)| (one.resource, next.resource)).collect();
            sums.add(pairs, case.len() - steps, reach.worth(steps - 1), reach.once);
        }
    }
    Some(sums.passing(log.resources))
}

/// Subcontracting: how often one does something, another does, and the first again in the same case, `n + 1` steps after
/// its own event with weight `beta^(n-1)` (van der Aalst, Reijers & Song 2005). The arc goes from the first to the one in
/// between.
///
/// With [`Reach::DIRECT`] the three events follow each other. Shares are of
/// `sum over cases and n of beta^(n-1) (|c| - n - 1) n`. `None` as in [`handover`].
pub fn subcontracting(log: &Log, reach: &Reach) -> Option<Passing> {
    let mut sums = Sums::new();
    for case in reach.is_sound().then_some(&log.cases)? {
        for steps in 2..=reach.steps.saturating_add(1).min(case.len().saturating_sub(1)) {
            let back = case.windows(steps + 1).filter(|part| part[0].resource == part[steps].resource);
            let pairs = back
                .flat_map(|part| part[1..steps].iter().map(|between| (part[0].resource, between.resource)))
                .collect();
            let most = (case.len() - steps) * (steps - 1);
            sums.add(pairs, most, reach.worth(steps - 2), reach.once);
        }
    }
    Some(sums.passing(log.resources))
}

/// Who works in how many cases, and together with whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// In how many cases both work; an arc each way.
    pub graph: Graph,
    /// In how many cases each works.
    pub cases: Vec<u32>,
}

impl Together {
    /// From one to another the share of the first one's cases in which the other works too, the normalisation of the
    /// paper: the two directions differ.
    pub fn shares(&self) -> Graph {
        let arcs = self
            .graph
            .each()
            .map(|(from, to, weight)| (from as u32, to as u32, weight / f64::from(self.cases[from].max(1))));
        Graph::of(self.graph.len(), arcs).0
    }
}

/// Working together: in how many cases two both do something, whenever (van der Aalst, Reijers & Song 2005).
pub fn together(log: &Log) -> Together {
    let mut cases = vec![0; log.resources];
    let mut sums: HashMap<(u32, u32), f64> = HashMap::new();
    for case in &log.cases {
        let mut members: Vec<u32> = case.iter().map(|event| event.resource).collect();
        members.sort_unstable();
        members.dedup();
        for (at, one) in members.iter().enumerate() {
            if let Some(count) = cases.get_mut(*one as usize) {
                *count += 1;
            }
            for other in &members[at + 1..] {
                *sums.entry((*one, *other)).or_default() += 1.0;
            }
        }
    }
    let arcs = sums.into_iter().flat_map(|((one, other), count)| [(one, other, count), (other, one, count)]);
    Together { graph: Graph::of(log.resources, arcs).0, cases }
}

/// Joint activities: how alike two are in what they do, whatever the cases: Pearson's r of how often each does each
/// activity (van der Aalst, Reijers & Song 2005). An arc each way; below zero they do different things.
///
/// Between two of whom one does every activity equally often r is not defined, and there is no arc. `None` with more than
/// [`JOINT_RESOURCES_MAX`] resources.
pub fn joint(log: &Log) -> Option<Graph> {
    if log.resources > JOINT_RESOURCES_MAX {
        return None;
    }
    let mut counts: Vec<HashMap<u32, f64>> = vec![HashMap::new(); log.resources];
    for event in log.cases.iter().flatten() {
        if let Some(own) = counts.get_mut(event.resource as usize) {
            *own.entry(event.activity).or_default() += 1.0;
        }
    }
    // Counts are whole numbers: sums of them are the same in any order.
    let activities = log.activities as f64;
    let sums: Vec<f64> = counts.iter().map(|own| own.values().sum()).collect();
    let spread = |at: usize| counts[at].values().map(|n| n * n).sum::<f64>() - sums[at] * sums[at] / activities;
    let spreads: Vec<f64> = (0..log.resources).map(spread).collect();
    let mut arcs = Vec::new();
    for one in 0..log.resources {
        for other in one + 1..log.resources {
            let (few, many) = if counts[one].len() < counts[other].len() { (one, other) } else { (other, one) };
            let product: f64 =
                counts[few].iter().filter_map(|(activity, n)| Some(n * counts[many].get(activity)?)).sum();
            let r = (product - sums[one] * sums[other] / activities) / (spreads[one] * spreads[other]).sqrt();
            // Rounding leaves a little of a spread that is none.
            let varies = |at: usize| spreads[at] > 1e-9 * sums[at] * sums[at] / activities;
            if r.is_finite() && varies(one) && varies(other) {
                // What rounding leaves of none is none.
                let r = if r.abs() < 1e-12 { 0.0 } else { r.clamp(-1.0, 1.0) };
                arcs.extend([(one as u32, other as u32, r), (other as u32, one as u32, r)]);
            }
        }
    }
    Some(Graph::of(log.resources, arcs).0)
}
