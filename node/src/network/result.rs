//! What was measured, with everything that is needed to measure it again: as text, JSON, CSV and Markdown.

use std::fmt::Write as _;
use std::io;

use csv::WriterBuilder;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use tongban_core::network::graph::LeftOut;

use super::figures::{About, Method, Part, Value, Why};
use super::measure::Question;
use super::model::Model;
use super::net::Net;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub file: String,
    /// What it was.
    pub format: &'static str,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// What was measured, and how it was read.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// Its files.
    pub sources: Vec<Source>,
    /// What they became.
    pub net: &'a Net,
    /// What was asked.
    pub asked: Question,
    /// The column of groups.
    pub group: Option<String>,
    /// Of which actors it is, as `COLUMN=VALUE`; empty: of all.
    pub among: String,
    /// The last day that was read; none: all.
    pub until: Option<Date>,
    /// How logs of events were read; empty if there are none.
    pub of_logs: String,
    /// Ties of an actor with itself in the files, dropped.
    pub loops: usize,
    /// Arcs that were left out of the graph.
    pub left_out: LeftOut,
}

/// A measure with what it gave.
pub struct Measured {
    /// The measure, test or model.
    pub measure: Method,
    /// Its figures.
    pub parts: Vec<Part>,
}

/// Which program measured.
pub(super) fn made_by() -> String {
    format!("tongban {}", env!("CARGO_PKG_VERSION"))
}

impl Why {
    /// In both languages.
    pub(super) fn words(&self) -> String {
        format!("未定义：{} / not defined, because {}", self.zh, self.en)
    }
}

