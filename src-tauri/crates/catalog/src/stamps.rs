//! Whether anything was written since: what a reader knows is still so.

use std::collections::BTreeMap;
#[cfg(unix)]
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
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

/// Watches `catalog.sqlite`: by the index of its write-ahead log, which is there for as long as a
/// connection is open, and by a connection that never writes. SQLite finds out by comparing the
/// same bytes whether what it holds is still so; asking it to (`PRAGMA data_version`) takes two
/// locks of the file besides, many times what looking takes.
pub(crate) struct Watcher {
    /// Its number, and the connection.
    held: Mutex<(u64, Option<Connection>)>,
    /// `None` where it cannot be read: SQLite is asked then. Let go after the connection.
    index: Option<Index>,
}

impl Watcher {
    pub(crate) fn new(index: Option<Index>) -> Self {
        Self {
            held: Mutex::default(),
            index,
        }
    }

    fn look(&self, path: &Path) -> Result<Stamp> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (watcher, connection) = &mut *held;
        let open = match connection.take() {
            Some(open) => open,
            None => {
                *watcher = OPENED.fetch_add(1, Ordering::Relaxed);
                let open = open_at(path)?;
                // Its first read brings the index about.
                counted(&open)?;
                open
            }
        };
        // One that failed is not used again: what it counted may be wrong.
        let version = match self.index.as_ref().and_then(Index::head) {
            Some(head) => Version::Head(head),
            None => Version::Counted(counted(&open)?),
        };
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

/// What SQLite counts of all that others commit
/// (<https://www.sqlite.org/pragma.html#pragma_data_version>).
fn counted(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("PRAGMA data_version")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// The index of a write-ahead log, open to be read.
///
/// Where a process closes a file, all locks go that it has on it, whoever in it has taken them
/// (<https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_>).
/// SQLite's own are on this one. So a process has each index open once at the most, and closes it
/// when the last who could have locks there is gone: whoever opens the catalog takes it before, and
/// lets it go after its connections.
pub(crate) struct Index(Option<Arc<File>>);

/// The indexes this process has open, by device and number. Held while one is opened or closed.
static INDEXES: Mutex<BTreeMap<(u64, u64), Weak<File>>> = Mutex::new(BTreeMap::new());

impl Index {
    /// That of a database; `None` where there is none yet, or the system tells nothing by which two
    /// names of one file are known. On Windows what is read of a file that is mapped elsewhere need
    /// not be what stands there.
    #[cfg(unix)]
    pub(crate) fn of(database: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;

        let mut path = OsString::from(database);
        path.push("-shm");
        let mut open = INDEXES.lock().unwrap_or_else(PoisonError::into_inner);
        let known = std::fs::metadata(&path).ok()?;
        let key = (known.dev(), known.ino());
        if let Some(file) = open.get(&key).and_then(Weak::upgrade) {
            return Some(Self(Some(file)));
        }
        let file = Arc::new(File::open(&path).ok()?);
        open.retain(|_, file| file.strong_count() > 0);
        open.insert(key, Arc::downgrade(&file));
        Some(Self(Some(file)))
    }

    #[cfg(not(unix))]
    pub(crate) fn of(_database: &Path) -> Option<Self> {
        None
    }

    /// The head, where both of its copies say the same: else a commit is just being written, or
    /// recovery is under way.
    fn head(&self) -> Option<[u8; HEAD]> {
        let mut copies = [0; 2 * HEAD];
        if read_at(self.0.as_deref()?, &mut copies).ok()? != copies.len() {
            return None;
        }
        let (first, second) = copies.split_at(HEAD);
        (first == second).then(|| first.try_into().ok())?
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        // So that nobody opens it in the moment in which it is closed.
        let _still = INDEXES.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.take();
    }
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, 0)
}

#[cfg(not(unix))]
fn read_at(_file: &File, _into: &mut [u8]) -> io::Result<usize> {
    Ok(0)
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
