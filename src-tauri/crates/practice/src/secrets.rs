//! Random values and their digests. Whatever this service hands out, it keeps only the digest of.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::PracticeError;

/// A new secret: `prefix` and 32 random bytes, base64url. The prefix makes a leak easy to find.
pub(crate) fn new(prefix: &str) -> Result<String, PracticeError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| PracticeError::Random)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// `N` random bytes as small hexadecimal digits, for the names that a service gives.
pub(crate) fn hex<const N: usize>() -> Result<String, PracticeError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|_| PracticeError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// SHA-256 of a secret, base64url without padding: 43 characters. Enough for values of 256 random
/// bits, which need no slow hash.
pub(crate) fn digest(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

/// The `at_hash` of an access token: the left half of its SHA-256, base64url without padding
/// (OpenID Connect Core 1.0 section 3.1.3.6, for RS256).
pub(crate) fn left_half_digest(secret: &str) -> String {
    let digest = Sha256::digest(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or_default())
}
