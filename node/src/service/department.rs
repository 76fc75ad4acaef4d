//! The port of a department's own system (部门业务系统): what it has to do, and what it answers, under its own business number.
//!
//! A case is decided wholly in that system; nobody types anything twice. The same answers come in by REST and as files in a
//! watched folder. An answer is keyed by business number and what is done: given again it is done once, given otherwise it
//! is refused.

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use tongban_core::case::{Act, Applicant, DeliveryWay, Outcome, Wanted};
use tongban_core::dossier::{DossierId, Hash, Suite};
use tongban_core::ident::Uscc;
use tongban_core::time::Limit;
use utoipa::ToSchema;

use super::view::note;
use super::{Actor, CaseView, OnceKey, ServiceError, Upload, act, check_upload};
use crate::app::App;
use crate::store::{List, NewBlob, Place};

/// Why an answer fits no task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusinessFault {
    /// The first answer under a number names its task.
    #[error("business-unknown")]
    Unknown,
    /// The number is that of another task.
    #[error("business-other-task")]
    OtherTask,
    /// The task has another number.
    #[error("business-other-number")]
    OtherNumber,
    /// No number, or one that is too long.
    #[error("business-number")]
    Number,
    /// The document is not base64.
    #[error("base64")]
    Base64,
}

/// The most characters of a business number.
const NUMBER_CHARS_MAX: usize = 64;

/// One file of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskFile {
    /// Key of the material.
    pub material: String,
    /// Its name.
    pub name: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub media: String,
    /// Hash of the file as the log names it.
    pub hash: String,
    /// Where its bytes are got, with the same token.
    pub path: String,
    /// The bytes, base64; absent in an answer to a request, where `path` leads to them, and while they are on their way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// Something that a department has to do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Task {
    /// The case.
    pub task: String,
    /// The department's own number, once it gave one.
    pub business_number: Option<String>,
    /// Receipt number.
    pub number: Option<String>,
    /// Key of the item.
    pub item: String,
    /// Its name.
    pub item_name: String,
    /// Where it is.
    pub phase: String,
    /// What is to be done: pre_check, receive, accept, decide, post, deliver, end_procedure, call_back.
    pub step: String,
    /// Until when, YYYY-MM-DD.
    pub due: Option<String>,
    /// Who took it in.
    pub receiving: String,
    /// Name, number and telephone; absent while they are on their way.
    #[schema(value_type = Object)]
    pub applicant: Option<Applicant>,
    /// The materials.
    pub files: Vec<TaskFile>,
    /// How many records the case has: a task with more was changed.
    pub records: usize,
}

/// A page of tasks.
#[derive(Clone, Debug)]
pub struct Tasks {
    /// Its tasks.
    pub tasks: Vec<Task>,
    /// Where the next page begins.
    pub next: Option<Place>,
}

/// One thing that is wanted in a correction.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedFile {
    /// Key of the material.
    pub material: String,
    /// What is wrong and what is wanted.
    pub what: String,
}

/// What a department's system answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentAnswer {
    /// The department's own number of this matter.
    pub business_number: String,
    /// The task: with the first answer under a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// accept, correct, not_accept, return, decide or deliver.
    #[serde(rename = "do")]
    pub does: Does,
    /// For correct: everything that is wanted, once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<WantedFile>,
    /// For correct: working days that the applicant has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// For decide: granted or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub outcome: Option<Outcome>,
    /// Code of the reason, for what is refused or sent back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Grounds or remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// For decide: number of the document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// For decide: the document, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// For decide and deliver: online, window or courier; online if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub way: Option<DeliveryWay>,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// 受理.
    Accept,
    /// 一次性告知补正.
    Correct,
    /// 不予受理.
    NotAccept,
    /// 退回收件地.
    Return,
    /// 办结.
    Decide,
    /// 送达.
    Deliver,
}

/// What became of an answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Answered {
    /// The case.
    pub task: String,
    /// The department's own number.
    pub business_number: String,
    /// True if the same had been answered before.
    pub repeated: bool,
}

/// A page of what an authority has to do, by date. A system asks every few seconds: what it sees is recorded as read once for
/// every change of a case.
pub async fn tasks(app: &App, actor: &Actor, org: Uscc, after: Option<&Place>) -> Result<Tasks, ServiceError> {
    let page = app.store.cases(List::ToDo(&org.to_string()), after).await?;
    let fetched = format!("{org} fetched");
    let mut tasks = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        let Some(task) = task(app, actor, org, row.dossier, false).await? else { continue };
        let records = app.store.length(row.dossier).await?;
        if app.store.records_given(&fetched, row.dossier).await? < records {
            note(app, actor, row.dossier, "system").await?;
            app.store.note_given(&fetched, row.dossier, records).await?;
        }
        tasks.push(task);
    }
    Ok(Tasks { tasks, next: page.next })
}

