//! How well each item fits a question.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::index::Index;
use super::query::{Part, Question};
use super::words::{self, Pair};

/// How well an item fits what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Some of what was typed.
    Some,
    /// Most of it.
    Most,
    /// The name itself or a part of it.
    Name,
}

/// An item that fits.
pub(super) struct Hit {
    /// Its place in the snapshot.
    pub(super) at: usize,
    pub(super) fit: Fit,
    pub(super) points: f64,
}

/// A pair that stands only in the situation counts so much of one in the name.
const SCENARIO_SHARE: f64 = 0.35;
/// An everyday word of which less than this stands in an item is not meant.
const WORD_SHARE_MIN: f64 = 0.3;
/// What only sounds alike counts so much.
const HEARD_SHARE: f64 = 0.6;
/// What no item has lowers the share of what was understood by so much of its weight: people say much around a wish.
const UNHEARD_SHARE: f64 = 0.35;
/// So much of the points depends on how much of the name was said: of two names that fit, the shorter is nearer.
const NAME_SHARE: f64 = 0.35;
/// Less understood than this is chance.
const UNDERSTOOD_MIN: f64 = 0.22;
/// From here on it is most of what was typed.
const UNDERSTOOD_MOST: f64 = 0.5;
/// One pair out of this many is chance.
const PAIRS_CHANCE: usize = 5;

/// All items that fit, in the order of the snapshot.
pub(super) fn rank(index: &Index, text: &str) -> Vec<Hit> {
    let question = Question::of(index, text);
    let mut best: HashMap<u32, (Fit, f64)> = HashMap::new();
    for reading in &question.readings {
        for (at, fit, points) in read(index, reading) {
            let held = best.entry(at).or_insert((fit, points));
            if (fit, points) > *held {
                *held = (fit, points);
            }
        }
    }
    let hits = index.items.iter().enumerate().filter_map(|(at, entry)| {
        let read = u32::try_from(at).ok().and_then(|at| best.get(&at)).copied();
        let by_name = by_name(&question.texts, &entry.name);
        let by_sound = question.typed.as_deref().and_then(|typed| by_sound(typed, &entry.sounds));
        let mut points = read.map_or(0.0, |(_, points)| points);
        let mut fit = read.map(|(fit, _)| fit);
        for name_points in [by_name, by_sound].into_iter().flatten() {
            points = if fit == Some(Fit::Name) { f64::max(points, name_points) } else { name_points };
            fit = Some(Fit::Name);
        }
        let hits = question.english.iter().filter(|word| entry.english.contains(word.as_str())).count();
        if hits > 0 {
            let share = hits as f64 / question.english.len() as f64;
            let all = hits == question.english.len();
            points = if all { points.max(ENGLISH_POINTS * share) } else { points + ENGLISH_FEW_POINTS * share };
            fit = if all { Some(Fit::Name) } else { fit.max(Some(Fit::Some)) };
        }
        Some(Hit { at, fit: fit?, points })
    });
    hits.collect()
}

/// Every English word stands in the English name.
const ENGLISH_POINTS: f64 = 40.0;
/// Some of them do.
const ENGLISH_FEW_POINTS: f64 = 12.0;

/// What was typed is the name, or a part of it: a short name that contains it is nearer than a long one.
fn by_name(texts: &[Vec<char>], name: &[char]) -> Option<f64> {
    if texts.iter().all(Vec::is_empty) {
        return Some(0.0);
    }
    let within = texts.iter().filter(|text| !text.is_empty() && words::find(name, text, 0).is_some());
    within.map(|text| 50.0 + 10.0 * text.len() as f64 / name.len().max(1) as f64).max_by(f64::total_cmp)
}

/// By initials (sfz), full pinyin (shenfenzheng) or both mixed (gongjj), from any character of the name on. A single
/// letter only finds names that begin with it.
fn by_sound(typed: &str, sounds: &[words::Sounds]) -> Option<f64> {
    let starts = if typed.len() == 1 { 1.min(sounds.len()) } else { sounds.len() };
    let at = (0..starts).find(|at| words::spells(&sounds[*at..], typed, false))?;
    Some(30.0 + 10.0 * (sounds.len() - at) as f64 / sounds.len() as f64)
}

