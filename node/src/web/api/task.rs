//! The port of a department's own system: tasks to be fetched, and answers under its own business numbers.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use tongban_core::dossier::{DossierId, Hash};
use tongban_core::ident::Uscc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Asked, Body, Caller, Named, Refusal, RefusalBody};
use crate::app::App;
use crate::service::department::{Answered, DepartmentAnswer, Task, Tasks, answer, tasks};
use crate::service::{Actor, CaseView, ServiceError};
use crate::store::{AccountRole, Place};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, take)).routes(routes!(file))
}

/// Where a page begins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct From {
    /// The place after which the page begins, from the `Link` of the page before.
    after: Option<String>,
}

/// The authority for which a system asks.
fn authority(actor: &Actor) -> Result<Uscc, Refusal> {
    match actor {
        Actor::Account(account) if account.role == AccountRole::Officer => {
            account.org.ok_or_else(|| ServiceError::Forbidden.into())
        }
        _ => Err(ServiceError::Forbidden.into()),
    }
}

/// What the authority has to do, by date, at most 50; the header `Link` leads to the next page. What is seen of a
/// case is recorded as read once for every change of it.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "department", params(From),
    responses((status = 200, body = Vec<Task>), (status = 403, body = RefusalBody)))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Asked(from): Asked<From>,
) -> Result<(HeaderMap, Json<Vec<Task>>), Refusal> {
    let org = authority(&actor)?;
    let after = from.after.as_deref().map(|text| Place::parse(text).ok_or_else(super::case::no_place)).transpose()?;
    let Tasks { tasks, next } = tasks(&app, &actor, org, after.as_ref()).await?;
    let mut headers = HeaderMap::new();
    if let Some(next) = next {
        let link = format!("</api/v1/tasks?after={next}>; rel=\"next\"");
        headers.extend(HeaderValue::try_from(link).map(|link| (header::LINK, link)));
    }
    Ok((headers, Json(tasks)))
}

/// An answer under a business number: accept, correct, not_accept, return, decide, deliver. The same answer given again does
/// nothing twice; another one under the same number and for the same thing is refused.
#[utoipa::path(post, path = "/api/v1/tasks", tag = "department", request_body = DepartmentAnswer,
    responses((status = 200, body = Answered), (status = 404, body = RefusalBody), (status = 409, body = RefusalBody)))]
async fn take(
    State(app): State<App>,
    Caller(actor): Caller,
    Body(given): Body<DepartmentAnswer>,
) -> Result<Json<Answered>, Refusal> {
    let org = authority(&actor)?;
    Ok(Json(answer(&app, &actor, org, given).await?))
}

/// A file of a case. The reading is recorded.
#[utoipa::path(get, path = "/api/v1/cases/{id}/files/{hash}", tag = "cases", params(("id" = String, Path), ("hash" = String, Path)),
    responses((status = 200, description = "the bytes"), (status = 404, body = RefusalBody)))]
async fn file(
    State(app): State<App>,
    Caller(actor): Caller,
    Named((id, hash)): Named<(DossierId, String)>,
) -> Result<axum::response::Response, Refusal> {
    let hash: Hash = hash.parse().map_err(|_| ServiceError::NotFound)?;
    let view = CaseView::read(&app, &actor, id, "file").await?;
    let materials = view.case.materials.iter().map(|attached| &attached.blob);
    let result = view.case.decision.iter().filter_map(|made| made.document.as_ref());
    let named = materials.chain(result).find(|blob| blob.hash == hash).ok_or(ServiceError::NotFound)?;
    let media =
        HeaderValue::try_from(named.media.as_str()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let blob = app.store.blob(&hash).await.map_err(ServiceError::Store)?.ok_or(ServiceError::NotFound)?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, media)], blob.bytes).into_response())
}
