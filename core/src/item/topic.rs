//! What a common text may be about: everything in which places differ, with all that they say of it as clauses.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::ALSO_MAX;
use super::entry::Clause;
use crate::catalogue::compare::{Common, Element, Held, Row, common, for_everyone};
use crate::catalogue::{Condition, Implementation, MaterialRule};

/// The most choices of one topic, besides that a thing is not there: what few places say stands in the comparison.
pub const CHOICES_MAX: usize = 12;

/// One thing in which places differ: a condition; a material with all that is said in detail of it; a limit; the fee, the
/// result, the basis.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Which; of a material, that it is asked for.
    pub element: Element,
    /// The places that deviate from what most say, in the order of [`Common::all`].
    pub deviating: Vec<usize>,
    /// What could be the same everywhere: first what most say.
    pub choices: Vec<Choice>,
}

/// What could be the same everywhere.
#[derive(Clone, Debug)]
pub struct Choice {
    /// As it would stand in the text.
    pub clause: Clause,
    /// The places that say so, in the order of [`Common::all`].
    pub who: Vec<usize>,
    /// Whether it is what most say.
    pub is_common: bool,
}

/// Everything in which places differ and that a common text can settle, in the order of an implementation. What the parts of
/// a joint handling are is not settled by a text.
pub fn topics(common: &Common<'_>) -> Vec<Topic> {
    let things = common.rows().chunk_by(|one, next| one.element().head() == next.element().head());
    things.filter_map(|rows| topic(common, rows)).collect()
}

fn topic(common: &Common<'_>, rows: &[Row]) -> Option<Topic> {
    let head = &rows[0];
    let deviating: BTreeSet<usize> = rows.iter().flat_map(Row::deviating).collect();
    if deviating.is_empty() {
        return None;
    }
    let mut choices = match head.element() {
        Element::Condition(_) => conditions(common, head),
        Element::Material(..) => materials(common, rows),
        Element::Part(..) => return None,
        Element::Statutory | Element::Promised | Element::Fee | Element::Result | Element::Basis => {
            values(common, head)
        }
    };
    choices.sort_by_key(|choice| (!choice.is_common, Reverse(choice.who.len())));
    Some(Topic { element: head.element(), deviating: deviating.into_iter().collect(), choices })
}

/// The places that have none of it.
fn without(common: &Common<'_>, head: &Row) -> Vec<usize> {
    (0..common.all().len()).filter(|at| head.held_at(*at).is_none()).collect()
}

fn places(held: &[Held]) -> Vec<usize> {
    held.iter().map(|held| held.at).collect()
}

fn conditions(common: &Common<'_>, head: &Row) -> Vec<Choice> {
    let Some(example) = head.example() else { return Vec::new() };
    let one = common.all()[example.at];
    let own = &one.conditions[example.index];
    let text = for_everyone(one.region, &own.text);
    let is_common = head.common().is_some();
    let condition = Condition { text: text.clone(), text_en: own.text_en.clone() };
    vec![
        Choice { clause: Clause::Condition { condition }, who: places(head.held()), is_common },
        Choice { clause: Clause::NoCondition { text }, who: without(common, head), is_common: !is_common },
    ]
}

