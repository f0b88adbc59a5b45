//! A host that keeps everything it is sent: the one that must never see a credential.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// One request, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// All headers, in order; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

impl Recorded {
    /// The request as one text to search.
    #[must_use]
    pub fn whole(&self) -> String {
        let mut whole = format!("{} {}\n", self.method, self.target);
        for (name, value) in &self.headers {
            whole.push_str(&format!("{name}: {value}\n"));
        }
        whole.push_str(&self.body);
        whole
    }
}

/// What the recorder answers with.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location`, for a redirect.
    pub location: Option<String>,
    /// Body, sent as JSON.
    pub body: String,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: 200,
            location: None,
            body: "{}".to_owned(),
        }
    }
}

#[derive(Default)]
struct Shared {
    seen: Vec<Recorded>,
    answer: Answer,
}

/// A running recorder. Dropping it stops it.
pub struct Recorder {
    port: u16,
    shared: Arc<Mutex<Shared>>,
    task: AbortHandle,
}

impl Recorder {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// Where loopback has no free port.
    pub async fn start() -> Self {
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on loopback");
        let port = listener.local_addr().expect("it is bound").port();
        let router = Router::new()
            .fallback(record)
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

    /// What it answers from now on.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    pub fn answer(&self, answer: Answer) {
        self.shared.lock().expect("the lock is sound").answer = answer;
    }

    /// Everything it was sent so far.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    #[must_use]
    pub fn seen(&self) -> Vec<Recorded> {
        self.shared.lock().expect("the lock is sound").seen.clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn record(
    State(shared): State<Arc<Mutex<Shared>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let recorded = Recorded {
        method: method.to_string(),
        target: uri.to_string(),
        headers: headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), value)
            })
            .collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let answer = {
        let mut shared = shared.lock().expect("the lock is sound");
        shared.seen.push(recorded);
        shared.answer.clone()
    };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    if let Some(location) = answer.location.and_then(|it| it.parse().ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
