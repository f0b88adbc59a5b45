//! Sending: time-outs, size limits, and redirects that never carry a credential elsewhere.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use tsunagi_connectors::Means;
use tsunagi_domain::hosts::{Origin, is_loopback};
use tsunagi_domain::{Refusal, RefusalCode};
use tsunagi_oauth::{Unreachable, constant_headers};
use url::Url;

use crate::attach::Attachment;
use crate::{GateError, Limits};

const CONNECT: Duration = Duration::from_secs(10);
const REDIRECTS_MAX: usize = 5;

/// One request as it goes out.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Url,
    /// What the connector sends with every request.
    pub(crate) constant: &'a BTreeMap<String, String>,
    /// What the caller says.
    pub(crate) own: &'a HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The credential, attached for as long as the request stays where it may go.
    pub(crate) credential: &'a Attachment,
}

impl Outgoing<'_> {
    /// All headers, the credential's among them.
    fn headers(&self) -> HeaderMap {
        let mut headers = constant_headers(self.constant);
        // As a whole: what the caller says of a header replaces what the connector says.
        for name in self.own.keys() {
            headers.remove(name);
        }
        for (name, value) in self.own {
            headers.append(name, value.clone());
        }
        self.credential.head(&mut headers);
        headers
    }
}

/// How much of an answer is read before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// So many bytes; the rest is left.
    Whole(usize),
    /// As many bytes or a few more; the rest is read later.
    Beginning(usize),
}

/// What came back.
pub(crate) struct Incoming {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// As much as was read of the body.
    pub(crate) body: Vec<u8>,
    /// There is more of it.
    pub(crate) truncated: bool,
    /// Whether the request that was answered carried the credential. Where a redirect left it
    /// behind, the answer says nothing about it.
    pub(crate) carried: bool,
    /// Whether it holds what nobody may see and nothing here can take out.
    pub(crate) hidden: bool,
    /// Where the rest of it comes from, if it is to be read later.
    pub(crate) rest: Option<reqwest::Response>,
    /// What it says about the credential in the service's own words, once that was looked for:
    /// it is asked for several times, and found by reading all of it.
    pub(crate) own: OnceLock<Option<Means>>,
}

/// Why nothing came back.
pub(crate) struct Failed {
    pub(crate) error: GateError,
    /// Whether anything of the request may have left.
    pub(crate) sent: bool,
}

impl From<GateError> for Failed {
    fn from(error: GateError) -> Self {
        Self { error, sent: true }
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        GateError::from(refusal).into()
    }
}

impl From<Failed> for GateError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

/// The clients of this room. They follow no redirect by themselves, unpack nothing, and keep no
/// cookie and no referrer.
pub(crate) struct Clients {
    proxied: reqwest::Client,
    direct: reqwest::Client,
}

