//! A network put together from files of any format, and checked meanwhile.

use std::collections::HashMap;

use jiff::civil::Date;

use super::fault::{Fault, Faults, Place};
use super::net::{Actor, Column, Net, Tie};
use crate::catalogue::day_of;

/// A tie as a file says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// None: the relation that the file is about.
    pub layer: Option<&'a str>,
    pub weight: f64,
    pub sign: i8,
    pub from_day: Option<Date>,
    pub to_day: Option<Date>,
    /// Without direction: it is a tie each way.
    pub both: bool,
}

impl<'a> Said<'a> {
    /// A tie of which nothing is known but its ends.
    pub(super) fn between(from: &'a str, to: &'a str) -> Said<'a> {
        Said { from, to, layer: None, weight: 1.0, sign: 1, from_day: None, to_day: None, both: false }
    }

    /// With the one number that matrices, Pajek and UCINET have for weight and sign.
    pub(super) fn valued(self, value: f64) -> Said<'a> {
        Said { weight: value.abs(), sign: if value < 0.0 { -1 } else { 1 }, ..self }
    }
}

/// Whether a text has no control characters but ends of lines and tabs.
pub(super) fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// How an actor is known.
#[derive(Clone, Copy, Debug)]
enum Known {
    /// By a list, in this file last.
    Listed(usize),
    /// As the end of a tie, in this file first.
    Named(usize, Place),
}

/// What was left out while a network was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Ties of an actor with itself, dropped.
    pub loops: usize,
    /// Columns or attributes of ties that are not kept.
    pub columns: Vec<String>,
    /// Files that were read as a list of actors, which has no ties.
    pub lists: Vec<String>,
    /// Of logs of events what is no tie, and how often.
    pub of_logs: Vec<(&'static str, usize)>,
}

/// A network in the making.
#[derive(Debug)]
pub(super) struct Builder {
    net: Net,
    numbers: HashMap<String, u32>,
    layers: HashMap<String, u32>,
    known: Vec<Known>,
    /// Of each actor as the how manyth a list had it first.
    listed: Vec<u32>,
    lists: u32,
    has_list: bool,
    files: Vec<String>,
    /// The relation that the file at hand is about.
    relation: String,
    faults: Faults,
    is_full: bool,
    /// The most actors, and the most ties.
    most: (usize, usize),
    report: Report,
}

impl Builder {
    /// Nothing yet; it may become so many actors and ties.
    pub(super) fn of(actors_max: usize, ties_max: usize) -> Builder {
        Builder {
            net: Net::default(),
            numbers: HashMap::new(),
            layers: HashMap::new(),
            known: Vec::new(),
            listed: Vec::new(),
            lists: 0,
            has_list: false,
            files: Vec::new(),
            relation: String::new(),
            faults: Faults::default(),
            is_full: false,
            most: (actors_max, ties_max),
            report: Report::default(),
        }
    }

    /// Begins with a file. What ties in it do not say of their layer is said by `relation`.
    pub(super) fn file(&mut self, name: &str, relation: &str) {
        self.files.push(name.to_owned());
        self.relation = relation.to_owned();
    }

    fn here(&self) -> usize {
        self.files.len().saturating_sub(1)
    }

    fn fault_in(&mut self, file: usize, code: &'static str, place: Place, value: impl Into<String>) {
        self.faults.tell(code, self.files.get(file).map_or("", String::as_str), place, value);
    }

    /// The file at hand is a list of actors.
    pub(super) fn is_list(&mut self) {
        self.report.lists.extend(self.files.last().cloned());
    }

    /// Something is wrong in the file at hand.
    pub(super) fn fault(&mut self, code: &'static str, place: Place, value: impl Into<String>) {
        self.fault_in(self.here(), code, place, value);
    }

    /// Whether there is any use in reading on.
    pub(super) fn goes_on(&self) -> bool {
        !self.is_full && self.faults.goes_on()
    }

    /// Something of a tie was left out.
    pub(super) fn leave_out(&mut self, column: &str) {
        if !self.report.columns.iter().any(|known| known == column) {
            self.report.columns.push(column.to_owned());
        }
    }

