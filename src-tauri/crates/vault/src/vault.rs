//! A catalog's vault: wraps data keys and tags the audit log.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::key::KeyBytes;
use crate::record::{Blob, Method, Old, VERSION};
use crate::sealed::{Purpose, SealingKey, subkey};
use crate::{
    Aad, DataKey, Home, KeyHolder, KeyRecord, MasterKey, Reader, VaultError, home, passphrase,
};

/// An open vault. Holds the subkeys of one catalog's master key, not the master key itself, and
/// wipes them when dropped. While the key is rotated it also holds what unwraps the old one's
/// wraps.
pub struct Vault {
    key_id: String,
    wrapping: SealingKey,
    /// Of the key that a rotation replaces: unwraps, and wraps no more.
    old: Option<SealingKey>,
    /// Of the catalog's first key, whatever key it has now: the log's chain outlives rotations.
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
        home::put(holder, catalog, &master)?;
        Ok(Self::of(catalog, &master).with_record(Method::Keyring))
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
        let master = MasterKey::generate();
        let method = passphrase::seal(catalog, passphrase, &master)?;
        Ok(Self::of(catalog, &master).with_record(method))
    }

    /// Opens a catalog with the key in the keyring. Never makes one: an empty keyring may only
    /// be a locked one. A rotation that was interrupted goes on. May block on the keyring's
    /// prompt.
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
        let master = home::find(catalog, record, Home::Keyring(holder))?;
        Self::unlocked(catalog, &master, record)
    }

    /// Opens a catalog with its passphrase. A rotation that was interrupted goes on. Takes
    /// 64 MiB and a noticeable time.
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
        let master = home::find(catalog, record, Home::Passphrase(passphrase))?;
        Self::unlocked(catalog, &master, record)
    }

    /// The catalog's name salts every subkey: the same master key under another name is another
    /// vault.
    pub(crate) fn of(catalog: &str, master: &MasterKey) -> Self {
        let salt = catalog.as_bytes();
        let wrapping = wrapping(catalog, master);
        Self {
            key_id: wrapping.id(),
            wrapping,
            old: None,
            events: subkey(master.bytes(), salt, b"tsunagi/1/events"),
            check: subkey(master.bytes(), salt, b"tsunagi/1/check"),
        }
    }

    fn with_record(self, method: Method) -> (Self, KeyRecord) {
        let record = self.signed(KeyRecord {
            version: VERSION,
            key_id: self.key_id.clone(),
            method,
            check: Blob(Vec::new()),
            recovery: None,
            events: None,
            old: None,
        });
        (self, record)
    }

    /// The record with its key-check value.
    pub(crate) fn signed(&self, mut record: KeyRecord) -> KeyRecord {
        let check = mac(&self.check).chain_update(record.checked()).finalize();
        record.check = Blob(check.into_bytes().to_vec());
        record
    }

    /// Whether the record is about this vault's key, and as this key left it.
    pub(crate) fn verify(&self, record: &KeyRecord) -> Result<(), VaultError> {
        record.supported()?;
        if self.key_id != record.key_id {
            return Err(VaultError::WrongKey);
        }
        mac(&self.check)
            .chain_update(record.checked())
            .verify_slice(&record.check.0)
            .map_err(|_| VaultError::RecordDamaged)
    }

    /// The vault that the record describes, of the key it is about.
    pub(crate) fn unlocked(
        catalog: &str,
        master: &MasterKey,
        record: &KeyRecord,
    ) -> Result<Self, VaultError> {
        let mut vault = Self::of(catalog, master);
        vault.verify(record)?;
        let open = |purpose, aad: &Aad, sealed: &Blob| {
            carrying(catalog, master)
                .open(purpose, aad, &sealed.0)
                .map_err(|_| VaultError::RecordDamaged)
        };
        if let Some(events) = &record.events {
            let bytes = open(Purpose::Events, &Aad::events(catalog), events)?;
            if bytes.len() != vault.events.len() {
                return Err(VaultError::RecordDamaged);
            }
            vault.events.copy_from_slice(&bytes);
        }
        if let Some(Old { key_id, sealed_key }) = &record.old {
            let bytes = open(Purpose::Old, &Aad::old(catalog, key_id), sealed_key)?;
            let old = MasterKey::from_slice(&bytes).ok_or(VaultError::RecordDamaged)?;
            vault.old = Some(wrapping(catalog, &old));
        }
        Ok(vault)
    }

    /// What a record carries over to the key that takes this one's place: the subkey for the
    /// audit log, sealed under that key.
    pub(crate) fn events_under(&self, catalog: &str, next: &MasterKey) -> Result<Blob, VaultError> {
        carrying(catalog, next)
            .seal(Purpose::Events, &Aad::events(catalog), &**self.events)
            .map(Blob)
    }

    /// This vault, with nothing left of the key it replaced.
    pub(crate) fn without_old(&self) -> Self {
        Self {
            key_id: self.key_id.clone(),
            wrapping: self.wrapping.duplicate(),
            old: None,
            events: self.events.clone(),
            check: self.check.clone(),
        }
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
        shared(reader)?;
        self.wrap_for(key, subject, reader)
    }

    /// Wraps for any reader; whose key this is decides which ones it may be.
    pub(crate) fn wrap_for(
        &self,
        key: &DataKey,
        subject: &str,
        reader: &Reader,
    ) -> Result<Vec<u8>, VaultError> {
        let aad = Aad::wrap(subject, reader, &self.key_id);
        self.wrapping.seal(Purpose::Wrap, &aad, key.bytes())
    }

    /// Unwraps what [`Self::wrap`] made for the same subject and reader, while a rotation is
    /// under way also what it made under the old key.
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
        shared(reader)?;
        self.unwrap_for(wrapped, subject, reader)
    }

    pub(crate) fn unwrap_for(
        &self,
        wrapped: &[u8],
        subject: &str,
        reader: &Reader,
    ) -> Result<DataKey, VaultError> {
        let key = match &self.old {
            Some(old) if old.is_named_in(Purpose::Wrap, wrapped) => old,
            _ => &self.wrapping,
        };
        let aad = Aad::wrap(subject, reader, &key.id());
        let bytes = key.open(Purpose::Wrap, &aad, wrapped)?;
        DataKey::from_slice(&bytes).ok_or(VaultError::SealedDamaged)
    }

    /// Whether a wrap of this vault is under the key that wraps now: no rotation has to take it
    /// up. Says nothing about a member's wraps, which never are.
    #[must_use]
    pub fn is_current(&self, wrapped: &[u8]) -> bool {
        self.wrapping.is_named_in(Purpose::Wrap, wrapped)
    }

    /// How everything this vault wraps begins, and nothing that another key wraps. Not a secret.
    #[must_use]
    pub fn wrap_mark(&self) -> Vec<u8> {
        self.wrapping.mark(Purpose::Wrap)
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

/// Refuses a member: what a workspace's vault wraps, everybody who has the workspace open can
/// unwrap.
pub(crate) fn shared(reader: &Reader) -> Result<(), VaultError> {
    match reader {
        Reader::Workspace | Reader::Unattended => Ok(()),
        Reader::Member(_) => Err(VaultError::ReaderUnavailable),
    }
}

fn wrapping(catalog: &str, master: &MasterKey) -> SealingKey {
    SealingKey::derive(master.bytes(), catalog.as_bytes(), b"tsunagi/1/wrap")
}

/// The subkey that seals what a record carries over from an older key.
pub(crate) fn carrying(catalog: &str, master: &MasterKey) -> SealingKey {
    SealingKey::derive(master.bytes(), catalog.as_bytes(), b"tsunagi/1/carry")
}

/// Id of the key that wraps, 32 hexadecimal digits.
pub(crate) fn key_id(catalog: &str, master: &MasterKey) -> String {
    wrapping(catalog, master).id()
}

#[cfg(test)]
mod tests;
