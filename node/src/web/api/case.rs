//! Cases: create, read, and every act.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use base64::Engine as _;
use serde::Deserialize;
use tongban_core::case::{
    Act, Applicant, Attached, Change, Check, Courier, DeliveryWay, Hands, IdKind, Leg, Outcome, Paper, Procedure,
    Verdict, Wanted,
};
use tongban_core::catalogue::Subject;
use tongban_core::dossier::{DossierId, Hash};
use tongban_core::ident::Region;
use tongban_core::time::Limit;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::reply::{Done, Row, Whole};
use super::{Asked, Body, Caller, Named, Once, Refusal, RefusalBody};
use crate::app::App;
use crate::service::{self, CaseView, ItemFault, OpenCase, ServiceError, Upload, check_upload};
use crate::store::{AccountRole, CasePage, CaseRow, List, NewBlob, Place};
use crate::text::Lang;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read))
        .routes(routes!(add_materials))
        .routes(routes!(pre_check))
        .routes(routes!(pre_check_answer))
        .routes(routes!(take_in))
        .routes(routes!(hand_over))
        .routes(routes!(take_back))
        .routes(routes!(forward))
        .routes(routes!(receive))
        .routes(routes!(send_back))
        .routes(routes!(accept))
        .routes(routes!(extend))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(not_accept))
        .routes(routes!(ask_correction))
        .routes(routes!(answer_correction))
        .routes(routes!(decide))
        .routes(routes!(correct_decision))
        .routes(routes!(revoke_decision))
        .routes(routes!(end))
        .routes(routes!(change_applicant))
        .routes(routes!(ask_fee))
        .routes(routes!(fee_paid))
        .routes(routes!(post_result))
        .routes(routes!(deliver))
        .routes(routes!(papers))
        .routes(routes!(rate))
        .routes(routes!(call_back))
        .routes(routes!(dispute_rating))
        .routes(routes!(withdraw))
}

/// A material with its file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Material {
    /// Key in the implementation's list.
    material: String,
    /// Name of the file, for error messages.
    #[serde(default)]
    name: String,
    /// PDF, JPEG or PNG, base64, at most 10 MiB.
    content: String,
    /// seen_original, copy_taken or uploaded.
    #[serde(default = "uploaded")]
    #[schema(value_type = String)]
    check: Check,
}

fn uploaded() -> Check {
    Check::Uploaded
}

/// A material that is not needed, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Waived {
    material: String,
    because: String,
}

/// The applicant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Particulars {
    name: String,
    /// Identity number of a person, or the social credit code of a firm.
    id_number: String,
    /// Of a person: resident_id, passport, hk_macao_permit, taiwan_permit or foreign_permanent_id; resident_id if it is left out.
    #[serde(default)]
    id_kind: String,
    #[serde(default)]
    contact: String,
    phone: String,
    /// Where the result may be posted.
    #[serde(default)]
    address: String,
}

impl Particulars {
    fn applicant(self, subject: Subject) -> Applicant {
        let Particulars { name, id_number, id_kind, contact, phone, address } = self;
        Applicant { name, id_kind: IdKind::of(subject, &id_kind), id_number, contact, phone, address }
    }
}

/// A new case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Create {
    /// Item key, `@`, region code of the handling place.
    implementation: String,
    /// Online: region code of the place where the applicant is.
    here: Option<String>,
    /// person or enterprise.
    #[schema(value_type = String)]
    subject: Subject,
    applicant: Particulars,
    /// 情形: keys of answers by keys of questions, as `GET /api/v1/implementations/{id}/situations` lists them; only of those that
    /// are asked in this situation. Materials and promised limit follow from them. Refused with `situation-unanswered` (422;
    /// `fields` names the question that comes next), `situation-unknown` (422: no such answer, or not asked in this situation) or
    /// `situation-cannot` (409: it cannot be handled this way, and why).
    #[serde(default)]
    answers: BTreeMap<String, String>,
    #[serde(default)]
    materials: Vec<Material>,
    #[serde(default)]
    waived: Vec<Waived>,
    /// Take in at once (收件); online this also hands over.
    #[serde(default)]
    take_in: bool,
    /// Hand over at once.
    #[serde(default)]
    hand_over: bool,
}

