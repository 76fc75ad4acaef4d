//! One item in all places: elements from top to bottom, places from left to right.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::catalogue::Implementation;
use tongban_core::catalogue::compare::{Cell, Common, Row};
use tongban_core::ident::Region;

use super::{figure, list, picture, waiting, words};
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::service::common_text::leads;
use crate::service::compare::{hurt, of_item, provinces};
use crate::web::fault::Fault;
use crate::web::implementation::{Fact, or_nothing};
use crate::web::law::beside;
use crate::web::part::{Choice, badge, button_link, done, note, page, secondary, select, table};
use crate::web::visitor::Visitor;

/// What the address carries: places of which province are shown; two places to be compared.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    within: String,
    one: String,
    other: String,
}

/// Everything the page is about.
struct Matrix<'a> {
    visitor: &'a Visitor,
    snapshot: &'a Snapshot,
    item: &'a str,
    common: &'a Common<'a>,
    /// Which places are shown, and which elements.
    places: Vec<usize>,
    rows: Vec<&'a Row>,
}

/// GET `/catalogue/{item}`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let snapshot = app.directory.now();
    let item = snapshot.item(&key).ok_or(Fault::NotFound)?;
    if let (Ok(one), Ok(other)) = (Region::parse(&asked.one), Region::parse(&asked.other)) {
        return Ok(Redirect::to(&format!("/catalogue/{key}/{one}/{other}")).into_response());
    }
    let hurts = hurt(&app.store.hurt().await?, &key);
    let common = of_item(&snapshot, &key, app.clock.today());
    let within = Region::parse(&asked.within).ok();
    let shown = |at: &usize| within.is_none_or(|within| within.contains(common.all()[*at].region));
    let mut places: Vec<usize> = (0..common.all().len()).filter(shown).collect();
    // An element that nobody shown has, and nobody shown lacks, is no row.
    let says = |row: &&Row| places.iter().any(|at| row.cell(*at) != Cell::Absent);
    let mut rows: Vec<&Row> = common.rows().iter().filter(says).collect();
    let is_cut = places.len() > limits::COMPARE_PLACES_MAX || rows.len() > limits::COMPARE_ROWS_MAX;
    places.truncate(limits::COMPARE_PLACES_MAX);
    rows.truncate(limits::COMPARE_ROWS_MAX);
    let matrix = Matrix { visitor: &visitor, snapshot: &snapshot, item: &key, common: &common, places, rows };
    let name = visitor.lang.pick(&item.name, &item.name_en);
    let t = |key: &str| visitor.t(key);
    let is_lead = visitor.actor().is_some_and(|actor| leads(&app, &snapshot, &actor));
    let body = html! {
        h1 { (name) }
        p class="lead" { (t("catalogue-item-lead")) }
        (beside::open(&visitor, &snapshot, &key))
        (beside::amended(&visitor, &snapshot, common.all().iter().copied(), app.clock.today(), |one| words::place(visitor.lang, &snapshot, one)))
        @if common.all().is_empty() { (note(&t("catalogue-item-none"))) } @else {
            dl class="facts" {
                dt { (t("catalogue-places")) } dd { (common.all().len()) }
                dt { (t("catalogue-conformity")) } dd { (figure(&visitor, common.conformity())) }
                dt { (t("catalogue-deviations")) } dd { (common.deviations()) }
                dt { (t("catalogue-hurt")) } dd { (hurts) }
            }
            p class="hint" { (t("catalogue-hurt-meaning")) }
            @if is_lead { div class="actions" { (button_link(&format!("/catalogue/{key}/propose"), &t("proposal-propose"))) } }
            (waiting::of_item(&app, &visitor, &snapshot, &key))
            @if common.all().iter().any(|one| one.invented) { p { (badge("move", &t("invented"))) } }
            (matrix.choose_two())
            (matrix.choose_province(&asked.within))
            @if is_cut { (note(&visitor.tf("catalogue-cut", &[("places", &limits::COMPARE_PLACES_MAX.to_string()), ("rows", &limits::COMPARE_ROWS_MAX.to_string())]))) }
            (matrix.deviating())
            (matrix.picture())
            // Long for a telephone: what differs stands above.
            details { summary { (t("catalogue-matrix")) } (matrix.table()) }
            (matrix.by_place())
            details { summary { (t("implementation-title")) } (matrix.facts()) }
            (list::meaning(&visitor))
        }
        div class="actions" {
            a class="button" href="/catalogue" { (t("catalogue-to-list")) }
            a class="button" href=(format!("/items/{key}")) { (t("catalogue-to-guide")) }
        }
    };
    Ok(page(&visitor, name, body).into_response())
}

