//! Pages and API. Every page works without JavaScript; every sentence goes through [`crate::text`].
//!
//! A route file renders and reads forms; what may be done is decided in [`crate::service`], the same for pages and API.

mod admin;
mod api;
mod asset;
mod authority;
mod case_page;
mod catalogue;
mod csv;
mod digest;
mod fault;
mod form;
mod held;
mod implementation;
mod law;
mod network;
mod notice;
mod operate;
mod papers;
mod part;
mod person;
mod portal;
mod second;
mod sign_in;
mod situation;
mod told;
mod visitor;

pub use fault::words_of;
pub use operate::{monitor, observe};
pub use sign_in::{CODES as SIGN_IN_CODES, Providers};
pub use visitor::hash_password;
mod window;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{self, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::Response;

use crate::app::App;
use crate::limits;

/// All pages, the API, and what they need.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .merge(visitor::router())
        .merge(portal::router())
        .merge(window::router())
        .merge(authority::router())
        .merge(papers::router())
        .merge(notice::router())
        .merge(second::router())
        .merge(told::router())
        .merge(sign_in::router())
        .merge(admin::router())
        .merge(catalogue::router())
        .merge(law::router())
        .merge(network::router())
        .merge(digest::router())
        .merge(part::showcase::router())
        .fallback(fault::not_found)
        .with_state(app.clone())
        .layer(middleware::from_fn_with_state(app.clone(), fault::draw))
        .layer(middleware::from_fn(page_headers));
    Router::new()
        .merge(asset::router())
        .merge(operate::health().with_state(app.clone()))
        .merge(api::router(app))
        .merge(pages)
        .layer(DefaultBodyLimit::max(limits::FORM_BYTES_MAX))
        .layer(tower_http::timeout::TimeoutLayer::with_status_code(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            std::time::Duration::from_secs(limits::REQUEST_S_MAX),
        ))
}

/// No third party, no inline script or style, no framing, no caching of what belongs to a person.
async fn page_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                  connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    // A file of a case is even stricter, and says so itself.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