fn attach(app: &App, materials: Vec<Material>) -> Result<(Vec<Attached>, Vec<NewBlob>), Refusal> {
    let mut attached = Vec::with_capacity(materials.len());
    let mut blobs = Vec::with_capacity(materials.len());
    for material in materials {
        let bytes = decode(&material.content)?;
        let name = if material.name.is_empty() { material.material.clone() } else { material.name };
        let blob = check_upload(&*app.signer, Upload { name, bytes }).map_err(ServiceError::Upload)?;
        attached.push(Attached { material: material.material, blob: blob.reference.clone(), check: material.check });
        blobs.push(blob);
    }
    Ok((attached, blobs))
}

fn decode(content: &str) -> Result<Vec<u8>, Refusal> {
    base64::engine::general_purpose::STANDARD.decode(content).map_err(|_| {
        let (zh, en) = (Lang::Zh.t("fault-base64"), Lang::En.t("fault-base64"));
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "base64", &zh, &en)
    })
}

/// Creates a case.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = Create,
    responses((status = 201, body = Done), (status = 409, body = RefusalBody), (status = 422, body = RefusalBody)))]
async fn create(
    State(app): State<App>,
    Caller(actor): Caller,
    Once(once): Once,
    Body(request): Body<Create>,
) -> Result<(StatusCode, Json<Done>), Refusal> {
    let (attached, blobs) = attach(&app, request.materials)?;
    let mut further = Vec::new();
    if !attached.is_empty() {
        further.push(Act::MaterialsAdded { materials: attached });
    }
    let waived = request.waived.into_iter();
    further.extend(waived.map(|one| Act::MaterialWaived { material: one.material, because: one.because }));
    let online = matches!(&actor, service::Actor::Account(account)
        if matches!(account.role, AccountRole::Applicant | AccountRole::Firm));
    if request.take_in || request.hand_over {
        further.push(Act::TakenIn { number: String::new() });
    }
    if request.hand_over || online && request.take_in {
        further.push(Act::HandedOver);
    }
    let region = |code: &str| Region::parse(code).map_err(|error| Refusal::region(code, error));
    let here = request.here.as_deref().map(region).transpose()?;
    let open = OpenCase {
        implementation: request.implementation,
        here,
        subject: request.subject,
        applicant: request.applicant.applicant(request.subject),
        answers: request.answers,
        once,
    };
    let said = service::open_with(&app, &actor, open, further, blobs).await?;
    Ok((StatusCode::CREATED, Json(said.into())))
}

/// Which list, and from which row.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// to-do (what the own organisation has to do, by date) or all (the newest first); an applicant sees their own.
    #[serde(default)]
    list: Lists,
    /// The place after which the page begins, from the `Link` of the page before.
    after: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Lists {
    #[default]
    ToDo,
    All,
    Own,
}

impl Lists {
    fn name(self) -> &'static str {
        match self {
            Lists::ToDo => "to-do",
            Lists::All => "all",
            Lists::Own => "own",
        }
    }
}

pub(super) fn no_place() -> Refusal {
    let (zh, en) = (Lang::Zh.t("fault-after-unknown"), Lang::En.t("fault-after-unknown"));
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "after-unknown", &zh, &en)
}

/// Lists cases, a page of at most 50 rows. If there is more, the header `Link` has the address of the next page
/// (`rel="next"`, RFC 8288).
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(Which),
    responses((status = 200, body = Vec<Row>), (status = 403, body = RefusalBody)))]
