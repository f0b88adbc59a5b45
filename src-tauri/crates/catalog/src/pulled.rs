//! What data sources have pulled: rows as the service sent them, and how far the last pull came.
//!
//! A page is stored together with how to get the next one, so that a pull that was interrupted
//! (the program was stopped, the network went) goes on where it was, and no page that came is
//! asked for again. Rows of an earlier pull stay until one of everything is over.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::{ItemId, Timestamp};

use crate::row::{self, Key};
use crate::{Catalog, CatalogError, Result};

/// How far a data source has been pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Counts pulls of everything.
    pub generation: u64,
    /// The pull that is under way, or was interrupted.
    pub running: Option<Running>,
    /// When the last one was over.
    pub done_at: Option<Timestamp>,
    /// What the next pull asks for changes since, in its area's words.
    pub since: Option<String>,
}

/// A pull that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Whether it asks for everything; else for what has changed.
    pub whole: bool,
    /// When it began.
    pub began_at: Timestamp,
    /// How to get the next page, in its area's words; `None`: it is the first.
    pub next: Option<String>,
    /// How many rows have come.
    pub came: u64,
}

/// A row to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRow<'a> {
    /// The service's own identifier of the record.
    pub id: &'a str,
    /// The record, as JSON.
    pub fields: &'a str,
}

/// A row that was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledRow {
    /// Its place in the order rows are listed in: that in which they came first.
    pub place: i64,
    /// The service's own identifier of the record.
    pub id: String,
    /// The record, as JSON.
    pub fields: String,
}

/// What a search has found in the rows it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rows that have the text, in the order they are listed in.
    pub rows: Vec<PulledRow>,
    /// How many rows it looked at.
    pub looked: u64,
    /// The place after which it goes on; `None`: all have been looked at.
    pub next: Option<i64>,
}

/// Rows that a search looks at before it tells how far it is: some 15 ms, and 200 ms at the worst.
const LOOKED: i64 = 50_000;

