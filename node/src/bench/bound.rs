//! What this machine can do at most with the same work and nothing else: no HTTP, no JSON but the entries', no rules, no
//! queues. Records of the size that the exchange had are hashed, put into a tree, signed once a group, and inserted with
//! multi-row statements into one database; handed over in memory; read, verified and inserted into a second one. Both
//! sides work at the same time, and every group is synced on both.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tongban_core::dossier::tree::Proof;
use tongban_core::dossier::{
    DossierId, Draft, Hash, Moment, NodeId, Purpose, SecretKey, SignedGroup, Signer as _, Suite, Written,
};

use super::stats::{Latency, round};
use super::{failed, machine};
use crate::error::Failure;
use crate::store::databases::Databases;

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

/// Names of the databases of both sides on a server.
pub(super) const SIDES: [&str; 2] = ["bound-a", "bound-b"];

/// Where the database of one side is.
enum Place {
    File(std::path::PathBuf),
    Server(String),
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)
}

/// Both databases, made anew.
fn places(folder: &Path, databases: Option<&Databases>) -> Result<[Place; 2], Failure> {
    let Some(databases) = databases else {
        return Ok(SIDES.map(|name| Place::File(folder.join(format!("{name}.db")))));
    };
    runtime()?.block_on(databases.make(SIDES.into_iter(), true))?;
    Ok(SIDES.map(|name| Place::Server(databases.of(name))))
}

/// A group on its way.
struct Sent {
    signed: SignedGroup,
    entries: Vec<(Hash, Vec<u8>)>,
    first: u64,
}

