//! R23: a credential goes only to the origins its connector lists.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tsunagi_domain::RefusalCode;
use tsunagi_domain::hosts::{
    HostPattern, Origin, is_loopback, is_reserved_header, may_open, may_receive,
};
use url::Url;

fn pattern(text: &str) -> HostPattern {
    HostPattern::try_from(text.to_owned()).unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Whether a credential whose connector lists `listed` may go to `to`.
fn goes(listed: &str, to: &str) -> bool {
    let listed = [pattern(listed)];
    match may_receive(&url(to), &listed) {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(
                refusal.code,
                RefusalCode::HostNotListed,
                "{to}: no other reason"
            );
            false
        }
    }
}

#[test]
fn r23_the_listed_origin_receives_however_it_is_written() {
    for to in [
        "https://api.example.com",
        "https://api.example.com/",
        "https://api.example.com:443/v2/contacts?page=1#top",
        "HTTPS://API.EXAMPLE.COM/",
        "https://api.example.com/@evil.com",
        "https://api.example.com/?next=https://evil.com",
    ] {
        assert!(
            goes("https://api.example.com", to),
            "{to} is the listed origin"
        );
    }
    assert!(
        goes("https://API.Example.com/", "https://api.example.com/"),
        "patterns ignore case"
    );
    assert!(
        goes("https://example.com:8443", "https://example.com:8443/x"),
        "a listed port"
    );
}

#[test]
fn r23_look_alikes_do_not_receive() {
    for to in [
        "https://evil-api.example.com/",
        "https://evilapi.example.com/",
        "https://api.example.com.evil.com/",
        "https://api.example.co/",
        "https://api.example.como/",
        "https://x.api.example.com/",
        "https://example.com/",
        "https://api.example.com:8443/",
        "https://api.example.com:80/",
        "https://api.example.com./",
        "https://evil.com\\@api.example.com/",
        "https://evil.com/api.example.com",
        "https://evil.com#api.example.com",
        "https://аpi.example.com/", // Cyrillic
        "https://api-example.com/",
        "https://api.example.com%2eevil.com/",
    ] {
        assert!(
            !goes("https://api.example.com", to),
            "{to} is another origin"
        );
    }
}

#[test]
fn r23_user_and_password_in_an_address_are_refused() {
    for to in [
        "https://user@api.example.com/",
        "https://user:pw@api.example.com/",
        "https://:pw@api.example.com/",
        "https://api.example.com@evil.com/",
        "https://api.example.com:443@evil.com/",
    ] {
        assert!(
            !goes("https://api.example.com", to),
            "{to} carries a user or password"
        );
    }
    let refused = HostPattern::try_from("https://user:pw@api.example.com".to_owned());
    assert!(refused.is_err(), "nor may a connector list one");
}

#[test]
fn r23_only_https_or_http_on_this_computer() {
    for (to, allowed) in [
        ("https://example.com", true),
        ("http://localhost:8080", true),
        ("http://LOCALHOST:8080", true),
        ("http://127.0.0.1:8080", true),
        ("http://127.8.9.1:8080", true),
        ("http://2130706433:8080", true), // 127.0.0.1, as one number
        ("http://[::1]:8080", true),
        ("http://example.com", false),
        ("http://0.0.0.0", false),
        ("http://192.168.1.1", false),
        ("http://[::ffff:127.0.0.1]", false),
        ("http://[fe80::1]", false),
        ("http://localhost.", false),
        ("http://localhost.evil.com", false),
        ("http://evil.localhost", false),
        ("http://127.0.0.1.evil.com", false),
        ("ws://localhost", false),
        ("wss://example.com", false),
        ("ftp://example.com", false),
        ("file:///etc/passwd", false),
        ("data:text/plain,x", false),
        ("javascript:alert(1)", false),
        ("tauri://localhost", false),
    ] {
        assert_eq!(Origin::of(&url(to)).is_ok(), allowed, "{to}");
    }
}

#[test]
fn r23_http_and_https_are_different_origins() {
    assert!(
        !goes("http://localhost:443", "https://localhost:443/"),
        "https is not http"
    );
    assert!(
        !goes("https://localhost:8080", "http://localhost:8080/"),
        "http is not https"
    );
    assert!(
        !goes("http://localhost:8080", "http://127.0.0.1:8080/"),
        "a name is not an address"
    );
}

