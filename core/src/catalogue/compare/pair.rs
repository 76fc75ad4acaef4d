//! Two places: what the other one asks for that this one does not, and the other way round.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::Serialize;

use super::read::{Reader, Spot};
use super::{Agreement, Element, Kind, MaterialPoint, PartPoint};
use crate::catalogue::{Implementation, MaterialRule, Need, PartRule};
use crate::time::Limit;

/// A text, with its English if it has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// In words.
    pub text: String,
    /// The same in English; may be empty.
    pub text_en: String,
}

impl Words {
    fn new(text: &str, text_en: &str) -> Words {
        Words { text: text.to_owned(), text_en: text_en.to_owned() }
    }
}

/// One thing in which two places differ. `here` is this place, `there` the other one; *more* is what only the other one
/// has, *less* what only this one has. Materials and parts that both have go by this place's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Difference {
    /// The other place has a condition more.
    ConditionMore {
        /// The condition.
        condition: Words,
    },
    /// It lacks a condition that this place has.
    ConditionLess {
        /// The condition.
        condition: Words,
    },
    /// It asks for a material that this place does not ask for.
    MaterialMore {
        /// The material.
        material: MaterialRule,
    },
    /// It does not ask for a material that this place asks for.
    MaterialLess {
        /// The material.
        material: MaterialRule,
    },
    /// The same material, under another name.
    MaterialName {
        /// Its name here.
        here: Words,
        /// Its name there.
        there: Words,
    },
    /// 必要 in one place, 容缺后补 in the other.
    MaterialNeed {
        /// The material.
        material: Words,
        /// Whether it must be there, here.
        here: Need,
        /// The same in the other place.
        there: Need,
    },
    /// The original must be seen in one of them only.
    MaterialOriginal {
        /// The material.
        material: Words,
        /// Whether the other place wants to see it; this one does the opposite.
        there: bool,
    },
    /// Something else is looked at.
    MaterialReview {
        /// The material.
        material: Words,
        /// Review point here.
        here: Words,
        /// Review point there.
        there: Words,
    },
    /// Another 法定办结时限.
    Statutory {
        /// Here.
        here: Limit,
        /// There.
        there: Limit,
    },
    /// Another 承诺办结时限.
    Promised {
        /// Here.
        here: Limit,
        /// There.
        there: Limit,
    },
    /// Another fee; empty is free of charge.
    Fee {
        /// Here.
        here: String,
        /// There.
        there: String,
    },
    /// The result is called otherwise.
    Result {
        /// Here.
        here: Words,
        /// There.
        there: Words,
    },
    /// One part more of a joint handling.
    PartMore {
        /// The part.
        part: Words,
    },
    /// One part less.
    PartLess {
        /// The part.
        part: Words,
    },
    /// The same part, under another name.
    PartName {
        /// Its name here.
        here: Words,
        /// Its name there.
        there: Words,
    },
    /// A part that others do, after others, or with other materials.
    PartCourse {
        /// The part.
        part: Words,
    },
    /// A part that may take longer or less long.
    PartLimit {
        /// The part.
        part: Words,
        /// Here.
        here: Limit,
        /// There.
        there: Limit,
    },
    /// Another legal basis.
    Basis {
        /// Here.
        here: String,
        /// There.
        there: String,
    },
    /// One of them ends on another day. Told, and not counted in a figure.
    Until {
        /// First day on which this one holds no longer, if it ends.
        here: Option<Date>,
        /// The same of the other one.
        there: Option<Date>,
    },
}

