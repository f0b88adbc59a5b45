//! A catalog's vault: wraps data keys and tags the audit log.

use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::key::{KeyBytes, blank};
use crate::record::{Blob, Method, VERSION};
use crate::sealed::{Purpose, SealingKey, subkey};
use crate::{Aad, DataKey, KeyHolder, KeyRecord, MasterKey, Reader, VaultError};

/// The shortest new passphrase, in characters.
pub(crate) const PASSPHRASE_MIN: usize = 8;

/// Argon2id for new records: 64 MiB, three passes, one lane (RFC 9106 §4, second recommended
/// option, in one lane because the program computes it in one thread).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;

/// The most a record may ask for. It lies in a file: a forged one must not take all the memory.
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 16;

/// An open vault. Holds the subkeys of one catalog's master key, not the master key itself, and
/// wipes them when dropped.
pub struct Vault {
    key_id: String,
    wrapping: SealingKey,
    events: KeyBytes,
    check: KeyBytes,
}

impl Vault {
    /// Makes a new key for a new catalog, puts it into the keyring, and reads it back. May block
    /// on the keyring's prompt.
    ///
    /// # Errors
    /// [`VaultError::KeyringEntryExists`] where the keyring has a key for this catalog already,
    /// [`VaultError::KeyringNotKept`], or [`VaultError::Keyring`].
    pub fn create_in_keyring(
        catalog: &str,
        holder: &dyn KeyHolder,
    ) -> Result<(Self, KeyRecord), VaultError> {
        if holder.get(catalog)?.is_some() {
            return Err(VaultError::KeyringEntryExists);
        }
        let master = MasterKey::generate();
        holder.set(catalog, &master)?;
        match holder.get(catalog)? {
            Some(kept) if kept.bytes() == master.bytes() => {
                Ok(Self::of(catalog, &master).with_record(Method::Keyring))
            }
            _ => Err(VaultError::KeyringNotKept),
        }
    }

    /// Takes up the key that the keyring already has for a catalog that has no record, as after
    /// a crash between [`Self::create_in_keyring`] and storing its record. Only for a catalog
    /// without sealed data. May block on the keyring's prompt.
    ///
    /// # Errors
    /// [`VaultError::KeyringLockedOrEmpty`] or [`VaultError::Keyring`].
    pub fn adopt_from_keyring(
        catalog: &str,
        holder: &dyn KeyHolder,
    ) -> Result<(Self, KeyRecord), VaultError> {
        let master = holder
            .get(catalog)?
            .ok_or(VaultError::KeyringLockedOrEmpty)?;
        Ok(Self::of(catalog, &master).with_record(Method::Keyring))
    }

    /// Makes a new key for a new catalog and seals it under a passphrase (normalized to NFC, as
    /// RFC 8265 §4.2 has it, so that every keyboard writes the same one). Takes 64 MiB and a
    /// noticeable time.
    ///
    /// # Errors
    /// [`VaultError::PassphraseShort`] below eight characters, [`VaultError::DerivationFailed`]
    /// or [`VaultError::NoRandomness`].
    pub fn create_with_passphrase(
        catalog: &str,
        passphrase: &str,
    ) -> Result<(Self, KeyRecord), VaultError> {
        let passphrase = normalized(passphrase);
        if passphrase.chars().count() < PASSPHRASE_MIN {
            return Err(VaultError::PassphraseShort);
        }
        let mut salt = vec![0; 16];
        getrandom::fill(&mut salt).map_err(|_| VaultError::NoRandomness)?;
        let master = MasterKey::generate();
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
            .map_err(|_| VaultError::DerivationFailed)?;
        let sealed_key = passphrase_key(catalog, &passphrase, &salt, params)?.seal(
            Purpose::Master,
            &Aad::master(catalog),
            master.bytes(),
        )?;
        Ok(Self::of(catalog, &master).with_record(Method::Passphrase {
            salt: Blob(salt),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            sealed_key: Blob(sealed_key),
        }))
    }

    /// Opens a catalog with the key in the keyring. Never makes one: an empty keyring may only
    /// be a locked one. May block on the keyring's prompt.
    ///
    /// # Errors
    /// [`VaultError::KeyringLockedOrEmpty`], [`VaultError::WrongKey`], [`VaultError::Keyring`],
    /// [`VaultError::PassphraseNeeded`], [`VaultError::RecordUnsupported`] or
    /// [`VaultError::RecordDamaged`].
    pub fn open_from_keyring(
        catalog: &str,
        record: &KeyRecord,
        holder: &dyn KeyHolder,
    ) -> Result<Self, VaultError> {
        record.supported()?;
        if record.needs_passphrase() {
            return Err(VaultError::PassphraseNeeded);
        }
        let master = holder
            .get(catalog)?
            .ok_or(VaultError::KeyringLockedOrEmpty)?;
        Self::of(catalog, &master).checked(record)
    }

