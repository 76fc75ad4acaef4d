//! Beginning a case at the window: the other place's conditions on the left, the applicant in the middle.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::case::{Applicant, IdKind};
use tongban_core::catalogue::Subject;
use tongban_core::catalogue::compare::compare as differences;

use super::{
    Clerk, Problem, check_list, clerk, codes, do_button, kept, keys, problem_of, problems, refused, status_of,
};
use crate::app::App;
use crate::service::{self, OnceKey, OpenCase, Opening, common_text, compare};
use crate::store::CaseRow;
use crate::web::case_page;
use crate::web::catalogue::words;
use crate::web::fault::{Fault, why};
use crate::web::form::Form;
use crate::web::implementation::{Fact, facts};
use crate::web::law;
use crate::web::part::{self, Choice, Field, choices, page};
use crate::web::situation::{self, Fields};
use crate::web::visitor::Visitor;

/// Whether a form is given back after signing in again.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Again {
    kept: String,
}

/// The page without answers.
fn base_of(implementation: &str) -> String {
    format!("/window/new/{implementation}")
}

/// The page in this situation.
fn path_of(opening: &Opening) -> String {
    situation::address(&base_of(&opening.implementation.id), &opening.situation)
}

/// The page `/window/new/{implementation}`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(implementation): Path<String>,
    Query(again): Query<Again>,
    Query(fields): Query<Fields>,
) -> Result<Response, Fault> {
    let clerk = clerk(&app, &visitor)?;
    Ok(match clerk.actor.opening(&app, &implementation, None, &situation::given(&fields)) {
        Ok(opening) => {
            let kept = kept(&app, &clerk, again.kept == "1", &path_of(&opening)).await?;
            let beside = beside(&app, &visitor, &clerk, &opening);
            let is_kept = kept.is_some();
            form_page(&visitor, &opening, &beside, &kept.unwrap_or_default(), is_kept, &[]).into_response()
        }
        Err(error) => {
            let problems = refused(visitor.lang, error)?;
            (StatusCode::NOT_FOUND, cannot(&visitor, &problems)).into_response()
        }
    })
}

/// Begins the case as a draft; materials follow on its own page.
pub(super) async fn open(
    State(app): State<App>,
    visitor: Visitor,
    Path(implementation): Path<String>,
    Query(fields): Query<Fields>,
    form: Form,
) -> Result<Response, Fault> {
    let clerk = clerk(&app, &visitor)?;
    let answers = situation::given(&fields);
    let opening = match clerk.actor.opening(&app, &implementation, None, &answers) {
        Ok(opening) => opening,
        Err(error) => {
            let problems = refused(visitor.lang, error)?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, cannot(&visitor, &problems)).into_response());
        }
    };
    let beside = beside(&app, &visitor, &clerk, &opening);
    let subject = subject_of(&opening, &form);
    let applicant = Applicant {
        name: form.text("name").trim().to_owned(),
        id_kind: IdKind::of(subject, form.text("id_kind")),
        id_number: form.text("id_number").split_whitespace().collect::<String>().to_uppercase(),
        contact: form.text("contact").trim().to_owned(),
        phone: form.text("phone").split_whitespace().collect(),
        address: form.text("address").trim().to_owned(),
    };
    // Two windows, or one window twice: the clerk decides, and knows of the other one.
    if form.text("again") != "1" {
        let tidied = applicant.clone().tidied();
        let same = app.store.same_matter(&tidied.id_number, &opening.item.key, None).await?;
        if let Some(other) = same.first() {
            let problem = already_there(&visitor, other);
            let page = form_page(&visitor, &opening, &beside, &form, false, &[problem]);
            return Ok((StatusCode::CONFLICT, page).into_response());
        }
    }
    let once = form.once().map(OnceKey::from);
    let request = OpenCase { implementation, here: None, subject, applicant, answers, once };
    match service::open(&app, &clerk.actor, request).await {
        Ok(said) => Ok(Redirect::to(&format!("/window/cases/{}", said.dossier)).into_response()),
        Err(error) => {
            let problems = refused(visitor.lang, error)?;
            Ok((status_of(&problems), form_page(&visitor, &opening, &beside, &form, false, &problems)).into_response())
        }
    }
}

/// What is said beside the other place's list.
struct Beside {
    /// Since when it says what was agreed for all places, if it took a common text over.
    agreed: Option<Date>,
    /// In what it differs from the window's own region, where that has the same item.
    apart: Vec<String>,
    /// Laws that stand in the way.
    laws: Markup,
}

