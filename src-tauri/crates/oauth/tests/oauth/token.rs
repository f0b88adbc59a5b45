use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};
use tsunagi_oauth::{Client, OAuthError, Tokens, Wire, exchange, read_callback};

use crate::support::{
    CLIENT_ID, Canned, GOOD, Provider, REDIRECT, answered, answered_to, callback, canned, error,
    field, json,
};

async fn tokens(canned: Canned) -> Tokens {
    answered(canned).await.0.unwrap()
}

#[tokio::test]
async fn a_code_is_exchanged_with_its_verifier_and_redirect() {
    let provider = Provider::start().await;
    provider.answers("/token", canned(200, "application/json", GOOD));
    let service = provider.service("token_params = { audience = \"api\" }");
    let attempt = service.begin(&["read"]);
    let challenge = field(attempt.url(), "code_challenge").unwrap();
    let code = service.code(&attempt, "code-canary-1");
    let mut wire = Wire::default();
    let tokens = service
        .exchange_for(attempt, code, &mut wire)
        .await
        .unwrap();
    assert_eq!(tokens.access.expose(), "access-canary-1", "the token");
    assert_eq!(
        tokens.expires_in,
        Some(Duration::from_secs(3600)),
        "its lifetime"
    );
    assert_eq!(
        (tokens.scopes, tokens.refresh),
        (None, None),
        "what was not said"
    );

    let seen = provider.seen();
    assert_eq!(seen.len(), 1, "one request");
    let form = seen[0].form();
    assert_eq!(form["grant_type"], "authorization_code", "RFC 6749 §4.1.3");
    assert_eq!(form["code"], "code-canary-1", "the code");
    assert_eq!(
        form["redirect_uri"], REDIRECT,
        "RFC 6749 §4.1.3: the same as before"
    );
    assert_eq!(form["client_id"], CLIENT_ID, "who asks");
    assert_eq!(form["client_secret"], "client secret/+", "in the body");
    assert_eq!(
        form["audience"], "api",
        "the connector's further parameters"
    );
    let verifier = &form["code_verifier"];
    assert!((43..=128).contains(&verifier.len()), "RFC 7636 §4.1");
    assert_eq!(
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
        challenge,
        "RFC 7636 §4.6"
    );
}

#[tokio::test]
async fn clients_authenticate_as_the_connector_says() {
    let provider = Provider::start().await;
    provider.answers("/token", canned(200, "application/json", GOOD));
    let refresh = async |oauth: &str| {
        provider
            .service(oauth)
            .refresh(&mut Wire::default())
            .await
            .unwrap();
        provider.seen().remove(0)
    };

    let seen = refresh("client_auth = \"basic\"").await;
    let expected = format!(
        "Basic {}",
        BASE64_STANDARD.encode("client-1:client+secret%2F%2B")
    );
    assert_eq!(
        seen.headers["authorization"], expected,
        "RFC 6749 §2.3.1: both are encoded"
    );
    assert!(
        !seen.body.contains("client_secret"),
        "not in the body as well"
    );

    let seen = refresh("client_auth = \"none\"").await;
    assert!(!seen.headers.contains_key("authorization"), "public client");
    assert!(
        !seen.body.contains("client_secret"),
        "a secret is not sent where none is asked for"
    );
    assert_eq!(seen.form()["client_id"], CLIENT_ID, "RFC 6749 §3.2.1");

    let seen = refresh("body = \"json\"\nrefresh_params = { x = \"y\" }").await;
    assert_eq!(
        seen.headers["content-type"], "application/json",
        "some want JSON"
    );
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(
        body["refresh_token"], "refresh-canary/+1",
        "the same fields"
    );
    assert_eq!(body["x"], "y", "the connector's further parameters");
    assert_eq!(body.get("scope"), None, "scopes are not repeated");

    let seen = refresh("refresh_sends_scopes = true\nscope_separator = \",\"").await;
    assert_eq!(
        seen.form()["scope"],
        "read,write",
        "unless the connector says so"
    );
}

