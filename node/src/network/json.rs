//! The project's own form: everything that is known, by names, to be read and changed by anyone. One actor, and one tie, a
//! line; read and written one after the other, so that a file may be larger than what of it is kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io;

use jiff::civil::Date;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::build::{Builder, Said};
use super::fault::Place;
use super::net::{Actor, Net};
use super::xml::Stop;

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
struct JsonTie<'a> {
    #[serde(borrow)]
    from: Cow<'a, str>,
    #[serde(borrow)]
    to: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    layer: Cow<'a, str>,
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

/// The whole file, put into a network while it is read.
struct File<'b>(&'b mut Builder);

impl<'de> DeserializeSeed<'de> for File<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for File<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a network: actors and ties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut has_actors, mut has_ties) = (false, false);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "made_by" => drop(map.next_value::<String>()?),
                "actors" if !has_actors => {
                    has_actors = true;
                    map.next_value_seed(Entries { builder: self.0, put: put_actor })?;
                }
                "ties" if !has_ties => {
                    has_ties = true;
                    map.next_value_seed(Entries { builder: self.0, put: put_tie })?;
                }
                "actors" | "ties" => return Err(A::Error::custom(format!("{key} twice"))),
                _ => return Err(A::Error::custom(format!("unknown: {key}"))),
            }
        }
        if has_actors && has_ties { Ok(()) } else { Err(A::Error::custom("actors or ties are missing")) }
    }
}

/// A list, each entry put into the network.
struct Entries<'b, T> {
    builder: &'b mut Builder,
    put: fn(&mut Builder, T, Place),
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Entries<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        // Of an entry no line is known: its place is which one it is.
        let mut number = 0;
        while self.builder.goes_on() {
            let Some(entry) = list.next_element::<T>()? else { return Ok(()) };
            number += 1;
            (self.put)(self.builder, entry, Place { line: 0, column: number });
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

fn put_actor(builder: &mut Builder, actor: JsonActor, place: Place) {
    let JsonActor { id, label, kind, level, attributes } = actor;
    builder.actor(Actor { id, label, kind, level, attributes }, place);
}

fn put_tie(builder: &mut Builder, tie: JsonTie<'_>, place: Place) {
    let JsonTie { from, to, layer, weight, sign, from_day, to_day } = &tie;
    let (weight, sign, from_day, to_day) = (*weight, *sign, *from_day, *to_day);
    builder.tie(Said { from, to, layer: Some(layer), weight, sign, from_day, to_day, both: false }, place);
}

/// What is wrong with a text that is no JSON, or JSON of something else.
pub(super) fn stop(error: &serde_json::Error) -> Stop {
    let place = Place { line: error.line() as u32, column: error.column() as u32 };
    ("json-format", place, error.to_string())
}

pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Stop> {
    // One tie a line, as it is written here; of another form there may be fewer.
    builder.expect(text.bytes().filter(|byte| *byte == b'\n').count());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = File(builder).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    read.map_err(|error| stop(&error))
}

/// Writes a network, one actor and one tie a line.
pub fn write(net: &Net, out: &mut dyn io::Write) -> io::Result<()> {
    let made_by = serde_json::to_string(&format!("tongban {}", env!("CARGO_PKG_VERSION")))?;
    write!(out, "{{\n\"made_by\": {made_by},\n\"actors\": [")?;
    for (at, actor) in net.actors.iter().enumerate() {
        let Actor { id, label, kind, level, attributes } = actor.clone();
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &JsonActor { id, label, kind, level, attributes })?;
    }
    write!(out, "\n],\n\"ties\": [")?;
    for (at, tie) in net.ties.iter().enumerate() {
        let written = JsonTie {
            from: Cow::Borrowed(&net.actors[tie.from as usize].id),
            to: Cow::Borrowed(&net.actors[tie.to as usize].id),
            layer: Cow::Borrowed(&net.layers[tie.layer as usize]),
            weight: tie.weight,
            sign: tie.sign,
            from_day: tie.from_day,
            to_day: tie.to_day,
        };
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &written)?;
    }
    out.write_all(b"\n]\n}\n")
}
