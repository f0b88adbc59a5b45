use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tsunagi_domain::SystemClock;
use tsunagi_domain::freshness::Fault;
use tsunagi_oauth::{Http, Limits, OAuthError, Unreachable, Wire};

use crate::support::{GOOD, Provider, answered_to, canned, error, json, quick};

#[tokio::test]
async fn errors_are_told_apart() {
    let oauth = |error: &str| json!({"error": error, "error_description": "words"});
    let words = Some("words".to_owned());
    let grant = OAuthError::InvalidGrant {
        description: words.clone(),
    };
    let refused = OAuthError::ClientRefused {
        description: words.clone(),
    };
    let other = |error: &str| OAuthError::TokenError {
        error: error.to_owned(),
        description: words.clone(),
    };
    let status = |status| OAuthError::Status {
        status,
        retry_after: None,
    };
    let html = "<!DOCTYPE html><title>x</title>";
    let form = "application/x-www-form-urlencoded";
    let cases = [
        (json(400, &oauth("invalid_grant")), grant.clone()),
        (json(200, &oauth("invalid_grant")), grant.clone()),
        (
            canned(400, form, "error=invalid_grant&error_description=words"),
            grant,
        ),
        (json(401, &oauth("invalid_client")), refused.clone()),
        (json(400, &oauth("unauthorized_client")), refused.clone()),
        (json(200, &oauth("invalid_client")), refused),
        (json(400, &oauth("invalid_scope")), other("invalid_scope")),
        (
            json(200, &json!({"error": {"code": "E17", "message": "x"}})),
            OAuthError::TokenError {
                error: "E17".to_owned(),
                description: None,
            },
        ),
        (
            json(200, &json!({"error": true})),
            OAuthError::TokenError {
                error: "unknown".to_owned(),
                description: None,
            },
        ),
        (
            json(
                200,
                &json!({"error": "x", "access_token": "a", "error_description": "words"}),
            ),
            other("x"),
        ),
        (
            canned(400, "application/json", ""),
            OAuthError::Empty { status: 400 },
        ),
        (
            canned(200, "application/json", " \n"),
            OAuthError::Empty { status: 200 },
        ),
        (
            canned(200, "text/html", html),
            OAuthError::Html { status: 200 },
        ),
        (
            canned(200, "application/json", html),
            OAuthError::Html { status: 200 },
        ),
        (
            canned(403, "text/html", html),
            OAuthError::Html { status: 403 },
        ),
        (
            canned(200, "application/json", "{\"access_token\": \"a"),
            OAuthError::Malformed,
        ),
        (
            canned(200, "application/json", "[1]"),
            OAuthError::Malformed,
        ),
        (canned(200, "application/json", "{}"), OAuthError::Malformed),
        (
            canned(200, "application/json", "{\"access_token\": \"\"}"),
            OAuthError::Malformed,
        ),
        (
            canned(200, "application/json", "{\"access_token\": 5}"),
            OAuthError::Malformed,
        ),
        (
            canned(200, "application/json", b"\xff\xfe".as_slice()),
            OAuthError::Malformed,
        ),
        (canned(200, "text/plain", "hello"), OAuthError::Malformed),
        (canned(404, "text/plain", "not found"), status(404)),
        (json(400, &json!({"message": "x"})), status(400)),
        (json(500, &json!({"error": "invalid_grant"})), status(500)),
        (json(408, &json!({"error": "invalid_grant"})), status(408)),
        (canned(503, "text/html", html), status(503)),
    ];
    for (answer, expected) in cases {
        let (status, body) = (
            answer.status,
            String::from_utf8_lossy(&answer.body).into_owned(),
        );
        let found = error(answer).await;
        assert_eq!(found, expected, "{status} {body}");
        let fault = match expected {
            OAuthError::InvalidGrant { .. } => Fault::InvalidGrant,
            OAuthError::ClientRefused { .. } => Fault::ClientRefused,
            _ => Fault::Passing,
        };
        assert_eq!(
            found.fault(),
            fault,
            "only those two say anything about the token: {body}"
        );
    }
}

#[tokio::test]
async fn a_service_s_own_words_are_translated() {
    let oauth = "error_words = { invalid_code = \"invalid_grant\" }";
    let (outcome, _) = answered_to(oauth, json(200, &json!({"error": "invalid_code"}))).await;
    assert_eq!(
        outcome.unwrap_err().fault(),
        Fault::InvalidGrant,
        "as the connector says"
    );
}

