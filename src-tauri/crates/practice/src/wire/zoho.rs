//! Zoho's accounts server, and what its services share.
//!
//! - Sign-in and tokens: <https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html>,
//!   <https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html>
//! - `location` and `accounts-server` in the callback:
//!   <https://www.zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html>
//! - Errors of the token endpoint, with status 200: <https://github.com/verbb/formie/issues/2199>,
//!   <https://github.com/asciisd/zoho/issues/6>, <https://github.com/schmorrison/Zoho/pull/34>; over
//!   the limit of tokens: <https://help.zoho.com/portal/en/community/topic/kaizen-43-tokens-and-limitations>
//! - A refresh answers without a refresh token:
//!   <https://www.zoho.com/pdfeditor/help/api/oauth-step4.html>
//! - Revoking: <https://zoho.com/accounts/protocol/oauth/revoke-refresh-token.html>
//! - Who has signed in: <https://github.com/rclone/rclone/blob/master/backend/zoho/zoho.go>
//!
//! The program is a public client here, so PKCE is required in place of a secret; Zoho gives a
//! server-based client a secret. Which words a refusal by a person, or an unknown `grant_type`, is
//! answered with, no page says: those of RFC 6749 are.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{NoToken, Wire, credential, recruit, struck};
use crate::authorize::begin;
use crate::faults::{Fault, Place};
use crate::grants::{GrantError, Issued, Terms};
use crate::params::Params;
use crate::server::Ctx;
use crate::{ACCOUNTS, Account, CLIENT_ID, PracticeError, accounts};

/// The scopes of all its services here. Those of Recruit:
/// <https://www.zoho.com/recruit/developer-guide/apiv2/oauth-overview.html>; of Cliq:
/// <https://www.zoho.com/cliq/help/restapi/>.
pub(crate) const SCOPES: [&str; 9] = [
    "AaaServer.profile.READ",
    "ZohoRecruit.users.READ",
    "ZohoRecruit.modules.ALL",
    "ZohoRecruit.modules.candidate.READ",
    "ZohoRecruit.modules.candidate.CREATE",
    "ZohoRecruit.modules.candidate.ALL",
    "ZohoRecruit.search.READ",
    "ZohoCliq.Channels.READ",
    "ZohoCliq.Webhooks.CREATE",
];

/// The data center it plays.
pub(crate) const LOCATION: &str = "us";

/// `GET` and `POST /oauth/v2/auth`.
pub(crate) async fn authorize(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    begin(&ctx, &headers, form, Wire::Zoho).await
}

/// A word of the token endpoint.
enum Refused {
    Word(&'static str),
    Failed(PracticeError),
}

impl From<GrantError> for Refused {
    fn from(error: GrantError) -> Self {
        Self::Word(match error {
            // Unknown, used before, too old, revoked: all the same word.
            GrantError::Grant(_) => "invalid_code",
            GrantError::Redirect => "invalid_redirect_uri",
            GrantError::Scope => "invalid_scope",
            GrantError::TooMany => "Access Denied",
            GrantError::Failed(error) => return Self::Failed(error),
        })
    }
}

impl From<PracticeError> for Refused {
    fn from(error: PracticeError) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            // Only the body tells.
            Self::Word(word) => Json(json!({"error": word})).into_response(),
            Self::Failed(error) => broken(&error),
        }
    }
}

/// What cannot be stored here.
pub(super) fn broken(error: &PracticeError) -> Response {
    tracing::error!(%error, "practice service: a request could not be answered");
    let body = json!({
        "code": "INTERNAL_ERROR",
        "details": {},
        "message": "Internal Server Error",
        "status": "error",
    });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
}

/// The parameters of a request to the accounts server: Zoho takes them in the address and in the
/// body.
fn read(query: Option<&str>, body: &[u8]) -> Params {
    let mut all = query.unwrap_or_default().as_bytes().to_vec();
    all.push(b'&');
    all.extend_from_slice(body);
    Params::parse(&all)
}

/// `POST /oauth/v2/token`.
pub(crate) async fn token(
    State(ctx): State<Arc<Ctx>>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    ctx.count_token_request();
    let spoils = ctx.faults().token == Some(Fault::NoExpiresIn);
    struck(&ctx, Place::Token, async {
        let params = read(query.as_deref(), &body);
        match grant(&ctx, &params).await {
            Ok(issued) => Json(answer(&ctx, &issued, spoils)).into_response(),
            Err(refused) => refused.into_response(),
        }
    })
    .await
}