async fn list(
    State(app): State<App>,
    Caller(actor): Caller,
    Asked(which): Asked<Which>,
) -> Result<(HeaderMap, Json<Vec<Row>>), Refusal> {
    let service::Actor::Account(account) = &actor else { return Err(ServiceError::Forbidden.into()) };
    let org = account.org.map(|org| org.to_string());
    let list = match (account.role, org.as_deref(), which.list) {
        (AccountRole::Applicant | AccountRole::Firm, _, _) => List::OwnedBy(account.id),
        (AccountRole::Clerk | AccountRole::Officer, Some(org), Lists::ToDo) => List::ToDo(org),
        (AccountRole::Clerk, Some(org), _) => List::TakenInBy(org),
        (AccountRole::Officer, Some(org), _) => List::HandledBy(org),
        _ => return Err(ServiceError::Forbidden.into()),
    };
    let after = which.after.as_deref().map(|text| Place::parse(text).ok_or_else(no_place)).transpose()?;
    let CasePage { rows, next } = app.store.cases(list, after.as_ref()).await?;
    let whose: Vec<Hash> = rows.iter().map(|row| row.applicant).collect();
    let names = app.store.applicant_names(&whose).await?;
    let row = |row: CaseRow| {
        let name = names.get(&row.applicant).cloned();
        Row::new(row, name)
    };
    let mut headers = HeaderMap::new();
    if let Some(next) = next {
        let link = format!("</api/v1/cases?list={}&after={next}>; rel=\"next\"", which.list.name());
        headers.extend(HeaderValue::try_from(link).map(|link| (header::LINK, link)));
    }
    Ok((headers, Json(rows.into_iter().map(row).collect())))
}

/// Reads a case. The reading is recorded.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = String, Path)),
    responses((status = 200, body = Whole), (status = 404, body = RefusalBody)))]
async fn read(
    State(app): State<App>,
    Caller(actor): Caller,
    Named(id): Named<DossierId>,
) -> Result<Json<Whole>, Refusal> {
    let view = CaseView::read(&app, &actor, id, "api").await?;
    let tracks = actor.by().is_some_and(|by| by.role != tongban_core::dossier::Role::Officer);
    Ok(Json(Whole::new(&app, view, tracks)))
}

async fn say(app: &App, caller: Caller, id: DossierId, once: Once, act: Act, blobs: Vec<NewBlob>) -> Answer {
    Ok(Json(service::act(app, &caller.0, id, vec![act], blobs, once.0).await?.into()))
}

type Answer = Result<Json<Done>, Refusal>;

/// Materials to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Materials {
    materials: Vec<Material>,
}

/// Adds materials, before hand-over.
#[utoipa::path(post, path = "/api/v1/cases/{id}/materials", tag = "acts", params(("id" = String, Path)),
    request_body = Materials, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn add_materials(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(request): Body<Materials>,
) -> Answer {
    let (materials, blobs) = attach(&app, request.materials)?;
    say(&app, caller, id, once, Act::MaterialsAdded { materials }, blobs).await
}

/// A question before taking in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreCheckBody {
    /// What is asked, in words.
    #[serde(default)]
    note: String,
}

/// 预审: before taking in, asks the authority whether it may.
#[utoipa::path(post, path = "/api/v1/cases/{id}/pre-check", tag = "acts", params(("id" = String, Path)),
    request_body = PreCheckBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn pre_check(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(PreCheckBody { note }): Body<PreCheckBody>,
) -> Answer {
    say(&app, caller, id, once, Act::PreCheckAsked { note }, Vec::new()).await
}

/// The answer to a pre-check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreCheckedBody {
    /// ready, lacks or not_ours.
    #[schema(value_type = String)]
    verdict: Verdict,
    /// What is lacking.
    #[serde(default)]
    wanted: Vec<WantedBody>,
    #[serde(default)]
    note: String,
    /// Whom to ask.
    #[serde(default)]
    contact: String,
    /// Their telephone.
    #[serde(default)]
    phone: String,
}

/// Answers a pre-check.
#[utoipa::path(post, path = "/api/v1/cases/{id}/pre-check-answer", tag = "acts", params(("id" = String, Path)),
    request_body = PreCheckedBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn pre_check_answer(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(request): Body<PreCheckedBody>,
) -> Answer {
    let PreCheckedBody { verdict, wanted, note, contact, phone } = request;
    let act = Act::PreChecked { verdict, wanted: wanted_of(wanted), note, contact, phone };
    say(&app, caller, id, once, act, Vec::new()).await
}

/// 收件: takes in. The receipt number is given back.
#[utoipa::path(post, path = "/api/v1/cases/{id}/take-in", tag = "acts", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn take_in(State(app): State<App>, caller: Caller, Named(id): Named<DossierId>, once: Once) -> Answer {
    say(&app, caller, id, once, Act::TakenIn { number: String::new() }, Vec::new()).await
}

