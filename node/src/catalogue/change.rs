//! What an import would change of what is published: element by element.

use std::collections::BTreeSet;

use tongban_core::catalogue::Implementation;

use super::Known;
use super::column::{About, Element, name};
use super::read::Draft;
use super::write::{cell, compared};
use crate::directory::Snapshot;
use crate::service::publish::News;

/// One element that becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub element: Element,
    /// As it is published.
    pub before: String,
    /// As it would be.
    pub after: String,
}

impl Difference {
    /// The name of the element, as programs have it; its words stand under `catalogue-element-`.
    pub fn name(&self) -> &'static str {
        name(About::Items, self.element)
    }
}

/// In what one version differs from the one before.
pub fn between(before: &Implementation, after: &Implementation, snapshot: &Snapshot) -> Vec<Difference> {
    differing(&compared(), before, after, snapshot)
}

fn differing(
    elements: &[Element],
    before: &Implementation,
    after: &Implementation,
    snapshot: &Snapshot,
) -> Vec<Difference> {
    let differ = |element: &Element| {
        let (before, after) = (cell(*element, before, snapshot), cell(*element, after, snapshot));
        (before != after).then_some(Difference { element: *element, before, after })
    };
    elements.iter().filter_map(differ).collect()
}

/// What happens to one implementation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    New(String),
    /// Some elements change.
    Changed(String, Vec<Difference>),
    /// It is published and not in the file: it stays.
    Kept(String),
    /// It is published and not in the file: it goes.
    Removed(String),
}

/// All of it, and what would be published.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// One by one; without those that stay the same.
    pub all: Vec<Change>,
    /// How many stay the same.
    pub unchanged: usize,
    /// What would be said: next versions, and what is no longer offered.
    pub news: News,
}

impl Changes {
    /// Whether anything would be published.
    pub fn is_nothing(&self) -> bool {
        self.news.is_empty()
    }

    /// How many implementations something is said of.
    pub fn said(&self) -> usize {
        self.news.next.len() + self.news.ended.len()
    }

    /// How many are new, changed, kept and removed.
    pub fn counts(&self) -> [usize; 4] {
        let count = |is: fn(&Change) -> bool| self.all.iter().filter(|change| is(change)).count();
        [
            count(|change| matches!(change, Change::New(_))),
            count(|change| matches!(change, Change::Changed(..))),
            count(|change| matches!(change, Change::Kept(_))),
            count(|change| matches!(change, Change::Removed(_))),
        ]
    }

    /// Compares. `replace`: what the file does not have goes.
    pub fn of(drafts: &[Draft], known: &Known<'_>, replace: bool) -> Changes {
        let mut changes = Changes::default();
        let elements = compared();
        let mut seen = BTreeSet::new();
        for draft in drafts.iter().filter(|draft| seen.insert(draft.one.id.as_str())) {
            let mut one = draft.one.clone();
            let Some(published) = known.published.get(&one.id) else {
                one.version = 1;
                changes.all.push(Change::New(one.id.clone()));
                changes.news.next.push(one);
                continue;
            };
            let differences = differing(&elements, published, &one, known.snapshot);
            if differences.is_empty() {
                changes.unchanged += 1;
            } else {
                changes.all.push(Change::Changed(one.id.clone(), differences));
                one.version = published.version + 1;
                changes.news.next.push(one);
            }
        }
        for (id, published) in known.published.iter().filter(|(id, _)| !seen.contains(id.as_str())) {
            if replace {
                changes.all.push(Change::Removed(id.clone()));
                changes.news.ended.push(published.clone());
            } else {
                changes.all.push(Change::Kept(id.clone()));
            }
        }
        // By identifier, so that the same file always says the same.
        changes.news.next.sort_by(|one, other| one.id.cmp(&other.id));
        changes
    }
}
