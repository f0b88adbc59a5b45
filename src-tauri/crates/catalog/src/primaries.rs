//! Primary accounts (R11, R12), and the memory of having had one.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::reshape::Led;
use tsunagi_domain::{ConnectionId, MemberId, Reach, Timestamp};

use crate::row::{self, Key, Word};
use crate::{Catalog, Result, standing};

/// Whose account unattended runs use in a reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Primary {
    /// Where.
    pub reach: Reach,
    /// Whose.
    pub member: MemberId,
    /// Since when.
    pub since: Timestamp,
}

impl Catalog {
    /// The primary accounts of a connection, by reach.
    ///
    /// # Errors
    /// As every read.
    pub fn primaries(&self, connection: ConnectionId) -> Result<Vec<Primary>> {
        self.catalog()
            .read(|db| of_connection(db, connection.bytes()))
    }

    /// R11: whether the reach has a primary account or has had one, so that nobody is promoted
    /// silently.
    ///
    /// # Errors
    /// As every read.
    pub fn ever_had_primary(&self, connection: ConnectionId, reach: Reach) -> Result<bool> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT 1 FROM primary_account WHERE connection = ?1 AND reach = ?2",
            )?;
            let place = params![connection.bytes(), reach.word()];
            Ok(statement.query_row(place, |_| Ok(())).optional()?.is_some())
        })
    }

    /// R11: where a connection has or has had a primary account, in the reaches of both environment
    /// modes, and whose.
    ///
    /// # Errors
    /// As every read.
    pub fn led(&self, connection: ConnectionId) -> Result<Vec<Led>> {
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT reach, member FROM primary_account WHERE connection = ?1",
            )?;
            let rows = statement.query_map([connection.bytes()], place)?;
            row::collect("primary_account", rows)
        })
    }

    /// Makes a member's account primary in a reach; `None` leaves it without one, remembering
    /// that it had one.
    ///
    /// # Errors
    /// [`crate::CatalogError::Missing`]; else as every write.
    pub fn set_primary(
        &self,
        connection: ConnectionId,
        reach: Reach,
        member: Option<MemberId>,
        now: Timestamp,
    ) -> Result<()> {
        self.catalog().write(|db| {
            match member {
                Some(_) => put(db, connection, reach, member, now)?,
                None => {
                    db.prepare_cached(
                        "UPDATE primary_account SET member = NULL, since = ?3
                         WHERE connection = ?1 AND reach = ?2 AND member IS NOT NULL",
                    )?
                    .execute(params![
                        connection.bytes(),
                        reach.word(),
                        now.0
                    ])?;
                }
            }
            standing::refresh(db, connection.bytes())
        })
    }
}

/// Where there is or was a primary account, and whose.
pub(crate) fn place(row: &Row<'_>) -> rusqlite::Result<Led> {
    Ok((row::word(row, "reach")?, row::id_opt(row, "member")?))
}

pub(crate) fn of_connection(db: &Connection, connection: [u8; 16]) -> Result<Vec<Primary>> {
    let mut statement = db.prepare_cached(
        "SELECT reach, member, since FROM primary_account
         WHERE connection = ?1 AND member IS NOT NULL",
    )?;
    let rows = statement.query_map([connection], |row| {
        Ok(Primary {
            reach: row::word(row, "reach")?,
            member: row::id(row, "member")?,
            since: row::time(row, "since")?,
        })
    })?;
    let mut primaries = row::collect("primary_account", rows)?;
    primaries.sort_by_key(|primary| primary.reach);
    Ok(primaries)
}

/// The primary accounts of these connections (keys, as JSON).
pub(crate) fn of_keys(db: &Connection, keys: &str) -> Result<HashMap<ConnectionId, Vec<Primary>>> {
    let mut statement = db.prepare_cached(
        "SELECT p.connection, p.reach, p.member, p.since
         FROM json_each(?1) k CROSS JOIN connection c ON c.key = k.value
         CROSS JOIN primary_account p ON p.connection = c.id WHERE p.member IS NOT NULL",
    )?;
    let rows = statement.query_map([keys], |row| {
        Ok((
            row::id(row, "connection")?,
            Primary {
                reach: row::word(row, "reach")?,
                member: row::id(row, "member")?,
                since: row::time(row, "since")?,
            },
        ))
    })?;
    let mut found: HashMap<ConnectionId, Vec<Primary>> = HashMap::new();
    for (connection, primary) in row::collect("primary_account", rows)? {
        found.entry(connection).or_default().push(primary);
    }
    found
        .values_mut()
        .for_each(|primaries| primaries.sort_by_key(|primary| primary.reach));
    Ok(found)
}

/// Who calls this or [`lose`] counts the connection again before the transaction ends.
pub(crate) fn put(
    db: &Connection,
    connection: ConnectionId,
    reach: Reach,
    member: Option<MemberId>,
    since: Timestamp,
) -> Result<()> {
    db.prepare_cached(&format!(
        "DELETE FROM primary_account WHERE connection = ?1 AND {}",
        row::UNKNOWN_REACH
    ))?
    .execute([connection.bytes()])?;
    // Who stays primary has been so since before.
    db.prepare_cached(
        "INSERT INTO primary_account (connection, reach, member, since) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (connection, reach) DO UPDATE SET member = excluded.member,
             since = excluded.since WHERE member IS NOT excluded.member",
    )?
    .execute(params![
        connection.bytes(),
        reach.word(),
        row::bytes_opt(member),
        since.0
    ])?;
    Ok(())
}

/// Whether a member's account is the primary one of a reach.
pub(crate) fn is_so(
    db: &Connection,
    connection: ConnectionId,
    reach: Reach,
    member: MemberId,
) -> Result<bool> {
    let mut statement = db.prepare_cached(
        "SELECT 1 FROM primary_account WHERE connection = ?1 AND reach = ?2 AND member = ?3",
    )?;
    Ok(statement.exists(params![connection.bytes(), reach.word(), member.bytes()])?)
}

/// Takes the primary account from the slot's member, where it is theirs.
pub(crate) fn lose(db: &Connection, key: SlotKey, now: Option<Timestamp>) -> Result<()> {
    let Some(member) = key.member else {
        return Ok(());
    };
    db.prepare_cached(
        "UPDATE primary_account SET member = NULL, since = coalesce(?4, since)
         WHERE connection = ?1 AND reach = ?2 AND member = ?3",
    )?
    .execute(params![
        key.connection.bytes(),
        key.reach.word(),
        member.bytes(),
        row::millis(now)
    ])?;
    Ok(())
}