#[tokio::test]
async fn token_answers_come_in_many_shapes() {
    let form = "access_token=access-canary-1&token_type=bearer&expires_in=60&scope=a%2Cb";
    let read = tokens(canned(200, "application/x-www-form-urlencoded", form)).await;
    assert_eq!(read.access.expose(), "access-canary-1", "a form");
    assert_eq!(
        read.expires_in,
        Some(Duration::from_secs(60)),
        "text as number"
    );
    assert_eq!(
        read.scopes,
        Some(vec!["a".to_owned(), "b".to_owned()]),
        "commas"
    );
    let read = tokens(canned(200, "text/plain", form)).await;
    assert_eq!(
        read.access.expose(),
        "access-canary-1",
        "a form without its media type"
    );
    let read = tokens(canned(200, "text/html", format!("\u{feff} {GOOD}\n"))).await;
    assert_eq!(
        read.access.expose(),
        "access-canary-1",
        "JSON without its media type"
    );
    let read = tokens(canned(201, "application/json", GOOD)).await;
    assert_eq!(read.access.expose(), "access-canary-1", "201");

    // Fields of the answer beside the access token; lifetime and scopes that are read.
    let cases = [
        (json!({"expires_in": "3600"}), Some(3600), None),
        (json!({"expires_in": 3599.9}), Some(3599), None),
        (json!({"expires_in": " 60 "}), Some(60), None),
        (json!({}), None, None),
        (json!({"expires_in": null}), None, None),
        (json!({"expires_in": 0}), None, None),
        (json!({"expires_in": -1}), None, None),
        (json!({"expires_in": "never"}), None, None),
        (json!({"expires_in": 1e300}), Some(3_155_760_000), None),
        (json!({"scope": "a b"}), None, Some(vec!["a", "b"])),
        (json!({"scope": "a, b"}), None, Some(vec!["a", "b"])),
        (json!({"scope": ["a", "b"]}), None, Some(vec!["a", "b"])),
        (json!({"scope": ""}), None, None),
        (json!({"scope": []}), None, None),
        (json!({"scope": null}), None, None),
        (json!({"token_type": "BEARER"}), None, None),
        (
            json!({"token_type": null, "refresh_token": null, "id_token": 5}),
            None,
            None,
        ),
        (
            json!({"token_type": "Zoho-oauthtoken", "refresh_token": ""}),
            None,
            None,
        ),
        (json!({"error": null}), None, None),
        (json!({"error": ""}), None, None),
    ];
    for (fields, lifetime, scopes) in cases {
        let mut answer = json!({"access_token": "access-canary-1"});
        answer
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let read = tokens(json(200, &answer)).await;
        assert_eq!(
            read.expires_in.map(|time| time.as_secs()),
            lifetime,
            "{answer}"
        );
        let scopes = scopes.map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(read.scopes, scopes, "{answer}");
        assert_eq!(
            read.refresh, None,
            "RFC 6749 §6: the old one stays. {answer}"
        );
    }
}

#[tokio::test]
async fn lifetimes_nobody_tells_come_from_the_connector() {
    let oauth = "token_lifetime_seconds = 7200\nrefresh_lifetime_seconds = 8640000";
    let answer = json!({"access_token": "a", "refresh_token": "r"});
    let read = answered_to(oauth, json(200, &answer)).await.0.unwrap();
    assert_eq!(
        read.expires_in,
        Some(Duration::from_secs(7200)),
        "access token"
    );
    assert_eq!(
        read.refresh_expires_in,
        Some(Duration::from_secs(8_640_000)),
        "refresh token"
    );
    assert_eq!(read.refresh.unwrap().expose(), "r", "rotated");
    for name in [
        "refresh_token_expires_in",
        "x_refresh_token_expires_in",
        "refresh_expires_in",
    ] {
        let answer =
            json!({"access_token": "a", "refresh_token": "r", "expires_in": 1, name: "90"});
        let read = answered_to(oauth, json(200, &answer)).await.0.unwrap();
        assert_eq!(
            read.refresh_expires_in,
            Some(Duration::from_secs(90)),
            "{name}"
        );
        assert_eq!(
            read.expires_in,
            Some(Duration::from_secs(1)),
            "what is said counts"
        );
    }
    let read = answered_to(oauth, json(200, &json!({"access_token": "a"})))
        .await
        .0
        .unwrap();
    assert_eq!(
        read.refresh_expires_in, None,
        "the old token's end is not moved"
    );
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Provider::start().await;
    for status in [301, 302, 303, 307, 308] {
        let mut answer = canned(status, "text/plain", GOOD);
        answer
            .headers
            .push(("location", format!("{}/token", elsewhere.issuer())));
        let found = error(answer).await;
        assert_eq!(
            found,
            OAuthError::Status {
                status,
                retry_after: None
            },
            "{status}"
        );
    }
    assert!(
        elsewhere.seen().is_empty(),
        "R23: the second host was never asked"
    );
}

