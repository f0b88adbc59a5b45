//! A provider of two sites, each of which knows its own tokens and says so where it is shown any
//! other: R23, and tokens that belong to the client they were issued to (RFC 6749 §6). Its refresh
//! tokens are good once, and end some days after they were issued, which it tells nobody.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tsunagi_console::Clock;

use crate::fixture::Later;

/// How long a refresh token is good, in seconds.
pub(crate) const REFRESH_SECONDS: i64 = 10 * 24 * 3600;
/// How long an access token is.
const ACCESS_SECONDS: i64 = 3600;

struct Token {
    person: &'static str,
    /// In milliseconds since 1970.
    ends: i64,
    /// A refresh token that was used.
    used: bool,
}

struct Inner {
    clock: Arc<Later>,
    number: u8,
    issued: u32,
    /// Who signs in.
    person: &'static str,
    tokens: BTreeMap<String, Token>,
    wrong: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) port: u16,
    inner: Arc<Mutex<Inner>>,
}

impl Site {
    pub(crate) fn start(number: u8, clock: Arc<Later>) -> Self {
        let inner = Arc::new(Mutex::new(Inner {
            clock,
            number,
            issued: 0,
            person: "one",
            tokens: BTreeMap::new(),
            wrong: Vec::new(),
        }));
        let router = Router::new()
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/api/me", get(me))
            .route("/api/files", get(files))
            .with_state(inner.clone());
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let port = socket.local_addr().unwrap().port();
        let socket = tokio::net::TcpListener::from_std(socket).unwrap();
        tokio::spawn(async move { axum::serve(socket, router).await });
        Self { port, inner }
    }

    /// Who signs in there from now on.
    pub(crate) fn person(&self, person: &'static str) {
        lock(&self.inner).person = person;
    }

    /// What it should never have been sent.
    pub(crate) fn wrong(&self) -> Vec<String> {
        lock(&self.inner).wrong.clone()
    }
}

fn lock(inner: &Arc<Mutex<Inner>>) -> MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

type Shared = State<Arc<Mutex<Inner>>>;

async fn token(inner: Shared, Form(form): Form<BTreeMap<String, String>>) -> Response {
    let mut inner = lock(&inner.0);
    let client = form.get("client_id").cloned().unwrap_or_default();
    let (now, number) = (inner.clock.now().0, inner.number);
    let person = match form.get("refresh_token") {
        None => inner.person,
        Some(token) => {
            let own = token.starts_with(&format!("renew-{number}-{client}-"));
            match inner
                .tokens
                .get_mut(token)
                .filter(|known| own && !known.used)
            {
                Some(known) if known.ends <= now => {
                    let over = Json(json!({"error": "invalid_grant"}));
                    return (StatusCode::BAD_REQUEST, over).into_response();
                }
                Some(known) => {
                    known.used = true;
                    known.person
                }
                // One that was used before would end all that came of it (RFC 9700 §4.14.2).
                None => {
                    let told = format!("`{token}` was to be renewed by `{client}`");
                    inner.wrong.push(told);
                    return StatusCode::BAD_REQUEST.into_response();
                }
            }
        }
    };
    inner.issued += 1;
    let of = |what: &str| format!("{what}-{number}-{client}-{}", inner.issued);
    let (access, renew) = (of("access"), of("renew"));
    for (token, seconds) in [(&access, ACCESS_SECONDS), (&renew, REFRESH_SECONDS)] {
        let issued = Token {
            person,
            ends: now + seconds * 1000,
            used: false,
        };
        inner.tokens.insert(token.clone(), issued);
    }
    Json(json!({
        "access_token": access,
        "refresh_token": renew,
        "token_type": "Bearer",
        "expires_in": ACCESS_SECONDS,
    }))
    .into_response()
}

async fn revoke(inner: Shared, Form(form): Form<BTreeMap<String, String>>) -> StatusCode {
    let mut inner = lock(&inner.0);
    let token = form.get("token").cloned().unwrap_or_default();
    if !inner.tokens.contains_key(&token) {
        inner.wrong.push(format!("`{token}` was to be revoked"));
    }
    StatusCode::OK
}

/// The answer to whoever shows a token of this site.
fn answered(inner: &mut Inner, headers: &HeaderMap, answer: impl Fn(&str) -> Value) -> Response {
    let shown = headers.get("authorization").map(|it| it.to_str().unwrap());
    let token = shown.and_then(|shown| shown.strip_prefix("Bearer "));
    let now = inner.clock.now().0;
    let known = token.and_then(|token| inner.tokens.get(token));
    let Some(person) = known
        .filter(|known| known.ends > now)
        .map(|known| known.person)
    else {
        inner.wrong.push(format!("an API request with {shown:?}"));
        return StatusCode::UNAUTHORIZED.into_response();
    };
    Json(answer(person)).into_response()
}

async fn me(inner: Shared, headers: HeaderMap) -> Response {
    answered(
        &mut lock(&inner.0),
        &headers,
        |person| json!({"id": person, "name": person, "email": format!("{person}@provider.example")}),
    )
}

async fn files(inner: Shared, headers: HeaderMap) -> Response {
    let number = lock(&inner.0).number;
    answered(&mut lock(&inner.0), &headers, |_| json!({"site": number}))
}
