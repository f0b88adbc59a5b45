//! Sending: one client for everything this room sends, with time-outs, a size limit, no
//! redirects, and a redacted line about each request.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use tsunagi_connectors::{Body, ClientAuth, Connector, Param, Resolved};
use tsunagi_domain::hosts::{Origin, is_loopback, may_receive};
use tsunagi_domain::{Clock, SystemClock};
use url::Url;
use zeroize::Zeroizing;

use crate::answer;
use crate::wire::{WireField, WireLine, redacted};
use crate::{Client, OAuthError, Result, Secret, Unreachable};

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

/// A request before it is sent.
pub(crate) struct Ready {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The address as it may be told, where it holds a secret outside its query.
    pub(crate) told: Option<String>,
    /// The header that proves who asks, if there is one.
    pub(crate) proof: Option<(HeaderName, HeaderValue)>,
    /// Further headers, before the connector's.
    pub(crate) headers: HeaderMap,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) carried: Carried,
}

/// Where the fields of a request are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carried {
    Form,
    Json,
    Query,
    Nowhere,
}

impl From<Body> for Carried {
    fn from(body: Body) -> Self {
        match body {
            Body::Form => Self::Form,
            Body::Json => Self::Json,
            Body::Query => Self::Query,
        }
    }
}

/// A POST of the device flow with these fields and the client's authentication (RFC 6749 §2.3):
/// `oauth2` polls for device codes in its own way.
pub(crate) fn form(
    connector: &Connector,
    url: &Url,
    client: &Client,
    fields: &[(&str, &str)],
) -> Result<Ready> {
    let mut ready = Ready {
        method: Method::POST,
        url: url.clone(),
        told: None,
        proof: None,
        headers: HeaderMap::new(),
        fields: fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        carried: connector.oauth().body.into(),
    };
    let oauth = connector.oauth();
    let method = oauth.device_auth.unwrap_or(oauth.client_auth);
    authenticate(&mut ready, method, client)?;
    let named = ready.fields.iter().any(|(name, _)| name == "client_id");
    if oauth.device_client_id && !named {
        let id = ("client_id".to_owned(), client.id.clone());
        ready.fields.push(id);
    }
    Ok(ready)
}

/// Adds the client's authentication.
pub(crate) fn authenticate(ready: &mut Ready, method: ClientAuth, client: &Client) -> Result<()> {
    let mut put = |name: &str, value: &str| ready.fields.push((name.to_owned(), value.to_owned()));
    match (method, &client.secret) {
        (ClientAuth::Basic, Some(_)) => {
            let pair = client.basic();
            let pair = pair.as_ref().map_or("", Secret::expose);
            ready.proof = Some((AUTHORIZATION, sensitive(&format!("Basic {pair}"))?));
        }
        (ClientAuth::Bearer, Some(secret)) => ready.proof = Some(alone("Bearer", secret)?),
        (ClientAuth::Post, Some(secret)) => {
            put("client_id", &client.id);
            put("client_secret", secret.expose());
        }
        _ => put("client_id", &client.id),
    }
    Ok(())
}

/// A secret that proves a client by itself, in a scheme of HTTP authentication.
pub(crate) fn alone(scheme: &str, secret: &Secret) -> Result<(HeaderName, HeaderValue)> {
    let text = Zeroizing::new(format!("{scheme} {}", secret.expose()));
    Ok((AUTHORIZATION, sensitive(&text)?))
}

fn sensitive(text: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(text).map_err(|_| OAuthError::Malformed)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The header that carries a token to the API, as the connector forms it.
///
/// # Errors
/// [`OAuthError::Malformed`] where the token cannot stand in a header.
pub fn attachment(connector: &Connector, token: &Secret) -> Result<(HeaderName, HeaderValue)> {
    let text = Zeroizing::new(connector.api.header.replace("{token}", token.expose()));
    let name = HeaderName::from_bytes(connector.api.header_name.as_bytes())
        .map_err(|_| OAuthError::Malformed)?;
    Ok((name, sensitive(&text)?))
}

/// A connector's constant headers. It was checked when it was loaded.
#[must_use]
pub fn constant_headers(headers: &BTreeMap<String, String>) -> HeaderMap {
    headers
        .iter()
        .filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        })
        .collect()
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

/// Takes the requests that `oauth2` builds to one provider, and makes its answers fit for
/// `oauth2` to read.
pub(crate) struct Courier<'a> {
    http: &'a Http,
    connector: &'a Connector,
    endpoints: &'a Resolved,
    known: Vec<Secret>,
    /// The secret that stands for the client by itself.
    alone: Option<Secret>,
    lines: Mutex<Vec<WireLine>>,
}

