//! The recovery code: made, shown once, confirmed, and used where the keyring lost the key or the
//! passphrase is forgotten.
//!
//! A code that is shown counts only once its last group was typed back: until then a former one
//! stays good, so that a window closed too early takes nothing away. It is kept in memory between
//! the two, by its record and that last group, and written nowhere.

use tsunagi_domain::MemberId;
use tsunagi_vault::{Home, KeyRecord, RecoveryCode, Vault, VaultError};
use zeroize::Zeroizing;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::keys::Stored;
use crate::log::Action;
use crate::unlock::VaultState;
use crate::views::{KeysView, RecoveryCodeView, Start};

/// A code that was shown and is not confirmed yet.
pub(crate) struct Shown {
    /// To whom.
    member: MemberId,
    /// The record it was made of.
    former: Stored,
    /// The record in which it counts.
    record: KeyRecord,
    /// The code.
    code: RecoveryCode,
}

impl Console {
    /// Makes a recovery code and shows it. It counts once it is confirmed.
    ///
    /// # Errors
    /// `super_admin_needed`; `locked`; `passphrase_required`, `wrong_passphrase` or those of
    /// signing in; what keeps the key from being had.
    pub async fn make_recovery_code(
        &self,
        session: Session,
        passphrase: Option<String>,
    ) -> Result<RecoveryCodeView, ConsoleError> {
        let member = self.keeper(session)?;
        self.inner.keys.vault()?;
        let passphrase = self.prove_keeper(&member, passphrase).await?;
        let catalog = self.workspace()?.id.to_string();
        let shown = self.at_home(passphrase, move |console, home| {
            let former = console.stored_key()?;
            let (code, record) = Vault::new_recovery_code(&catalog, &former.record, home)?;
            Ok(Shown {
                member: member.id,
                former,
                record,
                code,
            })
        });
        let shown = shown.await?;
        let view = RecoveryCodeView {
            groups: shown.code.expose().split('-').map(str::to_owned).collect(),
            replaces: shown.former.record.has_recovery_code(),
        };
        *self.inner.shown_code() = Some(shown);
        Ok(view)
    }

    /// The code that is shown was written down: its last group, or all of it, is typed back.
    /// From now on it opens the workspace, and a former one does not.
    ///
    /// # Errors
    /// `super_admin_needed`; `recovery_code_unconfirmed` where something else was typed: it can be
    /// tried again; `recovery_code_gone` where none is shown; `key_replaced` where the key was
    /// changed meanwhile.
    pub fn confirm_recovery_code(
        &self,
        session: Session,
        typed: &str,
    ) -> Result<KeysView, ConsoleError> {
        let member = self.keeper(session)?;
        let vault = self.inner.keys.vault()?;
        {
            let mut slot = self.inner.shown_code();
            let shown = slot
                .as_ref()
                .filter(|shown| shown.member == member.id)
                .ok_or_else(|| ConsoleError::new("recovery_code_gone"))?;
            if !shown.code.is_written_down(typed) {
                return Err(ConsoleError::new("recovery_code_unconfirmed"));
            }
            let _only_one = self.inner.catalog.lock_key()?;
            let replaces = shown.former.record.has_recovery_code();
            let action = if replaces {
                Action::KeyRecoveryCodeReplaced
            } else {
                Action::KeyRecoveryCodeMade
            };
            let event = self.event(session, action, "key", &[]);
            let stored = self.store_key(&shown.former, &shown.record, &vault, false, event);
            // Made of another record, it will never count.
            *slot = None;
            stored?;
        }
        self.inner.bell.changed();
        self.keys_view(session)
    }

    /// The code that is shown was not written down: it is forgotten, and a former one stays good.
    pub fn drop_recovery_code(&self) {
        *self.inner.shown_code() = None;
    }

    /// Opens the workspace with its recovery code and gives its key a new home: behind this
    /// passphrase, or in the keyring where none is given. Whoever has the code needs no seat, as
    /// whoever knows the passphrase needs none.
    ///
    /// # Errors
    /// `recovery_code_mistyped`, `recovery_code_wrong`, `recovery_not_set_up`; why the key cannot
    /// be put where it shall be. Nothing is changed then.
    pub async fn use_recovery_code(
        &self,
        session: Session,
        code: String,
        passphrase: Option<String>,
    ) -> Result<Start, ConsoleError> {
        let code = Zeroizing::new(code);
        let passphrase = passphrase.map(Zeroizing::new);
        let catalog = self.workspace()?.id.to_string();
        // What was typed is judged before the keyring is asked for anything.
        code.parse::<RecoveryCode>()?;
        let keyring = passphrase.is_none();
        let recovered = self.at_home(passphrase, move |console, home| {
            if let Home::Passphrase(passphrase) = home
                && passphrase.is_empty()
            {
                return Err(VaultError::PassphraseShort.into());
            }
            let _only_one = console.inner.catalog.lock_key()?;
            let former = console.stored_key()?;
            let (vault, record) = Vault::recover(&catalog, &former.record, &code, home)?;
            let event = console.event(session, Action::KeyRecovered, "key", &[]);
            console.inner.keys.replace(|| {
                console.store_key(&former, &record, &vault, false, event)?;
                Ok::<_, ConsoleError>((vault, ()))
            })
        });
        recovered.await?;
        self.becomes(Ok(VaultState::Open { keyring }));
        self.start(self.session())
    }
}
