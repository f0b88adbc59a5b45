use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::sha2::{Digest, Sha256};
use rsa::signature::{SignatureEncoding, Signer};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use tsunagi_domain::{Clock, Timestamp};
use tsunagi_oauth::{Http, Limits, OAuthError, Result, Tokens, Wire};

use crate::support::{CLIENT_ID, Provider, Service, field, json as answer};

pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp(NOW * 1000)
    }
}

fn key(index: usize) -> &'static RsaPrivateKey {
    static KEYS: [OnceLock<RsaPrivateKey>; 2] = [OnceLock::new(), OnceLock::new()];
    KEYS[index].get_or_init(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap())
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn jwk(index: usize, kid: Option<&str>) -> Value {
    let mut jwk = json!({
        "kty": "RSA", "use": "sig", "alg": "RS256",
        "n": encode(key(index).n().to_bytes_be()), "e": encode(key(index).e().to_bytes_be()),
    });
    if let Some(kid) = kid {
        jwk["kid"] = kid.into();
    }
    jwk
}

pub(crate) fn jwt(header: &Value, claims: &Value, index: usize) -> String {
    let signed = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims.to_string())
    );
    let signature = SigningKey::<Sha256>::new(key(index).clone()).sign(signed.as_bytes());
    format!("{signed}.{}", encode(signature.to_bytes()))
}

pub(crate) fn at_hash(token: &str) -> String {
    encode(&Sha256::digest(token.as_bytes())[..16])
}

/// A sign-in whose provider answers with an ID token that `change` has had its hands on: header,
/// claims, and then the finished token.
struct SignIn {
    provider: Provider,
    service: Service,
    keys: Value,
    key: usize,
}

impl SignIn {
    async fn new() -> Self {
        let provider = Provider::start().await;
        let mut service = provider.service("");
        service.http = Http::with(Limits::default(), Arc::new(Stopped)).unwrap();
        let keys = json!({"keys": [jwk(0, Some("k0"))]});
        Self {
            provider,
            service,
            keys,
            key: 0,
        }
    }

    async fn run(
        &self,
        change: impl FnOnce(&mut Value, &mut Value),
        finish: impl FnOnce(String) -> Value,
    ) -> Result<Tokens> {
        let attempt = self.service.begin(&["openid"]);
        let mut header = json!({"alg": "RS256", "kid": "k0", "typ": "JWT"});
        let mut claims = json!({
            "iss": self.provider.issuer(), "aud": CLIENT_ID, "sub": "user-1",
            "exp": NOW + 600, "iat": NOW - 5, "name": "Aiko", "email": "aiko@example.com",
            "nonce": field(attempt.url(), "nonce").unwrap(), "at_hash": at_hash("access-1"),
        });
        change(&mut header, &mut claims);
        let token = finish(jwt(&header, &claims, self.key));
        self.provider.answers("/jwks", answer(200, &self.keys));
        self.provider.answers(
            "/token",
            answer(200, &json!({"access_token": "access-1", "id_token": token})),
        );
        let code = self.service.code(&attempt, "c");
        self.service
            .exchange_for(attempt, code, &mut Wire::default())
            .await
    }

    async fn changed(&self, change: impl FnOnce(&mut Value, &mut Value)) -> Result<Tokens> {
        self.run(change, Value::String).await
    }
}

fn reason(outcome: Result<Tokens>) -> &'static str {
    match outcome {
        Err(OAuthError::IdTokenInvalid { reason }) => reason,
        Err(OAuthError::NonceMismatch) => "nonce",
        other => panic!("the ID token was not refused: {other:?}"),
    }
}

#[tokio::test]
async fn oidc_a_checked_id_token_tells_who_signed_in() {
    let sign_in = SignIn::new().await;
    let identity = sign_in.changed(|_, _| {}).await.unwrap().identity.unwrap();
    assert_eq!(identity.issuer, sign_in.provider.issuer(), "issuer");
    assert_eq!(identity.subject, "user-1", "subject");
    assert_eq!(identity.name.as_deref(), Some("Aiko"), "name");
    assert_eq!(
        identity.email.as_deref(),
        Some("aiko@example.com"),
        "e-mail"
    );
}

#[tokio::test]
async fn oidc_what_may_be_left_out_may_be_left_out() {
    let sign_in = SignIn::new().await;
    let outcome = sign_in
        .changed(|header, claims| {
            for name in ["at_hash", "name", "email"] {
                claims.as_object_mut().unwrap().remove(name);
            }
            header.as_object_mut().unwrap().remove("kid");
            claims["aud"] = json!([CLIENT_ID]);
            claims["azp"] = CLIENT_ID.into();
            claims["email_verified"] = "true".into();
            claims["updated_at"] = "2026-01-01T00:00:00Z".into();
            claims["exp"] = (NOW - 60).into();
            claims["iat"] = (NOW + 60).into();
        })
        .await;
    let identity = outcome.unwrap().identity.unwrap();
    assert_eq!(
        identity.subject, "user-1",
        "clocks differ by a minute, one key needs no kid"
    );
}

