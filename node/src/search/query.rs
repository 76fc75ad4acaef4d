//! What was typed, taken apart: the places, and what the rest may stand for.

use std::collections::HashSet;

use tongban_core::ident::Region;

use super::index::Index;
use super::words::{self, Pair, SYNONYMS};
use crate::directory::Snapshot;
use crate::limits;

/// What was typed: the words for the item, and the places if they were named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Without the places.
    pub text: String,
    /// Where it is to be decided.
    pub region: Option<Region>,
    /// Where the applicant is, if two places were named.
    pub here: Option<Region>,
}

/// What stands before the place where somebody is, or comes to: of the place that decides one says it less.
const BEFORE_HERE: [&str; 7] = ["人在", "转到", "迁到", "搬到", "调到", "在", "到"];

/// Takes the names of places out of what was typed: one is where it is to be decided; of two, as in 在苏州办安徽身份证, one is
/// where the applicant is. Only places whose authorities have published something are known.
pub fn read_query(snapshot: &Snapshot, query: &str) -> Wish {
    let index = snapshot.index();
    let mut text: Vec<char> = query.chars().take(limits::QUERY_CHARS_MAX).collect();
    let Some((at, len, first)) = index.place(&text) else {
        return Wish { text: text.into_iter().collect(), region: None, here: None };
    };
    let begins = |text: &[char], at: usize| {
        BEFORE_HERE.iter().any(|word| text[..at].ends_with(&word.chars().collect::<Vec<_>>()))
    };
    let first_begins = begins(&text, at);
    // Places in the place of the name: what stood around it does not become a word.
    text[at..at + len].fill(GAP);
    let second = index.place(&text).filter(|(_, _, region)| *region != first);
    let (region, here) = match second {
        None => (first, None),
        // 安徽合肥 is one place.
        Some((other_at, other_len, other)) if first.contains(other) || other.contains(first) => {
            text[other_at..other_at + other_len].fill(GAP);
            (first.max(other), None)
        }
        Some((second_at, second_len, second)) => {
            let second_begins = begins(&text, second_at);
            text[second_at..second_at + second_len].fill(GAP);
            // What says where somebody is decides; where both or neither are said so, the one named first.
            let is_first = if first_begins == second_begins { at < second_at } else { first_begins };
            if is_first { (second, Some(first)) } else { (first, Some(second)) }
        }
    };
    // As many gaps as characters are of no use to who reads the text.
    let text: String = text.into_iter().collect();
    let text: Vec<&str> = text.split(GAP).filter(|part| !part.is_empty()).collect();
    Wish { text: text.join(" "), region: Some(region), here }
}

/// Stands in the place of a name that was taken out; no keyboard types it.
const GAP: char = '\u{0}';

