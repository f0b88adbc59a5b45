//! What a sign-in is refused for when the service answers from a place that the connector does not
//! know, and what is told of a client that the service does not accept.

use serde_json::json;
use tsunagi_domain::freshness::Fault;
use tsunagi_oauth::{Wire, read_callback};

use super::support::{Provider, callback, json as answer};

/// A service in two data centers: in one of them its API is known.
const TOLD: &str = r#"
[[oauth.answers]]
name = "accounts-server"
host = true
default = "https://us.example.com"

[[oauth.answers]]
name = "place"
[oauth.answers.told_by]
answer = "accounts-server"
[oauth.answers.told_by.values]
"https://us.example.com" = "us"
"#;

#[tokio::test]
async fn an_answer_from_an_unknown_data_center_ends_the_sign_in_before_the_code_is_sent() {
    let provider = Provider::start().await;
    let service = provider.service(TOLD);
    let sign_in = |server: &'static str| {
        let attempt = service.begin(&["read"]);
        let fields = [("code", "c"), ("accounts-server", server)];
        let code = read_callback(&attempt, &callback(&attempt, &fields), None).unwrap();
        (attempt, code)
    };
    let (attempt, code) = sign_in("https://jp.example.com");
    let mut wire = Wire::default();
    let found = service.exchange_for(attempt, code, &mut wire);
    let found = found.await.unwrap_err();
    assert_eq!(found.code(), "answer_unknown");
    assert_eq!(found.args()["value"], "https://jp.example.com");
    assert_eq!(found.args()["service"], "Example");
    assert!(provider.seen().is_empty(), "nothing was sent");

    // R23 goes first: what is nobody's host is not merely unknown.
    let (attempt, code) = sign_in("https://evil.example.org");
    let found = service.exchange_for(attempt, code, &mut wire);
    assert_eq!(found.await.unwrap_err().code(), "host_not_listed");
    assert!(provider.seen().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn what_follows_from_an_answer_is_not_read_from_the_wire() {
    let provider = Provider::start().await;
    let service = provider.service(TOLD);
    provider.answers(
        "/token",
        answer(200, &json!({"access_token": "a", "place": "elsewhere"})),
    );
    let attempt = service.begin(&["read"]);
    let fields = [("code", "c"), ("place", "elsewhere")];
    let code = read_callback(&attempt, &callback(&attempt, &fields), None).unwrap();
    let mut wire = Wire::default();
    let tokens = service.exchange_for(attempt, code, &mut wire);
    let extras = tokens.await.unwrap().extras;
    assert!(!extras.contains_key("place"), "{extras:?}");
}

#[tokio::test]
async fn which_part_of_a_client_is_wrong_is_told_where_the_service_tells() {
    let provider = Provider::start().await;
    let service = provider.service(
        "error_words = { no_such_id = \"invalid_client_id\", bad_secret = \"invalid_client_secret\", \
         bad_address = \"invalid_redirect_uri\", no_client = \"invalid_client\" }",
    );
    let table = [
        ("no_such_id", "client_unknown", Fault::ClientRefused),
        ("bad_secret", "client_secret_refused", Fault::ClientRefused),
        // The tokens that are there still count.
        ("bad_address", "redirect_refused", Fault::Passing),
        ("no_client", "client_refused", Fault::ClientRefused),
    ];
    for (word, code, fault) in table {
        let said = json!({"error": word, "error_description": "Its own words"});
        provider.answers("/token", answer(200, &said));
        let mut wire = Wire::default();
        let found = service.exchange(&["read"], &mut wire);
        let found = found.await.unwrap_err();
        assert_eq!((found.code(), found.fault()), (code, fault), "{word}");
        assert_eq!(found.args()["description"], "Its own words", "{word}");
    }
}
