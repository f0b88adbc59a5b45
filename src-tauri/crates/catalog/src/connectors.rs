//! Connector files that a manager has accepted, and what people call each connector.

use std::collections::BTreeSet;

use rusqlite::{Connection as Db, OptionalExtension, Row, params};
use tsunagi_domain::{MemberId, Timestamp};

use crate::row::{self, Key};
use crate::{Catalog, Result, search, standing};

/// A connector file as it was when a manager accepted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedConnector {
    /// The connector's id.
    pub id: String,
    /// Hash of the file's bytes; another hash is a new draft.
    pub hash: String,
    /// The file's text.
    pub toml: String,
    /// Who accepted it.
    pub accepted_by: MemberId,
    /// When.
    pub accepted_at: Timestamp,
}

impl Catalog {
    /// Every accepted connector, by id.
    ///
    /// # Errors
    /// As every read.
    pub fn accepted_connectors(&self) -> Result<Vec<AcceptedConnector>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM connector ORDER BY id")?;
            row::collect("connector", statement.query_map([], accepted)?)
        })
    }

    /// Accepts a connector file, in place of an earlier one of the same id.
    ///
    /// # Errors
    /// As every write.
    pub fn accept_connector(&self, connector: &AcceptedConnector) -> Result<()> {
        self.catalog().write(|db| {
            db.execute(
                "INSERT INTO connector (id, hash, toml, accepted_by, accepted_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, toml = excluded.toml,
                     accepted_by = excluded.accepted_by, accepted_at = excluded.accepted_at",
                params![
                    connector.id,
                    connector.hash,
                    connector.toml,
                    connector.accepted_by.bytes(),
                    connector.accepted_at.0,
                ],
            )?;
            Ok(())
        })
    }

    /// Takes the acceptance back; its file is a draft again. Says whether there was one.
    ///
    /// # Errors
    /// As every write.
    pub fn withdraw_connector(&self, id: &str) -> Result<bool> {
        self.catalog()
            .write(|db| Ok(db.execute("DELETE FROM connector WHERE id = ?1", [id])? > 0))
    }

    /// Notes which connectors' services have ended (R16); all others are served. Cheap where nothing
    /// changed. Returns whether something did.
    ///
    /// # Errors
    /// As every write.
    pub fn set_retired_connectors(&self, ids: &[&str]) -> Result<bool> {
        let now: BTreeSet<&str> = ids.iter().copied().collect();
        if self.catalog().read(retired)?.iter().eq(now.iter().copied()) {
            return Ok(false);
        }
        self.catalog().write(|db| {
            let before = retired(db)?;
            for ended in now.iter().filter(|id| !before.contains(**id)) {
                db.execute("INSERT INTO retired_connector (id) VALUES (?1)", [ended])?;
                standing::refresh_of_connector(db, ended)?;
            }
            for served in before.iter().filter(|id| !now.contains(id.as_str())) {
                db.execute("DELETE FROM retired_connector WHERE id = ?1", [served])?;
                standing::refresh_of_connector(db, served)?;
            }
            Ok(true)
        })
    }

    /// The connectors that people made connections of or authorized last, the latest first; at most
    /// `limit`. Only the latest hundreds of each are looked at, however many there are.
    ///
    /// # Errors
    /// As every read.
    pub fn recent_connectors(&self, limit: u32) -> Result<Vec<String>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(RECENT)?;
            let rows = statement.query_map(params![LOOKED_AT, limit], |row| row.get(0))?;
            row::collect("connection", rows)
        })
    }

    /// Tells the search what people call a connector, in every language at once, such as
    /// `Practice CRM 練習用CRM`. Cheap where nothing changed, so call it for every connector at
    /// start.
    ///
    /// # Errors
    /// As every write.
    pub fn set_connector_words(&self, id: &str, words: &str) -> Result<()> {
        let known = self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT words FROM connector_words WHERE id = ?1")?;
            Ok(statement
                .query_row([id], |row| row.get::<_, String>(0))
                .optional()?)
        })?;
        if known.as_deref() == Some(words) {
            return Ok(());
        }
        self.catalog().write(|db| {
            db.execute(
                "INSERT INTO connector_words (id, words) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET words = excluded.words",
                [id, words],
            )?;
            search::index_connector(db, id)
        })
    }
}

/// How many of the latest are looked at.
const LOOKED_AT: u32 = 200;

/// A system connection comes into being by itself (R5): nobody used its service by that.
const RECENT: &str = "
    SELECT connector FROM (
        SELECT connector, created_at AS at FROM (
            SELECT connector, created_at, kind FROM connection ORDER BY created_at DESC, id DESC LIMIT ?1
        ) WHERE kind <> 'system'
        UNION ALL
        SELECT c.connector, a.authorized_at FROM (
            SELECT id, authorized_at FROM authorization ORDER BY authorized_at DESC LIMIT ?1
        ) a
        JOIN slot s ON s.authorization = a.id
        JOIN connection c ON c.id = s.connection
    )
    GROUP BY connector ORDER BY max(at) DESC, connector LIMIT ?2";

fn retired(db: &Db) -> Result<BTreeSet<String>> {
    let mut statement = db.prepare_cached("SELECT id FROM retired_connector")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a connector's service is still served (R16).
pub(crate) fn is_served(db: &Db, id: &str) -> Result<bool> {
    Ok(db
        .prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM retired_connector WHERE id = ?1)")?
        .query_row([id], |row| row.get(0))?)
}

pub(crate) fn accepted(row: &Row<'_>) -> rusqlite::Result<AcceptedConnector> {
    Ok(AcceptedConnector {
        id: row.get("id")?,
        hash: row.get("hash")?,
        toml: row.get("toml")?,
        accepted_by: row::id(row, "accepted_by")?,
        accepted_at: row::time(row, "accepted_at")?,
    })
}
