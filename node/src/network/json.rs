//! The project's own form: everything that is known, by names, to be read and changed by anyone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::build::{Builder, Said};
use super::fault::Place;
use super::net::{Actor, Net};
use super::xml::Stop;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Which program wrote it, with its version.
    #[serde(default)]
    made_by: String,
    actors: Vec<JsonActor>,
    ties: Vec<JsonTie>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonActor {
    id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    level: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonTie {
    from: String,
    to: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    layer: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    weight: f64,
    #[serde(default = "positive", skip_serializing_if = "is_positive")]
    sign: i8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from_day: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_day: Option<Date>,
}

fn one() -> f64 {
    1.0
}

fn is_one(weight: &f64) -> bool {
    *weight == 1.0
}

fn positive() -> i8 {
    1
}

fn is_positive(sign: &i8) -> bool {
    *sign == 1
}

pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Stop> {
    let file: File = serde_json::from_str(text).map_err(|error| {
        let place = Place { line: error.line() as u32, column: error.column() as u32 };
        ("json-format", place, error.to_string())
    })?;
    // Of what is read as a whole no lines are known: the place is which actor, or which tie, it is.
    for (actor, number) in file.actors.into_iter().zip(1..) {
        let JsonActor { id, label, kind, level, attributes } = actor;
        let place = Place { line: 0, column: number };
        builder.actor(Actor { id, label, kind, level, attributes }, place);
    }
    for (tie, number) in file.ties.iter().zip(1..) {
        if !builder.goes_on() {
            break;
        }
        let JsonTie { from, to, layer, weight, sign, from_day, to_day } = tie;
        let (weight, sign, from_day, to_day) = (*weight, *sign, *from_day, *to_day);
        let said = Said { from, to, layer: Some(layer), weight, sign, from_day, to_day, both: false };
        builder.tie(said, Place { line: 0, column: number });
    }
    Ok(())
}

pub(super) fn write(net: &Net) -> serde_json::Result<String> {
    let actors = net.actors.iter().cloned().map(|actor| {
        let Actor { id, label, kind, level, attributes } = actor;
        JsonActor { id, label, kind, level, attributes }
    });
    let ties = net.ties.iter().map(|tie| JsonTie {
        from: net.actors[tie.from as usize].id.clone(),
        to: net.actors[tie.to as usize].id.clone(),
        layer: net.layers[tie.layer as usize].clone(),
        weight: tie.weight,
        sign: tie.sign,
        from_day: tie.from_day,
        to_day: tie.to_day,
    });
    let made_by = format!("tongban {}", env!("CARGO_PKG_VERSION"));
    let mut text = serde_json::to_string_pretty(&File { made_by, actors: actors.collect(), ties: ties.collect() })?;
    text.push('\n');
    Ok(text)
}
