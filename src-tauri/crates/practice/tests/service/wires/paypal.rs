//! Orders of PayPal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, ORIGIN};
use serde_json::{Value, json};
use tsunagi_practice::{CLIENT_ID, PASSWORD};

use crate::visit::Visit;

const ORDERS: &str = "/v2/checkout/orders";

/// The answer to a token request of this client.
async fn token(visit: &Visit, id: &str, secret: &str, grant: &str) -> (u16, Value) {
    let header = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let request = visit.client.post(visit.url("/v1/oauth2/token"));
    let request = request.form(&[("grant_type", grant)]);
    let answer = request.header(AUTHORIZATION, header).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn client(visit: &Visit) -> String {
    let (status, body) = token(visit, CLIENT_ID, PASSWORD, "client_credentials").await;
    assert_eq!(status, 200, "{body}");
    format!("Bearer {}", body["access_token"].as_str().unwrap())
}

/// A POST with a `PayPal-Request-Id`, or without.
async fn post(
    visit: &Visit,
    header: &str,
    path: &str,
    request: Option<&str>,
    body: &Value,
) -> (u16, Value) {
    let mut asked = visit.client.post(visit.url(path)).json(body);
    asked = asked.header(AUTHORIZATION, header);
    if let Some(request) = request {
        asked = asked.header("PayPal-Request-Id", request);
    }
    let answer = asked.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn chair(value: &str, currency: &str) -> Value {
    json!({
        "intent": "CAPTURE",
        "purchase_units": [{
            "reference_id": "chair-1",
            "description": "A chair <b>",
            "amount": {"currency_code": currency, "value": value},
        }],
    })
}

fn id(order: &Value) -> String {
    order["id"].as_str().unwrap().to_owned()
}

fn link<'a>(order: &'a Value, rel: &str) -> Option<&'a str> {
    let links = order["links"].as_array().unwrap();
    let found = links.iter().find(|link| link["rel"] == rel);
    found.and_then(|link| link["href"].as_str())
}

/// What the payer presses.
async fn payer(visit: &Visit, order: &str, decision: &str) -> u16 {
    let form = [("token", order), ("decision", decision)];
    visit.post("/checkoutnow", &form).await.status().as_u16()
}

/// How many payments the practice page lists.
async fn listed(visit: &Visit) -> usize {
    let page = visit.get("/").await.text().await.unwrap();
    page.matches("<b>100.00 USD</b>").count()
}

/// <https://developer.paypal.com/api/rest/authentication/>,
/// <https://developer.paypal.com/api/identity/v1/errors/invalid_client>
#[tokio::test]
async fn a_client_gets_a_token_and_another_none() {
    let visit = Visit::start().await;
    let (status, body) = token(&visit, CLIENT_ID, PASSWORD, "client_credentials").await;
    assert_eq!(status, 200);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 32_400, "about nine hours");
    assert!(body["app_id"].is_string() && body["scope"].is_string());
    assert!(body.get("refresh_token").is_none(), "it asks again");
    for (id, secret) in [(CLIENT_ID, "wrong"), ("another", PASSWORD), ("", "")] {
        let (status, body) = token(&visit, id, secret, "client_credentials").await;
        assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    }
    let (status, body) = token(&visit, CLIENT_ID, PASSWORD, "authorization_code").await;
    assert_eq!(
        (status, &body["error"]),
        (400, &json!("unsupported_grant_type"))
    );
    let good = client(&visit).await;
    let zoho = "Bearer 1000.x".to_owned();
    visit.pass(32_401);
    for header in [good, zoho] {
        let body = chair("1.00", "USD");
        let (status, body) = post(&visit, &header, ORDERS, None, &body).await;
        assert_eq!(
            (status, &body["name"]),
            (401, &json!("AUTHENTICATION_FAILURE"))
        );
    }
}

