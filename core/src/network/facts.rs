//! Everything that a network is judged by: actors, facts between them in time, what was agreed, what happened, what was
//! said. A node makes it of its dossiers and of others' digests; a researcher of files.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::graph::{Graph, LeftOut};
use super::tie::{Actor, Network, Relation};
use crate::catalogue::{Mode, Subject};
use crate::ident::Region;

/// On which level an actor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 中央.
    Centre,
    /// 省级.
    Province,
    /// 地级.
    City,
    /// 县级.
    County,
    /// On none: firms, applicants, experts, media.
    Outside,
}

impl Level {
    /// All of them, from the top.
    pub const ALL: [Level; 5] = [Level::Centre, Level::Province, Level::City, Level::County, Level::Outside];

    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            Level::Centre => "centre",
            Level::Province => "province",
            Level::City => "city",
            Level::County => "county",
            Level::Outside => "outside",
        }
    }
}

/// An actor, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// By which facts name it.
    pub actor: Actor,
    /// Its name.
    pub name: String,
    /// Its English name; empty if it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// To which of the five networks it belongs.
    pub network: Network,
    /// On which level it stands.
    pub level: Level,
    /// 块: the region it serves; none if it serves no one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// 条: its line of work, such as `public-security`; empty if it is not known, or it is in none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub line: String,
}

/// Facts of one kind between two actors: one, or as many as were counted together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What was done.
    pub relation: Relation,
    /// Number of the actor by whom.
    pub from: u32,
    /// Number of the actor towards whom.
    pub to: u32,
    /// When; of facts counted together the first day of their period.
    pub day: Date,
    /// Key of the item; empty if it is about none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// Persons or enterprises; none if it is about neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// A reason, a ground, an outcome, a level; empty if there is only one kind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// 1 with, -1 against each other, 0 neither.
    #[serde(default)]
    pub sign: i8,
    /// How many facts.
    pub count: u32,
    /// How many of them were late.
    #[serde(default)]
    pub late: u32,
    /// Mean minutes since what they answer; none if they answer nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<f64>,
    /// Where it can be opened: a dossier and the number of its stamp, a digest, a line of a text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// 合作协议、机制: what lets places work together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Whom it joins: provinces or cities; empty is everyone.
    pub regions: Vec<Region>,
    /// Keys of the items that it is about; empty is all.
    pub items: Vec<String>,
    /// First day in force.
    pub from: Date,
    /// First day no longer in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The document, or the line of a text.
    pub source: String,
}

/// Whether an item can be handled between two provinces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Key of the item.
    pub item: String,
    /// The province that takes in.
    pub receiving: Region,
    /// The province that decides.
    pub handling: Region,
    /// How it goes; none if it is not open.
    pub mode: Option<Mode>,
    /// Since when; none if that is not known, or it is not open.
    pub since: Option<Date>,
}

/// What a critical event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// 推进.
    Advances,
    /// 中断.
    Suspends,
}

/// 重要事件.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Its English name; empty if it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// The first day.
    pub from: Date,
    /// The last day; none if it was a moment, or lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// What it does.
    pub effect: Effect,
    /// Keys of the items that it is about; empty is all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Where it happened; empty is everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Region>,
    /// The document, or the line of a text.
    pub source: String,
}

/// What kind of source something was found in (三角验证 asks for more than one).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// What happened in dossiers.
    Operations,
    /// 文件.
    Document,
    /// 访谈.
    Interview,
    /// 观察.
    Observation,
}

impl SourceKind {
    /// All of them.
    pub const ALL: [SourceKind; 4] =
        [SourceKind::Operations, SourceKind::Document, SourceKind::Interview, SourceKind::Observation];

    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            SourceKind::Operations => "operations",
            SourceKind::Document => "document",
            SourceKind::Interview => "interview",
            SourceKind::Observation => "observation",
        }
    }
}

/// What somebody said or did about something, as a coder reads a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Who says it, or of whom it is said.
    pub actor: Actor,
    /// Key of the concept in the codebook.
    pub concept: String,
    /// For or against it.
    pub agree: bool,
    /// When.
    pub day: Date,
    /// What kind of source.
    pub kind: SourceKind,
    /// Where it stands: document and line.
    pub source: String,
    /// The words, in brief; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quote: String,
    /// Who coded it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub coder: String,
}

/// A concept of a codebook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concept {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// When a coder uses it, and when not.
    pub rule: String,
}

/// What an item is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// By which facts name it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its English name; empty if it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
}

/// Everything that a network is judged by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Facts name them by their number here.
    pub actors: Vec<Profile>,
    /// In any order.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// What lets places work together.
    #[serde(default)]
    pub agreements: Vec<Agreement>,
    /// Which items are open between which provinces.
    #[serde(default)]
    pub openings: Vec<Opening>,
    /// What happened.
    #[serde(default)]
    pub events: Vec<Event>,
    /// What statements are about.
    #[serde(default)]
    pub codebook: Vec<Concept>,
    /// What was said.
    #[serde(default)]
    pub statements: Vec<Statement>,
    /// Names of items; of one that is not here only the key is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// Whether each fact is what was counted of a month, told by its first day, as in digests; otherwise of its day.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_month: bool,
}

impl Facts {
    /// What is known of an item.
    pub fn item(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.key == key)
    }

    /// The network of facts that are meant: as many as there are is the weight.
    pub fn graph(&self, is_meant: impl Fn(&Fact) -> bool) -> (Graph, LeftOut) {
        let meant = self.facts.iter().filter(|fact| is_meant(fact));
        Graph::of(self.actors.len(), meant.map(|fact| (fact.from, fact.to, f64::from(fact.count))))
    }

    /// Of each actor the number of the one right above it in its line (条): the same line of work, the smallest region
    /// around its own. None if that one is not among the actors, or a line is not known.
    pub fn parents(&self) -> Vec<Option<u32>> {
        let above = |one: &Profile, other: &Profile| {
            let around = match (other.region, one.region) {
                (Some(outer), Some(inner)) => outer.contains(inner),
                (None, _) => other.level == Level::Centre,
                (Some(_), None) => false,
            };
            around && other.line == one.line && other.level < one.level && !one.line.is_empty()
        };
        let parent = |one: &Profile| {
            let all = self.actors.iter().enumerate().filter(|(_, other)| above(one, other));
            all.max_by_key(|(_, other)| other.level).map(|(number, _)| number as u32)
        };
        self.actors.iter().map(|one| if one.level == Level::Outside { None } else { parent(one) }).collect()
    }
}
