//! The applicant's particulars, when they are other than they were: one form, for the window and for the person.

use maud::{Markup, html};
use tongban_core::case::{Applicant, Change, IdKind};
use tongban_core::catalogue::Subject;

use super::case_page;
use super::form::Form;
use super::part::{self, Choice, Field, select, textarea};
use super::visitor::Visitor;
use crate::service::CaseView;

/// What the button of the form says.
pub const DO: &str = "change-applicant";

/// What stands in a form, or else in the case.
fn value<'a>(form: &'a Form, view: &'a CaseView, field: &str) -> &'a str {
    let held = |applicant: &'a Applicant| match field {
        "name" => applicant.name.as_str(),
        "id_number" => applicant.id_number.as_str(),
        "id_kind" => applicant.id_kind.name(),
        "contact" => applicant.contact.as_str(),
        "phone" => applicant.phone.as_str(),
        _ => applicant.address.as_str(),
    };
    let sent = form.text("do") == DO && form.fields().iter().any(|(name, _)| name == field);
    if sent { form.text(field) } else { view.applicant.as_ref().map_or("", held) }
}

/// What a form says: the particulars anew, why, and what it is proven by.
pub fn changed(visitor: &Visitor, form: &Form, view: &CaseView) -> (Applicant, Change, String) {
    let text = |field: &str| value(form, view, field).trim().to_owned();
    let applicant = Applicant {
        name: text("name"),
        id_kind: IdKind::of(view.case.drafted.subject, &text("id_kind")),
        id_number: text("id_number").split_whitespace().collect(),
        contact: text("contact"),
        phone: text("phone").split_whitespace().collect(),
        address: text("address"),
    };
    if visitor.is_applicant() {
        return (applicant, Change::Moved, visitor.t("person-by-self").into_owned());
    }
    let change = Change::ALL.into_iter().find(|change| change.name() == form.text("change")).unwrap_or(Change::Moved);
    (applicant, change, form.text("change_note").trim().to_owned())
}

/// The form: a person changes where they can be reached, a window everything. `error` tells what is wrong with a field.
pub fn form<'a>(
    visitor: &Visitor,
    view: &CaseView,
    path: &str,
    form: &Form,
    error: impl Fn(&str) -> Option<&'a str>,
) -> Markup {
    let case = &view.case;
    if case.phase.is_over() || case.drafted.part_of.is_some() || view.applicant.is_none() {
        return html! {};
    }
    let own = visitor.is_applicant();
    let firm = case.drafted.subject == Subject::Enterprise;
    let labels = ["fact-name", "fact-id", "fact-contact", "fact-phone", "fact-address"].map(|key| visitor.t(key));
    let field = |name: &'static str, label| Field::new(name, label).value(value(form, view, name)).error(error(name));
    let reasons = Change::ALL.map(|change| Choice {
        value: change.name(),
        label: visitor.t(&case_page::key("change", change.name())).into_owned(),
    });
    let sent = form.text("do") == DO;
    html! {
        details open[sent] id="person" {
            summary { (visitor.t(if own { "person-moved" } else { "person-changed" })) }
            p class="hint" { (visitor.t(if own { "person-moved-hint" } else { "person-changed-hint" })) }
            form method="post" action=(path) novalidate {
                (part::hidden(visitor, path))
                @if !own {
                    (select("change", &visitor.t("person-why"), &reasons, form.text("change")))
                    (field("name", &labels[0]).required().render(visitor))
                    (field("id_number", &labels[1]).required().render(visitor))
                    @if firm { (field("contact", &labels[2]).required().render(visitor)) }
                    @else { (case_page::id_kinds(visitor, value(form, view, "id_kind"))) }
                }
                (field("phone", &labels[3]).kind("tel").inputmode("tel").required().render(visitor))
                (field("address", &labels[4]).render(visitor))
                @if !own {
                    (textarea("change_note", &visitor.t("person-proof"), Some(&visitor.t("person-proof-hint")), form.text("change_note"), error("change_note")))
                }
                p { button type="submit" name="do" value=(DO) { (visitor.t("person-do")) } }
            }
        }
    }
}