/// A material is one topic: whoever asks for it asks for it in one way, in name, need, original and review point.
fn materials(common: &Common<'_>, rows: &[Row]) -> Vec<Choice> {
    let head = &rows[0];
    let Some(example) = head.example() else { return Vec::new() };
    let is_common = head.common().is_some();
    // Of each place, which variant of each row it says: places with the same numbers ask for it in the same way.
    let mut ways: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in rows {
        for (number, variant) in row.variants().iter().enumerate() {
            variant.iter().for_each(|held| ways.entry(held.at).or_default().push(number));
        }
    }
    let mut who: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    ways.into_iter().for_each(|(at, way)| who.entry(way).or_default().push(at));
    let names: Vec<String> = head.variants().iter().map(|variant| rule(common, variant[0]).name).collect();
    let clause = |material: MaterialRule| {
        let also = names.iter().filter(|name| **name != material.name).take(ALSO_MAX).cloned().collect();
        Clause::Material { material, also }
    };
    let mut choices: Vec<Choice> = Vec::new();
    if is_common {
        // What most say of each detail may be what no single place says as a whole.
        let most = vec![0; rows.len()];
        let who = who.remove(&most).unwrap_or_default();
        choices.push(Choice { clause: clause(most_said(common, rows, example)), who, is_common });
    }
    let mut others: Vec<Vec<usize>> = who.into_values().collect();
    others.sort_by_key(|who| (Reverse(who.len()), who[0]));
    let of_first = |who: &[usize]| head.held_at(who[0]).map(|held| rule(common, held));
    for who in others.into_iter().take(CHOICES_MAX) {
        if let Some(material) = of_first(&who) {
            choices.push(Choice { clause: clause(material), who, is_common: false });
        }
    }
    let MaterialRule { key, name, .. } = rule(common, example);
    let also = names.into_iter().filter(|other| *other != name).take(ALSO_MAX).collect();
    let clause = Clause::NoMaterial { key, name, also };
    choices.push(Choice { clause, who: without(common, head), is_common: !is_common });
    choices
}

/// A material as every place can ask for it.
fn rule(common: &Common<'_>, held: Held) -> MaterialRule {
    let one = common.all()[held.at];
    let own = &one.materials[held.index];
    MaterialRule {
        name: for_everyone(one.region, &own.name),
        review: for_everyone(one.region, &own.review),
        ..own.clone()
    }
}

/// A material with what most say of each detail.
fn most_said(common: &Common<'_>, rows: &[Row], example: Held) -> MaterialRule {
    use crate::catalogue::compare::MaterialPoint as Point;
    let mut material = rule(common, example);
    for row in rows {
        let Some(held) = row.common() else { continue };
        let said = rule(common, held);
        match row.element() {
            Element::Material(_, Point::Need) => material.need = said.need,
            Element::Material(_, Point::Original) => material.original = said.original,
            Element::Material(_, Point::Review) => {
                (material.review, material.review_en) = (said.review, said.review_en);
            }
            _ => {}
        }
    }
    material
}

/// What stands once in every implementation.
fn values(common: &Common<'_>, head: &Row) -> Vec<Choice> {
    let said = head.variants().into_iter().take(CHOICES_MAX).enumerate();
    let choices = said.filter_map(|(number, variant)| {
        let one = common.all()[variant[0].at];
        let clause = match head.element() {
            Element::Statutory => Clause::Statutory { limit: one.statutory },
            Element::Promised => Clause::Promised { limit: one.promised },
            Element::Fee => Clause::Fee { fee: for_everyone(one.region, &one.fee), basis: one.fee_basis.clone() },
            Element::Result => {
                Clause::Result { result: for_everyone(one.region, &one.result), result_en: one.result_en.clone() }
            }
            Element::Basis => {
                // Of those who say it in the same words, some may know it as data.
                let known = variant.iter().map(|held| &common.all()[held.at].bases).find(|bases| !bases.is_empty());
                Clause::Basis { text: one.legal_basis.clone(), bases: known.cloned().unwrap_or_default() }
            }
            _ => return None,
        };
        Some(Choice { clause, who: places(&variant), is_common: number == 0 && head.common().is_some() })
    });
    choices.collect()
}

/// How far places would agree if all of them took a text over; `None` if there is nothing to be compared.
pub fn conformity_with(clauses: &[Clause], all: &[&Implementation]) -> Option<f64> {
    let mut next: Vec<Implementation> = all.iter().copied().cloned().collect();
    next.iter_mut().for_each(|one| clauses.iter().for_each(|clause| clause.put_into(one)));
    common(&next.iter().collect::<Vec<_>>()).conformity()
}
