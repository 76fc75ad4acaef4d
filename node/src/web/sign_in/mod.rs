//! Signing in by a provider of OpenID Connect (统一身份认证): to the provider, back from it, and out of it again.
//!
//! Authorization code with PKCE. What was begun is kept in the database, so that any process of the node may end it, and is
//! tied to the browser that began it by a cookie: nobody can be signed in under another's name by a link.

mod provider;
mod who;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::dossier::Suite;
use tongban_core::dossier::suite::hex;

pub use provider::Providers;

use super::fault::{Fault, form_encode};
use super::part::{button_link, page};
use super::visitor::{Visitor, cookie, is_secure, set_cookie, welcome};
use crate::app::App;
use crate::config::SignIn;
use crate::limits;
use crate::store::{PendingSignIn, StoreError};

/// Why nobody was signed in; each has its words.
pub const CODES: [&str; 10] = [
    "sign-in-provider",
    "sign-in-refused",
    "sign-in-cancelled",
    "sign-in-state",
    "sign-in-token",
    "sign-in-clock",
    "sign-in-claims",
    "sign-in-no-account",
    "sign-in-other-person",
    "sign-in-disabled",
];

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/login/with/{key}", get(begin))
        .route("/login/with/{key}/back", get(back))
        .route("/login/with/{key}/out", get(out))
}

/// Where the way out of a provider is shown.
pub fn way_out(key: &str) -> String {
    format!("/login/with/{key}/out")
}

/// A button for each provider, on the page for signing in.
pub fn buttons(app: &App, visitor: &Visitor, back: &str) -> Markup {
    html! {
        @if !app.config.sign_in.is_empty() {
            div class="actions" {
                @for provider in &app.config.sign_in {
                    @let href = format!("/login/with/{}?back={}", provider.key, form_encode(back));
                    (button_link(&href, &visitor.tf("sign-in-with", &[("name", name(visitor, provider))])))
                }
            }
            h2 { (visitor.t("sign-in-here")) }
        }
    }
}

fn name<'a>(visitor: &Visitor, provider: &'a SignIn) -> &'a str {
    visitor.lang.pick(&provider.name, &provider.name_en)
}

/// An address of this node at which a provider is served.
fn own(app: &App, path: &str) -> String {
    format!("{}{path}", app.config.address.trim_end_matches('/'))
}

/// A claim that is lacking, or is not as it must be.
#[derive(Debug)]
pub struct Lack {
    /// Name of the claim.
    pub claim: String,
    /// Key of the words for what is wrong with it.
    pub key: String,
}

/// Why nobody was signed in.
#[derive(Debug)]
pub enum Refusal {
    /// With one of [`CODES`], and what those who mend it read in the log; nothing personal.
    Refused(&'static str, String),
    /// The provider did not say what is needed.
    Claims(Vec<Lack>),
    /// It is this node's fault.
    Fault(Fault),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Fault(error.into())
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::Fault(fault)
    }
}

fn refused(code: &'static str, detail: impl Into<String>) -> Refusal {
    Refusal::Refused(code, detail.into())
}

impl Refusal {
    fn parts(self) -> Result<(&'static str, String, Vec<Lack>), Fault> {
        match self {
            Refusal::Refused(code, detail) => Ok((code, detail, Vec::new())),
            Refusal::Claims(lacks) => {
                let claims: Vec<String> = lacks.iter().map(|lack| format!("{} ({})", lack.claim, lack.key)).collect();
                Ok(("sign-in-claims", claims.join(", "), lacks))
            }
            Refusal::Fault(fault) => Err(fault),
        }
    }

    /// The page that says what happened and what to do; the log says more.
    fn shown(self, mut visitor: Visitor, provider: &SignIn) -> Result<Response, Fault> {
        let (code, detail, lacks) = self.parts()?;
        tracing::warn!(provider = provider.key, code, detail, "not signed in");
        let status = match code {
            "sign-in-provider" | "sign-in-refused" | "sign-in-token" | "sign-in-clock" => StatusCode::BAD_GATEWAY,
            "sign-in-state" => StatusCode::BAD_REQUEST,
            "sign-in-claims" => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::FORBIDDEN,
        };
        // What came back from the provider is no page to come back to.
        visitor.path = "/login".to_owned();
        let values = [("name", name(&visitor, provider))];
        let body = html! {
            h1 { (visitor.t("sign-in-not")) }
            div class="problem refused" role="alert" {
                p { strong { (visitor.tf(code, &values)) } }
                @if !lacks.is_empty() {
                    ul { @for lack in &lacks { li { code { (lack.claim) } " " (visitor.t(&lack.key)) } } }
                }
                p { (visitor.tf(&format!("{code}-todo"), &values)) }
                p class="code" { (visitor.tf("refused-code", &[("code", code)])) }
            }
            div class="actions" {
                a class="button primary" href="/login" { (visitor.t("sign-in-again")) }
                (button_link("/", &visitor.t("fault-home")))
            }
        };
        Ok((status, page(&visitor, &visitor.t("sign-in-not"), body)).into_response())
    }
}