#[test]
fn r23_addresses_are_compared_in_their_one_written_form() {
    assert!(
        goes("http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080/"),
        "one IPv6 address"
    );
    assert!(
        goes("https://[2001:db8::1]", "https://[2001:DB8:0::1]:443/x"),
        "in any case"
    );
    assert!(
        !goes("https://[2001:db8::1]", "https://[2001:db8::2]/"),
        "and no other"
    );
    assert!(
        goes("http://127.0.0.1:80", "http://0x7f.1/"),
        "one IPv4 address"
    );
}

#[test]
fn r23_international_hosts_are_compared_as_punycode() {
    assert!(
        goes(
            "https://日本語.example.com",
            "https://xn--wgv71a119e.example.com/"
        ),
        "one host"
    );
    assert!(
        goes(
            "https://xn--wgv71a119e.example.com",
            "https://日本語.example.com/"
        ),
        "both ways"
    );
    assert!(
        goes("https://example.com", "https://ｅｘａｍｐｌｅ.com/"),
        "full width is mapped"
    );
    assert!(
        goes("https://example.com", "https://example。com/"),
        "and so is the Japanese dot"
    );
    assert!(
        !goes("https://example.com", "https://exämple.com/"),
        "another letter, another host"
    );
}

#[test]
fn r23_a_star_stands_for_one_label() {
    for (to, matches) in [
        ("https://eu.example.com/", true),
        ("https://EU1.example.com/x", true),
        ("https://a-b.example.com/", true),
        ("https://xn--wgv71a119e.example.com/", true),
        ("https://example.com/", false),
        ("https://evil-example.com/", false),
        ("https://evilexample.com/", false),
        ("https://a.b.example.com/", false),
        ("https://.example.com/", false),
        ("https://eu.example.com.evil.com/", false),
        ("https://eu.example.com./", false),
        ("https://eu.example.com:8443/", false),
        ("https://eu.example.org/", false),
        ("https://eu%2eevil.example.com/", false),
    ] {
        assert_eq!(goes("https://*.example.com", to), matches, "{to}");
    }
    assert!(
        goes("https://*.example.com:8443", "https://eu.example.com:8443/"),
        "with its port"
    );
}

#[test]
fn r23_patterns_that_mean_too_much_or_nothing_are_refused() {
    for text in [
        "",
        "*",
        "https://*",
        "https://*.",
        "https://*.com",
        "https://*.com.",
        "https://*.com..",
        "https://*.localhost",
        "http://*.localhost:8080",
        "https://*.*.example.com",
        "https://a*.example.com",
        "https://a.*.example.com",
        "https://*.127.0.0.1",
        "https://*.[::1]",
        "https://%2a.example.com",
        "https://＊.example.com",
        "*://example.com",
        "*.example.com",
        "example.com",
        "//example.com",
        "http://example.com",
        "http://*.example.com",
        "https://example.com/path",
        "https://example.com/?query",
        "https://example.com/#fragment",
        "https://*@example.com",
        "https://example.com:99999",
        "https://",
        "javascript:alert(1)",
    ] {
        assert!(
            HostPattern::try_from(text.to_owned()).is_err(),
            "`{text}` must not be listed"
        );
    }
}

#[test]
fn r23_patterns_and_origins_are_read_as_they_are_written() {
    for text in [
        "https://api.example.com:443",
        "https://*.example.com:8443",
        "http://[::1]:8080",
    ] {
        assert_eq!(
            String::from(pattern(text)),
            text,
            "written in full, the port included"
        );
        assert_eq!(
            pattern(&String::from(pattern(text))),
            pattern(text),
            "and read back"
        );
    }
    let origin = Origin::of(&url("https://API.example.com/x")).unwrap();
    assert_eq!(
        origin.to_string(),
        "https://api.example.com:443",
        "an origin, in full"
    );
    assert_eq!(
        (origin.scheme(), origin.host(), origin.port()),
        ("https", "api.example.com", 443)
    );
    let json = serde_json::to_string(&origin).unwrap();
    assert_eq!(
        serde_json::from_str::<Origin>(&json).unwrap(),
        origin,
        "sealed and opened again"
    );
    assert!(
        serde_json::from_str::<Origin>("\"http://example.com\"").is_err(),
        "checked there too"
    );
}

