//! Files of networks and logs: what each is, read and written.

use std::borrow::Cow;

use encoding_rs::GB18030;

use super::build::{Builder, Report};
use super::events::{Events, How};
use super::fault::{Fault, Place};
use super::net::Net;
use super::{dl, facts, gexf, graphml, json, ocel, pajek, table, xes, xml};
use crate::catalogue::decode;
use crate::limits;

/// What a file is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The project's own form, which loses nothing.
    Json,
    /// A list of ties and a list of actors; read also: a square matrix.
    Csv,
    /// GraphML.
    GraphMl,
    /// GEXF 1.3.
    Gexf,
    /// Pajek .net.
    Pajek,
    /// UCINET DL.
    Dl,
    /// XES (IEEE 1849): a log of events.
    Xes,
    /// OCEL 2.0 as JSON: a log of events and objects.
    Ocel,
    /// Facts of dossiers as JSON: read only.
    Facts,
}

/// What a JSON text has, of what tells one kind from another.
#[derive(serde::Deserialize)]
struct Keys {
    #[serde(rename = "objectTypes")]
    object_types: Option<serde::de::IgnoredAny>,
    facts: Option<serde::de::IgnoredAny>,
}

impl Format {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::GraphMl => "graphml",
            Format::Gexf => "gexf",
            Format::Pajek => "pajek",
            Format::Dl => "dl",
            Format::Xes => "xes",
            Format::Ocel => "ocel",
            Format::Facts => "facts",
        }
    }

    /// Looks at a text, never at its name. None: it is none of these.
    fn of(text: &str) -> Option<Format> {
        let begin = text.trim_start();
        let starts = |word: &str| begin.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if begin.contains('\0') || starts("PK\u{3}\u{4}") {
            return None;
        }
        Some(match begin.chars().next()? {
            '{' => match serde_json::from_str(begin) {
                Ok(Keys { object_types: Some(_), .. }) => Format::Ocel,
                Ok(Keys { facts: Some(_), .. }) => Format::Facts,
                _ => Format::Json,
            },
            '<' => {
                // The first element that is no remark and no declaration.
                let root = begin.match_indices('<').map(|(at, _)| &begin[at + 1..]);
                let root = root.map(|rest| rest.trim_start()).find(|rest| rest.starts_with(char::is_alphabetic))?;
                match root.split(|c: char| !c.is_alphanumeric()).next()? {
                    "graphml" => Format::GraphMl,
                    "gexf" => Format::Gexf,
                    "log" => Format::Xes,
                    _ => return None,
                }
            }
            '*' | '%' => Format::Pajek,
            _ if starts("dl") && begin[2..].starts_with(|c: char| c.is_whitespace() || c == ',') => Format::Dl,
            _ => Format::Csv,
        })
    }
}

/// A file to read.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its name, for reports.
    pub name: &'a str,
    /// What its ties are called where the file does not say.
    pub relation: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Files that are put together into one network, one after the other: the bytes of one may be gone when the next is read.
pub struct Reading<'h> {
    how: &'h How,
    builder: Builder,
    formats: Vec<Format>,
}

