//! Catalogues between preview and confirmation.

use sqlx::Row as _;

use super::{Result, Store};
use crate::limits;

/// A file that an admin looked at.
#[derive(Clone, Debug)]
pub struct CatalogueUpload {
    /// What it is called.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether what is not in it is to go.
    pub replace: bool,
}

impl Store {
    /// Keeps a file for its account, in the place of an earlier one; forgets all that are too old.
    pub async fn keep_catalogue(&self, account: i64, upload: &CatalogueUpload, now: i64) -> Result<()> {
        self.drop_catalogue(account, now).await?;
        sqlx::query("INSERT INTO catalogue_upload (account, name, bytes, whole, at) VALUES ($1, $2, $3, $4, $5)")
            .bind(account)
            .bind(&upload.name)
            .bind(upload.bytes.clone())
            .bind(i64::from(upload.replace))
            .bind(now)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// The file of an account, if it is not too old.
    pub async fn kept_catalogue(&self, account: i64, now: i64) -> Result<Option<CatalogueUpload>> {
        let row = sqlx::query("SELECT name, bytes, whole FROM catalogue_upload WHERE account = $1 AND at > $2")
            .bind(account)
            .bind(now - limits::CATALOGUE_KEPT_MS)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            let replace: i64 = row.try_get(2)?;
            Ok(CatalogueUpload { name: row.try_get(0)?, bytes: row.try_get(1)?, replace: replace != 0 })
        })
        .transpose()
    }

    /// Forgets the file of an account, and all that are too old.
    pub async fn drop_catalogue(&self, account: i64, now: i64) -> Result<()> {
        sqlx::query("DELETE FROM catalogue_upload WHERE account = $1 OR at < $2")
            .bind(account)
            .bind(now - limits::CATALOGUE_KEPT_MS)
            .execute(&self.writing)
            .await?;
        Ok(())
    }
}
