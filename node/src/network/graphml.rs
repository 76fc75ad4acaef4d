//! GraphML (<http://graphml.graphdrawing.org>): one key for each attribute, declared for actors or for ties.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::build::{Builder, Said};
use super::net::{Actor, Column, Feature, Net};
use super::xml::{Piece, Pieces, Stop, Tree, escape};

/// A declared attribute.
struct Key {
    name: String,
    is_for: String,
    default: Option<String>,
}

pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Stop> {
    let mut pieces = Pieces::of(text);
    let mut keys: HashMap<String, Key> = HashMap::new();
    let mut is_directed = true;
    while let Some((piece, place)) = pieces.next()?
        && builder.goes_on()
    {
        let Piece::Open(element) = piece else { continue };
        match element.name.as_str() {
            "key" => {
                let key = pieces.tree(element, place)?;
                let id = key.element.need("id", place)?;
                let name = key.element.get("attr.name").unwrap_or(id).trim().to_owned();
                let is_for = key.element.get("for").unwrap_or("all").to_owned();
                let default = key.all("default").next().map(|default| default.text.trim().to_owned());
                keys.insert(id.to_owned(), Key { name, is_for, default });
            }
            "graph" => is_directed = element.get("edgedefault") != Some("undirected"),
            "node" => actor(&pieces.tree(element, place)?, &keys, builder)?,
            "edge" => tie(&pieces.tree(element, place)?, &keys, is_directed, builder)?,
            "hyperedge" => return Err(("graph-nested", place, element.name)),
            _ => {}
        }
    }
    Ok(())
}

/// What is said of an actor or a tie, or by default: names and values.
fn said<'a>(tree: &'a Tree, keys: &'a HashMap<String, Key>) -> Result<Vec<(&'a str, &'a str)>, Stop> {
    if let Some(nested) = tree.all("graph").next() {
        return Err(("graph-nested", nested.place, "graph".to_owned()));
    }
    let mut said = Vec::new();
    let mut own = Vec::new();
    for data in tree.all("data") {
        let id = data.element.need("key", data.place)?;
        let key = keys.get(id).ok_or_else(|| ("key-unknown", data.place, id.to_owned()))?;
        own.push(id);
        said.push((key.name.as_str(), data.text.trim()));
    }
    let mut others: Vec<(&str, &Key)> = keys
        .iter()
        .filter(|(id, key)| !own.contains(&id.as_str()) && [tree.element.name.as_str(), "all"].contains(&&*key.is_for))
        .map(|(id, key)| (id.as_str(), key))
        .collect();
    others.sort_by_key(|(id, _)| *id);
    said.extend(others.into_iter().filter_map(|(_, key)| Some((key.name.as_str(), key.default.as_deref()?))));
    Ok(said)
}

fn actor(tree: &Tree, keys: &HashMap<String, Key>, builder: &mut Builder) -> Result<(), Stop> {
    let mut actor = Actor { id: tree.element.need("id", tree.place)?.trim().to_owned(), ..Actor::default() };
    for (name, text) in said(tree, keys)? {
        // An attribute `id` is not by what ties name the actor here.
        let column = Column::of(name);
        actor.set(if column == Column::Id { Column::Other(name) } else { column }, text);
    }
    builder.actor(actor, tree.place);
    Ok(())
}

fn tie(tree: &Tree, keys: &HashMap<String, Key>, is_directed: bool, builder: &mut Builder) -> Result<(), Stop> {
    let (element, place) = (&tree.element, tree.place);
    let ends = (element.need("source", place)?.trim(), element.need("target", place)?.trim());
    let mut tie = Said::between(ends.0, ends.1);
    tie.both = element.get("directed").map_or(!is_directed, |directed| directed == "false");
    for (name, text) in said(tree, keys)? {
        if !feature(&mut tie, name, text, tree, builder) {
            return Ok(());
        }
    }
    builder.tie(tie, place);
    Ok(())
}

/// Puts what an attribute says into a tie. `false`: it is wrong, and was told.
pub(super) fn feature<'a>(tie: &mut Said<'a>, name: &str, text: &'a str, tree: &Tree, builder: &mut Builder) -> bool {
    let place = tree.place;
    let done = match Feature::of(name) {
        Some(Feature::Layer) => {
            tie.layer = Some(text);
            Some(())
        }
        Some(Feature::Weight) => builder.number_of(text, place).map(|weight| tie.weight = weight),
        Some(Feature::Sign) => builder.sign_of(text, place).map(|sign| tie.sign = sign),
        Some(Feature::FromDay) => builder.day_of(text, place).map(|day| tie.from_day = day),
        Some(Feature::ToDay) => builder.day_of(text, place).map(|day| tie.to_day = day),
        Some(Feature::From | Feature::To | Feature::Direction) | None => {
            builder.leave_out(name);
            Some(())
        }
    };
    done.is_some()
}

pub(super) fn write(net: &Net) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
    let attributes = net.attributes();
    let columns: Vec<Column<'_>> = [Column::Label, Column::Kind, Column::Level]
        .into_iter()
        .chain(attributes.iter().map(|name| Column::Other(name)))
        .filter(|column| net.actors.iter().any(|actor| actor.get(*column).is_some()))
        .collect();
    for (at, column) in columns.iter().enumerate() {
        let name = name(*column);
        let _ = writeln!(out, "  <key id=\"n{at}\" for=\"node\" attr.name=\"{}\" attr.type=\"string\"/>", escape(name));
    }
    for (name, kind) in TIE_KEYS {
        let _ = writeln!(out, "  <key id=\"{name}\" for=\"edge\" attr.name=\"{name}\" attr.type=\"{kind}\"/>");
    }
    out.push_str("  <graph edgedefault=\"directed\">\n");
    for actor in &net.actors {
        let _ = write!(out, "    <node id=\"{}\">", escape(&actor.id));
        for (at, column) in columns.iter().enumerate() {
            if let Some(text) = actor.get(*column) {
                let _ = write!(out, "<data key=\"n{at}\">{}</data>", escape(text));
            }
        }
        out.push_str("</node>\n");
    }
    for tie in &net.ties {
        let id = |actor: u32| escape(&net.actors[actor as usize].id);
        let _ = write!(out, "    <edge source=\"{}\" target=\"{}\">", id(tie.from), id(tie.to));
        let _ = write!(out, "<data key=\"layer\">{}</data>", escape(&net.layers[tie.layer as usize]));
        let _ = write!(out, "<data key=\"weight\">{}</data><data key=\"sign\">{}</data>", tie.weight, tie.sign);
        for (key, day) in [("from_day", tie.from_day), ("to_day", tie.to_day)] {
            if let Some(day) = day {
                let _ = write!(out, "<data key=\"{key}\">{day}</data>");
            }
        }
        out.push_str("</edge>\n");
    }
    out.push_str("  </graph>\n</graphml>\n");
    out
}

/// What is declared of ties, and as what.
const TIE_KEYS: [(&str, &str); 5] =
    [("layer", "string"), ("weight", "double"), ("sign", "int"), ("from_day", "string"), ("to_day", "string")];

/// What a column is called in files.
pub(super) fn name(column: Column<'_>) -> &str {
    match column {
        Column::Id => "id",
        Column::Label => "label",
        Column::Kind => "kind",
        Column::Level => "level",
        Column::Other(name) => name,
    }
}
