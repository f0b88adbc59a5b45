//! How far schedules have come, in one write with the executions that follow from it.

use rusqlite::{OptionalExtension, params};
use tsunagi_domain::{ItemId, Timestamp};

use crate::executions::{self, Execution};
use crate::row::{self, Key};
use crate::{Catalog, CatalogError, Result};

/// How far a schedule has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Up to when its times were looked at.
    pub considered: Timestamp,
    /// Times that wait for the run before them, in their order.
    pub waiting: Vec<Timestamp>,
}

impl Catalog {
    /// How far a schedule has come; `None` where its times were never looked at.
    ///
    /// # Errors
    /// As every read.
    pub fn progress(&self, item: ItemId) -> Result<Option<Progress>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM schedule WHERE item = ?1")?;
            let found = statement.query_row([item.bytes()], |row| {
                Ok(Progress {
                    considered: row::time(row, "considered")?,
                    waiting: row::json(row, "waiting")?,
                })
            });
            Ok(found.optional()?)
        })
    }

    /// Stores how far a schedule has come, and what follows from that: all of it or nothing, so
    /// that no time starts twice and none is lost, whenever the program is stopped. `before` is
    /// what the decision was made from.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] where somebody else has decided meanwhile; else as every write.
    pub fn advance(
        &self,
        item: ItemId,
        before: Option<&Progress>,
        after: &Progress,
        executions: &[Execution],
    ) -> Result<()> {
        self.data().write(|db| {
            let waiting = row::to_json(&after.waiting)?;
            let stored = match before {
                None => db
                    .prepare_cached(
                        "INSERT INTO schedule (item, considered, waiting) VALUES (?1, ?2, ?3)
                         ON CONFLICT (item) DO NOTHING",
                    )?
                    .execute(params![item.bytes(), after.considered.0, waiting])?,
                Some(before) => db
                    .prepare_cached(
                        "UPDATE schedule SET considered = ?2, waiting = ?3
                         WHERE item = ?1 AND considered = ?4 AND waiting = ?5",
                    )?
                    .execute(params![
                        item.bytes(),
                        after.considered.0,
                        waiting,
                        before.considered.0,
                        row::to_json(&before.waiting)?,
                    ])?,
            };
            if stored == 0 {
                return Err(CatalogError::Stale);
            }
            executions
                .iter()
                .try_for_each(|execution| executions::put(db, execution))
        })
    }

    /// Lets a schedule begin at a time, whatever it has come to: nothing before it is missed, and
    /// nothing waits.
    ///
    /// # Errors
    /// As every write.
    pub fn begin_at(&self, item: ItemId, at: Timestamp) -> Result<()> {
        self.data().write(|db| {
            db.prepare_cached(
                "INSERT INTO schedule (item, considered, waiting) VALUES (?1, ?2, '[]')
                 ON CONFLICT (item) DO UPDATE SET considered = excluded.considered, waiting = '[]'",
            )?
            .execute(params![item.bytes(), at.0])?;
            Ok(())
        })
    }
}