/// What is known of one item while a question is read.
#[derive(Clone, Default)]
struct Tally {
    /// Weight of what of the question it has.
    sum: f64,
    /// Weight of what of its name was said.
    said: f64,
    /// Pairs of the question that it has.
    pairs: usize,
    /// Whether it has an everyday word of the question.
    word: bool,
}

fn read(index: &Index, parts: &[Part]) -> Vec<(u32, Fit, f64)> {
    let mut tallies = vec![Tally::default(); index.items.len()];
    let (mut total, mut pairs) = (0.0, 0);
    let mut said: HashSet<Pair> = HashSet::new();
    for part in parts {
        match part {
            Part::Word { weight, any } => {
                total += weight;
                for (at, share) in best_of(index, any) {
                    let tally = &mut tallies[at as usize];
                    tally.sum += weight * share;
                    tally.word = true;
                }
                any.iter().flatten().for_each(|pair| say(index, &mut tallies, &mut said, *pair));
            }
            Part::Pair { weight, pair } => {
                total += weight;
                pairs += 1;
                let Some(postings) = index.postings(pair) else { continue };
                let shares = [(&postings.in_name, 1.0), (&postings.in_scenario, SCENARIO_SHARE)];
                for (at, share) in shares.into_iter().flat_map(|(all, share)| all.iter().map(move |at| (*at, share))) {
                    let tally = &mut tallies[at as usize];
                    tally.sum += weight * share;
                    tally.pairs += 1;
                }
                say(index, &mut tallies, &mut said, *pair);
            }
            Part::Heard { weight, any } => {
                total += weight * UNHEARD_SHARE;
                pairs += 1;
                let heard: HashSet<u32> = any.iter().flat_map(|sound| index.with_sound(sound)).copied().collect();
                for at in heard {
                    let tally = &mut tallies[at as usize];
                    tally.sum += weight * HEARD_SHARE;
                    tally.pairs += 1;
                }
            }
            Part::Single { weight, c } => {
                total += weight;
                index.with_single(*c).iter().for_each(|at| tallies[*at as usize].sum += weight);
            }
        }
    }
    let fits = (0u32..).zip(&tallies).filter_map(|(at, tally)| {
        // One character, or one pair of a long sentence, is chance.
        let is_chance = !tally.word && (tally.pairs == 0 || tally.pairs == 1 && pairs >= PAIRS_CHANCE);
        let understood = tally.sum / total;
        if is_chance || understood < UNDERSTOOD_MIN {
            return None;
        }
        let fit = if understood >= UNDERSTOOD_MOST { Fit::Most } else { Fit::Some };
        let entry = &index.items[at as usize];
        let of_name = if entry.weight > 0.0 { tally.said / entry.weight } else { 0.0 };
        Some((at, fit, tally.sum * (1.0 - NAME_SHARE + NAME_SHARE * of_name)))
    });
    fits.collect()
}

/// Notes that a pair was said, once, for the items that have it in their names.
fn say(index: &Index, tallies: &mut [Tally], said: &mut HashSet<Pair>, pair: Pair) {
    let (Some(postings), Some(weight)) = (index.postings(&pair), index.weight(&pair)) else { return };
    if said.insert(pair) {
        postings.in_name.iter().for_each(|at| tallies[*at as usize].said += weight);
    }
}

/// For every item the share of the word that it has most of.
fn best_of(index: &Index, any: &[Vec<Pair>]) -> HashMap<u32, f64> {
    let mut best: HashMap<u32, f64> = HashMap::new();
    for word in any {
        let weight = |pair: &Pair| index.weight(pair).unwrap_or_else(|| index.unknown());
        let whole: f64 = word.iter().map(weight).sum();
        let mut shares: HashMap<u32, f64> = HashMap::new();
        for pair in word {
            let Some(postings) = index.postings(pair) else { continue };
            let share = weight(pair) / whole;
            postings.in_name.iter().for_each(|at| *shares.entry(*at).or_default() += share);
            let in_scenario = share * SCENARIO_SHARE;
            postings.in_scenario.iter().for_each(|at| *shares.entry(*at).or_default() += in_scenario);
        }
        for (at, share) in shares.into_iter().filter(|(_, share)| *share >= WORD_SHARE_MIN) {
            let held = best.entry(at).or_default();
            *held = held.max(share);
        }
    }
    best
}
