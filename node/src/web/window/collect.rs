//! 就近取件: the holder of a receipt fetches the result at this window, wherever on this node it was taken in. What another node
//! took in is found on that node's own page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use tongban_core::case::{Case, DeliveryWay, Phase};
use tongban_core::ident::Region;

use super::desk::path_of;
use super::{Clerk, Problem, clerk, do_button, problem_of, problems, refused, status_of};
use crate::app::App;
use crate::service::{self, OnceKey, ServiceError};
use crate::web::case_page;
use crate::web::fault::{Fault, form_encode};
use crate::web::form::Form;
use crate::web::part::{self, Field, note, page};
use crate::web::portal::files;
use crate::web::visitor::{Visitor, forget_tries, may_try};

const PAGE: &str = "/window/collect";

/// `GET /window/collect`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    clerk(&app, &visitor)?;
    Ok(view(&app, &visitor, &Form::default(), &[], None, false))
}

/// `POST /window/collect`: looks, opens the document, or says that it was given out.
pub(super) async fn send(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let clerk = clerk(&app, &visitor)?;
    let (number, code) = (form.text("number").trim().to_uppercase(), form.text("code").trim().to_uppercase());
    let again = |key: &str, code: &str| {
        let text = visitor.t(key).into_owned();
        let problem = Problem { field: Some("number".to_owned()), text, code: code.to_owned() };
        let page = view(&app, &visitor, &form, &[problem], None, false);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if let Some(address) = elsewhere(&app, &number) {
        return Ok(away(&visitor, &number, &address).into_response());
    }
    let tries = format!("track {number}");
    if !may_try(&app, &tries) {
        return again("fault-too-many-tries", "too-many-tries");
    }
    let case = match service::found(&app, &clerk.actor, &number, &code).await {
        Err(ServiceError::NotFound) => return again("portal-track-wrong", "case-not-found"),
        found => found?,
    };
    forget_tries(&tries);
    match form.text("do") {
        "open" => {
            let document = case.decision.as_ref().and_then(|made| made.document.as_ref()).ok_or(Fault::NotFound)?;
            files::serve(&app, &case, &document.hash).await
        }
        "give" if is_own(&clerk, &case) => Ok(Redirect::to(&path_of(case.dossier)).into_response()),
        "give" => match service::hand_out(&app, &clerk.actor, case.dossier, &clerk.window, once(&form)).await {
            Ok(()) => {
                let case = service::found(&app, &clerk.actor, &number, &code).await?;
                Ok(view(&app, &visitor, &form, &[], Some((&clerk, &case)), true).into_response())
            }
            Err(error) => {
                let wrong = refused(visitor.lang, error)?;
                Ok((status_of(&wrong), view(&app, &visitor, &form, &wrong, Some((&clerk, &case)), false))
                    .into_response())
            }
        },
        _ => Ok(view(&app, &visitor, &form, &[], Some((&clerk, &case)), false).into_response()),
    }
}

/// Pressed twice it is given out once.
fn once(form: &Form) -> Option<OnceKey> {
    form.once().map(|once| OnceKey::from(format!("{once}:give")))
}

fn is_own(clerk: &Clerk, case: &Case) -> bool {
    case.drafted.receiving.org == clerk.window.uscc
}

/// The address of the node that took it in, by the region with which a receipt number begins; `None` if it is this one.
fn elsewhere(app: &App, number: &str) -> Option<String> {
    let region = Region::parse(number.split('-').next()?).ok()?;
    let serves = |regions: &[Region]| regions.iter().any(|served| *served == region || served.contains(region));
    if serves(&app.config.regions) || serves(&app.config.guests) {
        return None;
    }
    let snapshot = app.directory.now();
    let card = snapshot.current()?.nodes.iter().find(|card| serves(&card.regions))?;
    Some(card.address.clone())
}

fn away(visitor: &Visitor, number: &str, address: &str) -> Markup {
    let link = format!("{}/track?number={}", address.trim_end_matches('/'), form_encode(number));
    let body = html! {
        h1 { (visitor.t("collect-title")) }
        (note(&visitor.t("collect-elsewhere")))
        div class="actions" {
            a class="button primary" href=(link) rel="noopener" { (visitor.t("collect-there")) }
            a class="button" href=(PAGE) { (visitor.t("collect-other")) }
        }
    };
    page(visitor, &visitor.t("collect-title"), body)
}

fn view(
    app: &App,
    visitor: &Visitor,
    form: &Form,
    wrong: &[Problem],
    found: Option<(&Clerk, &Case)>,
    given: bool,
) -> Markup {
    let (number, code) = (visitor.t("portal-number"), visitor.t("portal-code-label"));
    let error = |field: &str| problem_of(wrong, field);
    let body = html! {
        h1 { (visitor.t("collect-title")) }
        p class="lead" { (visitor.t("collect-lead")) }
        (problems(visitor, wrong))
        @if given { (part::done(&visitor.t("collect-done"))) }
        form method="post" action=(PAGE) class="narrow" novalidate {
            (part::hidden(visitor, PAGE))
            (Field::new("number", &number).value(form.text("number")).required().autocomplete("off").autofocus(found.is_none() && wrong.is_empty()).error(error("number")).render(visitor))
            (Field::new("code", &code).value(form.text("code")).required().autocomplete("off").render(visitor))
            div class="actions" { (do_button("primary", "look", Some("F4"), &visitor.t("collect-look"))) a class="button" href="/window" { (visitor.t("nav-window")) } }
            @if let Some((clerk, case)) = found { (result(app, visitor, clerk, case)) }
        }
    };
    page(visitor, &visitor.t("collect-title"), body)
}

/// What there is to fetch, and the buttons for it, in the same form: they send number and code along.
fn result(app: &App, visitor: &Visitor, clerk: &Clerk, case: &Case) -> Markup {
    let lang = visitor.lang;
    let at_window = case.decision.as_ref().is_some_and(|made| made.way == DeliveryWay::Window);
    let waits = case.phase == Phase::Decided && at_window;
    html! {
        section class="card" {
            h2 { (lang.pick(&case.drafted.item.name, &case.drafted.item.name_en)) }
            dl class="facts" {
                dt { (visitor.t("state-where")) } dd { (case_page::phase(visitor, case)) }
                dt { (visitor.t("fact-receiving")) } dd { (case_page::office(visitor, &case.drafted.receiving)) }
                dt { (visitor.t("fact-handling")) } dd { (case_page::office(visitor, &case.drafted.handling)) }
                @if let Some(made) = &case.decision { dt { (visitor.t("authority-number")) } dd { (made.number) } }
            }
            @if case.decision.is_none() { (note(&visitor.t("collect-not-yet"))) }
            @if !case.papers.is_empty() { (part::attention(&visitor.t("collect-papers"))) }
            div class="actions" {
                @if case.decision.as_ref().is_some_and(|made| made.document.is_some()) { (do_button("", "open", None, &visitor.t("window-result-open"))) }
                @if waits {
                    (do_button("primary", "give", Some("F7"), &visitor.t(if is_own(clerk, case) { "collect-own" } else { "window-deliver" })))
                }
            }
            @if waits && !is_own(clerk, case) { p class="hint" { (visitor.t("collect-check-id")) } }
            @if case.phase == Phase::Decided && !at_window { p class="hint" { (visitor.t("collect-online")) } }
        }
        @if app.config.realm == tongban_core::ident::Realm::Drill { p class="hint" { (visitor.t("drill-data")) } }
    }
}