impl Catalog {
    /// How far a data source has been pulled; `None` where it never was.
    ///
    /// # Errors
    /// As every read.
    pub fn pull(&self, item: ItemId) -> Result<Option<Pull>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM pull WHERE item = ?1")?;
            Ok(statement.query_row([item.bytes()], pull).optional()?)
        })
    }

    /// Begins a pull, of everything or of what has changed; where nothing is there that could have
    /// changed, of everything. One that was begun and is not over goes on instead, as it was begun.
    /// Gives how far it is.
    ///
    /// `origin` says in its area's words whose rows they are. Where those of before are another's,
    /// or nobody knows whose, the pull begins anew with everything.
    ///
    /// # Errors
    /// As every write.
    pub fn begin_pull(
        &self,
        item: ItemId,
        whole: bool,
        origin: &str,
        now: Timestamp,
    ) -> Result<Pull> {
        self.data().write(|db| {
            db.prepare_cached(
                "INSERT INTO pull (item, generation) VALUES (?1, 0) ON CONFLICT (item) DO NOTHING",
            )?
            .execute([item.bytes()])?;
            db.prepare_cached(
                "UPDATE pull SET whole = NULL, began_at = NULL, next = NULL, since = NULL,
                     origin = ?2
                 WHERE item = ?1 AND origin IS NOT ?2",
            )?
            .execute(params![item.bytes(), origin])?;
            db.prepare_cached(
                "UPDATE pull SET whole = (?2 OR since IS NULL), began_at = ?3, next = NULL,
                     came = 0, generation = generation + (?2 OR since IS NULL)
                 WHERE item = ?1 AND began_at IS NULL",
            )?
            .execute(params![item.bytes(), whole, now.0])?;
            let mut statement = db.prepare_cached("SELECT * FROM pull WHERE item = ?1")?;
            Ok(statement.query_row([item.bytes()], pull)?)
        })
    }

    /// Stores a page of rows together with how to get the next page. A record that is there
    /// already is replaced and keeps its place.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] where no pull of this generation that has come this far (`after`
    /// rows) is under way: somebody else pulls it, or it was deleted. Nothing is stored then.
    pub fn put_page(
        &self,
        item: ItemId,
        generation: u64,
        after: u64,
        rows: &[NewRow<'_>],
        next: Option<&str>,
    ) -> Result<()> {
        self.data().write(|db| {
            let key = under_way(db, item, generation, Some(after))?;
            let mut insert = db.prepare_cached(
                "INSERT INTO pulled_row (pull, id, generation, fields) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (pull, id) DO UPDATE SET generation = excluded.generation,
                     fields = excluded.fields",
            )?;
            let stamp = row::integer(generation);
            for row in rows {
                insert.execute(params![key, row.id, stamp, row.fields])?;
            }
            let came = after + u64::try_from(rows.len()).unwrap_or(u64::MAX);
            db.prepare_cached("UPDATE pull SET next = ?2, came = ?3 WHERE key = ?1")?
                .execute(params![key, next, row::integer(came)])?;
            Ok(())
        })
    }

    /// Ends a pull. After one of everything, rows that did not come again are removed: they are
    /// gone at the service. Gives how many those were. The next one asks for what has changed since
    /// `since`, where it is given, else for everything.
    ///
    /// # Errors
    /// [`CatalogError::Stale`] where none of this generation is under way.
    pub fn end_pull(
        &self,
        item: ItemId,
        generation: u64,
        now: Timestamp,
        since: Option<&str>,
    ) -> Result<u64> {
        self.data().write(|db| {
            let key = under_way(db, item, generation, None)?;
            let gone = db
                .prepare_cached(
                    "DELETE FROM pulled_row WHERE pull = ?1 AND generation < ?2
                     AND (SELECT whole FROM pull WHERE key = ?1)",
                )?
                .execute(params![key, row::integer(generation)])?;
            db.prepare_cached(
                "UPDATE pull SET whole = NULL, began_at = NULL, next = NULL, done_at = ?2,
                     since = ?3
                 WHERE key = ?1",
            )?
            .execute(params![key, now.0, since])?;
            Ok(u64::try_from(gone).unwrap_or(u64::MAX))
        })
    }

    /// Gives up a pull that is not over: the next one begins anew, and asks for everything. What has
    /// come stays until that one is over.
    ///
    /// # Errors
    /// As every write.
    pub fn give_up_pull(&self, item: ItemId) -> Result<()> {
        self.data().write(|db| {
            db.prepare_cached(
                "UPDATE pull SET whole = NULL, began_at = NULL, next = NULL, since = NULL
                 WHERE item = ?1",
            )?
            .execute([item.bytes()])?;
            Ok(())
        })
    }

    /// Forgets what a data source has pulled.
    ///
    /// # Errors
    /// As every write.
    pub fn forget_pulled(&self, item: ItemId) -> Result<()> {
        self.data().write(|db| {
            db.execute("DELETE FROM pull WHERE item = ?1", [item.bytes()])?;
            Ok(())
        })
    }

    /// The rows of a data source in the order they came first: at most `limit`, those after
    /// `after` where it is given.
    ///
    /// # Errors
    /// As every read.
    pub fn pulled(&self, item: ItemId, after: Option<i64>, limit: u32) -> Result<Vec<PulledRow>> {
        self.pulled_beyond(item, after, 0, limit)
    }

    /// Those of [`Catalog::pulled`], of which the first `skip` are left out. They are counted in
    /// the index, which takes some 30 ms for a million.
    ///
    /// # Errors
    /// As every read.
    pub fn pulled_beyond(
        &self,
        item: ItemId,
        after: Option<i64>,
        skip: u64,
        limit: u32,
    ) -> Result<Vec<PulledRow>> {
        self.data().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT key, id, fields FROM pulled_row WHERE key IN (
                     SELECT key FROM pulled_row INDEXED BY pulled_row_place
                     WHERE pull = (SELECT key FROM pull WHERE item = ?1) AND key > ?2
                     ORDER BY key LIMIT ?3 OFFSET ?4)
                 ORDER BY key",
            )?;
            let given = params![item.bytes(), from(after), limit, row::integer(skip)];
            let rows = statement.query_map(given, pulled_row)?;
            row::collect("pulled_row", rows)
        })
    }

    /// Looks through the next rows of a data source, 50,000 at most, for a text in one of their
    /// values, Latin case aside; ends as soon as `limit` are found. Whoever wants more goes on from
    /// where it ended.
    ///
    /// There is no index of what rows say. A trigram index, as connections have one, makes storing
    /// a row some fifty times as slow and the file more than three times as large (FTS5, 200,000
    /// rows: 37 s instead of 0.7 s, 248 MB instead of 72 MB), and a pull of a million rows may
    /// hardly take longer than inserting them. To look at them one by one takes 0.3 s for a million
    /// that do not have it, up to 4 s where the text is the name of a field, which stands in every
    /// row and is none of its values. So a search goes in slices, each too short to keep anybody
    /// waiting: the first finds are there at once, the next ones while somebody scrolls, and between
    /// two slices it can be told of, given up, or overtaken by what is typed next.
    ///
    /// # Errors
    /// As every read.
    pub fn find_pulled(
        &self,
        item: ItemId,
        text: &str,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Found> {
        let like = like(text);
        // As it stands in the stored text, where most rows are ruled out without being read.
        let written = serde_json::Value::from(text).to_string();
        let written = self::like(written.trim_matches('"'));
        self.data().read(|db| {
            // The place the slice ends at; nothing where fewer rows are left.
            let end: Option<i64> = db
                .prepare_cached(
                    "SELECT key FROM pulled_row INDEXED BY pulled_row_place
                     WHERE pull = (SELECT key FROM pull WHERE item = ?1) AND key > ?2
                     ORDER BY key LIMIT 1 OFFSET ?3",
                )?
                .query_row(params![item.bytes(), from(after), LOOKED - 1], |row| {
                    row.get(0)
                })
                .optional()?;
            let mut statement = db.prepare_cached(
                r"SELECT key, id, fields FROM pulled_row INDEXED BY pulled_row_place
                  WHERE pull = (SELECT key FROM pull WHERE item = ?1) AND key > ?2 AND key <= ?6
                      AND fields LIKE ?4 ESCAPE '\'
                      AND EXISTS (SELECT 1 FROM json_tree(fields) WHERE atom LIKE ?5 ESCAPE '\')
                  ORDER BY key LIMIT ?3",
            )?;
            let last = end.unwrap_or(i64::MAX);
            let given = params![item.bytes(), from(after), limit, written, like, last];
            let rows = statement.query_map(given, pulled_row)?;
            let rows: Vec<PulledRow> = row::collect("pulled_row", rows)?;
            let full = rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
            let next = if full {
                rows.last().map(|row| row.place)
            } else {
                end
            };
            let looked: i64 = db
                .prepare_cached(
                    "SELECT count(*) FROM pulled_row INDEXED BY pulled_row_place
                     WHERE pull = (SELECT key FROM pull WHERE item = ?1) AND key > ?2 AND key <= ?3",
                )?
                .query_row(
                    params![item.bytes(), from(after), next.unwrap_or(i64::MAX)],
                    |row| row.get(0),
                )?;
            Ok(Found {
                rows,
                looked: u64::try_from(looked).unwrap_or_default(),
                next,
            })
        })
    }

    /// How many rows a data source has.
    ///
    /// # Errors
    /// As every read.
    pub fn count_pulled(&self, item: ItemId) -> Result<u64> {
        self.data().read(|db| {
            let count: i64 = db
                .prepare_cached(
                    "SELECT count(*) FROM pulled_row INDEXED BY pulled_row_place
                     WHERE pull = (SELECT key FROM pull WHERE item = ?1)",
                )?
                .query_row([item.bytes()], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or_default())
        })
    }
}

fn pulled_row(row: &Row<'_>) -> rusqlite::Result<PulledRow> {
    Ok(PulledRow {
        place: row.get("key")?,
        id: row.get("id")?,
        fields: row.get("fields")?,
    })
}

/// The place after which a page begins.
fn from(after: Option<i64>) -> i64 {
    after.unwrap_or(i64::MIN)
}

/// A pattern that matches what has this text anywhere.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for one in text.chars() {
        if matches!(one, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(one);
    }
    pattern.push('%');
    pattern
}

/// The key of a pull that is under way.
fn under_way(db: &Connection, item: ItemId, generation: u64, came: Option<u64>) -> Result<i64> {
    db.prepare_cached(
        "SELECT key FROM pull WHERE item = ?1 AND generation = ?2 AND began_at IS NOT NULL
         AND (?3 IS NULL OR came = ?3)",
    )?
    .query_row(
        params![
            item.bytes(),
            row::integer(generation),
            came.map(row::integer)
        ],
        |row| row.get(0),
    )
    .optional()?
    .ok_or(CatalogError::Stale)
}

fn pull(row: &Row<'_>) -> rusqlite::Result<Pull> {
    let began_at = row::time_opt(row, "began_at")?;
    Ok(Pull {
        generation: row::count(row, "generation")?,
        running: match began_at {
            Some(began_at) => Some(Running {
                whole: row.get("whole")?,
                began_at,
                next: row.get("next")?,
                came: row::count(row, "came")?,
            }),
            None => None,
        },
        done_at: row::time_opt(row, "done_at")?,
        since: row.get("since")?,
    })
}
