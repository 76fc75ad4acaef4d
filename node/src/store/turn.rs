//! Whose turn it is to write.
//!
//! Any number of processes of one node may share a database, and none of them leads. Who writes takes a turn: from its
//! begin to its commit nobody else writes, and by the mark of the turn before a process sees whether what it remembers is
//! what is stored. A process that ends, stands still or is cut off loses its turn, and nothing of it stands.

use sqlx::{Any, Row as _, Transaction};
use tongban_core::dossier::suite::hex;

use super::{Result, Store};

/// What a turn leaves behind. Random, not counted: a database that failed over to an older state may count to the same
/// number again.
pub(super) type Mark = String;

/// A turn at writing, until its transaction ends.
pub(super) struct Turn {
    /// Everything that is written in it.
    pub(super) transaction: Transaction<'static, Any>,
    /// The mark of the turn before.
    pub(super) before: Mark,
    /// The mark of this one.
    pub(super) mark: Mark,
    /// How many commits the database had with this one.
    pub(super) number: u64,
}

impl Turn {
    /// Gives the commit another number.
    pub(super) async fn renumber(&mut self, number: u64) -> Result<()> {
        sqlx::query("UPDATE turn SET number = $1").bind(number as i64).execute(&mut *self.transaction).await?;
        self.number = number;
        Ok(())
    }
}

impl Store {
    /// Waits for a turn.
    pub(super) async fn turn(&self) -> Result<Turn> {
        let mark = hex(&rand::random::<[u8; 8]>());
        let mut transaction = self.writing.begin().await?;
        let row = sqlx::query("UPDATE turn SET before = mark, mark = $1, number = number + 1 RETURNING before, number")
            .bind(mark.clone())
            .fetch_one(&mut *transaction)
            .await?;
        let number = row.try_get::<i64, _>(1)? as u64;
        Ok(Turn { transaction, before: row.try_get(0)?, mark, number })
    }

    /// The mark of the last turn that stands.
    pub(super) async fn last_mark(&self) -> Result<Mark> {
        Ok(sqlx::query("SELECT mark FROM turn").fetch_one(&self.pool).await?.try_get(0)?)
    }
}