#[test]
fn r23_nothing_listed_means_nothing_received() {
    let refusal = may_receive(&url("https://api.example.com/"), &[]).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::HostNotListed, "no list, no host");
    assert_eq!(
        refusal.args["host"], "api.example.com",
        "the sentence names the host"
    );
}

#[test]
fn r23_a_refusal_repeats_no_secret_of_the_address() {
    let to = url("https://user:hunter2@evil.com/?token=hunter3#hunter4");
    let refusal = may_receive(&to, &[]).unwrap_err();
    let error = Origin::of(&to).unwrap_err();
    for said in [format!("{refusal:?}"), format!("{error:?} {error}")] {
        assert!(!said.contains("hunter"), "only the host is named: {said}");
    }
}

#[test]
fn r23_headers_the_gate_sets_are_reserved() {
    for name in [
        "Authorization",
        "authorization",
        "AUTHORIZATION",
        "Cookie",
        "Host",
        "Proxy-Authorization",
        "proxy-connection",
        "PROXY-X",
    ] {
        assert!(is_reserved_header(name), "{name} is not the caller's");
    }
    for name in [
        "Accept",
        "Content-Type",
        "X-Authorization",
        "Hostname",
        "Cookies",
        "Proxy",
        "",
    ] {
        assert!(!is_reserved_header(name), "{name} is the caller's");
    }
}

proptest! {
    /// A listed origin is matched by itself and by nothing that differs in scheme, host or port.
    #[test]
    fn r23_an_exact_pattern_matches_exactly_one_origin(
        host in "[a-z]{1,3}(\\.[a-z]{1,3}){0,2}\\.(com|jp)", port in 1u16..,
        other in "[a-z]{1,3}(\\.[a-z]{1,3}){0,2}\\.(com|jp)", other_port in 1u16..,
    ) {
        let listed = format!("https://{host}:{port}");
        prop_assert!(goes(&listed, &format!("{listed}/x")), "itself");
        prop_assert_eq!(
            goes(&listed, &format!("https://{other}:{other_port}/")),
            host == other && port == other_port,
            "{} at {}", other, other_port
        );
    }

    /// Whatever stands before the listed domain, a star takes one label and no more.
    #[test]
    fn r23_a_star_never_crosses_a_dot(before in "[a-z.-]{0,8}") {
        let Ok(to) = Url::parse(&format!("https://{before}example.com/")) else { return Ok(()) };
        let one_label = before.strip_suffix('.').is_some_and(|l| !l.is_empty() && !l.contains('.'));
        prop_assert_eq!(
            may_receive(&to, &[pattern("https://*.example.com")]).is_ok(), one_label, "{}", to
        );
    }

    #[test]
    fn r23_any_text_is_answered_and_what_is_accepted_is_settled(text in "(https?://)?[*.a-z0-9:/@%\\[\\]。＊-]{0,20}") {
        if let Ok(pattern) = HostPattern::try_from(text) {
            let written = String::from(pattern.clone());
            prop_assert_eq!(HostPattern::try_from(written), Ok(pattern), "written and read again");
        }
    }
}

#[test]
fn this_computer_is_known_in_every_writing() {
    for own in [
        "http://127.0.0.1:8080/",
        "http://127.9.9.9/",
        "http://2130706433/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://service.localhost/",
    ] {
        assert!(is_loopback(&url(own)), "{own} is this computer");
    }
    for other in [
        "https://localhost.example/",
        "https://notlocalhost/",
        "https://10.0.0.1/",
        "https://[::2]/",
        "https://128.0.0.1/",
    ] {
        assert!(!is_loopback(&url(other)), "{other} is another");
    }
}

#[test]
fn a_browser_is_sent_to_the_web_and_nowhere_else() {
    for (address, fit) in [
        ("https://accounts.zoho.com/oauth/v2/auth?state=x", true),
        ("http://127.0.0.1:4711/authorize", true),
        ("http://localhost:4711/authorize", true),
        ("http://accounts.zoho.com/oauth/v2/auth", false),
        ("http://localhost.evil.example/", false),
        ("https://person:secret@accounts.zoho.com/", false),
        ("https://accounts.zoho.com@evil.example/", false),
        ("file:///etc/passwd", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("tsunagi://callback", false),
        ("mailto:somebody@example.com", false),
        ("smb://example.com/share", false),
    ] {
        assert_eq!(may_open(&address.parse().unwrap()), fit, "{address}");
    }
}
