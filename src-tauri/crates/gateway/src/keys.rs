//! The open vault, or its absence.

use std::sync::{Arc, RwLock};

use tsunagi_vault::Vault;

use crate::GateError;

/// Holds the workspace's vault while it is open. Cloning shares it.
#[derive(Clone, Default)]
pub struct Keys(Arc<RwLock<Option<Arc<Vault>>>>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keys")
            .field(if self.is_open() { &"open" } else { &"locked" })
            .finish()
    }
}

impl Keys {
    /// Locked.
    #[must_use]
    pub fn locked() -> Self {
        Self::default()
    }

    /// Opens: from now on credentials can be used.
    pub fn open(&self, vault: Vault) {
        if let Ok(mut slot) = self.0.write() {
            *slot = Some(Arc::new(vault));
        }
    }

    /// Locks: forgets the keys.
    pub fn lock(&self) {
        if let Ok(mut slot) = self.0.write() {
            *slot = None;
        }
    }

    /// Whether credentials can be used.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.read().is_ok_and(|slot| slot.is_some())
    }

    /// The vault.
    ///
    /// # Errors
    /// [`GateError::Locked`].
    pub fn vault(&self) -> Result<Arc<Vault>, GateError> {
        self.0
            .read()
            .ok()
            .and_then(|slot| slot.clone())
            .ok_or(GateError::Locked)
    }
}
