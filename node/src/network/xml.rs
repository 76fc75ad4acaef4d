//! XML as a run of elements with their places.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::fault::Place;

/// A piece of an XML text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// An element begins.
    Open(Element),
    /// It ends.
    Close,
    /// What stands in it; may come in several pieces.
    Text(String),
}

/// An element with its attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// What an attribute has to say.
    pub(super) fn need(&self, name: &str, place: Place) -> Result<&str, Stop> {
        self.get(name).ok_or_else(|| ("xml-element", place, format!("{} without {name}", self.name)))
    }

    /// What an attribute says.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// An element with all that stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tree {
    pub element: Element,
    pub place: Place,
    pub text: String,
    pub children: Vec<Tree>,
}

impl Tree {
    /// The children of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tree> {
        self.children.iter().filter(move |child| child.element.name == name)
    }
}

/// What is wrong: its code, where, and what stands there.
pub(super) type Stop = (&'static str, Place, String);

/// How deep elements of one actor or tie may stand in each other.
const DEPTH_MAX: usize = 32;

/// The pieces of a text, one after the other.
pub(super) struct Pieces<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// How many elements are open.
    depth: usize,
    /// To which byte lines were counted, and what its place is.
    counted: (usize, Place),
}

impl<'a> Pieces<'a> {
    pub(super) fn of(text: &'a str) -> Pieces<'a> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Pieces { text, reader, depth: 0, counted: (0, Place { line: 1, column: 1 }) }
    }

    /// The place of a byte; places are asked for in order.
    fn place(&mut self, byte: usize) -> Place {
        let (from, before) = self.counted;
        let to = byte.clamp(from, self.text.len());
        let bytes = &self.text.as_bytes()[from..to];
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u32;
        let line_start = bytes.iter().rposition(|byte| *byte == b'\n');
        let (rest, column) = line_start.map_or((bytes, before.column), |at| (&bytes[at + 1..], 1));
        // The bytes of a character but the first begin with the bits 10.
        let characters = rest.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32;
        let place = Place { line: before.line + lines, column: column + characters };
        self.counted = (to, place);
        place
    }

    /// The next piece and where it begins; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<(Piece, Place)>, Stop> {
        loop {
            let place = self.place(self.reader.buffer_position() as usize);
            let event = self.reader.read_event().map_err(|error| stop(error, place))?;
            let piece = match event {
                Event::Start(start) | Event::Empty(start) => {
                    self.depth += 1;
                    Piece::Open(element(&start).map_err(|error| stop(error, place))?)
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Piece::Close
                }
                Event::Text(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Piece::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => {
                    let known = quick_xml::escape::resolve_predefined_entity(&reference).map(str::to_owned);
                    let character = reference.resolve_char_ref().map_err(|error| stop(error, place))?;
                    match character.map(String::from).or(known) {
                        Some(text) => Piece::Text(text),
                        None => return Err(stop(format!("&{};", &*reference), place)),
                    }
                }
                Event::Eof if self.depth > 0 => return Err(stop("the end of an element is missing", place)),
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            };
            return Ok(Some((piece, place)));
        }
    }

    /// The rest of an element that has begun.
    pub(super) fn tree(&mut self, element: Element, place: Place) -> Result<Tree, Stop> {
        let mut inside = Tree { element, place, ..Tree::default() };
        let mut around: Vec<Tree> = Vec::new();
        loop {
            match self.next()? {
                Some((Piece::Open(_), place)) if around.len() >= DEPTH_MAX => {
                    return Err(stop(format!("more than {DEPTH_MAX} elements in each other"), place));
                }
                Some((Piece::Open(element), place)) => {
                    around.push(std::mem::replace(&mut inside, Tree { element, place, ..Tree::default() }));
                }
                Some((Piece::Text(text), _)) => inside.text.push_str(&text),
                Some((Piece::Close, _)) => match around.pop() {
                    Some(outer) => {
                        let closed = std::mem::replace(&mut inside, outer);
                        inside.children.push(closed);
                    }
                    None => return Ok(inside),
                },
                None => return Err(stop("the end of an element is missing", place)),
            }
        }
    }
}

fn stop(error: impl ToString, place: Place) -> Stop {
    ("xml-format", place, error.to_string())
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        attributes.push((attribute.key.0.to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.name().0.to_owned(), attributes })
}

/// A text so that it can stand between elements or quotes; line ends and tabs stay what they are.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            c => escaped.push(c),
        }
    }
    escaped
}
