//! Sending: time-outs, size limits, and redirects that never carry a credential elsewhere.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tsunagi_domain::hosts::Origin;
use url::Url;

use crate::GateError;

/// The longest a request may take, redirects included.
pub(crate) const TIME_OUT: Duration = Duration::from_secs(40);
/// The most of a body that is kept in memory.
pub(crate) const BODY_MAX: usize = 8 * 1024 * 1024;
const REDIRECTS_MAX: usize = 5;

/// One request as it goes out.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Name and value of the header that carries the credential.
    pub(crate) credential: (HeaderName, HeaderValue),
}

/// What came back.
pub(crate) struct Incoming {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) truncated: bool,
}

/// A client that follows no redirect by itself, keeps no cookie and no referrer.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(Duration::from_secs(10))
        .timeout(TIME_OUT)
        .user_agent(concat!("Tsunagi/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Sends, following redirects of GET and HEAD. `allowed` says whether the credential may go to
/// an address; on the way to any other it is left behind, with every header the caller set.
pub(crate) async fn send(
    client: &reqwest::Client,
    outgoing: Outgoing,
    allowed: impl Fn(&Url) -> bool,
) -> Result<Incoming, GateError> {
    let Outgoing { method, mut url, headers, body, credential } = outgoing;
    let first = Origin::of(&url).map_err(|error| GateError::Address(error.0))?;
    let mut carries = true;
    for _ in 0..=REDIRECTS_MAX {
        let mut request = client.request(method.clone(), url.clone());
        if carries {
            request = request
                .headers(headers.clone())
                .header(credential.0.clone(), credential.1.clone())
                .body(body.clone());
        }
        let response = request.send().await.map_err(|error| unreachable(&error, &url))?;
        let follow = matches!(method, Method::GET | Method::HEAD)
            && response.status().is_redirection();
        let next = follow
            .then(|| response.headers().get(header::LOCATION))
            .flatten()
            .and_then(|location| location.to_str().ok())
            .and_then(|location| url.join(location).ok());
        let Some(next) = next else {
            return read(response, url).await;
        };
        // A redirect to a place that is no https (or loopback) origin is shown, not followed.
        let Ok(origin) = Origin::of(&next) else {
            return read(response, url).await;
        };
        // Once left behind, the credential is not picked up again.
        carries = carries && origin == first && allowed(&next);
        url = next;
    }
    Err(GateError::Address("redirect".to_owned()))
}

async fn read(mut response: reqwest::Response, url: Url) -> Result<Incoming, GateError> {
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    let mut truncated = false;
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error, &url))? {
        let room = BODY_MAX - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            truncated = true;
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Incoming { url, status, headers, body, truncated })
}

fn unreachable(error: &reqwest::Error, url: &Url) -> GateError {
    use std::error::Error as _;
    let mut text = String::new();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(&inner.to_string().to_ascii_lowercase());
        source = inner.source();
    }
    let kind = if error.is_timeout() {
        "timeout"
    } else if text.contains("dns") || text.contains("lookup") {
        "dns"
    } else if text.contains("certificate") || text.contains("tls") {
        "tls"
    } else if error.is_connect() {
        "connect"
    } else {
        "broken"
    };
    GateError::Unreachable { kind, host: url.host_str().unwrap_or_default().to_owned() }
}
