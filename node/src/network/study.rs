//! A published case as facts: what one paper says of cross-province services in the Yangtze River Delta, and what the two
//! tables of that paper say, to hold against what is computed.
//!
//! `data/study/README.md` has the citation, the rules of coding and what was not coded; `docs/study.md` how to use it.

use serde::{Deserialize, Serialize};
use tongban_core::network::facts::Facts;
use tongban_core::network::tie::Network;

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
}

/// The paper's two tables cell by cell, ready to have beside them what is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Every cell of [`keys`], in that order.
    pub cells: Vec<Compared>,
}

impl Comparison {
    /// Sorts words into their cells.
    pub fn of(words: &[Words]) -> Comparison {
        let cell = |key: String| {
            let paper = words.iter().filter(|one| one.key == key).cloned().collect();
            Compared { key, paper }
        };
        Comparison { cells: keys().into_iter().map(cell).collect() }
    }

    /// What the paper says in a cell; none if there is no such cell.
    pub fn paper(&self, key: &str) -> Option<&[Words]> {
        self.cells.iter().find(|cell| cell.key == key).map(|cell| cell.paper.as_slice())
    }
}
