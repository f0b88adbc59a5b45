//! Places that refer to a connection.

use rusqlite::Connection;
use tsunagi_domain::{ConnectionId, Environment};

use crate::row::{self, Key};
use crate::{Catalog, Result};

/// One place that refers to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The area, such as `invoke_url`.
    pub area: String,
    /// What the place is called there.
    pub name: String,
    /// The application it belongs to.
    pub application: String,
    /// In which environment.
    pub environment: Environment,
}

impl Catalog {
    /// Everything that uses a connection (R18).
    ///
    /// # Errors
    /// As every read.
    pub fn uses(&self, id: ConnectionId) -> Result<Vec<Use>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM use WHERE connection = ?1
                 ORDER BY application, environment, area, name, key",
            )?;
            let rows = statement.query_map([id.bytes()], |row| {
                Ok(Use {
                    area: row.get("area")?,
                    name: row.get("name")?,
                    application: row.get("application")?,
                    environment: row::word(row, "environment")?,
                })
            })?;
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
}

pub(crate) fn count(db: &Connection, id: [u8; 16]) -> Result<u32> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM use WHERE connection = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0))?)
}
