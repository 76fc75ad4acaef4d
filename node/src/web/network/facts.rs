//! The facts behind a number, the latest first: of the node's own dossiers one by one, of what others tell month by month.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use maud::{Markup, html};
use tongban_core::dossier::NodeId;
use tongban_core::network::facts::{Fact, Facts};
use tongban_core::network::tie::{Actor, Relation};

use super::ask::{Ask, Asked};
use super::{STAFF, beside, desk, name, relation};
use crate::app::App;
use crate::limits;
use crate::network::known::kind_name;
use crate::network::live::Found;
use crate::web::fault::Fault;
use crate::web::part::{button_link, note, page, table};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/facts";

/// GET `/network/facts`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = ask.read(&app).await?;
    let t = |key: &str| visitor.t(key).into_owned();
    let asked = Arc::new(asked);
    let (rows, all) = match asked.digests() {
        Some(digests) => told(&app, &visitor, &asked, digests),
        None => found(&app, &visitor, &asked).await,
    };
    let last = asked.ask.after + rows.len();
    let heads = [
        "network-when",
        "network-by",
        "network-relation",
        "network-towards",
        "network-item",
        "network-kind",
        "network-took",
        "network-opens",
    ]
    .map(&t);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let count = all.to_string();
    let caption = visitor.tf("network-facts-caption", &[("count", &count)]);
    let title = t("network-facts");
    let body = html! {
        h1 { (title) }
        p class="lead" { (t(if asked.is_whole() { "network-facts-whole" } else { "network-facts-own" })) }
        p { (meant(&app, &visitor, &asked)) }
        @if rows.is_empty() { (note(&t("network-facts-none"))) } @else {
            (table(&caption, &heads, &rows))
            nav class="pages" aria-label=(t("list-pages")) {
                @if asked.ask.after > 0 { (button_link(&Ask { after: 0, ..asked.ask.clone() }.address(PAGE), &t("page-first"))) }
                @if last < all { (button_link(&Ask { after: last, ..asked.ask.clone() }.address(PAGE), &t("page-next"))) }
            }
        }
        p { (button_link(&back(&asked).address(desk::PAGE), &t("network-back"))) }
    };
    Ok(page(&visitor, &title, body))
}

/// The desk as it was looked at, without what one number asked for more.
fn back(asked: &Asked) -> Ask {
    let none = String::new;
    Ask { by: none(), towards: none(), with: none(), code: none(), after: 0, ..asked.ask.clone() }
}

/// What is meant, in words.
fn meant(app: &App, visitor: &Visitor, asked: &Asked) -> Markup {
    let select = &asked.select;
    let who = |actor: &Actor| {
        let who = asked.who(app, actor);
        name(visitor, &who).to_owned()
    };
    let mut words = vec![visitor.tf("network-meant-from", &[("day", &asked.ask.from)]).into_owned()];
    words.extend(select.until.map(|day| visitor.tf("network-meant-until", &[("day", &day.to_string())]).into_owned()));
    words.extend(select.relations.iter().map(|one| relation(visitor, *one)));
    let snapshot = app.directory.now();
    words.extend(select.items.iter().map(|key| {
        let known = snapshot.item(key);
        known.map_or(key.as_str(), |item| visitor.lang.pick(&item.name, &item.name_en)).to_owned()
    }));
    for (key, actor) in [
        ("network-meant-by", &select.by),
        ("network-meant-towards", &select.towards),
        ("network-meant-with", &select.with),
    ] {
        words.extend(actor.as_ref().map(|actor| visitor.tf(key, &[("who", &who(actor))]).into_owned()));
    }
    html! { (visitor.lang.joined(&words)) }
}

fn person(app: &App, visitor: &Visitor, asked: &Asked, actor: &Actor) -> Markup {
    let who = asked.who(app, actor);
    html! { (name(visitor, &who)) }
}

pub(super) fn item(app: &App, visitor: &Visitor, key: &str) -> Markup {
    let snapshot = app.directory.now();
    html! {
        @match snapshot.item(key) {
            Some(item) => a href=(format!("/items/{key}")) { (visitor.lang.pick(&item.name, &item.name_en)) },
            None => { (key) }
        }
    }
}

