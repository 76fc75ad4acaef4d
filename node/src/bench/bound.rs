//! What this machine can do at most with the same work and nothing else: no HTTP, no JSON but the entries', no rules, no
//! queues. Records of the size that the exchange had are hashed, put into a tree, signed once a group, and inserted with
//! multi-row statements into one database; handed over in memory; read, verified and inserted into a second one. Both
//! sides work at the same time, and every group is synced on both.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Sqlite};
use tongban_core::dossier::tree::Proof;
use tongban_core::dossier::{
    DossierId, Draft, Hash, Moment, NodeId, Purpose, SecretKey, SignedGroup, Signer as _, Suite, Written,
};

use super::stats::{Latency, round};
use super::{failed, machine};
use crate::error::Failure;

/// Records of a case: its head and its view are written once and then changed.
const RECORDS_PER_CASE: u32 = 6;
/// Groups under way between the two sides.
const GROUPS_AHEAD: usize = 4;
/// The pragmas that the store sets, here in the driver's words.
const CHECKPOINT_PAGES: &str = "4000";
const CACHE_KIB: &str = "-16000";

/// Appends of 4 kB, each synced.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Sync {
    pub(super) per_s: f64,
    pub(super) each: Latency,
}

/// Records through both databases.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Bound {
    pub(super) group: usize,
    pub(super) records: u64,
    pub(super) seconds: f64,
    pub(super) records_per_s: f64,
    /// Both sides together.
    pub(super) cpu_s_per_1000_records: f64,
}

impl Bound {
    /// Two measures, of before and after, as one.
    pub(super) fn and(self, other: Bound) -> Bound {
        let (records, seconds) = (self.records + other.records, self.seconds + other.seconds);
        let cpu_ms = |bound: &Bound| bound.cpu_s_per_1000_records * bound.records as f64;
        Bound {
            group: self.group,
            records,
            seconds: round(seconds, 2),
            records_per_s: round(records as f64 / seconds, 1),
            cpu_s_per_1000_records: round((cpu_ms(&self) + cpu_ms(&other)) / records as f64, 4),
        }
    }
}

/// Measures syncing. Blocking.
pub(super) fn sync(folder: &Path, seconds: u64) -> Result<Sync, Failure> {
    use std::io::Write as _;
    let path = folder.join("appends");
    let mut file = std::fs::File::create(&path).map_err(failed)?;
    let mut times = Vec::new();
    let begun = Instant::now();
    while begun.elapsed().as_secs() < seconds {
        let one = Instant::now();
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).map_err(failed)?;
        times.push(one.elapsed());
    }
    let per_s = round(times.len() as f64 / begun.elapsed().as_secs_f64(), 1);
    std::fs::remove_file(&path).map_err(failed)?;
    Ok(Sync { per_s, each: Latency::of(times) })
}

/// The version of the database.
pub(super) async fn database() -> Result<String, Failure> {
    let mut memory = SqliteConnection::connect("sqlite::memory:").await.map_err(failed)?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut memory).await.map_err(failed)?;
    Ok(format!("SQLite {version}, WAL, synchronous FULL, checkpoint at {CHECKPOINT_PAGES} pages"))
}

/// A group on its way.
struct Sent {
    signed: SignedGroup,
    entries: Vec<(Hash, Vec<u8>)>,
    first: u64,
}

/// Measures groups of `group` records with entries of about `bytes` bytes. Blocking.
pub(super) fn measure(folder: &Path, suite: Suite, group: usize, bytes: f64, time: Duration) -> Result<Bound, Failure> {
    let names = ["bound-a.db", "bound-b.db"].map(|name| folder.join(name));
    let key = std::sync::Arc::new(SecretKey::from_seed(suite, &[7; 32]).map_err(failed)?);
    let (sender, receiver) = mpsc::sync_channel::<Sent>(GROUPS_AHEAD);
    let (begun, cpu_s) = (Instant::now(), machine::cpu_s(None));
    let until = begun + time;
    let (path, signer) = (names[0].clone(), key.clone());
    let first = std::thread::spawn(move || sign(&path, &signer, group, bytes, until, &sender));
    let (path, signer) = (names[1].clone(), key);
    let second = std::thread::spawn(move || verify(&path, &signer, &receiver));
    let records = second.join().map_err(|_| failed("the second side stopped"))??;
    first.join().map_err(|_| failed("the first side stopped"))??;
    let seconds = begun.elapsed().as_secs_f64();
    for name in names {
        std::fs::remove_file(name).map_err(failed)?;
    }
    let cpu_s = machine::cpu_s(None) - cpu_s;
    Ok(Bound {
        group,
        records,
        seconds: round(seconds, 2),
        records_per_s: round(records as f64 / seconds, 1),
        cpu_s_per_1000_records: round(cpu_s * 1000.0 / records.max(1) as f64, 4),
    })
}

