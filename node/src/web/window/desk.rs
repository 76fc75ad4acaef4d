//! The case at the window: what is sent from its page, and what becomes of it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tongban_core::case::{Act, Attached, Case, Check, DeliveryWay, Leg, Phase};
use tongban_core::catalogue::MaterialRule;
use tongban_core::dossier::{DossierId, Hash, Suite};

use super::sheet::Sheet;
use super::{Clerk, Problem, clerk, kept, refused, status_of};
use crate::app::App;
use crate::service::{self, CaseView, OnceKey, check_upload};
use crate::store::NewBlob;
use crate::web::fault::{self, Fault};
use crate::web::form::Form;
use crate::web::held;
use crate::web::person;
use crate::web::told;
use crate::web::visitor::Visitor;

/// What was just done, and whether a form is given back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    done: String,
    kept: String,
}

pub(super) fn path_of(id: DossierId) -> String {
    format!("/window/cases/{id}")
}

pub(super) fn id_of(text: &str) -> Result<DossierId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// The page `/window/cases/{id}`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Fault> {
    let clerk = clerk(&app, &visitor)?;
    let id = id_of(&id)?;
    let kept = kept(&app, &clerk, after.kept == "1", &path_of(id)).await?;
    let view = CaseView::read(&app, &clerk.actor, id, "case").await?;
    let remark = kept.is_some().then_some("kept-restored");
    let form = kept.unwrap_or_default();
    let said = done_note(&view.case, &after.done).map(|said| match said {
        // What waits for a silent node has been handed over here, but has not arrived.
        "window-done-handed-over" if view.waiting.is_some() => "window-done-queued",
        said => said,
    });
    let told = &told::sent(&app, &visitor, id).await?;
    let sheet = Sheet { app: &app, visitor: &visitor, clerk: &clerk, view: &view, form: &form, problems: &[], told };
    Ok(sheet.page(said, remark).into_response())
}

/// The words for what was just done, if the case says so too: an old address must not claim what is no longer true.
fn done_note(case: &Case, done: &str) -> Option<&'static str> {
    let open = is_editable(case);
    match done {
        "saved" => Some("window-done-saved"),
        "removed" if open => Some("window-done-removed"),
        "asked" if case.pre_check.is_some() => Some("window-done-asked"),
        "handed-over" if case.is_joint() && !open => Some("window-done-parts"),
        "handed-over" if !open => Some("window-done-handed-over"),
        "accepted" if case.accepted.is_some() => Some("window-done-accepted"),
        "answered" if case.phase != Phase::CorrectionAsked => Some("window-done-answered"),
        "withdrawn" if case.phase == Phase::Withdrawn => Some("window-done-withdrawn"),
        "taken-back" if case.take_back.is_some() => Some("window-done-taken-back"),
        "changed" if !case.former.is_empty() => Some("window-done-changed"),
        "answered-rating" => Some("window-done-rating"),
        "delivered" if case.delivered.is_some() => Some("window-done-delivered"),
        _ => None,
    }
}

/// Whether materials may still be put in and taken out.
pub(super) fn is_editable(case: &Case) -> bool {
    matches!(case.phase, Phase::Draft | Phase::TakenIn | Phase::Returned)
}

/// A reload after a refused hand-over leads back to the case.
pub(super) async fn back(Path(id): Path<String>) -> Result<Redirect, Fault> {
    Ok(Redirect::to(&path_of(id_of(&id)?)))
}

/// Hands over from the receipt, in one press.
pub(super) async fn hand_over(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let desk = Desk::open(&app, &visitor, &id).await?;
    let problems = desk.say(vec![Act::HandedOver], form.once()).await?;
    desk.answer(&form, problems, "?done=handed-over").await
}

