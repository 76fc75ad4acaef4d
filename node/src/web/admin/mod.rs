//! Pages of those who keep the system: accounts, the running node, the trust list.

mod accounts;
mod catalogue;
mod demand;
mod guests;
mod operator;
mod registrar;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

/// Routes.
pub fn router() -> Router<App> {
    operator::begin();
    Router::new()
        .route("/admin/accounts", get(accounts::show).post(accounts::create))
        .route("/admin/accounts/{id}/{switch}", post(accounts::switch))
        .route("/admin/demand", get(demand::show))
        .route("/admin/demand.csv", get(demand::download))
        .route("/admin/guests", get(guests::show).post(guests::invite))
        .route("/admin/catalogue", get(catalogue::show).post(catalogue::upload))
        .route("/admin/catalogue/preview", get(catalogue::preview).post(catalogue::confirm))
        .route("/admin/catalogue/export/{format}", get(catalogue::export))
        .route("/guest/{token}", get(guests::welcome).post(guests::begin))
        .route("/operator", get(operator::show))
        .route("/registrar", get(registrar::show))
}
