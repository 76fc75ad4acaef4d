//! What a page says when something cannot be done: what happened, what is safe, what to do; with a code.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use tongban_core::case::WhyNot;

use super::part::{self, page};
use super::visitor::Visitor;
use crate::app::App;
use crate::service::{ServiceError, UploadFault};
use crate::store::{SayError, StoreError, Unsaid};
use crate::text::Lang;

/// Why a page or a form cannot be answered as asked.
#[derive(Debug)]
pub enum Fault {
    /// Nobody is signed in.
    SignIn {
        /// Where to go on afterwards.
        back: String,
    },
    /// The session had ended; what was typed is kept.
    Expired {
        /// The form's page.
        back: String,
    },
    /// A receipt's session had ended: number and code are asked for again.
    TrackAgain,
    /// Not for this account.
    Forbidden,
    /// No such page or case, or not for this visitor.
    NotFound,
    /// Not sent by a page of this session.
    Csrf,
    /// Too large.
    FormTooLarge {
        /// The limit in MiB.
        limit_mib: usize,
    },
    /// Not readable as a form.
    FormMalformed,
    /// Something that the service refuses; most pages show it beside the form instead.
    Service(Box<ServiceError>),
}

impl From<ServiceError> for Fault {
    fn from(error: ServiceError) -> Fault {
        match error {
            ServiceError::NotFound => Fault::NotFound,
            ServiceError::Forbidden => Fault::Forbidden,
            error => Fault::Service(Box::new(error)),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Service(Box::new(ServiceError::Store(error)))
    }
}

/// The words for a [`WhyNot`].
pub fn why(lang: Lang, why: &WhyNot) -> String {
    let mut values: Vec<(&str, String)> = why.args.iter().map(|(name, value)| (*name, value.clone())).collect();
    for (name, value) in &mut values {
        // Names of acts and phases are words of the code; people see their names.
        match *name {
            "act" => *value = lang.t(&format!("act-{}", value.replace('_', "-"))).into_owned(),
            "phase" => *value = lang.t(&format!("phase-{}", value.replace('_', "-"))).into_owned(),
            _ => {}
        }
    }
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lang.tf(&format!("why-{}", why.code), &values).into_owned()
}

/// The words for what the service refuses: field (if one is meant) and sentence.
pub fn sentences(lang: Lang, error: &ServiceError) -> Vec<(Option<String>, String)> {
    match error {
        ServiceError::Fields(faults) => faults
            .iter()
            .map(|fault| (Some(fault.field.to_owned()), lang.t(&format!("field-{}", fault.code)).into_owned()))
            .collect(),
        ServiceError::Upload(fault) => vec![(None, upload(lang, fault))],
        ServiceError::Say(SayError::Unsaid(Unsaid::Why(reason))) => vec![(None, why(lang, reason))],
        ServiceError::Say(SayError::Unsaid(Unsaid::Recovering)) => {
            vec![(None, lang.t("fault-recovering").into_owned())]
        }
        ServiceError::Say(SayError::Unsaid(Unsaid::Recall)) => {
            vec![(None, lang.t("fault-recall-running").into_owned())]
        }
        ServiceError::Say(SayError::Store(_) | SayError::Unsaid(Unsaid::Break(_))) | ServiceError::Store(_) => {
            vec![(None, lang.t("fault-store").into_owned())]
        }
        ServiceError::Item(fault) => vec![(None, lang.t(&format!("fault-{fault}")).into_owned())],
        ServiceError::NotFound | ServiceError::Say(SayError::Unsaid(Unsaid::NotFound)) => {
            vec![(None, lang.t("fault-not-found").into_owned())]
        }
        ServiceError::Forbidden => vec![(None, lang.t("fault-forbidden").into_owned())],
    }
}

/// The words for a file that cannot be taken.
pub fn upload(lang: Lang, fault: &UploadFault) -> String {
    let limit = (crate::limits::MATERIAL_BYTES_MAX / (1024 * 1024)).to_string();
    let size = match fault {
        UploadFault::TooLarge { bytes, .. } => format!("{:.1}", *bytes as f64 / (1024.0 * 1024.0)),
        _ => String::new(),
    };
    let values = [("file", fault.name()), ("limit", limit.as_str()), ("size", size.as_str())];
    lang.tf(&format!("fault-{}", fault.code()), &values).into_owned()
}

impl Fault {
    fn parts(&self) -> (StatusCode, &'static str) {
        match self {
            Fault::SignIn { .. } | Fault::Expired { .. } | Fault::TrackAgain => (StatusCode::SEE_OTHER, "sign-in"),
            Fault::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Fault::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            Fault::Csrf => (StatusCode::FORBIDDEN, "csrf"),
            Fault::FormTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "form-too-large"),
            Fault::FormMalformed => (StatusCode::BAD_REQUEST, "form-malformed"),
            Fault::Service(error) => match **error {
                ServiceError::Store(_) | ServiceError::Say(SayError::Store(_)) => {
                    (StatusCode::SERVICE_UNAVAILABLE, "store")
                }
                _ => (StatusCode::CONFLICT, "refused"),
            },
        }
    }
}

impl IntoResponse for Fault {
    /// Without a visitor at hand the page speaks both languages.
    fn into_response(self) -> Response {
        if matches!(self, Fault::TrackAgain) {
            return Redirect::to("/track?over=1").into_response();
        }
        let kept = matches!(self, Fault::Expired { .. });
        if let Fault::SignIn { back } | Fault::Expired { back } = &self {
            let back: String = form_encode(back);
            let to = if kept { format!("/login?kept=1&back={back}") } else { format!("/login?back={back}") };
            return Redirect::to(&to).into_response();
        }
        let (status, code) = self.parts();
        let texts: Vec<String> = [Lang::Zh, Lang::En]
            .into_iter()
            .map(|lang| match &self {
                Fault::Service(error) => {
                    sentences(lang, error).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
                }
                Fault::FormTooLarge { limit_mib } => {
                    lang.tf("fault-form-too-large", &[("limit", &limit_mib.to_string())]).into_owned()
                }
                _ => lang.t(&format!("fault-{code}")).into_owned(),
            })
            .collect();
        if let Fault::Service(error) = &self {
            tracing::warn!(%error, "refused");
        }
        let code = match &self {
            Fault::Service(error) => error.code(),
            _ => code.to_owned(),
        };
        (status, part::bare(&code, &texts)).into_response()
    }
}

/// Percent-encodes a path for use as a query value.
pub fn form_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Any address that leads nowhere.
pub async fn not_found(State(_app): State<App>, visitor: Visitor) -> Response {
    let body = html! {
        h1 { (visitor.t("fault-not-found-title")) }
        p { (visitor.t("fault-not-found")) }
        p { a class="button" href="/" { (visitor.t("fault-home")) } }
    };
    (StatusCode::NOT_FOUND, page(&visitor, &visitor.t("fault-not-found-title"), body)).into_response()
}
