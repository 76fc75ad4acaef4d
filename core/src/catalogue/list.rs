//! An authority's list of implementations (实施清单) as a dossier: who holds the power publishes versions of them, and
//! everyone reads them.
//!
//! Versions of one implementation follow each other by number and by their first day. A later one ends the one before on
//! its first day, so no two are ever in force together. Nothing is deleted: what is no longer offered has a last day.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Implementation;
use crate::dossier::{NodeId, Role};
use crate::ident::Uscc;
use crate::network::tie::Tie;
use crate::public::Room;
use crate::rule::{Asks, WhyNot};

/// What can be said in an authority's list. In JSON the act is the one key, not a field among others: an entry may be long,
/// and is so read once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The list begins.
    Opened {
        /// Whose it is.
        authority: Uscc,
    },
    /// These nodes may read it, and what follows.
    LetIn {
        /// Not more than [`crate::public::LET_IN_MAX`].
        nodes: Vec<NodeId>,
    },
    /// First or next versions.
    Published {
        /// Each the next version of its id.
        implementations: Vec<Implementation>,
    },
    /// No longer offered.
    Ended {
        /// Which.
        ids: Vec<String>,
        /// The first day on which they are not in force.
        until: Date,
    },
}

/// An authority's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Whose it is.
    pub authority: Uscc,
    /// All versions of each implementation by its id, in their order. Shared: the whole of a long list is not copied to
    /// look at it.
    pub versions: Arc<BTreeMap<String, Vec<Arc<Implementation>>>>,
}

impl List {
    /// The version that is in force on a day; if none is, the last one that was, or the first that will be.
    pub fn on(versions: &[Arc<Implementation>], day: Date) -> Option<&Arc<Implementation>> {
        versions.iter().rev().find(|one| one.from <= day).or_else(|| versions.first())
    }

    /// How many implementations have ever been in it.
    pub fn len(&self) -> usize {
        self.versions.len()
    }

    /// Whether nothing was ever in it.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }
}

impl Room for List {
    const KIND: &'static str = "list";
    type Act = Act;

    fn name(act: &Act) -> &'static str {
        match act {
            Act::Opened { .. } => "opened",
            Act::LetIn { .. } => "let_in",
            Act::Published { .. } => "published",
            Act::Ended { .. } => "ended",
        }
    }

    fn let_in(nodes: Vec<NodeId>) -> Act {
        Act::LetIn { nodes }
    }

    fn lets_in(act: &Act) -> Option<&[NodeId]> {
        match act {
            Act::LetIn { nodes } => Some(nodes),
            _ => None,
        }
    }

    fn open(act: Act, asks: &Asks<'_>) -> Result<List, WhyNot> {
        match act {
            Act::Opened { authority } if speaks_for(authority, asks) => {
                Ok(List { authority, versions: Arc::default() })
            }
            _ => Err(WhyNot::new("not-yours-to-publish")),
        }
    }

    fn may(&self, act: &Act, asks: &Asks<'_>, holder: &NodeId) -> Result<(), WhyNot> {
        if asks.node != holder || !speaks_for(self.authority, asks) {
            return Err(WhyNot::new("not-yours-to-publish"));
        }
        match act {
            Act::Published { implementations } => {
                if implementations.is_empty() {
                    return Err(WhyNot::new("empty"));
                }
                implementations.iter().try_for_each(|one| self.follows(one))
            }
            Act::Ended { ids, until } => {
                ids.iter().try_for_each(|id| match self.versions.get(id).and_then(|all| all.last()) {
                    None => Err(WhyNot::new("list-unknown").with("id", id)),
                    Some(last) if last.from > *until => Err(WhyNot::new("list-version").with("id", id)),
                    Some(_) => Ok(()),
                })
            }
            Act::Opened { .. } | Act::LetIn { .. } => Err(WhyNot::new("opened-twice")),
        }
    }

    fn ties(&self, _act: &Act, _asks: &Asks<'_>) -> Vec<Tie> {
        // What an authority offers is its own affair: it ties nobody before somebody uses it.
        Vec::new()
    }

    fn take(&mut self, act: Act, _: &Asks<'_>, _: u32) {
        let versions = Arc::make_mut(&mut self.versions);
        match act {
            Act::Published { implementations } => {
                for one in implementations {
                    versions.entry(one.id.clone()).or_default().push(Arc::new(one));
                }
            }
            Act::Ended { ids, until } => {
                for id in &ids {
                    if let Some(last) = versions.get_mut(id).and_then(|all| all.last_mut()) {
                        Arc::make_mut(last).until = Some(until);
                    }
                }
            }
            Act::Opened { .. } | Act::LetIn { .. } => {}
        }
    }
}

impl List {
    /// Whether this is the next version of its id. Several of one id in one entry do not follow each other.
    fn follows(&self, one: &Implementation) -> Result<(), WhyNot> {
        if one.authority != self.authority {
            return Err(WhyNot::new("not-yours-to-publish"));
        }
        let last = self.versions.get(&one.id).and_then(|all| all.last());
        let is_next = last.is_none_or(|last| one.version > last.version && one.from >= last.from);
        let stands = one.until.is_none_or(|until| one.from <= until);
        if is_next && stands { Ok(()) } else { Err(WhyNot::new("list-version").with("id", &one.id)) }
    }
}

/// Whether the authority itself speaks, or its node, which takes in what its offices bring.
fn speaks_for(authority: Uscc, asks: &Asks<'_>) -> bool {
    asks.by.role == Role::System || asks.by.role == Role::Officer && asks.by.org == Some(authority)
}
