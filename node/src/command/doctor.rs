//! Says what is wrong with a node, in words, and what to do. Changes nothing; the node may run meanwhile or not.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Deserialize;
use tongban_core::directory::NodeCard;
use tongban_core::dossier::{NodeId, Signer as _};
use tongban_core::exchange::Epoch;
use tongban_core::ident::Realm;
use tongban_core::time::Calendar;

use super::init::ROOT_KEY_FILE;
use super::progress;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::Directory;
use crate::error::{Failure, chain};
use crate::store::{Schema, Store, rebuild, stored_schema};
use crate::text::Lang;
use crate::watch::alarm::alarms;
use crate::watch::{OwnKey, Seen, certificate_end};
use crate::{key, limits, serve};

/// How long a peer may take to answer.
const PEER_S_MAX: u64 = 5;

/// Looks a node over: configuration, keys, trust list, database, streams, peers, blobs, alarms. Exit status 1 if anything
/// is wrong. Changes nothing.
#[derive(Args)]
pub struct Doctor {
    /// The node's data folder
    #[arg(value_name = "DATA", default_value = ".")]
    folder: PathBuf,
    /// The same, as the other commands have it
    #[arg(long = "data", conflicts_with = "folder")]
    data: Option<PathBuf>,
    /// Also folds every dossier anew, reads every stream and every blob: takes long on a large node
    #[arg(long)]
    deep: bool,
    /// zh or en; otherwise what the environment says
    #[arg(long, value_parser = lang)]
    lang: Option<Lang>,
}

pub(super) fn lang(name: &str) -> Result<Lang, String> {
    Lang::from_name(name).ok_or_else(|| format!("{name}: zh or en"))
}

/// The language of the terminal.
pub(super) fn lang_of_environment() -> Lang {
    let first =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
    if first.is_some_and(|name| name.starts_with("zh")) { Lang::Zh } else { Lang::En }
}

impl Doctor {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let folder = self.data.unwrap_or(self.folder);
        let lang = self.lang.unwrap_or_else(lang_of_environment);
        let mut visit = Visit { lang, folder, deep: self.deep, wrong: 0 };
        visit.all().await;
        match visit.wrong {
            0 => {
                println!("{}", lang.t("doctor-all-well"));
                Ok(())
            }
            count => Err(Failure::new("not-well", lang.tf("doctor-count", &[("count", &count.to_string())]))),
        }
    }
}

/// One visit, with what was found so far.
struct Visit {
    lang: Lang,
    folder: PathBuf,
    deep: bool,
    wrong: u64,
}

type Values<'a> = &'a [(&'a str, &'a str)];

impl Visit {
    fn line(&self, mark: &str, code: &str, text: &str) {
        println!("{:<5} {code:<20} {text}", self.lang.t(mark));
    }

    fn well(&self, code: &str, values: Values<'_>) {
        self.line("doctor-mark-well", code, &self.lang.tf(&format!("doctor-{code}"), values));
    }

    fn note(&self, code: &str, values: Values<'_>) {
        self.line("doctor-mark-note", code, &self.lang.tf(&format!("doctor-{code}"), values));
    }

    fn wrong(&mut self, code: &str, values: Values<'_>) {
        let what = self.lang.tf(&format!("doctor-{code}"), values).into_owned();
        let todo = self.lang.tf(&format!("doctor-{code}-todo"), values).into_owned();
        self.wrong_in_words(code, &what, &todo);
    }

    fn wrong_in_words(&mut self, code: &str, what: &str, todo: &str) {
        self.wrong += 1;
        self.line("doctor-mark-wrong", code, what);
        println!("      {}", self.lang.labelled(&self.lang.t("doctor-todo"), todo));
    }

    async fn all(&mut self) {
        let config = match Config::read(&self.folder) {
            Ok(config) => config,
            Err(failure) => return self.wrong("config-unusable", &[("text", &failure.to_string())]),
        };
        let realm = self.lang.t(if config.realm == Realm::Drill { "doctor-drill" } else { "doctor-production" });
        self.well("config", &[("node", config.node.as_str()), ("realm", &realm), ("address", &config.address)]);
        let running = is_running(&self.folder);
        self.note(if running { "running" } else { "stopped" }, &[]);
        self.files(&config);
        let signer = match key::open(&self.folder.join(serve::KEY_FILE)) {
            Ok(signer) => signer,
            Err(failure) => return self.wrong("key-unusable", &[("text", &failure.to_string())]),
        };
        let Some(store) = self.database(config.database.as_deref()).await else { return };
        let fingerprint = signer.public_key().fingerprint();
        let done = self.stored(&store, &config, &fingerprint, running).await;
        if let Err(error) = done {
            self.wrong("database-unusable", &[("text", &error.to_string())]);
        }
        store.close().await;
    }

