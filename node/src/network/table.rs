//! CSV: lists of actors, lists of ties, and square matrices.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord, WriterBuilder};

use super::build::{Builder, Said};
use super::fault::Place;
use super::net::{Actor, Column, Feature, Net};

/// The rows of a text, each with its line. Empty lines are left out.
pub(super) struct Rows<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    record: StringRecord,
    /// The reader's own count of lines slips where \r\n falls on the edge of its buffer: lines are counted here.
    line: u32,
    counted: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(text: &'a str) -> Rows<'a> {
        // The line with the headings says by what cells are parted.
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let separator = [';', '\t', ','].into_iter().max_by_key(|mark| first.matches(*mark).count()).unwrap_or(',');
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(separator as u8);
        let reader = builder.from_reader(text.as_bytes());
        Rows { text, reader, record: StringRecord::new(), line: 1, counted: 0 }
    }

    /// The next row that is not empty, and its line.
    pub(super) fn next(&mut self) -> Option<(u32, &StringRecord)> {
        loop {
            // A text has no bytes that are no characters, and rows may have any number of cells: nothing can fail.
            if !self.reader.read_record(&mut self.record).unwrap_or(false) {
                return None;
            }
            let begin = self.record.position().map_or(self.counted, |position| position.byte() as usize);
            let begin = begin.clamp(self.counted, self.text.len());
            let bytes = self.text.as_bytes();
            self.line += bytes[self.counted..begin].iter().filter(|byte| **byte == b'\n').count() as u32;
            self.counted = begin;
            if self.record.iter().any(|cell| !cell.trim().is_empty()) {
                // A record may begin with the end of the line before, or with empty lines.
                let blank = bytes[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
                let line = self.line + blank.filter(|byte| **byte == b'\n').count() as u32;
                return Some((line, &self.record));
            }
        }
    }
}

pub(super) fn cell(record: &StringRecord, at: usize) -> &str {
    record.get(at).unwrap_or_default().trim()
}

pub(super) fn at(line: u32, column: usize) -> Place {
    Place { line, column: column as u32 + 1 }
}

/// Reads a table: what it is, is read from its headings.
pub(super) fn read(text: &str, builder: &mut Builder) {
    let mut rows = Rows::of(text);
    let Some((line, first)) = rows.next() else { return };
    let headings: Vec<String> = first.iter().map(|heading| heading.trim().to_owned()).collect();
    let mut seen = HashSet::new();
    for (column, heading) in headings.iter().enumerate() {
        if heading.is_empty() && column > 0 {
            return builder.fault("headings-missing", at(line, column), "");
        }
        if !seen.insert(heading.as_str()) {
            return builder.fault("heading-twice", at(line, column), heading.as_str());
        }
    }
    let features: Vec<Option<Feature>> = headings.iter().map(|heading| Feature::of(heading)).collect();
    if features.contains(&Some(Feature::From)) && features.contains(&Some(Feature::To)) {
        // Room for all at once: a list that grows is copied, and stands twice in memory meanwhile.
        builder.expect(text.bytes().filter(|byte| *byte == b'\n').count());
        return ties(&mut rows, &headings, &features, builder);
    }
    let is_named = |column: Column<'_>| headings.iter().position(|heading| Column::of(heading) == column);
    let id = is_named(Column::Id).or_else(|| headings[0].is_empty().then_some(0)).or(is_named(Column::Label));
    let names: HashSet<&str> = headings.iter().skip(1).map(String::as_str).collect();
    let mut ahead = Rows::of(text);
    ahead.next();
    let (mut in_both, mut all) = (0, 0);
    while let Some((_, record)) = ahead.next() {
        all += 1;
        in_both += usize::from(names.contains(cell(record, 0)));
    }
    match id {
        _ if in_both > 0 && (in_both, all) == (names.len(), names.len()) => matrix(&mut rows, line, &headings, builder),
        _ if in_both > 1 => {
            let value = format!("{all} × {}, {in_both} the same", names.len());
            builder.fault("matrix-not-square", Place { line, column: 0 }, value);
        }
        Some(id) => actors(&mut rows, &headings, id, builder),
        None => builder.fault("headings-missing", Place { line, column: 0 }, headings.join(", ")),
    }
}

/// Whether a row has no more cells than there are headings.
fn fits(line: u32, record: &StringRecord, headings: &[String], builder: &mut Builder) -> bool {
    let more = (headings.len()..record.len()).find(|column| !cell(record, *column).is_empty());
    if let Some(column) = more {
        builder.fault("row-cells", at(line, column), cell(record, column));
    }
    more.is_none()
}

fn actors(rows: &mut Rows<'_>, headings: &[String], id: usize, builder: &mut Builder) {
    builder.is_list();
    while builder.goes_on()
        && let Some((line, record)) = rows.next()
    {
        if !fits(line, record, headings, builder) {
            continue;
        }
        let mut actor = Actor::default();
        for (column, heading) in headings.iter().enumerate() {
            let column_of = if column == id { Column::Id } else { Column::of(heading) };
            // A second column of identifiers is an attribute like others.
            let column_of = if column != id && column_of == Column::Id { Column::Other(heading) } else { column_of };
            actor.set(column_of, cell(record, column));
        }
        builder.actor(actor, at(line, id));
    }
}

fn ties(rows: &mut Rows<'_>, headings: &[String], features: &[Option<Feature>], builder: &mut Builder) {
    for (heading, _) in headings.iter().zip(features).filter(|(_, feature)| feature.is_none()) {
        builder.leave_out(heading);
    }
    while builder.goes_on()
        && let Some((line, record)) = rows.next()
    {
        if fits(line, record, headings, builder)
            && let Some((said, place)) = tie(line, record, features, builder)
        {
            builder.tie(said, place);
        }
    }
}

/// A row of a list of ties.
fn tie<'a>(
    line: u32,
    record: &'a StringRecord,
    features: &[Option<Feature>],
    builder: &mut Builder,
) -> Option<(Said<'a>, Place)> {
    let mut said = Said::between("", "");
    let mut place = at(line, 0);
    for (column, feature) in features.iter().enumerate() {
        let (text, here) = (cell(record, column), at(line, column));
        match feature {
            Some(Feature::From) => (said.from, place) = (text, here),
            Some(Feature::To) => said.to = text,
            Some(Feature::Layer) => said.layer = Some(text),
            Some(Feature::Weight) => said.weight = builder.number_of(text, here)?,
            Some(Feature::Sign) => said.sign = builder.sign_of(text, here)?,
            Some(Feature::FromDay) => said.from_day = builder.day_of(text, here)?,
            Some(Feature::ToDay) => said.to_day = builder.day_of(text, here)?,
            Some(Feature::Direction) => match text.to_lowercase().as_str() {
                "" | "directed" | "true" | "有向" | "单向" => said.both = false,
                "undirected" | "mutual" | "false" | "无向" | "双向" => said.both = true,
                _ => {
                    builder.fault("direction-format", here, text);
                    return None;
                }
            },
            None => {}
        }
    }
    Some((said, place))
}

