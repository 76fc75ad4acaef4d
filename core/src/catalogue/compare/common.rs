//! All places that have an item: what most of them say of each element, and who says otherwise.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::read::{Reader, Value};
use super::{Agreement, Element, MaterialPoint, PartPoint, mean};
use crate::catalogue::Implementation;
use crate::ident::Region;

/// One item in all places. Places stand in the order of their region codes, whatever order they were given in.
pub struct Common<'a> {
    all: Vec<&'a Implementation>,
    rows: Vec<Row>,
    agreements: Vec<Agreement>,
    deviations: Vec<u32>,
}

/// An element, with all who have it.
#[derive(Debug)]
pub struct Row {
    element: Element,
    held: Vec<Held>,
    /// Which of `held` says what most say; `None` if most are without it, and of what is said in detail of such a thing.
    common: Option<usize>,
    of: usize,
}

/// An element in one place.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Which place, in the order of [`Common::all`].
    pub at: usize,
    /// Which condition, material or part of its list; 0 for all others.
    pub index: usize,
    value: Value,
}

/// What is to be said of an element in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It says what most say.
    Same,
    /// It says something else.
    Other,
    /// It has it, most do not.
    More,
    /// Most have it, it does not.
    Missing,
    /// It has it, and there is nothing common to be compared with: a detail of what most are without.
    Apart,
    /// It does not have it, like most.
    Absent,
}

impl Cell {
    /// Whether the place deviates from what most say.
    pub fn is_deviation(self) -> bool {
        matches!(self, Cell::Other | Cell::More | Cell::Missing)
    }
}

impl Row {
    fn new(element: Element, of: usize) -> Row {
        Row { element, held: Vec::new(), common: None, of }
    }

    /// Which element.
    pub fn element(&self) -> Element {
        self.element
    }

    /// Who has it, in the order of places.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// The first place that says what most say; `None` if most are without it.
    pub fn common(&self) -> Option<Held> {
        self.common.map(|first| self.held[first])
    }

    /// Where the element can be read to be named: what most say, or the first who has it.
    pub fn example(&self) -> Option<Held> {
        self.common().or_else(|| self.held.first().copied())
    }

    /// A local variant: of several places only this one has it.
    pub fn variant_of(&self) -> Option<usize> {
        match self.held.as_slice() {
            [only] if self.of > 1 && self.element.may_be_absent() => Some(only.at),
            _ => None,
        }
    }

    /// What is said of it in one place.
    pub fn cell(&self, at: usize) -> Cell {
        self.judged(self.held_at(at).map(|held| held.value))
    }

    /// The element in one place, if it has it.
    pub fn held_at(&self, at: usize) -> Option<Held> {
        self.held.binary_search_by_key(&at, |held| held.at).ok().map(|place| self.held[place])
    }

    /// All that is said of it, each with those who say it: first what most say, then by how many say it.
    pub fn variants(&self) -> Vec<Vec<Held>> {
        let mut held = self.held.clone();
        held.sort_by_key(|held| (held.value, held.at));
        let alike = held.chunk_by(|one, next| one.value == next.value);
        let mut variants: Vec<Vec<Held>> = alike.map(<[Held]>::to_vec).collect();
        let common = self.common().map(|held| held.value);
        variants.sort_by_key(|all| (Some(all[0].value) != common, Reverse(all.len()), all[0].at));
        variants
    }

    fn judged(&self, held: Option<Value>) -> Cell {
        match (held, self.common()) {
            (Some(value), Some(common)) if value == common.value => Cell::Same,
            (Some(_), Some(_)) => Cell::Other,
            (Some(_), None) if self.element.may_be_absent() => Cell::More,
            (Some(_), None) => Cell::Apart,
            (None, Some(_)) if self.element.may_be_absent() => Cell::Missing,
            (None, _) => Cell::Absent,
        }
    }

    /// The places that deviate, in their order.
    pub fn deviating(&self) -> Vec<usize> {
        let of = |held: &Held| self.judged(Some(held.value)).is_deviation().then_some(held.at);
        if self.common.is_some() && self.element.may_be_absent() {
            (0..self.of).filter(|at| self.cell(*at).is_deviation()).collect()
        } else {
            // Where nobody can lack it, those who do not have it need not be looked at.
            self.held.iter().filter_map(of).collect()
        }
    }

    /// Whether more places have it than not; of as many, what the place with the lowest region code does. What only one
    /// of several has is its own affair.
    fn is_had_by_most(&self) -> bool {
        let (with, without) = (self.held.len(), self.of - self.held.len());
        if with == 1 && without > 0 {
            return false;
        }
        let first_has = self.held.first().is_some_and(|held| held.at == 0);
        with > without || with == without && first_has
    }

