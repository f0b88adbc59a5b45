//! Authorization requests that are pushed before anybody is taken anywhere: RFC 9126.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tsunagi_domain::SystemClock;
use tsunagi_oauth::{
    Http, OAuthError, Result, Unreachable, Wire, check_metadata, discover, push, read_callback,
};
use url::Url;

use crate::support::{
    CLIENT_ID, Canned, Provider, REDIRECT, Service, callback, canned, client, each_is_told, field,
    http, json, quick,
};

const REFERENCE: &str = "urn:ietf:params:oauth:request_uri:reference/+1";

fn service(provider: &Provider, oauth: &str) -> Service {
    provider.service(&format!("par = \"{}/par\"\n{oauth}", provider.issuer()))
}

fn taken() -> Canned {
    json(201, &json!({"request_uri": REFERENCE, "expires_in": 60}))
}

async fn pushed(service: &Service, request: &Url, wire: &mut Wire) -> Result<Url> {
    push(
        &service.http,
        &service.connector,
        &service.endpoints,
        &client(),
        request,
        wire,
    )
    .await
}

/// What comes of one answer.
async fn answered(canned: Canned) -> (Result<Url>, Wire) {
    let provider = Provider::start().await;
    let mut service = service(&provider, "");
    if canned.status == 0 {
        service.http = Http::with(quick(), Arc::new(SystemClock)).unwrap();
    }
    provider.answers("/par", canned);
    let mut wire = Wire::default();
    let attempt = service.begin(&["read"]);
    let outcome = pushed(&service, attempt.url(), &mut wire).await;
    (outcome, wire)
}

#[tokio::test]
async fn rfc9126_the_whole_request_is_pushed_and_the_address_only_refers_to_it() {
    let provider = Provider::start().await;
    let service = service(&provider, "authorize_params = { prompt = \"consent\" }");
    provider.answers("/par", taken());
    let attempt = service.begin(&["openid", "read"]);
    assert!(attempt.is_pushed());
    let address = pushed(&service, attempt.url(), &mut Wire::default())
        .await
        .unwrap();

    let [seen] = &provider.seen()[..] else {
        panic!("one request")
    };
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str()),
        ("POST", "/par")
    );
    let sent: Vec<(String, String)> = url::form_urlencoded::parse(seen.body.as_bytes())
        .into_owned()
        .collect();
    let form: BTreeMap<String, String> = sent.iter().cloned().collect();
    assert_eq!(
        sent.len(),
        form.len(),
        "RFC 6749 §3.1: nothing twice: {sent:?}"
    );
    let mut asked: BTreeMap<String, String> = attempt.url().query_pairs().into_owned().collect();
    asked.insert("client_secret".to_owned(), "client secret/+".to_owned());
    assert_eq!(
        form, asked,
        "every parameter, and the client's proof as at the token endpoint"
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert!(form[name].len() >= 43, "{name} goes along");
    }
    assert_eq!(form["redirect_uri"], REDIRECT);

    let authorize = service.endpoints.authorize.as_ref().unwrap();
    assert_eq!(address.path(), authorize.path());
    assert_eq!(address.origin(), authorize.origin());
    let query: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    assert_eq!(
        query,
        [
            ("client_id".to_owned(), CLIENT_ID.to_owned()),
            ("request_uri".to_owned(), REFERENCE.to_owned()),
        ],
        "RFC 9126 §4: and nothing that was asked for"
    );
}

#[tokio::test]
async fn the_answer_still_belongs_to_the_attempt() {
    let provider = Provider::start().await;
    let service = service(&provider, "");
    provider.answers("/par", taken());
    provider.answers(
        "/token",
        json(200, &json!({"access_token": "access-canary-1"})),
    );
    let attempt = service.begin(&["read"]);
    let mut wire = Wire::default();
    pushed(&service, attempt.url(), &mut wire).await.unwrap();
    pushed(&service, attempt.url(), &mut wire).await.unwrap();
    let [first, again] = &provider.seen()[..] else {
        panic!("one request per page that is opened")
    };
    assert_eq!(first.body, again.body, "the same state each time");
    let stranger = service.begin(&["read"]);
    assert_eq!(
        read_callback(&attempt, &callback(&stranger, &[("code", "x")]), None).unwrap_err(),
        OAuthError::StateMismatch,
        "another attempt's answer is not this one's"
    );
    let code = service.code(&attempt, "code-canary-1");
    let tokens = service.exchange_for(attempt, code, &mut wire).await;
    assert_eq!(tokens.unwrap().access.expose(), "access-canary-1");
}

