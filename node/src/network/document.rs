//! A report as sections of text, lists and tables: written once, read on a terminal, as Markdown or as parts of a page.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::result::width;
use crate::text::Lang;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// What it is about, a line each.
    pub lead: Vec<String>,
    /// What it says. Others may add theirs.
    pub sections: Vec<Section>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// Something in a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Lines of one kind.
    List(Vec<String>),
    /// A table; a cell has lines.
    Table {
        /// What it shows.
        caption: String,
        /// Over each column.
        heads: Vec<String>,
        /// Rows of cells of lines.
        rows: Vec<Vec<Vec<String>>>,
    },
}

/// Before a number of a fact that leads to its row, before one that is its row, and after both. No text that people write has
/// them.
const TO_ROW: char = '\u{2}';
const ROW: char = '\u{1}';
const END: char = '\u{3}';

/// A number of a fact within a text: on a page it leads to the row of the fact, elsewhere it is the number alone.
pub fn to_row(fact: u32) -> String {
    format!("{TO_ROW}{fact}{END}")
}

/// The number of a fact in its own row, to which others lead.
pub fn row(fact: u32) -> String {
    format!("{ROW}{fact}{END}")
}

/// A part of a text.
enum Part<'a> {
    Text(&'a str),
    ToRow(&'a str),
    Row(&'a str),
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find([TO_ROW, ROW]) {
        let is_row = rest[at..].starts_with(ROW);
        // Both marks are one byte long.
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        parts.push(Part::Text(before));
        rest = match after.split_once(END) {
            Some((number, after)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                parts.push(if is_row { Part::Row(number) } else { Part::ToRow(number) });
                after
            }
            _ => after,
        };
    }
    parts.push(Part::Text(rest));
    parts
}

/// A text with its numbers alone.
fn bare(text: &str) -> String {
    let part = |part| match part {
        Part::Text(text) | Part::ToRow(text) | Part::Row(text) => text,
    };
    parts(text).into_iter().map(part).collect()
}

/// A text on a page.
fn linked(text: &str) -> Markup {
    html! {
        @for part in parts(text) {
            @match part {
                Part::Text(text) => (text),
                Part::ToRow(number) => a href=(format!("#f{number}")) { (number) },
                Part::Row(number) => span id=(format!("f{number}")) { (number) },
            }
        }
    }
}

/// The look of a report that stands alone; a page of the node has its own.
pub(super) const STYLE: &str = "body{font:17px/1.6 system-ui,\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;\
    max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1d2733}\
    .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:1rem 0}\
    caption{text-align:left;font-weight:600;padding:.3rem 0}\
    th,td{border:1px solid #c9d2dc;padding:.4rem .6rem;text-align:left;vertical-align:top}th{background:#f2f5f9}\
    td div+div{margin-top:.4rem}:target{background:#fff3e0;font-weight:600}";

/// A text in Markdown, where nothing in it means anything but itself.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in bare(text).chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

impl Block {
    fn markdown(&self, out: &mut String) {
        match self {
            Block::Text(text) => {
                let _ = writeln!(out, "\n{}", plain(text));
            }
            Block::List(lines) => {
                out.push('\n');
                for line in lines {
                    let _ = writeln!(out, "- {}", plain(line));
                }
            }
            Block::Table { caption, heads, rows } => {
                let heads: Vec<String> = heads.iter().map(|head| plain(head)).collect();
                let _ = writeln!(out, "\n{}\n\n| {} |", plain(caption), heads.join(" | "));
                let _ = writeln!(out, "|{}", "---|".repeat(heads.len()));
                for row in rows {
                    let cell =
                        |lines: &Vec<String>| lines.iter().map(|line| plain(line)).collect::<Vec<_>>().join("<br>");
                    let cells: Vec<String> = row.iter().map(cell).collect();
                    let _ = writeln!(out, "| {} |", cells.join(" | "));
                }
            }
        }
    }

    fn text(&self, out: &mut String) {
        match self {
            Block::Text(text) => {
                let _ = writeln!(out, "\n{}", bare(text));
            }
            Block::List(lines) => {
                out.push('\n');
                for line in lines {
                    let _ = writeln!(out, "- {}", bare(line));
                }
            }
            Block::Table { caption, heads, rows } => {
                let _ = writeln!(out, "\n{caption}");
                let cells = rows.iter().map(|row| row.iter().map(|lines| bare(&lines.join("; "))).collect());
                let all: Vec<Vec<String>> = std::iter::once(heads.clone()).chain(cells).collect();
                let wide = |column: usize| all.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max();
                let widths: Vec<usize> = (0..heads.len()).map(|column| wide(column).unwrap_or(0)).collect();
                for row in &all {
                    let mut line = String::from(" ");
                    for (cell, wide) in row.iter().zip(&widths) {
                        let _ = write!(line, " {cell}{} ", " ".repeat(wide - width(cell)));
                    }
                    let _ = writeln!(out, "{}", line.trim_end());
                }
            }
        }
    }

    /// For a page.
    pub fn html(&self) -> Markup {
        match self {
            Block::Text(text) => html! { p { (linked(text)) } },
            Block::List(lines) => html! { ul { @for line in lines { li { (linked(line)) } } } },
            Block::Table { caption, heads, rows } => html! {
                div class="scroll" tabindex="0" role="region" aria-label=(caption) {
                    table {
                        caption { (caption) }
                        thead { tr { @for head in heads { th scope="col" { (head) } } } }
                        tbody { @for row in rows { tr { @for (at, lines) in row.iter().enumerate() {
                            td data-head=(heads.get(at).map_or("", String::as_str)) {
                                @for line in lines { div { (linked(line)) } }
                            }
                        } } } }
                    }
                }
            },
        }
    }
}

impl Section {
    /// For a page: a heading of the second level, and what follows it.
    pub fn html(&self) -> Markup {
        html! {
            section {
                h2 { (self.title) }
                @for block in &self.blocks { (block.html()) }
            }
        }
    }
}

impl Document {
    /// For papers and notes.
    pub fn markdown(&self) -> String {
        let mut out = format!("# {}\n", plain(&self.title));
        Block::List(self.lead.clone()).markdown(&mut out);
        for section in &self.sections {
            let _ = writeln!(out, "\n## {}", plain(&section.title));
            section.blocks.iter().for_each(|block| block.markdown(&mut out));
        }
        out
    }

    /// For reading on a terminal.
    pub fn text(&self) -> String {
        let mut out = format!("{}\n", self.title);
        Block::List(self.lead.clone()).text(&mut out);
        for section in &self.sections {
            let _ = writeln!(out, "\n{}", section.title);
            section.blocks.iter().for_each(|block| block.text(&mut out));
        }
        out
    }

    /// A page that stands alone.
    pub fn html(&self, lang: Lang) -> String {
        let page = html! {
            (DOCTYPE)
            html lang=(lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        h1 { (self.title) }
                        (Block::List(self.lead.clone()).html())
                        @for section in &self.sections { (section.html()) }
                    }
                }
            }
        };
        page.into_string()
    }
}
