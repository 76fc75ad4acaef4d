//! Forms as they come in: fields and files, with the checks that every form needs.

use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{HeaderMap, header};

use super::fault::Fault;
use super::visitor::Visitor;
use crate::app::App;
use crate::limits;
use crate::service::Upload;

/// A form. Its session and its secret were checked; one that came after the end of its session is kept instead.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    files: Vec<(String, Upload)>,
}

impl Form {
    /// The first value of a field, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// All fields.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// All files that were chosen, by field.
    pub fn files(&self) -> &[(String, Upload)] {
        &self.files
    }

    /// Takes the files out.
    pub fn take_files(&mut self) -> Vec<(String, Upload)> {
        std::mem::take(&mut self.files)
    }

    /// Replaces all values of a field, for a form that is shown again.
    pub fn set(&mut self, name: &str, values: impl Iterator<Item = String>) {
        self.fields.retain(|(field, _)| field != name);
        self.fields.extend(values.map(|value| (name.to_owned(), value)));
    }

    /// The form's own key: a second sending gets the first one's answer.
    pub fn once(&self) -> Option<String> {
        Some(self.text("once")).filter(|key| !key.is_empty()).map(str::to_owned)
    }

    /// From fields that were kept.
    pub fn from_kept(fields: &str) -> Form {
        Form { fields: serde_json::from_str(fields).unwrap_or_default(), files: Vec::new() }
    }
}

/// Fields that belong to a form and not to what was typed into it.
const OF_THE_FORM: [&str; 4] = ["csrf", "once", "page", "password"];

impl FromRequest<App> for Form {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Form, Fault> {
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, app).await;
        same_origin(&parts.headers)?;
        let multipart = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("multipart/form-data"));
        let request = Request::from_parts(parts, body);
        let form = if multipart { read_multipart(request).await? } else { read_plain(request).await? };
        if visitor.session.is_some() {
            return if form.text("csrf") == visitor.csrf() { Ok(form) } else { Err(Fault::Csrf) };
        }
        let page = form.text("page").to_owned();
        if page.is_empty() {
            // Signing in, tracking: forms that need no session.
            return Ok(form);
        }
        if let Some(account) = visitor.expired {
            let kept: Vec<_> = form.fields.iter().filter(|(name, _)| !OF_THE_FORM.contains(&name.as_str())).collect();
            let fields = serde_json::to_string(&kept).unwrap_or_default();
            app.store.keep_form(account, super::visitor::local(&page), &fields, app.clock.now().0).await?;
            return Err(Fault::Expired { back: page });
        }
        Err(visitor.sign_in(&page))
    }
}

/// A form sent by another site's page is refused, whatever its cookies.
fn same_origin(headers: &HeaderMap) -> Result<(), Fault> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") { Ok(()) } else { Err(Fault::Csrf) };
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) if origin.split("://").nth(1) != Some(host) => Err(Fault::Csrf),
        _ => Ok(()),
    }
}

async fn read_plain(request: Request) -> Result<Form, Fault> {
    let fields = axum::extract::RawForm::from_request(request, &()).await.map_err(|_| Fault::FormMalformed)?;
    let fields = serde_urlencoded_pairs(&fields.0);
    Ok(Form { fields, files: Vec::new() })
}

fn serde_urlencoded_pairs(bytes: &[u8]) -> Vec<(String, String)> {
    // reqwest's URL type carries the standard's own parser.
    let mut url = reqwest::Url::parse("http://form/").unwrap_or_else(|_| unreachable!("a constant address"));
    url.set_query(std::str::from_utf8(bytes).ok());
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

async fn read_multipart(request: Request) -> Result<Form, Fault> {
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| Fault::FormMalformed)?;
    let mut form = Form::default();
    loop {
        let field = match multipart.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(form),
            Err(error) => return Err(too_large_or_malformed(&error)),
        };
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|error| too_large_or_malformed(&error))?;
        match file {
            // A file input that was left empty is sent as a file without name and bytes.
            Some(file) if file.is_empty() && bytes.is_empty() => {}
            Some(file) => form.files.push((name, Upload { name: file, bytes: bytes.to_vec() })),
            None => form.fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
}

fn too_large_or_malformed(error: &axum::extract::multipart::MultipartError) -> Fault {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Fault::FormTooLarge { limit_mib: limits::FORM_BYTES_MAX / (1024 * 1024) }
    } else {
        Fault::FormMalformed
    }
}