impl Clients {
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                // What a request did at the service is not known here: whether it is safe to send
                // again is decided in `domain`.
                .retry(reqwest::retry::never())
                .referer(false)
                // A few packed bytes may unpack to more than any limit.
                .no_gzip()
                .no_brotli()
                .no_deflate()
                .no_zstd()
                .connect_timeout(CONNECT)
                .user_agent(concat!("Tsunagi/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            proxied: builder().build()?,
            // R23: a proxy would be sent the credential in plain text for an `http` address on
            // this computer, and could not reach that address anyway.
            direct: builder().no_proxy().build()?,
        })
    }

    fn of(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) {
            &self.direct
        } else {
            &self.proxied
        }
    }

    /// Sends, following redirects of GET and HEAD, and reads as much of the answer as is asked
    /// for, all of it in the time that is left. `allowed` says whether the credential may go to
    /// an address; on the way to any other it is left behind, with every header the caller set.
    ///
    /// # Errors
    /// [`RefusalCode::HostNotListed`] where the credential may not even go to the first address:
    /// nothing is sent then. [`GateError::Unreachable`] where there is no answer in time.
    pub(crate) async fn send(
        &self,
        outgoing: Outgoing<'_>,
        allowed: impl Fn(&Url) -> bool,
        left: Duration,
        reading: Reading,
    ) -> Result<Incoming, Failed> {
        let first = outgoing.url.host_str().unwrap_or_default().to_owned();
        let not_listed = || Refusal::new(RefusalCode::HostNotListed).with("host", first.as_str());
        let origin = Origin::of(outgoing.url).map_err(|_| not_listed())?;
        if !allowed(outgoing.url) {
            return Err(not_listed().into());
        }
        // One limit for all of it: a chain of slow redirects takes no longer than one request.
        let mut at = outgoing.url.clone();
        let sent = self.follow(outgoing, &origin, allowed, &mut at, reading);
        match tokio::time::timeout(left, sent).await {
            Ok(came) => came,
            Err(_) => Err(late(&at).into()),
        }
    }

    async fn follow(
        &self,
        mut outgoing: Outgoing<'_>,
        first: &Origin,
        allowed: impl Fn(&Url) -> bool,
        at: &mut Url,
        reading: Reading,
    ) -> Result<Incoming, Failed> {
        let (method, credential) = (outgoing.method, outgoing.credential);
        let body = credential.body(std::mem::take(&mut outgoing.body))?;
        let body = (!body.is_empty() || !is_bodiless(method)).then(|| Bytes::from(body));
        let mut carried = true;
        for hop in 0..=REDIRECTS_MAX {
            let client = self.of(at);
            let request = if carried {
                let mut request = reqwest::Request::new(method.clone(), credential.address(at));
                *request.headers_mut() = outgoing.headers();
                *request.body_mut() = body.clone().map(reqwest::Body::from);
                request
            } else {
                reqwest::Request::new(method.clone(), at.clone())
            };
            let response = client.execute(request).await.map_err(|error| Failed {
                sent: hop > 0 || !error.is_connect(),
                error: unreachable(&error, at),
            })?;
            let Some((mut next, origin)) = redirect(method, at, &response) else {
                return read(response, at, carried, reading).await;
            };
            // Once left behind, the credential is not picked up again.
            carried = carried && origin == *first && allowed(&next);
            credential.bare(&mut next);
            // An address that repeats it would carry it there all the same.
            if !carried && credential.is_told_by(&next) {
                return read(response, at, true, reading).await;
            }
            *at = next;
        }
        Err(GateError::Address("redirect".to_owned()).into())
    }
}

/// Methods of which an empty body says nothing, not even a length (RFC 9110 §8.6).
fn is_bodiless(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Where a redirect leads, if it is one that is followed: of GET or HEAD, to an https origin or
/// one on this computer. No service may send us from the network to this computer, whose other
/// programs trust what comes from here. What is not followed is shown to the caller.
fn redirect(method: &Method, from: &Url, response: &reqwest::Response) -> Option<(Url, Origin)> {
    let followed = matches!(*method, Method::GET | Method::HEAD)
        && matches!(
            response.status(),
            StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
        );
    if !followed {
        return None;
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let next = from.join(location).ok()?;
    let origin = Origin::of(&next).ok()?;
    (is_loopback(from) || !is_loopback(&next)).then_some((next, origin))
}

async fn read(
    mut response: reqwest::Response,
    url: &Url,
    carried: bool,
    reading: Reading,
) -> Result<Incoming, Failed> {
    let mut incoming = Incoming {
        url: url.clone(),
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: Vec::new(),
        truncated: false,
        carried,
        hidden: false,
        rest: None,
        own: OnceLock::new(),
    };
    let (Reading::Whole(limit) | Reading::Beginning(limit)) = reading;
    let later = matches!(reading, Reading::Beginning(_));
    while !(later && incoming.body.len() >= limit) {
        let chunk = response.chunk().await;
        let Some(chunk) = chunk.map_err(|error| unreachable(&error, url))? else {
            return Ok(incoming);
        };
        let room = limit - incoming.body.len();
        if !later && chunk.len() > room {
            incoming.body.extend_from_slice(&chunk[..room]);
            incoming.truncated = true;
            return Ok(incoming);
        }
        incoming.body.extend_from_slice(&chunk);
    }
    incoming.truncated = true;
    incoming.rest = Some(response);
    Ok(incoming)
}

pub(crate) fn unreachable(error: &reqwest::Error, url: &Url) -> GateError {
    let kind = match Unreachable::of(error) {
        kind if error.is_connect() || kind == Unreachable::Timeout => kind.as_str(),
        // Once there was a connection, the request may have arrived: also where it ends without
        // TLS's word of it.
        _ => "broken",
    };
    GateError::Unreachable {
        kind,
        host: url.host_str().unwrap_or_default().to_owned(),
    }
}

/// Nothing came in time.
pub(crate) fn late(url: &Url) -> GateError {
    GateError::Unreachable {
        kind: Unreachable::Timeout.as_str(),
        host: url.host_str().unwrap_or_default().to_owned(),
    }
}

impl Limits {
    /// How much time a call has.
    pub(crate) fn left(self, asked: Option<Duration>) -> Duration {
        asked.map_or(self.whole, |asked| asked.min(self.whole))
    }
}