    /// Opens a catalog with its passphrase. Takes 64 MiB and a noticeable time.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], [`VaultError::KeyringNeeded`],
    /// [`VaultError::DerivationFailed`], [`VaultError::RecordUnsupported`],
    /// [`VaultError::RecordDamaged`] or [`VaultError::WrongKey`].
    pub fn open_with_passphrase(
        catalog: &str,
        record: &KeyRecord,
        passphrase: &str,
    ) -> Result<Self, VaultError> {
        record.supported()?;
        let Method::Passphrase {
            salt,
            memory_kib,
            passes,
            lanes,
            sealed_key,
        } = &record.method
        else {
            return Err(VaultError::KeyringNeeded);
        };
        if *memory_kib > MEMORY_KIB_MAX || *passes > PASSES_MAX || *lanes > LANES_MAX {
            return Err(VaultError::RecordDamaged);
        }
        let params = Params::new(*memory_kib, *passes, *lanes, None)
            .map_err(|_| VaultError::RecordDamaged)?;
        let master = passphrase_key(catalog, &normalized(passphrase), &salt.0, params)?
            .open(Purpose::Master, &Aad::master(catalog), &sealed_key.0)
            .map_err(|error| match error {
                // The sealed key names the key that sealed it: another passphrase, another key.
                VaultError::WrongKey => VaultError::WrongPassphrase,
                _ => VaultError::RecordDamaged,
            })?;
        let master = MasterKey::from_slice(&master).ok_or(VaultError::RecordDamaged)?;
        Self::of(catalog, &master).checked(record)
    }

    /// The catalog's name salts every subkey: the same master key under another name is another
    /// vault.
    fn of(catalog: &str, master: &MasterKey) -> Self {
        let salt = catalog.as_bytes();
        let wrapping = SealingKey::derive(master.bytes(), salt, b"tsunagi/1/wrap");
        Self {
            key_id: wrapping.id(),
            wrapping,
            events: subkey(master.bytes(), salt, b"tsunagi/1/events"),
            check: subkey(master.bytes(), salt, b"tsunagi/1/check"),
        }
    }

    fn with_record(self, method: Method) -> (Self, KeyRecord) {
        let mut record = KeyRecord {
            version: VERSION,
            key_id: self.key_id.clone(),
            method,
            check: Blob(Vec::new()),
        };
        let check = mac(&self.check).chain_update(record.checked()).finalize();
        record.check = Blob(check.into_bytes().to_vec());
        (self, record)
    }

    fn checked(self, record: &KeyRecord) -> Result<Self, VaultError> {
        if self.key_id != record.key_id {
            return Err(VaultError::WrongKey);
        }
        mac(&self.check)
            .chain_update(record.checked())
            .verify_slice(&record.check.0)
            .map_err(|_| VaultError::RecordDamaged)?;
        Ok(self)
    }

    /// Id of the key that wraps, 32 hexadecimal digits. Not a secret.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// A new random key for one credential.
    ///
    /// # Panics
    /// Where the operating system gives no random bytes.
    #[must_use]
    pub fn new_data_key(&self) -> DataKey {
        DataKey::generate()
    }

    /// Wraps a data key of `subject` (the credential's id) for one reader.
    ///
    /// # Errors
    /// [`VaultError::ReaderUnavailable`] for a member: what this vault wraps, everybody who has
    /// the workspace open can unwrap. [`VaultError::NoRandomness`].
    pub fn wrap(
        &self,
        key: &DataKey,
        subject: &str,
        reader: &Reader,
    ) -> Result<Vec<u8>, VaultError> {
        let aad = self.wrap_aad(subject, reader)?;
        self.wrapping.seal(Purpose::Wrap, &aad, key.bytes())
    }

    /// Unwraps what [`Self::wrap`] made for the same subject and reader.
    ///
    /// # Errors
    /// [`VaultError::SealedDamaged`] where the bytes were changed or belong to another subject
    /// or reader, [`VaultError::WrongKey`] where another vault wrapped them,
    /// [`VaultError::ReaderUnavailable`] for a member, or [`VaultError::SealedUnsupported`].
    pub fn unwrap(
        &self,
        wrapped: &[u8],
        subject: &str,
        reader: &Reader,
    ) -> Result<DataKey, VaultError> {
        let aad = self.wrap_aad(subject, reader)?;
        let bytes = self.wrapping.open(Purpose::Wrap, &aad, wrapped)?;
        DataKey::from_slice(&bytes).ok_or(VaultError::SealedDamaged)
    }

    fn wrap_aad(&self, subject: &str, reader: &Reader) -> Result<Aad, VaultError> {
        match reader {
            Reader::Workspace | Reader::Unattended => Ok(Aad::wrap(subject, reader, &self.key_id)),
            Reader::Member(_) => Err(VaultError::ReaderUnavailable),
        }
    }

    /// The tag of an entry of the audit log that follows the entry tagged `previous` (32 zero
    /// bytes before the first): HMAC-SHA-256 (RFC 2104) of both, under a subkey of its own.
    #[must_use]
    pub fn event_tag(&self, previous: &[u8; 32], entry: &[u8]) -> [u8; 32] {
        mac(&self.events)
            .chain_update(previous)
            .chain_update(entry)
            .finalize()
            .into_bytes()
            .into()
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(redacted)")
    }
}

fn mac(key: &KeyBytes) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.as_slice()).expect("HMAC takes keys of any length")
}

fn normalized(passphrase: &str) -> Zeroizing<String> {
    // Room for the longest form at once: growing would leave copies behind.
    let mut normal = Zeroizing::new(String::with_capacity(passphrase.len() * 3));
    normal.extend(passphrase.nfc());
    normal
}

fn passphrase_key(
    catalog: &str,
    passphrase: &str,
    salt: &[u8],
    params: Params,
) -> Result<SealingKey, VaultError> {
    let mut key = blank();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|error| match error {
            argon2::Error::SaltTooShort | argon2::Error::SaltTooLong => VaultError::RecordDamaged,
            _ => VaultError::DerivationFailed,
        })?;
    Ok(SealingKey::derive(
        &key,
        catalog.as_bytes(),
        b"tsunagi/1/passphrase",
    ))
}

#[cfg(test)]
mod tests;
