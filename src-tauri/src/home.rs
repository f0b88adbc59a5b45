//! Where the data lives, and that only one program uses it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// The folder of the data: `TSUNAGI_HOME` where it is set, else the platform's data folder.
pub(crate) fn folder() -> Option<PathBuf> {
    match std::env::var_os("TSUNAGI_HOME") {
        Some(home) if !home.is_empty() => Some(std::path::absolute(home).ok()?),
        _ => directories::ProjectDirs::from("", "", "Tsunagi")
            .map(|dirs| dirs.data_dir().to_path_buf()),
    }
}

/// Keeps other instances off a home as long as it lives. The operating system gives the lock
/// back when the program ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Why a home is not ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    /// Another instance has it.
    #[error("another Tsunagi uses {0}")]
    Taken(PathBuf),
    /// The folder or the file cannot be written.
    #[error("{path} cannot be written: {error}")]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// Takes a home, making its folder where it is missing. The folder is its owner's alone.
pub(crate) fn lock(home: &Path) -> Result<Lock, LockError> {
    let unwritable = |error| LockError::Unwritable {
        path: home.to_path_buf(),
        error,
    };
    std::fs::create_dir_all(home).map_err(unwritable)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(home, std::fs::Permissions::from_mode(0o700))
            .map_err(unwritable)?;
    }
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(home.join("lock"))
        .map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(LockError::Taken(home.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(unwritable(error)),
    }
}

/// A short name of a home, the same for the same folder: instances of other homes are others.
pub(crate) fn short_name(home: &Path) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    home.hash(&mut hasher);
    format!("h{:016x}", hasher.finish())
}

/// The person's name as the operating system knows it.
pub(crate) fn person() -> String {
    let name = whoami::realname()
        .ok()
        .filter(|name| !name.trim().is_empty());
    name.or_else(|| whoami::username().ok()).unwrap_or_default()
}
