//! How a network looks, period by period.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::series::{Periods, Step};
use crate::network::facts::{Fact, Facts};
use crate::network::graph::Graph;
use crate::network::movement::{Turnover, jaccard_ties, persistence, regularity, turnover};

/// The network of one period, and what became of the one before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    /// The first day.
    pub from: Date,
    /// The first day of the next one.
    pub until: Date,
    /// How many facts.
    pub facts: u64,
    /// Numbers of the actors with at least one arc, ascending.
    pub members: Vec<u32>,
    /// How many arcs.
    pub arcs: usize,
    /// Arcs / m (m - 1) among members. `None` with fewer than two.
    pub density: Option<f64>,
    /// Share of the arcs of the period before that are there again. `None` in the first period, or if there were none.
    pub persistence: Option<f64>,
    /// Jaccard index of arcs with those of the period before. `None` in the first period, or if neither has any.
    pub jaccard: Option<f64>,
    /// Who came, stayed and left since the period before. `None` in the first period, or if neither has members.
    pub turnover: Option<Turnover>,
    /// Mean over arcs of one minus the coefficient of variation of the days between contacts, within the period. `None` if
    /// no two actors had contact on three days.
    pub regularity: Option<f64>,
    /// Of how many arcs that is the mean.
    pub regular_arcs: usize,
}

/// The networks of the facts that are meant, from the first of these facts to the last, one each period.
///
/// Facts that were counted together stand on the first day of their period: they say nothing of regularity within it, and
/// `step` should not be shorter.
pub fn snapshots(facts: &Facts, step: Step, is_meant: impl Fn(&Fact) -> bool) -> Vec<Snapshot> {
    let meant: Vec<&Fact> = facts.facts.iter().filter(|fact| is_meant(fact)).collect();
    let days = || meant.iter().map(|fact| fact.day);
    let Some((first, last)) = days().min().zip(days().max()) else {
        return Vec::new();
    };
    let periods = Periods::between(first, last, step);
    let mut by_period: Vec<Vec<&Fact>> = vec![Vec::new(); periods.count];
    for fact in meant {
        if let Some(at) = periods.at(fact.day) {
            by_period[at].push(fact);
        }
    }
    let mut before: Option<(Graph, Vec<u32>)> = None;
    let mut all = Vec::with_capacity(periods.count);
    for (at, own) in by_period.iter().enumerate() {
        let arcs = own.iter().map(|fact| (fact.from, fact.to, f64::from(fact.count)));
        let (graph, _) = Graph::of(facts.actors.len(), arcs);
        let is_member = |actor: &u32| {
            let actor = *actor as usize;
            !graph.out(actor).is_empty() || !graph.incoming(actor).is_empty()
        };
        let members: Vec<u32> = (0..graph.len() as u32).filter(is_member).collect();
        let pairs = (members.len() * members.len().saturating_sub(1)) as f64;
        let regular = regularities(&graph, own);
        all.push(Snapshot {
            from: periods.day(at),
            until: periods.day(at + 1),
            facts: own.iter().map(|fact| u64::from(fact.count)).sum(),
            arcs: graph.arcs(),
            density: (pairs > 0.0).then(|| graph.arcs() as f64 / pairs),
            persistence: before.as_ref().and_then(|(last, _)| persistence(last, &graph)),
            jaccard: before.as_ref().and_then(|(last, _)| jaccard_ties(last, &graph)),
            turnover: before.as_ref().and_then(|(_, last)| turnover(last, &members)),
            regularity: (!regular.is_empty()).then(|| regular.iter().sum::<f64>() / regular.len() as f64),
            regular_arcs: regular.len(),
            members: members.clone(),
        });
        before = Some((graph, members));
    }
    all
}

/// Regularity of each arc for which it is defined, in the order of arcs.
fn regularities(graph: &Graph, facts: &[&Fact]) -> Vec<f64> {
    let mut contacts: BTreeMap<(u32, u32), Vec<i64>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| graph.len() > fact.from as usize && graph.len() > fact.to as usize) {
        if graph.has(fact.from as usize, fact.to as usize) {
            contacts.entry((fact.from, fact.to)).or_default().push(super::series::days_since(fact.day));
        }
    }
    contacts.values().filter_map(|days| regularity(days)).collect()
}