/// Hands over to the handling authority.
#[utoipa::path(post, path = "/api/v1/cases/{id}/hand-over", tag = "acts", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn hand_over(State(app): State<App>, caller: Caller, Named(id): Named<DossierId>, once: Once) -> Answer {
    say(&app, caller, id, once, Act::HandedOver, Vec::new()).await
}

/// 撤回交办: asks to have a hand-over back that was not answered yet. The authority's node sends it back by itself.
#[utoipa::path(post, path = "/api/v1/cases/{id}/take-back", tag = "acts", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn take_back(State(app): State<App>, caller: Caller, Named(id): Named<DossierId>, once: Once) -> Answer {
    say(&app, caller, id, once, Act::TakeBack, Vec::new()).await
}

/// To whom a case is passed on, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForwardBody {
    /// Unified social credit code of the authority that has the power.
    to: String,
    /// Why, in words.
    note: String,
}

/// 移送: before acceptance, passes the case on to the authority that has the power.
#[utoipa::path(post, path = "/api/v1/cases/{id}/forward", tag = "acts", params(("id" = String, Path)),
    request_body = ForwardBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn forward(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(ForwardBody { to, note }): Body<ForwardBody>,
) -> Answer {
    let to = service::authority(&app, &to).ok_or(ServiceError::Item(ItemFault::RegionNotServed))?;
    say(&app, caller, id, once, Act::Forwarded { to: Box::new(to), note }, Vec::new()).await
}

/// The handling authority receives.
#[utoipa::path(post, path = "/api/v1/cases/{id}/receive", tag = "acts", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn receive(State(app): State<App>, caller: Caller, Named(id): Named<DossierId>, once: Once) -> Answer {
    say(&app, caller, id, once, Act::Received, Vec::new()).await
}

/// A coded reason, and words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReasonGiven {
    /// Code of the reason.
    reason: String,
    #[serde(default)]
    note: String,
}

/// Returns to the receiving place, with a coded reason.
#[utoipa::path(post, path = "/api/v1/cases/{id}/return", tag = "acts", params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn send_back(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(ReasonGiven { reason, note }): Body<ReasonGiven>,
) -> Answer {
    say(&app, caller, id, once, Act::Returned { reason, note }, Vec::new()).await
}

/// 受理: accepts. The decision clock starts.
#[utoipa::path(post, path = "/api/v1/cases/{id}/accept", tag = "acts", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn accept(State(app): State<App>, caller: Caller, Named(id): Named<DossierId>, once: Once) -> Answer {
    say(&app, caller, id, once, Act::Accepted, Vec::new()).await
}

/// An extension.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Extend {
    /// By how many working days.
    days: u16,
    /// Why: the applicant reads it.
    reason: String,
}

/// 延长期限: extends the time to decide, once, with notice to the applicant (行政许可法 art. 42).
#[utoipa::path(post, path = "/api/v1/cases/{id}/extend", tag = "acts", params(("id" = String, Path)),
    request_body = Extend, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn extend(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(Extend { days, reason }): Body<Extend>,
) -> Answer {
    say(&app, caller, id, once, Act::Extended { days, reason }, Vec::new()).await
}

/// A procedure whose time does not count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PauseBody {
    /// hearing, tender, auction, inspection, testing, quarantine, appraisal or expert_review.
    #[schema(value_type = String)]
    procedure: Procedure,
    /// How many working days it is to take, if that is known.
    days: Option<u16>,
    #[serde(default)]
    note: String,
}

/// Begins a procedure whose time does not count (行政许可法 art. 45).
#[utoipa::path(post, path = "/api/v1/cases/{id}/pause", tag = "acts", params(("id" = String, Path)),
    request_body = PauseBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn pause(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(PauseBody { procedure, days, note }): Body<PauseBody>,
) -> Answer {
    let act = Act::Paused { procedure, limit: days.map(Limit::working), note };
    say(&app, caller, id, once, act, Vec::new()).await
}

/// The end of a procedure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResumeBody {
    /// What came of it, in words.
    #[serde(default)]
    note: String,
}

