//! The applicant's page of a case: where it is, what to do now, what was said, who looked.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::case::{Case, Channel, Decision, DeliveryWay, Outcome, Party, Phase, Returned};
use tongban_core::dossier::DossierId;

use super::{Problem, dossier, draft, own_actor, problems, rating};
use crate::app::App;
use crate::service::{Actor, CaseView, tracking_code};
use crate::store::AccessRow;
use crate::web::case_page;
use crate::web::fault::{Fault, form_encode};
use crate::web::form::Form;
use crate::web::part::{self, attention, done, note, page};
use crate::web::visitor::Visitor;
use crate::web::{notice, papers, person, told};

/// What the address of a case carries.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct CaseQuery {
    /// What was just done.
    #[serde(default)]
    done: String,
    /// 1 if a form that was kept is to be shown again.
    #[serde(default)]
    kept: String,
}

/// What was just done, as it may stand in an address.
const DONE: [&str; 8] = ["opened", "saved", "removed", "sent", "corrected", "withdrawn", "rated", "changed"];

/// What a page says beside the case itself.
#[derive(Debug, Default)]
pub struct Aside {
    /// What was just done.
    pub done: String,
    /// What stands in the way.
    pub problems: Vec<Problem>,
    /// What was typed.
    pub form: Form,
    /// What was typed before the session ended.
    pub restored: bool,
    /// Some files of the form were kept, although something else stands in the way.
    pub kept_files: bool,
}

/// GET `/my/{id}`.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<CaseQuery>,
) -> Result<Markup, Fault> {
    let actor = own_actor(&visitor)?;
    let id = dossier(&id)?;
    let mut aside = Aside { done: query.done, ..Aside::default() };
    if query.kept == "1"
        && let Actor::Account(account) = &actor
        && let Some((path, fields)) = app.store.kept_form(account.id, app.clock.now().0).await?
        && path == format!("/my/{id}")
    {
        app.store.drop_kept_form(account.id, app.clock.now().0).await?;
        (aside.form, aside.restored) = (Form::from_kept(&fields), true);
    }
    render(&app, &visitor, &actor, id, &aside).await
}

/// The page of a case.
pub async fn render(
    app: &App,
    visitor: &Visitor,
    actor: &Actor,
    id: DossierId,
    aside: &Aside,
) -> Result<Markup, Fault> {
    let view = CaseView::read(app, actor, id, "case").await?;
    let accesses = app.store.accesses(id).await?;
    let comments = rating::comments(app, &view.case).await?;
    if let Actor::Account(account) = actor {
        app.store.see_notices(account.id, id, app.clock.now()).await?;
    }
    let (sent, switch) = (told::sent(app, visitor, id).await?, told::switch(app, visitor, id).await?);
    let case = &view.case;
    let t = |key: &str| visitor.t(key);
    let title = visitor.lang.pick(&case.drafted.item.name, &case.drafted.item.name_en);
    let drafting = draft::may_mend(case);
    // Right after sending, number and code stand where the eye is, on a small screen too.
    let just_sent = aside.done == "sent";
    let body = html! {
        h1 { (title) }
        @if aside.problems.is_empty() && DONE.contains(&aside.done.as_str()) { (done(&t(&format!("portal-done-{}", aside.done)))) }
        @if aside.restored { (note(&t("kept-restored"))) }
        (problems(visitor, &aside.problems))
        (case_page::news(visitor, &view, &format!("/my/{id}")))
        (case_page::state(app, visitor, &view, Some(Party::Applicant)))
        @if aside.kept_files { (done(&t("portal-draft-kept"))) }
        (case_page::part_of(visitor, case))
        (case_page::parts(visitor, &view, "/my", Party::Applicant))
        div class="columns" {
            div {
                @if just_sent { (ticket(app, visitor, case)) }
                @if let Some(returned) = case.returns.last().filter(|_| case.phase == Phase::Returned) { (sent_back(visitor, case, returned)) }
                @if let Some(refused) = &case.not_accepted { (not_accepted(visitor, refused)) }
                @if let Some(decision) = &case.decision { (decided(visitor, case, decision)) }
                @if drafting { (draft::materials_form(visitor, &view, &aside.problems)) }
                @if case.phase == Phase::CorrectionAsked { (draft::correction_form(app, visitor, &view, aside)) }
                (rating::section(visitor, case, &comments, aside))
                @if !drafting { section { h2 { (t("portal-case-materials")) } (case_page::materials(visitor, &view)) } }
                (papers::section(app, visitor, &view, Party::Applicant))
                section { h2 { (t("portal-timeline")) } (case_page::timeline(visitor, &view)) }
            }
            aside {
                @if !just_sent { (ticket(app, visitor, case)) }
                section class="card" { h2 { (t("portal-case-facts")) } (case_page::facts(visitor, case)) }
                section class="card" { h2 { (t("portal-particulars")) } (case_page::particulars(visitor, &view)) (person::form(visitor, &view, &format!("/my/{id}"), &aside.form, |field| super::problem_at(&aside.problems, field))) }
                (looked(app, visitor, id, &accesses))
                (copies(app, visitor, case))
                (sent) (switch)
                @if case.number.is_some() { section class="card" { (notice::links(visitor, case)) } }
                (take_along(visitor, case))
                (cannot(visitor, case))
                (withdraw(visitor, case))
            }
        }
    };
    Ok(page(visitor, title, body))
}

