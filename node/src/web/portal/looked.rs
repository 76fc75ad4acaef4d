//! Who looked at my data, at every place that has it.

use axum::extract::{Path, State};
use maud::{Markup, html};
use tongban_core::dossier::Moment;

use super::{dossier, own_actor};
use crate::app::App;
use crate::service;
use crate::web::case_page;
use crate::web::fault::Fault;
use crate::web::part::{self, page};
use crate::web::visitor::Visitor;

/// GET `/my/{id}/looked`.
pub async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Markup, Fault> {
    let (actor, id) = (own_actor(&visitor)?, dossier(&id)?);
    let all = service::looked(&app, &actor, id).await?;
    let body = html! {
        h1 { (visitor.t("portal-looked")) }
        p class="lead" { (visitor.t("portal-looked-lead")) }
        @for there in &all {
            section class="card" {
                h2 { (visitor.lang.pick(&there.name, &there.name_en)) }
                @match there.as_of {
                    _ if there.answered => {}
                    Some(at) => (part::attention(&visitor.tf("portal-looked-as-of", &[("at", &at.to_string())]))),
                    None => (part::attention(&visitor.t("portal-looked-unknown"))),
                }
                @if there.list.is_empty() && there.answered { p { (visitor.t("portal-looked-nobody-there")) } }
                (lines(&app, &visitor, there.list.iter().map(|one| (one.at, &*one.org, &*one.staff, &*one.what))))
            }
        }
        p { a class="button" href=(format!("/my/{id}")) { (visitor.t("portal-looked-back")) } }
    };
    Ok(page(&visitor, &visitor.t("portal-looked"), body))
}

/// When, who, what for: one line each.
pub fn lines<'a>(
    app: &App,
    visitor: &Visitor,
    rows: impl Iterator<Item = (Moment, &'a str, &'a str, &'a str)>,
) -> Markup {
    let snapshot = app.directory.now();
    let name = |code: &str| {
        let org = code.parse().ok().and_then(|uscc| snapshot.organisations.get(&uscc));
        org.map_or(code.to_owned(), |org| visitor.lang.pick(&org.name, &org.name_en).to_owned())
    };
    let what = |what: &str| {
        let key = match what.split([' ', ':']).next() {
            Some("file") => "portal-looked-file",
            Some("export") => "portal-looked-export",
            Some("receipt" | "print") => "portal-looked-print",
            Some("list") => "portal-looked-list",
            Some("system") => "portal-looked-system",
            _ => "portal-looked-case",
        };
        visitor.t(key)
    };
    html! {
        ul class="checklist" {
            @for (at, org, staff, why) in rows {
                li {
                    (case_page::moment(at)) " · "
                    @if org.is_empty() { (visitor.t("portal-looked-code")) }
                    @else { (name(org)) " · " (visitor.tf("portal-looked-staff", &[("staff", staff)])) }
                    " · " (what(why))
                }
            }
        }
    }
}
