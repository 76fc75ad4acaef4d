//! What the desk shows first: how organisations hang together, who stands between others, who sends back most.

use std::sync::Arc;

use axum::extract::{Query, State};
use maud::{Markup, html};
use tongban_core::network::brokerage::Roles;
use tongban_core::network::tie::Relation;

use super::ask::{Ask, Asked};
use super::{STAFF, beside, change, evidence, export, facts, figure, name, picture, relation, report};
use crate::app::App;
use crate::network::known::profile;
use crate::network::sight::{Broker, Returner, Sight};
use crate::web::fault::Fault;
use crate::web::part::{self, Choice, Field, button_link, note, page, primary, select, table};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network";

/// GET `/network`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(&app).await?);
    let sight = look(&app, asked.clone()).await;
    let t = |key: &str| visitor.t(key).into_owned();
    let is_empty = sight.organisations.is_empty();
    let body = html! {
        h1 { (t("network-title")) }
        p class="lead" { (t(if asked.is_whole() { "network-lead-whole" } else { "network-lead-own" })) }
        (choose(&app, &visitor, &asked))
        @if is_empty { (note(&t(if asked.is_whole() { "network-none-whole" } else { "network-none-own" }))) } @else {
            (figures(&visitor, &asked, &sight))
            (brokers(&visitor, &asked, &sight))
            (returners(&visitor, &asked, &sight))
        }
        section class="no-print" {
            h2 { (t("network-further")) }
            p class="buttons" {
                (button_link(&asked.ask.address(facts::PAGE), &t("network-facts-all")))
                (button_link(&asked.ask.address(picture::PAGE), &t("network-picture")))
                (button_link(&asked.ask.address(report::PAGE), &t("network-report")))
                (button_link(&further_back(&asked).address(change::PAGE), &t("change-title")))
                (button_link("/network/digests", &t("digest-title")))
                (button_link(evidence::PAGE, &t("evidence-title")))
                @for format in export::FORMATS {
                    (button_link(&Ask { format: (*format).to_owned(), ..asked.ask.clone() }.address(export::PAGE), &t(&format!("network-save-{format}"))))
                }
            }
        }
    };
    Ok(page(&visitor, &t("network-title"), body))
}

/// The same without days: change is looked for further back.
fn further_back(asked: &Asked) -> Ask {
    Ask { from: String::new(), until: String::new(), ..asked.ask.clone() }
}

/// Looks; what was looked at before, and has not changed since, is there at once.
async fn look(app: &App, asked: Arc<Asked>) -> Arc<Sight> {
    let key = asked.look(app);
    if let Some(kept) = app.sights.kept(&key) {
        return kept;
    }
    let snapshot = app.directory.now();
    let (app_there, there) = (app.clone(), asked.clone());
    let looking = move || Sight::of(there.source(&app_there), &there.select, |actor| profile(&snapshot, actor));
    let sight = Arc::new(beside(looking).await);
    app.sights.keep(key, sight.clone());
    sight
}

/// Which ties are looked at.
fn choose(app: &App, visitor: &Visitor, asked: &Asked) -> Markup {
    html! {
        form class="card row" method="get" action=(PAGE) {
            (fields(app, visitor, asked))
            (primary(&visitor.t("network-look")))
        }
    }
}

/// The fields by which ties are chosen.
pub(super) fn fields(app: &App, visitor: &Visitor, asked: &Asked) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    let snapshot = app.directory.now();
    let ask = &asked.ask;
    let of =
        [Choice { value: "own", label: t("network-of-own") }, Choice { value: "whole", label: t("network-of-whole") }];
    let any = || Choice { value: "", label: t("network-any") };
    let relations: Vec<Choice<'_>> = std::iter::once(any())
        .chain(Relation::ALL.iter().map(|one| Choice { value: one.name(), label: relation(visitor, *one) }))
        .collect();
    let items: Vec<Choice<'_>> =
        std::iter::once(any())
            .chain(snapshot.items.iter().map(|item| Choice {
                value: &item.key,
                label: visitor.lang.pick(&item.name, &item.name_en).to_owned(),
            }))
            .collect();
    let subjects = [
        any(),
        Choice { value: "person", label: t("network-person") },
        Choice { value: "enterprise", label: t("network-enterprise") },
    ];
    html! {
        (select("of", &t("network-of"), &of, &ask.of))
        (Field::new("from", &t("network-from")).kind("date").value(&ask.from).render(visitor))
        (Field::new("until", &t("network-until")).kind("date").value(&ask.until).render(visitor))
        (select("relation", &t("network-relation"), &relations, &ask.relation))
        (select("item", &t("network-item"), &items, &ask.item))
        (select("subject", &t("network-subject"), &subjects, &ask.subject))
    }
}

