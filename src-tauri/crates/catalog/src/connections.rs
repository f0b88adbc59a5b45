//! Connections and the settings of their slots.

use std::collections::HashMap;

use rusqlite::{Connection as Db, OptionalExtension, Row, params};
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{Connection, ConnectionId, Kind, Mode, Reach, RegistrationId, Timestamp};

use crate::events::{self, Entry};
use crate::row::{self, Key, Word};
use crate::slots::{self, Around};
use crate::store::Transaction;
use crate::{Catalog, CatalogError, Result, fillings, search, standing};

/// What one reach of a connection has of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotSettings {
    /// Where they hold.
    pub reach: Reach,
    /// Parameter values that override the connection's.
    pub settings: Settings,
    /// Client registration that overrides the connection's.
    pub registration: Option<RegistrationId>,
}

impl Catalog {
    /// Adds a connection.
    ///
    /// # Errors
    /// [`CatalogError::LinkNameTaken`] (R19); else as every write.
    pub fn add_connection(&self, connection: &Connection) -> Result<()> {
        self.catalog().write(|db| insert(db, connection))
    }

    /// One connection.
    ///
    /// # Errors
    /// As every read.
    pub fn connection(&self, id: ConnectionId) -> Result<Option<Connection>> {
        self.catalog().read(|db| by_id(db, id.bytes()))
    }

    /// The connection scripts call `link_name`.
    ///
    /// # Errors
    /// As every read.
    pub fn connection_by_link_name(&self, link_name: &str) -> Result<Option<Connection>> {
        self.catalog().read(|db| by_link_name(db, link_name))
    }

    /// Whether a connection has this link name.
    ///
    /// # Errors
    /// As every read.
    pub fn link_name_taken(&self, link_name: &str) -> Result<bool> {
        self.catalog()
            .read(|db| Ok(id_of(db, link_name)?.is_some()))
    }

    /// The connections of a connector, oldest first.
    ///
    /// # Errors
    /// As every read.
    pub fn connections_of_connector(&self, connector: &str) -> Result<Vec<Connection>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM connection WHERE connector = ?1 ORDER BY created_at, id",
            )?;
            row::collect("connection", statement.query_map([connector], connection)?)
        })
    }

    /// The name of a connector's oldest connection, whether or not the rest of it can be read: one
    /// in quarantine is still there (R7).
    ///
    /// # Errors
    /// As every read.
    pub fn first_of_connector(&self, connector: &str) -> Result<Option<String>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT name FROM connection WHERE connector = ?1 ORDER BY created_at, id LIMIT 1",
            )?;
            let name = |row: &Row<'_>| -> rusqlite::Result<String> {
                let name = row.get_ref("name")?.as_bytes().unwrap_or_default();
                Ok(String::from_utf8_lossy(name).into_owned())
            };
            Ok(statement.query_row([connector], name).optional()?)
        })
    }

    /// R5: the system connection of a service.
    ///
    /// # Errors
    /// As every read; [`CatalogError::Unreadable`] where it is in quarantine, so that no second
    /// one is made.
    pub fn system_connection(&self, connector: &str) -> Result<Option<Connection>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT * FROM connection WHERE connector = ?1 AND kind = 'system'
                 ORDER BY created_at, id LIMIT 1",
            )?;
            Ok(statement.query_row([connector], connection).optional()?)
        })
    }

    /// Changes name, environment mode, scopes, registration, settings and whether it is enabled.
    /// Slots of another environment mode stay, out of reach, until the mode is switched back or
    /// they are emptied.
    ///
    /// # Errors
    /// [`CatalogError::Missing`]; [`CatalogError::Fixed`] where link name, connector or kind
    /// differ; else as every write.
    pub fn update_connection(&self, connection: &Connection) -> Result<()> {
        self.catalog().write(|db| {
            update(db, connection)?;
            search::index(db, connection.id.bytes())?;
            standing::refresh(db, connection.id.bytes())
        })
    }

    /// As [`Catalog::update_connection`], and logs it in the same transaction.
    ///
    /// # Errors
    /// Those of [`Catalog::update_connection`].
    pub fn change_connection(&self, connection: &Connection, event: &Entry<'_>) -> Result<()> {
        self.catalog().write(|db| {
            update(db, connection)?;
            events::append(db, &event.event, event.tag)?;
            search::index(db, connection.id.bytes())?;
            standing::refresh(db, connection.id.bytes())
        })
    }

    /// Deletes a connection with its slots, flows and settings, and every authorization that sat
    /// nowhere else. Its runs and events stay.
    ///
    /// # Errors
    /// [`CatalogError::StillUsed`] while a use refers to it (R18), [`CatalogError::Missing`];
    /// else as every write.
    pub fn delete_connection(&self, id: ConnectionId) -> Result<()> {
        self.catalog().write(|db| {
            if crate::uses::count(db, id.bytes())? > 0 {
                return Err(CatalogError::StillUsed);
            }
            let held: Vec<[u8; 16]> = db
                .prepare_cached("SELECT DISTINCT authorization FROM slot WHERE connection = ?1")?
                .query_map([id.bytes()], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            standing::forget(db, id.bytes())?;
            let deleted = db.execute("DELETE FROM connection WHERE id = ?1", [id.bytes()])?;
            crate::workspace::found_one(deleted, "connection")?;
            held.into_iter()
                .try_for_each(|authorization| fillings::drop_orphan(db, authorization))
        })?;
        self.catalog().scrub();
        Ok(())
    }

    /// The settings of a connection's reaches, those of every environment mode.
    ///
    /// # Errors
    /// As every read.
    pub fn slot_settings(&self, id: ConnectionId) -> Result<Vec<SlotSettings>> {
        self.catalog().read(|db| settings_of(db, id.bytes()))
    }

    /// As [`Self::slot_settings`], for whoever sends something: where one cannot be read, nothing
    /// tells where a request belongs.
    ///
    /// # Errors
    /// [`CatalogError::Unreadable`] then; else as every read.
    pub fn slot_settings_to_send(&self, id: ConnectionId) -> Result<Vec<SlotSettings>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM slot_settings WHERE connection = ?1")?;
            let rows = statement.query_map([id.bytes()], slot_settings)?;
            rows.map(|row| row.map_err(CatalogError::from)).collect()
        })
    }

    /// Sets what one reach has of its own; without any settings and registration, nothing.
    /// `connector_changed` are the slots of the connection where the connector then has other
    /// origins than what sits there (R23); in its others it has the same.
    ///
    /// # Errors
    /// [`CatalogError::Missing`] where the connection or registration is unknown; else as every
    /// write.
    pub fn set_slot_settings(
        &self,
        id: ConnectionId,
        settings: &SlotSettings,
        connector_changed: &[SlotKey],
    ) -> Result<()> {
        self.catalog().write(|db| {
            put_settings(db, id, settings)?;
            slots::put_changed(db, Around::Connection(id), connector_changed)?;
            standing::refresh(db, id.bytes())
        })
    }
}

