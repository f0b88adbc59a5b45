//! Places that refer to a connection.

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::{ApplicationId, ConnectionId, Environment, ItemId, Timestamp, UseId};

use crate::events::{self, Entry};
use crate::row::{self, Key, Word};
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result, facets, standing};

/// One place that refers to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Identifier.
    pub id: UseId,
    /// What it uses.
    pub connection: ConnectionId,
    /// The application it belongs to.
    pub application: ApplicationId,
    /// In which environment.
    pub environment: Environment,
    /// The area, such as `invoke_url`.
    pub area: String,
    /// What the place is called there.
    pub name: String,
    /// Scopes it needs.
    pub scopes: Vec<String>,
    /// Whether it runs with nobody present.
    pub unattended: bool,
    /// When it runs next, where that is known.
    pub next_run: Option<Timestamp>,
    /// The item it belongs to.
    pub item: Option<ItemId>,
}

/// What went from one connection to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The places.
    pub uses: Vec<UseId>,
    /// Applications that may use the other connection only since.
    pub granted: Vec<ApplicationId>,
}

impl Catalog {
    /// Adds a place that uses a connection, or changes it.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where connection or application are unknown; else as every
    /// write.
    pub fn set_use(&self, used: &Use) -> Result<()> {
        self.catalog().write(|db| {
            let before = connection_of(db, used.id)?;
            db.prepare_cached(
                "INSERT INTO use (id, connection, application, environment, area, name, scopes,
                     unattended, next_run)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (id) DO UPDATE SET connection = excluded.connection,
                     application = excluded.application, environment = excluded.environment,
                     area = excluded.area, name = excluded.name, scopes = excluded.scopes,
                     unattended = excluded.unattended, next_run = excluded.next_run",
            )?
            .execute(params![
                used.id.bytes(),
                used.connection.bytes(),
                used.application.bytes(),
                used.environment.word(),
                used.area,
                used.name,
                row::to_json(&used.scopes)?,
                used.unattended,
                row::millis(used.next_run),
            ])?;
            let now = used.connection.bytes();
            if let Some(before) = before.filter(|before| *before != now) {
                standing::refresh(db, before)?;
            }
            standing::refresh(db, now)
        })
    }

    /// Removes a place. Says whether it was there.
    ///
    /// # Errors
    /// As every write.
    pub fn remove_use(&self, id: UseId) -> Result<bool> {
        self.catalog().write(|db| {
            let Some(connection) = connection_of(db, id)? else {
                return Ok(false);
            };
            db.execute("DELETE FROM use WHERE id = ?1", [id.bytes()])?;
            standing::refresh(db, connection)?;
            Ok(true)
        })
    }

    /// Everything that uses a connection (R18), by application, environment, area and name.
    ///
    /// # Errors
    /// As every read.
    pub fn uses(&self, id: ConnectionId) -> Result<Vec<Use>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT u.* FROM use u JOIN application a ON a.id = u.application
                 WHERE u.connection = ?1
                 ORDER BY a.folded, u.environment, u.area, u.name, u.key",
            )?;
            row::collect("use", statement.query_map([id.bytes()], used)?)
        })
    }

    /// Everything an application uses in an environment, by area and name.
    ///
    /// # Errors
    /// As every read.
    pub fn uses_of_application(
        &self,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<Vec<Use>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM use WHERE application = ?1 AND environment = ?2
                 ORDER BY area, name, key",
            )?;
            let rows =
                statement.query_map(params![application.bytes(), environment.word()], used)?;
            row::collect("use", rows)
        })
    }

    /// How many places use a connection.
    ///
    /// # Errors
    /// As every read.
    pub fn count_uses(&self, id: ConnectionId) -> Result<u32> {
        self.catalog().read(|db| count(db, id.bytes()))
    }

    /// Puts one connection in another's place in all its uses at once (R16, R18), and lets the
    /// applications concerned use it. Gives which places those were, and who may use it only since.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where `to` is unknown; else as every write.
    pub fn replace_in_uses(
        &self,
        from: ConnectionId,
        to: ConnectionId,
        event: Option<&Entry<'_>>,
    ) -> Result<Moved> {
        self.catalog().write(|db| {
            is_known(db, to)?;
            let uses = db
                .prepare_cached("SELECT id FROM use WHERE connection = ?1 ORDER BY id")?
                .query_map([from.bytes()], |row| row::id(row, "id"))?
                .collect::<rusqlite::Result<_>>()?;
            let granted: Vec<ApplicationId> = db
                .prepare_cached(
                    "INSERT INTO application_connection (application, connection)
                     SELECT DISTINCT application, ?2 FROM use WHERE connection = ?1
                     ON CONFLICT DO NOTHING RETURNING application",
                )?
                .query_map(params![from.bytes(), to.bytes()], |row| {
                    row::id(row, "application")
                })?
                .collect::<rusqlite::Result<_>>()?;
            for application in &granted {
                facets::grant(db, *application, to.bytes())?;
            }
            db.execute(
                "UPDATE use SET connection = ?2 WHERE connection = ?1",
                params![from.bytes(), to.bytes()],
            )?;
            moved(db, from, to, event)?;
            Ok(Moved { uses, granted })
        })
    }

    /// Takes [`Self::replace_in_uses`] back: the places that still use `to` use `from` again, and
    /// an application that was let in for them, and uses `to` nowhere else, is not let in any
    /// more. Gives how many places there were.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where `from` is unknown; else as every write.
    pub fn put_back_in_uses(
        &self,
        from: ConnectionId,
        to: ConnectionId,
        was: &Moved,
        event: Option<&Entry<'_>>,
    ) -> Result<usize> {
        self.catalog().write(|db| {
            is_known(db, from)?;
            let mut back = 0;
            for id in &was.uses {
                back += db
                    .prepare_cached(
                        "UPDATE use SET connection = ?3 WHERE id = ?1 AND connection = ?2",
                    )?
                    .execute(params![id.bytes(), to.bytes(), from.bytes()])?;
            }
            for application in &was.granted {
                db.prepare_cached(
                    "DELETE FROM application_connection WHERE application = ?1 AND connection = ?2
                     AND NOT EXISTS
                         (SELECT 1 FROM use WHERE application = ?1 AND connection = ?2)",
                )?
                .execute(params![application.bytes(), to.bytes()])?;
                facets::grant(db, *application, to.bytes())?;
            }
            moved(db, from, to, event)?;
            Ok(back)
        })
    }
}