impl<'h> Reading<'h> {
    /// Nothing yet.
    pub fn of(how: &'h How) -> Reading<'h> {
        let builder = Builder::of(limits::NETWORK_ACTORS_MAX, limits::NETWORK_TIES_MAX);
        Reading { how, builder, formats: Vec::new() }
    }

    /// Reads a file.
    pub fn add(&mut self, input: Input<'_>) {
        self.builder.file(input.name, input.relation);
        match read_one(input.bytes, limits::NETWORK_FILE_BYTES_MAX, self.how, &mut self.builder) {
            Ok(format) => self.formats.push(format),
            Err((code, place, value)) => self.builder.fault(code, place, value),
        }
    }

    /// The network; with it what was left out, and what each file was. Nothing is read in part: an error has all that is
    /// wrong, at most [`limits::NETWORK_FAULTS_MAX`].
    pub fn finish(self) -> Result<(Net, Report, Vec<Format>), Vec<Fault>> {
        let formats = self.formats;
        self.builder.finish().map(|(net, report)| (net, report, formats))
    }
}

/// Puts files together into one network, logs from each event to the next.
pub fn read(inputs: &[Input<'_>]) -> Result<(Net, Report, Vec<Format>), Vec<Fault>> {
    let how = How::default();
    let mut reading = Reading::of(&how);
    inputs.iter().for_each(|input| reading.add(*input));
    reading.finish()
}

/// Reads one file as a log of events: XES, OCEL 2.0, or facts of dossiers.
pub fn read_events(input: Input<'_>, how: &How) -> Result<Events, Fault> {
    let read = text_of(input.bytes, limits::NETWORK_FILE_BYTES_MAX).and_then(|text| match Format::of(&text) {
        Some(Format::Xes) => xes::read(&text),
        Some(Format::Ocel) => ocel::read(&text, how),
        Some(Format::Facts) => facts::parse(&text).map(|facts| Events::of_facts(&facts)),
        _ => Ok(Events::default()),
    });
    let some = read.and_then(|events| {
        if events.is_empty() { Err(("events-none", Place::default(), String::new())) } else { Ok(events) }
    });
    some.map_err(|(code, place, value)| Fault { code, file: input.name.to_owned(), place, value })
}

/// How a database of SQLite begins.
pub(super) const DATABASE: &[u8] = b"SQLite format 3\0";

/// The text of a file.
pub(super) fn text_of(bytes: &[u8], bytes_max: usize) -> Result<Cow<'_, str>, xml::Stop> {
    let whole = Place::default();
    if bytes.len() > bytes_max {
        return Err(("file-too-large", whole, format!("at most {bytes_max} bytes")));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(("format-unknown", whole, "a spreadsheet or an archive".to_owned()));
    }
    if bytes.starts_with(DATABASE) {
        let what =
            "a database; of a project of Discourse Network Analyzer `tongban network statements` makes a network";
        return Err(("format-unknown", whole, what.to_owned()));
    }
    // UTF-16 has zero bytes, which no other encoding of text has.
    let text = decode(bytes).filter(|text| !text.contains('\0')).ok_or_else(|| ("encoding", whole, String::new()))?;
    if text.trim().is_empty() {
        return Err(("file-empty", whole, String::new()));
    }
    Ok(text)
}

fn read_one(bytes: &[u8], bytes_max: usize, how: &How, builder: &mut Builder) -> Result<Format, xml::Stop> {
    let text = text_of(bytes, bytes_max)?;
    let format = Format::of(&text).ok_or_else(|| ("format-unknown", Place::default(), String::new()))?;
    match format {
        Format::Json => json::read(&text, builder)?,
        Format::Csv => table::read(&text, builder),
        Format::GraphMl => graphml::read(&text, builder)?,
        Format::Gexf => gexf::read(&text, builder)?,
        Format::Pajek => pajek::read(&text, builder)?,
        Format::Dl => dl::read(&text, builder)?,
        Format::Xes => xes::read(&text)?.put(how, builder),
        Format::Ocel => ocel::read(&text, how)?.put(how, builder),
        Format::Facts => facts::read(&text, builder)?,
    }
    Ok(format)
}

/// A network as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The network.
    pub main: Vec<u8>,
    /// The list of actors, for formats that have no place for it.
    pub actors: Option<Vec<u8>>,
    /// What is not in either, in words.
    pub lost: Vec<&'static str>,
}

