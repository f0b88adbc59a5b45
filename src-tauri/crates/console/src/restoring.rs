//! Restoring a backup into an empty home, and taking the workspace over.
//!
//! Everything is looked at in a folder of its own before anything is put into place: the seal to
//! its end, the manifest, every hash, every page of both files, their versions, the key. Then the
//! open, empty catalog becomes the restored one in one transaction. The backup itself is only
//! ever read.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use tempfile::TempDir;
use tsunagi_catalog::{Catalog, CatalogError};
use tsunagi_domain::access::Act;
use tsunagi_domain::custody::{allows, custody, may_take_over, usable};
use tsunagi_domain::{Timestamp, Workspace};
use tsunagi_vault::{KeyRecord, OpeningStream, Vault, VaultError};

use crate::archive::{self, Bad, Manifest};
use crate::backups::{half_folder, unwritable};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{RestoredView, Restoring, Start};

impl Console {
    /// Whether a backup can be restored into this home at all.
    ///
    /// # Errors
    /// `restore_home_not_empty`.
    pub fn may_restore(&self) -> Result<(), ConsoleError> {
        match self.inner.catalog.workspace()? {
            Some(_) => Err(ConsoleError::new("restore_home_not_empty")),
            None => Ok(()),
        }
    }

    /// Restores a backup into this home, which has no workspace yet. Blocks while the keyring is
    /// asked. No credential in it is used or renewed before [`Self::take_over`].
    ///
    /// # Errors
    /// `restore_home_not_empty`; `backup_unreadable`, `not_a_backup`, `backup_passphrase_wrong`,
    /// `backup_damaged`, `backup_too_new`; `restore_other_key` where the keyring has another key
    /// for the workspace; no keyring and no passphrase for this computer; a home that cannot be
    /// written. Nothing is changed then.
    pub fn restore(&self, wish: &Restoring) -> Result<Start, ConsoleError> {
        let _only_one = self
            .inner
            .founding
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        self.may_restore()?;
        let Unpacked {
            folder: _folder,
            manifest,
            copy,
            workspace,
            record,
        } = unpacked_copy(self.home(), wish, self.now())?;
        let path = wish.path.trim();
        let named = |code: &str| ConsoleError::new(code).with("path", path);
        let catalog = workspace.id.to_string();

        let own = wish.own_passphrase.clone().filter(|own| !own.is_empty());
        let in_keyring = own.is_none();
        let passphrase = wish.passphrase.clone();
        let (vault, record) =
            self.take_key_in(catalog, record, passphrase, own)
                .map_err(|error| {
                    if error.code == VaultError::KeyringEntryExists.code() {
                        named("restore_other_key")
                    } else {
                        error
                    }
                })?;
        let record = serde_json::to_string(&record).map_err(|_| ConsoleError::new("internal"))?;
        copy.set_key_record(&record)?;
        self.inner.catalog.become_copy_of(&copy)?;
        drop(copy);

        // It is restored: what fails from here on is told, and takes nothing back.
        self.opens(vault, in_keyring);
        if let Err(error) = self.follow_catalog() {
            tracing::error!(code = %error.code, "not everything follows the restored catalog");
        }
        let nobody = Session { member: None };
        let args = [("workspace", manifest.workspace.as_str())];
        if let Err(error) = self.log(
            nobody,
            Action::BackupRestored,
            &workspace.id.to_string(),
            &args,
        ) {
            tracing::error!(code = %error.code, "the restoring is not in the log");
        }
        self.inner.bell.changed();
        self.start(self.session())
    }

    /// Says that this computer has the workspace now: credentials may be used and renewed here,
    /// each unproven until it has worked.
    ///
    /// # Errors
    /// `super_admin_needed`, `nothing_to_take_over`; the vault is locked.
    pub fn take_over(&self, session: Session) -> Result<Start, ConsoleError> {
        let member = self.member(session)?;
        let catalog = &self.inner.catalog;
        may_take_over(&member, custody(catalog.restoration()?))?;
        let workspace = self.workspace()?;
        self.at_once(|| {
            catalog.take_over(self.now())?;
            // What came before ran on the other computer, or is missed there.
            self.schedules_begin_now()?;
            let subject = workspace.id.to_string();
            self.log(session, Action::BackupTakenOver, &subject, &[])
        })?;
        self.inner.bell.changed();
        self.start(session)
    }

    /// R1, and that this computer has the workspace: whether anything may be authorized or used.
    pub(crate) fn usable(&self, workspace: &Workspace) -> Result<(), ConsoleError> {
        let custody = custody(self.inner.catalog.restoration()?);
        Ok(usable(workspace, custody)?)
    }

