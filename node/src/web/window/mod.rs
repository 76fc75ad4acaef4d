//! The window desk (线下专窗): what is to be done today, intake, receipt, hand-over, lists of a day, what could not be done.
//!
//! A clerk works by keyboard: the keys for what is done all day stand on the buttons themselves.

mod begin;
mod cannot;
mod choose;
mod collect;
mod desk;
mod lists;
mod receipt;
mod sheet;
mod today;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use maud::{Markup, html};
use tongban_core::catalogue::{Condition, MaterialRule};
use tongban_core::directory::Organisation;

use super::case_page;
use super::fault::{self, Fault};
use super::form::Form;
use super::implementation;
use super::part;
use super::visitor::Visitor;
use crate::app::App;
use crate::directory::Snapshot;
use crate::service::{Actor, ServiceError};
use crate::store::AccountRole;
use crate::text::Lang;

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/window", get(today::show))
        .route("/window/collect", get(collect::show).post(collect::send))
        .route("/window/new", get(choose::show))
        .route("/window/new/{implementation}", get(begin::show).post(begin::open))
        .route("/window/cases/{id}", get(desk::show).post(desk::submit))
        .route("/window/cases/{id}/receipt", get(receipt::show))
        .route("/window/cases/{id}/hand-over", get(desk::back).post(desk::hand_over))
        .route("/window/lists", get(lists::show))
        .route("/check/list/{window}/{to}/{day}/{way}/{cases}/{originals}/{mark}", get(lists::check))
        .route("/window/cannot", get(cannot::list))
        .route("/window/cannot/{number}", get(cannot::show).post(cannot::answer))
}

/// The clerk at the desk.
struct Clerk {
    actor: Actor,
    account: i64,
    window: Organisation,
    snapshot: Arc<Snapshot>,
}

/// The clerk who is signed in, with the window that they work for.
fn clerk(app: &App, visitor: &Visitor) -> Result<Clerk, Fault> {
    let account = visitor.must_be(&[AccountRole::Clerk])?;
    let snapshot = app.directory.now();
    let window = account.org.and_then(|org| snapshot.organisations.get(&org)).cloned().ok_or(Fault::Forbidden)?;
    Ok(Clerk { actor: visitor.must_act()?, account: account.id, window, snapshot })
}

/// One thing that went wrong, for the top of the page.
struct Problem {
    field: Option<String>,
    text: String,
    code: String,
}

/// What the service refuses, in words; what is no matter of the form goes on as a fault.
fn refused(lang: Lang, error: ServiceError) -> Result<Vec<Problem>, Fault> {
    if matches!(error, ServiceError::NotFound | ServiceError::Forbidden) {
        return Err(error.into());
    }
    let codes: Vec<String> = match &error {
        ServiceError::Fields(faults) => faults.iter().map(|fault| fault.code.to_owned()).collect(),
        error => vec![error.code()],
    };
    let sentences = fault::sentences(lang, &error).into_iter();
    Ok(sentences.zip(codes).map(|((field, text), code)| Problem { field, text, code }).collect())
}

/// The status of a page that says what is wrong.
fn status_of(problems: &[Problem]) -> StatusCode {
    if problems.is_empty() {
        StatusCode::OK
    } else if problems.iter().any(|problem| matches!(problem.code.as_str(), "store" | "not-stored")) {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// All problems at the top, each with a link to its field, and their codes in small print.
fn problems(visitor: &Visitor, problems: &[Problem]) -> Markup {
    let lines: Vec<(Option<&str>, String)> =
        problems.iter().map(|problem| (problem.field.as_deref(), problem.text.clone())).collect();
    html! {
        (part::error_summary(visitor, &lines))
        @if !problems.is_empty() { (codes(visitor, problems.iter().map(|problem| problem.code.as_str()))) }
    }
}

fn codes<'a>(visitor: &Visitor, codes: impl Iterator<Item = &'a str>) -> Markup {
    let mut codes: Vec<&str> = codes.collect();
    codes.dedup();
    html! { p class="code" { (visitor.tf("window-code", &[("code", &codes.join(", "))])) } }
}

/// What is wrong with one field, if anything is.
fn problem_of<'a>(problems: &'a [Problem], field: &str) -> Option<&'a str> {
    problems.iter().find(|problem| problem.field.as_deref() == Some(field)).map(|problem| problem.text.as_str())
}

/// A form that came after the end of its session, given back once on the page that it stands on.
async fn kept(app: &App, clerk: &Clerk, is_asked: bool, page: &str) -> Result<Option<Form>, Fault> {
    if !is_asked {
        return Ok(None);
    }
    let now = app.clock.now().0;
    match app.store.kept_form(clerk.account, now).await? {
        Some((path, fields)) if path == page => {
            app.store.drop_kept_form(clerk.account, now).await?;
            Ok(Some(Form::from_kept(&fields)))
        }
        _ => Ok(None),
    }
}

/// A button of a form with several: `does` says which it was, `key` presses it.
fn do_button(class: &str, does: &str, key: Option<&str>, label: &str) -> Markup {
    html! {
        button class=(class) type="submit" name="do" value=(does) data-key=[key] aria-keyshortcuts=[key] {
            (label) @if let Some(key) = key { " " (key_cap(key)) }
        }
    }
}

/// A link that a key presses.
fn key_link(class: &str, href: &str, key: &str, label: &str) -> Markup {
    html! { a class=(class) href=(href) data-key=(key) aria-keyshortcuts=(key) { (label) " " (key_cap(key)) } }
}

fn key_cap(key: &str) -> Markup {
    html! { kbd { (key) } }
}

/// All keys in a line, at the foot of the page.
fn keys(visitor: &Visitor, with_new: bool) -> Markup {
    html! {
        p class="hint no-print keys" { (visitor.t("window-keys")) }
        @if with_new {
            p class="buttons no-print" {
                (key_link("button", "/window/new", "F2", &visitor.t("window-new-one")))
                a class="button" href="/window" { (visitor.t("nav-window")) }
            }
        }
    }
}

/// The handling authority's conditions and check-list: each material with what to look at.
fn check_list(visitor: &Visitor, conditions: &[Condition], materials: &[MaterialRule]) -> Markup {
    let lang = visitor.lang;
    html! {
        @if !conditions.is_empty() {
            h3 { (visitor.t("window-conditions")) }
            ul class="checklist" { @for condition in conditions { li { (lang.pick(&condition.text, &condition.text_en)) } } }
        }
        h3 { (visitor.t("window-check-list")) }
        ol class="checklist" {
            @for rule in materials {
                li {
                    strong { (lang.pick(&rule.name, &rule.name_en)) } " " (marks(visitor, rule))
                    p class="hint" { (visitor.tf("review-point", &[("point", lang.pick(&rule.review, &rule.review_en))])) }
                    (implementation::of_material(visitor, rule))
                }
            }
        }
    }
}

/// Whether a material must be there, and whether its original must be seen.
fn marks(visitor: &Visitor, rule: &MaterialRule) -> Markup {
    html! {
        (part::badge("plain", &case_page::need_name(visitor.lang, rule.need)))
        @if rule.original { " " (part::badge("move", &visitor.t("window-original"))) }
    }
}
