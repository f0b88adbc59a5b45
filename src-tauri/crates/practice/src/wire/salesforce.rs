//! Salesforce: sign-in, tokens, and who has signed in.
//!
//! - Endpoints: <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_endpoints.htm>
//! - Scopes: <https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_tokens_scopes.htm>
//! - Tokens:
//!   <https://developer.salesforce.com/docs/atlas.ja-jp.224.0.api_rest.meta/api_rest/intro_understanding_web_server_oauth_flow.htm>;
//!   there is no `expires_in`, and `instance_url` says where the API is
//! - Refreshing, without a new refresh token:
//!   <https://developer.salesforce.com/docs/atlas.en-us.198.0.api_rest.meta/api_rest/intro_understanding_refresh_token_oauth.htm>;
//!   the words of its error: <https://github.com/restforce/restforce/issues/81>
//! - Revoking: <https://developer.salesforce.com/docs/platform/mobile-sdk/guide/oauth-revoking-tokens.html>
//! - The `id` address: <https://developer.salesforce.com/docs/platform/mobile-sdk/guide/oauth-using-identity-urls.html>
//!
//! The program is a public client here, as an app may be for which Salesforce asks no secret.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{Path, RawForm, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::{NoToken, Wire, credential, struck};
use crate::authorize::begin;
use crate::faults::{Fault, Place};
use crate::grants::{GrantError, Issued, Terms};
use crate::params::Params;
use crate::server::Ctx;
use crate::token::claims;
use crate::{ACCOUNTS, Account, CLIENT_ID, PracticeError, accounts};

/// The scopes there are here.
pub(crate) const SCOPES: [&str; 6] = [
    "api",
    "refresh_token",
    "offline_access",
    "openid",
    "id",
    "full",
];

/// The organization it plays.
const ORGANIZATION: &str = "00DPractice0000001";

/// `GET` and `POST /services/oauth2/authorize`.
pub(crate) async fn authorize(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    begin(&ctx, &headers, form, Wire::Salesforce).await
}

/// A refused token request.
enum Refused {
    Word(&'static str, &'static str),
    Failed(PracticeError),
}

impl From<PracticeError> for Refused {
    fn from(error: PracticeError) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Word(error, description) => {
                let body = json!({"error": error, "error_description": description});
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            Self::Failed(error) => broken(&error),
        }
    }
}

/// What cannot be stored here.
pub(super) fn broken(error: &PracticeError) -> Response {
    tracing::error!(%error, "practice service: a request could not be answered");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    refused(status, "UNKNOWN_EXCEPTION", "An unexpected error occurred").into_response()
}

/// A refusal of the API: an array with one error in it
/// (<https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>).
pub(super) struct Sorry {
    status: StatusCode,
    code: &'static str,
    message: String,
    fields: Vec<&'static str>,
}

pub(super) fn refused(status: StatusCode, code: &'static str, message: impl Into<String>) -> Sorry {
    Sorry {
        status,
        code,
        message: message.into(),
        fields: Vec::new(),
    }
}

impl Sorry {
    /// About this field.
    pub(super) fn about(mut self, field: &'static str) -> Self {
        self.fields.push(field);
        self
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let mut error = Map::new();
        error.insert("message".to_owned(), json!(self.message));
        error.insert("errorCode".to_owned(), json!(self.code));
        if !self.fields.is_empty() {
            error.insert("fields".to_owned(), json!(self.fields));
        }
        (self.status, Json(json!([error]))).into_response()
    }
}

/// `POST /services/oauth2/token`.
pub(crate) async fn token(
    State(ctx): State<Arc<Ctx>>,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    ctx.count_token_request();
    let fault = ctx.faults().token;
    struck(&ctx, Place::Token, async {
        let params = match form {
            Ok(RawForm(bytes)) => Params::parse(&bytes),
            Err(rejection) => return rejection.into_response(),
        };
        let issued = match grant(&ctx, &params).await {
            Ok(issued) => issued,
            Err(refused) => return refused.into_response(),
        };
        match answer(&ctx, &issued, fault.as_ref()) {
            Ok(body) => Json(body).into_response(),
            Err(error) => broken(&error),
        }
    })
    .await
}

