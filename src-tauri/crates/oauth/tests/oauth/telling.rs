use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use tsunagi_oauth::{Result, Tokens, Wire};

use crate::support::{GOOD, answered, answered_to, canned, error, json};

/// Everything a caller can show, log or store about an outcome.
fn told(outcome: &Result<Tokens>, wire: &Wire) -> String {
    let mut text = format!(
        "{outcome:?}\n{wire:?}\n{}",
        serde_json::to_string(wire).unwrap()
    );
    wire.lines
        .iter()
        .for_each(|line| text.push_str(&line.to_string()));
    if let Err(error) = outcome {
        text.push_str(&format!("{error} {:?}", error.args()));
    }
    text
}

#[tokio::test]
async fn no_secret_is_told() {
    let basic = BASE64_STANDARD.encode("client-1:client+secret%2F%2B");
    let echo = format!("refresh-canary/+1 refresh-canary%2F%2B1 client secret/+ Basic {basic}");
    let answers = [
        canned(200, "application/json", GOOD),
        json(
            200,
            &json!({"access_token": "access-canary-1", "refresh_token": "new-canary", "id_token": "id-canary", "custom_key": "key-canary", "nested": {"token": "deep-canary"}}),
        ),
        json(
            400,
            &json!({"error": "invalid_grant", "error_description": &echo}),
        ),
        json(400, &json!({"error": &echo, "error_description": &echo})),
        json(
            400,
            &json!({"error": "invalid_client", "refresh-canary/+1": "x"}),
        ),
        canned(
            200,
            "application/json",
            "{\"access_token\": \"access-canary-1\"",
        ),
        canned(200, "text/plain", "access-canary-1"),
        canned(500, "text/html", format!("<html>{echo}</html>")),
        canned(200, "text/plain", echo.clone()),
    ];
    for auth in ["post", "basic"] {
        for answer in &answers {
            let oauth = format!("client_auth = \"{auth}\"");
            let (outcome, wire) = answered_to(&oauth, answer.clone()).await;
            let text = told(&outcome, &wire);
            for secret in [
                "access-canary",
                "refresh-canary/+1",
                "refresh-canary%2F%2B1",
                "client secret",
                "new-canary",
                "id-canary",
                "key-canary",
                "deep-canary",
                &basic,
            ] {
                assert!(!text.contains(secret), "`{secret}` in {text}");
            }
        }
    }
}

#[tokio::test]
async fn a_wire_line_tells_what_happened() {
    let (_, wire) = answered(canned(200, "application/json; charset=utf-8", GOOD)).await;
    let [line] = wire.lines.as_slice() else {
        panic!("one request, one line: {wire:?}")
    };
    assert_eq!(
        (line.method.as_str(), line.status),
        ("POST", Some(200)),
        "method and status"
    );
    assert_eq!(
        line.media_type.as_deref(),
        Some("application/json"),
        "media type"
    );
    assert!(line.url.ends_with("/token"), "where to");
    let value = |name: &str| {
        let mut fields = line.sent.iter().chain(&line.received);
        fields
            .find(|field| field.name == name)
            .map(|field| field.value.as_str())
    };
    assert_eq!(
        value("grant_type"),
        Some("refresh_token"),
        "what is no secret is shown"
    );
    assert_eq!(
        value("expires_in"),
        Some("3600"),
        "what is no secret is shown"
    );
    assert_eq!(
        value("refresh_token"),
        Some("•••• (17)"),
        "what is one has its length"
    );
    assert_eq!(
        value("access_token"),
        Some("•••• (15)"),
        "what is one has its length"
    );
    assert_eq!(line.error, None, "it went well");
    let (_, wire) = answered(canned(400, "application/json", "")).await;
    assert_eq!(
        wire.lines[0].error.as_deref(),
        Some("empty_answer"),
        "what it was read as"
    );
}

#[tokio::test]
async fn descriptions_are_cut_to_what_a_person_reads() {
    let long = json!({"error": "invalid_scope", "error_description": "字".repeat(5000)});
    let found = error(json(400, &long)).await;
    assert_eq!(
        found.args()["description"].chars().count(),
        300,
        "300 characters"
    );
}
