//! Hand-over lists (交接清单): a day's cases and originals, one sheet for each authority, which both sides sign. The mark on it,
//! behind a QR code, tells anyone that this node printed it with so many cases.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{DossierId, Hash, Suite};
use tongban_core::ident::Uscc;

use super::{Clerk, clerk, keys};
use crate::app::App;
use crate::service::lists::{Day, DayList, Handed, Way, of_day};
use crate::service::note_all;
use crate::store::day_number;
use crate::web::case_page;
use crate::web::fault::Fault;
use crate::web::part::{self, Choice, Field, attention, badge, choices, note, page, table};
use crate::web::visitor::Visitor;

/// Which list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    day: String,
    way: String,
    to: String,
}

impl Asked {
    /// The day that is meant; today if none is, or one that is no day.
    fn day(&self, today: Date) -> Date {
        self.day.parse().unwrap_or(today)
    }

    fn way(&self) -> Way {
        Way::from_name(&self.way).unwrap_or(Way::Out)
    }
}

fn address(day: Date, way: Way, to: &Uscc) -> String {
    format!("/window/lists?day={day}&way={}&to={to}", way.name())
}

/// The page `/window/lists`: the authorities of a day, or the list with one of them.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Markup, Fault> {
    let clerk = clerk(&app, &visitor)?;
    let (day, way) = (asked.day(app.clock.today()), asked.way());
    let found = of_day(&app, &clerk.actor, &clerk.window, day, way).await?;
    let chosen = found.lists.iter().find(|list| list.office.org.as_str() == asked.to);
    match chosen {
        Some(list) => sheet(&app, &visitor, &clerk, list, day, way, found.is_cut).await,
        None => Ok(overview(&visitor, &found, day, way)),
    }
}

fn overview(visitor: &Visitor, found: &Day, day: Date, way: Way) -> Markup {
    let lang = visitor.lang;
    let ways = [Way::Out, Way::Back]
        .map(|way| Choice { value: way.name(), label: visitor.t(&format!("lists-way-{}", way.name())).into_owned() });
    let (day_label, day_text) = (visitor.t("lists-day"), day.to_string());
    let rows: Vec<Vec<Markup>> = found
        .lists
        .iter()
        .map(|list| {
            vec![
                html! { a href=(address(day, way, &list.office.org)) { (lang.pick(&list.office.name, &list.office.name_en)) } },
                html! { (list.rows.len()) },
                html! { (originals(list)) },
            ]
        })
        .collect();
    let heads = ["lists-with", "lists-cases", "lists-originals"].map(|head| visitor.t(head));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let body = html! {
        h1 { (visitor.t("lists-title")) }
        p class="lead" { (visitor.t("lists-lead")) }
        form method="get" action="/window/lists" class="narrow" {
            (Field::new("day", &day_label).kind("date").required().value(&day_text).render(visitor))
            (choices("way", &visitor.t("lists-way"), &ways, way.name()))
            (part::primary(&visitor.t("lists-show")))
        }
        section {
            h2 { (day) " · " (visitor.t(&format!("lists-way-{}", way.name()))) }
            (cut(visitor, found.is_cut, false))
            @if rows.is_empty() { (note(&visitor.t("lists-none"))) } @else { (table(&visitor.t("lists-caption"), &heads, &rows)) }
        }
        (keys(visitor, true))
    };
    page(visitor, &visitor.t("lists-title"), body)
}

/// What was left out, if anything was.
fn cut(visitor: &Visitor, day: bool, list: bool) -> Markup {
    let looked = crate::limits::LIST_LOOKED_MAX.to_string();
    let most = crate::limits::LIST_CASES_MAX.to_string();
    html! {
        @if day { (attention(&visitor.tf("lists-day-cut", &[("count", &looked)]))) }
        @if list { (attention(&visitor.tf("lists-list-cut", &[("count", &most)]))) }
    }
}

/// How many originals a list has.
fn originals(list: &DayList) -> u64 {
    list.rows.iter().flat_map(|row| &row.originals).map(|(_, count)| u64::from(*count)).sum()
}