/// Refuses to go on with a connection that is not there.
fn is_known(db: &Connection, id: ConnectionId) -> Result<()> {
    db.prepare_cached("SELECT 1 FROM connection WHERE id = ?1")?
        .query_row([id.bytes()], |_| Ok(()))
        .optional()?
        .ok_or(CatalogError::Missing("connection"))
}

/// What follows where uses go from one connection to another.
fn moved(
    db: &Transaction<'_>,
    from: ConnectionId,
    to: ConnectionId,
    event: Option<&Entry<'_>>,
) -> Result<()> {
    standing::refresh(db, from.bytes())?;
    standing::refresh(db, to.bytes())?;
    if let Some(entry) = event {
        events::append(db, &entry.event, entry.tag)?;
    }
    Ok(())
}

fn connection_of(db: &Connection, id: UseId) -> Result<Option<[u8; 16]>> {
    Ok(db
        .prepare_cached("SELECT connection FROM use WHERE id = ?1")?
        .query_row([id.bytes()], |row| row.get(0))
        .optional()?)
}

pub(crate) fn count(db: &Connection, id: [u8; 16]) -> Result<u32> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM use WHERE connection = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0))?)
}

pub(crate) fn used(row: &Row<'_>) -> rusqlite::Result<Use> {
    Ok(Use {
        id: row::id(row, "id")?,
        connection: row::id(row, "connection")?,
        application: row::id(row, "application")?,
        environment: row::word(row, "environment")?,
        area: row.get("area")?,
        name: row.get("name")?,
        scopes: row::json(row, "scopes")?,
        unattended: row.get("unattended")?,
        next_run: row::time_opt(row, "next_run")?,
        item: row::id_opt(row, "item")?,
    })
}
