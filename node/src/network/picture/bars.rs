//! Figures beside each other.

use maud::{Markup, html};

use super::svg::{self, Anchor, BLUE, INK, LINE, SOFT, TEXT, WARM, px, titled};
use super::{LeftOut, Picture, Style, Thing, figure};
use crate::limits;

/// The widest names.
const NAME: f64 = 14.0 * TEXT;

/// Draws a bar for each figure, in the order in which they come. What is not defined has no bar and says so. `measured`
/// says what the figures are.
pub fn bars(rows: &[(String, Option<f64>)], measured: &str, style: &Style<'_>) -> Picture {
    let lang = style.lang;
    let all = rows.len();
    let rows = &rows[..all.min(style.most(limits::PICTURE_BARS))];
    let undefined = lang.t("picture-undefined");
    let told = |value: &Option<f64>| value.map_or_else(|| undefined.clone().into_owned(), figure);
    let width = f64::from(style.width);
    let names: Vec<String> = rows.iter().map(|(name, _)| svg::short(name, NAME)).collect();
    let beside = names.iter().map(|name| svg::width_of(name)).fold(0.0, f64::max) + 16.0;
    let behind = rows.iter().map(|(_, value)| svg::width_of(&told(value))).fold(0.0, f64::max) + 14.0;
    let values = || rows.iter().filter_map(|(_, value)| *value);
    // Below zero goes to the left.
    let (least, most) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let before = if least < 0.0 { behind } else { 0.0 };
    let scale = if most > least { (width - beside - behind - before).max(20.0) / (most - least) } else { 0.0 };
    let zero = beside + before - least * scale;
    let line = LINE + 6.0;
    let top = LINE + 10.0;
    let bar = |at: usize| -> Markup {
        let (name, value) = &rows[at];
        let middle = top + (at as f64 + 0.5) * line;
        let body = html! {
            (svg::text(beside - 10.0, middle, Anchor::End, INK, &names[at]))
            @match value {
                Some(value) => {
                    @let long = value * scale;
                    @let (colour, begin) = if *value < 0.0 { (WARM, zero + long) } else { (BLUE, zero) };
                    rect x=(px(begin)) y=(px(middle - 8.0)) width=(px(long.abs().max(1.0))) height="16" fill=(colour)
                        fill-opacity="0.7" {}
                    @if *value < 0.0 {
                        (svg::text(begin - 6.0, middle, Anchor::End, INK, &told(&Some(*value))))
                    } @else {
                        (svg::text(zero + long + 6.0, middle, Anchor::Start, INK, &told(&Some(*value))))
                    }
                }
                None => (svg::text(zero + 6.0, middle, Anchor::Start, SOFT, &undefined)),
            }
        };
        titled(style.href(Thing::Period(at)).as_deref(), &lang.labelled(name, &told(value)), &body)
    };
    let bottom = top + rows.len() as f64 * line;
    let body = html! {
        (svg::text(zero, LINE / 2.0 + 2.0, Anchor::Start, SOFT, measured))
        @for at in 0..rows.len() { (bar(at)) }
        line x1=(px(zero)) x2=(px(zero)) y1=(px(top)) y2=(px(bottom)) stroke=(SOFT) {}
    };
    let left_out = LeftOut { actors: all - rows.len(), ..LeftOut::default() };
    let mut sentences = vec![
        lang.tf("picture-bars-caption", &[("measured", measured), ("count", &rows.len().to_string())]).into_owned(),
    ];
    let missing = rows.iter().filter(|(_, value)| value.is_none()).count();
    if missing > 0 {
        sentences.push(lang.tf("picture-bars-undefined", &[("count", &missing.to_string())]).into_owned());
    }
    if left_out.actors > 0 {
        sentences.push(lang.tf("picture-bars-left-out", &[("count", &left_out.actors.to_string())]).into_owned());
    }
    let caption = style.sentences(&sentences);
    let mut table = vec![vec![lang.t("picture-column-what").into_owned(), measured.to_owned()]];
    table.extend(rows.iter().map(|(name, value)| vec![name.clone(), told(value)]));
    let links = (0..rows.len()).map(|at| style.href(Thing::Period(at))).collect();
    let svg = svg::frame(style, &lang.t("picture-bars"), &caption, bottom + 10.0, &body);
    Picture { svg, caption, left_out, table, links }
}
