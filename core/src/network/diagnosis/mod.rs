//! What ails a network: the difficulties that the paper names, each as a claim that facts can carry or refute.
//!
//! [`diagnose`] tests every claim of every rule in [`RULES`]. A claim is asserted only if there was enough to judge it, its
//! figure is beyond the threshold of its rule, and chance is no explanation: its p, adjusted over *all* claims that were
//! tested, is at most [`FALSE_SHARE_MAX`]. What is asserted names whom it is about, opens down to the facts that were
//! counted, says what would refute it, and carries the party's own reply. What is not asserted names nobody.
//!
//! Differences between parties are normal. Each test asks whether one is beyond what parties differ by anyway, within the
//! same items, so that neither a hard item nor a large office is taken for a cause. None of them says *why*.

mod dealing;
mod outside;
mod places;
mod rules;
mod stats;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

pub use rules::{
    DAYS_MIN, FALSE_SHARE_MAX, FIGURES, NEEDS, RULES, Rule, STANDING_DAYS, TIE_FACTS_MIN, UNANSWERED_DAYS, USED_A_YEAR,
    WEEKS_BEFORE,
};

use super::facts::{Fact, Facts};
use super::tie::{Network, Relation};
use crate::ident::Region;
use stats::Estimate;

/// With what the concepts begin under which replies stand among statements, the key of the rule after it: no codebook has one.
pub const REPLY: &str = "reply.";

/// Which days are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// The first day.
    pub from: Date,
    /// The first day no longer.
    pub until: Date,
}

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Of one.
    Share,
    /// So many times.
    Ratio,
    /// A number of things.
    Count,
}

/// A figure of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is, under `diagnosis-figure-` in the texts.
    pub name: &'static str,
    /// The figure.
    pub value: f64,
    /// Its interval of 95 %, if it is an estimate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// What it counts.
    pub unit: Unit,
}

/// Whom or what a claim is about. What is empty is not part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Whom {
    /// Numbers of actors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actors: Vec<u32>,
    /// Key of an item.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// Provinces, the first of them the one from which something goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// A class of barriers, the key of a law or an event.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
}

/// What came of a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Finding {
    /// Asserted of whom it names.
    Asserted,
    /// There was enough to judge, and none of its claims was asserted. That is no proof that there is nothing.
    NotFound,
    /// There was not enough to judge.
    TooLittle {
        /// How many are needed.
        need: u32,
        /// How many there are.
        have: u32,
        /// Of what, under `diagnosis-need-` in the texts.
        of: &'static str,
    },
}

/// What a named party says to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// Number of the actor.
    pub actor: u32,
    /// Its words.
    pub words: String,
    /// Where they stand.
    pub source: String,
}

/// A difficulty of the paper, as far as facts carry it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// Of its rule. Under `diagnosis-` stand its name, what it says and what refutes it.
    pub key: &'static str,
    /// What came of it.
    pub finding: Finding,
    /// Whom it is about; nobody unless it is asserted.
    pub whom: Whom,
    /// Its figures, the one that was held against the threshold first.
    pub figures: Vec<Figure>,
    /// How likely chance alone gives such a figure; none if nothing is estimated.
    pub p: Option<f64>,
    /// The same adjusted for all claims that were tested.
    pub adjusted: Option<f64>,
    /// How many claims of this rule were tested.
    pub tested: u32,
    /// The threshold of its rule.
    pub threshold: f64,
    /// Numbers of the facts that were counted.
    pub evidence: Vec<u32>,
    /// What would refute it: `diagnosis-<key>-refuted` in the texts.
    pub refuted_by: String,
    /// What the named parties say to it.
    pub replies: Vec<Reply>,
}

/// One claim of a rule, tested.
struct Claim<'a> {
    whom: Whom,
    figures: Vec<Figure>,
    /// None if nothing is estimated.
    p: Option<f64>,
    /// Whether its figures are beyond the thresholds of its rule.
    beyond: bool,
    /// Which facts were counted: looked up only if it is asserted.
    evidence: Box<dyn Fn(&Fact) -> bool + 'a>,
}

/// What a rule comes to: its claims, or what is lacking to make any.
type Judged<'a> = Result<Vec<Claim<'a>>, Lack>;

/// What is lacking.
struct Lack {
    need: u32,
    have: u32,
    of: &'static str,
}

/// The claims, if there are any; otherwise what most of them lacked.
fn judged<'a>(claims: Vec<Claim<'a>>, need: u32, have: u32, of: &'static str) -> Judged<'a> {
    if claims.is_empty() { Err(Lack { need, have, of }) } else { Ok(claims) }
}

/// An estimate as a figure.
fn figure(name: &'static str, found: Estimate, unit: Unit) -> Figure {
    Figure { name, value: found.value, interval: Some((found.low, found.high)), unit }
}

/// A figure that is no estimate.
fn counted(name: &'static str, value: f64, unit: Unit) -> Figure {
    Figure { name, value, interval: None, unit }
}

/// The facts of a scope, and where their actors stand.
struct Seen<'a> {
    all: &'a Facts,
    scope: Scope,
    /// Numbers of the facts within the scope.
    within: Vec<u32>,
    /// Keys of items, ascending.
    items: Vec<&'a str>,
}

