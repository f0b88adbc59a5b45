//! Records of forms, and what happens because of them: a record and the executions that it starts
//! are stored in one write, so that none is without the other, whenever the program is stopped.

use rusqlite::{OptionalExtension, Row, params};
use tsunagi_domain::{ItemId, MemberId, RecordId, Timestamp};

use crate::executions::{self, Execution};
use crate::row::{self, Key};
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result};

/// A record of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its place in the order records were added; 0 for one that is to be added.
    pub place: i64,
    /// Identifier.
    pub id: RecordId,
    /// The form.
    pub item: ItemId,
    /// How often it was stored.
    pub version: u64,
    /// Its values, as JSON.
    pub fields: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was stored last.
    pub changed_at: Timestamp,
    /// By whom it was added.
    pub added_by: Option<MemberId>,
}

impl Catalog {
    /// Stores a record with executions. `expected` is the version that is to be replaced, `None`
    /// for a new one. Gives the record as it is stored.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] where it was changed or deleted meanwhile: nothing is stored then;
    /// else as every write.
    pub fn put_record(
        &self,
        record: &Record,
        expected: Option<u64>,
        executions: &[Execution],
    ) -> Result<Record> {
        self.data().write(|db| {
            is_as_seen(db, record.id, expected)?;
            db.prepare_cached(
                "INSERT INTO record (id, item, version, fields, added_at, changed_at, added_by)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET version = excluded.version,
                     fields = excluded.fields, changed_at = excluded.changed_at",
            )?
            .execute(params![
                record.id.bytes(),
                record.item.bytes(),
                row::integer(expected.unwrap_or(0) + 1),
                record.fields,
                record.added_at.0,
                record.changed_at.0,
                row::bytes_opt(record.added_by),
            ])?;
            put_all(db, executions)?;
            let mut statement = db.prepare_cached("SELECT * FROM record WHERE id = ?1")?;
            Ok(statement.query_row([record.id.bytes()], read)?)
        })
    }

    /// Deletes a record, and stores executions with that.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] where it was changed or deleted meanwhile; else as every write.
    pub fn delete_record(
        &self,
        id: RecordId,
        expected: u64,
        executions: &[Execution],
    ) -> Result<()> {
        self.data().write(|db| {
            is_as_seen(db, id, Some(expected))?;
            db.execute("DELETE FROM record WHERE id = ?1", [id.bytes()])?;
            put_all(db, executions)
        })
    }

    /// Stores executions in one write: all of them, or none.
    ///
    /// # Errors
    /// As every write.
    pub fn put_executions(&self, executions: &[Execution]) -> Result<()> {
        self.data().write(|db| put_all(db, executions))
    }

    /// One execution of an item.
    ///
    /// # Errors
    /// As every read.
    pub fn execution(
        &self,
        item: ItemId,
        id: tsunagi_domain::ExecutionId,
    ) -> Result<Option<Execution>> {
        self.data().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM execution WHERE item = ?1 AND id = ?2")?;
            let found = statement.query_row(params![item.bytes(), id.bytes()], executions::read);
            Ok(found.optional()?)
        })
    }

    /// One record of a form.
    ///
    /// # Errors
    /// As every read.
    pub fn form_record(&self, item: ItemId, id: RecordId) -> Result<Option<Record>> {
        self.data().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM record WHERE item = ?1 AND id = ?2")?;
            let found = statement.query_row(params![item.bytes(), id.bytes()], read);
            Ok(found.optional()?)
        })
    }

    /// The records of a form, the latest first: at most `limit`, those behind `after` where it is
    /// given.
    ///
    /// # Errors
    /// As every read.
    pub fn records(&self, item: ItemId, after: Option<i64>, limit: u32) -> Result<Vec<Record>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM record WHERE item = ?1 AND key < ?2 ORDER BY key DESC LIMIT ?3",
            )?;
            let after = after.unwrap_or(i64::MAX);
            let rows = statement.query_map(params![item.bytes(), after, limit], read)?;
            row::collect("record", rows)
        })
    }

    /// How many records a form has.
    ///
    /// # Errors
    /// As every read.
    pub fn count_records(&self, item: ItemId) -> Result<u64> {
        self.data().read(|db| {
            let count: i64 = db
                .prepare_cached("SELECT count(*) FROM record WHERE item = ?1")?
                .query_row([item.bytes()], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or_default())
        })
    }

    /// One row that a data source has pulled, by the service's own identifier.
    ///
    /// # Errors
    /// As every read.
    pub fn pulled_row(&self, item: ItemId, id: &str) -> Result<Option<String>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT fields FROM pulled_row
                 WHERE pull = (SELECT key FROM pull WHERE item = ?1) AND id = ?2",
            )?;
            let found = statement.query_row(params![item.bytes(), id], |row| row.get(0));
            Ok(found.optional()?)
        })
    }

    /// Forgets the records of a form.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_records(&self, item: ItemId) -> Result<()> {
        self.data().write(|db| {
            db.execute("DELETE FROM record WHERE item = ?1", [item.bytes()])?;
            Ok(())
        })
    }
}

fn put_all(db: &Transaction<'_>, all: &[Execution]) -> Result<()> {
    all.iter().try_for_each(|one| executions::put(db, one))
}

fn is_as_seen(db: &Transaction<'_>, id: RecordId, expected: Option<u64>) -> Result<()> {
    let stored: Option<i64> = db
        .prepare_cached("SELECT version FROM record WHERE id = ?1")?
        .query_row([id.bytes()], |row| row.get(0))
        .optional()?;
    if stored != expected.map(row::integer) {
        return Err(CatalogError::Stale);
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        place: row.get("key")?,
        id: row::id(row, "id")?,
        item: row::id(row, "item")?,
        version: row::count(row, "version")?,
        fields: row.get("fields")?,
        added_at: row::time(row, "added_at")?,
        changed_at: row::time(row, "changed_at")?,
        added_by: row::id_opt(row, "added_by")?,
    })
}
