//! Zoho Recruit, version 2: candidates.
//!
//! - Adding: <https://www.zoho.com/recruit/developer-guide/apiv2/insert-records.html>; what each
//!   record came to stands in `data`, and one that is refused comes with a status of success.
//! - Listing: <https://www.zoho.com/recruit/developer-guide/apiv2/get-records.html>; searching:
//!   <https://www.zoho.com/recruit/developer-guide/apiv2/search-records.html>
//! - Who has signed in: <https://www.zoho.com/recruit/developer-guide/apiv2/get-users.html>
//! - The bodies of refusals, read off the service:
//!   <https://github.com/w6w-io/w6w-apps/blob/main/apps/zoho-recruit/lib/client.ts>; the words of
//!   records that are refused are those of Zoho CRM, whose envelope this is:
//!   <https://www.zoho.com/crm/developer/docs/api/v2/insert-records.html>
//!
//! An e-mail address is unique among candidates, as it is where nothing else is set up. No page
//! says which status an answer has in which some records are refused and others are not: 201 here.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::candidates::{Outcome, candidates, full_name, insert, text};
use super::struck;
use super::zoho::{Denied, SCHEME, broken, caller, names, time, zuid};
use crate::accounts;
use crate::faults::Place;
use crate::params::Params;
use crate::server::Ctx;
use crate::state::Candidate;

const MODULE: &str = "Candidates";
const ALL: &str = "ZohoRecruit.modules.ALL";
const OF_CANDIDATES: &str = "ZohoRecruit.modules.candidate.ALL";
const READ: [&str; 3] = [ALL, OF_CANDIDATES, "ZohoRecruit.modules.candidate.READ"];
const CREATE: [&str; 3] = [ALL, OF_CANDIDATES, "ZohoRecruit.modules.candidate.CREATE"];
const SEARCH: [&str; 1] = ["ZohoRecruit.search.READ"];

/// How many records one request may add, and a page may hold.
const MOST_AT_ONCE: usize = 100;
const MOST_ON_A_PAGE: usize = 200;
/// A refusal of the whole request.
pub(super) fn denied(why: Denied) -> Response {
    let (code, message) = match why {
        Denied::Nobody => ("AUTHENTICATION_FAILURE", "Authentication failed"),
        Denied::Token => ("INVALID_TOKEN", "invalid oauth token"),
        Denied::Scope => (
            "OAUTH_SCOPE_MISMATCH",
            "invalid oauth scope to access this URL",
        ),
    };
    refused(StatusCode::UNAUTHORIZED, code, json!({}), message).into_response()
}

/// A refusal in Zoho's envelope.
struct Sorry {
    status: StatusCode,
    code: &'static str,
    details: Value,
    message: &'static str,
}

fn refused(status: StatusCode, code: &'static str, details: Value, message: &'static str) -> Sorry {
    Sorry {
        status,
        code,
        details,
        message,
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let body = json!({
            "code": self.code,
            "details": self.details,
            "message": self.message,
            "status": "error",
        });
        (self.status, Json(body)).into_response()
    }
}

fn known(module: &str) -> Result<(), Sorry> {
    if module == MODULE {
        return Ok(());
    }
    let message = "the module name given seems to be invalid";
    let status = StatusCode::BAD_REQUEST;
    Err(refused(status, "INVALID_MODULE", json!({}), message))
}

fn person(id: &str) -> Value {
    let account = accounts::by_id(id);
    json!({
        "name": account.map_or("", |account| account.name),
        "id": account.map_or_else(String::new, |account| zuid(account).to_string()),
    })
}

/// A candidate as answers have it, with these fields only where there are any.
fn shown(candidate: &Candidate, only: &[&str]) -> Value {
    let mut all = candidate.fields.clone();
    let (by, at) = (person(&candidate.by), time(candidate.at));
    all.insert("Full_Name".to_owned(), json!(full_name(candidate)));
    all.insert("Created_By".to_owned(), by.clone());
    all.insert("Modified_By".to_owned(), by);
    all.insert("Created_Time".to_owned(), json!(at));
    all.insert("Modified_Time".to_owned(), json!(at));
    if !only.is_empty() {
        all.retain(|name, _| only.contains(&name.as_str()));
    }
    all.insert("id".to_owned(), json!(candidate.id));
    Value::Object(all)
}