/// Everything that the case's page sends; `do` says which button it was.
pub(super) async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let desk = Desk::open(&app, &visitor, &id).await?;
    let once = |what: &str| form.once().map(|once| format!("{once}:{what}"));
    let wish = form.text("do").to_owned();
    match wish.as_str() {
        "withdraw" => {
            let problems = desk.say(vec![Act::Withdrawn], once("withdraw")).await?;
            return desk.answer(&form, problems, "?done=withdrawn").await;
        }
        "take-back" => {
            let problems = desk.say(vec![Act::TakeBack], once("take-back")).await?;
            return desk.answer(&form, problems, "?done=taken-back").await;
        }
        "deliver" => {
            let problems = desk.say(vec![Act::Delivered { way: DeliveryWay::Window }], once("deliver")).await?;
            return desk.answer(&form, problems, "?done=delivered").await;
        }
        wish @ ("call-back" | "dispute") => {
            let note = form.text("rating_note").trim().to_owned();
            let act = match wish {
                "dispute" => Act::RatingDisputed { leg: Leg::Receiving, note },
                _ => Act::CalledBack { leg: Leg::Receiving, note },
            };
            let problems = desk.say(vec![act], once(wish)).await?;
            return desk.answer(&form, problems, "?done=answered-rating").await;
        }
        person::DO => {
            let problems = desk.change_applicant(&form).await?;
            return desk.answer(&form, problems, "?done=changed").await;
        }
        "answer" => {
            let problems = desk.answer_correction(&mut form).await?;
            return desk.answer(&form, problems, "?done=answered").await;
        }
        _ => {}
    }
    // Every other button stands beside the materials: what was chosen is kept first, whatever comes next.
    let mut problems = desk.save(&mut form).await?;
    let once = |what: &str| form.once().map(|once| format!("{once}:{what}"));
    let (next, to) = match wish.as_str() {
        "take-in" => (Some(Act::TakenIn { number: String::new() }), "/receipt"),
        "hand-over" => (Some(Act::HandedOver), "?done=handed-over"),
        "accept" => (Some(Act::Accepted), "?done=accepted"),
        "pre-check" => {
            let note = form.text("pre-check-note").trim().to_owned();
            (Some(Act::PreCheckAsked { note }), "?done=asked")
        }
        remove if remove.starts_with("remove-") => {
            let blob: Hash = remove.trim_start_matches("remove-").parse().map_err(|_| Fault::NotFound)?;
            (Some(Act::MaterialRemoved { blob }), "?done=removed")
        }
        _ => (None, "?done=saved"),
    };
    if let Some(act) = next
        && problems.is_empty()
    {
        problems = desk.say(vec![act], once(&wish)).await?;
    }
    desk.answer(&form, problems, to).await
}

/// One case of one clerk, while a form is worked on.
struct Desk<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    clerk: Clerk,
    case: Case,
}