/// The settings of a connection's reaches.
pub(crate) fn settings_of(db: &Db, id: [u8; 16]) -> Result<Vec<SlotSettings>> {
    let mut statement = db.prepare_cached("SELECT * FROM slot_settings WHERE connection = ?1")?;
    let rows = statement.query_map([id], slot_settings)?;
    let mut settings = row::collect("slot_settings", rows)?;
    settings.sort_by_key(|settings| settings.reach);
    Ok(settings)
}

/// Sets what one reach has of its own.
pub(crate) fn put_settings(db: &Db, id: ConnectionId, settings: &SlotSettings) -> Result<()> {
    db.prepare_cached(&format!(
        "DELETE FROM slot_settings WHERE connection = ?1 AND {}",
        row::UNKNOWN_REACH
    ))?
    .execute([id.bytes()])?;
    if settings.settings.is_empty() && settings.registration.is_none() {
        db.execute(
            "DELETE FROM slot_settings WHERE connection = ?1 AND reach = ?2",
            params![id.bytes(), settings.reach.word()],
        )?;
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO slot_settings (connection, reach, settings, registration)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (connection, reach) DO UPDATE SET settings = excluded.settings,
             registration = excluded.registration",
    )?
    .execute(params![
        id.bytes(),
        settings.reach.word(),
        row::to_json(&settings.settings)?,
        row::bytes_opt(settings.registration),
    ])?;
    Ok(())
}

/// Adds a connection.
pub(crate) fn insert(db: &Transaction<'_>, connection: &Connection) -> Result<()> {
    if id_of(db, connection.link_name.as_str())?.is_some() {
        return Err(CatalogError::LinkNameTaken);
    }
    db.prepare_cached(
        "INSERT INTO connection (id, name, folded, link_name, connector, kind, mode, scopes,
             registration, settings, enabled, created_by, created_at, owner)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?12)",
    )?
    .execute(params![
        connection.id.bytes(),
        connection.name.as_str(),
        search::fold(connection.name.as_str()),
        connection.link_name.as_str(),
        connection.connector,
        connection.kind.word(),
        connection.mode.word(),
        row::to_json(&connection.scopes)?,
        row::bytes_opt(connection.registration),
        row::to_json(&connection.settings)?,
        connection.enabled,
        row::bytes_opt(connection.created_by),
        connection.created_at.0,
    ])?;
    search::index(db, connection.id.bytes())?;
    standing::refresh(db, connection.id.bytes())
}

