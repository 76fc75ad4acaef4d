//! What is said about statements, as tables: text, JSON, CSV and Markdown, with everything that is needed to get it again.

use std::fmt::Write as _;

use csv::WriterBuilder;
use serde_json::{Value as Json, json};

use super::super::figures::Why;
use super::super::result::{Source, figure, made_by, width};

/// What stands in a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A figure, or why there is none.
    Figure(Result<f64, Why>),
}

impl Cell {
    /// A number of things.
    pub fn count(count: usize) -> Cell {
        Cell::Figure(Ok(count as f64))
    }

    fn words(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Figure(value) => figure(value),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What it is, and by whom.
    pub definition: &'static str,
    /// What each column is.
    pub head: Vec<String>,
    /// Each as long as the head.
    pub rows: Vec<Vec<Cell>>,
}

/// Tables with everything that is needed to get them again.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The files.
    pub sources: Vec<Source>,
    /// How they were read, in pairs.
    pub options: Vec<(&'static str, String)>,
    /// What follows.
    pub tables: Vec<Table>,
}

impl Answer {
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("made by", made_by())];
        let input = |source: &Source| format!("{} ({}), sha256 {}", source.file, source.format, source.sha256);
        facts.extend(self.sources.iter().map(|source| ("input", input(source))));
        facts.extend(self.options.iter().cloned());
        facts
    }

    /// For reading on a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (name, fact) in self.facts() {
            let _ = writeln!(out, "{name}: {fact}");
        }
        for table in &self.tables {
            let _ = writeln!(out, "\n{}: {}.", table.name, table.definition);
            let mut rows = vec![table.head.clone()];
            rows.extend(table.rows.iter().map(|row| row.iter().map(Cell::words).collect()));
            let widths: Vec<usize> = (0..table.head.len())
                .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0))
                .collect();
            for row in rows {
                let mut line = String::from(" ");
                for (cell, wide) in row.iter().zip(&widths) {
                    let _ = write!(line, " {cell}{} ", " ".repeat(wide.saturating_sub(width(cell))));
                }
                let _ = writeln!(out, "{}", line.trim_end());
            }
        }
        out
    }

    /// For papers and notes.
    pub fn markdown(&self) -> String {
        let plain = |text: &str| text.replace('|', "\\|").replace(['\n', '\r'], " ");
        let mut out = String::new();
        for (name, fact) in self.facts() {
            let _ = writeln!(out, "- {name}: {}", plain(&fact));
        }
        for table in &self.tables {
            let heads: Vec<String> = table.head.iter().map(|name| plain(name)).collect();
            let _ = writeln!(out, "\n## {}\n\n{}.\n", table.name, plain(table.definition));
            let _ = writeln!(out, "| {} |\n|{}", heads.join(" | "), "---|".repeat(heads.len()));
            for row in &table.rows {
                let cells: Vec<String> = row.iter().map(|cell| plain(&cell.words())).collect();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
            }
        }
        out
    }

    /// For programs: every digit, and null with a reason where there is no figure.
    pub fn json(&self) -> Json {
        let row = |table: &Table, cells: &Vec<Cell>| {
            let mut row = serde_json::Map::new();
            let mut reasons = serde_json::Map::new();
            for (name, cell) in table.head.iter().zip(cells) {
                let value = match cell {
                    Cell::Text(text) => json!(text),
                    Cell::Figure(value) => value.map_or(Json::Null, |value| json!(value)),
                };
                row.insert(name.clone(), value);
                if let Cell::Figure(Err(why)) = cell {
                    reasons.insert(name.clone(), json!({ "zh": why.zh, "en": why.en }));
                }
            }
            if !reasons.is_empty() {
                row.insert("not_defined".to_owned(), Json::Object(reasons));
            }
            Json::Object(row)
        };
        let tables = self.tables.iter().map(|table| {
            let rows: Vec<Json> = table.rows.iter().map(|cells| row(table, cells)).collect();
            json!({ "name": table.name, "definition": table.definition, "rows": rows })
        });
        let source = |source: &Source| json!({ "file": source.file, "format": source.format, "sha256": source.sha256 });
        json!({
            "made_by": made_by(), "inputs": self.sources.iter().map(source).collect::<Vec<_>>(),
            "options": self.options.iter().map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect::<serde_json::Map<_, _>>(),
            "tables": tables.collect::<Vec<_>>(),
        })
    }

    /// One cell a row, each with everything that is needed to get it again.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let mut writer = WriterBuilder::new().from_writer(Vec::new());
        writer.write_record(["table", "row", "column", "value", "not_defined", "options", "made_by", "inputs"])?;
        let pair = |(name, value): &(&str, String)| format!("{name}: {value}");
        let options = self.options.iter().map(pair).collect::<Vec<_>>().join("; ");
        let inputs: Vec<String> =
            self.sources.iter().map(|source| format!("{} sha256:{}", source.file, source.sha256)).collect();
        let (inputs, made_by) = (inputs.join("; "), made_by());
        for table in &self.tables {
            for (cells, number) in table.rows.iter().zip(1..) {
                for (name, cell) in table.head.iter().zip(cells) {
                    let (value, reason) = match cell {
                        Cell::Text(text) => (text.clone(), String::new()),
                        Cell::Figure(Ok(value)) => (value.to_string(), String::new()),
                        Cell::Figure(Err(why)) => (String::new(), why.words()),
                    };
                    let row = format!("{number}");
                    writer.write_record([table.name, &row, name, &value, &reason, &options, &made_by, &inputs])?;
                }
            }
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
