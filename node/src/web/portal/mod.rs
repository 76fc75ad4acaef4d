//! 线上专栏: looking without an account, applying, following a case to its end.

mod acts;
mod apply;
mod cannot;
mod case;
mod draft;
pub mod files;
mod guide;
mod home;
mod list;
mod looked;
mod matrix;
mod place;
mod rating;
mod results;
mod start;
mod track;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use tongban_core::catalogue::{BasicItem, Mark};
use tongban_core::dossier::DossierId;

use super::fault::{self, Fault};
use super::part;
use super::visitor::Visitor;
use crate::app::App;
use crate::service::{Actor, ServiceError, UploadFault};
use crate::store::AccountRole;

/// Routes.
pub fn router() -> Router<App> {
    use axum::routing::get;
    Router::new()
        .route("/", get(home::show))
        .route("/start", get(start::show))
        .route("/search", get(results::show))
        .route("/items/{item}", get(guide::show))
        .route("/catalogue/matrix", get(matrix::show))
        .route("/catalogue/matrix.csv", get(matrix::download))
        .route("/apply/{implementation}", get(apply::show).post(apply::send))
        .route("/my", get(list::show))
        .route("/my/{id}", get(case::show).post(acts::send))
        .route("/my/{id}/looked", get(looked::show))
        .route("/track", get(track::show).post(track::send))
        .route("/t/{number}/{code}", get(track::from_code))
        .route("/cannot", get(cannot::show).post(cannot::send))
        .route("/cannot/{number}/{code}", get(cannot::follow).post(cannot::again))
        .route("/cases/{id}/files/{hash}", get(files::file))
        .route("/cases/{id}/stamp", get(files::stamp))
        .route("/cases/{id}/export", get(files::export))
}

/// Something that stands in the way, as a page says it.
#[derive(Clone, Debug)]
struct Problem {
    field: Option<String>,
    text: String,
    code: String,
}

impl Problem {
    /// What the service refuses, in words. What is no answer to a form leaves the page.
    fn of(visitor: &Visitor, error: ServiceError) -> Result<Vec<Problem>, Fault> {
        if matches!(error, ServiceError::NotFound | ServiceError::Forbidden) {
            return Err(error.into());
        }
        let code = error.code();
        let sentences = fault::sentences(visitor.lang, &error);
        let codes: Vec<String> = match &error {
            ServiceError::Fields(faults) => faults.iter().map(|fault| fault.code.to_owned()).collect(),
            _ => vec![code.clone(); sentences.len()],
        };
        Ok(sentences.into_iter().zip(codes).map(|((field, text), code)| Problem { field, text, code }).collect())
    }

    /// A file that cannot be taken, at the field where it was chosen.
    fn of_file(visitor: &Visitor, field: &str, error: &UploadFault) -> Problem {
        let text = fault::upload(visitor.lang, error);
        Problem { field: Some(field.to_owned()), text, code: error.code().to_owned() }
    }
}

/// What stands in the way, at the top of the page, each with its code in small print.
fn problems(visitor: &Visitor, problems: &[Problem]) -> Markup {
    let lines: Vec<(Option<&str>, String)> =
        problems.iter().map(|problem| (problem.field.as_deref(), problem.text.clone())).collect();
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    codes.dedup();
    html! {
        (part::error_summary(visitor, &lines))
        @if !codes.is_empty() { p class="code" { (visitor.tf("portal-code", &[("code", &codes.join(" "))])) } }
    }
}

/// The text of the problem at a field.
fn problem_at<'a>(problems: &'a [Problem], field: &str) -> Option<&'a str> {
    problems.iter().find(|problem| problem.field.as_deref() == Some(field)).map(|problem| problem.text.as_str())
}

/// A page with nothing but one thing that stands in the way, and the way on.
fn stop(visitor: &Visitor, title: &str, problems_there: &[Problem], on: Markup) -> Response {
    let body = html! { h1 { (title) } (problems(visitor, problems_there)) (on) };
    (axum::http::StatusCode::CONFLICT, part::page(visitor, title, body)).into_response()
}

/// The actor, if a person or firm follows an own case: staff have their own pages.
fn own_actor(visitor: &Visitor) -> Result<Actor, Fault> {
    let actor = visitor.must_act()?;
    match &actor {
        Actor::Account(account) if !matches!(account.role, AccountRole::Applicant | AccountRole::Firm) => {
            Err(Fault::Forbidden)
        }
        _ => Ok(actor),
    }
}

fn dossier(text: &str) -> Result<DossierId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// How sure an item's row is, in words.
fn mark(visitor: &Visitor, mark: Mark) -> String {
    let key = match mark {
        Mark::Seen => "mark-seen",
        Mark::PartSeen => "mark-part-seen",
        Mark::Recalled => "mark-recalled",
    };
    visitor.t(key).into_owned()
}

/// The marks that the catalogue's texts carry, in the reader's language.
fn marked(visitor: &Visitor, text: &str) -> String {
    let text = text.replace(" [recalled]", &visitor.t("portal-recalled"));
    let text = text.replace(" [inferred]", &visitor.t("portal-inferred"));
    text.replace("[recalled]", &visitor.t("portal-recalled")).replace("[inferred]", &visitor.t("portal-inferred"))
}

fn item_name<'a>(visitor: &Visitor, item: &'a BasicItem) -> &'a str {
    visitor.lang.pick(&item.name, &item.name_en)
}
