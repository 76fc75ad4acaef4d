//! The state of a node's evidence, and who may say what.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::entry::{Act, Published};
use super::{BYTES_MAX, CONCEPTS_MAX, DIAGNOSES_MAX, EVENTS_MAX, FIRST_DAY, NAME_CHARS_MAX, NAMED_MAX, STATEMENTS_MAX};
use crate::dossier::{Moment, NodeId, Role};
use crate::ident::{Uscc, has_person_number};
use crate::network::diagnosis::REPLY;
use crate::network::facts::{Concept, Event, SourceKind, Statement};
use crate::network::tie::{Actor, Tie};
use crate::public::{Room, short, written_well};
use crate::rule::{Asks, WhyNot};

/// What a node's coordination office recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Whose.
    pub node: NodeId,
    /// The coordination office that keeps it.
    pub office: Uscc,
    /// When it began.
    pub since: Moment,
    /// Events, by the number of the stamp.
    pub events: BTreeMap<u32, Recorded<Event>>,
    /// Concepts, by the number of the stamp: of each key what was said last, and what was withdrawn.
    pub concepts: BTreeMap<u32, Recorded<Concept>>,
    /// Statements, by the number of the stamp.
    pub batches: BTreeMap<u32, Batch>,
    /// Published diagnoses, by the number of the stamp, each with what parties reply.
    pub diagnoses: BTreeMap<u32, Recorded<Published>>,
    /// What parties reply, by the diagnosis, by who, whether themselves, and from which node: a node that is not the party's
    /// takes nothing away from what the party said.
    replies: BTreeMap<(u32, Actor, bool, NodeId), Reply>,
}

/// Something that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded<T> {
    /// What.
    pub what: T,
    /// When.
    pub at: Moment,
    /// That it counts no more.
    pub withdrawn: Option<Withdrawn>,
}

/// That something counts no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// Since when.
    pub at: Moment,
    /// Why.
    pub reason: String,
}

/// Statements of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// All of them. Shared: the whole is not copied to look at it.
    pub statements: Arc<[Statement]>,
    /// When they were recorded.
    pub at: Moment,
    /// Which of them count no more, from 1.
    pub withdrawn: BTreeMap<u32, Withdrawn>,
}

/// What a named party says to a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Who.
    pub party: Actor,
    /// Its words.
    pub words: String,
    /// Where they stand, if the office entered what came on paper; empty if the party said it itself.
    pub source: String,
    /// The node that wrote it. Whether that is the party's own is judged where it is read.
    pub node: NodeId,
    /// When.
    pub at: Moment,
    /// Number of its stamp.
    pub seq: u32,
}

impl Batch {
    /// Those that count, each with its number, from 1.
    pub fn standing(&self) -> impl Iterator<Item = (u32, &Statement)> {
        (1..).zip(self.statements.iter()).filter(|(line, _)| !self.withdrawn.contains_key(line))
    }
}

/// What stands of all that was recorded, each with the number of its stamp.
fn standing<T>(all: &BTreeMap<u32, Recorded<T>>) -> impl Iterator<Item = (u32, &Recorded<T>)> {
    all.iter().filter(|(_, one)| one.withdrawn.is_none()).map(|(seq, one)| (*seq, one))
}

impl Evidence {
    /// Events that count, each with the number of its stamp.
    pub fn events(&self) -> impl Iterator<Item = (u32, &Recorded<Event>)> {
        standing(&self.events)
    }

    /// The codebook, each concept with the number of its stamp.
    pub fn codebook(&self) -> impl Iterator<Item = (u32, &Recorded<Concept>)> {
        standing(&self.concepts)
    }

    /// A concept of the codebook, with the number of its stamp.
    pub fn concept(&self, key: &str) -> Option<(u32, &Recorded<Concept>)> {
        self.codebook().find(|(_, one)| one.what.key == key)
    }

    /// Statements that count, each with the number of its stamp and its own in that, from 1.
    pub fn statements(&self) -> impl Iterator<Item = (u32, u32, &Statement)> {
        self.batches.iter().flat_map(|(seq, batch)| batch.standing().map(|(line, one)| (*seq, line, one)))
    }

    /// Diagnoses by which the office stands, each with the number of its stamp.
    pub fn diagnoses(&self) -> impl Iterator<Item = (u32, &Recorded<Published>)> {
        standing(&self.diagnoses)
    }

    /// What parties reply to a diagnosis.
    pub fn replies(&self, diagnosis: u32) -> impl Iterator<Item = &Reply> {
        self.replies.iter().filter(move |((to, ..), _)| *to == diagnosis).map(|(_, reply)| reply)
    }

