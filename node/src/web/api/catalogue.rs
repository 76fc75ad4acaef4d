//! One item in all places.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_core::catalogue::compare::{Cell, Common, Row, agreement, compare};
use tongban_core::ident::Region;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Asked, Named, Refusal, RefusalBody};
use crate::app::App;
use crate::service::ServiceError;
use crate::service::compare::{hurt, of_item};
use crate::text::Lang;
use crate::web::catalogue::words;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read))
}

/// Which two places are to be compared with each other as well.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Two {
    /// Region code of one place.
    here: Option<String>,
    /// Region code of the other.
    there: Option<String>,
}

/// An item in all places where it is in force.
#[derive(Serialize, ToSchema)]
struct Compared {
    item: String,
    name: String,
    /// 0 to 1: within each kind of element the share that equals what most places say, of these the mean, and of these the
    /// mean over all places. Null where there are fewer than two places.
    conformity: Option<f64>,
    /// In how many elements all places deviate together.
    deviations: u32,
    /// Cases that this node knows of which came back with a reason of material, household or administration, or had to be completed.
    hurt: u64,
    /// By region code.
    places: Vec<Place>,
    elements: Vec<Line>,
    /// In what `there` differs from `here`, and how far the two agree; null unless both were named.
    #[schema(value_type = Object)]
    pair: Value,
}

/// A place that has it.
#[derive(Serialize, ToSchema)]
struct Place {
    region: String,
    name: String,
    /// Id of the implementation.
    implementation: String,
    version: u32,
    conformity: Option<f64>,
    deviations: u32,
    /// First day in force.
    from: String,
    /// First day no longer in force, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// 实施编码 or 业务办理项编码; it is not there where the authority has given none.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// 地方实施编码.
    #[serde(skip_serializing_if = "Option::is_none")]
    local_code: Option<String>,
    /// 收费依据.
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_basis: Option<String>,
    /// Whether the fee may be paid on the web, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pays_online: Option<bool>,
    /// 到办事现场次数, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    visits: Option<u8>,
    /// 必须现场办理原因.
    #[serde(skip_serializing_if = "Option::is_none")]
    visits_reason: Option<String>,
    /// 咨询电话.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// 监督投诉电话.
    #[serde(skip_serializing_if = "Option::is_none")]
    complaint_phone: Option<String>,
    /// 办理地点.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// 办理时间.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<String>,
}

/// A text, unless it is empty.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// An element: a line that can be the same or not.
#[derive(Serialize, ToSchema)]
struct Line {
    /// conditions, materials, limits, fee, result, parts or basis.
    kind: String,
    name: String,
    /// What most places say; null if most are without it.
    common: Option<String>,
    /// Region code of the only place that has it.
    only: Option<String>,
    deviating: Vec<Deviation>,
}

/// A place that says otherwise.
#[derive(Serialize, ToSchema)]
struct Deviation {
    region: String,
    /// other, more or missing.
    how: String,
    /// What it says; null if it says nothing.
    says: Option<String>,
}

/// One item side by side in all places: what most say of each element, who says otherwise, and how far they agree.
#[utoipa::path(get, path = "/api/v1/catalogue/items/{key}/compare", tag = "items", params(("key" = String, Path), Two), security(()),
    responses((status = 200, body = Compared), (status = 404, body = RefusalBody), (status = 422, body = RefusalBody)))]
async fn read(
    State(app): State<App>,
    Named(key): Named<String>,
    Asked(two): Asked<Two>,
) -> Result<Json<Compared>, Refusal> {
    let snapshot = app.directory.now();
    let item = snapshot.item(&key).ok_or(ServiceError::NotFound)?;
    let hurt = hurt(&app.store.hurt().await?, &key);
    let common = of_item(&snapshot, &key, app.clock.today());
    let places = common.all().iter().enumerate().map(|(at, one)| Place {
        region: one.region.to_string(),
        name: one.region.full_name(),
        implementation: one.id.clone(),
        version: one.version,
        conformity: common.conformity_of(at),
        deviations: common.deviations_of(at),
        from: one.from.to_string(),
        until: one.until.map(|until| until.to_string()),
        code: one.code.map(|code| code.to_string()),
        local_code: said(&one.local_code),
        fee_basis: said(&one.fee_basis),
        pays_online: one.pays_online,
        visits: one.visits,
        visits_reason: said(&one.visits_reason),
        phone: said(&one.phone),
        complaint_phone: said(&one.complaint_phone),
        place: said(&one.place),
        hours: said(&one.hours),
    });
    Ok(Json(Compared {
        item: key.clone(),
        name: item.name.clone(),
        conformity: common.conformity(),
        deviations: common.deviations(),
        hurt,
        places: places.collect(),
        elements: common.rows().iter().map(|row| line(&common, row)).collect(),
        pair: pair(&common, &two)?,
    }))
}

fn line(common: &Common<'_>, row: &Row) -> Line {
    let region = |at: usize| common.all()[at].region.to_string();
    let says = |held| words::says(Lang::Zh, common, row, held);
    let deviating = row.deviating().into_iter();
    Line {
        kind: row.element().kind().name().to_owned(),
        name: words::element(Lang::Zh, common, row),
        common: row.common().map(says),
        only: row.variant_of().map(region),
        deviating: deviating
            .map(|at| {
                let cell: Cell = row.cell(at);
                Deviation { region: region(at), how: words::cell(cell).to_owned(), says: row.held_at(at).map(says) }
            })
            .collect(),
    }
}

fn pair(common: &Common<'_>, two: &Two) -> Result<Value, Refusal> {
    let (Some(here), Some(there)) = (&two.here, &two.there) else { return Ok(Value::Null) };
    let of = |code: &str| {
        let region = Region::parse(code).map_err(|error| Refusal::region(code, error))?;
        let found = common.all().iter().copied().find(|one| one.region == region);
        found.ok_or_else(|| Refusal::from(ServiceError::NotFound))
    };
    let (here, there) = (of(here)?, of(there)?);
    let sentences: Vec<Value> = compare(here, there)
        .iter()
        .map(|one| {
            serde_json::json!({
                "code": one.code(),
                "text": words::sentence(Lang::Zh, one),
                "difference": serde_json::to_value(one).unwrap_or_default(),
            })
        })
        .collect();
    Ok(serde_json::json!({ "agreement": agreement(here, there).figure(), "differences": sentences }))
}
