//! Reading the peers' streams.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tongban_core::directory::{Document, DocumentError};
use tongban_core::dossier::{BlobRef, DossierId, Hash, NodeId, Unfit};
use tongban_core::exchange::{Ask, Batch, BatchError, Cursor, Taken, VerifiedBatch};

use super::errand::{self, Done};
use super::recovery::{Answer, Restated, learn};
use super::server::SentBlob;
use super::{ASK, Looked, STREAM_END};
use crate::app::{App, PeerState};
use crate::beside;
use crate::config::{Opens, check_address};
use crate::limits;
use crate::store::{IncomingBatch, NewBlob, WholeChain};
use crate::watch::trace::{TRACEPARENT, Trace};

/// What can go wrong between two nodes. The reader tries again; nothing is lost by it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("{status}: {text}")]
    Refused { status: StatusCode, text: String },
    #[error("the answer is larger than {} bytes", limits::ANSWER_BYTES_MAX)]
    TooLarge,
    #[error("the answer is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("{0}")]
    Batch(#[from] BatchError),
    #[error("{0}")]
    Store(String),
    #[error("{0}")]
    Address(String),
    #[error("{0} opens the connections, and has brought no answer to this request")]
    NotFetched(NodeId),
    #[error("{0} is reached by bundle files only")]
    ByFiles(NodeId),
    #[error("an act that the peer sent is not the registrar's: {0}")]
    Act(#[from] DocumentError),
}

impl Trouble {
    /// A stable code. What it means stands under it in the texts.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Trouble::Http(error) if error.is_connect() => "peer-unreachable",
            Trouble::Http(error) if error.is_timeout() => "peer-timeout",
            Trouble::Http(_) => "peer-connection",
            Trouble::Refused { .. } => "peer-refuses",
            Trouble::TooLarge => "answer-too-large",
            Trouble::Malformed(_) => "answer-malformed",
            Trouble::Batch(error) => error.code(),
            Trouble::Store(_) => "store",
            Trouble::Address(_) => "peer-address",
            Trouble::Act(_) => Unfit::Recall.code(),
            Trouble::NotFetched(_) => "peer-not-fetching",
            Trouble::ByFiles(_) => "peer-by-files",
        }
    }

    /// Whether the peer answered what no sound node answers.
    fn is_refusal(&self) -> bool {
        matches!(self, Trouble::TooLarge | Trouble::Malformed(_) | Trouble::Batch(_) | Trouble::Act(_))
    }
}

impl From<crate::store::StoreError> for Trouble {
    fn from(error: crate::store::StoreError) -> Trouble {
        Trouble::Store(error.to_string())
    }
}

/// Who looked at a dossier on another node, as it says now; in words why it does not say.
pub async fn looked(app: &App, node: &NodeId, id: DossierId) -> Result<Vec<Looked>, String> {
    let path = format!("/peer/v1/looked/{id}");
    let peer = Peer::new(app, node.clone());
    let patience = Duration::from_secs(limits::LOOKED_S_MAX);
    let answer = tokio::time::timeout(patience, peer.ask(&path, None)).await.map_err(|_| "no answer".to_owned())?;
    answer.map_err(|trouble| trouble.to_string())
}

fn client() -> reqwest::Client {
    reqwest::Client::builder()
        // Over a slow wire an answer may take as long as it takes, if only something of it comes: one that is broken off is
        // asked for again from its beginning.
        .read_timeout(Duration::from_secs(limits::STREAM_WAIT_S_MAX + 20))
        .connect_timeout(Duration::from_secs(5))
        .no_proxy()
        .build()
        .unwrap_or_default()
}

