//! A provider on loopback that is as strict as the strictest: every renewal replaces the refresh
//! token, and a refresh token that is sent twice revokes the whole family (RFC 9700 §4.14.2).
//! Beside it the service's API, and a recorder for what reaches another host.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use serde_json::json;
use tokio::sync::Semaphore;

/// In every token of these tests, so that a leak is found by one search.
pub(crate) const MARK: &str = "s3cret/mark";

/// What a request looked like when it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn authorization(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()
    }

    /// Everything it said, for searching.
    pub(crate) fn whole(&self) -> String {
        format!(
            "{} {}\n{:?}\n{}",
            self.method, self.path, self.headers, self.body
        )
    }
}

/// One scripted answer of the token endpoint; without any it follows its own rules.
#[derive(Debug, Clone)]
pub(crate) enum Say {
    /// Status, headers, body; nothing is rotated.
    Just(u16, Vec<(&'static str, String)>, String),
    /// Follows the rules, and then changes fields of the answer: `null` takes one away.
    But(serde_json::Value),
    /// Follows the rules and never answers: what it did is not known outside.
    Swallow,
    /// Waits for [`Server::open_gate`] and then follows the rules.
    Wait,
    /// Waits as well, and then says `invalid_grant`.
    WaitAndRefuse,
}

/// Status, headers, body.
pub(crate) type Reply = (u16, Vec<(&'static str, String)>, String);

#[derive(Default)]
pub(crate) struct Provider {
    /// Forms the token endpoint was sent.
    pub(crate) token_requests: Vec<BTreeMap<String, String>>,
    /// What the API was sent.
    pub(crate) api: Vec<Seen>,
    pub(crate) script: VecDeque<Say>,
    /// Answers of the API by path that are given once, in turn, before any other.
    pub(crate) turns: BTreeMap<String, VecDeque<Reply>>,
    /// Answers of the API by path, before anything else is looked at.
    pub(crate) answers: BTreeMap<String, Reply>,
    /// Number of the present tokens.
    pub(crate) generation: u64,
    /// The family was revoked.
    pub(crate) revoked: bool,
    /// Further access tokens that still work.
    pub(crate) old_access_works: bool,
    /// A refresh token that was replaced works once more and gets the present answer again.
    pub(crate) forgives: bool,
    /// Seconds a new access token lives.
    pub(crate) expires_in: u64,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) origin: String,
    provider: Arc<Mutex<Provider>>,
    gate: Arc<Semaphore>,
    arrived: Arc<Semaphore>,
    /// Given back when the last clone goes: then the server ends.
    _stop: Arc<Stop>,
}

struct Stop(tokio::task::AbortHandle);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) fn access(generation: u64) -> String {
    format!("at-{generation}-{MARK}")
}

pub(crate) fn refresh(generation: u64) -> String {
    format!("rt-{generation}-{MARK}")
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let provider = Arc::new(Mutex::new(Provider {
            generation: 1,
            expires_in: 3600,
            ..Provider::default()
        }));
        let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let state = (
            Arc::clone(&provider),
            Arc::clone(&gate),
            Arc::clone(&arrived),
        );
        let app = Router::new().fallback(serve).with_state(state);
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.unwrap();
        });
        Self {
            origin,
            provider,
            gate,
            arrived,
            _stop: Arc::new(Stop(task.abort_handle())),
        }
    }

    pub(crate) fn it(&self) -> MutexGuard<'_, Provider> {
        self.provider.lock().unwrap()
    }

    pub(crate) fn say(&self, say: Say) {
        self.it().script.push_back(say);
    }

    /// Lets one request that waits go on.
    pub(crate) fn open_gate(&self) {
        self.gate.add_permits(1);
    }

    /// Until one more token request has arrived.
    pub(crate) async fn token_request_arrives(&self) {
        let waited = tokio::time::timeout(Duration::from_secs(20), self.arrived.acquire()).await;
        waited.expect("a token request arrives").unwrap().forget();
    }

    pub(crate) fn token_requests(&self) -> usize {
        self.it().token_requests.len()
    }

    pub(crate) fn api_requests(&self) -> usize {
        self.it().api.len()
    }

    pub(crate) fn answer(
        &self,
        path: &str,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &str,
    ) {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        self.it()
            .answers
            .insert(path.to_owned(), (status, headers, body.to_owned()));
    }

    /// The next request to a path is answered so.
    pub(crate) fn answer_once(&self, path: &str, status: u16, headers: &[(&'static str, &str)]) {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        let reply = (status, headers, String::new());
        let mut it = self.it();
        it.turns
            .entry(path.to_owned())
            .or_default()
            .push_back(reply);
    }

    /// Nothing at all has arrived since the lists were last cleared.
    pub(crate) fn was_left_alone(&self) -> bool {
        let it = self.it();
        it.api.is_empty() && it.token_requests.is_empty()
    }
}

type Shared = (Arc<Mutex<Provider>>, Arc<Semaphore>, Arc<Semaphore>);

async fn serve(State((provider, gate, arrived)): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20)
        .await
        .unwrap_or_default();
    if parts.uri.path() == "/token" {
        let form: BTreeMap<String, String> =
            url::form_urlencoded::parse(&bytes).into_owned().collect();
        let say = {
            let mut it = provider.lock().unwrap();
            it.token_requests.push(form.clone());
            it.script.pop_front()
        };
        arrived.add_permits(1);
        return match say {
            Some(Say::Just(status, headers, body)) => reply(status, &headers, body),
            Some(Say::Wait) => {
                gate.acquire().await.unwrap().forget();
                token(&provider, &form, &json!({}))
            }
            Some(Say::WaitAndRefuse) => {
                gate.acquire().await.unwrap().forget();
                reply(400, &[], json!({ "error": "invalid_grant" }).to_string())
            }
            Some(Say::Swallow) => {
                let _ = token(&provider, &form, &json!({}));
                std::future::pending().await
            }
            Some(Say::But(changes)) => token(&provider, &form, &changes),
            None => token(&provider, &form, &json!({})),
        };
    }
    let path = parts
        .uri
        .path_and_query()
        .map_or_else(String::new, ToString::to_string);
    let seen = Seen {
        method: parts.method.to_string(),
        path: path.clone(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    let mut it = provider.lock().unwrap();
    it.api.push(seen.clone());
    let turn = it.turns.get_mut(&path).and_then(VecDeque::pop_front);
    if let Some((status, headers, body)) = turn {
        return reply(status, &headers, body);
    }
    if let Some((status, headers, body)) = it.answers.get(&path) {
        return reply(*status, headers, body.clone());
    }
    let known = (1..=it.generation)
        .rev()
        .take(if it.old_access_works { usize::MAX } else { 1 })
        .any(|generation| seen.authorization() == Some(&format!("Bearer {}", access(generation))));
    if it.revoked || !known {
        let challenge = r#"Bearer error="invalid_token""#.to_owned();
        return reply(401, &[("www-authenticate", challenge)], String::new());
    }
    match path.as_str() {
        "/api/slow" => {
            let first = futures::stream::once(async { Ok::<_, std::io::Error>(Bytes::from("a")) });
            let never = futures::stream::pending();
            Response::new(Body::from_stream(futures::StreamExt::chain(first, never)))
        }
        "/api/echo" => reply(
            200,
            &[],
            seen.authorization().unwrap_or_default().to_owned(),
        ),
        _ => reply(200, &[], "fine".to_owned()),
    }
}

fn token(
    provider: &Mutex<Provider>,
    form: &BTreeMap<String, String>,
    changes: &serde_json::Value,
) -> Response {
    let mut it = provider.lock().unwrap();
    let sent = form.get("refresh_token").cloned().unwrap_or_default();
    let forgiven = it.forgives && it.generation > 1 && sent == refresh(it.generation - 1);
    if it.revoked || (sent != refresh(it.generation) && !forgiven) {
        it.revoked = true;
        return reply(400, &[], json!({ "error": "invalid_grant" }).to_string());
    }
    if !forgiven {
        it.generation += 1;
    }
    let mut answer = json!({
        "access_token": access(it.generation),
        "refresh_token": refresh(it.generation),
        "token_type": "Bearer",
        "expires_in": it.expires_in,
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value.is_null() {
            answer.as_object_mut().unwrap().remove(name);
        } else {
            answer[name] = value.clone();
        }
    }
    reply(
        200,
        &[("content-type", "application/json".to_owned())],
        answer.to_string(),
    )
}

fn reply(status: u16, headers: &[(&'static str, String)], body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers_mut().append(*name, value.parse().unwrap());
    }
    response
}

/// Another host: records what it is sent, and answers with 200 or a redirect.
pub(crate) struct Recorder {
    pub(crate) origin: String,
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<Mutex<(u16, Option<String>)>>,
    _stop: Stop,
}

impl Recorder {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let answer = Arc::new(Mutex::new((200, None)));
        let state = (Arc::clone(&seen), Arc::clone(&answer));
        let app = Router::new().fallback(record).with_state(state);
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.unwrap();
        });
        Self {
            origin: format!("http://127.0.0.1:{port}"),
            port,
            seen,
            answer,
            _stop: Stop(task.abort_handle()),
        }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// From now on answers with this status and `Location`.
    pub(crate) fn answer(&self, status: u16, location: Option<String>) {
        *self.answer.lock().unwrap() = (status, location);
    }

    /// Fails where anything that arrived holds a token or what the caller meant for the service.
    pub(crate) fn knows_nothing(&self, after: &str) {
        for seen in self.seen() {
            let whole = seen.whole();
            assert!(
                !whole.contains("s3cret") && seen.authorization().is_none(),
                "R23: after {after} another host was sent a credential: {whole}"
            );
            assert!(
                !whole.contains("for-the-service"),
                "R23: after {after} another host was sent the caller's headers: {whole}"
            );
        }
    }
}

type Recorded = (Arc<Mutex<Vec<Seen>>>, Arc<Mutex<(u16, Option<String>)>>);

async fn record(State((seen, answer)): State<Recorded>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20)
        .await
        .unwrap_or_default();
    seen.lock().unwrap().push(Seen {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    });
    let (status, location) = answer.lock().unwrap().clone();
    let headers: Vec<_> = location
        .map(|location| ("location", location))
        .into_iter()
        .collect();
    reply(status, &headers, "recorded".to_owned())
}