async fn grant(ctx: &Arc<Ctx>, params: &Params) -> Result<Issued, Refused> {
    let once = |name| params.once(name).ok().flatten();
    let text = |name| once(name).unwrap_or_default().to_owned();
    if once("client_id") != Some(CLIENT_ID) {
        return Err(Refused::Word(
            "invalid_client_id",
            "client identifier invalid",
        ));
    }
    if once("client_secret").is_some() {
        return Err(Refused::Word(
            "invalid_client",
            "invalid client credentials",
        ));
    }
    let terms = Terms::of(Wire::Salesforce, &ctx.faults());
    let now = ctx.now();
    let (issued, ended) = match once("grant_type") {
        Some("authorization_code") => {
            let (code, verifier) = (text("code"), text("code_verifier"));
            let redirect_uri = text("redirect_uri");
            let exchange = move |state: &mut crate::state::State| {
                state.exchange(&code, &verifier, &redirect_uri, terms, now)
            };
            let issued = ctx.store.change(exchange).await?;
            (issued, "expired authorization code")
        }
        Some("refresh_token") => {
            let token = text("refresh_token");
            let renew =
                move |state: &mut crate::state::State| state.renew(&token, None, terms, now);
            let issued = ctx.store.change(renew).await?;
            (issued, "expired access/refresh token")
        }
        _ => {
            return Err(Refused::Word(
                "unsupported_grant_type",
                "grant type not supported",
            ));
        }
    };
    issued.map_err(|error| match error {
        GrantError::Grant(_) | GrantError::TooMany => Refused::Word("invalid_grant", ended),
        GrantError::Redirect => Refused::Word(
            "redirect_uri_mismatch",
            "redirect_uri must match configuration",
        ),
        GrantError::Scope => Refused::Word("invalid_scope", "the requested scope is invalid"),
        GrantError::Failed(error) => Refused::Failed(error),
    })
}

fn answer(ctx: &Ctx, issued: &Issued, fault: Option<&Fault>) -> Result<Value, PracticeError> {
    let account = accounts::by_id(&issued.account);
    let id = account.map(|account| identity_url(ctx, account));
    let id = id.unwrap_or_default();
    let now = ctx.now();
    let mut body = Map::new();
    body.insert("access_token".to_owned(), json!(issued.access_token));
    if let Some(token) = &issued.refresh_token {
        body.insert("refresh_token".to_owned(), json!(token));
    }
    body.insert("scope".to_owned(), json!(issued.scopes.join(" ")));
    body.insert("instance_url".to_owned(), json!(ctx.issuer));
    body.insert("id".to_owned(), json!(id));
    body.insert("token_type".to_owned(), json!("Bearer"));
    // Milliseconds, as text.
    body.insert("issued_at".to_owned(), json!(format!("{now}000")));
    if issued.scopes.iter().any(|scope| scope == "openid") {
        let claims = claims(&ctx.issuer, &id, issued, now, fault);
        body.insert("id_token".to_owned(), json!(ctx.key.sign(&claims)?));
    }
    Ok(Value::Object(body))
}

/// `POST /services/oauth2/revoke` with `token`.
pub(crate) async fn revoke(
    State(ctx): State<Arc<Ctx>>,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    struck(&ctx, Place::Revoke, async {
        let params = match form {
            Ok(RawForm(bytes)) => Params::parse(&bytes),
            Err(rejection) => return rejection.into_response(),
        };
        let token = params.once("token").ok().flatten().unwrap_or_default();
        let token = token.to_owned();
        let known = ctx
            .store
            .change(move |state| {
                let known = state.knows(&token);
                state.revoke(&token);
                known
            })
            .await;
        match known {
            Ok(true) => StatusCode::OK.into_response(),
            Ok(false) => {
                Refused::Word("unsupported_token_type", "this token type is not supported")
                    .into_response()
            }
            Err(error) => broken(&error),
        }
    })
    .await
}

