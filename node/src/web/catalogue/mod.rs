//! Comparing: one item, all places side by side. Public to read: it speaks of published documents only.

mod list;
mod matrix;
mod pair;
mod picture;
pub(super) mod words;

use axum::Router;
use axum::routing::get;

use super::visitor::Visitor;
use crate::app::App;

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/catalogue", get(list::show))
        .route("/catalogue/{item}", get(matrix::show))
        .route("/catalogue/{item}/{here}/{there}", get(pair::show))
}

/// A figure from 0 to 1 in words; “nothing to compare” where there is none.
fn figure(visitor: &Visitor, figure: Option<f64>) -> String {
    match figure {
        // Rounded down: what is not quite the same is not 100 %.
        Some(figure) => format!("{:.1}%", (figure * 1000.0 + 1e-6).floor() / 10.0),
        None => visitor.t("catalogue-no-figure").into_owned(),
    }
}
