//! The workspace's key, as far as the console has to do with it: who may touch it, reaching the
//! home it lives in, and hearing that another process has replaced it.
//!
//! Whatever changes the key or its record holds the catalog's key lock from reading the stored
//! record to storing the next one: the keyring and the record change one after the other, and two
//! who did so at once could lose a key.

use std::sync::mpsc::channel;

use tsunagi_catalog::{Entry, NewEvent};
use tsunagi_domain::{Member, roles};
use tsunagi_vault::{Home, KeyRecord, Vault};

use crate::console::{Console, Inner, Session};
use crate::error::ConsoleError;
use crate::session::key_record;
use crate::unlock::{PATIENCE, VaultState};
use crate::views::{KeyProof, KeysView};

/// The stored key record, and its text as it is stored.
pub(crate) struct Stored {
    pub(crate) text: String,
    pub(crate) record: KeyRecord,
}

impl Console {
    /// The workspace's key: where it is, whether there is a recovery code, and whether it is
    /// being replaced.
    ///
    /// # Errors
    /// `super_admin_needed` for who is no super admin; where the record cannot be read.
    pub fn keys_view(&self, session: Session) -> Result<KeysView, ConsoleError> {
        let member = self.keeper(session)?;
        let Stored { record, .. } = self.stored_key()?;
        Ok(KeysView {
            keyring: !record.needs_passphrase(),
            recovery_code: record.has_recovery_code(),
            asks: self.key_proof(&member, &record)?,
            rotation: record.is_rotating().then(|| self.rotation_view()),
        })
    }

    /// The acting member, who may touch the workspace's key.
    pub(crate) fn keeper(&self, session: Session) -> Result<Member, ConsoleError> {
        let member = self.member(session)?;
        roles::may_keep_keys(&member)?;
        Ok(member)
    }

    fn key_proof(&self, member: &Member, record: &KeyRecord) -> Result<KeyProof, ConsoleError> {
        Ok(if record.needs_passphrase() {
            KeyProof::Workspace
        } else if self.has_passphrase(member.id)? {
            KeyProof::Own
        } else {
            KeyProof::None
        })
    }

    /// Asks for what has to be given before the key is touched. Gives the workspace's passphrase,
    /// where that is what was given.
    pub(crate) async fn prove_keeper(
        &self,
        member: &Member,
        passphrase: Option<String>,
    ) -> Result<Option<zeroize::Zeroizing<String>>, ConsoleError> {
        let Stored { record, .. } = self.stored_key()?;
        match self.key_proof(member, &record)? {
            KeyProof::None => Ok(None),
            KeyProof::Own => {
                self.confirm(member, passphrase).await?;
                Ok(None)
            }
            KeyProof::Workspace => {
                let given = passphrase.filter(|given| !given.is_empty());
                let given = given.ok_or_else(|| ConsoleError::new("passphrase_required"))?;
                Ok(Some(zeroize::Zeroizing::new(given)))
            }
        }
    }

    pub(crate) fn stored_key(&self) -> Result<Stored, ConsoleError> {
        let text = self.inner.catalog.key_record()?;
        let text = text.ok_or_else(|| ConsoleError::new("record_damaged"))?;
        let record = key_record(&text)?;
        Ok(Stored { text, record })
    }

