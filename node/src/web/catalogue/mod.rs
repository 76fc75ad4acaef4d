//! Comparing: one item, all places side by side; and the common texts that are proposed where they differ. Public to read: it
//! speaks of what is published only.

mod list;
mod matrix;
mod pair;
mod picture;
mod proposal;
mod propose;
mod provinces;
mod versions;
pub(super) mod waiting;
pub(super) mod words;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;

use super::fault::{Fault, sentences};
use super::form::Form;
use super::part;
use super::visitor::Visitor;
use crate::app::App;
use crate::directory::Snapshot;
use crate::service::ServiceError;
use crate::service::compare::All;
use crate::store::SayError;

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/catalogue", get(list::show))
        .route(provinces::PAGE, get(provinces::show))
        .route("/catalogue/{item}", get(matrix::show))
        .route("/catalogue/{item}/{here}/{there}", get(pair::show))
        .route("/catalogue/{item}/{here}/versions", get(versions::show))
        .route("/catalogue/{item}/propose", get(propose::show).post(propose::send))
        .route("/catalogue/{item}/proposal/{number}", get(proposal::show))
        .route("/catalogue/{item}/proposal/{number}/{step}", get(proposal::back).post(proposal::take_step))
}

/// A figure from 0 to 1 in words; “nothing to compare” where there is none.
fn figure(visitor: &Visitor, figure: Option<f64>) -> String {
    match figure {
        // Rounded down: what is not quite the same is not 100 %.
        Some(figure) => format!("{:.1}%", (figure * 1000.0 + 1e-6).floor() / 10.0),
        None => visitor.t("catalogue-no-figure").into_owned(),
    }
}

/// The page of a proposal.
fn address(item: &str, number: u32) -> String {
    format!("/catalogue/{item}/proposal/{number}")
}

/// What was just done, and whether a form is given back after signing in again.
#[derive(Default, Deserialize)]
#[serde(default)]
struct After {
    done: String,
    kept: String,
}

/// Something that stands in the way of a form.
struct Problem {
    /// The field, if one is meant.
    field: Option<&'static str>,
    text: String,
    code: String,
}

/// What the service refuses, in words; `field_of` says which field of the form a code is about. What is no matter of the form
/// goes on as a fault.
fn problems(
    visitor: &Visitor,
    error: ServiceError,
    field_of: impl Fn(&str) -> Option<&'static str>,
) -> Result<Vec<Problem>, Fault> {
    if matches!(error, ServiceError::NotFound | ServiceError::Forbidden) {
        return Err(error.into());
    }
    let code = error.code();
    let texts = sentences(visitor.lang, &error).into_iter();
    Ok(texts.map(|(_, text)| Problem { field: field_of(&code), text, code: code.clone() }).collect())
}

/// The status of a page on which a form is shown again.
fn status(error: &ServiceError) -> StatusCode {
    match error {
        ServiceError::Store(_) | ServiceError::Say(SayError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
        ServiceError::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

/// All of it at the top of the page, with the codes in small print.
fn summary(visitor: &Visitor, problems: &[Problem]) -> Markup {
    let lines: Vec<(Option<&str>, String)> = problems.iter().map(|one| (one.field, one.text.clone())).collect();
    let mut codes: Vec<&str> = problems.iter().map(|one| one.code.as_str()).collect();
    codes.dedup();
    html! {
        (part::error_summary(visitor, &lines))
        @if !codes.is_empty() { p class="code" { (visitor.tf("refused-code", &[("code", &codes.join(" "))])) } }
    }
}

/// What is wrong with one field, if anything is.
fn problem_at<'a>(problems: &'a [Problem], field: &str) -> Option<&'a str> {
    problems.iter().find(|one| one.field == Some(field)).map(|one| one.text.as_str())
}

/// A form that came after the end of its session, given back once on the page that it stands on.
async fn kept(app: &App, visitor: &Visitor, after: &After, page: &str) -> Result<Option<Form>, Fault> {
    let Some(account) = visitor.account.as_ref().filter(|_| after.kept == "1") else { return Ok(None) };
    let now = app.clock.now().0;
    match app.store.kept_form(account.id, now).await? {
        Some((path, fields)) if path == page => {
            app.store.drop_kept_form(account.id, now).await?;
            Ok(Some(Form::from_kept(&fields)))
        }
        _ => Ok(None),
    }
}

/// An item by its name, or by its key if it is in no list.
fn name<'a>(visitor: &Visitor, snapshot: &'a Snapshot, key: &'a str) -> &'a str {
    snapshot.item(key).map_or(key, |item| visitor.lang.pick(&item.name, &item.name_en))
}

/// Says that figures are being found anew.
fn counting(visitor: &Visitor, all: &All, is_current: bool) -> Markup {
    let key = if all.items.is_empty() { "catalogue-counting-first" } else { "catalogue-counting" };
    html! { @if !is_current { (part::note(&visitor.t(key))) } }
}
