//! What nodes tell of their ties (汇总), for everyone to read: who told which months, and one month of one node.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use tongban_core::digest::{LEAST, Month, Row, Told};
use tongban_core::dossier::NodeId;
use tongban_core::network::tie::Actor;

use super::csv::csv;
use super::fault::Fault;
use super::part::{badge, button_link, note, page, table};
use super::visitor::Visitor;
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::network::known::profile;

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/network/digests", get(list))
        .route("/network/digests/{node}/{month}", get(show))
        .route("/network/digests/{node}/{month}/digest.csv", get(download))
}

/// `GET /network/digests`.
async fn list(State(app): State<App>, visitor: Visitor) -> Markup {
    let snapshot = app.directory.now();
    let cards = snapshot.current().map_or(&[][..], |list| &list.nodes);
    let heads = ["digest-month", "digest-rows", "digest-facts", "digest-left-out", "digest-version"];
    let heads = heads.map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let body = html! {
        h1 { (visitor.t("digest-title")) }
        p class="lead" { (visitor.t("digest-lead")) }
        p { (visitor.tf("digest-rule", &[("least", &LEAST.to_string())])) }
        p { a href="/network/evidence" { (visitor.t("evidence-title")) } }
        @for card in cards {
            section {
                h2 { (visitor.lang.pick(&card.name, &card.name_en)) }
                @match snapshot.digests.get(&card.node).map(|dossier| &dossier.public.room) {
                    None => { (note(&visitor.t("digest-silent"))) }
                    Some(digest) => {
                        @let months: Vec<Vec<Markup>> = digest.months.iter().rev().take(limits::DIGEST_MONTHS_SHOWN)
                            .map(|(month, told)| month_row(&visitor, &card.node, *month, told)).collect();
                        @let (next, from) = (digest.next(), digest.from.to_string());
                        p {
                            (visitor.tf("digest-from", &[("month", &from)]))
                            // What was not told although it is long over is a month too late.
                            @if next.next().last() < app.clock.today() {
                                " " (badge("late", &visitor.tf("digest-missing", &[("month", &next.to_string())])))
                            }
                        }
                        @if months.is_empty() { (note(&visitor.t("digest-none-yet"))) }
                        @else { (table(&visitor.t("digest-months"), &heads, &months)) }
                    }
                }
            }
        }
    };
    page(&visitor, &visitor.t("digest-title"), body)
}

fn month_row(visitor: &Visitor, node: &NodeId, month: Month, told: &Told) -> Vec<Markup> {
    vec![
        html! { a href=(format!("/network/digests/{node}/{month}")) { (month) } },
        html! { @if told.is_empty() { (visitor.t("digest-nothing")) } @else { (told.len()) } },
        html! { (told.facts()) },
        html! { (told.suppressed) },
        html! { (version(visitor, told)) },
    ]
}

fn version(visitor: &Visitor, told: &Told) -> String {
    let (number, at) = (told.version.to_string(), told.at.date().to_string());
    let first = visitor.tf("digest-version-of", &[("version", &number), ("at", &at)]).into_owned();
    match told.reason {
        Some(reason) => visitor.lang.labelled(&first, &visitor.t(&format!("digest-reason-{}", reason.name()))),
        None => first,
    }
}

/// The month of a node that an address names.
fn named<'a>(snapshot: &'a Snapshot, (node, month): &(String, String)) -> Result<(Month, &'a Told), Fault> {
    let node: NodeId = node.parse().map_err(|_| Fault::NotFound)?;
    let month: Month = month.parse().map_err(|_| Fault::NotFound)?;
    let digest = &snapshot.digests.get(&node).ok_or(Fault::NotFound)?.public.room;
    Ok((month, digest.months.get(&month).ok_or(Fault::NotFound)?))
}

