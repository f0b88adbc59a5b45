//! A request before it is sent: where it goes, what it carries, and how the client proves who it is.

use std::collections::BTreeMap;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tsunagi_connectors::{Body, ClientAuth, Connector};
use url::Url;
use zeroize::Zeroizing;

use crate::{Client, OAuthError, Result, Secret};

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

pub(super) fn sensitive(text: &str) -> Result<HeaderValue> {
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
