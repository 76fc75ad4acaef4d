//! 表1: of which networks the implementation of the policy is made, and what marks each.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{DEPENDENCE, DIRECTION, MEMBERS, RANGE, SIZE, STABILITY};
use super::select::{Course, Selection};
use super::table2::courses;
use super::{Cell, Evidence, Figure, Named, Numbers, Row, Scope, What};
use crate::network::cohesion::reciprocity;
use crate::network::degree::degrees;
use crate::network::facts::Facts;
use crate::network::movement::{Turnover, turnover};
use crate::network::tie::{Actor, Network, Relation};

/// How many members a cell names.
pub const NAMED_MAX: usize = 10;

/// One row for each of the five networks: members, stability, scope, dependence, direction.
pub fn table1(facts: &Facts, scope: &Scope) -> Vec<Row> {
    let selection = Selection::of(facts, scope);
    Network::ALL.into_iter().map(|network| row(&selection, network)).collect()
}

/// What the facts say of one network.
pub(super) struct Own<'a> {
    pub(super) selection: &'a Selection<'a>,
    /// Numbers of facts with an end in it.
    pub(super) facts: Vec<u32>,
    /// Numbers of statements by its members.
    pub(super) statements: Vec<(u32, u32)>,
    /// Those of its members who take part.
    pub(super) members: BTreeSet<u32>,
    /// Numbers of facts with both ends in it.
    pub(super) among: Vec<u32>,
}

