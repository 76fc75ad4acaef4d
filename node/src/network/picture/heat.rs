//! Who has ties with whom, as a matrix: rows go out, columns come in.

use maud::{Markup, html};
use tongban_core::network::Graph;
use tongban_core::network::blocks::concor;
use tongban_core::network::leiden::leiden;
use tongban_core::network::permute::Runs;

use super::svg::{self, Anchor, INK, LINE, RULE, SOFT, TEXT, WARM, px, titled};
use super::ties::{Ties, strongest};
use super::{Cast, LeftOut, Picture, Style, Thing, figure};
use crate::limits;

/// In which order actors stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Group by group.
    Group,
    /// Community by community, as the Leiden algorithm finds them.
    Communities,
    /// Position by position, as CONCOR finds them: those with like arcs, four at most.
    Concor,
}

/// Five steps from pale to dark: they also differ in print.
const SHADES: [&str; 5] = ["#d6e4f2", "#a9c6e2", "#6f9fcb", "#3a74ab", "#0d3a67"];

/// The widest names beside the matrix.
const NAME: f64 = 11.0 * TEXT;

/// The seed of what a search for communities draws.
const SEED: u64 = 1;

/// Draws the weights of all ties among the strongest actors.
pub fn heat(cast: &Cast, graph: &Graph, order: Order, style: &Style<'_>) -> Picture {
    let lang = style.lang;
    let all = graph.len();
    let all_ties = graph.arcs();
    // Sought among all actors, also those who are not drawn.
    let found = match order {
        Order::Group => None,
        Order::Communities => leiden(graph, 1.0, &Runs::of(limits::NETWORK_STARTS, SEED)).map(|found| found.groups),
        Order::Concor => concor(&[graph], 2),
    };
    let reduced = strongest(cast, graph, style.most(limits::PICTURE_HEAT_ACTORS));
    let (kept, cast, graph) = match &reduced {
        Some((kept, cast, graph)) => (kept.clone(), cast, graph),
        None => ((0..all).collect(), cast, graph),
    };
    let count = graph.len();
    let strengths = Ties::of(graph, 0).strengths;
    let found: Option<Vec<u32>> = found.map(|found| kept.iter().map(|actor| found[*actor]).collect());
    let (groups, names) = match &found {
        Some(found) => (found.as_slice(), None),
        None => (cast.groups.of_actor.as_slice(), Some(&cast.groups.names)),
    };
    let mut sequence: Vec<usize> = (0..count).collect();
    sequence
        .sort_by(|one, other| groups[*one].cmp(&groups[*other]).then(strengths[*other].total_cmp(&strengths[*one])));
    let most = graph.each().map(|(_, _, weight)| weight.abs()).fold(0.0, f64::max);

    let short: Vec<String> = cast.names.iter().map(|name| svg::short(name, NAME)).collect();
    let beside = short.iter().map(|name| svg::width_of(name)).fold(0.0, f64::max) + 12.0;
    let group_name = |at: usize, group: u32| match names {
        Some(names) => names.get(group as usize).cloned().unwrap_or_default(),
        None => lang.tf("picture-part", &[("number", &(at + 1).to_string())]).into_owned(),
    };
    let mut blocks: Vec<(u32, usize, usize)> = Vec::new();
    for (at, actor) in sequence.iter().enumerate() {
        match blocks.last_mut() {
            Some((group, _, end)) if *group == groups[*actor] => *end = at + 1,
            _ => blocks.push((groups[*actor], at, at + 1)),
        }
    }
    let grouped = blocks.len() > 1;
    let right = if grouped {
        let widest = blocks
            .iter()
            .enumerate()
            .map(|(at, (group, ..))| svg::width_of(&group_name(at, *group)))
            .fold(0.0, f64::max);
        widest.min(NAME) + 14.0
    } else {
        8.0
    };
    let width = f64::from(style.width);
    let side = ((width - beside - right) / count.max(1) as f64).clamp(3.0, 36.0);
    // A name every so many rows, where rows are lower than a line.
    let every = ((TEXT + 1.0) / side).ceil().max(1.0) as usize;
    let (left, top) = (beside, beside);
    let span = side * count as f64;
    let one_weight = graph.each().all(|(_, _, weight)| weight.abs() == most);
    let shade = |weight: f64| {
        if one_weight {
            return SHADES.len() / 2;
        }
        let step = (weight.abs() / most).sqrt() * SHADES.len() as f64;
        (step.ceil() as usize).clamp(1, SHADES.len()) - 1
    };
    let mut column_of = vec![0; count];
    sequence.iter().enumerate().for_each(|(at, actor)| column_of[*actor] = at);
    let cell = |row: usize, to: usize, weight: f64| -> Markup {
        let (from, column) = (sequence[row], column_of[to]);
        let title = format!("{} → {}", cast.names[from], cast.names[to]);
        let (x, y) = (left + column as f64 * side, top + row as f64 * side);
        let dark = shade(weight);
        let inset = if side > 8.0 { 1.0 } else { 0.0 };
        let body = html! {
            rect x=(px(x + inset)) y=(px(y + inset)) width=(px(side - 2.0 * inset)) height=(px(side - 2.0 * inset))
                fill=(if weight < 0.0 { "#ffffff" } else { SHADES[dark] })
                stroke=[(weight < 0.0).then_some(WARM)] stroke-width=[(weight < 0.0).then_some("2")] {}
            @if side >= 28.0 && !one_weight && svg::width_of(&figure(weight)) < side - 2.0 {
                text x=(px(x + side / 2.0)) y=(px(y + side / 2.0 + 5.0)) text-anchor="middle"
                    fill=(if dark > 2 && weight > 0.0 { "#ffffff" } else { INK }) { (figure(weight)) }
            }
        };
        let href = style.href(Thing::Arc(kept[from], kept[to]));
        titled(href.as_deref(), &lang.labelled(&title, &figure(weight)), &body)
    };
    // Of each shade that occurs, from which weight to which.
    let weights = |step: usize| {
        let weights = graph.each().map(|(_, _, weight)| weight.abs()).filter(|weight| shade(*weight) == step);
        weights.fold(None, |ends: Option<(f64, f64)>, weight| {
            Some(ends.map_or((weight, weight), |(low, high)| (low.min(weight), high.max(weight))))
        })
    };
    let told = |(low, high): (f64, f64)| {
        if low == high { figure(low) } else { format!("{} – {}", figure(low), figure(high)) }
    };
    let shades: Vec<(usize, String)> =
        (0..SHADES.len()).filter_map(|step| weights(step).map(|ends| (step, told(ends)))).collect();
    let below = top + span + 14.0;
    let body = html! {
        rect x=(px(left)) y=(px(top)) width=(px(span)) height=(px(span)) fill="#ffffff" stroke=(SOFT) {}
        @for row in 0..count {
            // On the diagonal there is nothing to tie.
            @let at = row as f64 * side;
            rect x=(px(left + at)) y=(px(top + at)) width=(px(side)) height=(px(side)) fill=(RULE) {}
            @for (to, weight) in graph.out(sequence[row]).iter().zip(graph.out_weights(sequence[row])) {
                (cell(row, *to as usize, *weight))
            }
        }
        @if grouped {
            @for (at, (group, begin, end)) in blocks.iter().enumerate() {
                @let (first, last) = (*begin as f64 * side, *end as f64 * side);
                @if *end < count {
                    line x1=(px(left)) x2=(px(left + span)) y1=(px(top + last)) y2=(px(top + last)) stroke=(INK) {}
                    line y1=(px(top)) y2=(px(top + span)) x1=(px(left + last)) x2=(px(left + last)) stroke=(INK) {}
                }
                @if last - first >= LINE * 0.8 {
                    (svg::text(left + span + 6.0, top + (first + last) / 2.0, Anchor::Start, SOFT,
                        &svg::short(&group_name(at, *group), NAME)))
                }
            }
        }
        @for (row, actor) in sequence.iter().enumerate().step_by(every) {
            @let middle = (row as f64 + 0.5) * side;
            (svg::text(left - 6.0, top + middle, Anchor::End, INK, &short[*actor]))
            (upright(left + middle, top - 6.0, &short[*actor]))
        }
        @let wide = shades.iter().map(|(_, told)| svg::width_of(told)).fold(0.0, f64::max) + 46.0;
        @for (at, (step, told)) in shades.iter().enumerate() {
            @let x = left + at as f64 * wide;
            rect x=(px(x)) y=(px(below)) width="16" height="16" fill=(SHADES[*step]) {}
            (svg::text(x + 22.0, below + 8.0, Anchor::Start, INK, told))
        }
    };

    let nameless = count - count.div_ceil(every);
    let left_out = LeftOut { actors: all - count, ties: all_ties - graph.arcs(), names: nameless, periods: 0 };
    let isolates = (0..count).filter(|actor| graph.partners(*actor).is_empty()).count();
    let (actors, ties) = (count.to_string(), graph.arcs().to_string());
    let mut told = vec![lang.tf("picture-heat-caption", &[("actors", &actors), ("ties", &ties)]).into_owned()];
    told.push(match (&found, order) {
        (Some(_), Order::Concor) => lang.t("picture-order-concor").into_owned(),
        (Some(_), _) => lang.t("picture-order-communities").into_owned(),
        (None, _) if grouped => lang.t("picture-order-group").into_owned(),
        (None, _) => lang.t("picture-order-strength").into_owned(),
    });
    if graph.each().any(|(_, _, weight)| weight < 0.0) {
        told.push(lang.t("picture-heat-negative").into_owned());
    }
    if left_out.actors > 0 {
        let (left, ties) = (left_out.actors.to_string(), left_out.ties.to_string());
        told.push(lang.tf("picture-heat-left-out", &[("left", &left), ("ties", &ties)]).into_owned());
    }
    if isolates > 0 {
        told.push(lang.tf("picture-isolates", &[("count", &isolates.to_string())]).into_owned());
    }
    if nameless > 0 {
        told.push(lang.tf("picture-names-left-out", &[("left", &nameless.to_string())]).into_owned());
    }
    let caption = style.sentences(&told);
    let heads = sequence.iter().map(|actor| cast.names[*actor].clone());
    let mut table = vec![std::iter::once(String::new()).chain(heads).collect::<Vec<String>>()];
    for from in &sequence {
        let weights = sequence.iter().map(|to| figure(graph.weight(*from, *to).unwrap_or(0.0)));
        table.push(std::iter::once(cast.names[*from].clone()).chain(weights).collect());
    }
    let links = sequence.iter().map(|actor| style.href(Thing::Actor(kept[*actor]))).collect();
    let svg = svg::frame(style, &lang.t("picture-heat"), &caption, below + LINE + 6.0, &body);
    Picture { svg, caption, left_out, table, links }
}

/// A name that ends at a point from above: Chinese from top to bottom with upright characters, others turned.
fn upright(x: f64, bottom: f64, name: &str) -> Markup {
    let chinese = name.chars().all(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '…'));
    let count = name.chars().count() as f64;
    html! {
        @if chinese {
            text text-anchor="middle" fill=(INK) {
                @for (at, c) in name.chars().enumerate() {
                    tspan x=(px(x)) y=(px(bottom - (count - 1.0 - at as f64) * TEXT - 2.0)) { (c) }
                }
            }
        } @else {
            text transform=(format!("translate({} {}) rotate(-90)", px(x + TEXT * 0.35), px(bottom))) fill=(INK) { (name) }
        }
    }
}
