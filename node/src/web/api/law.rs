//! The register of laws.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Named, Refusal, RefusalBody};
use crate::app::App;
use crate::service::ServiceError;
use crate::service::law::resting;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// All laws of the register: what each is, whether it is in force today, and how many conflicts it has, open and closed.
#[utoipa::path(get, path = "/api/v1/laws", tag = "laws", security(()), responses((status = 200, body = Vec<Object>)))]
async fn list(State(app): State<App>) -> Json<Vec<Value>> {
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    let row = |law: &tongban_core::law::Law| {
        let one = &law.instrument;
        let open = law.conflicts.iter().filter(|found| found.closed.is_none()).count();
        json!({
            "key": one.key,
            "title": one.title,
            "title_en": one.title_en,
            "number": one.number,
            "rank": one.rank,
            "from": one.from,
            "until": one.until,
            "standing": one.standing("", today),
            "mark": one.mark,
            "conflicts_open": open,
            "conflicts_closed": law.conflicts.len() - open,
        })
    };
    Json(snapshot.laws.values().map(|dossier| row(&dossier.public.room)).collect())
}

/// One law: its articles with their days, its conflicts with their evidence, when it was said anew, and what a change of it
/// touches.
#[utoipa::path(get, path = "/api/v1/laws/{key}", tag = "laws", security(()),
    params(("key" = String, Path)),
    responses((status = 200, body = Object), (status = 404, body = RefusalBody)))]
async fn read(State(app): State<App>, Named(key): Named<String>) -> Result<Json<Value>, Refusal> {
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    let dossier = snapshot.laws.get(&key).ok_or(ServiceError::NotFound)?;
    let law = &dossier.public.room;
    let resting = resting(&snapshot, &law.instrument);
    let conflicts: Vec<Value> = law
        .numbered()
        .into_iter()
        .map(|(number, found)| json!({ "number": number, "conflict": found.conflict, "closed": found.closed }))
        .collect();
    Ok(Json(json!({
        "dossier": dossier.id.to_string(),
        "instrument": law.instrument,
        "standing": law.instrument.standing("", today),
        "conflicts": conflicts,
        "revisions": law.revisions,
        "touches": {
            "items": resting.keys(),
            "implementations": resting.implementations.iter().map(|(one, _)| &one.id).collect::<Vec<_>>(),
            "mechanisms": resting.mechanisms.iter().map(|one| &one.id).collect::<Vec<_>>(),
        },
    })))
}