/// The rows of a table of numbers: actors in the first column, who become those of the builder.
pub(super) fn numbers(text: &str, builder: &mut Builder) -> Vec<Vec<f64>> {
    let mut rows = Rows::of(text);
    let Some((line, first)) = rows.next() else { return Vec::new() };
    let headings: Vec<String> = first.iter().map(|heading| heading.trim().to_owned()).collect();
    if headings.len() < 2 {
        builder.fault("headings-missing", Place { line, column: 0 }, headings.join(", "));
        return Vec::new();
    }
    let mut all = Vec::new();
    while builder.goes_on()
        && let Some((line, record)) = rows.next()
    {
        if !fits(line, record, &headings, builder) {
            continue;
        }
        builder.actor(Actor { id: cell(record, 0).to_owned(), ..Actor::default() }, at(line, 0));
        let value = |column| builder.number_of(cell(record, column), at(line, column));
        all.push((1..headings.len()).filter_map(value).collect());
    }
    all
}

fn matrix(rows: &mut Rows<'_>, heading: u32, headings: &[String], builder: &mut Builder) {
    for (column, id) in headings.iter().enumerate().skip(1) {
        builder.actor(Actor { id: id.clone(), ..Actor::default() }, at(heading, column));
    }
    let mut seen = HashSet::new();
    while builder.goes_on()
        && let Some((line, record)) = rows.next()
    {
        let from = cell(record, 0);
        if !seen.insert(from.to_owned()) {
            builder.fault("id-duplicate", at(line, 0), from);
        }
        if !fits(line, record, headings, builder) {
            continue;
        }
        for (column, to) in headings.iter().enumerate().skip(1) {
            let place = at(line, column);
            let Some(value) = builder.number_of(cell(record, column), place) else { continue };
            if value != 0.0 {
                builder.tie(Said::between(from, to).valued(value), place);
            }
        }
    }
}

/// Bytes of a table: UTF-8 with its mark, without which spreadsheets here read it as GB18030.
pub(super) fn table(rows: impl Iterator<Item = Vec<String>>) -> Result<String, csv::Error> {
    let mut writer = WriterBuilder::new().from_writer(Vec::from("\u{feff}"));
    for row in rows {
        writer.write_record(&row)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    // Every cell was text.
    String::from_utf8(bytes).map_err(|error| csv::Error::from(std::io::Error::other(error)))
}

/// The list of actors. `names` replaces identifiers where a format cannot have them; what was replaced is kept as
/// `original_id`.
pub(super) fn write_actors(net: &Net, names: Option<&[String]>) -> Result<String, csv::Error> {
    let is_replaced = names.is_some_and(|names| net.actors.iter().zip(names).any(|(actor, name)| actor.id != *name));
    let attributes = net.attributes();
    let mut head = vec!["id", "label", "kind", "level"];
    head.extend(is_replaced.then_some("original_id"));
    head.extend(&attributes);
    let rows = net.actors.iter().enumerate().map(|(at, actor)| {
        let id = names.and_then(|names| names.get(at)).unwrap_or(&actor.id);
        let mut row = vec![id, &actor.label, &actor.kind, &actor.level];
        row.extend(is_replaced.then_some(&actor.id));
        let mut row: Vec<String> = row.into_iter().cloned().collect();
        row.extend(attributes.iter().map(|name| actor.attributes.get(*name).cloned().unwrap_or_default()));
        row
    });
    table(std::iter::once(head.into_iter().map(str::to_owned).collect()).chain(rows))
}

/// The list of ties.
pub(super) fn write_ties(net: &Net) -> Result<String, csv::Error> {
    let head = ["from", "to", "layer", "weight", "sign", "from_day", "to_day"];
    let rows = net.ties.iter().map(|tie| {
        let id = |actor: u32| net.actors[actor as usize].id.clone();
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        vec![
            id(tie.from),
            id(tie.to),
            net.layers[tie.layer as usize].clone(),
            tie.weight.to_string(),
            tie.sign.to_string(),
            day(tie.from_day),
            day(tie.to_day),
        ]
    });
    table(std::iter::once(head.map(str::to_owned).to_vec()).chain(rows))
}
