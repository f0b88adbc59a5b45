//! Copies of both files for a backup, and back.

use std::path::Path;

use crate::{Catalog, CatalogError, Result, schema, store};

/// The files of a catalog, in the order in which they are put into place: the workspace is in the
/// last one, so that a home is empty until everything is there.
pub const FILES: [&str; 2] = ["data.sqlite", "catalog.sqlite"];

impl Catalog {
    /// Writes both files as they stand now into `folder`, without what belongs to this computer
    /// alone: sign-ins that are kept here, and who is renewing just now.
    ///
    /// # Errors
    /// [`CatalogError::DiskFull`], [`CatalogError::Io`]; else as every read.
    pub fn copy_to(&self, folder: &Path) -> Result<()> {
        self.data().copy_to(&folder.join(FILES[0]))?;
        let copy = folder.join(FILES[1]);
        self.catalog().copy_to(&copy)?;
        let copy = rusqlite::Connection::open(&copy)?;
        // What is deleted here must not stay in a free page of a file that travels.
        copy.execute_batch(
            "PRAGMA secure_delete = ON;
             BEGIN;
             DELETE FROM kept_sign_in;
             UPDATE lease SET owner = NULL, held_until = 0;
             COMMIT;",
        )?;
        copy.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// Opens copies that come from somewhere else, in a folder of their own, after looking at
    /// every page of them. Older ones are brought to this version there.
    ///
    /// # Errors
    /// As [`Self::open`], and [`CatalogError::Damaged`] for what is not sound.
    pub fn open_copy(folder: &Path) -> Result<Self> {
        for file in FILES {
            store::intact(&folder.join(file)).map_err(|error| error.in_file(file))?;
        }
        Self::open(folder)
    }

    /// Makes this catalog, which has no workspace, what the open `copy` is.
    ///
    /// # Errors
    /// [`CatalogError::Founded`] where there is a workspace; else as every write.
    pub fn become_copy_of(&self, copy: &Self) -> Result<()> {
        if self.workspace()?.is_some() {
            return Err(CatalogError::Founded);
        }
        // So that each is one file without a log.
        for part in [copy.data(), copy.catalog()] {
            part.scrub();
        }
        self.data().become_copy_of(copy.data().path())?;
        self.catalog().become_copy_of(copy.catalog().path())
    }

    /// The versions of both files that this program writes, `catalog.sqlite` first.
    #[must_use]
    pub fn versions() -> (u32, u32) {
        (schema::CATALOG.version(), schema::DATA.version())
    }
}
