//! How accounts are reached, who stands in for whom, who leads a desk, and what one shift leaves to the next.

use sqlx::Row as _;
use tongban_core::dossier::Moment;

use super::read::{CASE_COLUMNS, CaseRow, case_row};
use super::{Result, Store};
use crate::limits;

/// How an account is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The language of messages: `zh` or `en`.
    pub lang: String,
    /// Mail address; empty if there is none.
    pub mail: String,
    /// Whether the address was confirmed.
    pub checked: bool,
    /// Telephone of staff; an applicant's stands in the account.
    pub phone: String,
    /// Messages by mail are wanted.
    pub by_mail: bool,
    /// Messages to the telephone are wanted.
    pub by_sms: bool,
    /// Nothing goes out from this hour on …
    pub quiet_from: u8,
    /// … until this one.
    pub quiet_until: u8,
    /// The first day away, as yyyymmdd.
    pub away_from: Option<i64>,
    /// The last day away.
    pub away_until: Option<i64>,
    /// The account that is told meanwhile.
    pub stand_in: Option<i64>,
    /// When staff were last told what waits.
    pub told: Moment,
}

/// Nothing goes out at night unless somebody wants it: 22 to 8 o'clock.
const QUIET: (u8, u8) = (22, 8);

impl Default for Reach {
    fn default() -> Reach {
        Reach {
            lang: "zh".to_owned(),
            mail: String::new(),
            checked: false,
            phone: String::new(),
            by_mail: true,
            by_sms: true,
            quiet_from: QUIET.0,
            quiet_until: QUIET.1,
            away_from: None,
            away_until: None,
            stand_in: None,
            told: Moment(0),
        }
    }
}

impl Reach {
    /// Whether the account is away on a day (yyyymmdd).
    pub fn is_away(&self, day: i64) -> bool {
        let until = self.away_until.unwrap_or(i64::MAX);
        self.away_from.is_some_and(|from| (from..=until).contains(&day))
    }
}

/// What others did last: by its own acts nothing comes to a desk.
const CAME: &str = "(phase IN ('handed_over', 'corrected', 'returned') OR step IN ('pre_check', 'call_back'))";
/// Nobody there has opened it since; the organisation is the first parameter.
const UNOPENED: &str = "NOT EXISTS (SELECT 1 FROM access a WHERE a.dossier = case_view.dossier AND a.org = $1 \
                        AND a.at >= case_view.changed)";

/// What one shift left to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftNote {
    /// When.
    pub at: Moment,
    /// Who.
    pub account: i64,
    /// What.
    pub text: String,
}

