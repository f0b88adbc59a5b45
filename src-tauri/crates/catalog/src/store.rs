//! One SQLite file: how it is opened, migrated, read and written.

mod room;

use std::cell::RefCell;
use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parking_lot::ReentrantMutex;
use rusqlite::backup::StepResult;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::schema::Schema;
use crate::{CatalogError, Result};

/// How long a statement waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);
/// Read connections that are kept open; more are opened when as many readers meet, and closed.
const READERS_KEPT: usize = 4;
/// Memory a reader may keep pages in, in KiB (negative, so that SQLite does not take it for pages):
/// the texts and the name index of a hundred thousand connections. It is taken as it is needed.
const CACHE: i64 = -32_768;
/// Statements each connection keeps prepared.
const STATEMENTS_KEPT: usize = 96;

/// Keeps other processes from opening the same home until dropped.
///
/// # Errors
/// [`CatalogError::Io`] or [`CatalogError::DiskFull`].
pub(crate) fn opening(home: &Path) -> Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(home.join("catalog.opening"))?;
    file.lock()?;
    Ok(file)
}

/// One SQLite file: a single writer, and readers beside it.
pub(crate) struct Store {
    path: PathBuf,
    /// Taken again by the thread that holds it: a write inside a write is part of it.
    writer: ReentrantMutex<RefCell<Connection>>,
    /// A part of the write that is under way wants the log emptied once it is stored.
    scrub_due: AtomicBool,
    readers: Mutex<Vec<Connection>>,
}

/// The writer inside a transaction: what is written through it is stored with the whole of it.
pub(crate) struct Transaction<'c>(&'c Connection);

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

/// A part of a transaction that is undone unless it was kept.
struct Part<'c> {
    writer: &'c Connection,
    kept: bool,
}

impl<'c> Part<'c> {
    fn begin(writer: &'c Connection) -> rusqlite::Result<Self> {
        writer.execute_batch("SAVEPOINT part")?;
        Ok(Self {
            writer,
            kept: false,
        })
    }

    fn keep(mut self) -> rusqlite::Result<()> {
        self.writer.execute_batch("RELEASE part")?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        // Where that fails too, SQLite has already rolled the whole transaction back.
        if !self.kept
            && let Err(error) = self.writer.execute_batch("ROLLBACK TO part; RELEASE part")
        {
            tracing::debug!(%error, "nothing left to undo");
        }
    }
}