async fn sheet(
    app: &App,
    visitor: &Visitor,
    clerk: &Clerk,
    list: &DayList,
    day: Date,
    way: Way,
    day_is_cut: bool,
) -> Result<Markup, Fault> {
    // Whoever prints it reads every case on it.
    let ids: Vec<DossierId> = list.rows.iter().map(|row| row.dossier).collect();
    note_all(app, &clerk.actor, &ids, "list").await?;
    let whose: Vec<Hash> = list.rows.iter().map(|row| row.applicant).collect();
    let names = app.store.applicant_names(&whose).await?;
    let lang = visitor.lang;
    let window = &clerk.window;
    let printed = Printed {
        window: window.uscc,
        to: list.office.org,
        day,
        way,
        cases: list.rows.len() as u64,
        originals: originals(list),
    };
    let mark = printed.mark(app);
    let check = printed.path(&mark);
    let link = format!("{}{check}", app.config.address.trim_end_matches('/'));
    let scans = list.rows.iter().map(|row| row.scans).sum::<usize>().to_string();
    let (cases, papers) = (printed.cases.to_string(), printed.originals.to_string());
    let totals = [("cases", cases.as_str()), ("originals", papers.as_str()), ("scans", scans.as_str())];
    let title = visitor.t(&format!("lists-title-{}", way.name()));
    let body = html! {
        h1 { (title) @if visitor.drill { " " (badge("plain", &visitor.t("drill-data"))) } }
        div class="no-print" { (cut(visitor, day_is_cut, false)) }
        (cut(visitor, false, list.is_cut))
        div class="columns" {
            dl class="facts" {
                dt { (visitor.t("lists-number")) } dd { strong class="num" { (printed.number(&window.region.to_string(), &mark)) } }
                dt { (visitor.t("lists-day")) } dd { time { (day) } }
                dt { (visitor.t("lists-window")) } dd { (lang.pick(&window.name, &window.name_en)) }
                dt { (visitor.t("lists-with")) } dd { (case_page::office(visitor, &list.office)) }
                dt { (visitor.t("lists-sum")) } dd { (visitor.tf("lists-totals", &totals)) }
            }
            div {
                (part::qr(&link, &visitor.t("lists-qr")))
                p class="hint" { (visitor.t("lists-check-hint")) }
                p class="no-print" { a href=(check) { (visitor.t("lists-check-open")) } }
            }
        }
        (rows(visitor, list, &names))
        p { (visitor.t("lists-sign-give")) }
        p { (visitor.t("lists-sign-take")) }
        div class="actions no-print" {
            button class="primary" type="button" data-print hidden data-key="F8" aria-keyshortcuts="F8" { (visitor.t("print")) " " kbd { "F8" } }
            a class="button" href=(format!("/window/lists?day={day}&way={}", way.name())) { (visitor.t("lists-back")) }
        }
        noscript { p class="hint no-print" { (visitor.t("window-print-hint")) } }
    };
    Ok(page(visitor, &title, body))
}

fn rows(visitor: &Visitor, list: &DayList, names: &BTreeMap<Hash, String>) -> Markup {
    let lang = visitor.lang;
    let rows: Vec<Vec<Markup>> = list
        .rows
        .iter()
        .zip(1..)
        .map(|(row, place): (&Handed, u32)| {
            vec![
                html! { (place) },
                html! { span class="num" { (row.number) } },
                html! { (lang.pick(&row.item, &row.item_en)) },
                // A list goes through a courier's hands: who it is stands in the case.
                html! { (names.get(&row.applicant).map_or("—", |name| name.as_str())) },
                html! {
                    @for what in &row.what { p { (visitor.t(&format!("lists-what-{}", what.name()))) } }
                    @for (what, count) in &row.originals { p { (visitor.tf("line-paper", &[("what", what), ("count", &count.to_string())])) } }
                },
                html! { @for courier in &row.couriers { p { (courier.company) " " span class="num" { (courier.number) } } } },
                html! { (row.scans) },
                // Written by hand: nobody counts the pages of a scan.
                html! {},
            ]
        })
        .collect();
    let heads = [
        "lists-place",
        "portal-number",
        "fact-item",
        "window-applicant",
        "lists-what",
        "lists-courier",
        "lists-scans",
        "lists-pages",
    ]
    .map(|head| visitor.t(head));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    table(&visitor.t("lists-rows"), &heads, &rows)
}

