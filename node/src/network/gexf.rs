//! GEXF 1.3 (<https://gexf.net>): what Gephi reads, with the days on which ties hold as spells.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::build::{Builder, Said};
use super::graphml::{feature, name};
use super::net::{Actor, Column, Net, Tie};
use super::xml::{Piece, Pieces, Stop, Tree, escape};

/// Declared attributes of actors or of ties: by identifier the name, and what is said by default.
type Declared = HashMap<String, (String, Option<String>)>;

pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Stop> {
    let mut pieces = Pieces::of(text);
    let (mut of_actors, mut of_ties) = (Declared::new(), Declared::new());
    let mut is_directed = false;
    while let Some((piece, place)) = pieces.next()?
        && builder.goes_on()
    {
        let Piece::Open(element) = piece else { continue };
        match element.name.as_str() {
            // What the format itself says where nothing is said: undirected.
            "graph" => is_directed = element.get("defaultedgetype").is_some_and(|kind| kind == "directed"),
            "attributes" => {
                let declared = pieces.tree(element, place)?;
                let into = if declared.element.get("class") == Some("edge") { &mut of_ties } else { &mut of_actors };
                for one in declared.all("attribute") {
                    let id = one.element.need("id", one.place)?;
                    let title = one.element.get("title").unwrap_or(id).trim().to_owned();
                    let default = one.all("default").next().map(|default| default.text.trim().to_owned());
                    into.insert(id.to_owned(), (title, default));
                }
            }
            "node" => actor(&pieces.tree(element, place)?, &of_actors, builder)?,
            "edge" => tie(&pieces.tree(element, place)?, &of_ties, is_directed, builder)?,
            _ => {}
        }
    }
    Ok(())
}

/// What is said of an actor or a tie, or by default: names and values.
fn said<'a>(tree: &'a Tree, declared: &'a Declared) -> Result<Vec<(&'a str, &'a str)>, Stop> {
    let mut said = Vec::new();
    let mut own = Vec::new();
    for value in tree.all("attvalues").flat_map(|values| values.all("attvalue")) {
        let id = value.element.get("for").or(value.element.get("id"));
        let id = id.ok_or_else(|| ("xml-element", value.place, "attvalue without for".to_owned()))?;
        let (title, _) = declared.get(id).ok_or_else(|| ("key-unknown", value.place, id.to_owned()))?;
        own.push(id);
        said.push((title.as_str(), value.element.need("value", value.place)?.trim()));
    }
    let mut others: Vec<_> = declared.iter().filter(|(id, _)| !own.contains(&id.as_str())).collect();
    others.sort_by_key(|(id, _)| *id);
    said.extend(others.into_iter().filter_map(|(_, (title, default))| Some((title.as_str(), default.as_deref()?))));
    Ok(said)
}

fn actor(tree: &Tree, declared: &Declared, builder: &mut Builder) -> Result<(), Stop> {
    if let Some(nested) = tree.all("nodes").next() {
        return Err(("graph-nested", nested.place, "nodes".to_owned()));
    }
    let id = tree.element.need("id", tree.place)?.trim().to_owned();
    let mut actor = Actor { id, ..Actor::default() };
    // Where no label was known the identifier was written.
    let label = tree.element.get("label").unwrap_or_default().trim();
    if label != actor.id {
        label.clone_into(&mut actor.label);
    }
    for (name, text) in said(tree, declared)? {
        let column = Column::of(name);
        let is_taken = matches!(column, Column::Id | Column::Label);
        actor.set(if is_taken { Column::Other(name) } else { column }, text);
    }
    builder.actor(actor, tree.place);
    Ok(())
}

