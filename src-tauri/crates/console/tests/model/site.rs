//! A provider of two sites, each of which knows its own tokens and says so where it is shown any
//! other: R23, and tokens that belong to the client they were issued to (RFC 6749 §6).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

struct Inner {
    number: u8,
    issued: u32,
    /// Who signs in, and whoever a token is for.
    person: &'static str,
    people: BTreeMap<String, &'static str>,
    wrong: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) port: u16,
    inner: Arc<Mutex<Inner>>,
}

impl Site {
    pub(crate) fn start(number: u8) -> Self {
        let inner = Arc::new(Mutex::new(Inner {
            number,
            issued: 0,
            person: "one",
            people: BTreeMap::new(),
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
    let person = match form.get("refresh_token") {
        None => inner.person,
        Some(token) if token.starts_with(&format!("renew-{}-{client}-", inner.number)) => {
            inner.people[token]
        }
        Some(token) => {
            let told = format!("`{token}` was to be renewed by `{client}`");
            inner.wrong.push(told);
            return StatusCode::BAD_REQUEST.into_response();
        }
    };
    inner.issued += 1;
    let of = |what: &str| format!("{what}-{}-{client}-{}", inner.number, inner.issued);
    let (access, renew) = (of("access"), of("renew"));
    inner.people.insert(access.clone(), person);
    inner.people.insert(renew.clone(), person);
    Json(json!({
        "access_token": access,
        "refresh_token": renew,
        "token_type": "Bearer",
        "expires_in": 3600,
    }))
    .into_response()
}

async fn revoke(inner: Shared, Form(form): Form<BTreeMap<String, String>>) -> StatusCode {
    let mut inner = lock(&inner.0);
    let token = form.get("token").cloned().unwrap_or_default();
    if !inner.people.contains_key(&token) {
        inner.wrong.push(format!("`{token}` was to be revoked"));
    }
    StatusCode::OK
}

/// The answer to whoever shows a token of this site.
fn answered(inner: &mut Inner, headers: &HeaderMap, answer: impl Fn(&str) -> Value) -> Response {
    let shown = headers.get("authorization").map(|it| it.to_str().unwrap());
    let token = shown.and_then(|shown| shown.strip_prefix("Bearer "));
    let Some(person) = token.and_then(|token| inner.people.get(token)) else {
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