fn sign(
    path: &Path,
    key: &SecretKey,
    group: usize,
    bytes: f64,
    until: Instant,
    sender: &mpsc::SyncSender<Sent>,
) -> Result<(), Failure> {
    let mut side = Side::open(path)?;
    let suite = key.public_key().suite();
    let node: NodeId = "jiangsu".parse().map_err(failed)?;
    let empty = entry(suite, &node, 0, "").bytes().len();
    let filling = "x".repeat((bytes as usize).saturating_sub(empty));
    let mut first = 0;
    while Instant::now() < until {
        let written: Vec<Written> =
            (first..first + group as u64).map(|number| entry(suite, &node, number, &filling)).collect();
        let contents: Vec<Hash> = written.iter().map(|written| *written.hash()).collect();
        let signed = SignedGroup::sign(Purpose::Commit, key, &node, 1, Moment(0), &contents);
        let Some((signed, _)) = signed else { return Err(failed("an empty group")) };
        let entries: Vec<(Hash, Vec<u8>)> =
            written.iter().map(|written| (*written.hash(), written.bytes().to_vec())).collect();
        side.insert(first, &entries, &signed)?;
        sender.send(Sent { signed, entries, first }).map_err(failed)?;
        first += group as u64;
    }
    side.close()
}

fn verify(path: &Path, key: &SecretKey, receiver: &mpsc::Receiver<Sent>) -> Result<u64, Failure> {
    let mut side = Side::open(path)?;
    let suite = key.public_key().suite();
    let mut records = 0;
    for Sent { signed, entries, first } in receiver {
        let mut contents = Vec::with_capacity(entries.len());
        for (leaf, (_, bytes)) in entries.iter().enumerate() {
            let hash = Written::hash_of(suite, bytes);
            Written::read(bytes.as_slice(), hash).map_err(failed)?;
            contents.push((leaf as u32, hash));
        }
        signed.verify(Purpose::Commit, key.public_key(), &contents, &Proof::default()).map_err(failed)?;
        side.insert(first, &entries, &signed)?;
        records += entries.len() as u64;
    }
    side.close()?;
    Ok(records)
}

/// Which case a record belongs to and its number there. Each group takes as many cases as it has records, and six groups
/// one after the other the same ones.
fn place(number: u64, group: u64) -> ([u8; 16], u32) {
    let round = number / group;
    let case = round / u64::from(RECORDS_PER_CASE) * group + number % group;
    let name = Suite::Ed25519.hash(&[&case.to_be_bytes()]);
    let mut id = [0; 16];
    id.copy_from_slice(&name.bytes()[..16]);
    (id, (round % u64::from(RECORDS_PER_CASE)) as u32)
}

fn entry(suite: Suite, node: &NodeId, number: u64, filling: &str) -> Written {
    let id = DossierId::from_random(rand::random());
    Draft::next(id, "case", node).said(Moment(number as i64), rand::random(), &filling).write(suite)
}

/// One database with a connection of its own.
struct Side {
    runtime: tokio::runtime::Runtime,
    connection: SqliteConnection,
}

const TABLES: &str = "\
CREATE TABLE record (dossier BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, \
    root BLOB NOT NULL, leaf INTEGER NOT NULL, PRIMARY KEY (dossier, seq));\
CREATE TABLE head (dossier BLOB NOT NULL PRIMARY KEY, len INTEGER NOT NULL, hash BLOB NOT NULL, holder TEXT NOT NULL);\
CREATE TABLE view (dossier BLOB NOT NULL PRIMARY KEY, phase TEXT NOT NULL, responsible TEXT NOT NULL, \
    receiving TEXT NOT NULL, due INTEGER NOT NULL, changed INTEGER NOT NULL);\
CREATE INDEX by_responsible ON view (responsible, due);\
CREATE INDEX by_receiving ON view (receiving, changed);\
CREATE TABLE stream (peer TEXT NOT NULL, position INTEGER NOT NULL, dossier BLOB NOT NULL, seq INTEGER NOT NULL, \
    hash BLOB NOT NULL, PRIMARY KEY (peer, position));\
CREATE TABLE signed_group (root BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL, signature BLOB NOT NULL);";

type Filled<'q> = sqlx::query::Query<'q, Sqlite, sqlx::sqlite::SqliteArguments>;