/// The id of a person: 18 letters and digits.
pub(super) fn user_id(account: &Account) -> String {
    let at = ACCOUNTS.iter().position(|known| known == account);
    format!("005Pr{:010}AAA", at.unwrap_or_default() + 1)
}

fn identity_url(ctx: &Ctx, account: &Account) -> String {
    format!("{}/id/{ORGANIZATION}/{}", ctx.issuer, user_id(account))
}

/// `GET` and `POST /services/oauth2/userinfo`.
pub(crate) async fn userinfo(State(ctx): State<Arc<Ctx>>, headers: HeaderMap) -> Response {
    struck(&ctx, Place::Userinfo, async {
        match session(&ctx, &headers) {
            Ok((account, _)) => Json(json!({
                "sub": identity_url(&ctx, account),
                "user_id": user_id(account),
                "organization_id": ORGANIZATION,
                "preferred_username": account.email,
                "name": account.name,
                "email": account.email,
                "email_verified": true,
            }))
            .into_response(),
            Err(_) => expired().into_response(),
        }
    })
    .await
}

/// `GET /id/{organization}/{user}`, where the token answer's `id` leads. A refusal is 403 with one
/// word of plain text, unlike those of the API.
pub(crate) async fn identity(
    State(ctx): State<Arc<Ctx>>,
    Path((organization, user)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Userinfo, async {
        let account = match session(&ctx, &headers) {
            Ok((account, _)) => account,
            Err(NoToken::None) => {
                return (StatusCode::FORBIDDEN, "Missing_OAuth_Token").into_response();
            }
            Err(NoToken::Other) => {
                return (StatusCode::FORBIDDEN, "Bad_OAuth_Token").into_response();
            }
        };
        if organization != ORGANIZATION {
            return (StatusCode::FORBIDDEN, "Wrong_Org").into_response();
        }
        if user != user_id(account) {
            return (StatusCode::FORBIDDEN, "Bad_Id").into_response();
        }
        Json(json!({
            "id": identity_url(&ctx, account),
            "user_id": user,
            "organization_id": organization,
            "username": account.email,
            "display_name": account.name,
            "email": account.email,
            "active": true,
        }))
        .into_response()
    })
    .await
}

/// Whose session it is, and with which scopes.
fn session(ctx: &Ctx, headers: &HeaderMap) -> Result<(&'static Account, Vec<String>), NoToken> {
    // `OAuth` is the older word for the same.
    let token = credential(headers, &["Bearer", "OAuth"])?;
    let state = ctx.store.now();
    let (access, family) = state
        .open(token, Wire::Salesforce, ctx.now())
        .ok_or(NoToken::Other)?;
    let account = accounts::by_id(&family.account).ok_or(NoToken::Other)?;
    Ok((account, access.scopes.clone()))
}

/// A session that ended, or never was: the words of <https://github.com/restforce/restforce/issues/512>.
fn expired() -> Sorry {
    let status = StatusCode::UNAUTHORIZED;
    refused(status, "INVALID_SESSION_ID", "Session expired or invalid")
}

/// That a request to the API has a session that may use it.
pub(super) fn may_use(ctx: &Ctx, headers: &HeaderMap) -> Result<(), Sorry> {
    let (_, scopes) = session(ctx, headers).map_err(|_| expired())?;
    if scopes.iter().any(|scope| scope == "api" || scope == "full") {
        return Ok(());
    }
    let message = "This session is not valid for use with the REST API";
    Err(refused(
        StatusCode::FORBIDDEN,
        "INVALID_SESSION_ID",
        message,
    ))
}
