//! Whether anything was written since: what a reader knows is still so.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::{Catalog, Result};

/// How `catalog.sqlite` stands. Two that are equal: nobody wrote into it between them, neither
/// this process nor another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Numbers of different watchers say nothing about each other.
    watcher: u64,
    version: i64,
}

/// A connection that never writes, so that SQLite counts on it what all others commit
/// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
#[derive(Default)]
pub(crate) struct Watcher(Mutex<(u64, Option<Connection>)>);

impl Watcher {
    fn look(&self, path: &Path) -> Result<Stamp> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (watcher, connection) = &mut *held;
        let open = match connection.take() {
            Some(open) => open,
            None => {
                *watcher += 1;
                open_at(path)?
            }
        };
        // One that failed is not used again: what it counted may be wrong.
        let version = open
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        *connection = Some(open);
        Ok(Stamp {
            watcher: *watcher,
            version,
        })
    }
}

fn open_at(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "query_only", "ON")?;
    // Whoever asks would rather read everything again than wait.
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

impl Catalog {
    /// How `catalog.sqlite` stands, without waiting for anybody: a few microseconds.
    ///
    /// # Errors
    /// As every read, and [`CatalogError::Busy`](crate::CatalogError::Busy) where another process
    /// has the file for itself: nothing is known then.
    pub fn stamp(&self) -> Result<Stamp> {
        self.inner.watcher.look(self.catalog().path())
    }
}
