//! The token endpoint (RFC 6749 section 3.2) and the revocation endpoint (RFC 7009).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::devices::Wait;
use crate::faults::{Fault, OTHER_ISSUER, Place, cut_off};
use crate::grants::{GrantError, Issued, Terms};
use crate::params::{Params, Repeated};
use crate::server::Ctx;
use crate::wire::Wire;
use crate::{CLIENT_ID, PracticeError, secrets};

/// How long an ID token is good, in seconds. It is read once, right after it is issued.
const ID_TOKEN_SECONDS: i64 = 600;

/// RFC 8628 section 3.4.
pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A refused token, revocation or device authorization request (RFC 6749 section 5.2).
pub(crate) enum Refused {
    /// `invalid_request`, with what is wrong.
    Request(String),
    /// The body is no form, or too long: `invalid_request` with that status.
    Body(StatusCode),
    /// `invalid_client`.
    Client,
    /// `unsupported_grant_type`.
    GrantType,
    Grant(GrantError),
    /// A device code that has no tokens (yet): RFC 8628 section 3.5.
    Device(Wait),
    /// `invalid_scope`, with what is wrong.
    Scope(String),
    Failed(PracticeError),
}

impl From<Repeated> for Refused {
    fn from(Repeated(name): Repeated) -> Self {
        Self::Request(format!("{name} came twice"))
    }
}

impl From<GrantError> for Refused {
    fn from(error: GrantError) -> Self {
        match error {
            GrantError::Failed(error) => Self::Failed(error),
            error => Self::Grant(error),
        }
    }
}

impl From<PracticeError> for Refused {
    fn from(error: PracticeError) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let bad = StatusCode::BAD_REQUEST;
        let (status, error, description) = match &self {
            Self::Request(what) => (bad, "invalid_request", what.as_str()),
            Self::Body(status) => (*status, "invalid_request", "The body is not a small form"),
            Self::Client => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "The client is not known, or claims a secret it does not have",
            ),
            Self::GrantType => (
                bad,
                "unsupported_grant_type",
                "Only authorization_code, refresh_token and device_code are supported here",
            ),
            Self::Grant(GrantError::Grant(why)) => (bad, "invalid_grant", *why),
            Self::Grant(GrantError::Redirect) => (
                bad,
                "invalid_grant",
                "The redirect address is not the one the code was asked for with",
            ),
            Self::Grant(GrantError::TooMany) => (
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "Too many access tokens in too little time",
            ),
            Self::Grant(GrantError::Scope) => (
                bad,
                "invalid_scope",
                "A scope was asked for that was not granted",
            ),
            Self::Scope(what) => (bad, "invalid_scope", what.as_str()),
            Self::Device(Wait::Pending) => (
                bad,
                "authorization_pending",
                "The person has not answered yet",
            ),
            Self::Device(Wait::SlowDown) => (
                bad,
                "slow_down",
                "Asked again too soon: wait five seconds more from now on",
            ),
            Self::Device(Wait::Expired) => (
                bad,
                "expired_token",
                "Nobody answered in time; ask for a new device code",
            ),
            Self::Device(Wait::Denied) => (bad, "access_denied", "The person did not allow it"),
            Self::Device(Wait::Unknown) => (
                bad,
                "invalid_grant",
                "This device code is not known, or was used before",
            ),
            Self::Grant(GrantError::Failed(error)) | Self::Failed(error) => {
                tracing::error!(%error, "practice service: a token request could not be answered");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "server_error",
                    "The practice service could not do this",
                )
            }
        };
        let body = Json(json!({"error": error, "error_description": description}));
        let mut response = (status, body).into_response();
        if matches!(self, Self::Client) {
            // A client that tried HTTP Basic must be told a scheme (RFC 6749 section 5.2).
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                header::HeaderValue::from_static("Basic realm=\"practice\""),
            );
        }
        response
    }
}

