//! A project of Discourse Network Analyzer (DNA) 3: statements of one type, with the documents in which they stand.
//! `store` reads and writes the file; here it is what a list of statements is made of, and made into.

use std::collections::{BTreeMap, HashMap};

use csv::StringRecord;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tongban_core::network::discourse::document;
use tongban_core::network::facts::{SourceKind, Statement};

use super::name_of;

/// The type of statements that DNA makes in every new project.
pub const TYPE: &str = "DNA Statement";
/// Its variables, in DNA's order.
pub const VARIABLES: [&str; 4] = ["person", "organization", "concept", "agreement"];
/// The most characters of a title, a name or a value of a variable.
const CHARS_MAX: usize = 190;

/// Statements of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The variables of the type.
    pub variables: Vec<String>,
    /// In the order of their documents' days.
    pub statements: Vec<Coded>,
}

/// A statement as DNA has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coded {
    /// Its number.
    pub number: i64,
    /// The number of its document.
    pub document: i64,
    /// The document's title, author, source, section and type.
    pub about: [String; 5],
    /// The document's time, in seconds since 1970 as if all places had the time of Greenwich.
    pub seconds: i64,
    /// The words that were marked.
    pub words: String,
    /// Who coded.
    pub coder: String,
    /// What each variable says; empty: nothing.
    pub values: Vec<String>,
}

impl Coded {
    fn time(&self) -> String {
        Timestamp::from_second(self.seconds).map_or_else(
            |_| self.seconds.to_string(),
            |time| time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        )
    }
}

fn midnight(day: Date) -> i64 {
    // A day of the calendar has one in Greenwich.
    day.to_zoned(TimeZone::UTC).map_or(0, |time| time.timestamp().as_second())
}

impl Project {
    /// A project of these statements, documents and statements numbered as they come. DNA has one day and one type for a document:
    /// one with several becomes several.
    ///
    /// # Errors
    /// What is longer than DNA has room for.
    pub fn of(statements: &[Statement]) -> Result<Project, String> {
        let mut documents: HashMap<(&str, Date, SourceKind), i64> = HashMap::new();
        let mut coded = Vec::new();
        for (one, number) in statements.iter().zip(1..) {
            let title = document(&one.source);
            let name = name_of(&one.actor);
            let long: [&str; 4] = [title, &name, &one.concept, &one.coder];
            if let Some(long) = long.into_iter().find(|text| text.chars().count() > CHARS_MAX) {
                let begin: String = long.chars().take(CHARS_MAX / 5).collect();
                return Err(format!("{begin}… has more than {CHARS_MAX} characters, for which DNA has no room"));
            }
            let next = documents.len() as i64 + 1;
            coded.push(Coded {
                number,
                document: *documents.entry((title, one.day, one.kind)).or_insert(next),
                about: [title, "", "", "", one.kind.name()].map(str::to_owned),
                seconds: midnight(one.day),
                words: one.quote.clone(),
                coder: one.coder.clone(),
                values: vec![String::new(), name, one.concept.clone(), u8::from(one.agree).to_string()],
            });
        }
        Ok(Project { variables: VARIABLES.map(str::to_owned).to_vec(), statements: coded })
    }

    /// Statements of each document, by its number.
    pub fn documents(&self) -> BTreeMap<i64, Vec<&Coded>> {
        let mut documents: BTreeMap<i64, Vec<&Coded>> = BTreeMap::new();
        for one in &self.statements {
            documents.entry(one.document).or_default().push(one);
        }
        documents
    }

    /// The project as an event list: its headings, and a row for each statement with its number.
    pub(super) fn rows(&self) -> Vec<(u32, StringRecord)> {
        let known = ["statement ID", "time", "document ID", "document title", "author", "source", "section", "type"];
        let known = known.into_iter().chain(["text", "coder"]);
        // A variable may be called like what every statement has.
        let is_taken = |name: &str| known.clone().any(|one| one.eq_ignore_ascii_case(name));
        let own =
            self.variables.iter().map(|name| if is_taken(name) { format!("{name} (variable)") } else { name.clone() });
        let mut rows = vec![(0, known.clone().map(str::to_owned).chain(own).collect())];
        rows.extend(self.statements.iter().map(|one| {
            let mut row = StringRecord::new();
            [&one.number.to_string(), &one.time(), &one.document.to_string()]
                .into_iter()
                .for_each(|cell| row.push_field(cell));
            one.about.iter().chain([&one.words, &one.coder]).chain(&one.values).for_each(|cell| row.push_field(cell));
            (u32::try_from(one.number).unwrap_or(u32::MAX), row)
        }));
        rows
    }
}
