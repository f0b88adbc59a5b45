//! Checking an ID token: OpenID Connect Core §3.1.3.7.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, Nonce,
    NonceVerifier, SignatureVerificationError,
};
use tsunagi_connectors::Resolved;

use crate::wire::{WireLine, sanitize};
use crate::{Http, OAuthError, Result, Secret};

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY_SECONDS: i64 = 120;

/// Signatures with a key pair. `none` and those with a shared secret are left out: the client
/// of a desktop program has no secret that is worth the name.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Who signed in, as a checked ID token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The issuer. With it `subject` is unique.
    pub issuer: String,
    /// The account's identifier at the issuer.
    pub subject: String,
    /// Display name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// An ID token and what it must belong to.
pub(crate) struct Claim<'a> {
    pub(crate) token: &'a Secret,
    pub(crate) access: &'a Secret,
    /// `None` where the request had none, as with a device code.
    pub(crate) nonce: Option<&'a Secret>,
}

const fn invalid(reason: &'static str) -> OAuthError {
    OAuthError::IdTokenInvalid { reason }
}

/// Fetches the provider's keys and checks the token with them. Keys are fetched for every
/// sign-in: they are few, and a provider that has changed its keys needs no second attempt.
pub(crate) async fn check(
    http: &Http,
    endpoints: &Resolved,
    client_id: &str,
    claim: Claim<'_>,
    lines: &mut Vec<WireLine>,
) -> Result<Identity> {
    let (Some(issuer), Some(jwks)) = (&endpoints.issuer, &endpoints.jwks) else {
        return Err(invalid("no_keys"));
    };
    let body = http.get(jwks, lines, |raw| Ok(raw.body)).await?;
    let keys: CoreJsonWebKeySet = serde_json::from_slice(&body).map_err(|_| invalid("no_keys"))?;
    let now = http.clock().now();
    verify(issuer, keys, client_id, claim, now.0)
}

fn verify(
    issuer: &str,
    keys: CoreJsonWebKeySet,
    client_id: &str,
    claim: Claim<'_>,
    now_millis: i64,
) -> Result<Identity> {
    let time = |seconds: i64| {
        DateTime::<Utc>::from_timestamp_millis(now_millis.saturating_add(seconds * 1000))
            .unwrap_or_default()
    };
    let (earliest, latest) = (time(-LEEWAY_SECONDS), time(LEEWAY_SECONDS));
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| invalid("issuer"))?;
    let own_id = ClientId::new(client_id.to_owned());
    let verifier = CoreIdTokenVerifier::new_public_client(own_id.clone(), issuer, keys)
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || earliest)
        .set_issue_time_verifier_fn(move |issued| {
            if issued > latest {
                Err("issued in the future".to_owned())
            } else {
                Ok(())
            }
        });
    // Claims that must be there and are not (`sub`, `exp`, `iat`) fail here.
    let token = CoreIdToken::from_str(claim.token.expose()).map_err(|_| invalid("malformed"))?;
    let nonce = claim
        .nonce
        .map(|nonce| Nonce::new(nonce.expose().to_owned()));
    let claims = token
        .claims(&verifier, |got: Option<&Nonce>| match &nonce {
            Some(nonce) => nonce.verify(got),
            None => Ok(()),
        })
        .map_err(|error| failed(&error))?;

    // The library leaves this one to its users.
    if claims
        .authorized_party()
        .is_some_and(|party| *party != own_id)
    {
        return Err(invalid("authorized_party"));
    }
    if claims.subject().is_empty() {
        return Err(invalid("subject"));
    }
    if let Some(expected) = claims.access_token_hash() {
        let key = token.signing_key(&verifier).map_err(|_| invalid("key"))?;
        let algorithm = token.signing_alg().map_err(|_| invalid("algorithm"))?;
        let access = AccessToken::new(claim.access.expose().to_owned());
        let actual = AccessTokenHash::from_token(&access, algorithm, key)
            .map_err(|_| invalid("access_token_hash"))?;
        if actual != *expected {
            return Err(invalid("access_token_hash"));
        }
    }
    let name = claims
        .name()
        .and_then(|names| {
            names
                .get(None)
                .or_else(|| names.iter().next().map(|(_, name)| name))
        })
        .map(|name| sanitize(name.as_str(), &[]));
    Ok(Identity {
        issuer: claims.issuer().as_str().to_owned(),
        subject: claims.subject().as_str().to_owned(),
        name,
        email: claims.email().map(|email| sanitize(email.as_str(), &[])),
    })
}

/// The library's messages quote claims, so only the kind is kept.
fn failed(error: &ClaimsVerificationError) -> OAuthError {
    match error {
        ClaimsVerificationError::Expired(text) if text.contains("future") => invalid("issued_at"),
        ClaimsVerificationError::Expired(_) => invalid("expired"),
        ClaimsVerificationError::InvalidAudience(_) => invalid("audience"),
        ClaimsVerificationError::InvalidIssuer(_) => invalid("issuer"),
        ClaimsVerificationError::InvalidNonce(_) => OAuthError::NonceMismatch,
        ClaimsVerificationError::InvalidSubject(_) => invalid("subject"),
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::NoSignature
            | SignatureVerificationError::DisallowedAlg(_)
            | SignatureVerificationError::UnsupportedAlg(_) => invalid("algorithm"),
            SignatureVerificationError::NoMatchingKey
            | SignatureVerificationError::AmbiguousKeyId(_)
            | SignatureVerificationError::InvalidKey(_) => invalid("key"),
            _ => invalid("signature"),
        },
        _ => invalid("malformed"),
    }
}
