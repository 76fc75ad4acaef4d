//! The second factor (第二因素): a code from a telephone besides the password, for whoever wants it, and for staff above all.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use tongban_core::dossier::Suite;
use totp_rs::{Algorithm, Secret, TOTP};

use super::fault::Fault;
use super::form::Form;
use super::part::{self, Field, page};
use super::visitor::{Visitor, forget_tries, may_try};
use crate::app::App;
use crate::store::{Account, StoreError};

const PAGE: &str = "/account/second";
/// Seconds of one code (RFC 6238).
const STEP_S: u64 = 30;

/// Routes.
pub fn router() -> Router<App> {
    Router::new().route(PAGE, get(show).post(change))
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    /// The account has none, or the code is right.
    Fine,
    /// A code is needed.
    Needed,
    /// The code is wrong, or was used before.
    Wrong,
}

/// The machine's clock: a telephone knows nothing of a drill's date.
fn now_s() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0)
}

fn codes(secret: Vec<u8>) -> Option<TOTP> {
    TOTP::new(Algorithm::SHA1, 6, 1, STEP_S, secret).ok()
}

/// The step to which a code belongs: this one, the one before or after it.
fn step_of(secret: Vec<u8>, code: &str) -> Option<i64> {
    let (codes, now) = (codes(secret)?, now_s());
    let code: String = code.split_whitespace().collect();
    let near = [now, now.saturating_sub(STEP_S), now + STEP_S];
    let found = near.into_iter().find(|at| codes.generate(*at) == code)?;
    i64::try_from(found / STEP_S).ok()
}

/// Whether an account whose password was right may come in with this code.
pub async fn check(app: &App, account: &Account, code: &str) -> Result<Second, StoreError> {
    let Some(secret) = app.store.second_factor(account.id).await? else { return Ok(Second::Fine) };
    if code.trim().is_empty() {
        return Ok(Second::Needed);
    }
    let used = match step_of(secret, code) {
        Some(step) => app.store.use_second_step(account.id, step).await?,
        None => false,
    };
    Ok(if used { Second::Fine } else { Second::Wrong })
}

/// The secret that is offered to an account in this session: the same until it is taken.
fn offered(app: &App, visitor: &Visitor, account: &Account) -> Vec<u8> {
    let parts = [b"tongban second v1\0", &app.secret[..], &account.id.to_be_bytes(), visitor.csrf().as_bytes()];
    Suite::Ed25519.hash(&parts).bytes()[..20].to_vec()
}

fn signed_in(visitor: &Visitor) -> Result<&Account, Fault> {
    visitor.account.as_ref().ok_or_else(|| visitor.sign_in(PAGE))
}

async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    let account = signed_in(&visitor)?;
    let is_set = app.store.second_factor(account.id).await?.is_some();
    Ok(view(&app, &visitor, account, is_set, None))
}

fn view(app: &App, visitor: &Visitor, account: &Account, is_set: bool, error: Option<&str>) -> Markup {
    let label = visitor.t("second-code");
    let error = error.map(|key| visitor.t(key).into_owned());
    let errors: Vec<(Option<&str>, String)> = error.iter().map(|text| (Some("code"), text.clone())).collect();
    let secret = Secret::Raw(offered(app, visitor, account)).to_encoded().to_string();
    let link = format!("otpauth://totp/Tongban:{}?secret={secret}&issuer=Tongban", account.login);
    let body = html! {
        h1 { (visitor.t("second-title")) }
        (part::error_summary(visitor, &errors))
        @if is_set { (part::done(&visitor.t("second-on"))) p { (visitor.t("second-off-how")) } }
        @else {
            p class="lead" { (visitor.t("second-lead")) }
            (part::qr(&link, &visitor.t("second-qr")))
            p { (visitor.t("second-by-hand")) " " code { (secret) } }
        }
        form method="post" action=(PAGE) class="narrow" novalidate {
            (part::hidden(visitor, PAGE))
            (Field::new("code", &label).required().inputmode("numeric").autocomplete("one-time-code").error(error.as_deref()).render(visitor))
            @if is_set { button class="danger" type="submit" { (visitor.t("second-turn-off")) } }
            @else { (part::primary(&visitor.t("second-turn-on"))) }
        }
        p { a href="/account/notices" { (visitor.t("wish-title")) } }
    };
    page(visitor, &visitor.t("second-title"), body)
}

async fn change(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let account = signed_in(&visitor)?;
    let held = app.store.second_factor(account.id).await?;
    let tries = format!("second {}", account.id);
    let again = |key: &str| {
        let page = view(&app, &visitor, account, held.is_some(), Some(key));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if !may_try(&app, &tries) {
        return again("fault-too-many-tries");
    }
    let code = form.text("code");
    if held.is_some() {
        if check(&app, account, code).await? != Second::Fine {
            return again("fault-second-wrong");
        }
        app.store.end_second_factor(account.id).await?;
    } else {
        let secret = offered(&app, &visitor, account);
        let Some(step) = step_of(secret.clone(), code) else { return again("fault-second-wrong") };
        app.store.set_second_factor(account.id, &secret, step).await?;
    }
    forget_tries(&tries);
    Ok(Redirect::to(PAGE).into_response())
}
