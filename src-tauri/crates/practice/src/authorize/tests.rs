#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const ADDRESS: &str = "http://127.0.0.1:4711/callback/0190f3a2-5b6c-7d8e-9f01-23456789abcd";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn sound() -> Vec<(&'static str, &'static str)> {
    vec![
        ("client_id", CLIENT_ID),
        ("redirect_uri", ADDRESS),
        ("response_type", "code"),
        ("scope", "openid email openid"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

fn judged(pairs: &[(&str, &str)]) -> Result<Request, Refused> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    judge(&Params::parse(query.as_bytes()), Wire::Practice)
}

/// The sound request with one parameter changed, or left out where the value is empty.
fn with(name: &'static str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut pairs = sound();
    pairs.retain(|(key, _)| *key != name);
    pairs.push((name, value));
    pairs
}

#[test]
fn a_sound_request_is_read_and_repeated_scopes_count_once() {
    let request = judged(&sound()).unwrap();
    assert_eq!(request.scopes, ["openid", "email"], "in the order asked");
    assert_eq!(request.state.as_deref(), Some("s"), "kept for the way back");
}

#[test]
fn redirect_addresses_of_another_shape_get_a_page_and_no_redirect() {
    let id = "0190f3a2-5b6c-7d8e-9f01-23456789abcd";
    let refused = [
        String::new(),
        format!("https://127.0.0.1:4711/callback/{id}"),
        format!("HTTP://127.0.0.1:4711/callback/{id}"),
        format!("http://localhost:4711/callback/{id}"),
        format!("http://127.0.0.2:4711/callback/{id}"),
        format!("http://127.1:4711/callback/{id}"),
        format!("http://[::1]:4711/callback/{id}"),
        format!("http://127.0.0.1/callback/{id}"),
        format!("http://127.0.0.1:/callback/{id}"),
        format!("http://127.0.0.1:0/callback/{id}"),
        format!("http://127.0.0.1:04711/callback/{id}"),
        format!("http://127.0.0.1:+4711/callback/{id}"),
        format!("http://127.0.0.1:65536/callback/{id}"),
        format!("http://127.0.0.1:4711@evil.example/callback/{id}"),
        format!("http://user@127.0.0.1:4711/callback/{id}"),
        format!("http://127.0.0.1:4711/Callback/{id}"),
        format!("http://127.0.0.1:4711//callback/{id}"),
        format!("http://127.0.0.1:4711/x/../callback/{id}"),
        format!("http://127.0.0.1:4711/callback%2F{id}"),
        format!("http://127.0.0.1:4711/callback/{id}/"),
        format!("http://127.0.0.1:4711/callback/{id}?x=1"),
        format!("http://127.0.0.1:4711/callback/{id}#x"),
        format!("http://127.0.0.1:4711/callback/{id} "),
        format!("http://127.0.0.1:4711/callback/{id}\r\nSet-Cookie: a=b"),
        format!("http://127.0.0.1:4711/callback/{}", id.to_uppercase()),
        format!("http://127.0.0.1:4711/callback/{}", id.replace('-', "")),
        "http://127.0.0.1:4711/callback/".to_owned(),
        "http://127.0.0.1:4711/callback".to_owned(),
    ];
    for address in &refused {
        let mut pairs: Vec<(&str, &str)> = sound();
        pairs.retain(|(key, _)| *key != "redirect_uri");
        pairs.push(("redirect_uri", address));
        assert_eq!(
            judged(&pairs),
            Err(Refused::Page(Why::BadRedirect)),
            "{address:?} is not one of ours"
        );
    }
}

#[test]
fn another_client_or_a_repeated_address_gets_a_page_and_no_redirect() {
    let page = |why| Err(Refused::Page(why));
    assert_eq!(
        judged(&with("client_id", "another")),
        page(Why::UnknownClient),
        "nobody else is registered"
    );
    assert_eq!(
        judged(&with("client_id", "")),
        page(Why::UnknownClient),
        "nobody asks"
    );
    let mut twice = sound();
    twice.push(("redirect_uri", ADDRESS));
    assert_eq!(
        judged(&twice),
        page(Why::BadRedirect),
        "which of the two would be the one?"
    );
}

#[test]
fn everything_else_is_told_to_the_client_with_its_state() {
    let table = [
        (with("response_type", ""), "invalid_request"),
        (with("response_type", "token"), "unsupported_response_type"),
        (
            with("response_type", "code id_token"),
            "unsupported_response_type",
        ),
        (with("response_mode", "fragment"), "invalid_request"),
        (with("code_challenge", ""), "invalid_request"),
        (with("code_challenge", "short"), "invalid_request"),
        (
            with(
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            ),
            "invalid_request",
        ),
        (with("code_challenge_method", ""), "invalid_request"),
        (with("code_challenge_method", "plain"), "invalid_request"),
        (with("scope", ""), "invalid_scope"),
        (with("scope", "openid everything"), "invalid_scope"),
        (with("prompt", "none"), "login_required"),
        (with("request", "x"), "request_not_supported"),
        (with("request_uri", "x"), "request_uri_not_supported"),
    ];
    for (pairs, expected) in table {
        match judged(&pairs) {
            Err(Refused::Redirect {
                redirect_uri,
                state,
                error,
                description,
            }) => {
                assert_eq!(error, expected, "{pairs:?}");
                assert_eq!(state.as_deref(), Some("s"), "the client needs it back");
                assert_eq!(redirect_uri, ADDRESS, "to the address it gave");
                assert!(
                    description
                        .bytes()
                        .all(|byte| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E)),
                    "RFC 6749 section 4.1.2.1 allows no other letters: {description}"
                );
            }
            other => panic!("{pairs:?} gave {other:?}"),
        }
    }
}

#[test]
fn a_parameter_that_comes_twice_is_told_to_the_client() {
    let mut pairs = sound();
    pairs.push(("scope", "contacts.write"));
    assert!(
        matches!(
            judged(&pairs),
            Err(Refused::Redirect {
                error: "invalid_request",
                ..
            })
        ),
        "RFC 6749 section 3.1"
    );
}

#[test]
fn the_page_may_redirect_to_the_asked_origin_only() {
    assert_eq!(
        origin_of(ADDRESS),
        "http://127.0.0.1:4711",
        "form-action takes an origin"
    );
}

proptest! {
    #[test]
    fn an_accepted_redirect_address_is_the_same_to_a_url_parser(
        port in 1_u16..,
        id in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        tail in "\\PC{0,8}",
    ) {
        let address = format!("http://127.0.0.1:{port}/callback/{id}{tail}");
        prop_assert_eq!(is_redirect_address(&address), tail.is_empty());
        if tail.is_empty() {
            let parsed = url::Url::parse(&address).unwrap();
            prop_assert_eq!(parsed.host_str(), Some("127.0.0.1"));
            prop_assert_eq!(parsed.port_or_known_default(), Some(port));
            prop_assert_eq!(parsed.path(), format!("/callback/{id}"));
        }
    }

    #[test]
    fn any_query_is_judged_without_a_panic(query in "\\PC{0,200}") {
        let verdict = judge(&Params::parse(query.as_bytes()), Wire::Practice);
        prop_assert!(verdict.is_err(), "nothing random names our client");
    }
}