/// Receipt number, tracking code, QR code.
fn ticket(app: &App, visitor: &Visitor, case: &Case) -> Markup {
    let Some(number) = &case.number else { return html! {} };
    let code = tracking_code(app, case.dossier);
    let address = format!("{}/t/{number}/{code}", app.config.address.trim_end_matches('/'));
    html! {
        section class="card" {
            h2 { (visitor.t("portal-ticket")) }
            dl class="facts" {
                dt { (visitor.t("portal-number")) } dd { strong { (number) } }
                dt { (visitor.t("portal-code-label")) } dd { strong { (code) } }
            }
            (part::qr(&address, &visitor.t("portal-qr")))
            p class="hint" { (visitor.t("portal-ticket-hint")) }
        }
    }
}

fn reason_text(visitor: &Visitor, code: &str) -> Markup {
    html! {
        @if !code.is_empty() {
            p { strong { (visitor.t(&format!("reason-{code}"))) } }
            p { (case_page::reason_todo(visitor, code)) }
        }
    }
}

fn sent_back(visitor: &Visitor, case: &Case, returned: &Returned) -> Markup {
    let way = match case.drafted.channel {
        Channel::Online => "portal-returned-online",
        Channel::Window => "portal-returned-window",
    };
    html! {
        section class="card" {
            h2 { (visitor.t("portal-returned")) }
            (reason_text(visitor, &returned.reason))
            @if !returned.note.is_empty() { p { (returned.note) } }
            (attention(&visitor.t(way)))
        }
    }
}

fn not_accepted(visitor: &Visitor, refused: &Returned) -> Markup {
    html! {
        section class="card" {
            h2 { (visitor.t("phase-not-accepted")) }
            (reason_text(visitor, &refused.reason))
            p { (refused.note) }
            p class="note" { (visitor.t("portal-remedies")) }
        }
    }
}

