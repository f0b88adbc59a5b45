//! What needs an issuer on the network, and none there.
#![allow(clippy::unwrap_used)]

use serde_json::{Map, Value, json};

use super::Asked;
use crate::{OAuthError, Result};

fn said(issuer: &str, token: &str) -> Map<String, Value> {
    let said = json!({
        "issuer": issuer,
        "authorization_endpoint": "https://mill.example/authorize",
        "token_endpoint": token,
    });
    said.as_object().unwrap().clone()
}

fn token_of(issuer: &str, token: &str) -> Result<String> {
    let asked = Asked::new(issuer)?;
    let found = asked.discovered(&asked.places[0], &said(issuer, token))?;
    Ok(found.oauth.token)
}

#[test]
fn the_places_are_those_of_the_standards() {
    for (issuer, places) in [
        (
            "https://mill.example",
            vec![
                "https://mill.example/.well-known/oauth-authorization-server",
                "https://mill.example/.well-known/openid-configuration",
            ],
        ),
        (
            " https://mill.example:8443/a/b/ ",
            vec![
                "https://mill.example:8443/.well-known/oauth-authorization-server/a/b",
                "https://mill.example:8443/a/b/.well-known/openid-configuration",
            ],
        ),
        (
            "https://mill.example/a/.well-known/openid-configuration",
            vec!["https://mill.example/a/.well-known/openid-configuration"],
        ),
    ] {
        let asked = Asked::new(issuer).unwrap();
        let told: Vec<&str> = asked.places.iter().map(url::Url::as_str).collect();
        assert_eq!(told, places, "{issuer}");
    }
}

#[test]
fn nobody_on_the_network_sends_us_to_this_computer() {
    for token in [
        "http://127.0.0.1/token",
        "https://localhost/token",
        "https://[::1]/token",
        "https://x.localhost/token",
    ] {
        let refused = token_of("https://mill.example", token).unwrap_err();
        assert_eq!(
            refused,
            OAuthError::DiscoveryInsecure {
                field: "token_endpoint",
                got: token.to_owned(),
            }
        );
        if !token.contains("x.localhost") {
            assert!(
                token_of("http://127.0.0.1:7000", token).is_ok(),
                "what is here may: {token}"
            );
        }
    }
}

#[test]
fn an_address_of_another_host_is_shown_and_not_refused() {
    let token = "https://elsewhere.example/token";
    assert_eq!(
        token_of("https://mill.example", token),
        Ok(token.to_owned()),
        "large services do that: a person sees where it leads before it is used"
    );
}
