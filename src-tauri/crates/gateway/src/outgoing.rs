//! Sending: time-outs, size limits, and redirects that never carry a credential elsewhere.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, header};
use tokio::time::Instant;
use tsunagi_domain::hosts::{Origin, is_loopback};
use tsunagi_domain::{Refusal, RefusalCode};
use tsunagi_oauth::Unreachable;
use url::Url;

use crate::attach::Attachment;
use crate::{GateError, Limits};

const CONNECT: Duration = Duration::from_secs(10);
const REDIRECTS_MAX: usize = 5;

/// One request as it goes out.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The credential, attached for as long as the request stays where it may go.
    pub(crate) credential: Attachment,
}

/// What came back.
pub(crate) struct Incoming {
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) truncated: bool,
    /// Whether the request that was answered carried the credential. Where a redirect left it
    /// behind, the answer says nothing about it.
    pub(crate) carried: bool,
    /// Whether it holds what nobody may see and nothing here can take out.
    pub(crate) hidden: bool,
}

/// The clients of this room. They follow no redirect by themselves and keep no cookie and no
/// referrer.
pub(crate) struct Clients {
    proxied: reqwest::Client,
    direct: reqwest::Client,
    limits: Limits,
}

impl Clients {
    pub(crate) fn new(limits: Limits) -> Result<Self, reqwest::Error> {
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                // What a request did at the service is not known here: only the caller may
                // decide that it is safe to send again.
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(CONNECT)
                .user_agent(concat!("Tsunagi/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            proxied: builder().build()?,
            // R23: a proxy would be sent the credential in plain text for an `http` address on
            // this computer, and could not reach that address anyway.
            direct: builder().no_proxy().build()?,
            limits,
        })
    }

    fn of(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) {
            &self.direct
        } else {
            &self.proxied
        }
    }

    /// Sends, following redirects of GET and HEAD. `allowed` says whether the credential may go
    /// to an address; on the way to any other it is left behind, with every header the caller
    /// set.
    ///
    /// # Errors
    /// [`RefusalCode::HostNotListed`] where the credential may not even go to the first address:
    /// nothing is sent then. [`GateError::Unreachable`] where there is no answer in time.
    pub(crate) async fn send(
        &self,
        outgoing: Outgoing,
        allowed: impl Fn(&Url) -> bool,
    ) -> Result<Incoming, GateError> {
        let Outgoing {
            method,
            mut url,
            headers,
            body,
            credential,
        } = outgoing;
        let host = url.host_str().unwrap_or_default().to_owned();
        let not_listed = || Refusal::new(RefusalCode::HostNotListed).with("host", host.as_str());
        let body = credential.body(body)?;
        let first = Origin::of(&url).map_err(|_| not_listed())?;
        if !allowed(&url) {
            return Err(not_listed().into());
        }
        // One limit for all of it: a chain of slow redirects takes no longer than one request.
        let until = Instant::now() + self.limits.whole;
        let mut carried = true;
        for _ in 0..=REDIRECTS_MAX {
            let left = until.saturating_duration_since(Instant::now());
            let client = self.of(&url);
            let mut request = if carried {
                let mut headers = headers.clone();
                credential.head(&mut headers);
                client
                    .request(method.clone(), credential.address(&url))
                    .headers(headers)
                    .body(body.clone())
            } else {
                client.request(method.clone(), url.clone())
            };
            request = request.timeout(left);
            let response = request
                .send()
                .await
                .map_err(|error| unreachable(&error, &url))?;
            let Some((mut next, origin)) = redirect(&method, &url, &response) else {
                return read(response, url, carried, self.limits.body).await;
            };
            // Once left behind, the credential is not picked up again.
            carried = carried && origin == first && allowed(&next);
            credential.bare(&mut next);
            // An address that repeats it would carry it there all the same.
            if !carried && credential.is_told_by(&next) {
                return read(response, url, true, self.limits.body).await;
            }
            url = next;
        }
        Err(GateError::Address("redirect".to_owned()))
    }
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
    url: Url,
    carried: bool,
    limit: usize,
) -> Result<Incoming, GateError> {
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = Vec::new();
    let mut truncated = false;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| unreachable(&error, &url))?
    {
        let room = limit - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            truncated = true;
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Incoming {
        url,
        status,
        headers,
        body,
        truncated,
        carried,
        hidden: false,
    })
}

fn unreachable(error: &reqwest::Error, url: &Url) -> GateError {
    let kind = match Unreachable::of(error) {
        Unreachable::Connect if !error.is_connect() => "broken",
        kind => kind.as_str(),
    };
    GateError::Unreachable {
        kind,
        host: url.host_str().unwrap_or_default().to_owned(),
    }
}
