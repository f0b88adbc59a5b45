//! Room that became free in a file, given back to the disk a little at a time.

use rusqlite::Connection;

use super::Store;
use crate::Result;

/// What SQLite calls a file that gives free pages back when it is told to
/// (<https://www.sqlite.org/pragma.html#pragma_auto_vacuum>).
const GIVES_BACK: u32 = 2;

/// Makes a file that nothing is in yet one of those.
pub(super) fn begin(writer: &Connection) -> rusqlite::Result<()> {
    writer.pragma_update(None, "auto_vacuum", GIVES_BACK)
}

fn gives_back(connection: &Connection) -> rusqlite::Result<bool> {
    let kind: u32 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
    Ok(kind == GIVES_BACK)
}

/// The most bytes a file has that is written anew while somebody waits for the program to open: a
/// few seconds' worth.
const QUICK: u64 = 200_000_000;

impl Store {
    /// Whether it is a file of a program of before, which gives nothing back yet and is small
    /// enough to be written anew.
    pub(crate) fn may_learn(&self) -> Result<bool> {
        self.read(|db| {
            let of = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, u32>(0));
            let (pages, size) = (of("PRAGMA page_count")?, of("PRAGMA page_size")?);
            Ok(!gives_back(db)? && u64::from(pages) * u64::from(size) <= QUICK)
        })
    }

    /// Makes it one that can give free pages back, by writing all of it anew. Where there is no room
    /// for that it stays as it is, and goes on growing into what is free in it.
    pub(crate) fn learn(&self) -> Result<()> {
        let writer = self.writer.lock();
        let writer = writer.borrow();
        let learn = || {
            writer.pragma_update(None, "auto_vacuum", GIVES_BACK)?;
            writer.execute_batch("VACUUM")?;
            // All of it is in the log now, too.
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        learn().map_err(|error: rusqlite::Error| self.named(error.into()))
    }

    /// Gives free pages back to the disk, at most `pages`, as long as more than `spare` are free;
    /// says whether there are more. Inside a write nothing is given.
    pub(crate) fn give_back(&self, pages: u32, spare: u32) -> Result<bool> {
        let writer = self.writer.lock();
        let writer = writer.borrow();
        let give = || {
            let free: u32 = writer.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
            let over = free.saturating_sub(spare);
            let now = over.min(pages);
            if now == 0 || !writer.is_autocommit() || !gives_back(&writer)? {
                return Ok(false);
            }
            // A page is given with each step (https://www.sqlite.org/pragma.html#pragma_incremental_vacuum).
            let mut statement = writer.prepare(&format!("PRAGMA incremental_vacuum({now})"))?;
            let mut steps = statement.query([])?;
            while steps.next()?.is_some() {}
            Ok(over > now)
        };
        give().map_err(|error: rusqlite::Error| self.named(error.into()))
    }
}
