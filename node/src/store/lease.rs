//! Who does what for all processes of a node. Nothing depends on it but work: two that do the same do it twice, and the
//! second time comes to nothing.

use super::{Result, Store};
use crate::limits;

impl Store {
    /// Takes a piece of work for a process, or keeps it; says whether the process has it.
    pub async fn lease(&self, name: &str, holder: &str, now: i64) -> Result<bool> {
        if !self.is_shared {
            return Ok(true);
        }
        let done = sqlx::query(
            "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
             SET holder = excluded.holder, until = excluded.until WHERE lease.holder = excluded.holder OR lease.until < $4",
        )
        .bind(name)
        .bind(holder)
        .bind(now + limits::LEASE_MS)
        .bind(now)
        .execute(&self.writing)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps all that a process has.
    pub async fn renew_leases(&self, holder: &str, now: i64) -> Result<()> {
        sqlx::query("UPDATE lease SET until = $2 WHERE holder = $1")
            .bind(holder)
            .bind(now + limits::LEASE_MS)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// Gives back all that a process has.
    pub async fn end_leases(&self, holder: &str) -> Result<()> {
        sqlx::query("DELETE FROM lease WHERE holder = $1").bind(holder).execute(&self.writing).await?;
        Ok(())
    }
}