/// What is asked for as somebody would want to read it in a list, without anything that could be a number of a person:
/// letters in lower case, no run of digits longer than four, whatever stands between them.
pub fn normalised(query: &str) -> String {
    let (mut text, mut run, mut digits) = (String::new(), String::new(), 0);
    for c in query.chars().flat_map(char::to_lowercase).chain([' ']).take(limits::QUERY_CHARS_MAX * 4) {
        if c.is_numeric() {
            run.push(c);
            digits += 1;
            continue;
        }
        let c = if c.is_alphabetic() { c } else { ' ' };
        // Spaces and signs do not part a number.
        if c == ' ' && digits > 0 {
            run.push(c);
            continue;
        }
        if digits <= DIGITS_MAX {
            text.push_str(&run);
        } else {
            text.push(' ');
        }
        (run, digits) = (String::new(), 0);
        text.push(c);
    }
    if digits <= DIGITS_MAX {
        text.push_str(&run);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(limits::QUERY_CHARS_MAX).collect::<String>().trim().to_owned()
}

/// The longest run of digits that is kept.
const DIGITS_MAX: usize = 4;

/// A query, prepared.
pub(super) struct Question {
    /// As typed, and without fillers: letters and characters only.
    pub(super) texts: Vec<Vec<char>>,
    /// If only Latin letters were typed: they may be pinyin.
    pub(super) typed: Option<String>,
    /// English words.
    pub(super) english: Vec<String>,
    /// What it may say, part by part: as typed, and for pinyin each everyday word that it spells.
    pub(super) readings: Vec<Vec<Part>>,
}

/// One part of what was said.
pub(super) enum Part {
    /// An everyday word: any of these says the same.
    Word { weight: f64, any: Vec<Vec<Pair>> },
    /// Two characters that some item has.
    Pair { weight: f64, pair: Pair },
    /// Two characters that no item has, perhaps mistyped: how they sound.
    Heard { weight: f64, any: Vec<[&'static str; 2]> },
    /// One character of a name.
    Single { weight: f64, c: char },
}

/// An everyday word does not tell more than this, however long what it stands for is.
const WORD_WEIGHT_MAX: f64 = 10.0;
/// One character tells so much less than two.
const SINGLE_SHARE: f64 = 0.3;

impl Question {
    pub(super) fn of(index: &Index, text: &str) -> Question {
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let bare = words::without_fillers(&text);
        let joined = |text: &[char]| text.iter().copied().filter(|c| c.is_alphanumeric()).collect::<Vec<char>>();
        let mut texts = vec![joined(&text)];
        let second = joined(&bare);
        if !second.is_empty() && second != texts[0] {
            texts.push(second);
        }
        let is_latin = !texts[0].is_empty() && texts[0].iter().all(char::is_ascii_alphabetic);
        let typed: Option<String> = is_latin.then(|| texts[0].iter().collect());
        let mut readings = vec![parts(index, &text, &bare)];
        if let Some(typed) = typed.as_deref().filter(|typed| typed.len() > 1) {
            let spelt = SYNONYMS.iter().filter(|one| !one.is_english() && words::spells(&one.sounds, typed, true));
            readings.extend(spelt.map(|one| parts(index, &one.everyday, &one.everyday)));
        }
        if is_latin {
            readings.extend(spelt_words(index, &text));
        }
        let english = text
            .split(|c| !c.is_ascii_alphanumeric())
            .filter(|word| word.len() >= 3)
            .map(|word| word.iter().collect())
            .collect();
        Question { texts, typed, english, readings }
    }
}

/// Pinyin in several words that need not stand together in a name: how each pair of syllables sounds.
fn spelt_words(index: &Index, text: &[char]) -> Option<Vec<Part>> {
    let words = text.split(|c| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let words: Option<Vec<Vec<&'static str>>> =
        words.map(|word| words::syllables(&word.iter().collect::<String>(), index.syllables())).collect();
    let pairs = words?.into_iter().flat_map(|word| word.windows(2).map(|two| [two[0], two[1]]).collect::<Vec<_>>());
    Some(pairs.map(|pair| Part::Heard { weight: index.unknown(), any: vec![pair] }).collect())
}

/// Takes a text apart. `bare` is as long, with spaces in place of fillers.
fn parts(index: &Index, text: &[char], bare: &[char]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut used = vec![false; text.len()];
    let letter = |at: usize| text.get(at).is_some_and(|c| c.is_ascii_alphabetic());
    for synonym in SYNONYMS.iter() {
        let (word, mut from) = (&synonym.everyday, 0);
        while let Some(at) = words::find(text, word, from) {
            from = at + 1;
            let end = at + word.len();
            let is_within = synonym.is_english() && (at > 0 && letter(at - 1) || letter(end));
            if is_within || used[at..end].contains(&true) {
                continue;
            }
            used[at..end].fill(true);
            let own = (!synonym.is_english()).then_some(word);
            let any: Vec<Vec<Pair>> =
                synonym.field.iter().chain(own).map(|word| words::pairs(word).collect()).collect();
            let known = |pairs: &Vec<Pair>| pairs.iter().filter_map(|pair| index.weight(pair)).sum::<f64>();
            let weight = any.iter().map(known).fold(0.0, f64::max).min(WORD_WEIGHT_MAX);
            parts.push(Part::Word { weight, any });
        }
    }
    let mut seen = HashSet::new();
    for (at, pair) in words::pairs(bare).enumerate() {
        let is_text = pair.iter().all(|c| c.is_alphanumeric()) && !pair.iter().all(char::is_ascii);
        if !is_text || (used[at] && used[at + 1]) || !seen.insert(pair) {
            continue;
        }
        parts.push(match index.weight(&pair) {
            Some(weight) => Part::Pair { weight, pair },
            None => {
                let [first, second] = pair.map(words::sounds_of);
                Part::Heard { weight: index.unknown(), any: words::heard(&first, &second) }
            }
        });
    }
    let mut seen = HashSet::new();
    for (at, c) in bare.iter().enumerate() {
        let items = index.with_single(*c).len();
        if items > 0 && !c.is_ascii() && !used[at] && seen.insert(*c) {
            parts.push(Part::Single { weight: index.rarity(items) * SINGLE_SHARE, c: *c });
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_a_person_is_kept() {
        assert_eq!(normalised("  身份证 过期了？ "), "身份证 过期了");
        assert_eq!(normalised("320501199001011234身份证"), "身份证");
        assert_eq!(normalised("电话138 0000-0000 办社保"), "电话 办社保");
        assert_eq!(normalised("考C1驾照 2026"), "考c1驾照 2026");
        assert_eq!(normalised("我的号是12345"), "我的号是");
        assert!(normalised(&"办".repeat(500)).chars().count() <= limits::QUERY_CHARS_MAX);
    }
}
