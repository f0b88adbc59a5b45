//! Slots: what sits where, and the sealed credentials.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{AuthorizationId, ConnectionId};

use crate::authorizations::{Authorization, authorization};
use crate::row::{self, Key, Word};
use crate::store::Transaction;
use crate::{Catalog, Result, standing};

/// A filled slot. An empty one has no row: nothing sits there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Where.
    pub key: SlotKey,
    /// What sits there. The same authorization may sit in several slots (R21).
    pub authorization: Authorization,
    /// Whether the connector has other origins here than the authorization was obtained for, as
    /// who knows connectors has noted.
    pub connector_changed: bool,
    /// Whether the slot's client registration is another than the authorization was obtained with.
    pub other_client: bool,
}

/// Whether an authorization `a` serves a slot: of an enabled connection, of its environment mode,
/// and of the origins (R23) and the client that it was obtained for.
pub(crate) const SERVES: &str = "EXISTS (
    SELECT 1 FROM slot s JOIN connection c ON c.id = s.connection
    LEFT JOIN slot_settings o ON o.connection = s.connection AND o.reach = s.reach
    WHERE s.authorization = a.id AND c.enabled = 1 AND (s.reach = 'all') = (c.mode = 'same')
        AND s.connector_changed = 0
        AND a.registration IS coalesce(o.registration, c.registration))";

/// A credential as the vault sealed it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Version the bytes are sealed under; grows with every renewal.
    pub version: u64,
    /// Sealed bytes.
    pub sealed: Vec<u8>,
    /// The version before and its bytes, kept until this one has worked.
    pub previous: Option<(u64, Vec<u8>)>,
    /// The data key, wrapped once per reader.
    pub wraps: Vec<Wrap>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("version", &self.version)
            .field(
                "previous",
                &self.previous.as_ref().map(|(version, _)| version),
            )
            .field("wraps", &self.wraps)
            .finish_non_exhaustive()
    }
}

/// A data key wrapped for one reader.
#[derive(Clone, PartialEq, Eq)]
pub struct Wrap {
    /// Who can open it, in the vault's words.
    pub reader: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

impl std::fmt::Debug for Wrap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wrap")
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}

impl Catalog {
    /// The filled slots of a connection, those of both environment modes, in the order of their
    /// keys.
    ///
    /// # Errors
    /// As every read.
    pub fn slots(&self, connection: ConnectionId) -> Result<Vec<Slot>> {
        self.catalog()
            .read(|db| of_connection(db, connection.bytes()))
    }

    /// What sits in one slot.
    ///
    /// # Errors
    /// As every read.
    pub fn slot(&self, key: SlotKey) -> Result<Option<Slot>> {
        let slots = self.slots(key.connection)?;
        Ok(slots.into_iter().find(|slot| slot.key == key))
    }

    /// Notes in which slots of a connection the connector has other origins than the authorization
    /// was obtained for (R23). In its others it has the same.
    ///
    /// # Errors
    /// As every write.
    pub fn set_connector_changed(
        &self,
        connection: ConnectionId,
        changed: &[SlotKey],
    ) -> Result<()> {
        self.catalog().write(|db| {
            put_changed(db, Around::Connection(connection), changed)?;
            standing::refresh(db, connection.bytes())
        })
    }

    /// The slots an authorization sits in.
    ///
    /// # Errors
    /// As every read.
    pub fn slots_of_authorization(&self, id: AuthorizationId) -> Result<Vec<SlotKey>> {
        self.catalog().read(|db| keys_of(db, id.bytes()))
    }

    /// The sealed credential of an authorization; `None` where it was revoked or is unknown.
    ///
    /// # Errors
    /// As every read.
    pub fn sealed(&self, id: AuthorizationId) -> Result<Option<Sealed>> {
        self.catalog().read(|db| {
            let mut statement =
                db.prepare_cached("SELECT * FROM credential WHERE authorization = ?1")?;
            let found = statement.query_row([id.bytes()], sealed).optional()?;
            let Some(mut found) = found else {
                return Ok(None);
            };
            let mut statement = db.prepare_cached(
                "SELECT reader, wrapped FROM credential_wrap WHERE authorization = ?1
                 ORDER BY reader",
            )?;
            found.wraps = statement
                .query_map([id.bytes()], wrap)?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Some(found))
        })
    }
}

