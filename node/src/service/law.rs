//! Laws: what is known from the beginning, what rests on them, what a change of one touches, and where they stand in the way.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use tongban_core::catalogue::{BasicItem, Basis, Implementation};
use tongban_core::dossier::By;
use tongban_core::law::{Act, Conflict, Evidence, Found, Instrument, Law, Remedy, Standing, standing};
use tongban_core::matter;
use tongban_core::mechanism::Mechanism;

use super::ServiceError;
use super::publish::begin;
use crate::app::App;
use crate::directory::Snapshot;
use crate::store::{Say, Target};

/// A conflict that is known from the beginning.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownConflict {
    /// Key of the law.
    law: String,
    conflict: Conflict,
    #[serde(default)]
    closed: Option<KnownEnd>,
}

/// How it ended.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownEnd {
    on: Date,
    by: Remedy,
    why: String,
    why_en: String,
    evidence: Evidence,
}

static LAWS: LazyLock<Vec<Instrument>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../data/laws.json")).expect("data/laws.json is tested"));

static CONFLICTS: LazyLock<Vec<KnownConflict>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/conflicts.json")).expect("data/conflicts.json is tested")
});

/// Whether this node keeps the register of laws: it is the registrar's.
pub fn is_keeper(app: &App) -> bool {
    app.directory.now().is_registrar(&app.config.node)
}

/// Publishes the laws and conflicts that come with the program, as far as they are not published yet. Says in how many
/// dossiers something was said.
pub async fn publish_known(app: &App) -> Result<usize, ServiceError> {
    if !is_keeper(app) {
        return Err(ServiceError::Forbidden);
    }
    let all = unpublished(app);
    let count = all.len();
    if count > 0 {
        app.writer.say_all(all).await?;
        app.directory.reload(&app.store).await?;
    }
    Ok(count)
}

/// In how many dossiers [`publish_known`] would say something.
pub fn count_unpublished(app: &App) -> usize {
    unpublished(app).len()
}

fn unpublished(app: &App) -> Vec<Say> {
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    let mut all = Vec::new();
    for instrument in LAWS.iter() {
        let held = snapshot.laws.get(&instrument.key);
        let conflicts = unsaid(held.map(|held| &held.public.room), &instrument.key, today);
        let conflicts = conflicts.into_iter().map(|act| (By::system(), matter::Act::from(act)));
        match held {
            Some(held) => {
                let say = Say::of(Target::Existing(held.id), conflicts);
                all.extend((!say.acts.is_empty()).then_some(say));
            }
            None => {
                let published = Act::Published { instrument: Box::new(instrument.clone()) };
                let mut say = begin(app, format!("law {}", instrument.key), (By::system(), published.into()));
                say.acts.extend(conflicts);
                all.push(say);
            }
        }
    }
    all
}

/// What is known of conflicts of a law by a day, and not said in its dossier.
fn unsaid(law: Option<&Law>, key: &str, today: Date) -> Vec<Act> {
    let held = law.map_or(&[] as &[Found], |law| law.conflicts.as_slice());
    let mut next = held.len() as u32;
    let mut acts = Vec::new();
    let is_past = |known: &&KnownConflict| {
        let conflict = &known.conflict;
        conflict.since <= today && conflict.evidence.iter().all(|one| one.date <= today)
    };
    for known in CONFLICTS.iter().filter(|known| known.law == key).filter(is_past) {
        let place = held.iter().position(|found| found.conflict == known.conflict);
        let number = match place {
            Some(place) => place as u32 + 1,
            None => {
                acts.push(Act::ConflictFound { conflict: Box::new(known.conflict.clone()) });
                next += 1;
                next
            }
        };
        let is_closed = place.is_some_and(|place| held[place].closed.is_some());
        let end = known.closed.as_ref().filter(|end| !is_closed && end.on <= today && end.evidence.date <= today);
        acts.extend(end.map(|end| Act::ConflictClosed {
            conflict: number,
            on: end.on,
            by: end.by,
            why: end.why.clone(),
            why_en: end.why_en.clone(),
            evidence: end.evidence.clone(),
        }));
    }
    acts
}

/// What rests on a law.
#[derive(Debug, Default)]
pub struct Resting<'a> {
    /// Basic items: they name it, or are listed in it.
    pub items: Vec<&'a BasicItem>,
    /// Implementations, each with whether it is named as data; otherwise their words cite it.
    pub implementations: Vec<(&'a Implementation, bool)>,
    /// Mechanisms whose document it is.
    pub mechanisms: Vec<&'a Mechanism>,
}

/// Whether a text cites a document by its number or its title.
fn cites(text: &str, law: &Instrument) -> bool {
    let names = [&law.number, &law.title];
    names.into_iter().any(|name| !name.is_empty() && text.contains(name.as_str()))
}

/// What rests on a law: what a change of it touches.
pub fn resting<'a>(snapshot: &'a Snapshot, law: &Instrument) -> Resting<'a> {
    let names = |bases: &[Basis]| bases.iter().any(|basis| basis.law == law.key);
    let items = snapshot.items.iter().filter(|item| names(&item.bases) || cites(&item.document, law)).collect();
    let mut implementations = Vec::new();
    for one in snapshot.implementations.values() {
        let one: &Implementation = one;
        let is_named = names(&one.bases);
        if is_named || cites(&one.legal_basis, law) {
            implementations.push((one, is_named));
        }
    }
    let mechanisms = snapshot.mechanisms.iter().filter(|one| cites(&one.document, law)).collect();
    Resting { items, implementations, mechanisms }
}