#[tokio::test]
async fn retry_after_is_seconds_or_a_date_and_a_day_at_most() {
    for status in [429, 503] {
        for (value, wait) in [
            ("7", Some(7)),
            ("99999999", Some(86_400)),
            ("Thu, 31 Dec 2099 23:59:59 GMT", Some(86_400)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let mut answer = canned(status, "text/plain", "slow down");
            answer.headers.push(("retry-after", value.to_owned()));
            let retry_after = wait.map(Duration::from_secs);
            let found = error(answer).await;
            assert_eq!(
                found,
                OAuthError::Status {
                    status,
                    retry_after
                },
                "{value}"
            );
            assert_eq!(
                found.fault(),
                Fault::Passing,
                "says nothing about the token"
            );
        }
    }
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let mut body = GOOD.to_owned();
    body.push_str(&" ".repeat(1024 * 1024));
    let found = error(canned(200, "application/json", body)).await;
    assert_eq!(found, OAuthError::TooLarge, "1 MiB is enough for any token");
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_says_why() {
    let provider = Provider::start().await;
    let mut service = provider.service("");
    service.http = Http::with(quick(), Arc::new(SystemClock)).unwrap();
    provider.answers("/token", canned(0, "", ""));
    let mut wire = Wire::default();
    let silent = service.refresh(&mut wire).await.unwrap_err();
    assert_eq!(
        silent,
        OAuthError::Unreachable {
            kind: Unreachable::Timeout
        },
        "no answer"
    );

    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let connector = crate::support::connector(port, "");
    service.endpoints = connector.resolve(&Default::default()).unwrap();
    let refused = service.refresh(&mut wire).await.unwrap_err();
    assert_eq!(
        refused,
        OAuthError::Unreachable {
            kind: Unreachable::Connect
        },
        "nobody there"
    );

    // Plain HTTP where TLS is spoken to.
    let mut service = provider.service("");
    let tls = format!("https://127.0.0.1:{}", provider.port);
    service.endpoints.hosts = vec![tls.clone().try_into().unwrap()];
    service.endpoints.token = Some(format!("{tls}/token").parse().unwrap());
    let plain = service.refresh(&mut wire).await.unwrap_err();
    assert_eq!(
        plain,
        OAuthError::Unreachable {
            kind: Unreachable::Tls
        },
        "no secure connection"
    );

    for error in [silent, refused, plain] {
        assert_eq!(error.fault(), Fault::Passing, "no fault of the token's");
    }
    assert!(
        wire.lines.iter().all(|line| line.status.is_none()),
        "no answer, and told so"
    );
    assert_eq!(wire.lines.len(), 3, "each request has its line");
}

#[tokio::test]
async fn answers_up_to_the_limit_are_read() {
    let provider = Provider::start().await;
    let mut service = provider.service("");
    let limits = Limits {
        answer: GOOD.len(),
        ..Limits::default()
    };
    service.http = Http::with(limits, Arc::new(SystemClock)).unwrap();
    provider.answers("/token", canned(200, "application/json", GOOD));
    assert!(
        service.refresh(&mut Wire::default()).await.is_ok(),
        "exactly the limit"
    );
    provider.answers(
        "/token",
        canned(200, "application/json", format!("{GOOD} ")),
    );
    let found = service.refresh(&mut Wire::default()).await.unwrap_err();
    assert_eq!(found, OAuthError::TooLarge, "one byte more");
}

#[test]
fn every_error_has_a_listed_code() {
    let codes = OAuthError::CODES;
    let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
    assert_eq!(distinct.len(), codes.len(), "each once");
    for error in [
        OAuthError::ConsentDenied,
        OAuthError::Malformed,
        OAuthError::PortTaken { port: 1 },
        OAuthError::DeviceNotOffered,
        OAuthError::DeviceExpired,
        OAuthError::VerificationUriInvalid,
        OAuthError::MetadataNotOffered,
        OAuthError::MetadataDiffers {
            field: "issuer",
            expected: String::new(),
            got: String::new(),
        },
    ] {
        assert!(codes.contains(&error.code()), "{error}");
    }
}
