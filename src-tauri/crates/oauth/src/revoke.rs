//! Taking a token back: RFC 7009.

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tsunagi_connectors::{
    ClientAuth, Connector, Method as Named, Resolved, RevokeAuth, RevokeBody, TokenKind, fill,
};
use tsunagi_domain::{Refusal, RefusalCode};
use url::Url;

use crate::http::{Carried, Courier, Ready, alone, attachment, authenticate, constant_headers};
use crate::wire::redacted;
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
    let offered = endpoints.revoke.as_ref();
    let (Some(template), Some(way)) = (
        offered.and(endpoints.revoke_template.as_ref()),
        &connector.oauth().revoke,
    ) else {
        return Ok(Revoked::NotOffered);
    };
    let (kind, word) = match hint {
        TokenHint::Access => (TokenKind::Access, "access_token"),
        TokenHint::Refresh => (TokenKind::Refresh, "refresh_token"),
    };
    if !way.tokens.contains(&kind) {
        return Ok(Revoked::Unsupported);
    }
    let told = |name: &str| match name {
        "client_id" => Some(client.id.as_str()),
        "hint" => Some(word),
        "token" => Some(token.expose()),
        name => {
            let answer = name.strip_prefix("answer.")?;
            endpoints.answers.get(answer).map(String::as_str)
        }
    };
    let mut fields = Vec::new();
    for (name, template) in &way.fields {
        match fill(template, told) {
            Some(value) => fields.push((name.clone(), value)),
            // What the service has not said cannot be told it.
            None => return Ok(Revoked::Unsupported),
        }
    }
    let address = |token: &str| {
        let client_id = encoded(&client.id);
        let text = template
            .replace("{client_id}", &client_id)
            .replace("{token}", token);
        Url::parse(&text).map_err(|_| {
            OAuthError::HostNotListed(Refusal::new(RefusalCode::HostNotListed).with("host", ""))
        })
    };
    let mut ready = Ready {
        method: match way.method {
            Named::Get => Method::GET,
            Named::Post => Method::POST,
            Named::Delete => Method::DELETE,
        },
        url: address(&encoded(token.expose()))?,
        told: Some(redacted(&address("token")?)),
        proof: None,
        headers: constant_headers(&way.headers),
        fields,
        carried: match way.body {
            RevokeBody::Form => Carried::Form,
            RevokeBody::Json => Carried::Json,
            RevokeBody::Query => Carried::Query,
            RevokeBody::None => Carried::Nowhere,
        },
    };
    match way.auth {
        None => authenticate(&mut ready, connector.oauth().client_auth, client)?,
        Some(RevokeAuth::Basic) => authenticate(&mut ready, ClientAuth::Basic, client)?,
        Some(RevokeAuth::Post) => authenticate(&mut ready, ClientAuth::Post, client)?,
        Some(RevokeAuth::Client) => match &client.secret {
            Some(secret) => ready.proof = Some(alone("Client", secret)?),
            // A client without one cannot ask.
            None => return Ok(Revoked::Unsupported),
        },
        Some(RevokeAuth::Token) => ready.proof = Some(attachment(connector, token)?),
        Some(RevokeAuth::None) => {}
    }
    let courier = Courier::new(http, connector, endpoints, client, [token]);
    let oauth = connector.oauth();
    let outcome = courier
        .send(ready, |raw, known| answer::success(raw, oauth, known))
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

/// As it stands in a path or query.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
