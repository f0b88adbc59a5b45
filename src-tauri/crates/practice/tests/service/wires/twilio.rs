//! Text messages of Twilio.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};
use tsunagi_practice::{ACCOUNT_SID, Fault, Faults, PASSWORD};

use crate::visit::Visit;

const FROM: &str = "+15005550006";
const TO: &str = "+15558675310";

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

fn messages() -> String {
    format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json")
}

/// A form, as the account or somebody else.
async fn post(visit: &Visit, header: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let request = visit.client.post(visit.url(&messages())).form(form);
    let answer = request.header(AUTHORIZATION, header).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

async fn send(visit: &Visit, form: &[(&str, &str)]) -> (u16, Value) {
    post(visit, &basic(ACCOUNT_SID, PASSWORD), form).await
}

async fn get(visit: &Visit, path: &str) -> (u16, Value) {
    let header = basic(ACCOUNT_SID, PASSWORD);
    visit.ask(reqwest::Method::GET, path, &header, None).await
}

/// <https://www.twilio.com/docs/messaging/api/message-resource>
#[tokio::test]
async fn a_message_is_taken_looked_up_and_shown() {
    let visit = Visit::start().await;
    let form = [("To", TO), ("From", FROM), ("Body", "Hi <b>there</b>")];
    let (status, body) = send(&visit, &form).await;
    assert_eq!(status, 201);
    let sid = body["sid"].as_str().unwrap().to_owned();
    assert!(sid.starts_with("SM") && sid.len() == 34, "{sid}");
    for (name, value) in [
        ("account_sid", json!(ACCOUNT_SID)),
        ("api_version", json!("2010-04-01")),
        ("body", json!("Hi <b>there</b>")),
        ("direction", json!("outbound-api")),
        ("from", json!(FROM)),
        ("messaging_service_sid", Value::Null),
        ("num_media", json!("0")),
        ("status", json!("queued")),
        ("to", json!(TO)),
        ("error_code", Value::Null),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    let service = format!("MG{}", "0".repeat(32));
    let form = [
        ("To", TO),
        ("MessagingServiceSid", &*service),
        ("Body", "Two"),
    ];
    let (status, body) = send(&visit, &form).await;
    assert_eq!((status, &body["status"]), (201, &json!("accepted")));
    assert_eq!(body["from"], Value::Null, "the service chooses a number");
    // <https://www.twilio.com/docs/errors/21705>
    for (from, sid) in [(FROM, "MG12"), ("", "MG12"), (FROM, TO)] {
        let form = [
            ("To", TO),
            ("From", from),
            ("MessagingServiceSid", sid),
            ("Body", "Three"),
        ];
        let (status, body) = send(&visit, &form).await;
        assert_eq!((status, &body["code"]), (400, &json!(21705)), "{sid}");
        assert_eq!(body["message"], "The Messaging Service is invalid");
    }

    let visit = visit.restart().await;
    let path = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}.json");
    let (status, found) = get(&visit, &path).await;
    assert_eq!((status, &found["status"]), (200, &json!("delivered")));
    assert_eq!(found["uri"], path);
    let page = visit.get("/").await.text().await.unwrap();
    assert!(
        page.contains("<b>+15005550006</b> → +15558675310<br>Hi &lt;b&gt;there&lt;/b&gt;"),
        "kept, and shown as text: {page}"
    );
}

/// <https://www.twilio.com/docs/usage/api/account>, <https://www.twilio.com/docs/errors/20003>
#[tokio::test]
async fn the_account_is_told_to_itself_alone() {
    let visit = Visit::start().await;
    let own = format!("/2010-04-01/Accounts/{ACCOUNT_SID}.json");
    let (status, body) = get(&visit, &own).await;
    assert_eq!((status, &body["sid"]), (200, &json!(ACCOUNT_SID)));
    assert_eq!(body["friendly_name"], "Practice account");
    for header in [
        String::new(),
        "Basic !".to_owned(),
        format!("Bearer {PASSWORD}"),
        basic(ACCOUNT_SID, "wrong"),
        basic(&ACCOUNT_SID.replace('1', "2"), PASSWORD),
    ] {
        let (status, body) = visit.ask(reqwest::Method::GET, &own, &header, None).await;
        assert_eq!(status, 401, "{header}");
        assert_eq!(
            body,
            json!({
                "code": 20003,
                "message": "Authenticate",
                "more_info": "https://www.twilio.com/docs/errors/20003",
                "status": 401,
            })
        );
    }
    let other = own.replace("1.json", "2.json");
    for path in [&*other, own.trim_end_matches(".json")] {
        let (status, body) = get(&visit, path).await;
        assert_eq!((status, &body["code"]), (404, &json!(20404)), "{path}");
        assert_eq!(
            body["message"],
            format!("The requested resource {path} was not found")
        );
    }
    let lost = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/SM0.json");
    assert_eq!(get(&visit, &lost).await.0, 404);
}

/// <https://www.twilio.com/docs/iam/test-credentials#test-sms-messages>, and the pages of the errors
#[tokio::test]
async fn a_message_that_cannot_go_says_why_in_twilio_s_words() {
    let visit = Visit::start().await;
    let long = "x".repeat(1601);
    for (to, from, text, status, code, said) in [
        (
            "",
            FROM,
            "Hi",
            400,
            21604,
            "A 'To' phone number is required.",
        ),
        (
            TO,
            "",
            "Hi",
            400,
            21603,
            "A 'From' phone number is required.",
        ),
        (TO, FROM, "", 400, 21602, "Message body is required"),
        (
            TO,
            FROM,
            &*long,
            400,
            21617,
            "The concatenated message body exceeds the 1600 character limit",
        ),
        (
            TO,
            "+15005550001",
            "Hi",
            400,
            21212,
            "The 'From' number +15005550001 is not a valid phone number, shortcode, or alphanumeric sender ID.",
        ),
        (
            TO,
            "+15005550007",
            "Hi",
            400,
            21606,
            "The From phone number +15005550007 is not a valid, SMS-capable inbound phone number or short code for your account.",
        ),
        (TO, "+15005550008", "Hi", 429, 21611, "SMS queue is full."),
        (
            "+15005550001",
            FROM,
            "Hi",
            400,
            21211,
            "The 'To' number +15005550001 is not a valid phone number.",
        ),
        (
            "0901234",
            FROM,
            "Hi",
            400,
            21211,
            "The 'To' number 0901234 is not a valid phone number.",
        ),
        (
            "+15005550002",
            FROM,
            "Hi",
            400,
            21612,
            "The 'To' phone number: +15005550002, is not currently reachable using the 'From' phone number: +15005550006 via SMS.",
        ),
        (
            "+15005550003",
            FROM,
            "Hi",
            400,
            21408,
            "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: +15005550003.",
        ),
        (
            "+15005550004",
            FROM,
            "Hi",
            400,
            21610,
            "The message From/To pair violates a blacklist rule.",
        ),
        (
            "+15005550009",
            FROM,
            "Hi",
            400,
            21614,
            "To number: +15005550009, is not a mobile number",
        ),
    ] {
        let form = [("To", to), ("From", from), ("Body", text)];
        let (had, body) = send(&visit, &form).await;
        assert_eq!(had, status, "{code}: {body}");
        assert_eq!(
            body,
            json!({
                "code": code,
                "message": said,
                "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
                "status": status,
            })
        );
    }
    let form = [("To", TO), ("From", FROM), ("Body", "Secretly")];
    let (status, _) = post(&visit, &basic(ACCOUNT_SID, "wrong"), &form).await;
    assert_eq!(status, 401);
    let page = visit.get("/").await.text().await.unwrap();
    assert!(
        !page.contains("Text messages") && !page.contains("Secretly"),
        "nothing arrived: {page}"
    );
}

#[tokio::test]
async fn faults_strike_here_too() {
    let visit = Visit::start().await;
    visit.practice.set_faults(Faults {
        api: Some(Fault::ServerError),
        ..Faults::default()
    });
    let form = [("To", TO), ("From", FROM), ("Body", "Hi")];
    assert_eq!(send(&visit, &form).await.0, 500);
    let page = visit.get("/").await.text().await.unwrap();
    assert!(!page.contains("Text messages"), "and nothing was done");
}
