//! The parts of which pictures are made.

use maud::{Markup, PreEscaped, html};

use super::{Cast, Style};

/// Size of all text, in pixels.
pub const TEXT: f64 = 14.0;
/// Height of a line of it.
pub const LINE: f64 = 20.0;
/// What is written and what is drawn black.
pub const INK: &str = "#1b1f24";
/// What is written beside.
pub const SOFT: &str = "#4a5561";
/// What is written of those who are not there, and still read.
pub const FADED: &str = "#6b7785";
/// Lines that only part.
pub const RULE: &str = "#d5dbe1";
/// The house's blue.
pub const BLUE: &str = "#14508c";
/// Its accent.
pub const WARM: &str = "#8a4b00";
/// What fills a background.
pub const PALE: &str = "#e8f0f8";
/// One for each group, with its shape; after these the same again as frames.
pub const COLOURS: [&str; 8] = [BLUE, WARM, "#17663a", SOFT, "#7a3b78", "#0d3a67", "#6b5a00", "#00656b"];
/// Groups that have a sign of their own; all others share one.
const SIGNS: usize = 2 * COLOURS.len() - 1;
const FONTS: &str =
    "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', sans-serif";

/// A length, to a tenth of a pixel.
pub fn px(length: f64) -> String {
    // Adding zero leaves no minus before it.
    format!("{:.1}", length + 0.0)
}

/// About how wide a text is: a Chinese character is as wide as it is high.
pub fn width_of(text: &str) -> f64 {
    let width = |c: char| match c {
        '\u{2e80}'.. | '…' => 1.0,
        'i' | 'j' | 'l' | '.' | ',' | ' ' | '-' => 0.35,
        'A'..='Z' | 'm' | 'w' => 0.74,
        _ => 0.62,
    };
    text.chars().map(width).sum::<f64>() * TEXT
}

/// As much of a text as is so wide.
pub fn short(text: &str, width: f64) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        short.push(c);
        if width_of(&short) + TEXT > width {
            break;
        }
    }
    short.push('…');
    short
}

/// Where a text stands on its point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A line of text; `y` is its middle. White around it keeps it readable on lines.
pub fn text(x: f64, y: f64, anchor: Anchor, colour: &str, content: &str) -> Markup {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    html! {
        text x=(px(x)) y=(px(y + TEXT * 0.35)) text-anchor=(anchor) fill=(colour) stroke="#ffffff" stroke-width="3"
            stroke-linejoin="round" paint-order="stroke" { (content) }
    }
}

/// The whole picture. What can be opened makes it a group for those who hear it, else it is one image.
pub fn frame(style: &Style<'_>, title: &str, caption: &str, height: f64, body: &Markup) -> String {
    let width = f64::from(style.width);
    let role = if style.link.is_some() { "group" } else { "img" };
    let markup = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {} {}", px(width), px(height))) width=(px(width))
            height=(px(height)) role=(role) lang=(style.lang.tag()) font-family=(FONTS) font-size=(TEXT) {
            title { (title) }
            desc { (caption) }
            rect width=(px(width)) height=(px(height)) fill="#ffffff" {}
            (body)
        }
    };
    markup.into_string()
}

/// Something with its title; a link if it can be opened. The keyboard goes past it: the table has the same links.
pub fn titled(href: Option<&str>, title: &str, body: &Markup) -> Markup {
    html! {
        @if let Some(href) = href {
            a href=(href) tabindex="-1" { title { (title) } (body) }
        } @else {
            g { title { (title) } (body) }
        }
    }
}

/// The sign of a group: a shape and a colour, about as large as a circle of that radius.
pub fn sign(group: usize, x: f64, y: f64, radius: f64) -> Markup {
    let group = group.min(SIGNS);
    let shape = group % COLOURS.len();
    let colour = COLOURS[shape];
    let (fill, stroke) = if group < COLOURS.len() { (colour, "#ffffff") } else { ("#ffffff", colour) };
    let thick = px((if group < COLOURS.len() { 1.0_f64 } else { 2.0 }).min(radius * 0.2));
    if shape == 0 {
        return html! { circle cx=(px(x)) cy=(px(y)) r=(px(radius)) fill=(fill) stroke=(stroke) stroke-width=(thick) {} };
    }
    // Corners, as (turns from the right, distance from the middle).
    let round = |corners: usize, first: f64, reach: f64| -> Vec<(f64, f64)> {
        (0..corners).map(|at| (first + at as f64 / corners as f64, reach)).collect()
    };
    let corners: Vec<(f64, f64)> = match shape {
        1 => round(4, 0.125, 1.25),
        2 => round(3, -0.25, 1.45),
        3 => round(4, 0.0, 1.35),
        4 => round(6, 0.0, 1.1),
        5 => round(3, 0.25, 1.45),
        6 => (0..10).map(|at| (-0.25 + f64::from(at) / 10.0, if at % 2 == 0 { 1.5 } else { 0.7 })).collect(),
        _ => (0..12_u8)
            .map(|at| {
                let arm = f64::from(at / 3) * 0.25;
                [(arm - 0.064, 1.25), (arm + 0.064, 1.25), (arm + 0.125, 0.7)][usize::from(at) % 3]
            })
            .collect(),
    };
    let corner = |(turn, reach): &(f64, f64)| {
        let (sin, cos) = (turn * std::f64::consts::TAU).sin_cos();
        format!("{},{}", px(x + reach * radius * cos), px(y + reach * radius * sin))
    };
    let points: Vec<String> = corners.iter().map(corner).collect();
    html! { polygon points=(points.join(" ")) fill=(fill) stroke=(stroke) stroke-width=(thick) stroke-linejoin="round" {} }
}

/// What signs mean, from `top` on, and how high that is. Nothing where all are of one kind.
pub fn legend(cast: &Cast, others: &str, top: f64, width: f64) -> (Markup, f64) {
    let names = &cast.groups.names;
    if names.len() < 2 {
        return (PreEscaped(String::new()), 0.0);
    }
    let own = names.iter().zip(&cast.signs).take(SIGNS).map(|(name, sign)| (name.as_str(), *sign));
    let entries: Vec<(&str, usize)> = own.chain((names.len() > SIGNS).then_some((others, SIGNS))).collect();
    let (mut x, mut y) = (16.0, top + LINE / 2.0);
    let mut placed = Vec::new();
    for (name, group) in entries {
        let name = short(name, width - 60.0);
        let wide = 22.0 + width_of(&name) + 18.0;
        if x + wide > width && x > 16.0 {
            (x, y) = (16.0, y + LINE + 2.0);
        }
        placed.push((group, name, x, y));
        x += wide;
    }
    let markup = html! {
        @for (group, name, x, y) in &placed {
            (sign(*group, x + 7.0, *y, 6.0))
            (text(x + 20.0, *y, Anchor::Start, INK, name))
        }
    };
    (markup, y + LINE / 2.0 + 4.0 - top)
}
