//! What goes wrong with keys and sealed bytes, by stable code.

use crate::KeyringError;

/// Why a key could not be had, or bytes not be sealed or opened. No text holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The keyring could not be asked.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The keyring has no entry for a catalog that has sealed data. It may only be locked, so
    /// this is never a reason to make a new key.
    #[error("the keyring shows no key for this catalog: it may be locked, or another user's")]
    KeyringLockedOrEmpty,
    /// A new key was to be stored where the keyring has one already.
    #[error("the keyring already holds a key for this catalog")]
    KeyringEntryExists,
    /// The keyring took a key and gave back something else, or nothing.
    #[error("the keyring did not keep the key it was given")]
    KeyringNotKept,
    /// A key that is not the one the data was sealed with.
    #[error("this key is not the one the catalog was sealed with")]
    WrongKey,
    /// The passphrase does not open the catalog's key.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// A new passphrase of fewer than eight characters.
    #[error(
        "the passphrase has fewer than {} characters",
        crate::passphrase::PASSPHRASE_MIN
    )]
    PassphraseShort,
    /// The catalog's key is behind a passphrase, not in the keyring.
    #[error("this catalog opens with a passphrase")]
    PassphraseNeeded,
    /// The catalog's key is in the keyring, not behind a passphrase.
    #[error("this catalog opens with the keyring")]
    KeyringNeeded,
    /// A recovery code with a typing mistake: its check symbol does not fit.
    #[error("the recovery code has a typing mistake")]
    RecoveryCodeMistyped,
    /// A recovery code without a typing mistake that is not this catalog's, or an older one.
    #[error("this recovery code is not the catalog's, or not its latest")]
    RecoveryCodeWrong,
    /// The catalog has no recovery code.
    #[error("no recovery code was made for this catalog")]
    RecoveryNotSetUp,
    /// A key record written by a newer version of the program.
    #[error("the key record has version {0}, which this program does not know")]
    RecordUnsupported(u8),
    /// A key record that contradicts itself or the key.
    #[error("the key record is damaged")]
    RecordDamaged,
    /// Sealed bytes that are cut off, changed, or belong somewhere else.
    #[error("the sealed value is damaged, or belongs somewhere else")]
    SealedDamaged,
    /// Sealed bytes written by a newer version of the program.
    #[error("the sealed value has version {0}, which this program does not know")]
    SealedUnsupported(u8),
    /// A wrap for a member, asked of the workspace's key: only that member's own key may make
    /// or open it.
    #[error("the workspace's key does not wrap for a member")]
    ReaderUnavailable,
    /// A file that is no backup: not in the age format, or not behind a passphrase.
    #[error("the file is not a backup")]
    NotABackup,
    /// A backup whose bytes were changed or cut off, or that asks for too much memory.
    #[error("the backup is damaged")]
    BackupDamaged,
    /// The value is larger than the cipher can seal.
    #[error("the value is too large to seal")]
    TooLarge,
    /// The passphrase could not be turned into a key; there may not be enough memory.
    #[error("the passphrase could not be turned into a key; 64 MiB of memory are needed")]
    DerivationFailed,
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

impl VaultError {
    /// Every code, so that a test can ask for each one's sentence.
    pub const CODES: &'static [&'static str] = &[
        "keyring_missing",
        "keyring_locked",
        "keyring_failed",
        "keyring_locked_or_empty",
        "keyring_entry_exists",
        "keyring_not_kept",
        "wrong_key",
        "wrong_passphrase",
        "passphrase_short",
        "passphrase_needed",
        "keyring_needed",
        "recovery_code_mistyped",
        "recovery_code_wrong",
        "recovery_not_set_up",
        "key_record_unsupported",
        "key_record_damaged",
        "sealed_damaged",
        "sealed_unsupported",
        "reader_unavailable",
        "not_a_backup",
        "backup_damaged",
        "too_large_to_seal",
        "key_derivation_failed",
        "no_randomness",
    ];

    /// The word used across IPC and in message keys; one of [`Self::CODES`].
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Keyring(error) => error.code(),
            Self::KeyringLockedOrEmpty => "keyring_locked_or_empty",
            Self::KeyringEntryExists => "keyring_entry_exists",
            Self::KeyringNotKept => "keyring_not_kept",
            Self::WrongKey => "wrong_key",
            Self::WrongPassphrase => "wrong_passphrase",
            Self::PassphraseShort => "passphrase_short",
            Self::PassphraseNeeded => "passphrase_needed",
            Self::KeyringNeeded => "keyring_needed",
            Self::RecoveryCodeMistyped => "recovery_code_mistyped",
            Self::RecoveryCodeWrong => "recovery_code_wrong",
            Self::RecoveryNotSetUp => "recovery_not_set_up",
            Self::RecordUnsupported(_) => "key_record_unsupported",
            Self::RecordDamaged => "key_record_damaged",
            Self::SealedDamaged => "sealed_damaged",
            Self::SealedUnsupported(_) => "sealed_unsupported",
            Self::ReaderUnavailable => "reader_unavailable",
            Self::NotABackup => "not_a_backup",
            Self::BackupDamaged => "backup_damaged",
            Self::TooLarge => "too_large_to_seal",
            Self::DerivationFailed => "key_derivation_failed",
            Self::NoRandomness => "no_randomness",
        }
    }
}
