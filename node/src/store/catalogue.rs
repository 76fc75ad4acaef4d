//! What differing lists cost: cases that came back, or had to be completed, by item and by who took in and who decides.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sqlx::Row as _;
use tongban_core::dossier::{Moment, NodeId};

use super::{Result, Store};

/// So many cases of an item between two organisations came back, or had to be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hurt {
    /// Key of the item.
    pub item: String,
    /// Who took them in.
    pub receiving: String,
    /// Who decides.
    pub handling: String,
    /// How many cases.
    pub cases: u64,
}

/// Open cases by item and authority: days on which some began, and how many on each.
pub type Begun = BTreeMap<(String, String), Vec<(Date, u64)>>;

impl Store {
    /// Open cases that a node's authorities decide, by when they began. It looks through all of them, for an import.
    pub async fn begun(&self, node: &NodeId) -> Result<Begun> {
        // Days of China Standard Time, which is eight hours ahead all year.
        let text = "SELECT item, handling_org, MIN(begun), COUNT(*) FROM case_view WHERE handling_node = $1 \
                    AND phase NOT IN ('not_accepted', 'delivered', 'withdrawn', 'revoked', 'ended') \
                    GROUP BY item, handling_org, (begun + 28800000) / 86400000";
        let rows = sqlx::query(text).bind(node.as_str().to_owned()).fetch_all(&self.pool).await?;
        let mut all = Begun::new();
        for row in &rows {
            let day = Moment(row.try_get(2)?).date();
            let cases = row.try_get::<i64, _>(3)? as u64;
            all.entry((row.try_get(0)?, row.try_get(1)?)).or_default().push((day, cases));
        }
        Ok(all)
    }

    /// Cases that this node knows of which came back with a reason of material, household or administration, or had to be
    /// completed. A part of a joint handling counts as the case that it is for its authority.
    pub async fn hurt(&self) -> Result<Vec<Hurt>> {
        let text = "SELECT item, receiving_org, handling_org, COUNT(*) FROM case_view WHERE mended > 0 \
                    GROUP BY item, receiving_org, handling_org ORDER BY item, receiving_org, handling_org";
        let rows = sqlx::query(text).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(Hurt {
                    item: row.try_get(0)?,
                    receiving: row.try_get(1)?,
                    handling: row.try_get(2)?,
                    cases: row.try_get::<i64, _>(3)? as u64,
                })
            })
            .collect()
    }

    /// Open cases that this node knows of, by item: a joint handling and its parts are one. It looks through all of them, for
    /// a page that few people open.
    pub async fn open_cases(&self) -> Result<BTreeMap<String, u64>> {
        let text = "SELECT item, COUNT(DISTINCT COALESCE(part_of, dossier)) FROM case_view \
                    WHERE phase NOT IN ('not_accepted', 'delivered', 'withdrawn', 'revoked', 'ended') GROUP BY item";
        let rows = sqlx::query(text).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u64))).collect()
    }
}
