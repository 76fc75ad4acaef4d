//! The applicant's own cases.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::own_actor;
use crate::app::App;
use crate::service::Actor;
use crate::store::{CasePage, CaseRow, List, Place};
use crate::web::case_page::{self, step};
use crate::web::fault::Fault;
use crate::web::part::{self, badge, page, table};
use crate::web::told;
use crate::web::visitor::Visitor;

#[derive(Default, Deserialize)]
pub struct Paging {
    #[serde(default)]
    after: String,
}

/// GET `/my`.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(paging): Query<Paging>) -> Result<Response, Fault> {
    let account = match own_actor(&visitor)? {
        // Who came with a receipt has one case.
        Actor::Tracker(id) => return Ok(Redirect::to(&format!("/my/{id}")).into_response()),
        Actor::Account(account) => account,
        Actor::Department(_) => return Err(Fault::Forbidden),
    };
    let from = Place::parse(&paging.after);
    let CasePage { rows, next } = app.store.cases(List::OwnedBy(account.id), from.as_ref()).await?;
    let t = |key: &str| visitor.t(key);
    let heads = [t("fact-item"), t("state-where"), t("state-who"), t("state-until"), t("portal-number")];
    let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
    let today = app.clock.today().to_string();
    let cells: Vec<Vec<Markup>> = rows.iter().map(|row| cells(&visitor, row, &today)).collect();
    let body = html! {
        h1 { (t("portal-my-title")) }
        (told::unseen(&app, &visitor, &account).await?)
        @if rows.is_empty() {
            p { (t("portal-my-none")) }
        } @else {
            (table(&t("portal-my-table"), &heads, &cells))
        }
        (part::turn(&visitor, from.is_some(), next.as_ref(), |at| format!("/my?after={at}")))
        p { a class="button primary" href="/" { (t("portal-my-new")) } }
    };
    Ok(page(&visitor, &t("portal-my-title"), body).into_response())
}

fn cells(visitor: &Visitor, row: &CaseRow, today: &str) -> Vec<Markup> {
    let lang = visitor.lang;
    let name = lang.pick(&row.item_name, &row.item_name_en);
    let handling = lang.pick(&row.handling_name, &row.handling_name_en);
    let who = match row.party.as_str() {
        "applicant" => badge("move", &visitor.t("state-you")),
        "receiving" => html! { (lang.pick(&row.receiving_name, &row.receiving_name_en)) },
        "handling" => html! { (handling) },
        _ => html! { (visitor.t("party-nobody")) },
    };
    let due = html! {
        @match row.due {
            Some(due) => {
                @let due = day(due);
                @if due.as_str() < today { (badge("late", &due)) } @else { (due) }
                @if row.provisional { " " (badge("plain", &visitor.t("date-provisional"))) }
            }
            None => "—",
        }
    };
    vec![
        html! { a href=(format!("/my/{}", row.dossier)) { (name) } br; span class="muted" { (handling) } },
        html! { (case_page::row_phase(visitor, row)) br; span class="muted" { (step(visitor, row.party == "applicant", &row.step)) } },
        who,
        due,
        html! { @match &row.number { Some(number) => span class="num" { (number) }, None => (visitor.t("portal-no-number")) } },
    ]
}

/// A date that is kept as yyyymmdd.
fn day(number: i64) -> String {
    format!("{:04}-{:02}-{:02}", number / 10_000, number / 100 % 100, number % 100)
}