impl<'a> Courier<'a> {
    /// A courier that knows the client's and further secrets, to mask them in what it tells.
    pub(crate) fn new<'s>(
        http: &'a Http,
        connector: &'a Connector,
        endpoints: &'a Resolved,
        client: &'s Client,
        further: impl IntoIterator<Item = &'s Secret>,
    ) -> Self {
        let known = further
            .into_iter()
            .chain(&client.secret)
            .cloned()
            .chain(client.basic())
            .collect();
        Self {
            http,
            connector,
            endpoints,
            known,
            alone: (connector.oauth().client_auth == ClientAuth::Bearer)
                .then(|| client.secret.clone())
                .flatten(),
            lines: Mutex::default(),
        }
    }

    /// The lines so far.
    pub(crate) fn into_lines(self) -> Vec<WireLine> {
        self.lines
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Sends a request and reads the answer with `read`.
    pub(crate) async fn send<T>(
        &self,
        ready: Ready,
        read: impl FnOnce(&Raw, &[Secret]) -> Result<T>,
    ) -> Result<T> {
        let Ready {
            method,
            mut url,
            told,
            proof,
            headers,
            fields,
            carried,
        } = ready;
        // The connector was checked when it was resolved. This is the last door before the
        // network, and the cheapest one to lock.
        may_receive(&url, &self.endpoints.hosts).map_err(OAuthError::HostNotListed)?;
        let told = told.unwrap_or_else(|| redacted(&url));
        let mut sent: Vec<WireField> = proof
            .iter()
            .map(|(name, value)| {
                WireField::new(name.as_str(), value.to_str().unwrap_or(""), &self.known)
            })
            .collect();
        if carried != Carried::Nowhere {
            sent.extend(
                fields
                    .iter()
                    .map(|(name, value)| WireField::new(name, value, &self.known)),
            );
        }
        if carried == Carried::Query && !fields.is_empty() {
            url.query_pairs_mut().extend_pairs(&fields);
        }
        let mut builder = self
            .http
            .client(&url)
            .request(method.clone(), url)
            .header(ACCEPT, "application/json")
            .headers(constant_headers(&self.connector.oauth().headers))
            .headers(headers);
        if let Some((name, value)) = proof {
            builder = builder.header(name, value);
        }
        builder = match carried {
            Carried::Form => builder.form(&fields),
            Carried::Json => {
                let object: serde_json::Map<String, serde_json::Value> = fields
                    .into_iter()
                    .map(|(name, value)| {
                        let value = self.in_json(&name, value);
                        (name, value)
                    })
                    .collect();
                builder.json(&object)
            }
            Carried::Query | Carried::Nowhere => builder,
        };
        let mut line = WireLine {
            method: method.to_string(),
            url: told,
            status: None,
            media_type: None,
            sent,
            received: Vec::new(),
            error: None,
        };
        let outcome = match self.http.send(builder).await {
            Ok(raw) => {
                line.status = Some(raw.status);
                line.media_type = raw
                    .media_type
                    .as_deref()
                    .map(|media_type| crate::wire::sanitize(media_type, &self.known));
                line.received = answer::fields(&raw, &self.known);
                if raw.too_large {
                    Err(OAuthError::TooLarge)
                } else {
                    read(&raw, &self.known)
                }
            }
            Err(error) => Err(error),
        };
        line.error = outcome.as_ref().err().map(|error| error.code().to_owned());
        tracing::debug!(
            method = line.method,
            url = line.url,
            status = line.status,
            error = line.error,
            "provider answered"
        );
        self.lines
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(line);
        outcome
    }

    /// A field's value in a JSON body: text, but for what the connector has as a number.
    fn in_json(&self, name: &str, value: String) -> serde_json::Value {
        let oauth = self.connector.oauth();
        let params = [&oauth.token_params, &oauth.refresh_params];
        params
            .iter()
            .find_map(|params| match params.get(name)? {
                Param::Number(number) => Some((*number).into()),
                Param::Text(_) => None,
            })
            .unwrap_or_else(|| value.into())
    }

    async fn token(&self, request: HttpRequest) -> Result<HttpResponse> {
        let (parts, body) = request.into_parts();
        let (oauth, now) = (self.connector.oauth(), self.http.clock().now());
        let mut ready = Ready {
            method: Method::POST,
            url: Url::parse(&parts.uri.to_string()).map_err(|_| OAuthError::Malformed)?,
            told: None,
            proof: match parts.headers.get(AUTHORIZATION) {
                None => None,
                Some(value) => {
                    let text = value.to_str().map_err(|_| OAuthError::Malformed)?;
                    Some((AUTHORIZATION, sensitive(text)?))
                }
            },
            headers: HeaderMap::new(),
            fields: url::form_urlencoded::parse(&body).into_owned().collect(),
            carried: oauth.body.into(),
        };
        if let Some(secret) = &self.alone {
            ready.fields.retain(|(name, _)| name != "client_id");
            ready.proof = Some(alone("Bearer", secret)?);
        }
        if let Some(word) = oauth
            .grant_word
            .as_ref()
            .filter(|_| self.connector.is_for_clients())
        {
            let grants = ready
                .fields
                .iter_mut()
                .filter(|(name, _)| name == "grant_type");
            grants.for_each(|(_, own)| own.clone_from(word));
        }
        let canonical = self
            .send(ready, |raw, known| answer::token(raw, oauth, now, known))
            .await?;
        let body = serde_json::to_vec(&canonical).map_err(|_| OAuthError::Malformed)?;
        http::Response::builder()
            .status(200)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|_| OAuthError::Malformed)
    }
}

impl<'c> AsyncHttpClient<'c> for Courier<'_> {
    type Error = OAuthError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.token(request))
    }
}
