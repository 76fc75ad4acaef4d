//! Applying online: who applies. The materials follow on the case's own page.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use tongban_core::case::{Applicant, IdKind};
use tongban_core::catalogue::{Answers, Mode, Subject};
use tongban_core::ident::Region;

use super::guide::windows;
use super::place::{self, Asked};
use super::{Problem, problem_at, problems, stop};
use crate::app::App;
use crate::service::{self, Actor, ItemFault, OnceKey, OpenCase, Opening, ServiceError};
use crate::store::{Account, AccountRole};
use crate::web::case_page;
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{self, Field, note, page};
use crate::web::situation::{self, Fields};
use crate::web::visitor::Visitor;

const FIELDS: [&str; 6] = ["name", "id_number", "contact", "phone", "address", "id_kind"];

/// What stands in the fields.
#[derive(Clone, Debug, Default)]
struct Particulars([String; 6]);

impl Particulars {
    fn of_account(account: &Account) -> Particulars {
        let given = |text: &Option<String>| text.clone().unwrap_or_default();
        Particulars([
            account.name.clone(),
            given(&account.id_number),
            given(&account.contact),
            given(&account.phone),
            String::new(),
            String::new(),
        ])
    }

    fn of_form(form: &Form) -> Particulars {
        Particulars(FIELDS.map(|field| form.text(field).trim().to_owned()))
    }

    fn applicant(self, subject: Subject) -> Applicant {
        let Particulars([name, id_number, contact, phone, address, kind]) = self;
        let id_kind = IdKind::of(subject, &kind);
        // The last digit of an identity number is often typed as a small x.
        Applicant { name, id_kind, id_number: id_number.to_uppercase(), contact, phone, address }
    }
}

fn subject_of(account: &Account) -> Subject {
    if account.role == AccountRole::Firm { Subject::Enterprise } else { Subject::Person }
}

/// Everything that the page is about.
struct Applying {
    account: Account,
    here: Region,
    opening: Opening,
    /// The page without answers.
    base: String,
    /// The page in this situation.
    path: String,
}

/// What can be applied for, or the page that says why not.
fn begin(
    app: &App,
    visitor: &Visitor,
    implementation: &str,
    here: &str,
    answers: &Answers,
) -> Result<Applying, Box<Response>> {
    let whole = |fault: Fault| Box::new(fault.into_response());
    let account = visitor.must_be(&[AccountRole::Applicant, AccountRole::Firm]).map_err(whole)?.clone();
    let actor = Actor::Account(Box::new(account.clone()));
    let place = place::here(app, here);
    let here = place.region.filter(|_| !place.unserved);
    let opened = actor.opening(app, implementation, here, answers).and_then(|opening| {
        if !opening.item.subjects.contains(&subject_of(&account)) {
            return Err(ServiceError::Item(ItemFault::Subject));
        }
        if opening.mode != Mode::FullyOnline {
            return Err(tongban_core::rule::WhyNot::new("mode-not-online").into());
        }
        opening.permit.clone()?;
        Ok(opening)
    });
    match (opened, here) {
        (Ok(opening), Some(here)) => {
            let base = format!("/apply/{implementation}?here={here}");
            let path = situation::address(&base, &opening.situation);
            Ok(Applying { account, here, opening, base, path })
        }
        (Ok(_), None) => Err(whole(Fault::NotFound)),
        (Err(error), _) => Err(Box::new(refuse(app, visitor, implementation, here, error).map_err(whole)?)),
    }
}

/// It cannot be applied for: why, and the way to the guide and the window.
fn refuse(
    app: &App,
    visitor: &Visitor,
    implementation: &str,
    here: Option<Region>,
    error: ServiceError,
) -> Result<Response, Fault> {
    let found = Problem::of(visitor, error)?;
    let snapshot = app.directory.now();
    let item = snapshot.implementations.get(implementation);
    let here_code = here.map(|here| here.to_string()).unwrap_or_default();
    let on = html! {
        @if let Some(one) = item {
            p { a class="button" href=(format!("/items/{}?here={here_code}&there={}", one.item, one.region)) { (visitor.t("portal-to-guide")) } }
        } @else {
            p { a class="button" href="/" { (visitor.t("fault-home")) } }
        }
        h2 { (visitor.t("portal-to-window")) }
        (windows(app, visitor, &snapshot, here))
    };
    Ok(stop(visitor, &visitor.t("portal-cannot-apply"), &found, on))
}

/// GET `/apply/{implementation}`.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(implementation): Path<String>,
    Query(asked): Query<Asked>,
    Query(fields): Query<Fields>,
) -> Result<Response, Fault> {
    let applying = match begin(&app, &visitor, &implementation, &asked.here, &situation::given(&fields)) {
        Ok(applying) => applying,
        Err(response) => return Ok(*response),
    };
    let mut values = Particulars::of_account(&applying.account);
    let mut restored = false;
    let now = app.clock.now().0;
    if asked.kept == "1"
        && let Some((path, fields)) = app.store.kept_form(applying.account.id, now).await?
        && path == applying.path
    {
        values = Particulars::of_form(&Form::from_kept(&fields));
        app.store.drop_kept_form(applying.account.id, now).await?;
        restored = true;
    }
    Ok(form_page(&visitor, &applying, &values, restored, &[]).into_response())
}

