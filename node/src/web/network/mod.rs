//! The network desk (政策执行网络): who has to do with whom, who stands between others, who sends back; every number opens
//! the facts that it counts. For staff: what everyone may read are the digests, and the evidence.

mod ask;
mod change;
mod desk;
mod dossier;
mod evidence;
mod export;
mod facts;
mod line;
mod picture;
mod report;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use tongban_core::network::facts::Profile;
use tongban_core::network::tie::Relation;

pub(super) use self::evidence::named;
use super::visitor::Visitor;
use crate::app::App;
use crate::network::known::relation_name;
use crate::store::AccountRole;

/// Who works here, and may look.
const STAFF: [AccountRole; 5] =
    [AccountRole::Clerk, AccountRole::Officer, AccountRole::Admin, AccountRole::Operator, AccountRole::Registrar];

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route(desk::PAGE, get(desk::show))
        .route(facts::PAGE, get(facts::show))
        .route(change::PAGE, get(change::show))
        .route("/network/dossiers/{id}", get(dossier::show))
        .route(report::PAGE, get(report::show).post(report::publish))
        .route(picture::PAGE, get(picture::show))
        .route(picture::FRAMES, get(picture::frames))
        .route(picture::SVG, get(picture::svg))
        .route(picture::PNG, get(picture::png))
        .route(export::PAGE, get(export::send))
        .merge(evidence::router())
}

/// Works beside the pages that others wait for: of many ties it takes a while.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(made) => made,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// Bytes to be saved under a name.
fn file(media: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

/// A relation in words.
fn relation(visitor: &Visitor, relation: Relation) -> String {
    relation_name(relation, visitor.lang)
}

/// What an actor is called.
fn name<'a>(visitor: &Visitor, who: &'a Profile) -> &'a str {
    visitor.lang.pick(&who.name, &who.name_en)
}

/// A figure with so many places, or why there is none.
fn figure(visitor: &Visitor, value: Option<f64>, places: usize) -> Markup {
    html! {
        @match value {
            Some(value) => { (format!("{value:.places$}")) }
            None => { span class="hint" { (visitor.t("network-not-defined")) } }
        }
    }
}
