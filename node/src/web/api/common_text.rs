//! Common texts of an item: read by everyone, proposed and settled by the lead, answered and taken over by authorities.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tongban_core::item::{Clause, Proposed, Reply, Stance};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::reply::Done;
use super::{Body, Caller, Named, Refusal, RefusalBody};
use crate::app::App;
use crate::service::ServiceError;
use crate::service::common_text::{self, State as Stands};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, propose))
        .routes(routes!(position))
        .routes(routes!(settle))
        .routes(routes!(take_over))
        .routes(routes!(decline))
}

/// A common text, and what became of it.
#[derive(Serialize, ToSchema)]
struct ProposalBody {
    number: u32,
    /// open: positions are taken. ripe: the lead can settle it. adopted or let_go: it was settled.
    state: String,
    /// What it says, clause by clause, as in the log.
    #[schema(value_type = Vec<Object>)]
    clauses: Vec<Clause>,
    reason: String,
    /// Milliseconds since 1970.
    at: i64,
    /// The last day for positions.
    until: String,
    /// Codes of the authorities that are asked; empty if everyone is that has the item.
    asked: Vec<String>,
    /// Those of them that have not answered.
    waits_for: Vec<String>,
    positions: Vec<PositionBody>,
    /// adopted, reason, by, at; null as long as it is not settled.
    #[schema(value_type = Object)]
    settled: Value,
    /// What each authority did with what was adopted: taken_over with implementation, version and from, or declined with a reason.
    #[schema(value_type = Vec<Object>)]
    replies: Vec<Value>,
}

/// What an authority thinks.
#[derive(Serialize, ToSchema)]
struct PositionBody {
    org: String,
    name: String,
    /// agree, agree_if_changed or disagree.
    stance: String,
    reason: String,
    at: i64,
}

/// A common text to be proposed to all authorities that have the item.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Propose {
    /// Each with `is`: condition, no_condition, material, no_material, statutory, promised, fee, result or basis; and what belongs to it.
    #[schema(value_type = Vec<Object>)]
    clauses: Vec<Clause>,
    reason: String,
    /// The last day for positions.
    until: String,
}

/// What was proposed.
#[derive(Serialize, ToSchema)]
struct Numbered {
    number: u32,
}

/// A position.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Position {
    /// agree, agree_if_changed or disagree.
    #[schema(value_type = String)]
    stance: Stance,
    /// Must be there unless it agrees.
    #[serde(default)]
    reason: String,
}

/// What the lead decides.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Settle {
    adopted: bool,
    reason: String,
    /// The day by which everyone should have taken it over, if it is adopted.
    #[serde(default)]
    by: String,
}

/// Taking over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TakeOver {
    /// First day of the next version; today if it is left out.
    #[serde(default)]
    from: String,
}

/// Why it is not taken over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decline {
    reason: String,
}

/// The common texts of an item, the newest first, with who thinks what of them and what became of them.
#[utoipa::path(get, path = "/api/v1/catalogue/items/{key}/proposals", tag = "items", params(("key" = String, Path)), security(()),
    responses((status = 200, body = Vec<ProposalBody>), (status = 404, body = RefusalBody)))]
async fn list(State(app): State<App>, Named(key): Named<String>) -> Result<Json<Vec<ProposalBody>>, Refusal> {
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    snapshot.item(&key).ok_or(ServiceError::NotFound)?;
    let shown = |(number, proposed)| body(number, proposed, Stands::of(proposed, today));
    Ok(Json(common_text::proposals(&snapshot, &key).into_iter().map(shown).collect()))
}

fn body(number: u32, proposed: &Proposed, state: Stands) -> ProposalBody {
    let positions = proposed.positions.values().map(|position| PositionBody {
        org: position.office.org.to_string(),
        name: position.office.name.clone(),
        stance: position.stance.name().to_owned(),
        reason: position.reason.clone(),
        at: position.at.0,
    });
    let settled = proposed.settled.as_ref().map(
        |settled| json!({ "adopted": settled.adopted, "reason": settled.reason, "by": settled.by, "at": settled.at }),
    );
    let replies = proposed.replies.values().map(|reply| match reply {
        Reply::TakenOver { office, implementation, version, from, at } => json!({
            "is": "taken_over", "org": office.org, "name": office.name, "implementation": implementation,
            "version": version, "from": from, "at": at,
        }),
        Reply::Declined { office, reason, at } => json!({
            "is": "declined", "org": office.org, "name": office.name, "reason": reason, "at": at,
        }),
    });
    ProposalBody {
        number,
        state: state.name().to_owned(),
        clauses: proposed.proposal.clauses.clone(),
        reason: proposed.proposal.reason.clone(),
        at: proposed.at.0,
        until: proposed.proposal.until.to_string(),
        asked: proposed.proposal.asked.iter().map(ToString::to_string).collect(),
        waits_for: proposed.waits_for().iter().map(ToString::to_string).collect(),
        positions: positions.collect(),
        settled: settled.unwrap_or_default(),
        replies: replies.collect(),
    }
}

