//! Originals on paper: who has them now, what can be done with them, and the list to print. The same for the window and
//! for the authority.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use tongban_core::case::{Act, Case, Courier, Hands, Kept, Paper, Party, Whereabouts};
use tongban_core::dossier::DossierId;

use super::case_page;
use super::fault::{Fault, sentences};
use super::form::Form;
use super::part::{self, Field, badge, check, note, page, table, textarea};
use super::visitor::Visitor;
use crate::app::App;
use crate::service::{self, CaseView, OnceKey};
use crate::store::AccountRole;

/// Routes.
pub fn router() -> Router<App> {
    Router::new().route("/cases/{id}/papers", get(list)).route("/cases/{id}/papers", post(send))
}

/// Where a paper is, in words.
fn whereabouts(visitor: &Visitor, case: &Case, at: &Whereabouts) -> Markup {
    let name = |hands: Hands| match hands {
        Hands::Receiving => case_page::party_name(visitor.lang, case, Party::Receiving),
        Hands::Handling => case_page::party_name(visitor.lang, case, Party::Handling),
        Hands::Applicant => case_page::party_name(visitor.lang, case, Party::Applicant),
    };
    match at {
        Whereabouts::With { hands } => html! { (name(*hands)) },
        Whereabouts::OnTheWay { from, to, courier } => {
            let (from, to) = (name(*from), name(*to));
            let values = [("from", &*from), ("to", &*to), ("company", &*courier.company), ("number", &*courier.number)];
            html! { (visitor.tf("paper-on-the-way", &values)) }
        }
        Whereabouts::Lost { by, note } => html! {
            (badge("late", &visitor.t("paper-lost"))) " " (visitor.tf("paper-lost-by", &[("by", &name(*by))])) " · " (note)
        },
    }
}

/// A line for each: beside everything else on a case's page there is no room for a table.
fn lines(visitor: &Visitor, app: &App, case: &Case) -> Markup {
    html! {
        p class="hint" { (visitor.t("papers-caption")) }
        ul class="checklist" {
            @for kept in &case.papers {
                li {
                    strong { (visitor.tf("line-paper", &[("what", &kept.paper.what), ("count", &kept.paper.count.to_string())])) }
                    br; (whereabouts(visitor, case, &kept.at))
                    br; small { (visitor.t("paper-since")) " " (case_page::moment(kept.since)) }
                    @if let Some(due) = case.post_until(kept, app.calendar) {
                        br; small { (visitor.t("paper-post-until")) " " (case_page::date(visitor, &due)) }
                    }
                }
            }
        }
    }
}

fn rows(visitor: &Visitor, app: &App, case: &Case) -> Markup {
    let rows: Vec<Vec<Markup>> = case
        .papers
        .iter()
        .map(|kept| {
            let due = case.post_until(kept, app.calendar);
            vec![
                html! { (kept.paper.what) },
                html! { (kept.paper.count) },
                html! {
                    (whereabouts(visitor, case, &kept.at))
                    @if let Some(due) = due { br; small { (visitor.t("paper-post-until")) " " (case_page::date(visitor, &due)) } }
                },
                case_page::moment(kept.since),
            ]
        })
        .collect();
    let heads = ["paper-what", "paper-count", "paper-where", "paper-since"].map(|head| visitor.t(head));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    table(&visitor.t("papers-caption"), &heads, &rows)
}

/// The part of a case's page that is about paper; `own` is whose page it is.
pub fn section(app: &App, visitor: &Visitor, view: &CaseView, own: Party) -> Markup {
    let case = &view.case;
    let hands = match own {
        Party::Receiving => Hands::Receiving,
        Party::Handling => Hands::Handling,
        _ => Hands::Applicant,
    };
    let may_take = hands != Hands::Applicant && case.number.is_some() && !case.phase.is_over();
    if case.papers.is_empty() && !may_take {
        return html! {};
    }
    let path = format!("/cases/{}/papers", case.dossier);
    html! {
        section id="papers" class="card" {
            h2 { (visitor.t("papers-title")) }
            @if !case.papers.is_empty() {
                (lines(visitor, app, case))
                p class="no-print" { a class="button" href=(path) { (visitor.t("papers-print")) } }
            }
            @if hands != Hands::Applicant {
                @let here: Vec<&Kept> = case.papers.iter().filter(|kept| kept.is_with(hands)).collect();
                @let coming: Vec<&Kept> = case.papers.iter().filter(|kept| kept.way().is_some_and(|(from, to)| to == hands || from == hands)).collect();
                @if !here.is_empty() { (held(visitor, &path, hands, &here)) }
                @if !coming.is_empty() { (on_the_way(visitor, &path, hands, &coming)) }
                @if may_take { (taking(visitor, &path)) }
            }
        }
    }
}

