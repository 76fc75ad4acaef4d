//! One item in all places, of the documents that are published and in force: the same for pages and API.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use jiff::civil::Date;
use tongban_core::catalogue::Implementation;
use tongban_core::catalogue::compare::{Common, common, mean};
use tongban_core::ident::Region;

use crate::directory::Snapshot;
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
    /// The figure of each province that has it.
    pub provinces: Vec<(Region, Option<f64>)>,
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

/// What was found last: of which documents, on which day.
type Last = Option<(Weak<Snapshot>, Date, Arc<Vec<Compared>>)>;

static LAST: Mutex<Last> = Mutex::new(None);

/// All items that somewhere are in force. Found once for the documents of a day: with thousands of places for each of many
/// items it takes seconds, on a thread of its own.
pub async fn all(snapshot: &Arc<Snapshot>, today: Date) -> Arc<Vec<Compared>> {
    let of = Arc::downgrade(snapshot);
    {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, day, found)) = last.as_ref()
            && *day == today
            && known.ptr_eq(&of)
        {
            return found.clone();
        }
    }
    let held = snapshot.clone();
    let found = tokio::task::spawn_blocking(move || Arc::new(find(&held, today))).await.unwrap_or_default();
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some((of, today, found.clone()));
    found
}

fn find(snapshot: &Snapshot, today: Date) -> Vec<Compared> {
    let mut items: BTreeMap<&str, Vec<&Implementation>> = BTreeMap::new();
    for one in snapshot.implementations.values().filter(|one| one.in_force(today)) {
        items.entry(&one.item).or_default().push(one);
    }
    let compared = items.into_iter().map(|(item, places)| {
        let common = common(&places);
        Compared {
            item: item.to_owned(),
            places: places.len(),
            conformity: common.conformity(),
            deviations: common.deviations(),
            provinces: provinces(&common).into_iter().map(|one| (one, common.conformity_in(one))).collect(),
        }
    });
    compared.collect()
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
