//! A master key behind a passphrase.

use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::key::blank;
use crate::record::{Blob, Method};
use crate::sealed::{Purpose, SealingKey};
use crate::{Aad, MasterKey, VaultError};

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

/// Seals the master key of the vault called `name` under a passphrase (normalized to NFC, as
/// RFC 8265 §4.2 has it, so that every keyboard writes the same one) and a new salt.
///
/// # Errors
/// [`VaultError::PassphraseShort`], [`VaultError::DerivationFailed`] or
/// [`VaultError::NoRandomness`].
pub(crate) fn seal(name: &str, passphrase: &str, master: &MasterKey) -> Result<Method, VaultError> {
    let passphrase = normalized(passphrase);
    if passphrase.chars().count() < PASSPHRASE_MIN {
        return Err(VaultError::PassphraseShort);
    }
    let mut salt = vec![0; 16];
    getrandom::fill(&mut salt).map_err(|_| VaultError::NoRandomness)?;
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| VaultError::DerivationFailed)?;
    let sealed_key = passphrase_key(name, &passphrase, &salt, params)?.seal(
        Purpose::Master,
        &Aad::master(name),
        master.bytes(),
    )?;
    Ok(Method::Passphrase {
        salt: Blob(salt),
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
        sealed_key: Blob(sealed_key),
    })
}

/// Opens what [`seal`] made for the vault of the same name.
///
/// # Errors
/// [`VaultError::WrongPassphrase`], [`VaultError::KeyringNeeded`],
/// [`VaultError::DerivationFailed`] or [`VaultError::RecordDamaged`].
pub(crate) fn open(name: &str, method: &Method, passphrase: &str) -> Result<MasterKey, VaultError> {
    let Method::Passphrase {
        salt,
        memory_kib,
        passes,
        lanes,
        sealed_key,
    } = method
    else {
        return Err(VaultError::KeyringNeeded);
    };
    if *memory_kib > MEMORY_KIB_MAX || *passes > PASSES_MAX || *lanes > LANES_MAX {
        return Err(VaultError::RecordDamaged);
    }
    let params =
        Params::new(*memory_kib, *passes, *lanes, None).map_err(|_| VaultError::RecordDamaged)?;
    let master = passphrase_key(name, &normalized(passphrase), &salt.0, params)?
        .open(Purpose::Master, &Aad::master(name), &sealed_key.0)
        .map_err(|error| match error {
            // The sealed key names the key that sealed it: another passphrase, another key.
            VaultError::WrongKey => VaultError::WrongPassphrase,
            _ => VaultError::RecordDamaged,
        })?;
    MasterKey::from_slice(&master).ok_or(VaultError::RecordDamaged)
}

fn normalized(passphrase: &str) -> Zeroizing<String> {
    // Room for the longest form at once: growing would leave copies behind.
    let mut normal = Zeroizing::new(String::with_capacity(passphrase.len() * 3));
    normal.extend(passphrase.nfc());
    normal
}

fn passphrase_key(
    name: &str,
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
        name.as_bytes(),
        b"tsunagi/1/passphrase",
    ))
}
