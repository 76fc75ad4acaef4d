//! Finding an item by what people type: its name or a part of it, words around it, initials or full pinyin, English
//! words. A scan: the catalogue has hundreds of rows, not millions.
//!
//! Pure functions over a [`Snapshot`]; the pages and the API show the same.

use jiff::civil::Date;
use pinyin::{ToPinyin as _, ToPinyinMulti as _};
use serde::Serialize;
use tongban_core::case::WhyNot;
use tongban_core::catalogue::{Availability, BasicItem, Implementation, Mark, Mode, Subject};
use tongban_core::ident::Region;
use tongban_core::mechanism::{Permit, permit};
use tongban_core::time::Limit;

use crate::directory::Snapshot;
use crate::limits;

/// An item that was found, with all that its line in the results says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Key of the basic item.
    pub item: String,
    /// Row in the project's list.
    pub row: u16,
    /// Name.
    pub name: String,
    /// English name; empty if none was given.
    pub name_en: String,
    /// Who may apply.
    pub subjects: Vec<Subject>,
    /// Document that lists it.
    pub document: String,
    /// How sure the row is.
    pub mark: Mark,
    /// Whether its mode or availability was invented for the demo.
    pub invented: bool,
    /// Where it can be handled from here, by region; empty if nowhere.
    pub offers: Vec<Offer>,
    /// Why it cannot be handled, if nowhere.
    pub not_yet: Option<NotYet>,
}

/// A place where the item can be handled from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// Id of the implementation.
    pub implementation: String,
    /// Where it is decided.
    pub region: Region,
    /// Name of that region.
    pub region_name: String,
    /// In which mode.
    pub mode: Mode,
    /// Whether it can be done without going anywhere.
    pub online: bool,
    /// Promised time.
    pub promised: Limit,
    /// How many materials its list has.
    pub materials: usize,
    /// By what right; `None` if it was not said from where.
    pub permit: Option<Permit>,
    /// Whether this version was invented for the demo.
    pub invented: bool,
}

/// Why an item cannot be handled across provinces, here and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum NotYet {
    /// No longer, since a date.
    Closed {
        /// Since when.
        since: Date,
        /// Why, in words.
        why: String,
        /// The same in English.
        why_en: String,
    },
    /// Announced, not started.
    NotYet {
        /// Why, in words.
        why: String,
        /// The same in English.
        why_en: String,
    },
    /// In which mode is not verified.
    ModeUnverified,
    /// In a mode that is not offered before it works whole.
    ModeNotOpen {
        /// The mode.
        mode: Mode,
    },
    /// No authority there has published how it handles the item.
    NoGuide,
    /// No mechanism permits it from here to there.
    NoMechanism {
        /// Code and values.
        why: WhyNot,
    },
}

/// What was typed: the words for the item, and a place if one was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Without the place.
    pub text: String,
    /// The place.
    pub region: Option<Region>,
}

/// Finds items. `here` is where it is taken in, `there` where it is to be decided; a place named in the query counts as
/// `there` if no other was chosen. An empty query finds all. The order is the same for the same question.
pub fn search(
    snapshot: &Snapshot,
    query: &str,
    here: Option<Region>,
    there: Option<Region>,
    today: Date,
) -> Vec<Found> {
    let wish = read_query(snapshot, query);
    let there = there.or(wish.region);
    let words = Words::of(&wish.text);
    let scored = snapshot.items.iter().filter_map(|item| Some((words.score(item)?, item)));
    let mut found: Vec<(Score, Found)> =
        scored.map(|(score, item)| (score, line(snapshot, item, here, there, today))).collect();
    // Of what fits equally well, first what can be done.
    found.sort_by_key(|(score, one)| {
        let points = if one.offers.is_empty() { 0 } else { 1 };
        (std::cmp::Reverse((score.tier, points, score.points)), one.row)
    });
    found.truncate(limits::SEARCH_RESULTS_MAX);
    found.into_iter().map(|(_, one)| one).collect()
}

/// One item as its line in the results shows it.
pub fn line(snapshot: &Snapshot, item: &BasicItem, here: Option<Region>, there: Option<Region>, today: Date) -> Found {
    let (offers, not_yet) = match offers(snapshot, item, here, there, today) {
        Ok(offers) => (offers, None),
        Err(not_yet) => (Vec::new(), Some(not_yet)),
    };
    Found {
        item: item.key.clone(),
        row: item.row,
        name: item.name.clone(),
        name_en: item.name_en.clone(),
        subjects: item.subjects.clone(),
        document: item.document.clone(),
        mark: item.mark,
        invented: item.invented,
        offers,
        not_yet,
    }
}

