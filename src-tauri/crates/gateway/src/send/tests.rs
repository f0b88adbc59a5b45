#![allow(clippy::unwrap_used)]

use http::{HeaderMap, StatusCode};
use proptest::prelude::*;
use tsunagi_connectors::{Library, Resolved};
use tsunagi_domain::connection::Settings;
use url::Url;

use super::{allowed, says_invalid_token, target};
use crate::outgoing::Incoming;

fn resolved() -> Resolved {
    let settings = Settings::from([("port".to_owned(), "8080".to_owned())]);
    Library::built_in()
        .get("practice")
        .unwrap()
        .resolve(&settings)
        .unwrap()
}

fn api() -> tsunagi_connectors::Api {
    Library::built_in().get("practice").unwrap().api.clone()
}

proptest! {
    #[test]
    fn whatever_is_asked_for_the_credential_goes_to_the_listed_origin_only(
        start in prop_oneof![
            Just(""), Just("/"), Just("//"), Just("http:"), Just("http://127.0.0.1:8080"),
            Just("http://127.0.0.1:8080@"), Just("HTTP://127.0.0.1"), Just("https://127.0.0.1:8080"),
        ],
        rest in "[/\\\\@:.?#%a-z0-9\\[\\]\t\r\n -]{0,30}",
    ) {
        let resolved = resolved();
        let text = format!("{start}{rest}");
        if let Ok(url) = target(&resolved, &text)
            && allowed(&resolved.hosts, &resolved.hosts)(&url)
        {
            prop_assert_eq!(url.scheme(), "http", "{}", text);
            prop_assert_eq!(url.host_str(), Some("127.0.0.1"), "{}", text);
            prop_assert_eq!(url.port(), Some(8080), "{}", text);
            prop_assert!(url.username().is_empty() && url.password().is_none(), "{}", text);
        }
    }
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