/// Writes what may change of a connection; what never changes is compared.
pub(crate) fn update(db: &Transaction<'_>, connection: &Connection) -> Result<()> {
    let before = by_id(db, connection.id.bytes())?.ok_or(CatalogError::Missing("connection"))?;
    if before.link_name != connection.link_name {
        return Err(CatalogError::Fixed("link name"));
    }
    if before.connector != connection.connector {
        return Err(CatalogError::Fixed("connector"));
    }
    if before.kind != connection.kind {
        return Err(CatalogError::Fixed("kind"));
    }
    db.prepare_cached(
        "UPDATE connection SET name = ?2, folded = ?3, mode = ?4, scopes = ?5,
             registration = ?6, settings = ?7, enabled = ?8 WHERE id = ?1",
    )?
    .execute(params![
        connection.id.bytes(),
        connection.name.as_str(),
        search::fold(connection.name.as_str()),
        connection.mode.word(),
        row::to_json(&connection.scopes)?,
        row::bytes_opt(connection.registration),
        row::to_json(&connection.settings)?,
        connection.enabled,
    ])?;
    Ok(())
}

fn id_of(db: &Db, link_name: &str) -> Result<Option<[u8; 16]>> {
    let mut statement = db.prepare_cached("SELECT id FROM connection WHERE link_name = ?1")?;
    Ok(statement
        .query_row([link_name], |row| row.get(0))
        .optional()?)
}

pub(crate) fn by_id(db: &Db, id: [u8; 16]) -> Result<Option<Connection>> {
    let mut statement = db.prepare_cached("SELECT * FROM connection WHERE id = ?1")?;
    Ok(statement.query_row([id], connection).optional()?)
}

pub(crate) fn by_link_name(db: &Db, link_name: &str) -> Result<Option<Connection>> {
    let mut statement = db.prepare_cached("SELECT * FROM connection WHERE link_name = ?1")?;
    Ok(statement.query_row([link_name], connection).optional()?)
}

/// These connections (keys, as JSON) and when each was used last, but those that cannot be read.
pub(crate) fn of_keys(
    db: &Db,
    keys: &str,
) -> Result<HashMap<ConnectionId, (Connection, Option<Timestamp>)>> {
    let mut statement = db.prepare_cached(
        "SELECT c.* FROM json_each(?1) k CROSS JOIN connection c ON c.key = k.value",
    )?;
    let rows = statement.query_map([keys], |row| {
        let last_used = row::time(row, "last_used")?;
        Ok((connection(row)?, (last_used.0 > 0).then_some(last_used)))
    })?;
    let found = row::collect("connection", rows)?;
    Ok(found.into_iter().map(|row| (row.0.id, row)).collect())
}

/// What the reaches of these connections (keys, as JSON) have of their own.
pub(crate) fn settings_of_keys(
    db: &Db,
    keys: &str,
) -> Result<HashMap<ConnectionId, Vec<SlotSettings>>> {
    let mut statement = db.prepare_cached(
        "SELECT s.* FROM json_each(?1) k CROSS JOIN connection c ON c.key = k.value
         CROSS JOIN slot_settings s ON s.connection = c.id",
    )?;
    let rows = statement.query_map([keys], |row| {
        Ok((row::id(row, "connection")?, slot_settings(row)?))
    })?;
    let mut found: HashMap<ConnectionId, Vec<SlotSettings>> = HashMap::new();
    for (connection, settings) in row::collect("slot_settings", rows)? {
        found.entry(connection).or_default().push(settings);
    }
    Ok(found)
}

pub(crate) fn slot_settings(row: &Row<'_>) -> rusqlite::Result<SlotSettings> {
    Ok(SlotSettings {
        reach: row::word(row, "reach")?,
        settings: row::json(row, "settings")?,
        registration: row::id_opt(row, "registration")?,
    })
}

/// Kind and environment mode, which say what slots there are.
pub(crate) fn shape(db: &Transaction<'_>, id: [u8; 16]) -> Result<(Kind, Mode)> {
    db.prepare_cached("SELECT kind, mode FROM connection WHERE id = ?1")?
        .query_row([id], |row| {
            Ok((row::word(row, "kind")?, row::word(row, "mode")?))
        })
        .optional()?
        .ok_or(CatalogError::Missing("connection"))
}

pub(crate) fn connection(row: &Row<'_>) -> rusqlite::Result<Connection> {
    let name = ConnectionName::new(row.get_ref("name")?.as_str()?)
        .map_err(|refusal| row::unreadable("name", refusal))?;
    let link_name = LinkName::new(row.get_ref("link_name")?.as_str()?)
        .map_err(|refusal| row::unreadable("link_name", refusal))?;
    Ok(Connection {
        id: row::id(row, "id")?,
        name,
        link_name,
        connector: row.get("connector")?,
        kind: row::word(row, "kind")?,
        mode: row::word(row, "mode")?,
        scopes: row::json(row, "scopes")?,
        registration: row::id_opt(row, "registration")?,
        settings: row::json(row, "settings")?,
        enabled: row.get("enabled")?,
        created_by: row::id_opt(row, "created_by")?,
        created_at: row::time(row, "created_at")?,
    })
}