impl<'a> Desk<'a> {
    /// Only the state is read here; nobody looks at the particulars.
    async fn open(app: &'a App, visitor: &'a Visitor, id: &str) -> Result<Desk<'a>, Fault> {
        let clerk = clerk(app, visitor)?;
        let (dossier, _) = app.store.dossier(id_of(id)?, app.calendar).await?.ok_or(Fault::NotFound)?;
        let case = dossier.case_with_pending(app.calendar).ok_or(Fault::NotFound)?;
        if !clerk.actor.may_see(app, &case).await? {
            return Err(Fault::NotFound);
        }
        Ok(Desk { app, visitor, clerk, case })
    }

    async fn say(&self, acts: Vec<Act>, once: Option<String>) -> Result<Vec<Problem>, Fault> {
        self.say_with(acts, Vec::new(), once).await
    }

    async fn say_with(&self, acts: Vec<Act>, blobs: Vec<NewBlob>, once: Option<String>) -> Result<Vec<Problem>, Fault> {
        match service::act(self.app, &self.clerk.actor, self.case.dossier, acts, blobs, once.map(OnceKey::from)).await {
            Ok(_) => Ok(Vec::new()),
            Err(error) => refused(self.visitor.lang, error),
        }
    }

    /// The applicant moved, has another name, died, or was taken down wrongly.
    async fn change_applicant(&self, form: &Form) -> Result<Vec<Problem>, Fault> {
        let id = self.case.dossier;
        let view = CaseView::read(self.app, &self.clerk.actor, id, "case").await?;
        let changed = person::changed(self.visitor, form, &view);
        if changed.2.is_empty() {
            let text = self.visitor.t("person-proof-missing").into_owned();
            let field = Some("change_note".to_owned());
            return Ok(vec![Problem { field, text, code: "proof-missing".to_owned() }]);
        }
        let once = form.once().map(OnceKey::from);
        match service::change_applicant(self.app, &self.clerk.actor, id, changed, once).await {
            Ok(_) => Ok(Vec::new()),
            Err(error) => refused(self.visitor.lang, error),
        }
    }

    /// Goes on if all went well; otherwise the page again, with what is wrong and every field as it was.
    async fn answer(&self, form: &Form, problems: Vec<Problem>, to: &str) -> Result<Response, Fault> {
        let id = self.case.dossier;
        if problems.is_empty() {
            return Ok(Redirect::to(&format!("{}{to}", path_of(id))).into_response());
        }
        let view = CaseView::read(self.app, &self.clerk.actor, id, "case").await?;
        let problems = at_fields(self.visitor, &view.case, problems);
        let told = &told::sent(self.app, self.visitor, id).await?;
        let (app, visitor, clerk, problems) = (self.app, self.visitor, &self.clerk, &problems);
        let sheet = Sheet { app, visitor, clerk, view: &view, form, problems, told };
        // Some of the files may have been good: whether they are safe is said. A correction goes whole or not at all.
        let grown = view.case.materials.len() > self.case.materials.len();
        let remark = match form.text("do") {
            "answer" => Some("window-answer-not-sent"),
            _ => grown.then_some("window-rest-saved"),
        };
        Ok((status_of(problems), sheet.page(None, remark)).into_response())
    }

    /// Keeps what can be kept: every good file, every changed check, every reason. What cannot is named.
    async fn save(&self, form: &mut Form) -> Result<Vec<Problem>, Fault> {
        let once = once_of(form, "save");
        let Uploads { mut attached, blobs, unchecked, mut problems } = self.uploads(form);
        let waits = |blob: &NewBlob| unchecked.iter().any(|file| file.blob.hash == blob.reference.hash);
        let (waiting, blobs) = blobs.into_iter().partition(waits);
        for held in &self.case.materials {
            let changed = check_of(form, &held.material).is_some_and(|check| check != held.check);
            if changed && held.check != Check::Uploaded {
                let check = check_of(form, &held.material).unwrap_or(held.check);
                attached.push(Attached { check, ..held.clone() });
            }
        }
        let waived: Vec<Act> = self.reasons(form, attached.iter().chain(&unchecked));
        if !attached.is_empty() {
            let acts = vec![Act::MaterialsAdded { materials: attached }];
            problems.extend(self.say_with(acts, blobs, once.clone()).await?);
        }
        if !waived.is_empty() {
            let first = waived.first().and_then(|act| match act {
                Act::MaterialWaived { material, .. } => Some(format!("waive-{material}")),
                _ => None,
            });
            let refused = self.say(waived, once.map(|once| format!("{once}:waive"))).await?;
            problems.extend(refused.into_iter().map(|problem| Problem { field: first.clone(), ..problem }));
        }
        held::keep(self.app, self.case.dossier, form, &unchecked, waiting).await?;
        Ok(problems)
    }

    /// Reasons why a material is not needed here, where there is none and the reason is new.
    fn reasons<'f>(&'f self, form: &Form, files: impl Iterator<Item = &'f Attached>) -> Vec<Act> {
        let there: Vec<&str> = files.chain(&self.case.materials).map(|file| file.material.as_str()).collect();
        let has_file = |key: &str| there.contains(&key);
        self.case
            .drafted
            .item
            .materials
            .iter()
            .filter(|rule| !has_file(&rule.key))
            .filter_map(|rule| {
                let because = form.text(&format!("waive-{}", rule.key)).trim().to_owned();
                let known = self.case.waived.iter().any(|(key, reason)| *key == rule.key && *reason == because);
                let new = !because.is_empty() && !known;
                new.then(|| Act::MaterialWaived { material: rule.key.clone(), because })
            })
            .collect()
    }

    /// The files of a form, those that it names as kept before included: the good ones ready to be said, the bad ones named.
    fn uploads(&self, form: &mut Form) -> Uploads {
        let mut uploads = Uploads::default();
        let mut new = Vec::new();
        for (field, upload) in form.take_files() {
            let Some(key) = field.strip_prefix("file-") else { continue };
            match check_upload(&*self.app.signer, upload) {
                Ok(blob) => {
                    let reference = blob.reference.clone();
                    new.push(Attached { material: key.to_owned(), blob: reference, check: Check::CopyTaken });
                    uploads.blobs.push(blob);
                }
                Err(wrong) => uploads.problems.push(Problem {
                    text: fault::upload(self.visitor.lang, &wrong),
                    code: wrong.code().to_owned(),
                    field: Some(field),
                }),
            }
        }
        for file in held::with_new(self.app, self.case.dossier, form, new) {
            let rule = self.case.drafted.item.materials.iter().find(|rule| rule.key == file.material);
            match (check_of(form, &file.material), rule) {
                (Some(check), _) => uploads.attached.push(Attached { check, ..file }),
                (None, Some(rule)) if must_say_check(&self.case, rule) => {
                    // One line, however many files the material has.
                    if !uploads.unchecked.iter().any(|other| other.material == rule.key) {
                        uploads.problems.push(self.unsaid(rule));
                    }
                    uploads.unchecked.push(file);
                }
                (None, _) => uploads.attached.push(Attached { check: Check::CopyTaken, ..file }),
            }
        }
        uploads
    }

    /// Nobody said how a material was checked.
    fn unsaid(&self, rule: &MaterialRule) -> Problem {
        let name = self.visitor.lang.pick(&rule.name, &rule.name_en);
        let text = self.visitor.tf("window-check-missing", &[("name", name)]).into_owned();
        Problem { field: Some(format!("check-{}", rule.key)), text, code: "check-missing".to_owned() }
    }

    /// Answers the correction for the applicant who stands at the window: everything at once, or nothing.
    async fn answer_correction(&self, form: &mut Form) -> Result<Vec<Problem>, Fault> {
        let once = once_of(form, "answer");
        let Uploads { attached: materials, blobs, unchecked, mut problems } = self.uploads(form);
        let wanted = self.case.correction.iter().flat_map(|correction| &correction.wanted);
        for rule in &self.case.drafted.item.materials {
            let is_wanted = wanted.clone().any(|one| one.material == rule.key);
            let is_there = materials.iter().chain(&unchecked).any(|attached| attached.material == rule.key);
            let field = format!("file-{}", rule.key);
            let is_named = problems.iter().any(|problem| problem.field.as_ref() == Some(&field));
            if self.case.phase == Phase::CorrectionAsked && is_wanted && !is_there && !is_named {
                let name = self.visitor.lang.pick(&rule.name, &rule.name_en);
                let text = self.visitor.tf("why-correction-incomplete", &[("materials", name)]).into_owned();
                problems.push(Problem { field: Some(field), text, code: "correction-incomplete".to_owned() });
            }
        }
        if problems.is_empty() {
            let act = Act::CorrectionAnswered { materials: materials.clone() };
            problems = self.say_with(vec![act], blobs.clone(), once).await?;
        }
        if !problems.is_empty() {
            let files = [materials, unchecked].concat();
            held::keep(self.app, self.case.dossier, form, &files, blobs).await?;
        }
        Ok(problems)
    }
}