/// Ends a procedure whose time does not count: the clock goes on.
#[utoipa::path(post, path = "/api/v1/cases/{id}/resume", tag = "acts", params(("id" = String, Path)),
    request_body = ResumeBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn resume(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(ResumeBody { note }): Body<ResumeBody>,
) -> Answer {
    say(&app, caller, id, once, Act::Resumed { note }, Vec::new()).await
}

/// 不予受理: does not accept.
#[utoipa::path(post, path = "/api/v1/cases/{id}/not-accept", tag = "acts", params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn not_accept(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(ReasonGiven { reason, note }): Body<ReasonGiven>,
) -> Answer {
    say(&app, caller, id, once, Act::NotAccepted { reason, note }, Vec::new()).await
}

/// Everything that is missing, once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskCorrection {
    wanted: Vec<WantedBody>,
    /// Working days that the applicant has.
    days: u16,
}

/// One thing that is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedBody {
    material: String,
    what: String,
}

fn wanted_of(wanted: Vec<WantedBody>) -> Vec<Wanted> {
    wanted.into_iter().map(|one| Wanted { material: one.material, what: one.what }).collect()
}

/// 一次性告知补正: asks once for everything.
#[utoipa::path(post, path = "/api/v1/cases/{id}/correction", tag = "acts", params(("id" = String, Path)),
    request_body = AskCorrection, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn ask_correction(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(request): Body<AskCorrection>,
) -> Answer {
    let wanted = wanted_of(request.wanted);
    let act = Act::CorrectionAsked { wanted, limit: Limit::working(request.days) };
    say(&app, caller, id, once, act, Vec::new()).await
}

/// Answers the correction.
#[utoipa::path(post, path = "/api/v1/cases/{id}/correction-answer", tag = "acts", params(("id" = String, Path)),
    request_body = Materials, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn answer_correction(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(request): Body<Materials>,
) -> Answer {
    let (materials, blobs) = attach(&app, request.materials)?;
    say(&app, caller, id, once, Act::CorrectionAnswered { materials }, blobs).await
}

/// The decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decide {
    /// granted or refused.
    #[schema(value_type = String)]
    outcome: Outcome,
    /// Code of the reason, for a refusal.
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
    /// Number of the document.
    number: String,
    /// The document: PDF, JPEG or PNG, base64.
    document: Option<String>,
    /// online, window or courier.
    #[schema(value_type = String)]
    way: DeliveryWay,
}

/// 办结: decides.
#[utoipa::path(post, path = "/api/v1/cases/{id}/decide", tag = "acts", params(("id" = String, Path)),
    request_body = Decide, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(request): Body<Decide>,
) -> Answer {
    let Decide { outcome, reason, note, number, document, way } = request;
    let document = document_of(&app, document)?;
    let reference = document.as_ref().map(|blob| blob.reference.clone());
    let act = Act::Decided { outcome, reason, note, number, document: reference, way };
    say(&app, caller, id, once, act, document.into_iter().collect()).await
}

/// How the result reached the person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Deliver {
    /// online, window or courier.
    #[schema(value_type = String)]
    way: DeliveryWay,
}

/// A decision put right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectDecision {
    /// Number of the new document.
    number: String,
    /// What was wrong.
    note: String,
    /// The new document: PDF, JPEG or PNG, base64.
    document: Option<String>,
}

/// 更正决定书: puts right what was written wrong. The outcome stays; the new document is delivered like the first.
#[utoipa::path(post, path = "/api/v1/cases/{id}/correct-decision", tag = "acts", params(("id" = String, Path)),
    request_body = CorrectDecision, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn correct_decision(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(CorrectDecision { number, note, document }): Body<CorrectDecision>,
) -> Answer {
    let blob = document_of(&app, document)?;
    let document = blob.as_ref().map(|blob| blob.reference.clone());
    say(&app, caller, id, once, Act::DecisionCorrected { number, document, note }, blob.into_iter().collect()).await
}

/// 撤销决定: the decision has no effect any more.
#[utoipa::path(post, path = "/api/v1/cases/{id}/revoke-decision", tag = "acts", params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn revoke_decision(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(ReasonGiven { reason, note }): Body<ReasonGiven>,
) -> Answer {
    say(&app, caller, id, once, Act::DecisionRevoked { reason, note }, Vec::new()).await
}

