//! What there is in the practice Salesforce: its objects, and their fields.
//!
//! - The list: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_describeGlobal.htm>
//! - One object: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_describe.htm>
//! - What kinds of fields there are: <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm>
//!
//! Only what those pages name and this service knows is told. But for that of `Id`, which the page
//! of one object has, the labels are this service's own: the name's words, apart.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::customers::{OBJECTS, Object};
use super::records::{is_version, not_found};
use super::salesforce::may_use;
use super::struck;
use crate::faults::Place;
use crate::server::Ctx;

/// `GET /services/data/{version}/sobjects`.
pub(crate) async fn list(
    State(ctx): State<Arc<Ctx>>,
    Path(version): Path<String>,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_use(&ctx, &headers) {
            return refused.into_response();
        }
        if !is_version(&version) {
            return not_found().into_response();
        }
        let all: Vec<Value> = OBJECTS.iter().map(|it| described(&version, it)).collect();
        let body = json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": all});
        Json(body).into_response()
    })
    .await
}

/// `GET /services/data/{version}/sobjects/{kind}/describe`.
pub(crate) async fn describe(
    State(ctx): State<Arc<Ctx>>,
    Path((version, kind)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_use(&ctx, &headers) {
            return refused.into_response();
        }
        let Some(object) = Object::named(&kind).filter(|_| is_version(&version)) else {
            return not_found().into_response();
        };
        let mut body = described(&version, object);
        let names = object.made.iter().chain(object.own);
        let fields = names.map(|name| field(object, name));
        body["fields"] = fields.collect();
        Json(body).into_response()
    })
    .await
}

fn described(version: &str, object: &Object) -> Value {
    let name = object.name;
    let url = format!("/services/data/{version}/sobjects/{name}");
    json!({
        "name": name,
        "label": name,
        "labelPlural": format!("{name}s"),
        "keyPrefix": object.key_prefix(),
        "custom": false,
        "queryable": true,
        "createable": true,
        "updateable": true,
        "deletable": false,
        "urls": {
            "sobject": url,
            "describe": format!("{url}/describe"),
            "rowTemplate": format!("{url}/{{ID}}"),
        },
    })
}

fn field(object: &Object, name: &str) -> Value {
    let own = object.own.contains(&name);
    let label = match name {
        "Id" => format!("{} ID", object.name),
        name => words(name),
    };
    let kind = match name {
        "Id" => "id",
        "AccountId" => "reference",
        "Email" => "email",
        "Phone" => "phone",
        "Website" => "url",
        _ => "string",
    };
    json!({
        "name": name,
        "label": label,
        "type": kind,
        "createable": own,
        "updateable": own,
        "nillable": own && name != object.required,
    })
}

/// `BillingCity` as two words.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter);
    }
    words
}
