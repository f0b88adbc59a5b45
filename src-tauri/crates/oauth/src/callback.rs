//! The way back: reading the callback.

use std::collections::BTreeMap;

use url::Url;

use crate::signed::Signature;
use crate::wire::sanitize;
use crate::{Attempt, OAuthError, Result, Secret};

/// An authorization code, checked to belong to its attempt.
#[derive(Debug)]
pub struct Code {
    pub(crate) code: Secret,
    /// Further fields that the connector keeps, such as a host to use from then on.
    pub(crate) extras: BTreeMap<String, String>,
    /// What signs it, where the service does: checked before the code is exchanged.
    pub(crate) signature: Option<Signature>,
}

/// Reads the callback of `attempt` (RFC 6749 §4.1.2). A form that was posted to the redirect
/// address is read in the same way, once its fields are put into `url` as a query. The issuer
/// is compared wherever the callback names one, and asked for where the connector says so
/// (RFC 9207); an error is only believed from the right issuer.
///
/// # Errors
/// [`OAuthError::RedirectMismatch`], [`OAuthError::StateMismatch`],
/// [`OAuthError::IssuerMismatch`], [`OAuthError::CallbackInvalid`],
/// [`OAuthError::ConsentDenied`] or [`OAuthError::CallbackError`].
pub fn read_callback(attempt: &Attempt, url: &Url, issuer_expected: Option<&str>) -> Result<Code> {
    if !attempt.is_redirect(url) {
        return Err(OAuthError::RedirectMismatch);
    }
    let mut fields = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        // RFC 6749 §3.1: no parameter more than once. Which one counts would be a guess.
        if fields
            .insert(name.into_owned(), value.into_owned())
            .is_some()
        {
            return Err(OAuthError::CallbackInvalid {
                reason: "repeated_field",
            });
        }
    }
    if !fields
        .get("state")
        .is_some_and(|state| attempt.is_state(state))
    {
        return Err(OAuthError::StateMismatch);
    }
    check_issuer(
        attempt,
        fields.get("iss").map(String::as_str),
        issuer_expected,
    )?;
    if let Some(error) = fields.get("error").filter(|error| !error.is_empty()) {
        if error == "access_denied" {
            return Err(OAuthError::ConsentDenied);
        }
        let known = std::slice::from_ref(&attempt.state);
        return Err(OAuthError::CallbackError {
            error: sanitize(error, known),
            description: fields
                .get("error_description")
                .map(|text| sanitize(text, known))
                .filter(|text| !text.is_empty()),
        });
    }
    let signature = attempt
        .signed
        .as_deref()
        .map(|name| Signature::read(&mut fields, name))
        .transpose()?;
    let code = fields
        .remove("code")
        .filter(|code| !code.is_empty())
        .map(Secret::new)
        .ok_or(OAuthError::CallbackInvalid { reason: "no_code" })?;
    fields.retain(|name, _| attempt.kept.contains(name));
    Ok(Code {
        code,
        extras: fields,
        signature,
    })
}

fn check_issuer(attempt: &Attempt, got: Option<&str>, expected: Option<&str>) -> Result<()> {
    match (got, expected) {
        (Some(got), Some(expected)) if got == expected => Ok(()),
        (None, _) if !attempt.iss_required => Ok(()),
        // Nothing to compare with, and the connector does not ask for it.
        (Some(_), None) if !attempt.iss_required => Ok(()),
        (got, expected) => Err(OAuthError::IssuerMismatch {
            expected: expected.unwrap_or_default().to_owned(),
            got: sanitize(
                got.unwrap_or_default(),
                std::slice::from_ref(&attempt.state),
            ),
        }),
    }
}