/// Where an item can be handled from here, or why nowhere.
pub fn offers(
    snapshot: &Snapshot,
    item: &BasicItem,
    here: Option<Region>,
    there: Option<Region>,
    today: Date,
) -> Result<Vec<Offer>, NotYet> {
    let modes = match &item.availability {
        Availability::Open { modes } => modes,
        Availability::Closed { since, why, why_en } => {
            return Err(NotYet::Closed { since: *since, why: why.clone(), why_en: why_en.clone() });
        }
        Availability::NotYet { why, why_en } => {
            return Err(NotYet::NotYet { why: why.clone(), why_en: why_en.clone() });
        }
        Availability::ModeUnverified => return Err(NotYet::ModeUnverified),
    };
    let works = |mode: &&Mode| matches!(mode, Mode::FullyOnline | Mode::CollectHere);
    let online = modes.contains(&Mode::FullyOnline);
    let Some(mode) = modes.iter().find(works) else {
        return Err(modes.first().map_or(NotYet::ModeUnverified, |mode| NotYet::ModeNotOpen { mode: *mode }));
    };
    let wanted = |one: &&Implementation| {
        one.in_force(today) && there.is_none_or(|there| there == one.region || there.contains(one.region))
    };
    let mut offers = Vec::new();
    let mut refused = None;
    for one in snapshot.implementations_of(&item.key).filter(wanted) {
        let permit = match here.map(|here| permit(&snapshot.mechanisms, &item.key, here, one.region, today)) {
            Some(Err(why)) => {
                refused.get_or_insert(why);
                continue;
            }
            Some(Ok(permit)) => Some(permit),
            None => None,
        };
        offers.push(Offer {
            implementation: one.id.clone(),
            region: one.region,
            region_name: one.region.full_name(),
            mode: if online { Mode::FullyOnline } else { *mode },
            online,
            promised: one.promised,
            materials: one.materials.len(),
            permit,
            invented: one.invented,
        });
    }
    offers.sort_by_key(|offer| offer.region);
    match refused {
        Some(why) if offers.is_empty() => Err(NotYet::NoMechanism { why }),
        None if offers.is_empty() => Err(NotYet::NoGuide),
        _ => Ok(offers),
    }
}

/// Takes the name of a place out of what was typed. Only places whose authorities have published something are known.
pub fn read_query(snapshot: &Snapshot, query: &str) -> Wish {
    let query: String = query.chars().take(QUERY_CHARS_MAX).collect();
    let mut regions: Vec<Region> = snapshot.implementations.values().map(|one| one.region).collect();
    regions.extend(regions.clone().into_iter().map(Region::province));
    regions.sort_unstable();
    regions.dedup();
    let names = regions.into_iter().flat_map(|region| [(region.name(), region), (short_name(region), region)]);
    // The longest name that fits is the one that was meant; the smallest place before the one it lies in.
    let named = names.filter(|(name, _)| query.contains(name)).max_by_key(|(name, region)| (name.len(), *region));
    match named {
        Some((name, region)) => Wish { text: query.replacen(name, "", 1), region: Some(region) },
        None => Wish { text: query, region: None },
    }
}

/// The most characters of a query that are read.
const QUERY_CHARS_MAX: usize = 60;

/// A place as people call it: without 省, 市, 区, 县.
fn short_name(region: Region) -> &'static str {
    let name = region.name();
    let short = name.strip_suffix(['省', '市', '区', '县']).unwrap_or(name);
    if short.chars().count() >= 2 { short } else { name }
}

/// Words around a wish that say nothing of the item.
const FILLERS: [&str; 14] =
    ["我想办", "我想", "我要", "想要", "请问", "怎么", "如何", "哪里", "可以", "办理", "跨省", "外地", "异地", "通办"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// 3 the name itself or a part of it, 2 most of the words, 1 some of them.
    tier: u8,
    points: u16,
}

/// A query, prepared.
struct Words {
    /// As typed, and without fillers: letters and characters only.
    texts: Vec<Vec<char>>,
    /// English words.
    english: Vec<String>,
}

