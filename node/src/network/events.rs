//! Logs of events: cases, what was done in them, by whom, when. What XES and OCEL files hold, what facts of dossiers become,
//! and from what the networks of process mining are made.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use tongban_core::catalogue::Subject;
use tongban_core::network::facts::{Facts, Profile};
use tongban_core::network::graph::Graph;
use tongban_core::network::process::{Event, Log, Reach, handover, joint, subcontracting, together};

use super::build::{Builder, Said};
use super::fault::Place;
use super::net::Actor;
use super::xml::Stop;
use crate::limits;

/// How events are read as cases, and how cases as networks.
#[derive(Clone, Debug, PartialEq)]
pub struct How {
    /// OCEL: which type of object is a case; none: `dossier`, or the only type there is.
    pub case: Option<String>,
    /// OCEL: which type of object does things; none: what is related as `by`, or the attribute `org:resource`.
    pub resource: Option<String>,
    /// How far hand-over and subcontracting reach.
    pub reach: Reach,
    /// Shares of what there could be, as in the paper, instead of how often.
    pub shares: bool,
}

impl Default for How {
    fn default() -> How {
        How { case: None, resource: None, reach: Reach::DIRECT, shares: false }
    }
}

/// Something that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// What.
    pub activity: String,
    /// By whom; empty: it is not said.
    pub resource: String,
    /// When; none: it is not said.
    pub time: Option<Timestamp>,
    /// Towards whom; empty: nobody, or it is not said.
    pub to: String,
    /// About which item; empty: none.
    pub item: String,
    /// Everything else, by name.
    pub attributes: BTreeMap<String, String>,
}

/// What was done in one case, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// What was done.
    pub events: Vec<Done>,
}

/// A log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// Cases by name.
    pub cases: Vec<Case>,
    /// What is known of those who do something, or to whom something is done; by their identifiers.
    pub actors: Vec<Actor>,
    /// What was left out, and how much of it.
    pub left_out: Vec<(&'static str, usize)>,
}

/// An instant as files have it: with an offset, or without one in UTC.
pub(super) fn instant(text: &str, place: Place) -> Result<Timestamp, Stop> {
    let in_utc = || text.trim_end_matches('Z').parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    let instant = text.parse().ok().or_else(|| Some(in_utc()?.timestamp()));
    instant.ok_or_else(|| ("time-format", place, text.to_owned()))
}

/// The same in Beijing time, as files have it.
pub(super) fn instant_text(instant: Timestamp) -> String {
    instant.display_with_offset(Offset::constant(8)).to_string()
}

fn subject_name(subject: Subject) -> &'static str {
    match subject {
        Subject::Person => "person",
        Subject::Enterprise => "enterprise",
    }
}

/// What is known of an actor of facts.
pub(super) fn actor_of(profile: &Profile) -> Actor {
    let Profile { actor, name, name_en, network, level, region, line } = profile;
    let others = [
        ("name_en", name_en.clone()),
        ("region", region.map(|region| region.to_string()).unwrap_or_default()),
        ("line", line.clone()),
    ];
    Actor {
        id: actor.to_string(),
        label: name.clone(),
        kind: network.name().to_owned(),
        level: level.name().to_owned(),
        attributes: others
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name.to_owned(), text))
            .collect(),
    }
}

