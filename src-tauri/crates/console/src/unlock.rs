//! How the vault is opened: by the keyring, which may keep a prompt open for minutes, or by a
//! passphrase.
//!
//! The keyring is only ever asked on a thread of its own. Whoever waits for it waits briefly;
//! after 90 seconds the vault says that there was no answer, and an answer that comes later is
//! taken all the same.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use tsunagi_domain::Workspace;
use tsunagi_vault::{Home, KeyHolder, KeyRecord, Vault, VaultError};

use crate::console::Console;
use crate::error::ConsoleError;
use crate::views::VaultView;

/// How long the keyring may take before the program says that it waits: a prompt may be open.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// How long a first start or an unlock waits for the keyring, in seconds.
const LIMIT: i64 = 90;
/// How often a waiting thread looks at the clock.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub(crate) enum VaultState {
    None,
    Waiting,
    Open { keyring: bool },
    Locked(ConsoleError),
    NeedsPassphrase,
}

impl Console {
    /// Asks the keyring for the workspace's key and opens the vault; returns at once. The answer
    /// is told by the bell. Where a workspace is not there yet, asks only whether there is a
    /// keyring. Looks at what the connections' surroundings have become, too.
    pub fn unlock_at_start(&self) {
        let console = self.clone();
        std::thread::spawn(move || {
            if let Err(error) = console.ask_keyring() {
                tracing::warn!(code = %error.code, "vault not opened");
            }
        });
        let console = self.clone();
        std::thread::spawn(move || console.restate_after_update());
    }