impl<'a> Own<'a> {
    pub(super) fn of(selection: &'a Selection<'a>, network: Network) -> Own<'a> {
        let facts = selection.numbers(|fact| selection.touches(fact, network));
        let statements: Vec<(u32, u32)> =
            selection.statements.iter().copied().filter(|(_, actor)| selection.network(*actor) == network).collect();
        let mut members = selection.active(&facts, &statements);
        members.retain(|actor| selection.network(*actor) == network);
        let among = selection.numbers(|fact| {
            selection.network(fact.from) == network && selection.network(fact.to) == network && fact.from != fact.to
        });
        Own { selection, facts, statements, members, among }
    }

    fn evidence(&self, facts: &[u32]) -> Evidence {
        let statements = Numbers::of(self.statements.iter().map(|(number, _)| *number));
        Evidence { statements, ..Evidence::facts(facts.iter().copied()) }
    }

    /// Members, those with most facts first.
    pub(super) fn strongest(&self) -> Vec<Named> {
        let mut strength: BTreeMap<u32, u64> = self.members.iter().map(|actor| (*actor, 0)).collect();
        for number in &self.facts {
            let fact = self.selection.fact(*number);
            for end in [Some(fact.from), (fact.to != fact.from).then_some(fact.to)].into_iter().flatten() {
                if let Some(count) = strength.get_mut(&end) {
                    *count += u64::from(fact.count);
                }
            }
        }
        let mut all: Vec<(u32, u64)> = strength.into_iter().collect();
        all.sort_by_key(|(actor, count)| (std::cmp::Reverse(*count), *actor));
        let named = all.into_iter().take(NAMED_MAX);
        named.map(|(actor, count)| Named { what: What::Actor(actor), value: Some(count as f64) }).collect()
    }

    pub(super) fn members_cell(&self, key: &'static str) -> Cell {
        let members = self.members.len();
        Cell {
            key,
            figures: vec![
                Figure::count("members", members),
                Figure::count("facts", self.selection.count(&self.facts)),
                Figure::count("statements", self.statements.len()),
            ],
            named: self.strongest(),
            says: vec![MEMBERS.judge(Some(members as f64), &[members])],
            evidence: self.evidence(&self.facts),
        }
    }

    fn in_half(&self, facts: &[u32]) -> Vec<u32> {
        let ends = facts.iter().flat_map(|number| {
            let fact = self.selection.fact(*number);
            [fact.from, fact.to]
        });
        let ends: BTreeSet<u32> = ends.filter(|actor| self.members.contains(actor)).collect();
        ends.into_iter().collect()
    }

    /// Who came and left from the first half to the second, and how much there is to say so: facts in the lesser half,
    /// members of either.
    fn moves(&self) -> (Option<Turnover>, [usize; 2]) {
        let (first, second) = self.selection.halves(&self.facts);
        let found = turnover(&self.in_half(&first), &self.in_half(&second));
        let either = found.map_or(0, |found| found.stayed + found.left + found.joined);
        (found, [self.selection.count(&first).min(self.selection.count(&second)), either])
    }

    /// Mean Jaccard index of members from each month with facts to the next such month; of how many pairs of months.
    fn monthly(&self) -> (Option<f64>, usize) {
        let mut months: BTreeMap<(i16, i8), Vec<u32>> = BTreeMap::new();
        for number in &self.facts {
            let day = self.selection.fact(*number).day;
            months.entry((day.year(), day.month())).or_default().push(*number);
        }
        let members: Vec<Vec<u32>> = months.values().map(|facts| self.in_half(facts)).collect();
        let steps: Vec<f64> =
            members.windows(2).filter_map(|pair| turnover(&pair[0], &pair[1])).map(|found| found.jaccard).collect();
        let mean = (!steps.is_empty()).then(|| steps.iter().sum::<f64>() / steps.len() as f64);
        (mean, steps.len())
    }

    fn stability(&self) -> Cell {
        let (found, have) = self.moves();
        let (monthly, steps) = self.monthly();
        let jaccard = found.map(|found| found.jaccard);
        Cell {
            key: "stability",
            figures: vec![
                Figure::number("jaccard-members", jaccard),
                Figure::share("left-share", found.and_then(|found| found.left_share)),
                Figure::share("joined-share", found.and_then(|found| found.joined_share)),
                Figure::number("jaccard-months", monthly),
                Figure::count("month-steps", steps),
            ],
            says: vec![STABILITY.judge(jaccard, &have)],
            evidence: Evidence::facts(self.facts.iter().copied()),
            ..Cell::default()
        }
    }

    /// How many take part, each group of applicants as many as applied.
    fn heads(&self) -> usize {
        let of = |actor: &u32| match &self.selection.actor(*actor).actor {
            Actor::Applicants { .. } => {
                let applied = self.facts.iter().filter(|number| {
                    let fact = self.selection.fact(**number);
                    fact.relation == Relation::AppliesTo && fact.from == *actor
                });
                let applied: Vec<u32> = applied.copied().collect();
                self.selection.count(&applied).max(1)
            }
            _ => 1,
        };
        self.members.iter().map(of).sum()
    }

    fn scope(&self) -> Cell {
        let (found, have) = self.moves();
        let kept = found.and_then(|found| {
            let larger = found.stayed + found.left.max(found.joined);
            (larger > 0).then(|| found.stayed as f64 / larger as f64)
        });
        let heads = self.heads();
        Cell {
            key: "scope",
            figures: vec![
                Figure::number("kept-of-larger", kept),
                Figure::count("stayed", found.map_or(0, |found| found.stayed)),
                Figure::count("joined", found.map_or(0, |found| found.joined)),
                Figure::count("heads", heads),
            ],
            says: vec![RANGE.judge(kept, &have), SIZE.judge(Some(heads as f64), &[self.members.len()])],
            evidence: Evidence::facts(self.facts.iter().copied()),
            ..Cell::default()
        }
    }

    fn dependence(&self) -> Cell {
        let graph = self.selection.graph(&self.among, &self.members);
        let partners: usize = degrees(&graph).iter().map(|degrees| degrees.partners).sum();
        let mean = (!graph.is_empty()).then(|| partners as f64 / graph.len() as f64);
        let answered = reciprocity(&graph);
        Cell {
            key: "dependence",
            figures: vec![
                Figure::count("arcs", graph.arcs()),
                Figure::share("reciprocity", answered),
                Figure::number("mean-partners", mean),
            ],
            says: vec![DEPENDENCE.judge(answered, &[graph.arcs()])],
            evidence: Evidence::facts(self.among.iter().copied()),
            ..Cell::default()
        }
    }

    fn direction(&self) -> Cell {
        let (counts, _) = courses(self.selection, &self.among);
        let count = |course| counts.get(&course).copied().unwrap_or(0);
        let vertical = count(Course::Vertical);
        let horizontal = count(Course::Within) + count(Course::Across) + count(Course::Outside);
        let directed = vertical + horizontal;
        let share = (directed > 0).then(|| vertical as f64 / directed as f64);
        Cell {
            key: "direction",
            figures: vec![
                Figure::share("vertical-share", share),
                Figure::count("vertical", vertical),
                Figure::count("horizontal", horizontal),
                Figure::count("diagonal", count(Course::Diagonal) + count(Course::Service)),
            ],
            says: vec![DIRECTION.judge(share, &[directed])],
            evidence: Evidence::facts(self.among.iter().copied()),
            ..Cell::default()
        }
    }
}

fn row(selection: &Selection<'_>, network: Network) -> Row {
    let own = Own::of(selection, network);
    let cells = vec![own.members_cell("members"), own.stability(), own.scope(), own.dependence(), own.direction()];
    Row { key: network.name(), cells }
}