fn beside(app: &App, visitor: &Visitor, clerk: &Clerk, opening: &Opening) -> Beside {
    let (theirs, today) = (&opening.implementation, app.clock.today());
    let own = compare::own(&clerk.snapshot, &theirs.item, clerk.window.region, today);
    let apart = own.map(|own| differences(own, theirs)).unwrap_or_default();
    Beside {
        agreed: common_text::agreed_since(&clerk.snapshot, theirs),
        apart: apart.iter().map(|one| words::sentence(visitor.lang, one)).collect(),
        laws: law::beside::open(visitor, &clerk.snapshot, &theirs.item),
    }
}

/// What the code of a problem is when the same matter is there already.
const SAME: &str = "duplicate-case";

fn already_there(visitor: &Visitor, other: &CaseRow) -> Problem {
    let lang = visitor.lang;
    let values = [
        ("number", other.number.as_deref().unwrap_or_default()),
        ("window", lang.pick(&other.receiving_name, &other.receiving_name_en)),
        ("authority", lang.pick(&other.handling_name, &other.handling_name_en)),
    ];
    let text = visitor.tf("window-same-matter", &values).into_owned();
    Problem { field: Some("again".to_owned()), text, code: SAME.to_owned() }
}

fn subject_of(opening: &Opening, form: &Form) -> Subject {
    let first = opening.item.subjects.first().copied().unwrap_or(Subject::Person);
    match form.text("subject") {
        "person" => Subject::Person,
        "enterprise" => Subject::Enterprise,
        _ => first,
    }
}

/// The item cannot be taken in at all: what it is, and the way back.
fn cannot(visitor: &Visitor, found: &[Problem]) -> Markup {
    let body = html! {
        h1 { (visitor.t("window-cannot-title")) }
        (problems(visitor, found))
        p { a class="button" href="/window/new" { (visitor.t("window-choose-other")) } }
    };
    page(visitor, &visitor.t("window-cannot-title"), body)
}

fn form_page(
    visitor: &Visitor,
    opening: &Opening,
    beside: &Beside,
    form: &Form,
    is_kept: bool,
    found: &[Problem],
) -> Markup {
    let lang = visitor.lang;
    let authority = lang.pick(&opening.authority.name, &opening.authority.name_en);
    let name = lang.pick(&opening.item.name, &opening.item.name_en);
    let implementation = &opening.implementation;
    let body = html! {
        h1 { (name) }
        p class="lead" {
            (visitor.tf("window-handled-by", &[("authority", authority)]))
            @if implementation.invented { " " (part::badge("plain", &visitor.t("invented"))) }
        }
        (problems(visitor, found))
        (beside.laws)
        @if is_kept { (part::note(&visitor.t("kept-restored"))) }
        div class="desk" {
            section {
                h2 { (visitor.tf("window-their-list", &[("authority", authority)])) }
                (check_list(visitor, &implementation.conditions, &opening.materials))
                @if !opening.situation.is_complete() { (part::note(&visitor.t("situation-open"))) }
                @if let Some(from) = beside.agreed {
                    div id="agreed" { (part::note(&visitor.tf("window-agreed", &[("from", &from.to_string())]))) }
                }
                @if !beside.apart.is_empty() {
                    h3 { (visitor.t("window-apart")) }
                    ul class="checklist muted" { @for one in &beside.apart { li { (one) } } }
                }
            }
            section {
                @if opening.permit.is_ok() { (situation::questions(visitor, &base_of(&implementation.id), &opening.situation)) }
                @match &opening.permit {
                    Ok(_) if opening.situation.cannot().is_some() => {
                        p { a class="button" href="/window/new" { (visitor.t("window-choose-other")) } }
                    }
                    Ok(_) if !opening.situation.is_complete() => {}
                    Ok(_) => {
                        h2 { (visitor.t("window-applicant")) }
                        (applicant_form(visitor, opening, form, found))
                    }
                    Err(reason) => {
                        h2 { (visitor.t("window-applicant")) }
                        div class="card" {
                            p { strong { (visitor.t("window-cannot-title")) } }
                            p { (why(lang, reason)) }
                            (codes(visitor, std::iter::once(reason.code)))
                            p { a class="button" href="/window/new" { (visitor.t("window-choose-other")) } }
                        }
                    }
                }
            }
            section {
                h2 { (visitor.t("window-about")) }
                (about(visitor, opening))
            }
        }
        (keys(visitor, true))
    };
    page(visitor, name, body)
}

