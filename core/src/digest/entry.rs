//! What can be said in a node's digest.

use serde::{Deserialize, Serialize};

use super::{Month, PARTS_MAX, ROWS_BYTES_MAX, ROWS_MAX, Table};
use crate::catalogue::Subject;
use crate::dossier::NodeId;
use crate::network::tie::{Actor, Relation};

/// What can be said in the dossier in which a node tells of its ties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// It begins.
    Opened {
        /// The first month of which it tells.
        from: Month,
    },
    /// These nodes may read it, and what follows.
    LetIn {
        /// Not more than [`crate::public::LET_IN_MAX`].
        nodes: Vec<NodeId>,
    },
    /// A month, or a part of it: a long one takes several entries.
    Published {
        /// Which. It is over.
        month: Month,
        /// Which part of it, from 1.
        part: u32,
        /// How many parts it has.
        parts: u32,
        /// How many ties of a relation and a sign between two actors were left out because there were too few facts. How many
        /// facts there were in all is not said: it would say how many were left out.
        suppressed: u32,
        /// Why it is told anew; none if it is told for the first time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What was done, in the order of its keys; there is none if nothing is to be told.
        rows: Vec<Row>,
    },
}

/// Why a month is told anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// What was said in it was stamped after it was told.
    Stamped,
    /// Something that was told does not stand any more.
    Voided,
}

impl Reason {
    /// All of them.
    pub const ALL: [Reason; 2] = [Reason::Stamped, Reason::Voided];

    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Stamped => "stamped",
            Reason::Voided => "voided",
        }
    }
}

/// Facts of one month that are told together. No fact stands in two rows. What is empty was merged, or there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What was done.
    pub relation: Relation,
    /// By whom.
    pub from: Actor,
    /// Towards whom.
    pub to: Actor,
    /// 1 with, -1 against each other, 0 neither.
    #[serde(default, skip_serializing_if = "is_neither")]
    pub sign: i8,
    /// Key of the item.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
    /// Persons or enterprises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// A reason, a ground, a verdict between offices.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// How many facts; at least [`super::LEAST`].
    pub count: u32,
    /// How many of them were late.
    #[serde(default, skip_serializing_if = "is_none")]
    pub late: u32,
    /// Mean minutes since what they answer; none if not all of them answer something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<u32>,
}

impl Act {
    /// What is said to tell of a month: as many entries as it takes, in their order; `None` if there are more than
    /// [`super::PARTS_MAX`].
    pub fn of_month(month: Month, table: Table, reason: Option<Reason>) -> Option<Vec<Act>> {
        let mut parts: Vec<Vec<Row>> = vec![Vec::new()];
        let mut bytes = 2;
        for row in table.rows {
            let size = serde_json::to_vec(&row).ok()?.len() + 1;
            if bytes + size > ROWS_BYTES_MAX || parts.last().is_some_and(|part| part.len() == ROWS_MAX) {
                parts.push(Vec::new());
                bytes = 2;
            }
            bytes += size;
            parts.last_mut()?.push(row);
        }
        let (of, suppressed) = (parts.len() as u32, table.suppressed);
        let act = |(part, rows)| Act::Published { month, part, parts: of, suppressed, reason, rows };
        (of <= PARTS_MAX).then(|| (1..).zip(parts).map(act).collect())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_neither(sign: &i8) -> bool {
    *sign == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Who did what towards whom, with or against them: never merged. Its facts are told in full or left out.
pub(super) type Pair<'a> = (Relation, &'a Actor, &'a Actor, i8);

impl Row {
    pub(super) fn pair(&self) -> Pair<'_> {
        (self.relation, &self.from, &self.to, self.sign)
    }

    /// What no other row of a month has.
    pub(super) fn key(&self) -> (Pair<'_>, &str, Option<Subject>, &str) {
        (self.pair(), &self.item, self.subject, &self.code)
    }
}
