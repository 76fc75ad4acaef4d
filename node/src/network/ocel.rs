//! OCEL 2.0 as JSON (<https://www.ocel-standard.org>): events related to objects of several types. A case is what is related
//! to one object of the type that is taken for a case.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::events::{Case, Done, Events, How, instant, instant_text};
use super::fault::Place;
use super::json;
use super::net::{Actor, Column};
use super::xml::Stop;

/// Since when the attributes of an object hold that have no day.
const EVER: &str = "1970-01-01T00:00:00Z";
/// What is a case where nothing else is said.
const DOSSIER: &str = "dossier";
const ORGANISATION: &str = "organisation";
const ITEM: &str = "item";
/// How an event is related to who did it, to whom it was done, and what it is about.
const BY: &str = "by";
const TOWARDS: &str = "towards";
const ABOUT: &str = "about";
const WITHIN: &str = "within";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    object_types: Vec<Type>,
    event_types: Vec<Type>,
    objects: Vec<Object>,
    events: Vec<Event>,
}

#[derive(Serialize, Deserialize)]
struct Type {
    name: String,
    #[serde(default)]
    attributes: Vec<Declared>,
}

#[derive(Serialize, Deserialize)]
struct Declared {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
struct Object {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Serialize, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    time: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    relationships: Vec<Related>,
}

#[derive(Serialize, Deserialize)]
struct Attribute {
    name: String,
    value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Related {
    object_id: String,
    #[serde(default)]
    qualifier: String,
}

impl Attribute {
    /// Its value as text: others write numbers and truth values as such.
    fn text(&self) -> String {
        self.value.as_str().map_or_else(|| self.value.to_string(), str::to_owned).trim().to_owned()
    }
}

pub(super) fn read(text: &str, how: &How) -> Result<Events, Stop> {
    let file: File = serde_json::from_str(text).map_err(|error| json::stop(&error))?;
    let kinds: HashMap<&str, &str> =
        file.objects.iter().map(|object| (object.id.as_str(), object.kind.as_str())).collect();
    let case_kind = case_kind(&file, how)?;
    let mut cases: BTreeMap<&str, Vec<Done>> = BTreeMap::new();
    let mut order = Vec::with_capacity(file.events.len());
    let mut outside = 0;
    for (event, number) in file.events.iter().zip(1..) {
        let place = Place { line: 0, column: number };
        let time = instant(&event.time, place)?;
        let related = |is_meant: &dyn Fn(&Related) -> bool| {
            event.relationships.iter().find(|one| is_meant(one)).map(|one| one.object_id.clone())
        };
        let qualified = |qualifier: &'static str| related(&|one| one.qualifier == qualifier).unwrap_or_default();
        let mut attributes: BTreeMap<String, String> =
            event.attributes.iter().map(|one| (one.name.clone(), one.text())).collect();
        let mut said = |name: &str| attributes.remove(name).filter(|text| !text.is_empty());
        let resource = match &how.resource {
            Some(kind) => related(&|one| kinds.get(one.object_id.as_str()) == Some(&kind.as_str())),
            None => related(&|one| one.qualifier == BY).or_else(|| said("org:resource")).or_else(|| said("resource")),
        };
        let seq = attributes.get("seq").and_then(|seq| seq.parse::<u32>().ok()).unwrap_or(0);
        let done = Done {
            activity: event.kind.clone(),
            resource: resource.unwrap_or_default(),
            time: Some(time),
            to: qualified(TOWARDS),
            item: qualified(ABOUT),
            attributes,
        };
        order.push((time, seq, event, done));
    }
    // What happened at one time stays in the order of the stamps, else in that of the file.
    order.sort_by_key(|(time, seq, ..)| (*time, *seq));
    for (_, _, event, done) in order {
        let own: BTreeSet<&str> = event
            .relationships
            .iter()
            .map(|one| one.object_id.as_str())
            .filter(|id| kinds.get(id) == Some(&case_kind.as_str()))
            .collect();
        outside += usize::from(own.is_empty());
        for case in own {
            cases.entry(case).or_default().push(done.clone());
        }
    }
    let cases = cases.into_iter().map(|(name, events)| Case { name: name.to_owned(), events }).collect();
    let actors = file.objects.iter().map(|object| {
        let mut actor = Actor { id: object.id.clone(), ..Actor::default() };
        for one in &object.attributes {
            let column = match one.name.as_str() {
                "network" => Column::Kind,
                name => Column::of(name),
            };
            let is_taken = column == Column::Id;
            actor.set(if is_taken { Column::Other(&one.name) } else { column }, &one.text());
        }
        actor
    });
    let left_out = vec![("events that are in no case", outside)];
    Ok(Events { cases, actors: actors.collect(), left_out })
}

/// Which type of object is a case.
fn case_kind(file: &File, how: &How) -> Result<String, Stop> {
    let kinds: BTreeSet<&str> = file.objects.iter().map(|object| object.kind.as_str()).collect();
    let unknown = || ("ocel-case", Place::default(), kinds.iter().copied().collect::<Vec<_>>().join(", "));
    if how.resource.as_ref().is_some_and(|kind| !kinds.contains(kind.as_str())) {
        return Err(unknown());
    }
    let only = (kinds.len() == 1).then(|| kinds.first().copied()).flatten();
    let meant = how.case.as_deref().or_else(|| kinds.contains(DOSSIER).then_some(DOSSIER)).or(only);
    meant.filter(|kind| kinds.contains(kind)).map(str::to_owned).ok_or_else(unknown)
}

/// Objects while they are collected: each identifier is of one.
#[derive(Default)]
struct Objects {
    list: Vec<Object>,
    /// By type and name the identifier.
    known: HashMap<(&'static str, String), String>,
    taken: HashSet<String>,
}

impl Objects {
    /// The identifier of an object, which is made if it is new. One that another type has is told apart by its own type.
    fn id(&mut self, kind: &'static str, name: &str, attributes: impl FnOnce() -> Vec<Attribute>) -> String {
        if let Some(id) = self.known.get(&(kind, name.to_owned())) {
            return id.clone();
        }
        let mut id = name.to_owned();
        while !self.taken.insert(id.clone()) {
            id = format!("{kind}:{id}");
        }
        self.known.insert((kind, name.to_owned()), id.clone());
        self.list.push(Object { id: id.clone(), kind: kind.to_owned(), attributes: attributes() });
        id
    }
}

fn attribute(name: &str, value: &str, time: Option<&str>) -> Attribute {
    Attribute { name: name.to_owned(), value: Value::from(value), time: time.map(str::to_owned) }
}

/// What is known of an organisation.
fn attributes_of(actor: &Actor) -> Vec<Attribute> {
    let own = [("name", &actor.label), ("network", &actor.kind), ("level", &actor.level)];
    let others = actor.attributes.iter().map(|(name, text)| (name.as_str(), text));
    let said = own.into_iter().chain(others).filter(|(_, text)| !text.is_empty());
    said.map(|(name, text)| attribute(name, text, Some(EVER))).collect()
}

fn types(all: BTreeMap<String, BTreeSet<String>>) -> Vec<Type> {
    let declared = |name| Declared { name, kind: "string".to_owned() };
    all.into_iter()
        .map(|(name, attributes)| Type { name, attributes: attributes.into_iter().map(declared).collect() })
        .collect()
}

/// Writes a log; an error: so many events have no time, without which there is none in OCEL.
pub(super) fn write(log: &Events) -> Result<String, String> {
    let timeless = log.cases.iter().flat_map(|case| &case.events).filter(|event| event.time.is_none()).count();
    if timeless > 0 {
        return Err(format!("{timeless} events have no time, which OCEL needs"));
    }
    let known: HashMap<&str, &Actor> = log.actors.iter().map(|actor| (actor.id.as_str(), actor)).collect();
    let mut objects = Objects::default();
    // Organisations first: their identifiers are those of the network.
    for name in log.cases.iter().flat_map(|case| &case.events).flat_map(|event| [&event.resource, &event.to]) {
        if !name.is_empty() {
            objects
                .id(ORGANISATION, name, || known.get(name.as_str()).map(|one| attributes_of(one)).unwrap_or_default());
        }
    }
    let mut events = Vec::new();
    for case in &log.cases {
        let dossier = objects.id(DOSSIER, &case.name, Vec::new);
        for done in &case.events {
            let mut relationships = vec![Related { object_id: dossier.clone(), qualifier: WITHIN.to_owned() }];
            let others =
                [(ORGANISATION, &done.resource, BY), (ORGANISATION, &done.to, TOWARDS), (ITEM, &done.item, ABOUT)];
            for (kind, name, qualifier) in others.into_iter().filter(|(_, name, _)| !name.is_empty()) {
                let object_id = objects.id(kind, name, Vec::new);
                relationships.push(Related { object_id, qualifier: qualifier.to_owned() });
            }
            let attributes = done.attributes.iter().map(|(name, value)| attribute(name, value, None));
            events.push((
                done.time,
                Event {
                    id: String::new(),
                    kind: done.activity.clone(),
                    time: done.time.map(instant_text).unwrap_or_default(),
                    attributes: attributes.collect(),
                    relationships,
                },
            ));
        }
    }
    // Programs expect events in the order of their times.
    events.sort_by_key(|(time, _)| *time);
    let named = events.into_iter().zip(1..).map(|((_, event), number)| Event { id: format!("e{number}"), ..event });
    let events: Vec<Event> = named.collect();
    let mut event_types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in &events {
        event_types.entry(event.kind.clone()).or_default().extend(event.attributes.iter().map(|one| one.name.clone()));
    }
    let mut object_types: BTreeMap<String, BTreeSet<String>> =
        [DOSSIER, ORGANISATION, ITEM].map(|kind| (kind.to_owned(), BTreeSet::new())).into();
    for object in &objects.list {
        object_types
            .entry(object.kind.clone())
            .or_default()
            .extend(object.attributes.iter().map(|one| one.name.clone()));
    }
    let file =
        File { object_types: types(object_types), event_types: types(event_types), objects: objects.list, events };
    let mut text = serde_json::to_string_pretty(&file).map_err(|error| error.to_string())?;
    text.push('\n');
    Ok(text)
}
