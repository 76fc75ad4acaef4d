//! The paper's tables, framework and difficulties from a file of facts.

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
        let (facts, sha256) = facts_of(&self.file)?;
        let found = tongban_core::network::report::report(&facts, &scope);
        let diagnoses = report::diagnoses(&facts, &found);
        let lang = self.lang.lang();
        let whole = || {
            let mut document = report::document(&facts, &found, &diagnoses, lang);
            document.sections.push(report::evidence(&facts, &report::named(&found, &diagnoses), lang));
            document
        };
        let text = match self.format {
            Written::Json => {
                let source = json!({ "file": self.file.display().to_string(), "sha256": sha256 });
                format!("{:#}\n", report::json(&found, &diagnoses, &source))
            }
            Written::Md => whole().markdown(),
            Written::Html => whole().html(lang),
        };
        put(self.out.as_deref(), text.as_bytes())
    }
}