/// <https://developer.paypal.com/docs/api/orders/v2/>
#[tokio::test]
async fn an_order_is_created_approved_captured_and_kept() {
    let visit = Visit::start().await;
    let header = client(&visit).await;
    let (status, order) = post(&visit, &header, ORDERS, None, &chair("100.00", "USD")).await;
    assert_eq!((status, &order["status"]), (201, &json!("CREATED")));
    let id = id(&order);
    assert_eq!(id.len(), 17);
    assert!(
        id.bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    );
    let path = format!("{ORDERS}/{id}");
    assert_eq!(link(&order, "self"), Some(&*visit.url(&path)));
    let address = link(&order, "approve").unwrap();
    assert_eq!(address, visit.url(&format!("/checkoutnow?token={id}")));

    let capture = format!("{path}/capture");
    let (status, early) = post(&visit, &header, &capture, None, &json!({})).await;
    assert_eq!(status, 422);
    assert_eq!(early["details"][0]["issue"], "ORDER_NOT_APPROVED");

    let page = visit.client.get(address).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("100.00 USD") && page.contains("A chair &lt;b&gt;"));
    assert_eq!(payer(&visit, &id, "leave").await, 200);
    let ask = || visit.ask(reqwest::Method::GET, &path, &header, None);
    assert_eq!(ask().await.1["status"], "CREATED", "the payer went away");
    assert_eq!(payer(&visit, &id, "approve").await, 200);
    assert_eq!(ask().await.1["status"], "APPROVED");

    let (status, paid) = post(&visit, &header, &capture, None, &json!({})).await;
    assert_eq!((status, &paid["status"]), (201, &json!("COMPLETED")));
    let taken = &paid["purchase_units"][0]["payments"]["captures"][0];
    assert_eq!(taken["status"], "COMPLETED");
    assert_eq!(
        taken["amount"],
        json!({"currency_code": "USD", "value": "100.00"})
    );
    let (status, twice) = post(&visit, &header, &capture, None, &json!({})).await;
    assert_eq!(
        (status, &twice["details"][0]["issue"]),
        (422, &json!("ORDER_ALREADY_CAPTURED"))
    );
    assert_eq!(payer(&visit, &id, "approve").await, 404, "it is paid");
    let visit = visit.restart().await;
    let (status, found) = visit.ask(reqwest::Method::GET, &path, &header, None).await;
    assert_eq!((status, &found["status"]), (200, &json!("COMPLETED")));
    assert_eq!(found["purchase_units"][0]["reference_id"], "chair-1");
    assert_eq!(link(&found, "approve"), None);
    let page = visit.get("/").await.text().await.unwrap();
    assert!(
        page.contains("<b>100.00 USD</b> COMPLETED") && page.contains("A chair &lt;b&gt;"),
        "shown as text: {page}"
    );
}

/// <https://developer.paypal.com/api/rest/reference/idempotency/>
#[tokio::test]
async fn the_same_request_twice_is_one_order_and_one_capture() {
    let visit = Visit::start().await;
    let header = client(&visit).await;
    let body = chair("100.00", "USD");
    let (status, first) = post(&visit, &header, ORDERS, Some("key-1"), &body).await;
    assert_eq!(status, 201);
    let (status, again) = post(&visit, &header, ORDERS, Some("key-1"), &body).await;
    assert_eq!((status, &again), (200, &first), "what was made before");
    let (_, other) = post(&visit, &header, ORDERS, Some("key-2"), &body).await;
    assert_ne!(other["id"], first["id"], "another key is another order");
    assert_eq!(listed(&visit).await, 2);

    let id = id(&first);
    payer(&visit, &id, "approve").await;
    let (_, again) = post(&visit, &header, ORDERS, Some("key-1"), &body).await;
    assert_eq!(again["status"], "APPROVED", "the latest status of it");
    let capture = format!("{ORDERS}/{id}/capture");
    let (status, paid) = post(&visit, &header, &capture, Some("key-1"), &json!({})).await;
    assert_eq!(status, 201, "the key of another request is no hindrance");
    let (status, again) = post(&visit, &header, &capture, Some("key-1"), &json!({})).await;
    assert_eq!((status, again), (200, paid));

    let visit = visit.restart().await;
    let (_, again) = post(&visit, &header, ORDERS, Some("key-1"), &body).await;
    assert_eq!(again["id"], first["id"], "a restart forgets no key");
    visit.pass(6 * 3600 + 1);
    let (_, late) = post(&visit, &header, ORDERS, Some("key-1"), &body).await;
    assert_ne!(late["id"], first["id"], "an id is kept for six hours");
    let none = "x".repeat(109);
    let (status, _) = post(&visit, &header, ORDERS, Some(&none), &body).await;
    assert_eq!(status, 400, "an id has 108 characters at most");
}

