//! Who those are whom ties name, and what else a node knows of the network: agreements, openings, laws.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tongban_core::case::reason;
use tongban_core::catalogue::{Availability, BasicItem, Mode, Subject};
use tongban_core::directory::Organisation;
use tongban_core::ident::{self, Region};
use tongban_core::network::facts::{Agreement, Effect, Event, Fact, Facts, Item, Level, Opening, Profile};
use tongban_core::network::tie::{Actor, Network, Relation};

use super::live::{Live, Select};
use super::{evidence, net};
use crate::directory::Snapshot;
use crate::text::Lang;

/// What is known of an actor.
pub fn profile(snapshot: &Snapshot, actor: &Actor) -> Profile {
    let bare = |name: String, name_en: String, network: Network| Profile {
        actor: actor.clone(),
        name,
        name_en,
        network,
        level: if network == Network::Community { Level::Centre } else { Level::Outside },
        region: None,
        line: String::new(),
    };
    match actor {
        Actor::Org(org) => match snapshot.organisations.get(org) {
            Some(org) => of_organisation(org),
            // It has left the directory since: its code is what is known of it.
            None => bare(org.to_string(), String::new(), Network::Intergovernmental),
        },
        Actor::Applicants { subject, province } => {
            let place = province.full_name();
            let key = match subject {
                Subject::Person => "network-persons-of",
                Subject::Enterprise => "network-enterprises-of",
            };
            let [name, name_en] = [Lang::Zh, Lang::En].map(|lang| lang.tf(key, &[("place", &place)]).into_owned());
            Profile { region: Some(*province), ..bare(name, name_en, Network::Issue) }
        }
        Actor::Named { network, name } => bare(name.clone(), String::new(), *network),
    }
}

/// What an item is called; its key if that is not known.
pub fn item_name<'a>(facts: &'a Facts, key: &'a str, lang: Lang) -> &'a str {
    facts.item(key).map_or(key, |item| lang.pick(&item.name, &item.name_en))
}

/// When a fact was: the day, or the month of which it was counted.
pub fn when(facts: &Facts, fact: &Fact) -> String {
    if facts.by_month { fact.day.strftime("%Y-%m").to_string() } else { fact.day.to_string() }
}

/// A relation in words.
pub fn relation_name(relation: Relation, lang: Lang) -> String {
    lang.t(&format!("relation-{}", relation.name().replace('_', "-"))).into_owned()
}

/// Kinds that have words: grounds, outcomes, verdicts, stances.
const KINDS: [&str; 12] = [
    "within_province",
    "national",
    "multilateral",
    "bilateral",
    "granted",
    "refused",
    "ready",
    "lacks",
    "not_ours",
    "agree",
    "agree_if_changed",
    "disagree",
];

/// Of which kind: a reason by its words, with the barrier that it is, anything else that has words by them.
pub fn kind_name(relation: Relation, code: &str, lang: Lang) -> (String, Option<String>) {
    let word = |key: String| lang.t(&key).into_owned();
    match reason(code) {
        Some(reason) if matches!(relation, Relation::ReturnsTo | Relation::TurnsAway) => {
            let barrier = word(format!("network-barrier-{}", reason.barrier.name()));
            (word(format!("reason-{code}")), Some(barrier))
        }
        _ if code.is_empty() => (String::new(), None),
        _ if relation == Relation::Rates => (word(format!("level-{code}")), None),
        _ if KINDS.contains(&code) => (word(format!("network-kind-{}", code.replace('_', "-"))), None),
        _ => (code.to_owned(), None),
    }
}

/// An organisation of the directory carries the policy: windows, portals, authorities and coordination offices are 府际网络.
fn of_organisation(org: &Organisation) -> Profile {
    let level = match org.region.level() {
        ident::Level::Province => Level::Province,
        ident::Level::City => Level::City,
        ident::Level::County => Level::County,
    };
    Profile {
        actor: Actor::Org(org.uscc),
        name: org.name.clone(),
        name_en: org.name_en.clone(),
        network: Network::Intergovernmental,
        level,
        region: Some(org.region),
        line: org.field.clone(),
    }
}

/// Everything that a node's own dossiers, and what everyone may read, say of the network.
pub fn facts(live: &Live, snapshot: &Snapshot, select: &Select, by_month: bool) -> Facts {
    let (actors, facts) = live.facts(select, by_month);
    let actors = actors.iter().map(|actor| profile(snapshot, actor)).collect();
    with_public(Facts { actors, facts, by_month, ..Facts::default() }, snapshot, select)
}

/// Facts with what everyone may read beside them, and the names of all items.
fn with_public(facts: Facts, snapshot: &Snapshot, select: &Select) -> Facts {
    let name =
        |item: &BasicItem| Item { key: item.key.clone(), name: item.name.clone(), name_en: item.name_en.clone() };
    let mut all = Facts {
        agreements: agreements(snapshot, select),
        openings: openings(snapshot, select),
        events: events(snapshot),
        items: snapshot.items.iter().map(name).collect(),
        ..facts
    };
    evidence::add(&mut all, snapshot);
    all
}

/// The facts of many nodes that are meant, with what everyone may read beside them.
pub fn narrowed(facts: &Facts, snapshot: &Snapshot, select: &Select) -> Facts {
    let end = |number: u32| facts.actors.get(number as usize).map(|one| &one.actor);
    let is_one = |fact: &&Fact| match (end(fact.from), end(fact.to)) {
        (Some(from), Some(to)) => select.has(fact, from, to),
        _ => false,
    };
    let meant: Vec<&Fact> = facts.facts.iter().filter(is_one).collect();
    let named: BTreeSet<u32> = meant.iter().flat_map(|fact| [fact.from, fact.to]).collect();
    let numbers: BTreeMap<u32, u32> = named.iter().copied().zip(0..).collect();
    let renamed = |fact: &&Fact| Fact { from: numbers[&fact.from], to: numbers[&fact.to], ..(*fact).clone() };
    let actors = named.iter().map(|number| facts.actors[*number as usize].clone()).collect();
    let narrowed =
        Facts { actors, facts: meant.iter().map(renamed).collect(), by_month: facts.by_month, ..Facts::default() };
    with_public(narrowed, snapshot, select)
}

