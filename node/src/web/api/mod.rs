//! The JSON API under `/api/v1`, with its OpenAPI description at `/api/openapi.json`. The same rules as the pages: both
//! call [`crate::service`].

mod case;
mod catalogue;
mod common_text;
mod digest;
mod item;
mod law;
mod reply;
mod task;

use axum::extract::Request;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tongban_core::dossier::Suite;
use tongban_core::ident::RegionError;
use utoipa::openapi::Required;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::fault::words_of;
use super::second::{Second, check};
use super::visitor::{Begun, begin_session, check_password, forget_tries, hash_token, may_try};
use crate::app::App;
use crate::limits;
use crate::service::{Actor, OnceKey, ServiceError, SituationFault};
use crate::store::{SayError, StoreError, Unsaid};
use crate::text::Lang;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tongban 通办 API",
        description = "Government services handled across provinces. Dates are YYYY-MM-DD in China Standard Time, moments are \
                       milliseconds since 1970 UTC, files are base64. A POST with the header `Idempotency-Key` is carried out \
                       once, however often it is sent. Every refusal has a stable `code`.",
        license(name = "MulanPSL-2.0 OR Apache-2.0")
    ),
    modifiers(&Bearer),
    security(("token" = []))
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        openapi.components.get_or_insert_default().add_security_scheme("token", scheme);
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("1 to 100 ASCII characters of the client's own, another for every request; sent again it does nothing twice"))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .build();
        for (path, item) in &mut openapi.paths.paths {
            if let Some(post) = item.post.as_mut().filter(|_| path.starts_with("/api/v1/cases")) {
                post.parameters.get_or_insert_default().push(key.clone().into());
            }
        }
    }
}

/// The routes, and their description made from the same lines.
pub fn router<S: Clone + Send + Sync + 'static>(app: App) -> Router<S> {
    let (routes, openapi) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(sign_in))
        .merge(item::router())
        .merge(catalogue::router())
        .merge(law::router())
        .merge(digest::router())
        .merge(common_text::router())
        .merge(case::router())
        .merge(task::router())
        .split_for_parts();
    let description = Json(openapi);
    routes
        .layer(axum::middleware::from_fn(read_key))
        .method_not_allowed_fallback(wrong_method)
        .route("/api/{*rest}", any(no_such_address))
        .route("/api/openapi.json", get(move || async move { description }))
        .with_state(app)
}

/// A refusal.
#[derive(Debug, Serialize, ToSchema)]
struct RefusalBody {
    /// Stable code.
    code: String,
    /// What happened and what to do, in Chinese.
    message: String,
    /// The same in English.
    message_en: String,
    /// Fields that are wrong, with their codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldFaultBody>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
struct FieldFaultBody {
    field: String,
    code: String,
}

/// A refusal with its status.
struct Refusal(StatusCode, RefusalBody);

impl Refusal {
    fn new(status: StatusCode, code: &str, zh: &str, en: &str) -> Refusal {
        let body = RefusalBody {
            code: code.to_owned(),
            message: zh.to_owned(),
            message_en: en.to_owned(),
            fields: Vec::new(),
        };
        Refusal(status, body)
    }

    /// What a request holds that the interface does not take: the words under a key, with a value.
    fn unread(status: StatusCode, code: &str, key: &str, value: (&str, &str)) -> Refusal {
        let words = |lang: Lang| lang.tf(key, &[value]);
        Refusal::new(status, code, &words(Lang::Zh), &words(Lang::En))
    }

    /// What was given as a region is none.
    fn region(code: &str, error: RegionError) -> Refusal {
        Refusal::unread(StatusCode::UNPROCESSABLE_ENTITY, error.code(), "fault-region-code", ("code", code))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        ServiceError::Store(error).into()
    }
}

impl From<ServiceError> for Refusal {
    fn from(error: ServiceError) -> Refusal {
        let status = match &error {
            ServiceError::Fields(_)
            | ServiceError::Upload(_)
            | ServiceError::Situation(SituationFault::Unanswered(_) | SituationFault::Unknown(_)) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            ServiceError::NotFound | ServiceError::Say(SayError::Unsaid(Unsaid::NotFound)) => StatusCode::NOT_FOUND,
            ServiceError::Forbidden => StatusCode::FORBIDDEN,
            ServiceError::Store(_)
            | ServiceError::Say(SayError::Store(_) | SayError::Unsaid(Unsaid::Recovering | Unsaid::Break(_))) => {
                tracing::error!(%error, "request failed");
                StatusCode::SERVICE_UNAVAILABLE
            }
            ServiceError::Say(SayError::OtherRequest | SayError::Unsaid(Unsaid::Why(_) | Unsaid::Recall))
            | ServiceError::Item(_)
            | ServiceError::Situation(SituationFault::Cannot { .. })
            | ServiceError::Business(_) => StatusCode::CONFLICT,
        };
        let words = |lang| words_of(lang, &error);
        let fields = match &error {
            ServiceError::Fields(faults) => faults
                .iter()
                .map(|fault| FieldFaultBody { field: fault.field.to_owned(), code: fault.code.to_owned() })
                .collect(),
            ServiceError::Situation(fault) => {
                let key = match fault {
                    SituationFault::Unanswered(question) => Some(&question.key),
                    SituationFault::Unknown(key) => Some(key),
                    SituationFault::Cannot { .. } => None,
                };
                let field = |key: &String| FieldFaultBody { field: format!("answers.{key}"), code: error.code() };
                key.map(field).into_iter().collect()
            }
            _ => Vec::new(),
        };
        let (message, message_en) = (words(Lang::Zh), words(Lang::En));
        Refusal(status, RefusalBody { code: error.code(), message, message_en, fields })
    }
}

fn too_large() -> Refusal {
    let limit = (limits::FORM_BYTES_MAX / (1024 * 1024)).to_string();
    let words = |lang: Lang| lang.tf("fault-form-too-large", &[("limit", &limit)]);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "form-too-large", &words(Lang::Zh), &words(Lang::En))
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Refusal {
        let status = rejection.status();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            return too_large();
        }
        Refusal::unread(status, "json-malformed", "fault-json-malformed", ("error", &rejection.body_text()))
    }
}

