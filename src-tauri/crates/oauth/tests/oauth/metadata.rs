use std::sync::Arc;

use serde_json::{Value, json};
use tsunagi_domain::SystemClock;
use tsunagi_oauth::{
    Http, Limits, Metadata, OAuthError, Result, Unreachable, Wire, check_metadata, fetch_metadata,
    read_callback,
};

use crate::support::{Canned, Provider, Service, callback, canned, each_is_told, json, quick};

const PATH: &str = "/.well-known/oauth-authorization-server";

fn service(provider: &Provider, oauth: &str) -> Service {
    let issuer = provider.issuer();
    provider.service(&format!(
        "metadata = \"{issuer}{PATH}\"\ndevice = \"{issuer}/device\"\nuserinfo = \"{issuer}/userinfo\"\n{oauth}"
    ))
}

/// What says the same as the connector.
fn document(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "jwks_uri": format!("{issuer}/jwks"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "device_authorization_endpoint": format!("{issuer}/device"),
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"],
        "something_new": {"nested": [1, 2, 3]},
    })
}

fn read(document: &Value) -> Metadata {
    serde_json::from_value(document.clone()).unwrap()
}

async fn fetched(canned: Canned) -> (Result<Metadata>, Wire) {
    let provider = Provider::start().await;
    let mut service = service(&provider, "");
    if canned.status == 0 {
        service.http = Http::with(quick(), Arc::new(SystemClock)).unwrap();
    }
    provider.answers(PATH, canned);
    let mut wire = Wire::default();
    let outcome = fetch_metadata(&service.http, &service.endpoints, &mut wire).await;
    (outcome, wire)
}

#[tokio::test]
async fn rfc8414_a_document_is_fetched_and_agrees_with_its_connector() {
    let provider = Provider::start().await;
    let service = service(&provider, "");
    provider.answers(PATH, json(200, &document(&provider.issuer())));
    let mut wire = Wire::default();
    let metadata = fetch_metadata(&service.http, &service.endpoints, &mut wire)
        .await
        .unwrap();
    assert_eq!(metadata.issuer, provider.issuer(), "as it is written");
    assert_eq!(
        check_metadata(&metadata, &service.connector, &service.endpoints),
        Ok(()),
        "the same everywhere"
    );
    let [seen] = &provider.seen()[..] else {
        panic!("one request")
    };
    assert!(
        !seen.headers.contains_key("authorization") && seen.body.is_empty(),
        "no credential goes along"
    );
    let [line] = &wire.lines[..] else {
        panic!("one line")
    };
    assert_eq!(
        (line.method.as_str(), line.status, &line.error),
        ("GET", Some(200), &None),
        "told in the timeline"
    );
}

#[tokio::test]
async fn every_way_a_document_cannot_be_read_has_its_error() {
    let status = |status| OAuthError::Status {
        status,
        retry_after: None,
    };
    let table = [
        (
            canned(200, "text/html", "<!doctype html>"),
            OAuthError::Html { status: 200 },
        ),
        (
            canned(200, "application/json", ""),
            OAuthError::Empty { status: 200 },
        ),
        (
            canned(200, "application/json", "{\"issuer\":"),
            OAuthError::Malformed,
        ),
        (
            canned(200, "application/json", "[\"issuer\"]"),
            OAuthError::Malformed,
        ),
        (canned(200, "text/plain", "hello"), OAuthError::Malformed),
        (
            json(200, &json!({"token_endpoint": "https://x"})),
            OAuthError::Malformed,
        ),
        (
            json(200, &json!({"issuer": "https://x", "token_endpoint": 1})),
            OAuthError::Malformed,
        ),
        (canned(404, "text/html", "<html>"), status(404)),
        (canned(302, "text/html", ""), status(302)),
        (canned(500, "application/json", "{}"), status(500)),
        (
            canned(0, "", ""),
            OAuthError::Unreachable {
                kind: Unreachable::Timeout,
            },
        ),
        (
            canned(1, "", ""),
            OAuthError::Unreachable {
                kind: Unreachable::Connect,
            },
        ),
        (
            canned(200, "application/json", vec![b' '; 1024 * 1024 + 1]),
            OAuthError::TooLarge,
        ),
    ];
    each_is_told(table, fetched).await;
}

