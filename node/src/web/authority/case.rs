//! The case on one page.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::case::{Act, Case, Channel, Leg, Party};
use tongban_core::dossier::{By, Role};
use tongban_core::mechanism::{Basis, permit};

use super::{Move, case_id, decider, may_decide, section};
use crate::app::App;
use crate::service::{Actor, CaseView, ServiceError};
use crate::web::case_page::{self, facts, materials, particulars, state, timeline};
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::law::beside;
use crate::web::part;
use crate::web::visitor::Visitor;
use crate::web::{notice, papers};

/// What an officer had typed into one of the forms, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Filled {
    /// Which form; none if the page is fresh.
    pub step: Option<Move>,
    /// What was typed.
    pub form: Form,
    /// Field (if one is meant) and sentence.
    pub errors: Vec<(Option<String>, String)>,
    /// Code of the refusal.
    pub code: String,
    /// It was typed before the session ended.
    pub kept: bool,
}

impl Filled {
    /// What stands in a field of a form: what was typed, or else a proposal.
    pub fn value<'a>(&'a self, step: Move, field: &str, proposal: &'a str) -> &'a str {
        if self.step == Some(step) { self.form.text(field) } else { proposal }
    }

    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(wrong, _)| wrong.as_deref() == Some(field)).map(|(_, text)| text.as_str())
    }
}

/// Everything that the parts of the page need.
pub struct Desk<'a> {
    /// The node.
    pub app: &'a App,
    /// The officer.
    pub visitor: &'a Visitor,
    /// In which capacity the officer speaks.
    pub by: By,
    /// The case.
    pub view: &'a CaseView,
    /// What was typed.
    pub filled: &'a Filled,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    form: String,
    done: String,
    kept: u8,
}

/// The page `/authority/cases/{id}`.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let account = decider(&visitor)?;
    let id = case_id(&id)?;
    let mut filled = Filled { step: Move::from_name(&ask.form), ..Filled::default() };
    let now = app.clock.now().0;
    let kept = if ask.kept == 1 { app.store.kept_form(account.id, now).await? } else { None };
    match kept.filter(|(path, _)| path.starts_with(&format!("/authority/cases/{id}?"))) {
        Some((_, fields)) => {
            filled.form = Form::from_kept(&fields);
            filled.kept = true;
            app.store.drop_kept_form(account.id, now).await?;
        }
        None => filled.step = None,
    }
    let actor = visitor.must_act()?;
    let view = CaseView::read(&app, &actor, id, "case").await?;
    may_decide(account, &view.case)?;
    page(&app, &visitor, &actor, &view, &filled, Move::from_name(&ask.done)).map(IntoResponse::into_response)
}