    /// Whether the coordination office speaks, from the node whose evidence it is: whoever got the pen by a recall records
    /// nothing in its place.
    fn keeps(&self, asks: &Asks<'_>) -> Result<(), WhyNot> {
        let is_its = asks.by.role == Role::Officer && asks.by.org == Some(self.office);
        if is_its && *asks.node == self.node { Ok(()) } else { Err(WhyNot::new("not-yours-to-publish")) }
    }

    fn may_record(&self, event: &Event, today: Date) -> Result<(), WhyNot> {
        let Event { key: own, name, name_en, from, until, items, regions, source, .. } = event;
        key(own)?;
        named(name)?;
        brief(name_en)?;
        written_well(source)?;
        few(items)?;
        few(regions)?;
        items.iter().try_for_each(|item| key(item))?;
        about_nobody([name, name_en, source], 1)?;
        if !(FIRST_DAY..=today).contains(from) || until.is_some_and(|until| until < *from) {
            return Err(WhyNot::new("evidence-day").with("row", 1));
        }
        if self.events().any(|(_, one)| one.what.key == *own) {
            return Err(WhyNot::new("evidence-key-taken").with("key", own));
        }
        room_for(self.events.len(), EVENTS_MAX)
    }

    fn may_define(&self, concept: &Concept) -> Result<(), WhyNot> {
        let Concept { key: own, name, name_en, rule } = concept;
        key(own)?;
        if own.starts_with(REPLY) {
            return Err(WhyNot::new("evidence-key").with("key", own));
        }
        named(name)?;
        brief(name_en)?;
        written_well(rule)?;
        about_nobody([name, name_en, rule], 1)?;
        match self.concept(own) {
            Some((_, held)) if held.what == *concept => Err(WhyNot::new("evidence-key-taken").with("key", own)),
            Some(_) => Ok(()),
            None => room_for(self.concepts.len(), CONCEPTS_MAX),
        }
    }

    fn may_state(&self, statements: &[Statement], today: Date) -> Result<(), WhyNot> {
        if statements.is_empty() {
            return Err(WhyNot::new("empty"));
        }
        fits(statements)?;
        let held: usize = self.batches.values().map(|batch| batch.statements.len()).sum();
        room_for(held + statements.len() - 1, STATEMENTS_MAX)?;
        for (one, row) in statements.iter().zip(1..) {
            let actor = one.actor.to_string();
            written_well(&one.source)?;
            short(&one.quote)?;
            brief(&actor)?;
            brief(&one.coder)?;
            about_nobody([&one.concept, &one.source, &one.quote, &one.coder], row)?;
            about_nobody(name_of(&one.actor), row)?;
            if one.kind == SourceKind::Operations {
                return Err(WhyNot::new("evidence-operations").with("row", row));
            }
            if !(FIRST_DAY..=today).contains(&one.day) {
                return Err(WhyNot::new("evidence-day").with("row", row));
            }
            if self.concept(&one.concept).is_none() {
                let unknown = WhyNot::new("evidence-concept-unknown");
                return Err(unknown.with("concept", &one.concept).with("row", row));
            }
        }
        Ok(())
    }

    fn may_publish(&self, one: &Published, today: Date) -> Result<(), WhyNot> {
        key(&one.rule)?;
        written_well(&one.says)?;
        short(&one.says_en)?;
        few(&one.actors)?;
        few(&one.regions)?;
        few(&one.figures)?;
        few(&one.figures_en)?;
        let actors: Vec<String> = one.actors.iter().map(Actor::to_string).collect();
        let mut lines = actors.iter().chain(&one.figures).chain(&one.figures_en).chain([&one.item, &one.code]);
        lines.try_for_each(|line| brief(line))?;
        fits(one)?;
        let said = one.figures.iter().chain(&one.figures_en).chain([&one.says, &one.says_en]);
        about_nobody(said, 1)?;
        about_nobody(one.actors.iter().filter_map(name_of), 1)?;
        about_nobody([&one.item, &one.code], 1)?;
        if one.from > one.until || one.until > today {
            return Err(WhyNot::new("evidence-day").with("row", 1));
        }
        if self.diagnoses().any(|(_, held)| held.what.is_about_the_same(one)) {
            return Err(WhyNot::new("diagnosis-published"));
        }
        room_for(self.diagnoses.len(), DIAGNOSES_MAX)
    }