fn boxes(kept: &[&Kept]) -> Markup {
    html! { @for one in kept { (check("paper", &one.paper.key, &one.paper.what, kept.len() == 1)) } }
}

/// What is in hand: post it on, or give it back.
fn held(visitor: &Visitor, path: &str, hands: Hands, kept: &[&Kept]) -> Markup {
    let (company, number) = (visitor.t("paper-company"), visitor.t("paper-number"));
    let other = if hands == Hands::Receiving { "handling" } else { "receiving" };
    html! {
        details {
            summary { (visitor.t("papers-held")) }
            form method="post" action=(path) {
                (part::hidden(visitor, path))
                fieldset { legend { (visitor.t("papers-which")) } (boxes(kept)) }
                (Field::new("company", &company).render(visitor))
                (Field::new("parcel", &number).render(visitor))
                div class="actions" {
                    button class="primary" type="submit" name="do" value=(format!("send-{other}")) { (visitor.t(&format!("paper-send-{other}"))) }
                    button type="submit" name="do" value="send-applicant" { (visitor.t("paper-send-applicant")) }
                    button type="submit" name="do" value="given" { (visitor.t("paper-given")) }
                }
            }
        }
    }
}

/// What a courier has: it arrived, or it was lost.
fn on_the_way(visitor: &Visitor, path: &str, hands: Hands, kept: &[&Kept]) -> Markup {
    let arrives = kept
        .iter()
        .any(|one| one.way().is_some_and(|(from, to)| to == hands || to == Hands::Applicant && from == hands));
    html! {
        details open[arrives] {
            summary { (visitor.t("papers-on-the-way")) }
            form method="post" action=(path) {
                (part::hidden(visitor, path))
                fieldset { legend { (visitor.t("papers-which")) } (boxes(kept)) }
                @if arrives {
                    div class="actions" { button class="primary" type="submit" name="do" value="arrived" { (visitor.t("paper-arrived")) } }
                }
                (textarea("lost_note", &visitor.t("paper-lost-note"), None, "", None))
                div class="actions" { button class="danger" type="submit" name="do" value="lost" { (visitor.t("paper-lost-do")) } }
            }
        }
    }
}

/// Taking originals that are left.
fn taking(visitor: &Visitor, path: &str) -> Markup {
    let (what, count) = (visitor.t("paper-take-what"), visitor.t("paper-count"));
    let hint = visitor.t("paper-take-hint");
    html! {
        details {
            summary { (visitor.t("paper-take")) }
            form method="post" action=(path) {
                (part::hidden(visitor, path))
                (Field::new("what", &what).hint(&hint).required().render(visitor))
                (Field::new("count", &count).inputmode("numeric").value("1").render(visitor))
                (check("send", "1", &visitor.t("paper-take-send"), false))
                div class="actions" { button type="submit" name="do" value="take" { (visitor.t("paper-take-do")) } }
            }
        }
    }
}

/// The page on which a person of this role works with the case.
fn page_of(visitor: &Visitor, id: DossierId) -> Result<String, Fault> {
    let account = visitor.must_be(&[AccountRole::Clerk, AccountRole::Officer])?;
    Ok(match account.role {
        AccountRole::Officer => format!("/authority/cases/{id}"),
        _ => format!("/window/cases/{id}"),
    })
}