/// What is stored of the word that comes back from the provider.
fn hash_state(state: &str) -> Vec<u8> {
    Suite::Ed25519.hash(&[b"tongban sign-in v1\0", state.as_bytes()]).bytes().to_vec()
}

/// Cookies do not tell ports apart, as for sessions.
fn state_cookie(app: &App) -> String {
    format!("tongban_{}_sign_in", app.config.node)
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct BeginQuery {
    back: String,
}

async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
    Query(query): Query<BeginQuery>,
) -> Result<Response, Fault> {
    let provider = app.config.provider(&key).ok_or(Fault::NotFound)?;
    match send(&app, &visitor, provider, &query.back).await {
        Ok(response) => Ok(response),
        Err(refusal) => refusal.shown(visitor, provider),
    }
}

/// Sends the browser to the provider.
async fn send(app: &App, visitor: &Visitor, provider: &SignIn, back: &str) -> Result<Response, Refusal> {
    let state = hex(&rand::random::<[u8; 32]>());
    let asked = provider::ask(app, provider, &state, visitor.lang).await?;
    let now = app.clock.now().0;
    let pending = PendingSignIn {
        provider: provider.key.clone(),
        nonce: asked.nonce,
        verifier: asked.verifier,
        back: if back.len() > limits::BACK_BYTES_MAX { String::new() } else { back.to_owned() },
        until: now + limits::SIGN_IN_PENDING_MS,
    };
    app.store.add_pending_sign_in(&hash_state(&state), &pending, now).await?;
    let cookie = set_cookie(&state_cookie(app), &state, is_secure(app), Some(limits::SIGN_IN_PENDING_MS / 1000));
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&asked.address)).into_response())
}

/// What the provider says when it sends the browser back (RFC 6749, section 4.1.2; RFC 9207).
#[derive(Default, Deserialize)]
#[serde(default)]
struct BackQuery {
    state: String,
    code: String,
    error: String,
    iss: String,
}

async fn back(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
    Query(query): Query<BackQuery>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let provider = app.config.provider(&key).ok_or(Fault::NotFound)?;
    match end(&app, provider, query, &headers).await {
        Ok(response) => Ok(response),
        Err(refusal) => refusal.shown(visitor, provider),
    }
}

/// Ends what was begun.
async fn end(app: &App, provider: &SignIn, query: BackQuery, headers: &HeaderMap) -> Result<Response, Refusal> {
    let held = cookie(headers, &state_cookie(app)).unwrap_or_default();
    if query.state.is_empty() || held != query.state {
        return Err(refused("sign-in-state", "begun in another browser, or the cookie is gone"));
    }
    let pending = app.store.take_pending_sign_in(&hash_state(&query.state), app.clock.now().0).await?;
    let Some(pending) = pending.filter(|pending| pending.provider == provider.key) else {
        return Err(refused("sign-in-state", "used before, or too late"));
    };
    if !query.iss.is_empty() && query.iss != provider.issuer {
        return Err(refused("sign-in-token", "the answer is of another issuer"));
    }
    match query.error.as_str() {
        "" => {}
        "access_denied" => return Err(refused("sign-in-cancelled", "access_denied")),
        error => return Err(refused("sign-in-refused", error.chars().take(100).collect::<String>())),
    }
    let person = provider::redeem(app, provider, query.code, &pending).await?;
    let account = who::account(app, provider, &person).await?;
    let mut response = welcome(app, &account, Some(provider.key.clone()), &pending.back).await?;
    let gone = set_cookie(&state_cookie(app), "", is_secure(app), Some(0));
    response.headers_mut().append(header::SET_COOKIE, gone);
    Ok(response)
}

/// Whoever signed out here is told that the provider still knows them, which matters on a machine that others use too. A
/// link and not a redirect: no form of this node leads to another one.
async fn out(State(app): State<App>, visitor: Visitor, Path(key): Path<String>) -> Response {
    let Some(provider) = app.config.provider(&key) else { return Redirect::to("/").into_response() };
    let Some(address) = provider::way_out(&app, provider).await else { return Redirect::to("/").into_response() };
    let values = [("name", name(&visitor, provider))];
    let title = visitor.t("sign-in-out-title");
    let body = html! {
        h1 { (title) }
        p class="lead" { (visitor.tf("sign-in-out-lead", &values)) }
        div class="actions" {
            a class="button primary" href=(address) { (visitor.tf("sign-in-out-do", &values)) }
            (button_link("/", &visitor.t("fault-home")))
        }
    };
    page(&visitor, &title, body).into_response()
}
