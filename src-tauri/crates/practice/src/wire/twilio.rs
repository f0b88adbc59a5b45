//! Twilio: the account, who may ask, and how it refuses.
//!
//! - Account, and Basic with its SID and Auth Token: <https://www.twilio.com/docs/usage/api/account>
//! - The form of an error, and who may not ask: <https://www.twilio.com/docs/errors/20003>
//! - What is not there: <https://www.twilio.com/docs/errors/20404>, with the words of
//!   <https://github.com/demisto/content/pull/28986>
//!
//! Only addresses with `.json` at their end are answered: the XML of the others is not spoken here.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::{basic, struck};
use crate::faults::Place;
use crate::server::Ctx;
use crate::{PASSWORD, PracticeError};

/// The Account SID of the one account there is.
pub const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";

/// The version in every address.
pub(super) const VERSION: &str = "2010-04-01";

/// When the account was made, in seconds since 1970.
const MADE: i64 = 1_767_225_600;

/// A refusal: code, message and the page about it.
pub(super) struct Sorry {
    status: StatusCode,
    code: u32,
    message: String,
}

pub(super) fn refused(status: StatusCode, code: u32, message: impl Into<String>) -> Sorry {
    let message = message.into();
    Sorry {
        status,
        code,
        message,
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let body = Json(json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status.as_u16(),
        }));
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110 section 11.6.1 asks for it.
            let challenge = HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// What cannot be stored here.
pub(super) fn broken(error: &PracticeError) -> Sorry {
    tracing::error!(%error, "practice service: a request could not be answered");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    // The name of the page is all that its documentation says.
    refused(status, 20500, "Internal Server Error")
}

pub(super) fn not_found(path: &str) -> Sorry {
    let message = format!("The requested resource {path} was not found");
    refused(StatusCode::NOT_FOUND, 20404, message)
}

/// That this account asks, about itself.
pub(super) fn may_ask(headers: &HeaderMap, account: &str, path: &str) -> Result<(), Sorry> {
    let known =
        basic(headers).is_some_and(|(user, token)| user == ACCOUNT_SID && token == PASSWORD);
    if !known {
        return Err(refused(StatusCode::UNAUTHORIZED, 20003, "Authenticate"));
    }
    if account != ACCOUNT_SID {
        return Err(not_found(path));
    }
    Ok(())
}

/// A time, as Twilio writes it (RFC 2822).
pub(super) fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .unwrap_or_default()
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

/// `GET /2010-04-01/Accounts/{account}.json`. As at Twilio its Auth Token is in the answer.
pub(crate) async fn account(
    State(ctx): State<Arc<Ctx>>,
    Path(account): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Userinfo, async {
        let Some(sid) = account.strip_suffix(".json") else {
            return not_found(uri.path()).into_response();
        };
        if let Err(refused) = may_ask(&headers, sid, uri.path()) {
            return refused.into_response();
        }
        Json(json!({
            "sid": sid,
            "friendly_name": "Practice account",
            "status": "active",
            "type": "Trial",
            "owner_account_sid": sid,
            "auth_token": PASSWORD,
            "date_created": time(MADE),
            "date_updated": time(MADE),
            "uri": uri.path(),
        }))
        .into_response()
    })
    .await
}
