//! What can be said of an item.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::Office;
use crate::catalogue::compare::alike;
use crate::catalogue::{BasicItem, Basis, Condition, Implementation, MaterialRule};
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
        /// Other names under which places ask for it. Not more than [`super::ALSO_MAX`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<String>,
    },
    /// This material is not asked for.
    NoMaterial {
        /// Its key.
        key: String,
        /// Its name.
        name: String,
        /// Other names under which places ask for it. Not more than [`super::ALSO_MAX`].
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<String>,
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
        /// The same as data, where it is known.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        bases: Vec<Basis>,
    },
}

impl Clause {
    /// Makes an implementation say it. What it says in other words, or with the place's own name, stays as it is; a material
    /// keeps the implementation's own key, to which its other rules refer.
    pub fn put_into(&self, one: &mut Implementation) {
        let alike = alike(one.region);
        match self {
            Clause::Condition { condition } => {
                if !one.conditions.iter().any(|own| alike(&own.text, &condition.text)) {
                    one.conditions.push(condition.clone());
                }
            }
            Clause::NoCondition { text } => one.conditions.retain(|own| !alike(&own.text, text)),
            Clause::Material { material, also } => {
                match find(&one.materials, &material.key, &material.name, also, &alike) {
                    Some(at) => {
                        let own = &mut one.materials[at];
                        if !alike(&own.name, &material.name) {
                            (own.name, own.name_en) = (material.name.clone(), material.name_en.clone());
                        }
                        if !alike(&own.review, &material.review) {
                            (own.review, own.review_en) = (material.review.clone(), material.review_en.clone());
                        }
                        (own.need, own.original) = (material.need, material.original);
                    }
                    None => {
                        let key = free_key(&one.materials, &material.key);
                        one.materials.push(MaterialRule { key, ..material.clone() });
                    }
                }
            }
            Clause::NoMaterial { key, name, also } => {
                while let Some(at) = find(&one.materials, key, name, also, &alike) {
                    let gone = one.materials.remove(at).key;
                    let parts = one.parts.iter_mut().map(|part| &mut part.materials);
                    let answers = one.situations.iter_mut().flat_map(|question| &mut question.answers);
                    let named = parts.chain(answers.map(|answer| &mut answer.materials));
                    named.for_each(|keys| keys.retain(|key| *key != gone));
                }
            }
            Clause::Statutory { limit } => one.statutory = *limit,
            Clause::Promised { limit } => one.promised = *limit,
            Clause::Fee { fee, basis } => {
                if !alike(&one.fee, fee) {
                    (one.fee, one.fee_basis) = (fee.clone(), basis.clone());
                }
            }
            Clause::Result { result, result_en } => {
                if !alike(&one.result, result) {
                    (one.result, one.result_en) = (result.clone(), result_en.clone());
                }
            }
            Clause::Basis { text, bases } => {
                if !alike(&one.legal_basis, text) {
                    // Articles that went with other words do not stay.
                    (one.legal_basis, one.bases) = (text.clone(), bases.clone());
                } else if !bases.is_empty() {
                    one.bases.clone_from(bases);
                }
            }
        }
    }

    /// Whether an implementation says it already.
    pub fn stands_in(&self, one: &Implementation) -> bool {
        let mut next = one.clone();
        self.put_into(&mut next);
        next == *one
    }

    /// Which material of an implementation is meant, if it is about one and the implementation asks for it.
    pub fn material_of<'a>(&self, one: &'a Implementation) -> Option<&'a MaterialRule> {
        let (key, name, also) = match self {
            Clause::Material { material, also } => (&material.key, &material.name, also),
            Clause::NoMaterial { key, name, also } => (key, name, also),
            _ => return None,
        };
        find(&one.materials, key, name, also, &alike(one.region)).map(|at| &one.materials[at])
    }

    /// Everything that is said in it.
    pub(super) fn texts(&self) -> Vec<&String> {
        match self {
            Clause::Condition { condition } => vec![&condition.text, &condition.text_en],
            Clause::NoCondition { text } => vec![text],
            Clause::Material { material, also } => {
                let MaterialRule { key, name, name_en, review, review_en, source, certificate, .. } = material;
                [key, name, name_en, review, review_en, source, certificate].into_iter().chain(also).collect()
            }
            Clause::NoMaterial { key, name, also } => [key, name].into_iter().chain(also).collect(),
            Clause::Statutory { .. } | Clause::Promised { .. } => Vec::new(),
            Clause::Fee { fee, basis } => vec![fee, basis],
            Clause::Result { result, result_en } => vec![result, result_en],
            Clause::Basis { text, bases } => {
                let articles = bases.iter().flat_map(|basis| [&basis.law, &basis.article]);
                std::iter::once(text).chain(articles).collect()
            }
        }
    }

    /// Other names that it gives.
    pub(super) fn also(&self) -> &[String] {
        match self {
            Clause::Material { also, .. } | Clause::NoMaterial { also, .. } => also,
            _ => &[],
        }
    }
}

/// Where a material stands in a list: under its name, under another name that it has, or under its key. A key that only
/// counts (3, m3) is no name: lists count differently.
fn find(
    all: &[MaterialRule],
    key: &str,
    name: &str,
    also: &[String],
    alike: &impl Fn(&str, &str) -> bool,
) -> Option<usize> {
    let named = |name: &str| all.iter().position(|own| alike(&own.name, name));
    let counts = key.trim_start_matches('m').bytes().all(|byte| byte.is_ascii_digit());
    let keyed = || if counts { None } else { all.iter().position(|own| own.key == key) };
    named(name).or_else(|| also.iter().find_map(|name| named(name))).or_else(keyed)
}

/// A key that no material of a list has.
fn free_key(all: &[MaterialRule], key: &str) -> String {
    let mut free = key.to_owned();
    let mut number = 1;
    while all.iter().any(|own| own.key == free) {
        number += 1;
        free = format!("{key}-{number}");
    }
    free
}
