//! Networks: in files, for researchers, for which no node and no server is needed; and the one that a node knows.
//!
//! [`read`] puts files of any format together into one [`Net`]; [`write`] writes it in any other. [`measure`] is the table
//! of all measures; the measures themselves are in [`tongban_core::network`]. What is wrong in a file has a code, a place
//! and a remedy (`fault`). [`live`] is what a node's dossiers say, [`known`] who those are whom it names, [`digests`] what all nodes tell of their ties. `docs/network.md` is the page for those who use it.

mod build;
pub mod diagnosis;
pub mod digests;
mod dl;
mod document;
mod fault;
mod gexf;
mod graphml;
mod json;
pub mod known;
pub mod live;
pub mod measure;
mod net;
mod pajek;
pub mod report;
mod result;
pub mod sight;
pub mod statement;
pub mod study;
mod table;
mod words;
mod xml;

use encoding_rs::GB18030;

use crate::catalogue::decode;
use crate::limits;
use build::Builder;
pub use build::Report;
pub use document::{Block, Document, Section};
pub use fault::{CODES, Fault, Place};
pub use net::{Actor, Choice, Column, Feature, Groups, Net, Tie};
pub use result::{Measured, Run, Source};

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
            '{' => Format::Json,
            '<' => {
                // The first element that is no remark and no declaration.
                let root = begin.match_indices('<').map(|(at, _)| &begin[at + 1..]);
                let root = root.map(|rest| rest.trim_start()).find(|rest| rest.starts_with(char::is_alphabetic))?;
                match root.split(|c: char| !c.is_alphanumeric()).next()? {
                    "graphml" => Format::GraphMl,
                    "gexf" => Format::Gexf,
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

/// Puts files together into one network; with it what was left out, and what each file was. Nothing is read in part: an
/// error has all that is wrong, at most [`limits::NETWORK_FAULTS_MAX`].
pub fn read(inputs: &[Input<'_>]) -> Result<(Net, Report, Vec<Format>), Vec<Fault>> {
    let mut builder = Builder::of(limits::NETWORK_ACTORS_MAX, limits::NETWORK_TIES_MAX);
    let mut formats = Vec::new();
    for input in inputs {
        builder.file(input.name, input.relation);
        match read_one(input.bytes, limits::NETWORK_FILE_BYTES_MAX, &mut builder) {
            Ok(format) => formats.push(format),
            Err((code, place, value)) => builder.fault(code, place, value),
        }
    }
    builder.finish().map(|(net, report)| (net, report, formats))
}

/// The text of a file, if it is one.
fn text_of(bytes: &[u8], bytes_max: usize) -> Result<String, xml::Stop> {
    let whole = Place::default();
    if bytes.len() > bytes_max {
        return Err(("file-too-large", whole, format!("at most {bytes_max} bytes")));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(("format-unknown", whole, "a spreadsheet or an archive".to_owned()));
    }
    // UTF-16 has zero bytes, which no other encoding of text has.
    let text = decode(bytes).filter(|text| !text.contains('\0')).ok_or_else(|| ("encoding", whole, String::new()))?;
    if text.trim().is_empty() {
        return Err(("file-empty", whole, String::new()));
    }
    Ok(text)
}

fn read_one(bytes: &[u8], bytes_max: usize, builder: &mut Builder) -> Result<Format, xml::Stop> {
    let text = text_of(bytes, bytes_max)?;
    let format = Format::of(&text).ok_or_else(|| ("format-unknown", Place::default(), String::new()))?;
    match format {
        Format::Json => json::read(&text, builder)?,
        Format::Csv => table::read(&text, builder),
        Format::GraphMl => graphml::read(&text, builder)?,
        Format::Gexf => gexf::read(&text, builder)?,
        Format::Pajek => pajek::read(&text, builder)?,
        Format::Dl => dl::read(&text, builder)?,
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
    let written = match format {
        Format::Json => {
            let text = json::write(net).map_err(|error| error.to_string())?;
            Written { main: text.into_bytes(), actors: None, lost: Vec::new() }
        }
        Format::Csv => {
            let ties = table::write_ties(net).map_err(|error| error.to_string())?;
            Written { main: encode(ties), actors: list(None)?, lost: Vec::new() }
        }
        Format::GraphMl => Written { main: graphml::write(net).into_bytes(), actors: None, lost: Vec::new() },
        Format::Gexf => Written { main: gexf::write(net).into_bytes(), actors: None, lost: Vec::new() },
        Format::Pajek => {
            let names = pajek::names(net);
            let lost = days.into_iter().collect();
            Written { main: pajek::write(net).into_bytes(), actors: list(Some(&names))?, lost }
        }
        Format::Dl => {
            let names = dl::names(net);
            let is_renamed = dl::layer_names(net) != net.layers;
            let layers =
                is_renamed.then_some("the names of layers, which UCINET cannot have: r1, r2, … in their order");
            let lost = days.into_iter().chain(layers).collect();
            Written { main: dl::write(net).into_bytes(), actors: list(Some(&names))?, lost }
        }
    };
    Ok(written)
}

/// GB18030 has every character. The mark of UTF-8 is none of it.
fn encode_gb18030(text: &str) -> Vec<u8> {
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
        assert_eq!(read_one(bytes, bytes.len(), &mut builder), Ok(Format::Csv));
        let refused = read_one(bytes, bytes.len() - 1, &mut builder);
        assert!(refused.is_err_and(|(code, ..)| code == "file-too-large"));
    }

    #[test]
    fn the_text_says_what_a_file_is() {
        let kinds = [
            ("{\"actors\": []}", Some(Format::Json)),
            ("<?xml version=\"1.0\"?>\n<!-- a graph -->\n<graphml xmlns=\"x\">", Some(Format::GraphMl)),
            ("<gexf>", Some(Format::Gexf)),
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