/// Proposes a common text. For the lead: staff of the coordination office, at the registrar's node.
#[utoipa::path(post, path = "/api/v1/catalogue/items/{key}/proposals", tag = "items", params(("key" = String, Path)), request_body = Propose,
    responses((status = 201, body = Numbered), (status = 403, body = RefusalBody), (status = 409, body = RefusalBody), (status = 422, body = RefusalBody)))]
async fn propose(
    State(app): State<App>,
    Caller(actor): Caller,
    Named(key): Named<String>,
    Body(given): Body<Propose>,
) -> Result<(StatusCode, Json<Numbered>), Refusal> {
    let number = common_text::propose(&app, &actor, &key, given.clauses, &given.reason, &given.until).await?;
    Ok((StatusCode::CREATED, Json(Numbered { number })))
}

/// Says what the officer's authority thinks of a common text; until its last day, and the last answer counts. `pending` is true while
/// the lead's node has not recorded it.
#[utoipa::path(post, path = "/api/v1/catalogue/items/{key}/proposals/{number}/position", tag = "items",
    params(("key" = String, Path), ("number" = u32, Path)), request_body = Position,
    responses((status = 200, body = Done), (status = 403, body = RefusalBody), (status = 404, body = RefusalBody), (status = 409, body = RefusalBody)))]
async fn position(
    State(app): State<App>,
    Caller(actor): Caller,
    Named((key, number)): Named<(String, u32)>,
    Body(given): Body<Position>,
) -> Result<Json<Done>, Refusal> {
    Ok(Json(common_text::position(&app, &actor, &key, number, given.stance, &given.reason).await?.into()))
}

/// Adopts a common text or lets it go, once its last day for positions is over or everyone has answered. For the lead.
#[utoipa::path(post, path = "/api/v1/catalogue/items/{key}/proposals/{number}/settle", tag = "items",
    params(("key" = String, Path), ("number" = u32, Path)), request_body = Settle,
    responses((status = 200, body = Done), (status = 403, body = RefusalBody), (status = 404, body = RefusalBody), (status = 409, body = RefusalBody), (status = 422, body = RefusalBody)))]
async fn settle(
    State(app): State<App>,
    Caller(actor): Caller,
    Named((key, number)): Named<(String, u32)>,
    Body(given): Body<Settle>,
) -> Result<Json<Done>, Refusal> {
    let Settle { adopted, reason, by } = given;
    Ok(Json(common_text::settle(&app, &actor, &key, number, adopted, &reason, &by).await?.into()))
}

/// Takes an adopted text over: publishes the officer's authority's own next version with its clauses, and says so. Done twice, it
/// publishes nothing the second time.
#[utoipa::path(post, path = "/api/v1/catalogue/items/{key}/proposals/{number}/take-over", tag = "items",
    params(("key" = String, Path), ("number" = u32, Path)), request_body = TakeOver,
    responses((status = 200, body = Done), (status = 403, body = RefusalBody), (status = 404, body = RefusalBody), (status = 409, body = RefusalBody), (status = 422, body = RefusalBody)))]
async fn take_over(
    State(app): State<App>,
    Caller(actor): Caller,
    Named((key, number)): Named<(String, u32)>,
    Body(given): Body<TakeOver>,
) -> Result<Json<Done>, Refusal> {
    Ok(Json(common_text::take_over(&app, &actor, &key, number, &given.from).await?.into()))
}

/// Says why the officer's authority does not take an adopted text over.
#[utoipa::path(post, path = "/api/v1/catalogue/items/{key}/proposals/{number}/decline", tag = "items",
    params(("key" = String, Path), ("number" = u32, Path)), request_body = Decline,
    responses((status = 200, body = Done), (status = 403, body = RefusalBody), (status = 404, body = RefusalBody), (status = 409, body = RefusalBody)))]
async fn decline(
    State(app): State<App>,
    Caller(actor): Caller,
    Named((key, number)): Named<(String, u32)>,
    Body(given): Body<Decline>,
) -> Result<Json<Done>, Refusal> {
    Ok(Json(common_text::decline(&app, &actor, &key, number, &given.reason).await?.into()))
}