#[tokio::test]
async fn without_an_address_nothing_is_fetched() {
    let provider = Provider::start().await;
    let service = provider.service("");
    let outcome = fetch_metadata(&service.http, &service.endpoints, &mut Wire::default()).await;
    assert_eq!(
        outcome.unwrap_err(),
        OAuthError::MetadataNotOffered,
        "an issuer alone is not enough"
    );
    assert_eq!(provider.seen().len(), 0, "nobody is asked");
}

#[tokio::test]
async fn an_address_that_is_neither_https_nor_on_this_computer_is_not_asked() {
    let provider = Provider::start().await;
    let mut service = service(&provider, "");
    service.endpoints.metadata = Some(format!("http://example.com{PATH}").parse().unwrap());
    let http = Http::with(Limits::default(), Arc::new(SystemClock)).unwrap();
    let outcome = fetch_metadata(&http, &service.endpoints, &mut Wire::default()).await;
    assert!(
        matches!(outcome, Err(OAuthError::HostNotListed(_))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn rfc8414_the_issuer_is_the_same_to_the_letter() {
    let provider = Provider::start().await;
    let mut service = service(&provider, "");
    let issuer = provider.issuer();
    for got in [
        format!("{issuer}/"),
        issuer.replace("http", "HTTP"),
        issuer.replace("127.0.0.1", "localhost"),
        format!("{issuer}?x=1"),
        String::new(),
    ] {
        let mut said = document(&issuer);
        said["issuer"] = json!(got);
        assert_eq!(
            check_metadata(&read(&said), &service.connector, &service.endpoints),
            Err(OAuthError::MetadataDiffers {
                field: "issuer",
                expected: issuer.clone(),
                got: got.clone(),
            }),
            "RFC 8414 §3.3: {got:?}"
        );
    }
    service.endpoints.issuer = None;
    let mut said = document(&issuer);
    for got in [issuer.as_str(), ""] {
        said["issuer"] = json!(got);
        assert!(
            check_metadata(&read(&said), &service.connector, &service.endpoints).is_err(),
            "nothing to compare with is no agreement: {got:?}"
        );
    }
}

#[tokio::test]
async fn each_endpoint_is_compared_where_both_name_it() {
    let provider = Provider::start().await;
    let service = service(&provider, "");
    let bare = provider.service("");
    let issuer = provider.issuer();
    let fields = [
        ("authorization_endpoint", true),
        ("token_endpoint", true),
        ("revocation_endpoint", true),
        ("jwks_uri", true),
        ("userinfo_endpoint", false),
        ("device_authorization_endpoint", false),
    ];
    for (field, in_every_connector) in fields {
        for got in [
            "https://evil.example/x",
            "http://127.0.0.1:1/x",
            "javascript:x",
            "x",
            "",
        ] {
            let mut said = document(&issuer);
            said[field] = json!(got);
            let said = read(&said);
            let error = check_metadata(&said, &service.connector, &service.endpoints).unwrap_err();
            assert_eq!(error.code(), "metadata_differs", "{field} {got}");
            assert_eq!(error.args()["field"], field, "{got}");
            assert_eq!(error.args()["got"], got, "{field}");
            assert!(
                error.args()["expected"].starts_with(&issuer),
                "{field}: what the connector has"
            );
            assert_eq!(
                check_metadata(&said, &bare.connector, &bare.endpoints).is_ok(),
                !in_every_connector,
                "{field}: a connector without it uses none"
            );
        }
        let mut said = document(&issuer);
        said.as_object_mut().unwrap().remove(field);
        assert_eq!(
            check_metadata(&read(&said), &service.connector, &service.endpoints),
            Ok(()),
            "{field}: a document may leave it out"
        );
    }
}

#[tokio::test]
async fn endpoints_are_compared_as_addresses() {
    let provider = Provider::start().await;
    let mut service = service(&provider, "");
    service.endpoints.token = Some("https://login.example.com/token".parse().unwrap());
    let mut said = document(&provider.issuer());
    for (got, same) in [
        ("https://LOGIN.example.com:443/token", true),
        ("https://login.example.com/token/", false),
        ("https://login.example.com/Token", false),
        ("https://login.example.com/token?x", false),
        ("http://login.example.com/token", false),
    ] {
        said["token_endpoint"] = json!(got);
        assert_eq!(
            check_metadata(&read(&said), &service.connector, &service.endpoints).is_ok(),
            same,
            "{got}"
        );
    }
}

#[tokio::test]
async fn rfc7636_a_provider_that_names_methods_names_s256() {
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    let with = |methods: Value| {
        let mut said = document(&issuer);
        said["code_challenge_methods_supported"] = methods;
        read(&said)
    };
    let strict = service(&provider, "");
    let lax = ["pkce = false", "pkce = \"undocumented\""].map(|said| service(&provider, said));
    for (methods, told) in [(json!(["plain"]), "plain"), (json!([]), "")] {
        assert_eq!(
            check_metadata(&with(methods.clone()), &strict.connector, &strict.endpoints),
            Err(OAuthError::MetadataDiffers {
                field: "code_challenge_methods_supported",
                expected: "S256".to_owned(),
                got: told.to_owned(),
            }),
            "{methods}"
        );
        for lax in &lax {
            assert_eq!(
                check_metadata(&with(methods.clone()), &lax.connector, &lax.endpoints),
                Ok(()),
                "this connector uses no PKCE"
            );
        }
    }
    assert_eq!(
        check_metadata(&with(json!(null)), &strict.connector, &strict.endpoints),
        Ok(()),
        "some support it and do not say so, whatever RFC 8414 section 2 takes that for"
    );
}

#[test]
fn rfc9207_metadata_that_promises_iss_makes_it_required() {
    let mut said = document("https://x.example");
    assert!(read(&said).iss_required(), "it is promised");
    said.as_object_mut()
        .unwrap()
        .remove("authorization_response_iss_parameter_supported");
    assert!(!read(&said).iss_required(), "false where it is left out");
}

#[tokio::test]
async fn rfc9207_a_required_iss_that_is_missing_fails_the_callback() {
    let provider = Provider::start().await;
    let service = provider.service("");
    let issuer = provider.issuer();
    let mut attempt = service.begin(&["read"]);
    let bare = callback(&attempt, &[("code", "c")]);
    assert!(
        read_callback(&attempt, &bare, Some(&issuer)).is_ok(),
        "the connector does not ask for it"
    );
    attempt.require_iss();
    for expected in [Some(issuer.as_str()), None] {
        assert!(
            matches!(
                read_callback(&attempt, &bare, expected),
                Err(OAuthError::IssuerMismatch { .. })
            ),
            "the provider promised it"
        );
    }
    let named = callback(&attempt, &[("code", "c"), ("iss", &issuer)]);
    assert!(
        read_callback(&attempt, &named, Some(&issuer)).is_ok(),
        "and keeps the promise"
    );
}

#[test]
fn what_a_document_says_is_fit_for_a_screen() {
    let said = json!({"issuer": format!("https://x\u{202e}\n{}", "y".repeat(5000))});
    let connector = crate::support::connector(1, "");
    let endpoints = connector.resolve(&Default::default()).unwrap();
    let error = check_metadata(&read(&said), &connector, &endpoints).unwrap_err();
    let got = &error.args()["got"];
    assert!(got.chars().count() <= 300, "300 characters");
    assert!(
        !got.contains(['\u{202e}', '\n']),
        "no character that changes how others look"
    );
}
