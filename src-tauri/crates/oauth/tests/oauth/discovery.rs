//! What an issuer says about itself, and the lies that are not believed.

use std::sync::Arc;

use serde_json::{Value, json};
use tsunagi_connectors::{ClientAuth, GrantType, Pkce, Revoke};
use tsunagi_domain::SystemClock;
use tsunagi_oauth::{Discovered, Http, OAuthError, Result, Wire, discover};

use crate::support::{Canned, Provider, canned, http, json, quick};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

fn document(issuer: &str, at: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{at}/authorize"),
        "token_endpoint": format!("{at}/token"),
        "revocation_endpoint": format!("{at}/revoke"),
        "device_authorization_endpoint": format!("{at}/device"),
        "jwks_uri": format!("{at}/jwks"),
        "userinfo_endpoint": format!("{at}/me"),
        "scopes_supported": ["openid", "read", "read", "bad scope", 7],
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "none"],
        "authorization_response_iss_parameter_supported": true,
    })
}

async fn asked(issuer: &str) -> Result<Discovered> {
    discover(&http(), issuer, &mut Wire::default()).await
}

/// What comes of a document that differs in one field.
async fn with(field: &str, value: Value) -> Result<Discovered> {
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    let mut said = document(&issuer, &issuer);
    said[field] = value;
    provider.answers(OAUTH, json(200, &said));
    asked(&issuer).await
}