/// A figure for people: six places, or the first digits of one that is smaller.
pub(super) fn figure(value: &Value) -> String {
    match value {
        Err(why) => why.words(),
        Ok(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        Ok(value) if value.abs() < 1e-4 => format!("{value:.5e}"),
        Ok(value) => format!("{value:.6}"),
    }
}

/// How wide a text is on a terminal, where Chinese takes two columns.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

/// Why figures of a table are not defined: a mark in their cells, the reasons below it.
struct Notes(Vec<Why>);

impl Notes {
    fn of(part: &Part) -> Notes {
        let mut reasons = Vec::new();
        for why in part.rows.iter().flat_map(|(_, values)| values).filter_map(|value| value.err()) {
            if !reasons.contains(&why) {
                reasons.push(why);
            }
        }
        Notes(reasons)
    }

    /// The mark of a reason: a dash, with a number where there are several.
    fn mark(&self, at: usize) -> String {
        if self.0.len() == 1 { "–".to_owned() } else { format!("–{}", at + 1) }
    }

    fn cell(&self, value: &Value) -> String {
        let at = value.err().and_then(|why| self.0.iter().position(|one| *one == why));
        at.map_or_else(|| figure(value), |at| self.mark(at))
    }

    fn each(&self) -> impl Iterator<Item = (String, &Why)> {
        self.0.iter().enumerate().map(|(at, why)| (self.mark(at), why))
    }
}

impl Run<'_> {
    /// Everything that is needed to measure it again, in pairs.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("made by", made_by())];
        for source in &self.sources {
            facts.push(("input", format!("{} ({}), sha256 {}", source.file, source.format, source.sha256)));
        }
        facts.extend([("options", self.options()), ("seed", self.asked.runs.seed.to_string())]);
        facts
    }

    /// The layers that were read.
    fn layers(&self) -> Vec<&str> {
        let chosen = match &self.asked.model {
            Some(model) => model.layers(),
            None => self.net.layers_of(&self.asked.choice),
        };
        chosen.into_iter().map(|layer| self.net.layers[layer as usize].as_str()).collect()
    }

    /// How the network was read, in one line.
    fn options(&self) -> String {
        let Question { choice, then, alpha, splits, model, runs, .. } = &self.asked;
        let mut options = match model {
            Some(Model::Layers { is_one_sided, .. }) => {
                let names = self.layers();
                let sides = if *is_one_sided { "one-sided" } else { "two-sided" };
                format!("explained: {}; by: {}; {sides}", names[0], names[1..].join(", "))
            }
            Some(Model::Terms(terms)) => {
                format!("explained: {}; {}; {}", self.layers()[0], terms.words(), terms.estimate())
            }
            None => format!("layers: {}", self.layers().join(" + ")),
        };
        let day = |day: &Option<Date>| day.map(|day| day.to_string());
        let _ = write!(options, "; days: {}", day(&choice.day).as_deref().unwrap_or("all"));
        if let Some(then) = day(then) {
            let _ = write!(options, ", then {then}");
        }
        options.push_str(match choice.undirected {
            true => "; undirected, weights of both directions added",
            false => "; directed",
        });
        match choice.unweighted {
            true => options.push_str("; weights: none"),
            false => {
                let _ = write!(options, "; weights: strength, of parallel ties added; alpha {alpha}");
            }
        }
        options.push_str("; isolates kept");
        if !self.among.is_empty() {
            let _ = write!(options, "; among: {}", self.among);
        }
        if let Some(until) = self.until {
            let _ = write!(options, "; until: {until}");
        }
        match model {
            Some(Model::Terms(terms)) => {
                let _ = write!(options, "; {}: {}", terms.draws(), runs.permutations);
            }
            _ => {
                let _ = write!(options, "; groups: {}", self.group.as_deref().unwrap_or("none"));
                let _ = write!(options, "; splits: {splits}; permutations: {}", runs.permutations);
            }
        }
        let loops = self.loops + self.left_out.loops;
        let _ = write!(options, "; left out: self-ties {loops}, ties of weight 0 {}", self.left_out.weightless);
        if !self.of_logs.is_empty() {
            let _ = write!(options, "; logs: {}", self.of_logs);
        }
        options
    }

    /// For reading on a terminal.
    pub fn text(&self, measured: &[Measured]) -> String {
        let mut out = String::new();
        for (name, fact) in self.facts() {
            let _ = writeln!(out, "{name}: {fact}");
        }
        for Measured { measure, parts } in measured {
            let _ = writeln!(out, "\n{}: {}. {}.", measure.name, measure.definition, measure.reference);
            for part in parts {
                if part.about == About::Network {
                    let longest = part.figures.iter().map(|name| width(name)).max().unwrap_or(0);
                    for (name, value) in part.figures.iter().zip(part.rows.iter().flat_map(|(_, values)| values)) {
                        let _ = writeln!(out, "  {name}{}  {}", " ".repeat(longest - width(name)), figure(value));
                    }
                    continue;
                }
                let notes = Notes::of(part);
                let mut rows = vec![[vec![String::new()], part.figures.clone()].concat()];
                rows.extend(part.rows.iter().map(|(name, values)| {
                    std::iter::once(name.clone())
                        .chain(values.iter().map(|value| notes.cell(value)))
                        .collect::<Vec<_>>()
                }));
                let columns = part.figures.len() + 1;
                let widths: Vec<usize> = (0..columns)
                    .map(|column| {
                        rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
                    })
                    .collect();
                for row in rows {
                    let mut line = String::from(" ");
                    for (cell, wide) in row.iter().zip(&widths) {
                        let _ = write!(line, " {cell}{} ", " ".repeat(wide - width(cell)));
                    }
                    let _ = writeln!(out, "{}", line.trim_end());
                }
                for (mark, why) in notes.each() {
                    let _ = writeln!(out, "  {mark}  {}", why.words());
                }
            }
        }
        out
    }

    /// For papers and notes.
    pub fn markdown(&self, measured: &[Measured]) -> String {
        let plain = |text: &str| text.replace('|', "\\|").replace('\n', " ");
        let mut out = String::new();
        for (name, fact) in self.facts() {
            let _ = writeln!(out, "- {name}: {}", plain(&fact));
        }
        for Measured { measure, parts } in measured {
            let _ = writeln!(out, "\n## {}\n\n{}. {}.", measure.name, plain(measure.definition), measure.reference);
            for part in parts {
                if part.about == About::Network {
                    out.push_str("\n| figure | value |\n|---|---|\n");
                    for (name, value) in part.figures.iter().zip(part.rows.iter().flat_map(|(_, values)| values)) {
                        let _ = writeln!(out, "| {} | {} |", plain(name), figure(value));
                    }
                    continue;
                }
                let heads: Vec<String> = part.figures.iter().map(|name| plain(name)).collect();
                let _ = writeln!(out, "\n| | {} |\n|---|{}", heads.join(" | "), "---|".repeat(heads.len()));
                for (name, values) in &part.rows {
                    let cells: Vec<String> = values.iter().map(figure).collect();
                    let _ = writeln!(out, "| {} | {} |", plain(name), cells.join(" | "));
                }
            }
        }
        out
    }

    /// For programs: every digit, and null with a reason where there is no figure.
    pub fn json(&self, measured: &[Measured]) -> Json {
        let row = |part: &Part, (name, values): &(String, Vec<Value>)| {
            let mut figures = serde_json::Map::new();
            let mut reasons = serde_json::Map::new();
            for (figure, value) in part.figures.iter().zip(values) {
                figures.insert(figure.clone(), value.map_or(Json::Null, |value| json!(value)));
                if let Err(why) = value {
                    reasons.insert(figure.clone(), json!({ "zh": why.zh, "en": why.en }));
                }
            }
            let mut row = json!({ "figures": figures });
            if part.about != About::Network {
                row["of"] = json!(name);
            }
            if !reasons.is_empty() {
                row["not_defined"] = Json::Object(reasons);
            }
            row
        };
        let measures: Vec<Json> = measured
            .iter()
            .map(|Measured { measure, parts }| {
                let parts: Vec<Json> = parts
                    .iter()
                    .map(|part| {
                        let rows: Vec<Json> = part.rows.iter().map(|one| row(part, one)).collect();
                        json!({ "about": part.about.name(), "rows": rows })
                    })
                    .collect();
                json!({
                    "name": measure.name, "definition": measure.definition, "reference": measure.reference,
                    "is_random": measure.is_random, "parts": parts,
                })
            })
            .collect();
        let inputs: Vec<Json> = self
            .sources
            .iter()
            .map(|source| json!({ "file": source.file, "format": source.format, "sha256": source.sha256 }))
            .collect();
        let Question { choice, then, alpha, splits, model, runs, .. } = &self.asked;
        let mut options = json!({
            "layers": self.layers(), "day": choice.day.map(|day| day.to_string()),
            "then": then.map(|day| day.to_string()), "undirected": choice.undirected,
            "weights": if choice.unweighted { "none" } else { "strength" }, "alpha": alpha, "isolates": "kept",
            "group": self.group, "splits": splits, "permutations": runs.permutations, "seed": runs.seed,
            "one_sided": null, "among": self.among, "until": self.until.map(|day| day.to_string()), "logs": self.of_logs,
        });
        match model {
            Some(Model::Layers { is_one_sided, .. }) => options["one_sided"] = json!(is_one_sided),
            Some(Model::Terms(terms)) => {
                options["terms"] = json!(terms.names);
                options["estimate"] = json!(terms.estimate());
                options["permutations"] = Json::Null;
                options[terms.draws()] = json!(runs.permutations);
            }
            None => {}
        }
        json!({
            "made_by": made_by(), "inputs": inputs, "options": options,
            "left_out": { "self_ties": self.loops + self.left_out.loops, "weight_0": self.left_out.weightless },
            "measures": measures,
        })
    }

    /// One figure a row, each with everything that is needed to measure it again.
    pub fn csv(&self, measured: &[Measured], out: impl io::Write) -> Result<(), csv::Error> {
        let mut writer = WriterBuilder::new().from_writer(out);
        let head = ["measure", "about", "of", "figure", "value", "not_defined", "options", "seed", "made_by", "inputs"];
        writer.write_record(head)?;
        let (options, seed, made_by) = (self.options(), self.asked.runs.seed.to_string(), made_by());
        let inputs: Vec<String> =
            self.sources.iter().map(|source| format!("{} sha256:{}", source.file, source.sha256)).collect();
        let inputs = inputs.join("; ");
        for Measured { measure, parts } in measured {
            for part in parts {
                for (of, values) in &part.rows {
                    for (figure, value) in part.figures.iter().zip(values) {
                        let (number, reason) = match value {
                            Ok(value) => (value.to_string(), String::new()),
                            Err(why) => (String::new(), why.words()),
                        };
                        writer.write_record([
                            measure.name,
                            part.about.name(),
                            of,
                            figure,
                            &number,
                            &reason,
                            &options,
                            &seed,
                            &made_by,
                            &inputs,
                        ])?;
                    }
                }
            }
        }
        writer.flush().map_err(csv::Error::from)
    }
}