/// The page again, with what is wrong on top and everything that was typed.
pub fn again(app: &App, visitor: &Visitor, actor: &Actor, view: &CaseView, filled: &Filled) -> Result<Response, Fault> {
    let page = page(app, visitor, actor, view, filled, None)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn page(
    app: &App,
    visitor: &Visitor,
    actor: &Actor,
    view: &CaseView,
    filled: &Filled,
    done: Option<Move>,
) -> Result<Markup, Fault> {
    let case = &view.case;
    let by = actor.by().ok_or(ServiceError::Forbidden)?;
    let own = if by.role == Role::Clerk { Party::Receiving } else { Party::Handling };
    let desk = Desk { app, visitor, by, view, filled };
    let possible = section::possible(&desk);
    let is_decided = case.decision.is_some() || case.not_accepted.is_some();
    let heading = match possible.iter().any(|step| !step.is_rare()) {
        true => "authority-moves",
        false if is_decided => "authority-outcome",
        false => "authority-no-moves",
    };
    let errors: Vec<(Option<&str>, String)> =
        filled.errors.iter().map(|(field, text)| (field.as_deref(), text.clone())).collect();
    let title = visitor.lang.pick(&case.drafted.item.name, &case.drafted.item.name_en).to_owned();
    let body = html! {
        @if own == Party::Receiving { p class="no-print" { a href=(format!("/window/cases/{}", case.dossier)) { (visitor.t("window-receipt-back")) } } }
        @else { p class="no-print" { a href="/authority" { (visitor.t("authority-back")) } } }
        h1 { (title) }
        @if !errors.is_empty() {
            (part::error_summary(visitor, &errors))
            p class="code" { (visitor.tf("authority-code", &[("code", &filled.code)])) }
        }
        @if filled.kept { (part::note(&visitor.t("kept-restored"))) }
        @if let Some(done) = done { (part::done(&visitor.t(&format!("authority-done-{}", done.name())))) }
        (beside::open(visitor, &app.directory.now(), &case.drafted.item.key))
        (state(app, visitor, view, Some(own)))
        @if !view.same.is_empty() { (part::attention(&visitor.tf("same-matter", &[("numbers", &visitor.lang.joined(&view.same))]))) }
        (case_page::part_of(visitor, case))
        (case_page::parts(visitor, view, "/authority/cases", Party::Handling))
        (case_page::pre_check(visitor, case, own))
        (case_page::bad_ratings(visitor, case, Leg::Handling, &format!("/authority/cases/{}/rating", case.dossier)))
        @if !possible.is_empty() { p class="no-print" { a href="#moves" { (visitor.t("authority-to-moves")) } } }
        div class="columns" {
            div {
                section { h2 { (visitor.t("authority-materials")) } (materials(visitor, view)) (asked_before(visitor, case)) }
                (papers::section(app, visitor, view, own))
                (notice::links(visitor, case))
                section { h2 { (visitor.t("authority-applicant")) } (particulars(visitor, view)) }
                section { h2 { (visitor.t("authority-intake")) } (facts(visitor, case)) (intake(&desk)) }
                section { h2 { (visitor.t("authority-timeline")) } (timeline(visitor, view)) }
            }
            section id="moves" { h2 { (visitor.t(heading)) } (result(&desk)) (section::moves(&desk, &possible)) }
        }
    };
    Ok(part::page(visitor, &title, body))
}

/// What was asked for in the one correction, beside what came.
fn asked_before(visitor: &Visitor, case: &Case) -> Markup {
    let Some(correction) = &case.correction else { return html! {} };
    html! {
        h3 { (visitor.tf("authority-asked", &[("date", &correction.asked.date().to_string())])) }
        ul {
            @for wanted in &correction.wanted {
                li { (visitor.lang.labelled(case_page::material_name(visitor.lang, case, &wanted.material), &wanted.what)) }
            }
        }
    }
}

/// Who took it in and by which right, and whether this node knows of that right by itself.
fn intake(desk: &Desk<'_>) -> Markup {
    let (visitor, case) = (desk.visitor, &desk.view.case);
    let drafted = &case.drafted;
    let rights = &drafted.permit.rights;
    let staff = desk.view.lines.iter().rev().find(|line| matches!(line.act, Some(Act::TakenIn { .. })));
    let staff = staff.and_then(|line| line.by.staff.clone());
    let named = [
        (rights.accept, "right-accept"),
        (rights.notify_once, "right-notify-once"),
        (rights.verify_originals, "right-verify-originals"),
        (rights.deliver, "right-deliver"),
        (rights.decide, "right-decide"),
    ];
    let named: Vec<_> = named.iter().filter(|(given, _)| *given).map(|(_, key)| visitor.t(key)).collect();
    html! {
        dl class="facts" {
            dt { (visitor.t("authority-channel")) }
            dd {
                (visitor.t(match drafted.channel { Channel::Window => "channel-window", Channel::Online => "channel-online" }))
                @if let Some(staff) = staff { " · " (visitor.tf("authority-staff", &[("staff", &staff)])) }
            }
            @if !drafted.permit.document.is_empty() { dt { (visitor.t("authority-document")) } dd { (drafted.permit.document) } }
            dt { (visitor.t("authority-rights")) }
            dd { @if named.is_empty() { (visitor.t("authority-rights-none")) } @else { (visitor.lang.joined(&named)) } }
        }
        (known_here(desk))
    }
}

/// The case carries its permit; this node compares it with the mechanisms that it knows itself.
fn known_here(desk: &Desk<'_>) -> Markup {
    let (visitor, drafted) = (desk.visitor, &desk.view.case.drafted);
    // A part goes under the permit of the whole.
    if drafted.part_of.is_some() {
        return html! {};
    }
    let claimed = &drafted.permit;
    let snapshot = desk.app.directory.now();
    let day = desk.view.case.begun.date();
    let here = permit(&snapshot.mechanisms, &drafted.item.key, drafted.receiving.region, drafted.handling.region, day);
    let version = claimed.version.to_string();
    match here {
        Ok(known) if known == *claimed && known.basis == Basis::WithinProvince => html! {},
        Ok(known) if known == *claimed => part::done(&visitor.tf("authority-permit-known", &[("version", &version)])),
        Ok(known) => {
            let name = visitor.lang.pick(&known.name, &known.name_en);
            let known = known.version.to_string();
            let values = [("claimed", version.as_str()), ("name", name), ("version", known.as_str())];
            part::attention(&visitor.tf("authority-permit-other", &values))
        }
        Err(_) => part::attention(&visitor.t("authority-permit-unknown")),
    }
}

/// The result, once there is one.
fn result(desk: &Desk<'_>) -> Markup {
    let (visitor, case) = (desk.visitor, &desk.view.case);
    if case.decision.is_none() && case.not_accepted.is_none() {
        return html! {};
    }
    let document = case.decision.as_ref().and_then(|made| made.document.as_ref());
    html! {
        h3 { (visitor.t("authority-result")) }
        ul {
            @if let Some(document) = document {
                li {
                    a href=(format!("/cases/{}/files/{}", case.dossier, document.hash)) { (visitor.t("authority-result-file")) }
                    " · " (case_page::size(document.size))
                }
            }
            li { a href=(format!("/authority/cases/{}/decision", case.dossier)) { (visitor.t("authority-result-print")) } }
        }
    }
}