#[tokio::test]
async fn oidc_a_token_for_another_place_person_or_time_is_refused() {
    let sign_in = SignIn::new().await;
    type Case = (&'static str, Value, &'static str);
    let cases: Vec<Case> = vec![
        ("iss", json!("https://evil.example.org"), "issuer"),
        (
            "iss",
            json!(format!("{}/", sign_in.provider.issuer())),
            "issuer",
        ),
        ("iss", Value::Null, "malformed"),
        ("aud", json!("other"), "audience"),
        ("aud", json!([]), "audience"),
        ("aud", json!([CLIENT_ID, "other"]), "audience"),
        ("aud", Value::Null, "malformed"),
        ("azp", json!("other"), "authorized_party"),
        ("exp", json!(NOW - 300), "expired"),
        ("exp", Value::Null, "malformed"),
        ("iat", json!(NOW + 300), "issued_at"),
        ("iat", Value::Null, "malformed"),
        ("sub", Value::Null, "malformed"),
        ("sub", json!(""), "subject"),
        ("nonce", json!("other"), "nonce"),
        ("nonce", Value::Null, "nonce"),
        ("at_hash", json!(at_hash("access-2")), "access_token_hash"),
    ];
    for (claim, value, expected) in cases {
        let outcome = sign_in
            .changed(|_, claims| {
                claims.as_object_mut().unwrap().remove(claim);
                if !value.is_null() {
                    claims[claim] = value.clone();
                }
            })
            .await;
        let found = reason(outcome);
        // An absent audience is an empty one to the library.
        let expected = if claim == "aud" && value.is_null() {
            "audience"
        } else {
            expected
        };
        assert_eq!(found, expected, "{claim} = {value}");
    }
}

#[tokio::test]
async fn oidc_a_token_nobody_signed_is_refused() {
    let sign_in = SignIn::new().await;
    let outcome = sign_in
        .changed(|header, _| header["alg"] = "none".into())
        .await;
    assert_eq!(reason(outcome), "algorithm", "alg none, with a signature");
    let unsigned = |token: String| {
        let (signed, _) = token.rsplit_once('.').unwrap();
        Value::String(format!("{signed}."))
    };
    let outcome = sign_in
        .run(|header, _| header["alg"] = "none".into(), unsigned)
        .await;
    assert_eq!(reason(outcome), "algorithm", "alg none, without one");
    let outcome = sign_in.run(|_, _| {}, unsigned).await;
    assert_eq!(reason(outcome), "signature", "the signature is cut off");
    for alg in ["HS256", "HS512"] {
        let outcome = sign_in
            .changed(|header, _| header["alg"] = alg.into())
            .await;
        assert_eq!(
            reason(outcome),
            "algorithm",
            "{alg}: the public key as a shared secret"
        );
    }
    let swapped = |token: String| {
        let mut parts = token.split('.');
        let (header, claims, signature) = (
            parts.next().unwrap(),
            parts.next().unwrap(),
            parts.next().unwrap(),
        );
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
        let claims = String::from_utf8(bytes)
            .unwrap()
            .replace("user-1", "user-2");
        Value::String(format!("{header}.{}.{signature}", encode(claims)))
    };
    let outcome = sign_in.run(|_, _| {}, swapped).await;
    assert_eq!(reason(outcome), "signature", "claims of somebody else");
    for garbage in [json!("x"), json!("a.b.c"), json!("a.b")] {
        let outcome = sign_in.run(|_, _| {}, |_| garbage.clone()).await;
        assert_eq!(reason(outcome), "malformed", "{garbage}");
    }
    let outcome = sign_in.run(|_, _| {}, |_| Value::Null).await;
    assert_eq!(reason(outcome), "missing", "`openid` was asked for");
}

#[tokio::test]
async fn oidc_keys_are_found_by_their_id_and_may_change() {
    let mut sign_in = SignIn::new().await;
    assert!(sign_in.changed(|_, _| {}).await.is_ok(), "the first key");
    // The provider has changed its key since.
    sign_in.key = 1;
    sign_in.keys = json!({"keys": [jwk(1, Some("k1"))]});
    let outcome = sign_in
        .changed(|header, _| header["kid"] = "k1".into())
        .await;
    assert!(outcome.is_ok(), "the new key works at once");
    assert_eq!(
        reason(sign_in.changed(|_, _| {}).await),
        "key",
        "the old key's id is gone"
    );
    sign_in.keys = json!({"keys": [jwk(0, Some("k0")), jwk(1, Some("k1"))]});
    let outcome = sign_in
        .changed(|header, _| header["kid"] = "k1".into())
        .await;
    assert!(outcome.is_ok(), "both at once");
    assert_eq!(
        reason(sign_in.changed(|_, _| {}).await),
        "signature",
        "another key's id"
    );
    let outcome = sign_in
        .changed(|header, _| {
            header.as_object_mut().unwrap().remove("kid");
        })
        .await;
    assert_eq!(
        reason(outcome),
        "key",
        "OIDC Core §10.1: two keys need an id"
    );
    sign_in.keys = json!({"keys": []});
    assert_eq!(reason(sign_in.changed(|_, _| {}).await), "key", "no keys");
    sign_in.keys = json!({"nothing": 1});
    assert_eq!(
        reason(sign_in.changed(|_, _| {}).await),
        "no_keys",
        "no key set"
    );
}

#[tokio::test]
async fn keys_are_fetched_without_a_credential() {
    let sign_in = SignIn::new().await;
    sign_in.changed(|_, _| {}).await.unwrap();
    let seen = sign_in.provider.seen();
    let keys = seen.iter().find(|seen| seen.target == "/jwks").unwrap();
    assert!(
        !keys.headers.contains_key("authorization") && keys.body.is_empty(),
        "a public document"
    );
}

#[tokio::test]
async fn an_id_token_nobody_asked_for_is_not_read() {
    let sign_in = SignIn::new().await;
    sign_in.provider.answers(
        "/token",
        answer(200, &json!({"access_token": "a", "id_token": "rubbish"})),
    );
    let tokens = sign_in
        .service
        .exchange(&["read"], &mut Wire::default())
        .await
        .unwrap();
    assert_eq!(tokens.identity, None, "no `openid`, no identity");
    let tokens = sign_in.service.refresh(&mut Wire::default()).await.unwrap();
    assert_eq!(
        tokens.identity, None,
        "a bad ID token does not cost a renewed token"
    );
}
