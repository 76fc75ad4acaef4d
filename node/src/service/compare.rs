//! One item in all places, of the documents that are published and in force: the same for pages and API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::civil::Date;
use tokio::sync::watch;
use tongban_core::catalogue::Implementation;
use tongban_core::catalogue::compare::{Common, common, mean};
use tongban_core::ident::Region;

use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::store::Hurt;

/// An item in the list of all that can be compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Key of the item.
    pub item: String,
    /// In how many places it is in force.
    pub places: usize,
    /// How far they agree; `None` if there is nothing to be compared.
    pub conformity: Option<f64>,
    /// In how many elements all places deviate together.
    pub deviations: u32,
    /// The figure of each province that has it, by region code.
    pub provinces: Vec<(Region, Option<f64>)>,
    /// Of what all this was found.
    of: Vec<Arc<Implementation>>,
}

/// The implementations of an item that are in force on a day.
pub fn in_force<'a>(snapshot: &'a Snapshot, item: &'a str, today: Date) -> Vec<&'a Implementation> {
    snapshot.implementations_of(item).filter(|one| one.in_force(today)).collect()
}

/// The implementation of an item by a region's own authority, or by that of the nearest region above it.
pub fn own<'a>(snapshot: &'a Snapshot, item: &'a str, region: Region, today: Date) -> Option<&'a Implementation> {
    // Of regions that contain this one, the deepest has the highest code.
    let near = in_force(snapshot, item, today).into_iter().filter(|one| one.region.contains(region));
    near.max_by_key(|one| one.region)
}

/// An item in all places.
pub fn of_item<'a>(snapshot: &'a Snapshot, item: &'a str, today: Date) -> Common<'a> {
    common(&in_force(snapshot, item, today))
}

/// What was found of all items. It is found anew beside the requests, so that a page never waits for long.
#[derive(Debug, Default)]
pub struct Comparisons(watch::Sender<Arc<All>>);

/// All items that somewhere are in force, of one snapshot.
#[derive(Debug, Default)]
pub struct All {
    of: Weak<Snapshot>,
    /// By key.
    pub items: Vec<Compared>,
}

impl All {
    fn is_of(&self, snapshot: &Arc<Snapshot>) -> bool {
        std::ptr::eq(self.of.as_ptr(), Arc::as_ptr(snapshot))
    }
}

/// All items compared, and whether that is of what is known now. With thousands of places for each of many items it takes
/// seconds after something new came; whoever asks meanwhile waits a moment at most, and has what was found last.
pub async fn all(app: &App) -> (Arc<All>, bool) {
    let mut news = app.comparisons.0.subscribe();
    let found = news.wait_for(|all| all.is_of(&app.directory.now()));
    let patience = Duration::from_millis(limits::COMPARE_WAIT_MS);
    let is_current = matches!(tokio::time::timeout(patience, found).await, Ok(Ok(_)));
    (app.comparisons.0.borrow().clone(), is_current)
}

/// Compares all items whenever something new is known: one run after the other, and of what came meanwhile only the last.
/// Runs until the process ends.
pub async fn follow(app: App) {
    let mut news = app.directory.news();
    loop {
        let snapshot = news.borrow_and_update().clone();
        let before = app.comparisons.0.borrow().clone();
        let found = tokio::task::spawn_blocking(move || {
            let items = find(&snapshot, &before.items);
            All { of: Arc::downgrade(&snapshot), items }
        });
        match found.await {
            Ok(all) => drop(app.comparisons.0.send_replace(Arc::new(all))),
            Err(error) => tracing::error!(%error, "items are not compared"),
        }
        if news.changed().await.is_err() {
            return;
        }
    }
}

/// Compares all items of a snapshot. An item whose implementations are those that they were before keeps its figures.
fn find(snapshot: &Snapshot, before: &[Compared]) -> Vec<Compared> {
    let mut items: BTreeMap<&str, Vec<&Arc<Implementation>>> = BTreeMap::new();
    for one in snapshot.implementations.values().filter(|one| one.in_force(snapshot.day)) {
        items.entry(&one.item).or_default().push(one);
    }
    let compared = items.into_iter().map(|(item, places)| {
        let known = before.binary_search_by(|one| one.item.as_str().cmp(item)).ok().map(|at| &before[at]);
        match known.filter(|known| known.of.iter().eq(places.iter().copied())) {
            Some(known) => known.clone(),
            None => compared(item, &places),
        }
    });
    compared.collect()
}

