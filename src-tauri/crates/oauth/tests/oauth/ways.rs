//! What services do in ways of their own, as their connectors say.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use tsunagi_oauth::{Attempt, OAuthError, Revoked, Secret, TokenHint, Wire, read_callback, revoke};
use url::Url;

use crate::device::{Desk, good};
use crate::support::{CLIENT_ID, GOOD, Provider, callback, canned, client, json};

const SIGNED: &str = "callback_hmac = \"hmac\"";

/// A callback signed with a secret: its fields sorted, `hmac` left out.
fn signed(attempt: &Attempt, secret: &str) -> Url {
    let mut url = callback(
        attempt,
        &[("shop", "a b.example"), ("code", "code-canary-1")],
    );
    let mut fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    fields.sort();
    let message = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let mut code = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    code.update(message.as_bytes());
    let code: String = code
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    url.query_pairs_mut().append_pair("hmac", &code);
    url
}

#[tokio::test]
async fn a_callback_that_is_not_signed_with_the_clients_secret_exchanges_nothing() {
    let provider = Provider::start().await;
    provider.answers("/token", canned(200, "application/json", GOOD));
    let service = provider.service(SIGNED);
    for (secret, good) in [("client secret/+", true), ("another", false), ("", false)] {
        let attempt = service.begin(&["read"]);
        let code = read_callback(&attempt, &signed(&attempt, secret), None).unwrap();
        let outcome = service
            .exchange_for(attempt, code, &mut Wire::default())
            .await;
        let sent = provider.seen().len();
        if good {
            assert!(outcome.is_ok(), "{outcome:?}");
            assert_eq!(sent, 1);
        } else {
            assert_eq!(outcome.unwrap_err(), OAuthError::SignatureMismatch);
            assert_eq!(sent, 0, "the code stays here");
        }
    }
}

#[tokio::test]
async fn a_callback_without_its_signature_is_not_read() {
    let provider = Provider::start().await;
    let service = provider.service(SIGNED);
    let attempt = service.begin(&["read"]);
    for fields in [
        &[("code", "1")][..],
        &[("code", "1"), ("hmac", "")],
        &[("code", "1"), ("hmac", "no hex")],
    ] {
        let outcome = read_callback(&attempt, &callback(&attempt, fields), None);
        assert_eq!(outcome.unwrap_err(), OAuthError::SignatureMismatch);
    }
    let refused = callback(&attempt, &[("error", "access_denied")]);
    assert_eq!(
        read_callback(&attempt, &refused, None).unwrap_err(),
        OAuthError::ConsentDenied,
        "a refusal brings nothing to exchange"
    );
}

#[tokio::test]
async fn a_secret_that_proves_the_client_alone_goes_into_the_header() {
    let provider = Provider::start().await;
    provider.answers("/token", canned(200, "application/json", GOOD));
    let service = provider.service("client_auth = \"bearer\"");
    let mut wire = Wire::default();
    service.exchange(&["read"], &mut wire).await.unwrap();
    service.refresh(&mut wire).await.unwrap();
    for seen in provider.seen() {
        assert_eq!(seen.headers["authorization"], "Bearer client secret/+");
        let form = seen.form();
        assert!(!form.contains_key("client_secret"), "only there");
        assert!(!form.contains_key("client_id"), "the secret is enough");
    }
    assert!(!format!("{wire:?}").contains("client secret"), "redacted");
}

#[tokio::test]
async fn scopes_are_asked_for_as_the_service_calls_them() {
    let provider = Provider::start().await;
    let asked = |oauth: &str, name: &str| {
        let attempt = provider.service(oauth).begin(&["read", "write"]);
        let pairs: Vec<(String, String)> = attempt.url().query_pairs().into_owned().collect();
        let scopes = pairs.iter().filter(|(own, _)| own == name);
        let values: Vec<String> = scopes.map(|(_, value)| value.clone()).collect();
        let plain = pairs.iter().any(|(own, _)| own == "scope") && name != "scope";
        assert!(!plain, "{oauth}: not twice");
        values
    };
    assert_eq!(asked("", "scope"), ["read write"]);
    let own = "scope_param = \"user_scope\"\nscope_separator = \",\"";
    assert_eq!(asked(own, "user_scope"), ["read,write"]);
    let each = "scope_param = \"scope[]\"\nscope_repeats = true";
    assert_eq!(asked(each, "scope[]"), ["read", "write"]);
}

