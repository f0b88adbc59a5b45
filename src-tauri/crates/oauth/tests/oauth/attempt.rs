use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tsunagi_oauth::{Ask, Attempt, OAuthError, Verdict, begin, paste};
use url::Url;

use crate::support::{REDIRECT, callback, connector, field, http};

fn attempt_of(oauth: &str, scopes: &[&str], hint: Option<&str>) -> Attempt {
    let connector = connector(4711, oauth);
    let endpoints = connector.resolve(&Default::default()).unwrap();
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    begin(&Ask {
        connector: &connector,
        endpoints: &endpoints,
        client_id: "client 1&x",
        scopes: &scopes,
        redirect: &Url::parse(REDIRECT).unwrap(),
        login_hint: hint,
    })
    .unwrap()
}

fn query(url: &Url) -> HashMap<String, String> {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let map: HashMap<String, String> = pairs.iter().cloned().collect();
    assert_eq!(
        map.len(),
        pairs.len(),
        "RFC 6749 §3.1: no parameter twice in {url}"
    );
    map
}

#[test]
fn an_authorization_request_has_what_the_standards_ask() {
    let attempt = attempt_of("", &["openid", "read"], Some("a@example.com"));
    let query = query(attempt.url());
    assert_eq!(query["response_type"], "code", "RFC 6749 §4.1.1");
    assert_eq!(
        query["client_id"], "client 1&x",
        "encoded and decoded again"
    );
    assert_eq!(query["redirect_uri"], REDIRECT, "exactly as registered");
    assert_eq!(query["scope"], "openid read", "RFC 6749 §3.3");
    assert_eq!(
        query["login_hint"], "a@example.com",
        "the account to preselect"
    );
    assert_eq!(
        query["code_challenge_method"], "S256",
        "RFC 7636: never plain"
    );
    assert_eq!(query["code_challenge"].len(), 43, "SHA-256 as base64url");
    let state = BASE64_URL_SAFE_NO_PAD.decode(&query["state"]).unwrap();
    assert_eq!(state.len(), 32, "32 random bytes");
    let hash: [u8; 32] = Sha256::digest(query["state"].as_bytes()).into();
    assert_eq!(attempt.state_hash(), hash, "what the flow is found by");
    assert!(
        query["nonce"].len() >= 43,
        "a nonce wherever `openid` is asked for"
    );
}

#[test]
fn a_connector_says_what_is_different() {
    let oauth =
        "pkce = false\nscope_separator = \",\"\nauthorize_params = { access_type = \"offline\" }";
    let query = query(attempt_of(oauth, &["a", "b"], None).url());
    assert_eq!(query["scope"], "a,b", "comma");
    assert_eq!(query["access_type"], "offline", "further parameters");
    for absent in [
        "code_challenge",
        "code_challenge_method",
        "nonce",
        "login_hint",
    ] {
        assert!(!query.contains_key(absent), "{absent} was not asked for");
    }
}

#[test]
fn rfc7636_a_challenge_is_sent_unless_the_file_says_otherwise() {
    for (said, sent) in [
        ("", true),
        ("pkce = true", true),
        ("pkce = false", false),
        ("pkce = \"undocumented\"", false),
    ] {
        let attempt = attempt_of(said, &["read"], None);
        let query = query(attempt.url());
        assert_eq!(query.contains_key("code_challenge"), sent, "{said:?}");
        assert_eq!(
            query.contains_key("code_challenge_method"),
            sent,
            "{said:?}"
        );
    }
}

#[test]
fn no_two_attempts_share_a_secret() {
    let (one, two) = (
        attempt_of("", &["openid"], None),
        attempt_of("", &["openid"], None),
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(
            field(one.url(), name),
            field(two.url(), name),
            "{name} is new each time"
        );
    }
}

#[test]
fn an_attempt_does_not_show_its_secrets() {
    let attempt = attempt_of("", &["openid"], None);
    let shown = format!("{attempt:?}");
    for name in ["state", "nonce", "code_challenge"] {
        assert!(
            !shown.contains(&field(attempt.url(), name).unwrap()),
            "{name} in {shown}"
        );
    }
}

#[test]
fn a_redirect_address_is_https_or_on_this_computer() {
    let connector = connector(4711, "");
    let endpoints = connector.resolve(&Default::default()).unwrap();
    for address in [
        "http://example.com/callback",
        "myapp://callback",
        "http://10.0.0.1/callback",
    ] {
        let outcome = begin(&Ask {
            connector: &connector,
            endpoints: &endpoints,
            client_id: "c",
            scopes: &[],
            redirect: &Url::parse(address).unwrap(),
            login_hint: None,
        });
        assert_eq!(
            outcome.unwrap_err(),
            OAuthError::RedirectInvalid,
            "{address}"
        );
    }
}

