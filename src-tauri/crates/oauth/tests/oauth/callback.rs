use tsunagi_oauth::{Attempt, OAuthError, read_callback};
use url::Url;

use crate::support::{REDIRECT, callback, connector, field};

const ISSUER: &str = "http://127.0.0.1:4711";

fn attempt_of(oauth: &str) -> Attempt {
    let connector = connector(4711, oauth);
    let endpoints = connector.resolve(&Default::default()).unwrap();
    tsunagi_oauth::begin(&tsunagi_oauth::Ask {
        connector: &connector,
        endpoints: &endpoints,
        client_id: "c",
        scopes: &[],
        redirect: &Url::parse(REDIRECT).unwrap(),
        login_hint: None,
    })
    .unwrap()
}

#[test]
fn a_good_callback_is_read_and_keeps_its_code_to_itself() {
    let attempt = attempt_of("");
    let url = callback(&attempt, &[("code", "canary-code"), ("iss", ISSUER)]);
    let code = read_callback(&attempt, &url, Some(ISSUER)).unwrap();
    assert!(!format!("{code:?}").contains("canary-code"), "redacted");
}

#[test]
fn what_is_wrong_with_a_callback_is_told_apart() {
    let attempt = attempt_of("");
    let read = |fields: &[(&str, &str)]| {
        read_callback(&attempt, &callback(&attempt, fields), Some(ISSUER)).unwrap_err()
    };
    assert_eq!(
        read(&[("error", "access_denied")]),
        OAuthError::ConsentDenied,
        "RFC 6749 §4.1.2.1"
    );
    assert_eq!(
        read(&[
            ("error", "server_error"),
            ("error_description", "try\r\nagain\u{202e}")
        ]),
        OAuthError::CallbackError {
            error: "server_error".to_owned(),
            description: Some("try  again".to_owned())
        },
        "control and direction characters are gone"
    );
    assert_eq!(
        read(&[]),
        OAuthError::CallbackInvalid { reason: "no_code" },
        "no code"
    );
    assert_eq!(
        read(&[("code", "")]),
        OAuthError::CallbackInvalid { reason: "no_code" },
        "empty"
    );
    assert_eq!(
        read(&[("code", "a"), ("code", "b")]),
        OAuthError::CallbackInvalid {
            reason: "repeated_field"
        },
        "RFC 6749 §3.1"
    );
}

#[test]
fn a_callback_of_another_flow_is_refused_before_anything_is_believed() {
    let (attempt, other) = (attempt_of(""), attempt_of(""));
    for url in [
        callback(&other, &[("code", "c")]),
        callback(&other, &[("error", "access_denied")]),
        Url::parse(&format!("{REDIRECT}?code=c")).unwrap(),
    ] {
        let error = read_callback(&attempt, &url, None).unwrap_err();
        assert_eq!(error, OAuthError::StateMismatch, "{url}");
    }
    let state = field(attempt.url(), "state").unwrap();
    let url = Url::parse(&format!(
        "http://127.0.0.1:61234/other?code=c&state={state}"
    ))
    .unwrap();
    let error = read_callback(&attempt, &url, None).unwrap_err();
    assert_eq!(error, OAuthError::RedirectMismatch, "another path");
}

#[test]
fn rfc9207_the_issuer_is_compared_wherever_it_is_named() {
    let lax = attempt_of("");
    let strict = attempt_of("iss_required = true");
    let read = |attempt: &Attempt, fields: &[(&str, &str)], expected| {
        read_callback(attempt, &callback(attempt, fields), expected)
            .map(|_| ())
            .map_err(|e| e.code())
    };
    let code = ("code", "c");
    let wrong = Err("issuer_mismatch");
    assert_eq!(
        read(&lax, &[code, ("iss", ISSUER)], Some(ISSUER)),
        Ok(()),
        "the right one"
    );
    assert_eq!(
        read(&lax, &[code], Some(ISSUER)),
        Ok(()),
        "not named, not asked for"
    );
    assert_eq!(
        read(&strict, &[code], Some(ISSUER)),
        wrong,
        "not named, but asked for"
    );
    assert_eq!(
        read(&strict, &[code, ("iss", ISSUER)], None),
        wrong,
        "nothing to compare with"
    );
    for other in [
        "https://evil.example.org",
        "http://127.0.0.1:4711/",
        "HTTP://127.0.0.1:4711",
        "",
    ] {
        assert_eq!(
            read(&lax, &[code, ("iss", other)], Some(ISSUER)),
            wrong,
            "{other}"
        );
        assert_eq!(
            read(
                &lax,
                &[("error", "access_denied"), ("iss", other)],
                Some(ISSUER)
            ),
            wrong,
            "an error is not believed either: {other}"
        );
    }
}