#[tokio::test]
async fn the_client_proves_itself_as_at_the_token_endpoint() {
    for (method, header, secret) in [
        ("basic", true, None),
        ("post", false, Some("client secret/+")),
        ("none", false, None),
    ] {
        let provider = Provider::start().await;
        let service = service(&provider, &format!("client_auth = \"{method}\""));
        provider.answers("/par", taken());
        let attempt = service.begin(&["read"]);
        pushed(&service, attempt.url(), &mut Wire::default())
            .await
            .unwrap();
        let [seen] = &provider.seen()[..] else {
            panic!("one request")
        };
        let form = seen.form();
        assert_eq!(
            seen.headers.contains_key("authorization"),
            header,
            "{method}: header"
        );
        assert_eq!(
            form.get("client_secret").map(String::as_str),
            secret,
            "{method}: body"
        );
        assert_eq!(
            form["client_id"], CLIENT_ID,
            "{method}: part of every authorization request"
        );
    }
}

#[tokio::test]
async fn it_is_a_form_whatever_the_token_endpoint_takes() {
    for body in ["json", "query", "form"] {
        let provider = Provider::start().await;
        let service = service(&provider, &format!("body = \"{body}\""));
        provider.answers("/par", taken());
        let attempt = service.begin(&["read"]);
        pushed(&service, attempt.url(), &mut Wire::default())
            .await
            .unwrap();
        let [seen] = &provider.seen()[..] else {
            panic!("one request")
        };
        assert_eq!(seen.target, "/par", "{body}: nothing in the address");
        assert_eq!(
            seen.headers["content-type"], "application/x-www-form-urlencoded",
            "{body}: RFC 9126 §2.1"
        );
        assert_eq!(seen.form()["scope"], "read", "{body}");
    }
}

#[tokio::test]
async fn what_the_connectors_address_has_in_it_by_itself_stays_there() {
    let provider = Provider::start().await;
    let mut service = service(&provider, "");
    let own = format!("{}/authorize?tenant=one", provider.issuer());
    service.endpoints.authorize = Some(own.parse().unwrap());
    provider.answers("/par", taken());
    let attempt = service.begin(&["read"]);
    assert_eq!(field(attempt.url(), "tenant").as_deref(), Some("one"));
    let address = pushed(&service, attempt.url(), &mut Wire::default())
        .await
        .unwrap();
    assert_eq!(field(&address, "tenant").as_deref(), Some("one"));
    assert_eq!(field(&address, "request_uri").as_deref(), Some(REFERENCE));
    assert!(
        !provider.seen()[0].form().contains_key("tenant"),
        "it is no part of the request"
    );
}

#[tokio::test]
async fn without_an_endpoint_nothing_is_sent() {
    let provider = Provider::start().await;
    let service = provider.service("");
    let attempt = service.begin(&["read"]);
    assert!(!attempt.is_pushed());
    let address = pushed(&service, attempt.url(), &mut Wire::default()).await;
    assert_eq!(&address.unwrap(), attempt.url(), "the request itself");
    assert_eq!(provider.seen().len(), 0);
}

#[tokio::test]
async fn every_answer_that_is_none_has_its_error() {
    let said = |error: &str| OAuthError::TokenError {
        error: error.to_owned(),
        description: Some("not like this".to_owned()),
    };
    let refusal = |error: &str| {
        json(
            400,
            &json!({"error": error, "error_description": "not like this"}),
        )
    };
    let described = Some("not like this".to_owned());
    let table = [
        (refusal("invalid_request"), said("invalid_request")),
        (refusal("invalid_scope"), said("invalid_scope")),
        (
            refusal("invalid_client"),
            OAuthError::ClientRefused {
                description: described.clone(),
            },
        ),
        (
            refusal("unauthorized_client"),
            OAuthError::ClientRefused {
                description: described,
            },
        ),
        (
            json(429, &json!({"error": "slow"})),
            OAuthError::Status {
                status: 429,
                retry_after: None,
            },
        ),
        (
            canned(413, "text/plain", "too large"),
            OAuthError::Status {
                status: 413,
                retry_after: None,
            },
        ),
        (
            canned(302, "text/html", ""),
            OAuthError::Status {
                status: 302,
                retry_after: None,
            },
        ),
        (
            canned(404, "text/html", "<!doctype html>"),
            OAuthError::Html { status: 404 },
        ),
        (
            canned(201, "application/json", ""),
            OAuthError::Empty { status: 201 },
        ),
        (
            canned(201, "application/json", "{\"request_uri\":"),
            OAuthError::Malformed,
        ),
        (json(201, &json!({"expires_in": 60})), OAuthError::Malformed),
        (
            json(201, &json!({"request_uri": ""})),
            OAuthError::Malformed,
        ),
        (json(201, &json!({"request_uri": 7})), OAuthError::Malformed),
        (
            json(201, &json!({"request_uri": "urn:x\r\ny"})),
            OAuthError::Malformed,
        ),
        (
            canned(201, "application/json", vec![b' '; 1024 * 1024 + 1]),
            OAuthError::TooLarge,
        ),
        (
            canned(0, "", ""),
            OAuthError::Unreachable {
                kind: Unreachable::Timeout,
            },
        ),
    ];
    each_is_told(table, answered).await;
}

