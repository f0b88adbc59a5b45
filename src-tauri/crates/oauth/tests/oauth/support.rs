//! A provider on loopback that answers what it is told to, and remembers what it was sent.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use tsunagi_connectors::{Connector, Library, Resolved, hash};
use tsunagi_oauth::{
    Ask, Attempt, Client, Code, Http, Limits, OAuthError, Result, Secret, Tokens, Wire, begin,
    exchange, read_callback, refresh,
};
use url::Url;

pub(crate) const REDIRECT: &str = "http://127.0.0.1:61234/callback/0198";
pub(crate) const CLIENT_ID: &str = "client-1";

#[derive(Clone)]
pub(crate) struct Canned {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn canned(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Canned {
    let headers = vec![("content-type", media_type.to_owned())];
    Canned {
        status,
        headers,
        body: body.into(),
    }
}

pub(crate) fn json(status: u16, value: &serde_json::Value) -> Canned {
    canned(status, "application/json", value.to_string())
}

pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn form(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .into_owned()
            .collect()
    }
}

#[derive(Clone, Default)]
struct Shelf {
    answers: Arc<Mutex<HashMap<String, VecDeque<Canned>>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

pub(crate) struct Provider {
    pub(crate) port: u16,
    shelf: Shelf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(shelf): State<Shelf>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8_lossy(&body).into_owned();
    shelf.seen.lock().unwrap().push(Seen {
        method: method.to_string(),
        target: uri.to_string(),
        headers,
        body,
    });
    let canned = {
        let mut shelf = shelf.answers.lock().unwrap();
        shelf.get_mut(uri.path()).and_then(|turns| {
            // The last one stays.
            if turns.len() > 1 {
                turns.pop_front()
            } else {
                turns.front().cloned()
            }
        })
    };
    let Some(canned) = canned else {
        return (axum::http::StatusCode::NOT_FOUND, "").into_response();
    };
    if canned.status == 0 {
        // A provider that never answers.
        std::future::pending::<()>().await;
    }
    if canned.status == 1 {
        // One whose answer breaks off.
        let broken =
            futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("broken off")) });
        return (
            [("content-length", "9")],
            axum::body::Body::from_stream(broken),
        )
            .into_response();
    }
    if canned.status == 2 || canned.status == 3 {
        // One whose answer goes on and on, or stops in its middle.
        let more = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 4096]));
        let first = futures::stream::once(async { Ok::<_, std::io::Error>(b"{".to_vec()) });
        let body = if canned.status == 2 {
            axum::body::Body::from_stream(first.chain(more))
        } else {
            axum::body::Body::from_stream(first.chain(futures::stream::pending()))
        };
        return ([("content-type", "application/json")], body).into_response();
    }
    let mut response = Response::new(axum::body::Body::from(canned.body));
    *response.status_mut() = axum::http::StatusCode::from_u16(canned.status).unwrap();
    for (name, value) in canned.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let shelf = Shelf::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(answer).with_state(shelf.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { port, shelf, task }
    }

    pub(crate) fn answers(&self, path: &str, canned: Canned) {
        self.answers_in_turn(path, [canned]);
    }

    /// One answer after the other; the last one again and again.
    pub(crate) fn answers_in_turn(&self, path: &str, turns: impl IntoIterator<Item = Canned>) {
        let turns = turns.into_iter().collect();
        let mut shelf = self.shelf.answers.lock().unwrap();
        shelf.insert(path.to_owned(), turns);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.shelf.seen.lock().unwrap())
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same without the usual revocation endpoint.
    pub(crate) fn service_without_revoke(&self, oauth: &str) -> Service {
        let text = text(self.port, oauth);
        let usual = format!("revoke = \"http://127.0.0.1:{}/revoke\"\n", self.port);
        let connector = loaded(text.replace(&usual, ""));
        Service {
            endpoints: connector.resolve(&Default::default()).unwrap(),
            connector,
            http: http(),
        }
    }

    /// A connector of this provider, with further lines in its `[oauth]` table.
    pub(crate) fn service(&self, oauth: &str) -> Service {
        let connector = connector(self.port, oauth);
        let endpoints = connector.resolve(&Default::default()).unwrap();
        Service {
            connector,
            endpoints,
            http: http(),
        }
    }
}

pub(crate) fn connector(port: u16, oauth: &str) -> Connector {
    loaded(text(port, oauth))
}

