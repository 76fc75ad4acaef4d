//! Lists of statements: what actors say for and against concepts, as coders read it in sources. [`read`] takes the
//! project's own CSV and event lists of Discourse Network Analyzer (DNA), [`write()`] writes both, [`Project`] is what DNA keeps in a file, [`Making`] makes networks
//! of them, and [`Answer`] says what follows.

mod answer;
mod making;
mod project;
mod table;

use tongban_core::network::facts::{SourceKind, Statement};
use tongban_core::network::tie::Network;

use super::Input;
use super::fault::{Fault, Faults, Place};
use super::file::{DATABASE, encode_gb18030, text_of};
use crate::limits;
pub use answer::{Answer, Cell, Table};
pub use making::{Making, What, name_of};
pub use project::{Coded, Project, TYPE, VARIABLES};
use table::Lines;
pub use table::actor_of;

/// How a list of statements is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The project's own, which loses nothing.
    Own,
    /// An event list of DNA.
    Dna,
    /// A project of DNA.
    Project,
}

impl Form {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Form::Own => "statements",
            Form::Dna => "DNA event list",
            Form::Project => "DNA project",
        }
    }
}

/// What is taken for granted where a file does not say it.
#[derive(Clone, Debug)]
pub struct Reading {
    /// To which of the five networks an actor belongs that is a name alone.
    pub network: Network,
    /// What kind of source it is.
    pub kind: SourceKind,
    /// The heading of the column of actors, if it is none of those that are known.
    pub actor: Option<String>,
    /// The same of concepts.
    pub concept: Option<String>,
    /// The same of for and against.
    pub agree: Option<String>,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading {
            network: Network::Intergovernmental,
            kind: SourceKind::Document,
            actor: None,
            concept: None,
            agree: None,
        }
    }
}

/// Statements of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// In the order of the files.
    pub statements: Vec<Statement>,
    /// What each file was.
    pub forms: Vec<Form>,
    /// Of how many statements the file does not say to which network the actor belongs.
    pub networks_assumed: usize,
    /// Of how many it does not say what kind of source it is.
    pub kinds_assumed: usize,
    /// Statements of event lists without an actor, a concept, or for and against: DNA makes no tie of them either.
    pub unfinished: usize,
    /// Columns that are not kept.
    pub columns: Vec<String>,
}

/// A file of statements.
#[derive(Clone, Copy, Debug)]
pub enum File<'a> {
    /// A list.
    List(Input<'a>),
    /// A project of DNA, by the name of its file.
    Project(&'a str, &'a Project),
}

/// Whether a file is a database of SQLite, such as a project of DNA.
pub fn is_database(bytes: &[u8]) -> bool {
    bytes.starts_with(DATABASE)
}

/// A database that is not read as a project of DNA: one of the codes that begin with `dna`.
pub fn unread(code: &'static str, file: &str, value: String) -> Fault {
    Fault { code, file: file.to_owned(), place: Place::default(), value }
}

/// Reads lists. Nothing is read in part: an error has all that is wrong, at most [`limits::NETWORK_FAULTS_MAX`].
pub fn read(inputs: &[Input<'_>], reading: &Reading) -> Result<List, Vec<Fault>> {
    let files: Vec<File<'_>> = inputs.iter().map(|input| File::List(*input)).collect();
    read_files(&files, reading)
}

/// Reads files likewise. What is wrong in a project stands at the number of its statement.
pub fn read_files(files: &[File<'_>], reading: &Reading) -> Result<List, Vec<Fault>> {
    let mut list = List::default();
    let mut faults = Faults::default();
    for file in files {
        match file {
            File::List(input) if is_database(input.bytes) => {
                faults.tell("dna-format", input.name, Place::default(), "");
            }
            File::List(input) => match text_of(input.bytes, limits::NETWORK_FILE_BYTES_MAX) {
                Ok(text) => table::read(Lines::of_text(&text), input.name, reading, &mut list, &mut faults),
                Err((code, place, value)) => faults.tell(code, input.name, place, value),
            },
            File::Project(name, project) => {
                let mut own = Faults::default();
                table::read(Lines::of_rows(project.rows()), name, reading, &mut list, &mut own);
                for Fault { code, place, value, .. } in own.none().err().unwrap_or_default() {
                    faults.tell(code, name, Place { line: 0, column: place.line }, value);
                }
                if let Some(form) = list.forms.last_mut() {
                    *form = Form::Project;
                }
            }
        }
    }
    if list.statements.is_empty() && faults.is_empty() {
        let file = files.first().map_or("", |file| match file {
            File::List(input) => input.name,
            File::Project(name, _) => *name,
        });
        faults.tell("statements-none", file, Place::default(), "");
    }
    faults.none().map(|()| list)
}

/// A list as a file, and what is not in it.
pub fn write(statements: &[Statement], form: Form, is_gb18030: bool) -> Result<(Vec<u8>, Vec<&'static str>), String> {
    let text = match form {
        Form::Own => table::write_own(statements),
        Form::Dna => table::write_dna(statements),
        Form::Project => return Err("a project is a database, not a text".to_owned()),
    };
    let text = text.map_err(|error| error.to_string())?;
    let lost = match form {
        Form::Own | Form::Project => Vec::new(),
        Form::Dna => vec!["the networks of actors", "the places in documents", "who coded"],
    };
    Ok((if is_gb18030 { encode_gb18030(&text) } else { text.into_bytes() }, lost))
}
