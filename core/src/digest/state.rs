//! The state of a node's digest, and who may say what.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cells::is_told;
use super::entry::{Act, Reason, Row};
use super::{LEAST, Month, PARTS_MAX, ROWS_BYTES_MAX, ROWS_MAX, Table};
use crate::dossier::{Moment, NodeId, Role};
use crate::network::tie::Tie;
use crate::public::Room;
use crate::rule::{Asks, WhyNot};

/// What a node told of its ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Whose ties.
    pub node: NodeId,
    /// The first month of which it tells.
    pub from: Month,
    /// When it began.
    pub since: Moment,
    /// Months as they were told last.
    pub months: BTreeMap<Month, Told>,
    /// A version of a month of which parts are still to come.
    pub coming: Option<(Month, Told)>,
}

/// A month as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When; the last part of it.
    pub at: Moment,
    /// Which version, from 1.
    pub version: u32,
    /// Why there is another version than the first.
    pub reason: Option<Reason>,
    /// How many ties of a relation and a sign between two actors were left out.
    pub suppressed: u32,
    /// How many parts it has when it is whole.
    pub of_parts: u32,
    /// Those that are there, in their order.
    pub parts: Vec<Part>,
}

/// What one entry told of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Number of its stamp.
    pub seq: u32,
    /// What was done. Shared: the whole is not copied to look at it.
    pub rows: Arc<[Row]>,
}

impl Told {
    /// All rows, each with the number of the stamp under which it stands.
    pub fn rows(&self) -> impl Iterator<Item = (u32, &Row)> {
        self.parts.iter().flat_map(|part| part.rows.iter().map(|row| (part.seq, row)))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.rows.len()).sum()
    }

    /// Whether nothing was told of it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many facts stand in the rows.
    pub fn facts(&self) -> u64 {
        self.rows().map(|(_, row)| u64::from(row.count)).sum()
    }

    /// The same as it was made.
    pub fn table(&self) -> Table {
        Table { rows: self.rows().map(|(_, row)| row.clone()).collect(), suppressed: self.suppressed }
    }
}

impl Digest {
    /// The first month that was not told yet.
    pub fn next(&self) -> Month {
        self.months.last_key_value().map_or(self.from, |(month, _)| month.next())
    }

    fn may_publish(&self, act: &Act, asks: &Asks<'_>) -> Result<(), WhyNot> {
        let Act::Published { month, part, parts, suppressed, reason, rows } = act else {
            return Err(WhyNot::new("opened-twice"));
        };
        if asks.at.date() <= month.last() {
            return Err(WhyNot::new("digest-not-over").with("month", month));
        }
        match (self.months.contains_key(month), reason) {
            (true, None) => return Err(WhyNot::new("digest-told").with("month", month)),
            (false, None) if *month == self.next() => {}
            (false, _) => return Err(WhyNot::new("digest-order").with("month", self.next())),
            (true, Some(_)) => {}
        }
        let coming = self.coming.as_ref().filter(|(coming, told)| {
            let head = (told.of_parts, told.suppressed, told.reason);
            coming == month && head == (*parts, *suppressed, *reason) && told.parts.len() as u32 + 1 == *part
        });
        if *parts > PARTS_MAX || *part > *parts || *part == 0 || (*part > 1 && coming.is_none()) {
            return Err(WhyNot::new("digest-part").with("limit", PARTS_MAX));
        }
        // Only of a month of nothing there is a part with nothing.
        let bytes = serde_json::to_vec(rows).map_or(usize::MAX, |bytes| bytes.len());
        if rows.len() > ROWS_MAX || bytes > ROWS_BYTES_MAX {
            return Err(WhyNot::new("too-long").with("limit", ROWS_MAX));
        }
        let last = coming.and_then(|(_, told)| told.parts.last()?.rows.last());
        let in_order = last.into_iter().chain(rows).is_sorted_by(|one, other| one.key() < other.key());
        if rows.is_empty() && *parts > 1 || !in_order || !rows.iter().all(is_sound) {
            return Err(WhyNot::new("digest-row").with("limit", LEAST));
        }
        Ok(())
    }
}

fn is_sound(row: &Row) -> bool {
    is_told(row.relation, [&row.from, &row.to], [&row.item, &row.code])
        && (-1..=1).contains(&row.sign)
        && row.count >= LEAST
        && row.late <= row.count
}

impl Room for Digest {
    const KIND: &'static str = "digest";
    type Act = Act;

    fn name(act: &Act) -> &'static str {
        match act {
            Act::Opened { .. } => "opened",
            Act::LetIn { .. } => "let_in",
            Act::Published { .. } => "published",
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

    fn open(act: Act, asks: &Asks<'_>) -> Result<Digest, WhyNot> {
        match act {
            Act::Opened { from } if asks.by.role == Role::System => {
                if from > Month::of(asks.at.date()) {
                    return Err(WhyNot::new("digest-not-over").with("month", from));
                }
                let node = asks.node.clone();
                Ok(Digest { node, from, since: asks.at, months: BTreeMap::new(), coming: None })
            }
            _ => Err(WhyNot::new("not-yours-to-publish")),
        }
    }

    fn may(&self, act: &Act, asks: &Asks<'_>, _: &NodeId) -> Result<(), WhyNot> {
        // Whoever got its pen by a recall tells nothing in its place.
        if *asks.node != self.node || asks.by.role != Role::System {
            return Err(WhyNot::new("not-yours-to-publish"));
        }
        self.may_publish(act, asks)
    }

    fn ties(&self, _: &Act, _: &Asks<'_>) -> Vec<Tie> {
        // They were made where they are counted.
        Vec::new()
    }

    fn take(&mut self, act: Act, asks: &Asks<'_>, seq: u32) {
        let Act::Published { month, part, parts, suppressed, reason, rows } = act else { return };
        let begun = self.coming.take().filter(|_| part > 1);
        let version = self.months.get(&month).map_or(0, |told| told.version) + 1;
        let fresh = || (month, Told { at: asks.at, version, reason, suppressed, of_parts: parts, parts: Vec::new() });
        let (month, mut told) = begun.unwrap_or_else(fresh);
        told.at = asks.at;
        told.parts.push(Part { seq, rows: rows.into() });
        if part == parts {
            self.months.insert(month, told);
        } else {
            self.coming = Some((month, told));
        }
    }
}
