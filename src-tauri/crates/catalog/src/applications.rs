//! Applications: with whom they are shared, and which connections they may use.

use rusqlite::{Connection as Db, OptionalExtension, Row, params};
use tsunagi_domain::{Application, ApplicationId, Connection, ConnectionId, MemberId};

use crate::row::{self, Key, Word};
use crate::store::Transaction;
use crate::workspace::found_one;
use crate::{Catalog, CatalogError, Result, connections, facets, search};

/// An application, and how much there is around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationSummary {
    /// The application.
    pub application: Application,
    /// Members it is shared with.
    pub members: u32,
    /// Connections it may use.
    pub connections: u32,
    /// Places of it that use a connection, in all environments.
    pub uses: u32,
}

impl Catalog {
    /// Every application with its counts, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn application_summaries(&self) -> Result<Vec<ApplicationSummary>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT a.*,
                     (SELECT count(*) FROM application_member m WHERE m.application = a.id)
                         AS members,
                     (SELECT count(*) FROM application_connection c WHERE c.application = a.id)
                         AS connections,
                     (SELECT count(*) FROM use u WHERE u.application = a.id) AS uses
                 FROM application a ORDER BY a.folded",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(ApplicationSummary {
                    application: application(row)?,
                    members: row.get("members")?,
                    connections: row.get("connections")?,
                    uses: row.get("uses")?,
                })
            })?;
            row::collect("application", rows)
        })
    }

    /// Every application, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn applications(&self) -> Result<Vec<Application>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM application ORDER BY folded")?;
            row::collect("application", statement.query_map([], application)?)
        })
    }

    /// One application.
    ///
    /// # Errors
    /// As every read.
    pub fn application(&self, id: ApplicationId) -> Result<Option<Application>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached("SELECT * FROM application WHERE id = ?1")?;
            Ok(statement.query_row([id.bytes()], application).optional()?)
        })
    }

    /// Adds an application, or changes its name and edition.
    ///
    /// # Errors
    /// [`CatalogError::NameTaken`] where another one has the name, width and case aside; else as
    /// every write.
    pub fn set_application(&self, application: &Application) -> Result<()> {
        self.catalog().write(|db| put(db, application))
    }

    /// Deletes an application that uses and keeps nothing, with whom it is shared and what it may use.
    ///
    /// # Errors
    /// [`CatalogError::StillUsed`] while it has uses or items, [`CatalogError::Missing`]; else as every
    /// write.
    pub fn delete_application(&self, id: ApplicationId) -> Result<()> {
        self.catalog().write(|db| {
            let used = db
                .prepare_cached(
                    "SELECT 1 FROM use WHERE application = ?1
                     UNION ALL SELECT 1 FROM item WHERE application = ?1 LIMIT 1",
                )?
                .exists([id.bytes()])?;
            if used {
                return Err(CatalogError::StillUsed);
            }
            facets::forget_application(db, id)?;
            let deleted = db.execute("DELETE FROM application WHERE id = ?1", [id.bytes()])?;
            found_one(deleted, "application")
        })
    }

    /// Shares an application with a member, or no longer.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where either is unknown; else as every write.
    pub fn share_application(
        &self,
        application: ApplicationId,
        member: MemberId,
        shared: bool,
    ) -> Result<()> {
        let sql = if shared {
            "INSERT INTO application_member (application, member) VALUES (?1, ?2)
             ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM application_member WHERE application = ?1 AND member = ?2"
        };
        self.catalog().write(|db| {
            db.prepare_cached(sql)?
                .execute(params![application.bytes(), member.bytes()])?;
            Ok(())
        })
    }

    /// Members an application is shared with, in the order they joined.
    ///
    /// # Errors
    /// As every read.
    pub fn members_of_application(&self, application: ApplicationId) -> Result<Vec<MemberId>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT member FROM application_member WHERE application = ?1 ORDER BY member",
            )?;
            let rows = statement.query_map([application.bytes()], |row| row::id(row, "member"))?;
            row::collect("application_member", rows)
        })
    }

    /// Applications that are shared with a member, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn applications_shared_with(&self, member: MemberId) -> Result<Vec<Application>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT a.* FROM application a
                 JOIN application_member m ON m.application = a.id
                 WHERE m.member = ?1 ORDER BY a.folded",
            )?;
            row::collect(
                "application",
                statement.query_map([member.bytes()], application)?,
            )
        })
    }

    /// Lets an application use a connection, or no longer (R4).
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where either is unknown; else as every write.
    pub fn grant_application(
        &self,
        application: ApplicationId,
        connection: ConnectionId,
        granted: bool,
    ) -> Result<()> {
        let sql = if granted {
            "INSERT INTO application_connection (application, connection) VALUES (?1, ?2)
             ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM application_connection WHERE application = ?1 AND connection = ?2"
        };
        self.catalog().write(|db| {
            db.prepare_cached(sql)?
                .execute(params![application.bytes(), connection.bytes()])?;
            facets::grant(db, application, connection.bytes())
        })
    }

    /// Applications that may use a connection, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn applications_of_connection(&self, connection: ConnectionId) -> Result<Vec<Application>> {
        self.catalog()
            .read(|db| of_connection(db, connection.bytes()))
    }

    /// Connections an application may use, by name.
    ///
    /// # Errors
    /// As every read.
    pub fn connections_of_application(
        &self,
        application: ApplicationId,
    ) -> Result<Vec<Connection>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT c.* FROM connection c
                 JOIN application_connection a ON a.connection = c.id
                 WHERE a.application = ?1 ORDER BY c.folded, c.id",
            )?;
            row::collect(
                "connection",
                statement.query_map([application.bytes()], connections::connection)?,
            )
        })
    }

    /// R4: whether an application may use a connection.
    ///
    /// # Errors
    /// As every read.
    pub fn has_access(&self, application: ApplicationId, connection: ConnectionId) -> Result<bool> {
        self.catalog().read(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT 1 FROM application_connection
                     WHERE application = ?1 AND connection = ?2",
                )?
                .exists(params![application.bytes(), connection.bytes()])?)
        })
    }

    /// R3: whether an application that may use the connection is shared with the member.
    ///
    /// # Errors
    /// As every read.
    pub fn is_shared_with(&self, connection: ConnectionId, member: MemberId) -> Result<bool> {
        self.catalog().read(|db| {
            Ok(db
                .prepare_cached(
                    "SELECT 1 FROM application_connection c
                     JOIN application_member m ON m.application = c.application
                     WHERE c.connection = ?1 AND m.member = ?2 LIMIT 1",
                )?
                .exists(params![connection.bytes(), member.bytes()])?)
        })
    }
}