async fn task(
    app: &App,
    actor: &Actor,
    org: Uscc,
    id: DossierId,
    with_files: bool,
) -> Result<Option<Task>, ServiceError> {
    let view = match CaseView::look(app, actor, id).await {
        Ok(view) => view,
        // It was passed on meanwhile.
        Err(ServiceError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let case = &view.case;
    let mut files = Vec::with_capacity(case.materials.len());
    for attached in &case.materials {
        let rule = case.drafted.item.materials.iter().find(|rule| rule.key == attached.material);
        let content = if with_files { content(app, &attached.blob.hash).await? } else { None };
        files.push(TaskFile {
            material: attached.material.clone(),
            name: rule.map_or_else(|| attached.material.clone(), |rule| rule.name.clone()),
            media: attached.blob.media.clone(),
            hash: attached.blob.hash.to_string(),
            path: format!("/api/v1/cases/{id}/files/{}", attached.blob.hash),
            content,
        });
    }
    Ok(Some(Task {
        task: id.to_string(),
        business_number: app.store.business_number(&org.to_string(), id).await?,
        number: case.number.clone(),
        item: case.drafted.item.key.clone(),
        item_name: case.drafted.item.name.clone(),
        phase: case.phase.name().to_owned(),
        step: view.next.step.name().to_owned(),
        due: view.next.due.as_ref().map(|due| due.deadline.due.to_string()),
        receiving: case.drafted.receiving.name.clone(),
        records: view.lines.len(),
        applicant: view.applicant,
        files,
    }))
}

/// One task with its files, if it is still one.
pub async fn one(app: &App, actor: &Actor, org: Uscc, id: DossierId) -> Result<Option<Task>, ServiceError> {
    let task = task(app, actor, org, id, true).await?;
    note(app, actor, id, "system").await?;
    Ok(task)
}

async fn content(app: &App, hash: &Hash) -> Result<Option<String>, ServiceError> {
    let blob = app.store.blob(hash).await?;
    Ok(blob.map(|blob| base64::engine::general_purpose::STANDARD.encode(&blob.bytes)))
}

/// Takes an answer.
pub async fn answer(app: &App, actor: &Actor, org: Uscc, given: DepartmentAnswer) -> Result<Answered, ServiceError> {
    let number = given.business_number.trim().to_owned();
    if number.is_empty() || number.chars().count() > NUMBER_CHARS_MAX {
        return Err(BusinessFault::Number.into());
    }
    let org_text = org.to_string();
    let named = match &given.task {
        Some(text) => Some(text.parse::<DossierId>().map_err(|_| ServiceError::NotFound)?),
        None => None,
    };
    let known = app.store.business_case(&org_text, &number).await?;
    let id = match (known, named) {
        (Some(known), Some(named)) if known != named => return Err(BusinessFault::OtherTask.into()),
        (Some(known), _) => known,
        (None, Some(named)) => named,
        (None, None) => return Err(BusinessFault::Unknown.into()),
    };
    if app.store.business_number(&org_text, id).await?.is_some_and(|other| other != number) {
        return Err(BusinessFault::OtherNumber.into());
    }
    let digest = Suite::Ed25519
        .hash(&[&serde_json::to_vec(&DepartmentAnswer { task: None, ..given.clone() }).unwrap_or_default()]);
    let does = serde_json::to_string(&given.does).unwrap_or_default();
    let once = OnceKey { key: format!("business:{org}:{number}:{does}"), what: digest.to_string() };
    let (acts, blobs) = acts(app, given)?;
    let said = act(app, actor, id, acts, blobs, Some(once)).await?;
    if known.is_none() {
        app.store.bind_business(&org_text, &number, id).await?;
    }
    Ok(Answered { task: id.to_string(), business_number: number, repeated: said.again })
}

fn acts(app: &App, given: DepartmentAnswer) -> Result<(Vec<Act>, Vec<NewBlob>), ServiceError> {
    let DepartmentAnswer { does, wanted, days, outcome, reason, note, number, document, way, .. } = given;
    let way = way.unwrap_or(DeliveryWay::Online);
    let mut blobs = Vec::new();
    let act = match does {
        Does::Accept => Act::Accepted,
        Does::Correct => Act::CorrectionAsked {
            wanted: wanted.into_iter().map(|one| Wanted { material: one.material, what: one.what }).collect(),
            limit: Limit::working(days.unwrap_or(0)),
        },
        Does::NotAccept => Act::NotAccepted { reason, note },
        Does::Return => Act::Returned { reason, note },
        Does::Deliver => Act::Delivered { way },
        Does::Decide => {
            if let Some(text) = document {
                let decoded = base64::engine::general_purpose::STANDARD.decode(text);
                let bytes = decoded.map_err(|_| BusinessFault::Base64)?;
                blobs.push(check_upload(&*app.signer, Upload { name: "document".to_owned(), bytes })?);
            }
            let document = blobs.first().map(|blob| blob.reference.clone());
            // A decision without its outcome grants nothing.
            let outcome = outcome.unwrap_or(Outcome::Refused);
            Act::Decided { outcome, reason, note, number, document, way }
        }
    };
    Ok((vec![act], blobs))
}
