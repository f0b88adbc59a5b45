//! The REST API of Salesforce: a query, and single records.
//!
//! - Query, and its further pages:
//!   <https://developer.salesforce.com/docs/platform/api-rest/guide/resources-query.md>; a page "can
//!   include fewer records" than 2,000, and does here, so that there is a next one
//! - Records: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_create.htm>,
//!   <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_update_fields.htm>,
//!   <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_get_field_values.htm>
//! - Errors: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm>;
//!   the words for a missing field are those that tests of libraries have, such as
//!   <https://github.com/SFDO-Tooling/CumulusCI>

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::customers::{Object, all};
use super::salesforce::{Sorry, broken, may_use, refused};
use super::soql::{Query, Refused};
use super::struck;
use crate::faults::Place;
use crate::params::Params;
use crate::server::Ctx;
use crate::state::{Record, State as Kept};

/// How many records a page of a query holds.
const ON_A_PAGE: usize = 5;
/// How many records can be added or changed.
const MOST: usize = 500;
/// The longest text of a field, in characters.
const LONGEST: usize = 255;
/// What the names of further pages begin with.
const LOCATOR: &str = "01gPractice";

type Fields = Map<String, Value>;

pub(super) fn not_found() -> Sorry {
    let message = "The requested resource does not exist";
    refused(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

fn bad(code: &'static str, message: impl Into<String>) -> Sorry {
    refused(StatusCode::BAD_REQUEST, code, message)
}

/// That a version is written as `v60.0` is.
pub(super) fn is_version(text: &str) -> bool {
    let number = text
        .strip_prefix('v')
        .and_then(|text| text.strip_suffix(".0"));
    number.is_some_and(|number| number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// `GET /services/data/{version}/query?q=`.
pub(crate) async fn query(
    State(ctx): State<Arc<Ctx>>,
    Path(version): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let text = params.once("q").ok().flatten().unwrap_or_default();
    struck(&ctx, Place::Api, async {
        page(&ctx, &headers, &version, text, 0).unwrap_or_else(Sorry::into_response)
    })
    .await
}

/// `GET /services/data/{version}/query/{more}`, which an earlier page names.
pub(crate) async fn more(
    State(ctx): State<Arc<Ctx>>,
    Path((version, more)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        let Some((text, from)) = located(&more) else {
            if let Err(refused) = may_use(&ctx, &headers) {
                return refused.into_response();
            }
            return bad("INVALID_QUERY_LOCATOR", "invalid query locator").into_response();
        };
        page(&ctx, &headers, &version, &text, from).unwrap_or_else(Sorry::into_response)
    })
    .await
}

fn locator(text: &str, from: usize) -> String {
    format!("{LOCATOR}{}-{from}", URL_SAFE_NO_PAD.encode(text))
}

fn located(more: &str) -> Option<(String, usize)> {
    let (text, from) = more.strip_prefix(LOCATOR)?.rsplit_once('-')?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    Some((text, from.parse().ok()?))
}

fn page(
    ctx: &Ctx,
    headers: &HeaderMap,
    version: &str,
    text: &str,
    from: usize,
) -> Result<Response, Sorry> {
    may_use(ctx, headers)?;
    if !is_version(version) {
        return Err(not_found());
    }
    let query = Query::read(text).map_err(|Refused(code, message)| bad(code, message))?;
    let object = Object::named(query.object).ok_or_else(not_found)?;
    let found: Vec<(String, Fields)> = all(&ctx.store.now(), object)
        .into_iter()
        .filter(|(_, fields)| query.conditions.iter().all(|wanted| is(fields, wanted)))
        .take(query.limit.unwrap_or(usize::MAX))
        .collect();
    let upto = from.saturating_add(ON_A_PAGE);
    let records: Vec<Value> = found
        .iter()
        .skip(from)
        .take(ON_A_PAGE)
        .map(|(id, fields)| shown(version, object, id, fields, &query.fields))
        .collect();
    let mut body = Map::new();
    body.insert("totalSize".to_owned(), json!(found.len()));
    body.insert("done".to_owned(), json!(upto >= found.len()));
    if upto < found.len() {
        let next = format!("/services/data/{version}/query/{}", locator(text, upto));
        body.insert("nextRecordsUrl".to_owned(), json!(next));
    }
    body.insert("records".to_owned(), json!(records));
    Ok(Json(body).into_response())
}

/// Texts are compared without their case, as Salesforce compares them.
fn is(fields: &Fields, (name, wanted): &(&str, Option<String>)) -> bool {
    let has = fields.get(*name).and_then(Value::as_str);
    match wanted {
        None => has.is_none_or(str::is_empty),
        Some(wanted) => has.is_some_and(|has| has.to_lowercase() == wanted.to_lowercase()),
    }
}

/// A record as answers have it.
fn shown(version: &str, object: &Object, id: &str, fields: &Fields, only: &[&str]) -> Value {
    let mut record = Map::new();
    let url = format!("/services/data/{version}/sobjects/{}/{id}", object.name);
    let attributes = json!({"type": object.name, "url": url});
    record.insert("attributes".to_owned(), attributes);
    for name in only {
        let value = fields.get(*name).cloned().unwrap_or_default();
        record.insert((*name).to_owned(), value);
    }
    Value::Object(record)
}

/// `GET /services/data/{version}/sobjects/{kind}/{id}`, with `fields`.
pub(crate) async fn one(
    State(ctx): State<Arc<Ctx>>,
    Path((version, kind, id)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_use(&ctx, &headers) {
            return refused.into_response();
        }
        let Some(object) = Object::named(&kind).filter(|_| is_version(&version)) else {
            return not_found().into_response();
        };
        let records = all(&ctx.store.now(), object);
        let Some(fields) = records.get(&id) else {
            return not_found().into_response();
        };
        let params = Params::parse(query.unwrap_or_default().as_bytes());
        let only = match params.once("fields").ok().flatten() {
            None => object.made.iter().chain(object.own).copied().collect(),
            Some(asked) => match named(object, asked) {
                Ok(only) => only,
                Err(refused) => return refused.into_response(),
            },
        };
        Json(shown(&version, object, &id, fields, &only)).into_response()
    })
    .await
}

/// The fields of a list with commas.
fn named(object: &Object, asked: &str) -> Result<Vec<&'static str>, Sorry> {
    let mut names: Vec<&'static str> = vec!["Id"];
    for name in asked.split(',').map(str::trim) {
        let known = object.field(name).ok_or_else(|| no_column(object, name))?;
        if !names.contains(&known) {
            names.push(known);
        }
    }
    Ok(names)
}

fn no_column(object: &Object, name: &str) -> Sorry {
    let message = format!("No such column '{name}' on sobject of type {}", object.name);
    bad("INVALID_FIELD", message)
}

/// `POST /services/data/{version}/sobjects/{kind}`.
pub(crate) async fn create(
    State(ctx): State<Arc<Ctx>>,
    Path((version, kind)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_use(&ctx, &headers) {
            return refused.into_response();
        }
        let Some(object) = Object::named(&kind).filter(|_| is_version(&version)) else {
            return not_found().into_response();
        };
        let fields = match read(object, &body) {
            Ok(fields) => fields,
            Err(refused) => return refused.into_response(),
        };
        if let Err(refused) = lacks(object, &fields, true) {
            return refused.into_response();
        }
        let kept = ctx.store.change(move |state| {
            let id = object.next_id(state);
            keep(state, object, &id, fields).then_some(id)
        });
        match kept.await {
            Ok(Some(id)) => {
                let body = json!({"id": id, "success": true, "errors": []});
                (StatusCode::CREATED, Json(body)).into_response()
            }
            Ok(None) => full().into_response(),
            Err(error) => broken(&error),
        }
    })
    .await
}