    /// The value that most of those have who have it; of values that as many have, that of the lowest region code.
    fn most_said(&self) -> Option<usize> {
        let mut values: Vec<(Value, usize)> =
            self.held.iter().enumerate().map(|(place, held)| (held.value, place)).collect();
        values.sort_unstable();
        let alike = values.chunk_by(|one, next| one.0 == next.0);
        // The first of a chunk has the lowest code.
        let best = alike.max_by(|one, other| one.len().cmp(&other.len()).then_with(|| other[0].1.cmp(&one[0].1)));
        best.map(|chunk| chunk[0].1)
    }
}

/// Puts all implementations of one item beside each other. Work grows with the number of elements, not with its square.
pub fn common<'a>(of: &[&'a Implementation]) -> Common<'a> {
    let mut all = of.to_vec();
    all.sort_by(|one, other| {
        (one.region, &one.id, one.version, one.from).cmp(&(other.region, &other.id, other.version, other.from))
    });
    let mut reader = Reader::default();
    let mut rows: BTreeMap<Element, Row> = BTreeMap::new();
    for (at, one) in all.iter().enumerate() {
        for spot in reader.read(one) {
            let row = rows.entry(spot.element).or_insert_with(|| Row::new(spot.element, all.len()));
            row.held.push(Held { at, index: spot.index, value: spot.value });
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    // The name of a material or part comes before what is said in detail of it.
    let mut is_had = true;
    for row in &mut rows {
        if row.element.may_be_absent() {
            is_had = row.is_had_by_most();
        } else if !matches!(row.element, Element::Material(..) | Element::Part(..)) {
            is_had = true;
        }
        row.common = if is_had { row.most_said() } else { None };
    }
    let mut common =
        Common { agreements: vec![Agreement::default(); all.len()], deviations: vec![0; all.len()], all, rows };
    common.count();
    common
}

impl<'a> Common<'a> {
    fn count(&mut self) {
        for row in &self.rows {
            let kind = row.element.kind();
            let mut count = |at: usize, cell: Cell| {
                if !matches!(cell, Cell::Apart | Cell::Absent) {
                    self.agreements[at].count(kind, cell == Cell::Same);
                    self.deviations[at] += u32::from(cell.is_deviation());
                }
            };
            for held in &row.held {
                count(held.at, row.judged(Some(held.value)));
            }
            // Most have what is missing anywhere: there are few such rows.
            if row.common.is_some() && row.element.may_be_absent() {
                let mut held = row.held.iter().peekable();
                for at in 0..self.all.len() {
                    if held.next_if(|held| held.at == at).is_none() {
                        count(at, Cell::Missing);
                    }
                }
            }
        }
    }

    /// The implementations, in the order of their region codes.
    pub fn all(&self) -> &[&'a Implementation] {
        &self.all
    }

    /// All elements, in the order of an implementation.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// How far a place agrees with what most say; `None` if it is the only one.
    pub fn agreement(&self, at: usize) -> Option<Agreement> {
        if self.all.len() < 2 { None } else { self.agreements.get(at).copied() }
    }

    /// The figure of one place.
    pub fn conformity_of(&self, at: usize) -> Option<f64> {
        self.agreement(at).map(|agreement| agreement.figure())
    }

    /// The figure of the item: the mean over its places.
    pub fn conformity(&self) -> Option<f64> {
        mean((0..self.all.len()).filter_map(|at| self.conformity_of(at)))
    }

    /// The figure of the places of a region: the mean over them; `None` if it has none, or there is nothing to compare with.
    pub fn conformity_in(&self, region: Region) -> Option<f64> {
        let inside = |at: &usize| region.contains(self.all[*at].region);
        mean((0..self.all.len()).filter(inside).filter_map(|at| self.conformity_of(at)))
    }

    /// In how many elements a place deviates.
    pub fn deviations_of(&self, at: usize) -> u32 {
        if self.all.len() < 2 { 0 } else { self.deviations.get(at).copied().unwrap_or(0) }
    }

    /// In how many elements all places deviate together.
    pub fn deviations(&self) -> u32 {
        (0..self.all.len()).map(|at| self.deviations_of(at)).sum()
    }
}

impl Element {
    /// The element that says whether there is such a thing: of a detail, the name of its material or part.
    pub fn head(self) -> Element {
        match self {
            Element::Material(number, _) => Element::Material(number, MaterialPoint::Name),
            Element::Part(number, _) => Element::Part(number, PartPoint::Name),
            other => other,
        }
    }
}
