//! Accounts of the people who work on this node.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::directory::{Duty, Organisation};
use tongban_core::ident::Uscc;

use crate::app::App;
use crate::directory::Snapshot;
use crate::service::ServiceError;
use crate::store::{Account, AccountRole, NewAccount, SayError};
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{self, Choice, Field, badge, choices};
use crate::web::visitor::{Visitor, hash_password};

/// The fewest characters of a password.
const PASSWORD_CHARS_MIN: usize = 10;
/// The most characters of a password: hashing takes time for every one.
const PASSWORD_CHARS_MAX: usize = 128;
/// The most characters of a name or staff number.
pub(super) const NAME_CHARS_MAX: usize = 60;
/// The most characters of a login.
const LOGIN_CHARS_MAX: usize = 40;
/// The page.
const PAGE: &str = "/admin/accounts";

/// Whom an admin manages.
const MANAGED: [AccountRole; 3] = [AccountRole::Clerk, AccountRole::Officer, AccountRole::Admin];

/// A role as a key of the texts.
pub fn role_key(role: AccountRole) -> String {
    format!("admin-role-{}", role.name())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    done: String,
    kept: u8,
}

/// What was typed, and what is wrong with it: field and key of the text.
#[derive(Default)]
struct Filled {
    form: Form,
    errors: Vec<(&'static str, &'static str)>,
    kept: bool,
}

impl Filled {
    fn error(&self, visitor: &Visitor, field: &str) -> Option<String> {
        let (_, key) = self.errors.iter().find(|(wrong, _)| *wrong == field)?;
        Some(words(visitor, key))
    }
}

pub(super) fn words(visitor: &Visitor, key: &str) -> String {
    let (least, most) = (PASSWORD_CHARS_MIN.to_string(), NAME_CHARS_MAX.to_string());
    visitor.tf(key, &[("least", &least), ("most", &most)]).into_owned()
}

pub(super) fn admin(visitor: &Visitor) -> Result<&Account, Fault> {
    visitor.must_be(&[AccountRole::Admin])
}

/// `GET /admin/accounts`.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    let account = admin(&visitor)?;
    let now = app.clock.now().0;
    let mut filled = Filled::default();
    let kept = if ask.kept == 1 { app.store.kept_form(account.id, now).await? } else { None };
    if let Some((_, fields)) = kept.filter(|(path, _)| path.starts_with(PAGE)) {
        filled = Filled { form: Form::from_kept(&fields), kept: true, ..Filled::default() };
        app.store.drop_kept_form(account.id, now).await?;
    }
    page(&app, &visitor, &filled, &ask.done).await
}

async fn page(app: &App, visitor: &Visitor, filled: &Filled, done: &str) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let mut accounts = app.store.accounts().await?;
    accounts.retain(|account| is_managed(app, &snapshot, account));
    let errors: Vec<(Option<&str>, String)> =
        filled.errors.iter().map(|(field, key)| (Some(*field), words(visitor, key))).collect();
    let leads = app.store.leads().await?;
    let done = ["created", "disabled", "enabled", "leads", "follows"].into_iter().find(|word| *word == done);
    let body = html! {
        h1 { (visitor.t("admin-accounts-title")) }
        @if let Some((_, key)) = filled.errors.first() {
            (part::error_summary(visitor, &errors))
            p class="code" { (visitor.tf("admin-code", &[("code", key.trim_start_matches("admin-wrong-"))])) }
        }
        @if filled.kept { (part::note(&visitor.t("admin-kept"))) }
        @if let Some(done) = done { (part::done(&visitor.t(&format!("admin-done-{done}")))) }
        p class="lead" { (visitor.t("admin-accounts-lead")) }
        (list(visitor, &snapshot, &accounts, &leads))
        p class="buttons" {
            a class="button" href="/admin/guests" { (visitor.t("guest-title")) }
            a class="button" href="/window/cannot" { (visitor.t("cannot-desk")) }
        }
        section id="new" { h2 { (visitor.t("admin-new")) } (new_form(app, visitor, &snapshot, filled)) }
    };
    Ok(part::page(visitor, &visitor.t("admin-accounts-title"), body))
}

