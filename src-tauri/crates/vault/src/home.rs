//! Where a master key lives: an entry of the keyring, or behind a passphrase.

use crate::{KeyHolder, KeyRecord, MasterKey, VaultError, passphrase, vault};

/// Where the master key of a workspace lives, or shall live.
#[derive(Clone, Copy)]
pub enum Home<'a> {
    /// In this keyring.
    Keyring(&'a dyn KeyHolder),
    /// In the key record, sealed under this passphrase.
    Passphrase(&'a str),
}

impl std::fmt::Debug for Home<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Keyring(_) => "Home::Keyring(redacted)",
            Self::Passphrase(_) => "Home::Passphrase(redacted)",
        })
    }
}

/// The keyring's second entry for a catalog: the new key, while the first still has the old one.
pub(crate) fn next_entry(catalog: &str) -> String {
    format!("{catalog}/next")
}

/// The master key the record is about. Not yet proven to be: see [`vault::Vault::unlocked`].
pub(crate) fn find(
    catalog: &str,
    record: &KeyRecord,
    home: Home<'_>,
) -> Result<MasterKey, VaultError> {
    record.supported()?;
    match home {
        Home::Keyring(_) if record.needs_passphrase() => Err(VaultError::PassphraseNeeded),
        Home::Keyring(holder) => look_up(catalog, record, holder),
        Home::Passphrase(passphrase) => passphrase::open(catalog, &record.method, passphrase),
    }
}

/// Looks for the key by its id, under whichever entry it lies: a rotation that was interrupted
/// has left it under the second.
fn look_up(
    catalog: &str,
    record: &KeyRecord,
    holder: &dyn KeyHolder,
) -> Result<MasterKey, VaultError> {
    let mut strange = false;
    for entry in [catalog.to_owned(), next_entry(catalog)] {
        let Some(master) = holder.get(&entry)? else {
            continue;
        };
        let id = vault::key_id(catalog, &master);
        if id == record.key_id {
            return Ok(master);
        }
        strange |= !record.replaces(&id);
    }
    // Where only the old key of a rotation shows, the new one may be locked away.
    Err(if strange {
        VaultError::WrongKey
    } else {
        VaultError::KeyringLockedOrEmpty
    })
}

/// Puts a key into an entry of the keyring and reads it back.
///
/// # Errors
/// [`VaultError::KeyringNotKept`] or [`VaultError::Keyring`].
pub(crate) fn put(
    holder: &dyn KeyHolder,
    entry: &str,
    master: &MasterKey,
) -> Result<(), VaultError> {
    holder.set(entry, master)?;
    if holds(holder, entry, master)? {
        Ok(())
    } else {
        Err(VaultError::KeyringNotKept)
    }
}

/// Whether an entry of the keyring is this key.
pub(crate) fn holds(
    holder: &dyn KeyHolder,
    entry: &str,
    master: &MasterKey,
) -> Result<bool, VaultError> {
    Ok(holder
        .get(entry)?
        .is_some_and(|kept| kept.bytes() == master.bytes()))
}

/// Makes this key the catalog's in the keyring. It takes the place of a key that the record says
/// is being replaced, and of no other: that may be the key of another copy of the catalog.
///
/// # Errors
/// [`VaultError::KeyringEntryExists`], [`VaultError::KeyringNotKept`] or [`VaultError::Keyring`].
pub(crate) fn settle(
    catalog: &str,
    record: &KeyRecord,
    holder: &dyn KeyHolder,
    master: &MasterKey,
) -> Result<(), VaultError> {
    match holder.get(catalog)? {
        Some(kept) if kept.bytes() == master.bytes() => Ok(()),
        Some(kept) if !record.replaces(&vault::key_id(catalog, &kept)) => {
            Err(VaultError::KeyringEntryExists)
        }
        _ => put(holder, catalog, master),
    }
}
