//! What people could not get done (办不成事反映), and what they were answered.

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use tongban_core::dossier::Moment;

use super::{Result, Store, damaged};
use crate::limits;

/// How an answer leaves the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CannotState {
    /// 已解决.
    Solved,
    /// 已说明: it cannot be done, and the person knows why.
    Explained,
    /// 已转交: someone else has to do it.
    Passed,
}

impl CannotState {
    /// All of them.
    pub const ALL: [CannotState; 3] = [CannotState::Solved, CannotState::Explained, CannotState::Passed];

    /// The word used in texts and forms.
    pub fn name(self) -> &'static str {
        match self {
            CannotState::Solved => "solved",
            CannotState::Explained => "explained",
            CannotState::Passed => "passed",
        }
    }

    /// Reads [`CannotState::name`] back.
    pub fn from_name(name: &str) -> Option<CannotState> {
        CannotState::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannotAnswer {
    /// When.
    pub at: Moment,
    /// The organisation of who answered.
    pub org: String,
    /// Their staff number; empty if they have none.
    pub staff: String,
    /// How it leaves the matter.
    pub state: CannotState,
    /// What was done.
    pub text: String,
    /// To whom it was passed on; empty if to nobody.
    pub passed_to: String,
}

/// A new one, before it has a number.
#[derive(Clone, Debug)]
pub struct NewCannot {
    /// Digest of the form's own key and what was typed: a second sending gets the first one's number.
    pub once: String,
    /// When it was sent.
    pub at: Moment,
    /// The organisation that it concerns; `None` if the person is not sure.
    pub org: Option<String>,
    /// Receipt number of the case, if there is one.
    pub receipt: Option<String>,
    /// What was wanted.
    pub wish: String,
    /// What stood in the way.
    pub barrier: String,
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Until when it is to be answered, as yyyymmdd.
    pub due: i64,
}

/// What somebody could not get done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cannot {
    /// Its number.
    pub number: String,
    /// When it was sent.
    pub at: Moment,
    /// The organisation that it concerns; `None` if the person was not sure.
    pub org: Option<String>,
    /// Receipt number of the case, if there is one.
    pub receipt: Option<String>,
    /// What was wanted.
    pub wish: String,
    /// What stood in the way.
    pub barrier: String,
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Until when it is to be answered, as yyyymmdd.
    pub due: i64,
    /// What was answered, the oldest first; two at most.
    pub answers: Vec<CannotAnswer>,
    /// When the person said that it is still not done, and what they said; once.
    pub again: Option<(Moment, String)>,
    /// When it was closed, if it is.
    pub closed: Option<Moment>,
}

impl Cannot {
    /// From when the time for the answer runs.
    pub fn since(&self) -> Moment {
        self.again.as_ref().map_or(self.at, |(at, _)| *at)
    }
}

const COLUMNS: &str = "number, at, org, receipt, wish, barrier, name, phone, due, answers, again, again_at, closed";

fn cannot(row: &AnyRow) -> Result<Cannot> {
    let again: String = row.try_get(10)?;
    let again_at: Option<i64> = row.try_get(11)?;
    let closed: Option<i64> = row.try_get(12)?;
    Ok(Cannot {
        number: row.try_get(0)?,
        at: Moment(row.try_get(1)?),
        org: row.try_get(2)?,
        receipt: row.try_get(3)?,
        wish: row.try_get(4)?,
        barrier: row.try_get(5)?,
        name: row.try_get(6)?,
        phone: row.try_get(7)?,
        due: row.try_get(8)?,
        answers: serde_json::from_str(&row.try_get::<String, _>(9)?).map_err(damaged)?,
        again: again_at.map(|at| (Moment(at), again)),
        closed: closed.map(Moment),
    })
}