impl Store {
    /// How an account is reached.
    pub async fn reach(&self, account: i64) -> Result<Reach> {
        let row = sqlx::query(
            "SELECT lang, mail, checked, phone, by_mail, by_sms, quiet_from, quiet_until, away_from, away_until, \
             stand_in, told FROM reach WHERE account = $1",
        )
        .bind(account)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(Reach::default()) };
        let flag = |column: usize| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(column)? != 0);
        let hour = |column: usize| Ok::<_, sqlx::Error>((row.try_get::<i64, _>(column)? % 24) as u8);
        Ok(Reach {
            lang: row.try_get(0)?,
            mail: row.try_get(1)?,
            checked: flag(2)?,
            phone: row.try_get(3)?,
            by_mail: flag(4)?,
            by_sms: flag(5)?,
            quiet_from: hour(6)?,
            quiet_until: hour(7)?,
            away_from: row.try_get(8)?,
            away_until: row.try_get(9)?,
            stand_in: row.try_get(10)?,
            told: Moment(row.try_get(11)?),
        })
    }

    /// Keeps how an account is reached.
    pub async fn set_reach(&self, account: i64, reach: &Reach) -> Result<()> {
        sqlx::query(
            "INSERT INTO reach (account, lang, mail, checked, phone, by_mail, by_sms, quiet_from, quiet_until, away_from, \
             away_until, stand_in, told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             ON CONFLICT (account) DO UPDATE SET lang = excluded.lang, mail = excluded.mail, checked = excluded.checked, \
             phone = excluded.phone, by_mail = excluded.by_mail, by_sms = excluded.by_sms, \
             quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, away_from = excluded.away_from, \
             away_until = excluded.away_until, stand_in = excluded.stand_in, told = excluded.told",
        )
        .bind(account)
        .bind(&reach.lang)
        .bind(&reach.mail)
        .bind(i64::from(reach.checked))
        .bind(&reach.phone)
        .bind(i64::from(reach.by_mail))
        .bind(i64::from(reach.by_sms))
        .bind(i64::from(reach.quiet_from))
        .bind(i64::from(reach.quiet_until))
        .bind(reach.away_from)
        .bind(reach.away_until)
        .bind(reach.stand_in)
        .bind(reach.told.0)
        .execute(&self.writing)
        .await?;
        Ok(())
    }

    /// Accounts that lead a desk.
    pub async fn leads(&self) -> Result<Vec<i64>> {
        let rows = sqlx::query("SELECT account FROM desk_lead ORDER BY account").fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Lets an account lead its desk, or not any more.
    pub async fn set_lead(&self, account: i64, leads: bool) -> Result<()> {
        let text = if leads {
            "INSERT INTO desk_lead (account) VALUES ($1) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM desk_lead WHERE account = $1"
        };
        sqlx::query(text).bind(account).execute(&self.writing).await?;
        Ok(())
    }

    /// Leaves something to the next shift.
    pub async fn add_shift_note(&self, org: &str, note: &ShiftNote) -> Result<()> {
        sqlx::query("INSERT INTO shift_note (org, at, account, text) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(org.to_owned())
            .bind(note.at.0)
            .bind(note.account)
            .bind(&note.text)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// What was left since then, the newest first.
    pub async fn shift_notes(&self, org: &str, since: Moment) -> Result<Vec<ShiftNote>> {
        let text = "SELECT at, account, text FROM shift_note WHERE org = $1 AND at >= $2 ORDER BY at DESC LIMIT 20";
        let rows = sqlx::query(text).bind(org.to_owned()).bind(since.0).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| Ok(ShiftNote { at: Moment(row.try_get(0)?), account: row.try_get(1)?, text: row.try_get(2)? }))
            .collect()
    }

    /// What came to an organisation before `unread` and was not opened by anybody there, the oldest first.
    pub async fn unread(&self, org: &str, unread: Moment) -> Result<Vec<CaseRow>> {
        let text = format!(
            "SELECT {CASE_COLUMNS} FROM case_view WHERE responsible = $1 AND changed < $2 AND {CAME} AND {UNOPENED} \
             ORDER BY changed LIMIT $3"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(org.to_owned()).bind(unread.0).bind(limits::PAGE_ROWS);
        query.fetch_all(&self.pool).await?.iter().map(case_row).collect()
    }

    /// What waits for an organisation: how many came since then from others, are due up to a day (yyyymmdd), are late on
    /// `today`, and were not opened by anybody there although they came before `unread`.
    pub async fn waiting_for(
        &self,
        org: &str,
        since: Moment,
        today: i64,
        soon: i64,
        unread: Moment,
    ) -> Result<[i64; 4]> {
        let text = format!(
            "SELECT COALESCE(SUM(CASE WHEN changed > $2 AND {CAME} THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN due >= $3 AND due <= $4 THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN due < $3 THEN 1 ELSE 0 END), 0), \
             COALESCE(SUM(CASE WHEN changed < $5 AND {CAME} AND {UNOPENED} THEN 1 ELSE 0 END), 0) \
             FROM case_view WHERE responsible = $1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(org.to_owned())
            .bind(since.0)
            .bind(today)
            .bind(soon)
            .bind(unread.0)
            .fetch_one(&self.pool)
            .await?;
        Ok([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?])
    }
}