fn is_managed(app: &App, snapshot: &Snapshot, account: &Account) -> bool {
    let org = account.org.and_then(|org| snapshot.organisations.get(&org));
    MANAGED.contains(&account.role) && org.is_some_and(|org| org.node == app.config.node)
}

fn list(visitor: &Visitor, snapshot: &Snapshot, accounts: &[Account], leads: &[i64]) -> Markup {
    let own = visitor.account.as_ref().map(|account| account.id);
    let heads =
        ["admin-login", "admin-name", "admin-role", "admin-org", "admin-staff", "admin-state", "admin-change-state"]
            .map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let rows: Vec<Vec<Markup>> = accounts
        .iter()
        .map(|account| {
            let org = account.org.and_then(|org| snapshot.organisations.get(&org));
            let org = org.map_or("—", |org| visitor.lang.pick(&org.name, &org.name_en));
            vec![
                html! { strong { (account.login) } },
                html! { (visitor.lang.pick(&account.name, &account.name_en)) },
                html! { (visitor.t(&role_key(account.role))) @if leads.contains(&account.id) { " " (badge("move", &visitor.t("admin-lead"))) } },
                html! { (org) },
                html! { (account.staff.as_deref().unwrap_or("—")) },
                html! { (badge(if account.disabled { "plain" } else { "good" }, &visitor.t(if account.disabled { "admin-off" } else { "admin-on" }))) },
                switch_form(visitor, account, own, leads.contains(&account.id)),
            ]
        })
        .collect();
    part::table(&visitor.tf("admin-accounts-caption", &[("count", &accounts.len().to_string())]), &heads, &rows)
}

/// The button that lets an account sign in or not.
fn switch_form(visitor: &Visitor, account: &Account, own: Option<i64>, leads: bool) -> Markup {
    let (switch, label) = if account.disabled { ("enable", "admin-enable") } else { ("disable", "admin-disable") };
    let (lead, lead_label) = if leads { ("follow", "admin-follow") } else { ("lead", "admin-make-lead") };
    let can_lead = account.role != AccountRole::Admin && !account.disabled;
    html! {
        @if can_lead {
            form method="post" action=(format!("{PAGE}/{}/{lead}", account.id)) {
                (part::hidden(visitor, PAGE))
                button type="submit" class="quiet" aria-label=(format!("{} {}", visitor.t(lead_label), account.login)) { (visitor.t(lead_label)) }
            }
        }
        @if own == Some(account.id) { small { (visitor.t("admin-yourself")) } }
        @else {
            form method="post" action=(format!("{PAGE}/{}/{switch}", account.id)) {
                (part::hidden(visitor, PAGE))
                button type="submit" aria-label=(format!("{} {}", visitor.t(label), account.login)) { (visitor.t(label)) }
            }
        }
    }
}

/// Organisations of this node in which people take in or decide.
fn organisations<'a>(app: &'a App, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Organisation> {
    let own = snapshot.organisations.values().filter(|org| org.node == app.config.node);
    own.filter(|org| duty_role(org.duty).is_some())
}

/// Who works in an organisation with this duty.
fn duty_role(duty: Duty) -> Option<AccountRole> {
    match duty {
        Duty::Window => Some(AccountRole::Clerk),
        Duty::Authority => Some(AccountRole::Officer),
        Duty::Portal | Duty::Registrar => None,
    }
}

