//! The sealed format: header, ciphertext, tag.
//!
//! ```text
//! 0   magic    "TSNG"
//! 4   version  1
//! 5   purpose  1 data, 2 wrapped data key, 3 master key under a passphrase,
//!              4 master key under a recovery code, 5 replaced master key under the new one,
//!              6 subkey for the audit log
//! 6   key id   16 bytes, derived from the key
//! 22  nonce    24 bytes, random
//! 46  ciphertext, then a tag of 16 bytes
//! ```
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03). Everything before the nonce is authenticated
//! together with the [`Aad`].

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::{KEY_LEN, KeyBytes, blank};
use crate::{Aad, VaultError};

const MAGIC: &[u8; 4] = b"TSNG";
const VERSION: u8 = 1;
const ID_LEN: usize = 16;
const NONCE_AT: usize = 6 + ID_LEN;
const BODY_AT: usize = NONCE_AT + 24;
const TAG_LEN: usize = 16;

/// What sealed bytes are, so that one kind is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A field of a credential.
    Data = 1,
    /// A data key.
    Wrap = 2,
    /// A master key, under a passphrase.
    Master = 3,
    /// A master key, under a recovery code.
    Recovery = 4,
    /// A master key that a rotation replaces, under the new one.
    Old = 5,
    /// The subkey that chains the audit log.
    Events = 6,
}

/// Fills a subkey of `secret` for one use (HKDF-SHA-256, RFC 5869).
pub(crate) fn subkey(secret: &[u8; KEY_LEN], salt: &[u8], info: &[u8]) -> KeyBytes {
    let mut out = blank();
    expand(secret, salt, info, out.as_mut_slice());
    out
}

fn expand(secret: &[u8; KEY_LEN], salt: &[u8], info: &[u8], out: &mut [u8]) {
    Hkdf::<Sha256>::new(Some(salt), secret)
        .expand(info, out)
        .expect("HKDF-SHA-256 gives up to 8160 bytes");
}

/// A subkey that seals, and the id its sealed bytes carry.
pub(crate) struct SealingKey {
    id: [u8; ID_LEN],
    key: KeyBytes,
}

impl SealingKey {
    /// The subkey of `secret` for the use `info`. Its id follows from the key too: whoever seals
    /// under another key cannot claim this id, which XChaCha20-Poly1305 alone would not show.
    pub(crate) fn derive(secret: &[u8; KEY_LEN], salt: &[u8], info: &[u8]) -> Self {
        let mut id = [0; ID_LEN];
        expand(secret, salt, &[info, b"/id".as_slice()].concat(), &mut id);
        Self {
            id,
            key: subkey(secret, salt, info),
        }
    }

    /// The key id, 32 hexadecimal digits.
    pub(crate) fn id(&self) -> String {
        self.id.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether these bytes say that this key sealed them. Only opening them proves it.
    pub(crate) fn is_named_in(&self, purpose: Purpose, sealed: &[u8]) -> bool {
        sealed.starts_with(&self.header(purpose))
    }

    /// How everything begins that this key seals for a purpose.
    pub(crate) fn mark(&self, purpose: Purpose) -> Vec<u8> {
        self.header(purpose).to_vec()
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self {
            id: self.id,
            key: self.key.clone(),
        }
    }

    fn header(&self, purpose: Purpose) -> [u8; NONCE_AT] {
        let mut header = [0; NONCE_AT];
        header[..4].copy_from_slice(MAGIC);
        header[4] = VERSION;
        header[5] = purpose as u8;
        header[6..].copy_from_slice(&self.id);
        header
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new_from_slice(self.key.as_slice()).expect("keys have 32 bytes")
    }

    pub(crate) fn seal(
        &self,
        purpose: Purpose,
        aad: &Aad,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let header = self.header(purpose);
        let mut nonce = [0; BODY_AT - NONCE_AT];
        getrandom::fill(&mut nonce).map_err(|_| VaultError::NoRandomness)?;

        // The whole length at once: growing would leave copies of the plaintext behind.
        let mut sealed = Vec::with_capacity(BODY_AT + plaintext.len() + TAG_LEN);
        sealed.extend_from_slice(&header);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let bound = [header.as_slice(), aad.as_bytes()].concat();
        let tag = self
            .cipher()
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                &bound,
                (&mut sealed[BODY_AT..]).into(),
            )
            .map_err(|_| VaultError::TooLarge)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    pub(crate) fn open(
        &self,
        purpose: Purpose,
        aad: &Aad,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        if sealed.len() < BODY_AT + TAG_LEN || !sealed.starts_with(MAGIC) {
            return Err(VaultError::SealedDamaged);
        }
        if sealed[4] != VERSION {
            return Err(VaultError::SealedUnsupported(sealed[4]));
        }
        if sealed[5] != purpose as u8 {
            return Err(VaultError::SealedDamaged);
        }
        if sealed[6..NONCE_AT] != self.id {
            return Err(VaultError::WrongKey);
        }
        let nonce =
            XNonce::try_from(&sealed[NONCE_AT..BODY_AT]).map_err(|_| VaultError::SealedDamaged)?;
        let bound = [self.header(purpose).as_slice(), aad.as_bytes()].concat();
        let mut body = Zeroizing::new(sealed[BODY_AT..].to_vec());
        self.cipher()
            .decrypt_in_place(&nonce, &bound, &mut *body)
            .map_err(|_| VaultError::SealedDamaged)?;
        Ok(body)
    }
}
