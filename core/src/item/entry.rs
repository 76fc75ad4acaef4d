//! What can be said of an item.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::Office;
use crate::catalogue::{BasicItem, Condition, Implementation, MaterialRule};
use crate::dossier::NodeId;
use crate::ident::Uscc;
use crate::time::Limit;

/// What can be said in the dossier of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// What the list says of it: first, and whenever it changes.
    Published {
        /// The item.
        item: Box<BasicItem>,
    },
    /// These nodes may read it, and what follows.
    LetIn {
        /// Not more than [`crate::public::LET_IN_MAX`].
        nodes: Vec<NodeId>,
    },
    /// A common text is proposed, and positions are asked for.
    Proposed {
        /// The proposal.
        proposal: Box<Proposal>,
    },
    /// An authority says what it thinks of it. It may say something else until the last day.
    PositionTaken {
        /// Number of the proposal, from 1.
        proposal: u32,
        /// Who.
        office: Box<Office>,
        /// What it thinks.
        stance: Stance,
        /// Why; must be there unless it agrees.
        reason: String,
    },
    /// The lead adopts it, or lets it go.
    Settled {
        /// Number of the proposal, from 1.
        proposal: u32,
        /// Whether it is adopted.
        adopted: bool,
        /// Why.
        reason: String,
        /// The day by which everyone should have taken it over.
        by: Date,
    },
    /// An authority has taken it over into its list.
    TakenOver {
        /// Number of the proposal, from 1.
        proposal: u32,
        /// Who.
        office: Box<Office>,
        /// Which of its implementations.
        implementation: String,
        /// In which version.
        version: u32,
        /// From which day.
        from: Date,
    },
    /// An authority does not take it over, and says why.
    Declined {
        /// Number of the proposal, from 1.
        proposal: u32,
        /// Who.
        office: Box<Office>,
        /// Why.
        reason: String,
    },
}

/// A common text: what shall be the same everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What it says, clause by clause.
    pub clauses: Vec<Clause>,
    /// Why.
    pub reason: String,
    /// Whose position is asked for: the authorities that have the item. Not more than [`super::ASKED_MAX`]; if there are
    /// more, nobody is named and everyone is asked.
    pub asked: Vec<Uscc>,
    /// The last day for positions.
    pub until: Date,
}

/// What an authority thinks of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// 同意.
    Agree,
    /// 修改后同意: with the change that its reason names.
    AgreeIfChanged,
    /// 不同意.
    Disagree,
}

impl Stance {
    /// All of them.
    pub const ALL: [Stance; 3] = [Stance::Agree, Stance::AgreeIfChanged, Stance::Disagree];

    /// The word used in texts, forms and data.
    pub fn name(self) -> &'static str {
        match self {
            Stance::Agree => "agree",
            Stance::AgreeIfChanged => "agree_if_changed",
            Stance::Disagree => "disagree",
        }
    }
}

/// One thing that shall be the same everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Clause {
    /// This condition is made.
    Condition {
        /// The condition.
        condition: Condition,
    },
    /// This condition is not made.
    NoCondition {
        /// Its words.
        text: String,
    },
    /// This material is asked for, like this.
    Material {
        /// The material.
        material: MaterialRule,
    },
    /// This material is not asked for.
    NoMaterial {
        /// Its key.
        key: String,
        /// Its name.
        name: String,
    },
    /// 法定办结时限.
    Statutory {
        /// The limit.
        limit: Limit,
    },
    /// 承诺办结时限.
    Promised {
        /// The limit.
        limit: Limit,
    },
    /// 收费.
    Fee {
        /// In words; empty if free of charge.
        fee: String,
        /// 收费依据.
        basis: String,
    },
    /// 办理结果.
    Result {
        /// What the applicant gets.
        result: String,
        /// The same in English.
        result_en: String,
    },
    /// 依据.
    Basis {
        /// In words.
        text: String,
    },
}

impl Clause {
    /// Makes an implementation say it. Materials that both have keep the implementation's own key: its other rules refer to it.
    pub fn put_into(&self, one: &mut Implementation) {
        match self {
            Clause::Condition { condition } => {
                if !one.conditions.iter().any(|own| own.text == condition.text) {
                    one.conditions.push(condition.clone());
                }
            }
            Clause::NoCondition { text } => one.conditions.retain(|own| own.text != *text),
            Clause::Material { material } => {
                match one.materials.iter_mut().find(|own| is_same(own, &material.key, &material.name)) {
                    Some(own) => {
                        let key = std::mem::take(&mut own.key);
                        *own = MaterialRule { key, ..material.clone() };
                    }
                    None => one.materials.push(material.clone()),
                }
            }
            Clause::NoMaterial { key, name } => {
                let gone: Vec<String> =
                    one.materials.iter().filter(|own| is_same(own, key, name)).map(|own| own.key.clone()).collect();
                one.materials.retain(|own| !gone.contains(&own.key));
                one.parts.iter_mut().for_each(|part| part.materials.retain(|key| !gone.contains(key)));
            }
            Clause::Statutory { limit } => one.statutory = *limit,
            Clause::Promised { limit } => one.promised = *limit,
            Clause::Fee { fee, basis } => (one.fee, one.fee_basis) = (fee.clone(), basis.clone()),
            Clause::Result { result, result_en } => (one.result, one.result_en) = (result.clone(), result_en.clone()),
            Clause::Basis { text } => one.legal_basis = text.clone(),
        }
    }

    /// Whether an implementation says it already.
    pub fn stands_in(&self, one: &Implementation) -> bool {
        let mut next = one.clone();
        self.put_into(&mut next);
        next == *one
    }
}

fn is_same(own: &MaterialRule, key: &str, name: &str) -> bool {
    own.name == name || own.key == key
}
