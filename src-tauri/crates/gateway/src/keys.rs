//! The open keys, or their absence: the workspace's vault, and the keys of members who have
//! signed in with a passphrase.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use tsunagi_domain::MemberId;
use tsunagi_vault::{MemberVault, Vault};

use crate::GateError;

/// Holds the workspace's vault while it is open, and members' own keys while they sit at the
/// keyboard. Cloning shares it.
#[derive(Clone, Default)]
pub struct Keys(Arc<Inner>);

#[derive(Default)]
struct Inner {
    workspace: RwLock<Option<Arc<Vault>>>,
    members: RwLock<HashMap<MemberId, Arc<MemberVault>>>,
}

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
        if let Ok(mut slot) = self.0.workspace.write() {
            *slot = Some(Arc::new(vault));
        }
    }

    /// Locks: forgets every key.
    pub fn lock(&self) {
        if let Ok(mut slot) = self.0.workspace.write() {
            *slot = None;
        }
        if let Ok(mut members) = self.0.members.write() {
            members.clear();
        }
    }

    /// Whether credentials can be used.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.workspace.read().is_ok_and(|slot| slot.is_some())
    }

    /// The vault.
    ///
    /// # Errors
    /// [`GateError::Locked`].
    pub fn vault(&self) -> Result<Arc<Vault>, GateError> {
        self.0
            .workspace
            .read()
            .ok()
            .and_then(|slot| slot.clone())
            .ok_or(GateError::Locked)
    }

    /// Opens a member's own key: from now on what is sealed for them can be used by them.
    pub fn open_member(&self, member: MemberId, vault: MemberVault) {
        if let Ok(mut members) = self.0.members.write() {
            members.insert(member, Arc::new(vault));
        }
    }

    /// Forgets a member's own key.
    pub fn lock_member(&self, member: MemberId) {
        if let Ok(mut members) = self.0.members.write() {
            members.remove(&member);
        }
    }

    /// Whether a member's own key is open.
    #[must_use]
    pub fn is_member_open(&self, member: MemberId) -> bool {
        self.of_member(member).is_some()
    }

    pub(crate) fn of_member(&self, member: MemberId) -> Option<Arc<MemberVault>> {
        self.0.members.read().ok()?.get(&member).cloned()
    }

    /// Every open key of a member, with whose it is.
    pub(crate) fn of_members(&self) -> Vec<(MemberId, Arc<MemberVault>)> {
        self.0.members.read().map_or_else(
            |_| Vec::new(),
            |members| {
                members
                    .iter()
                    .map(|(member, vault)| (*member, Arc::clone(vault)))
                    .collect()
            },
        )
    }
}
