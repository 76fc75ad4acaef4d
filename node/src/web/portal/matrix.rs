//! 事项对照: items by pairs of jurisdictions. Each cell says whether, how, in what time and since when; or why not.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::catalogue::{Availability, BasicItem, Mode};
use tongban_core::directory::Duty;
use tongban_core::ident::Region;
use tongban_core::time::Limit;

use super::{item_name, results};
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::search::{self, NotYet, Offer};
use crate::text::Lang;
use crate::web::case_page;
use crate::web::csv::csv;
use crate::web::fault::form_encode;
use crate::web::part::{self, Choice, Field, badge, page};
use crate::web::visitor::Visitor;

const PAGE: &str = "/catalogue/matrix";
const MODES: [(&str, Mode); 4] = [
    ("fully-online", Mode::FullyOnline),
    ("collect-here", Mode::CollectHere),
    ("joint", Mode::Joint),
    ("delegated", Mode::Delegated),
];

/// What is to be seen. Everything is text: a hand-made address gets a page, not an error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    here: String,
    there: String,
    mode: String,
    /// How many items stand on the pages before this one.
    after: String,
}

impl Asked {
    fn mode(&self) -> Option<Mode> {
        MODES.iter().find(|(name, _)| *name == self.mode).map(|(_, mode)| *mode)
    }

    /// The address of the same on another page.
    fn address(&self, page: &str, after: usize) -> String {
        let [q, here, there, mode] = [&self.q, &self.here, &self.there, &self.mode].map(|text| form_encode(text));
        let after = if after == 0 { String::new() } else { format!("&after={after}") };
        format!("{page}?q={q}&here={here}&there={there}&mode={mode}{after}")
    }
}

/// All that a page or a file shows of what is known.
struct Matrix<'a> {
    snapshot: &'a Snapshot,
    today: Date,
    items: Vec<&'a BasicItem>,
    /// Where it can be taken in, with the regions of the windows there.
    receiving: BTreeMap<Region, Vec<Region>>,
    /// Where it can be decided.
    handling: Vec<Region>,
    pairs: Vec<(Region, Region)>,
}

/// One item from one place to another: what is offered, or why nothing is.
type Cell = Result<Vec<Offer>, NotYet>;

impl<'a> Matrix<'a> {
    fn of(snapshot: &'a Snapshot, asked: &Asked, today: Date) -> Matrix<'a> {
        let mut receiving: BTreeMap<Region, Vec<Region>> = BTreeMap::new();
        for org in snapshot.organisations.values().filter(|org| matches!(org.duty, Duty::Window | Duty::Portal)) {
            let places = receiving.entry(org.region.province()).or_default();
            if !places.contains(&org.region) {
                places.push(org.region);
            }
        }
        let mut handling: Vec<Region> = snapshot.index().regions_on(today).map(Region::province).collect();
        handling.dedup();
        let (here, there) = (Region::parse(&asked.here).ok(), Region::parse(&asked.there).ok());
        let wanted = |chosen: Option<Region>, region: Region| chosen.is_none_or(|chosen| chosen == region);
        let froms = receiving.keys().copied().filter(|region| wanted(here, *region));
        let pairs = froms
            .flat_map(|from| handling.iter().map(move |to| (from, *to)))
            .filter(|(from, to)| from != to && wanted(there, *to))
            .collect();
        let items = items(snapshot, asked, today);
        Matrix { snapshot, today, items, receiving, handling, pairs }
    }

    /// What any window of one place offers for the other.
    fn cell(&self, item: &BasicItem, (from, to): (Region, Region)) -> Cell {
        let windows = self.receiving.get(&from).map_or(&[][..], Vec::as_slice);
        let mut answers =
            std::iter::once(from).chain(windows.iter().copied().filter(|window| *window != from)).map(|here| {
                let most = limits::MATRIX_OFFERS_MAX;
                search::offers_among(self.snapshot, item, Some(here), Some(to), self.today, most)
                    .map(|(offers, _)| offers)
            });
        let first = answers.next().unwrap_or(Err(NotYet::NoGuide));
        // Only a mechanism tells one window from another.
        match first {
            Err(NotYet::NoMechanism { .. }) => answers.find(Result::is_ok).unwrap_or(first),
            _ => first,
        }
    }
}

/// Items of these words and this mode; with words the nearest first, without in the order of the list.
fn items<'a>(snapshot: &'a Snapshot, asked: &Asked, today: Date) -> Vec<&'a BasicItem> {
    let has_mode = |item: &&BasicItem| match (asked.mode(), &item.availability) {
        (None, _) => true,
        (Some(mode), Availability::Open { modes }) => modes.contains(&mode),
        _ => false,
    };
    if asked.q.trim().is_empty() {
        return snapshot.items.iter().filter(has_mode).collect();
    }
    let found = search::search(snapshot, &asked.q, None, None, today);
    found.iter().filter_map(|one| snapshot.item(&one.item)).filter(has_mode).collect()
}