impl From<PathRejection> for Refusal {
    fn from(_: PathRejection) -> Refusal {
        // No case has such a name.
        ServiceError::NotFound.into()
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Refusal {
        let error = rejection.body_text();
        Refusal::unread(rejection.status(), "query-malformed", "fault-query-malformed", ("error", &error))
    }
}

/// The body of a request; what cannot be read as such is refused with a code, like everything else.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(Refusal))]
struct Body<T>(T);

/// The name in a path.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Refusal))]
struct Named<T>(T);

/// The query of an address.
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Refusal))]
struct Asked<T>(T);

/// Who calls: an account by its token.
struct Caller(Actor);

impl FromRequestParts<App> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, Refusal> {
        let refuse = |code| {
            let words = |lang: Lang| lang.t(&format!("fault-{code}")).into_owned();
            Refusal::new(StatusCode::UNAUTHORIZED, code, &words(Lang::Zh), &words(Lang::En))
        };
        let unknown = || refuse("token-unknown");
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(|| refuse("token-missing"))?;
        let session = app.store.session(&hash_token(token)).await?.filter(|session| session.api).ok_or_else(unknown)?;
        if session.is_over(app.clock.now().0) {
            return Err(unknown());
        }
        let now = app.clock.now().0;
        if now - session.seen > 60_000 {
            app.store.touch_session(&hash_token(token), now).await?;
        }
        let account = app.store.account(session.account.unwrap_or(0)).await?.filter(|account| !account.disabled);
        Ok(Caller(Actor::Account(Box::new(account.ok_or_else(unknown)?))))
    }
}

async fn no_such_address() -> Refusal {
    let (zh, en) = (Lang::Zh.t("fault-no-such-address"), Lang::En.t("fault-no-such-address"));
    Refusal::new(StatusCode::NOT_FOUND, "no-such-address", &zh, &en)
}

async fn wrong_method() -> Refusal {
    let (zh, en) = (Lang::Zh.t("fault-wrong-method"), Lang::En.t("fault-wrong-method"));
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", &zh, &en)
}

/// The client's own key, by which a repeated request is known.
struct Once(Option<OnceKey>);

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Once, Self::Rejection> {
        Ok(Once(parts.extensions.get::<OnceKey>().cloned()))
    }
}

/// Reads the client's key with a digest of its request, so that the key of another request is noticed.
async fn read_key(request: Request, next: Next) -> Result<Response, Refusal> {
    let Some(key) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(next.run(request).await) };
    let key = key.to_str().ok().filter(|key| (1..=KEY_CHARS_MAX).contains(&key.len())).map(str::to_owned);
    let key = key.ok_or_else(|| {
        let (zh, en) = (Lang::Zh.t("fault-idempotency-key"), Lang::En.t("fault-idempotency-key"));
        Refusal::new(StatusCode::BAD_REQUEST, "idempotency-key", &zh, &en)
    })?;
    let (mut parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, limits::FORM_BYTES_MAX).await.map_err(|_| too_large())?;
    let path = parts.uri.path().as_bytes();
    let what = Suite::Ed25519.hash(&[b"tongban request v1\0", path, b"\0", &body]).to_string();
    parts.extensions.insert(OnceKey { key, what });
    Ok(next.run(Request::from_parts(parts, body.into())).await)
}

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest key of a client, in characters.
const KEY_CHARS_MAX: usize = 100;

/// Login and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    login: String,
    password: String,
    /// The code of the second factor, if the account has one.
    #[serde(default)]
    code: String,
}

/// A token to send as `Authorization: Bearer`.
#[derive(Serialize, ToSchema)]
struct Token {
    token: String,
}

/// Gets a token.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "sessions", request_body = SignIn, security(()),
    responses((status = 200, body = Token), (status = 401, body = RefusalBody), (status = 429, body = RefusalBody)))]
async fn sign_in(State(app): State<App>, Body(request): Body<SignIn>) -> Result<Json<Token>, Refusal> {
    let tries = format!("login {}", request.login);
    if !may_try(&app, &tries) {
        let (zh, en) = (Lang::Zh.t("fault-too-many-tries"), Lang::En.t("fault-too-many-tries"));
        return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", &zh, &en));
    }
    let wrong = || {
        let (zh, en) = (Lang::Zh.t("fault-login-wrong"), Lang::En.t("fault-login-wrong"));
        Refusal::new(StatusCode::UNAUTHORIZED, "login-wrong", &zh, &en)
    };
    let account = check_password(&app, &request.login, &request.password).await.map_err(|_| wrong())?;
    let account = account.ok_or_else(wrong)?;
    let second = |code: &str| {
        let key = format!("fault-{code}");
        Refusal::new(StatusCode::UNAUTHORIZED, code, &Lang::Zh.t(&key), &Lang::En.t(&key))
    };
    match check(&app, &account, &request.code).await.map_err(ServiceError::Store)? {
        Second::Fine => {}
        Second::Needed => return Err(second("second-needed")),
        Second::Wrong => return Err(second("second-wrong")),
    }
    forget_tries(&tries);
    let token = begin_session(&app, Begun { account: Some(account.id), api: true, ..Begun::default() }).await?;
    Ok(Json(Token { token }))
}