/// `GET /network/digests/{node}/{month}`.
async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(address): Path<(String, String)>,
) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let (month, told) = named(&snapshot, &address)?;
    let node = &address.0;
    let card = snapshot.current().and_then(|list| list.nodes.iter().find(|card| card.node.as_str() == node));
    let name = card.map_or(node.as_str(), |card| visitor.lang.pick(&card.name, &card.name_en));
    let title = visitor.tf("digest-of", &[("node", name), ("month", &month.to_string())]);
    let heads = heads(&visitor);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let shown = told.rows().take(limits::DIGEST_ROWS_SHOWN);
    let rows: Vec<Vec<Markup>> = shown
        .map(|(_, row)| cells(&visitor, &snapshot, row).into_iter().map(|cell| html! { (cell) }).collect())
        .collect();
    let counts = [("rows", told.len()), ("facts", told.facts() as usize), ("left", told.suppressed as usize)];
    let counts = counts.map(|(name, count)| (name, count.to_string()));
    let counts = counts.each_ref().map(|(name, count)| (*name, count.as_str()));
    let body = html! {
        h1 { (title) }
        p class="lead" { (visitor.tf("digest-counts", &counts)) }
        p { (version(&visitor, told)) }
        p { (visitor.tf("digest-rule", &[("least", &LEAST.to_string())])) }
        @if told.is_empty() { (note(&visitor.t("digest-nothing-told"))) }
        @else {
            @if told.len() > limits::DIGEST_ROWS_SHOWN {
                (note(&visitor.tf("digest-first", &[("shown", &limits::DIGEST_ROWS_SHOWN.to_string())])))
            }
            (table(&visitor.t("digest-table"), &heads, &rows))
            p { (button_link(&format!("/network/digests/{node}/{month}/digest.csv"), &visitor.t("csv-download"))) }
        }
        p { a href="/network/digests" { (visitor.t("digest-to-list")) } }
    };
    Ok(page(&visitor, &title, body))
}

/// `GET /network/digests/{node}/{month}/digest.csv`: all rows, with the codes by which the parties are known.
async fn download(
    State(app): State<App>,
    visitor: Visitor,
    Path(address): Path<(String, String)>,
) -> Result<Response, Fault> {
    let snapshot = app.directory.now();
    let (_, told) = named(&snapshot, &address)?;
    let [relation, from, to, rest @ ..] = heads(&visitor);
    let (from_code, to_code) = (visitor.t("digest-from-code"), visitor.t("digest-to-code"));
    let mut heads = vec![relation, from, from_code.into_owned(), to, to_code.into_owned()];
    heads.extend(rest);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = told.rows().map(|(_, row)| {
        let [relation, from, to, rest @ ..] = cells(&visitor, &snapshot, row);
        let mut cells = vec![relation, from, row.from.to_string(), to, row.to.to_string()];
        cells.extend(rest);
        cells
    });
    Ok(csv("digest", &heads, &rows.collect::<Vec<_>>()))
}

fn heads(visitor: &Visitor) -> [String; 10] {
    let keys = [
        "digest-relation",
        "digest-by",
        "digest-towards",
        "digest-sign",
        "digest-item",
        "digest-subject",
        "digest-code",
        "digest-count",
        "digest-late",
        "digest-took",
    ];
    keys.map(|key| visitor.t(key).into_owned())
}

fn cells(visitor: &Visitor, snapshot: &Snapshot, row: &Row) -> [String; 10] {
    let name = |actor: &Actor| {
        let known = profile(snapshot, actor);
        visitor.lang.pick(&known.name, &known.name_en).to_owned()
    };
    let item = snapshot.item(&row.item).map(|item| visitor.lang.pick(&item.name, &item.name_en).to_owned());
    let sign = match row.sign {
        1.. => visitor.t("digest-with").into_owned(),
        0 => String::new(),
        ..0 => visitor.t("digest-against").into_owned(),
    };
    let subject = row.subject.map(|subject| {
        let key = match subject {
            tongban_core::catalogue::Subject::Person => "digest-person",
            tongban_core::catalogue::Subject::Enterprise => "digest-enterprise",
        };
        visitor.t(key).into_owned()
    });
    let reason = format!("reason-{}", row.code);
    let code = if visitor.lang.has(&reason) { visitor.t(&reason).into_owned() } else { row.code.clone() };
    [
        visitor.t(&format!("relation-{}", row.relation.name().replace('_', "-"))).into_owned(),
        name(&row.from),
        name(&row.to),
        sign,
        item.unwrap_or_else(|| row.item.clone()),
        subject.unwrap_or_default(),
        code,
        row.count.to_string(),
        row.late.to_string(),
        row.took.map(|minutes| minutes.to_string()).unwrap_or_default(),
    ]
}
