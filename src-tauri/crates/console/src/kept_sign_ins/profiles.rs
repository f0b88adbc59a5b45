//! The folders that pages keep their cookies in: each open in one page at a time, and deleted for
//! good.

use std::collections::{BTreeMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tsunagi_catalog::Catalog;
use tsunagi_domain::KeptSignInId;

use super::FOLDER;
use crate::agent::UserAgent;
use crate::error::ConsoleError;

/// Folders nobody knows any more that could not be deleted, and why not.
#[derive(Debug, Default)]
pub(crate) struct Leftovers(Mutex<BTreeMap<PathBuf, String>>);

impl Leftovers {
    /// Deletes a folder, or remembers that it is still there. Says whether it is gone.
    pub(super) fn delete(&self, folder: &Path) -> bool {
        let deleted = std::fs::remove_dir_all(folder);
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match deleted {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, "a sign-in's folder is not deleted yet");
                left.insert(folder.to_owned(), error.to_string());
                false
            }
            _ => {
                left.remove(folder);
                true
            }
        }
    }

    /// Those that are still there, by name.
    pub(crate) fn folders(&self) -> Vec<String> {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.keys()
            .map(|folder| folder.display().to_string())
            .collect()
    }

    pub(super) fn why(&self, folder: &Path) -> Option<String> {
        let left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        left.get(folder).cloned()
    }

    /// Tries again, for each.
    pub(super) fn retry(&self) {
        let left: Vec<PathBuf> = {
            let left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            left.keys().cloned().collect()
        };
        for folder in left {
            self.delete(&folder);
        }
    }
}

/// The profiles that are open now, or being cleared: each by one at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profiles(Arc<Mutex<HashSet<KeptSignInId>>>);

impl Profiles {
    /// Takes a profile for oneself; `None` where somebody has it.
    pub(super) fn claim(&self, id: KeptSignInId) -> Option<Claim> {
        let claimed = self.lock().insert(id);
        claimed.then(|| Claim {
            profiles: self.clone(),
            id,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<KeptSignInId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A profile nobody else can open or clear, until dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    profiles: Profiles,
    pub(super) id: KeptSignInId,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.profiles.lock().remove(&self.id);
    }
}

/// At start: folders that nobody knows are deleted, and rows whose folder is gone. Gives the
/// folders that cannot be deleted.
pub(crate) fn tidy(
    home: &Path,
    catalog: &Catalog,
    agent: &dyn UserAgent,
) -> Result<Leftovers, ConsoleError> {
    let leftovers = Leftovers::default();
    let known = catalog.kept_sign_in_ids()?;
    let folder = home.join(FOLDER);
    let lost: Vec<_> = known
        .iter()
        .filter(|id| !folder.join(id.to_string()).is_dir())
        .copied()
        .collect();
    if !lost.is_empty() {
        tracing::warn!(count = lost.len(), "kept sign-ins without a folder");
        catalog.forget_sign_ins(&lost, None)?;
    }
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // Only what this program names: a person's own files are left alone.
        let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if !known.contains(&id) {
            agent.forget(id);
            leftovers.delete(&entry.path());
        }
    }
    Ok(leftovers)
}

/// A folder that only its owner can look into.
pub(super) fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}