impl Difference {
    /// A stable code, under which its sentence stands in the texts.
    pub fn code(&self) -> &'static str {
        match self {
            Difference::ConditionMore { .. } => "condition-more",
            Difference::ConditionLess { .. } => "condition-less",
            Difference::MaterialMore { .. } => "material-more",
            Difference::MaterialLess { .. } => "material-less",
            Difference::MaterialName { .. } => "material-name",
            Difference::MaterialNeed { there: Need::Necessary, .. } => "material-necessary",
            Difference::MaterialNeed { there: Need::MayFollow, .. } => "material-may-follow",
            Difference::MaterialOriginal { there: true, .. } => "material-original",
            Difference::MaterialOriginal { there: false, .. } => "material-no-original",
            Difference::MaterialReview { .. } => "material-review",
            Difference::Statutory { .. } => "statutory",
            Difference::Promised { here, there } => match longer(*here, *there) {
                Some(Ordering::Less) => "promised-longer",
                Some(Ordering::Greater) => "promised-shorter",
                _ => "promised-other",
            },
            Difference::Fee { .. } => "fee",
            Difference::Result { .. } => "result",
            Difference::PartMore { .. } => "part-more",
            Difference::PartLess { .. } => "part-less",
            Difference::PartName { .. } => "part-name",
            Difference::PartCourse { .. } => "part-course",
            Difference::PartLimit { .. } => "part-limit",
            Difference::Basis { .. } => "basis",
            Difference::Until { .. } => "until",
        }
    }

    /// All codes.
    pub const CODES: &[&str] = &[
        "condition-more",
        "condition-less",
        "material-more",
        "material-less",
        "material-name",
        "material-necessary",
        "material-may-follow",
        "material-original",
        "material-no-original",
        "material-review",
        "statutory",
        "promised-longer",
        "promised-shorter",
        "promised-other",
        "fee",
        "result",
        "part-more",
        "part-less",
        "part-name",
        "part-course",
        "part-limit",
        "basis",
        "until",
    ];

    /// What kind of element differs; none of what is told and not counted.
    pub fn kind(&self) -> Option<Kind> {
        use Difference as D;
        Some(match self {
            D::ConditionMore { .. } | D::ConditionLess { .. } => Kind::Conditions,
            D::MaterialMore { .. }
            | D::MaterialLess { .. }
            | D::MaterialName { .. }
            | D::MaterialNeed { .. }
            | D::MaterialOriginal { .. }
            | D::MaterialReview { .. } => Kind::Materials,
            D::Statutory { .. } | D::Promised { .. } => Kind::Limits,
            D::Fee { .. } => Kind::Fee,
            D::Result { .. } => Kind::Result,
            D::PartMore { .. }
            | D::PartLess { .. }
            | D::PartName { .. }
            | D::PartCourse { .. }
            | D::PartLimit { .. } => Kind::Parts,
            D::Basis { .. } => Kind::Basis,
            D::Until { .. } => return None,
        })
    }
}

/// How two limits stand to each other; `None` if they are counted in different days: how long they are then depends on the
/// calendar.
fn longer(here: Limit, there: Limit) -> Option<Ordering> {
    let comparable = here.unit == there.unit || here.is_at_once() || there.is_at_once();
    comparable.then(|| here.days.cmp(&there.days))
}

/// In what another place differs from this one, in the order of an implementation. Of two the same, nothing.
pub fn compare(here: &Implementation, there: &Implementation) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (mine, theirs) in beside(here, there) {
        differences.extend(difference(here, there, mine.as_ref(), theirs.as_ref()));
    }
    if here.until != there.until {
        differences.push(Difference::Until { here: here.until, there: there.until });
    }
    differences
}

/// How far two places agree: of the elements of either, those that are the same. The same whichever comes first.
pub fn agreement(one: &Implementation, other: &Implementation) -> Agreement {
    let mut agreement = Agreement::default();
    for (mine, theirs) in beside(one, other) {
        match (mine, theirs) {
            (Some(mine), Some(theirs)) => agreement.count(mine.element.kind(), mine.value == theirs.value),
            (Some(only), None) | (None, Some(only)) if only.element.may_be_absent() => {
                agreement.count(only.element.kind(), false);
            }
            _ => {}
        }
    }
    agreement
}

