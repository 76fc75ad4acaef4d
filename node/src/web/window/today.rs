//! What is to be done today.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::dossier::{Hash, Moment};

use super::{Clerk, clerk, key_link, keys};
use crate::app::App;
use crate::store::{CaseRow, List, Place, day_number};
use crate::web::case_page::{self, applicant_cell, due_cell, key};
use crate::web::fault::Fault;
use crate::web::network::named;
use crate::web::part::{self, attention, badge, note, page, table};
use crate::web::told;
use crate::web::visitor::Visitor;

/// After which place each list is shown.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging {
    todo: String,
    mine: String,
}

/// The page `/window`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(paging): Query<Paging>,
) -> Result<Markup, Fault> {
    let clerk = clerk(&app, &visitor)?;
    let org = clerk.window.uscc.to_string();
    let today = day_number(app.clock.today());
    let (count, late) = app.store.count_to_do(&org, today).await?;
    let (todo_from, mine_from) = (Place::parse(&paging.todo), Place::parse(&paging.mine));
    let todo = app.store.cases(List::ToDo(&org), todo_from.as_ref()).await?;
    let mine = app.store.cases(List::TakenInBy(&org), mine_from.as_ref()).await?;
    let whose: Vec<Hash> = todo.rows.iter().chain(&mine.rows).map(|row| row.applicant).collect();
    let names = app.store.applicant_names(&whose).await?;
    let silent = silent_peers(&app, &visitor, &clerk);
    let cannot = app.store.count_cannots(&org).await?.to_string();
    let (count_text, late_text) = (count.to_string(), late.to_string());
    let account = visitor.account.as_ref().ok_or(Fault::Forbidden)?;
    let desk = told::desk(&app, &visitor, account, "/window").await?;
    let body = html! {
        h1 { (visitor.t("nav-window")) }
        p class="lead" {
            (visitor.lang.pick(&clerk.window.name, &clerk.window.name_en)) " · "
            (visitor.tf("window-count", &[("count", &count_text)]))
            @if late > 0 { " " (badge("late", &visitor.tf("window-count-late", &[("count", &late_text)]))) }
        }
        p class="buttons" {
            (key_link("button primary", "/window/new", "F2", &visitor.t("window-new-one")))
            a class="button" href="/window/lists" { (visitor.t("lists-title")) }
            a class="button" href="/window/collect" { (visitor.t("collect-link")) }
            a class="button" href="/window/cannot" { (visitor.tf("cannot-desk-count", &[("count", &cannot)])) }
        }
        @if !silent.is_empty() { (attention(&visitor.tf("window-silent", &[("peers", &visitor.lang.joined(&silent))]))) }
        (desk)
        (named(&app, &visitor))
        section {
            h2 { (visitor.t("window-todo")) }
            @if todo.rows.is_empty() { (note(&visitor.t("window-todo-none"))) } @else { (rows(&app, &visitor, "window-todo-caption", &todo.rows, &names)) }
            (part::turn(&visitor, todo_from.is_some(), todo.next.as_ref(), |at| format!("/window?todo={at}&mine={}", paging.mine)))
        }
        section {
            h2 { (visitor.t("window-mine")) }
            @if mine.rows.is_empty() { (note(&visitor.t("window-mine-none"))) } @else { (rows(&app, &visitor, "window-mine-caption", &mine.rows, &names)) }
            (part::turn(&visitor, mine_from.is_some(), mine.next.as_ref(), |at| format!("/window?todo={}&mine={at}", paging.todo)))
        }
        (keys(&visitor, false))
    };
    Ok(page(&visitor, &visitor.t("nav-window"), body))
}

fn rows(app: &App, visitor: &Visitor, caption: &str, cases: &[CaseRow], names: &BTreeMap<Hash, String>) -> Markup {
    let lang = visitor.lang;
    let rows: Vec<Vec<Markup>> = cases
        .iter()
        .map(|row| {
            let yours = row.party == "receiving";
            vec![
                html! {
                    a href=(format!("/window/cases/{}", row.dossier)) {
                        (lang.pick(&row.item_name, &row.item_name_en))
                        br; @match &row.number { Some(number) => span class="num" { (number) }, None => { (visitor.t("window-no-number")) " · " (Moment(row.begun)) } }
                    }
                },
                applicant_cell(names, row),
                html! { (lang.pick(&row.handling_name, &row.handling_name_en)) },
                html! { (case_page::row_phase(visitor, row)) },
                html! {
                    @if yours { (badge("move", &visitor.t(&key("step", &row.step)))) }
                    @else if row.party == "nobody" { (visitor.t("party-nobody")) }
                    @else { (who(visitor, row)) " · " (visitor.t(&key("step", &row.step))) }
                },
                due_cell(app, visitor, row),
            ]
        })
        .collect();
    let heads = [
        "window-head-case",
        "window-applicant",
        "fact-handling",
        "window-head-phase",
        "window-head-step",
        "window-head-due",
    ];
    let heads: Vec<_> = heads.iter().map(|head| visitor.t(head)).collect();
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    table(&visitor.t(caption), &heads, &rows)
}

fn who(visitor: &Visitor, row: &CaseRow) -> String {
    match row.party.as_str() {
        "handling" => visitor.lang.pick(&row.handling_name, &row.handling_name_en).to_owned(),
        _ => visitor.t("party-applicant").into_owned(),
    }
}

/// Places that cannot be reached right now, by their names for people.
fn silent_peers(app: &App, visitor: &Visitor, clerk: &Clerk) -> Vec<String> {
    let cards = clerk.snapshot.current().into_iter().flat_map(|list| &list.nodes);
    cards
        // A node that serves no region handles nothing of a window.
        .filter(|card| card.node != app.config.node && !card.regions.is_empty())
        .filter(|card| app.is_silent(&card.node))
        .map(|card| visitor.lang.pick(&card.name, &card.name_en).to_owned())
        .collect()
}
