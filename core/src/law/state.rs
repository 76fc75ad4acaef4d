//! The state of a law's dossier, and who may say what.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::entry::{Act, Article, Conflict, Evidence, Instrument, Remedy};
use super::{ARTICLES_MAX, CHARS_MAX, CONFLICTS_MAX, EVIDENCE_MAX, NAME_CHARS_MAX, NAMED_MAX};
use crate::catalogue::Basis;
use crate::dossier::{Moment, NodeId, Role};
use crate::network::tie::{Actor, Network, Relation, Tie};
use crate::public::{Room, short, written_well};
use crate::rule::{Asks, WhyNot};

/// A legal document, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// What it says, earlier texts included.
    pub instrument: Instrument,
    /// When it was published here.
    pub since: Moment,
    /// What was said anew, the earliest first.
    pub revisions: Vec<Revision>,
    /// Where it stands or stood in the way; the number of one is its place, from 1.
    pub conflicts: Vec<Found>,
}

/// That its text was said anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: String,
    /// The articles whose texts changed; empty is the document as a whole.
    pub articles: Vec<String>,
}

/// A conflict, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How the law stands in the way.
    pub conflict: Conflict,
    /// When it was recorded.
    pub at: Moment,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// How a conflict ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// On which day.
    pub on: Date,
    /// What was amended.
    pub by: Remedy,
    /// Why it is closed.
    pub why: String,
    /// The same in English.
    pub why_en: String,
    /// What shows it.
    pub evidence: Evidence,
    /// When it was recorded.
    pub at: Moment,
}

/// Whether a legal basis is in force on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// It is.
    InForce,
    /// Not yet.
    NotYet {
        /// From when on.
        from: Date,
    },
    /// Not any more.
    Ended {
        /// Since when.
        since: Date,
    },
    /// The law, or the article, is not known here.
    Unknown,
}

impl Standing {
    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            Standing::InForce => "in_force",
            Standing::NotYet { .. } => "not_yet",
            Standing::Ended { .. } => "ended",
            Standing::Unknown => "unknown",
        }
    }

    /// Of spans, each with its first day and its first day no longer in force.
    fn of(spans: &[(Date, Option<Date>)], day: Date) -> Standing {
        if spans.iter().any(|(from, until)| *from <= day && until.is_none_or(|until| day < until)) {
            return Standing::InForce;
        }
        let ended = spans.iter().filter_map(|(_, until)| *until).filter(|until| *until <= day).max();
        let begins = spans.iter().map(|(from, _)| *from).filter(|from| *from > day).min();
        match (ended, begins) {
            (Some(since), _) => Standing::Ended { since },
            (None, Some(from)) => Standing::NotYet { from },
            (None, None) => Standing::Unknown,
        }
    }
}

/// Whether a basis is in force on a day, `law` being what is known of the document that it names.
pub fn standing(basis: &Basis, law: Option<&Instrument>, day: Date) -> Standing {
    law.map_or(Standing::Unknown, |law| law.standing(&basis.article, day))
}

impl Instrument {
    /// Whether an article is in force on a day; the document as a whole if none is named.
    pub fn standing(&self, article: &str, day: Date) -> Standing {
        let whole = Standing::of(&[(self.from, self.until)], day);
        if article.is_empty() || whole != Standing::InForce {
            return whole;
        }
        let spans: Vec<(Date, Option<Date>)> = self.texts_of(article).map(|one| (one.from, one.until)).collect();
        Standing::of(&spans, day)
    }

    /// The last day, after one day and up to another, on which an article became another or ended; of the document as a whole
    /// if none is named. Who looked at it on the first of them has to look again.
    pub fn changed(&self, article: &str, after: Date, upto: Date) -> Option<Date> {
        let named: Vec<&Article> =
            self.articles.iter().filter(|one| article.is_empty() || one.number == article).collect();
        // What a document says where it says nothing of the article: only its own end touches that.
        let own = self.until.into_iter().chain(article.is_empty().then_some(self.from));
        let of_articles = named.iter().flat_map(|one| [Some(one.from), one.until]).flatten();
        own.chain(of_articles).filter(|day| *day > after && *day <= upto).max()
    }
}

/// The articles of which two versions of a document say something else; empty is the document as a whole.
fn differing(before: &Instrument, after: &Instrument) -> Vec<String> {
    let by_number = |one: &Instrument| {
        let mut all: BTreeMap<String, Vec<Article>> = BTreeMap::new();
        for article in &one.articles {
            all.entry(article.number.clone()).or_default().push(article.clone());
        }
        all
    };
    let bare = |one: &Instrument| Instrument { articles: Vec::new(), ..one.clone() };
    let whole = (bare(before) != bare(after)).then(String::new);
    let (old, new) = (by_number(before), by_number(after));
    let articles = new.into_iter().filter(|(number, texts)| old.get(number) != Some(texts)).map(|(number, _)| number);
    whole.into_iter().chain(articles).collect()
}