fn tie(tree: &Tree, declared: &Declared, is_directed: bool, builder: &mut Builder) -> Result<(), Stop> {
    let (element, place) = (&tree.element, tree.place);
    let ends = (element.need("source", place)?.trim(), element.need("target", place)?.trim());
    let mut tie = Said::between(ends.0, ends.1);
    tie.both = element.get("type").map_or(!is_directed, |kind| kind != "directed");
    tie.layer = element.get("kind");
    let own = [("weight", element.get("weight")), ("start", element.get("start")), ("end", element.get("end"))];
    let own = own.into_iter().filter_map(|(name, text)| Some((name, text?.trim())));
    for (name, text) in own.chain(said(tree, declared)?) {
        if !feature(&mut tie, name, text, tree, builder) {
            return Ok(());
        }
    }
    let spells: Vec<&Tree> = tree.all("spells").flat_map(|spells| spells.all("spell")).collect();
    if spells.is_empty() {
        builder.tie(tie, place);
    }
    for spell in spells {
        // networkx writes None where it knows no day.
        let day = |name: &str| spell.element.get(name).filter(|day| *day != "None").unwrap_or_default().trim();
        let (first, last) = (builder.day_of(day("start"), spell.place), builder.day_of(day("end"), spell.place));
        if let (Some(from_day), Some(to_day)) = (first, last) {
            builder.tie(Said { from_day, to_day, ..tie }, spell.place);
        }
    }
    Ok(())
}

/// The network. Ties that are the same but for their days are one edge with several spells: as several edges, Gephi adds
/// up their weights whatever the day.
pub(super) fn write(net: &Net) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<gexf xmlns=\"http://gexf.net/1.3\" version=\"1.3\">\n");
    let is_dynamic = net.ties.iter().any(|tie| tie.from_day.is_some() || tie.to_day.is_some());
    let mode = if is_dynamic { "mode=\"dynamic\" timeformat=\"date\"" } else { "mode=\"static\"" };
    let _ = writeln!(out, "  <graph defaultedgetype=\"directed\" {mode}>");
    let attributes = net.attributes();
    let columns: Vec<Column<'_>> =
        [Column::Kind, Column::Level].into_iter().chain(attributes.iter().map(|name| Column::Other(name))).collect();
    out.push_str("    <attributes class=\"node\">\n");
    for (at, column) in columns.iter().enumerate() {
        let title = escape(name(*column));
        let _ = writeln!(out, "      <attribute id=\"{at}\" title=\"{title}\" type=\"string\"/>");
    }
    out.push_str("    </attributes>\n    <attributes class=\"edge\">\n");
    out.push_str("      <attribute id=\"layer\" title=\"layer\" type=\"string\"/>\n");
    out.push_str("      <attribute id=\"sign\" title=\"sign\" type=\"integer\"/>\n    </attributes>\n    <nodes>\n");
    for actor in &net.actors {
        let _ = write!(out, "      <node id=\"{}\" label=\"{}\"><attvalues>", escape(&actor.id), escape(actor.name()));
        for (at, column) in columns.iter().enumerate() {
            if let Some(text) = actor.get(*column) {
                let _ = write!(out, "<attvalue for=\"{at}\" value=\"{}\"/>", escape(text));
            }
        }
        out.push_str("</attvalues></node>\n");
    }
    out.push_str("    </nodes>\n    <edges>\n");
    // Undated ties first: they have no spells and are no part of an edge that has.
    let same = |tie: &Tie| {
        (tie.from, tie.to, tie.layer, tie.sign, tie.weight.to_bits(), tie.from_day.is_some() || tie.to_day.is_some())
    };
    let mut ties = net.ties.clone();
    ties.sort_by_key(|tie| (same(tie), tie.from_day, tie.to_day));
    let alike = ties.chunk_by(|one, other| same(one) == same(other) && same(one).5);
    for (at, ties) in alike.enumerate() {
        let tie = &ties[0];
        let id = |actor: u32| escape(&net.actors[actor as usize].id);
        let layer = escape(&net.layers[tie.layer as usize]);
        let (from, to, weight) = (id(tie.from), id(tie.to), tie.weight);
        let _ = write!(
            out,
            "      <edge id=\"{at}\" source=\"{from}\" target=\"{to}\" weight=\"{weight}\" kind=\"{layer}\">"
        );
        let _ = write!(out, "<attvalues><attvalue for=\"layer\" value=\"{layer}\"/>");
        let _ = write!(out, "<attvalue for=\"sign\" value=\"{}\"/></attvalues>", tie.sign);
        if same(tie).5 {
            out.push_str("<spells>");
            for spell in ties {
                out.push_str("<spell");
                for (name, day) in [("start", spell.from_day), ("end", spell.to_day)] {
                    if let Some(day) = day {
                        let _ = write!(out, " {name}=\"{day}\"");
                    }
                }
                out.push_str("/>");
            }
            out.push_str("</spells>");
        }
        out.push_str("</edge>\n");
    }
    out.push_str("    </edges>\n  </graph>\n</gexf>\n");
    out
}
