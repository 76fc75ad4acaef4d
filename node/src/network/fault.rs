//! What is wrong in a file of a network, where it stands, and what to do.

use std::fmt;

use crate::limits;

/// Where something stands in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1; 0: the whole file, or an entry of JSON.
    pub line: u32,
    /// The cell of a table, the character of a line, or the entry of a list in JSON, from 1; 0: the whole line.
    pub column: u32,
}

/// Something that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, one of [`CODES`].
    pub code: &'static str,
    /// The file.
    pub file: String,
    /// Where in it.
    pub place: Place,
    /// What stands there, or a number.
    pub value: String,
}

/// What is wrong so far, at most as much as is told.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Something is wrong.
    pub(super) fn tell(&mut self, code: &'static str, file: &str, place: Place, value: impl Into<String>) {
        debug_assert!(CODES.iter().any(|(known, ..)| *known == code), "{code} is not listed");
        if self.goes_on() {
            self.0.push(Fault { code, file: file.to_owned(), place, value: value.into() });
        }
    }

    /// Whether more is told.
    pub(super) fn goes_on(&self) -> bool {
        self.0.len() < limits::NETWORK_FAULTS_MAX
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong, if anything.
    pub(super) fn none(self) -> Result<(), Vec<Fault>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// Every code, what it says and what to do, as `docs/network.md` lists them.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "actor-conflict",
        "two files say different things of one actor",
        "correct one of them, or leave the column out of one",
    ),
    (
        "actor-format",
        "not an actor",
        "write a name, a unified social credit code, or NETWORK:NAME with one of the five networks",
    ),
    ("actors-none", "there are no actors", "give a file with at least one actor or one tie"),
    ("agree-format", "neither for nor against", "write 1 or 0, true or false, 赞成 or 反对"),
    ("cell-empty", "a statement without something that it needs", "fill it in, or delete the line"),
    ("count-other", "there are not as many as the file itself says", "correct the number or write what is missing"),
    ("day-format", "not a day", "write it as 2026-01-31"),
    ("days-reversed", "the last day is before the first", "exchange them, or correct one"),
    (
        "direction-format",
        "neither directed nor undirected",
        "write directed or undirected; name a column of relations `layer`",
    ),
    (
        "dl-form",
        "a form of UCINET DL that is not read",
        "save it as a full matrix, edgelist1 or nodelist1 with one set of actors",
    ),
    ("dl-format", "not UCINET DL", "begin with `dl n=NUMBER`, and put what belongs to it after `data:`"),
    (
        "dna-format",
        "a database that is no project of Discourse Network Analyzer 3",
        "give a project as DNA 3 saves it (.dna), or export an event list as CSV and give that",
    ),
    (
        "dna-type",
        "no such type of statement in the project; those that there are",
        "name one of them with --statement-type",
    ),
    (
        "dna-version",
        "a project of another version of Discourse Network Analyzer than 3",
        "import it into a project of DNA 3, or export an event list as CSV and give that",
    ),
    ("encoding", "the text is neither UTF-8 nor GB18030", "save the file as UTF-8"),
    ("end-empty", "a tie without one of its ends", "write the identifiers of both actors"),
    ("end-unknown", "a tie with an actor that no list has", "add the actor to the list, or correct its identifier"),
    (
        "events-none",
        "not a log: there are no events in cases",
        "give XES, OCEL 2.0 (JSON), or facts of dossiers (JSON)",
    ),
    ("file-empty", "the file holds nothing", "look whether it is the right file"),
    ("file-too-large", "the file has more bytes than are read", "split it by layer or year"),
    (
        "format-unknown",
        "not a file of a network",
        "give CSV, GraphML, GEXF, Pajek, UCINET DL, XES, OCEL 2.0 or JSON; save a spreadsheet as CSV",
    ),
    (
        "graph-nested",
        "a graph within a graph, or a tie of more than two",
        "write one graph with ties between two actors each",
    ),
    ("heading-twice", "two columns have one heading", "rename or delete one"),
    (
        "headings-missing",
        "neither actors, nor ties, nor a matrix",
        "give a list of actors a column `id`, a list of ties columns `from` and `to`, every column a heading",
    ),
    ("id-duplicate", "an actor stands twice in one list", "delete one of the two, or give it another identifier"),
    ("id-empty", "an actor without identifier", "write one, or delete the line"),
    ("json-format", "not a network in JSON", "write it with `tongban network import`, or as docs/network.md shows"),
    ("key-unknown", "an attribute that the file does not declare", "declare it, or delete it"),
    (
        "kind-unknown",
        "not a kind of source",
        "write operations, document, interview or observation (运行 文件 访谈 观察)",
    ),
    (
        "layers-opposed",
        "a tie with the sign -1",
        "give files in which ties say that something is given or got, 0 or more",
    ),
    (
        "layers-two",
        "not one relation of each of two files; those that there are",
        "give two files of one relation each: to whom actors say that they give, from whom that they get",
    ),
    (
        "matrix-not-square",
        "rows and columns of the matrix are not the same actors",
        "give every actor a row and a column of the same name",
    ),
    (
        "network-unknown",
        "not one of the five networks",
        "write community, intergovernmental, professional, producer or issue",
    ),
    (
        "ocel-case",
        "no such type of object; the types that there are",
        "name the type that is a case with --case, the one that does things with --resource",
    ),
    (
        "pajek-form",
        "a part of a Pajek file that is not read",
        "save vertices, arcs and edges of one set of actors as .net",
    ),
    (
        "pajek-format",
        "not a line of a Pajek network",
        "write `number \"label\"` for a vertex, `from to weight` for an arc",
    ),
    ("row-cells", "a row with more cells than there are headings", "quote a cell that has the separator in it"),
    ("sign-format", "not a sign", "write 1 or -1"),
    (
        "statement-headings",
        "no list of statements",
        "give columns actor, concept, agree, day and source, or what DNA exports; name others with --actor-column, \
         --concept-column, --agree-column",
    ),
    ("statements-none", "there are no statements", "give a list with at least one"),
    ("table-large", "a number beyond 1e100 in a table", "write smaller numbers, such as in another unit"),
    (
        "table-opposed",
        "two actors have less than nothing in common",
        "let the cells say how much of something each has, 0 or more",
    ),
    ("table-same", "all actors are equally far apart", "give a table in whose columns they differ"),
    ("text-control", "a control character in a text", "delete it"),
    ("time-format", "not an instant", "write it as 2026-01-31T09:30:00+08:00"),
    ("too-many-actors", "more actors than are read", "leave out actors without ties, or split the network"),
    ("too-many-statements", "more statements than are read", "split the list by years"),
    ("too-many-ties", "more ties than are read", "add up the ties of each pair, or split the file by layer or year"),
    ("weight-format", "not a number", "write the weight in digits, with a point: 2.5"),
    ("weight-missing", "no weight, where other ties have one", "write it, 1 if it is only there, or delete the column"),
    ("weight-negative", "a weight below zero", "write the weight without sign, and -1 in a column `sign`"),
    ("xml-element", "an element without something that it needs", "write what is named here"),
    ("xml-format", "not well-formed XML", "correct it at this place"),
];

impl Fault {
    /// What it says and what to do.
    pub fn words(&self) -> (&'static str, &'static str) {
        CODES.iter().find(|(code, ..)| *code == self.code).map_or(("", ""), |(_, what, todo)| (what, todo))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, todo) = self.words();
        write!(f, "{}", self.file)?;
        match (self.place.line, self.place.column) {
            (0, 0) => {}
            (0, entry) => write!(f, " entry {entry}")?,
            (line, 0) => write!(f, " line {line}")?,
            (line, column) => write!(f, " line {line} column {column}")?,
        }
        write!(f, ": {what}")?;
        if !self.value.is_empty() {
            write!(f, " ({})", self.value)?;
        }
        write!(f, ". To do: {todo}.")
    }
}