impl Law {
    /// A conflict by its number.
    pub fn conflict(&self, number: u32) -> Option<&Found> {
        self.conflicts.get((number as usize).checked_sub(1)?)
    }

    /// Conflicts with their numbers, open ones first.
    pub fn numbered(&self) -> Vec<(u32, &Found)> {
        let mut all: Vec<(u32, &Found)> = (1..).zip(&self.conflicts).collect();
        all.sort_by_key(|(number, found)| (found.closed.is_some(), *number));
        all
    }
}

/// Whether a number or key is there, and not too long.
fn name(text: &str) -> Result<(), WhyNot> {
    written_well(text)?;
    if text.chars().count() > NAME_CHARS_MAX {
        return Err(WhyNot::new("too-long").with("limit", NAME_CHARS_MAX));
    }
    Ok(())
}

/// Whether a document can be as it is said to be.
fn sound(one: &Instrument) -> Result<(), WhyNot> {
    name(&one.key)?;
    let is_key = one.key.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if !is_key {
        return Err(WhyNot::new("law-key").with("key", &one.key));
    }
    for text in [&one.title, &one.issuer, &one.source] {
        written_well(text)?;
    }
    short(&one.number)?;
    short(&one.title_en)?;
    if one.articles.len() > ARTICLES_MAX {
        return Err(WhyNot::new("too-long").with("limit", ARTICLES_MAX));
    }
    if one.chars() > CHARS_MAX {
        return Err(WhyNot::new("too-long").with("limit", CHARS_MAX));
    }
    if one.until.is_some_and(|until| until <= one.from) {
        return Err(WhyNot::new("law-validity").with("article", ""));
    }
    for article in &one.articles {
        name(&article.number)?;
        written_well(&article.text)?;
        short(&article.text_en)?;
        written_well(&article.source)?;
        if article.until.is_some_and(|until| until <= article.from) {
            return Err(WhyNot::new("law-validity").with("article", &article.number));
        }
    }
    for (at, one_text) in one.articles.iter().enumerate() {
        let same = one.articles.iter().skip(at + 1).filter(|other| other.number == one_text.number);
        for other in same {
            let (first, second) = if one_text.from <= other.from { (one_text, other) } else { (other, one_text) };
            if first.until.is_none_or(|until| until > second.from) {
                return Err(WhyNot::new("law-articles-overlap").with("article", &one_text.number));
            }
        }
    }
    Ok(())
}

fn well_shown(evidence: &Evidence, today: Date) -> Result<(), WhyNot> {
    written_well(&evidence.source)?;
    written_well(&evidence.shows)?;
    short(&evidence.shows_en)?;
    if evidence.date > today { Err(WhyNot::new("conflict-day")) } else { Ok(()) }
}

impl Law {
    /// Whether what is said anew keeps what was said: a text may end, it does not vanish.
    fn keeps(&self, next: &Instrument) -> Result<(), WhyNot> {
        if next.key != self.instrument.key {
            return Err(WhyNot::new("law-key").with("key", &next.key));
        }
        let is_kept = |old: &&Article| next.articles.iter().any(|new| new.number == old.number && new.from == old.from);
        match self.instrument.articles.iter().find(|old| !is_kept(old)) {
            Some(lost) => Err(WhyNot::new("law-article-lost").with("article", &lost.number)),
            None => Ok(()),
        }
    }

    fn may_find(&self, conflict: &Conflict, today: Date) -> Result<(), WhyNot> {
        if !conflict.article.is_empty() && self.instrument.texts_of(&conflict.article).next().is_none() {
            return Err(WhyNot::new("law-article-unknown").with("article", &conflict.article));
        }
        if conflict.items.is_empty() && conflict.mechanisms.is_empty() {
            return Err(WhyNot::new("conflict-about-nothing"));
        }
        if conflict.items.len() + conflict.mechanisms.len() > NAMED_MAX {
            return Err(WhyNot::new("too-long").with("limit", NAMED_MAX));
        }
        conflict.items.iter().chain(&conflict.mechanisms).try_for_each(|key| name(key))?;
        written_well(&conflict.what)?;
        short(&conflict.what_en)?;
        if conflict.evidence.is_empty() {
            return Err(WhyNot::new("empty"));
        }
        if conflict.evidence.len() > EVIDENCE_MAX {
            return Err(WhyNot::new("too-long").with("limit", EVIDENCE_MAX));
        }
        conflict.evidence.iter().try_for_each(|one| well_shown(one, today))?;
        if conflict.since > today {
            return Err(WhyNot::new("conflict-day"));
        }
        if self.conflicts.len() >= CONFLICTS_MAX {
            return Err(WhyNot::new("too-long").with("limit", CONFLICTS_MAX));
        }
        Ok(())
    }
}

