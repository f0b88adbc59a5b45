//! Orders of PayPal: created, approved by the payer (see [`super::checkout`]), captured.
//!
//! - Orders: <https://developer.paypal.com/docs/api/orders/v2/>
//! - Repeating a request: <https://developer.paypal.com/api/rest/reference/idempotency/>: with the
//!   `PayPal-Request-Id` of before, "PayPal returns the latest status of the previous request". That
//!   an id is kept for six hours is in the parameters of
//!   <https://github.com/paypal/paypal-rest-api-specifications/blob/main/openapi/checkout_orders_v2.json>,
//!   and the words of the errors are there too
//! - A bank that declines: <https://paypal-community.com/t5/Sandbox-Environment/UNPROCESSABLE-ENTITY/td-p/3120483>
//! - A capture that is declined, or waits, in an order that is completed:
//!   <https://developer.paypal.com/api/orders/v2/definitions/order_status>,
//!   <https://developer.paypal.com/sdk/orders/v2/definitions/capture_status>
//!
//! An order here has one unit and the intent `CAPTURE`. Whatever `Prefer` says, a new order is told in
//! short and a captured one as a whole. The addresses to return the payer to are taken and not gone to.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::money::amount;
use super::paypal::{Sorry, may_ask};
use super::struck;
use crate::faults::Place;
use crate::secrets;
use crate::server::Ctx;
use crate::state::{Asked, Fares, Order, Stage, State as Kept};

/// How long a `PayPal-Request-Id` is known, in seconds.
const KNOWN_SECONDS: i64 = 6 * 3600;
/// The longest of them.
const LONGEST_ID: usize = 108;
/// How many orders are kept; the oldest gives way.
const MOST: usize = 500;

/// `POST /v2/checkout/orders`.
pub(crate) async fn create(
    State(ctx): State<Arc<Ctx>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    struck(&ctx, Place::Api, async {
        match created(&ctx, &headers, &body).await {
            Ok((status, order)) => (status, Json(short(&ctx, &order))).into_response(),
            Err(refused) => refused.into_response(),
        }
    })
    .await
}

async fn created(
    ctx: &Ctx,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(StatusCode, Order), Sorry> {
    may_ask(ctx, headers)?;
    let request = request_id(headers)?.map(|id| format!("create {id}"));
    let new = read(body, ctx.now())?;
    let now = ctx.now();
    let kept = ctx.store.change(move |state| {
        let known = known(state, request.as_deref(), now);
        if let Some(order) = known {
            return (false, order);
        }
        remember(state, request, &new.id, now);
        if state.orders.len() >= MOST {
            let gone = state.orders.remove(0);
            state.requests.retain(|_, asked| asked.order != gone.id);
        }
        state.orders.push(new.clone());
        (true, new)
    });
    let (first, order) = kept.await.map_err(|error| Sorry::broken(&error))?;
    // "The server returns 200 OK" for what it did before, and where it waits for the payer.
    let status = match first && !order.with_source {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, order))
}

/// The id of a request that may be repeated.
fn request_id(headers: &HeaderMap) -> Result<Option<&str>, Sorry> {
    let Some(value) = headers.get("paypal-request-id") else {
        return Ok(None);
    };
    let text = value.to_str().ok();
    let sound = text.filter(|text| (1..=LONGEST_ID).contains(&text.len()));
    sound.map(Some).ok_or_else(|| {
        Sorry::request(
            "INVALID_STRING_LENGTH",
            "The value of a field is either too short or too long",
        )
    })
}

/// What the same request made before.
fn known(state: &mut Kept, request: Option<&str>, now: i64) -> Option<Order> {
    state
        .requests
        .retain(|_, asked| asked.at > now - KNOWN_SECONDS);
    let asked = state.requests.get(request?)?;
    let mut orders = state.orders.iter();
    orders.find(|order| order.id == asked.order).cloned()
}

fn remember(state: &mut Kept, request: Option<String>, order: &str, now: i64) {
    if let Some(request) = request {
        let order = order.to_owned();
        state.requests.insert(request, Asked { order, at: now });
    }
}