fn new_form(app: &App, visitor: &Visitor, snapshot: &Snapshot, filled: &Filled) -> Markup {
    let form = &filled.form;
    let field = |name: &'static str, label: &str, hint: Option<&str>, kind: &str, required: bool| {
        let (label, error) = (visitor.t(label), filled.error(visitor, name));
        let hint = hint.map(|key| words(visitor, key));
        let mut field = Field::new(name, &label).value(form.text(name)).kind(kind).error(error.as_deref());
        if let Some(hint) = &hint {
            field = field.hint(hint);
        }
        if required {
            field = field.required();
        }
        if kind == "password" {
            field = field.autocomplete("new-password");
        }
        field.render(visitor)
    };
    let roles = [AccountRole::Clerk, AccountRole::Officer];
    let labels = roles.map(|role| Choice { value: role.name(), label: visitor.t(&role_key(role)).into_owned() });
    let chosen = if form.text("role").is_empty() { AccountRole::Clerk.name() } else { form.text("role") };
    let org_error = filled.error(visitor, "org");
    html! {
        form method="post" action=(PAGE) class="narrow" novalidate {
            (part::hidden(visitor, PAGE))
            (choices("role", &visitor.t("admin-role"), &labels, chosen))
            div class=(if org_error.is_some() { "field wrong" } else { "field" }) {
                label for="org" { (visitor.t("admin-org")) }
                @if let Some(error) = &org_error { p class="error" id="org-error" { (error) } }
                select id="org" name="org" required aria-describedby=[org_error.as_ref().map(|_| "org-error")] {
                    option value="" { (visitor.t("admin-org-choose")) }
                    @for role in roles {
                        optgroup label=(visitor.t(&format!("admin-orgs-{}", role.name()))) {
                            @for org in organisations(app, snapshot).filter(|org| duty_role(org.duty) == Some(role)) {
                                option value=(org.uscc) selected[org.uscc.as_str() == form.text("org")] {
                                    (visitor.lang.pick(&org.name, &org.name_en))
                                }
                            }
                        }
                    }
                }
            }
            (field("name", "admin-name", None, "text", true))
            (field("name_en", "admin-name-en", None, "text", false))
            (field("staff", "admin-staff", Some("admin-staff-hint"), "text", true))
            (field("login", "admin-login", Some("admin-login-hint"), "text", true))
            (field("password", "admin-password", Some("admin-password-hint"), "password", true))
            (part::primary(&visitor.t("admin-create")))
        }
    }
}

