#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use axum::extract::State;
use axum::http::Uri;
use axum::{Json, Router};
use serde_json::json;
use tsunagi_catalog::Catalog;
use tsunagi_connectors::Library;
use tsunagi_domain::Clock;

use super::*;
use crate::Keys;

const START: i64 = 1_800_000_000_000;

#[derive(Clone)]
struct Clocked(Arc<AtomicI64>);

impl Clock for Clocked {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// A stand-in for the practice service, which says about itself what it is told to.
#[derive(Clone, Default)]
struct Provider {
    said: Arc<Mutex<Value>>,
    fetched: Arc<AtomicU32>,
}

async fn answer(State(provider): State<Provider>, uri: Uri) -> Json<Value> {
    Json(match uri.path() {
        "/device_authorization" => json!({
            "device_code": "d", "user_code": "WDJB-MJHT", "interval": 1, "expires_in": 600,
            "verification_uri": "http://127.0.0.1/device",
        }),
        "/token" => json!({"access_token": "a", "refresh_token": "r", "expires_in": 3600}),
        _ => {
            provider.fetched.fetch_add(1, Ordering::Relaxed);
            provider.said.lock().unwrap().clone()
        }
    })
}

struct Gate {
    gateway: Gateway,
    connector: Connector,
    resolved: Resolved,
    provider: Provider,
    issuer: String,
    clock: Clocked,
    serving: tokio::task::JoinHandle<()>,
    _home: tempfile::TempDir,
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Gate {
    async fn open() -> Self {
        let provider = Provider::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(answer).with_state(provider.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let issuer = format!("http://127.0.0.1:{port}");
        let home = tempfile::tempdir().unwrap();
        let clock = Clocked(Arc::new(AtomicI64::new(START)));
        let library = Library::built_in();
        let connector = library.get("practice").unwrap().clone();
        let settings = BTreeMap::from([("port".to_owned(), port.to_string())]);
        let resolved = connector.resolve(&settings).unwrap();
        let catalog = Catalog::open(home.path()).unwrap();
        let clock_of = Arc::new(clock.clone());
        let gateway = Gateway::new(catalog, Keys::locked(), library, clock_of, || {}).unwrap();
        let gate = Self {
            gateway,
            connector,
            resolved,
            provider,
            issuer,
            clock,
            serving,
            _home: home,
        };
        gate.says(json!({ "issuer": gate.issuer }));
        gate
    }

    fn says(&self, document: Value) {
        *self.provider.said.lock().unwrap() = document;
    }

    async fn check(&self) -> Result<bool, String> {
        let (connector, resolved) = (&self.connector, &self.resolved);
        let outcome = self
            .gateway
            .check_metadata(connector, resolved, &mut Wire::default())
            .await;
        outcome.map_err(|error| error.code().to_owned())
    }

    fn fetched(&self) -> u32 {
        self.provider.fetched.load(Ordering::Relaxed)
    }

    fn at(&self, seconds: i64) {
        self.clock
            .0
            .store(START + seconds * 1000, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn metadata_is_fetched_every_ten_minutes_at_most() {
    let gate = Gate::open().await;
    for (seconds, fetched) in [(0, 1), (599, 1), (600, 2), (601, 2), (-1, 3)] {
        gate.at(seconds);
        assert_eq!(gate.check().await, Ok(true), "after {seconds} s");
        assert_eq!(gate.fetched(), fetched, "after {seconds} s");
    }
}

#[tokio::test]
async fn iss_is_required_where_the_connector_or_the_provider_says_so() {
    let mut gate = Gate::open().await;
    gate.connector.oauth.as_mut().unwrap().iss_required = false;
    assert_eq!(gate.check().await, Ok(false), "nobody says so");
    gate.at(600);
    gate.says(json!({
        "issuer": gate.issuer, "authorization_response_iss_parameter_supported": true,
    }));
    assert_eq!(gate.check().await, Ok(true), "RFC 9207: the provider does");
    assert_eq!(gate.check().await, Ok(true), "remembered as well");
}

#[tokio::test]
async fn metadata_that_contradicts_the_connector_is_not_kept() {
    let gate = Gate::open().await;
    gate.says(json!({ "issuer": "https://evil.example" }));
    for fetched in 1..=2 {
        assert_eq!(
            gate.check().await,
            Err("metadata_differs".to_owned()),
            "another issuer"
        );
        assert_eq!(gate.fetched(), fetched, "asked again each time");
    }
    gate.says(json!({ "issuer": gate.issuer }));
    assert_eq!(gate.check().await, Ok(true), "mended");
}

#[tokio::test]
async fn a_connector_that_was_changed_is_compared_with_a_new_document() {
    let mut gate = Gate::open().await;
    let token = format!("{}/token", gate.issuer);
    gate.says(json!({ "issuer": gate.issuer, "token_endpoint": token }));
    assert_eq!(gate.check().await, Ok(true), "agrees");
    let moved = format!("{}/moved", gate.issuer);
    gate.resolved.token = Some(moved.parse().unwrap());
    gate.says(json!({ "issuer": gate.issuer, "token_endpoint": moved }));
    assert_eq!(
        gate.check().await,
        Ok(true),
        "both have moved within ten minutes"
    );
    assert_eq!(
        gate.fetched(),
        2,
        "what was remembered would have contradicted"
    );
}

#[tokio::test]
async fn without_a_metadata_address_the_connector_has_the_word() {
    let mut gate = Gate::open().await;
    gate.resolved.metadata = None;
    for required in [true, false] {
        gate.connector.oauth.as_mut().unwrap().iss_required = required;
        assert_eq!(gate.check().await, Ok(required), "as it says");
    }
    assert_eq!(gate.fetched(), 0, "nobody is asked");
}

#[tokio::test]
async fn a_device_code_arrives_as_any_other_sign_in() {
    let gate = Gate::open().await;
    let (connector, resolved) = (&gate.connector, &gate.resolved);
    let mut wire = Wire::default();
    let scopes = ["contacts.read".to_owned()];
    let begun = gate
        .gateway
        .begin_device(connector, resolved, None, &scopes, &mut wire)
        .await;
    let device = begun.unwrap();
    assert_eq!(device.user_code, "WDJB-MJHT", "for the person");
    let arrived = gate
        .gateway
        .poll_device(connector, resolved, None, device, &mut wire)
        .await;
    let arrived = arrived.unwrap();
    assert!(arrived.renewable, "a refresh token came");
    assert_eq!(
        (arrived.issued_at, arrived.expires_at),
        (Timestamp(START), Some(Timestamp(START + 3_600_000))),
        "by the program's clock"
    );
    assert_eq!(wire.lines.len(), 2, "both requests are told");
}
