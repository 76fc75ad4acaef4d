//! What waits for this authority, by date; and all it ever had.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::dossier::Hash;

use super::officer;
use crate::app::App;
use crate::service::ServiceError;
use crate::store::{CaseRow, List, Place, day_number};
use crate::web::case_page::{self, applicant_cell, due_cell, key};
use crate::web::catalogue::waiting;
use crate::web::fault::Fault;
use crate::web::network::named;
use crate::web::part::{self, badge};
use crate::web::told;
use crate::web::visitor::Visitor;

/// After which place the two lists are shown, and what was just done.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Pages {
    todo: String,
    all: String,
    done: String,
}

/// The page `/authority`.
pub async fn inbox(State(app): State<App>, visitor: Visitor, Query(pages): Query<Pages>) -> Result<Markup, Fault> {
    let account = officer(&visitor)?;
    let org = account.org.ok_or(ServiceError::Forbidden)?;
    let name =
        app.directory.now().organisations.get(&org).map(|org| visitor.lang.pick(&org.name, &org.name_en).to_owned());
    let asked = waiting::for_authority(&app, &visitor, org);
    let org = org.to_string();
    let (waiting, late) = app.store.count_to_do(&org, day_number(app.clock.today())).await?;
    let (todo_from, all_from) = (Place::parse(&pages.todo), Place::parse(&pages.all));
    let todo = app.store.cases(List::ToDo(&org), todo_from.as_ref()).await?;
    let all = app.store.cases(List::HandledBy(&org), all_from.as_ref()).await?;
    let whose: Vec<Hash> = todo.rows.iter().chain(&all.rows).map(|row| row.applicant).collect();
    let names = app.store.applicant_names(&whose).await?;
    let lists = Lists { app: &app, visitor: &visitor, names };
    let desk = told::desk(&app, &visitor, account, "/authority").await?;
    let body = html! {
        h1 { (visitor.t("authority-title")) }
        @if pages.done == "forward" { (part::done(&visitor.t("authority-done-forward"))) }
        p class="lead" {
            @if let Some(name) = &name { (name) " · " }
            @if waiting == 0 { (visitor.t("authority-nothing")) }
            @else {
                (visitor.tf("authority-count", &[("count", &waiting.to_string())]))
                @if late > 0 { " " (badge("late", &visitor.tf("authority-count-late", &[("count", &late.to_string())]))) }
            }
        }
        (asked)
        (named(&app, &visitor))
        (desk)
        section id="todo" {
            h2 { (visitor.t("authority-todo")) }
            @if todo.rows.is_empty() { (part::note(&visitor.t("authority-todo-empty"))) }
            @else { (lists.list(&visitor.t("authority-todo-caption"), &todo.rows, true)) }
            (part::turn(&visitor, todo_from.is_some(), todo.next.as_ref(), |at| format!("/authority?todo={at}&all={}#todo", pages.all)))
        }
        section id="all" {
            h2 { (visitor.t("authority-all")) }
            @if all.rows.is_empty() { (part::note(&visitor.t("authority-all-empty"))) }
            @else { (lists.list(&visitor.t("authority-all-caption"), &all.rows, false)) }
            (part::turn(&visitor, all_from.is_some(), all.next.as_ref(), |at| format!("/authority?todo={}&all={at}#all", pages.todo)))
        }
    };
    Ok(part::page(&visitor, &visitor.t("authority-title"), body))
}

/// What the rows of both lists need.
struct Lists<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    /// Masked names by the blobs that they come from.
    names: BTreeMap<Hash, String>,
}

impl Lists<'_> {
    fn list(&self, caption: &str, rows: &[CaseRow], own: bool) -> Markup {
        let keys = ["authority-due", "fact-item", "authority-applicant", "authority-from", "authority-step"];
        let heads = keys.map(|key| self.visitor.t(key));
        let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
        let rows: Vec<Vec<Markup>> = rows.iter().map(|row| self.cells(row, own)).collect();
        part::table(caption, &heads, &rows)
    }

    fn cells(&self, row: &CaseRow, own: bool) -> Vec<Markup> {
        let (visitor, lang) = (self.visitor, self.visitor.lang);
        let item = lang.pick(&row.item_name, &row.item_name_en);
        let channel = key("channel", &row.channel);
        vec![
            due_cell(self.app, visitor, row),
            html! {
                a href=(format!("/authority/cases/{}", row.dossier)) { strong { (item) } }
                br; small class="num" { (row.number.as_deref().unwrap_or("—")) }
            },
            applicant_cell(&self.names, row),
            html! { (lang.pick(&row.receiving_name, &row.receiving_name_en)) br; small { (visitor.t(&channel)) } },
            html! {
                (badge(if own { "move" } else { "plain" }, &case_page::row_phase(visitor, row))) br;
                @if own { (visitor.t(&key("step", &row.step))) }
                @else if !matches!(row.step.as_str(), "rate" | "nothing") { small { (next_of(visitor, row)) } }
            },
        ]
    }
}

/// Who has the next move, and what it is, in one line.
fn next_of(visitor: &Visitor, row: &CaseRow) -> String {
    let lang = visitor.lang;
    let party = match row.party.as_str() {
        "receiving" => lang.pick(&row.receiving_name, &row.receiving_name_en).to_owned(),
        "handling" => visitor.t("authority-us").into_owned(),
        _ => visitor.t("party-applicant").into_owned(),
    };
    let step = visitor.t(&key("step", &row.step));
    visitor.tf("authority-next", &[("party", &party), ("step", &step)]).into_owned()
}
