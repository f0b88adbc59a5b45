//! Which reaches of a connection are connected and have a primary account, counted when something changes rather than when
//! somebody looks: the tray and the list ask for "what needs a person" all the time, and a
//! catalog holds up to a hundred thousand connections.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::Result;

/// Counts one connection again.
pub(crate) fn refresh(db: &Transaction<'_>, connection: [u8; 16]) -> Result<()> {
    let found = db
        .prepare_cached(
            "SELECT kind = 'logged_in_user', mode, enabled FROM connection WHERE id = ?1",
        )?
        .query_row([connection], |row| {
            Ok((
                row.get::<_, bool>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, bool>(2)?,
            ))
        })
        .optional()?;
    let Some((personal, mode, enabled)) = found else {
        return Ok(());
    };
    db.prepare_cached("DELETE FROM standing WHERE connection = ?1")?
        .execute([connection])?;
    // Slots of the other environment mode stay where they are and count for nothing.
    let reaches = if mode == "same" { 1 } else { 3 };
    let (mut missing, mut asked) = (0, 0);
    if enabled && personal {
        asked = reaches;
        db.prepare_cached(
            "INSERT INTO standing (member, connection, connected, remaining, unled)
             SELECT s.member, s.connection, count(*), ?2 - count(*), count(*) - count(p.member)
             FROM slot s JOIN authorization a ON a.id = s.authorization
             LEFT JOIN primary_account p ON p.connection = s.connection AND p.reach = s.reach
             WHERE s.connection = ?1 AND s.member IS NOT NULL AND a.health = 'connected'
                 AND (s.reach = 'all') = (?2 = 1)
             GROUP BY s.member",
        )?
        .execute(params![connection, reaches])?;
    } else if enabled {
        let connected: i64 = db
            .prepare_cached(
                "SELECT count(*) FROM slot s JOIN authorization a ON a.id = s.authorization
                 WHERE s.connection = ?1 AND s.member IS NULL AND a.health = 'connected'
                     AND (s.reach = 'all') = (?2 = 1)",
            )?
            .query_row(params![connection, reaches], |row| row.get(0))?;
        missing = reaches - connected;
    }
    db.prepare_cached(
        "UPDATE connection SET missing = ?2, personal = ?3
         WHERE id = ?1 AND (missing <> ?2 OR personal <> ?3)",
    )?
    .execute(params![connection, missing, asked])?;
    Ok(())
}

/// The connections an authorization sits in.
pub(crate) fn connections_of(
    db: &Transaction<'_>,
    authorization: [u8; 16],
) -> Result<Vec<[u8; 16]>> {
    Ok(db
        .prepare_cached("SELECT DISTINCT connection FROM slot WHERE authorization = ?1")?
        .query_map([authorization], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// Counts every connection an authorization sits in again.
pub(crate) fn refresh_of(db: &Transaction<'_>, authorization: [u8; 16]) -> Result<()> {
    let connections = connections_of(db, authorization)?;
    connections
        .into_iter()
        .try_for_each(|connection| refresh(db, connection))
}
