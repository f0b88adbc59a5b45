//! Replacing the workspace's key: begun by a super admin, carried on in the background while the
//! program is used, and taken up by itself at the next start where it was interrupted.
//!
//! ```text
//! begin     key lock    keyring or record gets the new key; record stored, with the new mark;
//!                       this process's vault wraps with the new key from the same moment
//! rewrap    no lock     a hundred wraps at a time, each in the place of the one it was made of
//! finish    key lock    nothing is wrapped under the old key any more: it is given up
//! ```
//!
//! From the moment the record is stored the catalog refuses what the old key wraps, so what is
//! left to be wrapped anew only ever becomes less. A wrap that nobody can open is passed over and
//! said in the log of the program: it opens nothing as it is.

use tsunagi_catalog::{CatalogError, StoredWrap, WrapOf};
use tsunagi_vault::{Reader, Vault, VaultError};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::unlock::LOOK_AGAIN;
use crate::views::{KeysView, RotationView};

/// How many wraps are taken up at a time.
const PORTION: u32 = 100;

/// How far replacing the key has come, in this process.
#[derive(Default)]
pub(crate) struct Progress {
    done: u32,
    total: u32,
    /// Somebody paused it.
    paused: bool,
    /// A thread is at it.
    running: bool,
    failure: Option<ConsoleError>,
    /// Behind what was looked at last.
    after: Option<(WrapOf, String)>,
}

/// What one step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationStep {
    /// No key is being replaced.
    Idle,
    /// Some wraps were taken up.
    Rewrapped,
    /// The old key is given up.
    Finished,
}

impl Console {
    /// Replaces the workspace's key by a new one. Returns as soon as the new one is in place;
    /// what the old one wrapped is wrapped anew in the background. The recovery code is gone with
    /// the old key.
    ///
    /// # Errors
    /// `super_admin_needed`; `locked`; `passphrase_required`, `wrong_passphrase` or those of
    /// signing in; what keeps the key from being had or put. Nothing is changed then.
    pub async fn replace_key(
        &self,
        session: Session,
        passphrase: Option<String>,
    ) -> Result<KeysView, ConsoleError> {
        self.begin_rotation(session, passphrase).await?;
        self.rotate_on();
        self.keys_view(session)
    }

    /// The first step alone.
    ///
    /// # Errors
    /// As [`Self::replace_key`].
    #[doc(hidden)]
    pub async fn begin_rotation(
        &self,
        session: Session,
        passphrase: Option<String>,
    ) -> Result<(), ConsoleError> {
        let member = self.keeper(session)?;
        self.inner.keys.vault()?;
        let passphrase = self.prove_keeper(&member, passphrase).await?;
        let catalog = self.workspace()?.id.to_string();
        let begun = self.at_home(passphrase, move |console, home| {
            let _only_one = console.inner.catalog.lock_key()?;
            let former = console.stored_key()?;
            if former.record.is_rotating() {
                // It goes on.
                return Ok(());
            }
            let event = console.event(session, Action::KeyReplacing, "key", &[]);
            let (vault, record) = Vault::begin_rotation(&catalog, &former.record, home)?;
            console.inner.keys.replace(|| {
                console.store_key(&former, &record, &vault, true, event)?;
                Ok::<_, ConsoleError>((vault, ()))
            })
        });
        begun.await?;
        // A code that is still shown opens the old key.
        self.drop_recovery_code();
        self.expect_rotation();
        self.inner.bell.changed();
        Ok(())
    }

    /// Pauses replacing the key, or goes on with it.
    ///
    /// # Errors
    /// `super_admin_needed`.
    pub fn pause_rotation(&self, session: Session, paused: bool) -> Result<KeysView, ConsoleError> {
        self.keeper(session)?;
        let action = if paused {
            Action::KeyPaused
        } else {
            Action::KeyResumed
        };
        // A press that changes nothing is none.
        let was = std::mem::replace(&mut self.inner.progress().paused, paused);
        if was != paused {
            self.note(session, action, "key", &[]);
        }
        if !paused {
            self.rotate_on();
        }
        self.inner.bell.changed();
        self.keys_view(session)
    }

    pub(crate) fn rotation_view(&self) -> RotationView {
        let progress = self.inner.progress();
        RotationView {
            done: progress.done,
            total: progress.total,
            paused: progress.paused,
            failure: progress.failure.as_ref().map(|error| self.failure(error)),
        }
    }

    /// Counts what is left, so that progress can be shown.
    fn expect_rotation(&self) {
        let left = self.inner.keys.vault().ok().and_then(|vault| {
            let catalog = &self.inner.catalog;
            catalog.count_wraps_without(&vault.wrap_mark()).ok()
        });
        let mut progress = self.inner.progress();
        progress.done = 0;
        progress.total = u32::try_from(left.unwrap_or(0)).unwrap_or(u32::MAX);
        progress.after = None;
        progress.failure = None;
    }

