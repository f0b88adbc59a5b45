//! Rotation: a new key takes the place of the workspace's, in steps that may be interrupted.
//!
//! 1. [`Vault::begin_rotation`] makes the new key. Its record must be stored **before** anything
//!    is wrapped with its vault.
//! 2. Every wrap that is not [`Vault::is_current`] is wrapped again with [`Vault::rewrap`] and
//!    stored, in any order and as many at a time as one likes. Members' wraps are not the
//!    workspace's and stay.
//! 3. [`Vault::finish_rotation`], once nothing is wrapped under the old key: from then on it opens
//!    nothing here. Its record must be stored.
//!
//! Stopped anywhere, the catalog opens with the record that was stored last, and rotation goes
//! on from there:
//!
//! ```text
//!                          keyring     keyring           record that
//!                          <UUID>      <UUID>/next       is stored
//! before                   old         -                 old
//! begin: keyring written   old         new               old
//! begin: record stored     old         new               new, with old
//! finish: keyring written  new         new               new, with old
//! finish: tidied           new         -                 new, with old
//! finish: record stored    new         -                 new
//! ```
//!
//! A key is looked for by its id under both entries, and a record "with old" holds the old key
//! sealed under the new one, so that the new key alone is enough. Behind a passphrase both keys
//! are in the record, and it is one write.
//!
//! The subkey that chains the audit log is carried from key to key, sealed in the record: tags
//! stay what they were. A recovery code is not: it opened the old key, and is forgotten. A new one
//! can be made as soon as the rotation has begun ([`Vault::new_recovery_code`]), and should be:
//! until then nothing helps against a lost keyring.
//!
//! The record given to these functions must be the stored one, and one program at a time may do
//! this: another that has the vault open goes on wrapping under the old key until it opens the
//! stored record again, and an older record rotated once more would replace the new key. Whoever
//! stores wraps can tell the former ones by [`Vault::wrap_mark`], and refuse them.

use crate::home::next_entry;
use crate::record::{Blob, Method, Old, VERSION};
use crate::sealed::Purpose;
use crate::vault::{carrying, shared};
use crate::{Aad, Home, KeyHolder, KeyRecord, MasterKey, Reader, Vault, VaultError};
use crate::{home, passphrase};

impl Vault {
    /// Makes a new key for the workspace, in the home the old one has. The vault wraps with the
    /// new key and unwraps what either wrapped; the record has no recovery code any more. Where
    /// a rotation is under way already, this is it. Blocks as opening does.
    ///
    /// # Errors
    /// As [`Self::open_from_keyring`] or [`Self::open_with_passphrase`];
    /// [`VaultError::KeyringNotKept`]; [`VaultError::KeyringEntryExists`] where the keyring
    /// holds a strange key beside the workspace's; [`VaultError::NoRandomness`].
    pub fn begin_rotation(
        catalog: &str,
        record: &KeyRecord,
        home: Home<'_>,
    ) -> Result<(Self, KeyRecord), VaultError> {
        let master = home::find(catalog, record, home)?;
        let old = Self::unlocked(catalog, &master, record)?;
        if record.is_rotating() {
            return Ok((old, record.clone()));
        }
        let next = MasterKey::generate();
        let method = match home {
            Home::Keyring(holder) => {
                home::settle(catalog, record, holder, &master)?;
                // A key that is there is from a beginning whose record was never stored, or the
                // workspace's own once more: nothing needs it. Nor is it used: a key that lay
                // about for long is no new key.
                home::put(holder, &next_entry(catalog), &next)?;
                Method::Keyring
            }
            Home::Passphrase(passphrase) => passphrase::seal(catalog, passphrase, &next)?,
        };
        let sealed_key = carrying(catalog, &next).seal(
            Purpose::Old,
            &Aad::old(catalog, &record.key_id),
            master.bytes(),
        )?;
        let new = Self::of(catalog, &next);
        let record = new.signed(KeyRecord {
            version: VERSION,
            key_id: new.key_id().to_owned(),
            method,
            check: Blob(Vec::new()),
            recovery: None,
            events: Some(old.events_under(catalog, &next)?),
            old: Some(Old {
                key_id: record.key_id.clone(),
                sealed_key: Blob(sealed_key),
            }),
        });
        Ok((Self::unlocked(catalog, &next, &record)?, record))
    }

    /// The same data key, wrapped under the key that wraps now; a wrap that is so already comes
    /// back as it is.
    ///
    /// # Errors
    /// As [`Self::unwrap`], and [`VaultError::NoRandomness`].
    pub fn rewrap(
        &self,
        wrapped: &[u8],
        subject: &str,
        reader: &Reader,
    ) -> Result<Vec<u8>, VaultError> {
        shared(reader)?;
        let key = self.unwrap_for(wrapped, subject, reader)?;
        if self.is_current(wrapped) {
            Ok(wrapped.to_vec())
        } else {
            self.wrap_for(&key, subject, reader)
        }
    }

    /// Gives the old key up. Only once every wrap of the workspace [`Self::is_current`]: what is
    /// still wrapped under the old key never opens again. `keyring` is needed where the key is
    /// in one. Done twice, it is the same as once. May block on the keyring's prompt.
    ///
    /// # Errors
    /// [`VaultError::KeyringNeeded`]; [`VaultError::KeyringLockedOrEmpty`],
    /// [`VaultError::KeyringNotKept`], [`VaultError::KeyringEntryExists`] where the keyring holds
    /// a strange key, or [`VaultError::Keyring`]; [`VaultError::WrongKey`],
    /// [`VaultError::RecordUnsupported`] or [`VaultError::RecordDamaged`] where the record is not
    /// this vault's.
    pub fn finish_rotation(
        &self,
        catalog: &str,
        record: &KeyRecord,
        keyring: Option<&dyn KeyHolder>,
    ) -> Result<(Self, KeyRecord), VaultError> {
        self.verify(record)?;
        if !record.needs_passphrase() {
            let holder = keyring.ok_or(VaultError::KeyringNeeded)?;
            let master = home::find(catalog, record, Home::Keyring(holder))?;
            home::settle(catalog, record, holder, &master)?;
            if let Err(error) = tidy(catalog, holder, &master) {
                // Twice the same key: the next rotation writes over it.
                tracing::warn!(code = error.code(), "a second entry stays in the keyring");
            }
        }
        let record = self.signed(KeyRecord {
            old: None,
            ..record.clone()
        });
        Ok((self.without_old(), record))
    }
}

/// Removes the second entry, where it is the key that the first is too.
fn tidy(catalog: &str, holder: &dyn KeyHolder, master: &MasterKey) -> Result<(), VaultError> {
    let entry = next_entry(catalog);
    if home::holds(holder, &entry, master)? {
        holder.remove(&entry)?;
    }
    Ok(())
}
