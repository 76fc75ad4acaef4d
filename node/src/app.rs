//! What all rooms of a running node share.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tongban_core::dossier::{Hash, Moment, NodeId, REFUSALS, Signer};
use tongban_core::time::Calendar;

use crate::clock::Clock;
use crate::config::{Config, Opens};
use crate::directory::Directory;
use crate::limits;
use crate::network::live::Live;
use crate::network::sight::Sights;
use crate::peer::Errands;
use crate::service::compare::Comparisons;
use crate::store::{Store, WriterHandle};
use crate::watch::{Metrics, Watch};
use crate::web::Providers;

/// A running node.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// Its parts.
pub struct Parts {
    /// The data folder.
    pub folder: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The store.
    pub store: Store,
    /// The writer.
    pub writer: WriterHandle,
    /// What is known of the others.
    pub directory: Directory,
    /// Their implementations, put side by side.
    pub comparisons: Comparisons,
    /// Who has to do with whom, as its dossiers say.
    pub network: Live,
    /// What was looked at of that, and of what others tell.
    pub sights: Sights,
    /// The node's key.
    pub signer: Arc<dyn Signer>,
    /// The clock.
    pub clock: Clock,
    /// The working-day calendar.
    pub calendar: &'static Calendar,
    /// How each peer is doing.
    pub peers: Peers,
    /// This process, among those of its node.
    pub process: String,
    /// What it knows of itself.
    pub watch: Watch,
    /// What it counts.
    pub metrics: Metrics,
    /// What waits to be fetched by peers that this node cannot reach.
    pub errands: Errands,
    /// What providers of OpenID Connect say of themselves.
    pub providers: Providers,
    /// Keyed hash for tracking codes.
    pub secret: [u8; 32],
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }

    /// Whether a peer has not been heard of for longer than the way to it explains.
    pub fn is_silent(&self, peer: &NodeId) -> bool {
        let patience = match self.config.opens(peer) {
            Opens::Nobody => limits::BUNDLE_SILENT_MS,
            _ => limits::PEER_SILENT_MS,
        };
        self.peers.state(peer).asked.is_none_or(|asked| self.clock.now().0 - asked.0 > patience)
    }
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// How a peer is doing: kept apart from what is owed to it, and only in memory.
#[derive(Clone, Debug, Default)]
pub struct PeerState {
    /// When it last asked this node for news.
    pub asked: Option<Moment>,
    /// How far it has stored what this node owes it.
    pub confirmed: u64,
    /// When this node last heard from it.
    pub heard: Option<Moment>,
    /// What went wrong last, if the last try failed.
    pub trouble: Option<Trouble>,
    /// Where its stream for this node ends, as it said last.
    pub theirs: Option<u64>,
    /// Blobs that it was asked for and did not send, since when.
    pub lacking: BTreeMap<Hash, Moment>,
}

/// Why a peer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When the tries began to fail.
    pub since: Moment,
    /// Stable code; what a peer sent and was refused has one of [`tongban_core::dossier::REFUSALS`].
    pub code: &'static str,
    /// In words, for those who mend it.
    pub text: String,
}

impl Trouble {
    /// Whether the peer sent what no sound node sends.
    pub fn is_refusal(&self) -> bool {
        self.code.starts_with("answer-") || REFUSALS.contains(&self.code)
    }
}

impl PeerState {
    /// A try failed.
    pub fn failed(&mut self, now: Moment, code: &'static str, text: String) {
        let since = self.trouble.as_ref().map_or(now, |trouble| trouble.since);
        self.trouble = Some(Trouble { since, code, text });
    }

    /// Another process of this node reads it now.
    pub fn is_read_elsewhere(&mut self) {
        (self.trouble, self.theirs) = (None, None);
        self.lacking.clear();
    }

    /// Blobs that were asked for and did not come.
    pub fn lacks(&mut self, now: Moment, blobs: impl IntoIterator<Item = Hash>) {
        let since = |hash: &Hash| self.lacking.get(hash).copied().unwrap_or(now);
        self.lacking = blobs.into_iter().map(|hash| (hash, since(&hash))).collect();
    }
}

/// All peers.
#[derive(Clone, Default)]
pub struct Peers(Arc<Mutex<HashMap<NodeId, PeerState>>>);

impl Peers {
    /// Changes what is known of a peer.
    pub fn note(&self, peer: &NodeId, change: impl FnOnce(&mut PeerState)) {
        let mut peers = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(peers.entry(peer.clone()).or_default());
    }

    /// What is known of a peer.
    pub fn state(&self, peer: &NodeId) -> PeerState {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(peer).cloned().unwrap_or_default()
    }
}