    /// Goes on replacing the key where that was begun, on a thread of its own; returns at once.
    pub(crate) fn rotate_on(&self) {
        let rotating = self
            .stored_key()
            .is_ok_and(|stored| stored.record.is_rotating());
        {
            let mut progress = self.inner.progress();
            if !rotating || progress.paused || progress.running {
                return;
            }
            progress.running = true;
        }
        self.expect_rotation();
        let inner = std::sync::Arc::downgrade(&self.inner);
        std::thread::spawn(move || {
            // Whoever closes the console ends it between two steps.
            while let Some(inner) = inner.upgrade() {
                let console = Self { inner };
                let step = console.rotation_step();
                let mut progress = console.inner.progress();
                let over = match step {
                    Ok(RotationStep::Rewrapped) => progress.paused,
                    Ok(RotationStep::Idle | RotationStep::Finished) => true,
                    Err(error) => {
                        tracing::warn!(code = %error.code, "the key is not replaced yet");
                        progress.failure = Some(error);
                        true
                    }
                };
                if over {
                    progress.running = false;
                }
                drop(progress);
                console.inner.bell.changed();
                if over {
                    break;
                }
            }
        });
    }

    /// One step of replacing the key; blocks, and may wait for the keyring at the last one.
    ///
    /// # Errors
    /// `locked`; those of the catalog, the vault and the keyring. It can be taken again.
    #[doc(hidden)]
    pub fn rotation_step(&self) -> Result<RotationStep, ConsoleError> {
        if !self.stored_key()?.record.is_rotating() {
            return Ok(RotationStep::Idle);
        }
        let vault = self.inner.keys.vault()?;
        let after = self.inner.progress().after.clone();
        let from = after.as_ref().map(|(of, reader)| (*of, reader.as_str()));
        let catalog = &self.inner.catalog;
        let found = catalog.wraps_without(&vault.wrap_mark(), from, PORTION)?;
        let Some(last) = found.last() else {
            self.finish_rotation()?;
            return Ok(RotationStep::Finished);
        };
        let after = Some((last.of, last.wrap.reader.clone()));
        let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let mut anew = Vec::with_capacity(found.len());
        for stored in found {
            if let Some(wrapped) = rewrapped(&vault, &stored)? {
                anew.push((stored, wrapped));
            }
        }
        catalog.rewrap(&anew)?;
        let mut progress = self.inner.progress();
        progress.after = after;
        progress.done = progress.done.saturating_add(count).min(progress.total);
        Ok(RotationStep::Rewrapped)
    }

    fn finish_rotation(&self) -> Result<(), ConsoleError> {
        let _only_one = loop {
            match self.inner.catalog.lock_key() {
                // Another process does the same, or somebody makes a recovery code.
                Err(CatalogError::Busy) if self.stored_key()?.record.is_rotating() => {
                    std::thread::sleep(LOOK_AGAIN);
                }
                other => break other?,
            }
        };
        let former = self.stored_key()?;
        if !former.record.is_rotating() {
            return Ok(());
        }
        let catalog = self.workspace()?.id.to_string();
        let holder = if former.record.needs_passphrase() {
            None
        } else {
            Some(self.keyring()?)
        };
        let vault = self.inner.keys.vault()?;
        let (vault, record) = vault.finish_rotation(&catalog, &former.record, holder.as_deref())?;
        let event = self.event(Session { member: None }, Action::KeyReplaced, "key", &[]);
        self.inner.keys.replace(|| {
            self.store_key(&former, &record, &vault, true, event)?;
            Ok::<_, ConsoleError>((vault, ()))
        })?;
        self.inner.catalog.scrub_wraps();
        Ok(())
    }
}

/// The wrap under the new key; nothing where no key opens it.
fn rewrapped(vault: &Vault, stored: &StoredWrap) -> Result<Option<Vec<u8>>, ConsoleError> {
    let subject = stored.of.subject();
    let Ok(reader) = stored.wrap.reader.parse::<Reader>() else {
        tracing::warn!(%subject, "a wrap for an unknown reader is passed over");
        return Ok(None);
    };
    match vault.rewrap(&stored.wrap.wrapped, &subject, &reader) {
        Ok(wrapped) => Ok(Some(wrapped)),
        Err(error @ (VaultError::SealedDamaged | VaultError::WrongKey)) => {
            tracing::warn!(%subject, code = error.code(), "a wrap that nothing opens is passed over");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
