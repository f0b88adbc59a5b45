//! What there is in the practice Salesforce: its objects, and the fields of each.
//!
//! - Objects: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_describeGlobal.htm>,
//!   with the properties of
//!   <https://developer.salesforce.com/docs/platform/api/guide/sforce-api-calls-describeglobal-describeglobalresult.html>
//! - Fields: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_sobject_describe.htm>,
//!   with the properties of
//!   <https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm>
//!
//! Of the properties those are told that say something here; a client that needs another misses it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::customers::{CHANGED, OBJECTS, Object};
use super::records::{LONGEST, is_version, not_found};
use super::salesforce::may_use;
use super::struck;
use crate::faults::Place;
use crate::server::Ctx;

/// `GET /services/data/{version}/sobjects`.
pub(crate) async fn objects(
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
        let objects: Vec<Value> = OBJECTS
            .iter()
            .map(|object| brief(&version, object))
            .collect();
        Json(json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})).into_response()
    })
    .await
}

/// `GET /services/data/{version}/sobjects/{kind}/describe`.
pub(crate) async fn object(
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
        let mut told = brief(&version, object);
        let made = object.made.iter().map(|name| field(object, name, false));
        let own = object.own.iter().map(|name| field(object, name, true));
        told["fields"] = made.chain(own).collect();
        Json(told).into_response()
    })
    .await
}

fn brief(version: &str, object: &Object) -> Value {
    let url = format!("/services/data/{version}/sobjects/{}", object.name);
    json!({
        "name": object.name,
        "label": object.name,
        "labelPlural": object.plural,
        "keyPrefix": object.prefix.get(..3),
        "custom": false,
        "customSetting": false,
        "createable": true,
        "updateable": true,
        "deletable": false,
        "queryable": true,
        "retrieveable": true,
        "searchable": false,
        "urls": {
            "sobject": url,
            "describe": format!("{url}/describe"),
            "rowTemplate": format!("{url}/{{ID}}"),
        },
    })
}

/// A field: one that a client sets, or one that the service makes.
fn field(object: &Object, name: &str, own: bool) -> Value {
    let (kind, soap, length) = match name {
        "Id" => ("id", "tns:ID", 18),
        "AccountId" => ("reference", "tns:ID", 18),
        CHANGED => ("datetime", "xsd:dateTime", 0),
        "Email" => ("email", "xsd:string", LONGEST),
        "Phone" => ("phone", "xsd:string", LONGEST),
        "Website" => ("url", "xsd:string", LONGEST),
        _ => ("string", "xsd:string", LONGEST),
    };
    let mut told = json!({
        "name": name,
        "label": label(object, name),
        "type": kind,
        "soapType": soap,
        "length": length,
        "createable": own,
        "updateable": own,
        "nillable": own && name != object.required,
        "defaultedOnCreate": !own,
        "custom": false,
        "calculated": false,
        "filterable": true,
        "nameField": name == "Name",
    });
    if kind == "reference" {
        told["referenceTo"] = json!(["Account"]);
        told["relationshipName"] = json!("Account");
    }
    told
}

/// What people read for a field, as Salesforce labels its own.
fn label(object: &Object, name: &str) -> String {
    match (object.name, name) {
        (own, "Id") => format!("{own} ID"),
        ("Account", "Name") => "Account Name".to_owned(),
        ("Account", "Phone") => "Account Phone".to_owned(),
        ("Contact", "Name") => "Full Name".to_owned(),
        ("Contact", "Phone") => "Business Phone".to_owned(),
        (_, "AccountId") => "Account ID".to_owned(),
        (_, "BillingCity") => "Billing City".to_owned(),
        (_, "BillingCountry") => "Billing Country".to_owned(),
        (_, "FirstName") => "First Name".to_owned(),
        (_, "LastName") => "Last Name".to_owned(),
        (_, CHANGED) => "Last Modified Date".to_owned(),
        (_, other) => other.to_owned(),
    }
}
