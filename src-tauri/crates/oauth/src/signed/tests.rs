#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::Signature;
use crate::token::Client;
use crate::{OAuthError, Secret};

/// The example of Shopify's own page on verifying a callback, whose secret is `hush`.
const SHOPIFY: &str = "code=0907a61c0c8d55e99db179b68161bc00&hmac=700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf&shop=some-shop.myshopify.com&state=0.6784241404160823&timestamp=1337178173";

fn client(secret: Option<&str>) -> Client {
    Client {
        id: "client".to_owned(),
        secret: secret.map(Secret::new),
    }
}

fn check(query: &str, secret: Option<&str>) -> Result<(), OAuthError> {
    let mut fields: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    Signature::read(&mut fields, "hmac")?.check(&client(secret))
}

fn is_refused(query: &str, secret: Option<&str>) -> bool {
    matches!(check(query, secret), Err(OAuthError::SignatureMismatch))
}

#[test]
fn shopifys_own_example_holds() {
    check(SHOPIFY, Some("hush")).unwrap();
    let mut parts: Vec<&str> = SHOPIFY.split('&').collect();
    parts.reverse();
    check(&parts.join("&"), Some("hush")).expect("in whatever order it comes");
    let upper = SHOPIFY.replace("700e2dadb827fcc8", "700E2DADB827FCC8");
    check(&upper, Some("hush")).expect("in either case");
}

#[test]
fn a_callback_whose_signature_does_not_hold_is_refused() {
    assert!(is_refused(SHOPIFY, Some("hush!")), "another secret");
    assert!(is_refused(SHOPIFY, Some("")), "an empty secret");
    assert!(is_refused(SHOPIFY, None), "no secret");
    for (from, to) in [
        ("some-shop", "other-shop"),
        ("code=0907", "code=0908"),
        ("&timestamp=1337178173", ""),
        ("&shop", "&added=1&shop"),
        ("hmac=700e", "hmac=700f"),
        ("hmac=700e", "hmac="),
        ("hmac=700e", "hmac=zz0e"),
        ("hmac=700e", "hmac=\u{1d7e0}00e"),
        ("fc4bf&", "fc4&"),
        ("&hmac=", "&hmac2="),
    ] {
        assert!(SHOPIFY.contains(from), "{from}");
        let changed = SHOPIFY.replacen(from, to, 1);
        assert!(is_refused(&changed, Some("hush")), "{from} -> {to}");
    }
}

#[test]
fn a_signature_shows_nothing() {
    let mut fields = BTreeMap::from([
        ("code".to_owned(), "s3cret".to_owned()),
        ("hmac".to_owned(), "00".to_owned()),
    ]);
    let signature = Signature::read(&mut fields, "hmac").unwrap();
    assert_eq!(format!("{signature:?}"), "Signature");
    assert!(!fields.contains_key("hmac"), "it is no answer to keep");
}
