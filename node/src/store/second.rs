//! Second factors of accounts.

use sqlx::Row as _;

use super::{Result, Store};

impl Store {
    /// The secret of an account's codes; `None` if it has no second factor.
    pub async fn second_factor(&self, account: i64) -> Result<Option<Vec<u8>>> {
        let row = sqlx::query("SELECT secret FROM second_factor WHERE account = $1")
            .bind(account)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Gives an account a second factor.
    pub async fn set_second_factor(&self, account: i64, secret: &[u8], step: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO second_factor (account, secret, last) VALUES ($1, $2, $3) \
             ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, last = excluded.last",
        )
        .bind(account)
        .bind(secret.to_vec())
        .bind(step)
        .execute(&self.writing)
        .await?;
        Ok(())
    }

    /// Uses a step of an account's codes up; `false` if it was used before.
    pub async fn use_second_step(&self, account: i64, step: i64) -> Result<bool> {
        let done = sqlx::query("UPDATE second_factor SET last = $2 WHERE account = $1 AND last < $2")
            .bind(account)
            .bind(step)
            .execute(&self.writing)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes an account's second factor away.
    pub async fn end_second_factor(&self, account: i64) -> Result<()> {
        sqlx::query("DELETE FROM second_factor WHERE account = $1").bind(account).execute(&self.writing).await?;
        Ok(())
    }
}
