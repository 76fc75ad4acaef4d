//! 办不成事反映窗口: whoever could not get a matter done tells a human here, and finds the answer by number and code.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::ident::Uscc;

use super::{Problem, problem_at, problems, stop};
use crate::app::App;
use crate::limits;
use crate::service::cannot::{self, Report};
use crate::store::{AccountRole, Cannot};
use crate::web::case_page;
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{self, Choice, Field, badge, note, page, select, textarea};
use crate::web::visitor::{Visitor, forget_tries, may_try};

/// What an address carries: the receipt number of the case that is meant, or what was just done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    case: String,
    done: String,
}

/// GET `/cannot`.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Markup {
    let mut form = Form::default();
    form.set("receipt", std::iter::once(asked.case));
    // Who is signed in as an applicant need not type what is known.
    let own = visitor.account.as_ref().filter(|account| account.role == AccountRole::Applicant);
    if let Some(account) = own {
        form.set("name", std::iter::once(account.name.clone()));
        form.set("phone", account.phone.clone().into_iter());
    }
    form_page(&app, &visitor, &form, &[])
}

fn form_page(app: &App, visitor: &Visitor, form: &Form, found: &[Problem]) -> Markup {
    let t = |key: &str| visitor.t(key);
    let windows = cannot::windows(app);
    let days = limits::CANNOT_ANSWER_DAYS.to_string();
    let mut orgs = vec![Choice { value: "", label: t("cannot-not-sure").into_owned() }];
    orgs.extend(
        windows.iter().map(|org| Choice {
            value: org.uscc.as_str(),
            label: visitor.lang.pick(&org.name, &org.name_en).to_owned(),
        }),
    );
    let field = |name: &'static str, label: &str, hint: Option<&str>, required: bool| {
        let (label, hint) = (t(label), hint.map(&t));
        let mut field = Field::new(name, &label).value(form.text(name)).error(problem_at(found, name));
        if let Some(hint) = &hint {
            field = field.hint(hint);
        }
        if required {
            field = field.required();
        }
        field.render(visitor)
    };
    let text = |name: &str, label: &str, hint: &str| {
        textarea(name, &t(label), Some(&t(hint)), form.text(name), problem_at(found, name))
    };
    let body = html! {
        h1 { (t("cannot-title")) @if visitor.drill { " " (badge("plain", &t("drill-data"))) } }
        p class="lead" { (visitor.tf("cannot-lead", &[("days", &days)])) }
        (problems(visitor, found))
        @if windows.is_empty() { (note(&t("cannot-nowhere"))) }
        @else {
            form method="post" action="/cannot" class="narrow" novalidate {
                // Nobody has to sign in for this; the form's own key keeps it from counting twice.
                (part::hidden(visitor, ""))
                (text("wish", "cannot-wish", "cannot-wish-hint"))
                (text("barrier", "cannot-barrier", "cannot-barrier-hint"))
                (select("org", &t("cannot-window"), &orgs, form.text("org")))
                (field("receipt", "portal-number", Some("cannot-receipt-hint"), false))
                (field("code", "portal-code-label", Some("cannot-code-hint"), false))
                (field("name", "cannot-name", None, true))
                (field("phone", "portal-phone-label", Some("cannot-phone-hint"), true))
                (part::primary(&t("cannot-send")))
            }
            p class="hint" { (t("cannot-kept")) }
        }
    };
    page(visitor, &t("cannot-title"), body)
}

