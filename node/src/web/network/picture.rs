//! The network as a picture: who has ties with whom, how strongly, between which places, month by month; every sign and every
//! tie opens its facts, and the same figures stand below as a table.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use tongban_core::network::facts::Facts;

use super::ask::{Ask, Asked};
use super::{STAFF, beside, desk, facts, file};
use crate::app::App;
use crate::limits;
use crate::network::picture::{self, Cast, Every, Grouping, Layout, Order, Period, Picture, Style, Thing};
use crate::web::fault::Fault;
use crate::web::part::{Choice, attention, button_link, note, page, primary, select, table};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/picture";
pub(super) const SVG: &str = "/network/picture.svg";
pub(super) const PNG: &str = "/network/picture.png";

/// Kinds of pictures, the first unless another is asked for.
const KINDS: [&str; 5] = ["network", "heat", "flows", "timeline", "multiples"];
/// Where actors stand, the first unless another is asked for.
const LAYOUTS: [&str; 3] = ["levels", "types", "stress"];

/// GET `/network/picture`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(&app)?);
    let picture = make(&app, asked.clone(), &visitor, true).await;
    let t = |key: &str| visitor.t(key).into_owned();
    let is_empty = picture.as_ref().is_none_or(|picture| picture.table.len() < 2);
    let body = html! {
        h1 { (t("network-picture")) }
        p class="lead" { (t("network-picture-lead")) }
        (choose(&visitor, &asked))
        @match &picture {
            Some(picture) if !is_empty => {
                figure class="picture" {
                    div class="scroll" tabindex="0" role="region" aria-label=(t("network-picture")) { (PreEscaped(&picture.svg)) }
                    figcaption { (picture.caption) }
                }
                p class="buttons no-print" {
                    (button_link(&asked.ask.address(SVG), &t("network-save-svg")))
                    (button_link(&asked.ask.address(PNG), &t("network-save-png")))
                }
                details { summary { (t("network-picture-table")) } (figures(&visitor, picture)) }
            }
            _ => { (note(&t("network-facts-none"))) }
        }
        p { (button_link(&asked.ask.address(desk::PAGE), &t("network-back"))) }
    };
    Ok(page(&visitor, &t("network-picture"), body))
}

/// GET `/network/picture.svg`.
pub(super) async fn svg(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Response, Fault> {
    let picture = to_save(&app, &visitor, ask).await?;
    Ok(file("image/svg+xml", "network.svg", picture.svg.into_bytes()))
}

/// GET `/network/picture.png`.
pub(super) async fn png(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Response, Fault> {
    let picture = to_save(&app, &visitor, ask).await?;
    let drawing = move || picture::png(&picture.svg, limits::PICTURE_PNG_SCALE);
    match beside(drawing).await {
        Ok(bytes) => Ok(file("image/png", "network.png", bytes)),
        Err(fault) => {
            tracing::warn!(code = fault.code(), %fault, "a picture cannot be drawn as PNG");
            let body = html! { h1 { (visitor.t("network-picture")) } (attention(&visitor.t("network-png-not"))) };
            Ok(page(&visitor, &visitor.t("network-picture"), body).into_response())
        }
    }
}

async fn to_save(app: &App, visitor: &Visitor, ask: Ask) -> Result<Picture, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(app)?);
    // What is saved opens nothing.
    make(app, asked, visitor, false).await.ok_or(Fault::NotFound)
}

