//! Zoho Cliq, version 2: messages to a channel and to a person. Whoever authorized is who posts.
//!
//! - Messages, their scope, and an answer without content:
//!   <https://www.zoho.com/cliq/help/restapi/v2/messages/>,
//!   <https://www.zoho.com/cliq/help/restapi/v2/errors/>
//! - Channels: <https://www.zoho.com/cliq/help/restapi/v2/channels/>
//! - A missing scope: <https://github.com/sprintberlin/openclaw-cliq/issues/27>
//! - Both `Zoho-oauthtoken` and `Bearer` stand before the token: the first in
//!   <https://www.zoho.com/cliq/help/restapi/>, the second in the examples of the pages of version 2.
//!
//! An error is `{"message": …, "code": …}`. The word for a channel that is not there is that of
//! version 3 (<https://www.zoho.com/cliq/help/restapi/v3/messages/>): the pages of version 2 that
//! could be read show none. A message can be read back on this service's page.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::struck;
use super::zoho::{Denied, broken, caller, time, zuid};
use crate::faults::Place;
use crate::params::Params;
use crate::server::Ctx;
use crate::state::Message;
use crate::{ACCOUNTS, Account};

const SCHEMES: [&str; 2] = ["Zoho-oauthtoken", "Bearer"];
const POST: [&str; 1] = ["ZohoCliq.Webhooks.CREATE"];
const READ: [&str; 1] = ["ZohoCliq.Channels.READ"];
/// The longest text of a message, in characters.
const LONGEST: usize = 5000;
/// How many messages are kept; the oldest gives way.
const MOST: usize = 500;

/// Name, unique name, what it is for.
const CHANNELS: [[&str; 3]; 3] = [
    ["#task updates", "taskupdates", "What was done, and by whom"],
    ["#recruiting", "recruiting", "Candidates and interviews"],
    [
        "#customer support",
        "customersupport",
        "Tickets and answers",
    ],
];

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({"message": message, "code": code}))).into_response()
}

fn denied(why: Denied) -> Response {
    let (code, message) = match why {
        Denied::Nobody | Denied::Token => (
            "oauthtoken_invalid",
            "The OAuth token passed is not valid or has expired.",
        ),
        Denied::Scope => (
            "oauthtoken_scope_invalid",
            "The OAuth token passed does not have the required scope.",
        ),
    };
    refused(StatusCode::UNAUTHORIZED, code, message)
}

/// `GET /api/v2/channels`, with `limit`.
pub(crate) async fn channels(
    State(ctx): State<Arc<Ctx>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(why) = caller(&ctx, &headers, &SCHEMES, &READ) {
            return denied(why);
        }
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let limit = params.once("limit").ok().flatten();
        let limit = limit.map_or(Some(CHANNELS.len()), |text| text.parse().ok());
        let Some(limit) = limit else {
            let message = "The limit parameter is invalid.";
            return refused(StatusCode::BAD_REQUEST, "invalid_parameters", message);
        };
        let shown: Vec<Value> = CHANNELS.iter().take(limit).map(channel).collect();
        Json(json!({"channels": shown})).into_response()
    })
    .await
}

fn channel([name, unique_name, about]: &[&str; 3]) -> Value {
    let creator = ACCOUNTS.first();
    json!({
        "name": name,
        "unique_name": unique_name,
        "description": about,
        "channel_id": format!("P{unique_name}"),
        "chat_id": format!("CT_{unique_name}"),
        "level": "organization",
        "joined": true,
        "status": "created",
        "participant_count": ACCOUNTS.len(),
        "creator_id": creator.map(|account| zuid(account).to_string()),
        "creator_name": creator.map(|account| account.name),
        "creation_time": time(1_767_225_600),
    })
}

/// `POST /api/v2/channelsbyname/{name}/message` with `{"text": …}`.
pub(crate) async fn to_channel(
    State(ctx): State<Arc<Ctx>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let known = CHANNELS
        .iter()
        .find(|[_, unique_name, _]| *unique_name == name)
        .map(|[_, unique_name, _]| format!("#{unique_name}"));
    post(&ctx, &headers, known, &body).await
}

/// `POST /api/v2/buddies/{who}/message`: an e-mail address or the number of a person.
pub(crate) async fn to_buddy(
    State(ctx): State<Arc<Ctx>>,
    Path(who): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let meant = |account: &&Account| {
        account.email.eq_ignore_ascii_case(&who) || zuid(account).to_string() == who
    };
    let known = ACCOUNTS.iter().find(meant);
    let known = known.map(|account| account.email.to_owned());
    post(&ctx, &headers, known, &body).await
}

async fn post(ctx: &Arc<Ctx>, headers: &HeaderMap, to: Option<String>, body: &[u8]) -> Response {
    struck(ctx, Place::Api, async {
        let account = match caller(ctx, headers, &SCHEMES, &POST) {
            Ok(account) => account,
            Err(why) => return denied(why),
        };
        let Some(to) = to else {
            let message = "The requested chat does not exist or you are not a participant.";
            return refused(StatusCode::NOT_FOUND, "chat_not_found", message);
        };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = body.get("text").and_then(Value::as_str).unwrap_or_default();
        let sound = !text.trim().is_empty() && text.chars().count() <= LONGEST;
        if !sound {
            let message = "The text parameter is invalid or empty.";
            return refused(StatusCode::BAD_REQUEST, "invalid_parameters", message);
        }
        let message = Message {
            by: account.id.to_owned(),
            to,
            text: text.to_owned(),
            at: ctx.now(),
        };
        let kept = ctx.store.change(move |state| {
            if state.messages.len() >= MOST {
                state.messages.remove(0);
            }
            state.messages.push(message);
        });
        match kept.await {
            Ok(()) => StatusCode::NO_CONTENT.into_response(),
            Err(error) => broken(&error),
        }
    })
    .await
}
