//! All SQL: one text for SQLite, in the data folder, and PostgreSQL, which several processes of one node may share. Of files of another
//! program, [`dna`].
//!
//! The log is ground state: groups, entries, stamps, streams, cursors. Everything else that concerns dossiers is a view,
//! derived from it in the same transaction, ties a little later (decision 16), and rebuilt from it by `tongban rebuild`.
//! One [`Writer`] gathers what is waiting, lets the desk decide, signs once and commits once; readers use connections of
//! their own.

pub use tongban_core::exchange::Unsaid;

mod account;
mod blob;
mod bundle;
mod business;
mod cannot;
mod catalogue;
mod copy;
pub(crate) mod databases;
mod demand;
pub mod dna;
mod document;
mod figures;
mod identity;
mod invite;
mod lease;
mod log;
mod notice;
mod person;
mod reach;
mod read;
mod rebuild;
mod second;
mod sql;
mod tally;
mod ties;
mod turn;
mod upload;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _, Executor, SqlSafeStr as _};
use tongban_core::directory::TrustError;

pub use account::{Account, AccountRole, NO_PASSWORD, NewAccount, Session};
pub use blob::{Blobs, HeldBlob, NewBlob};
pub(crate) use bundle::contents;
pub use cannot::{Cannot, CannotAnswer, CannotState, NewCannot};
pub use catalogue::{Begun, Hurt};
pub use demand::Demand;
pub use document::{PublicHead, Published};
pub use figures::{Beside, Figures, Schema, Waiting, stored_schema};
pub use identity::PendingSignIn;
pub use invite::Invite;
pub use log::export;
pub use notice::{Notice, NoticeWay, ToTell};
pub use reach::{Reach, ShiftNote};
pub(crate) use read::day_number;
pub use read::{AccessRow, CasePage, CaseRow, List, Place, StreamPage};
pub use rebuild::{Difference, rebuild};
pub use tally::Tally;
pub use ties::Counted;
pub use upload::CatalogueUpload;
pub use writer::{IncomingBatch, Once, Said, Say, SayError, Target, WholeChain, Writer, WriterHandle, WriterSetup};

/// The SQLite database in a data folder.
pub const FILE: &str = "tongban.db";

/// A store of one node.
#[derive(Clone)]
pub struct Store {
    /// Readers.
    pool: AnyPool,
    /// Writers; with SQLite one, which all wait for.
    writing: AnyPool,
    blobs: Blobs,
    is_shared: bool,
    /// Where the number of the last commit is kept apart.
    witness: PathBuf,
}

/// What can go wrong in a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refuses or does not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("schema: {0}")]
    Schema(#[from] MigrateError),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// Something is to be copied into a database in which there is something already.
    #[error("there is something in this database already: name an empty one")]
    NotEmpty,
    /// There is no database, or one without a byte, where one should be.
    #[error("{0}: the database is gone")]
    Lost(String),
    /// What is stored cannot be what was stored: the database was changed or damaged.
    #[error("the stored log is damaged: {0}")]
    Damaged(String),
    /// By the trust list in force this node's key signs nothing: it ended, or is not listed yet.
    #[error("this node's key does not sign now, ask the registrar: {0}")]
    Key(#[from] TrustError),
}

impl StoreError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::Lost(_) => "database-lost",
            StoreError::Damaged(_) => "database-damaged",
            StoreError::Database(error) | StoreError::Schema(MigrateError::Execute(error)) if is_torn(error) => {
                "database-damaged"
            }
            StoreError::Schema(MigrateError::VersionMissing(_)) => "schema-newer",
            StoreError::Schema(MigrateError::VersionMismatch(_)) => "schema-other",
            StoreError::Schema(MigrateError::Dirty(_)) => "schema-unfinished",
            StoreError::Key(_) => "key-signs-nothing",
            StoreError::NotEmpty => "database-not-empty",
            StoreError::Database(_) | StoreError::Schema(_) | StoreError::File { .. } => "store",
        }
    }
}

/// Of SQLite: the file is no database, or a page of it cannot be one.
fn is_torn(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["26", "11"].contains(&&*code))
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

