//! The receipt (收件告知单), for one sheet of A4.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use tongban_core::case::{Act, Case, Phase};
use tongban_core::dossier::{Moment, Role};

use super::desk::{id_of, path_of};
use super::{clerk, do_button, keys};
use crate::app::App;
use crate::service::{CaseView, Line, tracking_code};
use crate::web::case_page;
use crate::web::fault::Fault;
use crate::web::part::{self, page, table};
use crate::web::visitor::Visitor;

/// The page `/window/cases/{id}/receipt`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Fault> {
    let clerk = clerk(&app, &visitor)?;
    let id = id_of(&id)?;
    let view = CaseView::read(&app, &clerk.actor, id, "receipt").await?;
    let Some(number) = view.case.number.clone() else {
        return Ok(Redirect::to(&path_of(id)).into_response());
    };
    let title = visitor.t("window-receipt-title");
    let body = html! {
        h1 { (title) @if visitor.drill { " " (part::badge("plain", &visitor.t("drill-data"))) } }
        div class="no-print" {
            @if view.case.phase == Phase::TakenIn { (part::done(&visitor.tf("window-receipt-done", &[("number", &number)]))) }
            (actions(&visitor, &view.case))
            noscript { p class="hint" { (visitor.t("window-print-hint")) } }
        }
        (sheet(&app, &visitor, &view, &number))
        p class="no-print" { a class="button" href=(path_of(id)) { (visitor.t("window-receipt-back")) } }
        (keys(&visitor, true))
    };
    Ok(page(&visitor, &title, body).into_response())
}

/// Printing and handing over are one press each.
fn actions(visitor: &Visitor, case: &Case) -> Markup {
    let handling = &case.drafted.handling;
    let authority = visitor.lang.pick(&handling.name, &handling.name_en);
    html! {
        form class="actions" method="post" action=(format!("{}/hand-over", path_of(case.dossier))) {
            (part::hidden(visitor, &path_of(case.dossier)))
            button class="primary" type="button" data-print hidden data-key="F8" aria-keyshortcuts="F8" { (visitor.t("print")) " " kbd { "F8" } }
            @if matches!(case.phase, Phase::TakenIn | Phase::Returned) {
                (do_button("primary", "hand-over", Some("F9"), &visitor.tf("window-hand-over", &[("authority", authority)])))
            }
        }
    }
}

fn sheet(app: &App, visitor: &Visitor, view: &CaseView, number: &str) -> Markup {
    let lang = visitor.lang;
    let case = &view.case;
    let drafted = &case.drafted;
    let code = tracking_code(app, case.dossier);
    let link = format!("{}/t/{number}/{code}", app.config.address);
    let authority = lang.pick(&drafted.handling.name, &drafted.handling.name_en);
    let staff = view.lines.iter().rev().find(|line| matches!(line.act, Some(Act::TakenIn { .. })));
    let staff = staff.and_then(|line| line.by.staff.clone()).unwrap_or_default();
    html! {
        p { strong { (visitor.tf("state-number", &[("number", number)])) } }
        // A window with the right may have accepted already; otherwise the paper must not look like an acceptance.
        @if let Some(at) = accepted_here(view) { p class="attention" { (visitor.tf("window-receipt-accepted", &[("date", &at.date().to_string())])) } }
        @else { p class="attention" { (visitor.tf("window-receipt-not-accepted", &[("authority", authority)])) } }
        div class="columns" {
            dl class="facts" {
                dt { (visitor.t("fact-item")) } dd { (lang.pick(&drafted.item.name, &drafted.item.name_en)) }
                @if let Some(applicant) = &view.applicant {
                    dt { (visitor.t("fact-name")) } dd { (applicant.name) }
                    dt { (visitor.t("fact-id")) } dd { (applicant.masked_number()) }
                }
                @if let Some(at) = case.taken_in { dt { (visitor.t("window-receipt-at")) } dd { (case_page::moment(at)) } }
                dt { (visitor.t("fact-receiving")) } dd { (case_page::office(visitor, &drafted.receiving)) }
                dt { (visitor.t("window-receipt-staff")) } dd { (staff) }
                dt { (visitor.t("fact-handling")) } dd { (case_page::office(visitor, &drafted.handling)) }
                dt { (visitor.t("fact-permit")) } dd { (case_page::permit(lang, &drafted.permit)) @if !drafted.permit.document.is_empty() { " · " (drafted.permit.document) } }
                dt { (visitor.t("fact-limits")) } dd { (visitor.tf("fact-limits-value", &[("promised", &case_page::limit(lang, drafted.item.promised)), ("statutory", &case_page::limit(lang, drafted.item.statutory))])) }
                dt { (visitor.t("window-receipt-next")) }
                dd {
                    (case_page::party_name(lang, case, view.next.party)) " · " (visitor.t(&case_page::key("step", view.next.step.name())))
                    @if let Some(due) = &view.next.due { " · " (visitor.t("state-until")) " " (case_page::date(visitor, &due.deadline)) }
                }
            }
            div {
                (part::qr(&link, &visitor.t("window-receipt-qr")))
                p { (visitor.t("window-receipt-code")) " " strong { (code) } }
                p class="hint" { (visitor.tf("window-receipt-track", &[("link", &format!("{}/track", app.config.address))])) }
            }
        }
        (materials(visitor, case))
        @if accepted_here(view).is_none() && matches!(case.phase, Phase::TakenIn | Phase::HandedOver) { p { (visitor.tf("window-receipt-then", &[("authority", authority)])) } }
        div class="print-only" { p { (visitor.t("window-receipt-sign")) } }
    }
}

/// When this window itself accepted, by agreement.
fn accepted_here(view: &CaseView) -> Option<Moment> {
    let accepted = |line: &&Line| matches!(line.act, Some(Act::Accepted)) && line.by.role == Role::Clerk;
    view.case.accepted.and_then(|_| view.lines.iter().find(accepted)).map(|line| line.at)
}

/// Every material of the list: how it was checked, why it is not needed, or that it may follow.
fn materials(visitor: &Visitor, case: &Case) -> Markup {
    let lang = visitor.lang;
    let rows: Vec<Vec<Markup>> = case
        .drafted
        .item
        .materials
        .iter()
        .map(|rule| {
            let held: Vec<_> = case.materials.iter().filter(|attached| attached.material == rule.key).collect();
            let waived = case.waived.iter().find(|(key, _)| *key == rule.key);
            let how = match (held.first(), waived) {
                (Some(first), _) => case_page::check_name(lang, first.check),
                (None, Some((_, because))) => visitor.tf("material-waived", &[("because", because)]).into_owned(),
                (None, None) => visitor.t("window-receipt-later").into_owned(),
            };
            let name = lang.pick(&rule.name, &rule.name_en);
            vec![html! { (name) }, html! { (held.len()) }, html! { (how) }]
        })
        .collect();
    let heads =
        [visitor.t("window-receipt-material"), visitor.t("window-receipt-files"), visitor.t("window-receipt-how")];
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    table(&visitor.t("window-receipt-materials"), &heads, &rows)
}
