//! A member's own key: what it wraps, nobody else opens.

use crate::aad::segment;
use crate::vault::Vault;
use crate::{DataKey, KeyRecord, MasterKey, Reader, VaultError, passphrase};

/// The open key of one member. It is behind that member's passphrase and nowhere else: a
/// forgotten passphrase is a lost key. Wiped when dropped.
pub struct MemberVault {
    member: String,
    vault: Vault,
}

impl MemberVault {
    /// Makes a member's key and seals it under their passphrase, with what Argon2id takes for a
    /// workspace's: 64 MiB and a noticeable time. The record belongs to the member.
    ///
    /// # Errors
    /// [`VaultError::PassphraseShort`] below eight characters, [`VaultError::DerivationFailed`]
    /// or [`VaultError::NoRandomness`].
    pub fn create(
        catalog: &str,
        member: &str,
        passphrase: &str,
    ) -> Result<(Self, KeyRecord), VaultError> {
        let (vault, record) = Vault::create_with_passphrase(&name(catalog, member), passphrase)?;
        Ok((Self::of(member, vault), record))
    }

    /// Opens a member's key with their passphrase. Takes 64 MiB and a noticeable time.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`], also where the record is another member's;
    /// [`VaultError::KeyringNeeded`] where it is a workspace's; [`VaultError::DerivationFailed`],
    /// [`VaultError::RecordUnsupported`], [`VaultError::RecordDamaged`] or
    /// [`VaultError::WrongKey`].
    pub fn open(
        catalog: &str,
        member: &str,
        record: &KeyRecord,
        passphrase: &str,
    ) -> Result<Self, VaultError> {
        Self::unlock(catalog, member, record, passphrase).map(|(_, vault)| vault)
    }

    /// Puts the same key behind another passphrase; nothing has to be wrapped again, and open
    /// vaults stay good. Whoever has the old record and the old passphrase still has the key.
    /// Takes 64 MiB and a noticeable time, twice.
    ///
    /// # Errors
    /// As [`Self::open`] with the old passphrase and [`Self::create`] with the new one.
    pub fn change_passphrase(
        catalog: &str,
        member: &str,
        record: &KeyRecord,
        old: &str,
        new: &str,
    ) -> Result<KeyRecord, VaultError> {
        let (master, own) = Self::unlock(catalog, member, record, old)?;
        let method = passphrase::seal(&name(catalog, member), new, &master)?;
        Ok(own.vault.signed(KeyRecord {
            method,
            ..record.clone()
        }))
    }

    fn unlock(
        catalog: &str,
        member: &str,
        record: &KeyRecord,
        passphrase: &str,
    ) -> Result<(MasterKey, Self), VaultError> {
        record.supported()?;
        let name = name(catalog, member);
        let master = passphrase::open(&name, &record.method, passphrase)?;
        let vault = Vault::unlocked(&name, &master, record)?;
        Ok((master, Self::of(member, vault)))
    }

    fn of(member: &str, vault: Vault) -> Self {
        let member = member.to_owned();
        Self { member, vault }
    }

    /// The one reader this vault wraps for.
    #[must_use]
    pub fn reader(&self) -> Reader {
        Reader::Member(self.member.clone())
    }

    /// Wraps a data key of `subject` (the credential's id) for this member alone.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn wrap(&self, key: &DataKey, subject: &str) -> Result<Vec<u8>, VaultError> {
        self.vault.wrap_for(key, subject, &self.reader())
    }

    /// Unwraps what [`Self::wrap`] made for the same subject.
    ///
    /// # Errors
    /// [`VaultError::SealedDamaged`] where the bytes were changed or belong to another subject,
    /// [`VaultError::WrongKey`] where the workspace or another member wrapped them, or
    /// [`VaultError::SealedUnsupported`].
    pub fn unwrap(&self, wrapped: &[u8], subject: &str) -> Result<DataKey, VaultError> {
        self.vault.unwrap_for(wrapped, subject, &self.reader())
    }
}

impl std::fmt::Debug for MemberVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemberVault(redacted)")
    }
}

/// What a member's key is called where a workspace's goes by its catalog: a name of its own
/// gives subkeys of its own, so that neither record nor wrap passes for another's.
fn name(catalog: &str, member: &str) -> String {
    format!("{}/member/{}", segment(catalog), segment(member))
}
