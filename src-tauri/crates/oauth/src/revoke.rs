//! Taking a token back: RFC 7009.

use tsunagi_connectors::{Connector, Resolved};

use crate::http::{Courier, form};
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
    let hint = match hint {
        TokenHint::Access => "access_token",
        TokenHint::Refresh => "refresh_token",
    };
    let fields = [("token", token.expose()), ("token_type_hint", hint)];
    let request = form(connector, url, client, &fields)?;
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