fn compared(item: &str, places: &[&Arc<Implementation>]) -> Compared {
    let all: Vec<&Implementation> = places.iter().map(|one| &***one).collect();
    let common = common(&all);
    Compared {
        item: item.to_owned(),
        places: places.len(),
        conformity: common.conformity(),
        deviations: common.deviations(),
        provinces: provinces(&common).into_iter().map(|one| (one, common.conformity_in(one))).collect(),
        of: places.iter().copied().cloned().collect(),
    }
}

/// The provinces in which an item is in force.
pub fn provinces(common: &Common<'_>) -> Vec<Region> {
    let mut provinces: Vec<Region> = common.all().iter().map(|one| one.region.province()).collect();
    provinces.sort_unstable();
    provinces.dedup();
    provinces
}

/// The figure of every province over all items: the mean of those that it has.
pub fn by_province(all: &[Compared]) -> Vec<(Region, Option<f64>)> {
    let mut figures: BTreeMap<Region, Vec<f64>> = BTreeMap::new();
    for (province, figure) in all.iter().flat_map(|one| &one.provinces) {
        figures.entry(*province).or_default().extend(figure);
    }
    figures.into_iter().map(|(province, figures)| (province, mean(figures))).collect()
}

/// How many cases of an item were hurt.
pub fn hurt(all: &[Hurt], item: &str) -> u64 {
    all.iter().filter(|one| one.item == item).map(|one| one.cases).sum()
}

/// How many of them were decided in some places.
pub fn hurt_at(all: &[Hurt], item: &str, places: &[&Implementation]) -> u64 {
    let authorities: BTreeSet<String> = places.iter().map(|one| one.authority.to_string()).collect();
    let there = all.iter().filter(|one| one.item == item && authorities.contains(&one.handling));
    there.map(|one| one.cases).sum()
}

/// How many of them were taken in at a window in one of two places for the authority in the other, in either direction.
pub fn hurt_between(snapshot: &Snapshot, all: &[Hurt], one: &Implementation, other: &Implementation) -> u64 {
    let regions: BTreeMap<String, Region> =
        snapshot.organisations.values().map(|org| (org.uscc.to_string(), org.region)).collect();
    let went = |hurt: &&Hurt, from: &Implementation, to: &Implementation| {
        let taken_in = regions.get(&hurt.receiving).is_some_and(|region| from.region.contains(*region));
        taken_in && hurt.handling == to.authority.to_string()
    };
    let of_item = all.iter().filter(|hurt| hurt.item == one.item);
    of_item.filter(|hurt| went(hurt, one, other) || went(hurt, other, one)).map(|hurt| hurt.cases).sum()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_item_whose_implementations_are_the_same_keeps_its_figures() {
        let world: serde_json::Value = serde_json::from_str(include_str!("../../../data/demo/world.json")).unwrap();
        let all: Vec<Implementation> = serde_json::from_value(world["implementations"].clone()).unwrap();
        let mut snapshot = Snapshot { day: date(2026, 11, 23), ..Snapshot::default() };
        snapshot.implementations.extend(all.into_iter().map(|one| (one.id.clone(), Arc::new(one))));
        let mut before = find(&snapshot, &[]);
        // A figure that nobody finds: what has it was not found anew.
        before.iter_mut().for_each(|one| one.deviations = 9_999);
        let changed = snapshot.implementations.get_mut("2020-35-25@340100").unwrap();
        Arc::make_mut(changed).fee = "10元".to_owned();
        let after = find(&snapshot, &before);
        assert!(after.len() > 1 && after.len() == before.len());
        for one in &after {
            assert_eq!(one.deviations != 9_999, one.item == "2020-35-25", "{}", one.item);
        }
        // What is in force nowhere any more is not there.
        snapshot.implementations.retain(|id, _| !id.starts_with("2020-35-25@"));
        assert_eq!(find(&snapshot, &after).len(), after.len() - 1);
    }
}