#[tokio::test]
async fn device_codes_are_exchanged_where_and_as_the_connector_says() {
    let mut desk = Desk::open("").await;
    let at = format!("{}/poll", desk.provider.issuer());
    let oauth = format!(
        "device = \"{}/device\"\ndevice_token = \"{at}\"\nclient_auth = \"post\"\ndevice_auth = \"basic\"\ndevice_client_id = true\nerror_statuses = {{ 428 = \"authorization_pending\", 410 = \"expired_token\" }}",
        desk.provider.issuer()
    );
    let http = desk.service.http.clone();
    desk.service = desk.provider.service(&oauth);
    desk.service.http = http;
    let device = desk.begin(&["read"]).await.unwrap();
    let _ = desk.provider.seen();
    let turns = [
        canned(428, "", ""),
        canned(428, "text/html", "<p>wait</p>"),
        json(428, &json!({"message": "wait"})),
        good(),
    ];
    desk.provider.answers_in_turn("/poll", turns);
    desk.poll(&device).await.unwrap();
    let seen = desk.provider.seen();
    assert_eq!(seen.len(), 4, "three times not yet");
    for poll in &seen {
        assert_eq!(poll.target, "/poll");
        let form = poll.form();
        assert!(poll.headers.contains_key("authorization"), "Basic");
        assert_eq!(form["client_id"], CLIENT_ID, "and the ID");
        assert!(!form.contains_key("client_secret"));
    }
    desk.provider.answers("/poll", canned(410, "", ""));
    let over = desk.poll(&device).await;
    assert_eq!(over.unwrap_err(), OAuthError::DeviceExpired);
}

#[tokio::test]
async fn a_status_without_a_word_of_its_own_is_only_a_status() {
    let oauth = "error_statuses = { 428 = \"authorization_pending\" }";
    let provider = Provider::start().await;
    for (answer, code) in [
        (canned(428, "", ""), "token_error"),
        (canned(429, "", ""), "provider_status"),
        (
            json(428, &json!({"error": "invalid_grant"})),
            "invalid_grant",
        ),
        (canned(400, "", ""), "empty_answer"),
    ] {
        provider.answers("/token", answer);
        let outcome = provider.service(oauth).refresh(&mut Wire::default()).await;
        assert_eq!(outcome.unwrap_err().code(), code);
    }
}

#[tokio::test]
async fn a_token_is_taken_back_with_what_the_service_said_of_the_account() {
    let provider = Provider::start().await;
    provider.answers("/end", json(200, &json!({"success": true})));
    let at = format!("{}/end", provider.issuer());
    let service = provider.service_without_revoke(&format!(
        "answers = [{{ name = \"account\" }}]\n[oauth.revoke]\nurl = \"{at}\"\nauth = \"client\"\nbody = \"json\"\nfields = {{ client_id = \"{{client_id}}\", account = \"{{answer.account}}\", access_token = \"{{token}}\" }}\ntokens = [\"access\"]"
    ));
    let mut wire = Wire::default();
    let token = Secret::new("revoke-canary");
    let asks = client();
    let unknown = revoke(
        &service.http,
        &service.connector,
        &service.endpoints,
        &asks,
        &token,
        TokenHint::Access,
        &mut wire,
    );
    assert_eq!(unknown.await, Ok(Revoked::Unsupported));
    assert_eq!(provider.seen().len(), 0, "it cannot be asked for");
    let answers = BTreeMap::from([("account".to_owned(), "{token}/7".to_owned())]);
    let bound = service.connector.answered(&service.endpoints, &answers);
    let bound = bound.unwrap();
    let known = revoke(
        &service.http,
        &service.connector,
        &bound,
        &asks,
        &token,
        TokenHint::Access,
        &mut wire,
    );
    assert_eq!(known.await, Ok(Revoked::Done));
    let seen = provider.seen().remove(0);
    assert_eq!(seen.headers["authorization"], "Client client secret/+");
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(
        body,
        json!({"client_id": CLIENT_ID, "account": "{token}/7", "access_token": "revoke-canary"}),
        "an answer is no template"
    );
    let told = format!("{wire:?}");
    assert!(!told.contains("canary") && !told.contains("client secret"));
}