impl Words {
    fn of(text: &str) -> Words {
        let plain = letters(text);
        let bare = FILLERS.iter().fold(text.to_owned(), |text, filler| text.replace(filler, ""));
        let bare = letters(&bare);
        let english = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| word.len() >= 3)
            .map(str::to_ascii_lowercase)
            .collect();
        let mut texts = vec![plain];
        if !bare.is_empty() && bare != texts[0] {
            texts.push(bare);
        }
        Words { texts, english }
    }

    /// How well an item fits; `None` if it does not.
    fn score(&self, item: &BasicItem) -> Option<Score> {
        let name = letters(&item.name);
        let by_name = self.texts.iter().filter_map(|text| score_name(text, &name)).max();
        let by_english = score_english(&self.english, &item.name_en.to_lowercase());
        let scenario = letters(&item.scenario);
        let by_scenario = self
            .texts
            .iter()
            .any(|text| text.len() >= 2 && contains(&scenario, text))
            .then_some(Score { tier: 1, points: 150 });
        by_name.max(by_english).max(by_scenario)
    }
}

/// Letters, digits and characters in lower case: spaces and signs do not count.
fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn contains(text: &[char], part: &[char]) -> bool {
    text.windows(part.len().max(1)).any(|window| window == part)
}

fn score_name(query: &[char], name: &[char]) -> Option<Score> {
    if query.is_empty() {
        return Some(Score { tier: 3, points: 0 });
    }
    if query == name {
        return Some(Score { tier: 3, points: 1000 });
    }
    if contains(name, query) {
        // A short name that contains it is nearer than a long one.
        return Some(Score { tier: 3, points: 500 + share(query.len(), name.len(), 400) });
    }
    if query.iter().all(char::is_ascii_alphabetic) {
        return score_sound(query, name);
    }
    score_bigrams(query, name)
}

fn share(part: usize, whole: usize, points: usize) -> u16 {
    u16::try_from(part * points / whole.max(1)).unwrap_or(u16::MAX)
}

/// By pairs of neighbouring characters: what is typed around or between the words of a name does little harm.
fn score_bigrams(query: &[char], name: &[char]) -> Option<Score> {
    let pairs = query.len().checked_sub(1).filter(|pairs| *pairs > 0)?;
    let hits = query.windows(2).filter(|pair| contains(name, pair)).count();
    let points = share(hits, pairs, 400);
    match points {
        0 => None,
        200.. => Some(Score { tier: 2, points }),
        120.. => Some(Score { tier: 1, points }),
        // One pair of a long sentence is chance, two are not.
        _ if hits >= 2 => Some(Score { tier: 1, points }),
        _ => None,
    }
}

/// By initials (sfz), full pinyin (shenfenzheng) or both mixed (gongjj), from any character of the name on. A single
/// letter only finds names that begin with it.
fn score_sound(query: &[char], name: &[char]) -> Option<Score> {
    let typed: String = query.iter().collect();
    let sounds: Vec<Vec<&'static str>> = name.iter().map(|c| sounds_of(*c)).collect();
    let starts = if typed.len() == 1 { 1 } else { sounds.len() };
    let at = (0..starts).find(|at| spells(&sounds[*at..], &typed))?;
    let early = share(sounds.len() - at, sounds.len(), 100);
    Some(Score { tier: 3, points: 300 + early + share(1, name.len(), 100) })
}

fn sounds_of(c: char) -> Vec<&'static str> {
    match c.to_pinyin_multi() {
        Some(sounds) => sounds.into_iter().map(pinyin::Pinyin::plain).collect(),
        None => c.to_pinyin().map(pinyin::Pinyin::plain).into_iter().collect(),
    }
}

