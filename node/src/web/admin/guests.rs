//! Guest desks (访客工位): a partner without a node decides at this one. The admin invites a person by a link and a code, which
//! go by two ways; the person chooses login and password, and has the pages of an officer.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use tongban_core::directory::Organisation;
use tongban_core::dossier::suite::hex;

use super::accounts::{Credentials, admin, check_credentials};
use crate::app::App;
use crate::service::ServiceError;
use crate::store::{AccountRole, Invite, NewAccount, SayError};
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{self, Field};
use crate::web::visitor::{Visitor, forget_tries, hash_password, hash_token, may_try};

const PAGE: &str = "/admin/guests";
/// How long an invitation holds, in milliseconds (7 days).
const INVITE_MS: i64 = 7 * 24 * 60 * 60 * 1000;

fn guests(app: &App) -> Vec<Organisation> {
    let snapshot = app.directory.now();
    let own = snapshot.organisations.values().filter(|org| org.guest && org.node == app.config.node);
    own.cloned().collect()
}

/// `GET /admin/guests`.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    admin(&visitor)?;
    Ok(page(&app, &visitor, &Form::default(), &[], None))
}

fn page(
    app: &App,
    visitor: &Visitor,
    form: &Form,
    errors: &[(&'static str, &'static str)],
    made: Option<(String, String)>,
) -> Markup {
    let lines: Vec<(Option<&str>, String)> =
        errors.iter().map(|(field, key)| (Some(*field), visitor.t(key).into_owned())).collect();
    let error = |field: &str| errors.iter().find(|(wrong, _)| *wrong == field).map(|(_, key)| visitor.t(key));
    let orgs = guests(app);
    let (name, staff) = (visitor.t("admin-name"), visitor.t("admin-staff"));
    let body = html! {
        h1 { (visitor.t("guest-title")) }
        (part::error_summary(visitor, &lines))
        p class="lead" { (visitor.t("guest-lead")) }
        @if let Some((link, code)) = &made {
            (part::done(&visitor.t("guest-made")))
            dl class="facts" {
                dt { (visitor.t("guest-link")) } dd { code { (link) } }
                dt { (visitor.t("guest-code")) } dd { strong { (code) } }
            }
            p class="hint" { (visitor.t("guest-two-ways")) }
        }
        @if orgs.is_empty() { (part::note(&visitor.t("guest-none"))) }
        @else {
            form method="post" action=(PAGE) class="narrow" novalidate {
                (part::hidden(visitor, PAGE))
                div class="field" {
                    label for="org" { (visitor.t("admin-org")) }
                    select id="org" name="org" {
                        @for org in &orgs { option value=(org.uscc) selected[org.uscc.as_str() == form.text("org")] { (visitor.lang.pick(&org.name, &org.name_en)) } }
                    }
                }
                (Field::new("name", &name).required().value(form.text("name")).error(error("name").as_deref()).render(visitor))
                (Field::new("staff", &staff).required().value(form.text("staff")).error(error("staff").as_deref()).render(visitor))
                (part::primary(&visitor.t("guest-invite")))
            }
        }
    };
    part::page(visitor, &visitor.t("guest-title"), body)
}

