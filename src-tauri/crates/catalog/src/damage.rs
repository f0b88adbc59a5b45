//! Files that are damaged: set aside under another name, never deleted, so that they can still be
//! rescued.

use std::path::{Path, PathBuf};

use crate::{Catalog, CatalogError, FILES, Result, schema, store};

/// What a file that was set aside is called: the file, this, and when, in UTC.
const MARK: &str = ".damaged-";
/// The record of runs is looked through at every start up to this size: it takes a blink.
const LOOKED_THROUGH: u64 = 16 * 1024 * 1024;
/// What SQLite keeps beside a file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

impl Catalog {
    /// As [`Self::open`], of a home that may have come to harm. Runs are all that `data.sqlite`
    /// holds: where it is damaged it is set aside, and a fresh one is begun. `stamp` says when,
    /// as it is to stand in the file's new name. A damaged `catalog.sqlite` is left for a person
    /// to decide about; it is looked through where damage was met in it before. One that does not
    /// say whose it is counts as damaged.
    ///
    /// # Errors
    /// As [`Self::open`]; [`CatalogError::Io`] where the file cannot be renamed.
    pub fn open_unharmed(home: &Path, stamp: &str) -> Result<Self> {
        let [runs, catalog] = FILES;
        let looked = store::opening(home).and_then(|_only_one| {
            store::look(&home.join(runs), &schema::DATA, LOOKED_THROUGH)
                .map_err(|error| error.in_file(runs))?;
            store::look(&home.join(catalog), &schema::CATALOG, 0)
                .map_err(|error| error.in_file(catalog))
        });
        match looked.and_then(|()| Self::open(home)) {
            Err(CatalogError::Damaged { file, detail }) if file == runs => {
                tracing::error!(file, detail, "set aside");
                let only_one = store::opening(home)?;
                rename(home, runs, stamp)?;
                drop(only_one);
                Self::open(home)
            }
            opened => opened,
        }
        .and_then(|opened| match opened.workspace() {
            // Whose keys, credentials and log these are cannot be told: nothing in the file is of
            // use without that, and a guess would write over what a backup can still mend.
            Err(CatalogError::Unreadable(detail)) => Err(CatalogError::Damaged {
                file: catalog.to_owned(),
                detail,
            }),
            other => other.map(|_| opened),
        })
    }

    /// Sets both files of a home aside that no program has open: the runs belong to the
    /// connections of the damaged catalog, and whoever rescues it may want them.
    ///
    /// # Errors
    /// [`CatalogError::Io`] where a file cannot be renamed.
    pub fn set_aside(home: &Path, stamp: &str) -> Result<()> {
        let _only_one = store::opening(home)?;
        for file in FILES {
            rename(home, file, stamp)?;
        }
        Ok(())
    }
}

/// What was set aside in a home, the names in order.
///
/// # Errors
/// [`CatalogError::Io`].
pub fn set_aside_files(home: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(home)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let ours = FILES.iter().any(|file| {
            name.strip_prefix(file)
                .is_some_and(|rest| rest.starts_with(MARK))
        });
        if ours && !BESIDE.iter().any(|end| name.ends_with(end)) {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

/// Gives a file and its log another name; the log's follows it, so that SQLite finds it there.
fn rename(home: &Path, file: &str, stamp: &str) -> Result<()> {
    let from = home.join(file);
    if !from.try_exists()? {
        return Ok(());
    }
    let to = free(home, &format!("{file}{MARK}{stamp}"))?;
    match std::fs::remove_file(store::suspicion(&from)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    // The log first: a fresh file beside an old log would be read together with it.
    for end in BESIDE {
        let (from, to) = (store::with_end(&from, end), store::with_end(&to, end));
        if from.try_exists()? {
            std::fs::rename(from, to)?;
        }
    }
    std::fs::rename(from, to)?;
    Ok(())
}

/// A name that nothing has: what was set aside before is not written over.
fn free(home: &Path, name: &str) -> Result<PathBuf> {
    let first = home.join(name);
    let mut path = first.clone();
    for n in 2..1000 {
        if !path.try_exists()? {
            return Ok(path);
        }
        path = store::with_end(&first, &format!("-{n}"));
    }
    Err(CatalogError::Io(format!("{name} is there already")))
}
