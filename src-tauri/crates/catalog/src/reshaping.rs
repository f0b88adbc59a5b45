//! Changing a connection together with what sits in its slots, in one transaction.

use rusqlite::params;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::reshape::Led;
use tsunagi_domain::{AuthorizationId, Connection, Timestamp};

use crate::events::{self, Entry};
use crate::fillings::{exists, look_again, place, vacate};
use crate::row::{Key, Word};
use crate::slots::{self, Around};
use crate::{Catalog, CatalogError, Result, connections, primaries};

/// What a change of a connection stores.
#[derive(Debug, Clone)]
pub struct Reshaping<'a> {
    /// The connection as it will be.
    pub connection: &'a Connection,
    /// What will sit where; slots not named stay as they are.
    pub seats: &'a [(SlotKey, AuthorizationId)],
    /// Slots to be emptied.
    pub emptied: &'a [SlotKey],
    /// Slots of the connection where the connector will have other origins than what sits there
    /// (R23). In its others it has the same.
    pub connector_changed: &'a [SlotKey],
    /// Who will be primary in each reach of the environment mode, where that is to change: nobody
    /// where it is only remembered that somebody was (R11), and in reaches not named. Every offer
    /// lapses.
    pub primaries: Option<&'a [Led]>,
    /// Now.
    pub now: Timestamp,
    /// What the log says about it.
    pub event: Option<Entry<'a>>,
}

impl Catalog {
    /// Changes a connection and what sits in its slots. All of it is stored, or nothing.
    ///
    /// # Errors
    /// Those of [`Catalog::update_connection`]; [`CatalogError::NoSuchSlot`] for a seat the new
    /// environment mode does not have; [`CatalogError::Missing`] for an authorization that has
    /// gone; else as every write.
    pub fn reshape(&self, reshaping: &Reshaping<'_>) -> Result<()> {
        let connection = reshaping.connection;
        let id = connection.id;
        self.catalog().write(|db| {
            connections::update(db, connection)?;
            for key in reshaping.emptied {
                vacate(db, *key)?;
            }
            for (key, authorization) in reshaping.seats {
                if key.connection != id {
                    return Err(CatalogError::NoSuchSlot);
                }
                exists(db, *key)?;
                place(db, *key, authorization.bytes())?;
            }
            slots::put_changed(db, Around::Connection(id), reshaping.connector_changed)?;
            if let Some(wanted) = reshaping.primaries {
                for reach in connection.mode.reaches() {
                    let found = wanted.iter().find(|(at, _)| at == reach);
                    match found {
                        Some((_, member)) => {
                            primaries::put(db, id, *reach, *member, reshaping.now)?;
                        }
                        None => {
                            db.prepare_cached(
                                "UPDATE primary_account SET member = NULL, since = ?3
                                 WHERE connection = ?1 AND reach = ?2 AND member IS NOT NULL",
                            )?
                            .execute(params![
                                id.bytes(),
                                reach.word(),
                                reshaping.now.0
                            ])?;
                        }
                    }
                }
                db.execute(
                    "DELETE FROM primary_offer WHERE connection = ?1",
                    [id.bytes()],
                )?;
            }
            if let Some(entry) = &reshaping.event {
                events::append(db, &entry.event, entry.tag)?;
            }
            look_again(db, vec![id.bytes()])
        })?;
        self.catalog().scrub();
        Ok(())
    }
}
