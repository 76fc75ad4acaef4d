//! The JSON API.

use axum::Router;

use crate::app::App;

/// Routes.
pub fn router<S: Clone + Send + Sync + 'static>(_app: App) -> Router<S> {
    Router::new()
}
