//! Pajek .net: vertices by number with their names in quotes, arcs and edges, several relations.
//!
//! Pajek has one name for a vertex and one number for a tie: [`names`] are what people read, the number has the sign.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::build::{Builder, Said};
use super::fault::Place;
use super::net::{Actor, Net};
use super::words::{Word, at, words};
use super::xml::Stop;

/// Which part of a file is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Before,
    Vertices,
    /// Pairs of vertices; whether without direction.
    Pairs(bool),
    /// A vertex and all it has ties to; whether without direction.
    Lists(bool),
    /// Rows of a matrix, and which comes next.
    Matrix(usize),
}

pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Stop> {
    let mut part = Part::Before;
    let mut labels: Vec<Option<(&str, Place)>> = Vec::new();
    let mut is_listed = false;
    let mut layer: Option<&str> = None;
    for (line, number) in text.lines().zip(1..) {
        let found = words(line, &[]);
        let Some((&first, rest)) = found.split_first() else { continue };
        if first.0.starts_with('%') {
            continue;
        }
        if !builder.goes_on() {
            return Ok(());
        }
        if first.0.starts_with('*') {
            if part == Part::Vertices {
                list(&labels, &mut is_listed, builder);
            }
            // A relation is named `:2 "name"`; the number alone is its name where there is no other.
            let mut relation = rest.iter().map(|(word, _)| *word).filter(|word| *word != ":");
            layer = match (relation.next(), relation.next()) {
                (Some(one), None) => Some(one.trim_start_matches(':')),
                (Some(_), Some(name)) => Some(name),
                (None, _) => None,
            };
            part = match first.0.to_lowercase().as_str() {
                "*network" => Part::Before,
                "*vertices" if is_listed => {
                    return Err(("pajek-form", at(number, first), "a second network".to_owned()));
                }
                "*vertices" => {
                    if rest.len() > 1 {
                        return Err(("pajek-form", at(number, rest[1]), "two sets of vertices".to_owned()));
                    }
                    let count = rest.first().and_then(|(word, _)| word.parse::<usize>().ok());
                    let count = count.ok_or_else(|| wrong(number, first, line))?;
                    if count > crate::limits::NETWORK_ACTORS_MAX {
                        return Err(("too-many-actors", at(number, first), count.to_string()));
                    }
                    labels = vec![None; count];
                    Part::Vertices
                }
                "*arcs" => Part::Pairs(false),
                "*edges" => Part::Pairs(true),
                "*arcslist" => Part::Lists(false),
                "*edgeslist" => Part::Lists(true),
                "*matrix" => Part::Matrix(0),
                other => return Err(("pajek-form", at(number, first), other.to_owned())),
            };
            continue;
        }
        if part == Part::Vertices {
            let vertex = first.0.parse::<usize>().ok().filter(|at| *at > 0);
            let vertex = vertex.ok_or_else(|| wrong(number, first, line))?;
            let of =
                labels.get_mut(vertex - 1).ok_or_else(|| ("count-other", at(number, first), vertex.to_string()))?;
            if of.is_some() {
                return Err(("id-duplicate", at(number, first), vertex.to_string()));
            }
            let label = rest.first().copied().unwrap_or(first);
            *of = Some((label.0.trim(), at(number, label)));
            continue;
        }
        let end = |word: Word<'_>| {
            let vertex = word.0.parse::<usize>().map_err(|_| wrong(number, word, line))?;
            let unknown = || ("end-unknown", at(number, word), vertex.to_string());
            vertex.checked_sub(1).filter(|at| *at < labels.len()).ok_or_else(unknown)
        };
        match part {
            Part::Pairs(both) => {
                let from = end(first)?;
                let to = end(*rest.first().ok_or_else(|| wrong(number, first, line))?)?;
                let value = match rest.get(1) {
                    // What follows says how a tie is drawn, or when it holds: `[5-10]`, in no known unit.
                    Some(word) => builder.number_of(word.0, at(number, *word)),
                    None => Some(1.0),
                };
                if let Some(value) = value {
                    tie(&labels, (from, to), value, layer, both, at(number, first), builder);
                }
            }
            Part::Lists(both) => {
                let from = end(first)?;
                for word in rest {
                    let to = end(*word)?;
                    tie(&labels, (from, to), 1.0, layer, both, at(number, *word), builder);
                }
            }
            Part::Matrix(row) => {
                if found.len() != labels.len() || row >= labels.len() {
                    let cells = format!("{} × {}", row + 1, found.len());
                    return Err(("count-other", at(number, first), cells));
                }
                for (column, word) in found.iter().enumerate() {
                    if let Some(value) = builder.number_of(word.0, at(number, *word)).filter(|value| *value != 0.0) {
                        tie(&labels, (row, column), value, layer, false, at(number, *word), builder);
                    }
                }
                part = Part::Matrix(row + 1);
            }
            Part::Before | Part::Vertices => return Err(wrong(number, first, line)),
        }
    }
    if part == Part::Vertices {
        list(&labels, &mut is_listed, builder);
    }
    Ok(())
}

