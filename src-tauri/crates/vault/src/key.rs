//! Keys: 32 bytes that are wiped when dropped and never printed.

use zeroize::Zeroizing;

use crate::sealed::{Purpose, SealingKey};
use crate::{Aad, VaultError};

/// Length of every key, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// Key bytes. On the heap, so that moving the owner leaves no copy behind on the stack.
pub(crate) type KeyBytes = Box<Zeroizing<[u8; KEY_LEN]>>;

/// Zeroed key bytes, to be filled in place.
pub(crate) fn blank() -> KeyBytes {
    Box::new(Zeroizing::new([0; KEY_LEN]))
}

fn random() -> KeyBytes {
    let mut bytes = blank();
    getrandom::fill(bytes.as_mut_slice()).expect("the operating system gives random bytes");
    bytes
}

/// The one key of a catalog, from which all others follow. Lives in a keyring or behind a
/// passphrase; the program holds it only while opening a vault, or moving or replacing the key.
pub struct MasterKey(KeyBytes);

impl MasterKey {
    /// A new random key.
    ///
    /// # Panics
    /// Where the operating system gives no random bytes: nothing can be kept safe then.
    #[must_use]
    pub fn generate() -> Self {
        Self(random())
    }

    /// The key with these bytes; `None` where they are not 32.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = blank();
        if bytes.len() != KEY_LEN {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(redacted)")
    }
}

/// The key of one credential. Made by [`crate::Vault::new_data_key`] and kept only wrapped.
pub struct DataKey {
    /// What is wrapped.
    bytes: KeyBytes,
    /// What seals, derived from it.
    sealing: SealingKey,
}

impl DataKey {
    pub(crate) fn generate() -> Self {
        Self::of(random())
    }

    /// The key with these bytes; `None` where they are not 32.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        MasterKey::from_slice(bytes).map(|key| Self::of(key.0))
    }

    fn of(bytes: KeyBytes) -> Self {
        let sealing = SealingKey::derive(&bytes, b"", b"tsunagi/1/data");
        Self { bytes, sealing }
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.bytes
    }

    /// Seals `plaintext` for the place `aad` names. The answer is 62 bytes longer.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] beyond 256 GiB, or [`VaultError::NoRandomness`].
    pub fn seal(&self, aad: &Aad, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.sealing.seal(Purpose::Data, aad, plaintext)
    }

    /// Opens what [`Self::seal`] made for the same place.
    ///
    /// # Errors
    /// [`VaultError::SealedDamaged`] where the bytes were changed or belong to another place,
    /// [`VaultError::WrongKey`] where another key sealed them, or
    /// [`VaultError::SealedUnsupported`].
    pub fn open(&self, aad: &Aad, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.sealing.open(Purpose::Data, aad, sealed)
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(redacted)")
    }
}
