#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use url::Url;

use super::{redacted, sanitize};
use crate::Secret;

#[test]
fn an_address_is_told_without_what_is_secret_in_it() {
    let url =
        "https://user:pw@example.com:8443/a?code=canary&state=canary&scope=read&x=canary#canary";
    let text = redacted(&Url::parse(url).unwrap());
    assert_eq!(
        text, "https://example.com:8443/a?code=•••• (6)&state=•••• (6)&scope=read&x=•••• (6)",
        "only what is known to be harmless is shown"
    );
    let text = redacted(&Url::parse("data:text/html,canary").unwrap());
    assert_eq!(text, "data:", "nothing of an address without a host");
}

#[test]
fn a_secret_inside_another_leaves_nothing_over() {
    let known = [Secret::new("canary"), Secret::new("canary-and-more")];
    assert_eq!(
        sanitize("x canary-and-more y", &known),
        "x •••• y",
        "the longest goes first"
    );
    assert_eq!(
        sanitize("ca\u{200b}nary", &known),
        "••••",
        "hidden characters do not hide it"
    );
}

#[test]
fn short_secrets_do_not_blank_out_words() {
    assert_eq!(
        sanitize("an error", &[Secret::new("e"), Secret::new("")]),
        "an error",
        "readable"
    );
}

proptest! {
    #[test]
    fn no_known_secret_survives(before in "\\PC{0,40}", secret in "[a-zA-Z0-9/+=_.~-]{4,40}", after in "\\PC{0,40}") {
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let told = sanitize(&format!("{before}{secret}{after}{encoded}"), &[Secret::new(secret.clone())]);
        prop_assert!(!told.contains(&secret) && !told.contains(&encoded), "{}", told);
        prop_assert!(told.chars().count() <= 300, "short enough for a line");
    }
}

#[test]
fn a_token_that_stood_in_a_path_is_masked_as_it_stood_there() {
    let known = [Secret::new("na1-token-canary")];
    let told = sanitize("/refresh-tokens/na1%2Dtoken%2Dcanary not found", &known);
    assert!(!told.contains("canary"), "{told}");
}