async fn grant(ctx: &Arc<Ctx>, params: &Params) -> Result<Issued, Refused> {
    let once = |name| params.once(name).ok().flatten();
    let text = |name| once(name).unwrap_or_default().to_owned();
    if once("client_id") != Some(CLIENT_ID) {
        return Err(Refused::Word("invalid_client"));
    }
    if once("client_secret").is_some() {
        return Err(Refused::Word("invalid_client_secret"));
    }
    let terms = Terms::of(Wire::Zoho, &ctx.faults());
    let now = ctx.now();
    let issued = match once("grant_type") {
        Some("authorization_code") => {
            let (code, verifier) = (text("code"), text("code_verifier"));
            let redirect_uri = text("redirect_uri");
            ctx.store
                .change(move |state| state.exchange(&code, &verifier, &redirect_uri, terms, now))
                .await??
        }
        Some("refresh_token") => {
            let token = text("refresh_token");
            ctx.store
                .change(move |state| state.renew(&token, None, terms, now))
                .await??
        }
        _ => return Err(Refused::Word("unsupported_grant_type")),
    };
    Ok(issued)
}

/// No scopes: the pages show none in the answer.
fn answer(ctx: &Ctx, issued: &Issued, without_lifetime: bool) -> Value {
    let mut body = Map::new();
    body.insert("access_token".to_owned(), json!(issued.access_token));
    if let Some(token) = &issued.refresh_token {
        body.insert("refresh_token".to_owned(), json!(token));
    }
    body.insert("api_domain".to_owned(), json!(ctx.issuer));
    body.insert("token_type".to_owned(), json!("Bearer"));
    if !without_lifetime {
        body.insert("expires_in".to_owned(), json!(issued.expires_in));
    }
    Value::Object(body)
}

/// `POST /oauth/v2/token/revoke?token=`. Of a token that is not known the page says the status
/// only, 400.
pub(crate) async fn revoke(
    State(ctx): State<Arc<Ctx>>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    struck(&ctx, Place::Revoke, async {
        let params = read(query.as_deref(), &body);
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
            Ok(true) => Json(json!({"status": "success"})).into_response(),
            Ok(false) => StatusCode::BAD_REQUEST.into_response(),
            Err(error) => broken(&error),
        }
    })
    .await
}

/// `GET /oauth/user/info`.
pub(crate) async fn user_info(State(ctx): State<Arc<Ctx>>, headers: HeaderMap) -> Response {
    struck(&ctx, Place::Userinfo, async {
        match caller(&ctx, &headers, &SCHEME, &["AaaServer.profile.READ"]) {
            Ok(account) => {
                let (first, last) = names(account);
                Json(json!({
                    "First_Name": first,
                    "Last_Name": last,
                    "Email": account.email,
                    "Display_Name": account.name,
                    "ZUID": zuid(account),
                }))
                .into_response()
            }
            Err(denied) => recruit::denied(denied),
        }
    })
    .await
}

/// The word before a token, although the token answer calls its type `Bearer`
/// (<https://www.zoho.com/social/api/oauth-authentication.html>).
pub(super) const SCHEME: [&str; 1] = ["Zoho-oauthtoken"];

/// Why a request to a service is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// No credential came.
    Nobody,
    /// Not known, expired, revoked, or behind another word.
    Token,
    Scope,
}

/// Whose token came, where it has one of these scopes.
pub(super) fn caller(
    ctx: &Ctx,
    headers: &HeaderMap,
    schemes: &[&str],
    needed: &[&str],
) -> Result<&'static Account, Denied> {
    let token = credential(headers, schemes).map_err(|why| match why {
        NoToken::None => Denied::Nobody,
        NoToken::Other => Denied::Token,
    })?;
    let state = ctx.store.now();
    let (access, family) = state
        .open(token, Wire::Zoho, ctx.now())
        .ok_or(Denied::Token)?;
    let account = accounts::by_id(&family.account).ok_or(Denied::Token)?;
    let has = |scope: &&str| access.scopes.iter().any(|granted| granted == *scope);
    if needed.iter().any(has) {
        Ok(account)
    } else {
        Err(Denied::Scope)
    }
}

/// First and last name.
pub(super) fn names(account: &Account) -> (&'static str, &'static str) {
    account.name.split_once(' ').unwrap_or(("", account.name))
}

/// The number of a person.
pub(super) fn zuid(account: &Account) -> u64 {
    let at = ACCOUNTS.iter().position(|known| known == account);
    10_000_001 + at.map_or(0, |at| u64::try_from(at).unwrap_or_default())
}

/// A time as Zoho writes it, such as `2026-11-27T08:00:00+00:00`.
pub(super) fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%S+00:00")
        .to_string()
}
