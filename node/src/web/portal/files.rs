//! Files of a case, for whoever may see it: materials, the result, what was written with a rating; the whole as a file.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use tongban_core::case::Case;
use tongban_core::dossier::{BlobRef, Hash};

use super::dossier;
use crate::app::App;
use crate::service::CaseView;
use crate::store;
use crate::web::fault::Fault;
use crate::web::visitor::Visitor;

/// GET `/cases/{id}/files/{hash}`.
pub async fn file(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let actor = visitor.must_act()?;
    let id = dossier(&id)?;
    let hash: Hash = hash.parse().map_err(|_| Fault::NotFound)?;
    let view = CaseView::read(&app, &actor, id, "file").await?;
    serve(&app, &view.case, &hash).await
}

/// A file of a case, as a browser shows it and runs nothing of it.
pub async fn serve(app: &App, case: &Case, hash: &Hash) -> Result<Response, Fault> {
    let (name, reference) = named(case, hash).ok_or(Fault::NotFound)?;
    let blob = app.store.blob(hash).await?.ok_or(Fault::NotFound)?;
    let (media, ending) = match reference.media.as_str() {
        "application/pdf" => ("application/pdf", "pdf"),
        "image/jpeg" => ("image/jpeg", "jpg"),
        "image/png" => ("image/png", "png"),
        "text/plain" => ("text/plain; charset=utf-8", "txt"),
        _ => ("application/octet-stream", "bin"),
    };
    let disposition = if ending == "bin" { "attachment" } else { "inline" };
    let policy = match ending {
        // Browsers show no PDF in a sandboxed page; their viewer is a process of its own that runs nothing of this site.
        "pdf" => "default-src 'none'; object-src 'self'; frame-ancestors 'none'",
        _ => "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CONTENT_DISPOSITION, file_name(disposition, &format!("{name}.{ending}")));
    Ok((headers, blob.bytes).into_response())
}

/// The file, if it belongs to the case, and what it is called.
fn named<'a>(case: &'a Case, hash: &Hash) -> Option<(&'a str, &'a BlobRef)> {
    let materials = case.materials.iter().map(|attached| (attached.material.as_str(), &attached.blob));
    let result = case.decision.iter().filter_map(|decision| Some(("result", decision.document.as_ref()?)));
    let comments = case.ratings.values().filter_map(|rating| Some(("comment", rating.comment.as_ref()?)));
    materials.chain(result).chain(comments).find(|(_, blob)| blob.hash == *hash)
}

fn file_name(disposition: &str, name: &str) -> HeaderValue {
    let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')).collect();
    HeaderValue::from_str(&format!("{disposition}; filename=\"{safe}\""))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

/// GET `/cases/{id}/stamp`: how many lines the timeline has. It tells nothing of the person and is not noted as a reading.
pub async fn stamp(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<String, Fault> {
    let actor = visitor.actor().ok_or(Fault::NotFound)?;
    let (dossier, rows) = app.store.dossier(dossier(&id)?, app.calendar).await?.ok_or(Fault::NotFound)?;
    let case = dossier.case_with_pending(app.calendar).ok_or(Fault::NotFound)?;
    if !actor.may_see(&app, &case).await? {
        return Err(Fault::NotFound);
    }
    Ok((rows.len() + dossier.pending.len()).to_string())
}

/// GET `/cases/{id}/export`: the whole case as one file that anyone can check.
pub async fn export(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, Fault> {
    let actor = visitor.must_act()?;
    let id = dossier(&id)?;
    let view = CaseView::read(&app, &actor, id, "export").await?;
    let bytes = store::export(&app.store, id).await?.ok_or(Fault::NotFound)?;
    let name = view.case.number.unwrap_or_else(|| id.to_string());
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, file_name("attachment", &format!("{name}.tongban")));
    Ok((headers, bytes).into_response())
}