// A panic while it is held leaves a list of readers, each of which is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Store {
    /// Opens `path`, creating or migrating it.
    pub(crate) fn open(path: &Path, schema: &Schema) -> Result<Self> {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Self::open_inner(path, &name, schema).map_err(|error| error.in_file(&name))
    }

    fn open_inner(path: &Path, name: &str, schema: &Schema) -> Result<Self> {
        let known = schema.version();
        let found = if has_content(path)? {
            version(path, schema)?
        } else {
            0
        };
        if found > known {
            return Err(CatalogError::TooNew {
                file: name.to_owned(),
                found,
                known,
            });
        }
        let mut writer = Connection::open(path)?;
        prepare(&writer)?;
        if schema.gives_back {
            // Before anything is in it: later only a copy of all of it is of another kind.
            room::begin(&writer)?;
        }
        // Both persist in the file or hold for the writer alone.
        writer
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        // What is deleted is overwritten: a revoked credential must not linger in free pages.
        writer.pragma_update(None, "secure_delete", "ON")?;
        if found < known {
            if found > 0 {
                sound(&writer)?;
                back_up(&writer, path, known)?;
            }
            schema.migrate(&mut writer)?;
        }
        Ok(Self {
            path: path.to_owned(),
            writer: ReentrantMutex::new(RefCell::new(writer)),
            scrub_due: AtomicBool::new(false),
            readers: Mutex::default(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` on one snapshot of the file; inside a write, on what was written so far.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        if self.writer.is_owned_by_current_thread() {
            let writer = self.writer.lock();
            return work(&writer.borrow()).map_err(|error| self.named(error));
        }
        let kept = lock(&self.readers).pop();
        let reader = match kept {
            Some(reader) => reader,
            None => self.reader()?,
        };
        let done = reader
            .unchecked_transaction()
            .map_err(CatalogError::from)
            .and_then(|snapshot| work(&snapshot))
            .map_err(|error| self.named(error));
        let mut readers = lock(&self.readers);
        if readers.len() < READERS_KEPT {
            readers.push(reader);
        }
        done
    }

    /// Runs `work` in one immediate transaction: all of it is stored, durably, or none. Inside
    /// another write it is a part of that one: what fails is undone, what succeeds is stored with
    /// the rest.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        self.write_or(|db| work(db).map_err(|error| self.named(error)))
    }

    /// As [`Self::write`], of work that fails in its own ways too.
    pub(crate) fn write_or<T, E: From<CatalogError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let failed = |error: rusqlite::Error| E::from(self.named(error.into()));
        let held = self.writer.lock();
        let writer = held.borrow();
        if !writer.is_autocommit() {
            let part = Part::begin(&writer).map_err(failed)?;
            let done = work(&Transaction(&writer))?;
            part.keep().map_err(failed)?;
            return Ok(done);
        }
        // Rolled back when it is dropped, by a panic too.
        let transaction =
            rusqlite::Transaction::new_unchecked(&writer, TransactionBehavior::Immediate)
                .map_err(failed)?;
        let done = work(&Transaction(&writer))?;
        transaction.commit().map_err(failed)?;
        drop(writer);
        if self.scrub_due.swap(false, Ordering::Relaxed) {
            self.scrub();
        }
        Ok(done)
    }

    /// Moves everything from the write-ahead log into the file and empties the log, so that what
    /// was overwritten in the file is not still in the log; inside a write, once that is stored.
    /// Where a reader is in the way the log stays as it is until a later checkpoint.
    pub(crate) fn scrub(&self) {
        let writer = self.writer.lock();
        if !writer.borrow().is_autocommit() {
            self.scrub_due.store(true, Ordering::Relaxed);
            return;
        }
        let busy = writer
            .borrow()
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            });
        if !matches!(busy, Ok(0)) {
            tracing::warn!(file = %self.path.display(), "the log could not be emptied yet");
        }
    }

    /// Writes the file as it stands now to `target`, without its log and without what was
    /// deleted. Writers are not kept waiting.
    pub(crate) fn copy_to(&self, target: &Path) -> Result<()> {
        let copy = || {
            let source = Connection::open_with_flags(
                &self.path,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?;
            prepare(&source)?;
            let target = target.to_str().ok_or_else(|| {
                CatalogError::Io("the folder's name is not written in Unicode".to_owned())
            })?;
            source.execute("VACUUM INTO ?1", [target])?;
            Ok(())
        };
        copy().map_err(|error: CatalogError| self.named(error))
    }

    /// Makes this file what `source` is, in one transaction.
    pub(crate) fn become_copy_of(&self, source: &Path) -> Result<()> {
        let writer = self.writer.lock();
        let copy = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let source = Connection::open_with_flags(source, flags)?;
            let mut writer = writer.borrow_mut();
            let backup = rusqlite::backup::Backup::new(&source, &mut writer)?;
            match backup.step(-1)? {
                StepResult::Done => Ok(()),
                StepResult::Busy | StepResult::Locked => Err(CatalogError::Busy),
                other => Err(CatalogError::Internal(format!("{other:?}"))),
            }
        };
        copy().map_err(|error: CatalogError| self.named(error))
    }

    pub(crate) fn limit_pages(&self, pages: u32) -> Result<()> {
        let writer = self.writer.lock();
        let writer = writer.borrow();
        writer.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        Ok(())
    }

    /// Does to a row what only harm does: against what the tables allow.
    pub(crate) fn spoil(&self, sql: &str) -> Result<usize> {
        let writer = self.writer.lock();
        let writer = writer.borrow();
        writer.execute_batch("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")?;
        let done = writer.execute(sql, []);
        writer.execute_batch("PRAGMA ignore_check_constraints = OFF; PRAGMA foreign_keys = ON")?;
        Ok(done?)
    }

    fn reader(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&self.path, flags)?;
        prepare(&reader)?;
        reader.pragma_update(None, "query_only", "ON")?;
        reader.pragma_update(None, "cache_size", CACHE)?;
        Ok(reader)
    }

    fn named(&self, error: CatalogError) -> CatalogError {
        let error = error.in_file(&self.path.file_name().unwrap_or_default().to_string_lossy());
        if matches!(error, CatalogError::Damaged { .. }) {
            // Met while it is in use, it can only be mended at the next start.
            if let Err(error) = File::create(suspicion(&self.path)) {
                tracing::warn!(%error, "the next start will not know");
            }
        }
        error
    }
}

fn has_content(path: &Path) -> Result<bool> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len() > 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn prepare(connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    Ok(())
}

/// The version of an existing file, read without writing a byte to it.
fn version(path: &Path, schema: &Schema) -> Result<u32> {
    let probe = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    probe.busy_timeout(PATIENCE)?;
    let found: i64 = probe.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let mark: i64 = probe.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 =
        probe.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    // An opening that was cut short leaves a file with a header and nothing in it.
    if found == 0 && tables == 0 {
        return Ok(0);
    }
    if mark != i64::from(schema.mark) {
        return Err(CatalogError::Damaged {
            file: String::new(),
            detail: "another program's database".to_owned(),
        });
    }
    u32::try_from(found).map_err(|_| CatalogError::Damaged {
        file: String::new(),
        detail: "its version is negative".to_owned(),
    })
}

/// Refuses to migrate a file that is not sound: migrating would bury the damage.
fn sound(connection: &Connection) -> Result<()> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(CatalogError::Damaged {
            file: String::new(),
            detail: verdict,
        })
    }
}

/// The mark of a file in which damage was met.
pub(crate) fn suspicion(path: &Path) -> PathBuf {
    with_end(path, ".suspect")
}

/// Looks at a file before it is opened: its head and its tables, that it was not cut short, and
/// up to a size of so many bytes, or where damage was met in it before, every page of it. A file
/// that is not there, or of a later version, is not damaged.
///
/// # Errors
/// [`CatalogError::Damaged`]; as every read.
pub(crate) fn look(path: &Path, schema: &Schema, up_to: u64) -> Result<()> {
    let suspicion = suspicion(path);
    let suspect = suspicion.try_exists()?;
    if !suspect && up_to == 0 {
        return Ok(());
    }
    if !has_content(path)? || version(path, schema)? > schema.version() {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Pages that are only in the log count.
    let pages: u32 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let size: u32 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let logged = std::fs::metadata(with_end(path, "-wal")).map_or(0, |log| log.len());
    let held = std::fs::metadata(path)?.len().saturating_add(logged);
    if held < u64::from(pages) * u64::from(size) {
        return Err(CatalogError::Damaged {
            file: String::new(),
            detail: "it was cut short".to_owned(),
        });
    }
    if suspect || held <= up_to {
        sound(&connection)?;
    }
    if suspect {
        std::fs::remove_file(suspicion)?;
    }
    Ok(())
}

/// A path with something behind its last name.
pub(crate) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// What SQLite finds wrong with a file, where it finds anything. Reads all of it.
///
/// # Errors
/// [`CatalogError::Damaged`], [`CatalogError::Io`].
pub(crate) fn intact(path: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    let verdict: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    let astray = connection.prepare("PRAGMA foreign_key_check")?.exists([])?;
    if verdict == "ok" && !astray {
        return Ok(());
    }
    Err(CatalogError::Damaged {
        file: String::new(),
        detail: if astray {
            "a row refers to one that is not there".to_owned()
        } else {
            verdict
        },
    })
}

/// Copies the file, log included, to `<file>.before-<version>`.
fn back_up(connection: &Connection, path: &Path, version: u32) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".before-{version}"));
    let target = PathBuf::from(name);
    // A half-written copy must never pass for a backup: it gets its name when it is complete.
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    match std::fs::remove_file(&partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut copy = Connection::open(&partial)?;
    rusqlite::backup::Backup::new(connection, &mut copy)?.run_to_completion(
        1024,
        Duration::ZERO,
        None,
    )?;
    copy.close().map_err(|(_, error)| error)?;
    File::open(&partial)?.sync_all()?;
    std::fs::rename(&partial, &target)?;
    Ok(())
}

#[cfg(test)]
mod tests;
