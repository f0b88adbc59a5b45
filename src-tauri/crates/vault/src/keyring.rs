//! The keyring, where master keys live.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::MasterKey;

/// A place that keeps one master key per entry. A catalog's entry is named by its UUID; while its
/// key is rotated it has a second, `<UUID>/next`.
pub trait KeyHolder: Send + Sync {
    /// The catalog's key. `None` may also mean that the place is locked and does not say so.
    ///
    /// # Errors
    /// See [`KeyringError`].
    fn get(&self, catalog: &str) -> Result<Option<MasterKey>, KeyringError>;

    /// Keeps `key` for the catalog, in place of the one there is.
    ///
    /// # Errors
    /// See [`KeyringError`].
    fn set(&self, catalog: &str, key: &MasterKey) -> Result<(), KeyringError>;

    /// Keeps the catalog's key no longer; well where there is none.
    ///
    /// # Errors
    /// See [`KeyringError`].
    fn remove(&self, catalog: &str) -> Result<(), KeyringError>;
}

/// Why the keyring could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// This session has no keyring: no D-Bus session, or no Secret Service on it.
    #[error("there is no keyring in this session")]
    Missing,
    /// The keyring is locked, has no default collection yet, or its prompt was dismissed.
    #[error("the keyring is locked")]
    Locked,
    /// Anything else, in the platform's words.
    #[error("the keyring failed: {0}")]
    Other(String),
}

impl KeyringError {
    /// `keyring_missing`, `keyring_locked` or `keyring_failed`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "keyring_missing",
            Self::Locked => "keyring_locked",
            Self::Other(_) => "keyring_failed",
        }
    }
}

/// Keeps keys in memory, for tests: nothing outlives the program. Clones share what they keep,
/// and faults can be put in.
#[derive(Clone, Default)]
pub struct MemoryKeyHolder(Arc<Mutex<Memory>>);

#[derive(Default)]
struct Memory {
    keys: BTreeMap<String, MasterKey>,
    fault: Option<KeyringError>,
}

impl MemoryKeyHolder {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every call fails with `fault`; `None` mends it.
    pub fn fail_with(&self, fault: Option<KeyringError>) {
        self.memory().fault = fault;
    }

    /// Drops the catalog's key, as a keyring that is locked or was reset would show it.
    pub fn forget(&self, catalog: &str) {
        self.memory().keys.remove(catalog);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyHolder for MemoryKeyHolder {
    fn get(&self, catalog: &str) -> Result<Option<MasterKey>, KeyringError> {
        let memory = self.memory();
        match &memory.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(memory.keys.get(catalog).map(MasterKey::duplicate)),
        }
    }

    fn set(&self, catalog: &str, key: &MasterKey) -> Result<(), KeyringError> {
        let mut memory = self.memory();
        if let Some(fault) = &memory.fault {
            return Err(fault.clone());
        }
        memory.keys.insert(catalog.to_owned(), key.duplicate());
        Ok(())
    }

    fn remove(&self, catalog: &str) -> Result<(), KeyringError> {
        let mut memory = self.memory();
        if let Some(fault) = &memory.fault {
            return Err(fault.clone());
        }
        memory.keys.remove(catalog);
        Ok(())
    }
}

impl std::fmt::Debug for MemoryKeyHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryKeyHolder(redacted)")
    }
}
