//! Finding items.

use jiff::civil::Date;
use serde::Serialize;
use tongban_core::ident::Region;

use crate::directory::Snapshot;

/// A found item.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Key.
    pub item: String,
}

/// Finds items.
pub fn search(
    snapshot: &Snapshot,
    query: &str,
    _here: Option<Region>,
    _there: Option<Region>,
    _today: Date,
) -> Vec<Found> {
    snapshot
        .items
        .iter()
        .filter(|item| item.name.contains(query))
        .map(|item| Found { item: item.key.clone() })
        .collect()
}