    /// Something of a log of events is no tie.
    pub(super) fn leave_out_of_log(&mut self, what: &'static str, count: usize) {
        let of_logs = &mut self.report.of_logs;
        match of_logs.iter_mut().find(|(known, _)| *known == what) {
            Some((_, all)) => *all += count,
            None => of_logs.push((what, count)),
        }
    }

    /// So many more ties are to come, as far as is known: room for them is made at once.
    pub(super) fn expect(&mut self, ties: usize) {
        self.net.ties.reserve_exact(ties.min(self.most.1.saturating_sub(self.net.ties.len())));
    }

    /// Says that there are too many of something, once.
    fn too_many(&mut self, code: &'static str, place: Place, most: usize) {
        if !self.is_full {
            self.is_full = true;
            self.fault(code, place, format!("at most {most}"));
        }
    }

    fn is_clean(&mut self, text: &str, place: Place) -> bool {
        let is_clean = is_clean(text);
        if !is_clean {
            self.fault("text-control", place, text.escape_debug().to_string());
        }
        is_clean
    }

    /// The number of an actor, which is made if it is new.
    fn number(&mut self, id: &str, known: Known, place: Place) -> Option<u32> {
        if let Some(number) = self.numbers.get(id) {
            return Some(*number);
        }
        if self.net.actors.len() >= self.most.0 {
            self.too_many("too-many-actors", place, self.most.0);
            return None;
        }
        if !self.is_clean(id, place) {
            return None;
        }
        let number = self.net.actors.len() as u32;
        self.numbers.insert(id.to_owned(), number);
        self.net.actors.push(Actor { id: id.to_owned(), ..Actor::default() });
        self.known.push(known);
        self.listed.push(u32::MAX);
        Some(number)
    }

    /// An actor that a list has.
    pub(super) fn actor(&mut self, said: Actor, place: Place) {
        self.has_list = true;
        if said.id.is_empty() {
            return self.fault("id-empty", place, "");
        }
        let texts = [&said.label, &said.kind, &said.level].into_iter().chain(said.attributes.values());
        if !texts.into_iter().all(|text| self.is_clean(text, place)) {
            return;
        }
        let here = self.here();
        let before = self.known.len();
        let Some(number) = self.number(&said.id, Known::Listed(here), place) else { return };
        let number = number as usize;
        if number < before {
            if matches!(self.known[number], Known::Listed(file) if file == here) {
                return self.fault("id-duplicate", place, said.id);
            }
            self.known[number] = Known::Listed(here);
        }
        if self.listed[number] == u32::MAX {
            self.listed[number] = self.lists;
            self.lists += 1;
        }
        let known = &mut self.net.actors[number];
        let others = said.attributes.iter().map(|(name, text)| (Column::Other(name), text));
        let own = [(Column::Label, &said.label), (Column::Kind, &said.kind), (Column::Level, &said.level)];
        let mut conflict = None;
        for (column, text) in own.into_iter().chain(others).filter(|(_, text)| !text.is_empty()) {
            match known.get(column) {
                Some(before) if before != text => conflict = Some(format!("{}: {before}, {text}", said.id)),
                Some(_) => {}
                None => known.set(column, text),
            }
        }
        if let Some(conflict) = conflict {
            self.fault("actor-conflict", place, conflict);
        }
    }

    fn layer(&mut self, name: Option<&str>) -> u32 {
        let name = name.filter(|name| !name.is_empty()).unwrap_or(&self.relation);
        if let Some(number) = self.layers.get(name) {
            return *number;
        }
        let number = self.net.layers.len() as u32;
        self.layers.insert(name.to_owned(), number);
        self.net.layers.push(name.to_owned());
        number
    }

