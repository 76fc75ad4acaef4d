//! Following a case by the number and the code on its receipt.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Problem, problem_at, problems};
use crate::app::App;
use crate::service::{self, ServiceError};
use crate::web::fault::{Fault, form_encode};
use crate::web::form::Form;
use crate::web::part::{self, Field, page};
use crate::web::visitor::{self, Begun, Visitor};

#[derive(Default, Deserialize)]
pub struct Ticket {
    #[serde(default)]
    number: String,
    #[serde(default)]
    code: String,
    /// 1 if the session of a receipt had ended.
    #[serde(default)]
    over: String,
}

/// GET `/t/{number}/{code}`: what the QR code says. Nothing is opened by looking at an address.
pub async fn from_code(Path((number, code)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/track?number={}&code={}", form_encode(&number), form_encode(&code)))
}

/// GET `/track`.
pub async fn show(visitor: Visitor, Query(ticket): Query<Ticket>) -> Markup {
    form_page(&visitor, &ticket, &[])
}

/// POST `/track`.
pub async fn send(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let ticket = Ticket {
        number: form.text("number").trim().to_uppercase(),
        code: form.text("code").trim().to_uppercase(),
        over: String::new(),
    };
    let again = |key: &str, code: &str| {
        let text = visitor.t(key).into_owned();
        let problem = Problem { field: Some("number".to_owned()), text, code: code.to_owned() };
        Ok(form_page(&visitor, &ticket, &[problem]).into_response())
    };
    let tries = format!("track {}", ticket.number);
    if !visitor::may_try(&app, &tries) {
        return again("fault-too-many-tries", "too-many-tries");
    }
    match service::track(&app, &ticket.number, &ticket.code).await {
        Ok(id) => {
            visitor::forget_tries(&tries);
            let to = format!("/my/{id}");
            // Who is signed in and owns the case stays signed in.
            if let Some(account) = &visitor.account
                && app.store.owns(account.id, id).await?
            {
                return Ok(Redirect::to(&to).into_response());
            }
            visitor::enter(&app, Begun { dossier: Some(id), ..Begun::default() }, &to).await
        }
        Err(ServiceError::NotFound) => again("portal-track-wrong", "case-not-found"),
        Err(error) => Err(error.into()),
    }
}

fn form_page(visitor: &Visitor, ticket: &Ticket, found: &[Problem]) -> Markup {
    let t = |key: &str| visitor.t(key);
    let (number, code) = (t("portal-number"), t("portal-code-label"));
    let (number_hint, code_hint) = (t("portal-number-hint"), t("portal-code-hint"));
    let body = html! {
        h1 { (t("portal-track-title")) }
        p class="lead" { (t("portal-track-lead")) }
        @if ticket.over == "1" { (part::note(&t("portal-track-over"))) }
        (problems(visitor, found))
        form method="post" action="/track" class="narrow" {
            // No page and no key: this form needs no session, and opening a case twice does no harm.
            input type="hidden" name="csrf" value=(visitor.csrf());
            (Field::new("number", &number).value(&ticket.number).hint(&number_hint).required().error(problem_at(found, "number")).render(visitor))
            (Field::new("code", &code).value(&ticket.code).hint(&code_hint).required().render(visitor))
            (part::primary(&t("portal-track-do")))
        }
        @if visitor.account.is_some() { p class="hint" { (t("portal-track-signed-in")) } }
    };
    page(visitor, &t("portal-track-title"), body)
}