/// Which picture.
fn choose(visitor: &Visitor, asked: &Asked) -> Markup {
    let t = |key: String| visitor.t(&key).into_owned();
    let choices = |kinds: &[&'static str], start: &str| -> Vec<Choice<'static>> {
        kinds.iter().map(|kind| Choice { value: kind, label: t(format!("{start}-{kind}")) }).collect()
    };
    let ask = &asked.ask;
    let kept = [
        ("of", &ask.of),
        ("from", &ask.from),
        ("until", &ask.until),
        ("relation", &ask.relation),
        ("item", &ask.item),
        ("subject", &ask.subject),
    ];
    html! {
        form class="card row" method="get" action=(PAGE) {
            @for (name, value) in kept.iter().filter(|(_, value)| !value.is_empty()) { input type="hidden" name=(name) value=(value); }
            (select("picture", &t("network-picture-kind".to_owned()), &choices(&KINDS, "network-picture"), &ask.picture))
            (select("layout", &t("network-layout".to_owned()), &choices(&LAYOUTS, "network-layout"), &ask.layout))
            (primary(&t("network-look".to_owned())))
        }
    }
}

/// The figures that are drawn, each row with what it opens.
fn figures(visitor: &Visitor, picture: &Picture) -> Markup {
    let Some((heads, rows)) = picture.table.split_first() else { return html! {} };
    let opens = visitor.t("network-opens");
    let mut heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    heads.push(&opens);
    let row = |(row, link): (&Vec<String>, &Option<String>)| {
        let mut cells: Vec<Markup> = row.iter().map(|cell| html! { (cell) }).collect();
        cells.push(html! { @if let Some(link) = link { a href=(link) { (visitor.t("network-facts")) } } });
        cells
    };
    let rows: Vec<Vec<Markup>> = rows.iter().zip(&picture.links).map(row).collect();
    table(&visitor.t("network-picture-table"), &heads, &rows)
}

/// Draws beside what is being served. None if there is nothing to draw.
async fn make(app: &App, asked: Arc<Asked>, visitor: &Visitor, opens: bool) -> Option<Picture> {
    let (app, lang) = (app.clone(), visitor.lang);
    let drawing = move || {
        let facts = asked.facts(&app, &asked.select, true);
        let link = |thing: Thing| address(&asked.ask, &facts, thing);
        let style = Style { link: if opens { Some(&link) } else { None }, ..Style::of(lang) };
        (!facts.facts.is_empty()).then(|| draw(&facts, &asked.ask, &style)).flatten()
    };
    beside(drawing).await
}

fn draw(facts: &Facts, ask: &Ask, style: &Style<'_>) -> Option<Picture> {
    let all = facts.graph(|_| true).0;
    let by = |grouping| Cast::of_facts(facts, grouping, style.lang);
    let layout = match ask.layout.as_str() {
        "types" => Layout::Types,
        "stress" => Layout::Stress,
        _ => Layout::Levels,
    };
    let days = facts.facts.iter().map(|fact| fact.day);
    let (first, last) = (days.clone().min()?, days.max()?);
    Some(match ask.picture.as_str() {
        "heat" => picture::heat(&by(Grouping::Province), &all, Order::Group, style),
        "flows" => picture::flows(&by(Grouping::Province), &all, style),
        "timeline" => {
            let sum = |period: &Period| {
                let meant = facts.facts.iter().filter(|fact| period.has(fact.day));
                meant.map(|fact| f64::from(fact.count)).sum::<f64>()
            };
            let periods = Every::Month.periods(first, last);
            let series: Vec<(Period, Option<f64>)> =
                periods.into_iter().map(|period| (period, Some(sum(&period)))).collect();
            picture::timeline(&facts.events, &series, &style.lang.t("picture-counted-facts"), style)
        }
        "multiples" => {
            let of = |period: Period| (period, facts.graph(|fact| period.has(fact.day)).0);
            let graphs: Vec<_> = Every::Month.periods(first, last).into_iter().map(of).collect();
            picture::multiples(&by(Grouping::Network), &graphs, layout, style)
        }
        _ => picture::network(&by(Grouping::Network), &all, layout, style),
    })
}

/// The facts behind something in a picture.
fn address(ask: &Ask, facts: &Facts, thing: Thing) -> Option<String> {
    let actor = |number: usize| facts.actors.get(number).map(|one| one.actor.to_string());
    let ask = match thing {
        Thing::Actor(number) => Ask { with: actor(number)?, ..ask.clone() },
        Thing::Arc(from, to) => Ask { by: actor(from)?, towards: actor(to)?, ..ask.clone() },
        Thing::Flow(..) | Thing::Period(_) | Thing::Event(_) => return None,
    };
    Some(Ask { picture: String::new(), layout: String::new(), ..ask }.address(facts::PAGE))
}
