//! The network as a picture: who has ties with whom, how strongly, between which places, month by month; every sign and every
//! tie opens its facts, and the same figures stand below as a table.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};
use tongban_core::network::Graph;
use tongban_core::network::facts::Facts;

use super::ask::{Ask, Asked};
use super::{STAFF, beside, desk, facts, file};
use crate::app::App;
use crate::limits;
use crate::network::picture::{
    self, Cast, Every, Grouping, Layout, Order, Period, Picture, Slider, Stage, Style, Thing,
};
use crate::text::Lang;
use crate::web::fault::Fault;
use crate::web::part::{Choice, attention, button_link, note, page, primary, select, table};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/picture";
pub(super) const FRAMES: &str = "/network/picture/frames";
pub(super) const SVG: &str = "/network/picture.svg";
pub(super) const PNG: &str = "/network/picture.png";

/// Kinds of pictures, the first unless another is asked for.
const KINDS: [&str; 5] = ["network", "heat", "flows", "timeline", "multiples"];
/// Where actors stand, the first unless another is asked for.
const LAYOUTS: [&str; 3] = ["levels", "types", "stress"];

/// GET `/network/picture`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(&app).await?);
    let made = make(&app, asked.clone(), &visitor, true).await;
    let t = |key: &str| visitor.t(key).into_owned();
    // There may be nothing in one period; then the others can still be looked at.
    let is_empty = made.as_ref().is_none_or(|made| made.picture.table.len() < 2 && made.controls.is_none());
    let body = html! {
        h1 { (t("network-picture")) }
        p class="lead" { (t("network-picture-lead")) }
        (choose(&visitor, &asked))
        @match &made {
            Some(made) if !is_empty => {
                @if made.is_elsewhere { (note(&visitor.tf("picture-slider-none", &[("at", &asked.ask.at)]))) }
                @if let Some(controls) = &made.controls {
                    form class="card slider no-print" method="get" action=(PAGE) data-slider=(Slider::SHOWN)
                        data-frames=(asked.ask.address(FRAMES)) {
                        (kept(&asked.ask))
                        @for (name, value) in [("picture", &asked.ask.picture), ("layout", &asked.ask.layout)] {
                            @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
                        }
                        (controls)
                    }
                }
                div id=(Slider::SHOWN) { (frame(&visitor, &asked.ask, &made.picture)) }
            }
            _ => { (note(&t("network-facts-none"))) }
        }
        p { (button_link(&asked.ask.address(desk::PAGE), &t("network-back"))) }
    };
    Ok(page(&visitor, &t("network-picture"), body))
}

/// GET `/network/picture/frames`: every period, for the slider.
pub(super) async fn frames(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = ask.read(&app).await?;
    let drawing = move || {
        let facts = asked.facts(&app, &asked.select, true);
        let stage = stage(&facts, &asked.ask, &Style::of(visitor.lang))?;
        let slider = Slider { stage: &stage, at: None, lang: visitor.lang };
        Some(slider.waiting(|at| {
            let key = at.and_then(|at| stage.periods().nth(at)).map_or_else(String::new, |period| period.key());
            let ask = Ask { at: key, ..asked.ask.clone() };
            frame(&visitor, &ask, &drawn(&stage, at, &asked, &facts, visitor.lang, true))
        }))
    };
    beside(drawing).await.ok_or(Fault::NotFound)
}

/// A picture, how it is saved, and the figures in it.
fn frame(visitor: &Visitor, ask: &Ask, picture: &Picture) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    html! {
        figure class="picture" {
            div class="scroll" tabindex="0" role="region" aria-label=(t("network-picture")) { (PreEscaped(&picture.svg)) }
            figcaption { (picture.caption) }
        }
        p class="buttons no-print" {
            (button_link(&ask.address(SVG), &t("network-save-svg")))
            (button_link(&ask.address(PNG), &t("network-save-png")))
        }
        details { summary { (t("network-picture-table")) } (figures(visitor, picture)) }
    }
}

