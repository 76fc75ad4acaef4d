//! The paper's tables, its framework and its difficulties, generated from what is looked at: each judgement with its
//! evidence.

use std::sync::Arc;

use axum::extract::{Query, State};
use maud::{Markup, html};
use tongban_core::network::facts::Facts;
use tongban_core::network::report::{Scope, report};

use super::ask::{Ask, Asked};
use super::{STAFF, beside, desk, facts, name, relation};
use crate::app::App;
use crate::network::{Document, report as words};
use crate::web::fault::Fault;
use crate::web::part::{button_link, page, table};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/report";

/// GET `/network/report`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(&app)?);
    let (facts, document, named) = make(&app, asked.clone(), &visitor).await;
    let title = visitor.t("network-report");
    let body = html! {
        h1 { (document.title) }
        ul class="lead" { @for line in &document.lead { li { (line) } } }
        p class="buttons no-print" {
            (button_link(&asked.ask.address(desk::PAGE), &visitor.t("network-back")))
            (button_link(&Ask { format: "facts".to_owned(), ..asked.ask.clone() }.address(super::export::PAGE), &visitor.t("network-save-facts")))
            button type="button" data-print hidden { (visitor.t("print")) }
        }
        @for section in &document.sections { (section.html()) }
        section id="evidence" { h2 { (visitor.t("network-evidence")) } (evidence(&visitor, &asked, &facts, &named)) }
    };
    Ok(page(&visitor, &title, body))
}

/// Makes it.
async fn make(app: &App, asked: Arc<Asked>, visitor: &Visitor) -> (Facts, Document, Vec<u32>) {
    let (app, lang) = (app.clone(), visitor.lang);
    let making = move || {
        let facts = asked.facts(&app, &asked.select, true);
        let scope = Scope { from: asked.select.from, until: asked.select.until, ..Scope::default() };
        let report = report(&facts, &scope);
        let diagnoses = words::diagnoses(&facts, &report);
        let named = words::named(&report, &diagnoses).into_iter().collect();
        let document = words::document(&facts, &report, &diagnoses, lang);
        (facts, document, named)
    };
    beside(making).await
}

/// The facts that are named, by their numbers; each opens what it counts.
fn evidence(visitor: &Visitor, asked: &Asked, facts: &Facts, named: &[u32]) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    let heads = [
        "network-number",
        "network-when",
        "network-by",
        "network-relation",
        "network-towards",
        "network-kind",
        "network-opens",
    ]
    .map(t);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let row = |number: &u32| {
        let fact = facts.facts.get(*number as usize)?;
        let (from, to) = (facts.actors.get(fact.from as usize)?, facts.actors.get(fact.to as usize)?);
        let last = fact.day.last_of_month();
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
            html! { (fact.day.strftime("%Y-%m").to_string()) },
            html! { (name(visitor, from)) },
            html! { (relation(visitor, fact.relation)) },
            html! { (name(visitor, to)) },
            facts::kind(visitor, fact.relation, &fact.code),
            html! { a href=(opens.address(facts::PAGE)) { (visitor.tf("network-times", &[("count", &count)])) } },
        ])
    };
    let rows: Vec<Vec<Markup>> = named.iter().filter_map(row).collect();
    html! { @if rows.is_empty() { p { (t("network-facts-none")) } } @else { (table(&t("network-evidence-caption"), &heads, &rows)) } }
}
