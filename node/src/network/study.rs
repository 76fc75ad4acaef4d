//! A published case as facts: what one paper says of cross-province services in the Yangtze River Delta, and what the two
//! tables of that paper say, to hold against what is computed.
//!
//! `data/study/README.md` has the citation, the rules of coding and what was not coded; `docs/study.md` how to use it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use tongban_core::network::facts::Facts;
use tongban_core::network::report::{Cell, Report, Row, Scope, report};
use tongban_core::network::tie::Network;

use super::report;
use crate::text::Lang;

/// The study as a file that reports read.
pub const STUDY: &str = include_str!("../../../data/study/yangtze-delta.json");

/// What table 1 says of each network.
const TABLE_1: [&str; 5] = ["members", "stability", "scope", "dependence", "direction"];
/// What table 2 says of the network as a whole, before the strategy of each, and after.
const TABLE_2: ([&str; 5], [&str; 2]) =
    (["goal", "result", "function", "institutionalisation", "type"], ["content", "power"]);

/// The study.
pub fn study() -> Facts {
    serde_json::from_str(STUDY).expect("data/study/yangtze-delta.json is tested")
}

/// Words of the paper in a cell of its tables. A cell may have several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Which cell: one of [`keys`].
    pub key: String,
    /// Of which network they are said; none if of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// The words.
    pub words: String,
    /// The line of the paper's text on which they begin, from 1.
    pub line: u32,
}

/// What the two tables say, in their order.
pub fn paper_tables() -> Vec<Words> {
    serde_json::from_str(include_str!("../../../data/study/paper-tables.json"))
        .expect("data/study/paper-tables.json is tested")
}

/// Every cell of the two tables, in their order: of table 1 `{network}.{what}`, of table 2 `{what}` and
/// `strategy.{network}`.
pub fn keys() -> Vec<String> {
    let features = |network: Network| TABLE_1.map(|what| format!("{}.{what}", network.name()));
    let strategies = Network::ALL.map(|network| format!("strategy.{}", network.name()));
    let mut keys: Vec<String> = Network::ALL.into_iter().flat_map(features).collect();
    keys.extend(TABLE_2.0.map(str::to_owned));
    keys.extend(strategies);
    keys.extend(TABLE_2.1.map(str::to_owned));
    keys
}

/// One cell of the paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Which cell.
    pub key: String,
    /// What the paper says in it; empty where it says nothing.
    pub paper: Vec<Words>,
    /// What is computed of the study for the same cell: what it is called, and the figures by which.
    pub computed: String,
    /// How a reader finds the two.
    pub verdict: Verdict,
    /// Why.
    pub why: String,
}

/// Over the columns of a comparison.
const HEADS: &str = "| 格 cell | 论文的话 the paper | 行 line | 算出 computed | 读者的判断 verdict |";

impl Compared {
    fn is_of_table_1(&self) -> bool {
        self.key.split_once('.').is_some_and(|(network, _)| Network::from_name(network).is_some())
    }

    /// A row of a table in Markdown.
    pub fn row(&self) -> String {
        let words: Vec<&str> = self.paper.iter().map(|one| one.words.as_str()).collect();
        let words = if words.is_empty() { "（没有说 nothing is said）".to_owned() } else { words.join("；") };
        let mut lines: Vec<String> = self.paper.iter().map(|one| one.line.to_string()).collect();
        lines.dedup();
        let (lines, computed) = (lines.join(", "), self.computed.replace('|', "/"));
        format!("| `{}` | {words} | {lines} | {computed} | {}: {} |", self.key, self.verdict.words(), self.why)
    }
}

/// How what is computed goes with what the paper says, as a reader judged it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 一致.
    Agrees,
    /// 部分一致.
    Partly,
    /// 不一致.
    Differs,
    /// 无从比较: the study, or the paper, says too little.
    CannotTell,
}

impl Verdict {
    /// The words for it in the documentation.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Agrees => "一致 agrees",
            Verdict::Partly => "部分一致 in part",
            Verdict::Differs => "不一致 differs",
            Verdict::CannotTell => "无从比较 cannot tell",
        }
    }
}

/// A reader's judgement of one cell.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Judged {
    key: String,
    verdict: Verdict,
    why: String,
}

/// The paper's two tables cell by cell, with what is computed beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Every cell of [`keys`], in that order.
    pub cells: Vec<Compared>,
}

impl Comparison {
    /// Puts the cells side by side.
    pub fn of(words: &[Words], facts: &Facts, lang: Lang) -> Comparison {
        let report = report(facts, &Scope::default());
        let judged: Vec<Judged> = serde_json::from_str(include_str!("../../../data/study/judged.json"))
            .expect("data/study/judged.json is tested");
        let cell = |key: String| {
            let paper = words.iter().filter(|one| one.key == key).cloned().collect();
            let found: Vec<String> =
                cells(&report, &key).into_iter().map(|cell| report::judged(facts, cell, lang)).collect();
            let (verdict, why) = judged
                .iter()
                .find(|one| one.key == key)
                .map_or((Verdict::CannotTell, String::new()), |one| (one.verdict, one.why.clone()));
            Compared { key, paper, computed: found.join(" / "), verdict, why }
        };
        Comparison { cells: keys().into_iter().map(cell).collect() }
    }

    /// For papers and notes, a table for each of the paper's.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for (title, is_first) in [("表1 Table 1", true), ("表2 Table 2", false)] {
            let _ = writeln!(out, "### {title}\n\n{HEADS}\n|---|---|---|---|---|");
            for cell in self.cells.iter().filter(|cell| cell.is_of_table_1() == is_first) {
                let _ = writeln!(out, "{}", cell.row());
            }
            out.push('\n');
        }
        out
    }

    /// What the paper says in a cell; none if there is no such cell.
    pub fn paper(&self, key: &str) -> Option<&[Words]> {
        self.cells.iter().find(|cell| cell.key == key).map(|cell| cell.paper.as_slice())
    }
}

/// The computed cells of one of the paper's.
fn cells<'a>(report: &'a Report, key: &str) -> Vec<&'a Cell> {
    let of_network = |row: &'a Row, network: &str| row.cells.iter().filter(|cell| cell.key == network).collect();
    match key.split_once('.') {
        Some(("strategy", network)) => report.table2.row("strategy").map_or(Vec::new(), |row| of_network(row, network)),
        Some((network, what)) => {
            let row = report.table1.iter().find(|row| row.key == network);
            row.and_then(|row| row.cell(what)).into_iter().collect()
        }
        // Each network, and how much runs under agreements.
        None if key == "institutionalisation" => {
            report.table2.row("institution").map_or(Vec::new(), |row| row.cells.iter().collect())
        }
        None => report.table2.row(key).map_or(Vec::new(), |row| row.cells.iter().collect()),
    }
}