/// 终止办理: it ends without a decision.
#[utoipa::path(post, path = "/api/v1/cases/{id}/end", tag = "acts", params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn end(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(ReasonGiven { reason, note }): Body<ReasonGiven>,
) -> Answer {
    say(&app, caller, id, once, Act::Ended { reason, note }, Vec::new()).await
}

/// The applicant's particulars anew.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Changed {
    /// All of them.
    applicant: Particulars,
    /// moved, renamed, succeeded or mistaken.
    #[schema(value_type = String)]
    change: Change,
    /// What it is proven by.
    note: String,
}

/// The applicant moved, changed the name, died, or was taken down wrongly.
#[utoipa::path(post, path = "/api/v1/cases/{id}/change-applicant", tag = "acts", params(("id" = String, Path)),
    request_body = Changed, responses((status = 200, body = Done), (status = 409, body = RefusalBody), (status = 422, body = RefusalBody)))]
async fn change_applicant(
    State(app): State<App>,
    Caller(actor): Caller,
    Named(id): Named<DossierId>,
    Once(once): Once,
    Body(Changed { applicant, change, note }): Body<Changed>,
) -> Answer {
    let subject = CaseView::read(&app, &actor, id, "case").await?.case.drafted.subject;
    let changed = (applicant.applicant(subject), change, note);
    let said = service::change_applicant(&app, &actor, id, changed, once).await?;
    Ok(Json(said.into()))
}

/// A fee, by reference.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeeBody {
    /// 缴款单号.
    number: String,
    /// In cents (分).
    cents: u64,
    /// Who gets it.
    payee: String,
}

/// 缴费: how much is to be paid, to whom, under which number.
#[utoipa::path(post, path = "/api/v1/cases/{id}/fee", tag = "acts", params(("id" = String, Path)),
    request_body = FeeBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn ask_fee(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(FeeBody { number, cents, payee }): Body<FeeBody>,
) -> Answer {
    say(&app, caller, id, once, Act::FeeAsked { number, cents, payee }, Vec::new()).await
}

/// A fee that has come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FeePaidBody {
    /// 缴款单号.
    number: String,
}

/// The fee of this number has come in.
#[utoipa::path(post, path = "/api/v1/cases/{id}/fee-paid", tag = "acts", params(("id" = String, Path)),
    request_body = FeePaidBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn fee_paid(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(FeePaidBody { number }): Body<FeePaidBody>,
) -> Answer {
    say(&app, caller, id, once, Act::FeePaid { number }, Vec::new()).await
}

fn document_of(app: &App, document: Option<String>) -> Result<Option<NewBlob>, Refusal> {
    let Some(content) = document else { return Ok(None) };
    let upload = Upload { name: "document".to_owned(), bytes: decode(&content)? };
    Ok(Some(check_upload(&*app.signer, upload).map_err(ServiceError::Upload)?))
}

/// Who carries it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CourierBody {
    company: String,
    /// Number of the parcel.
    number: String,
}

impl From<CourierBody> for Courier {
    fn from(body: CourierBody) -> Courier {
        Courier { company: body.company, number: body.number }
    }
}

/// 寄递结果: the result was given to a courier.
#[utoipa::path(post, path = "/api/v1/cases/{id}/post", tag = "acts", params(("id" = String, Path)),
    request_body = CourierBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn post_result(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(courier): Body<CourierBody>,
) -> Answer {
    say(&app, caller, id, once, Act::ResultPosted { courier: courier.into() }, Vec::new()).await
}

/// What happens to originals on paper.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "what", rename_all = "snake_case")]
enum PapersBody {
    /// They are left with whoever says so.
    Taken { papers: Vec<PaperBody> },
    /// They are given to a courier.
    Sent {
        papers: Vec<String>,
        /// receiving, handling or applicant.
        #[schema(value_type = String)]
        to: Hands,
        courier: CourierBody,
    },
    /// They have arrived; or, posted to the applicant, were delivered.
    Arrived { papers: Vec<String> },
    /// The applicant has them again.
    Given { papers: Vec<String> },
    /// They are lost.
    Lost { papers: Vec<String>, note: String },
}