/// GET `/catalogue/matrix`.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Markup {
    let snapshot = app.directory.now();
    let matrix = Matrix::of(&snapshot, &asked, app.clock.today());
    let count = matrix.items.len();
    let after = asked.after.parse::<usize>().unwrap_or(0).min(count.saturating_sub(1));
    let items: Vec<&BasicItem> = matrix.items.iter().copied().skip(after).take(limits::MATRIX_ROWS).collect();
    let pairs = &matrix.pairs[..matrix.pairs.len().min(limits::MATRIX_PAIRS)];
    let last = after + items.len();
    let title = visitor.t("matrix-title");
    let body = html! {
        h1 { (title) }
        p class="lead" { (visitor.t("matrix-lead")) }
        (form(&visitor, &matrix, &asked))
        @if items.is_empty() { (part::note(&visitor.t("matrix-none"))) }
        @else {
            @if pairs.len() < matrix.pairs.len() {
                (part::attention(&visitor.tf("matrix-pairs-more", &[("count", &pairs.len().to_string())])))
            }
            (table(&visitor, &matrix, &items, pairs, (after + 1, last)))
            @if after > 0 || last < count {
                nav class="pages" aria-label=(visitor.t("list-pages")) {
                    @if after > 0 { (part::button_link(&asked.address(PAGE, 0), &visitor.t("page-first"))) }
                    @if last < count { (part::button_link(&asked.address(PAGE, last), &visitor.t("page-next"))) }
                }
            }
            p { (part::button_link(&asked.address("/catalogue/matrix.csv", 0), &visitor.t("csv-download"))) }
        }
    };
    page(&visitor, &title, body)
}

fn form(visitor: &Visitor, matrix: &Matrix<'_>, asked: &Asked) -> Markup {
    let any = visitor.t("matrix-any");
    let places = |regions: &[Region]| -> Vec<(String, String)> {
        let all = regions.iter().map(|region| (region.to_string(), region.name().to_owned()));
        std::iter::once((String::new(), any.clone().into_owned())).chain(all).collect()
    };
    let receiving: Vec<Region> = matrix.receiving.keys().copied().collect();
    let (here, there) = (places(&receiving), places(&matrix.handling));
    let modes = MODES.map(|(name, mode)| (name.to_owned(), case_page::mode(visitor.lang, mode)));
    let modes: Vec<(String, String)> =
        std::iter::once((String::new(), any.clone().into_owned())).chain(modes).collect();
    let label = visitor.t("matrix-q");
    html! {
        form class="card" method="get" action=(PAGE) role="search" {
            (Field::new("q", &label).kind("search").value(&asked.q).render(visitor))
            div class="search" {
                (part::select("here", &visitor.t("matrix-here"), &options(&here), &asked.here))
                (part::select("there", &visitor.t("matrix-there"), &options(&there), &asked.there))
                (part::select("mode", &visitor.t("matrix-mode"), &options(&modes), &asked.mode))
                (part::primary(&visitor.t("matrix-find")))
            }
        }
    }
}

fn options(all: &[(String, String)]) -> Vec<Choice<'_>> {
    all.iter().map(|(value, label)| Choice { value, label: label.clone() }).collect()
}

