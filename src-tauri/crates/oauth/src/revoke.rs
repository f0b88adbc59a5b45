//! Taking a token back: RFC 7009.

use http::header::AUTHORIZATION;
use oauth2::HttpRequest;
use tsunagi_connectors::{ClientAuth, Connector, Resolved};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::http::Courier;
use crate::{Client, Http, OAuthError, Result, Secret, Wire, answer};

/// What kind of token is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenHint {
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Revoked {
    /// The provider no longer accepts the token, or never knew it.
    Done,
    /// The service has no revocation endpoint: the token lives until it ends.
    NotOffered,
    /// The service does not revoke this kind of token (`unsupported_token_type`).
    Unsupported,
}

/// Revokes one token. Refresh token first, then access token, is for the caller to do.
///
/// # Errors
/// Those of [`crate::refresh`]. None of them says that the token still works.
pub async fn revoke(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    token: &Secret,
    hint: TokenHint,
    wire: &mut Wire,
) -> Result<Revoked> {
    let Some(url) = &endpoints.revoke else {
        return Ok(Revoked::NotOffered);
    };
    let request = request(connector, url, client, token, hint)?;
    let courier = Courier::new(http, connector, endpoints, client, [token]);
    let words = &connector.oauth.error_words;
    let outcome = courier
        .send(request, |raw, known| answer::success(raw, words, known))
        .await;
    wire.lines.extend(courier.into_lines());
    match outcome {
        Ok(()) => Ok(Revoked::Done),
        Err(OAuthError::TokenError { error, .. }) if error == "unsupported_token_type" => {
            Ok(Revoked::Unsupported)
        }
        // RFC 7009 §2.2 has 200 for a token that is not valid (any more); some say this.
        Err(OAuthError::InvalidGrant { .. }) => Ok(Revoked::Done),
        Err(OAuthError::TokenError { error, .. }) if error == "invalid_token" => Ok(Revoked::Done),
        Err(error) => Err(error),
    }
}

/// The request of RFC 7009 §2.1. Built here, because `oauth2` refuses revocation over http even
/// on this computer.
fn request(
    connector: &Connector,
    url: &Url,
    client: &Client,
    token: &Secret,
    hint: TokenHint,
) -> Result<HttpRequest> {
    let mut request = http::Request::post(url.as_str());
    let mut form = Serializer::new(String::new());
    form.append_pair("token", token.expose()).append_pair(
        "token_type_hint",
        match hint {
            TokenHint::Access => "access_token",
            TokenHint::Refresh => "refresh_token",
        },
    );
    match (connector.oauth.client_auth, &client.secret) {
        (ClientAuth::Basic, Some(_)) => {
            let pair = client.basic();
            let pair = pair.as_ref().map_or("", Secret::expose);
            request = request.header(AUTHORIZATION, format!("Basic {pair}"));
        }
        (ClientAuth::Post, Some(secret)) => {
            form.append_pair("client_id", &client.id)
                .append_pair("client_secret", secret.expose());
        }
        _ => {
            form.append_pair("client_id", &client.id);
        }
    }
    request
        .body(form.finish().into_bytes())
        .map_err(|_| OAuthError::Malformed)
}