/// An original.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaperBody {
    /// Key within the case.
    key: String,
    /// What it is.
    what: String,
    #[serde(default = "one")]
    count: u16,
    /// Whether the authority needs it.
    #[serde(default)]
    send: bool,
}

fn one() -> u16 {
    1
}

/// Originals on paper: taken, sent, arrived, given back, lost.
#[utoipa::path(post, path = "/api/v1/cases/{id}/papers", tag = "acts", params(("id" = String, Path)),
    request_body = PapersBody, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn papers(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(body): Body<PapersBody>,
) -> Answer {
    let act = match body {
        PapersBody::Taken { papers } => Act::PapersTaken {
            papers: papers
                .into_iter()
                .map(|PaperBody { key, what, count, send }| Paper { key, what, count, send })
                .collect(),
        },
        PapersBody::Sent { papers, to, courier } => Act::PapersSent { papers, to, courier: courier.into() },
        PapersBody::Arrived { papers } => Act::PapersArrived { papers },
        PapersBody::Given { papers } => Act::PapersGiven { papers },
        PapersBody::Lost { papers, note } => Act::PapersLost { papers, note },
    };
    say(&app, caller, id, once, act, Vec::new()).await
}

/// 送达: delivers.
#[utoipa::path(post, path = "/api/v1/cases/{id}/deliver", tag = "acts", params(("id" = String, Path)),
    request_body = Deliver, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn deliver(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(Deliver { way }): Body<Deliver>,
) -> Answer {
    say(&app, caller, id, once, Act::Delivered { way }, Vec::new()).await
}

/// A rating.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rate {
    /// receiving or handling.
    #[schema(value_type = String)]
    leg: Leg,
    /// 1 very satisfied … 5 very dissatisfied.
    level: u8,
    #[serde(default)]
    comment: String,
}

/// 好差评: rates one leg.
#[utoipa::path(post, path = "/api/v1/cases/{id}/rate", tag = "acts", params(("id" = String, Path)),
    request_body = Rate, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn rate(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(request): Body<Rate>,
) -> Answer {
    let comment = request.comment.trim();
    let suite = app.signer.public_key().suite();
    let blob =
        (!comment.is_empty()).then(|| NewBlob::new(suite, rand::random(), "text/plain", comment.as_bytes().to_vec()));
    let act = Act::Rated {
        leg: request.leg,
        level: request.level,
        comment: blob.as_ref().map(|blob| blob.reference.clone()),
    };
    say(&app, caller, id, once, act, blob.into_iter().collect()).await
}

/// An answer to a bad rating.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RatingAnswer {
    /// receiving or handling.
    #[schema(value_type = String)]
    leg: Leg,
    /// What was found and mended, or why the rating is mistaken.
    note: String,
}

/// 差评回访: called back after a bad rating. The applicant may rate that leg once more.
#[utoipa::path(post, path = "/api/v1/cases/{id}/call-back", tag = "acts", params(("id" = String, Path)),
    request_body = RatingAnswer, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn call_back(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(RatingAnswer { leg, note }): Body<RatingAnswer>,
) -> Answer {
    say(&app, caller, id, once, Act::CalledBack { leg, note }, Vec::new()).await
}

/// 差评申诉: holds a bad rating to be mistaken. The answer stands beside the rating.
#[utoipa::path(post, path = "/api/v1/cases/{id}/dispute-rating", tag = "acts", params(("id" = String, Path)),
    request_body = RatingAnswer, responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn dispute_rating(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named<DossierId>,
    once: Once,
    Body(RatingAnswer { leg, note }): Body<RatingAnswer>,
) -> Answer {
    say(&app, caller, id, once, Act::RatingDisputed { leg, note }, Vec::new()).await
}

/// 撤回: withdraws.
#[utoipa::path(post, path = "/api/v1/cases/{id}/withdraw", tag = "acts", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 409, body = RefusalBody)))]
async fn withdraw(State(app): State<App>, caller: Caller, Named(id): Named<DossierId>, once: Once) -> Answer {
    say(&app, caller, id, once, Act::Withdrawn, Vec::new()).await
}
