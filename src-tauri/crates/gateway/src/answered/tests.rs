#![allow(clippy::unwrap_used)]

use http::{HeaderMap, StatusCode};
use tsunagi_connectors::{Api, Library};
use url::Url;

use super::{censor, repeats, says_invalid_token};
use crate::echo::Needles;
use crate::outgoing::Incoming;

fn api() -> Api {
    Library::built_in().get("practice").unwrap().api.clone()
}

fn incoming(status: StatusCode, challenges: &[&'static str], carried: bool) -> Incoming {
    let mut headers = HeaderMap::new();
    for challenge in challenges {
        headers.append("www-authenticate", challenge.parse().unwrap());
    }
    Incoming {
        url: Url::parse("https://api.example.com/").unwrap(),
        status,
        headers,
        body: Vec::new(),
        truncated: false,
        carried,
        hidden: false,
        rest: None,
        own: std::sync::OnceLock::new(),
    }
}

#[test]
fn a_challenge_is_about_the_token_unless_it_names_another_error() {
    let table: [(&[&'static str], bool); 9] = [
        (&[], true),
        (&["Bearer"], true),
        (&["Bearer realm=\"x\""], true),
        (&["Bearer error=\"invalid_token\""], true),
        (&["bearer ERROR = \"invalid_token\""], true),
        (&["bearer ERROR = \"insufficient_scope\""], false),
        (&["Bearer error=\"insufficient_scope\""], false),
        (&["Bearer error=\"invalid_request\""], false),
        (
            &["Basic realm=\"x\"", "Bearer error=\"invalid_token\""],
            true,
        ),
    ];
    for (challenges, expected) in table {
        let answer = incoming(StatusCode::UNAUTHORIZED, challenges, true);
        assert_eq!(
            says_invalid_token(&api(), &answer),
            expected,
            "{challenges:?}"
        );
        let elsewhere = incoming(StatusCode::UNAUTHORIZED, challenges, false);
        assert!(
            !says_invalid_token(&api(), &elsewhere),
            "{challenges:?} from who was not sent the token"
        );
        let forbidden = incoming(StatusCode::FORBIDDEN, challenges, true);
        assert!(
            !says_invalid_token(&api(), &forbidden),
            "403 is about rights, not about the token"
        );
    }
}

#[test]
fn a_secret_of_the_service_is_taken_out_wherever_it_stands() {
    let twilio = Library::built_in().get("twilio").unwrap().api.clone();
    let censored = |body: &str| {
        let mut answer = incoming(StatusCode::OK, &[], true);
        answer.body = body.as_bytes().to_vec();
        censor(&twilio, &mut answer);
        (String::from_utf8(answer.body).unwrap(), answer.hidden)
    };
    assert_eq!(
        censored("{\"sid\":\"AC1\",\"auth_token\":\"s3cret\"}"),
        ("{\"sid\":\"AC1\"}".to_owned(), false)
    );
    assert_eq!(
        censored("{\"accounts\":[{\"auth_token\":\"s3cret\",\"sid\":\"AC2\"}]}"),
        ("{\"accounts\":[{\"sid\":\"AC2\"}]}".to_owned(), false),
        "of subaccounts too"
    );
    let (_, hidden) = censored("<Account><AuthToken>s3cret</AuthToken></Account>");
    assert!(hidden, "what cannot be read is not shown");
    let (body, hidden) = censored("plain");
    assert_eq!((body.as_str(), hidden), ("plain", false));
}

#[test]
fn a_secret_is_found_however_an_answer_writes_it() {
    let secret = tsunagi_oauth::Secret::new("a \"b\" & ü/key");
    let told = |body: &str, url: &str| {
        let mut incoming = incoming(StatusCode::OK, &[], true);
        incoming.body = body.as_bytes().to_vec();
        incoming.url = Url::parse(url).unwrap();
        repeats(&incoming, &Needles::of(std::slice::from_ref(&secret)))
    };
    let plain = "https://api.example.com/";
    for body in [
        "a \"b\" & ü/key",
        r#"{"sent": "a \"b\" \u0026 \u00fc\/key"}"#,
        r#"["x", {"a \"b\" & ü/key": 1}]"#,
        "a+%22b%22+%26+%C3%BC%2Fkey",
    ] {
        assert!(told(body, plain), "{body}");
    }
    assert!(!told(r#"{"sent": "a b & u/key"}"#, plain), "another one");
    let url = "https://api.example.com/session/a+%22b%22+%26+%C3%BC%2Fkey/x";
    assert!(told("{}", url), "in the address a redirect led to");
}
