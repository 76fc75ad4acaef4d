//! An implementation as elements with values that can be compared with another's.

use std::collections::{BTreeSet, HashMap};

use super::plain::{Lexicon, Names};
use super::{Element, MaterialPoint, PartPoint};
use crate::catalogue::{Implementation, Need};
use crate::time::{Limit, Unit};

/// What an element says; the same value is the same. Only values of the same element mean something beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Value(u64);

impl Value {
    /// That it is there, where there is no more to say.
    const THERE: Value = Value(0);

    fn text(number: u32) -> Value {
        Value(u64::from(number))
    }

    fn need(need: Need) -> Value {
        Value(u64::from(need == Need::Necessary))
    }

    fn original(original: bool) -> Value {
        Value(u64::from(original))
    }

    fn limit(limit: Limit) -> Value {
        // 即办 is the same day in whatever days it is counted.
        let is_calendar = limit.unit == Unit::Calendar && !limit.is_at_once();
        Value(u64::from(limit.days) << 1 | u64::from(is_calendar))
    }
}

/// An element of one implementation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) element: Element,
    pub(super) value: Value,
    /// Which condition, material or part of its list; 0 for all others.
    pub(super) index: usize,
}

/// Reads implementations of one item, one after another: what was read before gives the numbers by which what follows is
/// recognised.
#[derive(Default)]
pub(super) struct Reader<'a> {
    lexicon: Lexicon<'a>,
    materials: Known<'a>,
    parts: Known<'a>,
}

impl<'a> Reader<'a> {
    /// All elements of an implementation, in their order.
    pub(super) fn read(&mut self, one: &'a Implementation) -> Vec<Spot> {
        let names = Names::of(one.region);
        let mut spots = Vec::with_capacity(one.conditions.len() + 4 * one.materials.len() + 3 * one.parts.len() + 5);
        let mut push = |element, value, index| spots.push(Spot { element, value, index });
        let lexicon = &mut self.lexicon;

        let mut seen = BTreeSet::new();
        for (index, condition) in one.conditions.iter().enumerate() {
            let text = lexicon.text_of(&condition.text, &names);
            if seen.insert(text) {
                push(Element::Condition(text), Value::THERE, index);
            }
        }

        let called: Vec<(&'a str, u32)> =
            one.materials.iter().map(|rule| (rule.key.as_str(), lexicon.text_of(&rule.name, &names))).collect();
        let materials = self.materials.numbers(&called);
        for (index, (rule, number)) in one.materials.iter().zip(&materials).enumerate() {
            use MaterialPoint as Point;
            let review = lexicon.text_of(&rule.review, &names);
            push(Element::Material(*number, Point::Name), Value::text(called[index].1), index);
            push(Element::Material(*number, Point::Need), Value::need(rule.need), index);
            push(Element::Material(*number, Point::Original), Value::original(rule.original), index);
            push(Element::Material(*number, Point::Review), Value::text(review), index);
        }

        push(Element::Statutory, Value::limit(one.statutory), 0);
        push(Element::Promised, Value::limit(one.promised), 0);
        push(Element::Fee, Value::text(lexicon.text_of(&one.fee, &names)), 0);
        push(Element::Result, Value::text(lexicon.text_of(&one.result, &names)), 0);

        let called: Vec<(&'a str, u32)> =
            one.parts.iter().map(|part| (part.key.as_str(), lexicon.text_of(&part.name, &names))).collect();
        let parts = self.parts.numbers(&called);
        let own = |keys: &[String], all: Vec<(&str, u32)>| {
            let numbers: BTreeSet<u32> =
                all.into_iter().filter(|(key, _)| keys.iter().any(|wanted| wanted == key)).map(|(_, n)| n).collect();
            format!("{numbers:?}")
        };
        for (index, (part, number)) in one.parts.iter().zip(&parts).enumerate() {
            use PartPoint as Point;
            let after = own(&part.after, one.parts.iter().map(|part| part.key.as_str()).zip(parts.clone()).collect());
            let needs = own(
                &part.materials,
                one.materials.iter().map(|rule| rule.key.as_str()).zip(materials.clone()).collect(),
            );
            let course = lexicon.number(format!("{:?} {} after {after} with {needs}", part.at, part.field));
            push(Element::Part(*number, Point::Name), Value::text(called[index].1), index);
            push(Element::Part(*number, Point::Course), Value::text(course), index);
            push(Element::Part(*number, Point::Limit), Value::limit(part.limit), index);
        }

        // Whose law it is makes a difference: a place's own name stays.
        push(Element::Basis, Value::text(lexicon.text(&one.legal_basis)), 0);
        spots.sort_by_key(|spot| spot.element);
        spots
    }
}

/// Materials, or parts, that were seen: by key, and by name. What has a known key is the same whatever it is called; what
/// has a key of its own and a known name is the same, too, under a local key.
#[derive(Default)]
struct Known<'a> {
    keys: HashMap<&'a str, u32>,
    names: HashMap<u32, u32>,
    count: u32,
}

impl<'a> Known<'a> {
    /// The number of each of one list, given key and name. No two of one list are the same.
    fn numbers(&mut self, called: &[(&'a str, u32)]) -> Vec<u32> {
        let mut used = BTreeSet::new();
        let mut found: Vec<Option<u32>> = vec![None; called.len()];
        for (found, (key, _)) in found.iter_mut().zip(called) {
            *found = self.keys.get(key).copied().filter(|number| used.insert(*number));
        }
        for (found, (_, name)) in found.iter_mut().zip(called).filter(|(found, _)| found.is_none()) {
            *found = self.names.get(name).copied().filter(|number| used.insert(*number));
        }
        let mut numbers = Vec::with_capacity(called.len());
        for (found, (key, name)) in found.into_iter().zip(called) {
            let number = found.unwrap_or(self.count);
            self.count = self.count.max(number + 1);
            self.keys.entry(*key).or_insert(number);
            self.names.entry(*name).or_insert(number);
            numbers.push(number);
        }
        numbers
    }
}
