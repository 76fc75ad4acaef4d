//! Who is who: documents that a node publishes and signs, and the trust list, which the registrar signs.

mod document;
mod lists;
mod trust;

pub use document::{Document, DocumentError, Kind};
pub use lists::TrustLists;
pub use trust::{KeyCard, NodeCard, TrustError, TrustList};

use serde::{Deserialize, Serialize};

use crate::dossier::NodeId;
use crate::ident::{Region, Uscc};

/// What an organisation does in the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Takes in matters at a window (综合窗口、专窗).
    Window,
    /// Takes in matters on the web (线上专栏).
    Portal,
    /// Has the power to decide (实施主体).
    Authority,
    /// Coordinates, and keeps the trust list (协调办).
    Registrar,
}

/// Who has the powers of an authority after a reform (机构改革): all of them, or those for some items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Successor {
    /// Its unified social credit code.
    pub org: Uscc,
    /// The document of the reform.
    pub document: String,
    /// Keys of the items; all of them if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
}

/// An organisation as its node publishes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Unified social credit code.
    pub uscc: Uscc,
    /// Full name.
    pub name: String,
    /// English name, for the English pages.
    pub name_en: String,
    /// The region it serves.
    pub region: Region,
    /// What it does.
    pub duty: Duty,
    /// Of an authority: its field of work (部门), such as `public-security`; by it a joint handling finds the department of a
    /// place. Empty if it takes part in none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// Whether it works at a guest desk: its own region has no node yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guest: bool,
    /// 机构改革: who has its powers now. Open cases move there; the first that fits the item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successors: Vec<Successor>,
    /// The node it works on.
    pub node: NodeId,
    /// Where to go.
    pub address: String,
    /// Whom to call.
    pub phone: String,
}
