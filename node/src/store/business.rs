//! Business numbers of departments' own systems, and what was given to them.

use sqlx::Row as _;
use tongban_core::dossier::DossierId;

use super::{Result, Store, damaged};

impl Store {
    /// The case that a department has under a number of its own.
    pub async fn business_case(&self, org: &str, number: &str) -> Result<Option<DossierId>> {
        let row = sqlx::query("SELECT dossier FROM business WHERE org = $1 AND number = $2")
            .bind(org.to_owned())
            .bind(number.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).transpose()
    }

    /// The number that a department gave a case.
    pub async fn business_number(&self, org: &str, dossier: DossierId) -> Result<Option<String>> {
        let row = sqlx::query("SELECT number FROM business WHERE dossier = $1 AND org = $2")
            .bind(dossier.bytes().to_vec())
            .bind(org.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Keeps a department's number of a case. The first one stays.
    pub async fn bind_business(&self, org: &str, number: &str, dossier: DossierId) -> Result<()> {
        sqlx::query("INSERT INTO business (org, number, dossier) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(org.to_owned())
            .bind(number.to_owned())
            .bind(dossier.bytes().to_vec())
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// With how many records a case was last given to a department's system; 0 if never.
    pub async fn records_given(&self, org: &str, dossier: DossierId) -> Result<u64> {
        let row = sqlx::query("SELECT records FROM task_given WHERE org = $1 AND dossier = $2")
            .bind(org.to_owned())
            .bind(dossier.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get::<i64, _>(0)).transpose()?.unwrap_or(0) as u64)
    }

    /// Notes that a case was given with so many records.
    pub async fn note_given(&self, org: &str, dossier: DossierId, records: u64) -> Result<()> {
        sqlx::query(
            "INSERT INTO task_given (org, dossier, records) VALUES ($1, $2, $3) \
             ON CONFLICT (org, dossier) DO UPDATE SET records = excluded.records",
        )
        .bind(org.to_owned())
        .bind(dossier.bytes().to_vec())
        .bind(records as i64)
        .execute(&self.writing)
        .await?;
        Ok(())
    }
}