async fn answered(canned: Canned) -> OAuthError {
    let provider = Provider::start().await;
    provider.answers(OAUTH, canned);
    let http = Http::with(quick(), Arc::new(SystemClock)).unwrap();
    discover(&http, &provider.issuer(), &mut Wire::default())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn rfc8414_everything_a_connector_asks_for_is_taken_over() {
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    provider.answers(OAUTH, json(200, &document(&issuer, &issuer)));
    let mut wire = Wire::default();
    let found = discover(&http(), &issuer, &mut wire).await.unwrap();
    assert_eq!(found.document.as_str(), format!("{issuer}{OAUTH}"));
    let oauth = &found.oauth;
    assert_eq!(oauth.issuer.as_deref(), Some(issuer.as_str()));
    assert_eq!(oauth.grant, GrantType::Code);
    for (told, path) in [
        (oauth.authorize.as_deref(), "/authorize"),
        (Some(oauth.token.as_str()), "/token"),
        (oauth.device.as_deref(), "/device"),
        (oauth.jwks.as_deref(), "/jwks"),
        (oauth.userinfo.as_deref(), "/me"),
        (oauth.metadata.as_deref(), OAUTH),
    ] {
        assert_eq!(told, Some(format!("{issuer}{path}").as_str()));
    }
    assert_eq!(oauth.revoke, Some(Revoke::at(format!("{issuer}/revoke"))));
    assert_eq!(oauth.pkce, Some(Pkce::Supported), "RFC 7636");
    assert!(oauth.iss_required, "RFC 9207");
    assert_eq!(oauth.client_auth, ClientAuth::Post, "Basic is not offered");
    assert!(found.code && found.client_credentials && found.device);
    assert_eq!(found.scopes, ["openid", "read"], "each once, and sendable");
    assert_eq!(wire.lines.len(), 1, "asked once");
}

#[tokio::test]
async fn the_two_addresses_are_those_of_the_standards() {
    let provider = Provider::start().await;
    let issuer = format!("{}/tenants/one", provider.issuer());
    let said = document(&issuer, &provider.issuer());
    // RFC 8414 §3.1: before the path.
    let before = format!("{OAUTH}/tenants/one");
    provider.answers(&before, json(200, &said));
    let found = asked(&issuer).await.unwrap();
    assert_eq!(found.document.path(), before);
    provider.answers(&before, canned(404, "text/plain", ""));
    // OpenID Connect Discovery §4: behind it.
    let behind = format!("/tenants/one{OPENID}");
    provider.answers(&behind, json(200, &said));
    let found = asked(&issuer).await.unwrap();
    assert_eq!(found.document.path(), behind);
    provider.answers(&before, canned(200, "text/html", "<!doctype html><p>Hello"));
    assert!(
        asked(&issuer).await.is_ok(),
        "a page for every address is no document"
    );
}

#[tokio::test]
async fn the_address_of_the_document_will_do_for_an_issuer() {
    let provider = Provider::start().await;
    let issuer = format!("{}/", provider.issuer());
    provider.answers(OPENID, json(200, &document(&issuer, &provider.issuer())));
    let place = format!("{}{OPENID}", provider.issuer());
    let found = asked(&place).await.unwrap();
    assert_eq!(
        found.oauth.issuer.as_deref(),
        Some(issuer.as_str()),
        "as the service writes itself"
    );
    let refused = asked(&provider.issuer()).await.unwrap_err();
    assert_eq!(
        refused.code(),
        "discovery_other_issuer",
        "RFC 8414 section 3.3: an issuer that was typed in is compared to the letter"
    );
}

#[tokio::test]
async fn what_is_left_out_is_what_the_standards_say() {
    let found = with("grant_types_supported", Value::Null).await.unwrap();
    assert!(
        found.code && !found.client_credentials,
        "RFC 8414 section 2"
    );
    let field = "token_endpoint_auth_methods_supported";
    let found = with(field, Value::Null).await.unwrap();
    assert_eq!(found.oauth.client_auth, ClientAuth::Basic);
    let found = with(field, json!(["none"])).await.unwrap();
    assert_eq!(found.oauth.client_auth, ClientAuth::None);
    let found = with("device_authorization_endpoint", Value::Null).await;
    assert!(!found.unwrap().device);
    let found = with("grant_types_supported", json!(["client_credentials"]))
        .await
        .unwrap();
    assert_eq!(found.oauth.grant, GrantType::ClientCredentials);
    assert_eq!(found.oauth.authorize, None, "nobody signs in");
    assert_eq!(found.oauth.pkce, None, "there is no code to protect");
}

#[tokio::test]
async fn rfc7636_a_server_that_names_no_methods_is_understood_by_the_standard_it_follows() {
    let field = "code_challenge_methods_supported";
    for (methods, at_oauth, at_openid, why) in [
        (
            json!(["plain", "S256"]),
            Pkce::Supported,
            Pkce::Supported,
            "S256",
        ),
        (
            json!(["plain"]),
            Pkce::Refused,
            Pkce::Refused,
            "only others",
        ),
        (json!([]), Pkce::Refused, Pkce::Refused, "none"),
        (
            Value::Null,
            Pkce::Refused,
            Pkce::Undocumented,
            "RFC 8414 section 2: left out, PKCE is not supported; OpenID Connect Discovery has no such field",
        ),
    ] {
        for (place, expected) in [(OAUTH, at_oauth), (OPENID, at_openid)] {
            let provider = Provider::start().await;
            let issuer = provider.issuer();
            let mut said = document(&issuer, &issuer);
            said[field] = methods.clone();
            provider.answers(place, json(200, &said));
            let found = asked(&issuer).await.unwrap();
            assert_eq!(found.document.path(), place);
            assert_eq!(found.oauth.pkce, Some(expected), "{place}: {why}");
        }
    }
}

#[tokio::test]
async fn rfc8628_a_server_for_devices_alone_is_one_that_people_sign_in_to() {
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    let only = json!([device, "refresh_token", "client_credentials"]);
    let found = with("grant_types_supported", only).await.unwrap();
    assert!(!found.code && found.device);
    let oauth = &found.oauth;
    assert_eq!(
        oauth.grant,
        GrantType::Code,
        "a person signs in, as anywhere"
    );
    assert_eq!(oauth.authorize, None, "and no page is opened for it");
    assert!(oauth.device.is_some() && oauth.userinfo.is_some());
    assert!(
        oauth.par.is_none() && !oauth.iss_required,
        "which are of that page"
    );
}

#[tokio::test]
async fn another_issuer_is_not_believed() {
    for got in [
        json!("https://elsewhere.example"),
        json!(""),
        json!(7),
        Value::Null,
    ] {
        let refused = with("issuer", got.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "discovery_other_issuer", "{got}");
    }
    let refused = with("issuer", json!("https://x\u{202e}\n.example"))
        .await
        .unwrap_err();
    assert!(
        !refused.args()["got"].contains(['\u{202e}', '\n']),
        "fit for a screen"
    );
}

#[tokio::test]
async fn addresses_that_are_not_https_are_not_believed() {
    for (field, got) in [
        ("token_endpoint", "http://token.example/token"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("userinfo_endpoint", "/me"),
        ("jwks_uri", "file:///etc/passwd"),
        ("revocation_endpoint", "https://u:p@revoke.example/"),
        ("device_authorization_endpoint", "https://{x}.example/"),
        ("token_endpoint", "https://token.example/#fragment"),
    ] {
        let refused = with(field, json!(got)).await.unwrap_err();
        assert_eq!(refused.code(), "discovery_insecure", "{field}: {got}");
        assert_eq!(refused.args()["field"], field);
        assert_eq!(refused.args()["got"], got);
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Provider::start().await;
    let provider = Provider::start().await;
    let issuer = provider.issuer();
    elsewhere.answers(OAUTH, json(200, &document(&issuer, &issuer)));
    for status in [301, 302, 307, 308] {
        let mut moved = canned(status, "text/plain", "");
        moved
            .headers
            .push(("location", format!("{}{OAUTH}", elsewhere.issuer())));
        provider.answers(OAUTH, moved.clone());
        let refused = asked(&issuer).await.unwrap_err();
        assert_eq!(refused, OAuthError::DiscoveryRedirected { status });
    }
    assert!(elsewhere.seen().is_empty(), "nobody was sent there");
    provider.answers(OPENID, json(200, &document(&issuer, &issuer)));
    assert!(
        asked(&issuer).await.is_ok(),
        "a site that redirects what it does not know may describe itself at the other address"
    );
}

#[tokio::test]
async fn a_description_that_never_ends_is_given_up() {
    for endless in [0, 2, 3] {
        let refused = answered(Canned {
            status: endless,
            headers: Vec::new(),
            body: Vec::new(),
        })
        .await;
        assert_eq!(refused, OAuthError::DiscoveryEndless, "case {endless}");
    }
    let large = json!({"x": "y".repeat(2 * 1024 * 1024)});
    assert_eq!(
        answered(json(200, &large)).await,
        OAuthError::DiscoveryEndless
    );
}

#[tokio::test]
async fn what_a_connector_needs_has_to_be_there() {
    for field in ["token_endpoint", "authorization_endpoint"] {
        let refused = with(field, Value::Null).await.unwrap_err();
        assert_eq!(refused, OAuthError::DiscoveryIncomplete { field });
    }
    for (field, got) in [
        ("grant_types_supported", json!(["implicit", "password"])),
        (
            "token_endpoint_auth_methods_supported",
            json!(["private_key_jwt"]),
        ),
    ] {
        let refused = with(field, got.clone()).await.unwrap_err();
        assert_eq!(refused.code(), "discovery_unsupported", "{got}");
        assert_eq!(refused.args()["field"], field);
    }
}

#[tokio::test]
async fn no_description_is_said_and_a_fault_is_no_absence() {
    let provider = Provider::start().await;
    let refused = asked(&provider.issuer()).await.unwrap_err();
    assert_eq!(refused, OAuthError::DiscoveryNotFound { status: 404 });
    for (answer, code) in [
        (canned(500, "text/plain", "x"), "provider_status"),
        (canned(429, "text/plain", "x"), "provider_status"),
        (canned(200, "application/json", "{"), "malformed_answer"),
        (canned(200, "application/json", "[]"), "malformed_answer"),
    ] {
        let status = answer.status;
        assert_eq!(answered(answer).await.code(), code, "{status}");
    }
}

#[tokio::test]
async fn only_https_is_asked_or_this_computer() {
    for issuer in [
        "",
        "mill.example",
        "http://mill.example",
        "ftp://mill.example",
        "https://mill.example?x=1",
        "https://mill.example#x",
        "https://u:p@mill.example",
        "file:///etc",
    ] {
        let refused = asked(issuer).await.unwrap_err();
        assert_eq!(refused, OAuthError::DiscoveryIssuerInvalid, "{issuer}");
    }
}
