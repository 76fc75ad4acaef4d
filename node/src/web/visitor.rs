//! Who is visiting: language, session, account. Signing in and out.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{LazyLock, Mutex};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use axum::Router;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::html;
use serde::Deserialize;
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{DossierId, Suite};

use super::fault::Fault;
use super::form::Form;
use super::part::{self, Field, page};
use super::second::{self, Second};
use super::sign_in;
use crate::app::App;
use crate::limits;
use crate::service::Actor;
use crate::store::{Account, AccountRole, NO_PASSWORD, Session};
use crate::text::Lang;

/// Cookies do not tell ports apart: two nodes on one host would sign each other's visitors out.
fn session_cookie(app: &App) -> String {
    format!("tongban_{}", app.config.node)
}

/// Whether cookies go over HTTPS only.
pub(super) fn is_secure(app: &App) -> bool {
    app.config.address.starts_with("https:")
}

const LANG_COOKIE: &str = "tongban_lang";
const SIZE_COOKIE: &str = "tongban_size";

/// Who is visiting.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The language of the page.
    pub lang: Lang,
    /// Large type (长辈版).
    pub large: bool,
    /// The session, unless there is none or it is over.
    pub session: Option<Session>,
    /// The account of the session.
    pub account: Option<Account>,
    /// The account whose session is over: its form is kept for it.
    pub expired: Option<i64>,
    /// A receipt's code had opened a case, and the session is over.
    pub untracked: bool,
    /// The path with its query.
    pub path: String,
    /// Practice data, shown on every page.
    pub drill: bool,
    /// The date, if it was set by hand.
    pub shifted: Option<jiff::civil::Date>,
    /// This node's name.
    pub node_name: String,
    token_hash: Option<Vec<u8>>,
}

impl Visitor {
    /// Who acts, if anybody is signed in or holds a receipt.
    pub fn actor(&self) -> Option<Actor> {
        match (&self.account, self.session.as_ref().and_then(|session| session.dossier)) {
            (Some(account), _) => Some(Actor::Account(Box::new(account.clone()))),
            (None, Some(dossier)) => Some(Actor::Tracker(dossier)),
            (None, None) => None,
        }
    }

    /// Who acts; asks to sign in if nobody does.
    pub fn must_act(&self) -> Result<Actor, Fault> {
        self.actor().ok_or_else(|| self.sign_in(&self.path))
    }

    /// The account, if it has one of these roles; asks to sign in if nobody is.
    pub fn must_be(&self, roles: &[AccountRole]) -> Result<&Account, Fault> {
        match &self.account {
            None => Err(self.sign_in(&self.path)),
            Some(account) if roles.contains(&account.role) => Ok(account),
            Some(_) => Err(Fault::Forbidden),
        }
    }

    /// Whether the page speaks to a citizen or firm, who follow their own case, and not to the staff that handle it.
    pub fn is_applicant(&self) -> bool {
        let role = self.account.as_ref().map(|account| account.role);
        matches!(role, None | Some(AccountRole::Applicant | AccountRole::Firm))
    }

    /// How to get in again: by account, or by number and code.
    pub fn sign_in(&self, back: &str) -> Fault {
        if self.untracked { Fault::TrackAgain } else { Fault::SignIn { back: back.to_owned() } }
    }

    /// What stands hidden in every form of this session.
    pub fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.csrf)
    }

    /// Text in the visitor's language.
    pub fn t(&self, key: &str) -> std::borrow::Cow<'static, str> {
        self.lang.t(key)
    }

    /// Text in the visitor's language, with values.
    pub fn tf(&self, key: &str, values: &[(&str, &str)]) -> std::borrow::Cow<'static, str> {
        self.lang.tf(key, values)
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visitor, Infallible> {
        let lang = cookie(&parts.headers, LANG_COOKIE).and_then(|name| Lang::from_name(&name)).unwrap_or_default();
        let large = cookie(&parts.headers, SIZE_COOKIE).as_deref() == Some("large");
        let token_hash = cookie(&parts.headers, &session_cookie(app)).map(|token| hash_token(&token));
        let mut visitor = Visitor {
            lang,
            large,
            session: None,
            account: None,
            expired: None,
            untracked: false,
            path: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), |path| path.to_string()),
            drill: app.config.realm == tongban_core::ident::Realm::Drill,
            shifted: app.clock.is_shifted().then(|| app.clock.today()),
            node_name: lang.pick(&app.config.name, &app.config.name_en).to_owned(),
            token_hash: None,
        };
        let Some(token_hash) = token_hash else { return Ok(visitor) };
        let now = app.clock.now().0;
        match app.store.session(&token_hash).await {
            Ok(Some(session)) if session.api => {}
            Ok(Some(session)) if session.is_over(now) => {
                visitor.expired = session.account;
                visitor.untracked = session.dossier.is_some();
            }
            Ok(Some(session)) => {
                if let Some(id) = session.account {
                    let account = app.store.account(id).await.ok().flatten();
                    visitor.account = account.filter(|account| !account.disabled);
                }
                if visitor.account.is_some() || session.dossier.is_some() {
                    // Once a minute is enough to know that someone is still there.
                    if now - session.seen > 60_000 {
                        let _ = app.store.touch_session(&token_hash, now).await;
                    }
                    visitor.session = Some(session);
                    visitor.token_hash = Some(token_hash);
                }
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "session not read"),
        }
        Ok(visitor)
    }
}

