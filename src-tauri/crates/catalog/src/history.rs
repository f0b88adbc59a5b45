//! How much is kept of what has happened, and forgetting it: runs and executions, in portions that
//! keep no other write waiting, and the room they took given back.

use rusqlite::params;
use tsunagi_domain::{ExecutionId, Timestamp};

use crate::executions::{self, Execution};
use crate::row::{self, Key};
use crate::{Catalog, Result};

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Runs.
    pub runs: u64,
    /// Executions, those under way included.
    pub executions: u64,
    /// When the oldest of both was recorded, those under way left out.
    pub oldest: Option<Timestamp>,
    /// What the runs take, with what they are found by: bytes that hold something.
    pub run_bytes: u64,
    /// What the executions take, likewise.
    pub execution_bytes: u64,
}

impl History {
    /// What both take.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.run_bytes.saturating_add(self.execution_bytes)
    }
}

/// Runs nobody knows the outcome of: something that is not only read was let go, and what became of
/// it was not heard. Refused by the gate, it would have no authorization.
macro_rules! unheard {
    () => {
        "(status IS NULL AND authorization IS NOT NULL AND method NOT IN ('GET', 'HEAD')
          AND refusal IN ('service_unreachable', 'cancelled'))"
    };
}

/// An execution that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastExecution {
    /// Which, and how it went.
    pub execution: Execution,
    /// Whether its item has done nothing since.
    pub latest: bool,
    /// Its place among them all, behind which to look on.
    pub mark: PastMark,
}

/// A place among executions that are over, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastMark {
    ended_at: i64,
    key: i64,
}

impl Catalog {
    /// How much there is. Reads every page of both tables; writes go on meanwhile.
    ///
    /// # Errors
    /// As every read.
    pub fn history(&self) -> Result<History> {
        self.data().read(|db| {
            let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
            let first = |sql: &str| db.query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
            let run = first("SELECT min(at) FROM run")?;
            let execution = first(
                "SELECT min(ended_at) FROM execution INDEXED BY execution_over
                 WHERE ended_at IS NOT NULL",
            )?;
            // https://www.sqlite.org/dbstat.html
            let mut taken = db.prepare_cached(
                "SELECT coalesce(sum(d.pgsize - d.unused), 0)
                 FROM sqlite_schema s JOIN dbstat d ON d.name = s.name AND d.aggregate = TRUE
                 WHERE s.tbl_name = ?1",
            )?;
            let mut bytes = |table: &str| taken.query_row([table], |row| row.get::<_, i64>(0));
            let count = |number: i64| u64::try_from(number).unwrap_or(0);
            Ok(History {
                runs: count(number("SELECT count(*) FROM run")?),
                executions: count(number("SELECT count(*) FROM execution")?),
                oldest: run.into_iter().chain(execution).min().map(Timestamp),
                run_bytes: count(bytes("run")?),
                execution_bytes: count(bytes("execution")?),
            })
        })
    }

    /// How large `data.sqlite` is, in bytes, room that is free in it included.
    ///
    /// # Errors
    /// As every read.
    pub fn data_size(&self) -> Result<u64> {
        self.data().read(|db| {
            let of = |pragma: &str| db.query_row(pragma, [], |row| row.get::<_, u32>(0));
            let (pages, size) = (of("PRAGMA page_count")?, of("PRAGMA page_size")?);
            Ok(u64::from(pages) * u64::from(size))
        })
    }

    /// How many runs and how many executions are older than that: of runs, those whose outcome is
    /// known; of executions, those that are over, also what is not to be forgotten.
    ///
    /// # Errors
    /// As every read.
    pub fn history_before(&self, before: Timestamp) -> Result<(u64, u64)> {
        self.data().read(|db| {
            let count = |sql: &str| {
                let mut statement = db.prepare_cached(sql)?;
                statement.query_row([before.0], |row| row.get::<_, i64>(0))
            };
            let runs = count(concat!(
                "SELECT count(*) FROM run WHERE at < ?1 AND NOT ",
                unheard!()
            ))?;
            let executions = count("SELECT count(*) FROM execution WHERE ended_at < ?1")?;
            let counted = |number: i64| u64::try_from(number).unwrap_or(0);
            Ok((counted(runs), counted(executions)))
        })
    }

    /// Forgets the oldest runs from before a time, at most so many; says how many it were. Those
    /// nobody knows the outcome of stay. When connections and authorizations were last used stays
    /// known.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_runs(&self, before: Timestamp, most: u32) -> Result<u32> {
        self.data().write(|db| {
            let gone = db
                .prepare_cached(concat!(
                    "DELETE FROM run WHERE key IN
                         (SELECT key FROM run WHERE at < ?1 AND NOT ",
                    unheard!(),
                    " ORDER BY at LIMIT ?2)"
                ))?
                .execute(params![before.0, most])?;
            Ok(u32::try_from(gone).unwrap_or(u32::MAX))
        })
    }

    /// The executions that were over before a time, the first to end first: at most `limit`,
    /// those behind `after` where it is given.
    ///
    /// # Errors
    /// As every read.
    pub fn past_executions(
        &self,
        before: Timestamp,
        after: Option<PastMark>,
        limit: u32,
    ) -> Result<Vec<PastExecution>> {
        let after = after.unwrap_or(PastMark {
            ended_at: i64::MIN,
            key: i64::MIN,
        });
        self.data().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT *, NOT EXISTS (
                     SELECT 1 FROM execution later WHERE later.item = past.item
                         AND (later.began_at, later.id) > (past.began_at, past.id)) AS latest
                 FROM execution past
                 WHERE ended_at < ?1 AND (ended_at, key) > (?2, ?3)
                 ORDER BY ended_at, key LIMIT ?4",
            )?;
            let bound = params![before.0, after.ended_at, after.key, limit];
            let rows = statement.query_map(bound, |row| {
                Ok(PastExecution {
                    execution: executions::read(row)?,
                    latest: row.get("latest")?,
                    mark: PastMark {
                        ended_at: row.get("ended_at")?,
                        key: row.get("key")?,
                    },
                })
            })?;
            row::collect("execution", rows)
        })
    }

    /// Forgets executions; says how many it were. One that is not over, and the last one of an
    /// item, stay whatever was decided: both may have come to be so since it was looked at.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_past_executions(&self, ids: &[ExecutionId]) -> Result<u32> {
        if ids.is_empty() {
            return Ok(0);
        }
        self.data().write(|db| {
            let mut forget = db.prepare_cached(
                "DELETE FROM execution AS past WHERE id = ?1 AND ended_at IS NOT NULL AND EXISTS (
                     SELECT 1 FROM execution later WHERE later.item = past.item
                         AND (later.began_at, later.id) > (past.began_at, past.id))",
            )?;
            let mut gone = 0;
            for id in ids {
                gone += forget.execute([id.bytes()])?;
            }
            Ok(u32::try_from(gone).unwrap_or(u32::MAX))
        })
    }

    /// Gives room that is free in `data.sqlite` back to the disk, at most so many pages of 4 KiB,
    /// as long as more than `spare` are free; says whether there is more to give.
    ///
    /// # Errors
    /// As every write.
    pub fn give_room_back(&self, pages: u32, spare: u32) -> Result<bool> {
        self.data().give_back(pages, spare)
    }
}
