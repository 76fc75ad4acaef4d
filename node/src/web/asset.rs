//! The one style sheet and the one script, named by their content.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tongban_core::dossier::Suite;

const STYLE: &str = include_str!("asset/tongban.css");
const SCRIPT: &str = concat!(include_str!("asset/enhance.js"), "\n", include_str!("asset/slider.js"));

/// Addresses of the assets.
pub struct Assets {
    /// Style sheet.
    pub style: String,
    /// Script.
    pub script: String,
}

/// The assets' addresses: they change with the content, so that they may be cached for ever.
pub static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: format!("/asset/{}.css", name_of(STYLE)),
    script: format!("/asset/{}.js", name_of(SCRIPT)),
});

fn name_of(content: &str) -> String {
    let hash = Suite::Ed25519.hash(&[content.as_bytes()]).to_string();
    hash.split(':').nth(1).unwrap_or_default().chars().take(16).collect()
}

/// Serves the assets.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(&ASSETS.style, get(|| async { send("text/css; charset=utf-8", STYLE) }))
        .route(&ASSETS.script, get(|| async { send("text/javascript; charset=utf-8", SCRIPT) }))
}

fn send(kind: &'static str, content: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content).into_response()
}
