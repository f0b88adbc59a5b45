//! What a provider says about itself: RFC 8414 and OpenID Connect Discovery 1.0, compared with
//! what the connector says. A connector is checked by it, never changed.

use serde::{Deserialize, Serialize};
use tsunagi_connectors::{Connector, Resolved};
use url::Url;

use crate::wire::sanitize;
use crate::{Http, OAuthError, Result, Wire, answer};

/// The parts of a metadata document that matter here, as the provider writes them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// Issuer identifier.
    pub issuer: String,
    /// Authorization endpoint.
    #[serde(default)]
    pub authorization_endpoint: Option<String>,
    /// Token endpoint.
    #[serde(default)]
    pub token_endpoint: Option<String>,
    /// Revocation endpoint (RFC 7009).
    #[serde(default)]
    pub revocation_endpoint: Option<String>,
    /// Keys that sign ID tokens.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// `userinfo` endpoint.
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
    /// Device authorization endpoint (RFC 8628 §4).
    #[serde(default)]
    pub device_authorization_endpoint: Option<String>,
    /// Pushed authorization request endpoint (RFC 9126 §5).
    #[serde(default)]
    pub pushed_authorization_request_endpoint: Option<String>,
    /// Whether it takes no other authorization requests (RFC 9126 §5).
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// PKCE methods; `None` where the provider does not say: by RFC 8414 §2 it takes none then, but
    /// some take S256 and leave it out.
    #[serde(default)]
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// Whether every callback carries `iss` (RFC 9207 §3).
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Whether a callback without `iss` is to be refused (RFC 9207 §2.4): see
    /// [`crate::Attempt::require_iss`].
    #[must_use]
    pub const fn iss_required(&self) -> bool {
        self.authorization_response_iss_parameter_supported
    }
}

/// Fetches the metadata document (RFC 8414 §3). Nothing is kept: a cache is the caller's.
///
/// # Errors
/// [`OAuthError::MetadataNotOffered`] where the connector has no address for it,
/// [`OAuthError::Unreachable`], [`OAuthError::Status`], [`OAuthError::Html`],
/// [`OAuthError::Empty`], [`OAuthError::Malformed`], [`OAuthError::TooLarge`],
/// [`OAuthError::HostNotListed`].
pub async fn fetch_metadata(
    http: &Http,
    endpoints: &Resolved,
    wire: &mut Wire,
) -> Result<Metadata> {
    let url = endpoints
        .metadata
        .as_ref()
        .ok_or(OAuthError::MetadataNotOffered)?;
    http.get(url, &mut wire.lines, |raw| {
        let fields = answer::document(&raw)?;
        serde_json::from_value(fields.into()).map_err(|_| OAuthError::Malformed)
    })
    .await
}

/// Compares a provider's metadata with its connector. The issuer must be the same to the letter
/// (RFC 8414 §3.3), each endpoint the same address where both name it, requests pushed
/// where the provider takes no others (RFC 9126 §5), and S256 among the PKCE
/// methods where the connector uses PKCE and the provider names any.
///
/// # Errors
/// [`OAuthError::MetadataDiffers`] with the first field that is not as the connector has it.
pub fn check_metadata(
    metadata: &Metadata,
    connector: &Connector,
    endpoints: &Resolved,
) -> Result<()> {
    let differs = |field, expected: &str, got: &str| {
        Err(OAuthError::MetadataDiffers {
            field,
            expected: expected.to_owned(),
            got: sanitize(got, &[]),
        })
    };
    let issuer = endpoints.issuer.as_deref().unwrap_or_default();
    if issuer.is_empty() || metadata.issuer != issuer {
        return differs("issuer", issuer, &metadata.issuer);
    }
    let said = metadata;
    // An address that differs from token to token is not the one of RFC 7009.
    let revoke = endpoints
        .revoke
        .as_ref()
        .filter(|_| !endpoints.revoke_template.iter().any(|it| it.contains('{')));
    let pairs = [
        (
            "authorization_endpoint",
            endpoints.authorize.as_ref(),
            &said.authorization_endpoint,
        ),
        (
            "token_endpoint",
            endpoints.token.as_ref(),
            &said.token_endpoint,
        ),
        ("revocation_endpoint", revoke, &said.revocation_endpoint),
        ("jwks_uri", endpoints.jwks.as_ref(), &said.jwks_uri),
        (
            "userinfo_endpoint",
            endpoints.userinfo.as_ref(),
            &said.userinfo_endpoint,
        ),
        (
            "device_authorization_endpoint",
            endpoints.device.as_ref(),
            &said.device_authorization_endpoint,
        ),
        (
            "pushed_authorization_request_endpoint",
            endpoints.par.as_ref(),
            &said.pushed_authorization_request_endpoint,
        ),
    ];
    for (field, expected, got) in pairs {
        let (Some(expected), Some(got)) = (expected, got) else {
            continue;
        };
        // As addresses: `https://host` and `https://host:443/` are the same place.
        if Url::parse(got).ok().as_ref() != Some(expected) {
            return differs(field, expected.as_str(), got);
        }
    }
    if said.require_pushed_authorization_requests
        && endpoints.authorize.is_some()
        && endpoints.par.is_none()
    {
        // The person would be taken there to read that it cannot be done this way.
        return differs("require_pushed_authorization_requests", "false", "true");
    }
    if let Some(methods) = &metadata.code_challenge_methods_supported
        && connector.oauth().sends_pkce()
        && !methods.iter().any(|method| method == "S256")
    {
        let field = "code_challenge_methods_supported";
        return differs(field, "S256", &methods.join(" "));
    }
    Ok(())
}