/// `POST /admin/guests`: link and code, shown once.
pub async fn invite(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    admin(&visitor)?;
    let text = |field: &str| form.text(field).trim().to_owned();
    let org = guests(&app).into_iter().find(|org| org.uscc.as_str() == form.text("org"));
    let (name, staff) = (text("name"), text("staff"));
    let mut errors = Vec::new();
    if name.is_empty() || name.chars().count() > super::accounts::NAME_CHARS_MAX {
        errors.push(("name", "admin-wrong-name"));
    }
    if staff.is_empty() || staff.chars().count() > super::accounts::NAME_CHARS_MAX {
        errors.push(("staff", "admin-wrong-staff"));
    }
    let Some(org) = org.filter(|_| errors.is_empty()) else {
        if errors.is_empty() {
            return Err(Fault::NotFound);
        }
        let page = page(&app, &visitor, &form, &errors, None);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let token = hex(&rand::random::<[u8; 16]>());
    let code = format!("{:06}", rand::random::<u32>() % 1_000_000);
    let until = app.clock.now().0 + INVITE_MS;
    let code_hash = hash_token(&format!("{token}:{code}"));
    let invite = Invite { code_hash, org: org.uscc.to_string(), name, staff, until };
    app.store.add_invite(&hash_token(&token), &invite).await?;
    let link = format!("{}/guest/{token}", app.config.address.trim_end_matches('/'));
    Ok(page(&app, &visitor, &Form::default(), &[], Some((link, code))).into_response())
}

/// `GET /guest/{token}`.
pub async fn welcome(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> Result<Markup, Fault> {
    let invite = app.store.invite(&hash_token(&token), app.clock.now().0).await?.ok_or(Fault::NotFound)?;
    Ok(desk(&app, &visitor, &token, &invite, &Form::default(), &[]))
}

fn desk(
    app: &App,
    visitor: &Visitor,
    token: &str,
    invite: &Invite,
    form: &Form,
    errors: &[(&'static str, &'static str)],
) -> Markup {
    let words = |key: &str| super::accounts::words(visitor, key);
    let lines: Vec<(Option<&str>, String)> = errors.iter().map(|(field, key)| (Some(*field), words(key))).collect();
    let error = |field: &str| errors.iter().find(|(wrong, _)| *wrong == field).map(|(_, key)| words(key));
    let org = guests(app).into_iter().find(|org| org.uscc.as_str() == invite.org);
    let org = org.map_or_else(String::new, |org| visitor.lang.pick(&org.name, &org.name_en).to_owned());
    let labels = ["guest-code", "admin-login", "admin-password"].map(|key| visitor.t(key));
    let (login_hint, password_hint) = (words("admin-login-hint"), words("admin-password-hint"));
    let body = html! {
        h1 { (visitor.t("guest-welcome")) }
        (part::error_summary(visitor, &lines))
        p class="lead" { (visitor.tf("guest-welcome-lead", &[("name", &invite.name), ("org", &org), ("node", &visitor.node_name)])) }
        form method="post" action=(format!("/guest/{token}")) class="narrow" novalidate {
            (Field::new("code", &labels[0]).required().inputmode("numeric").value(form.text("code")).error(error("code").as_deref()).render(visitor))
            (Field::new("login", &labels[1]).required().hint(&login_hint).value(form.text("login")).error(error("login").as_deref()).render(visitor))
            (Field::new("password", &labels[2]).required().kind("password").hint(&password_hint).autocomplete("new-password").error(error("password").as_deref()).render(visitor))
            (part::primary(&visitor.t("guest-begin")))
        }
        p class="hint" { (visitor.t("guest-marked")) }
    };
    part::page(visitor, &visitor.t("guest-welcome"), body)
}

/// `POST /guest/{token}`.
pub async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let hash = hash_token(&token);
    let invite = app.store.invite(&hash, app.clock.now().0).await?.ok_or(Fault::NotFound)?;
    let again = |errors: &[(&'static str, &'static str)]| {
        let page = desk(&app, &visitor, &token, &invite, &form, errors);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let place = format!("guest {token}");
    if !may_try(&app, &place) {
        return again(&[("code", "guest-wrong-often")]);
    }
    if hash_token(&format!("{token}:{}", form.text("code").trim())) != invite.code_hash {
        return again(&[("code", "guest-wrong-code")]);
    }
    let accounts = app.store.accounts().await?;
    let Credentials { login, password } = match check_credentials(&accounts, &form) {
        Ok(credentials) => credentials,
        Err(errors) => return again(&errors),
    };
    let hashed = tokio::task::spawn_blocking(move || hash_password(&password)).await;
    let Ok(Ok(password)) = hashed else {
        return Err(ServiceError::Say(SayError::Store("password not hashed".to_owned())).into());
    };
    let new = NewAccount {
        login,
        password,
        role: AccountRole::Officer,
        name: invite.name.clone(),
        name_en: String::new(),
        org: invite.org.parse().ok(),
        staff: Some(invite.staff.clone()),
        id_number: None,
        phone: None,
        contact: None,
    };
    if !app.store.add_account(&new).await? {
        return again(&[("login", "admin-wrong-login-taken")]);
    }
    app.store.end_invite(&hash).await?;
    forget_tries(&place);
    Ok(Redirect::to("/login?back=/authority").into_response())
}