impl Store {
    /// Keeps a new one under the next number of a region: `BBC`, region, two digits of this node's epoch, serial. As with
    /// receipt numbers the epoch keeps a restored node from giving a number a second time.
    pub async fn add_cannot(&self, region: &str, new: &NewCannot) -> Result<Cannot> {
        if let Some(held) = self.cannot_once(&new.once).await? {
            return Ok(held);
        }
        let epoch = self.state("epoch").await?.unwrap_or_default();
        let place = format!("BBC-{region}-{}", epoch.get(..2).unwrap_or("00").to_uppercase());
        let mut transaction = self.writing.begin().await?;
        let next = "INSERT INTO serial (name, last) VALUES ($1, 1) \
                    ON CONFLICT (name) DO UPDATE SET last = serial.last + 1 RETURNING last";
        let row = sqlx::query(next).bind(place.clone()).fetch_one(&mut *transaction).await?;
        let number = format!("{place}{:04}", row.try_get::<i64, _>(0)?);
        let done = sqlx::query(
            "INSERT INTO cannot (number, once, at, org, receipt, wish, barrier, name, phone, due, answers, again) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '[]', '') ON CONFLICT (once) DO NOTHING",
        )
        .bind(number.clone())
        .bind(new.once.clone())
        .bind(new.at.0)
        .bind(new.org.clone())
        .bind(new.receipt.clone())
        .bind(new.wish.clone())
        .bind(new.barrier.clone())
        .bind(new.name.clone())
        .bind(new.phone.clone())
        .bind(new.due)
        .execute(&mut *transaction)
        .await?;
        // The same form came twice at one time: the other one stands.
        if done.rows_affected() == 0 {
            transaction.rollback().await?;
            let held = self.cannot_once(&new.once).await?;
            return held.ok_or_else(|| damaged("a form that was kept and is gone"));
        }
        transaction.commit().await?;
        let held = self.cannot(&number).await?;
        held.ok_or_else(|| damaged("a form that was kept and is gone"))
    }

    async fn cannot_once(&self, once: &str) -> Result<Option<Cannot>> {
        let text = format!("SELECT {COLUMNS} FROM cannot WHERE once = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(once.to_owned()).fetch_optional(&self.pool).await?;
        row.as_ref().map(cannot).transpose()
    }

    /// The one with this number.
    pub async fn cannot(&self, number: &str) -> Result<Option<Cannot>> {
        let text = format!("SELECT {COLUMNS} FROM cannot WHERE number = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(number.to_owned()).fetch_optional(&self.pool).await?;
        row.as_ref().map(cannot).transpose()
    }

    /// What waits for an answer, by date; of one organisation with what concerns nobody for sure, or of all.
    pub async fn cannots_open(&self, org: Option<&str>) -> Result<Vec<Cannot>> {
        self.cannots(org, "closed IS NULL", "due, number").await
    }

    /// What was answered, the newest first; of one organisation with what concerned nobody for sure, or of all.
    pub async fn cannots_closed(&self, org: Option<&str>) -> Result<Vec<Cannot>> {
        self.cannots(org, "closed IS NOT NULL", "closed DESC, number").await
    }

    async fn cannots(&self, org: Option<&str>, which: &str, order: &str) -> Result<Vec<Cannot>> {
        let whose = if org.is_some() { "AND (org = $2 OR org IS NULL)" } else { "" };
        let text = format!("SELECT {COLUMNS} FROM cannot WHERE {which} {whose} ORDER BY {order} LIMIT $1");
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(limits::CANNOT_ROWS);
        let query = match org {
            Some(org) => query.bind(org.to_owned()),
            None => query,
        };
        query.fetch_all(&self.pool).await?.iter().map(cannot).collect()
    }

    /// How many of them wait for an organisation.
    pub async fn count_cannots(&self, org: &str) -> Result<i64> {
        let text = "SELECT COUNT(*) FROM cannot WHERE closed IS NULL AND (org = $1 OR org IS NULL)";
        Ok(sqlx::query(text).bind(org.to_owned()).fetch_one(&self.pool).await?.try_get(0)?)
    }

    /// Closes one with an answer; `false` if somebody else did meanwhile. `held` is what was answered to.
    pub async fn answer_cannot(&self, held: &Cannot, answer: &CannotAnswer) -> Result<bool> {
        // While it is open nobody adds an answer without closing it: what is open and was, or was not, opened again is what
        // was read.
        let stage = if held.again.is_some() { "again_at IS NOT NULL" } else { "again_at IS NULL" };
        let text =
            format!("UPDATE cannot SET answers = $2, closed = $3 WHERE number = $1 AND closed IS NULL AND {stage}");
        let mut answers = held.answers.clone();
        answers.push(answer.clone());
        let done = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(held.number.clone())
            .bind(serde_json::to_string(&answers).map_err(damaged)?)
            .bind(answer.at.0)
            .execute(&self.writing)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Opens one again that was closed, once; `false` if it is not closed, or was opened again before.
    pub async fn reopen_cannot(&self, number: &str, at: Moment, text: &str, due: i64) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE cannot SET again = $2, again_at = $3, due = $4, closed = NULL \
             WHERE number = $1 AND closed IS NOT NULL AND again_at IS NULL",
        )
        .bind(number.to_owned())
        .bind(text.to_owned())
        .bind(at.0)
        .bind(due)
        .execute(&self.writing)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Erases what was closed before a moment, whole; says how many there were.
    pub async fn erase_cannots(&self, before: Moment) -> Result<u64> {
        let done = sqlx::query("DELETE FROM cannot WHERE closed < $1").bind(before.0).execute(&self.writing).await?;
        Ok(done.rows_affected())
    }
}
