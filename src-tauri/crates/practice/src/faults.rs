//! Faults on demand: what the service does wrong when it is told to.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How long the answer of [`Fault::Huge`] is, in bytes (a little more, with its frame).
pub const HUGE_BYTES: usize = 64 * 1024 * 1024;

const CHUNK: &[u8] = &[b'a'; 64 * 1024];

/// What to do wrong. The default does everything right.
///
/// In `practice.json` the same fields stand under `faults`, for example
/// `{"faults": {"access_lifetime_seconds": 5, "token": {"too_many": {"retry_after": 3}}}}`; they are
/// read at start, and used where [`Config::faults`](crate::Config::faults) is the default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Lifetime of new access tokens in seconds, instead of 3600.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_lifetime_seconds: Option<u32>,
    /// Lifetime of new refresh tokens in seconds, instead of 30 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_lifetime_seconds: Option<u32>,
    /// At the end of the consent page. `WrongIssuer` and `WrongState` spoil the redirect (of Zoho
    /// the accounts server it names);
    /// `ServerError` and `TooMany` redirect with `server_error` and `temporarily_unavailable`
    /// (RFC 6749 section 4.1.2.1). Others do nothing here, and none does where a device is
    /// authorized.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorize: Option<Fault>,
    /// At the token endpoints. `WrongIssuer` and `WrongNonce` spoil the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Fault>,
    /// At the userinfo endpoint, and wherever else a wire says who has signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo: Option<Fault>,
    /// Everywhere under `/api`, and at the candidates, messages and records of the other wires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<Fault>,
    /// At the revocation endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoke: Option<Fault>,
    /// At both metadata addresses. `WrongIssuer` spoils the `issuer` there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Fault>,
    /// At the device authorization endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Fault>,
    /// How many requests these faults still hit, over all endpoints; without it, every one.
    /// Lifetimes, slowness and withheld scopes do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Milliseconds to wait before each answer that is not a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_millis: Option<u64>,
    /// Scopes that are not granted although they were asked for and allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withhold_scopes: Vec<String>,
}

/// One way to go wrong. Those marked *unprocessed* answer before the request does anything: no
/// code or refresh token is used up by them. Where a fault has no meaning it does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429. Unprocessed.
    TooMany {
        /// Seconds for the `Retry-After` header; none leaves the header out.
        retry_after: Option<u32>,
    },
    /// 500 with a JSON body. Unprocessed.
    ServerError,
    /// 200 with `{"error": "temporarily_unavailable"}`. Unprocessed.
    OkWithError,
    /// 401 `invalid_client` (RFC 6749 section 5.2). Unprocessed.
    ClientRefused,
    /// 200 with an HTML page where JSON belongs. Unprocessed.
    Html,
    /// 400 with an empty body. Unprocessed.
    Empty,
    /// 200 with JSON that ends in the middle. Unprocessed.
    Malformed,
    /// 200 with sound JSON of [`HUGE_BYTES`]. Unprocessed.
    Huge,
    /// The request **is** processed (tokens rotate), and the connection breaks before the answer.
    CutOff,
    /// A token answer without `expires_in`.
    NoExpiresIn,
    /// Another issuer than this one.
    WrongIssuer,
    /// Another `nonce` in the ID token than the request had.
    WrongNonce,
    /// Another `state` in the redirect than the request had.
    WrongState,
}

/// The issuer [`Fault::WrongIssuer`] claims.
pub(crate) const OTHER_ISSUER: &str = "https://other-issuer.practice.example";

/// Where a fault may strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Authorize,
    Token,
    Userinfo,
    Api,
    Revoke,
    Metadata,
    Device,
}

impl Faults {
    /// The fault that strikes a request at `place`, counted down where `times` is set.
    pub(crate) fn strike(&mut self, place: Place) -> Option<Fault> {
        let fault = match place {
            Place::Authorize => &self.authorize,
            Place::Token => &self.token,
            Place::Userinfo => &self.userinfo,
            Place::Api => &self.api,
            Place::Revoke => &self.revoke,
            Place::Metadata => &self.metadata,
            Place::Device => &self.device,
        }
        .clone()?;
        if let Some(left) = &mut self.times {
            *left = left.checked_sub(1)?;
        }
        Some(fault)
    }

    /// How long to wait before an answer.
    pub(crate) fn slowness(&self) -> Option<Duration> {
        self.slow_millis.map(Duration::from_millis)
    }
}

impl Fault {
    /// The answer of an *unprocessed* fault; `None` where the request goes on.
    pub(crate) fn instead(&self) -> Option<Response> {
        let json_type = [(header::CONTENT_TYPE, "application/json")];
        Some(match self {
            Self::TooMany { retry_after } => {
                let body = Json(json!({
                    "error": "temporarily_unavailable",
                    "error_description": "Too many requests (a fault you asked for)",
                }));
                let mut response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
                if let Some(seconds) = retry_after {
                    response
                        .headers_mut()
                        .insert(header::RETRY_AFTER, (*seconds).into());
                }
                response
            }
            Self::ServerError => {
                let body = Json(json!({
                    "error": "server_error",
                    "error_description": "A fault you asked for",
                }));
                (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
            }
            Self::OkWithError => {
                let body = Json(json!({
                    "error": "temporarily_unavailable",
                    "error_description": "An error with status 200 (a fault you asked for)",
                }));
                (StatusCode::OK, body).into_response()
            }
            Self::ClientRefused => {
                let body = Json(json!({
                    "error": "invalid_client",
                    "error_description": "The client is refused (a fault you asked for)",
                }));
                (StatusCode::UNAUTHORIZED, body).into_response()
            }
            Self::Html => {
                let page = "<!doctype html><html lang=en><title>Practice service</title>\
                    <p>A page where JSON belongs (a fault you asked for).</p>";
                axum::response::Html(page).into_response()
            }
            Self::Empty => StatusCode::BAD_REQUEST.into_response(),
            Self::Malformed => (json_type, "{\"access_token\":\"practice").into_response(),
            Self::Huge => (json_type, huge()).into_response(),
            Self::CutOff
            | Self::NoExpiresIn
            | Self::WrongIssuer
            | Self::WrongNonce
            | Self::WrongState => return None,
        })
    }
}

/// Sound JSON, made as it is read, so that only a careless reader holds all of it.
fn huge() -> Body {
    let middle = stream::repeat(Bytes::from_static(CHUNK)).take(HUGE_BYTES / CHUNK.len());
    let parts = stream::once(async { Bytes::from_static(b"{\"padding\":\"") })
        .chain(middle)
        .chain(stream::once(async { Bytes::from_static(b"\"}") }));
    Body::from_stream(parts.map(Ok::<_, std::io::Error>))
}

/// An answer whose body breaks: the reader sees the connection end.
pub(crate) fn cut_off() -> Response {
    let broken = stream::once(async {
        Err::<Bytes, _>(std::io::Error::other("cut off (a fault you asked for)"))
    });
    (
        [(header::CONTENT_LENGTH, "1024")],
        Body::from_stream(broken),
    )
        .into_response()
}

#[cfg(test)]
mod tests;
