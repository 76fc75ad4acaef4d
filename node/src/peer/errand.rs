//! Where one side only can open connections: the other side's requests are fetched, and their answers brought.
//!
//! Nothing of a request changes by it. It is signed by who makes it, judged by who answers it, and goes through the same
//! routes; only the connection was opened from the other end. So whatever can be asked can be asked this way too.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, Semaphore, oneshot};
use tongban_core::dossier::NodeId;
use tower::ServiceExt as _;

use super::client::{Peer, Trouble};
use super::{ASK, server};
use crate::limits;

/// A request that waits to be fetched by the node that it is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Errand {
    /// Random: an answer that comes after a restart meets no other request.
    pub(super) id: String,
    /// The path with its query.
    pub(super) path: String,
    /// The signed header; documents are public and are asked for without.
    pub(super) ask: Option<String>,
    /// The body; none if it only reads.
    pub(super) body: Option<String>,
}

/// What an errand brought back.
pub(super) type Done = (StatusCode, Vec<u8>);

#[derive(Default)]
struct Line {
    waiting: VecDeque<Errand>,
    /// Requests whose answer somebody waits for.
    open: HashMap<String, oneshot::Sender<Done>>,
    news: Arc<Notify>,
    /// Who fetches: another word with each start of the peer.
    caller: String,
}

/// The requests of this node that wait to be fetched, by whom.
#[derive(Clone, Default)]
pub struct Errands(Arc<Mutex<HashMap<NodeId, Line>>>);

impl Errands {
    fn of<T>(&self, peer: &NodeId, with: impl FnOnce(&mut Line) -> T) -> T {
        let mut lines = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        with(lines.entry(peer.clone()).or_default())
    }

    /// Waits until the peer has fetched a request and brought its answer.
    pub(super) async fn send(
        &self,
        peer: &NodeId,
        path: &str,
        ask: Option<String>,
        body: Option<String>,
    ) -> Result<Done, Trouble> {
        let id = format!("{:016x}", rand::random::<u64>());
        let (answer, answered) = oneshot::channel();
        self.of(peer, |line| {
            line.waiting.push_back(Errand { id: id.clone(), path: path.to_owned(), ask, body });
            line.open.insert(id.clone(), answer);
            line.news.notify_one();
        });
        let _given_up = GivenUp { errands: self, peer, id: &id };
        let wait = Duration::from_secs(limits::STREAM_WAIT_S_MAX + 20);
        match tokio::time::timeout(wait, answered).await {
            Ok(Ok(done)) => Ok(done),
            _ => Err(Trouble::NotFetched(peer.clone())),
        }
    }

    /// The requests that wait for a peer; waits for the first of them.
    pub(super) async fn fetch(&self, peer: &NodeId, caller: &str, wait: Duration) -> Vec<Errand> {
        self.of(peer, |line| {
            if line.caller != caller {
                // What the peer fetched before it started anew it will not answer: who asked may ask again at once.
                caller.clone_into(&mut line.caller);
                line.open.retain(|id, _| line.waiting.iter().any(|errand| errand.id == *id));
            }
        });
        let until = tokio::time::Instant::now() + wait;
        loop {
            let (fetched, news) = self.of(peer, |line| {
                let count = line.waiting.len().min(limits::ERRANDS_MAX);
                (line.waiting.drain(..count).collect::<Vec<_>>(), line.news.clone())
            });
            if !fetched.is_empty() || tokio::time::timeout_at(until, news.notified()).await.is_err() {
                return fetched;
            }
        }
    }

    /// Gives an answer to who waits for it. Says whether somebody does.
    pub(super) fn answer(&self, peer: &NodeId, id: &str, done: Done) -> bool {
        let open = self.of(peer, |line| line.open.remove(id));
        open.is_some_and(|open| open.send(done).is_ok())
    }
}

/// A request whose asker is gone is not made any more.
struct GivenUp<'a> {
    errands: &'a Errands,
    peer: &'a NodeId,
    id: &'a str,
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        self.errands.of(self.peer, |line| {
            line.open.remove(self.id);
            line.waiting.retain(|errand| errand.id != self.id);
        });
    }
}

/// Fetches a peer's requests for ever, makes them at this node, and brings the answers.
pub(super) async fn run_for_ever(peer: Arc<Peer>) {
    let router = server::router(peer.app.clone());
    let places = Arc::new(Semaphore::new(limits::ERRANDS_MAX));
    let mut pause_ms = 100;
    let path = format!("/peer/v1/errands?caller={:016x}&wait={}", rand::random::<u64>(), limits::STREAM_WAIT_S_MAX);
    loop {
        match peer.ask::<Vec<Errand>>(&path, None).await {
            Ok(errands) => {
                pause_ms = 100;
                for errand in errands {
                    let Ok(place) = places.clone().acquire_owned().await else { return };
                    let (peer, router) = (peer.clone(), router.clone());
                    tokio::spawn(async move {
                        run(&peer, router, errand).await;
                        drop(place);
                    });
                }
            }
            Err(trouble) => {
                tracing::debug!(peer = %peer.node, %trouble, "errands not fetched");
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                pause_ms = (pause_ms * 2).min(limits::PEER_RETRY_MS_MAX);
            }
        }
    }
}

async fn run(peer: &Peer, router: Router, errand: Errand) {
    let id = errand.id.clone();
    let (status, bytes) = make(router, errand).await;
    let path = format!("/peer/v1/errand/{id}?status={}", status.as_u16());
    for _ in 0..limits::ERRAND_TRIES_MAX {
        match peer.bring(&path, bytes.clone()).await {
            Ok(()) => return,
            Err(trouble) => tracing::debug!(peer = %peer.node, %trouble, "answer not brought"),
        }
        tokio::time::sleep(Duration::from_millis(limits::ERRAND_RETRY_MS)).await;
    }
}

/// Makes a request at this node's own router, which judges it as if it had come over the network.
async fn make(router: Router, errand: Errand) -> Done {
    let malformed = |text: &str| (StatusCode::BAD_REQUEST, text.as_bytes().to_vec());
    let mut request = Request::builder().uri(&errand.path);
    if let Some(ask) = &errand.ask {
        request = request.header(ASK, ask);
    }
    let request = match errand.body {
        Some(body) => request.method("POST").header(header::CONTENT_TYPE, "application/json").body(Body::from(body)),
        None => request.body(Body::empty()),
    };
    let Ok(request) = request else { return malformed("not a request") };
    let Ok(response) = router.oneshot(request).await;
    let status = response.status();
    match to_bytes(response.into_body(), limits::ANSWER_BYTES_MAX).await {
        Ok(bytes) => (status, bytes.to_vec()),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, b"the answer is too large".to_vec()),
    }
}
