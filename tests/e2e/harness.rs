//! What the journeys rely on: that the servers beside the app behave as the journeys say, so that
//! a journey cannot pass because its counterpart was lenient.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tsunagi_tests::app::local_http;
use tsunagi_tests::{Provider, Recorder};
use url::Url;

const REDIRECT: &str = "http://127.0.0.1/callback/harness";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636-section-4-1";

/// Signs in as a browser would: follows every redirect, keeping cookies, until the provider sends
/// the person back.
async fn sign_in(provider: &Provider) -> HashMap<String, String> {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut next = Url::parse_with_params(
        &format!("{}/auth", provider.issuer()),
        [
            ("client_id", "harness"),
            ("response_type", "code"),
            ("redirect_uri", "http://127.0.0.1:4321/callback/harness"),
            ("scope", "openid email offline_access"),
            ("prompt", "consent"),
            ("state", "harness-state"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ],
    )
    .expect("an address");
    let http = local_http();
    let mut cookies: HashMap<String, String> = HashMap::new();
    for _ in 0..12 {
        let jar: Vec<String> = cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let answer = http
            .get(next.clone())
            .header("cookie", jar.join("; "))
            .send()
            .await
            .expect("the provider answers");
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("a readable cookie");
            let (pair, _) = cookie.split_once(';').unwrap_or((cookie, ""));
            if let Some((name, value)) = pair.split_once('=') {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer
            .headers()
            .get("location")
            .unwrap_or_else(|| panic!("no redirect but {}", answer.status()))
            .to_str()
            .expect("a readable location");
        next = next.join(location).expect("an address");
        if next.path() == "/callback/harness" {
            return next.query_pairs().into_owned().collect();
        }
    }
    panic!("the provider never sent the person back");
}

async fn token(provider: &Provider, form: &[(&str, &str)]) -> (u16, Value) {
    let answer = local_http()
        .post(format!("{}/token", provider.issuer()))
        .form(form)
        .send()
        .await
        .expect("the provider answers");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}

async fn refresh(provider: &Provider, refresh_token: &str) -> (u16, Value) {
    token(
        provider,
        &[
            ("grant_type", "refresh_token"),
            ("client_id", "harness"),
            ("refresh_token", refresh_token),
        ],
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_rotates_and_revokes_the_family_on_reuse() {
    let provider = Provider::start(2).await;
    provider.register("harness", REDIRECT).await;
    let back = sign_in(&provider).await;
    assert_eq!(
        back.get("iss").map(String::as_str),
        Some(provider.issuer()),
        "it names itself in the answer (RFC 9207)"
    );
    let (status, first) = token(
        &provider,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", "harness"),
            ("code", &back["code"]),
            ("redirect_uri", "http://127.0.0.1:4321/callback/harness"),
            ("code_verifier", VERIFIER),
        ],
    )
    .await;
    assert_eq!(status, 200, "the code is exchanged: {first}");
    assert_eq!(first["expires_in"], 2, "access tokens live as long as told");

    let me = || async {
        let answer = local_http()
            .get(format!("{}/me", provider.issuer()))
            .bearer_auth(first["access_token"].as_str().expect("an access token"))
            .send()
            .await;
        answer.expect("the provider answers").status().as_u16()
    };
    assert_eq!(me().await, 200, "its API takes a live access token");
    provider.expired().await;
    assert_eq!(me().await, 401, "and refuses an expired one");

    let old = first["refresh_token"].as_str().expect("a refresh token");
    let (status, second) = refresh(&provider, old).await;
    assert_eq!(status, 200, "a refresh token is good once: {second}");
    let new = second["refresh_token"].as_str().expect("a refresh token");
    assert_ne!(new, old, "refresh tokens are rotated");

    let (status, reuse) = refresh(&provider, old).await;
    assert_eq!(
        (status, reuse["error"].as_str()),
        (400, Some("invalid_grant")),
        "a replaced refresh token is refused"
    );
    let (status, _) = refresh(&provider, new).await;
    assert_eq!(status, 400, "and its use takes the whole family down");

    let count = provider.count("refresh_token").await;
    assert_eq!((count.ok, count.failed), (1, 2), "every request is counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recorder_keeps_everything_it_is_sent() {
    let recorder = Recorder::start().await;
    local_http()
        .post(format!("{}/any/where?x=1", recorder.origin()))
        .header("authorization", "Bearer told")
        .body("and this")
        .send()
        .await
        .expect("the recorder answers");
    let seen = recorder.seen();
    assert_eq!(seen.len(), 1, "one request was sent");
    let whole = seen[0].whole();
    for part in [
        "POST /any/where?x=1",
        "authorization: Bearer told",
        "and this",
    ] {
        assert!(whole.contains(part), "{part:?} must be on record: {whole}");
    }
}
