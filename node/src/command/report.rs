//! The paper's tables, framework and difficulties from a file of facts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde_json::json;
use tongban_core::catalogue;
use tongban_core::ident::{Level, Region};
use tongban_core::network::facts::Facts;
use tongban_core::network::report::Scope;

use super::network::{bytes_of, sha256};
use super::put;
use crate::error::Failure;
use crate::limits;
use crate::network::report;
use crate::text::Lang;

/// What a report is about, and how it is written.
#[derive(Args)]
pub(super) struct Reporting {
    /// Facts in JSON: a study, or what a node exports
    file: PathBuf,
    /// The first day; otherwise that of the first fact
    #[arg(long)]
    from: Option<Date>,
    /// The last day; otherwise that of the last fact
    #[arg(long)]
    until: Option<Date>,
    /// Codes of provinces, parted by commas: among several, or all that has to do with one
    #[arg(long, value_delimiter = ',')]
    provinces: Vec<String>,
    /// Keys of items, parted by commas
    #[arg(long, value_delimiter = ',')]
    items: Vec<String>,
    /// Only persons, or only enterprises
    #[arg(long)]
    subject: Option<Applicants>,
    /// Only these parts, parted by commas
    #[arg(long, value_delimiter = ',')]
    part: Vec<Part>,
    /// In which language
    #[arg(long, default_value = "zh")]
    lang: Language,
    /// As what
    #[arg(long, default_value = "md")]
    format: Written,
    /// Where to; standard output if it is left out
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Applicants {
    /// Persons
    Person,
    /// Enterprises
    Enterprise,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// The networks and their members
    Table1,
    /// The eight parameters
    Table2,
    /// Environment, process, outcome
    Framework,
    /// The two-way relations
    Relations,
    /// How items go
    Outcome,
    /// The difficulties, each as a claim
    Diagnoses,
    /// The rules
    Rules,
}

impl Part {
    fn part(&self) -> report::Part {
        match self {
            Part::Table1 => report::Part::Table1,
            Part::Table2 => report::Part::Table2,
            Part::Framework => report::Part::Framework,
            Part::Relations => report::Part::Relations,
            Part::Outcome => report::Part::Outcome,
            Part::Diagnoses => report::Part::Diagnoses,
            Part::Rules => report::Part::Rules,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Language {
    /// 中文
    Zh,
    /// English
    En,
}

impl Language {
    pub(super) fn lang(self) -> Lang {
        match self {
            Language::Zh => Lang::Zh,
            Language::En => Lang::En,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Written {
    /// Markdown
    Md,
    /// Every figure, with keys instead of words
    Json,
    /// A page
    Html,
}

/// Says so if the last day is before the first.
pub(super) fn in_order(from: Option<Date>, until: Option<Date>) -> Result<(), Failure> {
    match (from, until) {
        (Some(from), Some(until)) if until < from => {
            Err(Failure::new("days-reversed", format!("{from} is after {until}. Exchange them.")))
        }
        _ => Ok(()),
    }
}

/// Facts of a file, and its SHA-256.
pub(super) fn facts_of(path: &Path) -> Result<(Facts, String), Failure> {
    let bytes = bytes_of(path)?;
    if bytes.len() > limits::NETWORK_FILE_BYTES_MAX {
        let text = format!("at most {} bytes. Split it by year.", limits::NETWORK_FILE_BYTES_MAX);
        return Err(Failure::new("file-too-large", text));
    }
    let facts = report::read_facts(&bytes).map_err(|(code, text)| Failure::new(code, text))?;
    Ok((facts, sha256(&bytes)))
}

impl Reporting {
    fn scope(&self) -> Result<Scope, Failure> {
        let province = |text: &String| match Region::parse(text) {
            Ok(region) if region.level() == Level::Province => Ok(region),
            _ => {
                let text = format!("{text} is no province. Give its six digits, such as 320000, parted by commas.");
                Err(Failure::new("province-unknown", text))
            }
        };
        in_order(self.from, self.until)?;
        Ok(Scope {
            from: self.from,
            until: self.until,
            provinces: self.provinces.iter().map(province).collect::<Result<_, _>>()?,
            items: self.items.iter().cloned().collect(),
            subject: self.subject.map(|subject| match subject {
                Applicants::Person => catalogue::Subject::Person,
                Applicants::Enterprise => catalogue::Subject::Enterprise,
            }),
        })
    }

    pub(super) fn run(self) -> Result<(), Failure> {
        let scope = self.scope()?;
        if !self.part.is_empty() && matches!(self.format, Written::Json) {
            return Err(Failure::new("part-json", "JSON has all parts: leave --part out, or take md or html."));
        }
        let (facts, sha256) = facts_of(&self.file)?;
        let known: BTreeSet<&str> = facts.facts.iter().map(|fact| fact.item.as_str()).collect();
        let open = facts.openings.iter().map(|opening| opening.item.as_str());
        let agreed = facts.agreements.iter().flat_map(|agreement| &agreement.items).map(String::as_str);
        let known: BTreeSet<&str> =
            known.into_iter().chain(open).chain(agreed).filter(|item| !item.is_empty()).collect();
        if let Some(unknown) = self.items.iter().find(|item| !known.contains(item.as_str())) {
            let first: Vec<&str> = known.iter().take(limits::NETWORK_FIRST).copied().collect();
            let text = match first.as_slice() {
                [] => format!("nothing in these facts says which item it is about. Leave --items {unknown} out."),
                _ => format!("none of these facts is about {unknown}. Items among them: {}.", first.join(", ")),
            };
            return Err(Failure::new("item-unknown", text));
        }
        let found = tongban_core::network::report::report(&facts, &scope);
        if found.period.is_none() {
            let days = || facts.facts.iter().map(|fact| fact.day);
            let text = match (days().min(), days().max()) {
                (Some(first), Some(last)) => {
                    format!(
                        "none of the {} facts is of these days, places, items and applicants. They go from {first} to \
                             {last}: leave out or change what was chosen.",
                        facts.facts.len()
                    )
                }
                _ => "there are no facts in this file. Give a study, or what a node exports.".to_owned(),
            };
            return Err(Failure::new("facts-none", text));
        }
        let diagnoses = report::diagnoses(&facts, &found);
        let lang = self.lang.lang();
        let parts: Vec<report::Part> = match self.part.as_slice() {
            [] => report::Part::ALL.to_vec(),
            some => some.iter().map(Part::part).collect(),
        };
        let document = || {
            let mut document = report::parts_of(&facts, &found, &diagnoses, &parts, lang);
            if self.part.is_empty() {
                let named = report::named(&found, &diagnoses);
                document.sections.push(report::evidence(&facts, &named, lang));
            }
            document
        };
        let text = match self.format {
            Written::Json => {
                let source = json!({ "file": self.file.display().to_string(), "sha256": sha256 });
                format!("{:#}\n", report::json(&found, &diagnoses, &source))
            }
            Written::Md => document().markdown(),
            Written::Html => document().html(lang),
        };
        put(self.out.as_deref(), text.as_bytes())
    }
}