    /// Files that are nobody else's to read, and the certificate.
    fn files(&mut self, config: &Config) {
        let mut private = vec![self.folder.clone(), self.folder.join(serve::KEY_FILE), self.folder.join(ROOT_KEY_FILE)];
        private.extend(config.tls.iter().map(|tls| tls.key.clone()));
        private.retain(|path| path.exists());
        let open: Vec<&PathBuf> = private.iter().filter(|path| others_may(path)).collect();
        for path in &open {
            self.wrong("file-open", &[("path", &path.display().to_string())]);
        }
        if open.is_empty() {
            self.well("files-private", &[]);
        }
        if let Some(tls) = &config.tls
            && let Ok(end) = certificate_end(&tls.certificate)
        {
            self.well("certificate", &[("end", &end.to_string())]);
        }
    }

    /// Opens the database if it is this program's.
    async fn database(&mut self, database: Option<&str>) -> Option<Store> {
        let opened = match stored_schema(&self.folder, database).await {
            Ok(Schema::Current) => Store::open(&self.folder, database).await,
            Ok(Schema::Older { stored }) => {
                self.note("schema-older", &[("step", &stored.to_string())]);
                return None;
            }
            Ok(Schema::Newer { stored }) => {
                let program = env!("CARGO_PKG_VERSION");
                self.wrong("schema-newer", &[("step", &stored.to_string()), ("program", program)]);
                return None;
            }
            Err(error) => Err(error),
        };
        match opened {
            Ok(store) => {
                self.well("schema", &[]);
                Some(store)
            }
            Err(error) => {
                self.wrong("database-unusable", &[("text", &Failure::from(error).to_string())]);
                None
            }
        }
    }

    async fn stored(
        &mut self,
        store: &Store,
        config: &Config,
        key: &tongban_core::dossier::Hash,
        running: bool,
    ) -> crate::store::Result<()> {
        match store.quick_check().await?.as_slice() {
            [] => self.well("database", &[]),
            faults => self.wrong("database-damaged", &[("text", &faults.join("; "))]),
        }
        let directory = Directory::open(store, config.trust, Clock::default()).await?;
        let (snapshot, now) = (directory.now(), Clock::default().now());
        let seen = Seen::look(store, &snapshot, config, key, &self.folder, now).await?;
        if let Some(trust) = &seen.trust {
            let issued = trust.issued.to_string();
            self.well("trust", &[("version", &trust.version.to_string()), ("issued", &issued)]);
        }
        if let OwnKey::Valid(_) = seen.key {
            self.well("key", &[("key", &key.to_string())]);
        }
        if let Some(disk) = seen.disk {
            self.well("disk", &[("gib", &format!("{:.1}", disk.free as f64 / f64::from(1 << 30)))]);
        }
        self.streams(store, &seen).await?;
        self.blobs(store).await?;
        if self.deep {
            self.views(store).await?;
        }
        if let Some(list) = snapshot.current() {
            self.peers(&list.nodes, config, running).await;
        }
        self.alarms(&seen, config, running).await;
        Ok(())
    }

    /// What this node owes and how far it has read; with `--deep` every stream is read as its peer would.
    async fn streams(&mut self, store: &Store, seen: &Seen) -> crate::store::Result<()> {
        for peer in &seen.peers {
            let (end, read) = (peer.end.to_string(), peer.read.to_string());
            self.note("stream", &[("node", peer.node.as_str()), ("end", &end), ("read", &read)]);
        }
        if !self.deep {
            return Ok(());
        }
        let epoch = Epoch::from_stored(&store.state("epoch").await?.unwrap_or_default());
        let mut items = 0;
        let mut damaged = false;
        for peer in store.streams().await?.keys() {
            match store.check_stream(peer.as_str(), &epoch).await {
                Ok(count) => items += count,
                Err(error) => {
                    damaged = true;
                    self.wrong("stream-damaged", &[("node", peer.as_str()), ("text", &error.to_string())]);
                }
            }
        }
        if !damaged {
            self.well("streams-read", &[("count", &items.to_string())]);
        }
        Ok(())
    }

    async fn blobs(&mut self, store: &Store) -> crate::store::Result<()> {
        let (missing, files) = store.blobs_to_find().await?;
        let count = files.len().to_string();
        let folder = store.blobs().clone();
        let sizes = move || -> Vec<String> {
            let lost = files.iter().filter(|(hash, size)| folder.size(hash) != Some(*size));
            lost.map(|(hash, _)| hash.to_string()).collect()
        };
        let lost = tokio::task::spawn_blocking(sizes).await.unwrap_or_default();
        match lost.first() {
            None => self.well("blobs", &[("count", &count)]),
            Some(first) => self.wrong("blob-lost", &[("count", &lost.len().to_string()), ("first", first)]),
        }
        if missing > 0 {
            self.note("blobs-coming", &[("count", &missing.to_string())]);
        }
        if self.deep && lost.is_empty() {
            let (read, changed) = store.check_blobs().await?;
            match changed.first() {
                None => self.well("blobs-read", &[("count", &read.to_string())]),
                Some(first) => {
                    let values = [("count", &*changed.len().to_string()), ("first", &*first.to_string())];
                    self.wrong("blob-changed", &values);
                }
            }
        }
        Ok(())
    }

