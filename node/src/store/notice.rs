//! What applicants are told: what is still to be told, what was told by which way, and what could not be.

use sqlx::Row as _;
use sqlx::any::AnyRow;
use tongban_core::case::About;
use tongban_core::dossier::{DossierId, Hash, Moment};

use super::{Result, Store, damaged, sql};

/// By which way somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeWay {
    /// On their pages.
    App,
    /// By mail.
    Mail,
    /// By a message to their telephone.
    Sms,
}

impl NoticeWay {
    /// The word stored and used in texts.
    pub fn name(self) -> &'static str {
        match self {
            NoticeWay::App => "app",
            NoticeWay::Mail => "mail",
            NoticeWay::Sms => "sms",
        }
    }

    fn from_name(name: &str) -> Option<NoticeWay> {
        [NoticeWay::App, NoticeWay::Mail, NoticeWay::Sms].into_iter().find(|way| way.name() == name)
    }
}

/// Something that an applicant is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The entry that it is about.
    pub entry: Hash,
    /// What.
    pub about: About,
    /// By which way.
    pub way: NoticeWay,
    /// The case.
    pub dossier: DossierId,
    /// Who; 0 for an applicant without an account.
    pub account: i64,
    /// When it was said.
    pub at: Moment,
    /// Until when they have to do something, as yyyymmdd.
    pub due: Option<i64>,
    /// Not before.
    pub after: Moment,
    /// How often it was tried.
    pub tries: i64,
    /// When it was seen, or went out.
    pub done: Option<Moment>,
    /// Why it did not go out; empty if nothing is wrong.
    pub trouble: String,
}

/// An entry of which people may have to be told.
#[derive(Clone, Debug)]
pub struct ToTell {
    /// The entry.
    pub entry: Hash,
    /// Its dossier.
    pub dossier: DossierId,
    /// The account of the applicant, if they have one.
    pub owner: Option<i64>,
}

const NOTICE: &str = "entry, about, way, dossier, account, at, due, after, tries, done, trouble";

fn notice(row: &AnyRow) -> Result<Notice> {
    let (about, way): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    Ok(Notice {
        entry: Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?,
        about: About::from_name(&about).ok_or_else(|| damaged("what a notice is about"))?,
        way: NoticeWay::from_name(&way).ok_or_else(|| damaged("the way of a notice"))?,
        dossier: DossierId::from_slice(&row.try_get::<Vec<u8>, _>(3)?).map_err(damaged)?,
        account: row.try_get(4)?,
        at: Moment(row.try_get(5)?),
        due: row.try_get(6)?,
        after: Moment(row.try_get(7)?),
        tries: row.try_get(8)?,
        done: row.try_get::<Option<i64>, _>(9)?.map(Moment),
        trouble: row.try_get(10)?,
    })
}

