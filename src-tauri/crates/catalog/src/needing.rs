//! What needs a person: for the tray, Home, and the list's filter.

use rusqlite::{Connection as Db, params};
use tsunagi_domain::{Connection, ConnectionId, Health, Kind, MemberId, Reach};

use crate::row::{self, Key};
use crate::{Catalog, Result, connections, slots};

/// SQL that holds for a connection `c` in which something needs the viewer bound as `:viewer`.
/// The columns it compares are those [`crate::standing`] keeps.
pub(crate) const NEEDS: &str = "(c.missing > 0 OR (c.personal > 0 AND NOT EXISTS (
    SELECT 1 FROM standing n
    WHERE n.member = :viewer AND n.connection = c.id AND n.remaining = 0)))";

impl Catalog {
    /// Reaches that need a person, those of the oldest connection first, at most `limit`. A reach
    /// does when its connection is enabled and, for a system or admin connection, nothing sits
    /// there or what does is stored as Not connected; for a logged-in-user connection, `viewer`
    /// has no authorization there that is stored as Connected.
    ///
    /// # Errors
    /// As every read.
    pub fn needing(&self, viewer: MemberId, limit: u32) -> Result<Vec<(Connection, Reach)>> {
        self.catalog().read(|db| {
            let sql = format!(
                "SELECT c.id FROM connection c INDEXED BY connection_by_age
                 WHERE (c.missing > 0 OR c.personal > 0) AND {NEEDS}
                 ORDER BY c.created_at, c.id LIMIT :limit"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(
                rusqlite::named_params! {":viewer": viewer.bytes(), ":limit": limit},
                |row| row::id::<ConnectionId>(row, "id"),
            )?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut needing = Vec::new();
            for id in row::collect("connection", rows)? {
                let Ok(Some(connection)) = connections::by_id(db, id.bytes()) else {
                    continue;
                };
                for reach in reaches(db, &connection, viewer)? {
                    needing.push((connection.clone(), reach));
                }
                if needing.len() >= limit {
                    break;
                }
            }
            needing.truncate(limit);
            Ok(needing)
        })
    }

    /// How many reaches need `viewer`, as [`Catalog::needing`] tells them.
    ///
    /// # Errors
    /// As every read.
    pub fn needing_count(&self, viewer: MemberId) -> Result<u64> {
        self.catalog().read(|db| {
            sum(
                db,
                "SELECT (SELECT coalesce(sum(missing), 0) FROM connection WHERE missing > 0)
                      + (SELECT coalesce(sum(personal), 0) FROM connection WHERE personal > 0)
                      - (SELECT coalesce(sum(connected), 0) FROM standing WHERE member = ?1) AS n",
                viewer,
            )
        })
    }
}

/// How many connections have something that needs `viewer`.
pub(crate) fn connections_needing(db: &Db, viewer: MemberId) -> Result<u64> {
    sum(
        db,
        "SELECT (SELECT count(*) FROM connection WHERE missing > 0)
              + (SELECT count(*) FROM connection WHERE personal > 0)
              - (SELECT count(*) FROM standing WHERE member = ?1 AND remaining = 0) AS n",
        viewer,
    )
}

fn sum(db: &Db, sql: &str, viewer: MemberId) -> Result<u64> {
    let mut statement = db.prepare_cached(sql)?;
    Ok(statement.query_row(params![viewer.bytes()], |row| row::count(row, "n"))?)
}

/// The reaches of one enabled connection that need `viewer`.
fn reaches(db: &Db, connection: &Connection, viewer: MemberId) -> Result<Vec<Reach>> {
    let member = (connection.kind == Kind::LoggedInUser).then_some(viewer);
    let slots = slots::of_connection(db, connection.id.bytes())?;
    let connected = |reach: Reach| {
        slots.iter().any(|slot| {
            slot.key.reach == reach
                && slot.key.member == member
                && slot.authorization.health == Health::Connected
        })
    };
    Ok(connection
        .mode
        .reaches()
        .iter()
        .copied()
        .filter(|reach| !connected(*reach))
        .collect())
}