/// <https://paypal-community.com/t5/Sandbox-Environment/UNPROCESSABLE-ENTITY/td-p/3120483>
#[tokio::test]
async fn a_declined_card_is_said_and_another_one_may_pay() {
    let visit = Visit::start().await;
    let header = client(&visit).await;
    let mut body = chair("100.00", "USD");
    body["payment_source"] = json!({"paypal": {"experience_context": {}}});
    let (status, order) = post(&visit, &header, ORDERS, Some("a"), &body).await;
    assert_eq!(
        (status, &order["status"]),
        (200, &json!("PAYER_ACTION_REQUIRED"))
    );
    let address = link(&order, "payer-action").unwrap();
    let id = id(&order);
    payer(&visit, &id, "decline").await;
    let capture = format!("{ORDERS}/{id}/capture");
    let (status, refused) = post(&visit, &header, &capture, Some("b"), &json!({})).await;
    assert_eq!(status, 422);
    assert_eq!(refused["name"], "UNPROCESSABLE_ENTITY");
    assert_eq!(
        refused["details"],
        json!([{
            "issue": "INSTRUMENT_DECLINED",
            "description": "The instrument presented was either declined by the processor or bank, or it can't be used for this payment.",
        }])
    );
    assert!(refused["debug_id"].is_string());
    assert_eq!(link(&refused, "redirect"), Some(address));
    payer(&visit, &id, "approve").await;
    let (status, _) = post(&visit, &header, &capture, Some("b"), &json!({})).await;
    assert_eq!(status, 201, "with another card");
}

/// <https://developer.paypal.com/api/orders/v2/definitions/order_status>
#[tokio::test]
async fn an_order_is_completed_though_its_capture_is_declined_or_waits() {
    let visit = Visit::start().await;
    let header = client(&visit).await;
    let mut made = Vec::new();
    for (decision, word) in [("refuse", "DECLINED"), ("hold", "PENDING")] {
        let body = chair("100.00", "USD");
        let (_, order) = post(&visit, &header, ORDERS, None, &body).await;
        let id = id(&order);
        let page = visit.get(&format!("/checkoutnow?token={id}")).await;
        let page = page.text().await.unwrap();
        assert!(page.contains(&format!("value=\"{decision}\"")), "{page}");
        assert_eq!(payer(&visit, &id, decision).await, 200);
        let capture = format!("{ORDERS}/{id}/capture");
        let (status, captured) = post(&visit, &header, &capture, None, &json!({})).await;
        assert_eq!((status, &captured["status"]), (201, &json!("COMPLETED")));
        assert_eq!(capture_of(&captured)["status"], word);
        made.push((id, word));
    }
    let visit = visit.restart().await;
    for (id, word) in made {
        let path = format!("{ORDERS}/{id}");
        let (_, found) = visit.ask(reqwest::Method::GET, &path, &header, None).await;
        assert_eq!(found["status"], "COMPLETED");
        assert_eq!(capture_of(&found)["status"], word);
        assert_eq!(payer(&visit, &id, "approve").await, 404, "it was captured");
        let page = visit.get("/").await.text().await.unwrap();
        let shown = format!("<b>100.00 USD</b> COMPLETED, {word}");
        assert!(page.contains(&shown), "{page}");
    }
}

