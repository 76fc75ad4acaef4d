//! The catalogue in a browser: a file is uploaded, looked at, and published when the admin says so; and the way out.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::catalogue::Implementation;
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{By, Role};

use super::accounts::admin;
use crate::app::App;
use crate::catalogue::{Change, Examined, Known, Severity, examine, write};
use crate::directory::own_implementations;
use crate::limits;
use crate::service::{ServiceError, publish};
use crate::store::{CatalogueUpload, SayError};
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::law::beside;
use crate::web::part::{self, badge};
use crate::web::visitor::{Visitor, hash_token};

/// The page.
const PAGE: &str = "/admin/catalogue";
/// Where the file is looked at.
const PREVIEW: &str = "/admin/catalogue/preview";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Ask {
    /// How many implementations something was published of.
    done: usize,
}

/// `GET /admin/catalogue`.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    admin(&visitor)?;
    page(&app, &visitor, ask.done, None).await
}

async fn page(app: &App, visitor: &Visitor, done: usize, error: Option<&str>) -> Result<Markup, Fault> {
    let count = own_implementations(&app.store, &app.directory, &app.config.node).await?.len().to_string();
    let error = error.map(|key| visitor.t(key).into_owned());
    let errors: Vec<(Option<&str>, String)> = error.iter().map(|text| (Some("file"), text.clone())).collect();
    let body = html! {
        h1 { (visitor.t("import-title")) }
        (part::error_summary(visitor, &errors))
        @if done > 0 { (part::done(&visitor.tf("import-published", &[("count", &done.to_string())]))) }
        p class="lead" { (visitor.tf("import-lead", &[("count", &count)])) }
        (to_look_at(app, visitor))
        section {
            h2 { (visitor.t("import-in")) }
            form method="post" action=(PAGE) enctype="multipart/form-data" class="narrow" {
                (part::hidden(visitor, PAGE))
                div class=(if error.is_some() { "field wrong" } else { "field" }) {
                    label for="file" { (visitor.t("import-file")) }
                    p class="hint" id="file-hint" { (visitor.t("import-file-hint")) }
                    @if let Some(error) = &error { p class="error" id="file-error" { (error) } }
                    input id="file" name="file" type="file" accept=".xlsx,.xls,.csv,.json" aria-describedby="file-hint";
                }
                (part::check("replace", "1", &visitor.t("import-replace"), false))
                (part::primary(&visitor.t("import-look")))
            }
        }
        section {
            h2 { (visitor.t("import-out")) }
            p class="buttons" {
                (part::button_link("/admin/catalogue/export/template", &visitor.t("import-template")))
                @for (format, name) in [("xlsx", "Excel"), ("csv", "CSV"), ("json", "JSON"), ("cpsv-ap", "CPSV-AP")] {
                    (part::button_link(&format!("/admin/catalogue/export/{format}"), &visitor.tf("import-export", &[("format", name)])))
                }
            }
        }
    };
    Ok(part::page(visitor, &visitor.t("import-title"), body))
}

/// What is published here and rests on a law that was amended since.
fn to_look_at(app: &App, visitor: &Visitor) -> Markup {
    let snapshot = app.directory.now();
    let is_own = |one: &Implementation| {
        snapshot.organisations.get(&one.authority).is_some_and(|org| org.node == app.config.node)
    };
    let own = snapshot.implementations.values().map(|one| &**one).filter(|one| is_own(one));
    beside::amended(visitor, &snapshot, own, app.clock.today(), |one| one.id.clone())
}

