//! Sending: one client for everything this room sends, with time-outs, a size limit, no
//! redirects, and a redacted line about each request.

mod courier;
mod ready;

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use tsunagi_domain::hosts::{Origin, is_loopback};
use tsunagi_domain::{Clock, SystemClock};
use url::Url;

use crate::answer;
use crate::wire::{WireLine, redacted};
use crate::{OAuthError, Result, Unreachable};

pub(crate) use courier::Courier;
pub(crate) use ready::{Carried, Ready, alone, authenticate, form};
pub use ready::{attachment, constant_headers};

/// How long to wait and how much to read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For a connection: 10 s.
    pub connect: Duration,
    /// For the whole request: 30 s.
    pub whole: Duration,
    /// For the body of an answer, in bytes: 1 MiB.
    pub answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            answer: 1024 * 1024,
        }
    }
}

/// The HTTP client of this room. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    proxied: reqwest::Client,
    direct: reqwest::Client,
    limits: Limits,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Http {
    /// A client with the usual limits and the computer's clock.
    ///
    /// # Errors
    /// [`OAuthError::NetworkSetup`] where certificates or proxy settings cannot be read.
    pub fn new() -> Result<Self> {
        Self::with(Limits::default(), Arc::new(SystemClock))
    }

    /// A client with other limits, or with a clock of its own for the times in ID tokens.
    ///
    /// # Errors
    /// [`OAuthError::NetworkSetup`] where certificates or proxy settings cannot be read.
    pub fn with(limits: Limits, clock: Arc<dyn Clock>) -> Result<Self> {
        let builder = || {
            reqwest::Client::builder()
                // A redirect would carry the credential to a host nobody has checked.
                .redirect(reqwest::redirect::Policy::none())
                // A repeated refresh looks like a stolen token to a provider that rotates.
                .retry(reqwest::retry::never())
                .pool_max_idle_per_host(0)
                .referer(false)
                .connect_timeout(limits.connect)
                .timeout(limits.whole)
                .user_agent(concat!("Tsunagi/", env!("CARGO_PKG_VERSION")))
        };
        let setup = |_| OAuthError::NetworkSetup;
        Ok(Self {
            proxied: builder().build().map_err(setup)?,
            // A proxy cannot reach this computer's own loopback, whatever the settings say.
            direct: builder().no_proxy().build().map_err(setup)?,
            limits,
            clock,
        })
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    fn client(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) {
            &self.direct
        } else {
            &self.proxied
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Raw> {
        let mut response = request.send().await.map_err(|error| unreachable(&error))?;
        let header = |name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let media_type = header(CONTENT_TYPE)
            .and_then(|value| Some(value.split(';').next()?.trim().to_ascii_lowercase()));
        let retry_after =
            header(RETRY_AFTER).and_then(|value| answer::retry_after(&value, self.clock.now()));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let mut too_large = response
            .content_length()
            .is_some_and(|length| length > self.limits.answer as u64);
        while !too_large {
            match response
                .chunk()
                .await
                .map_err(|error| unreachable(&error))?
            {
                None => break,
                Some(chunk) => body.extend_from_slice(&chunk),
            }
            too_large = body.len() > self.limits.answer;
        }
        Ok(Raw {
            status,
            media_type,
            retry_after,
            body,
            too_large,
        })
    }

    /// Fetches a public document and reads its answer of status 200 with `read`: no credential
    /// goes along.
    pub(crate) async fn get<T>(
        &self,
        url: &Url,
        lines: &mut Vec<WireLine>,
        read: impl FnOnce(Raw) -> Result<T>,
    ) -> Result<T> {
        Origin::of(url).map_err(|_| {
            let refusal = tsunagi_domain::Refusal::new(tsunagi_domain::RefusalCode::HostNotListed);
            OAuthError::HostNotListed(refusal.with("host", url.host_str().unwrap_or_default()))
        })?;
        let mut line = WireLine {
            method: "GET".to_owned(),
            url: redacted(url),
            status: None,
            media_type: None,
            sent: Vec::new(),
            received: Vec::new(),
            error: None,
        };
        let request = self
            .client(url)
            .get(url.clone())
            .header(ACCEPT, "application/json");
        let outcome = match self.send(request).await {
            Ok(raw) => {
                line.status = Some(raw.status);
                line.media_type.clone_from(&raw.media_type);
                match raw.status {
                    _ if raw.too_large => Err(OAuthError::TooLarge),
                    200 => read(raw),
                    status => Err(OAuthError::Status {
                        status,
                        retry_after: raw.retry_after,
                    }),
                }
            }
            Err(error) => Err(error),
        };
        line.error = outcome.as_ref().err().map(|error| error.code().to_owned());
        lines.push(line);
        outcome
    }
}

/// An answer before it is read.
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) media_type: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    pub(crate) too_large: bool,
}

/// reqwest's own error names the address with its query, so only its kind is kept.
fn unreachable(error: &reqwest::Error) -> OAuthError {
    OAuthError::Unreachable {
        kind: Unreachable::of(error),
    }
}

/// What the kinds of failure have in common with no other: reqwest tells them apart in words only.
pub(crate) fn kind_of(error: &reqwest::Error) -> Unreachable {
    let mut texts = String::new();
    let mut garbled = false;
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        texts.push_str(&inner.to_string().to_ascii_lowercase());
        texts.push('\n');
        garbled |= is_garbled(inner);
        source = inner.source();
    }
    if error.is_timeout() {
        Unreachable::Timeout
    } else if texts.contains("dns error") {
        Unreachable::Dns
    } else if garbled
        || ["certificate", "tls", "handshake"]
            .iter()
            .any(|word| texts.contains(word))
    {
        Unreachable::Tls
    } else {
        Unreachable::Connect
    }
}

/// What a TLS handshake fails with where there is no certificate to blame: invalid data, inside
/// as many I/O errors as there are layers.
fn is_garbled(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| {
        error.kind() == std::io::ErrorKind::InvalidData
            || error.get_ref().is_some_and(|inner| is_garbled(inner))
    })
}
