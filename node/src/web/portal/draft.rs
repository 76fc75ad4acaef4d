//! Materials: choosing, keeping, taking out; answering a correction.

use maud::{Markup, html};
use tongban_core::case::{Attached, Case, Channel, Check, Phase, Wanted};
use tongban_core::catalogue::MaterialRule;

use super::case::Aside;
use super::{Problem, problem_at};
use crate::app::App;
use crate::service::{CaseView, check_upload};
use crate::store::NewBlob;
use crate::web::case_page;
use crate::web::form::Form;
use crate::web::held;
use crate::web::part::{self, attention, badge, done, icon};
use crate::web::visitor::Visitor;

/// Whether the applicant may change the materials and send the case off.
pub fn may_mend(case: &Case) -> bool {
    case.drafted.channel == Channel::Online && matches!(case.phase, Phase::Draft | Phase::TakenIn | Phase::Returned)
}

/// All materials in one form: keep some, or send off.
pub fn materials_form(visitor: &Visitor, view: &CaseView, problems: &[Problem]) -> Markup {
    let case = &view.case;
    let path = format!("/my/{}", case.dossier);
    let handling = visitor.lang.pick(&case.drafted.handling.name, &case.drafted.handling.name_en);
    let missing: Vec<&str> = case.missing().map(|rule| visitor.lang.pick(&rule.name, &rule.name_en)).collect();
    html! {
        section {
            h2 { (visitor.t("portal-draft-materials")) }
            @if missing.is_empty() { (done(&visitor.t("portal-draft-complete"))) }
            @else { (attention(&visitor.tf("portal-draft-missing", &[("materials", &visitor.lang.joined(&missing))]))) }
            form method="post" action=(path) enctype="multipart/form-data" {
                (part::hidden(visitor, &path))
                ul class="materials" {
                    @for rule in &case.drafted.item.materials { (material(visitor, view, rule, problems)) }
                }
                div class="actions" {
                    button type="submit" name="do" value="save" { (visitor.t("portal-draft-save")) }
                    button class="primary" type="submit" name="do" value="send" { (visitor.tf("portal-draft-send", &[("authority", handling)])) }
                }
                p class="hint" { (visitor.t("portal-draft-hint")) }
            }
        }
    }
}

fn material(visitor: &Visitor, view: &CaseView, rule: &MaterialRule, problems: &[Problem]) -> Markup {
    let lang = visitor.lang;
    let name = lang.pick(&rule.name, &rule.name_en);
    let held: Vec<&Attached> = view.case.materials.iter().filter(|attached| attached.material == rule.key).collect();
    let label = visitor.t(if held.is_empty() { "portal-file-choose" } else { "portal-file-more" });
    html! {
        li {
            h3 { (name) " " (badge("plain", &case_page::need_name(lang, rule.need))) }
            p class="hint" { (icon("paper")) (visitor.tf("requirement", &[("point", lang.pick(&rule.review, &rule.review_en))])) }
            @for (at, attached) in held.iter().enumerate() {
                @let number = (at + 1).to_string();
                p {
                    (icon("tick"))
                    a href=(format!("/cases/{}/files/{}", view.case.dossier, attached.blob.hash)) { (visitor.tf("material-open", &[("name", name), ("number", &number)])) }
                    " · " (case_page::size(attached.blob.size)) " "
                    button class="quiet" type="submit" name="remove" value=(attached.blob.hash)
                        aria-label=(visitor.tf("portal-file-remove-named", &[("name", name), ("number", &number)])) { (visitor.t("portal-file-remove")) }
                }
            }
            (file_field(visitor, &rule.key, &label, name, problem_at(problems, &rule.key), false))
        }
    }
}

/// A place for one or several files, with what was wrong with the last one. The material's name stands above it for those
/// who see the page; who hears it, hears the name with the field.
fn file_field(
    visitor: &Visitor,
    name: &str,
    label: &str,
    material: &str,
    error: Option<&str>,
    required: bool,
) -> Markup {
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described = if error.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
    html! {
        div class=(if error.is_some() { "field wrong" } else { "field" }) {
            label for=(name) { (label) span class="visually-hidden" { " · " (material) } }
            p class="hint" id=(hint_id) { (visitor.t("upload-hint")) }
            @if let Some(error) = error { p class="error" id=(error_id) { (error) } }
            input id=(name) name=(name) type="file" accept=".pdf,.jpg,.jpeg,.png" multiple required[required]
                aria-describedby=(described) aria-invalid=[error.map(|_| "true")];
        }
    }
}

/// What the correction asks for, each with its place for a file.
pub fn correction_form(app: &App, visitor: &Visitor, view: &CaseView, aside: &Aside) -> Markup {
    let case = &view.case;
    let Some(correction) = &case.correction else { return html! {} };
    let path = format!("/my/{}", case.dossier);
    let handling = visitor.lang.pick(&case.drafted.handling.name, &case.drafted.handling.name_en);
    let held = held::named(app, case.dossier, &aside.form);
    html! {
        section class="card" {
            h2 { (visitor.t("portal-correction")) }
            (attention(&visitor.tf("portal-correction-lead", &[("count", &correction.wanted.len().to_string())])))
            form method="post" action=(path) enctype="multipart/form-data" {
                (part::hidden(visitor, &path))
                ul class="materials" {
                    @for one in &correction.wanted { (wanted(app, visitor, case, one, &held, &aside.problems)) }
                }
                div class="actions" {
                    button class="primary" type="submit" name="do" value="correct" { (visitor.tf("portal-correction-do", &[("authority", handling)])) }
                }
            }
        }
    }
}

fn wanted(app: &App, visitor: &Visitor, case: &Case, one: &Wanted, held: &[Attached], problems: &[Problem]) -> Markup {
    let name = case_page::material_name(visitor.lang, case, &one.material);
    let here: Vec<&Attached> = held.iter().filter(|attached| attached.material == one.material).collect();
    html! {
        li {
            h3 { (name) }
            p { (one.what) }
            @for attached in &here {
                (held::line(app, visitor, case.dossier, attached))
            }
            (file_field(visitor, &one.material, &visitor.t("portal-file-choose"), name, problem_at(problems, &one.material), here.is_empty()))
        }
    }
}

/// Files of a form: those that can be taken, with their bytes, and what is wrong with the others.
#[derive(Debug, Default)]
pub struct Taken {
    /// What the entry says.
    pub attached: Vec<Attached>,
    /// The bytes.
    pub blobs: Vec<NewBlob>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
}

/// Checks the files of a form. Only fields that are materials of the case count.
pub fn take(app: &App, visitor: &Visitor, case: &Case, form: &mut Form) -> Taken {
    let mut taken = Taken::default();
    for (field, upload) in form.take_files() {
        if !case.drafted.item.materials.iter().any(|rule| rule.key == field) {
            continue;
        }
        match check_upload(app.signer.as_ref(), upload) {
            Ok(blob) => {
                let reference = blob.reference.clone();
                taken.attached.push(Attached { material: field, blob: reference, check: Check::Uploaded });
                taken.blobs.push(blob);
            }
            Err(error) => taken.problems.push(Problem::of_file(visitor, &field, &error)),
        }
    }
    taken
}