/// Measures groups of `group` records with entries of about `bytes` bytes. Blocking.
pub(super) fn measure(
    folder: &Path,
    databases: Option<&Databases>,
    suite: Suite,
    group: usize,
    bytes: f64,
    time: Duration,
) -> Result<Bound, Failure> {
    let [first_place, second_place] = places(folder, databases)?;
    let key = std::sync::Arc::new(SecretKey::from_seed(suite, &[7; 32]).map_err(failed)?);
    let (sender, receiver) = mpsc::sync_channel::<Sent>(GROUPS_AHEAD);
    let (begun, cpu_s) = (Instant::now(), machine::cpu_s(None));
    let until = begun + time;
    let signer = key.clone();
    let first = std::thread::spawn(move || sign(&first_place, &signer, group, bytes, until, &sender));
    let second = std::thread::spawn(move || verify(&second_place, &key, &receiver));
    let records = second.join().map_err(|_| failed("the second side stopped"))??;
    first.join().map_err(|_| failed("the first side stopped"))??;
    let seconds = begun.elapsed().as_secs_f64();
    if databases.is_none() {
        for name in SIDES {
            std::fs::remove_file(folder.join(format!("{name}.db"))).map_err(failed)?;
        }
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
    place: &Place,
    key: &SecretKey,
    group: usize,
    bytes: f64,
    until: Instant,
    sender: &mpsc::SyncSender<Sent>,
) -> Result<(), Failure> {
    let mut side = Side::open(place)?;
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

fn verify(place: &Place, key: &SecretKey, receiver: &mpsc::Receiver<Sent>) -> Result<u64, Failure> {
    let mut side = Side::open(place)?;
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
    connection: Connection,
}

enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// A value of a row.
enum Value<'a> {
    Bytes(&'a [u8]),
    Number(i64),
    Text(&'static str),
}

const TABLES: &str = "\
CREATE TABLE record (dossier BYTEA NOT NULL, seq BIGINT NOT NULL, hash BYTEA NOT NULL, bytes BYTEA NOT NULL, \
    root BYTEA NOT NULL, leaf BIGINT NOT NULL, PRIMARY KEY (dossier, seq));\
CREATE TABLE head (dossier BYTEA NOT NULL PRIMARY KEY, len BIGINT NOT NULL, hash BYTEA NOT NULL, holder TEXT NOT NULL);\
CREATE TABLE view (dossier BYTEA NOT NULL PRIMARY KEY, phase TEXT NOT NULL, responsible TEXT NOT NULL, \
    receiving TEXT NOT NULL, due BIGINT NOT NULL, changed BIGINT NOT NULL);\
CREATE INDEX by_responsible ON view (responsible, due);\
CREATE INDEX by_receiving ON view (receiving, changed);\
CREATE TABLE stream (peer TEXT NOT NULL, position BIGINT NOT NULL, dossier BYTEA NOT NULL, seq BIGINT NOT NULL, \
    hash BYTEA NOT NULL, PRIMARY KEY (peer, position));\
CREATE TABLE signed_group (root BYTEA NOT NULL PRIMARY KEY, size BIGINT NOT NULL, signature BYTEA NOT NULL);";

impl Side {
    fn open(place: &Place) -> Result<Side, Failure> {
        let runtime = runtime()?;
        let opened = async {
            let mut connection = match place {
                Place::File(path) => Connection::Sqlite(sqlite(path).connect().await?),
                Place::Server(address) => Connection::Postgres(PgConnection::connect(address).await?),
            };
            for table in TABLES.split_terminator(';') {
                connection.run(table, &[]).await?;
            }
            Ok::<_, sqlx::Error>(connection)
        };
        let connection = runtime.block_on(opened).map_err(failed)?;
        Ok(Side { runtime, connection })
    }

    fn close(self) -> Result<(), Failure> {
        let closed = async {
            match self.connection {
                Connection::Sqlite(connection) => connection.close().await,
                Connection::Postgres(connection) => connection.close().await,
            }
        };
        self.runtime.block_on(closed).map_err(failed)
    }

    /// One group in one transaction, with one statement for each table.
    fn insert(&mut self, first: u64, entries: &[(Hash, Vec<u8>)], signed: &SignedGroup) -> Result<(), Failure> {
        use Value::{Bytes, Number, Text};
        let size = entries.len() as u64;
        let root = signed.group.root.tagged();
        let rows: Vec<Row<'_>> = (first..)
            .zip(entries)
            .map(|(number, (hash, bytes))| {
                let (dossier, seq) = place(number, size);
                Row { number: number as i64, dossier, seq, hash: hash.tagged(), bytes }
            })
            .collect();
        let group = [Bytes(&root), Number(i64::from(signed.group.size)), Bytes(&signed.signature.0)];
        let records = values(&rows, |row| {
            let (number, size) = (row.number, size as i64);
            let (id, seq) = (Bytes(&row.dossier), Number(i64::from(row.seq)));
            [id, seq, Bytes(&row.hash), Bytes(row.bytes), Bytes(&root), Number(number % size)]
        });
        let heads = values(&rows, |row| {
            [Bytes(&row.dossier), Number(i64::from(row.seq) + 1), Bytes(&row.hash), Text("jiangsu")]
        });
        let (org, other) = ("12993205000000019Y", "12993401000000027A");
        let views = values(&rows, |row| {
            let phase = Text(PHASES[row.seq as usize]);
            let responsible = Text(if row.seq < 3 { org } else { other });
            let due = Number(20_260_000 + i64::from(row.seq));
            [Bytes(&row.dossier), phase, responsible, Text(org), due, Number(row.number)]
        });
        let streams = values(&rows, |row| {
            let (id, seq) = (Bytes(&row.dossier), Number(i64::from(row.seq)));
            [Text("anhui"), Number(row.number), id, seq, Bytes(&row.hash)]
        });
        let head = "ON CONFLICT (dossier) DO UPDATE SET len = excluded.len, hash = excluded.hash";
        let view = "ON CONFLICT (dossier) DO UPDATE SET phase = excluded.phase, due = excluded.due, \
                    changed = excluded.changed";
        let Side { runtime, connection } = self;
        let work = async {
            connection.run("BEGIN", &[]).await?;
            connection.insert("signed_group", 3, "", &group).await?;
            connection.insert("record", 6, "", &records).await?;
            connection.insert("head", 4, head, &heads).await?;
            connection.insert("view", 6, view, &views).await?;
            connection.insert("stream", 5, "", &streams).await?;
            connection.run("COMMIT", &[]).await
        };
        runtime.block_on(work).map_err(failed)
    }
}

fn sqlite(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("cache_size", CACHE_KIB)
        .disable_statement_logging()
}

fn values<'a, const WIDTH: usize>(
    rows: &'a [Row<'a>],
    of: impl Fn(&'a Row<'a>) -> [Value<'a>; WIDTH],
) -> Vec<Value<'a>> {
    rows.iter().flat_map(of).collect()
}

impl Connection {
    /// Many rows of so many values with one statement.
    async fn insert(&mut self, table: &str, width: usize, tail: &str, values: &[Value<'_>]) -> sqlx::Result<()> {
        let named = matches!(self, Connection::Postgres(_));
        let place = |at: usize| if named { format!("${}", at + 1) } else { "?".to_owned() };
        let row = |first: usize| format!("({})", (first..first + width).map(place).collect::<Vec<_>>().join(","));
        let rows: Vec<String> = (0..values.len()).step_by(width).map(row).collect();
        self.run(&format!("INSERT INTO {table} VALUES {} {tail}", rows.join(",")), values).await
    }

    async fn run(&mut self, text: &str, values: &[Value<'_>]) -> sqlx::Result<()> {
        let text = AssertSqlSafe(text.to_owned());
        match self {
            Connection::Sqlite(connection) => {
                let query = values.iter().fold(sqlx::query::<sqlx::Sqlite>(text), |query, value| match value {
                    Value::Bytes(bytes) => query.bind(bytes.to_vec()),
                    Value::Number(number) => query.bind(*number),
                    Value::Text(word) => query.bind(*word),
                });
                query.execute(connection).await?;
            }
            Connection::Postgres(connection) => {
                let query = values.iter().fold(sqlx::query::<sqlx::Postgres>(text), |query, value| match value {
                    Value::Bytes(bytes) => query.bind(bytes.to_vec()),
                    Value::Number(number) => query.bind(*number),
                    Value::Text(word) => query.bind(*word),
                });
                query.execute(connection).await?;
            }
        }
        Ok(())
    }
}

const PHASES: [&str; RECORDS_PER_CASE as usize] =
    ["draft", "taken_in", "handed_over", "received", "accepted", "decided"];

struct Row<'a> {
    number: i64,
    dossier: [u8; 16],
    seq: u32,
    hash: [u8; 33],
    bytes: &'a [u8],
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
        let bound = measure(folder.path(), None, Suite::Sm2, 16, 600.0, Duration::from_millis(300)).unwrap();
        assert!(bound.records > 0 && bound.records.is_multiple_of(16));
    }
}