fn wrong(number: u32, word: Word<'_>, line: &str) -> Stop {
    ("pajek-format", at(number, word), line.trim().chars().take(80).collect())
}

/// Puts the vertices into the network, once. One without a name is called by its number.
fn list(labels: &[Option<(&str, Place)>], is_listed: &mut bool, builder: &mut Builder) {
    if std::mem::replace(is_listed, true) {
        return;
    }
    for (vertex, label) in labels.iter().enumerate() {
        let place = label.map(|(_, place)| place).unwrap_or_default();
        builder.actor(Actor { id: id(labels, vertex), ..Actor::default() }, place);
    }
}

fn id(labels: &[Option<(&str, Place)>], vertex: usize) -> String {
    let label = labels[vertex].map(|(label, _)| label).filter(|label| !label.is_empty());
    label.map_or_else(|| (vertex + 1).to_string(), str::to_owned)
}

fn tie(
    labels: &[Option<(&str, Place)>],
    ends: (usize, usize),
    value: f64,
    layer: Option<&str>,
    both: bool,
    place: Place,
    builder: &mut Builder,
) {
    let (from, to) = (id(labels, ends.0), id(labels, ends.1));
    builder.tie(Said { layer, both, ..Said::between(&from, &to).valued(value) }, place);
}

/// What each actor is called in Pajek: what people read of it if no other is called so, else with its identifier.
pub(super) fn names(net: &Net) -> Vec<String> {
    let plain = |text: &str| text.replace(['"', '\n', '\r', '\t'], " ").trim().to_owned();
    let mut seen = HashSet::new();
    let mut twice = HashSet::new();
    for actor in &net.actors {
        let name = plain(actor.name());
        if !seen.insert(name.clone()) {
            twice.insert(name);
        }
    }
    let mut taken = HashSet::new();
    let named = net.actors.iter().zip(1..).map(|(actor, number)| {
        let name = plain(actor.name());
        let name = if twice.contains(&name) { format!("{name} ({})", plain(&actor.id)) } else { name };
        let name = if taken.contains(&name) || name.is_empty() { format!("{name} {number}") } else { name };
        taken.insert(name.clone());
        name
    });
    named.collect()
}

pub(super) fn write(net: &Net) -> String {
    // The mark by which Pajek knows that names are not in the code page of the machine.
    let mut out = String::from("\u{feff}");
    let _ = write!(out, "*Vertices {}\r\n", net.actors.len());
    for (name, number) in names(net).iter().zip(1..) {
        let _ = write!(out, "{number} \"{name}\"\r\n");
    }
    for (layer, number) in net.layers.iter().zip(1..) {
        // One relation has no name: igraph reads no file that names one.
        let named = format!(" :{number} \"{}\"", layer.replace('"', "'"));
        let _ = write!(out, "*Arcs{}\r\n", if net.layers.len() > 1 { named.as_str() } else { "" });
        for tie in net.ties.iter().filter(|tie| tie.layer == number - 1) {
            let _ = write!(out, "{} {} {}\r\n", tie.from + 1, tie.to + 1, tie.value());
        }
    }
    out
}
