//! What people looked for and did not find, counted. Not who: there is nothing of a person in it.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::{Result, Store};
use crate::limits;

/// What was looked for, how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// As [`crate::search::normalised`] leaves it.
    pub text: String,
    /// Code of the region where it was asked; empty if that was not said.
    pub here: String,
    /// The last day on which it was, as `yyyymmdd`.
    pub last: i64,
    /// How often.
    pub count: i64,
}

fn demand(row: &AnyRow) -> Result<Demand> {
    Ok(Demand { text: row.try_get(0)?, here: row.try_get(1)?, last: row.try_get(2)?, count: row.try_get(3)? })
}

impl Store {
    /// Counts one. Beyond so many different ones a day, new ones are not taken: a machine is asking.
    pub async fn add_demand(&self, text: &str, here: &str, day: i64) -> Result<()> {
        let again = "UPDATE demand SET count = count + 1 WHERE day = $1 AND text = $2 AND here = $3";
        let done = sqlx::query(again).bind(day).bind(text.to_owned()).bind(here.to_owned());
        if done.execute(&self.writing).await?.rows_affected() > 0 {
            return Ok(());
        }
        let held = sqlx::query("SELECT COUNT(*) FROM demand WHERE day = $1").bind(day).fetch_one(&self.pool).await?;
        if held.try_get::<i64, _>(0)? >= limits::DEMAND_DAY_MAX {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO demand (day, text, here, count) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (day, text, here) DO UPDATE SET count = demand.count + 1",
        )
        .bind(day)
        .bind(text.to_owned())
        .bind(here.to_owned())
        .execute(&self.writing)
        .await?;
        Ok(())
    }

    /// What was asked for since a day, the most asked for first.
    pub async fn demands(&self, since: i64) -> Result<Vec<Demand>> {
        let text = "SELECT text, here, MAX(day), CAST(SUM(count) AS BIGINT) AS times FROM demand WHERE day >= $1 \
                    GROUP BY text, here ORDER BY times DESC, text, here LIMIT $2";
        let rows = sqlx::query(text).bind(since).bind(limits::DEMAND_ROWS).fetch_all(&self.pool).await?;
        rows.iter().map(demand).collect()
    }

    /// Erases what was asked for before a day; says how many rows there were.
    pub async fn erase_demands(&self, before: i64) -> Result<u64> {
        let done = sqlx::query("DELETE FROM demand WHERE day < $1").bind(before).execute(&self.writing).await?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn counted_by_day_and_place_and_erased() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(folder.path(), None).await.unwrap();
        for (text, here, day) in [
            ("养犬证", "320000", 20260101),
            ("养犬证", "320000", 20260102),
            ("养犬证", "320000", 20260102),
            ("养犬证", "", 20260102),
            ("廉租房", "320000", 20250101),
        ] {
            store.add_demand(text, here, day).await.unwrap();
        }
        let held = store.demands(20260101).await.unwrap();
        let first = Demand { text: "养犬证".to_owned(), here: "320000".to_owned(), last: 20260102, count: 3 };
        assert_eq!(held[0], first);
        assert_eq!(held.len(), 2);
        assert_eq!(store.erase_demands(20260101).await.unwrap(), 1);
        assert_eq!(store.demands(0).await.unwrap().len(), 2);
    }
}
