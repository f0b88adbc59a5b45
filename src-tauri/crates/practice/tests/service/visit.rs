//! A running service with a client that can press the buttons of its pages.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::LOCATION;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tsunagi_practice::{CLIENT_ID, Config, Faults, Practice};
use url::Url;

pub(crate) const REDIRECT: &str =
    "http://127.0.0.1:4711/callback/0190f3a2-5b6c-7d8e-9f01-23456789abcd";
pub(crate) const VERIFIER: &str = "correct-horse-battery-staple-correct-horse-battery";
pub(crate) const ALL: &str = "openid profile email offline_access contacts.read contacts.write";

/// One key for all tests: making one takes a second.
static KEY: LazyLock<OnceCell<Value>> = LazyLock::new(OnceCell::new);

pub(crate) struct Visit {
    pub(crate) home: TempDir,
    pub(crate) practice: Practice,
    pub(crate) client: Client,
    seconds: Arc<AtomicU64>,
}

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) all: Value,
}

impl Visit {
    pub(crate) async fn start() -> Self {
        Self::start_with(Faults::default(), None).await
    }

    pub(crate) async fn start_with(faults: Faults, approve: Option<&str>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let key = KEY.get_or_init(make_key).await;
        let state = json!({"signing_key": key});
        std::fs::write(home.path().join("practice.json"), state.to_string()).unwrap();
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs();
        let seconds = Arc::new(AtomicU64::new(now));
        let config = Config {
            faults,
            approve: approve.map(str::to_owned),
            clock: Some(clock(&seconds)),
            ..Config::new(home.path().join("practice.json"))
        };
        let practice = Practice::start(config).await.unwrap();
        Self {
            home,
            practice,
            client: client(),
            seconds,
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.home.path().join("practice.json")
    }

    /// Stops it and starts it again on the same file.
    pub(crate) async fn restart(self) -> Self {
        let Self {
            home,
            practice,
            client,
            seconds,
        } = self;
        practice.stop().await;
        let config = Config {
            clock: Some(clock(&seconds)),
            ..Config::new(home.path().join("practice.json"))
        };
        let practice = Practice::start(config).await.unwrap();
        Self {
            home,
            practice,
            client,
            seconds,
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.practice.issuer())
    }

    pub(crate) fn authorize_url(&self, scope: &str) -> Url {
        let mut url = Url::parse(&self.url("/authorize")).unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", CLIENT_ID)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("response_type", "code")
            .append_pair("scope", scope)
            .append_pair("state", "the-state")
            .append_pair("nonce", "the-nonce")
            .append_pair("code_challenge", &challenge(VERIFIER))
            .append_pair("code_challenge_method", "S256");
        url
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub(crate) async fn get_as(&self, path: &str, token: &str) -> Response {
        self.client
            .get(self.url(path))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.client
            .post(self.url(path))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    /// Presses through both pages as this account; returns what the redirect carries.
    pub(crate) async fn allow(&self, account: &str, scope: &str) -> HashMap<String, String> {
        let page = self.client.get(self.authorize_url(scope)).send().await;
        let page = page.unwrap();
        assert_eq!(page.status(), StatusCode::OK, "the sign-in page");
        let ticket = ticket(&page.text().await.unwrap());
        let form = [("ticket", ticket.as_str()), ("account", account)];
        let page = self.post("/authorize/sign-in", &form).await;
        assert_eq!(page.status(), StatusCode::OK, "the consent page");
        let ticket = self::ticket(&page.text().await.unwrap());
        let form = [("ticket", ticket.as_str()), ("decision", "allow")];
        redirected(&self.post("/authorize/consent", &form).await)
    }

    pub(crate) async fn exchange(&self, code: &str) -> Response {
        self.exchange_with(code, VERIFIER).await
    }

    pub(crate) async fn exchange_with(&self, code: &str, verifier: &str) -> Response {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("code", code),
            ("code_verifier", verifier),
        ];
        self.post("/token", &form).await
    }

    pub(crate) async fn renew(&self, token: &str) -> Response {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("refresh_token", token),
        ];
        self.post("/token", &form).await
    }

    pub(crate) async fn revoke(&self, token: &str) -> Response {
        let form = [("token", token), ("client_id", CLIENT_ID)];
        self.post("/revoke", &form).await
    }

    /// From the sign-in page to tokens with these scopes, as the first account.
    pub(crate) async fn authorized(&self, scope: &str) -> Tokens {
        let back = self.allow("practice-1", scope).await;
        tokens(self.exchange(&back["code"]).await).await
    }

    /// The status of a request with this access token.
    pub(crate) async fn opens(&self, access: &str) -> StatusCode {
        self.get_as("/api/contacts", access).await.status()
    }
}

pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap()
}

fn clock(seconds: &Arc<AtomicU64>) -> tsunagi_practice::Clock {
    let seconds = Arc::clone(seconds);
    Arc::new(move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed)))
}

async fn make_key() -> Value {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    let practice = Practice::start(Config::new(&file)).await.unwrap();
    practice.stop().await;
    let state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    state["signing_key"].clone()
}

pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// The ticket on a page.
pub(crate) fn ticket(page: &str) -> String {
    let (_, rest) = page.split_once(r#"name="ticket" value=""#).unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// The parameters of a redirect to our address.
pub(crate) fn redirected(response: &Response) -> HashMap<String, String> {
    assert_eq!(response.status(), StatusCode::SEE_OTHER, "a redirect");
    let location = response.headers()[LOCATION].to_str().unwrap();
    let url = Url::parse(location).unwrap();
    assert_eq!(
        location.split('?').next(),
        Some(REDIRECT),
        "to the asked address"
    );
    url.query_pairs().into_owned().collect()
}

pub(crate) async fn tokens(response: Response) -> Tokens {
    assert_eq!(response.status(), StatusCode::OK, "tokens");
    let all: Value = response.json().await.unwrap();
    let text = |name: &str| all[name].as_str().unwrap_or_default().to_owned();
    Tokens {
        access: text("access_token"),
        refresh: text("refresh_token"),
        all,
    }
}

/// Status and `error` of a refusal.
pub(crate) async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    (status, body["error"].as_str().unwrap().to_owned())
}
