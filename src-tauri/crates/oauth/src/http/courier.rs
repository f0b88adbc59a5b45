//! Carrying requests to one provider, and a redacted line about each.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use tsunagi_connectors::{ClientAuth, Connector, Param, Resolved};
use tsunagi_domain::hosts::may_receive;
use url::Url;

use super::ready::sensitive;
use super::{Carried, Http, Raw, Ready, alone, constant_headers};
use crate::wire::{WireField, WireLine, redacted};
use crate::{Client, OAuthError, Result, Secret, answer};

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
        // Each with its own: a renewal may send another number than the exchange.
        let params = [&oauth.token_params, &oauth.refresh_params];
        params
            .iter()
            .find_map(|params| match params.get(name)? {
                Param::Number(number) if number.to_string() == value => Some((*number).into()),
                Param::Number(_) | Param::Text(_) => None,
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
