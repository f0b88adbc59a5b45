//! Waiting for the answer on another device (RFC 8628 §3.4, §3.5).

mod pace;

use std::cell::RefCell;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tsunagi_oauth::{
    Device, Http, Limits, OAuthError, Result, Secret, Tokens, Wire, begin_device, poll_device,
};

use crate::identity::{NOW, Stopped, at_hash, jwk, jwt};
use crate::support::{CLIENT_ID, Canned, GOOD, Provider, Service, canned, client, json};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What RFC 8628 §3.2 has for an answer.
pub(crate) fn codes() -> Value {
    json!({
        "device_code": "device-canary/+1", "user_code": "WDJB-MJHT",
        "verification_uri": "https://example.com/device",
        "verification_uri_complete": "https://example.com/device?user_code=WDJB-MJHT",
        "expires_in": 60, "interval": 5,
    })
}

pub(crate) fn said(error: &str) -> Canned {
    json(400, &json!({"error": error}))
}

pub(crate) fn good() -> Canned {
    canned(200, "application/json", GOOD)
}

pub(crate) struct Desk {
    pub(crate) provider: Provider,
    pub(crate) service: Service,
    pub(crate) wire: Wire,
    pub(crate) waits: RefCell<Vec<u64>>,
}

impl Desk {
    pub(crate) async fn open(oauth: &str) -> Self {
        let provider = Provider::start().await;
        let device = format!("device = \"{}/device\"\n{oauth}", provider.issuer());
        let mut service = provider.service(&device);
        service.http = Http::with(Limits::default(), Arc::new(Stopped)).unwrap();
        provider.answers("/device", json(200, &codes()));
        Self {
            provider,
            service,
            wire: Wire::default(),
            waits: RefCell::default(),
        }
    }

    pub(crate) async fn begin(&mut self, scopes: &[&str]) -> Result<Device> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let Service {
            http,
            connector,
            endpoints,
        } = &self.service;
        begin_device(
            http,
            connector,
            endpoints,
            &client(),
            &scopes,
            &mut self.wire,
        )
        .await
    }

    /// Polls without waiting; what would have been waited, in seconds, is in `waits`.
    pub(crate) async fn poll(&mut self, device: &Device) -> Result<Tokens> {
        let Service {
            http,
            connector,
            endpoints,
        } = &self.service;
        let sleep = |wait: Duration| {
            self.waits.borrow_mut().push(wait.as_secs());
            ready(())
        };
        poll_device(
            http,
            connector,
            endpoints,
            &client(),
            device,
            sleep,
            &mut self.wire,
        )
        .await
    }

    /// From the device code to the outcome of these answers to polls, and the waits before them.
    async fn answered(turns: impl IntoIterator<Item = Canned>) -> (Result<Tokens>, Vec<u64>) {
        Self::answered_to("", turns).await
    }

    async fn answered_to(
        oauth: &str,
        turns: impl IntoIterator<Item = Canned>,
    ) -> (Result<Tokens>, Vec<u64>) {
        let mut desk = Self::open(oauth).await;
        let device = desk.begin(&["read"]).await.unwrap();
        desk.provider.answers_in_turn("/token", turns);
        let outcome = desk.poll(&device).await;
        (outcome, desk.waits.into_inner())
    }
}

#[tokio::test]
async fn rfc8628_the_poll_names_grant_and_device_code_and_the_client_as_the_connector_says() {
    for (auth, secret_in_body, header) in [
        ("post", true, false),
        ("basic", false, true),
        ("none", false, false),
    ] {
        let mut desk = Desk::open(&format!("client_auth = \"{auth}\"")).await;
        let device = desk.begin(&["read"]).await.unwrap();
        desk.provider.answers("/token", good());
        let tokens = desk.poll(&device).await.unwrap();
        assert_eq!(tokens.access.expose(), "access-canary-1", "{auth}");
        assert_eq!(
            tokens.expires_in,
            Some(Duration::from_secs(3600)),
            "read like every token answer"
        );
        let seen = desk.provider.seen();
        let [ask, poll] = &seen[..] else {
            panic!("{auth}: two requests")
        };
        let form = poll.form();
        assert_eq!(form["grant_type"], GRANT, "RFC 8628 §3.4");
        assert_eq!(form["device_code"], "device-canary/+1", "RFC 8628 §3.4");
        for (seen, form) in [(ask, ask.form()), (poll, poll.form())] {
            assert_eq!(form.contains_key("client_secret"), secret_in_body, "{auth}");
            assert_eq!(form.contains_key("client_id"), !header, "{auth}");
            assert_eq!(seen.headers.contains_key("authorization"), header, "{auth}");
        }
    }
}

#[tokio::test]
async fn rfc8628_what_ends_the_wait_is_told_apart() {
    let table = [
        (said("access_denied"), OAuthError::ConsentDenied),
        (said("expired_token"), OAuthError::DeviceExpired),
        (
            // GitHub and others answer errors with status 200.
            json(200, &json!({"error": "access_denied"})),
            OAuthError::ConsentDenied,
        ),
        (
            canned(
                400,
                "application/x-www-form-urlencoded",
                "error=expired_token",
            ),
            OAuthError::DeviceExpired,
        ),
        (
            said("invalid_grant"),
            OAuthError::InvalidGrant { description: None },
        ),
        (
            said("invalid_client"),
            OAuthError::ClientRefused { description: None },
        ),
        (
            said("unsupported_grant_type"),
            OAuthError::TokenError {
                error: "unsupported_grant_type".to_owned(),
                description: None,
            },
        ),
        (
            canned(200, "text/html", "<html>"),
            OAuthError::Html { status: 200 },
        ),
        (canned(400, "", ""), OAuthError::Empty { status: 400 }),
        (json(200, &json!({"scope": "read"})), OAuthError::Malformed),
        (
            canned(200, "application/json", "{\"access"),
            OAuthError::Malformed,
        ),
        (
            canned(302, "text/html", ""),
            OAuthError::Status {
                status: 302,
                retry_after: None,
            },
        ),
    ];
    for (answer, expected) in table {
        let (outcome, waits) = Desk::answered([said("authorization_pending"), answer]).await;
        assert_eq!(outcome.unwrap_err(), expected, "the end");
        assert_eq!(waits, [5, 5], "{expected}: no further poll");
    }
}