/// The value of a cookie.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// The header that sets a cookie; with 0 seconds it takes it away.
pub(super) fn set_cookie(name: &str, value: &str, secure: bool, seconds: Option<i64>) -> HeaderValue {
    let age = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// What is stored of a session's token.
pub fn hash_token(token: &str) -> Vec<u8> {
    Suite::Ed25519.hash(&[b"tongban session v1\0", token.as_bytes()]).bytes().to_vec()
}

/// Whose a session is, and how it began.
#[derive(Clone, Debug, Default)]
pub struct Begun {
    /// The account.
    pub account: Option<i64>,
    /// The one case.
    pub dossier: Option<DossierId>,
    /// Opened through the API.
    pub api: bool,
    /// Key of the provider by which it began.
    pub provider: Option<String>,
}

/// Begins a session and returns its token.
pub async fn begin_session(app: &App, begun: Begun) -> Result<String, crate::store::StoreError> {
    let token = hex(&rand::random::<[u8; 32]>());
    let now = app.clock.now().0;
    let csrf = hex(&rand::random::<[u8; 16]>());
    let Begun { account, dossier, api, provider } = begun;
    let session = Session { account, dossier, csrf, begun: now, seen: now, api, provider };
    app.store.add_session(&hash_token(&token), &session).await?;
    Ok(token)
}

/// A redirect that begins a page session.
pub async fn enter(app: &App, begun: Begun, to: &str) -> Result<Response, Fault> {
    let token = begin_session(app, begun).await?;
    let cookie = set_cookie(&session_cookie(app), &token, is_secure(app), None);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(local(to))).into_response())
}

/// Only paths of this node are followed.
pub fn local(path: &str) -> &str {
    if path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') { path } else { "/" }
}

/// A password's hash in PHC form (argon2id).
pub fn hash_password(password: &str) -> Result<String, crate::error::Failure> {
    let salt: [u8; 16] = rand::random();
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| crate::error::Failure::new("password-hash", error.to_string()))
}

/// The account that signs in with this login and password. Takes as long for unknown logins as for wrong passwords.
pub async fn check_password(app: &App, login: &str, password: &str) -> Result<Option<Account>, Fault> {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash_password("nobody").unwrap_or_default());
    let account = app.store.account_by_login(login.trim()).await?;
    let account = account.filter(|account| !account.disabled && account.password != NO_PASSWORD);
    let hash = account.as_ref().map_or_else(|| NOBODY.clone(), |account| account.password.clone());
    let password = password.to_owned();
    let right = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
    .unwrap_or(false);
    Ok(account.filter(|_| right))
}

static ATTEMPTS: LazyLock<Mutex<HashMap<String, (i64, u32)>>> = LazyLock::new(Mutex::default);

/// Counts a try to sign in or to track; `false` if there were too many in a quarter of an hour.
pub fn may_try(app: &App, what: &str) -> bool {
    let now = app.clock.now().0;
    let mut attempts = ATTEMPTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    attempts.retain(|_, (since, _)| now - *since < 15 * 60 * 1000);
    let (_, count) = attempts.entry(what.to_owned()).or_insert((now, 0));
    *count += 1;
    *count <= limits::ATTEMPTS_MAX
}

/// Forgets failed tries after a success.
pub fn forget_tries(what: &str) {
    ATTEMPTS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(what);
}

/// Where an account begins its day.
pub fn home_of(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Applicant | AccountRole::Firm => "/my",
        AccountRole::Clerk => "/window",
        AccountRole::Officer => "/authority",
        AccountRole::Admin => "/admin/accounts",
        AccountRole::Operator => "/operator",
        AccountRole::Registrar => "/registrar",
    }
}

/// Signing in and out, language, type size.
pub fn router() -> Router<App> {
    Router::new()
        .route("/login", get(login_page).post(login))
        .route("/logout", post(logout))
        .route("/lang", get(lang))
        .route("/size", get(size))
}

#[derive(Default, Deserialize)]
struct LoginQuery {
    #[serde(default)]
    back: String,
    #[serde(default)]
    kept: u8,
}