impl Room for Law {
    const KIND: &'static str = "law";
    type Act = Act;

    fn name(act: &Act) -> &'static str {
        match act {
            Act::Published { .. } => "published",
            Act::LetIn { .. } => "let_in",
            Act::Amended { .. } => "amended",
            Act::ConflictFound { .. } => "conflict_found",
            Act::ConflictClosed { .. } => "conflict_closed",
        }
    }

    fn let_in(nodes: Vec<NodeId>) -> Act {
        Act::LetIn { nodes }
    }

    fn lets_in(act: &Act) -> Option<&[NodeId]> {
        match act {
            Act::LetIn { nodes } => Some(nodes),
            _ => None,
        }
    }

    fn open(act: Act, asks: &Asks<'_>) -> Result<Law, WhyNot> {
        match act {
            Act::Published { instrument } if keeps_laws(asks) => {
                sound(&instrument)?;
                Ok(Law { instrument: *instrument, since: asks.at, revisions: Vec::new(), conflicts: Vec::new() })
            }
            _ => Err(WhyNot::new("not-yours-to-publish")),
        }
    }

    fn may(&self, act: &Act, asks: &Asks<'_>, holder: &NodeId) -> Result<(), WhyNot> {
        if asks.node != holder || !keeps_laws(asks) {
            return Err(WhyNot::new("not-yours-to-publish"));
        }
        let today = asks.at.date();
        match act {
            Act::Published { .. } | Act::LetIn { .. } => Err(WhyNot::new("opened-twice")),
            Act::Amended { instrument, reason } => {
                written_well(reason)?;
                self.keeps(instrument)?;
                sound(instrument)
            }
            Act::ConflictFound { conflict } => self.may_find(conflict, today),
            Act::ConflictClosed { conflict, on, why, why_en, evidence, .. } => {
                let found = self.conflict(*conflict).ok_or_else(|| WhyNot::new("conflict-unknown"))?;
                if let Some(closed) = &found.closed {
                    return Err(WhyNot::new("conflict-closed").with("on", closed.on));
                }
                written_well(why)?;
                short(why_en)?;
                well_shown(evidence, today)?;
                if *on < found.conflict.since || *on > today {
                    return Err(WhyNot::new("conflict-day"));
                }
                Ok(())
            }
        }
    }

    fn ties(&self, act: &Act, asks: &Asks<'_>) -> Vec<Tie> {
        // What a node says by itself is known, but nobody's move.
        let Some(keeper) = asks.by.org.map(Actor::Org) else { return Vec::new() };
        let law = &self.instrument;
        let issuer = Actor::Named { network: Network::Community, name: law.issuer.clone() };
        match act {
            Act::ConflictFound { .. } => {
                vec![Tie::new(Relation::Objects, keeper, issuer, asks).of(law.key.as_str()).signed(-1)]
            }
            Act::ConflictClosed { conflict, by: Remedy::LawAmended, .. } => {
                let found = self.conflict(*conflict).map(|found| found.at);
                let amends = Tie::new(Relation::Amends, issuer, keeper, asks).of(law.key.as_str());
                vec![amends.signed(1).after(found, false)]
            }
            _ => Vec::new(),
        }
    }

    fn take(&mut self, act: Act, asks: &Asks<'_>, _: u32) {
        let at = asks.at;
        match act {
            Act::Amended { instrument, reason } => {
                let articles = differing(&self.instrument, &instrument);
                self.revisions.push(Revision { at, reason, articles });
                self.instrument = *instrument;
            }
            Act::ConflictFound { conflict } => self.conflicts.push(Found { conflict: *conflict, at, closed: None }),
            Act::ConflictClosed { conflict, on, by, why, why_en, evidence } => {
                let place = (conflict as usize).checked_sub(1);
                if let Some(found) = place.and_then(|place| self.conflicts.get_mut(place)) {
                    found.closed = Some(Closed { on, by, why, why_en, evidence, at });
                }
            }
            Act::Published { .. } | Act::LetIn { .. } => {}
        }
    }
}

/// Whether who keeps the laws speaks: staff of an organisation, or their node by itself.
fn keeps_laws(asks: &Asks<'_>) -> bool {
    asks.by.role == Role::System || asks.by.role == Role::Officer && asks.by.org.is_some()
}