/// Of which kind: a reason with its barrier, anything else as it is called.
pub(super) fn kind(visitor: &Visitor, relation: Relation, code: &str) -> Markup {
    let (name, barrier) = kind_name(relation, code, visitor.lang);
    html! { (name) @if let Some(barrier) = barrier { " " small { (barrier) } } }
}

/// Minutes as people read them.
pub(super) fn took(visitor: &Visitor, minutes: Option<f64>, late: bool) -> Markup {
    const HOUR: f64 = 60.0;
    const DAY: f64 = 24.0 * HOUR;
    html! {
        @if let Some(minutes) = minutes {
            @if minutes < HOUR { (visitor.tf("network-minutes", &[("count", &format!("{minutes:.0}"))])) }
            @else if minutes < 2.0 * DAY { (visitor.tf("network-hours", &[("count", &format!("{:.1}", minutes / HOUR))])) }
            @else { (visitor.tf("network-days", &[("count", &format!("{:.1}", minutes / DAY))])) }
        }
        @if late { " " (crate::web::part::badge("late", &visitor.t("network-late"))) }
    }
}

/// Facts of the node's own dossiers.
async fn found(app: &App, visitor: &Visitor, asked: &Arc<Asked>) -> (Vec<Vec<Markup>>, usize) {
    let (network, there) = (app.network.clone(), asked.clone());
    let finding = move || network.found(&there.select, there.ask.after, limits::NETWORK_FACTS);
    let (found, all) = beside(finding).await;
    let row = |one: &Found| {
        vec![
            html! { (one.day) },
            person(app, visitor, asked, &one.from),
            html! { (relation(visitor, one.relation)) },
            person(app, visitor, asked, &one.to),
            item(app, visitor, &one.item),
            kind(visitor, one.relation, &one.code),
            took(visitor, one.took.map(f64::from), one.late),
            html! { a href=(format!("/network/dossiers/{}#s{}", one.dossier, one.seq)) { (visitor.t("network-open-dossier")) } },
        ]
    };
    (found.iter().map(row).collect(), all)
}

/// What nodes tell of theirs: many facts of a month in one row.
fn told(app: &App, visitor: &Visitor, asked: &Asked, facts: &Facts) -> (Vec<Vec<Markup>>, usize) {
    let ends = |fact: &Fact| (&facts.actors[fact.from as usize].actor, &facts.actors[fact.to as usize].actor);
    let mut meant: Vec<&Fact> = facts
        .facts
        .iter()
        .filter(|fact| {
            let (from, to) = ends(fact);
            asked.select.has(fact, from, to)
        })
        .collect();
    meant.sort_by_key(|fact| (std::cmp::Reverse(fact.day), std::cmp::Reverse(fact.count)));
    let all = meant.len();
    let snapshot = app.directory.now();
    let tellers: BTreeMap<String, &NodeId> =
        snapshot.digests.iter().map(|(node, dossier)| (dossier.id.to_string(), node)).collect();
    let row = |fact: &&Fact| {
        let (from, to) = ends(fact);
        let month = fact.day.strftime("%Y-%m").to_string();
        let teller = fact.source.split('#').next().and_then(|dossier| tellers.get(dossier));
        let (count, late) = (fact.count.to_string(), fact.late.to_string());
        vec![
            html! { (month) },
            person(app, visitor, asked, from),
            html! { (relation(visitor, fact.relation)) " " (visitor.tf("network-times", &[("count", &count)])) },
            person(app, visitor, asked, to),
            item(app, visitor, &fact.item),
            kind(visitor, fact.relation, &fact.code),
            html! {
                (took(visitor, fact.took, false))
                @if fact.late > 0 { " " (visitor.tf("network-of-them-late", &[("count", &late)])) }
            },
            html! {
                @if let Some(node) = teller {
                    a href=(format!("/network/digests/{node}/{month}")) { (visitor.t("network-open-digest")) }
                }
            },
        ]
    };
    (meant.iter().skip(asked.ask.after).take(limits::NETWORK_FACTS).map(row).collect(), all)
}
