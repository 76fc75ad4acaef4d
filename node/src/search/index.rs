//! What is looked up when somebody searches: pairs of characters and single characters of names and situations, how they
//! sound, and the places whose authorities have published something. Built once a snapshot.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::ident::Region;

use super::words::{self, Pair, SYNONYMS, Sounds};

/// An inverted index over the basic items, and the places of their implementations.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) items: Vec<Entry>,
    pairs: HashMap<Pair, Postings>,
    singles: HashMap<char, Vec<u32>>,
    heard: HashMap<[&'static str; 2], Vec<u32>>,
    syllables: HashSet<&'static str>,
    places: HashMap<&'static str, Region>,
    place_chars_max: usize,
    regions: BTreeMap<Region, Vec<Term>>,
}

/// First day in force, first day no longer.
type Term = (Date, Option<Date>);

/// What is kept of one item.
#[derive(Debug)]
pub(super) struct Entry {
    /// Letters of its name.
    pub(super) name: Vec<char>,
    /// How each of them sounds.
    pub(super) sounds: Vec<Sounds>,
    /// English name in lower case.
    pub(super) english: String,
    /// Weight of all pairs of its name together.
    pub(super) weight: f64,
}

/// Items with a pair of characters, by their place in the snapshot.
#[derive(Debug, Default)]
pub(super) struct Postings {
    pub(super) in_name: Vec<u32>,
    /// Only there, not in the name.
    pub(super) in_scenario: Vec<u32>,
}

impl Index {
    /// Of all items and all implementations.
    pub fn of<'a>(items: &[BasicItem], implementations: impl Iterator<Item = &'a Implementation>) -> Index {
        let mut index = Index::default();
        for (at, item) in (0..).zip(items) {
            index.add(at, item);
        }
        for entry in 0..index.items.len() {
            let pairs = distinct(&index.items[entry].name);
            index.items[entry].weight = pairs.iter().map(|pair| index.weight(pair).unwrap_or(0.0)).sum();
        }
        for one in implementations {
            let terms = index.regions.entry(one.region).or_default();
            let term = (one.from, one.until);
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        index.name_places();
        index
    }

    fn add(&mut self, at: u32, item: &BasicItem) {
        let name = words::letters(&item.name);
        let sounds: Vec<Sounds> = name.iter().map(|c| words::sounds_of(*c)).collect();
        let in_name = distinct(&name);
        for pair in &in_name {
            self.pairs.entry(*pair).or_default().in_name.push(at);
        }
        for pair in distinct(&words::letters(&item.scenario)).difference(&in_name) {
            self.pairs.entry(*pair).or_default().in_scenario.push(at);
        }
        for c in name.iter().collect::<HashSet<_>>() {
            self.singles.entry(*c).or_default().push(at);
        }
        let heard: HashSet<[&'static str; 2]> =
            sounds.windows(2).flat_map(|two| words::heard(&two[0], &two[1])).collect();
        for sound in heard {
            self.heard.entry(sound).or_default().push(at);
        }
        self.syllables.extend(sounds.iter().flatten());
        self.items.push(Entry { name, sounds, english: item.name_en.to_lowercase(), weight: 0.0 });
    }

    /// Gives the places their names, whole and as people call them: without 省, 市, 区, 县.
    fn name_places(&mut self) {
        // 公安 is a county, 台湾 a province; in most questions they are words of an item.
        let field: HashSet<Pair> = SYNONYMS
            .iter()
            .flat_map(|one| std::iter::once(&one.everyday).chain(&one.field))
            .flat_map(|word| words::pairs(word))
            .chain(self.pairs.keys().copied())
            .collect();
        let is_word = |name: &str| match name.chars().collect::<Vec<_>>()[..] {
            [first, second] => field.contains(&[first, second]),
            _ => false,
        };
        let mut regions: Vec<Region> = self.regions.keys().copied().collect();
        regions.extend(self.regions.keys().map(|region| region.province()));
        for region in regions {
            let (name, short) = (region.name(), short_name(region));
            let names = std::iter::once(name).chain((short != name && !is_word(short)).then_some(short));
            for name in names.filter(|name| !name.is_empty()) {
                self.place_chars_max = self.place_chars_max.max(name.chars().count());
                // Of two places of one name the smaller one.
                let held = self.places.entry(name).or_insert(region);
                *held = region.max(*held);
            }
        }
    }

    /// The longest name of a place in a text, where it begins, and which place it is. Of several as long the smallest place.
    pub(super) fn place(&self, text: &[char]) -> Option<(usize, usize, Region)> {
        let starts = 0..text.len();
        let names = starts.flat_map(|at| (2..=self.place_chars_max.min(text.len() - at)).map(move |len| (at, len)));
        let named = names.filter_map(|(at, len)| {
            let name: String = text[at..at + len].iter().collect();
            Some((at, len, *self.places.get(name.as_str())?))
        });
        named.max_by_key(|(at, len, region)| (*len, *region, std::cmp::Reverse(*at)))
    }

    /// Regions whose authorities have published anything, by code.
    pub fn regions(&self) -> impl Iterator<Item = Region> {
        self.regions.keys().copied()
    }

    /// The same, of what is in force on a day.
    pub fn regions_on(&self, day: Date) -> impl Iterator<Item = Region> {
        let in_force = move |(from, until): &Term| *from <= day && until.is_none_or(|until| day < until);
        self.regions.iter().filter(move |(_, terms)| terms.iter().any(in_force)).map(|(region, _)| *region)
    }

    pub(super) fn postings(&self, pair: &Pair) -> Option<&Postings> {
        self.pairs.get(pair)
    }

    pub(super) fn with_single(&self, c: char) -> &[u32] {
        self.singles.get(&c).map_or(&[], Vec::as_slice)
    }

    pub(super) fn with_sound(&self, sound: &[&'static str; 2]) -> &[u32] {
        self.heard.get(sound).map_or(&[], Vec::as_slice)
    }

    /// All syllables in which a character of a name sounds.
    pub(super) fn syllables(&self) -> &HashSet<&'static str> {
        &self.syllables
    }

    /// The rarer a pair is in names, the more it tells; `None` if no item has it.
    pub(super) fn weight(&self, pair: &Pair) -> Option<f64> {
        self.pairs.get(pair).map(|postings| self.rarity(postings.in_name.len()))
    }

    /// Weight of what so many items have.
    pub(super) fn rarity(&self, items: usize) -> f64 {
        (1.0 + self.items.len() as f64 / items.max(1) as f64).ln()
    }

    /// Weight of what no item has.
    pub(super) fn unknown(&self) -> f64 {
        self.rarity(1) * UNKNOWN_SHARE
    }
}

/// A pair that no item has tells a little less than the rarest that one has.
const UNKNOWN_SHARE: f64 = 0.8;

/// In an order that is always the same: sums of weights are.
fn distinct(text: &[char]) -> BTreeSet<Pair> {
    words::pairs(text).collect()
}

/// A place as people call it: without 省, 市, 区, 县.
fn short_name(region: Region) -> &'static str {
    let name = region.name();
    let short = name.strip_suffix(['省', '市', '区', '县']).unwrap_or(name);
    if short.chars().count() >= 2 { short } else { name }
}