impl Resting<'_> {
    /// Keys of all items that are touched: by themselves, by an implementation, or by a mechanism.
    pub fn keys(&self) -> Vec<&str> {
        let own = self.items.iter().map(|item| item.key.as_str());
        let implemented = self.implementations.iter().map(|(one, _)| one.item.as_str());
        let permitted = self.mechanisms.iter().flat_map(|one| one.items.iter().map(String::as_str));
        let mut keys: Vec<&str> = own.chain(implemented).chain(permitted).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// A conflict of a law with an item.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// The law.
    pub law: &'a Law,
    /// The conflict's number.
    pub number: u32,
    /// The conflict.
    pub found: &'a Found,
}

/// Conflicts with an item, or with a mechanism by which it is taken in.
pub fn conflicts<'a>(snapshot: &'a Snapshot, item: &str) -> Vec<Against<'a>> {
    let by_mechanism = |conflict: &Conflict| {
        let mut named = snapshot.mechanisms.iter().filter(|one| conflict.mechanisms.contains(&one.id));
        named.any(|one| one.items.iter().any(|key| key == item))
    };
    let touches = |conflict: &Conflict| conflict.items.iter().any(|key| key == item) || by_mechanism(conflict);
    let mut all = Vec::new();
    for dossier in snapshot.laws.values() {
        let law = &dossier.public.room;
        let numbered = law.numbered().into_iter().filter(|(_, found)| touches(&found.conflict));
        all.extend(numbered.map(|(number, found)| Against { law, number, found }));
    }
    all
}

/// What is known of a law by its key.
pub fn instrument<'a>(snapshot: &'a Snapshot, key: &str) -> Option<&'a Instrument> {
    snapshot.laws.get(key).map(|dossier| &dossier.public.room.instrument)
}

/// Whether a basis is in force on a day.
pub fn standing_of(snapshot: &Snapshot, basis: &Basis, day: Date) -> Standing {
    standing(basis, instrument(snapshot, &basis.law), day)
}

/// Bases of a version that changed or ended after it began, each with the day (依据已修订).
pub fn revised<'a>(snapshot: &Snapshot, one: &'a Implementation, today: Date) -> Vec<(&'a Basis, Date)> {
    let since = |basis: &Basis| {
        let law = instrument(snapshot, &basis.law)?;
        let ended = match law.standing(&basis.article, today) {
            Standing::Ended { since } => Some(since),
            _ => None,
        };
        law.changed(&basis.article, one.from, today).or(ended)
    };
    one.bases.iter().filter_map(|basis| Some((basis, since(basis)?))).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use tongban_core::dossier::Moment;
    use tongban_core::public::Room as _;
    use tongban_core::rule::Asks;

    use super::*;

    fn opened(instrument: &Instrument, today: Date) -> Law {
        let (by, node) = (By::system(), "registrar".parse().unwrap());
        let asks = Asks { by: &by, node: &node, pen: None, at: Moment::start_of(today) };
        Law::open(Act::Published { instrument: Box::new(instrument.clone()) }, &asks).unwrap()
    }

    #[test]
    fn what_comes_with_the_program_may_be_said_and_is_said_once() {
        let today = date(2026, 11, 23);
        let (by, node) = (By::system(), "registrar".parse().unwrap());
        let asks = Asks { by: &by, node: &node, pen: None, at: Moment::start_of(today) };
        let mut said = 0;
        for instrument in LAWS.iter() {
            let mut law = opened(instrument, today);
            for act in unsaid(None, &instrument.key, today) {
                law.may(&act, &asks, &node).unwrap_or_else(|why| panic!("{}: {why}", instrument.key));
                law.take(act, &asks, 1);
                said += 1;
            }
            assert!(unsaid(Some(&law), &instrument.key, today).is_empty(), "{}", instrument.key);
        }
        assert_eq!(said, 2 * CONFLICTS.len(), "each conflict names a law of the list, and was closed");
    }

    #[test]
    fn the_marriage_conflict_was_open_until_the_regulations_were_revised() {
        let said = |today| unsaid(None, "marriage-registration", today).len();
        assert_eq!(said(date(2020, 1, 1)), 0);
        let law = LAWS.iter().find(|law| law.key == "marriage-registration").unwrap();
        let basis = Basis { law: law.key.clone(), article: "第四条".to_owned() };
        assert_eq!(standing(&basis, Some(law), date(2025, 5, 9)), Standing::InForce);
        assert_eq!(law.changed("第四条", date(2024, 1, 1), date(2026, 11, 23)), Some(date(2025, 5, 10)));
        assert_eq!(said(date(2026, 11, 23)), 2);
    }

    #[test]
    fn a_document_is_cited_by_its_number_or_its_title() {
        let law = LAWS.iter().find(|law| law.key == "housing-fund").unwrap();
        assert!(cites("住房公积金管理条例（国务院令第350号，条款待核实）", law));
        assert!(cites("国务院令第350号", law));
        assert!(!cites("国办发〔2020〕35号", law) && !cites("", law));
    }
}