/// The files of a form.
#[derive(Default)]
struct Uploads {
    /// Those that can be said, with how they were checked.
    attached: Vec<Attached>,
    /// The bytes of all that are new.
    blobs: Vec<NewBlob>,
    /// Good ones of which nobody said how they were checked.
    unchecked: Vec<Attached>,
    /// What is wrong with the others.
    problems: Vec<Problem>,
}

/// Whether it has to be said how a material was checked. Where the original counts and the window may look at it nothing is
/// proposed: whoever overlooks the field must not certify an original that nobody saw.
pub(super) fn must_say_check(case: &Case, rule: &MaterialRule) -> bool {
    rule.original && case.drafted.permit.rights.verify_originals
}

/// What is missing or unseen leads to the fields of the materials that are meant, one line each.
fn at_fields(visitor: &Visitor, case: &Case, problems: Vec<Problem>) -> Vec<Problem> {
    let unseen = |key: &str| {
        let mut files = case.materials.iter().filter(|attached| attached.material == key).peekable();
        files.peek().is_some() && !files.any(|attached| attached.check == Check::SeenOriginal)
    };
    let lines = |prefix: &str, code: &str, rules: Vec<&MaterialRule>| -> Vec<Problem> {
        rules
            .into_iter()
            .map(|rule| Problem {
                field: Some(format!("{prefix}-{}", rule.key)),
                text: visitor
                    .tf(&format!("why-{code}"), &[("materials", visitor.lang.pick(&rule.name, &rule.name_en))])
                    .into_owned(),
                code: code.to_owned(),
            })
            .collect()
    };
    let rules = &case.drafted.item.materials;
    problems
        .into_iter()
        .flat_map(|problem| match problem.code.as_str() {
            "materials-missing" => lines("file", "materials-missing", case.missing().collect()),
            "originals-not-seen" => {
                let unseen = rules.iter().filter(|rule| rule.original && unseen(&rule.key)).collect();
                lines("check", "originals-not-seen", unseen)
            }
            _ => vec![problem],
        })
        .collect()
}

/// The form's own key with its content: sent twice it counts once, but going back and adding a file is something new.
fn once_of(form: &Form, what: &str) -> Option<String> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for (name, value) in form
        .fields()
        .iter()
        .filter(|(name, _)| ["check-", "waive-", "held"].iter().any(|start| name.starts_with(start)))
    {
        parts.extend([name.as_bytes(), b"\0", value.as_bytes(), b"\0"]);
    }
    for (name, upload) in form.files() {
        parts.extend([name.as_bytes(), b"\0", &upload.bytes, b"\0"]);
    }
    let content = Suite::Ed25519.hash(&parts).to_string();
    form.once().map(|once| format!("{once}:{what}:{content}"))
}

fn check_of(form: &Form, material: &str) -> Option<Check> {
    match form.text(&format!("check-{material}")) {
        "seen-original" => Some(Check::SeenOriginal),
        "copy-taken" => Some(Check::CopyTaken),
        _ => None,
    }
}
