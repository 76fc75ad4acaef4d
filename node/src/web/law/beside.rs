//! What stands beside an item wherever it is handled: laws in its way, and bases that were amended since.

use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::catalogue::{Basis, Implementation};

use super::{cited, first_of, standing_badge};
use crate::directory::Snapshot;
use crate::limits;
use crate::service::law::{Against, conflicts, instrument, revised, standing_of};
use crate::web::part::icon;
use crate::web::visitor::Visitor;

/// Laws that stand in an item's way now.
pub fn open(visitor: &Visitor, snapshot: &Snapshot, item: &str) -> Markup {
    let open: Vec<Against<'_>> =
        conflicts(snapshot, item).into_iter().filter(|one| one.found.closed.is_none()).collect();
    html! {
        @for one in &open {
            @let conflict = &one.found.conflict;
            @let law = cited(visitor, &one.law.instrument, &conflict.article);
            @let what = visitor.lang.pick(&conflict.what, &conflict.what_en);
            p class="attention" role="note" {
                (icon("bell")) (visitor.tf("law-open-here", &[("law", &law), ("what", what)])) " "
                a href=(address(one)) { (visitor.t("law-open-more")) }
            }
        }
    }
}

/// Laws that once stood in its way: history.
pub fn history(visitor: &Visitor, snapshot: &Snapshot, item: &str) -> Markup {
    let closed: Vec<Against<'_>> =
        conflicts(snapshot, item).into_iter().filter(|one| one.found.closed.is_some()).collect();
    if closed.is_empty() {
        return html! {};
    }
    html! {
        details class="card" {
            summary { h2 { (visitor.t("law-history")) } }
            ul class="checklist muted" {
                @for one in &closed {
                    @let conflict = &one.found.conflict;
                    li {
                        strong { (cited(visitor, &one.law.instrument, &conflict.article)) } br;
                        (visitor.lang.pick(&conflict.what, &conflict.what_en)) br;
                        @if let Some(closed) = &one.found.closed {
                            (visitor.tf("law-closed-on", &[("on", &closed.on.to_string()), ("why", visitor.lang.pick(&closed.why, &closed.why_en))])) " "
                        }
                        a href=(address(one)) { (visitor.t("law-open-more")) }
                    }
                }
            }
        }
    }
}

fn address(one: &Against<'_>) -> String {
    format!("/law/{}#conflict-{}", one.law.instrument.key, one.number)
}

/// 依据已修订，请核对: implementations whose bases were amended after their versions began. `place` says whose each is.
pub fn amended<'a>(
    visitor: &Visitor,
    snapshot: &Snapshot,
    all: impl IntoIterator<Item = &'a Implementation>,
    today: Date,
    place: impl Fn(&Implementation) -> String,
) -> Markup {
    let mut lines: Vec<(String, &Basis, Date)> = Vec::new();
    for one in all {
        lines.extend(revised(snapshot, one, today).into_iter().map(|(basis, day)| (place(one), basis, day)));
    }
    if lines.is_empty() {
        return html! {};
    }
    let all = lines.len();
    lines.truncate(limits::LAW_ROWS_MAX);
    html! {
        div class="card" {
            p class="attention" role="note" { (icon("bell")) (visitor.t("law-amended")) }
            ul {
                @for (place, basis, day) in &lines {
                    li {
                        @if !place.is_empty() { (place) " · " }
                        (link(visitor, snapshot, basis)) " · "
                        (visitor.tf("law-amended-on", &[("on", &day.to_string())]))
                    }
                }
            }
            (first_of(visitor, all))
        }
    }
}

/// Bases as data, each with whether it is in force.
pub fn bases(visitor: &Visitor, snapshot: &Snapshot, bases: &[Basis], today: Date) -> Markup {
    html! {
        @for (at, basis) in bases.iter().enumerate() {
            @if at > 0 { br; }
            (link(visitor, snapshot, basis)) " " (standing_badge(visitor, standing_of(snapshot, basis, today)))
        }
    }
}

fn link(visitor: &Visitor, snapshot: &Snapshot, basis: &Basis) -> Markup {
    html! {
        @match instrument(snapshot, &basis.law) {
            Some(law) => { a href=(format!("/law/{}", basis.law)) { (cited(visitor, law, &basis.article)) } }
            None => { (basis.law) " " (basis.article) }
        }
    }
}