    async fn views(&mut self, store: &Store) -> crate::store::Result<()> {
        let bar = progress(0, "views");
        let differences = rebuild(store, Calendar::national(), false, |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await?;
        bar.finish_and_clear();
        match differences.len() {
            0 => self.well("views", &[]),
            count => self.wrong("views-differ", &[("count", &count.to_string())]),
        }
        Ok(())
    }

    /// Whether every node answers where the trust list says, over TLS that this machine trusts, with a clock like ours.
    async fn peers(&mut self, cards: &[NodeCard], config: &Config, running: bool) {
        let mut asked = Vec::new();
        for card in cards.iter().filter(|card| card.node != config.node || running) {
            asked.push((card, tokio::spawn(ask(card.address.clone()))));
        }
        for (card, answer) in asked {
            let (node, address) = (card.node.as_str(), card.address.as_str());
            match answer.await {
                Ok(Ok((answered, ms, difference))) => self.peer(card, &answered, ms, difference),
                Ok(Err(text)) => {
                    self.wrong("peer-unreachable", &[("node", node), ("address", address), ("text", &text)]);
                }
                Err(error) => {
                    self.wrong(
                        "peer-unreachable",
                        &[("node", node), ("address", address), ("text", &error.to_string())],
                    );
                }
            }
        }
    }

    fn peer(&mut self, card: &NodeCard, answered: &NodeId, ms: i64, difference: i64) {
        let (node, seconds) = (card.node.as_str(), format!("{:+.1}", difference as f64 / 1000.0));
        if *answered != card.node {
            self.wrong("peer-other", &[("node", node), ("address", &card.address), ("other", answered.as_str())]);
        } else if difference.abs() > limits::CLOCK_DIFFERENCE_MS {
            self.wrong("peer-clock", &[("node", node), ("seconds", &seconds)]);
        } else {
            self.well("peer", &[("node", node), ("ms", &ms.to_string()), ("seconds", &seconds)]);
        }
    }

    /// Those of the database, and those that only the running process knows.
    async fn alarms(&mut self, seen: &Seen, config: &Config, running: bool) {
        let mut said = Vec::new();
        for alarm in alarms(seen) {
            self.wrong_in_words(alarm.code, &alarm.what(self.lang), &alarm.todo(self.lang));
            said.push(alarm.name());
        }
        let Some(monitor) = config.monitor.as_ref().filter(|_| running) else {
            if running {
                self.note("no-monitor", &[]);
            } else if said.is_empty() {
                self.well("alarms", &[]);
            }
            return;
        };
        let url = format!("http://{}/health/alarms", monitor.listen);
        let told = async { client()?.get(&url).send().await?.error_for_status()?.json::<Vec<Told>>().await };
        match told.await {
            Ok(told) => {
                let is_new = |told: &&Told| !said.iter().any(|(code, node)| *code == told.code && *node == told.node);
                let fresh: Vec<&Told> = told.iter().filter(is_new).collect();
                for alarm in &fresh {
                    let pick = |zh, en| if self.lang == Lang::Zh { zh } else { en };
                    let (what, todo): (&String, &String) =
                        (pick(&alarm.what, &alarm.what_en), pick(&alarm.todo, &alarm.todo_en));
                    self.wrong_in_words(&alarm.code, what, todo);
                }
                if said.is_empty() && fresh.is_empty() {
                    self.well("alarms", &[]);
                }
            }
            Err(error) => self.wrong("monitor-silent", &[("url", &url), ("text", &chain(&error))]),
        }
    }
}

/// An alarm as a running node tells it.
#[derive(Deserialize)]
struct Told {
    code: String,
    node: Option<String>,
    what: String,
    todo: String,
    what_en: String,
    todo_en: String,
}

/// Whether a process serves this folder: it holds the lock.
fn is_running(folder: &Path) -> bool {
    let file = std::fs::File::open(folder.join("tongban.lock"));
    file.is_ok_and(|file| matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

#[cfg(unix)]
fn others_may(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may(_path: &Path) -> bool {
    false
}

fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(Duration::from_secs(PEER_S_MAX)).no_proxy().build()
}

/// Asks a node for its name and time. Answers them with the milliseconds it took and by how many its clock is ahead.
async fn ask(address: String) -> Result<(NodeId, i64, i64), String> {
    #[derive(Deserialize)]
    struct Live {
        node: NodeId,
        now: i64,
    }
    crate::config::check_address(&address)?;
    let client = client().map_err(|error| chain(&error))?;
    let (begun, before) = (Instant::now(), Clock::default().now().0);
    let answer =
        async { client.get(format!("{address}/health/live")).send().await?.error_for_status()?.json::<Live>().await };
    let live = answer.await.map_err(|error| chain(&error))?;
    let took = begun.elapsed().as_millis() as i64;
    Ok((live.node, took, live.now - (before + took / 2)))
}
