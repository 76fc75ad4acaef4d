//! UCINET DL, as text: full matrix, edge list and node list of one set of actors.
//!
//! UCINET knows no letters but English ones: actors are called by [`names`], a list beside the file says who they are.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::build::{Builder, Said};
use super::fault::Place;
use super::net::{Actor, Net};
use super::words::{Word, at, words};
use super::xml::Stop;
use crate::limits;

/// The longest name of an actor that UCINET shows whole, in characters.
const NAME_CHARS_MAX: usize = 18;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Matrix,
    Edges,
    Nodes,
}

/// Where in a file one is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Head,
    Labels,
    MatrixLabels,
    Data,
}

/// What the head says.
struct Head {
    actors: usize,
    relations: usize,
    form: Form,
    are_embedded: bool,
    labels: Vec<(String, Place)>,
    matrix_labels: Vec<String>,
}

pub(super) fn read(text: &str, builder: &mut Builder) -> Result<(), Stop> {
    let mut head = Head {
        actors: 0,
        relations: 1,
        form: Form::Matrix,
        are_embedded: false,
        labels: Vec::new(),
        matrix_labels: Vec::new(),
    };
    let mut part = Part::Head;
    // Of the data: the relation, and the cell of its matrix.
    let (mut relation, mut cell) = (0, 0);
    for (line, number) in text.lines().zip(1..) {
        if !builder.goes_on() {
            return Ok(());
        }
        if part != Part::Data {
            let mut rest = line;
            // A keyword may stand before what belongs to it, on one line.
            while let Some((keyword, after)) = keyword(rest) {
                if part == Part::Head {
                    say(&rest[..rest.len() - after.len() - keyword.len()], number, &mut head)?;
                } else if part == Part::Labels || part == Part::MatrixLabels {
                    collect(&rest[..rest.len() - after.len() - keyword.len()], number, part, &mut head);
                }
                part = match keyword
                    .trim_end_matches(':')
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase()
                    .as_str()
                {
                    "labels" => Part::Labels,
                    "matrix labels" => Part::MatrixLabels,
                    "labels embedded" => {
                        head.are_embedded = true;
                        Part::Head
                    }
                    "data" => Part::Data,
                    other => return Err(("dl-form", Place { line: number, column: 0 }, other.to_owned())),
                };
                rest = after;
            }
            match part {
                Part::Head => say(rest, number, &mut head)?,
                Part::Labels | Part::MatrixLabels => collect(rest, number, part, &mut head),
                Part::Data => begin(&head, number, builder)?,
            }
            if part != Part::Data || rest.trim().is_empty() {
                continue;
            }
            data(rest, number, &head, &mut relation, &mut cell, builder)?;
            continue;
        }
        data(line, number, &head, &mut relation, &mut cell, builder)?;
    }
    let last = Place { line: text.lines().count() as u32, column: 0 };
    if part != Part::Data {
        return Err(("dl-format", last, "data:".to_owned()));
    }
    if head.form == Form::Matrix && (relation, cell) != (head.relations, 0) {
        let value = format!("{relation} of {} matrices, and {cell} cells", head.relations);
        return Err(("count-other", last, value));
    }
    Ok(())
}

/// The first keyword of a line, and what follows it.
fn keyword(line: &str) -> Option<(&str, &str)> {
    const KEYWORDS: [&str; 7] =
        ["row labels:", "column labels:", "col labels:", "matrix labels:", "labels embedded:", "labels:", "data:"];
    // Letters are compared one by one: in lower case a text could have another length.
    let lower = line.to_ascii_lowercase();
    let embedded = lower.find("labels embedded").map(|begin| (begin, "labels embedded".len()));
    let found = KEYWORDS.iter().filter_map(|keyword| Some((lower.find(keyword)?, keyword.len())));
    let (begin, length) = found.chain(embedded).min_by_key(|(begin, length)| (*begin, std::cmp::Reverse(*length)))?;
    Some((&line[begin..begin + length], &line[begin + length..]))
}

/// Reads what stands before the first keyword: `dl n=3, nm=2, format=edgelist1`.
fn say(text: &str, line: u32, head: &mut Head) -> Result<(), Stop> {
    let found = words(text, &[',', '=']);
    let mut rest = found.iter().copied().filter(|(word, _)| !word.eq_ignore_ascii_case("dl"));
    while let Some(name) = rest.next() {
        let wrong = || ("dl-format", at(line, name), name.0.to_owned());
        let value = rest.next().ok_or_else(wrong)?;
        let count = || value.0.parse::<usize>().map_err(|_| ("dl-format", at(line, value), value.0.to_owned()));
        match name.0.to_lowercase().as_str() {
            "n" => head.actors = count()?,
            "nm" => head.relations = count()?,
            "format" => {
                head.form = match value.0.to_lowercase().as_str() {
                    "fullmatrix" | "fm" => Form::Matrix,
                    "edgelist1" | "edgelist" | "el1" => Form::Edges,
                    "nodelist1" | "nodelist" | "nl1" => Form::Nodes,
                    other => return Err(("dl-form", at(line, value), other.to_owned())),
                };
            }
            "nr" | "nc" | "diagonal" => return Err(("dl-form", at(line, name), name.0.to_owned())),
            _ => return Err(wrong()),
        }
        if head.actors > limits::NETWORK_ACTORS_MAX {
            return Err(("too-many-actors", at(line, value), value.0.to_owned()));
        }
    }
    Ok(())
}

fn collect(text: &str, line: u32, part: Part, head: &mut Head) {
    for word in words(text, &[',']) {
        match part {
            Part::MatrixLabels => head.matrix_labels.push(word.0.to_owned()),
            _ => head.labels.push((word.0.to_owned(), at(line, word))),
        }
    }
}