/// POST `/cannot`.
pub async fn send(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let text = |name: &str| form.text(name).trim().to_owned();
    let report = Report {
        wish: text("wish"),
        barrier: text("barrier"),
        org: text("org"),
        receipt: text("receipt").to_uppercase(),
        code: text("code").to_uppercase(),
        name: text("name"),
        phone: text("phone"),
    };
    let again = |found: &[Problem]| {
        let body = form_page(&app, &visitor, &form, found);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
    };
    let sent = format!("cannot from {}", report.phone);
    // A code that is tried here counts as one that is tried where cases are followed.
    let tries = format!("track {}", report.receipt);
    let is_tried = !report.receipt.is_empty() && !report.code.is_empty();
    if !may_try(&app, &sent) {
        return again(&[too_many(&visitor, "phone")]);
    }
    if is_tried && !may_try(&app, &tries) {
        return again(&[too_many(&visitor, "code")]);
    }
    match cannot::report(&app, visitor.actor().as_ref(), &report, form.once()).await {
        Ok(held) => {
            if is_tried {
                forget_tries(&tries);
            }
            let to = format!("{}?done=sent", path_of(&held.number, &cannot::code(&app, &held)));
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => again(&Problem::of(&visitor, error)?),
    }
}

fn too_many(visitor: &Visitor, field: &str) -> Problem {
    let text = visitor.t("fault-too-many-tries").into_owned();
    Problem { field: Some(field.to_owned()), text, code: "too-many-tries".to_owned() }
}

fn path_of(number: &str, code: &str) -> String {
    format!("/cannot/{number}/{code}")
}

/// The one with this number and code; `None` if there were too many tries.
async fn opened(app: &App, number: &str, code: &str) -> Result<Option<Cannot>, Fault> {
    let tries = format!("cannot {}", number.to_uppercase());
    if !may_try(app, &tries) {
        return Ok(None);
    }
    let held = cannot::find(app, number, code).await?;
    forget_tries(&tries);
    Ok(Some(held))
}

fn stopped(visitor: &Visitor) -> Response {
    let mut problem = too_many(visitor, "");
    problem.field = None;
    stop(visitor, &visitor.t("cannot-title"), &[problem], part::button_link("/", &visitor.t("fault-home")))
}

/// GET `/cannot/{number}/{code}`: where it is, and what was answered.
pub async fn follow(
    State(app): State<App>,
    visitor: Visitor,
    Path((number, code)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let Some(held) = opened(&app, &number, &code).await? else { return Ok(stopped(&visitor)) };
    let said = match asked.done.as_str() {
        "sent" => Some("cannot-done-sent"),
        "again" if held.again.is_some() => Some("cannot-done-again"),
        _ => None,
    };
    Ok(render(&app, &visitor, &held, said, &Form::default(), &[]).into_response())
}

/// POST `/cannot/{number}/{code}`: still not done.
pub async fn again(
    State(app): State<App>,
    visitor: Visitor,
    Path((number, code)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Fault> {
    let Some(held) = opened(&app, &number, &code).await? else { return Ok(stopped(&visitor)) };
    match cannot::still_not_done(&app, &held, form.text("again").trim()).await {
        Ok(()) => {
            let to = format!("{}?done=again", path_of(&held.number, &cannot::code(&app, &held)));
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let found = Problem::of(&visitor, error)?;
            let body = render(&app, &visitor, &held, None, &form, &found);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
        }
    }
}

fn render(app: &App, visitor: &Visitor, held: &Cannot, said: Option<&str>, form: &Form, found: &[Problem]) -> Markup {
    let t = |key: &str| visitor.t(key);
    let code = cannot::code(app, held);
    let link = format!("{}{}", app.config.address.trim_end_matches('/'), path_of(&held.number, &code));
    let body = html! {
        h1 { (t("cannot-title")) @if visitor.drill { " " (badge("plain", &t("drill-data"))) } }
        @if let Some(said) = said { (part::done(&t(said))) }
        (problems(visitor, found))
        (state(app, visitor, held))
        div class="columns" {
            div {
                section class="card" {
                    h2 { (t("cannot-said")) }
                    dl class="facts" {
                        dt { (t("cannot-sent-at")) } dd { (case_page::moment(held.at)) }
                        dt { (t("cannot-wish")) } dd { (held.wish) }
                        dt { (t("cannot-barrier")) } dd { (held.barrier) }
                        @if let Some(number) = &held.receipt { dt { (t("portal-number")) } dd { span class="num" { (number) } } }
                    }
                }
                @for (place, answer) in held.answers.iter().enumerate() {
                    section class="card" {
                        h2 { (t("cannot-answer")) " · " (case_page::moment(answer.at)) }
                        p { strong { (t(&format!("cannot-state-{}", answer.state.name()))) } " · " (office(app, visitor, Some(&answer.org))) }
                        p { (answer.text) }
                        @if !answer.passed_to.is_empty() { p { (visitor.tf("cannot-passed-to", &[("to", &answer.passed_to)])) } }
                    }
                    @if let (0, Some((at, text))) = (place, &held.again) {
                        section class="card" { h2 { (t("cannot-again-said")) " · " (case_page::moment(*at)) } p { (text) } }
                    }
                }
                @if held.closed.is_some() && held.again.is_none() { (again_form(visitor, held, &code, form, found)) }
            }
            aside {
                section class="card" {
                    h2 { (t("portal-ticket")) }
                    dl class="facts" {
                        dt { (t("cannot-number")) } dd { strong class="num" { (held.number) } }
                        dt { (t("portal-code-label")) } dd { strong { (code) } }
                    }
                    (part::qr(&link, &t("cannot-qr")))
                    p class="hint" { (t("cannot-ticket-hint")) }
                    div class="actions no-print" { button class="primary" type="button" data-print hidden { (t("print")) } }
                }
            }
        }
    };
    page(visitor, &t("cannot-title"), body)
}

/// Where it is, who has the next move, until when.
fn state(app: &App, visitor: &Visitor, held: &Cannot) -> Markup {
    let t = |key: &str| visitor.t(key);
    let due = cannot::due(app, held.since());
    let is_open = held.closed.is_none();
    let late = is_open && due.is_late(app.clock.today());
    let last = held.answers.last().map(|answer| format!("cannot-state-{}", answer.state.name()));
    html! {
        div class="state" {
            div {
                span class="what" { (t("state-where")) }
                strong { @if is_open { (t("cannot-waits")) } @else { (t(last.as_deref().unwrap_or("cannot-waits"))) } }
                span { (visitor.tf("cannot-one", &[("number", &held.number)])) }
            }
            div {
                span class="what" { (t("state-who")) }
                strong {
                    @if !is_open { (t("party-nobody")) }
                    @else if held.again.is_some() { (t("cannot-lead-of-windows")) }
                    @else { (office(app, visitor, held.org.as_deref())) }
                }
            }
            @if is_open { div class=(if late { "late" } else { "" }) {
                span class="what" { (t("state-until")) }
                strong { (case_page::date(visitor, &due)) }
                span { (case_page::left(app, visitor, &due)) }
            } }
        }
    }
}

/// The name of an organisation; without one it is any of this place's windows.
fn office(app: &App, visitor: &Visitor, code: Option<&str>) -> String {
    let snapshot = app.directory.now();
    let org = code.and_then(|code| code.parse::<Uscc>().ok()).and_then(|uscc| snapshot.organisations.get(&uscc));
    match org {
        Some(org) => visitor.lang.pick(&org.name, &org.name_en).to_owned(),
        None => visitor.t("cannot-any-window").into_owned(),
    }
}

fn again_form(visitor: &Visitor, held: &Cannot, code: &str, form: &Form, found: &[Problem]) -> Markup {
    let days = limits::CANNOT_ANSWER_DAYS.to_string();
    let hint = visitor.tf("cannot-again-hint", &[("days", &days)]);
    html! {
        section class="card" {
            h2 { (visitor.t("cannot-again-title")) }
            form method="post" action=(path_of(&held.number, code)) novalidate {
                (part::hidden(visitor, ""))
                (textarea("again", &visitor.t("cannot-again-text"), Some(&hint), form.text("again"), problem_at(found, "again")))
                (part::secondary(&visitor.t("cannot-again-do")))
            }
        }
    }
}
