//! Items: search, and what is asked before a case is begun.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tongban_core::catalogue::Question;
use tongban_core::ident::Region;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Asked, Named, Refusal, RefusalBody};
use crate::app::App;
use crate::search;
use crate::text::Lang;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find)).routes(routes!(situations))
}

/// What is looked for, and where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Find {
    /// Words, initials or pinyin.
    q: String,
    /// Region code of the place where the applicant is.
    here: Option<String>,
    /// Region code of the place that decides.
    there: Option<String>,
}

/// Finds items: what, whether it can be handled across provinces, how, how long, or why not.
#[utoipa::path(get, path = "/api/v1/items/search", tag = "items", params(Find), security(()),
    responses((status = 200, body = Vec<Object>), (status = 422, body = RefusalBody)))]
async fn find(State(app): State<App>, Asked(find): Asked<Find>) -> Result<Json<Vec<search::Found>>, Refusal> {
    let region = |code: &Option<String>| match code.as_deref() {
        None | Some("") => Ok(None),
        Some(code) => Region::parse(code).map(Some).map_err(|error| Refusal::region(code, error)),
    };
    let (here, there) = (region(&find.here)?, region(&find.there)?);
    Ok(Json(search::search(&app.directory.now(), &find.q, here, there, app.clock.today())))
}

/// What is asked before a case of an implementation is begun (情形): questions with their answers, the first question first;
/// nothing if every case is alike. An answer may say the next question, the materials that are needed only then, the modes
/// that are possible then, another promised limit, or why it cannot be handled this way. Materials that no answer names are
/// always needed.
#[utoipa::path(get, path = "/api/v1/implementations/{id}/situations", tag = "items", params(("id" = String, Path)),
    security(()), responses((status = 200, body = Vec<Object>), (status = 404, body = RefusalBody)))]
async fn situations(State(app): State<App>, Named(id): Named<String>) -> Result<Json<Vec<Question>>, Refusal> {
    let snapshot = app.directory.now();
    let found = snapshot.implementations.get(&id).map(|one| Json(one.situations.clone()));
    found.ok_or_else(|| {
        let (zh, en) = (Lang::Zh.t("fault-item-unknown"), Lang::En.t("fault-item-unknown"));
        Refusal::new(axum::http::StatusCode::NOT_FOUND, "item-unknown", &zh, &en)
    })
}