impl Matrix<'_> {
    fn place(&self, one: &Implementation) -> String {
        words::place(self.visitor.lang, self.snapshot, one)
    }

    /// Two places, to be compared in plain words.
    fn choose_two(&self) -> Markup {
        let all = self.common.all();
        if all.len() < 2 {
            return html! {};
        }
        let codes: Vec<String> = all.iter().map(|one| one.region.to_string()).collect();
        let choices = || {
            let named = all.iter().zip(&codes);
            named.map(|(one, code)| Choice { value: code, label: self.place(one) }).collect::<Vec<_>>()
        };
        html! {
            form class="card" method="get" action=(format!("/catalogue/{}", self.item)) {
                h2 { (self.visitor.t("catalogue-two")) }
                div class="search" {
                    (select("one", &self.visitor.t("catalogue-two-here"), &choices(), &codes[0]))
                    (select("other", &self.visitor.t("catalogue-two-there"), &choices(), &codes[1]))
                    (secondary(&self.visitor.t("catalogue-two-do")))
                }
            }
        }
    }

    /// Of many places those of one province.
    fn choose_province(&self, within: &str) -> Markup {
        let provinces = provinces(self.common);
        if provinces.len() < 2 {
            return html! {};
        }
        let codes: Vec<String> = provinces.iter().map(Region::to_string).collect();
        let mut choices = vec![Choice { value: "", label: self.visitor.t("catalogue-within-all").into_owned() }];
        let named = provinces.iter().zip(&codes);
        choices
            .extend(named.map(|(province, code)| Choice { value: code.as_str(), label: province.name().to_owned() }));
        html! {
            form method="get" action=(format!("/catalogue/{}", self.item)) {
                div class="search" {
                    (select("within", &self.visitor.t("catalogue-within"), &choices, within))
                    (secondary(&self.visitor.t("catalogue-within-do")))
                }
            }
        }
    }

    /// What deviates, in words: the element, what most say, who says otherwise.
    fn deviating(&self) -> Markup {
        let (visitor, common) = (self.visitor, self.common);
        if common.all().len() < 2 {
            return note(&visitor.t("catalogue-no-figure"));
        }
        let lines: Vec<(&Row, Vec<usize>)> = self
            .rows
            .iter()
            .map(|row| {
                (*row, self.places.iter().copied().filter(|at| row.cell(*at).is_deviation()).collect::<Vec<_>>())
            })
            .filter(|(_, who)| !who.is_empty())
            .collect();
        html! {
            h2 { (visitor.t("catalogue-who")) }
            @if lines.is_empty() { (done(&visitor.t("catalogue-all-same"))) }
            ul class="checklist" {
                @for (row, who) in &lines {
                    li {
                        strong { (words::element(visitor.lang, common, row)) }
                        @if row.variant_of().is_some() { " " (badge("plain", &visitor.t("catalogue-variant"))) }
                        br;
                        (visitor.t("catalogue-most")) " " (self.most(row))
                        br;
                        @for (number, at) in who.iter().enumerate() {
                            @if number > 0 { br; }
                            (self.place(common.all()[*at])) " · " (self.cell(row, *at))
                        }
                    }
                }
            }
        }
    }

    fn most(&self, row: &Row) -> String {
        match row.common() {
            Some(held) => words::says(self.visitor.lang, self.common, row, held),
            None => self.visitor.t("catalogue-absent").into_owned(),
        }
    }

    /// What one place says, and in a word that it deviates.
    fn cell(&self, row: &Row, at: usize) -> Markup {
        let cell = row.cell(at);
        let says = match row.held_at(at) {
            Some(held) => words::says(self.visitor.lang, self.common, row, held),
            None => self.visitor.t("catalogue-absent").into_owned(),
        };
        html! {
            (says)
            @if cell.is_deviation() { " " (badge("move", &self.visitor.t(&format!("catalogue-cell-{}", words::cell(cell))))) }
        }
    }

    fn picture(&self) -> Markup {
        let label = self.visitor.t("catalogue-picture");
        html! {
            figure class="scroll" tabindex="0" aria-label=(label) {
                (picture::draw(&label, &self.rows, &self.places))
                figcaption { (label) }
            }
        }
    }

    /// The table behind the picture.
    fn table(&self) -> Markup {
        let names: Vec<String> = self.places.iter().map(|at| self.place(self.common.all()[*at])).collect();
        let element = self.visitor.t("catalogue-element");
        let mut heads: Vec<&str> = vec![&element];
        heads.extend(names.iter().map(String::as_str));
        let rows: Vec<Vec<Markup>> = self
            .rows
            .iter()
            .map(|row| {
                let first = html! { strong { (words::element(self.visitor.lang, self.common, row)) } };
                std::iter::once(first).chain(self.places.iter().map(|at| self.cell(row, *at))).collect()
            })
            .collect();
        table(&self.visitor.t("catalogue-matrix"), &heads, &rows)
    }

    /// What places say beside what is compared: where to go, whom to call, under which code.
    fn facts(&self) -> Markup {
        let all = self.common.all();
        let is_said = |fact: &Fact| self.places.iter().any(|at| fact.value(self.visitor, all[*at]).is_some());
        let said: Vec<Fact> = Fact::all().filter(is_said).collect();
        let names: Vec<_> = std::iter::once(self.visitor.t("catalogue-place"))
            .chain(said.iter().map(|it| it.name(self.visitor)))
            .collect();
        let heads: Vec<&str> = names.iter().map(|name| name.as_ref()).collect();
        let rows: Vec<Vec<Markup>> = self
            .places
            .iter()
            .map(|at| {
                let one = all[*at];
                let cells = said.iter().map(|fact| or_nothing(fact.value(self.visitor, one)));
                std::iter::once(html! { (self.place(one)) }).chain(cells).collect()
            })
            .collect();
        table(&self.visitor.t("implementation-title"), &heads, &rows)
    }

    /// Each place with its figure.
    fn by_place(&self) -> Markup {
        let t = |key: &str| self.visitor.t(key);
        let rows: Vec<Vec<Markup>> = self
            .places
            .iter()
            .map(|at| {
                let one = self.common.all()[*at];
                let versions = format!("/catalogue/{}/{}/versions", self.item, one.region);
                vec![
                    html! { a href=(versions) { (self.place(one)) } },
                    html! { (figure(self.visitor, self.common.conformity_of(*at))) },
                    html! { (self.common.deviations_of(*at)) },
                ]
            })
            .collect();
        let heads = [t("catalogue-place"), t("catalogue-conformity"), t("catalogue-deviations")];
        let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
        table(&t("catalogue-by-place"), &heads, &rows)
    }
}