fn spells(sounds: &[Vec<&'static str>], typed: &str) -> bool {
    if typed.is_empty() {
        return true;
    }
    let Some((first, rest)) = sounds.split_first() else { return false };
    first.iter().any(|sound| {
        // The whole syllable, its initial, or at the end of what was typed the beginning of it.
        sound.starts_with(typed)
            || typed.strip_prefix(sound).is_some_and(|left| spells(rest, left))
            || sound.get(..1).and_then(|initial| typed.strip_prefix(initial)).is_some_and(|left| spells(rest, left))
    })
}

fn score_english(words: &[String], name: &str) -> Option<Score> {
    let hits = words.iter().filter(|word| name.contains(word.as_str())).count();
    let tier = if hits == words.len() { 3 } else { 1 };
    (hits > 0).then(|| Score { tier, points: share(hits, words.len(), 400) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde::de::DeserializeOwned;

    fn snapshot() -> Snapshot {
        let world: serde_json::Value = serde_json::from_str(include_str!("../../data/demo/world.json")).unwrap();
        fn part<T: DeserializeOwned>(world: &serde_json::Value, name: &str) -> T {
            serde_json::from_value(world[name].clone()).unwrap()
        }
        let implementations: Vec<Implementation> = part(&world, "implementations");
        Snapshot {
            items: part(&world, "items"),
            mechanisms: part(&world, "mechanisms"),
            implementations: implementations.into_iter().map(|one| (one.id.clone(), one)).collect(),
            ..Snapshot::default()
        }
    }

    fn today() -> Date {
        date(2026, 11, 23)
    }

    fn region(code: &str) -> Region {
        Region::parse(code).unwrap()
    }

    fn rows(query: &str) -> Vec<u16> {
        search(&snapshot(), query, None, None, today()).iter().map(|one| one.row).collect()
    }

    #[test]
    fn part_of_a_name() {
        let mut found = rows("公积金");
        found.sort_unstable();
        // Rows of the first document, and three that the second one added.
        assert_eq!(found, (19..=26).chain(110..=112).collect::<Vec<u16>>());
        assert_eq!(rows("无犯罪"), [27]);
        assert_eq!(rows("居民身份证换领")[0], 36);
    }

    #[test]
    fn one_character() {
        let found = rows("婚");
        assert!(found.contains(&43), "{found:?}");
        assert!(rows("鑫").is_empty());
    }

    #[test]
    fn words_around_it() {
        assert_eq!(rows("我想开无犯罪证明")[0], 27);
        assert_eq!(rows("身份证过期了怎么办")[0], 36);
        assert_eq!(rows("房贷还清证明")[0], 25);
        assert!(rows("登月执照申报表格").is_empty());
    }

    #[test]
    fn initials_and_pinyin() {
        for query in ["sfz", "SFZ", "shenfenzheng", "shenfz", "sfzh"] {
            let found = rows(query);
            assert!([35, 36, 37].iter().all(|row| found.contains(row)), "{query}: {found:?}");
        }
        assert!(rows("gjj").contains(&25));
        assert!(rows("wufanzui").contains(&27));
        assert!(rows("qqqq").is_empty());
    }

    #[test]
    fn english_words() {
        assert_eq!(rows("criminal record")[0], 27);
        assert_eq!(rows("identity card")[0], 36);
    }

    #[test]
    fn a_place_in_the_query() {
        let snapshot = snapshot();
        let wish = read_query(&snapshot, "在合肥开公积金证明");
        assert_eq!(wish, Wish { text: "在开公积金证明".to_owned(), region: Some(region("340100")) });
        let found = search(&snapshot, "合肥 无犯罪", Some(region("320500")), None, today());
        assert_eq!(found[0].row, 27);
        assert_eq!(found[0].offers.iter().map(|offer| offer.region).collect::<Vec<_>>(), [region("340100")]);
        assert_eq!(read_query(&snapshot, "青浦区").region, Some(region("310118")));
    }

    #[test]
    fn across_or_why_not() {
        let snapshot = snapshot();
        let one = |row: u16, here: &str, there: &str| {
            let item = snapshot.items.iter().find(|item| item.row == row).unwrap();
            line(&snapshot, item, Some(region(here)), Some(region(there)), today())
        };
        let found = one(25, "320500", "340100");
        assert_eq!((found.offers.len(), found.offers[0].mode), (1, Mode::CollectHere));
        assert!(found.offers[0].permit.is_some());
        let refused = one(27, "330100", "341800").not_yet;
        assert!(matches!(refused, Some(NotYet::NoMechanism { ref why }) if why.code == "no-mechanism"), "{refused:?}");
        assert!(matches!(one(43, "320500", "340100").not_yet, Some(NotYet::Closed { .. })));
        assert!(matches!(one(34, "320500", "340100").not_yet, Some(NotYet::NotYet { .. })));
        assert_eq!(one(19, "320500", "340100").not_yet, Some(NotYet::ModeUnverified));
        assert_eq!(one(25, "320500", "440100").not_yet, Some(NotYet::NoGuide));
    }

    #[test]
    fn the_same_question_the_same_order() {
        let snapshot = snapshot();
        let ask = || search(&snapshot, "证明", Some(region("320500")), None, today());
        assert_eq!(ask(), ask());
        let all = search(&snapshot, "", Some(region("320500")), None, today());
        assert_eq!(all.len(), limits::SEARCH_RESULTS_MAX.min(snapshot.items.len()));
        assert!(!all[0].offers.is_empty(), "what can be done stands first");
    }
}