/// POST `/apply/{implementation}`.
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(implementation): Path<String>,
    Query(asked): Query<Asked>,
    Query(fields): Query<Fields>,
    form: Form,
) -> Result<Response, Fault> {
    let answers = situation::given(&fields);
    let applying = match begin(&app, &visitor, &implementation, &asked.here, &answers) {
        Ok(applying) => applying,
        Err(response) => return Ok(*response),
    };
    let values = Particulars::of_form(&form);
    let subject = subject_of(&applying.account);
    let request = OpenCase {
        implementation,
        here: Some(applying.here),
        subject,
        applicant: values.clone().applicant(subject),
        answers,
        once: form.once().map(OnceKey::from),
    };
    let actor = Actor::Account(Box::new(applying.account.clone()));
    match service::open(&app, &actor, request).await {
        Ok(said) => Ok(Redirect::to(&format!("/my/{}?done=opened", said.dossier)).into_response()),
        Err(error) => {
            let found = Problem::of(&visitor, error)?;
            Ok(form_page(&visitor, &applying, &values, false, &found).into_response())
        }
    }
}

fn form_page(
    visitor: &Visitor,
    applying: &Applying,
    values: &Particulars,
    restored: bool,
    found: &[Problem],
) -> Markup {
    let opening = &applying.opening;
    let lang = visitor.lang;
    let t = |key: &str| visitor.t(key);
    let title = lang.pick(&opening.item.name, &opening.item.name_en);
    let firm = applying.account.role == AccountRole::Firm;
    let Particulars([name, id_number, contact, phone, address, kind]) = values;
    let (name_label, id_label) = if firm {
        (t("portal-firm-name"), t("portal-firm-id"))
    } else {
        (t("portal-person-name"), t("portal-person-id"))
    };
    let (contact_label, phone_label) = (t("portal-contact"), t("portal-phone-label"));
    let id_hint = if visitor.drill { t("portal-id-hint-drill") } else { t("portal-id-hint") };
    let phone_hint = t("portal-phone-hint");
    let (address_label, address_hint) = (t("fact-address"), t("fact-address-hint"));
    let body = html! {
        h1 { (title) }
        p class="lead" { (visitor.tf("portal-apply-lead", &[("authority", lang.pick(&opening.authority.name, &opening.authority.name_en))])) }
        @if restored { (note(&t("kept-restored"))) }
        (problems(visitor, found))
        div class="columns" {
            div {
                (situation::questions(visitor, &applying.base, &opening.situation))
                @if opening.situation.cannot().is_some() {
                    p { a class="button" href=(to_guide(opening, applying.here)) { (t("portal-to-guide")) } }
                } @else if opening.situation.is_complete() {
                    form method="post" action=(applying.path) {
                        (part::hidden(visitor, &applying.path))
                        h2 { (t("portal-who-applies")) }
                        p class="hint" { (t("portal-prefilled")) }
                        (Field::new("name", &name_label).value(name).required().autocomplete("name").error(problem_at(found, "name")).render(visitor))
                        (Field::new("id_number", &id_label).value(id_number).hint(&id_hint).required().error(problem_at(found, "id_number")).render(visitor))
                        @if !firm { (case_page::id_kinds(visitor, kind)) }
                        @if firm {
                            (Field::new("contact", &contact_label).value(contact).required().error(problem_at(found, "contact")).render(visitor))
                        }
                        (Field::new("phone", &phone_label).value(phone).hint(&phone_hint).kind("tel").required().autocomplete("tel").error(problem_at(found, "phone")).render(visitor))
                        (Field::new("address", &address_label).value(address).hint(&address_hint).autocomplete("street-address").error(problem_at(found, "address")).render(visitor))
                        div class="actions" { (part::primary(&t("portal-apply-next"))) }
                        p class="hint" { (t("portal-apply-draft")) }
                    }
                }
            }
            aside { (who_gets_what(visitor, opening)) }
        }
    };
    page(visitor, title, body)
}

/// The guide of what is applied for.
fn to_guide(opening: &Opening, here: Region) -> String {
    format!("/items/{}?here={here}&there={}", opening.item.key, opening.implementation.region)
}

/// What is sent to whom, before anything is typed.
fn who_gets_what(visitor: &Visitor, opening: &Opening) -> Markup {
    let lang = visitor.lang;
    let t = |key: &str| visitor.t(key);
    html! {
        div class="card" {
            h2 { (t("portal-who-gets")) }
            dl class="facts" {
                dt { (lang.pick(&opening.authority.name, &opening.authority.name_en)) } dd { (t("portal-gets-all")) }
                dt { (lang.pick(&opening.receiving.name, &opening.receiving.name_en)) } dd { (t("portal-gets-keeps")) }
            }
            p { (t("portal-gets-nobody")) }
        }
        div class="card" {
            h2 { (visitor.tf("portal-materials", &[("count", &opening.materials.len().to_string())])) }
            ul class="checklist" {
                @for rule in &opening.materials {
                    li { (lang.pick(&rule.name, &rule.name_en)) " · " (case_page::need_name(lang, rule.need)) }
                }
            }
            @if !opening.situation.is_complete() { (note(&t("situation-open"))) }
            @if let Ok(permit) = &opening.permit { p { (visitor.tf("portal-permit", &[("permit", &case_page::permit(lang, permit))])) } }
        }
    }
}