/// `POST /admin/catalogue`: keeps the file and goes on to the preview.
pub async fn upload(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Fault> {
    let account = admin(&visitor)?.id;
    let Some((_, file)) = form.take_files().into_iter().find(|(field, _)| field == "file") else {
        let page = page(&app, &visitor, 0, Some("import-file-missing")).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let upload = CatalogueUpload { name: file.name, bytes: file.bytes, replace: form.text("replace") == "1" };
    app.store.keep_catalogue(account, &upload, app.clock.now().0).await?;
    Ok(Redirect::to(PREVIEW).into_response())
}

/// What a file would do now. A large one takes a while, in which others are served.
async fn look(app: &App, upload: &CatalogueUpload) -> Result<Examined, Fault> {
    let published = own_implementations(&app.store, &app.directory, &app.config.node).await?;
    let open = app.store.begun(&app.config.node).await?;
    let (snapshot, node) = (app.directory.now(), app.config.node.clone());
    let (bytes, replace) = (upload.bytes.clone(), upload.replace);
    let work = tokio::task::spawn_blocking(move || {
        let known = Known { snapshot: &snapshot, published: &published, open: &open, node: &node };
        examine(&bytes, &known, replace, &|_| {})
    });
    work.await.map_err(|error| ServiceError::Say(SayError::Store(error.to_string())).into())
}

/// What was looked at: only this is confirmed.
fn seal(examined: &Examined) -> String {
    let ended: Vec<&str> = examined.changes.news.ended.iter().map(|one| one.id.as_str()).collect();
    hex(&hash_token(&serde_json::to_string(&(&examined.changes.news.next, ended)).unwrap_or_default()))
}

/// `GET /admin/catalogue/preview`.
pub async fn preview(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    let account = admin(&visitor)?.id;
    let Some(upload) = app.store.kept_catalogue(account, app.clock.now().0).await? else {
        return Ok(Redirect::to(PAGE).into_response());
    };
    let examined = look(&app, &upload).await?;
    Ok(preview_page(&visitor, &upload, &examined, None).into_response())
}

fn preview_page(visitor: &Visitor, upload: &CatalogueUpload, examined: &Examined, remark: Option<&str>) -> Markup {
    let errors = examined.errors();
    let stopped = visitor.tf("import-stopped", &[("count", &errors.to_string())]).into_owned();
    let problems = if errors > 0 { vec![(Some("faults"), stopped)] } else { Vec::new() };
    let title = visitor.t("import-preview");
    let body = html! {
        h1 { (title) }
        (part::error_summary(visitor, &problems))
        @if let Some(remark) = remark { (part::attention(&visitor.t(remark))) }
        p class="lead" { strong { (upload.name) } " " (examined.summary(visitor.lang)) }
        @if !examined.faults.is_empty() { section id="faults" { (faults(visitor, examined)) } }
        @if errors == 0 {
            section { (changes(visitor, examined)) }
            @if examined.changes.is_nothing() { (part::note(&visitor.t("import-nothing"))) }
            @else {
                form method="post" action=(PREVIEW) {
                    (part::hidden(visitor, PREVIEW))
                    input type="hidden" name="seal" value=(seal(examined));
                    (part::primary(&visitor.t("import-confirm")))
                }
            }
        }
        p { (part::button_link(PAGE, &visitor.t("import-other"))) }
    };
    part::page(visitor, &title, body)
}

/// Says that only the first of many are shown.
fn first_of(visitor: &Visitor, all: usize) -> Markup {
    let (shown, all_text) = (limits::CATALOGUE_SHOWN_MAX.to_string(), all.to_string());
    html! {
        @if all > limits::CATALOGUE_SHOWN_MAX {
            (part::note(&visitor.tf("import-first", &[("shown", &shown), ("all", &all_text)])))
        }
    }
}

fn faults(visitor: &Visitor, examined: &Examined) -> Markup {
    let heads =
        ["severity", "sheet", "row", "column", "what", "todo"].map(|key| visitor.t(&format!("import-head-{key}")));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let rows: Vec<Vec<Markup>> = examined
        .faults
        .iter()
        .take(limits::CATALOGUE_SHOWN_MAX)
        .map(|fault| {
            let tone = if fault.severity == Severity::Error { "late" } else { "plain" };
            let row = if fault.place.row > 0 { fault.place.row.to_string() } else { "—".to_owned() };
            vec![
                badge(tone, &visitor.t(&format!("import-{}", fault.severity.name()))),
                html! { (if fault.place.sheet.is_empty() { "—" } else { &fault.place.sheet }) },
                html! { (row) },
                html! { (if fault.place.column.is_empty() { "—" } else { &fault.place.column }) },
                html! { (fault.what(visitor.lang)) " " code { (fault.code) } },
                html! { (fault.todo(visitor.lang)) },
            ]
        })
        .collect();
    html! {
        (part::table(&visitor.t("import-faults"), &heads, &rows))
        (first_of(visitor, examined.faults.len()))
    }
}

fn changes(visitor: &Visitor, examined: &Examined) -> Markup {
    let heads = ["id", "change", "before", "after"].map(|key| visitor.t(&format!("import-head-{key}")));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let whole =
        |id: &str, key: &str| vec![html! { (id) }, badge("plain", &visitor.t(key)), html! { "—" }, html! { "—" }];
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for change in &examined.changes.all {
        match change {
            Change::New(id) => rows.push(whole(id, "import-change-new")),
            Change::Removed(id) => rows.push(whole(id, "import-change-removed")),
            Change::Kept(id) => rows.push(whole(id, "import-change-kept")),
            Change::Changed(id, differences) => rows.extend(differences.iter().map(|one| {
                let element = visitor.t(&format!("import-element-{}", one.name())).into_owned();
                vec![html! { (id) }, html! { (element) }, html! { (one.before) }, html! { (one.after) }]
            })),
        }
    }
    let all = rows.len();
    rows.truncate(limits::CATALOGUE_SHOWN_MAX);
    html! {
        (part::table(&visitor.t("import-changes"), &heads, &rows))
        (first_of(visitor, all))
    }
}

/// `POST /admin/catalogue/preview`: publishes what was looked at, or shows what it would be now.
pub async fn confirm(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let admin = admin(&visitor)?;
    let (account, staff) = (admin.id, admin.staff.clone());
    let now = app.clock.now().0;
    let Some(upload) = app.store.kept_catalogue(account, now).await? else {
        let page = page(&app, &visitor, 0, Some("import-file-gone")).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let examined = look(&app, &upload).await?;
    let again = |remark| {
        let page = preview_page(&visitor, &upload, &examined, Some(remark));
        Ok((StatusCode::CONFLICT, page).into_response())
    };
    if examined.errors() > 0 || examined.changes.is_nothing() || form.text("seal") != seal(&examined) {
        return again("import-meanwhile");
    }
    // Who did it is written down, for whichever of the node's authorities it is.
    match publish::lists(&app, By { org: None, role: Role::Officer, staff }, examined.changes.news.clone()).await {
        Ok(()) => {}
        Err(ServiceError::Say(SayError::Unsaid(_))) => return again("import-meanwhile"),
        Err(error) => return Err(error.into()),
    }
    app.store.drop_catalogue(account, now).await?;
    Ok(Redirect::to(&format!("{PAGE}?done={}", examined.changes.said())).into_response())
}

/// `GET /admin/catalogue/export/{format}`.
pub async fn export(State(app): State<App>, visitor: Visitor, Path(format): Path<String>) -> Result<Response, Fault> {
    admin(&visitor)?;
    let published = own_implementations(&app.store, &app.directory, &app.config.node).await?;
    let all: Vec<&Implementation> = published.values().map(|one| &**one).collect();
    let snapshot = app.directory.now();
    let unwritable = |error: String| Fault::from(ServiceError::Say(SayError::Store(error)));
    const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let (bytes, media, name) = match format.as_str() {
        "template" => (write::xlsx(&[], &snapshot).map_err(|it| unwritable(it.to_string()))?, EXCEL, "template.xlsx"),
        "xlsx" => (write::xlsx(&all, &snapshot).map_err(|it| unwritable(it.to_string()))?, EXCEL, "catalogue.xlsx"),
        "csv" => {
            let bytes = write::csv(&all, &snapshot).map_err(|it| unwritable(it.to_string()))?;
            (bytes, "text/csv; charset=utf-8", "catalogue.csv")
        }
        "json" => (write::json(&all), "application/json", "catalogue.json"),
        "cpsv-ap" => (write::cpsv_ap(&all, &snapshot, &app.config.address), "application/ld+json", "catalogue.jsonld"),
        _ => return Err(Fault::NotFound),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    headers.insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    Ok((headers, bytes).into_response())
}