/// `PATCH /services/data/{version}/sobjects/{kind}/{id}`.
pub(crate) async fn update(
    State(ctx): State<Arc<Ctx>>,
    Path((version, kind, id)): Path<(String, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_use(&ctx, &headers) {
            return refused.into_response();
        }
        let Some(object) = Object::named(&kind).filter(|_| is_version(&version)) else {
            return not_found().into_response();
        };
        let fields = match read(object, &body) {
            Ok(fields) => fields,
            Err(refused) => return refused.into_response(),
        };
        if let Err(refused) = lacks(object, &fields, false) {
            return refused.into_response();
        }
        let kept = ctx.store.change(move |state| {
            let mut whole = all(state, object).remove(&id)?;
            for made in object.made {
                whole.remove(*made);
            }
            whole.extend(fields);
            Some(keep(state, object, &id, whole))
        });
        match kept.await {
            Ok(Some(true)) => StatusCode::NO_CONTENT.into_response(),
            Ok(Some(false)) => full().into_response(),
            Ok(None) => not_found().into_response(),
            Err(error) => broken(&error),
        }
    })
    .await
}

fn full() -> Sorry {
    let message = "storage limit exceeded";
    bad("STORAGE_LIMIT_EXCEEDED", message)
}

/// Keeps a record; says whether it fits.
fn keep(state: &mut Kept, object: &Object, id: &str, fields: Fields) -> bool {
    let fits = state.records.len() < MOST || state.records.contains_key(id);
    if fits {
        let record = Record {
            kind: object.name.to_owned(),
            fields,
        };
        state.records.insert(id.to_owned(), record);
    }
    fits
}

/// The fields of a body, as the service writes their names.
fn read(object: &Object, body: &[u8]) -> Result<Fields, Sorry> {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        let message = "A JSON object is needed";
        return Err(bad("JSON_PARSER_ERROR", message));
    };
    let mut fields = Map::new();
    for (name, value) in body {
        let known = object
            .field(&name)
            .ok_or_else(|| no_column(object, &name))?;
        if !object.own.contains(&known) {
            let message = format!("Unable to create/update fields: {known}.");
            return Err(bad("INVALID_FIELD_FOR_INSERT_UPDATE", message).about(known));
        }
        match &value {
            Value::Null => {}
            Value::String(text) if text.chars().count() <= LONGEST => {}
            Value::String(_) => {
                let message = format!("{known}: data value too large (max length={LONGEST})");
                return Err(bad("STRING_TOO_LONG", message).about(known));
            }
            _ => return Err(bad("JSON_PARSER_ERROR", "A text is needed")),
        }
        fields.insert(known.to_owned(), value);
    }
    Ok(fields)
}

/// That the required field is there, and is not taken away.
fn lacks(object: &Object, fields: &Fields, new: bool) -> Result<(), Sorry> {
    let missing = match fields.get(object.required) {
        None => new,
        Some(value) => value.as_str().is_none_or(|text| text.trim().is_empty()),
    };
    if missing {
        let message = format!("Required fields are missing: [{}]", object.required);
        return Err(bad("REQUIRED_FIELD_MISSING", message).about(object.required));
    }
    Ok(())
}