impl<'a> Seen<'a> {
    fn of(all: &'a Facts, scope: Scope) -> Seen<'a> {
        let actors = all.actors.len() as u32;
        let is_within = |fact: &Fact| scope.from <= fact.day && fact.day < scope.until;
        let is_known = |fact: &Fact| fact.from < actors && fact.to < actors && fact.count > 0;
        let numbered = all.facts.iter().enumerate().filter(|(_, fact)| is_within(fact) && is_known(fact));
        let within: Vec<u32> = numbered.map(|(number, _)| number as u32).collect();
        let mut items: Vec<&str> = within.iter().map(|at| all.facts[*at as usize].item.as_str()).collect();
        items.sort_unstable();
        items.dedup();
        Seen { all, scope, within, items }
    }

    /// Facts of one relation with their numbers.
    fn each(&self, relation: Relation) -> impl Iterator<Item = (u32, &'a Fact)> + '_ {
        let all = self.within.iter().map(|at| (*at, &self.all.facts[*at as usize]));
        all.filter(move |(_, fact)| fact.relation == relation)
    }

    fn item(&self, fact: &Fact) -> u32 {
        // Every item of a fact within the scope is there.
        self.items.binary_search(&fact.item.as_str()).unwrap_or_default() as u32
    }

    fn province(&self, actor: u32) -> Option<Region> {
        self.all.actors[actor as usize].region.map(Region::province)
    }

    fn line(&self, actor: u32) -> &'a str {
        &self.all.actors[actor as usize].line
    }

    fn network(&self, actor: u32) -> Network {
        self.all.actors[actor as usize].network
    }

    /// The days between the first and the last fact: a scope may be longer than what is known.
    fn days(&self) -> u32 {
        let days = self.within.iter().map(|at| self.all.facts[*at as usize].day);
        let span = days.clone().min().zip(days.max()).map(|(first, last)| (last - first).get_days() + 1);
        span.map_or(0, |days| days.max(0) as u32)
    }

    /// Days from the first day of the scope.
    fn day(&self, day: Date) -> i32 {
        (day - self.scope.from).get_days()
    }

    /// Numbers of the facts that are meant.
    fn evidence(&self, is_meant: impl Fn(&Fact) -> bool) -> Vec<u32> {
        self.within.iter().copied().filter(|at| is_meant(&self.all.facts[*at as usize])).collect()
    }
}

/// What ails a network within a scope, in the order of [`RULES`]: every asserted claim, and of each other rule that nothing
/// was found or what is lacking.
pub fn diagnose(facts: &Facts, scope: &Scope) -> Vec<Diagnosis> {
    let seen = Seen::of(facts, *scope);
    let days = seen.days();
    let judge = |rule: &Rule| -> Judged<'_> {
        if days < DAYS_MIN && rule.key != "law" {
            return Err(Lack { need: DAYS_MIN, have: days, of: "days" });
        }
        match rule.key {
            "returns" => dealing::returns(&seen, rule),
            "barrier" => dealing::barrier(&seen, rule),
            "stalling" => dealing::stalling(&seen, rule),
            "broker" => places::broker(&seen, rule),
            "borders" => places::borders(&seen, rule),
            "lines" => places::lines(&seen, rule),
            "siphon" => places::siphon(&seen, rule),
            "agreements" => places::agreements(&seen, rule),
            "event" => outside::event(&seen, rule),
            "voice" => outside::voice(&seen, rule),
            "advice" => outside::advice(&seen, rule),
            "producer" => outside::producer(&seen, rule),
            "standards" => dealing::standards(&seen, rule),
            "unused" => places::unused(&seen, rule),
            _ => outside::law(&seen, rule),
        }
    };
    let judgements: Vec<(&Rule, Judged<'_>)> = RULES.iter().map(|rule| (rule, judge(rule))).collect();
    // One list over all rules: who asks many questions must expect more of each answer.
    let chances: Vec<f64> =
        judgements.iter().flat_map(|(_, judged)| judged.iter().flatten()).filter_map(|claim| claim.p).collect();
    let mut adjusted = stats::adjusted(&chances).into_iter();
    let mut told = Vec::new();
    for (rule, judged) in judgements {
        told.extend(tell(&seen, rule, judged, &mut adjusted));
    }
    told
}

fn tell(seen: &Seen<'_>, rule: &Rule, judged: Judged<'_>, adjusted: &mut impl Iterator<Item = f64>) -> Vec<Diagnosis> {
    let blank = |finding, tested| Diagnosis {
        key: rule.key,
        finding,
        whom: Whom::default(),
        figures: Vec::new(),
        p: None,
        adjusted: None,
        tested,
        threshold: rule.threshold,
        evidence: Vec::new(),
        refuted_by: format!("diagnosis-{}-refuted", rule.key),
        replies: Vec::new(),
    };
    let claims = match judged {
        Ok(claims) => claims,
        Err(Lack { need, have, of }) => return vec![blank(Finding::TooLittle { need, have, of }, 0)],
    };
    let tested = claims.len() as u32;
    let mut asserted = Vec::new();
    for claim in claims {
        let own = claim.p.and_then(|_| adjusted.next());
        if claim.beyond && own.is_none_or(|own| own <= FALSE_SHARE_MAX) {
            let replies = replies(seen.all, rule.key, &claim.whom);
            asserted.push(Diagnosis {
                whom: claim.whom,
                figures: claim.figures,
                p: claim.p,
                adjusted: own,
                evidence: seen.evidence(claim.evidence),
                replies,
                ..blank(Finding::Asserted, tested)
            });
        }
    }
    if asserted.is_empty() {
        asserted.push(blank(Finding::NotFound, tested));
    }
    asserted
}

/// What the named actors say to a diagnosis.
fn replies(facts: &Facts, key: &str, whom: &Whom) -> Vec<Reply> {
    let concept = format!("{REPLY}{key}");
    let numbers: BTreeMap<_, u32> = whom.actors.iter().map(|at| (&facts.actors[*at as usize].actor, *at)).collect();
    let said = facts.statements.iter().filter(|said| said.concept == concept);
    let own = said.filter_map(|said| numbers.get(&said.actor).map(|actor| (*actor, said)));
    own.map(|(actor, said)| Reply { actor, words: said.quote.clone(), source: said.source.clone() }).collect()
}