async fn login_page(State(app): State<App>, visitor: Visitor, Query(query): Query<LoginQuery>) -> Response {
    let shown = Shown { back: &query.back, kept: query.kept == 1, login: "", error: None };
    login_form(&app, &visitor, shown).into_response()
}

/// What the form shows.
struct Shown<'a> {
    back: &'a str,
    kept: bool,
    login: &'a str,
    error: Option<&'a str>,
}

fn login_form(app: &App, visitor: &Visitor, shown: Shown<'_>) -> maud::Markup {
    let Shown { back, kept, login, error } = shown;
    let body = html! {
        h1 { (visitor.t("login-title")) }
        @if kept { (part::note(&visitor.t("login-kept"))) }
        @if let Some(error) = error { (part::error_summary(visitor, &[(Some("login"), visitor.t(error).into_owned())])) }
        (sign_in::buttons(app, visitor, back))
        form method="post" action="/login" class="narrow" {
            // Somebody else may still be signed in: then the session wants its secret.
            input type="hidden" name="csrf" value=(visitor.csrf());
            input type="hidden" name="back" value=(back);
            (Field::new("login", &visitor.t("login-name")).value(login).required().autocomplete("username").render(visitor))
            (Field::new("password", &visitor.t("login-password")).kind("password").required().autocomplete("current-password").render(visitor))
            @if error.is_some_and(|error| error.starts_with("fault-second")) {
                (Field::new("code", &visitor.t("second-code")).required().inputmode("numeric").autocomplete("one-time-code").render(visitor))
            }
            (part::primary(&visitor.t("login-do")))
        }
        @if visitor.drill { p { a href="/start" { (visitor.t("login-trial")) } } }
    };
    page(visitor, &visitor.t("login-title"), body)
}

async fn login(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let login = form.text("login").trim().to_owned();
    let back = form.text("back").to_owned();
    let again = |error| {
        let shown = Shown { back: &back, kept: false, login: &login, error: Some(error) };
        login_form(&app, &visitor, shown).into_response()
    };
    let tries = format!("login {login}");
    if !may_try(&app, &tries) {
        return Ok(again("fault-too-many-tries"));
    }
    let Some(account) = check_password(&app, &login, form.text("password")).await? else {
        return Ok(again("fault-login-wrong"));
    };
    match second::check(&app, &account, form.text("code")).await? {
        Second::Fine => {}
        Second::Needed => return Ok(again("fault-second-needed")),
        Second::Wrong => return Ok(again("fault-second-wrong")),
    }
    forget_tries(&tries);
    welcome(&app, &account, None, &back).await
}

/// How every way of signing in ends: in a session, and on to where the account was going.
pub async fn welcome(app: &App, account: &Account, provider: Option<String>, back: &str) -> Result<Response, Fault> {
    // A form that was sent after its session had ended comes back, to the same account only.
    let kept = app.store.kept_form(account.id, app.clock.now().0).await?;
    let to = match &kept {
        Some((path, _)) if path.contains('?') => format!("{path}&kept=1"),
        Some((path, _)) => format!("{path}?kept=1"),
        None if back.is_empty() => home_of(account.role).to_owned(),
        None => back.to_owned(),
    };
    enter(app, Begun { account: Some(account.id), provider, ..Begun::default() }, &to).await
}

async fn logout(State(app): State<App>, visitor: Visitor, _form: Form) -> Result<Response, Fault> {
    if let Some(token_hash) = &visitor.token_hash {
        app.store.end_session(token_hash).await?;
    }
    let cookie = set_cookie(&session_cookie(&app), "", is_secure(&app), Some(0));
    // Whoever came in by a provider is still signed in there.
    let provider = visitor.session.and_then(|session| session.provider);
    let to = provider.map_or_else(|| "/".to_owned(), |key| sign_in::way_out(&key));
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&to)).into_response())
}

#[derive(Deserialize)]
struct SwitchQuery {
    to: String,
    #[serde(default)]
    back: String,
}

const YEAR_S: i64 = 365 * 24 * 3600;

async fn lang(Query(query): Query<SwitchQuery>) -> Response {
    let lang = Lang::from_name(&query.to).unwrap_or_default();
    let cookie = set_cookie(LANG_COOKIE, lang.name(), false, Some(YEAR_S));
    ([(header::SET_COOKIE, cookie)], Redirect::to(local(&query.back))).into_response()
}

async fn size(Query(query): Query<SwitchQuery>) -> Response {
    let size = if query.to == "large" { "large" } else { "normal" };
    let cookie = set_cookie(SIZE_COOKIE, size, false, Some(YEAR_S));
    ([(header::SET_COOKIE, cookie)], Redirect::to(local(&query.back))).into_response()
}
