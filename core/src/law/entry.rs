//! What can be said of a law.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalogue::Mark;
use crate::dossier::NodeId;

/// What can be said in the dossier of a legal document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// What it says: the first time.
    Published {
        /// The document.
        instrument: Box<Instrument>,
    },
    /// These nodes may read it, and what follows.
    LetIn {
        /// Not more than [`crate::public::LET_IN_MAX`].
        nodes: Vec<NodeId>,
    },
    /// What it says now: it was amended, or what is said of it here was mended.
    Amended {
        /// The whole document, earlier texts included.
        instrument: Box<Instrument>,
        /// Why.
        reason: String,
    },
    /// It stands in the way of items or mechanisms.
    ConflictFound {
        /// How.
        conflict: Box<Conflict>,
    },
    /// It does so no more.
    ConflictClosed {
        /// Number of the conflict, from 1.
        conflict: u32,
        /// Since which day.
        on: Date,
        /// What was amended.
        by: Remedy,
        /// Why it is closed.
        why: String,
        /// The same in English.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why_en: String,
        /// What shows it.
        evidence: Evidence,
    },
}

/// A law, regulation, rule or normative document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// Key, such as `marriage-registration`.
    pub key: String,
    /// Title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// 文号 of the text in force, as it is cited.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
    /// Its rank.
    pub rank: Rank,
    /// First day in force.
    pub from: Date,
    /// First day no longer in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Articles, as far as they are known here; each text that one ever had is one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<Article>,
    /// Where it was read.
    pub source: String,
    /// How sure this is.
    pub mark: Mark,
}

/// Rank of a legal document, the highest first (立法法).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// 法律.
    Law,
    /// 行政法规.
    Regulation,
    /// 部门规章.
    Rule,
    /// 规范性文件.
    Normative,
}

impl Rank {
    /// All of them, the highest first.
    pub const ALL: [Rank; 4] = [Rank::Law, Rank::Regulation, Rank::Rule, Rank::Normative];

    /// The word used in texts, forms and data.
    pub fn name(self) -> &'static str {
        match self {
            Rank::Law => "law",
            Rank::Regulation => "regulation",
            Rank::Rule => "rule",
            Rank::Normative => "normative",
        }
    }
}

/// One text that an article had or has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// As it is cited, such as `第四条`.
    pub number: String,
    /// What it says, in brief.
    pub text: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text_en: String,
    /// First day in force.
    pub from: Date,
    /// First day no longer in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Where it was read.
    pub source: String,
    /// How sure this is.
    pub mark: Mark,
}

/// How an article stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The article; empty if it is the document as a whole.
    pub article: String,
    /// Keys of the items that it stands against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    /// Keys of the mechanisms that it stands against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mechanisms: Vec<String>,
    /// What the conflict is, in words.
    pub what: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what_en: String,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// Since which day.
    pub since: Date,
}

/// What shows something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where it stands.
    pub source: String,
    /// The day of the source.
    pub date: Date,
    /// What it shows.
    pub shows: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shows_en: String,
}

/// What was amended so that a conflict ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The law.
    LawAmended,
    /// The item, or the mechanism.
    ItemAmended,
}

impl Remedy {
    /// All of them.
    pub const ALL: [Remedy; 2] = [Remedy::LawAmended, Remedy::ItemAmended];

    /// The word used in texts, forms and data.
    pub fn name(self) -> &'static str {
        match self {
            Remedy::LawAmended => "law_amended",
            Remedy::ItemAmended => "item_amended",
        }
    }
}

impl Instrument {
    /// The texts that an article ever had, the earliest first.
    pub fn texts_of<'a>(&'a self, article: &'a str) -> impl Iterator<Item = &'a Article> {
        self.articles.iter().filter(move |one| one.number == article)
    }

    /// The same document with a new text of an article: the one before ends on its first day.
    pub fn with(mut self, next: Article) -> Instrument {
        let from = next.from;
        let before = self.articles.iter_mut().filter(|one| one.number == next.number && one.from < from);
        for one in before {
            one.until = Some(one.until.map_or(from, |until| until.min(from)));
        }
        let after =
            self.articles.iter().rposition(|one| one.number == next.number).map_or(self.articles.len(), |at| at + 1);
        self.articles.insert(after, next);
        self
    }

    /// The same document, an article of which is not in force any more from a day on; all of it if none is named.
    pub fn without(mut self, article: &str, day: Date) -> Instrument {
        let ends = |until: Option<Date>| until.is_none_or(|until| until > day);
        if article.is_empty() && ends(self.until) {
            self.until = Some(day);
        }
        let meant = self.articles.iter_mut().filter(|one| article.is_empty() || one.number == article);
        meant.filter(|one| one.from < day && ends(one.until)).for_each(|one| one.until = Some(day));
        self
    }

    /// How many characters it has in all.
    pub(super) fn chars(&self) -> usize {
        let own = [&self.key, &self.title, &self.title_en, &self.number, &self.issuer, &self.source];
        let of = |one: &Article| [&one.number, &one.text, &one.text_en, &one.source].map(|text| text.chars().count());
        let articles: usize = self.articles.iter().flat_map(of).sum();
        own.iter().map(|text| text.chars().count()).sum::<usize>() + articles
    }
}
