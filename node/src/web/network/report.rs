//! The paper's tables, its framework and its difficulties, generated from what is looked at: each judgement with its
//! evidence.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Query, State};
use maud::{Markup, html};
use tongban_core::network::facts::Facts;
use tongban_core::network::report::{Scope, report};

use super::ask::{Ask, Asked};
use super::{STAFF, beside, desk, facts, name, relation};
use crate::app::App;
use crate::limits;
use crate::network::known::when;
use crate::network::{Document, report as words};
use crate::web::fault::Fault;
use crate::web::part::{button_link, page, table};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/report";

/// GET `/network/report`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(&app)?);
    let Made { facts, document, named, is_as_saved } = make(&app, asked.clone(), &visitor).await;
    let title = visitor.t("network-report");
    let body = html! {
        h1 { (document.title) }
        ul class="lead" {
            @for line in &document.lead { li { (line) } }
            li { (visitor.t(if is_as_saved { "network-report-as-saved" } else { "network-report-not-as-saved" })) }
        }
        p class="buttons no-print" {
            (button_link(&asked.ask.address(desk::PAGE), &visitor.t("network-back")))
            (button_link(&Ask { format: "facts".to_owned(), ..asked.ask.clone() }.address(super::export::PAGE), &visitor.t("network-save-facts")))
            button type="button" data-print hidden { (visitor.t("print")) }
        }
        @for section in &document.sections { (section.html()) }
        section id="evidence" { h2 { (visitor.t("network-evidence")) } (evidence(&app, &visitor, &asked, &facts, &named)) }
    };
    Ok(page(&visitor, &title, body))
}

/// What came of it.
struct Made {
    facts: Facts,
    document: Document,
    named: BTreeSet<u32>,
    /// Whether the facts are those of the file that can be saved, so that they have the same numbers.
    is_as_saved: bool,
}

/// Makes it: of the node's own ties by the day, unless there are too many; what nodes tell is by the month.
async fn make(app: &App, asked: Arc<Asked>, visitor: &Visitor) -> Made {
    let (app, lang) = (app.clone(), visitor.lang);
    let making = move || {
        let is_as_saved = asked.is_whole() || app.network.count(&asked.select) <= limits::NETWORK_REPORT_DAILY;
        let facts = asked.facts(&app, &asked.select, !is_as_saved);
        let scope = Scope { from: asked.select.from, until: asked.select.until, ..Scope::default() };
        let report = report(&facts, &scope);
        let diagnoses = words::diagnoses(&facts, &report);
        let named = words::named(&report, &diagnoses);
        let document = words::document(&facts, &report, &diagnoses, lang);
        Made { facts, document, named, is_as_saved }
    };
    beside(making).await
}

/// The facts that are named, by their numbers; each opens what it counts.
fn evidence(app: &App, visitor: &Visitor, asked: &Asked, facts: &Facts, named: &BTreeSet<u32>) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    let heads = [
        "network-number",
        "network-when",
        "network-by",
        "network-relation",
        "network-towards",
        "network-item",
        "network-kind",
        "network-opens",
    ]
    .map(t);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let row = |number: &u32| {
        let fact = facts.facts.get(*number as usize)?;
        let (from, to) = (facts.actors.get(fact.from as usize)?, facts.actors.get(fact.to as usize)?);
        let last = if facts.by_month { fact.day.last_of_month() } else { fact.day };
        let opens = Ask {
            from: fact.day.to_string(),
            until: last.to_string(),
            relation: fact.relation.name().to_owned(),
            item: fact.item.clone(),
            by: from.actor.to_string(),
            towards: to.actor.to_string(),
            code: fact.code.clone(),
            after: 0,
            ..asked.ask.clone()
        };
        let count = fact.count.to_string();
        Some(vec![
            html! { span id=(format!("f{number}")) { (number) } },
            html! { (when(facts, fact)) },
            html! { (name(visitor, from)) },
            html! { (relation(visitor, fact.relation)) },
            html! { (name(visitor, to)) },
            facts::item(app, visitor, &fact.item),
            facts::kind(visitor, fact.relation, &fact.code),
            html! { a href=(opens.address(facts::PAGE)) { (visitor.tf("network-times", &[("count", &count)])) } },
        ])
    };
    let rows: Vec<Vec<Markup>> = named.iter().filter_map(row).collect();
    html! { @if rows.is_empty() { p { (t("network-facts-none")) } } @else { (table(&t("network-evidence-caption"), &heads, &rows)) } }
}
