//! All SQL. SQLite here; the text keeps to the subset that PostgreSQL shares.
//!
//! The log is ground state: groups, entries, stamps, streams, cursors. Everything else that concerns dossiers is a view,
//! derived from it in the same transaction and rebuilt from it by `tongban rebuild`. One [`Writer`] gathers what is
//! waiting, lets the desk decide, signs once and commits once; readers use connections of their own.

pub use tongban_core::exchange::Unsaid;

mod account;
mod blob;
mod document;
mod log;
mod read;
mod rebuild;
mod sql;
mod writer;

use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, Executor};

pub use account::{Account, AccountRole, NewAccount, Session};
pub use blob::{Blobs, HeldBlob, NewBlob};
pub use document::Published;
pub use log::export;
pub(crate) use read::day_number;
pub use read::{AccessRow, CaseRow, List, StreamPage};
pub use rebuild::{Difference, rebuild};
pub use writer::{IncomingBatch, Said, Say, SayError, Target, WholeChain, Writer, WriterHandle, WriterSetup};

/// A store of one node.
#[derive(Clone)]
pub struct Store {
    /// Readers.
    pool: AnyPool,
    /// The one writing connection.
    writing: AnyPool,
    blobs: Blobs,
}

/// What can go wrong in a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refuses or does not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("schema: {0}")]
    Schema(#[from] sqlx::migrate::MigrateError),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// What is stored cannot be what was stored: the database was changed or damaged.
    #[error("the stored log is damaged: {0}")]
    Damaged(String),
}

/// A result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(what.to_string())
}

impl Store {
    /// Opens the database in a data folder, brings its schema up to date, and finds the blob folder.
    pub async fn open(folder: &Path) -> Result<Store> {
        sqlx::any::install_default_drivers();
        let url = format!("sqlite://{}?mode=rwc", folder.join("tongban.db").display());
        let writing = pool(&url, 1).await?;
        sqlx::migrate!().run(&writing).await?;
        let pool = pool(&url, 4).await?;
        Ok(Store { pool, writing, blobs: Blobs::new(folder.join("blobs"))? })
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

async fn pool(url: &str, connections: u32) -> Result<AnyPool> {
    Ok(AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(20))
        // A connection to a file does not go away: asking it each time was a twentieth of all work.
        .test_before_acquire(!url.starts_with("sqlite:"))
        .after_connect(|connection: &mut AnyConnection, _| {
            Box::pin(async move {
                if connection.backend_name() == "SQLite" {
                    // FULL: an acknowledged stamp survives power loss. The timeout lets the few other writers wait.
                    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 15000; \
                                    PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;";
                    connection.execute(settings).await?;
                }
                Ok(())
            })
        })
        .connect(url)
        .await?)
}