/// Follows every node of the trust list, and those that join later. Runs until the process ends.
pub async fn follow_all(app: App) {
    let client = client();
    let mut followed = BTreeSet::new();
    let mut pause_ms = limits::DOCUMENTS_SOON_MS;
    loop {
        let snapshot = app.directory.now();
        for card in snapshot.current().iter().flat_map(|list| &list.nodes) {
            let opens = app.config.opens(&card.node);
            if card.node != app.config.node && opens != Opens::Nobody && followed.insert(card.node.clone()) {
                let peer = Peer { app: app.clone(), client: client.clone(), node: card.node.clone() };
                tokio::spawn(peer.follow());
            }
        }
        if let Err(error) = app.directory.reload(&app.store).await {
            tracing::error!(%error, "documents not read");
        }
        // Until something of every node is known, as at a common start, it asks again soon; then less and less often.
        let all = fetch_documents(&app).await;
        pause_ms = if all { limits::DOCUMENTS_EVERY_S * 1000 } else { (pause_ms * 2).min(limits::PEER_RETRY_MS_MAX) };
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
}

/// Fetches the documents of every node that answers: the registrar's first, for they say who the others are. Says whether
/// something of every node is known.
async fn fetch_documents(app: &App) -> bool {
    let client = client();
    let registrar = app.config.registrar.clone();
    let known = app.directory.now().registrar();
    if registrar != app.config.address {
        let node = known.clone().filter(|node| *node != app.config.node);
        if fetch_from(app, &client, (node.as_ref(), &registrar)).await {
            app.watch.heard_registrar(app.clock.now());
        }
    }
    let snapshot = app.directory.now();
    let cards = snapshot.current().into_iter().flat_map(|list| &list.nodes);
    let others = cards.filter(|card| card.node != app.config.node && card.address != registrar);
    // One that never fetches what waits for it holds up nobody.
    let (far, near): (Vec<_>, Vec<_>) = others.partition(|card| app.config.opens(&card.node) == Opens::There);
    for card in near {
        fetch_from(app, &client, (Some(&card.node), &card.address)).await;
    }
    for card in far {
        let (app, client, card) = (app.clone(), client.clone(), card.clone());
        tokio::spawn(async move { fetch_from(&app, &client, (Some(&card.node), &card.address)).await });
    }
    let snapshot = app.directory.now();
    let known = |node: &NodeId| snapshot.versions.keys().any(|(_, publisher)| publisher == node);
    snapshot.current().is_some_and(|list| list.nodes.iter().all(|card| known(&card.node)))
}

/// From a node at its address; of the registrar the address is known before its name. Says whether it answered.
async fn fetch_from(app: &App, client: &reqwest::Client, (node, address): (Option<&NodeId>, &str)) -> bool {
    const PATH: &str = "/peer/v1/documents";
    let fetched = async {
        match node.map(|node| (node, app.config.opens(node))) {
            // Its documents come with its files.
            Some((node, Opens::Nobody)) => Err(Trouble::ByFiles(node.clone())),
            Some((node, Opens::There)) => {
                let bytes = understood(app.errands.send(node, PATH, None, None).await?)?;
                Ok(serde_json::from_slice::<Vec<Document>>(&bytes)?)
            }
            _ => {
                check_address(address).map_err(Trouble::Address)?;
                let request = client.get(format!("{address}{PATH}")).timeout(Duration::from_secs(10));
                read(request.header(TRACEPARENT, Trace::current().traceparent()).send().await?).await
            }
        }
    };
    match fetched.await {
        Ok(documents) => {
            keep_documents(app, documents).await;
            true
        }
        Err(error) => {
            tracing::debug!(%error, address, "documents not fetched");
            false
        }
    }
}

/// Keeps those documents that are signed as they must be.
pub(super) async fn keep_documents(app: &App, mut documents: Vec<Document>) {
    // Trust lists first: they say by which keys the others are signed.
    documents.sort_by_key(|document| (document.kind, document.version));
    for document in documents {
        if let Err(error) = app.directory.keep(&app.store, &document).await {
            tracing::warn!(%error, kind = document.kind.name(), node = %document.node, "document not kept");
        }
    }
}

async fn read<T: DeserializeOwned>(response: reqwest::Response) -> Result<T, Trouble> {
    Ok(serde_json::from_slice(&read_bytes(response).await?)?)
}

async fn read_bytes(mut response: reqwest::Response) -> Result<Vec<u8>, Trouble> {
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > limits::ANSWER_BYTES_MAX {
            return Err(Trouble::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    understood((status, bytes))
}

/// The bytes of an answer that is none of refusal.
fn understood((status, bytes): Done) -> Result<Vec<u8>, Trouble> {
    if !status.is_success() {
        let text = String::from_utf8_lossy(&bytes).chars().take(300).collect();
        return Err(Trouble::Refused { status, text });
    }
    Ok(bytes)
}

/// An answer that is none of refusal.
struct Answered {
    bytes: Vec<u8>,
    /// Where the peer's stream for this node ends, if it said so.
    stream_end: Option<u64>,
}

/// Checking signatures is work for a thread of its own.
pub(super) async fn checked(
    verify: impl FnOnce() -> Result<VerifiedBatch, BatchError> + Send + 'static,
) -> Result<VerifiedBatch, Trouble> {
    let verified = tokio::task::spawn_blocking(verify).await.map_err(|error| Trouble::Store(error.to_string()))?;
    Ok(verified?)
}

pub(super) struct Peer {
    pub(super) app: App,
    client: reqwest::Client,
    pub(super) node: NodeId,
}

impl Peer {
    /// A way to ask one node.
    pub(super) fn new(app: &App, node: NodeId) -> Peer {
        Peer { app: app.clone(), client: client(), node }
    }

    async fn follow(self) {
        let peer = Arc::new(self);
        let wake = Arc::new(Notify::new());
        tokio::spawn(peer.clone().fetch_blobs_for_ever(wake.clone()));
        if peer.app.config.opens(&peer.node) == Opens::Here {
            tokio::spawn(errand::run_for_ever(peer.clone()));
        }
        let mut pause_ms = 100;
        let work = format!("follow {}", peer.node);
        loop {
            if !beside::is_mine(&peer.app, &work).await {
                // How the reading goes, the process knows that does it: no alarm of an earlier turn stands here.
                peer.app.peers.note(&peer.node, PeerState::is_read_elsewhere);
                tokio::time::sleep(Duration::from_millis(limits::LEASE_RENEWED_MS)).await;
                continue;
            }
            // One id for this node's lines and for those of the node that is asked.
            let trace = Trace::fresh();
            let span = tracing::info_span!("round", request = %trace, peer = %peer.node);
            match trace.scope(span, peer.read_once()).await {
                Ok(arrived) => {
                    pause_ms = 100;
                    peer.app.peers.note(&peer.node, |state| {
                        state.heard = Some(peer.app.clock.now());
                        state.trouble = None;
                    });
                    if arrived {
                        wake.notify_one();
                    }
                }
                Err(trouble) => {
                    peer.note(&trouble, &trace);
                    // A trust list that this node has not seen yet may be the reason.
                    if matches!(trouble, Trouble::Batch(BatchError::Trust(_))) {
                        let registrar = peer.app.directory.now().registrar();
                        fetch_from(&peer.app, &peer.client, (registrar.as_ref(), &peer.app.config.registrar)).await;
                    }
                    tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                    pause_ms = (pause_ms * 2).min(limits::PEER_RETRY_MS_MAX);
                }
            }
        }
    }

    /// Notes what went wrong, for the operator. What a sound node would not send is said once, and again when it changes.
    fn note(&self, trouble: &Trouble, trace: &Trace) {
        let (code, now) = (trouble.code(), self.app.clock.now());
        let before = self.app.peers.state(&self.node).trouble.map(|before| before.code);
        if trouble.is_refusal() && before != Some(code) {
            tracing::warn!(peer = %self.node, request = %trace, code, %trouble, "what a peer sent is refused, and nothing of it stored");
        } else {
            tracing::debug!(peer = %self.node, request = %trace, code, %trouble, "stream not read");
        }
        self.app.metrics.peer_fault(&self.node, code);
        self.app.peers.note(&self.node, |state| state.failed(now, code, trouble.to_string()));
    }

    /// A signed request, and its answer read.
    pub(super) async fn ask<T: DeserializeOwned>(&self, path: &str, body: Option<String>) -> Result<T, Trouble> {
        Ok(serde_json::from_slice(&self.send(path, body).await?.bytes)?)
    }

    /// A signed request for a batch.
    async fn ask_batch(&self, path: &str) -> Result<Batch, Trouble> {
        Ok(Batch::read(&self.send(path, None).await?.bytes)?)
    }

    /// A signed request, in the way in which this peer is reached.
    async fn send(&self, path: &str, body: Option<String>) -> Result<Answered, Trouble> {
        match self.app.config.opens(&self.node) {
            Opens::There => {
                let ask = Some(self.signed(path));
                let bytes = understood(self.app.errands.send(&self.node, path, ask, body).await?)?;
                return Ok(Answered { bytes, stream_end: None });
            }
            Opens::Nobody => return Err(Trouble::ByFiles(self.node.clone())),
            Opens::Both | Opens::Here => {}
        }
        let url = self.url(path)?;
        let request = match body {
            Some(body) => self.client.post(url).header("content-type", "application/json").body(body),
            None => self.client.get(url),
        };
        let request = request.header(TRACEPARENT, Trace::current().traceparent());
        let answer = request.header(ASK, self.signed(path)).send().await?;
        let stream_end = answer.headers().get(STREAM_END).and_then(|end| end.to_str().ok()?.parse().ok());
        Ok(Answered { bytes: read_bytes(answer).await?, stream_end })
    }

    /// Brings the answer to a request that was fetched.
    pub(super) async fn bring(&self, path: &str, answer: Vec<u8>) -> Result<(), Trouble> {
        let request = self.client.post(self.url(path)?).header("content-type", "application/octet-stream");
        read(request.header(ASK, self.signed(path)).body(answer).send().await?).await
    }

    fn signed(&self, path: &str) -> String {
        let app = &self.app;
        Ask::sign(&*app.signer, &app.config.node, &self.node, app.clock.now(), rand::random(), path).header()
    }

    fn url(&self, path: &str) -> Result<String, Trouble> {
        let snapshot = self.app.directory.now();
        let card = snapshot.current().and_then(|list| list.card(&self.node).ok());
        let card = card.ok_or_else(|| Trouble::Address(format!("{} left the trust list", self.node)))?;
        check_address(&card.address).map_err(Trouble::Address)?;
        Ok(format!("{}{path}", card.address))
    }

    /// Reads the next stretch and stores it with the new cursor. Says whether something arrived.
    async fn read_once(&self) -> Result<bool, Trouble> {
        let app = &self.app;
        // Items for which a chain was fetched whole on the way: each once. What still does not fit then is kept beside, and stops no stream.
        let mut tried = Vec::new();
        loop {
            let stored = app.store.cursor(self.node.as_str()).await?;
            let path = match &stored {
                Some(cursor) => format!(
                    "/peer/v1/stream?epoch={}&position={}&hash={}&wait={}",
                    cursor.epoch,
                    cursor.position,
                    cursor.hash,
                    limits::STREAM_WAIT_S_MAX
                ),
                None => {
                    let none = Hash::none(tongban_core::dossier::Suite::Ed25519);
                    format!("/peer/v1/stream?epoch=-&position=0&hash={none}&wait=0")
                }
            };
            let answer = self.send(&path, None).await?;
            let batch = Batch::read(&answer.bytes)?;
            app.peers.note(&self.node, |state| state.theirs = answer.stream_end);
            let arrived = !batch.items.is_empty();
            if !arrived && stored.as_ref().is_some_and(|cursor| cursor.epoch == batch.epoch) {
                return Ok(false);
            }
            let cursor = stored.clone().unwrap_or_else(|| Cursor::start(batch.epoch.clone()));
            let batch = self.verify(batch, cursor).await?;
            let (peer, tried_now, life) = (self.node.clone(), tried.clone(), app.writer.epoch());
            let items = batch.items.len();
            let incoming = IncomingBatch { peer, read_from: stored, tried: tried_now, batch };
            match app.writer.take(incoming).await.map_err(Trouble::Store)? {
                Taken::Stored => {
                    tracing::info!(items, "read and stored");
                    return Ok(arrived);
                }
                Taken::Stale => return Ok(false),
                Taken::Lost => {
                    app.writer.restart(life).await.map_err(Trouble::Store)?;
                    return Ok(false);
                }
                Taken::Whole(dossier, item) => {
                    self.fetch_whole(dossier).await?;
                    tried.push(item);
                }
            }
        }
    }

    async fn verify(&self, batch: Batch, cursor: Cursor) -> Result<VerifiedBatch, Trouble> {
        verify(&self.app, batch, cursor).await
    }

    /// Fetches a whole chain from who sent a stamp of it (rule 4).
    async fn fetch_whole(&self, dossier: DossierId) -> Result<(), Trouble> {
        let mut whole: Option<VerifiedBatch> = None;
        loop {
            let from = whole.as_ref().map_or(0, |batch| batch.items.len());
            let page = self.ask_batch(&format!("/peer/v1/dossier/{dossier}?from={from}")).await?;
            let cursor = Cursor::start(page.epoch.clone());
            let page = self.verify(page, cursor).await?;
            // A page is full if it has as many items as go at once, or as many bytes.
            let bytes: usize = page.items.iter().map(|item| item.written().bytes().len()).sum();
            let is_last = page.items.len() < limits::STREAM_ITEMS_MAX as usize && bytes < limits::STREAM_BYTES_MAX / 2;
            match &mut whole {
                None => whole = Some(page),
                Some(whole) => {
                    whole.items.extend(page.items);
                    whole.groups.extend(page.groups);
                }
            }
            if is_last || whole.as_ref().is_some_and(|batch| batch.items.len() > limits::CHAIN_STAMPS_MAX) {
                break;
            }
        }
        let Some(batch) = whole else { return Ok(()) };
        self.take_whole(false, batch).await
    }

    async fn take_whole(&self, asked: bool, batch: VerifiedBatch) -> Result<(), Trouble> {
        let chain = WholeChain { peer: self.node.clone(), asked, batch };
        match self.app.writer.take_whole(chain).await.map_err(Trouble::Store)? {
            Taken::Stored => Ok(()),
            _ => Err(Trouble::Store("the answer is from another life of its node: it is asked again".to_owned())),
        }
    }

    /// Asks a participant, as the new holder by `act`, for everything that it holds of a dossier (rule 6).
    pub(super) async fn question(&self, dossier: DossierId, act: &Document) -> Result<(), Trouble> {
        let body = serde_json::to_string(act)?;
        let answer: Answer = self.ask(&format!("/peer/v1/question/{dossier}"), Some(body)).await?;
        match answer {
            // Sealed higher: the act that it knows is learned, and ours is obsolete.
            Answer::Sealed(act) => learn(&self.app, *act).await,
            Answer::NotHeld => Ok(()),
            Answer::All(batch) => {
                let directory = self.app.directory.clone();
                self.take_whole(true, checked(move || batch.verify_whole(&directory)).await?).await
            }
        }
    }

    /// Tells a node that a new life of this node began, and asks it to restate all that both share (rule 7). Answers its
    /// epoch and how far its stream has to be read.
    pub(super) async fn tell_restored(&self) -> Result<Restated, Trouble> {
        let path = format!("/peer/v1/restored?epoch={}", self.app.writer.epoch());
        let restated: Restated = self.ask(&path, Some(String::new())).await?;
        for act in &restated.acts {
            learn(&self.app, act.clone()).await?;
        }
        Ok(restated)
    }

    /// The registrar's acts after a number.
    pub(super) async fn acts(&self, after: u32) -> Result<Vec<Document>, Trouble> {
        self.ask(&format!("/peer/v1/acts?after={after}"), None).await
    }

    /// Fetches what dossiers refer to and is not here yet: what is wanted follows from the log, so nothing is forgotten.
    async fn fetch_blobs_for_ever(self: Arc<Self>, wake: Arc<Notify>) {
        let mut after = None;
        let work = format!("follow {}", self.node);
        loop {
            if beside::is_mine(&self.app, &work).await {
                let trace = Trace::fresh();
                let span = tracing::info_span!("blobs", request = %trace, peer = %self.node);
                match trace.scope(span, self.fetch_blobs(&mut after)).await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(trouble) => {
                        tracing::debug!(peer = %self.node, request = %trace, %trouble, "blobs not fetched");
                        self.app.metrics.peer_fault(&self.node, trouble.code());
                    }
                }
            }
            let pause = Duration::from_millis(limits::PEER_RETRY_MS_MAX);
            let _ = tokio::time::timeout(pause, wake.notified()).await;
        }
    }

    /// One round, for what is wanted after the last one that was asked for: what a peer never sends must not keep the rest
    /// from being asked for. Says whether there may be more.
    async fn fetch_blobs(&self, after: &mut Option<Hash>) -> Result<bool, Trouble> {
        let most = limits::BLOBS_ASKED_MAX;
        let wanted = self.app.store.blobs_wanted_of(self.node.as_str(), after.as_ref(), most as i64).await?;
        *after = wanted.last().copied().filter(|_| wanted.len() == most);
        let more = after.is_some();
        if wanted.is_empty() {
            self.app.peers.note(&self.node, |state| state.lacking.clear());
            return Ok(false);
        }
        let body = serde_json::to_string(&wanted)?;
        let sent: Vec<SentBlob> = self.ask("/peer/v1/blobs", Some(body)).await?;
        let mut blobs = Vec::with_capacity(sent.len());
        for SentBlob { media, blob } in sent {
            let Some((salt, bytes)) = blob.open().filter(|_| wanted.contains(&blob.hash)) else {
                tracing::warn!(peer = %self.node, "a blob that was not asked for, or does not match");
                continue;
            };
            let reference = BlobRef { hash: blob.hash, size: bytes.len() as u32, media };
            blobs.push(NewBlob { reference, salt, bytes: Some(bytes) });
        }
        let came: BTreeSet<Hash> = blobs.iter().map(|blob| blob.reference.hash).collect();
        let lacking = wanted.iter().filter(|hash| !came.contains(hash)).copied();
        self.app.peers.note(&self.node, |state| state.lacks(self.app.clock.now(), lacking));
        let came = !blobs.is_empty();
        if came {
            self.app.store.keep_blobs(blobs).await?;
        }
        Ok(came || more)
    }
}

/// A stretch of a stream, checked.
pub(super) async fn verify(app: &App, batch: Batch, cursor: Cursor) -> Result<VerifiedBatch, Trouble> {
    let directory = app.directory.clone();
    checked(move || batch.verify(cursor, &directory)).await
}