/// GET `/network/picture.svg`.
pub(super) async fn svg(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Response, Fault> {
    let (name, picture) = to_save(&app, &visitor, ask).await?;
    Ok(file("image/svg+xml", &format!("{name}.svg"), picture.svg.into_bytes()))
}

/// GET `/network/picture.png`.
pub(super) async fn png(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Response, Fault> {
    let (name, picture) = to_save(&app, &visitor, ask).await?;
    let drawing = move || picture::png(&picture.svg, limits::PICTURE_PNG_SCALE);
    match beside(drawing).await {
        Ok(bytes) => Ok(file("image/png", &format!("{name}.png"), bytes)),
        Err(fault) => {
            tracing::warn!(code = fault.code(), %fault, "a picture cannot be drawn as PNG");
            let body = html! { h1 { (visitor.t("network-picture")) } (attention(&visitor.t("network-png-not"))) };
            Ok(page(&visitor, &visitor.t("network-picture"), body).into_response())
        }
    }
}

/// A picture that opens nothing, and the name of its file: of a period with the period.
async fn to_save(app: &App, visitor: &Visitor, ask: Ask) -> Result<(String, Picture), Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read(app).await?);
    let made = make(app, asked.clone(), visitor, false).await.filter(|made| !made.is_elsewhere);
    let made = made.ok_or(Fault::NotFound)?;
    let name = if made.is_period { format!("network-{}", asked.ask.at) } else { "network".to_owned() };
    Ok((name, made.picture))
}

