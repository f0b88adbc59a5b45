//! The files' versions. Migrations go forward only; a released one never changes.

use std::sync::LazyLock;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::{CatalogError, Result};

/// How one file came to look as it does.
pub(crate) struct Schema {
    /// SQLite's `application_id`, by which the file is told from any other SQLite file.
    pub(crate) mark: i32,
    steps: Vec<&'static str>,
}

/// `catalog.sqlite`.
pub(crate) static CATALOG: LazyLock<Schema> = LazyLock::new(|| {
    Schema::new(
        0x5473_6e63,
        vec![
            include_str!("migrations/catalog_1.sql"),
            include_str!("migrations/catalog_2.sql"),
            include_str!("migrations/catalog_3.sql"),
            include_str!("migrations/catalog_4.sql"),
        ],
    )
});

/// `data.sqlite`.
pub(crate) static DATA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::new(
        0x5473_6e64,
        vec![
            include_str!("migrations/data_1.sql"),
            include_str!("migrations/data_2.sql"),
            include_str!("migrations/data_3.sql"),
            include_str!("migrations/data_4.sql"),
            include_str!("migrations/data_5.sql"),
            include_str!("migrations/data_6.sql"),
            include_str!("migrations/data_7.sql"),
            include_str!("migrations/data_8.sql"),
        ],
    )
});

impl Schema {
    pub(crate) const fn new(mark: i32, steps: Vec<&'static str>) -> Self {
        Self { mark, steps }
    }

    /// The latest version.
    pub(crate) fn version(&self) -> u32 {
        u32::try_from(self.steps.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn migrations(&self) -> Migrations<'static> {
        Migrations::new(
            self.steps
                .iter()
                .map(|sql| M::up(sql).foreign_key_check())
                .collect(),
        )
    }

    /// Brings the file to the latest version, each step in a transaction of its own.
    pub(crate) fn migrate(&self, connection: &mut Connection) -> Result<()> {
        // Outside the steps, so that no step can forget it.
        connection.pragma_update(None, "application_id", self.mark)?;
        self.migrations()
            .to_latest(connection)
            .map_err(|error| match error {
                rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
                other => CatalogError::Internal(other.to_string()),
            })
    }
}