#[tokio::test]
async fn r23_a_token_address_outside_the_hosts_is_never_asked() {
    let (provider, elsewhere) = (Provider::start().await, Provider::start().await);
    let mut service = provider.service("");
    service.endpoints.token = Some(format!("{}/token", elsewhere.issuer()).parse().unwrap());
    let mut wire = Wire::default();
    let found = service.refresh(&mut wire).await.unwrap_err();
    assert_eq!(
        found.code(),
        "host_not_listed",
        "even if it was resolved wrongly"
    );
    assert!(elsewhere.seen().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn r23_hosts_named_by_an_answer_must_be_the_connectors() {
    let provider = Provider::start().await;
    let service = provider.service("answers = [{ name = \"org\" }]");
    let answer = |host: &str| {
        json(
            200,
            &json!({"access_token": "a", "refresh_token": "r", "api_domain": host, "org": 7, "other": "x"}),
        )
    };
    for host in ["https://eu.example.com", "eu.example.com"] {
        provider.answers("/token", answer(host));
        let read = service
            .exchange(&["read"], &mut Wire::default())
            .await
            .unwrap();
        assert_eq!(read.extras["api_domain"], host, "kept");
        assert_eq!(
            read.extras["org"], "7",
            "kept because the connector says so"
        );
        assert!(!read.extras.contains_key("other"), "nothing else is");
    }
    for host in [
        "https://evil.example.org",
        "http://eu.example.com",
        "https://a.b.example.com",
        "https://x@eu.example.com",
        "https://eu.example.com:444",
        "javascript:1",
        "https://[",
        "",
    ] {
        provider.answers("/token", answer(host));
        let found = service
            .exchange(&["read"], &mut Wire::default())
            .await
            .unwrap_err();
        assert_eq!(found.code(), "host_not_listed", "{host}");
        let read = service.refresh(&mut Wire::default()).await.unwrap();
        assert!(!read.extras.contains_key("api_domain"), "left out: {host}");
        assert_eq!(
            read.refresh.unwrap().expose(),
            "r",
            "a rotated token is never thrown away"
        );
    }
}

#[tokio::test]
async fn r23_a_host_named_by_the_callback_is_checked_before_the_code_is_sent() {
    let provider = Provider::start().await;
    let service = provider.service("");
    let attempt = service.begin(&["read"]);
    let fields = [
        ("code", "c"),
        ("accounts-server", "https://evil.example.org"),
    ];
    let code = read_callback(&attempt, &callback(&attempt, &fields), None).unwrap();
    let mut wire = Wire::default();
    let found = service
        .exchange_for(attempt, code, &mut wire)
        .await
        .unwrap_err();
    assert_eq!(found.code(), "host_not_listed", "refused");
    assert!(provider.seen().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn fields_are_read_where_the_connector_says_they_are() {
    let provider = Provider::start().await;
    let service = provider.service(
        "answer_at = \"/data\"\nscope_at = \"/data/rights\"\nexpires_at = \"/data/until\"\n\
         answers = [{ name = \"team\", at = \"/team/id\" }]",
    );
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(30);
    let answer = json(
        200,
        &json!({"data": {"access_token": "inner", "rights": ["a", "b"], "until": until.to_string()}, "team": {"id": 7}}),
    );
    provider.answers("/token", answer);
    let read = service.refresh(&mut Wire::default()).await.unwrap();
    assert_eq!(read.access.expose(), "inner", "not at the top");
    assert_eq!(read.scopes.unwrap(), ["a", "b"], "not in `scope`");
    let left = read.expires_in.unwrap().as_secs();
    assert!((1700..=1800).contains(&left), "a time, not a span: {left}");
    assert_eq!(read.extras["team"], "7", "by its pointer");
}

#[tokio::test]
async fn an_error_is_read_where_the_connector_says_its_word_is() {
    let provider = Provider::start().await;
    let service = provider.service(
        "error_at = [\"/errors/0/code\"]\nerror_words = { gone = \"invalid_grant\", busy = \"temporarily_unavailable\" }",
    );
    for (word, code) in [("gone", "invalid_grant"), ("busy", "provider_status")] {
        let answer = json(400, &json!({"errors": [{"code": word}]}));
        provider.answers("/token", answer);
        let found = service.refresh(&mut Wire::default()).await.unwrap_err();
        assert_eq!(found.code(), code, "{word}");
    }
}

#[tokio::test]
async fn a_renewal_goes_where_the_connector_says_and_numbers_stay_numbers() {
    let provider = Provider::start().await;
    let service = provider.service(&format!(
        "refresh = \"http://127.0.0.1:{}/renew\"\nbody = \"json\"\nrefresh_params = {{ days = 30 }}\nheaders = {{ X-Version = \"7\" }}",
        provider.port
    ));
    provider.answers("/renew", json(200, &json!({"access_token": "a"})));
    service.refresh(&mut Wire::default()).await.unwrap();
    let seen = provider.seen().remove(0);
    assert_eq!(seen.target, "/renew", "an address of its own");
    assert_eq!(seen.headers["x-version"], "7", "as the connector says");
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body["days"], 30, "a number");
}

#[test]
fn futures_can_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    let connector = crate::support::connector(4711, "");
    let endpoints = connector.resolve(&Default::default()).unwrap();
    let http = crate::support::http();
    let client = Client {
        id: "c".to_owned(),
        secret: None,
    };
    let token = tsunagi_oauth::Secret::new("t");
    let mut wire = Wire::default();
    assert_send(&tsunagi_oauth::refresh(
        &http,
        &connector,
        &endpoints,
        &client,
        &token,
        &[],
        &mut wire,
    ));
    let hint = tsunagi_oauth::TokenHint::Refresh;
    assert_send(&tsunagi_oauth::revoke(
        &http, &connector, &endpoints, &client, &token, hint, &mut wire,
    ));
    let scopes: Vec<String> = Vec::new();
    let attempt = tsunagi_oauth::begin(&tsunagi_oauth::Ask {
        connector: &connector,
        endpoints: &endpoints,
        client_id: "c",
        scopes: &scopes,
        redirect: &REDIRECT.parse().unwrap(),
        login_hint: None,
    })
    .unwrap();
    let code = read_callback(&attempt, &callback(&attempt, &[("code", "c")]), None).unwrap();
    assert_send(&exchange(
        &http, &connector, &endpoints, &client, attempt, code, &mut wire,
    ));
}
