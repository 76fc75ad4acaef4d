//! What the store says of itself: for figures and alarms, and for `tongban doctor`. What is asked every few seconds follows
//! an index or a small table.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sqlx::{Connection as _, Row as _};
use tongban_core::dossier::{Hash, Moment, NodeId};
use tongban_core::exchange::{Cursor, Epoch};

use super::{Result, Store, StreamPage, damaged};

/// So many things wait for a node, the oldest since a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which node has to answer.
    pub node: String,
    /// How many.
    pub count: u64,
    /// Since when the oldest waits.
    pub since: Option<Moment>,
}

/// Stamps that are kept beside the log under one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Why they are not in the log.
    pub code: String,
    /// How many.
    pub count: u64,
}

/// Figures that cost little.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Size of the database.
    pub database_bytes: u64,
    /// Entries that are neither stamped nor refused, by the node that holds the pen.
    pub slips: Vec<Waiting>,
    /// Cases that were handed over and neither received nor returned, by the node that has to.
    pub hand_overs: Vec<Waiting>,
    /// Stamps beside the log.
    pub beside: Vec<Beside>,
    /// How many of them prove a fault of a node that no recall has settled yet, and when the first came.
    pub faults: Option<(u64, Moment)>,
}

/// How the schema of a database stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// It is this program's.
    Current,
    /// This program brings it up to date when it serves.
    Older {
        /// Its last step; 0 if it has none.
        stored: i64,
    },
    /// A newer program wrote it.
    Newer {
        /// Its last step.
        stored: i64,
    },
}

impl Schema {
    fn of(stored: i64) -> Schema {
        let known = sqlx::migrate!().iter().map(|step| step.version).max().unwrap_or(0);
        match stored.cmp(&known) {
            std::cmp::Ordering::Less => Schema::Older { stored },
            std::cmp::Ordering::Equal => Schema::Current,
            std::cmp::Ordering::Greater => Schema::Newer { stored },
        }
    }
}

const LAST_STEP: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";

/// How the schema of a node's database stands, without changing it. The arguments are those of [`Store::open`].
pub async fn stored_schema(folder: &Path, database: Option<&str>) -> Result<Schema> {
    sqlx::any::install_default_drivers();
    let in_folder = || format!("sqlite://{}?mode=rw", folder.join(super::FILE).display());
    let url = database.map_or_else(in_folder, str::to_owned);
    let mut connection = sqlx::AnyConnection::connect(&url).await?;
    let stored = sqlx::query(LAST_STEP).fetch_one(&mut connection).await?.try_get(0)?;
    connection.close().await?;
    Ok(Schema::of(stored))
}

impl Store {
    async fn is_sqlite(&self) -> Result<bool> {
        Ok(self.pool.acquire().await?.backend_name() == "SQLite")
    }

    /// Figures that cost little.
    pub async fn figures(&self) -> Result<Figures> {
        let size = if self.is_sqlite().await? {
            "SELECT p.page_count * s.page_size FROM pragma_page_count() p, pragma_page_size() s"
        } else {
            "SELECT pg_database_size(current_database())"
        };
        let size: i64 = sqlx::query(size).fetch_one(&self.pool).await?.try_get(0)?;
        // A slip's moment is that of the group in which its author said it; what a recall made pending again has its old stamp's.
        let slips = self
            .waiting(
                "SELECT d.holder, COUNT(DISTINCT p.entry), MIN(COALESCE(g.at, v.at)) FROM pending p \
                 JOIN dossier d ON d.id = p.dossier JOIN entry e ON e.dossier = p.dossier AND e.hash = p.entry \
                 LEFT JOIN signed_group g ON g.root = e.root \
                 LEFT JOIN evidence v ON v.dossier = p.dossier AND v.entry = p.entry GROUP BY d.holder ORDER BY d.holder",
            )
            .await?;
        let hand_overs = self
            .waiting(
                "SELECT handling_node, COUNT(*), MIN(changed) FROM case_view WHERE phase = 'handed_over' \
                 GROUP BY handling_node ORDER BY handling_node",
            )
            .await?;
        let rows = sqlx::query("SELECT code, COUNT(*) FROM evidence GROUP BY code ORDER BY code")
            .fetch_all(&self.pool)
            .await?;
        let beside =
            rows.iter().map(|row| Ok(Beside { code: row.try_get(0)?, count: row.try_get::<i64, _>(1)? as u64 }));
        let beside = beside.collect::<Result<_>>()?;
        let faults = sqlx::query(
            "SELECT COUNT(*), MIN(e.seen) FROM evidence e LEFT JOIN dossier d ON d.id = e.dossier \
             WHERE e.code LIKE 'stamp-%' AND (d.term IS NULL OR e.term >= d.term)",
        )
        .fetch_one(&self.pool)
        .await?;
        let since = faults.try_get::<Option<i64>, _>(1)?;
        let count = faults.try_get::<i64, _>(0)? as u64;
        let faults = since.map(|since| (count, Moment(since)));
        Ok(Figures { database_bytes: size as u64, slips, hand_overs, beside, faults })
    }