pub(crate) fn of_connection(db: &Connection, connection: [u8; 16]) -> Result<Vec<Slot>> {
    let mut statement = db.prepare_cached(
        "SELECT s.connection, s.reach, s.member, s.connector_changed, a.*,
             a.registration IS NOT coalesce(o.registration, c.registration) AS other_client
         FROM slot s JOIN authorization a ON a.id = s.authorization
         JOIN connection c ON c.id = s.connection
         LEFT JOIN slot_settings o ON o.connection = s.connection AND o.reach = s.reach
         WHERE s.connection = ?1",
    )?;
    let rows = statement.query_map([connection], slot)?;
    let mut slots = row::collect("slot", rows)?;
    slots.sort_by_key(|slot| slot.key);
    Ok(slots)
}

/// The filled slots of these connections (keys, as JSON), each connection's in the order of their
/// keys.
pub(crate) fn of_keys(db: &Connection, keys: &str) -> Result<HashMap<ConnectionId, Vec<Slot>>> {
    let mut statement = db.prepare_cached(
        "SELECT s.connection, s.reach, s.member, s.connector_changed, a.*,
             a.registration IS NOT coalesce(o.registration, c.registration) AS other_client
         FROM json_each(?1) k CROSS JOIN connection c ON c.key = k.value
         CROSS JOIN slot s ON s.connection = c.id
         CROSS JOIN authorization a ON a.id = s.authorization
         LEFT JOIN slot_settings o ON o.connection = s.connection AND o.reach = s.reach",
    )?;
    let rows = statement.query_map([keys], slot)?;
    let mut found: HashMap<ConnectionId, Vec<Slot>> = HashMap::new();
    for slot in row::collect("slot", rows)? {
        found.entry(slot.key.connection).or_default().push(slot);
    }
    found
        .values_mut()
        .for_each(|slots| slots.sort_by_key(|slot| slot.key));
    Ok(found)
}

/// The slots that a note about connectors speaks of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Around {
    /// All of a connection.
    Connection(ConnectionId),
    /// All in which an authorization sits.
    Authorization(AuthorizationId),
}

/// Notes in which of these slots the connector has other origins than the authorization.
pub(crate) fn put_changed(db: &Transaction<'_>, around: Around, changed: &[SlotKey]) -> Result<()> {
    let (connection, authorization) = match around {
        Around::Connection(id) => (Some(id.bytes()), None),
        Around::Authorization(id) => (None, Some(id.bytes())),
    };
    db.prepare_cached(
        "UPDATE slot SET connector_changed = 0
         WHERE connector_changed = 1 AND (connection = ?1 OR authorization = ?2)",
    )?
    .execute(params![connection, authorization])?;
    let mut statement = db.prepare_cached(
        "UPDATE slot SET connector_changed = 1
         WHERE connection = ?1 AND reach = ?2 AND coalesce(member, x'') = coalesce(?3, x'')
             AND (connection = ?4 OR authorization = ?5)",
    )?;
    for key in changed {
        statement.execute(params![
            key.connection.bytes(),
            key.reach.word(),
            row::bytes_opt(key.member),
            connection,
            authorization,
        ])?;
    }
    Ok(())
}

pub(crate) fn keys_of(db: &Connection, authorization: [u8; 16]) -> Result<Vec<SlotKey>> {
    let mut statement =
        db.prepare_cached("SELECT connection, reach, member FROM slot WHERE authorization = ?1")?;
    let mut keys = row::collect("slot", statement.query_map([authorization], key)?)?;
    keys.sort();
    Ok(keys)
}

fn slot(row: &Row<'_>) -> rusqlite::Result<Slot> {
    Ok(Slot {
        key: key(row)?,
        authorization: authorization(row)?,
        connector_changed: row.get("connector_changed")?,
        other_client: row.get("other_client")?,
    })
}

pub(crate) fn key(row: &Row<'_>) -> rusqlite::Result<SlotKey> {
    Ok(SlotKey {
        connection: row::id(row, "connection")?,
        reach: row::word(row, "reach")?,
        member: row::id_opt(row, "member")?,
    })
}

fn sealed(row: &Row<'_>) -> rusqlite::Result<Sealed> {
    let previous = match row.get::<_, Option<Vec<u8>>>("previous")? {
        Some(bytes) => Some((row::count(row, "previous_version")?, bytes)),
        None => None,
    };
    Ok(Sealed {
        version: row::count(row, "version")?,
        sealed: row.get("sealed")?,
        previous,
        wraps: Vec::new(),
    })
}

pub(crate) fn wrap(row: &Row<'_>) -> rusqlite::Result<Wrap> {
    Ok(Wrap {
        reader: row.get("reader")?,
        wrapped: row.get("wrapped")?,
    })
}
