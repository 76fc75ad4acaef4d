//! Facts of dossiers as a network: a layer for each relation, a tie for each fact, on its day.

use tongban_core::network::facts::Facts;

use super::build::{Builder, Said};
use super::events::actor_of;
use super::fault::Place;
use super::json;
use super::xml::Stop;
use crate::limits;

pub(super) fn parse(text: &str) -> Result<Facts, Stop> {
    serde_json::from_str(text).map_err(|error| json::stop(&error))
}

pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Stop> {
    let facts = parse(text)?;
    // Each is held against each.
    let parents = match facts.actors.len() {
        0..=limits::NETWORK_SLOW_ACTORS_MAX => facts.parents(),
        many => vec![None; many],
    };
    let mut ids = Vec::with_capacity(facts.actors.len());
    for ((profile, parent), number) in facts.actors.iter().zip(parents).zip(1..) {
        let mut actor = actor_of(profile);
        ids.push(actor.id.clone());
        if let Some(parent) = parent {
            actor.attributes.insert("parent".to_owned(), facts.actors[parent as usize].actor.to_string());
        }
        builder.actor(actor, Place { line: 0, column: number });
    }
    for (fact, number) in facts.facts.iter().zip(1..) {
        if !builder.goes_on() {
            break;
        }
        let place = Place { line: 0, column: number };
        let id = |number: u32| ids.get(number as usize).ok_or_else(|| ("end-unknown", place, number.to_string()));
        let said = Said::between(id(fact.from)?, id(fact.to)?);
        let day = Some(fact.day);
        let sign = if fact.sign < 0 { -1 } else { 1 };
        let layer = Some(fact.relation.name());
        builder.tie(Said { layer, weight: f64::from(fact.count), sign, from_day: day, to_day: day, ..said }, place);
    }
    Ok(())
}
