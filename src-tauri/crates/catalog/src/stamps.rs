//! Whether anything was written since: what a reader knows is still so.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
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
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    /// The head of the index of the write-ahead log.
    Head([u8; HEAD]),
    /// What SQLite counts.
    Counted(i64),
}

/// The head of the index: written anew by every commit, twice, so that a reader sees whether it
/// came in between (<https://www.sqlite.org/walformat.html#the_wal_index_header>).
const HEAD: usize = 48;

/// Watchers there were so far in this process.
static OPENED: AtomicU64 = AtomicU64::new(1);

/// A connection that never writes, and the index of the write-ahead log, which exists for as long
/// as one is open. SQLite finds out by comparing the same bytes whether what it holds is still so;
/// asking it to (`PRAGMA data_version`) takes two locks of the file besides, many times what
/// looking takes.
struct Watched {
    connection: Connection,
    /// `None` where it cannot be read: SQLite is asked then.
    index: Option<File>,
}

/// Watches `catalog.sqlite`.
#[derive(Default)]
pub(crate) struct Watcher(Mutex<(u64, Option<Watched>)>);

impl Watcher {
    fn look(&self, path: &Path) -> Result<Stamp> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (watcher, watched) = &mut *held;
        let open = match watched.take() {
            Some(open) => open,
            None => {
                *watcher = OPENED.fetch_add(1, Ordering::Relaxed);
                Watched::open(path)?
            }
        };
        // One that failed is not used again: what it counted may be wrong.
        let version = match open.index.as_ref().and_then(head) {
            Some(head) => Version::Head(head),
            None => Version::Counted(counted(&open.connection)?),
        };
        *watched = Some(open);
        Ok(Stamp {
            watcher: *watcher,
            version,
        })
    }
}

impl Watched {
    fn open(path: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "trusted_schema", "OFF")?;
        connection.pragma_update(None, "query_only", "ON")?;
        // Whoever asks would rather read everything again than wait.
        connection.busy_timeout(Duration::ZERO)?;
        // Its first read brings the index about.
        counted(&connection)?;
        let mut index = OsString::from(path);
        index.push("-shm");
        Ok(Self {
            connection,
            index: File::open(index).ok(),
        })
    }
}

/// What SQLite counts of all that others commit
/// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
fn counted(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("PRAGMA data_version")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The head, where both of its copies say the same: else a commit is just being written, or
/// recovery is under way.
fn head(index: &File) -> Option<[u8; HEAD]> {
    let mut copies = [0; 2 * HEAD];
    if read_at(index, &mut copies).ok()? != copies.len() {
        return None;
    }
    let (first, second) = copies.split_at(HEAD);
    (first == second).then(|| first.try_into().ok())?
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, 0)
}

#[cfg(windows)]
fn read_at(file: &File, into: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, 0)
}

impl Catalog {
    /// How `catalog.sqlite` stands, without waiting for anybody: less than a microsecond.
    ///
    /// # Errors
    /// As every read, and [`CatalogError::Busy`](crate::CatalogError::Busy) where another process
    /// has the file for itself: nothing is known then.
    pub fn stamp(&self) -> Result<Stamp> {
        self.inner.watcher.look(self.catalog().path())
    }
}
