//! How much goes from group to group: between provinces, between networks.

use std::collections::BTreeMap;

use maud::{Markup, html};
use tongban_core::network::Graph;

use super::svg::{self, Anchor, INK, LINE, SOFT, TEXT, px, titled};
use super::{Cast, LeftOut, Picture, Style, Thing, figure};
use crate::limits;

/// The widest names beside the bands.
const NAME: f64 = 9.0 * TEXT;

/// The number of the group into which the weakest are put together, where there are more than can be drawn.
const OTHERS: usize = usize::MAX;

/// Draws bands from the groups on the left, which act, to those on the right, as wide as all ties between them weigh. What
/// stays within a group goes straight across.
pub fn flows(cast: &Cast, graph: &Graph, style: &Style<'_>) -> Picture {
    let lang = style.lang;
    let mut between: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut totals = vec![0.0; cast.groups.names.len()];
    for (from, to, weight) in graph.each() {
        let (from, to) = (cast.group(from), cast.group(to));
        *between.entry((from, to)).or_default() += weight.abs();
        totals[from] += weight.abs();
        totals[to] += weight.abs();
    }
    // The strongest groups, and all others as one.
    let mut shown: Vec<usize> = (0..totals.len()).filter(|group| totals[*group] > 0.0).collect();
    let silent = totals.len() - shown.len();
    shown.sort_by(|one, other| totals[*other].total_cmp(&totals[*one]));
    let together =
        if shown.len() > limits::PICTURE_GROUPS { shown.split_off(limits::PICTURE_GROUPS - 1) } else { Vec::new() };
    if !together.is_empty() {
        let mut merged: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let of = |group: usize| if together.contains(&group) { OTHERS } else { group };
        for ((from, to), weight) in between {
            *merged.entry((of(from), of(to))).or_default() += weight;
        }
        between = merged;
        shown.push(OTHERS);
    }
    let name = |group: usize| -> String {
        if group == OTHERS {
            return lang.tf("picture-groups-others", &[("count", &together.len().to_string())]).into_owned();
        }
        let name = &cast.groups.names[group];
        if name.is_empty() { lang.t("picture-group-all").into_owned() } else { name.clone() }
    };
    let mut drawn: Vec<(usize, usize, f64)> =
        between.iter().map(|((from, to), weight)| (*from, *to, *weight)).collect();
    drawn.sort_by(|one, other| other.2.total_cmp(&one.2));
    let all = drawn.len();
    let total: f64 = drawn.iter().map(|flow| flow.2).sum();
    drawn.truncate(style.most(limits::PICTURE_FLOWS));
    let shares: f64 = drawn.iter().map(|flow| flow.2).sum();

    // Both sides in the same order, so that they can be compared; each as high as all that goes out, or comes in.
    let sum = |side: fn(&(usize, usize)) -> usize, group: usize| -> f64 {
        between.iter().filter(|(pair, _)| side(pair) == group).map(|(_, weight)| weight).sum()
    };
    let width = f64::from(style.width);
    let top = LINE + 12.0;
    let height = (shown.len() as f64 * 46.0).clamp(240.0, 900.0);
    let gap = 14.0;
    let scale = if total > 0.0 { (height - gap * shown.len().saturating_sub(1) as f64) / total } else { 0.0 };
    let stacked = |side: fn(&(usize, usize)) -> usize| -> Vec<(usize, f64, f64)> {
        let mut y = top;
        shown
            .iter()
            .map(|group| {
                let weight = sum(side, *group);
                // A name needs a line.
                let high = (weight * scale).max(1.0);
                let begin = y;
                y += high.max(if weight > 0.0 { LINE - gap } else { 0.0 }) + gap;
                (*group, begin, weight)
            })
            .collect()
    };
    let (outs, ins) = (stacked(|pair| pair.0), stacked(|pair| pair.1));
    let widest = shown.iter().map(|group| svg::width_of(&svg::short(&name(*group), NAME))).fold(0.0, f64::max);
    let most = outs.iter().chain(&ins).map(|(_, _, weight)| svg::width_of(&figure(*weight))).fold(0.0, f64::max);
    let side = widest + most + 26.0;
    let (left, right) = (side, width - side);
    let begin_of = |stack: &[(usize, f64, f64)], group: usize| {
        stack.iter().find(|(own, ..)| *own == group).map_or(top, |(_, begin, _)| *begin)
    };
    // Bands leave and arrive in the order of the other side, so that they cross no more than they must.
    let rank = |group: usize| shown.iter().position(|own| *own == group).unwrap_or_default();
    let mut ordered = drawn.clone();
    ordered.sort_by_key(|(from, to, _)| (rank(*from), rank(*to)));
    let mut used_left: BTreeMap<usize, f64> = BTreeMap::new();
    let mut placed: Vec<(usize, usize, f64, f64, f64)> = Vec::new();
    for (from, to, weight) in &ordered {
        let used = used_left.entry(*from).or_default();
        placed.push((*from, *to, *weight, begin_of(&outs, *from) + *used, 0.0));
        *used += weight * scale;
    }
    placed.sort_by_key(|(from, to, ..)| (rank(*to), rank(*from)));
    let mut used_right: BTreeMap<usize, f64> = BTreeMap::new();
    for (_, to, weight, _, end) in &mut placed {
        let used = used_right.entry(*to).or_default();
        *end = begin_of(&ins, *to) + *used;
        *used += *weight * scale;
    }
    placed.sort_by(|one, other| other.2.total_cmp(&one.2));
    let colour = |group: usize| match cast.signs.get(group) {
        None => SOFT,
        Some(sign) if cast.signs.len() <= svg::COLOURS.len() => svg::COLOURS[*sign],
        // So many have none of their own: neighbours differ.
        Some(_) => svg::COLOURS[rank(group) % svg::COLOURS.len()],
    };
    let href = |from: usize, to: usize| {
        if from == OTHERS || to == OTHERS { None } else { style.href(Thing::Flow(from, to)) }
    };
    let band = |(from, to, weight, begin, end): &(usize, usize, f64, f64, f64)| -> Markup {
        let high = (weight * scale).max(0.8);
        let (x, z) = (left + 10.0, right - 10.0);
        let points = format!(
            "{},{} {},{} {},{} {},{}",
            px(x),
            px(*begin),
            px(z),
            px(*end),
            px(z),
            px(end + high),
            px(x),
            px(begin + high)
        );
        let colour = colour(*from);
        let body = html! {
            polygon points=(points) fill=(colour) fill-opacity="0.32" stroke=(colour) stroke-opacity="0.6" stroke-width="0.6" {}
        };
        let title = format!("{} → {}", name(*from), name(*to));
        titled(href(*from, *to).as_deref(), &lang.labelled(&title, &figure(*weight)), &body)
    };
    let block = |x: f64, (group, begin, weight): &(usize, f64, f64), anchor: Anchor| -> Markup {
        let high = (weight * scale).max(1.0);
        let colour = colour(*group);
        let (at, label) = match anchor {
            Anchor::End => (x - 8.0, format!("{}  {}", svg::short(&name(*group), NAME), figure(*weight))),
            _ => (x + 18.0, format!("{}  {}", figure(*weight), svg::short(&name(*group), NAME))),
        };
        html! {
            @if *weight > 0.0 {
                rect x=(px(x)) y=(px(*begin)) width="10" height=(px(high)) fill=(colour) {}
                (svg::text(at, begin + high / 2.0, anchor, INK, &label))
            }
        }
    };
    let end =
        |stack: &[(usize, f64, f64)]| stack.last().map_or(top, |(_, begin, weight)| begin + (weight * scale).max(LINE));
    let bottom = end(&outs).max(end(&ins)) + 12.0;
    let body = html! {
        (svg::text(left + 10.0, top - LINE * 0.8, Anchor::End, SOFT, &lang.t("picture-flows-from")))
        (svg::text(right - 10.0, top - LINE * 0.8, Anchor::Start, SOFT, &lang.t("picture-flows-to")))
        @for flow in &placed { (band(flow)) }
        @for one in &outs { (block(left, one, Anchor::End)) }
        @for one in &ins { (block(right - 10.0, one, Anchor::Start)) }
        @for (_, _, weight, begin, end) in &placed {
            // Near where it leaves, where bands of one group lie beside each other.
            @let high = weight * scale;
            @if high >= TEXT + 2.0 {
                @let y = begin + (end - begin) * 0.08 + high / 2.0;
                (svg::text(left + 14.0 + (right - left - 20.0) * 0.06, y, Anchor::Start, INK, &figure(*weight)))
            }
        }
    };
    let left_out = LeftOut { actors: together.len(), ties: all - drawn.len(), names: 0, periods: 0 };
    let groups = (shown.len() + together.len() - usize::from(!together.is_empty())).to_string();
    let mut told = vec![
        lang.tf(
            "picture-flows-caption",
            &[("groups", &groups), ("flows", &all.to_string()), ("total", &figure(total))],
        )
        .into_owned(),
    ];
    if silent > 0 {
        told.push(lang.tf("picture-flows-silent", &[("count", &silent.to_string())]).into_owned());
    }
    if left_out.actors > 0 {
        told.push(lang.tf("picture-flows-together", &[("count", &together.len().to_string())]).into_owned());
    }
    if let (Some(last), true) = (drawn.last(), left_out.ties > 0) {
        let (left, least) = (left_out.ties.to_string(), figure(last.2));
        let values = [("left", left.as_str()), ("least", &least), ("weight", &figure(total - shares))];
        told.push(lang.tf("picture-flows-left-out", &values).into_owned());
    }
    let caption = style.sentences(&told);
    let mut table = vec![style.words(["picture-column-from", "picture-column-to", "picture-column-weight"])];
    table.extend(drawn.iter().map(|(from, to, weight)| vec![name(*from), name(*to), figure(*weight)]));
    let links = drawn.iter().map(|(from, to, _)| href(*from, *to)).collect();
    let svg = svg::frame(style, &lang.t("picture-flows"), &caption, bottom, &body);
    Picture { svg, caption, left_out, table, links }
}
