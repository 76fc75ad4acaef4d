//! What nodes tell of their ties.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use tongban_core::digest::{Digest, Month, Told};
use tongban_core::dossier::{DossierId, NodeId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Named, Refusal, RefusalBody};
use crate::app::App;
use crate::service::ServiceError;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

fn month_row((month, told): (&Month, &Told)) -> Value {
    json!({
        "month": month,
        "version": told.version,
        "reason": told.reason,
        "at": told.at,
        "rows": told.len(),
        "facts": told.facts(),
        "suppressed": told.suppressed,
    })
}

/// The digests of all nodes: which months each has told, how many rows and facts, and how many ties were left out because
/// there were too few facts. A month of nothing is there with no rows; a month that is not there was not told.
#[utoipa::path(get, path = "/api/v1/digests", tag = "digests", security(()), responses((status = 200, body = Vec<Object>)))]
async fn list(State(app): State<App>) -> Json<Vec<Value>> {
    let row = |id: DossierId, digest: &Digest| {
        let months: Vec<Value> = digest.months.iter().map(month_row).collect();
        json!({ "node": digest.node, "dossier": id.to_string(), "from": digest.from, "months": months })
    };
    let snapshot = app.directory.now();
    Json(snapshot.digests.values().map(|dossier| row(dossier.id, &dossier.public.room)).collect())
}

/// One month of one node: its rows, each with the number of the stamp under which it stands. Facts of no two rows are the
/// same; what a row does not say was merged, or there is none.
#[utoipa::path(get, path = "/api/v1/digests/{node}/{month}", tag = "digests", security(()),
    params(("node" = String, Path), ("month" = String, Path)),
    responses((status = 200, body = Object), (status = 404, body = RefusalBody)))]
async fn read(State(app): State<App>, Named((node, month)): Named<(String, String)>) -> Result<Json<Value>, Refusal> {
    let snapshot = app.directory.now();
    let node: NodeId = node.parse().map_err(|_| ServiceError::NotFound)?;
    let month: Month = month.parse().map_err(|_| ServiceError::NotFound)?;
    let dossier = snapshot.digests.get(&node).ok_or(ServiceError::NotFound)?;
    let told = dossier.public.room.months.get(&month).ok_or(ServiceError::NotFound)?;
    let rows: Vec<Value> = told.rows().map(|(seq, row)| json!({ "seq": seq, "row": row })).collect();
    Ok(Json(json!({
        "node": node,
        "dossier": dossier.id.to_string(),
        "told": month_row((&month, told)),
        "rows": rows,
    })))
}