    /// Before the first start, waits until it is known whether there is a keyring, but only so
    /// long that a person does not notice: it decides whether a passphrase is asked for. A
    /// workspace is shown without waiting for its key; the bell tells when it is there.
    pub(crate) fn wait_for_keyring(&self) {
        let undecided =
            || matches!(self.vault_state(), VaultState::None) && self.keyring_there().is_none();
        let until = self.inner.opened_at + PATIENCE;
        while undecided() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Right after the start the keyring may still be answering, or asking for its password:
    /// whoever wants to authorize meant "as soon as it is open".
    pub(crate) async fn wait_for_vault(&self) {
        while matches!(self.vault_state(), VaultState::Waiting) {
            // Ends by itself: a keyring that does not answer is given up visibly.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn keyring_there(&self) -> Option<bool> {
        self.inner
            .keyring_there
            .read()
            .ok()
            .and_then(|there| *there)
    }

    pub(crate) fn keyring(&self) -> Result<Box<dyn KeyHolder>, ConsoleError> {
        let opened = (self.inner.keyring)();
        if let Ok(mut there) = self.inner.keyring_there.write() {
            *there = Some(opened.is_ok());
        }
        Ok(opened?)
    }

    /// Asks the keyring on a thread of its own, which settles what the answer is whenever it
    /// comes. Blocks until then, at most 90 seconds.
    fn ask_keyring(&self) -> Result<(), ConsoleError> {
        let (sender, receiver) = channel();
        let asking = self.clone();
        std::thread::spawn(move || {
            let state = asking.try_keyring();
            let failed = state.as_ref().err().cloned();
            asking.becomes(state);
            let _ = sender.send(failed);
        });
        match self.within_limit(&receiver) {
            Some(None) => Ok(()),
            Some(Some(error)) => Err(error),
            None => {
                let error = ConsoleError::new("keyring_no_answer");
                self.becomes(Err(error.clone()));
                Err(error)
            }
        }
    }

    /// What comes within the limit, by the console's clock.
    pub(crate) fn within_limit<T>(&self, receiver: &Receiver<T>) -> Option<T> {
        let until = self.now().plus_seconds(LIMIT);
        loop {
            match receiver.recv_timeout(LOOK_AGAIN) {
                Ok(answer) => return Some(answer),
                Err(RecvTimeoutError::Timeout) if self.now() < until => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn try_keyring(&self) -> Result<VaultState, ConsoleError> {
        let Some(workspace) = self.inner.catalog.workspace()? else {
            let _ = self.keyring();
            return Ok(VaultState::None);
        };
        let record = self.stored_key()?.record;
        if record.needs_passphrase() {
            return Ok(VaultState::NeedsPassphrase);
        }
        let holder = self.keyring()?;
        let vault = Vault::open_from_keyring(&workspace.id.to_string(), &record, &*holder)?;
        self.inner.keys.open(vault);
        Ok(VaultState::Open { keyring: true })
    }

    /// Takes a state over. What is open stays open, whoever asked the keyring before and hears
    /// from it only now.
    pub(crate) fn becomes(&self, state: Result<VaultState, ConsoleError>) {
        if let Ok(mut slot) = self.inner.vault.write() {
            let state = state.unwrap_or_else(VaultState::Locked);
            let opens = matches!(state, VaultState::Open { .. });
            if opens || !matches!(*slot, VaultState::Open { .. }) {
                *slot = state;
            }
        }
        self.log_what_waits();
        // Where a key was being replaced when the program ended, that goes on.
        self.rotate_on();
        self.inner.bell.changed();
    }

    /// Sets a state, whatever it was: another process replaced the key, or somebody gave it a
    /// new home.
    pub(crate) fn set_vault_state(&self, state: VaultState) {
        if let Ok(mut slot) = self.inner.vault.write() {
            *slot = state;
        }
        self.inner.bell.changed();
    }

    /// Opens the vault: with a passphrase, or by asking the keyring once more. Blocks for three
    /// seconds at most: a keyring that takes longer is waited for in the background, and
    /// [`VaultView::Waiting`] says so until the bell rings.
    ///
    /// # Errors
    /// Why it stays locked.
    pub fn unlock(&self, passphrase: Option<&str>) -> Result<(), ConsoleError> {
        let Some(passphrase) = passphrase else {
            return self.unlock_by_keyring();
        };
        let workspace = self.workspace()?;
        let record = self.stored_key()?.record;
        let vault = Vault::open_with_passphrase(&workspace.id.to_string(), &record, passphrase)?;
        self.inner.keys.open(vault);
        self.becomes(Ok(VaultState::Open { keyring: false }));
        Ok(())
    }

    fn unlock_by_keyring(&self) -> Result<(), ConsoleError> {
        self.workspace()?;
        let before = self.vault_state();
        if matches!(before, VaultState::Open { .. }) {
            return Ok(());
        }
        // Whoever asks twice waits for the first answer.
        if !matches!(before, VaultState::Waiting) {
            self.becomes(Ok(VaultState::Waiting));
            let (sender, receiver) = channel();
            let console = self.clone();
            std::thread::spawn(move || {
                let _ = sender.send(console.ask_keyring());
            });
            return receiver.recv_timeout(PATIENCE).unwrap_or(Ok(()));
        }
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match self.vault_state() {
                VaultState::Waiting => std::thread::sleep(LOOK_AGAIN),
                VaultState::Locked(error) => return Err(error),
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Makes a key for a new workspace, in the keyring or behind a passphrase, and keeps the
    /// vault open. Blocks, at most 90 seconds.
    pub(crate) fn make_key(
        &self,
        workspace: &Workspace,
        passphrase: Option<&str>,
    ) -> Result<KeyRecord, ConsoleError> {
        let catalog = workspace.id.to_string();
        let (vault, record) = match passphrase {
            Some(passphrase) => Vault::create_with_passphrase(&catalog, passphrase)?,
            None => {
                let (sender, receiver) = channel();
                let console = self.clone();
                std::thread::spawn(move || {
                    // An answer that comes too late leaves a key in the keyring under the name
                    // of a workspace that never was: the next try has another name.
                    let made = console
                        .keyring()
                        .and_then(|holder| Ok(Vault::create_in_keyring(&catalog, &*holder)?));
                    let _ = sender.send(made);
                });
                self.within_limit(&receiver)
                    .unwrap_or_else(|| Err(ConsoleError::new("keyring_no_answer")))?
            }
        };
        self.inner.keys.open(vault);
        if let Ok(mut slot) = self.inner.vault.write() {
            *slot = VaultState::Open {
                keyring: passphrase.is_none(),
            };
        }
        Ok(record)
    }

    /// Runs something with the keyring on a thread of its own. Blocks, at most 90 seconds; what
    /// comes later is dropped.
    fn with_keyring<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn KeyHolder) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, ConsoleError> {
        let (sender, receiver) = channel();
        let console = self.clone();
        std::thread::spawn(move || {
            let done = console.keyring().and_then(|holder| Ok(work(&*holder)?));
            let _ = sender.send(done);
        });
        self.within_limit(&receiver)
            .unwrap_or_else(|| Err(ConsoleError::new("keyring_no_answer")))
    }

    /// The record of the workspace's key for a backup, behind its passphrase. `own` opens the
    /// key where it is behind a passphrase here.
    pub(crate) fn key_for_backup(
        &self,
        catalog: String,
        record: KeyRecord,
        own: Option<String>,
        passphrase: String,
    ) -> Result<KeyRecord, ConsoleError> {
        if record.needs_passphrase() {
            let own = own.unwrap_or_default();
            let home = Home::Passphrase(&own);
            return Ok(Vault::for_backup(&catalog, &record, home, &passphrase)?);
        }
        self.with_keyring(move |holder| {
            Vault::for_backup(&catalog, &record, Home::Keyring(holder), &passphrase)
        })
    }

    /// Moves the key of a backup into this computer's keyring, or behind a passphrase of its own.
    pub(crate) fn take_key_in(
        &self,
        catalog: String,
        record: KeyRecord,
        passphrase: String,
        own: Option<String>,
    ) -> Result<(Vault, KeyRecord), ConsoleError> {
        if let Some(own) = own {
            let home = Home::Passphrase(&own);
            return Ok(Vault::from_backup(&catalog, &record, &passphrase, home)?);
        }
        self.with_keyring(move |holder| {
            Vault::from_backup(&catalog, &record, &passphrase, Home::Keyring(holder))
        })
    }

    /// A restored workspace's vault is open.
    pub(crate) fn opens(&self, vault: Vault, keyring: bool) {
        self.inner.keys.open(vault);
        if let Ok(mut slot) = self.inner.vault.write() {
            *slot = VaultState::Open { keyring };
        }
    }

    /// The founding failed: the key made for it opens nothing.
    pub(crate) fn forget_key(&self) {
        self.inner.keys.lock();
        if let Ok(mut slot) = self.inner.vault.write() {
            *slot = VaultState::None;
        }
    }

    fn vault_state(&self) -> VaultState {
        self.inner
            .vault
            .read()
            .map_or(VaultState::None, |state| state.clone())
    }

    pub(crate) fn vault_view(&self) -> VaultView {
        match self.vault_state() {
            VaultState::None => VaultView::None,
            VaultState::Waiting => VaultView::Waiting,
            VaultState::Open { keyring } => VaultView::Open { keyring },
            VaultState::Locked(error) => VaultView::Locked {
                failure: self.failure(&error),
            },
            VaultState::NeedsPassphrase => VaultView::NeedsPassphrase,
        }
    }
}
