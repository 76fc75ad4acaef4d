//! Invitations to a guest desk.

use sqlx::Row as _;

use super::{Result, Store};

/// An invitation: whoever has its link and its code makes the account that it names.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Hash of the code, which is told by another way than the link.
    pub code_hash: Vec<u8>,
    /// Organisation of the account.
    pub org: String,
    /// Name of the person.
    pub name: String,
    /// Staff number.
    pub staff: String,
    /// Until when it holds.
    pub until: i64,
}

impl Store {
    /// Keeps an invitation.
    pub async fn add_invite(&self, token_hash: &[u8], invite: &Invite) -> Result<()> {
        sqlx::query(
            "INSERT INTO invite (token_hash, code_hash, org, name, staff, until) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(token_hash.to_vec())
        .bind(invite.code_hash.clone())
        .bind(&invite.org)
        .bind(&invite.name)
        .bind(&invite.staff)
        .bind(invite.until)
        .execute(&self.writing)
        .await?;
        Ok(())
    }

    /// The invitation behind a link, if it still holds.
    pub async fn invite(&self, token_hash: &[u8], now: i64) -> Result<Option<Invite>> {
        let row =
            sqlx::query("SELECT code_hash, org, name, staff, until FROM invite WHERE token_hash = $1 AND until > $2")
                .bind(token_hash.to_vec())
                .bind(now)
                .fetch_optional(&self.pool)
                .await?;
        row.map(|row| {
            Ok(Invite {
                code_hash: row.try_get(0)?,
                org: row.try_get(1)?,
                name: row.try_get(2)?,
                staff: row.try_get(3)?,
                until: row.try_get(4)?,
            })
        })
        .transpose()
    }

    /// Ends an invitation: it was taken up.
    pub async fn end_invite(&self, token_hash: &[u8]) -> Result<()> {
        let text = "DELETE FROM invite WHERE token_hash = $1";
        sqlx::query(text).bind(token_hash.to_vec()).execute(&self.writing).await?;
        Ok(())
    }
}
