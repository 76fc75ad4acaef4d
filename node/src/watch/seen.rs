//! One look at the node: from the store, the trust list, the disk, and what this process remembers of its peers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use tongban_core::dossier::{Hash, Moment, NodeId};

use super::lag::Lag;
use super::{Alarm, Disk, alarm, certificate_end};
use crate::app::{App, PeerState};
use crate::config::Config;
use crate::directory::Snapshot;
use crate::limits;
use crate::store::{Figures, Result, Schema, Store};

/// Everything that figures and alarms are made of.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When it was looked.
    pub at: Moment,
    /// From the store.
    pub stored: Figures,
    /// How the schema stands.
    pub schema: Schema,
    /// The peers of the trust list.
    pub peers: Vec<PeerSeen>,
    /// The trust list in force.
    pub trust: Option<TrustSeen>,
    /// This node's key in it.
    pub key: OwnKey,
    /// Since when this process sees the node recover.
    pub recovering: Option<Moment>,
    /// Since when nothing can be written, and why.
    pub unwritable: Option<(Moment, String)>,
    /// Where the data folder lies.
    pub disk: Option<Disk>,
    /// Files in the blob folder, and their bytes; looked at rarely.
    pub blobs: Option<(u64, u64)>,
    /// Until when the certificate of this process is valid, if it does HTTPS itself; looked at rarely.
    pub certificate: Option<std::result::Result<Moment, String>>,
}

/// A peer.
#[derive(Clone, Debug)]
pub struct PeerSeen {
    /// Its name.
    pub node: NodeId,
    /// What this process remembers of it.
    pub state: PeerState,
    /// Where this node's stream for it ends.
    pub end: u64,
    /// How far this node has read its stream.
    pub read: u64,
    /// Since when it lags in reading this node.
    pub owed_since: Option<Moment>,
    /// Since when this node lags in reading it.
    pub unread_since: Option<Moment>,
}

impl PeerSeen {
    /// Items that it has not fetched; not known until it asks.
    pub fn owed(&self) -> Option<u64> {
        self.state.asked.map(|_| self.end.saturating_sub(self.state.confirmed))
    }

    /// Items that it said it has and that are not read here.
    pub fn unread(&self) -> Option<u64> {
        self.state.theirs.map(|end| end.saturating_sub(self.read))
    }
}

/// The trust list in force.
#[derive(Clone, Debug)]
pub struct TrustSeen {
    /// Its version.
    pub version: u32,
    /// When it was issued.
    pub issued: Moment,
    /// When the registrar was asked last and answered; none on the registrar's own node.
    pub confirmed: Option<Moment>,
}

/// This node's key, as the trust list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnKey {
    /// There is no trust list yet.
    NoList,
    /// It may sign, until a moment if one is set.
    Valid(Option<Moment>),
    /// It may not: the list does not have it.
    Unlisted,
    /// It may not sign any more, or not yet.
    Over(Moment),
}

impl OwnKey {
    fn of(snapshot: &Snapshot, node: &NodeId, key: &Hash, now: Moment) -> OwnKey {
        let Some(list) = snapshot.current() else { return OwnKey::NoList };
        let cards = list.card(node).map(|card| &card.keys[..]).unwrap_or_default();
        let Some(card) = cards.iter().find(|card| card.public.fingerprint() == *key) else { return OwnKey::Unlisted };
        match card.until {
            Some(end) if end <= now => OwnKey::Over(end),
            _ if now < card.from => OwnKey::Over(card.from),
            until => OwnKey::Valid(until),
        }
    }
}

impl Seen {
    /// What a store and a trust list tell to anyone, the node running or not.
    pub async fn look(
        store: &Store,
        snapshot: &Snapshot,
        config: &Config,
        key: &Hash,
        folder: &Path,
        now: Moment,
    ) -> Result<Seen> {
        let mut peers = Vec::new();
        for card in snapshot.current().iter().flat_map(|list| &list.nodes) {
            if card.node != config.node {
                let (end, cursor) = store.positions(&card.node).await?;
                let read = cursor.map_or(0, |cursor| cursor.position);
                let node = card.node.clone();
                let state = PeerState::default();
                peers.push(PeerSeen { node, state, end, read, owed_since: None, unread_since: None });
            }
        }
        let trust = snapshot.current();
        let trust = trust.map(|list| TrustSeen { version: list.version, issued: list.issued, confirmed: None });
        Ok(Seen {
            at: now,
            stored: store.figures().await?,
            schema: store.schema().await?,
            peers,
            trust,
            key: OwnKey::of(snapshot, &config.node, key, now),
            recovering: None,
            unwritable: None,
            disk: Disk::of(folder),
            blobs: None,
            certificate: config.tls.as_ref().map(|tls| certificate_end(&tls.certificate)),
        })
    }
}