/// The elements of two implementations beside each other.
fn beside(one: &Implementation, other: &Implementation) -> Vec<(Option<Spot>, Option<Spot>)> {
    // Whoever is read first gives the numbers: in one order for both directions.
    let is_turned = (other.region, &other.id, other.version) < (one.region, &one.id, one.version);
    let mut reader = Reader::default();
    let (first, second) = if is_turned { (other, one) } else { (one, other) };
    let (first, second) = (reader.read(first), reader.read(second));
    let mut pairs = Vec::with_capacity(first.len().max(second.len()));
    let (mut left, mut right) = (first.into_iter().peekable(), second.into_iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.element.cmp(&other.element),
        };
        let one = if order.is_le() { left.next() } else { None };
        let other = if order.is_ge() { right.next() } else { None };
        pairs.push(if is_turned { (other, one) } else { (one, other) });
    }
    pairs
}

/// What two spots of one element differ in, if they do.
fn difference(
    here: &Implementation,
    there: &Implementation,
    mine: Option<&Spot>,
    theirs: Option<&Spot>,
) -> Option<Difference> {
    let named = |rule: &MaterialRule| Words::new(&rule.name, &rule.name_en);
    let part_named = |part: &PartRule| Words::new(&part.name, &part.name_en);
    match (mine, theirs) {
        (Some(mine), Some(theirs)) if mine.value == theirs.value => None,
        (Some(mine), Some(theirs)) => {
            let rules = || (&here.materials[mine.index], &there.materials[theirs.index]);
            let parts = || (&here.parts[mine.index], &there.parts[theirs.index]);
            Some(match mine.element {
                // The same words are the same element.
                Element::Condition(_) => return None,
                Element::Material(_, point) => {
                    let (mine, theirs) = rules();
                    match point {
                        MaterialPoint::Name => Difference::MaterialName { here: named(mine), there: named(theirs) },
                        MaterialPoint::Need => {
                            Difference::MaterialNeed { material: named(mine), here: mine.need, there: theirs.need }
                        }
                        MaterialPoint::Original => {
                            Difference::MaterialOriginal { material: named(mine), there: theirs.original }
                        }
                        MaterialPoint::Review => Difference::MaterialReview {
                            material: named(mine),
                            here: Words::new(&mine.review, &mine.review_en),
                            there: Words::new(&theirs.review, &theirs.review_en),
                        },
                    }
                }
                Element::Statutory => Difference::Statutory { here: here.statutory, there: there.statutory },
                Element::Promised => Difference::Promised { here: here.promised, there: there.promised },
                Element::Fee => Difference::Fee { here: here.fee.clone(), there: there.fee.clone() },
                Element::Result => Difference::Result {
                    here: Words::new(&here.result, &here.result_en),
                    there: Words::new(&there.result, &there.result_en),
                },
                Element::Part(_, point) => {
                    let (mine, theirs) = parts();
                    match point {
                        PartPoint::Name => Difference::PartName { here: part_named(mine), there: part_named(theirs) },
                        PartPoint::Course => Difference::PartCourse { part: part_named(mine) },
                        PartPoint::Limit => {
                            Difference::PartLimit { part: part_named(mine), here: mine.limit, there: theirs.limit }
                        }
                    }
                }
                Element::Basis => {
                    Difference::Basis { here: here.legal_basis.clone(), there: there.legal_basis.clone() }
                }
            })
        }
        (None, Some(theirs)) => match theirs.element {
            Element::Condition(_) => {
                let condition = &there.conditions[theirs.index];
                Some(Difference::ConditionMore { condition: Words::new(&condition.text, &condition.text_en) })
            }
            Element::Material(_, MaterialPoint::Name) => {
                Some(Difference::MaterialMore { material: there.materials[theirs.index].clone() })
            }
            Element::Part(_, PartPoint::Name) => {
                Some(Difference::PartMore { part: part_named(&there.parts[theirs.index]) })
            }
            _ => None,
        },
        (Some(mine), None) => match mine.element {
            Element::Condition(_) => {
                let condition = &here.conditions[mine.index];
                Some(Difference::ConditionLess { condition: Words::new(&condition.text, &condition.text_en) })
            }
            Element::Material(_, MaterialPoint::Name) => {
                Some(Difference::MaterialLess { material: here.materials[mine.index].clone() })
            }
            Element::Part(_, PartPoint::Name) => {
                Some(Difference::PartLess { part: part_named(&here.parts[mine.index]) })
            }
            _ => None,
        },
        (None, None) => None,
    }
}