fn capture_of(order: &Value) -> &Value {
    &order["purchase_units"][0]["payments"]["captures"][0]
}

/// <https://github.com/paypal/paypal-rest-api-specifications/blob/main/openapi/checkout_orders_v2.json>
#[tokio::test]
async fn an_order_that_cannot_be_made_says_what_is_wrong() {
    let visit = Visit::start().await;
    let header = client(&visit).await;
    let mut authorize = chair("1.00", "USD");
    authorize["intent"] = json!("AUTHORIZE");
    let mut two = chair("1.00", "USD");
    let unit = two["purchase_units"][0].clone();
    two["purchase_units"] = json!([unit, unit]);
    let bare = json!({"intent": "CAPTURE", "purchase_units": [{"amount": {"value": "1"}}]});
    for (body, status, issue) in [
        (json!({}), 400, "MISSING_REQUIRED_PARAMETER"),
        (
            json!({"intent": "CAPTURE"}),
            400,
            "MISSING_REQUIRED_PARAMETER",
        ),
        (bare, 400, "MISSING_REQUIRED_PARAMETER"),
        (authorize, 400, "INVALID_PARAMETER_VALUE"),
        (two, 400, "INVALID_PARAMETER_VALUE"),
        (chair("ten", "USD"), 400, "INVALID_PARAMETER_SYNTAX"),
        (chair("1.", "USD"), 400, "INVALID_PARAMETER_SYNTAX"),
        (chair("", "USD"), 400, "INVALID_PARAMETER_SYNTAX"),
        (chair("0.00", "USD"), 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (chair("-1.00", "USD"), 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (chair("1.001", "USD"), 422, "DECIMAL_PRECISION"),
        (chair("1.50", "JPY"), 422, "DECIMALS_NOT_SUPPORTED"),
        (chair("1.00", "KWD"), 422, "CURRENCY_NOT_SUPPORTED"),
    ] {
        let (had, answer) = post(&visit, &header, ORDERS, None, &body).await;
        assert_eq!(had, status, "{body}: {answer}");
        assert_eq!(answer["details"][0]["issue"], issue, "{body}");
        assert!(answer["message"].is_string(), "and says so in words");
    }
    let request = visit.client.post(visit.url(ORDERS)).body("{");
    let answer = request.header(AUTHORIZATION, &header).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["details"][0]["issue"], "MALFORMED_REQUEST_JSON");
    for (method, path) in [
        (reqwest::Method::GET, format!("{ORDERS}/0000")),
        (reqwest::Method::POST, format!("{ORDERS}/0000/capture")),
    ] {
        let (status, body) = visit.ask(method, &path, &header, None).await;
        assert_eq!((status, &body["name"]), (404, &json!("RESOURCE_NOT_FOUND")));
        assert_eq!(body["details"][0]["issue"], "INVALID_RESOURCE_ID");
    }
}

#[tokio::test]
async fn another_site_approves_nothing() {
    let visit = Visit::start().await;
    let header = client(&visit).await;
    let (_, order) = post(&visit, &header, ORDERS, None, &chair("1.00", "USD")).await;
    let id = id(&order);
    let form = [("token", &*id), ("decision", "approve")];
    let request = visit.client.post(visit.url("/checkoutnow")).form(&form);
    let answer = request.header(ORIGIN, "https://evil.example").send().await;
    assert_eq!(answer.unwrap().status(), 403);
    let path = format!("{ORDERS}/{id}");
    let (_, order) = visit.ask(reqwest::Method::GET, &path, &header, None).await;
    assert_eq!(order["status"], "CREATED");
    assert_eq!(visit.get("/checkoutnow?token=none").await.status(), 404);
}