/// A new order, of a body.
fn read(body: &[u8], now: i64) -> Result<Order, Sorry> {
    let body: Value = serde_json::from_slice(body).map_err(|_| {
        Sorry::request(
            "MALFORMED_REQUEST_JSON",
            "The request JSON is not well formed.",
        )
    })?;
    let missing = |field: &str| {
        Sorry::request(
            "MISSING_REQUIRED_PARAMETER",
            "A required field / parameter is missing.",
        )
        .at(field, None)
    };
    let other = || {
        Sorry::request(
            "INVALID_PARAMETER_VALUE",
            "The value of a field is invalid.",
        )
    };
    match body.get("intent").and_then(Value::as_str) {
        None => return Err(missing("/intent")),
        Some("CAPTURE") => {}
        Some(intent) => return Err(other().at("/intent", Some(intent))),
    }
    let units = body.get("purchase_units").and_then(Value::as_array);
    let unit = match units.map(Vec::as_slice) {
        None | Some([]) => return Err(missing("/purchase_units")),
        Some([unit]) => unit,
        Some(_) => return Err(other().at("/purchase_units", None)),
    };
    let reference = text(unit, "reference_id", 256)?;
    let description = text(unit, "description", 127)?;
    let named = reference.as_deref().unwrap_or("default");
    let at = format!("/purchase_units/@reference_id=='{named}'/amount");
    let wanted = unit.get("amount").ok_or_else(|| missing(&at))?;
    let (currency, value) = amount(wanted, &at)?;
    let id = secrets::hex::<9>().map_err(|error| Sorry::broken(&error))?;
    Ok(Order {
        id: id.to_uppercase().chars().take(17).collect(),
        reference,
        description,
        currency,
        value,
        with_source: body.pointer("/payment_source/paypal").is_some(),
        at: now,
        stage: Stage::Created,
    })
}

fn text(unit: &Value, name: &str, most: usize) -> Result<Option<String>, Sorry> {
    let Some(text) = unit.get(name).and_then(Value::as_str) else {
        return Ok(None);
    };
    if (1..=most).contains(&text.chars().count()) {
        return Ok(Some(text.to_owned()));
    }
    let field = format!("/purchase_units/@reference_id=='default'/{name}");
    Err(Sorry::request(
        "INVALID_STRING_LENGTH",
        "The value of a field is either too short or too long",
    )
    .at(&field, Some(text)))
}

/// `GET /v2/checkout/orders/{id}`.
pub(crate) async fn one(
    State(ctx): State<Arc<Ctx>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        if let Err(refused) = may_ask(&ctx, &headers) {
            return refused.into_response();
        }
        let state = ctx.store.now();
        match state.orders.iter().find(|order| order.id == id) {
            Some(order) => Json(whole(&ctx, order)).into_response(),
            None => Sorry::unknown().into_response(),
        }
    })
    .await
}

/// `POST /v2/checkout/orders/{id}/capture`.
pub(crate) async fn capture(
    State(ctx): State<Arc<Ctx>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    struck(&ctx, Place::Api, async {
        match captured(&ctx, &id, &headers).await {
            Ok((status, order)) => (status, Json(whole(&ctx, &order))).into_response(),
            Err(refused) => refused.into_response(),
        }
    })
    .await
}

