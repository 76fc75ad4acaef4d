//! What is looked at, as a file for other programs.

use axum::extract::{Query, State};
use axum::response::Response;

use super::ask::{Ask, Asked};
use super::{STAFF, beside, file};
use crate::app::App;
use crate::network::evidence::add_speakers;
use crate::network::{Format, Net, write};
use crate::web::fault::Fault;
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/export";

/// As what it can be had: everything that the network is judged by, or the network alone in foreign formats, some of which
/// need a list of actors beside them.
pub(super) const FORMATS: &[&str] =
    &["facts", "csv", "csv-actors", "graphml", "gexf", "pajek", "pajek-actors", "dl", "dl-actors"];

/// GET `/network/export`.
pub(super) async fn send(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Response, Fault> {
    visitor.must_be(&STAFF)?;
    let asked = ask.read(&app).await?;
    beside(move || made(&app, &asked)).await
}

/// Makes the file.
fn made(app: &App, asked: &Asked) -> Result<Response, Fault> {
    let mut facts = asked.facts(app, &asked.select, false);
    let (name, is_list) = match asked.ask.format.strip_suffix("-actors") {
        Some(name) => (name, true),
        None => (asked.ask.format.as_str(), false),
    };
    let (format, media, ending) = match name {
        "facts" => {
            add_speakers(&mut facts, &app.directory.now());
            let text = serde_json::to_vec(&facts).unwrap_or_default();
            return Ok(file("application/json", "network.json", text));
        }
        "csv" => (Format::Csv, CSV, "csv"),
        "graphml" => (Format::GraphMl, "application/graphml+xml", "graphml"),
        "gexf" => (Format::Gexf, "application/gexf+xml", "gexf"),
        "pajek" => (Format::Pajek, TEXT, "net"),
        "dl" => (Format::Dl, TEXT, "dl"),
        _ => return Err(Fault::NotFound),
    };
    let written = write(&Net::from(&facts), format, false).map_err(|error| {
        tracing::error!(error, "a network cannot be written");
        Fault::NotFound
    })?;
    match (is_list, written.actors) {
        (false, _) => Ok(file(media, &format!("network.{ending}"), written.main)),
        (true, Some(actors)) => Ok(file(CSV, &format!("network-{name}-actors.csv"), actors)),
        (true, None) => Err(Fault::NotFound),
    }
}

const CSV: &str = "text/csv; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
