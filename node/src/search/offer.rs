//! What can be handled where, in which mode, since when; or why not yet.

use jiff::civil::Date;
use serde::Serialize;
use tongban_core::catalogue::{Availability, BasicItem, Implementation, Mode};
use tongban_core::ident::Region;
use tongban_core::mechanism::{Permit, permit};
use tongban_core::rule::WhyNot;
use tongban_core::time::Limit;

use crate::directory::Snapshot;

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
    /// Since when this version is in force.
    pub since: Date,
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

/// Where an item can be handled from here, or why nowhere.
pub fn offers(
    snapshot: &Snapshot,
    item: &BasicItem,
    here: Option<Region>,
    there: Option<Region>,
    today: Date,
) -> Result<Vec<Offer>, NotYet> {
    offers_among(snapshot, item, here, there, today, usize::MAX).map(|(offers, _)| offers)
}

/// The same, so many at most, those in other provinces first; and whether there are more.
pub fn offers_among(
    snapshot: &Snapshot,
    item: &BasicItem,
    here: Option<Region>,
    there: Option<Region>,
    today: Date,
    most: usize,
) -> Result<(Vec<Offer>, bool), NotYet> {
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
    // What needs no way comes first; a delegation belongs to a window and is told there.
    const OFFERED: [Mode; 3] = [Mode::FullyOnline, Mode::CollectHere, Mode::Joint];
    if !modes.iter().any(|mode| OFFERED.contains(mode)) {
        return Err(modes.first().map_or(NotYet::ModeUnverified, |mode| NotYet::ModeNotOpen { mode: *mode }));
    }
    let has_parts = |mode: &Mode, one: &Implementation| *mode != Mode::Joint || !one.parts.is_empty();
    let mode_of = |one: &Implementation| OFFERED.into_iter().find(|mode| modes.contains(mode) && has_parts(mode, one));
    let own = |one: &&Implementation| here.is_some_and(|here| here.province() == one.region.province());
    let all = || snapshot.implementations_in(&item.key, there).filter(move |one| one.in_force(today));
    let (mut offers, mut refused, mut more) = (Vec::new(), None, false);
    for one in all().filter(|one| !own(one)).chain(all().filter(own)) {
        let permit = match here.map(|here| permit(&snapshot.mechanisms, &item.key, here, one.region, today)) {
            Some(Err(why)) => {
                refused.get_or_insert(why);
                continue;
            }
            Some(Ok(permit)) => Some(permit),
            None => None,
        };
        let Some(mode) = mode_of(one) else { continue };
        if offers.len() == most {
            more = true;
            break;
        }
        offers.push(Offer {
            implementation: one.id.clone(),
            region: one.region,
            region_name: one.region.full_name(),
            mode,
            online: mode == Mode::FullyOnline,
            promised: one.promised,
            since: one.from,
            materials: one.materials.len(),
            permit,
            invented: one.invented,
        });
    }
    offers.sort_by_key(|offer| offer.region);
    match refused {
        Some(why) if offers.is_empty() => Err(NotYet::NoMechanism { why }),
        None if offers.is_empty() => Err(NotYet::NoGuide),
        _ => Ok((offers, more)),
    }
}
