//! Characters, their sounds, and the everyday words that stand for words of the field.

use std::collections::HashSet;
use std::sync::LazyLock;

use pinyin::{ToPinyin as _, ToPinyinMulti as _};

/// Two neighbouring characters.
pub(super) type Pair = [char; 2];
/// The sounds of one character, without tones.
pub(super) type Sounds = Vec<&'static str>;

const TABLE: &str = include_str!("../../../data/synonyms.tsv");

/// A rarer sound than these is not heard: 汽 and 车 would begin with g and j.
const SOUNDS_MAX: usize = 2;

/// Words around a wish that say nothing of the item.
const FILLERS: [&str; 17] = [
    "我想办",
    "我想",
    "我要",
    "想要",
    "请问",
    "怎么办",
    "怎么弄",
    "怎么",
    "如何",
    "哪里",
    "在哪",
    "可以",
    "申请",
    "办理",
    "通办",
    "什么",
    "一下",
];

/// An everyday word, and what lists say instead.
#[derive(Debug)]
pub(super) struct Synonym {
    pub(super) everyday: Vec<char>,
    /// Of each of its characters; empty for a word in English.
    pub(super) sounds: Vec<Sounds>,
    pub(super) field: Vec<Vec<char>>,
}

impl Synonym {
    pub(super) fn is_english(&self) -> bool {
        self.everyday.iter().all(char::is_ascii)
    }
}

/// All of them, the longest first.
pub(super) static SYNONYMS: LazyLock<Vec<Synonym>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut all: Vec<Synonym> = rows.filter_map(synonym).collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.everyday.len()));
    all
});

fn synonym(line: &str) -> Option<Synonym> {
    let mut columns = line.split('\t');
    let everyday: Vec<char> = columns.next()?.to_lowercase().chars().collect();
    let field: Vec<Vec<char>> = columns.next()?.split_whitespace().map(letters).collect();
    let is_english = everyday.iter().all(char::is_ascii);
    let sounds = if is_english { Vec::new() } else { everyday.iter().map(|c| sounds_of(*c)).collect() };
    (!everyday.is_empty() && !field.is_empty()).then_some(Synonym { everyday, sounds, field })
}

/// Letters, digits and characters in lower case: spaces and signs do not count.
pub(super) fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The text with a space in place of every filler.
pub(super) fn without_fillers(text: &[char]) -> Vec<char> {
    let mut text = text.to_vec();
    for filler in FILLERS {
        let filler: Vec<char> = filler.chars().collect();
        while let Some(at) = find(&text, &filler, 0) {
            text[at..at + filler.len()].fill(' ');
        }
    }
    text
}

/// Where `part` stands in `text`, from a place on.
pub(super) fn find(text: &[char], part: &[char], from: usize) -> Option<usize> {
    text.get(from..)?.windows(part.len().max(1)).position(|window| window == part).map(|at| from + at)
}

/// All pairs of neighbours.
pub(super) fn pairs(text: &[char]) -> impl Iterator<Item = Pair> {
    text.windows(2).map(|two| [two[0], two[1]])
}

/// How a character sounds; a letter or digit has no sound.
pub(super) fn sounds_of(c: char) -> Sounds {
    match c.to_pinyin_multi() {
        Some(sounds) => sounds.into_iter().take(SOUNDS_MAX).map(pinyin::Pinyin::plain).collect(),
        None => c.to_pinyin().map(pinyin::Pinyin::plain).into_iter().collect(),
    }
}

/// Every way in which two neighbours sound.
pub(super) fn heard(first: &[&'static str], second: &[&'static str]) -> Vec<[&'static str; 2]> {
    first.iter().flat_map(|one| second.iter().map(|other| [*one, *other])).collect()
}

/// Full pinyin taken apart into known syllables, the longest first; `None` if it is not pinyin.
pub(super) fn syllables(typed: &str, known: &HashSet<&'static str>) -> Option<Vec<&'static str>> {
    if typed.is_empty() {
        return Some(Vec::new());
    }
    (1..=typed.len().min(SYLLABLE_LETTERS_MAX)).rev().find_map(|len| {
        let first = *known.get(typed.get(..len)?)?;
        let mut rest = syllables(&typed[len..], known)?;
        rest.insert(0, first);
        Some(rest)
    })
}

/// The longest syllables: zhuang, chuang, shuang.
const SYLLABLE_LETTERS_MAX: usize = 6;

/// Whether what was typed spells the characters from the first on: the whole syllable, its initial, or at the end of what
/// was typed the beginning of it. `whole`: all of the characters, and nothing else.
pub(super) fn spells(sounds: &[Sounds], typed: &str, whole: bool) -> bool {
    if typed.is_empty() {
        return !whole || sounds.is_empty();
    }
    let Some((first, rest)) = sounds.split_first() else { return false };
    first.iter().any(|sound| {
        (!whole && sound.starts_with(typed))
            || typed.strip_prefix(sound).is_some_and(|left| spells(rest, left, whole))
            || sound
                .get(..1)
                .and_then(|initial| typed.strip_prefix(initial))
                .is_some_and(|left| spells(rest, left, whole))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read_and_stands_once() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(SYNONYMS.len(), rows);
        assert!(SYNONYMS.is_sorted_by_key(|one| std::cmp::Reverse(one.everyday.len())));
        let mut words: Vec<&[char]> = SYNONYMS.iter().map(|one| one.everyday.as_slice()).collect();
        words.sort_unstable();
        assert!(words.windows(2).all(|two| two[0] != two[1]), "a word stands twice");
    }

    #[test]
    fn pinyin_is_taken_apart() {
        let known = HashSet::from(["xi", "xian", "an", "gong", "ji", "jin"]);
        assert_eq!(syllables("gongjijin", &known), Some(vec!["gong", "ji", "jin"]));
        assert_eq!(syllables("xian", &known), Some(vec!["xian"]));
        assert_eq!(syllables("passport", &known), None);
    }

    #[test]
    fn spelt_in_full_by_initials_and_mixed() {
        let sounds: Vec<Sounds> = "身份证".chars().map(sounds_of).collect();
        for typed in ["shenfenzheng", "sfz", "shenfz", "sfzh"] {
            assert!(spells(&sounds, typed, false), "{typed}");
        }
        assert!(spells(&sounds, "sfz", true) && !spells(&sounds, "sf", true) && !spells(&sounds, "sfzj", false));
    }
}
