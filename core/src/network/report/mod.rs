//! The paper's two tables, its framework, and how well items go, generated from [`Facts`].
//!
//! Everything here is made of [`Cell`]s: figures, labels that follow from a stated [`Rule`], and the facts behind them. Where
//! there is too little to judge, the cell says how much is needed and how much there is. Words are the node's: here stand keys.

pub mod framework;
pub mod lag;
pub mod outcome;
pub mod rules;
mod select;
pub mod table1;
pub mod table2;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use crate::catalogue::Subject;
use crate::ident::Region;
use crate::network::facts::Facts;
pub use framework::{Framework, framework};
pub use outcome::{Outcome, Passage, outcome};
pub use rules::{RULES, Rule, Say, Step};
pub use select::{Course, Selection};
pub use table1::table1;
pub use table2::{Table2, table2};

/// What of the facts a report is about. What a fact says nothing of does not leave it out: one about no item is about all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// The first day; none: that of the first fact.
    pub from: Option<Date>,
    /// The last day; none: that of the last fact.
    pub until: Option<Date>,
    /// Several: what goes on among them. One: what has an end in it. None: everywhere. Actors of no place are part of each.
    pub provinces: BTreeSet<Region>,
    /// Keys of items; none: all.
    pub items: BTreeSet<String>,
    /// Persons or enterprises; none: both.
    pub subject: Option<Subject>,
}

/// The days that a report covers, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first.
    pub from: Date,
    /// The last.
    pub until: Date,
}

impl Period {
    /// How many days.
    pub fn days(self) -> i64 {
        self.until.duration_since(self.from).as_hours() / 24 + 1
    }

    /// Whether a day is in its second half; of an odd number of days the middle one is in the first.
    pub fn is_second_half(self, day: Date) -> bool {
        let into = day.duration_since(self.from).as_hours() / 24;
        2 * into > self.days() - 1
    }
}

/// In what a figure is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// How many.
    Count,
    /// A share, from 0 to 1.
    Share,
    /// A number without unit.
    Number,
    /// Hours.
    Hours,
}

/// A figure of a cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What it is.
    pub key: &'static str,
    /// None where it is not defined.
    pub value: Option<f64>,
    /// In what it is counted.
    pub unit: Unit,
}

impl Figure {
    /// How many.
    pub fn count(key: &'static str, value: usize) -> Figure {
        Figure { key, value: Some(value as f64), unit: Unit::Count }
    }

    /// A share.
    pub fn share(key: &'static str, value: Option<f64>) -> Figure {
        Figure { key, value, unit: Unit::Share }
    }

    /// A number without unit.
    pub fn number(key: &'static str, value: Option<f64>) -> Figure {
        Figure { key, value, unit: Unit::Number }
    }

    /// Hours.
    pub fn hours(key: &'static str, value: Option<f64>) -> Figure {
        Figure { key, value, unit: Unit::Hours }
    }
}

/// Someone or something that a cell names, by its number in [`Facts`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An actor.
    Actor(u32),
    /// An agreement.
    Agreement(u32),
    /// A critical event.
    Event(u32),
}

/// What a cell names, with its figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Named {
    /// What.
    pub what: What,
    /// The figure by which it stands where it stands; none if there is none.
    pub value: Option<f64>,
}

/// At most how many numbers of each kind a cell keeps as evidence; of more it says how many there are.
pub const EVIDENCE_MAX: usize = 1_000;

/// Numbers of what a cell rests on, counted from 0 as they stand in [`Facts`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Numbers {
    /// The first of them, at most [`EVIDENCE_MAX`].
    pub first: Vec<u32>,
    /// How many there are.
    pub all: usize,
}

impl Numbers {
    /// Of numbers in any order.
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Numbers {
        let mut first: Vec<u32> = numbers.into_iter().collect();
        first.sort_unstable();
        first.dedup();
        let all = first.len();
        first.truncate(EVIDENCE_MAX);
        Numbers { first, all }
    }

    fn is_none(&self) -> bool {
        self.all == 0
    }
}

/// What a cell rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Of [`Facts::facts`].
    #[serde(skip_serializing_if = "Numbers::is_none")]
    pub facts: Numbers,
    /// Of [`Facts::statements`].
    #[serde(skip_serializing_if = "Numbers::is_none")]
    pub statements: Numbers,
    /// Of [`Facts::agreements`].
    #[serde(skip_serializing_if = "Numbers::is_none")]
    pub agreements: Numbers,
    /// Of [`Facts::openings`].
    #[serde(skip_serializing_if = "Numbers::is_none")]
    pub openings: Numbers,
    /// Of [`Facts::events`].
    #[serde(skip_serializing_if = "Numbers::is_none")]
    pub events: Numbers,
}

impl Evidence {
    /// Facts alone.
    pub fn facts(numbers: impl IntoIterator<Item = u32>) -> Evidence {
        Evidence { facts: Numbers::of(numbers), ..Evidence::default() }
    }
}

/// A cell of a table: what was found, what it is called by which rule, and on what it rests.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cell {
    /// What it is about.
    pub key: &'static str,
    /// What was found.
    pub figures: Vec<Figure>,
    /// Whom or what it names, the strongest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Named>,
    /// What that is called.
    pub says: Vec<Say>,
    /// On what it rests.
    pub evidence: Evidence,
}

impl Cell {
    /// The label by a rule; none if the rule says none.
    pub fn label(&self, rule: &str) -> Option<&'static str> {
        self.says.iter().find_map(|say| match say {
            Say::Label { rule: by, label, .. } if *by == rule => Some(*label),
            _ => None,
        })
    }

    /// A figure.
    pub fn figure(&self, key: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.key == key)?.value
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What it is about.
    pub key: &'static str,
    /// Its cells.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell about something.
    pub fn cell(&self, key: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.key == key)
    }
}

/// Everything that is generated from facts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What it is about.
    pub scope: Scope,
    /// The days that it covers; none if nothing is dated.
    pub period: Option<Period>,
    /// 表1: the five networks.
    pub table1: Vec<Row>,
    /// 表2: the eight parameters.
    pub table2: Table2,
    /// 能办 and 好办.
    pub outcome: Outcome,
    /// 图1: environment, process, outcome.
    pub framework: Framework,
    /// By which labels follow.
    pub rules: &'static [Rule],
}

/// The whole report.
pub fn report(facts: &Facts, scope: &Scope) -> Report {
    Report {
        scope: scope.clone(),
        period: Selection::of(facts, scope).period,
        table1: table1(facts, scope),
        table2: table2(facts, scope),
        outcome: outcome(facts, scope),
        framework: framework(facts, scope),
        rules: RULES,
    }
}
