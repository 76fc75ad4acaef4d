//! What of the facts a scope means, and what tables ask of it again and again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Period, Scope};
use crate::ident::Region;
use crate::network::Graph;
use crate::network::diagnosis::REPLY;
use crate::network::facts::{Agreement, Fact, Facts, Level, Profile, Statement};
use crate::network::tie::{Actor, Network, Relation};

/// How an arc runs, by where its ends stand in the administration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Course {
    /// Up or down a line (条).
    Vertical,
    /// On one level of one place.
    Within,
    /// On one level, between two provinces (块).
    Across,
    /// Between two levels, neither above the other in its line.
    Diagonal,
    /// Between two who are both outside the administration.
    Outside,
    /// Between the administration and one outside it.
    Service,
}

/// Facts within a scope, by their numbers.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    /// All there are.
    pub all: &'a Facts,
    /// The days that are covered; none if there is neither a day in the scope nor a fact.
    pub period: Option<Period>,
    /// Numbers of facts.
    pub facts: Vec<u32>,
    /// Numbers of statements, each with the number of its actor.
    pub statements: Vec<(u32, u32)>,
    /// Numbers of agreements.
    pub agreements: Vec<u32>,
    /// Numbers of openings.
    pub openings: Vec<u32>,
    /// Numbers of events.
    pub events: Vec<u32>,
    parents: Vec<Option<u32>>,
    /// Whether the scope says where the period begins.
    begins: bool,
}

/// The province of an actor; of applicants where they applied.
fn province(profile: &Profile) -> Option<Region> {
    match (&profile.actor, profile.region) {
        (_, Some(region)) => Some(region.province()),
        (Actor::Applicants { province, .. }, None) => Some(*province),
        _ => None,
    }
}

impl Scope {
    /// Whether something between two places is meant.
    fn means(&self, one: Option<Region>, other: Option<Region>) -> bool {
        let has = |place: Option<Region>| place.is_some_and(|place| self.provinces.contains(&place));
        match self.provinces.len() {
            0 => true,
            1 => has(one) || has(other),
            _ => (one.is_none() || has(one)) && (other.is_none() || has(other)) && (has(one) || has(other)),
        }
    }

    fn means_item(&self, item: &str) -> bool {
        self.items.is_empty() || item.is_empty() || self.items.contains(item)
    }

    fn means_items(&self, items: &[String]) -> bool {
        items.is_empty() || items.iter().any(|item| self.means_item(item))
    }

    fn means_regions(&self, regions: &[Region]) -> bool {
        let has = |region: &Region| self.provinces.contains(&region.province());
        self.provinces.is_empty() || regions.is_empty() || regions.iter().any(has)
    }

    fn means_day(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// Numbers of those that are meant.
fn numbers<T>(all: &[T], is_meant: impl Fn(&T) -> bool) -> Vec<u32> {
    let meant = all.iter().enumerate().filter(|(_, one)| is_meant(one));
    meant.map(|(number, _)| number as u32).collect()
}

impl<'a> Selection<'a> {
    /// What a scope means. Facts of actors that there are not are left out.
    pub fn of(all: &'a Facts, scope: &Scope) -> Selection<'a> {
        let places: Vec<Option<Region>> = all.actors.iter().map(province).collect();
        let place = |number: u32| places.get(number as usize).copied();
        let facts = numbers(&all.facts, |fact| {
            let (Some(one), Some(other)) = (place(fact.from), place(fact.to)) else { return false };
            fact.count > 0
                && scope.means(one, other)
                && scope.means_day(fact.day)
                && scope.means_item(&fact.item)
                && (scope.subject.is_none() || fact.subject.is_none() || fact.subject == scope.subject)
        });
        let known: BTreeMap<&Actor, u32> =
            all.actors.iter().zip(0..).map(|(profile, number)| (&profile.actor, number)).collect();
        let said = |(statement, number): (&Statement, u32)| {
            let actor = *known.get(&statement.actor)?;
            let own = place(actor).flatten();
            // What is said to a diagnosis is said of the diagnosis, not of the policy.
            let is_meant = scope.means_day(statement.day)
                && (own.is_none() || scope.means(own, own))
                && !statement.concept.starts_with(REPLY);
            is_meant.then_some((number, actor))
        };
        let statements: Vec<(u32, u32)> = all.statements.iter().zip(0..).filter_map(said).collect();
        let days = facts.iter().map(|number| all.facts[*number as usize].day);
        let days = days.chain(statements.iter().map(|(number, _)| all.statements[*number as usize].day));
        let (first, last) = (days.clone().min(), days.max());
        let period = scope.from.or(first).zip(scope.until.or(last)).filter(|(from, until)| from <= until);
        let period = period.map(|(from, until)| Period { from, until });
        let overlaps = |from: Date, until: Option<Date>| {
            period.is_none_or(|period| from <= period.until && until.is_none_or(|until| until >= period.from))
        };
        Selection {
            all,
            period,
            facts,
            statements,
            agreements: numbers(&all.agreements, |one| {
                let last = one.until.and_then(|until| until.yesterday().ok());
                scope.means_regions(&one.regions) && scope.means_items(&one.items) && overlaps(one.from, last)
            }),
            openings: numbers(&all.openings, |one| {
                scope.means(Some(one.receiving.province()), Some(one.handling.province()))
                    && scope.means_item(&one.item)
                    && one.since.is_none_or(|since| period.is_none_or(|period| since <= period.until))
            }),
            events: numbers(&all.events, |one| {
                scope.means_regions(&one.regions) && scope.means_items(&one.items) && overlaps(one.from, one.until)
            }),
            parents: all.parents(),
            begins: scope.from.is_some(),
        }
    }

    /// Whether the period begins where the scope says, not with the first fact.
    pub fn is_cut(&self) -> bool {
        self.begins
    }

    /// A fact.
    pub fn fact(&self, number: u32) -> &'a Fact {
        &self.all.facts[number as usize]
    }

    /// An actor.
    pub fn actor(&self, number: u32) -> &'a Profile {
        &self.all.actors[number as usize]
    }

    /// A statement.
    pub fn statement(&self, number: u32) -> &'a Statement {
        &self.all.statements[number as usize]
    }