/// What the mark on a printed list stands for. Only codes of offices and counts: nothing of any case.
struct Printed {
    window: Uscc,
    to: Uscc,
    day: Date,
    way: Way,
    cases: u64,
    originals: u64,
}

impl Printed {
    /// Only this node can make it: no list is looked up for a stranger who asks.
    fn mark(&self, app: &App) -> String {
        let Printed { window, to, day, way, cases, originals } = self;
        let text = format!("{window} {to} {day} {} {cases} {originals}", way.name());
        let hash = Suite::Ed25519.hash(&[b"tongban hand-over list v1\0", &app.secret, text.as_bytes()]);
        hex(&hash.bytes()[..8])
    }

    /// The number on the sheet. Printed again after more was handed over, it is another one.
    fn number(&self, region: &str, mark: &str) -> String {
        let short: String = mark.chars().take(6).collect();
        format!("JJ-{region}-{}-{}", day_number(self.day), short.to_uppercase())
    }

    fn path(&self, mark: &str) -> String {
        let Printed { window, to, day, way, cases, originals } = self;
        format!("/check/list/{window}/{to}/{day}/{}/{cases}/{originals}/{mark}", way.name())
    }
}

type CheckPath = (String, String, String, String, String, String, String);

/// `GET /check/list/…`: anyone with the paper in hand checks it.
pub(super) async fn check(
    State(app): State<App>,
    visitor: Visitor,
    Path((window, to, day, way, cases, originals, mark)): Path<CheckPath>,
) -> Result<Markup, Fault> {
    let printed = Printed {
        window: window.parse().map_err(|_| Fault::NotFound)?,
        to: to.parse().map_err(|_| Fault::NotFound)?,
        day: day.parse().map_err(|_| Fault::NotFound)?,
        way: Way::from_name(&way).ok_or(Fault::NotFound)?,
        cases: cases.parse().map_err(|_| Fault::NotFound)?,
        originals: originals.parse().map_err(|_| Fault::NotFound)?,
    };
    let snapshot = app.directory.now();
    let window = snapshot.organisations.get(&printed.window);
    let is_own = printed.mark(&app) == mark;
    let name = |org: &Uscc| {
        let known = snapshot.organisations.get(org);
        known.map_or_else(|| org.to_string(), |org| visitor.lang.pick(&org.name, &org.name_en).to_owned())
    };
    let title = visitor.t("lists-check-title");
    let body = html! {
        h1 { (title) @if visitor.drill { " " (badge("plain", &visitor.t("drill-data"))) } }
        @if is_own {
            (part::done(&visitor.t("lists-check-true")))
            dl class="facts" {
                @if let Some(window) = window { dt { (visitor.t("lists-number")) } dd { (printed.number(&window.region.to_string(), &mark)) } }
                dt { (visitor.t("check-what")) } dd { (visitor.t(&format!("lists-title-{}", printed.way.name()))) }
                dt { (visitor.t("lists-window")) } dd { (name(&printed.window)) }
                dt { (visitor.t("lists-with")) } dd { (name(&printed.to)) }
                dt { (visitor.t("lists-day")) } dd { (printed.day) }
                dt { (visitor.t("lists-cases")) } dd { (printed.cases) }
                dt { (visitor.t("lists-originals")) } dd { (printed.originals) }
            }
            p class="hint" { (visitor.t("lists-check-compare")) }
        } @else {
            (attention(&visitor.t("check-false")))
        }
    };
    Ok(page(&visitor, &title, body))
}