fn text(port: u16, oauth: &str) -> String {
    format!(
        r#"
id = "example"
name = "Example"
category = "other"
kinds = ["admin"]
hosts = ["http://127.0.0.1:{port}", "https://*.example.com"]
registration = "needs_client"
description = {{ en = "x", ja = "x" }}
monogram = {{ text = "E", hue = 1 }}
api = {{ base = "http://127.0.0.1:{port}/api" }}
[oauth]
authorize = "http://127.0.0.1:{port}/authorize"
token = "http://127.0.0.1:{port}/token"
revoke = "http://127.0.0.1:{port}/revoke"
jwks = "http://127.0.0.1:{port}/jwks"
issuer = "http://127.0.0.1:{port}"
{oauth}
"#
    )
}

fn loaded(text: String) -> Connector {
    let hash = hash(text.as_bytes());
    let (library, problems) = Library::default().with_accepted(&[(text, hash)]);
    assert_eq!(problems, [], "the test's own connector");
    library.get("example").unwrap().clone()
}

pub(crate) fn http() -> Http {
    Http::new().unwrap()
}

pub(crate) fn quick() -> Limits {
    Limits {
        connect: std::time::Duration::from_millis(300),
        whole: std::time::Duration::from_millis(300),
        ..Limits::default()
    }
}

pub(crate) struct Service {
    pub(crate) connector: Connector,
    pub(crate) endpoints: Resolved,
    pub(crate) http: Http,
}

pub(crate) fn client() -> Client {
    Client {
        id: CLIENT_ID.to_owned(),
        secret: Some(Secret::new("client secret/+")),
    }
}

pub(crate) fn field(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

impl Service {
    pub(crate) fn begin(&self, scopes: &[&str]) -> Attempt {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        begin(&Ask {
            connector: &self.connector,
            endpoints: &self.endpoints,
            client_id: CLIENT_ID,
            scopes: &scopes,
            redirect: &Url::parse(REDIRECT).unwrap(),
            login_hint: None,
        })
        .unwrap()
    }

    pub(crate) fn code(&self, attempt: &Attempt, code: &str) -> Code {
        let url = callback(attempt, &[("code", code)]);
        read_callback(attempt, &url, None).unwrap()
    }

    pub(crate) async fn exchange(&self, scopes: &[&str], wire: &mut Wire) -> Result<Tokens> {
        let attempt = self.begin(scopes);
        let code = self.code(&attempt, "code-canary-1");
        self.exchange_for(attempt, code, wire).await
    }

    /// The end of an attempt that already has its code.
    pub(crate) async fn exchange_for(
        &self,
        attempt: Attempt,
        code: Code,
        wire: &mut Wire,
    ) -> Result<Tokens> {
        exchange(
            &self.http,
            &self.connector,
            &self.endpoints,
            &client(),
            attempt,
            code,
            wire,
        )
        .await
    }

    pub(crate) async fn refresh(&self, wire: &mut Wire) -> Result<Tokens> {
        refresh(
            &self.http,
            &self.connector,
            &self.endpoints,
            &client(),
            &Secret::new("refresh-canary/+1"),
            &["read".to_owned(), "write".to_owned()],
            wire,
        )
        .await
    }
}

/// The callback of `attempt`, with its state and further fields.
pub(crate) fn callback(attempt: &Attempt, fields: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(REDIRECT).unwrap();
    url.query_pairs_mut()
        .append_pair("state", &field(attempt.url(), "state").unwrap())
        .extend_pairs(fields);
    url
}

pub(crate) const GOOD: &str =
    r#"{"access_token":"access-canary-1","token_type":"Bearer","expires_in":3600}"#;

pub(crate) async fn answered(canned: Canned) -> (Result<Tokens>, Wire) {
    answered_to("", canned).await
}

pub(crate) async fn answered_to(oauth: &str, canned: Canned) -> (Result<Tokens>, Wire) {
    let provider = Provider::start().await;
    provider.answers("/token", canned);
    let mut wire = Wire::default();
    let outcome = provider.service(oauth).refresh(&mut wire).await;
    (outcome, wire)
}

/// Each answer of `table` is read as the error beside it, and the timeline tells of it.
pub(crate) async fn each_is_told<T: std::fmt::Debug>(
    table: impl IntoIterator<Item = (Canned, OAuthError)>,
    ask: impl AsyncFn(Canned) -> (Result<T>, Wire),
) {
    for (answer, expected) in table {
        let (outcome, wire) = ask(answer).await;
        assert_eq!(
            wire.lines[0].error.as_deref(),
            Some(expected.code()),
            "{expected}: told"
        );
        assert_eq!(outcome.unwrap_err(), expected, "read as what it is");
    }
}

pub(crate) async fn error(canned: Canned) -> OAuthError {
    answered(canned).await.0.unwrap_err()
}