    /// Numbers of the facts that are meant.
    pub fn numbers(&self, is_meant: impl Fn(&Fact) -> bool) -> Vec<u32> {
        self.facts.iter().copied().filter(|number| is_meant(self.fact(*number))).collect()
    }

    /// How many facts there are, those that were counted together each.
    pub fn count(&self, numbers: &[u32]) -> usize {
        numbers.iter().map(|number| self.fact(*number).count as usize).sum()
    }

    /// The province of an actor; none if it has no place.
    pub fn province(&self, actor: u32) -> Option<Region> {
        province(self.actor(actor))
    }

    /// The network of an actor.
    pub fn network(&self, actor: u32) -> Network {
        self.actor(actor).network
    }

    /// Whether an end of a fact is in a network.
    pub fn touches(&self, fact: &Fact, network: Network) -> bool {
        self.network(fact.from) == network || self.network(fact.to) == network
    }

    /// Whether a fact goes from one province to another.
    pub fn crosses(&self, fact: &Fact) -> bool {
        self.province(fact.from).zip(self.province(fact.to)).is_some_and(|(one, other)| one != other)
    }

    /// Those who take part in facts, or of whom something is said.
    pub fn active(&self, facts: &[u32], statements: &[(u32, u32)]) -> BTreeSet<u32> {
        let ends = facts.iter().flat_map(|number| [self.fact(*number).from, self.fact(*number).to]);
        ends.chain(statements.iter().map(|(_, actor)| *actor)).collect()
    }

    /// Facts parted at the middle of the period.
    pub fn halves(&self, facts: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let is_second = |day| self.period.is_some_and(|period| period.is_second_half(day));
        facts.iter().partition(|number| !is_second(self.fact(**number).day))
    }

    /// The network of facts among some actors, who are numbered as they stand in `members`.
    pub fn graph(&self, facts: &[u32], members: &BTreeSet<u32>) -> Graph {
        let place: BTreeMap<u32, u32> = members.iter().copied().zip(0..).collect();
        let arcs = facts.iter().filter_map(|number| {
            let fact = self.fact(*number);
            Some((*place.get(&fact.from)?, *place.get(&fact.to)?, f64::from(fact.count)))
        });
        Graph::of(members.len(), arcs).0
    }

    /// How an arc runs.
    pub fn course(&self, from: u32, to: u32) -> Course {
        let (one, other) = (self.actor(from), self.actor(to));
        match (one.level == Level::Outside, other.level == Level::Outside) {
            (true, true) => Course::Outside,
            (true, false) | (false, true) => Course::Service,
            _ if self.is_above(from, to) || self.is_above(to, from) => Course::Vertical,
            _ if one.level != other.level => Course::Diagonal,
            _ if self.province(from) == self.province(to) => Course::Within,
            _ => Course::Across,
        }
    }

    fn is_above(&self, upper: u32, lower: u32) -> bool {
        let line = std::iter::successors(self.parents[lower as usize], |at| self.parents[*at as usize]);
        line.take(Level::ALL.len()).any(|at| at == upper)
    }

    /// Whether an agreement in force on the day of a fact joins the places of its ends for its item.
    pub fn covering(&self, fact: &Fact) -> Option<u32> {
        let (one, other) = (self.place(fact.from)?, self.place(fact.to)?);
        let joins = |agreement: &Agreement, place: Region| {
            agreement.regions.is_empty() || agreement.regions.iter().any(|region| region.contains(place))
        };
        self.agreements.iter().copied().find(|number| {
            let agreement = &self.all.agreements[*number as usize];
            agreement.from <= fact.day
                && agreement.until.is_none_or(|until| fact.day < until)
                && (agreement.items.is_empty() || agreement.items.contains(&fact.item))
                && joins(agreement, one)
                && joins(agreement, other)
        })
    }

    fn place(&self, actor: u32) -> Option<Region> {
        let profile = self.actor(actor);
        profile.region.or_else(|| province(profile))
    }

    /// Item, receiving and handling province of a fact of a case; none of one that does not tell all three.
    pub fn passage(&self, fact: &'a Fact) -> Option<(&'a str, Region, Region)> {
        use Relation as R;
        let (from, to) = (self.province(fact.from)?, self.province(fact.to)?);
        let (receiving, handling) = match fact.relation {
            R::TakesInFor | R::HandsTo | R::Asks | R::Rates => (from, to),
            R::Permits
            | R::ReceivesFrom
            | R::ReturnsTo
            | R::Answers
            | R::CorrectsFor
            | R::TurnsAway
            | R::DecidesFor => (to, from),
            _ => return None,
        };
        (!fact.item.is_empty() && receiving != handling).then_some((fact.item.as_str(), receiving, handling))
    }
}