/// `POST /cases/{id}/papers`: one of the buttons.
async fn send(State(app): State<App>, visitor: Visitor, Path(id): Path<String>, form: Form) -> Result<Response, Fault> {
    let id: DossierId = id.parse().map_err(|_| Fault::NotFound)?;
    let back = page_of(&visitor, id)?;
    let actor = visitor.must_act()?;
    let papers: Vec<String> = form.all("paper").map(str::to_owned).collect();
    let courier =
        Courier { company: form.text("company").trim().to_owned(), number: form.text("parcel").trim().to_owned() };
    let wish = form.text("do");
    let act = match wish {
        "take" => {
            let key = format!("p{}", tongban_core::dossier::suite::hex(&rand::random::<[u8; 4]>()));
            let what = form.text("what").trim().to_owned();
            let count = form.text("count").trim().parse().unwrap_or(0);
            Act::PapersTaken { papers: vec![Paper { key, what, count, send: form.text("send") == "1" }] }
        }
        "send-handling" => Act::PapersSent { papers, to: Hands::Handling, courier },
        "send-receiving" => Act::PapersSent { papers, to: Hands::Receiving, courier },
        "send-applicant" => Act::PapersSent { papers, to: Hands::Applicant, courier },
        "arrived" => Act::PapersArrived { papers },
        "given" => Act::PapersGiven { papers },
        "lost" => Act::PapersLost { papers, note: form.text("lost_note").trim().to_owned() },
        _ => return Err(Fault::FormMalformed),
    };
    match service::act(&app, &actor, id, vec![act], Vec::new(), form.once().map(OnceKey::from)).await {
        Ok(_) => Ok(Redirect::to(&format!("{back}#papers")).into_response()),
        Err(error @ (service::ServiceError::NotFound | service::ServiceError::Forbidden)) => Err(error.into()),
        Err(error) => {
            let code = error.code();
            let lines = sentences(visitor.lang, &error);
            let lines: Vec<(Option<&str>, String)> = lines.into_iter().map(|(_, text)| (None, text)).collect();
            let title = visitor.t("papers-title");
            let body = html! {
                h1 { (title) }
                (part::error_summary(&visitor, &lines))
                p { (visitor.t("papers-wrong")) }
                p class="code" { (visitor.tf("window-code", &[("code", &code)])) }
                p { a class="button primary" href=(format!("{back}#papers")) { (visitor.t("papers-back")) } }
            };
            Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page(&visitor, &title, body)).into_response())
        }
    }
}

/// `GET /cases/{id}/papers`: the hand-over list, for one sheet of A4.
async fn list(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Markup, Fault> {
    let id: DossierId = id.parse().map_err(|_| Fault::NotFound)?;
    let back = page_of(&visitor, id)?;
    let view = CaseView::read(&app, &visitor.must_act()?, id, "papers").await?;
    let case = &view.case;
    let title = visitor.t("papers-list");
    let lang = visitor.lang;
    let body = html! {
        h1 { (title) @if visitor.drill { " " (badge("plain", &visitor.t("drill-data"))) } }
        @if let Some(number) = &case.number { p { strong { (visitor.tf("state-number", &[("number", number)])) } } }
        dl class="facts" {
            dt { (visitor.t("fact-item")) } dd { (lang.pick(&case.drafted.item.name, &case.drafted.item.name_en)) }
            @if let Some(applicant) = &view.applicant { dt { (visitor.t("fact-name")) } dd { (applicant.name) } }
            dt { (visitor.t("fact-receiving")) } dd { (case_page::office(&visitor, &case.drafted.receiving)) }
            dt { (visitor.t("fact-handling")) } dd { (case_page::office(&visitor, &case.drafted.handling)) }
        }
        @if case.papers.is_empty() { (note(&visitor.t("papers-none"))) } @else { (rows(&visitor, &app, case)) }
        div class="print-only" { p { (visitor.t("papers-sign")) } }
        div class="actions no-print" {
            button class="primary" type="button" data-print hidden { (visitor.t("print")) }
            a class="button" href=(format!("{back}#papers")) { (visitor.t("papers-back")) }
        }
        noscript { p class="hint no-print" { (visitor.t("window-print-hint")) } }
    };
    Ok(page(&visitor, &title, body))
}
