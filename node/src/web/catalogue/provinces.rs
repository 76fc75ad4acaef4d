//! All items in all provinces: how far the places of each agree with what most places ask for.

use std::collections::BTreeSet;

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::ident::Region;

use super::{counting, figure, list, name};
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::service::compare::{self, Compared};
use crate::web::fault::form_encode;
use crate::web::part::{Field, button_link, note, page, primary, table};
use crate::web::visitor::Visitor;

/// The page.
pub(super) const PAGE: &str = "/catalogue/provinces";

/// What the address carries: words of the names, and how many items stand on the pages before.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    after: String,
}

impl Asked {
    fn address(&self, after: usize) -> String {
        format!("{PAGE}?q={}&after={after}", form_encode(self.q.trim()))
    }
}

/// GET `/catalogue/provinces`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Markup {
    let snapshot = app.directory.now();
    let (all, is_current) = compare::all(&app).await;
    let words = asked.q.trim().to_lowercase();
    let mut found: Vec<&Compared> = all.items.iter().filter(|one| is_named(&snapshot, &one.item, &words)).collect();
    // What agrees least comes first, and last what there is nothing to compare with.
    let place = |one: &Compared| one.conformity.unwrap_or(f64::INFINITY);
    found.sort_by(|one, other| place(one).total_cmp(&place(other)).then_with(|| one.item.cmp(&other.item)));
    let provinces: BTreeSet<Region> =
        all.items.iter().flat_map(|one| one.provinces.iter().map(|(province, _)| *province)).collect();
    let count = found.len();
    let after = asked.after.parse::<usize>().unwrap_or(0).min(count.saturating_sub(1));
    let shown: Vec<&Compared> = found.into_iter().skip(after).take(limits::COMPARE_ITEMS).collect();
    let last = after + shown.len();

    let t = |key: &str| visitor.t(key);
    let (item, whole) = (t("catalogue-item"), t("provinces-whole"));
    let mut heads: Vec<&str> = vec![&item, &whole];
    heads.extend(provinces.iter().map(|province| province.name()));
    let rows: Vec<Vec<Markup>> = shown
        .iter()
        .map(|one| {
            let address = format!("/catalogue/{}", one.item);
            let mut row = vec![
                html! { a href=(address) { (name(&visitor, &snapshot, &one.item)) } },
                share(&visitor, one.conformity, &address),
            ];
            row.extend(provinces.iter().map(|province| cell(&visitor, one, *province)));
            row
        })
        .collect();
    let [all_text, from, to] = [count, after + 1, last].map(|number| number.to_string());
    let caption = visitor.tf("provinces-caption", &[("count", &all_text), ("from", &from), ("to", &to)]);
    let title = t("provinces-title");
    let body = html! {
        h1 { (title) }
        p class="lead" { (t("provinces-lead")) }
        (counting(&visitor, &all, is_current))
        form class="card" method="get" action=(PAGE) role="search" {
            (Field::new("q", &t("provinces-q")).kind("search").value(&asked.q).render(&visitor))
            (primary(&t("provinces-find")))
        }
        @if rows.is_empty() { @if is_current { (note(&t("provinces-none"))) } } @else {
            p class="buttons" {
                @for (band, key) in BANDS { span class=(format!("share {band}")) { (t(key)) } }
            }
            (table(&caption, &heads, &rows))
            @if after > 0 || last < count {
                nav class="pages" aria-label=(t("list-pages")) {
                    @if after > 0 { (button_link(&asked.address(0), &t("page-first"))) }
                    @if last < count { (button_link(&asked.address(last), &t("page-next"))) }
                }
            }
            (list::meaning(&visitor))
        }
        div class="actions" { (button_link("/catalogue", &t("catalogue-to-list"))) }
    };
    page(&visitor, &title, body)
}

/// Whether all that was typed stands in the name of an item, in either language.
fn is_named(snapshot: &Snapshot, key: &str, words: &str) -> bool {
    let has = |name: &str| words.split_whitespace().all(|word| name.to_lowercase().contains(word));
    snapshot.item(key).map_or_else(|| has(key), |item| has(&item.name) || has(&item.name_en))
}

/// Classes of the colours, and what they stand for. The figure stands in each cell as well.
const BANDS: [(&str, &str); 4] = [
    ("whole", "provinces-band-whole"),
    ("most", "provinces-band-most"),
    ("some", "provinces-band-some"),
    ("few", "provinces-band-few"),
];

fn band(figure: Option<f64>) -> &'static str {
    match figure {
        None => "",
        // What is shown as 100 % has the colour of it.
        Some(figure) if figure > 1.0 - 1e-6 => "whole",
        Some(figure) if figure >= 0.9 => "most",
        Some(figure) if figure >= 0.7 => "some",
        Some(_) => "few",
    }
}

/// A figure with its colour; it leads to what it was found of.
fn share(visitor: &Visitor, share: Option<f64>, address: &str) -> Markup {
    html! { a class=(format!("share {}", band(share))) href=(address) { (figure(visitor, share)) } }
}

fn cell(visitor: &Visitor, one: &Compared, province: Region) -> Markup {
    match one.provinces.binary_search_by_key(&province, |(province, _)| *province) {
        Ok(at) => share(visitor, one.provinces[at].1, &format!("/catalogue/{}?within={province}", one.item)),
        Err(_) => html! { "—" },
    }
}
