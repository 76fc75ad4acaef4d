//! What changed in the network, whether an event did it, and how the network looked period by period.

use std::sync::Arc;

use axum::extract::{Query, State};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::network::change::{EffectOf, Options, Periods, Season, Snapshot, Step, Value};
use tongban_core::network::facts::Event;

use super::ask::{Ask, Asked, read};
use super::line::Picture;
use super::{STAFF, beside, desk};
use crate::app::App;
use crate::limits;
use crate::network::change::{self as words, Nothing, Points, Reading, WAVES, Words};
use crate::network::live::Select;
use crate::web::fault::Fault;
use crate::web::part::{Choice, button_link, note, page, primary, select};
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/change";

/// The parts of the address that only this page has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct More {
    event: String,
    value: String,
    step: String,
    season: String,
}

/// What was found.
enum Found {
    Effect(Event, Box<EffectOf>),
    Points(Points),
}

/// What was found, and what could be asked.
struct Seen {
    events: Vec<Event>,
    /// None: there is no such event.
    found: Option<Result<Found, Nothing>>,
    snapshots: Result<Vec<Snapshot>, Nothing>,
}

/// GET `/network/change`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
    Query(more): Query<More>,
) -> Result<Markup, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = Arc::new(ask.read_back(&app, limits::NETWORK_CHANGE_MONTHS).await?);
    let reading = Arc::new(reading(&app, &asked, &more)?);
    let seen = look(&app, asked.clone(), reading.clone(), more.event.clone()).await;
    let t = |key: &str| visitor.t(key).into_owned();
    let snapshot = app.directory.now();
    let item =
        |key: &str| snapshot.item(key).map_or(key, |item| visitor.lang.pick(&item.name, &item.name_en)).to_owned();
    let told = Words { lang: visitor.lang, reading: &reading, item: &item };
    let Some(found) = seen.found else { return Err(super::ask::unreadable("event")) };
    let body = html! {
        h1 { (t("change-title")) }
        p class="lead" { (t("change-lead")) }
        (choose(&app, &visitor, &asked, &told, &more, &seen.events))
        @match &found {
            Err(nothing) => (note(&told.nothing(*nothing))),
            Ok(Found::Effect(event, effect)) => (effect_told(&visitor, &told, event, effect)),
            Ok(Found::Points(points)) => (points_told(&visitor, &told, points)),
        }
        @if let Ok(snapshots) = &seen.snapshots { div id="snapshots" { (told.snapshots(snapshots).html()) } }
        p class="no-print" { (button_link(&Ask { after: 0, ..asked.ask.clone() }.address(desk::PAGE), &t("network-back"))) }
    };
    Ok(page(&visitor, &t("change-title"), body))
}

/// What the address says is read, and how. A period that is not over is left out.
fn reading(app: &App, asked: &Asked, more: &More) -> Result<Reading, Fault> {
    let season = |name: &str| match name {
        "none" => Some(Season::None),
        "harmonics" => Some(Season::Harmonics(WAVES)),
        "months" => Some(Season::Months),
        _ => None,
    };
    let today = app.clock.today();
    let over = today.yesterday().unwrap_or(today);
    // What is told by the month cannot be cut finer.
    let step = read("step", &more.step, Step::from_name)?.unwrap_or(Step::Month);
    Ok(Reading {
        value: read("value", &more.value, Value::from_name)?.unwrap_or(Value::Count),
        step: if asked.is_whole() { step.max(Step::Month) } else { step },
        relation: asked.select.relations.first().copied(),
        items: asked.select.items.clone(),
        from: asked.select.from,
        until: Some(asked.select.until.map_or(over, |day| day.min(over))),
        options: Options { season: read("season", &more.season, season)?.unwrap_or_default(), ..Options::default() },
    })
}

/// Looks.
async fn look(app: &App, asked: Arc<Asked>, reading: Arc<Reading>, key: String) -> Seen {
    let app = app.clone();
    let looking = move || {
        // All are taken, so that none of one relation or item is known to be none where others were.
        let select = Select { relations: Default::default(), items: Default::default(), ..asked.select.clone() };
        let facts = asked.facts(&app, &select, reading.step != Step::Week);
        let found = if key.is_empty() {
            Some(reading.points(&facts).map(Found::Points))
        } else {
            let event = facts.events.iter().find(|event| event.key == key);
            event
                .map(|event| reading.effect(&facts, event).map(|effect| Found::Effect(event.clone(), Box::new(effect))))
        };
        let snapshots = reading.snapshots(&facts);
        Seen { events: facts.events, found, snapshots }
    };
    beside(looking).await
}