#[test]
fn navigations_are_judged() {
    let attempt = attempt_of("", &["read"], None);
    let state = field(attempt.url(), "state").unwrap();
    let own = |text: &str| text.replace("STATE", &state);
    let callbacks = [
        "http://127.0.0.1:61234/callback/0198?code=c&state=STATE",
        "http://127.0.0.1:61234/callback/0198?state=STATE&error=access_denied",
        "http://127.0.0.1:61234/callback/0198?state=STATE#fragment",
        "http://127.0.0.1:61234/x/../callback/0198?state=STATE",
        "HTTP://127.0.0.1:61234/callback/0198?state=STATE",
    ];
    for text in callbacks {
        assert_eq!(
            attempt.judge(&Url::parse(&own(text)).unwrap()),
            Verdict::Callback,
            "{text}"
        );
    }
    let mismatches = [
        "http://127.0.0.1:61234/callback/0198",
        "http://127.0.0.1:61234/callback/0198?code=c",
        "http://127.0.0.1:61234/callback/0198?code=c&state=other",
        "http://127.0.0.1:61234/callback/0198?code=c&state=",
        "http://127.0.0.1:61234/callback/0198?code=c&state=STATEx",
        "http://127.0.0.1:61234/callback/0198?state=other&state=STATE",
        "http://127.0.0.1:61234/callback/0198?state=STATE&state=STATE",
        "http://127.0.0.1:61234/callback/0198#state=STATE&code=c",
        "http://user:pw@127.0.0.1:61234/callback/0198?state=STATE",
        "http://user@127.0.0.1:61234/callback/0198?state=STATE",
    ];
    for text in mismatches {
        assert_eq!(
            attempt.judge(&Url::parse(&own(text)).unwrap()),
            Verdict::Mismatch,
            "{text}"
        );
    }
    let passes = [
        "https://accounts.example.com/sign-in?state=STATE",
        // Look-alikes of the redirect address are other places.
        "https://127.0.0.1:61234/callback/0198?state=STATE",
        "https://example.com/callback/0198?state=STATE",
        "about:blank",
        "about:srcdoc",
        "about:blank#blocked",
        // This flow's own issuer on loopback.
        "http://127.0.0.1:4711/authorize?x=1",
        "http://127.0.0.1:4711/sign-in",
    ];
    for text in passes {
        assert_eq!(
            attempt.judge(&Url::parse(&own(text)).unwrap()),
            Verdict::Pass,
            "{text}"
        );
    }
    let refused = [
        "http://127.0.0.1:61234/callback/0198/?state=STATE",
        "http://127.0.0.1:61234/callback/0198/x?state=STATE",
        "http://127.0.0.1:61234/callback/0199?state=STATE",
        "http://127.0.0.1:61234/callback/%30198?state=STATE",
        "http://127.0.0.1:61234/Callback/0198?state=STATE",
        "http://127.0.0.1:61235/callback/0198?state=STATE",
        "http://localhost:61234/callback/0198?state=STATE",
        "http://127.0.0.2:61234/callback/0198?state=STATE",
        "http://127.0.0.1.example.com:61234/callback/0198?state=STATE",
        "http://[::1]:61234/callback/0198?state=STATE",
        "http://127.0.0.1:4712/authorize",
        "http://localhost:4711/authorize",
        "http://example.com/",
        "https://user:pw@example.com/",
        "https://example.com@evil.example.org/",
        "file:///etc/passwd",
        "tauri://localhost/index.html",
        "ipc://localhost/x",
        "data:text/html,x",
        "blob:https://example.com/0198",
        "javascript:alert(1)",
        "myapp://callback?state=STATE",
        "mailto:a@example.com",
        "ws://example.com/",
        "about:config",
        "view-source:https://example.com/",
    ];
    for text in refused {
        let verdict = attempt.judge(&Url::parse(&own(text)).unwrap());
        assert!(
            matches!(verdict, Verdict::Refuse { .. }),
            "{text}: {verdict:?}"
        );
    }
}

#[test]
fn a_pasted_address_is_judged_like_a_navigation() {
    let attempt = attempt_of("", &["read"], None);
    let url = callback(&attempt, &[("code", "c")]);
    for text in [
        url.to_string(),
        format!("  {url}\n"),
        format!("\"{url}\""),
        format!("<{url}>"),
    ] {
        assert_eq!(paste(&attempt, &text).unwrap(), url, "{text}");
    }
    let error = |text: &str| paste(&attempt, text).unwrap_err().code();
    assert_eq!(error("not an address"), "callback_invalid", "no address");
    assert_eq!(error(""), "callback_invalid", "nothing");
    assert_eq!(
        error("https://example.com/"),
        "redirect_mismatch",
        "another place"
    );
    assert_eq!(
        error(&format!("{REDIRECT}?code=c&state=x")),
        "state_mismatch",
        "another flow"
    );
}

#[test]
fn a_client_can_be_made() {
    // Certificates and proxy settings of the computer can be read.
    assert!(
        format!("{:?}", http()).contains("Http"),
        "and shows nothing but its limits"
    );
}

proptest! {
    /// Whatever a page navigates to: only this flow's redirect address with its state is a
    /// callback, and nothing but https, this flow's issuer and empty frames is loaded.
    #[test]
    fn nothing_else_is_a_callback_and_nothing_plain_is_loaded(
        scheme in "(https?|HTTP|file|tauri|data|about|javascript|blob):",
        authority in "(//)?(u@|u:p@)?(127\\.0\\.0\\.1|localhost|example\\.com|\\[::1\\])?(:61234|:4711|:80)?",
        rest in "(/callback/0198|/callback/0198/|/callback|blank|srcdoc|\\PC{0,8})",
        state in prop_oneof![Just("STATE"), Just("other"), Just("")],
    ) {
        let attempt = attempt_of("", &["read"], None);
        let own = field(attempt.url(), "state").unwrap();
        let text = format!("{scheme}{authority}{rest}?code=c&state={state}").replace("STATE", &own);
        let Ok(url) = Url::parse(&text) else { return Ok(()) };
        let place = (url.scheme(), url.host_str(), url.port(), url.path());
        let here = place == ("http", Some("127.0.0.1"), Some(61234), "/callback/0198");
        match attempt.judge(&url) {
            Verdict::Callback => prop_assert!(here && field(&url, "state") == Some(own), "{}", url),
            Verdict::Mismatch => prop_assert!(here, "{}", url),
            Verdict::Pass => prop_assert!(
                !here && (url.scheme() == "https" || url.scheme() == "about"
                    || (place.1, place.2) == (Some("127.0.0.1"), Some(4711))),
                "{}", url
            ),
            Verdict::Refuse { .. } => prop_assert!(!here, "{}", url),
        }
    }
}
