//! What changed, from facts in a file: whether an event did it, where a value changes, the network period by period.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde_json::json;
use tongban_core::network::change::{Options, Season, Step, Value};
use tongban_core::network::facts::{Event, Facts};
use tongban_core::network::tie::Relation;

use super::put;
use super::report::{Language, facts_of, in_order};
use crate::error::Failure;
use crate::limits;
use crate::network::change::{Answer, Nothing, Reading, WAVES, Words, document, is_of_two, json as written};
use crate::network::known::item_name;

/// What changed, and whether an event did it.
///
/// With --event: what became of a value at an event of the facts, with what must be assumed and what other days would have
/// shown. With --points: where the value changes by itself. With neither: the network, period by period.
#[derive(Args)]
pub(super) struct Change {
    /// Facts in JSON: a study, or what a node exports
    file: PathBuf,
    /// The key of an event of the facts
    #[arg(long, conflicts_with = "points")]
    event: Option<String>,
    /// Looks for the periods in which the mean changes
    #[arg(long)]
    points: bool,
    /// What is followed
    #[arg(long, default_value = "count")]
    value: Followed,
    /// How long a period is
    #[arg(long, default_value = "month")]
    step: Every,
    /// Only facts of this relation; docs/network.md lists them
    #[arg(long)]
    relation: Option<String>,
    /// Keys of items, parted by commas
    #[arg(long, value_delimiter = ',')]
    items: Vec<String>,
    /// Only whole periods from this day on; otherwise from the first fact
    #[arg(long)]
    from: Option<Date>,
    /// Only whole periods until this day; otherwise until the last fact
    #[arg(long)]
    until: Option<Date>,
    /// What comes back every year and is taken out, with --event
    #[arg(long, default_value = "none")]
    season: Seasons,
    /// How many periods back errors depend on each other, with --event; otherwise by their number
    #[arg(long)]
    lag: Option<usize>,
    /// In which language
    #[arg(long, default_value = "zh")]
    lang: Language,
    /// As what
    #[arg(long, default_value = "text")]
    format: Form,
    /// Where to; standard output if it is left out
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Followed {
    /// How many facts
    Count,
    /// Mean hours since what they answer
    Took,
    /// Share late
    Late,
    /// Share returned of what was received or returned
    Returned,
    /// Share turned away of what was decided or turned away
    TurnedAway,
    /// Share with each other of what was with or against each other
    With,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Every {
    /// From Monday
    Week,
    /// A month of the calendar
    Month,
    /// Three months of the calendar
    Quarter,
    /// A year of the calendar
    Year,
}

impl Every {
    pub(super) fn step(self) -> Step {
        match self {
            Every::Week => Step::Week,
            Every::Month => Step::Month,
            Every::Quarter => Step::Quarter,
            Every::Year => Step::Year,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Seasons {
    /// Nothing
    None,
    /// Waves once and twice a year
    Harmonics,
    /// A figure for each month
    Months,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// For reading here
    Text,
    /// Every digit, with keys instead of words
    Json,
    /// Markdown
    Md,
}

impl Change {
    fn reading(&self) -> Result<Reading, Failure> {
        in_order(self.from, self.until)?;
        let value = match self.value {
            Followed::Count => Value::Count,
            Followed::Took => Value::Took,
            Followed::Late => Value::Late,
            Followed::Returned => Value::Returned,
            Followed::TurnedAway => Value::TurnedAway,
            Followed::With => Value::With,
        };
        let relation = self.relation.as_ref().map(|name| {
            Relation::from_name(&name.replace('-', "_")).ok_or_else(|| {
                let names: Vec<&str> = Relation::ALL.iter().map(|one| one.name()).collect();
                Failure::new("relation-unknown", format!("{name}. Relations are: {}.", names.join(", ")))
            })
        });
        let relation = relation.transpose()?;
        if relation.is_some() && is_of_two(value) {
            let text = format!("{} is a share of two relations. Leave --relation out.", value.name());
            return Err(Failure::new("relation-not-read", text));
        }
        Ok(Reading {
            value,
            step: self.step.step(),
            relation,
            items: self.items.iter().cloned().collect(),
            from: self.from,
            until: self.until,
            options: Options {
                lag: self.lag,
                season: match self.season {
                    Seasons::None => Season::None,
                    Seasons::Harmonics => Season::Harmonics(WAVES),
                    Seasons::Months => Season::Months,
                },
                phase_in: 0,
            },
        })
    }

    pub(super) fn run(self) -> Result<(), Failure> {
        let reading = self.reading()?;
        let (facts, sha256) = facts_of(&self.file)?;
        let lang = self.lang.lang();
        let item = |key: &str| item_name(&facts, key, lang).to_owned();
        let words = Words { lang, reading: &reading, item: &item };
        let answer = if let Some(key) = &self.event {
            let event = event_of(&facts, key)?;
            reading.effect(&facts, event).map(|effect| Answer::Effect(event, Box::new(effect)))
        } else if self.points {
            reading.points(&facts).map(Answer::Points)
        } else {
            reading.snapshots(&facts).map(Answer::Snapshots)
        };
        let answer = answer.map_err(|nothing| {
            Failure::new(
                match nothing {
                    Nothing::NoFacts => "facts-none",
                    Nothing::TooMany { .. } => "periods-many",
                },
                words.nothing(nothing),
            )
        })?;
        let file = self.file.display().to_string();
        let source = format!("{file}, sha256 {sha256}");
        let text = match self.format {
            Form::Json => {
                format!("{:#}\n", written(&reading, &json!({ "file": file, "sha256": sha256 }), &answer))
            }
            Form::Text => document(&words, &source, &answer).text(),
            Form::Md => document(&words, &source, &answer).markdown(),
        };
        put(self.out.as_deref(), text.as_bytes())
    }
}

fn event_of<'a>(facts: &'a Facts, key: &str) -> Result<&'a Event, Failure> {
    facts.events.iter().find(|event| event.key == key).ok_or_else(|| {
        let named = facts.events.iter().take(limits::NETWORK_EVENTS_NAMED);
        let named: Vec<String> = named.map(|event| format!("{} ({})", event.key, event.from)).collect();
        let text = match facts.events.len() {
            0 => format!("{key}. These facts have no events: add them to the file, or give --points."),
            count if count > named.len() => {
                format!("{key}. The first of the {count} events are: {}.", named.join(", "))
            }
            _ => format!("{key}. The events of these facts are: {}.", named.join(", ")),
        };
        Failure::new("event-unknown", text)
    })
}
