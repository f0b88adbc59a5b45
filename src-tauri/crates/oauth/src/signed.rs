//! Callbacks that a service signs with the client's secret, Shopify's among them: HMAC-SHA256 over
//! all fields but the signature, sorted by name and written as a form.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use url::form_urlencoded::Serializer;

use crate::token::Client;
use crate::{OAuthError, Result};

/// A signature, and what it is over.
pub(crate) struct Signature {
    code: Vec<u8>,
    message: String,
}

impl std::fmt::Debug for Signature {
    // What is signed holds the code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature")
    }
}

impl Signature {
    /// Takes the signature out of a callback's fields.
    ///
    /// # Errors
    /// [`OAuthError::SignatureMismatch`] where there is none that could hold.
    pub(crate) fn read(fields: &mut BTreeMap<String, String>, name: &str) -> Result<Self> {
        let code = fields.remove(name).and_then(|text| bytes(&text));
        let message = Serializer::new(String::new())
            .extend_pairs(fields.iter())
            .finish();
        Ok(Self {
            code: code.ok_or(OAuthError::SignatureMismatch)?,
            message,
        })
    }

    /// That it is of this client's secret.
    ///
    /// # Errors
    /// [`OAuthError::SignatureMismatch`], also for a client that has none.
    pub(crate) fn check(&self, client: &Client) -> Result<()> {
        let key = client.secret.as_ref().filter(|secret| !secret.is_empty());
        let key = key.ok_or(OAuthError::SignatureMismatch)?;
        let mut own = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes())
            .map_err(|_| OAuthError::SignatureMismatch)?;
        own.update(self.message.as_bytes());
        // Compares in constant time.
        own.verify_slice(&self.code)
            .map_err(|_| OAuthError::SignatureMismatch)
    }
}

/// Hexadecimal, in either case.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let whole = !digits.is_empty() && digits.len().is_multiple_of(2);
    whole.then(|| {
        digits
            .chunks(2)
            .map(|pair| pair[0] * 16 + pair[1])
            .collect()
    })
}

#[cfg(test)]
mod tests;
