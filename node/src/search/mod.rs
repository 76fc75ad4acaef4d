//! 检索: finding an item by the words that people use: its name or a part of it, everyday words, initials or full pinyin, a
//! wrong character, English words, with the place in the same line.
//!
//! Items are searched, some hundreds to ten thousand of them, through an [`Index`] that is built once a [`Snapshot`]. Their
//! implementations, a million perhaps, are never searched: they are looked up by item and region. Pure functions over a
//! snapshot; the pages and the API show the same.

mod index;
mod offer;
mod query;
mod rank;
mod words;

use jiff::civil::Date;
use serde::Serialize;
use tongban_core::catalogue::{BasicItem, Mark, Subject};
use tongban_core::ident::Region;

use crate::directory::Snapshot;
use crate::limits;

pub use index::Index;
pub use offer::{NotYet, Offer, offers, offers_among};
pub use query::{Wish, normalised, read_query};
pub use rank::Fit;

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
    /// How well it fits what was typed.
    pub fit: Fit,
    /// Where it can be handled from here, by region; empty if nowhere.
    pub offers: Vec<Offer>,
    /// Whether there are more places than these.
    pub more: bool,
    /// Why it cannot be handled, if nowhere.
    pub not_yet: Option<NotYet>,
}

/// Finds items. `here` is where it is taken in, `there` where it is to be decided; a place named in the query counts as
/// `there`, or as `here` if it is said so, where no other was chosen. An empty query finds all. The order is the same for
/// the same question.
pub fn search(
    snapshot: &Snapshot,
    query: &str,
    here: Option<Region>,
    there: Option<Region>,
    today: Date,
) -> Vec<Found> {
    let wish = read_query(snapshot, query);
    let (here, there) = (here.or(wish.here), there.or(wish.region));
    let mut hits: Vec<_> = rank::rank(snapshot.index(), &wish.text)
        .into_iter()
        .filter_map(|hit| Some((snapshot.items.get(hit.at)?, hit)))
        .map(|(item, hit)| (offers_among(snapshot, item, here, there, today, 1).is_ok(), item, hit))
        .collect();
    // What can be done counts somewhat more than what fits as well and cannot.
    let points = |can: bool, points: f64| if can { points * CAN_FACTOR } else { points };
    hits.sort_by(|(can, item, hit), (other_can, other_item, other)| {
        let named = (other.fit == Fit::Name).cmp(&(hit.fit == Fit::Name));
        let most = points(*other_can, other.points).total_cmp(&points(*can, hit.points));
        named.then(most).then(other_can.cmp(can)).then(item.row.cmp(&other_item.row))
    });
    let least = hits.first().map_or(0.0, |(can, _, hit)| points(*can, hit.points) * LEAST_SHARE);
    hits.retain(|(can, _, hit)| hit.fit == Fit::Name || points(*can, hit.points) >= least);
    hits.truncate(limits::SEARCH_RESULTS_MAX);
    let most = limits::SEARCH_OFFERS_MAX;
    hits.into_iter().map(|(_, item, hit)| found(snapshot, item, here, there, today, hit.fit, most)).collect()
}

/// How much more what can be done counts.
const CAN_FACTOR: f64 = 1.12;
/// What has less than this share of the first one's points is chance.
const LEAST_SHARE: f64 = 0.3;

/// One item as its line in the results shows it.
pub fn line(snapshot: &Snapshot, item: &BasicItem, here: Option<Region>, there: Option<Region>, today: Date) -> Found {
    found(snapshot, item, here, there, today, Fit::Name, usize::MAX)
}

fn found(
    snapshot: &Snapshot,
    item: &BasicItem,
    here: Option<Region>,
    there: Option<Region>,
    today: Date,
    fit: Fit,
    most: usize,
) -> Found {
    let ((offers, more), not_yet) = match offers_among(snapshot, item, here, there, today, most) {
        Ok(offers) => (offers, None),
        Err(not_yet) => ((Vec::new(), false), Some(not_yet)),
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
        fit,
        offers,
        more,
        not_yet,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde::de::DeserializeOwned;
    use tongban_core::catalogue::{Implementation, Mode};

    fn snapshot() -> Snapshot {
        let world: serde_json::Value = serde_json::from_str(include_str!("../../../data/demo/world.json")).unwrap();
        fn part<T: DeserializeOwned>(world: &serde_json::Value, name: &str) -> T {
            serde_json::from_value(world[name].clone()).unwrap()
        }
        let implementations: Vec<Implementation> = part(&world, "implementations");
        Snapshot {
            items: part(&world, "items"),
            mechanisms: part(&world, "mechanisms"),
            implementations: implementations.into_iter().map(|one| (one.id.clone(), one.into())).collect(),
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
        let text = "在 开公积金证明".to_owned();
        assert_eq!(wish, Wish { text, region: Some(region("340100")), here: None });
        let found = search(&snapshot, "合肥 无犯罪", Some(region("320500")), None, today());
        assert_eq!(found[0].row, 27);
        assert_eq!(found[0].offers.iter().map(|offer| offer.region).collect::<Vec<_>>(), [region("340100")]);
        assert_eq!(read_query(&snapshot, "青浦区").region, Some(region("310118")));
    }

    #[test]
    fn two_places_in_the_query() {
        let snapshot = snapshot();
        let places = |query: &str| {
            let wish = read_query(&snapshot, query);
            (wish.here.map(Region::name), wish.region.map(Region::name))
        };
        assert_eq!(places("在苏州办安徽身份证"), (Some("苏州市"), Some("安徽省")));
        assert_eq!(places("想开合肥的无犯罪证明，人在苏州"), (Some("苏州市"), Some("合肥市")));
        assert_eq!(places("安徽的养老保险转到江苏"), (Some("江苏省"), Some("安徽省")));
        assert_eq!(places("安徽合肥的公积金"), (None, Some("合肥市")));
        assert_eq!(places("去台湾旅游"), (None, None));
    }

    #[test]
    fn a_wrong_character_and_everyday_words() {
        assert_eq!(rows("公基金还清证明")[0], 25);
        assert_eq!(rows("无犯最记录")[0], 27);
        assert_eq!(rows("驾照丢了")[0], 42);
        assert!(rows("jiazhao").contains(&42));
        assert!(rows("passport").contains(&41));
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