    fn may_reply(&self, asks: &Asks<'_>, to: u32, party: &Actor, words: &str, source: &str) -> Result<(), WhyNot> {
        let is_staff = matches!(asks.by.role, Role::Officer | Role::Clerk);
        let speaks_itself = is_staff && asks.by.org.is_some_and(|org| *party == Actor::Org(org));
        if source.is_empty() && !speaks_itself {
            return Err(WhyNot::new("not-your-case"));
        }
        if !source.is_empty() {
            self.keeps(asks)?;
        }
        let diagnosis = self.diagnoses.get(&to).ok_or_else(|| WhyNot::new("evidence-unknown").with("seq", to))?;
        if diagnosis.withdrawn.is_some() {
            return Err(WhyNot::new("evidence-withdrawn").with("seq", to));
        }
        if !diagnosis.what.actors.contains(party) {
            return Err(WhyNot::new("diagnosis-names-others"));
        }
        written_well(words)?;
        short(source)?;
        about_nobody([words, source], 1)
    }

    fn may_withdraw(&self, seq: u32, line: Option<u32>, reason: &str) -> Result<(), WhyNot> {
        written_well(reason)?;
        about_nobody([reason], 1)?;
        let unknown = || WhyNot::new("evidence-unknown").with("seq", seq);
        let state = match (self.batches.get(&seq), line) {
            (Some(batch), Some(line)) if (1..=batch.statements.len() as u32).contains(&line) => {
                Some(batch.withdrawn.contains_key(&line))
            }
            (Some(batch), None) => Some(batch.standing().next().is_none()),
            (None, None) => {
                let events = self.events.get(&seq).map(|one| one.withdrawn.is_some());
                let concepts = || self.concepts.get(&seq).map(|one| one.withdrawn.is_some());
                let diagnoses = || self.diagnoses.get(&seq).map(|one| one.withdrawn.is_some());
                events.or_else(concepts).or_else(diagnoses)
            }
            (_, Some(_)) => None,
        };
        if state.ok_or_else(unknown)? {
            return Err(WhyNot::new("evidence-withdrawn").with("seq", seq));
        }
        let used = self.concepts.get(&seq).map(|one| one.what.key.as_str());
        match used.filter(|key| self.statements().any(|(_, _, one)| one.concept == *key)) {
            Some(key) => Err(WhyNot::new("evidence-concept-used").with("key", key)),
            None => Ok(()),
        }
    }
}

/// Whether a key is there, not too long, and without spaces.
fn key(text: &str) -> Result<(), WhyNot> {
    about_nobody([text], 1)?;
    let is_key = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if !is_key || text.chars().count() > NAME_CHARS_MAX {
        return Err(WhyNot::new("evidence-key").with("key", text.chars().take(NAME_CHARS_MAX).collect::<String>()));
    }
    Ok(())
}

/// Whether a name is there, and not too long.
fn named(text: &str) -> Result<(), WhyNot> {
    written_well(text)?;
    brief(text)
}

/// Whether a name, a code or a figure is not too long.
fn brief(text: &str) -> Result<(), WhyNot> {
    if text.chars().count() > NAME_CHARS_MAX {
        return Err(WhyNot::new("too-long").with("limit", NAME_CHARS_MAX));
    }
    Ok(())
}

/// Whether an entry has room for it.
fn fits(what: &(impl Serialize + ?Sized)) -> Result<(), WhyNot> {
    let bytes = serde_json::to_vec(what).map_or(usize::MAX, |bytes| bytes.len());
    // A Chinese character is three bytes.
    if bytes > BYTES_MAX { Err(WhyNot::new("too-long").with("limit", BYTES_MAX / 3)) } else { Ok(()) }
}

/// Whether there are not too many.
fn few<T>(all: &[T]) -> Result<(), WhyNot> {
    if all.len() > NAMED_MAX { Err(WhyNot::new("evidence-too-many").with("limit", NAMED_MAX)) } else { Ok(()) }
}

/// Whether one more goes in.
fn room_for(held: usize, most: usize) -> Result<(), WhyNot> {
    if held < most { Ok(()) } else { Err(WhyNot::new("evidence-full").with("limit", most)) }
}

/// The name of who is known by name alone.
fn name_of(actor: &Actor) -> Option<&String> {
    match actor {
        Actor::Named { name, .. } => Some(name),
        Actor::Org(_) | Actor::Applicants { .. } => None,
    }
}

