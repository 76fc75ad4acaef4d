//! Who accounts are to providers of OpenID Connect, and sign-ins that are there now.

use sqlx::Row as _;

use super::{Result, Store};
use crate::config::Whom;

/// A sign-in that was begun: what is needed to end it.
#[derive(Clone, Debug)]
pub struct PendingSignIn {
    /// Key of the provider in the configuration.
    pub provider: String,
    /// Stands in the provider's token again.
    pub nonce: String,
    /// Proves that who ends it has begun it (RFC 7636).
    pub verifier: String,
    /// Where to go on afterwards.
    pub back: String,
    /// Until when it holds.
    pub until: i64,
}

impl Store {
    /// Keeps a sign-in that was begun, and forgets those that were not ended in time.
    pub async fn add_pending_sign_in(&self, state_hash: &[u8], pending: &PendingSignIn, now: i64) -> Result<()> {
        let mut transaction = self.writing.begin().await?;
        sqlx::query("DELETE FROM pending_sign_in WHERE until < $1").bind(now).execute(&mut *transaction).await?;
        sqlx::query(
            "INSERT INTO pending_sign_in (state_hash, provider, nonce, verifier, back, until) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(state_hash.to_vec())
        .bind(&pending.provider)
        .bind(&pending.nonce)
        .bind(&pending.verifier)
        .bind(&pending.back)
        .bind(pending.until)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a sign-in that was begun, which nobody can do a second time; `None` if there is none, or its time is over.
    pub async fn take_pending_sign_in(&self, state_hash: &[u8], now: i64) -> Result<Option<PendingSignIn>> {
        let mut transaction = self.writing.begin().await?;
        let row = sqlx::query(
            "DELETE FROM pending_sign_in WHERE state_hash = $1 RETURNING provider, nonce, verifier, back, until",
        )
        .bind(state_hash.to_vec())
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let pending = PendingSignIn {
            provider: row.try_get(0)?,
            nonce: row.try_get(1)?,
            verifier: row.try_get(2)?,
            back: row.try_get(3)?,
            until: row.try_get(4)?,
        };
        Ok(Some(pending).filter(|pending| pending.until >= now))
    }

    /// The account of a provider's subject.
    pub async fn identity(&self, issuer: &str, subject: &str, whom: Whom) -> Result<Option<i64>> {
        let row = sqlx::query("SELECT account FROM identity WHERE issuer = $1 AND subject = $2 AND whom = $3")
            .bind(issuer)
            .bind(subject)
            .bind(whom.name())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Binds an account to a provider's subject; `false` if one of them is bound already to another.
    pub async fn bind_identity(&self, issuer: &str, subject: &str, whom: Whom, account: i64) -> Result<bool> {
        sqlx::query(
            "INSERT INTO identity (issuer, subject, whom, account) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(issuer)
        .bind(subject)
        .bind(whom.name())
        .bind(account)
        .execute(&self.writing)
        .await?;
        // Two at once may bind the same.
        Ok(self.identity(issuer, subject, whom).await? == Some(account))
    }
}