    async fn waiting(&self, text: &'static str) -> Result<Vec<Waiting>> {
        let rows = sqlx::query(text).fetch_all(&self.pool).await?;
        let read = |row: &sqlx::any::AnyRow| {
            let since = row.try_get::<Option<i64>, _>(2)?.map(Moment);
            Ok(Waiting { node: row.try_get(0)?, count: row.try_get::<i64, _>(1)? as u64, since })
        };
        rows.iter().map(read).collect()
    }

    /// Where this node's stream for a peer ends, and how far the peer's was read.
    pub async fn positions(&self, peer: &NodeId) -> Result<(u64, Option<Cursor>)> {
        let end = self.stream_end(peer.as_str()).await?;
        Ok((end, self.cursor(peer.as_str()).await?))
    }

    /// Whether something can be written: it writes the time.
    pub async fn try_writing(&self, now: Moment) -> std::result::Result<(), String> {
        let text = now.0.to_string();
        let written = tokio::time::timeout(Duration::from_secs(10), self.set_state("watched", &text)).await;
        written.map_err(|_| "no answer within 10 s".to_owned())?.map_err(|error| error.to_string())
    }

    /// How the schema stands now: a newer program may have worked on it meanwhile.
    pub async fn schema(&self) -> Result<Schema> {
        Ok(Schema::of(sqlx::query(LAST_STEP).fetch_one(&self.pool).await?.try_get(0)?))
    }

    /// What the database says of its own files; empty if nothing is wrong. Of a server's it is the server's affair.
    pub async fn quick_check(&self) -> Result<Vec<String>> {
        if !self.is_sqlite().await? {
            return Ok(Vec::new());
        }
        let rows = sqlx::query("PRAGMA quick_check").fetch_all(&self.pool).await?;
        let mut faults = Vec::new();
        for row in rows {
            faults.push(row.try_get::<String, _>(0)?);
        }
        faults.retain(|fault| fault != "ok");
        Ok(faults)
    }

    /// Blobs that a dossier refers to: how many are not here; and those that should lie in the blob folder, with their sizes.
    pub async fn blobs_to_find(&self) -> Result<(u64, Vec<(Hash, u64)>)> {
        let missing = "SELECT COUNT(DISTINCT hash) FROM blob_wanted";
        let missing: i64 = sqlx::query(missing).fetch_one(&self.pool).await?.try_get(0)?;
        let rows = sqlx::query("SELECT hash, size FROM blob WHERE file = 1 AND salt IS NOT NULL ORDER BY hash")
            .fetch_all(&self.pool)
            .await?;
        let mut files = Vec::with_capacity(rows.len());
        for row in rows {
            let hash = Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
            files.push((hash, row.try_get::<i64, _>(1)? as u64));
        }
        Ok((missing as u64, files))
    }

    /// Reads every blob that is held and looks whether its bytes are those that the log names. Answers how many were read, and
    /// which are not. One is held in memory at a time.
    pub async fn check_blobs(&self) -> Result<(u64, Vec<Hash>)> {
        let (mut read, mut changed) = (0, Vec::new());
        let rows =
            sqlx::query("SELECT hash FROM blob WHERE salt IS NOT NULL ORDER BY hash").fetch_all(&self.pool).await?;
        for row in rows {
            let hash = Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
            let Some(held) = self.blob(&hash).await? else { continue };
            read += 1;
            if tongban_core::dossier::blob_hash(hash.suite(), &held.salt, &held.bytes) != hash {
                changed.push(hash);
            }
        }
        Ok((read, changed))
    }

    /// Reads the stream for a peer from its beginning, as the peer would. Answers the number of its items.
    pub async fn check_stream(&self, peer: &str, epoch: &Epoch) -> Result<u64> {
        let mut cursor = Cursor::start(epoch.clone());
        loop {
            let StreamPage::Batch(batch) = self.stream_page(peer, epoch, &cursor).await? else {
                return Err(damaged("a stream that does not follow from its beginning"));
            };
            if batch.items.is_empty() {
                return Ok(cursor.position);
            }
            let position = cursor.position + batch.items.len() as u64;
            let row = sqlx::query("SELECT hash FROM stream WHERE peer = $1 AND position = $2")
                .bind(peer.to_owned())
                .bind(position as i64)
                .fetch_one(&self.pool)
                .await?;
            cursor.hash = Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
            cursor.position = position;
        }
    }

    /// Where streams end, by peer.
    pub async fn streams(&self) -> Result<BTreeMap<NodeId, (u64, Hash)>> {
        self.stream_ends().await
    }
}