/// Puts the actors into the network, where they are named before the data.
fn begin(head: &Head, line: u32, builder: &mut Builder) -> Result<(), Stop> {
    let here = Place { line, column: 0 };
    if head.actors == 0 {
        return Err(("dl-format", here, "n=".to_owned()));
    }
    if head.are_embedded {
        // Of a matrix they stand at its rows, and again at its columns.
        let is_read = head.form != Form::Matrix;
        return if is_read { Ok(()) } else { Err(("dl-form", here, "labels embedded".to_owned())) };
    }
    if !head.labels.is_empty() && head.labels.len() != head.actors {
        return Err(("count-other", here, format!("labels: {}, n = {}", head.labels.len(), head.actors)));
    }
    for actor in 0..head.actors {
        let place = head.labels.get(actor).map_or(here, |(_, place)| *place);
        builder.actor(Actor { id: id(head, actor), ..Actor::default() }, place);
    }
    Ok(())
}

fn id(head: &Head, actor: usize) -> String {
    head.labels.get(actor).map_or_else(|| (actor + 1).to_string(), |(label, _)| label.clone())
}

/// Reads a line of data.
fn data(
    text: &str,
    line: u32,
    head: &Head,
    relation: &mut usize,
    cell: &mut usize,
    builder: &mut Builder,
) -> Result<(), Stop> {
    let found = words(text, &[',']);
    let Some((&first, rest)) = found.split_first() else { return Ok(()) };
    // Between the relations of a list stands a mark.
    if first.0 == "!" {
        *relation += 1;
        return Ok(());
    }
    let named = |relation: usize| {
        let number = (head.relations > 1).then(|| (relation + 1).to_string());
        head.matrix_labels.get(relation).cloned().or(number)
    };
    let end = |word: Word<'_>| -> Result<String, Stop> {
        if head.are_embedded {
            return Ok(word.0.to_owned());
        }
        let wrong = || ("end-unknown", at(line, word), word.0.to_owned());
        let by_number = word.0.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let by_name = || head.labels.iter().position(|(label, _)| label.eq_ignore_ascii_case(word.0));
        let actor = by_number.or_else(by_name).filter(|actor| *actor < head.actors).ok_or_else(wrong)?;
        Ok(id(head, actor))
    };
    let layer = named(*relation);
    match head.form {
        Form::Edges => {
            let missing = || ("dl-format", at(line, first), text.trim().to_owned());
            let (from, to) = (end(first)?, end(*rest.first().ok_or_else(missing)?)?);
            let value = rest.get(1).map_or(Some(1.0), |word| builder.number_of(word.0, at(line, *word)));
            if let Some(value) = value {
                let tie = Said { layer: layer.as_deref(), ..Said::between(&from, &to).valued(value) };
                builder.tie(tie, at(line, first));
            }
        }
        Form::Nodes => {
            let from = end(first)?;
            for word in rest {
                let to = end(*word)?;
                builder.tie(Said { layer: layer.as_deref(), ..Said::between(&from, &to) }, at(line, *word));
            }
        }
        Form::Matrix => {
            for word in &found {
                if *relation >= head.relations {
                    return Err(("count-other", at(line, *word), word.0.to_owned()));
                }
                let value = builder.number_of(word.0, at(line, *word)).filter(|value| *value != 0.0);
                if let Some(value) = value {
                    let (from, to) = (id(head, *cell / head.actors), id(head, *cell % head.actors));
                    let layer = named(*relation);
                    let tie = Said { layer: layer.as_deref(), ..Said::between(&from, &to).valued(value) };
                    builder.tie(tie, at(line, *word));
                }
                *cell += 1;
                if *cell == head.actors * head.actors {
                    (*relation, *cell) = (*relation + 1, 0);
                }
            }
        }
    }
    Ok(())
}

/// What UCINET can read as a name.
fn is_plain(name: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        // A number alone would be the place of an actor, not its name.
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Names as they are if UCINET can read all of them and tell them apart, or else a letter with a number.
fn plain<'a>(names: impl Iterator<Item = &'a str> + Clone, letter: char) -> Vec<String> {
    // UCINET takes capital and small letters as the same.
    let mut seen = HashSet::new();
    if names.clone().all(|name| is_plain(name) && seen.insert(name.to_ascii_lowercase())) {
        return names.map(str::to_owned).collect();
    }
    names.zip(1..).map(|(_, number)| format!("{letter}{number}")).collect()
}

/// What each actor is called in UCINET.
pub(super) fn names(net: &Net) -> Vec<String> {
    plain(net.actors.iter().map(|actor| actor.id.as_str()), 'a')
}

/// What each layer is called in UCINET.
pub(super) fn layer_names(net: &Net) -> Vec<String> {
    plain(net.layers.iter().map(String::as_str), 'r')
}

pub(super) fn write(net: &Net) -> String {
    let layers = layer_names(net);
    // One relation has no name, and the format has a line of its own: else igraph does not read it.
    let many = if layers.len() > 1 { format!(" nm={}", layers.len()) } else { String::new() };
    let mut out = format!("dl n={}{many}\r\nformat=edgelist1\r\nlabels:\r\n", net.actors.len());
    for name in names(net) {
        let _ = write!(out, "{name}\r\n");
    }
    if layers.len() > 1 {
        let _ = write!(out, "matrix labels:\r\n{}\r\n", layers.join("\r\n"));
    }
    out.push_str("data:\r\n");
    for layer in 0..layers.len() as u32 {
        if layer > 0 {
            out.push_str("!\r\n");
        }
        for tie in net.ties.iter().filter(|tie| tie.layer == layer) {
            let _ = write!(out, "{} {} {}\r\n", tie.from + 1, tie.to + 1, tie.value());
        }
    }
    out
}