impl Side {
    fn open(path: &Path) -> Result<Side, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .pragma("cache_size", CACHE_KIB)
            .disable_statement_logging();
        let connection = runtime.block_on(async {
            let mut connection = options.connect().await?;
            sqlx::raw_sql(TABLES).execute(&mut connection).await?;
            Ok::<_, sqlx::Error>(connection)
        });
        Ok(Side { runtime, connection: connection.map_err(failed)? })
    }

    fn close(self) -> Result<(), Failure> {
        self.runtime.block_on(self.connection.close()).map_err(failed)
    }

    /// One group in one transaction, with one statement for each table.
    fn insert(&mut self, first: u64, entries: &[(Hash, Vec<u8>)], signed: &SignedGroup) -> Result<(), Failure> {
        let size = entries.len() as u64;
        let root = signed.group.root.tagged().to_vec();
        let rows: Vec<Row<'_>> = (first..)
            .zip(entries)
            .map(|(number, (hash, bytes))| {
                let (dossier, seq) = place(number, size);
                Row { number: number as i64, dossier: dossier.to_vec(), seq, hash: hash.tagged().to_vec(), bytes }
            })
            .collect();
        let Side { runtime, connection } = self;
        let work = async {
            let mut transaction = connection.begin().await?;
            let run = &mut *transaction;
            let one = std::slice::from_ref(signed);
            insert(run, "signed_group", 3, "", one, |query, signed| {
                query
                    .bind(signed.group.root.tagged().to_vec())
                    .bind(i64::from(signed.group.size))
                    .bind(signed.signature.0.to_vec())
            })
            .await?;
            insert(run, "record", 6, "", &rows, |query, row| {
                let query = query.bind(row.dossier.clone()).bind(row.seq).bind(row.hash.clone());
                query.bind(row.bytes.to_vec()).bind(root.clone()).bind(row.number % size as i64)
            })
            .await?;
            let tail = "ON CONFLICT (dossier) DO UPDATE SET len = excluded.len, hash = excluded.hash";
            insert(run, "head", 4, tail, &rows, |query, row| {
                query.bind(row.dossier.clone()).bind(row.seq + 1).bind(row.hash.clone()).bind("jiangsu")
            })
            .await?;
            let tail = "ON CONFLICT (dossier) DO UPDATE SET phase = excluded.phase, due = excluded.due, \
                        changed = excluded.changed";
            insert(run, "view", 6, tail, &rows, |query, row| {
                let (org, other) = ("12993205000000019Y", "12993401000000027A");
                query
                    .bind(row.dossier.clone())
                    .bind(PHASES[row.seq as usize])
                    .bind(if row.seq < 3 { org } else { other })
                    .bind(org)
                    .bind(20_260_000 + i64::from(row.seq))
                    .bind(row.number)
            })
            .await?;
            insert(run, "stream", 5, "", &rows, |query, row| {
                query.bind("anhui").bind(row.number).bind(row.dossier.clone()).bind(row.seq).bind(row.hash.clone())
            })
            .await?;
            transaction.commit().await
        };
        runtime.block_on(work).map_err(failed)
    }
}

const PHASES: [&str; RECORDS_PER_CASE as usize] =
    ["draft", "taken_in", "handed_over", "received", "accepted", "decided"];

struct Row<'a> {
    number: i64,
    dossier: Vec<u8>,
    seq: u32,
    hash: Vec<u8>,
    bytes: &'a [u8],
}

async fn insert<T>(
    connection: &mut SqliteConnection,
    table: &str,
    width: usize,
    tail: &str,
    rows: &[T],
    fill: impl for<'q> Fn(Filled<'q>, &T) -> Filled<'q>,
) -> sqlx::Result<()> {
    let row = format!("({})", vec!["?"; width].join(","));
    let text = format!("INSERT INTO {table} VALUES {} {tail}", vec![row; rows.len()].join(","));
    let query = rows.iter().fold(sqlx::query(AssertSqlSafe(text)), fill);
    query.execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_groups_take_the_same_cases() {
        let (id, seq) = place(3, 16);
        assert_eq!(seq, 0);
        for round in 1..6 {
            assert_eq!(place(round * 16 + 3, 16), (id, round as u32));
        }
        assert_ne!(place(6 * 16 + 3, 16).0, id);
    }

    #[test]
    fn what_is_signed_arrives_whole() {
        let folder = tempfile::tempdir().unwrap();
        let bound = measure(folder.path(), Suite::Sm2, 16, 600.0, Duration::from_millis(300)).unwrap();
        assert!(bound.records > 0 && bound.records.is_multiple_of(16));
    }
}
