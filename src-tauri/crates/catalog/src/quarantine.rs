//! Rows that cannot be read: they are shown, and never stop the program.

use rusqlite::{Connection, Row};

use crate::{Catalog, CatalogError, Result, authorizations, connections, slots};

/// A row that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// What it should be: `connection`, `authorization` or `slot`.
    pub what: &'static str,
    /// Its identifier as far as it can be told, else its number in the table.
    pub id: String,
    /// The connection it belongs to, as far as that can be told: several where an authorization
    /// is shared.
    pub name: String,
    /// What is wrong with it; no stored value but unknown words.
    pub why: String,
}

impl Catalog {
    /// Every connection, authorization and slot that cannot be read. Lists leave them out, so a
    /// slot with such an authorization looks empty and nothing is sent with it.
    ///
    /// # Errors
    /// As every read.
    pub fn quarantined(&self) -> Result<Vec<Quarantined>> {
        self.catalog().read(|db| {
            let mut found = Vec::new();
            let parse = |row: &Row<'_>| connections::connection(row).map(drop);
            check(
                db,
                "connection",
                "SELECT * FROM connection",
                "SELECT name FROM connection WHERE key = ?1",
                parse,
                &mut found,
            )?;
            let parse = |row: &Row<'_>| authorizations::authorization(row).map(drop);
            check(
                db,
                "authorization",
                "SELECT * FROM authorization",
                "SELECT group_concat(DISTINCT c.name) FROM authorization a
                 JOIN slot s ON s.authorization = a.id
                 JOIN connection c ON c.id = s.connection WHERE a.key = ?1",
                parse,
                &mut found,
            )?;
            let parse = |row: &Row<'_>| slots::key(row).map(drop);
            check(
                db,
                "slot",
                "SELECT *, connection AS id FROM slot",
                "SELECT c.name FROM slot s JOIN connection c ON c.id = s.connection
                 WHERE s.key = ?1",
                parse,
                &mut found,
            )?;
            Ok(found)
        })
    }
}

fn check(
    db: &Connection,
    what: &'static str,
    sql: &str,
    named: &str,
    parse: impl Fn(&Row<'_>) -> rusqlite::Result<()>,
    found: &mut Vec<Quarantined>,
) -> Result<()> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match parse(row).map_err(CatalogError::from) {
            Ok(()) => {}
            Err(CatalogError::Unreadable(why)) => {
                let id = row.get::<_, [u8; 16]>("id").map(uuid::Uuid::from_bytes);
                let id = match id {
                    Ok(id) => id.to_string(),
                    Err(_) => row.get::<_, i64>("key")?.to_string(),
                };
                let key = row.get::<_, i64>("key")?;
                // The name may be what cannot be read.
                let name = db.query_row(named, [key], |row| row.get::<_, Option<String>>(0));
                let name = name.ok().flatten().unwrap_or_default();
                // No comma is in a connection's name (R19).
                let name = name.replace(',', ", ");
                found.push(Quarantined {
                    what,
                    id,
                    name,
                    why,
                });
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}
