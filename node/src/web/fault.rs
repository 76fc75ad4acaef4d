//! What a page says when something cannot be done: what happened, what is safe, what to do; with a code.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use tongban_core::rule::WhyNot;

use super::part::{button_link, page};
use super::visitor::{Visitor, home_of};
use crate::app::App;
use crate::service::{ServiceError, SituationFault, UploadFault};
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
            "materials" if lang == Lang::En => *value = value.replace('、', ", "),
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
        ServiceError::Say(SayError::OtherRequest) => {
            vec![(None, lang.t("fault-idempotency-mismatch").into_owned())]
        }
        ServiceError::Say(SayError::Unsaid(Unsaid::Recall)) => {
            vec![(None, lang.t("fault-recall-running").into_owned())]
        }
        ServiceError::Say(SayError::Store(_) | SayError::Unsaid(Unsaid::Break(_))) | ServiceError::Store(_) => {
            vec![(None, lang.t("fault-store").into_owned())]
        }
        ServiceError::Situation(fault) => vec![(Some("situation".to_owned()), situation(lang, fault))],
        ServiceError::Business(fault) => vec![(None, lang.t(&format!("fault-{fault}")).into_owned())],
        ServiceError::Item(fault) => vec![(None, lang.t(&format!("fault-{fault}")).into_owned())],
        ServiceError::NotFound | ServiceError::Say(SayError::Unsaid(Unsaid::NotFound)) => {
            vec![(None, lang.t("fault-not-found").into_owned())]
        }
        ServiceError::Forbidden => vec![(None, lang.t("fault-forbidden").into_owned())],
    }
}

/// The words for a situation in which no case can be begun.
fn situation(lang: Lang, fault: &SituationFault) -> String {
    let text = match fault {
        SituationFault::Unanswered(question) => {
            let question = lang.pick(&question.text, &question.text_en);
            lang.tf("fault-situation-unanswered", &[("question", question)])
        }
        SituationFault::Unknown(key) => lang.tf("fault-situation-unknown", &[("key", key)]),
        SituationFault::Cannot { why, why_en } => lang.tf("fault-situation-cannot", &[("why", lang.pick(why, why_en))]),
    };
    text.into_owned()
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
    /// Status and words only: the page is drawn by [`draw`], which every answer of a page goes through.
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
        let (status, word) = self.parts();
        let text = |lang: Lang| match &self {
            Fault::Service(error) => {
                sentences(lang, error).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
            }
            Fault::FormTooLarge { limit_mib } => {
                lang.tf("fault-form-too-large", &[("limit", &limit_mib.to_string())]).into_owned()
            }
            _ => lang.t(&format!("fault-{word}")).into_owned(),
        };
        if let Fault::Service(error) = &self {
            tracing::warn!(%error, "refused");
        }
        let code = match &self {
            Fault::Service(error) => error.code(),
            _ => word.to_owned(),
        };
        let refused = Refused { word, code, zh: text(Lang::Zh), en: text(Lang::En) };
        let mut response = status.into_response();
        response.extensions_mut().insert(refused);
        response
    }
}

/// A refusal in words, on its way to the page that shows it.
#[derive(Clone, Debug)]
struct Refused {
    word: &'static str,
    code: String,
    zh: String,
    en: String,
}

/// Draws the page of a refusal as every other page: in the visitor's language, in its frame, with the ways on.
pub async fn draw(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_read = request.method() == Method::GET;
    let mut head = Request::new(());
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    let response = next.run(request).await;
    let Some(refused) = response.extensions().get::<Refused>() else { return response };
    let Ok(mut visitor) = Visitor::from_request_parts(&mut head.into_parts().0, &app).await;
    if !is_read {
        // What was sent is no page to come back to.
        visitor.path = "/".to_owned();
    }
    (response.status(), refused.page(&visitor)).into_response()
}

impl Refused {
    fn page(&self, visitor: &Visitor) -> Markup {
        if self.word == "not-found" {
            return nothing_there(visitor);
        }
        // The others say themselves what was done and what was not.
        let says_nothing = matches!(self.word, "forbidden" | "refused");
        let body = html! {
            h1 { (visitor.t("refused-title")) }
            div class="problem refused" role="alert" {
                p { strong { (visitor.lang.pick(&self.zh, &self.en)) } }
                @if says_nothing { p { (visitor.t("refused-safe")) } }
                p class="code" { (visitor.tf("refused-code", &[("code", &self.code)])) }
            }
            (ways_on(visitor))
        };
        page(visitor, &visitor.t("refused-title"), body)
    }
}

/// Who the visitor is here, and where they can go on.
fn ways_on(visitor: &Visitor) -> Markup {
    let tracked = visitor.session.as_ref().and_then(|session| session.dossier);
    html! {
        @match (&visitor.account, tracked) {
            (Some(account), _) => {
                p { (visitor.tf("refused-as", &[("name", visitor.lang.pick(&account.name, &account.name_en))])) }
                div class="actions" {
                    a class="button primary" href=(home_of(account.role)) { (visitor.t("refused-own")) }
                    (button_link(&format!("/login?back={}", form_encode(&visitor.path)), &visitor.t("refused-other")))
                }
            }
            (None, Some(id)) => div class="actions" {
                a class="button primary" href=(format!("/my/{id}")) { (visitor.t("refused-tracked")) }
                (button_link("/", &visitor.t("fault-home")))
            },
            (None, None) => div class="actions" {
                a class="button primary" href="/" { (visitor.t("fault-home")) }
                (button_link("/track", &visitor.t("nav-track")))
            },
        }
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
pub async fn not_found(visitor: Visitor) -> Response {
    (StatusCode::NOT_FOUND, nothing_there(&visitor)).into_response()
}

/// No such page or case, or not for this visitor: both look alike.
fn nothing_there(visitor: &Visitor) -> Markup {
    let title = visitor.t("fault-not-found-title");
    let body = html! {
        h1 { (title) }
        p { (visitor.t("fault-not-found-page")) }
        (ways_on(visitor))
        @if visitor.session.is_some() { p { a href="/track" { (visitor.t("nav-track")) } } }
    };
    page(visitor, &title, body)
}

/// What the service refuses, in words.
pub fn words_of(lang: Lang, error: &ServiceError) -> String {
    sentences(lang, error).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}