fn decided(visitor: &Visitor, case: &Case, decision: &Decision) -> Markup {
    let t = |key: &str| visitor.t(key);
    let granted = decision.outcome == Outcome::Granted;
    let receiving = &case.drafted.receiving;
    html! {
        section class="card" {
            h2 { (t(if granted { "portal-granted" } else { "portal-refused" })) }
            @if !granted { (reason_text(visitor, &decision.reason)) }
            @if !decision.note.is_empty() { p { (decision.note) } }
            p { (visitor.tf("line-decision-number", &[("number", &decision.number)])) }
            @if let Some(document) = &decision.document {
                div class="actions" {
                    a class="button primary" href=(format!("/cases/{}/files/{}", case.dossier, document.hash)) { (t("portal-open-result")) }
                    span class="muted" { (case_page::size(document.size)) }
                }
            }
            @if decision.way == DeliveryWay::Window {
                p { (visitor.tf("portal-fetch-at", &[("window", visitor.lang.pick(&receiving.name, &receiving.name_en)), ("phone", &receiving.phone)])) }
            }
            @if decision.way == DeliveryWay::Courier {
                @match &case.posted {
                    Some((at, courier)) => p { (visitor.tf("portal-posted", &[("date", &at.date().to_string()), ("company", &courier.company), ("number", &courier.number)])) },
                    None => p { (t("portal-to-be-posted")) },
                }
            }
            @if !granted { p class="note" { (t("portal-remedies")) } }
        }
    }
}

/// Who looked at my data on this node, and the way to all who did.
fn looked(app: &App, visitor: &Visitor, id: DossierId, accesses: &[AccessRow]) -> Markup {
    let rows = accesses.iter().map(|row| (row.at, row.org.as_str(), row.staff.as_str(), row.what.as_str()));
    html! {
        section class="card" {
            h2 { (visitor.t("portal-looked")) }
            @if accesses.is_empty() { p { (visitor.t("portal-looked-nobody")) } }
            (super::looked::lines(app, visitor, rows))
            p class="hint" { (visitor.t("portal-looked-hint")) }
            p { a class="button" href=(format!("/my/{id}/looked")) { (visitor.t("portal-looked-all")) } }
        }
    }
}

/// How long the receiving place keeps its copies, or when it erased them.
fn copies(app: &App, visitor: &Visitor, case: &Case) -> Markup {
    let text = match (case.erased, case.keep_until(app.calendar)) {
        (Some(at), _) => visitor.tf("portal-erased", &[("date", &at.date().to_string())]),
        (None, Some(until)) => visitor.tf("portal-kept-until", &[("date", &until.to_string())]),
        (None, None) => return html! {},
    };
    html! { section class="card" { h2 { (visitor.t("portal-copies")) } p { (text) } } }
}

/// The whole case as a file that anyone can check.
fn take_along(visitor: &Visitor, case: &Case) -> Markup {
    if case.number.is_none() {
        return html! {};
    }
    html! {
        section class="card" {
            h2 { (visitor.t("portal-export")) }
            p { (visitor.t("portal-export-text")) }
            p { a class="button" href=(format!("/cases/{}/export", case.dossier)) download { (visitor.t("portal-export-do")) } }
            p class="hint" { (visitor.t("portal-export-safe")) }
            details {
                summary { (visitor.t("portal-export-how")) }
                p { (visitor.t("portal-export-check")) br; code { "tongban verify" } }
            }
        }
    }
}

/// Whom to tell if it does not go on.
fn cannot(visitor: &Visitor, case: &Case) -> Markup {
    let Some(number) = &case.number else { return html! {} };
    html! {
        section class="card no-print" {
            h2 { (visitor.t("cannot-link")) }
            p { (visitor.t("cannot-case-hint")) }
            p { a class="button" href=(format!("/cannot?case={}", form_encode(number))) { (visitor.t("cannot-case-do")) } }
        }
    }
}

fn withdraw(visitor: &Visitor, case: &Case) -> Markup {
    if case.phase.is_over() || case.decision.is_some() {
        return html! {};
    }
    let path = format!("/my/{}", case.dossier);
    html! {
        section class="card" {
            h2 { (visitor.t("portal-withdraw")) }
            details {
                summary { (visitor.t("portal-withdraw-open")) }
                p { (visitor.t("portal-withdraw-text")) }
                form method="post" action=(path) {
                    (part::hidden(visitor, &path))
                    button class="danger" type="submit" name="do" value="withdraw" { (visitor.t("portal-withdraw-do")) }
                }
            }
        }
    }
}