#[tokio::test]
async fn the_timeline_tells_of_it_without_its_secrets() {
    let provider = Provider::start().await;
    let service = service(&provider, "");
    let attempt = service.begin(&["openid", "read"]);
    let state = field(attempt.url(), "state").unwrap();
    // A service that repeats what it was sent.
    let echo = json!({"error": "invalid_request", "error_description": format!("no {state}")});
    provider.answers_in_turn("/par", [taken(), json(400, &echo)]);
    let mut wire = Wire::default();
    let address = pushed(&service, attempt.url(), &mut wire).await.unwrap();
    let error = pushed(&service, attempt.url(), &mut wire)
        .await
        .unwrap_err();
    let told: Vec<String> = wire.lines.iter().map(ToString::to_string).collect();
    let told = format!(
        "{} {error} {:?} {}",
        told.join("\n"),
        error.args(),
        tsunagi_oauth::redacted(&address)
    );
    for name in ["state", "nonce", "code_challenge"] {
        let value = field(attempt.url(), name).unwrap();
        assert!(!told.contains(&value), "{name}: {told}");
    }
    for secret in ["client secret/+", "client+secret", REFERENCE] {
        assert!(!told.contains(secret), "{secret}: {told}");
    }
    assert!(
        told.contains("scope=openid read") && told.contains(" 201 "),
        "what is no secret is shown: {told}"
    );
}

#[tokio::test]
async fn a_client_is_proven_to_a_listed_host_only() {
    let provider = Provider::start().await;
    let mut service = service(&provider, "");
    service.endpoints.par = Some("https://evil.example.org/par".parse().unwrap());
    let attempt = service.begin(&["read"]);
    let outcome = pushed(&service, attempt.url(), &mut Wire::default()).await;
    assert!(
        matches!(outcome, Err(OAuthError::HostNotListed(_))),
        "R23: {outcome:?}"
    );
}

#[tokio::test]
async fn what_a_service_says_of_pushing_is_held_against_its_connector() {
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    let said = |endpoint: Option<&str>, required: bool| {
        serde_json::from_value(json!({
            "issuer": issuer,
            "pushed_authorization_request_endpoint": endpoint,
            "require_pushed_authorization_requests": required,
        }))
        .unwrap()
    };
    let here = format!("{issuer}/par");
    let (with, without) = (service(&provider, ""), provider.service(""));
    let check = |service: &Service, endpoint, required| {
        let differs = check_metadata(
            &said(endpoint, required),
            &service.connector,
            &service.endpoints,
        );
        differs.err().map(|error| error.args()["field"].clone())
    };
    assert_eq!(check(&with, Some(&here), true), None, "the same address");
    assert_eq!(check(&with, None, false), None, "not said");
    assert_eq!(check(&without, Some(&here), false), None, "not asked for");
    assert_eq!(
        check(&with, Some("https://evil.example.org/par"), false).as_deref(),
        Some("pushed_authorization_request_endpoint")
    );
    assert_eq!(
        check(&without, Some(&here), true).as_deref(),
        Some("require_pushed_authorization_requests"),
        "nobody is taken where they would be turned away"
    );
}

#[tokio::test]
async fn what_an_issuer_says_of_pushing_is_taken_over() {
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    let mut said = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "pushed_authorization_request_endpoint": format!("{issuer}/par"),
    });
    let place = "/.well-known/oauth-authorization-server";
    let found = async |said: &serde_json::Value| {
        provider.answers(place, json(200, said));
        discover(&http(), &issuer, &mut Wire::default()).await
    };
    let oauth = found(&said).await.unwrap().oauth;
    assert_eq!(oauth.par, Some(format!("{issuer}/par")));
    said["pushed_authorization_request_endpoint"] = json!("http://example.com/par");
    let error = found(&said).await.unwrap_err();
    assert_eq!(
        error.code(),
        "discovery_insecure",
        "a secret would go there"
    );
    said["pushed_authorization_request_endpoint"] = json!(format!("{issuer}/par"));
    said["grant_types_supported"] = json!(["client_credentials"]);
    let oauth = found(&said).await.unwrap().oauth;
    assert_eq!(oauth.par, None, "nobody is taken anywhere");
}
