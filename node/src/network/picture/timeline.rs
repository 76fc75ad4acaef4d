//! What happened when, above how much was done.

use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::network::facts::{Effect, Event};

use super::svg::{self, Anchor, BLUE, INK, LINE, PALE, RULE, SOFT, TEXT, WARM, px, titled};
use super::{LeftOut, Period, Picture, Style, Thing, figure};
use crate::limits;
use crate::text::Lang;

/// How high the bars are, in pixels.
const BARS: f64 = 150.0;

/// An event in its place.
struct Placed {
    number: usize,
    lane: usize,
    begin: f64,
    end: f64,
    name: String,
    /// Whether the name stands before it: behind it there is no room.
    before: bool,
}

/// Draws events over a bar for each period. A period without a figure has none. The last periods are drawn where there are
/// more than can be read, and events outside all periods are left out.
pub fn timeline(events: &[Event], series: &[(Period, Option<f64>)], counted: &str, style: &Style<'_>) -> Picture {
    let lang = style.lang;
    let skipped = series.len().saturating_sub(limits::PICTURE_PERIODS);
    let series = &series[skipped..];
    let width = f64::from(style.width);
    let (left, right) = (64.0, width - 24.0);
    let (first, last) = match (series.first(), series.last()) {
        (Some((first, _)), Some((last, _))) => (first.from, last.until),
        _ => (Date::ZERO, Date::ZERO),
    };
    let days = |from: Date, to: Date| f64::from(from.duration_until(to).as_hours() as i32 / 24);
    let all = days(first, last) + 1.0;
    let x = |day: Date| left + (days(first, day) / all).clamp(0.0, 1.0) * (right - left);
    let named = |event: &Event| lang.pick(&event.name, &event.name_en).to_owned();

    let within = |event: &Event| !series.is_empty() && event.from <= last && event.until.unwrap_or(event.from) >= first;
    let mut inside: Vec<usize> = (0..events.len()).filter(|at| within(&events[*at])).collect();
    inside.sort_by_key(|at| (events[*at].from, events[*at].until, *at));
    let outside = events.len() - inside.len();
    let most = style.most(limits::PICTURE_EVENTS);
    let crowded = inside.len().saturating_sub(most);
    inside.truncate(most);
    // Each in the highest lane in which it overlaps nobody.
    let mut lanes: Vec<f64> = Vec::new();
    let mut placed: Vec<Placed> = Vec::new();
    for number in inside {
        let event = &events[number];
        let name = svg::short(&named(event), 22.0 * TEXT);
        let begin = x(event.from);
        let end = event.until.map_or(begin, |until| x(until).max(begin));
        let wide = svg::width_of(&name) + 8.0;
        let before = end + 12.0 + wide > width && begin - 12.0 - wide > 0.0;
        let (from, to) = if before { (begin - 12.0 - wide, end + 8.0) } else { (begin - 8.0, end + 12.0 + wide) };
        let lane = lanes.iter().position(|used| *used <= from).unwrap_or(lanes.len());
        if lane == lanes.len() {
            lanes.push(to);
        } else {
            lanes[lane] = to;
        }
        placed.push(Placed { number, lane, begin, end, name, before });
    }
    let lane_height = LINE + 6.0;
    let top = 12.0 + lanes.len() as f64 * lane_height;
    let floor = top + LINE + BARS;
    let highest = series.iter().filter_map(|(_, value)| *value).fold(0.0, f64::max);
    // Up to the next round figure.
    let size = 10_f64.powf(highest.max(1e-9).log10().floor());
    let highest = if highest > 0.0 {
        [1.0, 2.0, 4.0, 6.0, 8.0, 10.0]
            .map(|times| times * size)
            .into_iter()
            .find(|top| *top >= highest)
            .unwrap_or(highest)
    } else {
        0.0
    };
    let y = |value: f64| if highest > 0.0 { floor - value / highest * BARS } else { floor };

    let event = |one: &Placed| -> Markup {
        let event = &events[one.number];
        let middle = 12.0 + one.lane as f64 * lane_height + LINE / 2.0;
        let advances = event.effect == Effect::Advances;
        let (colour, fill) = if advances { (BLUE, BLUE) } else { (WARM, "#ffffff") };
        let corner = |dx: f64, dy: f64| format!("{},{}", px(one.begin + dx), px(middle + dy));
        let body = html! {
            line x1=(px(one.begin)) x2=(px(one.begin)) y1=(px(middle)) y2=(px(floor)) stroke=(colour) stroke-opacity="0.5"
                stroke-dasharray=(if advances { "1 3" } else { "5 3" }) {}
            @if one.end - one.begin > 8.0 {
                rect x=(px(one.begin)) y=(px(middle - 6.0)) width=(px(one.end - one.begin)) height="12" fill=(fill)
                    stroke=(colour) stroke-width="2" stroke-dasharray=[(!advances).then_some("5 3")] {}
            } @else if advances {
                polygon points=(format!("{} {} {}", corner(0.0, -7.0), corner(7.0, 6.0), corner(-7.0, 6.0))) fill=(fill) {}
            } @else {
                rect x=(px(one.begin - 5.5)) y=(px(middle - 5.5)) width="11" height="11" fill=(fill) stroke=(colour)
                    stroke-width="2" {}
            }
            @if one.before {
                (svg::text(one.begin - 12.0, middle, Anchor::End, INK, &one.name))
            } @else {
                (svg::text(one.end + 12.0, middle, Anchor::Start, INK, &one.name))
            }
        };
        let title = lang.labelled(&spoken(event, lang), &named(event));
        titled(style.href(Thing::Event(one.number)).as_deref(), &title, &body)
    };
    let bar = |at: usize| -> Markup {
        let (period, value) = &series[at];
        let (begin, end) = (x(period.from), x(period.until).max(x(period.from) + 1.0));
        let wide = (end - begin - 2.0).max(1.0);
        let told = value.map_or_else(|| lang.t("picture-undefined").into_owned(), figure);
        let body = html! {
            @match value {
                Some(value) => {
                    rect x=(px(begin + 1.0)) y=(px(y(*value))) width=(px(wide)) height=(px(floor - y(*value))) fill="#6f9fcb"
                        stroke=(BLUE) stroke-width="0.6" {}
                    @if svg::width_of(&told) <= wide + 4.0 {
                        (svg::text((begin + end) / 2.0, y(*value) - 9.0, Anchor::Middle, INK, &told))
                    }
                }
                None => { rect x=(px(begin + 1.0)) y=(px(top + LINE)) width=(px(wide)) height=(px(BARS)) fill=(PALE) {} }
            }
        };
        let href = style.href(Thing::Period(skipped + at));
        titled(href.as_deref(), &lang.labelled(&period.name(lang), &told), &body)
    };
    let mark_width = series.iter().map(|(period, _)| svg::width_of(&period.mark())).fold(1.0, f64::max) + 10.0;
    let every = (mark_width * series.len() as f64 / (right - left)).ceil().max(1.0) as usize;
    let body = html! {
        @for share in [0.5, 1.0] {
            @let value = highest * share;
            @if highest > 0.0 {
                line x1=(px(left)) x2=(px(right)) y1=(px(y(value))) y2=(px(y(value))) stroke=(RULE) {}
                (svg::text(left - 8.0, y(value), Anchor::End, SOFT, &figure(value)))
            }
        }
        @for at in 0..series.len() { (bar(at)) }
        line x1=(px(left)) x2=(px(right)) y1=(px(floor)) y2=(px(floor)) stroke=(SOFT) {}
        @for (period, _) in series.iter().step_by(every) {
            (svg::text((x(period.from) + x(period.until)) / 2.0, floor + LINE * 0.7, Anchor::Middle, SOFT, &period.mark()))
        }
        @for one in placed.iter().rev() { (event(one)) }
        (svg::text(left, floor + LINE * 1.8, Anchor::Start, SOFT, &lang.tf("picture-timeline-bars", &[("counted", counted)])))
    };

    let left_out = LeftOut { ties: outside + crowded, periods: skipped, ..LeftOut::default() };
    let mut told = Vec::new();
    if series.is_empty() {
        told.push(lang.t("picture-periods-none").into_owned());
    } else {
        let (events, from, until) = (placed.len().to_string(), first.to_string(), last.to_string());
        let values = [("events", events.as_str()), ("from", &from), ("until", &until), ("counted", counted)];
        told.push(lang.tf("picture-timeline-caption", &values).into_owned());
    }
    if !placed.is_empty() {
        told.push(lang.t("picture-timeline-signs").into_owned());
    }
    for (key, count) in [("picture-events-outside", outside), ("picture-events-crowded", crowded)] {
        if count > 0 {
            told.push(lang.tf(key, &[("count", &count.to_string())]).into_owned());
        }
    }
    let missing = series.iter().filter(|(_, value)| value.is_none()).count();
    if missing > 0 {
        told.push(lang.tf("picture-periods-undefined", &[("count", &missing.to_string())]).into_owned());
    }
    if skipped > 0 {
        told.push(lang.tf("picture-periods-left-out", &[("count", &skipped.to_string())]).into_owned());
    }
    let caption = style.sentences(&told);
    let columns = ["picture-column-first", "picture-column-last", "picture-column-what", "picture-column-value"];
    let mut table = vec![style.words(columns)];
    let mut links = Vec::new();
    for (at, (period, value)) in series.iter().enumerate() {
        let told = value.map_or_else(|| lang.t("picture-undefined").into_owned(), figure);
        table.push(vec![period.from.to_string(), period.until.to_string(), counted.to_owned(), told]);
        links.push(style.href(Thing::Period(skipped + at)));
    }
    for one in &placed {
        let event = &events[one.number];
        let until = event.until.map(|until| until.to_string()).unwrap_or_default();
        table.push(vec![event.from.to_string(), until, named(event), effect(event.effect, lang)]);
        links.push(style.href(Thing::Event(one.number)));
    }
    let svg = svg::frame(style, &lang.t("picture-timeline"), &caption, floor + LINE * 2.6, &body);
    Picture { svg, caption, left_out, table, links }
}

fn effect(effect: Effect, lang: Lang) -> String {
    match effect {
        Effect::Advances => lang.t("picture-effect-advances").into_owned(),
        Effect::Suspends => lang.t("picture-effect-suspends").into_owned(),
    }
}

/// The days and the effect of an event.
fn spoken(event: &Event, lang: Lang) -> String {
    let days = event.until.map_or_else(|| event.from.to_string(), |until| format!("{} – {until}", event.from));
    format!("{days} {}", effect(event.effect, lang))
}
