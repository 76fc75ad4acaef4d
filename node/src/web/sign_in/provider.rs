//! What is asked of a provider, and what it answers (OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636).

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, Client, ClientId,
    ClientSecret, CsrfToken, DiscoveryError, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IdToken, IdTokenFields, IssuerUrl, LanguageTag, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse,
    TokenResponse as _, UserInfoClaims, UserInfoError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Refusal, own, refused};
use crate::app::App;
use crate::config::{SignIn, Whom, check_address, is_loopback};
use crate::error::chain;
use crate::limits;
use crate::store::PendingSignIn;
use crate::text::Lang;

/// Claims of any name.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Claims(BTreeMap<String, Value>);

impl AdditionalClaims for Claims {}

type Fields = IdTokenFields<
    Claims,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Token = IdToken<Claims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// This node as the provider sees it.
type Party = Client<
    Claims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why a provider was not asked, or its answer not read.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    /// It wants to be asked where no TLS is.
    #[error("{0}")]
    Address(String),
    /// It is away, or too slow.
    #[error(transparent)]
    Away(#[from] reqwest::Error),
    /// Its answer is too large.
    #[error("the answer has more than {} bytes", limits::PROVIDER_BYTES_MAX)]
    TooLarge,
    /// Its answer is none of HTTP.
    #[error(transparent)]
    Malformed(#[from] openidconnect::http::Error),
}

/// Asks a provider. A redirect is an answer as any other: it would lead to who knows where.
struct Asker(reqwest::Client);

impl Asker {
    fn new(provider: &SignIn) -> Result<Asker, Refusal> {
        let mut client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(limits::PROVIDER_S_MAX));
        if reqwest::Url::parse(&provider.issuer).is_ok_and(|issuer| is_loopback(&issuer)) {
            client = client.no_proxy();
        }
        client.build().map(Asker).map_err(|error| refused("sign-in-provider", chain(&error)))
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let request = reqwest::Request::try_from(request)?;
        check_address(request.url().as_str()).map_err(Unanswered::Address)?;
        let mut response = self.0.execute(request).await?;
        let mut answer = openidconnect::http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if bytes.len() + chunk.len() > limits::PROVIDER_BYTES_MAX {
                return Err(Unanswered::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(answer.body(bytes)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Asker {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// What a provider says of itself, with its keys, and when it was asked.
type Held = (Instant, Arc<ProviderMetadataWithLogout>);

/// What providers say of themselves, by issuer.
#[derive(Clone, Default)]
pub struct Providers(Arc<Mutex<HashMap<String, Held>>>);

impl Providers {
    fn held(&self, issuer: &str) -> Option<Arc<ProviderMetadataWithLogout>> {
        let held = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (asked, metadata) = held.get(issuer)?;
        (asked.elapsed() < Duration::from_secs(limits::PROVIDER_KEPT_S)).then(|| metadata.clone())
    }

    fn hold(&self, issuer: &str, metadata: Arc<ProviderMetadataWithLogout>) {
        let mut held = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        held.insert(issuer.to_owned(), (Instant::now(), metadata));
    }
}

/// What a provider said of itself lately, or says now.
async fn metadata(app: &App, provider: &SignIn) -> Result<Arc<ProviderMetadataWithLogout>, Refusal> {
    match app.providers.held(&provider.issuer) {
        Some(metadata) => Ok(metadata),
        None => metadata_now(app, provider).await,
    }
}

async fn metadata_now(app: &App, provider: &SignIn) -> Result<Arc<ProviderMetadataWithLogout>, Refusal> {
    let asker = Asker::new(provider)?;
    let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(|error| unusable(&error))?;
    let metadata = ProviderMetadataWithLogout::discover_async(issuer, &asker).await.map_err(|error| match error {
        DiscoveryError::Parse(error) => {
            refused("sign-in-provider", format!("discovery: {} is malformed", error.path()))
        }
        error => refused("sign-in-provider", format!("discovery: {}", chain(&error))),
    })?;
    let metadata = Arc::new(metadata);
    app.providers.hold(&provider.issuer, metadata.clone());
    Ok(metadata)
}

fn unusable(error: &dyn std::error::Error) -> Refusal {
    refused("sign-in-provider", chain(error))
}

/// This node as the provider sees it.
fn party(app: &App, provider: &SignIn, metadata: &ProviderMetadataWithLogout) -> Result<Party, Refusal> {
    let secret = match &provider.secret_env {
        None => None,
        Some(name) => {
            let secret = std::env::var(name);
            Some(secret.map_err(|_| refused("sign-in-provider", format!("the variable {name} is not set")))?)
        }
    };
    let redirect = RedirectUrl::new(own(app, &format!("/login/with/{}/back", provider.key)));
    // By the standard a provider takes the secret in the header unless it says otherwise.
    let ways = metadata.token_endpoint_auth_methods_supported();
    let takes = |way: &CoreClientAuthMethod| ways.is_some_and(|ways| ways.contains(way));
    let only_body = takes(&CoreClientAuthMethod::ClientSecretPost) && !takes(&CoreClientAuthMethod::ClientSecretBasic);
    let client_id = ClientId::new(provider.client_id.clone());
    let party = Party::from_provider_metadata(metadata.clone(), client_id, secret.map(ClientSecret::new))
        .set_redirect_uri(redirect.map_err(|error| unusable(&error))?);
    Ok(if only_body { party.set_auth_type(AuthType::RequestBody) } else { party })
}

/// Where the browser is sent, and what has to be known when it comes back.
pub struct Asked {
    /// The provider's address, with the question.
    pub address: String,
    /// Stands in the token again.
    pub nonce: String,
    /// Proves that who ends it has begun it.
    pub verifier: String,
}

/// A question to the provider: who is this?
pub async fn ask(app: &App, provider: &SignIn, state: &str, lang: Lang) -> Result<Asked, Refusal> {
    let metadata = metadata(app, provider).await?;
    let party = party(app, provider, &metadata)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let state = state.to_owned();
    let mut request = party
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || CsrfToken::new(state), Nonce::new_random)
        .set_pkce_challenge(challenge)
        .add_ui_locale(LanguageTag::new(lang.tag().to_owned()));
    for scope in &provider.scopes {
        request = request.add_scope(Scope::new(scope.clone()));
    }
    let (address, _, nonce) = request.url();
    check_address(address.as_str()).map_err(|text| refused("sign-in-provider", text))?;
    Ok(Asked { address: address.to_string(), nonce: nonce.secret().clone(), verifier: verifier.secret().clone() })
}

/// Someone, as the provider knows them.
pub struct Person {
    /// Who it is: never changes, and is never another's.
    pub subject: String,
    claims: Map<String, Value>,
}

impl Person {
    /// A claim; empty if there is none. One that is there in several languages counts in any.
    pub fn claim(&self, name: &str) -> &str {
        let tagged = |key: &str| key.split_once('#').is_some_and(|(key, _)| key == name);
        let plain = self.claims.get(name);
        let value = plain.or_else(|| self.claims.iter().find(|(key, _)| tagged(key)).map(|(_, value)| value));
        value.and_then(Value::as_str).unwrap_or_default().trim()
    }

    /// Adds claims that are not there yet.
    fn add(&mut self, more: &impl Serialize) {
        if let Ok(Value::Object(more)) = serde_json::to_value(more) {
            more.into_iter().for_each(|(name, value)| {
                self.claims.entry(name).or_insert(value);
            });
        }
    }
}

/// The claims that an account is found or made by.
fn wanted(provider: &SignIn) -> Vec<&str> {
    match provider.whom {
        Whom::Staff => vec![provider.login_claim.as_str()],
        Whom::Applicant => vec!["name", "phone_number", provider.id_number_claim.as_str()],
    }
}

/// Exchanges the code that the browser brought, and says who it is.
pub async fn redeem(app: &App, provider: &SignIn, code: String, pending: &PendingSignIn) -> Result<Person, Refusal> {
    let asker = Asker::new(provider)?;
    let known = metadata(app, provider).await?;
    let mut party = party(app, provider, &known)?;
    let request = party.exchange_code(AuthorizationCode::new(code)).map_err(|error| unusable(&error))?;
    let request = request.set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()));
    let tokens = request.request_async(&asker).await.map_err(|error| match error {
        RequestTokenError::ServerResponse(answer) => refused("sign-in-refused", answer.error().to_string()),
        RequestTokenError::Parse(error, _) => {
            refused("sign-in-provider", format!("token: {} is malformed", error.path()))
        }
        error => refused("sign-in-provider", format!("token: {}", chain(&error))),
    })?;
    let token =
        tokens.id_token().ok_or_else(|| refused("sign-in-token", "no ID token: is the scope openid refused?"))?;
    let nonce = Nonce::new(pending.nonce.clone());
    let mut verified = verify(&party, token, &nonce);
    if let Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) = verified {
        // The provider changed its keys since it was asked for them.
        let fresh = metadata_now(app, provider).await?;
        party = self::party(app, provider, &fresh)?;
        verified = verify(&party, token, &nonce);
    }
    let mut person = verified.map_err(|error| of_token(&error))?;
    let is_there = |name: &&str| !person.claim(name).is_empty();
    if !wanted(provider).iter().all(is_there)
        && let Ok(request) = party.user_info(
            tokens.access_token().clone(),
            Some(openidconnect::SubjectIdentifier::new(person.subject.clone())),
        )
    {
        let more = request.request_async(&asker).await;
        let more: UserInfoClaims<Claims, CoreGenderClaim> = more.map_err(|error| match error {
            UserInfoError::ClaimsVerification(error) => of_token(&error),
            UserInfoError::Parse(error) => {
                refused("sign-in-provider", format!("userinfo: {} is malformed", error.path()))
            }
            error => refused("sign-in-provider", format!("userinfo: {}", chain(&error))),
        })?;
        person.add(&more);
    }
    Ok(person)
}

/// Who the token is about, if it is signed by the provider, for this node, for this sign-in, and not too old.
fn verify(party: &Party, token: &Token, nonce: &Nonce) -> Result<Person, ClaimsVerificationError> {
    let verifier = party.id_token_verifier();
    let claims = token.claims(&verifier, nonce)?;
    let mut person = Person { subject: claims.subject().as_str().to_owned(), claims: Map::new() };
    person.add(claims);
    if person.subject.is_empty() || person.subject.len() > limits::SUBJECT_BYTES_MAX {
        return Err(ClaimsVerificationError::InvalidSubject("empty or too long".to_owned()));
    }
    Ok(person)
}

/// Why a token does not count. Of a subject nothing is told: it may be a number of a person.
fn of_token(error: &ClaimsVerificationError) -> Refusal {
    match error {
        ClaimsVerificationError::Expired(text) => refused("sign-in-clock", text.clone()),
        ClaimsVerificationError::InvalidSubject(_) => refused("sign-in-token", "not the same subject, or none"),
        error => refused("sign-in-token", chain(error)),
    }
}

/// Where a browser is signed out of the provider, if it has a place for it (OpenID Connect RP-Initiated Logout 1.0).
pub async fn way_out(app: &App, provider: &SignIn) -> Option<String> {
    let metadata = metadata(app, provider).await.ok()?;
    let endpoint = metadata.additional_metadata().end_session_endpoint.clone()?;
    let back = PostLogoutRedirectUrl::new(own(app, "/")).ok()?;
    let request = LogoutRequest::from(endpoint)
        .set_client_id(ClientId::new(provider.client_id.clone()))
        .set_post_logout_redirect_uri(back);
    Some(request.http_get_url().to_string()).filter(|address| check_address(address).is_ok())
}
