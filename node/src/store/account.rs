//! Accounts, sessions, kept forms. Who an account is to a provider of OpenID Connect: `identity.rs`.

use sqlx::Row as _;
use sqlx::any::AnyRow;
use tongban_core::dossier::DossierId;
use tongban_core::ident::Uscc;

use super::{Result, Store, damaged};
use crate::limits;

/// What an account may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    /// 办事群众.
    Applicant,
    /// 办事企业.
    Firm,
    /// 窗口人员.
    Clerk,
    /// 审批人员.
    Officer,
    /// Manages the accounts of its organisations.
    Admin,
    /// 运维.
    Operator,
    /// Keeps the trust list.
    Registrar,
}

impl AccountRole {
    /// All roles.
    pub const ALL: [AccountRole; 7] = [
        AccountRole::Applicant,
        AccountRole::Firm,
        AccountRole::Clerk,
        AccountRole::Officer,
        AccountRole::Admin,
        AccountRole::Operator,
        AccountRole::Registrar,
    ];

    /// The word stored and used in texts.
    pub fn name(self) -> &'static str {
        match self {
            AccountRole::Applicant => "applicant",
            AccountRole::Firm => "firm",
            AccountRole::Clerk => "clerk",
            AccountRole::Officer => "officer",
            AccountRole::Admin => "admin",
            AccountRole::Operator => "operator",
            AccountRole::Registrar => "registrar",
        }
    }

    /// Reads [`AccountRole::name`] back.
    pub fn from_name(name: &str) -> Option<AccountRole> {
        AccountRole::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether those with it act for others, and not in their own matter.
    pub fn is_staff(self) -> bool {
        !matches!(self, AccountRole::Applicant | AccountRole::Firm)
    }
}

/// Stands for the password of an account that signs in by a provider only: it is the hash of nothing.
pub const NO_PASSWORD: &str = "!";

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// What is typed to sign in.
    pub login: String,
    /// Argon2id, in PHC form.
    pub password: String,
    /// What it may be used for.
    pub role: AccountRole,
    /// Name for people.
    pub name: String,
    /// English name for people.
    pub name_en: String,
    /// Its organisation.
    pub org: Option<Uscc>,
    /// Staff number.
    pub staff: Option<String>,
    /// For applicants: identity number or USCC.
    pub id_number: Option<String>,
    /// For applicants: telephone.
    pub phone: Option<String>,
    /// For firms: who acts for it.
    pub contact: Option<String>,
    /// May no longer sign in.
    pub disabled: bool,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What is typed to sign in.
    pub login: String,
    /// Argon2id, in PHC form.
    pub password: String,
    /// What it may be used for.
    pub role: AccountRole,
    /// Name for people.
    pub name: String,
    /// English name for people.
    pub name_en: String,
    /// Its organisation.
    pub org: Option<Uscc>,
    /// Staff number.
    pub staff: Option<String>,
    /// For applicants: identity number or USCC.
    pub id_number: Option<String>,
    /// For applicants: telephone.
    pub phone: Option<String>,
    /// For firms: who acts for it.
    pub contact: Option<String>,
}

/// A session: of an account, or of one case opened by number and tracking code.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account.
    pub account: Option<i64>,
    /// The one case.
    pub dossier: Option<DossierId>,
    /// Stands in every form.
    pub csrf: String,
    /// When it began.
    pub begun: i64,
    /// The last request.
    pub seen: i64,
    /// Opened through the API: its token is sent in a header, never in a cookie.
    pub api: bool,
    /// Key of the provider by which it began; `None` if by a password.
    pub provider: Option<String>,
}

impl Session {
    /// Whether it has ended.
    pub fn is_over(&self, now: i64) -> bool {
        now - self.seen > limits::SESSION_IDLE_MS || now - self.begun > limits::SESSION_MS_MAX
    }
}

const ACCOUNT: &str = "id, login, password, role, name, name_en, org, staff, id_number, phone, contact, disabled";

fn account(row: &AnyRow) -> Result<Account> {
    let role: String = row.try_get(3)?;
    let org: Option<String> = row.try_get(6)?;
    Ok(Account {
        id: row.try_get(0)?,
        login: row.try_get(1)?,
        password: row.try_get(2)?,
        role: AccountRole::from_name(&role).ok_or_else(|| damaged("an account's role"))?,
        name: row.try_get(4)?,
        name_en: row.try_get(5)?,
        org: org.map(|org| Uscc::parse(&org).map_err(damaged)).transpose()?,
        staff: row.try_get(7)?,
        id_number: row.try_get(8)?,
        phone: row.try_get(9)?,
        contact: row.try_get(10)?,
        disabled: row.try_get::<i64, _>(11)? != 0,
    })
}