/// Adds an application, or changes its name and edition.
pub(crate) fn put(db: &Transaction<'_>, application: &Application) -> Result<()> {
    let folded = search::fold(&application.name);
    let other: Option<[u8; 16]> = db
        .prepare_cached("SELECT id FROM application WHERE folded = ?1")?
        .query_row([&folded], |row| row.get(0))
        .optional()?;
    if other.is_some_and(|other| other != application.id.bytes()) {
        return Err(CatalogError::NameTaken);
    }
    db.execute(
        "INSERT INTO application (id, name, folded, edition, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, folded = excluded.folded,
             edition = excluded.edition",
        params![
            application.id.bytes(),
            application.name,
            folded,
            application.edition.word(),
            application.created_at.0,
        ],
    )?;
    Ok(())
}

/// Applications that may use a connection, by name.
pub(crate) fn of_connection(db: &Db, connection: [u8; 16]) -> Result<Vec<Application>> {
    let mut statement = db.prepare_cached(
        "SELECT a.* FROM application a
         JOIN application_connection c ON c.application = a.id
         WHERE c.connection = ?1 ORDER BY a.folded",
    )?;
    row::collect(
        "application",
        statement.query_map([connection], application)?,
    )
}

pub(crate) fn application(row: &Row<'_>) -> rusqlite::Result<Application> {
    Ok(Application {
        id: row::id(row, "id")?,
        name: row.get("name")?,
        edition: row::word(row, "edition")?,
        created_at: row::time(row, "created_at")?,
    })
}