impl Store {
    /// Entries of which applicants may still have to be told.
    pub async fn to_tell(&self, most: i64) -> Result<Vec<ToTell>> {
        let rows = sqlx::query(
            "SELECT t.entry, t.dossier, (SELECT MIN(o.account) FROM owner o WHERE o.dossier = t.dossier) \
             FROM to_tell t ORDER BY t.entry LIMIT $1",
        )
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ToTell {
                    entry: Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?,
                    dossier: DossierId::from_slice(&row.try_get::<Vec<u8>, _>(1)?).map_err(damaged)?,
                    owner: row.try_get(2)?,
                })
            })
            .collect()
    }

    /// Keeps what is told of these entries: in one transaction, so that nothing is told twice or forgotten.
    pub async fn tell(&self, entries: &[Hash], notices: &[Notice]) -> Result<()> {
        let mut transaction = self.writing.begin().await?;
        let into = format!("notice ({NOTICE})");
        sql::insert(&mut transaction, &into, 11, "ON CONFLICT DO NOTHING", notices, |query, notice| {
            query
                .bind(notice.entry.tagged().to_vec())
                .bind(notice.about.name())
                .bind(notice.way.name())
                .bind(notice.dossier.bytes().to_vec())
                .bind(notice.account)
                .bind(notice.at.0)
                .bind(notice.due)
                .bind(notice.after.0)
                .bind(notice.tries)
                .bind(notice.done.map(|done| done.0))
                .bind(notice.trouble.clone())
        })
        .await?;
        let entries: Vec<Vec<u8>> = entries.iter().map(|entry| entry.tagged().to_vec()).collect();
        sql::delete(&mut transaction, "to_tell", "entry", &entries).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What is to go out by mail or to a telephone now.
    pub async fn messages(&self, now: Moment, most: i64) -> Result<Vec<Notice>> {
        let text = format!(
            "SELECT {NOTICE} FROM notice WHERE done IS NULL AND way <> 'app' AND after <= $1 ORDER BY after LIMIT $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(now.0).bind(most).fetch_all(&self.pool).await?;
        rows.iter().map(notice).collect()
    }

    /// Notes what became of a message: gone out, to be tried again, or given up (done with trouble).
    pub async fn note_message(&self, notice: &Notice) -> Result<()> {
        sqlx::query(
            "UPDATE notice SET after = $4, tries = $5, done = $6, trouble = $7 \
             WHERE entry = $1 AND about = $2 AND way = $3",
        )
        .bind(notice.entry.tagged().to_vec())
        .bind(notice.about.name())
        .bind(notice.way.name())
        .bind(notice.after.0)
        .bind(notice.tries)
        .bind(notice.done.map(|done| done.0))
        .bind(notice.trouble.clone())
        .execute(&self.writing)
        .await?;
        Ok(())
    }

    /// What an account was told on its pages, the newest first.
    pub async fn notices(&self, account: i64, most: i64) -> Result<Vec<Notice>> {
        let text =
            format!("SELECT {NOTICE} FROM notice WHERE account = $1 AND way = 'app' ORDER BY at DESC, entry LIMIT $2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(account).bind(most).fetch_all(&self.pool).await?;
        rows.iter().map(notice).collect()
    }

    /// How many of them were not seen yet.
    pub async fn count_unseen(&self, account: i64) -> Result<i64> {
        let text = "SELECT COUNT(*) FROM notice WHERE account = $1 AND way = 'app' AND done IS NULL";
        Ok(sqlx::query(text).bind(account).fetch_one(&self.pool).await?.try_get(0)?)
    }

    /// The applicant saw what the case says now.
    pub async fn see_notices(&self, account: i64, dossier: DossierId, now: Moment) -> Result<()> {
        // Most of the time there is nothing new: then nobody waits for the one who writes.
        let fresh = "SELECT 1 FROM notice WHERE dossier = $1 AND account = $2 AND way = 'app' AND done IS NULL LIMIT 1";
        let fresh = sqlx::query(fresh).bind(dossier.bytes().to_vec()).bind(account).fetch_optional(&self.pool).await?;
        if fresh.is_none() {
            return Ok(());
        }
        let text = "UPDATE notice SET done = $3 WHERE dossier = $1 AND account = $2 AND way = 'app' AND done IS NULL";
        sqlx::query(text).bind(dossier.bytes().to_vec()).bind(account).bind(now.0).execute(&self.writing).await?;
        Ok(())
    }

    /// What was told about a case, the newest first.
    pub async fn notices_about(&self, dossier: DossierId) -> Result<Vec<Notice>> {
        let text = format!("SELECT {NOTICE} FROM notice WHERE dossier = $1 ORDER BY at DESC, about, way LIMIT 100");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(dossier.bytes().to_vec()).fetch_all(&self.pool).await?;
        rows.iter().map(notice).collect()
    }

    /// Whether no message about a case is wanted on a telephone.
    pub async fn is_silenced(&self, dossier: DossierId) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM no_message WHERE dossier = $1")
            .bind(dossier.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// Whether messages about a case are wanted, from now on. What was not sent yet is not sent.
    pub async fn silence(&self, dossier: DossierId, silent: bool, now: Moment) -> Result<()> {
        let id = || dossier.bytes().to_vec();
        if !silent {
            sqlx::query("DELETE FROM no_message WHERE dossier = $1").bind(id()).execute(&self.writing).await?;
            return Ok(());
        }
        let mut transaction = self.writing.begin().await?;
        sqlx::query("INSERT INTO no_message (dossier) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(id())
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE notice SET done = $2, trouble = 'unwanted' WHERE dossier = $1 AND way = 'sms' AND done IS NULL",
        )
        .bind(id())
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Corrections that end before a day (yyyymmdd) and wait for their applicant: with the account, if they have one.
    pub async fn corrections_ending(&self, before: i64) -> Result<Vec<(DossierId, Option<i64>)>> {
        let rows = sqlx::query(
            "SELECT v.dossier, (SELECT MIN(o.account) FROM owner o WHERE o.dossier = v.dossier) FROM case_view v \
             WHERE v.step = 'answer_correction' AND v.due <= $1",
        )
        .bind(before)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| Ok((DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?, row.try_get(1)?)))
            .collect()
    }
}
