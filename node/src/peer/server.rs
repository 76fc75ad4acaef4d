//! What a node answers to its peers.

use std::collections::{HashSet, VecDeque};
use std::fmt::Display;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tongban_core::directory::{Document, Kind};
use tongban_core::dossier::{BlobText, DossierId, Hash, NodeId, RecallAct, Unfit};
use tongban_core::exchange::{Ask, AskError, Batch, CLOCK_DIFFERENCE_MS_MAX, Cursor, Epoch, Keys as _};

use super::errand::Errand;
use super::recovery::{Answer, Restated, answer_from};
use super::{ASK, Looked, STREAM_END};
use crate::app::App;
use crate::limits;
use crate::store::StreamPage;
use crate::watch::Stage;

/// How often a waiting reader is noted as present, in milliseconds.
const PRESENCE_MS: u64 = 3_000;

#[derive(Clone)]
struct Server {
    app: App,
    nonces: Arc<Mutex<Nonces>>,
}

/// Requests that were answered: each counts once. They are remembered for as long as their time would still be accepted.
#[derive(Default)]
struct Nonces {
    order: VecDeque<(i64, NodeId, String)>,
    seen: HashSet<(NodeId, String)>,
}

impl Nonces {
    /// Remembers a request; says no if it was seen before, or if too many are remembered.
    fn take(&mut self, node: &NodeId, nonce: &str, now: i64) -> Result<(), Refusal> {
        let over = now - 2 * CLOCK_DIFFERENCE_MS_MAX as i64;
        while self.order.front().is_some_and(|(at, ..)| *at < over) {
            if let Some((_, node, nonce)) = self.order.pop_front() {
                self.seen.remove(&(node, nonce));
            }
        }
        if self.order.len() >= limits::NONCES_MAX {
            let text = "too many requests in ten minutes".to_owned();
            return Err(Refusal(StatusCode::TOO_MANY_REQUESTS, "ask-too-many", text));
        }
        if !self.seen.insert((node.clone(), nonce.to_owned())) {
            return Err(Refusal(StatusCode::UNAUTHORIZED, "ask-repeated", "this request was made before".to_owned()));
        }
        self.order.push_back((now, node.clone(), nonce.to_owned()));
        Ok(())
    }
}

/// The routes under `/peer/v1`.
pub fn router(app: App) -> Router {
    let server = Server { app, nonces: Arc::default() };
    Router::new()
        .route("/peer/v1/stream", get(stream))
        .route("/peer/v1/dossier/{id}", get(dossier))
        .route("/peer/v1/question/{id}", post(question))
        .route("/peer/v1/restored", post(restored))
        .route("/peer/v1/looked/{id}", get(looked))
        .route("/peer/v1/acts", get(acts))
        .route("/peer/v1/blobs", post(blobs))
        .route("/peer/v1/documents", get(documents))
        .route("/peer/v1/errands", get(errands))
        .route("/peer/v1/errand/{id}", post(errand).layer(DefaultBodyLimit::max(limits::ANSWER_BYTES_MAX)))
        .with_state(server)
}

/// A refusal: a code and a sentence, as JSON.
struct Refusal(StatusCode, &'static str, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(serde_json::json!({ "code": self.1, "message": self.2 }))).into_response()
    }
}

impl From<crate::store::StoreError> for Refusal {
    fn from(error: crate::store::StoreError) -> Refusal {
        tracing::error!(%error, "peer request failed");
        Refusal(StatusCode::INTERNAL_SERVER_ERROR, "store", "the store does not answer".to_owned())
    }
}

impl From<AskError> for Refusal {
    fn from(error: AskError) -> Refusal {
        Refusal(StatusCode::UNAUTHORIZED, error.code(), error.to_string())
    }
}

/// A part of the address, refused with a code if it is not what it must be.
struct Asked<T>(T);

impl<S: Sync, T: FromRequestParts<S, Rejection: Display>> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Refusal> {
        T::from_request_parts(parts, state).await.map(Asked).map_err(malformed)
    }
}

/// The body as JSON, refused in the same way.
struct Said<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Said<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Said<T>, Refusal> {
        Json::from_request(request, state).await.map(|Json(said)| Said(said)).map_err(malformed)
    }
}

fn malformed(why: impl Display) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, "ask-malformed", why.to_string())
}

