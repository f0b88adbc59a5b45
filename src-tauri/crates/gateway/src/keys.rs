//! The open keys, or their absence: the workspace's vault, and the keys of members who have
//! signed in with a passphrase.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};

use tsunagi_domain::MemberId;
use tsunagi_vault::{MemberVault, Vault};

use crate::GateError;
use crate::ready::Openings;

/// How to tell whether another process has replaced the workspace's key, and how to open the one
/// that took its place.
struct Follow {
    is_current: Box<dyn Fn(&Vault) -> bool + Send + Sync>,
    open: Box<dyn Fn() -> Option<Vault> + Send + Sync>,
}

/// Holds the workspace's vault while it is open, and members' own keys while they sit at the
/// keyboard. Cloning shares it.
#[derive(Clone, Default)]
pub struct Keys(Arc<Inner>);

#[derive(Default)]
struct Inner {
    workspace: RwLock<Option<Arc<Vault>>>,
    members: RwLock<HashMap<MemberId, Arc<MemberVault>>>,
    follow: OnceLock<Follow>,
    /// What was opened with these keys, to be forgotten with them.
    openings: Mutex<Vec<Weak<Openings>>>,
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
        self.close();
    }

    /// Locks: forgets every key.
    pub fn lock(&self) {
        if let Ok(mut slot) = self.0.workspace.write() {
            *slot = None;
        }
        if let Ok(mut members) = self.0.members.write() {
            members.clear();
        }
        self.close();
    }

    /// What is to be forgotten whenever a key is opened, locked or replaced.
    pub(crate) fn close_with(&self, openings: &Arc<Openings>) {
        let mut all = self
            .0
            .openings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.strong_count() > 0);
        all.push(Arc::downgrade(openings));
    }

    fn close(&self) {
        let all = self
            .0
            .openings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .filter_map(Weak::upgrade)
            .for_each(|openings| openings.close());
    }

    /// Whether credentials can be used.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.workspace.read().is_ok_and(|slot| slot.is_some())
    }

    /// Before every use of the vault, asks whether it is still the workspace's: another process
    /// may have replaced the key, and what the former one wraps would be refused. Where it is
    /// not, `open` gives the one that is, or nothing where it cannot be had without a person:
    /// then it is locked. Both may block, and must not ask these keys. The first ones set stay.
    pub fn follow(
        &self,
        is_current: impl Fn(&Vault) -> bool + Send + Sync + 'static,
        open: impl Fn() -> Option<Vault> + Send + Sync + 'static,
    ) {
        let _ = self.0.follow.set(Follow {
            is_current: Box::new(is_current),
            open: Box::new(open),
        });
    }

    /// Puts another vault in place, as `replace` makes it: nobody uses the former one while it
    /// does. Nothing changes where it fails. `replace` must not ask for the vault.
    ///
    /// # Errors
    /// Those of `replace`.
    pub fn replace<T, E>(&self, replace: impl FnOnce() -> Result<(Vault, T), E>) -> Result<T, E> {
        let mut slot = self
            .0
            .workspace
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let (vault, made) = replace()?;
        *slot = Some(Arc::new(vault));
        self.close();
        Ok(made)
    }

    /// The vault.
    ///
    /// # Errors
    /// [`GateError::Locked`].
    pub fn vault(&self) -> Result<Arc<Vault>, GateError> {
        let vault = self.opened().ok_or(GateError::Locked)?;
        let Some(follow) = self.0.follow.get() else {
            return Ok(vault);
        };
        if (follow.is_current)(&vault) {
            return Ok(vault);
        }
        let mut slot = self.0.workspace.write().map_err(|_| GateError::Locked)?;
        // Somebody else may have looked meanwhile, or this process replaced the key itself.
        let vault = slot.clone().ok_or(GateError::Locked)?;
        if (follow.is_current)(&vault) {
            return Ok(vault);
        }
        *slot = (follow.open)().map(Arc::new);
        self.close();
        slot.clone().ok_or(GateError::Locked)
    }

    fn opened(&self) -> Option<Arc<Vault>> {
        self.0.workspace.read().ok().and_then(|slot| slot.clone())
    }

    /// Opens a member's own key: from now on what is sealed for them can be used by them.
    pub fn open_member(&self, member: MemberId, vault: MemberVault) {
        if let Ok(mut members) = self.0.members.write() {
            members.insert(member, Arc::new(vault));
        }
        self.close();
    }

    /// Forgets a member's own key.
    pub fn lock_member(&self, member: MemberId) {
        if let Ok(mut members) = self.0.members.write() {
            members.remove(&member);
        }
        self.close();
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
