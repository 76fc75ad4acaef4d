//! The same network period by period: everyone stands in the same place in all.

use maud::{Markup, html};
use tongban_core::network::Graph;
use tongban_core::network::layout::{self, Label, Point, Room};

use super::stage::Layout;
use super::svg::{self, Anchor, INK, LINE, RULE, TEXT, px, sign, titled};
use super::ties::{Line, Ties, among, is_both_ways, line_width, strongest};
use super::{Cast, LeftOut, Period, Picture, Style, Thing, figure};
use crate::limits;

/// About how wide each is, in pixels.
const PANEL: f64 = 300.0;

/// Draws a little network for each period. All have one layout, made of all periods together, and one scale. The last
/// periods are drawn where there are more than can be read; who has no tie in a period is pale there.
pub fn multiples(cast: &Cast, periods: &[(Period, Graph)], layout: Layout, style: &Style<'_>) -> Picture {
    let lang = style.lang;
    // There and back are two lines in all periods or in none.
    let both_ways = periods.iter().all(|(_, graph)| is_both_ways(graph));
    let skipped = periods.len().saturating_sub(style.most(limits::PICTURE_PANELS));
    let periods = &periods[skipped..];
    let all = cast.names.len();
    let arcs = periods.iter().flat_map(|(_, graph)| graph.each());
    let arcs = arcs.map(|(from, to, weight)| (from as u32, to as u32, weight.abs()));
    let (whole, _) = Graph::of(all, arcs);
    let reduced = strongest(cast, &whole, limits::PICTURE_PANEL_ACTORS);
    let (kept, drawn_cast, whole) = match &reduced {
        Some((kept, cast, graph)) => (kept.clone(), cast, graph),
        None => ((0..all).collect(), cast, &whole),
    };
    let count = kept.len();
    let little =
        |(_, graph): &(Period, Graph)| Ties::drawn_as(&among(&kept, graph), limits::PICTURE_PANEL_TIES, both_ways);
    let littles: Vec<Ties> = periods.iter().map(little).collect();
    let drawn = || littles.iter().flat_map(|ties| &ties.drawn).map(|tie| tie.2.abs());
    let ends = (drawn().fold(f64::INFINITY, f64::min), drawn().fold(0.0, f64::max));
    let strengths = Ties::of(whole, 0).strengths;
    let strongest = littles.iter().flat_map(|ties| &ties.strengths).copied().fold(0.0, f64::max);

    let width = f64::from(style.width);
    let columns = (width / PANEL).round().clamp(1.0, periods.len().max(1) as f64);
    let panel = width / columns;
    let (inner, high) = (panel - 20.0, (panel - 20.0) * 0.72);
    let size = ((inner * high / count.max(1) as f64).sqrt() * 0.2).clamp(2.0, 8.0);
    let room = Room { width: (2.0 * size + 1.0) / inner, height: (2.0 * size + 1.0) / high };
    let places = layout.places(drawn_cast, whole, room);
    let pitch = LINE + 8.0 + high + LINE + 8.0;
    let draw = |at: usize| -> Markup {
        let (period, _) = &periods[at];
        let ties = &littles[at];
        let (left, top) = ((at as f64 % columns) * panel, (at as f64 / columns).floor() * pitch);
        let place = |actor: usize| Point {
            x: left + 10.0 + places[actor].x * inner,
            y: top + LINE + 12.0 + places[actor].y * high,
        };
        let radius = |actor: usize| {
            let share = if strongest > 0.0 { (ties.strengths[actor] / strongest).sqrt() } else { 0.0 };
            size * (0.5 + 0.5 * share)
        };
        // The names of the three that are strongest in this period; they can be followed through all.
        let mut order: Vec<usize> = (0..count).filter(|actor| ties.strengths[*actor] > 0.0).collect();
        order.sort_by(|one, other| ties.strengths[*other].total_cmp(&ties.strengths[*one]));
        order.truncate(limits::PICTURE_PANEL_NAMES);
        let names: Vec<String> = order.iter().map(|actor| svg::short(&drawn_cast.names[*actor], 8.0 * TEXT)).collect();
        let wanted: Vec<Label> = order
            .iter()
            .zip(&names)
            .map(|(actor, name)| Label {
                at: Point { x: place(*actor).x - left, y: place(*actor).y - top },
                radius: radius(*actor) + 1.0,
                width: svg::width_of(name) + 2.0,
                height: TEXT + 3.0,
                strength: ties.strengths[*actor],
            })
            .collect();
        let spots = layout::labels(&wanted, panel, pitch - 4.0, limits::PICTURE_PANEL_NAMES);
        let heading = lang.labelled(&period.name(lang), &lang.tf("picture-panel", &[("ties", &ties.all.to_string())]));
        let title = titled(
            style.href(Thing::Period(skipped + at)).as_deref(),
            &heading,
            &svg::text(left + 10.0, top + LINE / 2.0 + 2.0, Anchor::Start, INK, &heading),
        );
        let line = |(from, to, weight): &(usize, usize, f64)| {
            let line = Line {
                from: place(*from),
                to: place(*to),
                radii: (radius(*from), radius(*to)),
                width: line_width(*weight, ends, 4.0),
                negative: *weight < 0.0,
                directed: !both_ways,
                head: false,
            };
            line.draw(false)
        };
        html! {
            rect x=(px(left + 3.0)) y=(px(top + LINE + 4.0)) width=(px(panel - 6.0)) height=(px(pitch - LINE - 10.0))
                fill="none" stroke=(RULE) {}
            (title)
            @for tie in ties.drawn.iter().rev() { (line(tie)) }
            @for actor in 0..count {
                @let at = place(actor);
                @if ties.strengths[actor] > 0.0 {
                    g { title { (drawn_cast.title(actor, lang)) } (sign(drawn_cast.sign(actor), at.x, at.y, radius(actor))) }
                } @else {
                    circle cx=(px(at.x)) cy=(px(at.y)) r=(px(size * 0.4)) fill=(RULE) {}
                }
            }
            @for (name, spot) in names.iter().zip(&spots) {
                @if let Some(spot) = spot { (svg::text(left + spot.x, top + spot.y, Anchor::Middle, INK, name)) }
            }
        }
    };
    let rows = (periods.len() as f64 / columns).ceil();
    let others = lang.t("picture-others");
    let (legend, legend_height) = svg::legend(drawn_cast, &others, rows * pitch + 4.0, width);
    let body = html! {
        @for at in 0..periods.len() { (draw(at)) }
        (legend)
    };

    let undrawn: usize = littles.iter().map(|ties| ties.all - ties.drawn.len()).sum();
    let left_out = LeftOut { actors: all - count, ties: undrawn, names: 0, periods: skipped };
    let isolates = strengths.iter().filter(|strength| **strength == 0.0).count();
    let (panels, actors) = (periods.len().to_string(), count.to_string());
    let mut told = Vec::new();
    if periods.is_empty() {
        told.push(lang.t("picture-periods-none").into_owned());
    } else {
        told.push(lang.tf("picture-multiples-caption", &[("panels", &panels), ("actors", &actors)]).into_owned());
    }
    for (key, count) in [
        ("picture-isolates", isolates),
        ("picture-actors-left-out", left_out.actors),
        ("picture-panels-ties-left-out", undrawn),
        ("picture-periods-left-out", skipped),
    ] {
        if count > 0 {
            let count = count.to_string();
            told.push(lang.tf(key, &[("count", &count), ("left", &count)]).into_owned());
        }
    }
    let caption = style.sentences(&told);
    let columns = [
        "picture-column-first",
        "picture-column-last",
        "picture-column-actors",
        "picture-column-ties",
        "picture-column-weight",
        "picture-column-drawn",
    ];
    let mut table = vec![style.words(columns)];
    for ((period, graph), ties) in periods.iter().zip(&littles) {
        let active = (0..all).filter(|actor| !graph.partners(*actor).is_empty()).count();
        let weight: f64 = graph.each().map(|(_, _, weight)| weight.abs()).sum();
        table.push(vec![
            period.from.to_string(),
            period.until.to_string(),
            active.to_string(),
            ties.all.to_string(),
            figure(if both_ways { weight / 2.0 } else { weight }),
            ties.drawn.len().to_string(),
        ]);
    }
    let links = (0..periods.len()).map(|at| style.href(Thing::Period(skipped + at))).collect();
    let svg = svg::frame(style, &lang.t("picture-multiples"), &caption, rows * pitch + 8.0 + legend_height, &body);
    Picture { svg, caption, left_out, table, links }
}