fn about(visitor: &Visitor, opening: &Opening) -> Markup {
    let lang = visitor.lang;
    let implementation = &opening.implementation;
    html! {
        dl class="facts" {
            dt { (visitor.t("fact-receiving")) } dd { (lang.pick(&opening.receiving.name, &opening.receiving.name_en)) }
            dt { (visitor.t("fact-handling")) } dd { (lang.pick(&opening.authority.name, &opening.authority.name_en)) " · " (case_page::phone(visitor, &opening.authority.phone)) }
            dt { (visitor.t("fact-mode")) } dd { (case_page::mode(lang, opening.mode)) }
            @if let Ok(permit) = &opening.permit {
                dt { (visitor.t("fact-permit")) } dd { (case_page::permit(lang, permit)) @if !permit.document.is_empty() { br; (permit.document) } }
            }
            dt { (visitor.t("fact-limits")) } dd { (visitor.tf("fact-limits-value", &[("promised", &case_page::limit(lang, opening.promised)), ("statutory", &case_page::limit(lang, implementation.statutory))])) }
            dt { (visitor.t("window-fee")) } dd { @if implementation.fee.is_empty() { (visitor.t("free-of-charge")) } @else { (implementation.fee) } }
            (facts(visitor, implementation, &Fact::PRACTICAL))
            dt { (visitor.t("window-result")) } dd { (lang.pick(&implementation.result, &implementation.result_en)) }
            dt { (visitor.t("window-law")) } dd { (implementation.legal_basis) }
            (facts(visitor, implementation, &Fact::FORMAL))
        }
        @if let Ok(permit) = &opening.permit {
            @if !permit.rights.verify_originals { (part::note(&visitor.t("window-no-verify"))) }
        }
    }
}

fn applicant_form(visitor: &Visitor, opening: &Opening, form: &Form, found: &[Problem]) -> Markup {
    let subject = subject_of(opening, form);
    let both = opening.item.subjects.len() > 1;
    let firms = both || subject == Subject::Enterprise;
    let word = |subject| if subject == Subject::Person { "person" } else { "enterprise" };
    let name_label = visitor.t(if both {
        "fact-name"
    } else if firms {
        "window-firm-name"
    } else {
        "window-person-name"
    });
    let id_label = visitor.t(if both {
        "fact-id"
    } else if firms {
        "window-firm-id"
    } else {
        "window-person-id"
    });
    let (id_hint, contact_hint) = (visitor.t("window-id-hint"), visitor.t("window-contact-hint"));
    let (contact_label, phone_label) = (visitor.t("fact-contact"), visitor.t("fact-phone"));
    let (address_label, address_hint) = (visitor.t("fact-address"), visitor.t("fact-address-hint"));
    let drill_hint = visitor.t("window-drill-hint");
    let hint = if visitor.drill { &drill_hint } else { &id_hint };
    let path = path_of(opening);
    let field = |name: &'static str, label| {
        Field::new(name, label).value(form.text(name)).error(problem_of(found, name)).autocomplete("off")
    };
    html! {
        form method="post" action=(path) {
            (part::hidden(visitor, &path))
            @if both {
                (choices("subject", &visitor.t("window-subject"), &[
                    Choice { value: "person", label: visitor.t("window-subject-person").into_owned() },
                    Choice { value: "enterprise", label: visitor.t("window-subject-enterprise").into_owned() },
                ], word(subject)))
            } @else {
                input type="hidden" name="subject" value=(word(subject));
            }
            (field("name", &name_label).autofocus(found.is_empty()).required().render(visitor))
            (field("id_number", &id_label).hint(hint).required().render(visitor))
            @if subject == Subject::Person || both { (case_page::id_kinds(visitor, form.text("id_kind"))) }
            @if firms {
                @let contact = field("contact", &contact_label).hint(&contact_hint);
                (if both { contact.render(visitor) } else { contact.required().render(visitor) })
            }
            (field("phone", &phone_label).kind("tel").inputmode("tel").required().render(visitor))
            (field("address", &address_label).hint(&address_hint).render(visitor))
            @if found.iter().any(|problem| problem.code == SAME) {
                div id="again" { (part::check("again", "1", &visitor.t("window-same-again"), false)) }
            }
            div class="actions" { (do_button("primary", "open", Some("F4"), &visitor.t("window-open"))) }
            p class="hint" { (visitor.t("window-open-hint")) }
        }
    }
}
