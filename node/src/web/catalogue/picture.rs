//! The matrix as a picture: one square for each element and place. The table behind it says the same.

use maud::{Markup, html};
use tongban_core::catalogue::compare::{Cell, Row};

use super::words;

/// Side of a square, in units of the picture.
const SIDE: usize = 12;

/// Elements from top to bottom, places from left to right. What deviates has a sign in it and not a colour alone: a stroke for
/// another word, a cross for one more, a frame for one that is missing.
pub(super) fn draw(label: &str, rows: &[&Row], places: &[usize]) -> Markup {
    let (width, height) = (places.len() * SIDE, rows.len() * SIDE);
    html! {
        svg class="heat" viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height) role="img" aria-label=(label) {
            @for (down, row) in rows.iter().enumerate() {
                @for (across, at) in places.iter().enumerate() {
                    @let cell = row.cell(*at);
                    @if cell != Cell::Absent {
                        (square(cell, across * SIDE, down * SIDE))
                    }
                }
            }
        }
    }
}

fn square(cell: Cell, x: usize, y: usize) -> Markup {
    let side = SIDE - 2;
    let (left, right) = (x + 3, x + SIDE - 3);
    let (top, bottom, middle) = (y + 3, y + SIDE - 3, y + SIDE / 2);
    let centre = x + SIDE / 2;
    let sign = match cell {
        Cell::Other => format!("M{left} {middle}H{right}"),
        Cell::More => format!("M{left} {middle}H{right}M{centre} {top}V{bottom}"),
        _ => String::new(),
    };
    html! {
        rect class=(words::cell(cell)) x=(x + 1) y=(y + 1) width=(side) height=(side) {}
        @if !sign.is_empty() { path d=(sign) {} }
    }
}