#[tokio::test]
async fn a_services_own_words_are_understood() {
    let oauth = r#"error_words = { authorization_declined = "access_denied", not_yet = "authorization_pending", easy = "slow_down" }"#;
    let turns = [
        said("not_yet"),
        said("easy"),
        said("authorization_declined"),
    ];
    let (outcome, waits) = Desk::answered_to(oauth, turns).await;
    assert_eq!(outcome.unwrap_err(), OAuthError::ConsentDenied, "declined");
    assert_eq!(waits, [5, 5, 10], "went on before");
}

#[tokio::test]
async fn r23_a_device_endpoint_or_answered_host_elsewhere_gets_nothing() {
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["read"]).await.unwrap();
    let elsewhere = json!({"access_token": "a", "api_domain": "https://evil.example.org"});
    desk.provider.answers("/token", json(200, &elsewhere));
    assert!(
        matches!(
            desk.poll(&device).await,
            Err(OAuthError::HostNotListed(refusal)) if refusal.args["host"] == "evil.example.org"
        ),
        "as with a code"
    );
    desk.service.endpoints.device = Some("https://evil.example.org/".parse().unwrap());
    assert!(
        matches!(
            desk.begin(&["read"]).await,
            Err(OAuthError::HostNotListed(_))
        ),
        "the client's secret stays here"
    );
}

#[tokio::test]
async fn an_id_token_of_a_device_is_checked_and_needs_no_nonce() {
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["openid"]).await.unwrap();
    let mut sign_in = async |change: &dyn Fn(&mut Value)| {
        let mut claims = json!({
            "iss": desk.provider.issuer(), "aud": CLIENT_ID, "sub": "user-1",
            "exp": NOW + 600, "iat": NOW - 5, "at_hash": at_hash("access-1"),
        });
        change(&mut claims);
        let token = jwt(&json!({"alg": "RS256", "kid": "k0"}), &claims, 0);
        let keys = json!({"keys": [jwk(0, Some("k0"))]});
        desk.provider.answers("/jwks", json(200, &keys));
        let answer = json!({"access_token": "access-1", "id_token": token});
        desk.provider.answers("/token", json(200, &answer));
        desk.poll(&device).await
    };
    let tokens = sign_in(&|_| {}).await.unwrap();
    assert_eq!(
        tokens.identity.map(|identity| identity.subject),
        Some("user-1".to_owned()),
        "who signed in"
    );
    assert!(
        sign_in(&|claims| claims["nonce"] = json!("theirs"))
            .await
            .is_ok(),
        "there was none to compare with"
    );
    for (name, value, reason) in [
        ("iss", json!("https://evil.example"), "issuer"),
        ("aud", json!("another"), "audience"),
        ("exp", json!(NOW - 1000), "expired"),
        ("at_hash", json!(at_hash("another")), "access_token_hash"),
    ] {
        let error = sign_in(&|claims| claims[name] = value.clone()).await;
        assert_eq!(
            error.unwrap_err(),
            OAuthError::IdTokenInvalid { reason },
            "{name}"
        );
    }
    desk.provider.answers("/token", good());
    assert_eq!(
        desk.poll(&device).await.unwrap_err(),
        OAuthError::IdTokenInvalid { reason: "missing" },
        "openid was asked for"
    );
}

#[tokio::test]
async fn no_code_is_told_and_polls_answered_alike_are_told_once() {
    let echo = "device-canary/+1 device-canary%2F%2B1 client secret/+";
    let mut desk = Desk::open("").await;
    let device = desk.begin(&["read"]).await.unwrap();
    let pending = json(
        400,
        &json!({"error": "authorization_pending", "error_description": echo}),
    );
    let turns = [
        pending.clone(),
        pending.clone(),
        pending,
        json(400, &json!({"error": echo, "error_description": echo})),
    ];
    desk.provider.answers_in_turn("/token", turns);
    let error = desk.poll(&device).await.unwrap_err();
    assert_eq!(desk.provider.seen().len(), 5, "codes and four polls");
    assert_eq!(
        desk.wire.lines.len(),
        3,
        "a person reads them: {:?}",
        desk.wire
    );
    assert_eq!(
        desk.wire.lines[1].error, None,
        "nothing went wrong while nobody answered"
    );
    let mut text = format!("{error} {error:?} {:?} {device:?}", error.args());
    for line in &desk.wire.lines {
        text.push_str(&line.to_string());
    }
    text.push_str(&serde_json::to_string(&desk.wire).unwrap());
    for secret in ["device-canary", "WDJB", "client secret"] {
        assert!(!text.contains(secret), "`{secret}` in {text}");
    }
    assert_eq!(
        device.device_code,
        Secret::new("device-canary/+1"),
        "the right canary"
    );
}