/// What is remembered from look to look.
struct Memory {
    begun: Moment,
    lags: BTreeMap<NodeId, (Lag, Lag)>,
    recovering: Option<Moment>,
    unwritable: Option<(Moment, String)>,
    commits: u64,
    blobs: Option<(u64, u64)>,
    slowly: Option<Instant>,
    standing: BTreeSet<(&'static str, Option<String>)>,
}

/// Looks every few seconds, until the process ends; an alarm is logged when it comes and when it is over.
pub async fn watch_for_ever(app: App) {
    let mut memory = Memory {
        begun: app.clock.now(),
        lags: BTreeMap::new(),
        recovering: None,
        unwritable: None,
        commits: 0,
        blobs: None,
        slowly: None,
        standing: BTreeSet::new(),
    };
    loop {
        match memory.look(&app).await {
            Ok(seen) => {
                let alarms = alarm::alarms(&seen);
                memory.tell(&alarms);
                app.watch.set(seen, alarms);
            }
            Err(error) => tracing::error!(%error, "this node could not look at itself"),
        }
        tokio::time::sleep(Duration::from_secs(limits::WATCH_EVERY_S)).await;
    }
}

impl Memory {
    async fn look(&mut self, app: &App) -> Result<Seen> {
        let now = app.clock.now();
        let snapshot = app.directory.now();
        let key = app.signer.public_key().fingerprint();
        self.try_writing(app, now).await;
        if self.slowly.is_none_or(|at| at.elapsed() >= Duration::from_secs(limits::WATCH_SLOWLY_S)) {
            self.slowly = Some(Instant::now());
            let blobs = app.store.blobs().clone();
            self.blobs = tokio::task::spawn_blocking(move || blobs.count().ok()).await.ok().flatten();
        }
        let mut seen = Seen::look(&app.store, &snapshot, &app.config, &key, &app.folder, now).await?;
        self.recovering = app.writer.is_recovering().then(|| self.recovering.unwrap_or(now));
        for peer in &mut seen.peers {
            peer.state = app.peers.state(&peer.node);
            let (owed, unread) = self.lags.entry(peer.node.clone()).or_default();
            let confirmed = if peer.state.asked.is_some() { peer.state.confirmed } else { peer.end };
            peer.owed_since = owed.look(peer.end, confirmed, now);
            let theirs = peer.state.theirs.unwrap_or(0);
            peer.unread_since = unread.look(theirs, peer.read, now);
        }
        if let Some(trust) = &mut seen.trust {
            let own = snapshot.registrar().is_some_and(|registrar| registrar == app.config.node);
            trust.confirmed = (!own).then(|| app.watch.registrar_heard().unwrap_or(self.begun));
        }
        seen.recovering = self.recovering;
        seen.unwritable = self.unwritable.clone();
        seen.blobs = self.blobs;
        Ok(seen)
    }

    /// A commit since the last look has shown that it can be written; else it is tried.
    async fn try_writing(&mut self, app: &App, now: Moment) {
        let commits = app.writer.tally().commits();
        if commits != self.commits {
            self.commits = commits;
            self.unwritable = None;
            return;
        }
        match app.store.try_writing(now).await {
            Ok(()) => self.unwritable = None,
            Err(error) => {
                let since = self.unwritable.as_ref().map_or(now, |(since, _)| *since);
                self.unwritable = Some((since, error));
            }
        }
    }

    fn tell(&mut self, alarms: &[Alarm]) {
        use crate::text::Lang;
        let standing: BTreeSet<_> = alarms.iter().map(Alarm::name).collect();
        for alarm in alarms.iter().filter(|alarm| !self.standing.contains(&alarm.name())) {
            let what = alarm.what(Lang::En);
            tracing::warn!(code = alarm.code, peer = alarm.node, since = %alarm.since, what, "alarm");
        }
        for (code, node) in self.standing.difference(&standing) {
            tracing::info!(code, peer = node.as_deref(), "alarm is over");
        }
        self.standing = standing;
    }
}