/// Writes a network. `is_gb18030` is for tables: programs that take nothing else read them so.
pub fn write(net: &Net, format: Format, is_gb18030: bool) -> Result<Written, String> {
    let encode = |text: String| if is_gb18030 { encode_gb18030(&text) } else { text.into_bytes() };
    let list = |names: Option<&[String]>| {
        table::write_actors(net, names).map(|text| Some(encode(text))).map_err(|error| error.to_string())
    };
    let has_days = net.ties.iter().any(|tie| tie.from_day.is_some() || tie.to_day.is_some());
    let days = has_days.then_some("the days on which ties hold");
    let layer = (net.layers.len() == 1).then_some("the name of the only layer: it is called like the file");
    let written = match format {
        Format::Json => {
            let mut main = Vec::new();
            json::write(net, &mut main).map_err(|error| error.to_string())?;
            Written { main, actors: None, lost: Vec::new() }
        }
        Format::Csv => {
            let ties = table::write_ties(net).map_err(|error| error.to_string())?;
            Written { main: encode(ties), actors: list(None)?, lost: Vec::new() }
        }
        Format::GraphMl => Written { main: graphml::write(net).into_bytes(), actors: None, lost: Vec::new() },
        Format::Gexf => Written { main: gexf::write(net).into_bytes(), actors: None, lost: Vec::new() },
        Format::Pajek => {
            let names = pajek::names(net);
            let lost = days.into_iter().chain(layer).collect();
            Written { main: pajek::write(net).into_bytes(), actors: list(Some(&names))?, lost }
        }
        Format::Dl => {
            let names = dl::names(net);
            let is_renamed = net.layers.len() > 1 && dl::layer_names(net) != net.layers;
            let layers =
                is_renamed.then_some("the names of layers, which UCINET cannot have: r1, r2, … in their order");
            let lost = days.into_iter().chain(layer).chain(layers).collect();
            Written { main: dl::write(net).into_bytes(), actors: list(Some(&names))?, lost }
        }
        Format::Xes | Format::Ocel | Format::Facts => {
            return Err("a network of ties has no events to write; give a log or facts of dossiers".to_owned());
        }
    };
    Ok(written)
}

/// Writes a log of events as XES or OCEL 2.0.
pub fn write_events(events: &Events, format: Format) -> Result<Vec<u8>, String> {
    match format {
        Format::Xes => Ok(xes::write(events).into_bytes()),
        Format::Ocel => ocel::write(events).map(String::into_bytes),
        other => Err(format!("a log is not written as {}", other.name())),
    }
}

/// GB18030 has every character. The mark of UTF-8 is none of it.
pub(super) fn encode_gb18030(text: &str) -> Vec<u8> {
    GB18030.encode(text.trim_start_matches('\u{feff}')).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_no_more_bytes_than_are_read() {
        let mut builder = Builder::of(10, 10);
        builder.file("ties.csv", "ties");
        let bytes = b"from,to\na,b\n";
        assert_eq!(read_one(bytes, bytes.len(), &How::default(), &mut builder), Ok(Format::Csv));
        let refused = read_one(bytes, bytes.len() - 1, &How::default(), &mut builder);
        assert!(refused.is_err_and(|(code, ..)| code == "file-too-large"));
    }

    #[test]
    fn the_text_says_what_a_file_is() {
        let kinds = [
            ("{\"actors\": []}", Some(Format::Json)),
            ("<?xml version=\"1.0\"?>\n<!-- a graph -->\n<graphml xmlns=\"x\">", Some(Format::GraphMl)),
            ("{\"actors\": [], \"facts\": []}", Some(Format::Facts)),
            ("{\"objectTypes\": [], \"events\": []}", Some(Format::Ocel)),
            ("<gexf>", Some(Format::Gexf)),
            ("<log xes.version=\"1.0\">", Some(Format::Xes)),
            ("<html>", None),
            ("*Vertices 3", Some(Format::Pajek)),
            ("% drawn by hand\n*vertices 3", Some(Format::Pajek)),
            ("DL n=3", Some(Format::Dl)),
            ("dlr,name", Some(Format::Csv)),
            ("from,to", Some(Format::Csv)),
            ("起点,终点", Some(Format::Csv)),
        ];
        kinds.iter().for_each(|(text, kind)| assert_eq!(Format::of(text), *kind, "{text}"));
    }
}
