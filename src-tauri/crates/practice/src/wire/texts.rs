//! Text messages of Twilio.
//!
//! - Messages: <https://www.twilio.com/docs/messaging/api/message-resource>
//! - Which numbers can be sent to and from here are those of Twilio's own test credentials:
//!   <https://www.twilio.com/docs/iam/test-credentials#test-sms-messages>. Beside theirs the account
//!   has the number that Twilio's examples send from.
//! - The words of an error: those of <https://www.twilio.com/docs/errors/21602>,
//!   <https://www.twilio.com/docs/errors/21603>, <https://www.twilio.com/docs/errors/21705>,
//!   <https://www.twilio.com/docs/errors/21604>, <https://www.twilio.com/docs/errors/21617>,
//!   <https://github.com/twilio/twilio-php/issues/638> (21606),
//!   <https://github.com/twilio/twilio-node/issues/270> (21212), and of tests of libraries that asked
//!   with those credentials (21211, 21408, 21610, 21611, 21612, 21614)
//!
//! A message arrives at once, on this service's page and nowhere else.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{Path, RawForm, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::struck;
use super::twilio::{ACCOUNT_SID, Sorry, VERSION, broken, may_ask, not_found, refused, time};
use crate::faults::Place;
use crate::params::Params;
use crate::secrets;
use crate::server::Ctx;
use crate::state::TextMessage;

/// The numbers of the account.
const OWN: [&str; 2] = ["+15005550006", "+15017122661"];
/// A sender that is no number.
const NO_SENDER: &str = "+15005550001";
/// A sender with too many messages waiting.
const BUSY: &str = "+15005550008";
/// The longest text, in characters.
const LONGEST: usize = 1600;
/// How many messages are kept; the oldest gives way.
const MOST: usize = 500;

fn bad(code: u32, message: impl Into<String>) -> Sorry {
    refused(StatusCode::BAD_REQUEST, code, message)
}

/// `POST /2010-04-01/Accounts/{account}/Messages.json`, a form.
pub(crate) async fn send(
    State(ctx): State<Arc<Ctx>>,
    Path(account): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_ask(&headers, &account, uri.path()) {
            return refused.into_response();
        }
        let params = match form {
            Ok(RawForm(bytes)) => Params::parse(&bytes),
            Err(rejection) => return rejection.into_response(),
        };
        match accepted(&ctx, &params).await {
            Ok(text) => (StatusCode::CREATED, Json(shown(&text, false))).into_response(),
            Err(refused) => refused.into_response(),
        }
    })
    .await
}

async fn accepted(ctx: &Ctx, params: &Params) -> Result<TextMessage, Sorry> {
    let given = |name| params.once(name).ok().flatten();
    let to = given("To").ok_or_else(|| bad(21604, "A 'To' phone number is required."))?;
    let service = given("MessagingServiceSid");
    if service.is_some_and(|sid| !is_service(sid)) {
        return Err(bad(21705, "The Messaging Service is invalid"));
    }
    let from = given("From");
    if from.is_none() && service.is_none() {
        return Err(bad(21603, "A 'From' phone number is required."));
    }
    let body = given("Body").ok_or_else(|| bad(21602, "Message body is required"))?;
    if body.chars().count() > LONGEST {
        let message = "The concatenated message body exceeds the 1600 character limit";
        return Err(bad(21617, message));
    }
    if let Some(from) = from {
        may_send(from)?;
    }
    may_receive(to, from.unwrap_or_default())?;
    let text = TextMessage {
        sid: format!(
            "SM{}",
            secrets::hex::<16>().map_err(|error| broken(&error))?
        ),
        to: to.to_owned(),
        from: from.map(str::to_owned),
        service: service.map(str::to_owned),
        body: body.to_owned(),
        at: ctx.now(),
    };
    let kept = text.clone();
    let kept = ctx.store.change(move |state| {
        if state.texts.len() >= MOST {
            state.texts.remove(0);
        }
        state.texts.push(kept);
    });
    kept.await.map_err(|error| broken(&error))?;
    Ok(text)
}

/// `MG` and 32 hexadecimal digits.
fn is_service(sid: &str) -> bool {
    sid.strip_prefix("MG")
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// E.164: `+`, no zero first, at most 15 digits.
fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

fn may_send(from: &str) -> Result<(), Sorry> {
    if OWN.contains(&from) {
        return Ok(());
    }
    if from == NO_SENDER || !is_number(from) {
        let message = format!(
            "The 'From' number {from} is not a valid phone number, shortcode, or alphanumeric sender ID."
        );
        return Err(bad(21212, message));
    }
    if from == BUSY {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Err(refused(status, 21611, "SMS queue is full."));
    }
    let message = format!(
        "The From phone number {from} is not a valid, SMS-capable inbound phone number or short code for your account."
    );
    Err(bad(21606, message))
}

fn may_receive(to: &str, from: &str) -> Result<(), Sorry> {
    let (code, message) = match to {
        "+15005550002" => (
            21612,
            format!(
                "The 'To' phone number: {to}, is not currently reachable using the 'From' phone number: {from} via SMS."
            ),
        ),
        "+15005550003" => (
            21408,
            format!(
                "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {to}."
            ),
        ),
        "+15005550004" => (
            21610,
            "The message From/To pair violates a blacklist rule.".to_owned(),
        ),
        "+15005550009" => (21614, format!("To number: {to}, is not a mobile number")),
        // The first of them is Twilio's number that is none.
        _ if to == NO_SENDER || !is_number(to) => (
            21211,
            format!("The 'To' number {to} is not a valid phone number."),
        ),
        _ => return Ok(()),
    };
    Err(bad(code, message))
}

/// `GET /2010-04-01/Accounts/{account}/Messages/{sid}.json`.
pub(crate) async fn one(
    State(ctx): State<Arc<Ctx>>,
    Path((account, message)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_ask(&headers, &account, uri.path()) {
            return refused.into_response();
        }
        let state = ctx.store.now();
        let sid = message.strip_suffix(".json");
        let text = state.texts.iter().find(|text| Some(&*text.sid) == sid);
        match text {
            Some(text) => Json(shown(text, true)).into_response(),
            None => not_found(uri.path()).into_response(),
        }
    })
    .await
}

/// A message as answers have it: as it was taken, or when it has arrived.
fn shown(text: &TextMessage, arrived: bool) -> Value {
    let status = match (arrived, &text.service) {
        (true, _) => "delivered",
        (false, None) => "queued",
        // Until the Messaging Service has chosen a number.
        (false, Some(_)) => "accepted",
    };
    json!({
        "account_sid": ACCOUNT_SID,
        "api_version": VERSION,
        "body": text.body,
        "date_created": time(text.at),
        "date_sent": arrived.then(|| time(text.at)),
        "date_updated": time(text.at),
        "direction": "outbound-api",
        "error_code": null,
        "error_message": null,
        "from": text.from,
        "messaging_service_sid": text.service,
        "num_media": "0",
        // Twilio counts the parts that carriers bill; nothing is billed here.
        "num_segments": "1",
        "price": null,
        "price_unit": null,
        "sid": text.sid,
        "status": status,
        "to": text.to,
        "uri": format!("/{VERSION}/Accounts/{ACCOUNT_SID}/Messages/{}.json", text.sid),
    })
}