    /// A tie.
    pub(super) fn tie(&mut self, said: Said<'_>, place: Place) {
        if said.from.is_empty() || said.to.is_empty() {
            return self.fault("end-empty", place, format!("{} – {}", said.from, said.to));
        }
        if !said.weight.is_finite() {
            return self.fault("weight-format", place, said.weight.to_string());
        }
        if said.weight < 0.0 {
            return self.fault("weight-negative", place, said.weight.to_string());
        }
        if ![1, -1].contains(&said.sign) {
            return self.fault("sign-format", place, said.sign.to_string());
        }
        if let (Some(first), Some(last)) = (said.from_day, said.to_day)
            && last < first
        {
            return self.fault("days-reversed", place, format!("{first} – {last}"));
        }
        if said.layer.is_some_and(|layer| !self.is_clean(layer, place)) {
            return;
        }
        let named = Known::Named(self.here(), place);
        let Some(from) = self.number(said.from, named, place) else { return };
        let Some(to) = self.number(said.to, named, place) else { return };
        if from == to {
            self.report.loops += 1;
            return;
        }
        let ways = if said.both { 2 } else { 1 };
        if self.net.ties.len() + ways > self.most.1 {
            return self.too_many("too-many-ties", place, self.most.1);
        }
        let layer = self.layer(said.layer);
        let Said { weight, sign, from_day, to_day, .. } = said;
        let tie = Tie { from, to, layer, weight, sign, from_day, to_day };
        self.net.ties.push(tie);
        if said.both {
            self.net.ties.push(Tie { from: to, to: from, ..tie });
        }
    }

    /// A number as people type it.
    pub(super) fn number_of(&mut self, text: &str, place: Place) -> Option<f64> {
        if text.is_empty() {
            self.fault("weight-missing", place, "");
            return None;
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.fault("weight-format", place, text);
        }
        number
    }

    /// A sign; 1 if nothing stands there.
    pub(super) fn sign_of(&mut self, text: &str, place: Place) -> Option<i8> {
        match text {
            "" | "1" | "+" | "+1" | "1.0" | "正" => Some(1),
            "-1" | "-" | "−" | "−1" | "-1.0" | "负" => Some(-1),
            _ => {
                self.fault("sign-format", place, text);
                None
            }
        }
    }

    /// A day, or an instant of which only the day counts; none if nothing stands there. An error is told.
    pub(super) fn day_of(&mut self, text: &str, place: Place) -> Option<Option<Date>> {
        if text.is_empty() {
            return Some(None);
        }
        let day = day_of(text.split_once('T').map_or(text, |(day, _)| day));
        if day.is_none() {
            self.fault("day-format", place, text);
        }
        day.map(Some)
    }

    /// Puts actors into the order of the lists, whether those or the ties were read first: else sums would be made in another
    /// order, and differ in the last digits.
    fn in_order(&mut self) {
        if self.listed.is_sorted() {
            return;
        }
        let mut order: Vec<u32> = (0..self.listed.len() as u32).collect();
        order.sort_by_key(|actor| self.listed[*actor as usize]);
        let mut place = vec![0; order.len()];
        for (at, actor) in order.iter().zip(0..) {
            place[*at as usize] = actor;
        }
        let mut actors = std::mem::take(&mut self.net.actors);
        self.net.actors = order.iter().map(|actor| std::mem::take(&mut actors[*actor as usize])).collect();
        for tie in &mut self.net.ties {
            (tie.from, tie.to) = (place[tie.from as usize], place[tie.to as usize]);
        }
    }

    /// The network, or what is wrong. Where there is a list of actors, all ends have to be in it.
    pub(super) fn finish(mut self) -> Result<(Net, Report), Vec<Fault>> {
        if self.has_list && self.goes_on() {
            for at in 0..self.known.len() {
                if let Known::Named(file, place) = self.known[at] {
                    let id = self.net.actors[at].id.clone();
                    self.fault_in(file, "end-unknown", place, id);
                }
            }
        }
        if self.net.actors.is_empty() && self.faults.is_empty() {
            self.fault("actors-none", Place::default(), "");
        }
        self.in_order();
        self.faults.none().map(|()| (self.net, self.report))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_no_more_than_is_allowed() {
        let codes = |most: (usize, usize), both: bool| {
            let mut builder = Builder::of(most.0, most.1);
            builder.file("ties.csv", "ties");
            for (from, to) in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")] {
                builder.tie(Said { both, ..Said::between(from, to) }, Place { line: 2, column: 1 });
            }
            builder.finish().map_or_else(|faults| faults.iter().map(|fault| fault.code).collect(), |_| Vec::new())
        };
        assert!(codes((5, 4), false).is_empty());
        assert_eq!(codes((5, 3), false), ["too-many-ties"]);
        assert_eq!(codes((4, 4), false), ["too-many-actors"]);
        assert!(codes((5, 8), true).is_empty());
        assert_eq!(codes((5, 7), true), ["too-many-ties"]);
    }
}