impl Events {
    /// What was said in dossiers: a case for each dossier, its facts in the order of their stamps. Facts that were counted
    /// together, or that were found elsewhere, are no events.
    pub fn of_facts(facts: &Facts) -> Events {
        let mut cases: BTreeMap<&str, Vec<(u32, Done)>> = BTreeMap::new();
        let mut no_events = 0;
        let id = |number: u32| facts.actors.get(number as usize).map(|profile| profile.actor.to_string());
        for fact in &facts.facts {
            let stamp =
                fact.source.rsplit_once('#').and_then(|(dossier, seq)| Some((dossier, seq.parse::<u32>().ok()?)));
            let (Some((dossier, seq)), Some(resource), Some(to), 1) = (stamp, id(fact.from), id(fact.to), fact.count)
            else {
                no_events += 1;
                continue;
            };
            let others = [
                ("seq", seq.to_string()),
                ("subject", fact.subject.map_or("", subject_name).to_owned()),
                ("code", fact.code.clone()),
                ("sign", if fact.sign == 0 { String::new() } else { fact.sign.to_string() }),
                ("late", if fact.late > 0 { "true".to_owned() } else { String::new() }),
                ("took_minutes", fact.took.map(|took| took.to_string()).unwrap_or_default()),
            ];
            let others = others.into_iter().filter(|(_, text)| !text.is_empty());
            let day = fact.day.at(0, 0, 0, 0).to_zoned(TimeZone::fixed(Offset::constant(8)));
            cases.entry(dossier).or_default().push((
                seq,
                Done {
                    activity: fact.relation.name().to_owned(),
                    resource,
                    time: day.ok().map(|day| day.timestamp()),
                    to,
                    item: fact.item.clone(),
                    attributes: others.map(|(name, text)| (name.to_owned(), text)).collect(),
                },
            ));
        }
        let cases = cases.into_iter().map(|(name, mut events)| {
            // Several facts of one stamp stay in the order in which they are listed.
            events.sort_by_key(|(seq, _)| *seq);
            Case { name: name.to_owned(), events: events.into_iter().map(|(_, event)| event).collect() }
        });
        Events {
            cases: cases.collect(),
            actors: facts.actors.iter().map(actor_of).collect(),
            left_out: vec![("facts that are not of one stamp of a dossier", no_events)],
        }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.cases.iter().map(|case| case.events.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts the networks of process mining into a network, each as a layer. An event that names nobody is left out, and what
    /// stands before and after it follow each other.
    pub(super) fn put(&self, how: &How, builder: &mut Builder) {
        let place = Place::default();
        let known: HashMap<&str, &Actor> = self.actors.iter().map(|actor| (actor.id.as_str(), actor)).collect();
        let (mut resources, mut activities) = (Numbers::default(), Numbers::default());
        let mut unnamed = 0;
        let mut log = Log::default();
        for case in &self.cases {
            unnamed += case.events.iter().filter(|event| event.resource.is_empty()).count();
            let named = case.events.iter().filter(|event| !event.resource.is_empty());
            let numbered = named.map(|event| Event {
                activity: activities.of(&event.activity),
                resource: resources.of(&event.resource),
            });
            log.cases.push(numbered.collect());
        }
        (log.resources, log.activities) = (resources.names.len(), activities.names.len());
        for name in &resources.names {
            let bare = || Actor { id: (*name).to_owned(), ..Actor::default() };
            builder.actor(known.get(name).map_or_else(bare, |actor| (*actor).clone()), place);
        }
        let mut layer = |name: &str, graph: &Graph| {
            for (from, to, weight) in graph.each() {
                if !builder.goes_on() {
                    return;
                }
                let said = Said::between(resources.names[from], resources.names[to]).valued(weight);
                builder.tie(Said { layer: Some(name), ..said }, place);
            }
        };
        let mut left_out = self.left_out.clone();
        left_out.push(("events that name nobody", unnamed));
        for (name, passing) in
            [("handover", handover(&log, &how.reach)), ("subcontracting", subcontracting(&log, &how.reach))]
        {
            let Some(passing) = passing else { continue };
            match how.shares {
                true => passing.shares().iter().for_each(|shares| layer(name, shares)),
                false => layer(name, &passing.graph),
            }
        }
        // A case in which everybody works makes a tie of each with each.
        if pairs(&log) > limits::NETWORK_TIES_MAX {
            left_out.push(("working together, for it would be more ties than are read:", pairs(&log)));
        } else {
            let found = together(&log);
            layer("together", &if how.shares { found.shares() } else { found.graph });
        }
        match joint(&log) {
            Some(graph) => layer("joint", &graph),
            None => left_out.push(("joint activities, for there are too many actors:", log.resources)),
        }
        let own = log.cases.iter().flat_map(|case| case.windows(2)).filter(|pair| pair[0].resource == pair[1].resource);
        left_out.push(("hand-overs of an actor to itself, from one event to the next", own.count()));
        for (what, count) in left_out {
            builder.leave_out_of_log(what, count);
        }
    }
}

/// How many pairs work together in a case, each way, cases added up.
fn pairs(log: &Log) -> usize {
    let of = |case: &Vec<Event>| {
        let members = case.iter().map(|event| event.resource).collect::<HashSet<u32>>().len();
        members * members.saturating_sub(1)
    };
    log.cases.iter().map(of).sum()
}

/// Names by number, in the order in which they came.
#[derive(Default)]
struct Numbers<'a> {
    names: Vec<&'a str>,
    numbers: HashMap<&'a str, u32>,
}

impl<'a> Numbers<'a> {
    fn of(&mut self, name: &'a str) -> u32 {
        let next = self.names.len() as u32;
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            next
        })
    }
}