/// One page of candidates; with none of them there is no content.
fn page(found: &[Candidate], params: &Params) -> Response {
    let number = |name, usual| {
        let asked = params.once(name).ok().flatten();
        asked.map_or(Some(usual), |text| {
            text.parse::<usize>().ok().filter(|n| *n > 0)
        })
    };
    let (Some(page), Some(per_page)) = (number("page", 1), number("per_page", MOST_ON_A_PAGE))
    else {
        let message = "invalid data";
        let details = json!({"expected_data_type": "integer"});
        return refused(StatusCode::BAD_REQUEST, "INVALID_DATA", details, message).into_response();
    };
    let per_page = per_page.min(MOST_ON_A_PAGE);
    let skip = (page - 1).saturating_mul(per_page);
    let fields = params.once("fields").ok().flatten().unwrap_or_default();
    let only: Vec<&str> = fields
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let data: Vec<Value> = found
        .iter()
        .skip(skip)
        .take(per_page)
        .map(|candidate| shown(candidate, &only))
        .collect();
    if data.is_empty() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let more = found.len() > skip.saturating_add(per_page);
    let info = json!({
        "per_page": per_page,
        "count": data.len(),
        "page": page,
        "more_records": more,
    });
    Json(json!({"data": data, "info": info})).into_response()
}

/// `GET /recruit/v2/{module}`, with `page`, `per_page` and `fields`.
pub(crate) async fn list(
    State(ctx): State<Arc<Ctx>>,
    Path(module): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(why) = caller(&ctx, &headers, &SCHEME, &READ) {
            return denied(why);
        }
        if let Err(refused) = known(&module) {
            return refused.into_response();
        }
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        page(&candidates(&ctx.store.now()), &params)
    })
    .await
}

/// `GET /recruit/v2/users?type=CurrentUser`.
pub(crate) async fn users(State(ctx): State<Arc<Ctx>>, headers: HeaderMap) -> Response {
    struck(&ctx, Place::Userinfo, async {
        match caller(&ctx, &headers, &SCHEME, &["ZohoRecruit.users.READ"]) {
            Ok(account) => {
                let (first, last) = names(account);
                Json(json!({"users": [{
                    "id": zuid(account).to_string(),
                    "full_name": account.name,
                    "first_name": first,
                    "last_name": last,
                    "email": account.email,
                    "status": "active",
                }]}))
                .into_response()
            }
            Err(why) => denied(why),
        }
    })
    .await
}

/// `GET /recruit/v2/{module}/{id}`.
pub(crate) async fn one(
    State(ctx): State<Arc<Ctx>>,
    Path((module, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(why) = caller(&ctx, &headers, &SCHEME, &READ) {
            return denied(why);
        }
        if let Err(refused) = known(&module) {
            return refused.into_response();
        }
        let all = candidates(&ctx.store.now());
        match all.iter().find(|candidate| candidate.id == id) {
            Some(found) => Json(json!({"data": [shown(found, &[])]})).into_response(),
            None => StatusCode::NO_CONTENT.into_response(),
        }
    })
    .await
}

/// `GET /recruit/v2/{module}/search` by `email`, `phone`, `word`, or `criteria` of one comparison,
/// `(Field:equals:value)` or `(Field:starts_with:value)`.
pub(crate) async fn search(
    State(ctx): State<Arc<Ctx>>,
    Path(module): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(why) = caller(&ctx, &headers, &SCHEME, &SEARCH) {
            return denied(why);
        }
        if let Err(refused) = known(&module) {
            return refused.into_response();
        }
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let Some(wanted) = Wanted::read(&params) else {
            let message = "One of the expected parameter is missing";
            let status = StatusCode::BAD_REQUEST;
            return refused(status, "REQUIRED_PARAM_MISSING", json!({}), message).into_response();
        };
        let mut all = candidates(&ctx.store.now());
        all.retain(|candidate| wanted.is(candidate));
        page(&all, &params)
    })
    .await
}