/// Which picture.
fn choose(visitor: &Visitor, asked: &Asked) -> Markup {
    let t = |key: String| visitor.t(&key).into_owned();
    let choices = |kinds: &[&'static str], start: &str| -> Vec<Choice<'static>> {
        kinds.iter().map(|kind| Choice { value: kind, label: t(format!("{start}-{kind}")) }).collect()
    };
    let ask = &asked.ask;
    html! {
        form class="card row" method="get" action=(PAGE) {
            (kept(ask))
            @if !ask.at.is_empty() { input type="hidden" name="at" value=(ask.at); }
            (select("picture", &t("network-picture-kind".to_owned()), &choices(&KINDS, "network-picture"), &ask.picture))
            (select("layout", &t("network-layout".to_owned()), &choices(&LAYOUTS, "network-layout"), &ask.layout))
            (primary(&t("network-look".to_owned())))
        }
    }
}

/// What a form keeps of what was asked.
fn kept(ask: &Ask) -> Markup {
    let kept = [
        ("of", &ask.of),
        ("from", &ask.from),
        ("until", &ask.until),
        ("relation", &ask.relation),
        ("item", &ask.item),
        ("subject", &ask.subject),
    ];
    html! {
        @for (name, value) in kept.iter().filter(|(_, value)| !value.is_empty()) { input type="hidden" name=(name) value=(value); }
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

/// What came of drawing.
struct Made {
    picture: Picture,
    /// The slider through time, if there is anything to choose.
    controls: Option<Markup>,
    /// Whether one period was asked for and is shown.
    is_period: bool,
    /// Whether a period was asked for that is not in the time that is looked at: then the whole time is shown.
    is_elsewhere: bool,
}

impl Made {
    fn whole(picture: Picture) -> Made {
        Made { picture, controls: None, is_period: false, is_elsewhere: false }
    }
}

/// Draws beside what is being served. None if there is nothing to draw.
async fn make(app: &App, asked: Arc<Asked>, visitor: &Visitor, opens: bool) -> Option<Made> {
    let (app, lang) = (app.clone(), visitor.lang);
    let drawing = move || {
        let facts = asked.facts(&app, &asked.select, true);
        if let Some(made) = other(&facts, &asked, lang, opens) {
            return Some(Made::whole(made));
        }
        let stage = stage(&facts, &asked.ask, &Style::of(lang))?;
        let at = stage.periods().position(|period| period.key() == asked.ask.at);
        let slider = Slider { stage: &stage, at, lang };
        let address = |key: &str| Ask { at: key.to_owned(), ..asked.ask.clone() }.address(PAGE);
        let is_needed = slider.is_needed() || at.is_some();
        let controls = (opens && is_needed).then(|| slider.controls(Some(&address)));
        let picture = drawn(&stage, at, &asked, &facts, lang, opens);
        let is_elsewhere = at.is_none() && !asked.ask.at.is_empty();
        Some(Made { picture, controls, is_period: at.is_some(), is_elsewhere })
    };
    beside(drawing).await
}

fn layout(ask: &Ask) -> Layout {
    match ask.layout.as_str() {
        "types" => Layout::Types,
        "stress" => Layout::Stress,
        _ => Layout::Levels,
    }
}

/// The periods in which there are facts, as long as is said of the first and the last day.
fn periods(facts: &Facts, every: impl Fn(Date, Date) -> Every) -> Option<Vec<Period>> {
    let days = facts.facts.iter().map(|fact| fact.day);
    let (first, last) = (days.clone().min()?, days.max()?);
    Some(every(first, last).periods(first, last))
}

/// The network of each period.
fn graphs(facts: &Facts, periods: Vec<Period>) -> Vec<(Period, Graph)> {
    let of = |period: Period| (period, facts.graph(|fact| period.has(fact.day)).0);
    periods.into_iter().map(of).collect()
}

/// Everyone in their place, and the periods. None if there are no facts.
fn stage(facts: &Facts, ask: &Ask, style: &Style<'_>) -> Option<Stage> {
    let fitting = |first, last| Every::fitting(first, last, limits::PICTURE_SLIDER_PERIODS);
    let graphs = graphs(facts, periods(facts, fitting)?);
    let (cast, whole) = (Cast::of_facts(facts, Grouping::Network, style.lang), facts.graph(|_| true).0);
    Some(Stage::of(&cast, &whole, &graphs, layout(ask), style))
}

/// The network of a period, or of the whole time; what is drawn opens the facts of that time.
fn drawn(stage: &Stage, at: Option<usize>, asked: &Asked, facts: &Facts, lang: Lang, opens: bool) -> Picture {
    let period = at.and_then(|at| stage.periods().nth(at));
    let ask = match period {
        Some(period) => {
            let select = &asked.select;
            let from = select.from.map_or(period.from, |from| from.max(period.from));
            let until = select.until.map_or(period.until, |until| until.min(period.until));
            Ask { from: from.to_string(), until: until.to_string(), ..asked.ask.clone() }
        }
        None => asked.ask.clone(),
    };
    let link = |thing: Thing| address(&ask, facts, thing);
    stage.draw(at, &Style { link: if opens { Some(&link) } else { None }, ..Style::of(lang) })
}

/// Any picture but the network itself, if one is asked for.
fn other(facts: &Facts, asked: &Asked, lang: Lang, opens: bool) -> Option<Picture> {
    let link = |thing: Thing| address(&asked.ask, facts, thing);
    let style = &Style { link: if opens { Some(&link) } else { None }, ..Style::of(lang) };
    let by = |grouping| Cast::of_facts(facts, grouping, lang);
    let all = || facts.graph(|_| true).0;
    let month = |_, _| Every::Month;
    if facts.facts.is_empty() {
        return None;
    }
    Some(match asked.ask.picture.as_str() {
        "heat" => picture::heat(&by(Grouping::Province), &all(), Order::Group, style),
        "flows" => picture::flows(&by(Grouping::Province), &all(), style),
        "timeline" => {
            let count = |period: &Period| {
                let meant = facts.facts.iter().filter(|fact| period.has(fact.day));
                meant.map(|fact| f64::from(fact.count)).sum::<f64>()
            };
            let series: Vec<(Period, Option<f64>)> =
                periods(facts, month)?.into_iter().map(|period| (period, Some(count(&period)))).collect();
            picture::timeline(&facts.events, &series, &lang.t("picture-counted-facts"), style)
        }
        "multiples" => {
            let graphs = graphs(facts, periods(facts, month)?);
            picture::multiples(&by(Grouping::Network), &graphs, layout(&asked.ask), style)
        }
        _ => return None,
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
    let none = String::new;
    Some(Ask { picture: none(), layout: none(), at: none(), ..ask }.address(facts::PAGE))
}