fn table(
    visitor: &Visitor,
    matrix: &Matrix<'_>,
    items: &[&BasicItem],
    pairs: &[(Region, Region)],
    (first, last): (usize, usize),
) -> Markup {
    let names = pairs.iter().map(|(from, to)| format!("{} → {}", from.name(), to.name()));
    let heads: Vec<String> = std::iter::once(visitor.t("matrix-item").into_owned()).chain(names).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let row = |item: &&BasicItem| -> Vec<Markup> {
        let cells = pairs.iter().map(|pair| in_words(visitor, &matrix.cell(item, *pair), item, *pair));
        let name = html! { a href=(format!("/items/{}", item.key)) { (item_name(visitor, item)) } };
        std::iter::once(name).chain(cells).collect()
    };
    let rows: Vec<Vec<Markup>> = items.iter().map(row).collect();
    let [count, first, last] = [matrix.items.len(), first, last].map(|number| number.to_string());
    let caption = visitor.tf("matrix-caption", &[("count", &count), ("from", &first), ("to", &last)]);
    part::table(&caption, &heads, &rows)
}

fn in_words(visitor: &Visitor, cell: &Cell, item: &BasicItem, (_, to): (Region, Region)) -> Markup {
    let lang = visitor.lang;
    match cell {
        Ok(offers) => html! {
            a href=(format!("/items/{}?there={to}", item.key)) { (badge("good", &visitor.t("matrix-can"))) }
            @if let Some(offer) = offers.first() { br; (case_page::mode(lang, offer.mode)) }
            br; (promised(lang, offers))
        },
        Err(why) => html! {
            (badge("plain", &visitor.t("matrix-cannot"))) br; small { (results::not_yet(lang, why)) }
        },
    }
}

/// The least and the most that is promised.
fn promised(lang: Lang, offers: &[Offer]) -> String {
    let limits = || offers.iter().map(|offer| offer.promised);
    let (Some(least), Some(most)) = (limits().min_by_key(days), limits().max_by_key(days)) else {
        return String::new();
    };
    let words = |limit: Limit| case_page::limit(lang, limit);
    if least == most { words(most) } else { format!("{} – {}", words(least), words(most)) }
}

fn days(limit: &Limit) -> u16 {
    limit.days
}

/// GET `/catalogue/matrix.csv`: a line a cell.
pub async fn download(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let snapshot = app.directory.now();
    let matrix = Matrix::of(&snapshot, &asked, app.clock.today());
    let keys = ["matrix-item", "matrix-here", "matrix-there", "matrix-can", "matrix-mode", "matrix-limit"];
    let heads: Vec<String> =
        keys.into_iter().chain(["matrix-since", "matrix-why"]).map(|key| visitor.t(key).into_owned()).collect();
    let heads: Vec<&str> = std::iter::once("key").chain(heads.iter().map(String::as_str)).collect();
    let cells = matrix.items.iter().flat_map(|item| matrix.pairs.iter().map(move |pair| (*item, *pair)));
    let mut rows: Vec<Vec<String>> =
        cells.take(limits::MATRIX_CELLS_MAX).map(|(item, pair)| row(&visitor, &matrix, item, pair)).collect();
    if matrix.items.len() * matrix.pairs.len() > limits::MATRIX_CELLS_MAX {
        rows.push(vec![visitor.t("matrix-cut").into_owned()]);
    }
    csv("matrix", &heads, &rows)
}

fn row(visitor: &Visitor, matrix: &Matrix<'_>, item: &BasicItem, (from, to): (Region, Region)) -> Vec<String> {
    let lang = visitor.lang;
    let mut row =
        vec![item.key.clone(), item_name(visitor, item).to_owned(), from.name().to_owned(), to.name().to_owned()];
    row.extend(match matrix.cell(item, (from, to)) {
        Ok(offers) => [
            visitor.t("matrix-can").into_owned(),
            offers.first().map(|offer| case_page::mode(lang, offer.mode)).unwrap_or_default(),
            promised(lang, &offers),
            offers.iter().map(|offer| offer.since).min().map(|since| since.to_string()).unwrap_or_default(),
            String::new(),
        ],
        Err(why) => [
            visitor.t("matrix-cannot").into_owned(),
            String::new(),
            String::new(),
            String::new(),
            results::not_yet(lang, &why),
        ],
    });
    row
}