/// How organisations hang together.
fn figures(visitor: &Visitor, asked: &Asked, sight: &Sight) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    let all = asked.ask.address(facts::PAGE);
    let number = |value: f64| format!("{value}");
    let rows = [
        ("organisations", html! { (sight.organisations.len()) }),
        ("ties", html! { (sight.graph.arcs()) }),
        ("facts", html! { a href=(all) { (number(sight.facts)) } }),
        ("others", html! { (sight.others) }),
        ("density", figure(visitor, sight.density, 3)),
        ("reciprocity", figure(visitor, sight.reciprocity, 3)),
        ("centralisation-out", figure(visitor, sight.centralisation.0, 3)),
        ("centralisation-in", figure(visitor, sight.centralisation.1, 3)),
        ("across", figure(visitor, sight.across, 3)),
    ];
    let heads = [t("network-figure"), t("network-value"), t("network-meaning")];
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Markup>> = rows
        .into_iter()
        .map(|(key, value)| {
            let (name, meaning) = (t(&format!("network-figure-{key}")), t(&format!("network-meaning-{key}")));
            vec![html! { (name) }, value, html! { (meaning) }]
        })
        .collect();
    html! { section id="figures" { h2 { (t("network-figures")) } (table(&t("network-figures-caption"), &heads, &rows)) } }
}

/// Who stands between others.
fn brokers(visitor: &Visitor, asked: &Asked, sight: &Sight) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    let heads = ["network-who", "network-parts", "network-betweenness", "network-roles"].map(&t);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Markup>> = sight.brokers.iter().map(|broker| broker_row(visitor, asked, broker)).collect();
    html! {
        section id="brokers" {
            h2 { (t("network-brokers")) }
            p { (t("network-brokers-hint")) }
            @if rows.is_empty() { (note(&t("network-brokers-none"))) } @else {
                (table(&t("network-brokers-caption"), &heads, &rows))
            }
        }
    }
}

fn broker_row(visitor: &Visitor, asked: &Asked, broker: &Broker) -> Vec<Markup> {
    let opens = Ask { with: broker.who.actor.to_string(), ..asked.ask.clone() }.address(facts::PAGE);
    let normalised = broker.normalised.map(|share| format!(" ({share:.3})")).unwrap_or_default();
    vec![
        html! { strong { (name(visitor, &broker.who)) } },
        html! {
            @for (one, other) in &broker.parts {
                p class="parts" {
                    (part::badge("late", &visitor.tf("network-only-through", &[("one", one.name()), ("other", other.name())])))
                }
            }
            @if broker.parts.is_empty() { (visitor.t("network-replaceable")) }
        },
        html! { a href=(opens) { (format!("{:.1}", broker.betweenness)) (normalised) } },
        html! { @if let Some(roles) = &broker.roles { (in_words(visitor, roles)) } },
    ]
}

/// The roles that occur, the most frequent first.
fn in_words(visitor: &Visitor, roles: &Roles<u64>) -> String {
    let mut all = [
        ("coordinator", roles.coordinator),
        ("consultant", roles.consultant),
        ("representative", roles.representative),
        ("gatekeeper", roles.gatekeeper),
        ("liaison", roles.liaison),
    ];
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let told = all.iter().filter(|(_, count)| *count > 0);
    let told: Vec<String> =
        told.map(|(role, count)| format!("{} {count}", visitor.t(&format!("network-role-{role}")))).collect();
    visitor.lang.joined(&told)
}

/// Who sends back most.
fn returners(visitor: &Visitor, asked: &Asked, sight: &Sight) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    let heads = ["network-who", "network-returned", "network-answered", "network-share"].map(&t);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Markup>> = sight.returners.iter().map(|one| returner_row(visitor, asked, one)).collect();
    let few = sight.too_few.to_string();
    html! {
        section id="returners" {
            h2 { (t("network-returners")) }
            p { (t("network-returners-hint")) }
            @if rows.is_empty() { (note(&t("network-returners-none"))) } @else {
                (table(&t("network-returners-caption"), &heads, &rows))
            }
            @if sight.too_few > 0 { p class="hint" { (visitor.tf("network-too-few", &[("count", &few)])) } }
        }
    }
}

fn returner_row(visitor: &Visitor, asked: &Asked, one: &Returner) -> Vec<Markup> {
    let opens = |relation: Relation| {
        let (by, relation) = (one.who.actor.to_string(), relation.name().to_owned());
        Ask { by, relation, ..asked.ask.clone() }.address(facts::PAGE)
    };
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let (low, high) = (percent(one.interval.0), percent(one.interval.1));
    vec![
        html! { strong { (name(visitor, &one.who)) } },
        html! { a href=(opens(Relation::ReturnsTo)) { (one.returned) } },
        html! { a href=(opens(Relation::ReceivesFrom)) { (one.answered) } },
        html! { (visitor.tf("network-share-is", &[("share", &percent(one.share)), ("low", &low), ("high", &high)])) },
    ]
}