/// What is asked.
fn choose(app: &App, visitor: &Visitor, asked: &Asked, told: &Words<'_>, more: &More, events: &[Event]) -> Markup {
    let t = |key: &str| visitor.t(key).into_owned();
    let reading = told.reading;
    let any = Choice { value: "", label: t("change-event-any") };
    let happened = events.iter().map(|event| Choice { value: &event.key, label: told.event(event) });
    let happened: Vec<Choice<'_>> = std::iter::once(any).chain(happened).collect();
    let values = Value::ALL.map(|value| Choice {
        value: value.name(),
        label: t(&format!("change-value-{}", value.name().replace('_', "-"))),
    });
    let steps = Step::ALL.into_iter().filter(|step| !asked.is_whole() || *step != Step::Week);
    let steps: Vec<Choice<'_>> =
        steps.map(|step| Choice { value: step.name(), label: t(&format!("change-step-{}", step.name())) }).collect();
    let seasons =
        ["none", "harmonics", "months"].map(|name| Choice { value: name, label: t(&format!("change-season-{name}")) });
    html! {
        form class="card" method="get" action=(PAGE) {
            div class="grid" {
                (select("event", &t("change-event"), &happened, &more.event))
                (select("value", &t("change-value"), &values, reading.value.name()))
                (select("step", &t("change-step"), &steps, reading.step.name()))
                (select("season", &t("change-season"), &seasons, words::season(reading.options.season)))
            }
            div class="grid" { (desk::fields(app, visitor, asked)) }
            @for (name, value) in asked.ask.narrower() {
                @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
            }
            p class="hint" { (t("change-relation-hint")) }
            @if events.is_empty() { p class="hint" { (t("change-events-none")) } }
            (primary(&t("change-look")))
        }
    }
}

fn names(step: Step, periods: &Periods) -> Vec<String> {
    (0..periods.count).map(|at| words::period(step, periods.day(at))).collect()
}

/// Where a day lies, in periods from the beginning of the first.
fn place(periods: &Periods, day: Date) -> Option<f64> {
    let at = periods.at(day)?;
    let hours = |one: Date, other: Date| one.duration_until(other).as_hours() as f64;
    let (first, next) = (periods.day(at), periods.day(at + 1));
    Some(at as f64 + hours(first, day) / hours(first, next))
}

/// A picture, and its table below it.
fn pictured(visitor: &Visitor, picture: &Picture<'_>, table: &Markup) -> Markup {
    html! {
        figure {
            div class="scroll" tabindex="0" role="region" aria-label=(picture.label) { (picture.draw()) }
            figcaption { (picture.label) }
        }
        details { summary { (visitor.t("change-values-open")) } (table) }
    }
}

/// What became of the value at an event.
fn effect_told(visitor: &Visitor, told: &Words<'_>, event: &Event, effect: &EffectOf) -> Markup {
    let periods = effect.touched.periods();
    let model = effect.design().as_ref().ok();
    // The model jumps at the event: a line to there, and one from there on.
    let (mut before, mut after, mut without) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(model) = model {
        let of = |is_after: bool| {
            let all = model.fitted.iter().enumerate();
            all.map(|(at, value)| value.filter(|_| (at >= model.cut.after) == is_after)).collect()
        };
        (before, after, without) = (of(false), of(true), model.without.clone());
    }
    let lines = [("without", without.as_slice()), ("fitted", before.as_slice()), ("fitted", after.as_slice())];
    let label = visitor.tf("change-picture", &[("value", &told.value())]);
    let picture = Picture {
        label: &label,
        periods: &names(told.reading.step, &periods),
        observed: &effect.touched.values,
        lines: &lines,
        mark: place(&periods, event.from),
        amount: &|amount| told.amount(amount),
    };
    html! {
        div id="verdict" { (told.verdict(event, effect).html()) }
        (pictured(visitor, &picture, &told.values(effect).html()))
        (told.assumptions(effect).html())
        (told.placebo(effect).html())
    }
}

/// Where the value changes by itself.
fn points_told(visitor: &Visitor, told: &Words<'_>, points: &Points) -> Markup {
    let label = visitor.tf("change-picture-points", &[("value", &told.value())]);
    let picture = Picture {
        label: &label,
        periods: &names(told.reading.step, &points.series.periods()),
        observed: &points.series.values,
        lines: &[("fitted", &points.means())],
        mark: None,
        amount: &|amount| told.amount(amount),
    };
    html! {
        div id="points" { (told.points(points).html()) }
        (pictured(visitor, &picture, &told.points_values(points).html()))
    }
}
