//! The signing key, its public half, and ID tokens (RS256).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rsa::rand_core::OsRng;
use rsa::sha2::Sha256;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

use crate::{PracticeError, secrets};

const BITS: usize = 2048;

/// A key pair for ID tokens. No `Debug`.
pub(crate) struct Key {
    signing: SigningKey<Sha256>,
    id: String,
    modulus: String,
    exponent: String,
}

impl Key {
    /// Makes a new key; returns it with its PKCS#8 PEM. Takes about a second of computing: not
    /// for an async thread.
    pub(crate) fn make() -> Result<(Self, String), PracticeError> {
        let private =
            RsaPrivateKey::new(&mut OsRng, BITS).map_err(|_| PracticeError::Key("made"))?;
        let pem = private
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|_| PracticeError::Key("written"))?;
        Ok((Self::from_private(private), pem.as_str().to_owned()))
    }

    /// Reads a key from its PKCS#8 PEM; `None` where that is no RSA key.
    pub(crate) fn read(pem: &str) -> Option<Self> {
        RsaPrivateKey::from_pkcs8_pem(pem)
            .ok()
            .map(Self::from_private)
    }

    fn from_private(private: RsaPrivateKey) -> Self {
        let public = RsaPublicKey::from(&private);
        let modulus = URL_SAFE_NO_PAD.encode(public.n().to_bytes_be());
        let exponent = URL_SAFE_NO_PAD.encode(public.e().to_bytes_be());
        // The JWK thumbprint: members in this order, no spaces (RFC 7638 section 3.1).
        let thumbprint = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        Self {
            signing: SigningKey::new(private),
            id: secrets::digest(&thumbprint),
            modulus,
            exponent,
        }
    }

    /// The public half as a JWK set (RFC 7517 section 5).
    pub(crate) fn set(&self) -> Value {
        json!({"keys": [{
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": self.modulus,
            "e": self.exponent,
        }]})
    }

    /// A JWT of these claims (RFC 7519). Signed with blinding: the `rsa` crate's plain operation
    /// takes a time that depends on the key.
    pub(crate) fn sign(&self, claims: &Value) -> Result<String, PracticeError> {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": self.id});
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self
            .signing
            .try_sign_with_rng(&mut OsRng, signed.as_bytes())
            .map_err(|_| PracticeError::Key("used"))?;
        Ok(format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(signature.to_bytes())
        ))
    }
}
