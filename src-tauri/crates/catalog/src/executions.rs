//! Executions: each time an item did its work, beside the runs its requests were.

use rusqlite::{Row, params};
use tsunagi_domain::{ExecutionId, ItemId, Timestamp};

use crate::row::{self, Key};
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result};

/// One time an item did its work, or was kept from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// Identifier.
    pub id: ExecutionId,
    /// Which item.
    pub item: ItemId,
    /// Who started it: a member id, or `unattended`.
    pub caller: String,
    /// When it was due, where a schedule started it.
    pub due: Option<Timestamp>,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended, and how in one word; `None` while it is under way, and where the program
    /// was stopped before it was over.
    pub ended: Option<(Timestamp, String)>,
    /// What happened, as JSON in its area's own words; never a secret.
    pub detail: String,
}

impl Catalog {
    /// Stores an execution, or what became of it since.
    ///
    /// # Errors
    /// As every write.
    pub fn put_execution(&self, execution: &Execution) -> Result<()> {
        self.data().write(|db| put(db, execution))
    }

    /// What an item did, the latest first: at most `limit`, those before `before` where it is
    /// given.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where `before` is unknown; else as every read.
    pub fn executions(
        &self,
        item: ItemId,
        before: Option<ExecutionId>,
        limit: u32,
    ) -> Result<Vec<Execution>> {
        self.data().read(|db| {
            let (at, id) = match before {
                None => (i64::MAX, [0xff; 16]),
                Some(id) => {
                    let at = db
                        .prepare_cached("SELECT began_at FROM execution WHERE id = ?1")?
                        .query_row([id.bytes()], |row| row.get(0))
                        .map_err(|error| match error {
                            rusqlite::Error::QueryReturnedNoRows => {
                                CatalogError::Missing("execution")
                            }
                            other => other.into(),
                        })?;
                    (at, id.bytes())
                }
            };
            let mut statement = db.prepare_cached(
                "SELECT * FROM execution WHERE item = ?1 AND (began_at, id) < (?2, ?3)
                 ORDER BY began_at DESC, id DESC LIMIT ?4",
            )?;
            let rows = statement.query_map(params![item.bytes(), at, id, limit], read)?;
            row::collect("execution", rows)
        })
    }

    /// Forgets what an item did.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_executions(&self, item: ItemId) -> Result<()> {
        self.data().write(|db| {
            db.execute("DELETE FROM execution WHERE item = ?1", [item.bytes()])?;
            Ok(())
        })
    }

    /// What was begun and is not over, the oldest first: after a start, what the program was
    /// stopped in.
    ///
    /// # Errors
    /// As every read.
    pub fn executions_under_way(&self) -> Result<Vec<Execution>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM execution WHERE ended_at IS NULL ORDER BY began_at, id",
            )?;
            row::collect("execution", statement.query_map([], read)?)
        })
    }
}

/// Stores an execution in a write of its own or with others.
pub(crate) fn put(db: &Transaction<'_>, execution: &Execution) -> Result<()> {
    let (ended_at, outcome) = execution.ended.as_ref().map_or((None, None), |ended| {
        (Some(ended.0), Some(ended.1.as_str()))
    });
    db.prepare_cached(
        "INSERT INTO execution (id, item, caller, due, began_at, ended_at, outcome, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at,
             outcome = excluded.outcome, detail = excluded.detail",
    )?
    .execute(params![
        execution.id.bytes(),
        execution.item.bytes(),
        execution.caller,
        row::millis(execution.due),
        execution.began_at.0,
        row::millis(ended_at),
        outcome,
        execution.detail,
    ])?;
    Ok(())
}

pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Execution> {
    let ended_at = row::time_opt(row, "ended_at")?;
    let outcome: Option<String> = row.get("outcome")?;
    Ok(Execution {
        id: row::id(row, "id")?,
        item: row::id(row, "item")?,
        caller: row.get("caller")?,
        due: row::time_opt(row, "due")?,
        began_at: row::time(row, "began_at")?,
        ended: ended_at.map(|at| (at, outcome.unwrap_or_default())),
        detail: row.get("detail")?,
    })
}
