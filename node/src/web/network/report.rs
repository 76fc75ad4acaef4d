//! The paper's tables, its framework and its difficulties, generated from what is looked at: each judgement with its
//! evidence.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::evidence::{Act, Published};
use tongban_core::network::diagnosis::{Diagnosis, Finding};
use tongban_core::network::facts::Facts;
use tongban_core::network::report::{Period, Scope, report};
use tongban_core::rule::WhyNot;

use super::ask::{Ask, Asked};
use super::{STAFF, beside, desk, evidence, facts, name, relation};
use crate::app::App;
use crate::limits;
use crate::network::evidence::{Stood, add_speakers, diagnoses};
use crate::network::known::when;
use crate::network::{Document, report as words};
use crate::service::evidence::{keeps, published, record};
use crate::service::{OnceKey, ServiceError};
use crate::text::Lang;
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{button_link, hidden, note, page, primary, table};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/report";

/// GET `/network/report`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(&app).await?);
    let Made { facts, document, named, asserted, is_as_saved } = make(&app, asked.clone(), &visitor).await;
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
        section id="published" { h2 { (visitor.t("evidence-stood")) } (stood(&app, &visitor, &asked, &asserted)) }
        section id="evidence" { h2 { (visitor.t("network-evidence")) } (evidence(&app, &visitor, &asked, &facts, &named)) }
    };
    Ok(page(&visitor, &title, body))
}

/// POST `/network/report`: the coordination office publishes one of the diagnoses that are asserted of what is looked at.
pub(super) async fn publish(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    form: Form,
) -> Result<Response, Fault> {
    let account = visitor.must_be(&STAFF)?;
    if !keeps(&app, account) {
        return Err(Fault::Forbidden);
    }
    // What is published is what the facts say now, not what the form says that they said.
    let asked = Arc::new(ask.read(&app).await?);
    if asked.ask.is_narrowed() {
        return Err(ServiceError::from(WhyNot::new("diagnosis-narrowed")).into());
    }
    let asserted = make(&app, asked, &visitor).await.asserted;
    let meant = asserted.into_iter().find(|one| which(one) == form.text("which"));
    let gone = || ServiceError::from(WhyNot::new("diagnosis-not-asserted"));
    let diagnosis = Box::new(meant.ok_or_else(gone)?);
    let once = form.once().map(OnceKey::from);
    record(&app, account, vec![Act::DiagnosisPublished { diagnosis }], once).await?;
    Ok(Redirect::to(&format!("{}?done=publish#diagnoses", evidence::PAGE)).into_response())
}

/// By what a form calls a diagnosis.
fn which(one: &Published) -> String {
    serde_json::to_string(&one.names()).unwrap_or_default()
}

/// A report, and what it is made of.
struct Made {
    facts: Facts,
    document: Document,
    /// Numbers of the facts that it names.
    named: BTreeSet<u32>,
    /// Its asserted diagnoses, as they can be published.
    asserted: Vec<Published>,
    /// Whether the facts are those of the file that can be saved, so that they have the same numbers.
    is_as_saved: bool,
}

/// Makes it: of the node's own ties by the day, unless there are too many; what nodes tell is by the month.
async fn make(app: &App, asked: Arc<Asked>, visitor: &Visitor) -> Made {
    let (app, lang) = (app.clone(), visitor.lang);
    let making = move || {
        let is_as_saved = asked.is_whole() || app.network.count(&asked.select) <= limits::NETWORK_REPORT_DAILY;
        let mut facts = asked.facts(&app, &asked.select, !is_as_saved);
        add_speakers(&mut facts, &app.directory.now());
        // What was counted by the month stands on its first day.
        let first = |day: Date| if facts.by_month { day.first_of_month() } else { day };
        let scope = Scope { from: asked.select.from.map(first), until: asked.select.until, ..Scope::default() };
        let report = report(&facts, &scope);
        let diagnoses = words::diagnoses(&facts, &report);
        let named = words::named(&report, &diagnoses);
        let document = words::document(&facts, &report, &diagnoses, lang);
        let is_asserted = |one: &&Diagnosis| one.finding == Finding::Asserted;
        let today = app.clock.today();
        let as_published = |period: Period| {
            diagnoses.iter().filter(is_asserted).map(|one| published(&facts, period, today, one)).collect()
        };
        let asserted = report.period.map_or_else(Vec::new, as_published);
        Made { facts, document, named, asserted, is_as_saved }
    };
    beside(making).await
}

/// The asserted diagnoses: which an office stands by, with what parties reply, and the way to publish one.
fn stood(app: &App, visitor: &Visitor, asked: &Asked, asserted: &[Published]) -> Markup {
    let snapshot = app.directory.now();
    let is_kept = visitor.account.as_ref().is_some_and(|account| keeps(app, account));
    let all = diagnoses(&snapshot);
    let address = asked.ask.address(PAGE);
    let of = |one: &Published| -> Vec<Stood<'_>> {
        all.iter().filter(|stood| stood.diagnosis.what.names() == one.names()).copied().collect()
    };
    let days = |one: &Published| {
        let (from, until) = (one.from.to_string(), one.until.to_string());
        visitor.tf("evidence-diagnosis-days", &[("from", &from), ("until", &until)]).into_owned()
    };
    html! {
        p { (visitor.t("evidence-stood-lead")) " " a href=(evidence::PAGE) { (visitor.t("evidence-title")) } }
        @if asserted.is_empty() { (note(&visitor.t("evidence-stood-none"))) }
        @for one in asserted {
            @let held = of(one);
            div class="card" {
                h3 { (visitor.lang.pick(&one.says, &one.says_en)) }
                @for stood in &held {
                    p { (visitor.t("evidence-published")) " " (days(&stood.diagnosis.what)) }
                    (evidence::replies(visitor, &snapshot, stood))
                }
                @if held.is_empty() { p class="hint" { (visitor.t("evidence-not-published")) } }
                @if is_kept && asked.ask.is_narrowed() { p class="hint" { (visitor.t("why-diagnosis-narrowed")) } }
                @else if is_kept && !held.iter().any(|stood| stood.diagnosis.what.is_about_the_same(one)) {
                    details class="no-print" {
                        summary { (visitor.t("evidence-do-publish")) }
                        p { (visitor.t("evidence-publish-hint")) }
                        p { (days(one)) }
                        ul { @for figure in figures(visitor, one) { li { (figure) } } }
                        form method="post" action=(address) {
                            (hidden(visitor, &address))
                            input type="hidden" name="which" value=(which(one));
                            (primary(&visitor.t("evidence-do-publish")))
                        }
                    }
                }
            }
        }
    }
}

fn figures<'a>(visitor: &Visitor, one: &'a Published) -> &'a [String] {
    if visitor.lang == Lang::En { &one.figures_en } else { &one.figures }
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