impl Store {
    /// Makes an account; `false` if the login is taken.
    pub async fn add_account(&self, new: &NewAccount) -> Result<bool> {
        // Two at once may take the same next number: then one of them takes the one after.
        while self.account_by_login(&new.login).await?.is_none() {
            if self.try_add_account(new).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn try_add_account(&self, new: &NewAccount) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO account (id, login, password, role, name, name_en, org, staff, id_number, phone, contact, \
             disabled) SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0 FROM account \
             WHERE 1 = 1 ON CONFLICT DO NOTHING",
        )
        .bind(&new.login)
        .bind(&new.password)
        .bind(new.role.name())
        .bind(&new.name)
        .bind(&new.name_en)
        .bind(new.org.map(|org| org.to_string()))
        .bind(&new.staff)
        .bind(&new.id_number)
        .bind(&new.phone)
        .bind(&new.contact)
        .execute(&self.writing)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The account with this login.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>> {
        let text = format!("SELECT {ACCOUNT} FROM account WHERE login = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(login).fetch_optional(&self.pool).await?;
        row.as_ref().map(account).transpose()
    }

    /// The account with this number.
    pub async fn account(&self, id: i64) -> Result<Option<Account>> {
        let text = format!("SELECT {ACCOUNT} FROM account WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id).fetch_optional(&self.pool).await?;
        row.as_ref().map(account).transpose()
    }

    /// All accounts.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let text = format!("SELECT {ACCOUNT} FROM account ORDER BY id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&self.pool).await?;
        rows.iter().map(account).collect()
    }

    /// Lets an account sign in or not. If not, its sessions end, and its second factor too: so whoever lost the telephone
    /// is let in again.
    pub async fn set_disabled(&self, id: i64, disabled: bool) -> Result<()> {
        let mut transaction = self.writing.begin().await?;
        sqlx::query("UPDATE account SET disabled = $2 WHERE id = $1")
            .bind(id)
            .bind(i64::from(disabled))
            .execute(&mut *transaction)
            .await?;
        if disabled {
            sqlx::query("DELETE FROM session WHERE account = $1").bind(id).execute(&mut *transaction).await?;
            sqlx::query("DELETE FROM second_factor WHERE account = $1").bind(id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Begins a session, and forgets those that ended a day ago.
    pub async fn add_session(&self, token_hash: &[u8], session: &Session) -> Result<()> {
        let mut transaction = self.writing.begin().await?;
        sqlx::query(
            "INSERT INTO session (token_hash, account, dossier, csrf, begun, seen, api, provider) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(token_hash.to_vec())
        .bind(session.account)
        .bind(session.dossier.map(|id| id.bytes().to_vec()))
        .bind(&session.csrf)
        .bind(session.begun)
        .bind(session.seen)
        .bind(i64::from(session.api))
        .bind(&session.provider)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM session WHERE begun < $1")
            .bind(session.begun - 2 * limits::SESSION_MS_MAX)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The session of a token, over or not.
    pub async fn session(&self, token_hash: &[u8]) -> Result<Option<Session>> {
        let text = "SELECT account, dossier, csrf, begun, seen, api, provider FROM session WHERE token_hash = $1";
        let row = sqlx::query(text).bind(token_hash.to_vec()).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let dossier: Option<Vec<u8>> = row.try_get(1)?;
        Ok(Some(Session {
            account: row.try_get(0)?,
            dossier: dossier.map(|id| DossierId::from_slice(&id).map_err(damaged)).transpose()?,
            csrf: row.try_get(2)?,
            begun: row.try_get(3)?,
            seen: row.try_get(4)?,
            api: row.try_get::<i64, _>(5)? != 0,
            provider: row.try_get(6)?,
        }))
    }

    /// Notes a session's last request.
    pub async fn touch_session(&self, token_hash: &[u8], now: i64) -> Result<()> {
        sqlx::query("UPDATE session SET seen = $2 WHERE token_hash = $1")
            .bind(token_hash.to_vec())
            .bind(now)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&self, token_hash: &[u8]) -> Result<()> {
        sqlx::query("DELETE FROM session WHERE token_hash = $1")
            .bind(token_hash.to_vec())
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// Keeps a form whose session had ended, for its account; the newest one only.
    pub async fn keep_form(&self, account: i64, path: &str, fields: &str, now: i64) -> Result<()> {
        sqlx::query(
            "INSERT INTO kept_form (account, path, fields, at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account) DO UPDATE SET path = excluded.path, fields = excluded.fields, at = excluded.at",
        )
        .bind(account)
        .bind(path)
        .bind(fields)
        .bind(now)
        .execute(&self.writing)
        .await?;
        Ok(())
    }

    /// The form kept for an account, path and fields, if it is not too old.
    pub async fn kept_form(&self, account: i64, now: i64) -> Result<Option<(String, String)>> {
        let row = sqlx::query("SELECT path, fields FROM kept_form WHERE account = $1 AND at > $2")
            .bind(account)
            .bind(now - limits::KEPT_FORM_MS)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
    }

    /// Forgets a kept form, and all that are too old.
    pub async fn drop_kept_form(&self, account: i64, now: i64) -> Result<()> {
        sqlx::query("DELETE FROM kept_form WHERE account = $1 OR at < $2")
            .bind(account)
            .bind(now - limits::KEPT_FORM_MS)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// Sets a value of the node's own state, unless it has one.
    pub async fn begin_state(&self, name: &str, value: &str) -> Result<()> {
        sqlx::query("INSERT INTO node_state (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(value)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// A value of the node's own state.
    pub async fn state(&self, name: &str) -> Result<Option<String>> {
        let row =
            sqlx::query("SELECT value FROM node_state WHERE name = $1").bind(name).fetch_optional(&self.pool).await?;
        row.map(|row| Ok(row.try_get(0)?)).transpose()
    }

    /// Sets a value of the node's own state.
    pub async fn set_state(&self, name: &str, value: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO node_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(&self.writing)
        .await?;
        Ok(())
    }
}
