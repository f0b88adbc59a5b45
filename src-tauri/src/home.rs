//! Where the data lives, and that only one program uses it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// The folder of the data: `TSUNAGI_HOME` where it is set, else the platform's data folder.
/// Always absolute: a relative one is meant from where the program was started.
pub(crate) fn folder() -> Option<PathBuf> {
    match std::env::var_os("TSUNAGI_HOME") {
        Some(home) if !home.is_empty() => real(Path::new(&home)),
        _ => directories::ProjectDirs::from("", "", "Tsunagi")
            .map(|dirs| dirs.data_dir().to_path_buf()),
    }
}

/// One name for a folder, whichever way leads there.
fn real(home: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(home)
        .or_else(|_| std::path::absolute(home))
        .ok()
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

/// Where the web view keeps its cache, and what the program's own pages remember.
pub(crate) fn webview(home: &Path) -> PathBuf {
    home.join("webview")
}

/// The same where the web view keeps its stores under numbers instead of in folders.
#[cfg(target_os = "macos")]
pub(crate) fn webview_store(home: &Path) -> [u8; 16] {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, home).hash(&mut hasher);
        hasher.finish().to_be_bytes()
    };
    let mut store = [0; 16];
    store[..8].copy_from_slice(&half(0));
    store[8..].copy_from_slice(&half(1));
    store
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{LockError, lock, real, short_name};

    #[test]
    fn one_home_has_one_owner_until_it_is_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("not/there/yet");
        let first = lock(&home).unwrap();
        assert!(
            matches!(lock(&home), Err(LockError::Taken(taken)) if taken == home),
            "a second owner is told which folder is taken"
        );
        drop(first);
        assert!(lock(&home).is_ok(), "what was given back can be taken");
    }

    #[test]
    fn a_home_that_is_no_folder_is_told_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = lock(&file.join("home")).unwrap_err();
        assert!(
            matches!(&error, LockError::Unwritable { path, .. } if path.starts_with(&file)),
            "not taken but unwritable: {error}"
        );
        assert!(
            error.to_string().contains("file"),
            "and the path is in the sentence: {error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_home_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let _lock = lock(&home).unwrap();
        let mode = std::fs::metadata(&home).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "no one else may look in");
    }

    #[cfg(unix)]
    #[test]
    fn ways_to_one_home_are_one_instance() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        std::fs::create_dir(&home).unwrap();
        let way = folder.path().join("way");
        std::os::unix::fs::symlink(&home, &way).unwrap();
        let (home, way) = (real(&home).unwrap(), real(&way).unwrap());
        assert_eq!(
            short_name(&home),
            short_name(&way),
            "a link to a home is that home"
        );
        let relative = real(std::path::Path::new("some/where/new")).unwrap();
        assert!(relative.is_absolute(), "relative homes are made absolute");
    }
}
