//! Requests and callbacks, and parts of them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tsunagi_connectors::Connector;
use tsunagi_oauth::{Attempt, OAuthError};
use url::Url;

use crate::internet::Arrived;
use crate::transcript::VERIFIER;

/// The documents' callback, as it comes back to this attempt.
pub(super) fn theirs(attempt: &Attempt, url: &Url, code: Option<&str>) -> Url {
    let state = attempt
        .url()
        .query_pairs()
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned())
        .unwrap();
    let mut own = url.clone();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut query = own.query_pairs_mut();
    query.clear();
    for (name, value) in &pairs {
        let value = match (name.as_str(), code) {
            ("state", _) => &state,
            ("code", Some(shown)) => shown,
            _ => value,
        };
        query.append_pair(name, value);
    }
    drop(query);
    own
}

/// A callback whose fields were changed, signed anew with the client's secret: as the documents of
/// its service say, and not as the program does it.
pub(super) fn signed(url: &Url, name: &str, secret: &str) -> Url {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    pairs.retain(|(own, _)| own != name);
    pairs.sort();
    let text: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut code = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    code.update(text.join("&").as_bytes());
    let code = code.finalize().into_bytes();
    let code: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut own = url.clone();
    let mut query = own.query_pairs_mut();
    query.clear();
    query.extend_pairs(pairs).append_pair(name, &code);
    drop(query);
    own
}

/// A request whose verifier, made at random, is the documents' own.
pub(super) fn masked(arrived: &Arrived) -> Arrived {
    let url = Url::parse(&arrived.url).unwrap();
    let text = serde_json::to_string(arrived).unwrap();
    let text = match field(&arrived.body, &url, "code_verifier") {
        Some(own) => text.replace(&own, VERIFIER),
        None => text,
    };
    serde_json::from_str(&text).unwrap()
}

/// A field of a form, a JSON body or an address.
pub(super) fn field(body: &str, url: &Url, name: &str) -> Option<String> {
    let json: Option<Value> = serde_json::from_str(body).ok();
    if let Some(value) = json.as_ref().and_then(|json| json.get(name)) {
        return value.as_str().map(str::to_owned);
    }
    url::form_urlencoded::parse(body.as_bytes())
        .chain(url.query_pairs())
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

/// The word that an error stands for: of RFC 6749 §5.2, or what is wrong with a client.
pub(super) fn word(connector: &Connector, error: &OAuthError) -> String {
    match error {
        OAuthError::InvalidGrant { .. } => "invalid_grant".to_owned(),
        OAuthError::ClientRefused { .. } => "invalid_client".to_owned(),
        OAuthError::ClientUnknown { .. } => "invalid_client_id".to_owned(),
        OAuthError::SecretRefused { .. } => "invalid_client_secret".to_owned(),
        OAuthError::RedirectRefused { .. } => "invalid_redirect_uri".to_owned(),
        OAuthError::Status { status: 429, .. } => "temporarily_unavailable".to_owned(),
        OAuthError::TokenError { error, .. } => {
            let words = &connector.oauth().error_words;
            words.get(error).unwrap_or(error).clone()
        }
        other => other.code().to_owned(),
    }
}