/// What is searched for.
enum Wanted {
    Is(String, String),
    Starts(String, String),
    Word(String),
}

impl Wanted {
    fn read(params: &Params) -> Option<Self> {
        let once = |name| params.once(name).ok().flatten().map(str::to_lowercase);
        let asked = |field: &str, name| Some(Self::Is(field.to_owned(), once(name)?));
        asked("Email", "email")
            .or_else(|| asked("Phone", "phone"))
            .or_else(|| once("word").map(Self::Word))
            .or_else(|| Self::criteria(params.once("criteria").ok().flatten()?))
    }

    fn criteria(text: &str) -> Option<Self> {
        let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
        let mut parts = inner.splitn(3, ':').map(str::trim);
        let (field, how, value) = (parts.next()?, parts.next()?, parts.next()?);
        let (field, value) = (field.to_owned(), value.to_lowercase());
        match how {
            "equals" => Some(Self::Is(field, value)),
            "starts_with" => Some(Self::Starts(field, value)),
            _ => None,
        }
    }

    fn is(&self, candidate: &Candidate) -> bool {
        let has = |field: &str| text(candidate, field).to_lowercase();
        match self {
            Self::Is(field, value) => has(field) == *value,
            Self::Starts(field, value) => has(field).starts_with(value),
            Self::Word(word) => {
                let mut texts = candidate.fields.values().filter_map(Value::as_str);
                texts.any(|text| text.to_lowercase().contains(word))
            }
        }
    }
}

/// `POST /recruit/v2/{module}` with `{"data": [{…}]}`.
pub(crate) async fn add(
    State(ctx): State<Arc<Ctx>>,
    Path(module): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    struck(&ctx, Place::Api, async {
        let account = match caller(&ctx, &headers, &SCHEME, &CREATE) {
            Ok(account) => account,
            Err(why) => return denied(why),
        };
        if let Err(refused) = known(&module) {
            return refused.into_response();
        }
        let records = match records(&body) {
            Ok(records) => records,
            Err(refused) => return refused.into_response(),
        };
        let now = ctx.now();
        let outcome = ctx
            .store
            .change(move |state| {
                let added = |record| insert(state, account, record, now);
                records.into_iter().map(added).collect::<Vec<_>>()
            })
            .await;
        match outcome {
            Ok(outcomes) => told(&outcomes),
            Err(error) => broken(&error),
        }
    })
    .await
}

/// The records of a body.
fn records(body: &[u8]) -> Result<Vec<Value>, Sorry> {
    let bad = StatusCode::BAD_REQUEST;
    let Ok(Value::Object(mut body)) = serde_json::from_slice(body) else {
        let details = json!({"expected_data_type": "jsonobject"});
        return Err(refused(bad, "INVALID_DATA", details, "body"));
    };
    let details = json!({"api_name": "data"});
    match body.remove("data") {
        Some(Value::Array(data)) if (1..=MOST_AT_ONCE).contains(&data.len()) => Ok(data),
        Some(_) => Err(refused(bad, "INVALID_DATA", details, "invalid data")),
        None => {
            let message = "required field not found";
            Err(refused(bad, "MANDATORY_NOT_FOUND", details, message))
        }
    }
}

fn told(outcomes: &[Outcome]) -> Response {
    let any = outcomes.iter().any(Result::is_ok);
    let data: Vec<Value> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(candidate) => {
                let (by, at) = (person(&candidate.by), time(candidate.at));
                json!({
                    "code": "SUCCESS",
                    "details": {
                        "Modified_Time": at,
                        "Modified_By": by,
                        "Created_Time": at,
                        "id": candidate.id,
                        "Created_By": by,
                    },
                    "message": "record added",
                    "status": "success",
                })
            }
            Err(why) => why.clone(),
        })
        .collect();
    let status = if any {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    };
    (status, Json(json!({"data": data}))).into_response()
}