/// `POST /admin/accounts`.
pub async fn create(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    admin(&visitor)?;
    let snapshot = app.directory.now();
    let accounts = app.store.accounts().await?;
    let errors = match check(&app, &snapshot, &accounts, &form) {
        Ok(mut new) => {
            let password = form.text("password").to_owned();
            let hash = tokio::task::spawn_blocking(move || hash_password(&password)).await;
            new.password = match hash {
                Ok(Ok(hash)) => hash,
                _ => return Err(ServiceError::Say(SayError::Store("password not hashed".to_owned())).into()),
            };
            if app.store.add_account(&new).await? {
                return Ok(Redirect::to("/admin/accounts?done=created").into_response());
            }
            vec![("login", "admin-wrong-login-taken")]
        }
        Err(errors) => errors,
    };
    let page = page(&app, &visitor, &Filled { form, errors, kept: false }, "").await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Checks every field and reports all faults at once. The password stays empty: it is hashed elsewhere.
fn check(
    app: &App,
    snapshot: &Snapshot,
    accounts: &[Account],
    form: &Form,
) -> Result<NewAccount, Vec<(&'static str, &'static str)>> {
    let text = |name: &str| form.text(name).trim().to_owned();
    let (name, name_en, staff, login) = (text("name"), text("name_en"), text("staff"), text("login"));
    let role = AccountRole::from_name(form.text("role")).filter(|role| MANAGED.contains(role));
    let org = Uscc::parse(form.text("org")).ok().and_then(|uscc| snapshot.organisations.get(&uscc));
    let org = org.filter(|org| org.node == app.config.node);
    let too_long = |text: &str| text.chars().count() > NAME_CHARS_MAX;
    let mut errors = Vec::new();
    let mut wrong = |is_wrong: bool, field: &'static str, key: &'static str| {
        if is_wrong && !errors.iter().any(|(known, _)| *known == field) {
            errors.push((field, key));
        }
    };
    wrong(role.is_none_or(|role| role == AccountRole::Admin), "role", "admin-wrong-role");
    wrong(org.is_none(), "org", "admin-wrong-org");
    wrong(org.is_some_and(|org| duty_role(org.duty) != role), "org", "admin-wrong-org-role");
    wrong(name.is_empty(), "name", "admin-wrong-name");
    wrong(too_long(&name), "name", "admin-wrong-long");
    wrong(too_long(&name_en), "name_en", "admin-wrong-long");
    wrong(staff.is_empty(), "staff", "admin-wrong-staff");
    wrong(too_long(&staff), "staff", "admin-wrong-long");
    let same = |account: &Account| account.org == org.map(|org| org.uscc) && account.staff.as_ref() == Some(&staff);
    wrong(org.is_some() && accounts.iter().any(same), "staff", "admin-wrong-staff-taken");
    if let Err(more) = check_credentials(accounts, form) {
        more.into_iter().for_each(|(field, key)| wrong(true, field, key));
    }
    match (role, org) {
        (Some(role), Some(org)) if errors.is_empty() => Ok(NewAccount {
            login,
            password: String::new(),
            role,
            name,
            name_en,
            org: Some(org.uscc),
            staff: Some(staff),
            id_number: None,
            phone: None,
            contact: None,
        }),
        _ => Err(errors),
    }
}

/// What someone signs in with.
pub(super) struct Credentials {
    pub(super) login: String,
    pub(super) password: String,
}

/// Login and password as they were typed, or what is wrong with them.
pub(super) fn check_credentials(
    accounts: &[Account],
    form: &Form,
) -> Result<Credentials, Vec<(&'static str, &'static str)>> {
    let (login, password) = (form.text("login").trim().to_owned(), form.text("password").to_owned());
    let mut errors = Vec::new();
    let mut wrong = |is_wrong: bool, field, key| {
        if is_wrong && !errors.iter().any(|(known, _)| *known == field) {
            errors.push((field, key));
        }
    };
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-_.".contains(letter);
    let right_length = (3..=LOGIN_CHARS_MAX).contains(&login.chars().count());
    wrong(!right_length || !login.chars().all(plain), "login", "admin-wrong-login");
    wrong(accounts.iter().any(|account| account.login == login), "login", "admin-wrong-login-taken");
    let length = password.chars().count();
    wrong(!(PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&length), "password", "admin-wrong-password");
    wrong(!login.is_empty() && password.contains(&login), "password", "admin-wrong-password-login");
    if errors.is_empty() { Ok(Credentials { login, password }) } else { Err(errors) }
}

/// `POST /admin/accounts/{id}/disable`, `/enable`, `/lead` and `/follow`. Nobody locks the own door.
pub async fn switch(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, switch)): Path<(String, String)>,
    _form: Form,
) -> Result<Response, Fault> {
    let own = admin(&visitor)?.id;
    let id: i64 = id.parse().map_err(|_| Fault::NotFound)?;
    let account = app.store.account(id).await?.ok_or(Fault::NotFound)?;
    if !is_managed(&app, &app.directory.now(), &account) {
        return Err(Fault::NotFound);
    }
    if account.id == own {
        return Err(Fault::Forbidden);
    }
    let done = match switch.as_str() {
        "disable" | "enable" => {
            let disabled = switch == "disable";
            app.store.set_disabled(id, disabled).await?;
            if disabled { "disabled" } else { "enabled" }
        }
        "lead" | "follow" => {
            app.store.set_lead(id, switch == "lead").await?;
            if switch == "lead" { "leads" } else { "follows" }
        }
        _ => return Err(Fault::NotFound),
    };
    Ok(Redirect::to(&format!("{PAGE}?done={done}")).into_response())
}
