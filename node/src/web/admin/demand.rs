//! What people looked for and did not find: counted, so that someone can add the word or ask for the item.

use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan as _;
use maud::{Markup, html};
use tongban_core::ident::Region;

use super::accounts::admin;
use crate::app::App;
use crate::limits;
use crate::store::{Demand, StoreError, day_number};
use crate::web::csv::csv;
use crate::web::fault::Fault;
use crate::web::part;
use crate::web::visitor::Visitor;

/// `GET /admin/demand`.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    admin(&visitor)?;
    let held = held(&app).await?;
    let heads = heads(&visitor);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Markup>> =
        held.iter().map(|one| cells(one).into_iter().map(|cell| html! { (cell) }).collect()).collect();
    let count = held.len().to_string();
    let body = html! {
        h1 { (visitor.t("demand-title")) }
        p class="lead" { (visitor.t("demand-lead")) }
        @if held.is_empty() { (part::note(&visitor.t("demand-none"))) }
        @else {
            (part::table(&visitor.tf("demand-caption", &[("count", &count)]), &heads, &rows))
            p { (part::button_link("/admin/demand.csv", &visitor.t("csv-download"))) }
        }
        p class="hint" { (visitor.t("demand-kept")) }
    };
    Ok(part::page(&visitor, &visitor.t("demand-title"), body))
}

/// `GET /admin/demand.csv`.
pub async fn download(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    admin(&visitor)?;
    let rows: Vec<Vec<String>> = held(&app).await?.iter().map(|one| cells(one).to_vec()).collect();
    let heads = heads(&visitor);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    Ok(csv("demand", &heads, &rows))
}

async fn held(app: &App) -> Result<Vec<Demand>, StoreError> {
    let since = app.clock.today().saturating_sub(limits::DEMAND_KEPT_DAYS.days());
    app.store.demands(day_number(since)).await
}

fn heads(visitor: &Visitor) -> [String; 4] {
    ["demand-text", "demand-here", "demand-count", "demand-last"].map(|key| visitor.t(key).into_owned())
}

fn cells(one: &Demand) -> [String; 4] {
    let here = Region::parse(&one.here).map_or_else(|_| "—".to_owned(), |region| region.full_name());
    let last = format!("{}-{:02}-{:02}", one.last / 10_000, one.last / 100 % 100, one.last % 100);
    [one.text.clone(), here, one.count.to_string(), last]
}