async fn captured(ctx: &Ctx, id: &str, headers: &HeaderMap) -> Result<(StatusCode, Order), Sorry> {
    may_ask(ctx, headers)?;
    let request = request_id(headers)?.map(|request| format!("capture {id} {request}"));
    let capture = secrets::hex::<9>().map_err(|error| Sorry::broken(&error))?;
    let capture = capture.to_uppercase().chars().take(17).collect();
    let now = ctx.now();
    let payer = payer_address(ctx, id);
    let id = id.to_owned();
    let kept = ctx.store.change(move |state| {
        if let Some(order) = known(state, request.as_deref(), now) {
            return Ok((StatusCode::OK, order));
        }
        let mut orders = state.orders.iter_mut();
        let order = orders
            .find(|order| order.id == id)
            .ok_or_else(Sorry::unknown)?;
        let fares = match &order.stage {
            Stage::Created => {
                return Err(Sorry::unprocessable(
                    "ORDER_NOT_APPROVED",
                    "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create Order call or provide a valid payment_source in the request.",
                ));
            }
            // Not remembered by its id: the payer may choose another card, and then it is paid.
            Stage::Approved { declines: true, .. } => {
                return Err(Sorry::unprocessable(
                    "INSTRUMENT_DECLINED",
                    "The instrument presented was either declined by the processor or bank, or it can't be used for this payment.",
                )
                .redirecting(payer));
            }
            Stage::Approved { fares, .. } => *fares,
            Stage::Captured { .. } => {
                return Err(Sorry::unprocessable(
                    "ORDER_ALREADY_CAPTURED",
                    "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
                ));
            }
        };
        order.stage = Stage::Captured {
            capture,
            at: now,
            fares,
        };
        let order = order.clone();
        remember(state, request, &order.id, now);
        Ok((StatusCode::CREATED, order))
    });
    kept.await.map_err(|error| Sorry::broken(&error))?
}

/// Where the payer answers.
fn payer_address(ctx: &Ctx, id: &str) -> String {
    format!("{}/checkoutnow?token={id}", ctx.issuer)
}

/// The word for how far an order is; where its capture fares otherwise, also the one for that.
pub(crate) fn stands(order: &Order) -> String {
    match order.stage {
        Stage::Captured { fares, .. } if fares != Fares::Completed => {
            format!("{}, {}", status(order), capture_status(fares))
        }
        _ => status(order).to_owned(),
    }
}

/// The word for how a capture fares.
fn capture_status(fares: Fares) -> &'static str {
    match fares {
        Fares::Completed => "COMPLETED",
        Fares::Pending => "PENDING",
        Fares::Declined => "DECLINED",
    }
}

/// The word for how far an order is.
fn status(order: &Order) -> &'static str {
    match order.stage {
        Stage::Created if order.with_source => "PAYER_ACTION_REQUIRED",
        Stage::Created => "CREATED",
        Stage::Approved { .. } => "APPROVED",
        Stage::Captured { .. } => "COMPLETED",
    }
}

fn links(ctx: &Ctx, order: &Order) -> Value {
    let own = format!("{}/v2/checkout/orders/{}", ctx.issuer, order.id);
    let link =
        |href: &str, rel: &str, method: &str| json!({"href": href, "rel": rel, "method": method});
    let mut links = vec![link(&own, "self", "GET")];
    if !matches!(order.stage, Stage::Captured { .. }) {
        let rel = if order.with_source {
            "payer-action"
        } else {
            "approve"
        };
        links.push(link(&payer_address(ctx, &order.id), rel, "GET"));
        links.push(link(&format!("{own}/capture"), "capture", "POST"));
    }
    Value::Array(links)
}

/// What a request that changes an order is answered.
fn short(ctx: &Ctx, order: &Order) -> Value {
    json!({"id": order.id, "status": status(order), "links": links(ctx, order)})
}

/// An order with its unit, and what came of the capture.
fn whole(ctx: &Ctx, order: &Order) -> Value {
    let amount = json!({"currency_code": order.currency, "value": order.value});
    let mut unit = json!({
        "reference_id": order.reference.as_deref().unwrap_or("default"),
        "amount": amount,
    });
    if let Some(description) = &order.description {
        unit["description"] = json!(description);
    }
    if let Stage::Captured { capture, at, fares } = &order.stage {
        let mut taken = json!({
            "id": capture,
            "status": capture_status(*fares),
            "amount": amount,
            "final_capture": true,
            "create_time": time(*at),
        });
        if *fares == Fares::Pending {
            taken["status_details"] = json!({"reason": "PENDING_REVIEW"});
        }
        unit["payments"] = json!({"captures": [taken]});
    }
    json!({
        "id": order.id,
        "intent": "CAPTURE",
        "status": status(order),
        "purchase_units": [unit],
        "create_time": time(order.at),
        "links": links(ctx, order),
    })
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}