fn is_meant(select: &Select, items: &[String]) -> bool {
    select.items.is_empty() || items.iter().any(|item| select.items.contains(item))
}

fn agreements(snapshot: &Snapshot, select: &Select) -> Vec<Agreement> {
    let meant = snapshot.mechanisms.iter().filter(|mechanism| is_meant(select, &mechanism.items));
    meant
        .map(|mechanism| {
            let regions: BTreeSet<Region> = mechanism.receiving.iter().chain(&mechanism.handling).copied().collect();
            Agreement {
                key: mechanism.id.clone(),
                name: mechanism.name.clone(),
                regions: regions.into_iter().collect(),
                items: mechanism.items.clone(),
                from: mechanism.from,
                until: mechanism.until,
                source: mechanism.document.clone(),
            }
        })
        .collect()
}

/// Which items are open between which provinces: where an authority of one province offers an item now, and a mechanism
/// lets another province take it in.
fn openings(snapshot: &Snapshot, select: &Select) -> Vec<Opening> {
    let provinces: BTreeSet<Region> = snapshot.organisations.values().map(|org| org.region.province()).collect();
    let modes: BTreeMap<&str, Mode> =
        snapshot.items.iter().filter_map(|item| Some((item.key.as_str(), mode(item)?))).collect();
    let mut offered: BTreeMap<(&str, Region), (Mode, Date)> = BTreeMap::new();
    for one in snapshot.implementations.values() {
        let Some(mode) = modes.get(one.item.as_str()).copied() else { continue };
        let Some(org) = snapshot.organisations.get(&one.authority) else { continue };
        let known = offered.entry((one.item.as_str(), org.region.province())).or_insert((mode, one.from));
        known.1 = known.1.min(one.from);
    }
    let mut all = Vec::new();
    for ((item, handling), (mode, from)) in offered {
        if !is_meant(select, &[item.to_owned()]) {
            continue;
        }
        for receiving in provinces.iter().filter(|province| **province != handling) {
            let permits = snapshot.mechanisms.iter().filter(|mechanism| {
                let among = |regions: &[Region], province: Region| {
                    regions.is_empty() || regions.iter().any(|each| each.province() == province)
                };
                mechanism.items.iter().any(|each| each == item)
                    && among(&mechanism.receiving, *receiving)
                    && among(&mechanism.handling, handling)
                    && mechanism.from <= snapshot.day
                    && mechanism.until.is_none_or(|until| snapshot.day < until)
            });
            let since = permits.map(|mechanism| mechanism.from.max(from)).min();
            all.push(Opening {
                item: item.to_owned(),
                receiving: *receiving,
                handling,
                mode: since.map(|_| mode),
                since,
            });
        }
    }
    all
}

/// The first of the modes in which an item goes; none if it is not open.
fn mode(item: &BasicItem) -> Option<Mode> {
    match &item.availability {
        Availability::Open { modes } => modes.first().copied(),
        _ => None,
    }
}

/// What happened that a node knows of: mechanisms that began or ended.
fn events(snapshot: &Snapshot) -> Vec<Event> {
    let mut all = Vec::new();
    for mechanism in &snapshot.mechanisms {
        let regions: BTreeSet<Region> = mechanism.receiving.iter().chain(&mechanism.handling).copied().collect();
        let event = |ends: &str, from: Date, effect| Event {
            key: format!("{}{ends}", mechanism.id),
            name: mechanism.name.clone(),
            name_en: mechanism.name_en.clone(),
            from,
            until: None,
            effect,
            items: mechanism.items.clone(),
            regions: regions.iter().copied().collect(),
            source: mechanism.document.clone(),
        };
        all.push(event("", mechanism.from, Effect::Advances));
        all.extend(mechanism.until.map(|until| event("-ended", until, Effect::Suspends)));
    }
    all
}

impl From<&Facts> for net::Net {
    /// Each relation is a layer; facts are ties of one day, as heavy as there are many.
    fn from(facts: &Facts) -> net::Net {
        let relations: BTreeSet<_> = facts.facts.iter().map(|fact| fact.relation).collect();
        let layers: Vec<_> = relations.into_iter().collect();
        let actors = facts.actors.iter().map(|one| {
            let mut attributes = BTreeMap::new();
            let province = one.region.map(|region| region.province().to_string());
            let region = one.region.map(|region| region.to_string());
            let line = (!one.line.is_empty()).then(|| one.line.clone());
            for (key, value) in [("province", province), ("region", region), ("line", line)] {
                attributes.extend(value.map(|value| (key.to_owned(), value)));
            }
            net::Actor {
                id: one.actor.to_string(),
                label: one.name.clone(),
                kind: one.network.name().to_owned(),
                level: one.level.name().to_owned(),
                attributes,
            }
        });
        let ties = facts.facts.iter().map(|fact| net::Tie {
            from: fact.from,
            to: fact.to,
            layer: layers.iter().position(|layer| *layer == fact.relation).unwrap_or_default() as u32,
            weight: f64::from(fact.count),
            sign: if fact.sign < 0 { -1 } else { 1 },
            from_day: Some(fact.day),
            to_day: Some(fact.day),
        });
        net::Net {
            actors: actors.collect(),
            ties: ties.collect(),
            layers: layers.iter().map(|relation| relation.name().to_owned()).collect(),
        }
    }
}