    /// R1, and that this computer has the workspace, as far as an act needs it.
    pub(crate) fn usable_for(&self, act: Act) -> Result<(), ConsoleError> {
        let custody = custody(self.inner.catalog.restoration()?);
        Ok(allows(&self.workspace()?, custody, act)?)
    }

    pub(crate) fn restored_view(
        &self,
        session: Session,
    ) -> Result<Option<RestoredView>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let Some(restoration) = catalog.restoration()? else {
            return Ok(None);
        };
        let member = match session.member {
            Some(id) => catalog.member(id)?,
            None => None,
        };
        let custody = custody(Some(restoration));
        Ok(Some(RestoredView {
            backed_up_at: restoration.backed_up_at,
            restored_at: restoration.restored_at,
            taken_over: restoration.taken_over_at.is_some(),
            unproven: u32::try_from(catalog.unproven()?).unwrap_or(u32::MAX),
            may_take_over: member.is_some_and(|member| may_take_over(&member, custody).is_ok()),
        }))
    }
}

/// A backup, unpacked into a folder of its own and looked at.
pub(crate) struct Unpacked {
    manifest: Manifest,
    copy: Catalog,
    workspace: Workspace,
    record: KeyRecord,
    /// Where the copy lies; goes when it is dropped.
    folder: TempDir,
}

/// Unpacks a backup beside the home's own files and looks at everything in it. Nothing of the
/// home is changed.
pub(crate) fn unpacked_copy(
    home: &Path,
    wish: &Restoring,
    now: Timestamp,
) -> Result<Unpacked, ConsoleError> {
    let path = wish.path.trim();
    let named = |code: &str| ConsoleError::new(code).with("path", path);
    let folder = half_folder(home)?;
    let manifest = unpacked(path, &wish.passphrase, folder.path())?;
    let copy = Catalog::open_copy(folder.path()).map_err(|error| match error {
        CatalogError::TooNew { .. } => ConsoleError::new("backup_too_new")
            .with("path", path)
            .with("version", &manifest.program),
        CatalogError::Damaged { .. } | CatalogError::Unreadable(_) => named("backup_damaged"),
        other => other.into(),
    })?;
    let (workspace, stored) = match (copy.workspace(), copy.key_record()) {
        (Ok(Some(workspace)), Ok(Some(stored))) => (workspace, stored),
        _ => return Err(named("backup_damaged")),
    };
    let catalog = workspace.id.to_string();
    let record = record_of(&folder.path().join(archive::KEY), &stored)
        .ok_or_else(|| named("backup_damaged"))?;
    // Before the keyring is asked for anything: the key is the one, and opens.
    match Vault::open_with_passphrase(&catalog, &record, &wish.passphrase) {
        Ok(_) => {}
        Err(error @ VaultError::DerivationFailed) => return Err(error.into()),
        Err(_) => return Err(named("backup_damaged")),
    }
    copy.mark_restored(Timestamp(manifest.made_at), now)?;
    Ok(Unpacked {
        folder,
        manifest,
        copy,
        workspace,
        record,
    })
}

/// Opens a backup and writes its parts into `folder`.
fn unpacked(path: &str, passphrase: &str, folder: &Path) -> Result<Manifest, ConsoleError> {
    let named = |code: &str| ConsoleError::new(code).with("path", path);
    let unreadable = |detail: String| {
        ConsoleError::new("backup_unreadable")
            .with("path", path)
            .with("detail", detail)
    };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(unreadable("a folder".to_owned()));
    }
    let stream =
        OpeningStream::begin(BufReader::new(file), passphrase).map_err(|error| match error {
            VaultError::WrongPassphrase => {
                ConsoleError::new("backup_passphrase_wrong").with("path", path)
            }
            other => named(other.code()),
        })?;
    archive::read(stream, folder).map_err(|bad| match bad {
        Bad::Other => ConsoleError::new("not_a_backup").with("path", path),
        Bad::Newer(program) => ConsoleError::new("backup_too_new")
            .with("path", path)
            .with("version", program),
        Bad::Damaged => ConsoleError::new("backup_damaged").with("path", path),
        Bad::Unwritable(error) => unwritable(folder, &error),
    })
}

/// The key record of a backup, where it is of the key that the catalog in it has.
fn record_of(file: &Path, stored: &str) -> Option<KeyRecord> {
    let record: KeyRecord = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    let stored: KeyRecord = serde_json::from_str(stored).ok()?;
    (record.key_id() == stored.key_id()).then_some(record)
}
