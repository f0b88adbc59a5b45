//! The npm package `oidc-provider` as a process: an OAuth server that no one here wrote.

use std::path::PathBuf;
use std::process::Stdio;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::app::local_http;
use crate::wait::until;

/// The grant of RFC 8628 section 3.4.
pub const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A running provider. Dropping it kills it.
pub struct Provider {
    issuer: String,
    control: String,
    http: reqwest::Client,
    _process: Child,
}

#[derive(Deserialize)]
struct Addresses {
    issuer: String,
    control: String,
}

/// Requests to the token endpoint for one kind of grant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Count {
    /// Answered with tokens.
    pub ok: u32,
    /// Refused.
    pub failed: u32,
}

impl Provider {
    /// Starts one whose access tokens live for `seconds`.
    ///
    /// # Panics
    /// Where Node or the package is missing (`npm ci` in `tests/oidc-provider`).
    pub async fn start(seconds: u32) -> Self {
        Self::with(&json!({ "accessTokenSeconds": seconds })).await
    }

    /// Starts one that takes no authorization request but those that were pushed (RFC 9126).
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn pushed_only() -> Self {
        Self::with(&json!({ "pushedOnly": true })).await
    }

    async fn with(settings: &Value) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("oidc-provider");
        let settings = settings.to_string();
        let mut process = Command::new("node")
            .arg("server.mjs")
            .arg(settings)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let output = process.stdout.take().expect("its output is piped");
        let line = BufReader::new(output)
            .lines()
            .next_line()
            .await
            .expect("its output can be read")
            .expect("oidc-provider starts: `npm ci` in tests/oidc-provider");
        let addresses: Addresses = serde_json::from_str(&line).expect("its first line is JSON");
        Self {
            issuer: addresses.issuer,
            control: addresses.control,
            http: local_http(),
            _process: process,
        }
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The port of the issuer.
    ///
    /// # Panics
    /// Never: the issuer always has one.
    #[must_use]
    pub fn port(&self) -> u16 {
        url::Url::parse(&self.issuer)
            .ok()
            .and_then(|issuer| issuer.port())
            .expect("an issuer on loopback has a port")
    }

    /// Registers a native client, as a person would in a provider's console: public, PKCE, one
    /// redirect address.
    pub async fn register(&self, client: &str, redirect: &str) {
        self.register_as(&json!({
            "client_id": client,
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "redirect_uris": [redirect],
        }))
        .await;
    }

    /// Registers a client by its metadata (RFC 7591 section 2), `client_id` included.
    pub async fn register_as(&self, metadata: &Value) {
        self.post("/clients", metadata).await;
    }

    /// How often tokens were asked for with `grant` (`authorization_code`, `refresh_token`,
    /// `client_credentials`, [`DEVICE`]).
    pub async fn count(&self, grant: &str) -> Count {
        let counts = self.get("/counts").await;
        counts
            .get(grant)
            .map(|count| serde_json::from_value(count.clone()).expect("a count"))
            .unwrap_or_default()
    }

    /// How many grants are in force.
    pub async fn grants(&self) -> usize {
        self.get("/grants").await.as_array().map_or(0, Vec::len)
    }

    /// Paths of every request so far, in order, each with its answer's status.
    pub async fn log(&self) -> Vec<(String, u16)> {
        #[derive(Deserialize)]
        struct Entry {
            path: String,
            #[serde(default)]
            status: u16,
        }
        let entries: Vec<Entry> =
            serde_json::from_value(self.get("/log").await).expect("the log is a list");
        entries
            .into_iter()
            .map(|entry| (entry.path, entry.status))
            .collect()
    }

    /// Changes how long access tokens issued from now on live.
    pub async fn lifetime(&self, seconds: u32) {
        self.post("/settings", &json!({ "accessTokenSeconds": seconds }))
            .await;
    }

    /// Whom the approving page signs in from now on (`mina` or `noor`).
    pub async fn account(&self, account: &str) {
        self.post("/settings", &json!({ "account": account })).await;
    }

    /// Whether the approving page waits for somebody to press *Sign in* from now on.
    pub async fn by_hand(&self, by_hand: bool) {
        self.post("/settings", &json!({ "byHand": by_hand })).await;
    }

    /// How many of the next polls for a device code are told to slow down (RFC 8628 section 3.5).
    pub async fn slow_down(&self, polls: u32) {
        self.post("/settings", &json!({ "slowDown": polls })).await;
    }

    /// Changes how long device codes given from now on live.
    pub async fn code_lifetime(&self, seconds: u32) {
        self.post("/settings", &json!({ "codeSeconds": seconds }))
            .await;
    }

    /// How many tokens of clients that authorized themselves are in force.
    pub async fn client_tokens(&self) -> u64 {
        self.get("/live").await["client"]
            .as_u64()
            .unwrap_or_default()
    }

    /// Waits until no access token is valid any more.
    pub async fn expired(&self) {
        until("every access token to expire", async || {
            (self.get("/live").await["access"] == 0).then_some(())
        })
        .await;
    }

    /// Takes back every grant, as a person does in their account's settings.
    pub async fn revoke_all(&self) {
        self.post("/revoke-all", &json!({})).await;
    }

    async fn get(&self, path: &str) -> Value {
        self.answer(self.http.get(format!("{}{path}", self.control)))
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.answer(self.http.post(format!("{}{path}", self.control)).json(body))
            .await
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.send().await.expect("the control address answers");
        let status = answer.status();
        let body: Value = answer.json().await.expect("it answers with JSON");
        assert!(status.is_success(), "the control address refused: {body}");
        body
    }
}