pub(crate) fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(what.to_string())
}

impl Store {
    /// Makes the store of a new node: in the PostgreSQL database at this address, with everything in it, or, without one, in
    /// a SQLite file and a blob folder in the data folder.
    pub async fn create(folder: &Path, database: Option<&str>) -> Result<Store> {
        sqlx::any::install_default_drivers();
        let in_folder = || format!("sqlite://{}?mode=rwc", folder.join(FILE).display());
        let url = database.map_or_else(in_folder, str::to_owned);
        let is_shared = database.is_some();
        // A pool tries again and again what a database refuses, and then says that time is up; one connection says why.
        let mut first = AnyConnection::connect(&url).await?;
        prepare(&mut first).await?;
        first.close().await?;
        let writing = pool(&url, if is_shared { 4 } else { 1 }).await?;
        schema(is_shared).run(&writing).await?;
        let pool = pool(&url, if is_shared { 8 } else { 4 }).await?;
        // Another process of the node may run on another machine: then there is no common folder.
        let blobs = if is_shared { Blobs::in_database() } else { Blobs::in_folder(folder.join("blobs"))? };
        Ok(Store { pool, writing, blobs, is_shared, witness: folder.join("tongban.mark") })
    }

    /// Opens the store of a node and brings its schema up to date. A lost file is not made anew: the node would not know
    /// what it has said.
    pub async fn open(folder: &Path, database: Option<&str>) -> Result<Store> {
        let path = folder.join(FILE);
        if database.is_none() && std::fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
            return Err(StoreError::Lost(path.display().to_string()));
        }
        Store::create(folder, database).await
    }

    /// Whether other processes of this node may work with the same database.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// Closes all connections; SQLite then folds its write-ahead log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
        self.writing.close().await;
    }

    /// The blob folder.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }
}

/// FULL: an acknowledged stamp survives power loss. The timeout lets the few other writers wait. Pages of 8 KiB, because a
/// quarter of a smaller one stays empty between entries of some 600 bytes.
const SQLITE: &str = "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                      PRAGMA busy_timeout = 15000; PRAGMA wal_autocheckpoint = 2000; PRAGMA cache_size = -8000;";

/// A process that stands still, or is cut off, in its turn is thrown out of it; who waits for a turn does not wait for ever.
const POSTGRES: &str = "SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '20s'; \
                        SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3";

/// The schema, with what SQLite alone must be told.
fn schema(is_shared: bool) -> Migrator {
    let schema = sqlx::migrate!();
    if is_shared {
        return schema;
    }
    let told = schema.iter().cloned().map(|mut step| {
        step.sql = AssertSqlSafe(step.sql.as_str().replace("/* BY KEY */", "WITHOUT ROWID")).into_sql_str();
        step
    });
    Migrator::with_migrations(told.collect())
}

async fn pool(url: &str, connections: u32) -> Result<AnyPool> {
    // A server that is away is told to the caller soon; a file is never away, only busy.
    let patience = if url.starts_with("sqlite:") { 20 } else { 5 };
    Ok(AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(patience))
        // A connection to a file does not go away: asking it each time was a twentieth of all work. One to a server is
        // asked when it has rested.
        .test_before_acquire(false)
        .before_acquire(|connection: &mut AnyConnection, meta| {
            Box::pin(async move {
                let rested = connection.backend_name() != "SQLite" && meta.idle_for > Duration::from_millis(500);
                Ok(!rested || connection.ping().await.is_ok())
            })
        })
        // A transaction that could not be ended, as on a full disk, would take in all that follows and commit none of it: its
        // connection is closed.
        .after_release(|connection: &mut AnyConnection, _| {
            let ended = !connection.is_in_transaction();
            Box::pin(async move { Ok(ended) })
        })
        .after_connect(|connection: &mut AnyConnection, _| Box::pin(prepare(connection)))
        .connect(url)
        .await?)
}

async fn prepare(connection: &mut AnyConnection) -> sqlx::Result<()> {
    let settings = if connection.backend_name() == "SQLite" { SQLITE } else { POSTGRES };
    connection.execute(settings).await.map(drop)
}
