//! Backups of everything: the catalog and its data as they stand, and the workspace's key behind
//! the backup's passphrase, sealed as one age file.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};
use tsunagi_domain::Timestamp;
use tsunagi_domain::custody::good_for_backup;
use tsunagi_vault::{KeyRecord, SealingStream};

use crate::archive;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::exporting::utc;
use crate::log::Action;
use crate::views::{BackupFile, NewBackup};

/// What folders and files begin with that hold a part of a backup while it is made or restored.
const HALF: &str = ".half-";

impl Console {
    /// Writes a backup of everything to `exports`: complete, or not at all. Kept sign-ins are not
    /// in it. Members' own keys stay behind their own passphrases.
    ///
    /// # Errors
    /// `super_admin_needed`; `backup_passphrase_short`; the vault is locked; `passphrase_required`,
    /// `wrong_passphrase` or those of signing in; `disk_full`, `backup_unwritable`.
    pub async fn back_up(
        &self,
        session: Session,
        wish: NewBackup,
    ) -> Result<BackupFile, ConsoleError> {
        let member = self.keeper(session)?;
        good_for_backup(&wish.passphrase)?;
        self.inner.keys.vault()?;
        // A backup hands out what a recovery code opens, and more.
        let own = self.prove_keeper(&member, wish.proof).await?;
        let (console, passphrase) = (self.clone(), wish.passphrase);
        let work = move || console.write_backup(session, &passphrase, own.as_deref());
        let written = tokio::task::spawn_blocking(work);
        written.await.map_err(|_| ConsoleError::new("internal"))?
    }

    fn write_backup(
        &self,
        session: Session,
        passphrase: &str,
        own: Option<&String>,
    ) -> Result<BackupFile, ConsoleError> {
        let workspace = self.workspace()?;
        let now = self.now();
        let parts = half_folder(self.home())?;
        let parts = parts.path();
        self.inner.catalog.copy_to(parts)?;
        // From the copy, not from the catalog: a rotation may be under way meanwhile.
        let record = record_in(parts)?;
        let catalog = workspace.id.to_string();
        let record = self.key_for_backup(catalog, record, own.cloned(), passphrase.to_owned())?;
        let record = serde_json::to_vec(&record).map_err(|_| ConsoleError::new("internal"))?;
        std::fs::write(parts.join(archive::KEY), record)
            .map_err(|error| unwritable(parts, &error))?;

        let folder = self.exports_folder();
        let failed = |error: io::Error| unwritable(&folder, &error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let file = sealed(&folder, parts, &workspace.name, now, passphrase).map_err(failed)?;
        let bytes = file.as_file().metadata().map_err(failed)?.len();
        // Before it has its name: no backup lies about that the log does not know of.
        let subject = workspace.id.to_string();
        self.log(session, Action::BackupMade, &subject, &[])?;
        let path = named(file, &folder, now).map_err(failed)?;
        self.inner.bell.changed();
        Ok(BackupFile {
            path: path.display().to_string(),
            bytes,
        })
    }
}

/// The key record of the catalog that was copied into a folder.
fn record_in(folder: &Path) -> Result<KeyRecord, ConsoleError> {
    let text = tsunagi_catalog::Catalog::open(folder)?.key_record()?;
    text.and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| ConsoleError::new("record_damaged"))
}

/// Seals the parts into a file that has no name of its own yet.
fn sealed(
    folder: &Path,
    parts: &Path,
    workspace: &str,
    now: Timestamp,
    passphrase: &str,
) -> io::Result<NamedTempFile> {
    // Only its owner may read it, which `tempfile` sees to.
    let file = tempfile::Builder::new().prefix(HALF).tempfile_in(folder)?;
    let mut stream = SealingStream::begin(BufWriter::new(file), passphrase)?;
    archive::write(&mut stream, parts, workspace, now.0)?;
    let mut buffer = stream.finish()?;
    buffer.flush()?;
    let file = buffer
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a finished backup its name. What was written before is never replaced: it may be
/// somebody's only copy.
fn named(mut file: NamedTempFile, folder: &Path, now: Timestamp) -> io::Result<PathBuf> {
    // No colons: not every file system takes them.
    let stamp = utc(now).replace(':', "");
    for n in 1..1000 {
        let name = match n {
            1 => format!("backup-{stamp}.age"),
            _ => format!("backup-{stamp}-{n}.age"),
        };
        let path = folder.join(name);
        match file.persist_noclobber(&path) {
            Ok(_) => {
                // The name is durable too where folders can be synced.
                #[cfg(unix)]
                File::open(folder)?.sync_all()?;
                return Ok(path);
            }
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                file = failed.file;
            }
            Err(failed) => return Err(failed.error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A folder in the home, for its owner alone, that is gone when it is dropped.
pub(crate) fn half_folder(home: &Path) -> Result<TempDir, ConsoleError> {
    tempfile::Builder::new()
        .prefix(HALF)
        .tempdir_in(home)
        .map_err(|error| unwritable(home, &error))
}

/// Removes what a program that was killed left of backups and restorings.
pub(crate) fn sweep(home: &Path) {
    for folder in [home.to_owned(), home.join("exports")] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries {
            if !entry.file_name().to_string_lossy().starts_with(HALF) {
                continue;
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let gone = if is_folder {
                std::fs::remove_dir_all(entry.path())
            } else {
                std::fs::remove_file(entry.path())
            };
            if let Err(error) = gone {
                tracing::warn!(%error, "half a backup stays");
            }
        }
    }
}

/// Why something could not be written into a folder.
pub(crate) fn unwritable(folder: &Path, error: &io::Error) -> ConsoleError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ConsoleError::new("disk_full"),
        _ => ConsoleError::new("backup_unwritable")
            .with("path", folder.display().to_string())
            .with("detail", error.to_string()),
    }
}
