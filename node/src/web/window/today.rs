//! What is to be done today.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::dossier::Moment;

use super::{Clerk, clerk, joined, key_link, keys};
use crate::app::App;
use crate::limits;
use crate::store::{CaseRow, List, day_number};
use crate::web::case_page::key;
use crate::web::fault::Fault;
use crate::web::part::{attention, badge, note, page, table};
use crate::web::visitor::Visitor;

/// From which row each list is shown.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging {
    todo: String,
    mine: String,
}

fn offset(text: &str) -> i64 {
    text.parse().unwrap_or(0).clamp(0, 1_000_000)
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
    let (todo_from, mine_from) = (offset(&paging.todo), offset(&paging.mine));
    let todo = app.store.cases(List::ToDo(&org), todo_from).await?;
    let mine = app.store.cases(List::TakenInBy(&org), mine_from).await?;
    let silent = silent_peers(&app, &visitor, &clerk);
    let (count_text, late_text) = (count.to_string(), late.to_string());
    let body = html! {
        h1 { (visitor.t("nav-window")) }
        p class="lead" {
            (visitor.lang.pick(&clerk.window.name, &clerk.window.name_en)) " · "
            (visitor.tf("window-count", &[("count", &count_text)]))
            @if late > 0 { " " (badge("late", &visitor.tf("window-count-late", &[("count", &late_text)]))) }
        }
        p { (key_link("button primary", "/window/new", "F2", &visitor.t("window-new-one"))) }
        @if !silent.is_empty() { (attention(&visitor.tf("window-silent", &[("peers", &joined(visitor.lang, &silent))]))) }
        section {
            h2 { (visitor.t("window-todo")) }
            @if todo.is_empty() { (note(&visitor.t("window-todo-none"))) } @else { (rows(&visitor, "window-todo-caption", &todo, today)) }
            (pages(&visitor, "todo", todo_from, todo.len(), ("mine", mine_from)))
        }
        section {
            h2 { (visitor.t("window-mine")) }
            @if mine.is_empty() { (note(&visitor.t("window-mine-none"))) } @else { (rows(&visitor, "window-mine-caption", &mine, today)) }
            (pages(&visitor, "mine", mine_from, mine.len(), ("todo", todo_from)))
        }
        (keys(&visitor, false))
    };
    Ok(page(&visitor, &visitor.t("nav-window"), body))
}

fn rows(visitor: &Visitor, caption: &str, cases: &[CaseRow], today: i64) -> Markup {
    let lang = visitor.lang;
    let shown = cases.iter().take(usize::try_from(limits::PAGE_ROWS).unwrap_or(usize::MAX));
    let rows: Vec<Vec<Markup>> = shown
        .map(|row| {
            let yours = row.party == "receiving";
            vec![
                html! {
                    a href=(format!("/window/cases/{}", row.dossier)) {
                        (lang.pick(&row.item_name, &row.item_name_en))
                        br; @match &row.number { Some(number) => (number), None => { (visitor.t("window-no-number")) " · " (Moment(row.begun)) } }
                    }
                },
                html! { (lang.pick(&row.handling_name, &row.handling_name_en)) },
                html! { (visitor.t(&key("phase", &row.phase))) },
                html! {
                    @if yours { (badge("move", &visitor.t(&key("step", &row.step)))) }
                    @else { (who(visitor, row)) " · " (visitor.t(&key("step", &row.step))) }
                },
                due(visitor, row, today),
            ]
        })
        .collect();
    let heads = ["window-head-case", "fact-handling", "window-head-phase", "window-head-step", "window-head-due"];
    let heads: Vec<_> = heads.iter().map(|head| visitor.t(head)).collect();
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    table(&visitor.t(caption), &heads, &rows)
}

fn who(visitor: &Visitor, row: &CaseRow) -> String {
    match row.party.as_str() {
        "handling" => visitor.lang.pick(&row.handling_name, &row.handling_name_en).to_owned(),
        "applicant" => visitor.t("party-applicant").into_owned(),
        _ => visitor.t("party-nobody").into_owned(),
    }
}

fn due(visitor: &Visitor, row: &CaseRow, today: i64) -> Markup {
    let Some(due) = row.due else { return html! { (visitor.t("state-no-date")) } };
    let date = format!("{:04}-{:02}-{:02}", due / 10_000, due / 100 % 100, due % 100);
    html! {
        time datetime=(date) { (date) }
        @if row.provisional { " " (badge("plain", &visitor.t("date-provisional"))) }
        @if due < today { " " (badge("late", &visitor.t("window-late"))) }
        @else if due == today { " " (badge("move", &visitor.t("left-today"))) }
    }
}

/// Earlier and later rows of one list; the other list stays where it is.
fn pages(visitor: &Visitor, name: &str, from: i64, found: usize, other: (&str, i64)) -> Markup {
    let more = i64::try_from(found).unwrap_or(0) > limits::PAGE_ROWS;
    let link = |from: i64| format!("/window?{name}={from}&{}={}", other.0, other.1);
    html! {
        @if from > 0 || more {
            nav class="pages" aria-label=(visitor.t("window-pages")) {
                @if from > 0 { a class="button" href=(link((from - limits::PAGE_ROWS).max(0))) { (visitor.t("page-prev")) } }
                @if more { a class="button" href=(link(from + limits::PAGE_ROWS)) { (visitor.t("page-next")) } }
            }
        }
    }
}

/// Places that cannot be reached right now, by their names for people.
fn silent_peers(app: &App, visitor: &Visitor, clerk: &Clerk) -> Vec<String> {
    let now = app.clock.now().0;
    let cards = clerk.snapshot.current().into_iter().flat_map(|list| &list.nodes);
    cards
        // A node that serves no region handles nothing of a window.
        .filter(|card| card.node != app.config.node && !card.regions.is_empty())
        .filter(|card| {
            let heard = app.peers.state(&card.node).asked;
            heard.is_none_or(|heard| now - heard.0 > limits::PEER_SILENT_MS)
        })
        .map(|card| visitor.lang.pick(&card.name, &card.name_en).to_owned())
        .collect()
}
