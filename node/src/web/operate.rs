//! What programs ask of a running node: is it alive, is it ready, what are its figures and alarms. And what every request
//! goes through: an id, a line in the log, a count.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::app::App;
use crate::store::Schema;
use crate::text::Lang;
use crate::watch::trace::{REQUEST_ID, TRACEPARENT, Trace};
use crate::watch::{METRICS_MEDIA, Stage};

/// For load balancers and supervisors: also at the public address.
pub(super) fn health() -> Router<App> {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        // Its name before there were two.
        .route("/healthz", get(ready))
}

/// For operators: at an address of its own.
pub fn monitor(app: App) -> Router {
    health().route("/metrics", get(metrics)).route("/health/alarms", get(alarms)).with_state(app)
}

/// It answers, and tells its time: a peer's `tongban doctor` compares it.
async fn live(State(app): State<App>) -> Response {
    let now = crate::clock::Clock::default().now();
    Json(serde_json::json!({ "live": true, "node": app.config.node, "now": now.0 })).into_response()
}

/// Why this node should get no requests now.
fn not_ready(app: &App) -> Vec<&'static str> {
    let seen = app.watch.seen();
    let seen = seen.as_ref();
    let reasons = [
        ("leaving", app.watch.stage() > Stage::Serving),
        ("trust-missing", app.directory.now().current().is_none()),
        ("recovering", app.writer.is_recovering()),
        ("database-unwritable", seen.is_some_and(|seen| seen.unwritable.is_some())),
        ("schema-newer", seen.is_some_and(|seen| seen.schema != Schema::Current)),
    ];
    reasons.into_iter().filter(|(_, is)| *is).map(|(code, _)| code).collect()
}

/// Whether this node should get requests, why not, and of how many nodes it knows documents.
async fn ready(State(app): State<App>) -> Response {
    let snapshot = app.directory.now();
    let nodes = snapshot.current().map_or(0, |list| list.nodes.len());
    let known = snapshot
        .current()
        .iter()
        .flat_map(|list| &list.nodes)
        .filter(|card| snapshot.versions.keys().any(|(_, node)| *node == card.node))
        .count();
    let codes = not_ready(&app);
    let status = if codes.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::json!({
        "ready": codes.is_empty(),
        "codes": codes,
        "node": app.config.node,
        "nodes": nodes,
        "documents_from": known,
    });
    (status, Json(body)).into_response()
}

async fn metrics(State(app): State<App>) -> Response {
    ([(header::CONTENT_TYPE, METRICS_MEDIA)], app.metrics.text()).into_response()
}

/// An alarm in both languages.
#[derive(Serialize)]
struct AlarmBody {
    code: &'static str,
    node: Option<String>,
    since: i64,
    what: String,
    todo: String,
    what_en: String,
    todo_en: String,
}

async fn alarms(State(app): State<App>) -> Json<Vec<AlarmBody>> {
    let alarms = app.watch.alarms();
    let body = |alarm: &crate::watch::Alarm| AlarmBody {
        code: alarm.code,
        node: alarm.node.clone(),
        since: alarm.since.0,
        what: alarm.what(Lang::Zh),
        todo: alarm.todo(Lang::Zh),
        what_en: alarm.what(Lang::En),
        todo_en: alarm.todo(Lang::En),
    };
    Json(alarms.iter().map(body).collect())
}

/// Methods that are counted by name; whatever else a client invents counts as one.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Every request goes through here. It is known by its id, and named by its route's pattern: paths name cases.
pub async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let trace = trace_of(request.headers());
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    // The name of a style sheet changes with every version.
    let route = if route.starts_with("/asset/") { "/asset/{name}" } else { route }.to_owned();
    let span = tracing::info_span!("request", request = %trace);
    let answer = async {
        let mut response = next.run(request).await;
        if let Ok(id) = HeaderValue::from_str(&trace.to_string()) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let (status, took) = (response.status().as_u16(), begun.elapsed());
        app.metrics.answered(method, &route, status, took);
        let ms = took.as_millis() as u64;
        // What programs ask all day is told on demand only.
        let all_day = ["/peer/", "/health", "/asset/"].iter().any(|start| route.starts_with(start));
        if all_day && status < 500 {
            tracing::debug!(target: "tongban::request", method, route, status, ms, "answered");
        } else {
            tracing::info!(target: "tongban::request", method, route, status, ms, "answered");
        }
        response
    };
    trace.scope(span, answer).await
}

fn trace_of(headers: &HeaderMap) -> Trace {
    let given = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Trace::of(given(TRACEPARENT), given(REQUEST_ID))
}