impl Server {
    /// Who asks, once the signature is checked and the nonce is fresh.
    fn asker(&self, headers: &HeaderMap, uri: &Uri) -> Result<NodeId, Refusal> {
        let header = headers.get(ASK).and_then(|value| value.to_str().ok()).ok_or(AskError::Unsigned)?;
        let ask = Ask::read(header)?;
        let snapshot = self.app.directory.now();
        let known =
            snapshot.current().and_then(|list| list.key(&ask.node, &ask.key, ask.at).ok()).ok_or_else(|| {
                let text = format!("{} is not in the trust list, or has no such key", ask.node);
                Refusal(StatusCode::FORBIDDEN, "ask-unknown-node", text)
            })?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        ask.verify(known, &self.app.config.node, self.app.clock.now(), path)?;
        let now = self.app.clock.now().0;
        self.nonces.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take(&ask.node, &ask.nonce, now)?;
        Ok(ask.node)
    }
}

impl Server {
    /// A dossier is for those who take part in it; to all others it does not exist.
    async fn for_participant(&self, id: DossierId, peer: &NodeId) -> Result<(), Refusal> {
        let held = self.app.store.dossier(id, self.app.calendar).await?;
        match held {
            Some((held, _)) if held.chain.participants().contains(peer) => Ok(()),
            _ => {
                let text = "no such dossier, or not for this node".to_owned();
                Err(Refusal(StatusCode::NOT_FOUND, "dossier-unknown", text))
            }
        }
    }
}

#[derive(Deserialize)]
struct StreamQuery {
    epoch: String,
    position: u64,
    hash: Hash,
    wait: u64,
}

async fn stream(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Asked(Query(query)): Asked<Query<StreamQuery>>,
) -> Result<Response, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    let app = &server.app;
    let cursor = Cursor { epoch: Epoch::from_stored(&query.epoch), position: query.position, hash: query.hash };
    let mut commits = app.writer.commits();
    let confirmed = if cursor.epoch == app.writer.epoch() { cursor.position } else { 0 };
    app.peers.note(&peer, |state| {
        state.asked = Some(app.clock.now());
        state.confirmed = confirmed;
    });
    let wait = Duration::from_secs(query.wait.min(limits::STREAM_WAIT_S_MAX));
    let until = tokio::time::Instant::now() + wait;
    loop {
        commits.borrow_and_update();
        let epoch = app.writer.epoch();
        match app.store.stream_page(peer.as_str(), &epoch, &cursor).await? {
            StreamPage::RolledBack => {
                // The peer holds what this node signed and no longer knows: this node was restored from an old copy.
                tracing::error!(%peer, "a peer knows more of this node's stream than this node");
                let unstored = |error| Refusal(StatusCode::SERVICE_UNAVAILABLE, "store", error);
                app.writer.restart(epoch).await.map_err(unstored)?;
                let text = "the reader knows more of this stream than its sender".to_owned();
                return Err(Refusal(StatusCode::CONFLICT, "stream-rolled-back", text));
            }
            StreamPage::Batch(batch) => {
                let news = !batch.items.is_empty() || batch.epoch != cursor.epoch;
                let closing = app.watch.stage() == Stage::Closing;
                if news || closing || tokio::time::Instant::now() >= until {
                    let end = app.store.stream_end(peer.as_str()).await?;
                    return Ok(([(STREAM_END, end.to_string())], Json(*batch)).into_response());
                }
                // A reader that is gone ends this future; one that still waits is present.
                loop {
                    let slice = until.min(tokio::time::Instant::now() + Duration::from_millis(PRESENCE_MS));
                    // A node that ends does not keep its readers waiting.
                    let woken = tokio::select! {
                        woken = tokio::time::timeout_at(slice, commits.changed()) => woken.is_ok(),
                        () = app.watch.reaches(Stage::Closing) => true,
                    };
                    app.peers.note(&peer, |state| state.asked = Some(app.clock.now()));
                    if woken || tokio::time::Instant::now() >= until {
                        break;
                    }
                }
            }
        }
    }
}

#[derive(Deserialize)]
struct DossierQuery {
    from: u32,
}

/// The whole chain: who sends a stamp can serve every earlier one (rule 4).
async fn dossier(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Asked(Path(id)): Asked<Path<DossierId>>,
    Asked(Query(query)): Asked<Query<DossierQuery>>,
) -> Result<Json<Batch>, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    server.for_participant(id, &peer).await?;
    Ok(Json(server.app.store.dossier_batch(id, query.from, &server.app.writer.epoch()).await?))
}

/// A new holder asks for everything of a dossier. The act is learned first: from here on this node is sealed (rule 6).
async fn question(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Asked(Path(id)): Asked<Path<DossierId>>,
    Said(document): Said<Document>,
) -> Result<Json<Answer>, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    let app = &server.app;
    let forged = |text: String| Refusal(StatusCode::FORBIDDEN, Unfit::Recall.code(), text);
    let root = app.directory.root().map_err(|error| forged(error.to_string()))?;
    let act = RecallAct::open(&document, &root).map_err(|error| forged(error.to_string()))?;
    if act.holder != peer || !act.dossiers.contains(&id) {
        return Err(forged("the act does not name the asker and this dossier".to_owned()));
    }
    let busy = |text: String| Refusal(StatusCode::SERVICE_UNAVAILABLE, "store", text);
    let term = act.term;
    app.writer.learn(act, document).await.map_err(busy)?;
    Ok(Json(answer_from(&app.store, &peer, id, term, &app.writer.epoch()).await?))
}