    /// Does something with the home of the key, on a thread that may block: a keyring that does
    /// not answer within 90 seconds is given up on. What it does then, it does on its own.
    pub(crate) async fn at_home<T: Send + 'static>(
        &self,
        passphrase: Option<zeroize::Zeroizing<String>>,
        call: impl FnOnce(&Console, Home<'_>) -> Result<T, ConsoleError> + Send + 'static,
    ) -> Result<T, ConsoleError> {
        let console = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            if let Some(passphrase) = passphrase {
                return call(&console, Home::Passphrase(&passphrase));
            }
            let (sender, receiver) = channel();
            let asking = console.clone();
            std::thread::spawn(move || {
                let done = asking
                    .keyring()
                    .and_then(|holder| call(&asking, Home::Keyring(&*holder)));
                let _ = sender.send(done);
            });
            console
                .within_limit(&receiver)
                .unwrap_or_else(|| Err(ConsoleError::new("keyring_no_answer")))
        });
        done.await.map_err(|_| ConsoleError::new("internal"))?
    }

    /// Stores a key record in place of the one it was made of, with its entry in the log, which
    /// `vault` tags. With `new_key`, what other keys wrap is refused from then on.
    pub(crate) fn store_key(
        &self,
        former: &Stored,
        record: &KeyRecord,
        vault: &Vault,
        new_key: bool,
        event: NewEvent,
    ) -> Result<(), ConsoleError> {
        let text =
            serde_json::to_string(record).map_err(|_| ConsoleError::new("record_damaged"))?;
        let mark = new_key.then(|| vault.wrap_mark());
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        let entry = Entry { event, tag: &tag };
        let catalog = &self.inner.catalog;
        catalog.replace_key_record(&former.text, &text, mark.as_deref(), Some(&entry))?;
        Ok(())
    }

    /// From now on this console hears when another process replaces the key, and opens the new
    /// one: by itself where the keyring gives it out.
    pub(crate) fn follow_key(&self) {
        let catalog = self.inner.catalog.clone();
        let inner = std::sync::Arc::downgrade(&self.inner);
        self.inner.keys.follow(
            // Before the first replacement there is no mark. Where the catalog cannot be read, the
            // catalog will say so itself.
            move |vault| {
                let mark = catalog.wrap_mark();
                mark.map_or(true, |mark| {
                    mark.is_none_or(|mark| mark == vault.wrap_mark())
                })
            },
            move || {
                let console = Self {
                    inner: inner.upgrade()?,
                };
                tracing::info!("another process has replaced the workspace's key");
                match console.open_again() {
                    Ok(vault) => Some(vault),
                    Err(state) => {
                        // Doors that hear of it ask these keys, which are held here.
                        std::thread::spawn(move || console.set_vault_state(state));
                        None
                    }
                }
            },
        );
    }

    fn open_again(&self) -> Result<Vault, VaultState> {
        let stored = self.stored_key().map_err(VaultState::Locked)?;
        if stored.record.needs_passphrase() {
            return Err(VaultState::NeedsPassphrase);
        }
        let (sender, receiver) = channel();
        let console = self.clone();
        std::thread::spawn(move || {
            let opened = console.keyring().and_then(|holder| {
                let catalog = console.workspace()?.id.to_string();
                Ok(Vault::open_from_keyring(
                    &catalog,
                    &stored.record,
                    &*holder,
                )?)
            });
            let _ = sender.send(opened);
        });
        match receiver.recv_timeout(PATIENCE) {
            Ok(Ok(vault)) => Ok(vault),
            Ok(Err(error)) => Err(VaultState::Locked(error)),
            // A prompt is open: whoever unlocks asks once more.
            Err(_) => Err(VaultState::Locked(ConsoleError::new("keyring_no_answer"))),
        }
    }
}

/// What the console remembers about the key beyond what is stored.
#[derive(Default)]
pub(crate) struct KeyDesk {
    /// A recovery code that was shown and is not confirmed yet.
    pub(crate) shown: std::sync::Mutex<Option<crate::recovery::Shown>>,
    /// How far replacing the key has come.
    pub(crate) progress: std::sync::Mutex<crate::rotation::Progress>,
}

impl Inner {
    pub(crate) fn shown_code(&self) -> std::sync::MutexGuard<'_, Option<crate::recovery::Shown>> {
        let shown = self.key_desk.shown.lock();
        shown.unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn progress(&self) -> std::sync::MutexGuard<'_, crate::rotation::Progress> {
        let progress = self.key_desk.progress.lock();
        progress.unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