/// `POST /token`.
pub(crate) async fn token(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    ctx.count_token_request();
    let fault = ctx.strike(Place::Token);
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let answer = match read(&headers, form) {
        Ok(params) => grant(&ctx, &params, fault.as_ref()).await,
        Err(refused) => Err(refused),
    };
    match answer {
        _ if fault == Some(Fault::CutOff) => cut_off(),
        Ok(body) => (
            // For clients of HTTP/1.0 (RFC 6749 section 5.1); `no-store` is set for everything.
            [(header::PRAGMA, "no-cache")],
            Json(body),
        )
            .into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn grant(ctx: &Arc<Ctx>, params: &Params, fault: Option<&Fault>) -> Result<Value, Refused> {
    let faults = ctx.faults();
    let terms = Terms::of(Wire::Practice, &faults);
    let now = ctx.now();
    let issued = match need(params, "grant_type")?.as_str() {
        "authorization_code" => {
            let code = need(params, "code")?;
            let redirect_uri = need(params, "redirect_uri")?;
            let verifier = need(params, "code_verifier")?;
            ctx.store
                .change(move |state| state.exchange(&code, &verifier, &redirect_uri, terms, now))
                .await??
        }
        "refresh_token" => {
            let token = need(params, "refresh_token")?;
            let scopes = params.once("scope")?.map(|scopes| {
                scopes
                    .split_ascii_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            });
            ctx.store
                .change(move |state| state.renew(&token, scopes, terms, now))
                .await??
        }
        DEVICE_GRANT => {
            let code = need(params, "device_code")?;
            let (asked, account, auth_time) =
                ctx.devices.poll(&code, now).map_err(Refused::Device)?;
            let mut scopes = asked.scopes;
            scopes.retain(|scope| !faults.withhold_scopes.contains(scope));
            ctx.store
                .change(move |state| state.issue_at_once(account.id, scopes, auth_time, terms, now))
                .await??
        }
        _ => return Err(Refused::GrantType),
    };
    body(ctx, &issued, now, fault)
}

fn body(ctx: &Ctx, issued: &Issued, now: i64, fault: Option<&Fault>) -> Result<Value, Refused> {
    let mut body = Map::new();
    body.insert("access_token".to_owned(), json!(issued.access_token));
    body.insert("token_type".to_owned(), json!("Bearer"));
    if fault != Some(&Fault::NoExpiresIn) {
        body.insert("expires_in".to_owned(), json!(issued.expires_in));
    }
    body.insert("scope".to_owned(), json!(issued.scopes.join(" ")));
    if let Some(token) = &issued.refresh_token {
        body.insert("refresh_token".to_owned(), json!(token));
    }
    if issued.scopes.iter().any(|scope| scope == "openid") {
        let claims = claims(&ctx.issuer, &issued.account, issued, now, fault);
        body.insert("id_token".to_owned(), json!(ctx.key.sign(&claims)?));
    }
    Ok(Value::Object(body))
}

/// The claims of an ID token (OpenID Connect Core 1.0 section 2).
pub(crate) fn claims(
    issuer: &str,
    subject: &str,
    issued: &Issued,
    now: i64,
    fault: Option<&Fault>,
) -> Value {
    let issuer = if fault == Some(&Fault::WrongIssuer) {
        OTHER_ISSUER
    } else {
        issuer
    };
    let mut claims = json!({
        "iss": issuer,
        "sub": subject,
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
        "auth_time": issued.auth_time,
        "at_hash": secrets::left_half_digest(&issued.access_token),
    });
    let nonce = match (fault, &issued.nonce) {
        (Some(Fault::WrongNonce), _) => Some("another-nonce"),
        (_, nonce) => nonce.as_deref(),
    };
    if let (Some(nonce), Some(claims)) = (nonce, claims.as_object_mut()) {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    claims
}

/// `POST /revoke`: 200 whether the token was known or not (RFC 7009 section 2.2).
pub(crate) async fn revoke(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let fault = ctx.strike(Place::Revoke);
    if let Some(response) = fault.as_ref().and_then(Fault::instead) {
        return response;
    }
    let answer = async {
        let params = read(&headers, form)?;
        let token = need(&params, "token")?;
        ctx.store.change(move |state| state.revoke(&token)).await?;
        Ok::<_, Refused>(())
    };
    match answer.await {
        _ if fault == Some(Fault::CutOff) => cut_off(),
        Ok(()) => StatusCode::OK.into_response(),
        Err(refused) => refused.into_response(),
    }
}

/// Reads the form and checks the client: public, so it names itself and has no secret.
pub(crate) fn read(
    headers: &HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Result<Params, Refused> {
    let RawForm(bytes) = form.map_err(|rejection| Refused::Body(rejection.status()))?;
    let params = Params::parse(&bytes);
    let secret = headers.contains_key(header::AUTHORIZATION)
        || params.once("client_secret")?.is_some()
        || params.once("client_assertion")?.is_some();
    if secret || params.once("client_id")? != Some(CLIENT_ID) {
        return Err(Refused::Client);
    }
    Ok(params)
}

fn need(params: &Params, name: &'static str) -> Result<String, Refused> {
    params
        .once(name)?
        .map(str::to_owned)
        .ok_or_else(|| Refused::Request(format!("{name} is missing")))
}