#[derive(Deserialize)]
struct RestoredQuery {
    epoch: Epoch,
}

/// A node in a new life asks that all it shares with this one is restated (rule 7).
async fn restored(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Asked(Query(query)): Asked<Query<RestoredQuery>>,
) -> Result<Json<Restated>, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    let app = &server.app;
    let busy = |text: String| Refusal(StatusCode::SERVICE_UNAVAILABLE, "store", text);
    let until = app.writer.restate(peer, query.epoch).await.map_err(busy)?;
    let acts = app.store.documents_of(Kind::Recall).await?;
    Ok(Json(Restated { epoch: app.writer.epoch(), until, acts }))
}

#[derive(Deserialize)]
struct ActsQuery {
    after: u32,
}

/// The registrar's acts, for nodes of the trust list.
async fn acts(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Asked(Query(query)): Asked<Query<ActsQuery>>,
) -> Result<Json<Vec<Document>>, Refusal> {
    server.asker(&headers, &uri)?;
    let mut acts = server.app.store.documents_of(Kind::Recall).await?;
    acts.retain(|act| act.version > query.after);
    Ok(Json(acts))
}

/// Who looked at personal data of a dossier on this node: the applicant may know, and asks at the node that took it in.
async fn looked(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Asked(Path(id)): Asked<Path<DossierId>>,
) -> Result<Json<Vec<Looked>>, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    server.for_participant(id, &peer).await?;
    let rows = server.app.store.accesses(id).await?.into_iter();
    Ok(Json(rows.map(|row| Looked { at: row.at, org: row.org, staff: row.staff, what: row.what }).collect()))
}

/// Blobs of dossiers in which the asker takes part.
#[derive(Serialize, Deserialize)]
pub(super) struct SentBlob {
    pub(super) media: String,
    pub(super) blob: BlobText,
}

async fn blobs(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Said(hashes): Said<Vec<Hash>>,
) -> Result<Json<Vec<SentBlob>>, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    let asked = &hashes[..hashes.len().min(limits::BLOBS_ASKED_MAX)];
    let held = server.app.store.blobs_for(peer.as_str(), asked, limits::BLOBS_SENT_BYTES_MAX).await?;
    let sent = held
        .into_iter()
        .map(|held| {
            let blob = BlobText::of(held.hash, &held.salt, &held.bytes);
            SentBlob { media: held.media, blob }
        })
        .collect();
    Ok(Json(sent))
}

#[derive(Deserialize)]
struct ErrandsQuery {
    caller: String,
    wait: u64,
}

/// What this node wants of a peer that it cannot reach: the peer fetches it.
async fn errands(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Query(query): Query<ErrandsQuery>,
) -> Result<Json<Vec<Errand>>, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    let wait = Duration::from_secs(query.wait.min(limits::STREAM_WAIT_S_MAX));
    Ok(Json(server.app.errands.fetch(&peer, &query.caller, wait).await))
}

#[derive(Deserialize)]
struct ErrandQuery {
    status: u16,
}

/// The peer brings an answer. That nobody waits for it any more is no fault of the peer.
async fn errand(
    State(server): State<Server>,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    Query(query): Query<ErrandQuery>,
    body: Bytes,
) -> Result<Json<()>, Refusal> {
    let peer = server.asker(&headers, &uri)?;
    let malformed = |_| Refusal(StatusCode::BAD_REQUEST, "errand-status", "not a status of an answer".to_owned());
    let status = StatusCode::from_u16(query.status).map_err(malformed)?;
    server.app.errands.answer(&peer, &id, (status, body.to_vec()));
    Ok(Json(()))
}

/// Public: guides and lists are for everyone.
async fn documents(State(server): State<Server>) -> Result<Response, Refusal> {
    let own = &server.app.config.node;
    let mut documents = server.app.store.documents().await?;
    documents.retain(|document| document.node == *own);
    // Every version of the trust list: a signature may name any of them.
    let lists = server.app.store.documents_of(Kind::Trust).await?;
    // Recalls name dossiers: they are for nodes, not for everyone.
    documents.retain(|document| !matches!(document.kind, Kind::Trust | Kind::Recall));
    documents.extend(lists);
    Ok(Json(documents).into_response())
}
