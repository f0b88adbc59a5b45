//! A small OAuth server whose every secret carries a marker, so that a leak can be searched for.
//!
//! It approves at once, rotates refresh tokens, and misbehaves as told. Its API answers only to
//! the newest access token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use url::Url;

/// What every secret of this server begins with. It holds characters that URLs and JSON write
/// differently, so that each writing can be told apart and searched for.
pub const MARK: &str = "CANARY/7f3Kq+";

/// What the server does, changeable while it runs.
#[derive(Debug, Clone)]
pub struct Conduct {
    /// `expires_in` of new access tokens, in seconds.
    pub access_seconds: u32,
    /// What the token endpoint answers instead of tokens: status and body. `{sent}` in the body
    /// is replaced by every field of the request, secrets included, as a debug page would do.
    pub token_fault: Option<(u16, String)>,
    /// What the API answers instead of data: status and body. `{sent}` in the body is replaced
    /// by the `Authorization` header of the request.
    pub api_fault: Option<(u16, String)>,
    /// Members put beside the tokens in every token answer.
    pub beside_tokens: Map<String, Value>,
    /// Where `/api/away` redirects to.
    pub away: Option<String>,
    /// Answers the next authorization with `access_denied`.
    pub deny: bool,
}

impl Default for Conduct {
    fn default() -> Self {
        Self {
            access_seconds: 3600,
            token_fault: None,
            api_fault: None,
            beside_tokens: Map::new(),
            away: None,
            deny: false,
        }
    }
}

#[derive(Default)]
struct Shared {
    conduct: Conduct,
    issued: u32,
    code: Option<String>,
    access: Option<String>,
    refresh: Option<String>,
    renewals: u32,
    faults: u32,
    revocations: u32,
    api_requests: Vec<String>,
}

impl Shared {
    fn mint(&mut self, kind: &str) -> String {
        self.issued += 1;
        format!("{MARK}{kind}-{}", self.issued)
    }

    fn tokens(&mut self) -> Value {
        let (access, refresh) = (self.mint("access"), self.mint("refresh"));
        let mut answer = self.conduct.beside_tokens.clone();
        answer.insert("access_token".to_owned(), json!(access));
        answer.insert("refresh_token".to_owned(), json!(refresh));
        answer.insert("token_type".to_owned(), json!("Bearer"));
        answer.insert("expires_in".to_owned(), json!(self.conduct.access_seconds));
        self.access = Some(access);
        self.refresh = Some(refresh);
        Value::Object(answer)
    }
}

type Server = Arc<Mutex<Shared>>;

/// A running server. Dropping it stops it.
pub struct Issuer {
    port: u16,
    shared: Server,
    task: AbortHandle,
}

impl Issuer {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// Where loopback has no free port.
    pub async fn start() -> Self {
        let shared = Server::default();
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on loopback");
        let port = listener.local_addr().expect("it is bound").port();
        let router = Router::new()
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/api/{*path}", get(api).post(api))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self {
            port,
            shared,
            task: task.abort_handle(),
        }
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Changes what it does.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    pub fn conduct(&self, change: impl FnOnce(&mut Conduct)) {
        change(&mut self.shared.lock().expect("the lock is sound").conduct);
    }

    /// How often a refresh token was exchanged.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    #[must_use]
    pub fn renewals(&self) -> u32 {
        self.shared.lock().expect("the lock is sound").renewals
    }

    /// How many requests to the token endpoint met the fault.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    #[must_use]
    pub fn faults(&self) -> u32 {
        self.shared.lock().expect("the lock is sound").faults
    }

    /// How many tokens were revoked.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    #[must_use]
    pub fn revocations(&self) -> u32 {
        self.shared.lock().expect("the lock is sound").revocations
    }

    /// The paths of API requests that carried the credential.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    #[must_use]
    pub fn api_requests(&self) -> Vec<String> {
        let shared = self.shared.lock().expect("the lock is sound");
        shared.api_requests.clone()
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn fault(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

async fn authorize(
    State(server): State<Server>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let address = asked.get("redirect_uri").and_then(|it| Url::parse(it).ok());
    let Some(mut address) = address else {
        return fault(400, json!({ "error": "no redirect_uri" }).to_string());
    };
    let mut shared = server.lock().expect("the lock is sound");
    {
        let mut query = address.query_pairs_mut();
        if shared.conduct.deny {
            query.append_pair("error", "access_denied");
        } else {
            let code = shared.mint("code");
            query.append_pair("code", &code);
            shared.code = Some(code);
        }
        if let Some(state) = asked.get("state") {
            query.append_pair("state", state);
        }
    }
    redirect(address.as_str())
}

async fn token(
    State(server): State<Server>,
    Form(asked): Form<HashMap<String, String>>,
) -> Response {
    let mut shared = server.lock().expect("the lock is sound");
    if let Some((status, body)) = shared.conduct.token_fault.clone() {
        shared.faults += 1;
        let sent: Vec<String> = asked.iter().map(|(k, v)| format!("{k} {v}")).collect();
        return fault(status, body.replace("{sent}", &sent.join(", ")));
    }
    let refused = || fault(400, json!({ "error": "invalid_grant" }).to_string());
    match asked.get("grant_type").map(String::as_str) {
        Some("authorization_code") => {
            let code = shared.code.take();
            if code.is_none() || code.as_ref() != asked.get("code") {
                return refused();
            }
        }
        Some("refresh_token") => {
            if shared.refresh.is_none() || shared.refresh.as_ref() != asked.get("refresh_token") {
                return refused();
            }
            shared.renewals += 1;
        }
        _ => {
            return fault(
                400,
                json!({ "error": "unsupported_grant_type" }).to_string(),
            );
        }
    }
    Json(shared.tokens()).into_response()
}

async fn revoke(
    State(server): State<Server>,
    Form(_asked): Form<HashMap<String, String>>,
) -> StatusCode {
    let mut shared = server.lock().expect("the lock is sound");
    shared.revocations += 1;
    shared.access = None;
    shared.refresh = None;
    StatusCode::OK
}

async fn api(State(server): State<Server>, uri: Uri, headers: HeaderMap) -> Response {
    let mut shared = server.lock().expect("the lock is sound");
    let expected = shared
        .access
        .as_ref()
        .map(|access| format!("Bearer {access}"));
    let sent = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    if expected.is_none() || sent != expected {
        let challenge = r#"Bearer error="invalid_token""#;
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, challenge)],
        )
            .into_response();
    }
    shared.api_requests.push(uri.path().to_owned());
    if let Some((status, body)) = shared.conduct.api_fault.clone() {
        return fault(status, body.replace("{sent}", &sent.unwrap_or_default()));
    }
    match (uri.path(), &shared.conduct.away) {
        ("/api/me", _) => Json(json!({
            "id": "canary-1",
            "name": "Kana Ria",
            "email": "kana@canary.example",
        }))
        .into_response(),
        ("/api/away", Some(away)) => redirect(away),
        (path, _) => Json(json!({ "path": path })).into_response(),
    }
}