/// Whether no number of a person stands in any of these, and nothing that cannot be seen: lists with that are not read.
fn about_nobody<T: AsRef<str>>(texts: impl IntoIterator<Item = T>, row: u32) -> Result<(), WhyNot> {
    let is_unseen = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    for text in texts {
        if has_person_number(text.as_ref()) {
            return Err(WhyNot::new("evidence-person").with("row", row));
        }
        if text.as_ref().contains(is_unseen) {
            return Err(WhyNot::new("evidence-control").with("row", row));
        }
    }
    Ok(())
}

impl Room for Evidence {
    const KIND: &'static str = "evidence";
    type Act = Act;

    fn name(act: &Act) -> &'static str {
        match act {
            Act::Opened { .. } => "opened",
            Act::LetIn { .. } => "let_in",
            Act::EventRecorded { .. } => "event_recorded",
            Act::ConceptDefined { .. } => "concept_defined",
            Act::StatementsRecorded { .. } => "statements_recorded",
            Act::DiagnosisPublished { .. } => "diagnosis_published",
            Act::Replied { .. } => "replied",
            Act::Withdrawn { .. } => "withdrawn",
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

    fn open(act: Act, asks: &Asks<'_>) -> Result<Evidence, WhyNot> {
        match act {
            Act::Opened { office } if asks.by.role == Role::Officer && asks.by.org == Some(office) => Ok(Evidence {
                node: asks.node.clone(),
                office,
                since: asks.at,
                events: BTreeMap::new(),
                concepts: BTreeMap::new(),
                batches: BTreeMap::new(),
                diagnoses: BTreeMap::new(),
                replies: BTreeMap::new(),
            }),
            _ => Err(WhyNot::new("not-yours-to-publish")),
        }
    }

    fn may(&self, act: &Act, asks: &Asks<'_>, _: &NodeId) -> Result<(), WhyNot> {
        if let Act::Replied { diagnosis, party, words, source } = act {
            return self.may_reply(asks, *diagnosis, party, words, source);
        }
        self.keeps(asks)?;
        let today = asks.at.date();
        match act {
            Act::EventRecorded { event } => self.may_record(event, today),
            Act::ConceptDefined { concept } => self.may_define(concept),
            Act::StatementsRecorded { statements } => self.may_state(statements, today),
            Act::DiagnosisPublished { diagnosis } => self.may_publish(diagnosis, today),
            Act::Withdrawn { seq, line, reason } => self.may_withdraw(*seq, *line, reason),
            Act::Opened { .. } | Act::LetIn { .. } | Act::Replied { .. } => Err(WhyNot::new("opened-twice")),
        }
    }

    fn ties(&self, _: &Act, _: &Asks<'_>) -> Vec<Tie> {
        // What somebody is said to have said is no operation: it stands among statements.
        Vec::new()
    }

    fn take(&mut self, act: Act, asks: &Asks<'_>, seq: u32) {
        let at = asks.at;
        match act {
            Act::EventRecorded { event } => {
                self.events.insert(seq, Recorded { what: *event, at, withdrawn: None });
            }
            Act::ConceptDefined { concept } => {
                if let Some((held, _)) = self.concept(&concept.key) {
                    self.concepts.remove(&held);
                }
                self.concepts.insert(seq, Recorded { what: *concept, at, withdrawn: None });
            }
            Act::StatementsRecorded { statements } => {
                let batch = Batch { statements: statements.into(), at, withdrawn: BTreeMap::new() };
                self.batches.insert(seq, batch);
            }
            Act::DiagnosisPublished { diagnosis } => {
                self.diagnoses.insert(seq, Recorded { what: *diagnosis, at, withdrawn: None });
            }
            Act::Replied { diagnosis, party, words, source } => {
                let (node, is_own) = (asks.node.clone(), source.is_empty());
                let reply = Reply { party: party.clone(), words, source, node: node.clone(), at, seq };
                self.replies.insert((diagnosis, party, is_own, node), reply);
            }
            Act::Withdrawn { seq, line, reason } => {
                let withdrawn = Withdrawn { at, reason };
                if let Some(batch) = self.batches.get_mut(&seq) {
                    let lines = line.map_or(1..=batch.statements.len() as u32, |line| line..=line);
                    for line in lines {
                        batch.withdrawn.entry(line).or_insert_with(|| withdrawn.clone());
                    }
                } else if let Some(one) = self.events.get_mut(&seq) {
                    one.withdrawn = Some(withdrawn);
                } else if let Some(one) = self.concepts.get_mut(&seq) {
                    one.withdrawn = Some(withdrawn);
                } else if let Some(one) = self.diagnoses.get_mut(&seq) {
                    one.withdrawn = Some(withdrawn);
                }
            }
            Act::Opened { .. } | Act::LetIn { .. } => {}
        }
    }
}
