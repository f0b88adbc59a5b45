//! What needs a person: for the tray, Home, and the list's filter. What a reach needs is decided by
//! [`tsunagi_domain::need`]; what is counted here is shown to be that by a property test.

use rusqlite::{Connection as Db, named_params};
use tsunagi_domain::need::need;
use tsunagi_domain::{
    Connection, ConnectionId, Health, Kind, Member, MemberId, NotConnected, Reach, primary,
};

use crate::row::{self, Key};
use crate::{Catalog, Result, connections, primaries, slots, workspace};

/// SQL that holds for a connection `c` in which something needs the viewer bound as `:viewer`, who
/// may choose a primary account or not, bound as `:chooses`. The columns it compares are those
/// [`crate::standing`] keeps.
pub(crate) const NEEDS: &str = "(c.missing > 0 OR (c.personal > 0 AND NOT EXISTS (
    SELECT 1 FROM standing n
    WHERE n.member = :viewer AND n.connection = c.id AND n.remaining = 0
        AND (n.unled = 0 OR NOT :chooses))))";

impl Catalog {
    /// Reaches that need `viewer`, those of the oldest connection first, at most `limit`: what
    /// [`need`] says of the stored health, where that waits for a person. Nobody who is no member
    /// chooses a primary account.
    ///
    /// # Errors
    /// As every read.
    pub fn needing(&self, viewer: MemberId, limit: u32) -> Result<Vec<(Connection, Reach)>> {
        self.catalog().read(|db| {
            let member = member(db, viewer)?;
            // Most of the time: every connection would be looked at in vain.
            if connections_needing(db, viewer)? == 0 {
                return Ok(Vec::new());
            }
            let sql = format!(
                "SELECT c.id FROM connection c INDEXED BY connection_by_age
                 WHERE (c.missing > 0 OR c.personal > 0) AND {NEEDS}
                 ORDER BY c.created_at, c.id LIMIT :limit"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(
                named_params! {
                    ":viewer": viewer.bytes(),
                    ":chooses": chooses(member.as_ref()),
                    ":limit": limit,
                },
                |row| row::id::<ConnectionId>(row, "id"),
            )?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut needing = Vec::new();
            for id in row::collect("connection", rows)? {
                let Ok(Some(connection)) = connections::by_id(db, id.bytes()) else {
                    continue;
                };
                for reach in reaches(db, &connection, viewer, member.as_ref())? {
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
                      - (SELECT coalesce(sum(connected - iif(:chooses, unled, 0)), 0)
                         FROM standing WHERE member = :viewer) AS n",
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
              - (SELECT count(*) FROM standing
                 WHERE member = :viewer AND remaining = 0 AND (unled = 0 OR NOT :chooses)) AS n",
        viewer,
    )
}

/// Whether `viewer` is somebody who chooses a primary account where there is none (R11).
pub(crate) fn may_choose(db: &Db, viewer: MemberId) -> Result<bool> {
    Ok(chooses(member(db, viewer)?.as_ref()))
}

fn chooses(viewer: Option<&Member>) -> bool {
    viewer.is_some_and(primary::may_choose)
}

/// `None` for an unknown one, and for one whose row cannot be read.
fn member(db: &Db, id: MemberId) -> Result<Option<Member>> {
    let mut statement = db.prepare_cached("SELECT * FROM member WHERE id = ?1")?;
    let rows = statement.query_map([id.bytes()], workspace::member)?;
    Ok(row::collect("member", rows)?.pop())
}

fn sum(db: &Db, sql: &str, viewer: MemberId) -> Result<u64> {
    let chooses = may_choose(db, viewer)?;
    let mut statement = db.prepare_cached(sql)?;
    let bound = named_params! {":viewer": viewer.bytes(), ":chooses": chooses};
    Ok(statement.query_row(bound, |row| row::count(row, "n"))?)
}

/// The reaches of one connection that need `viewer`.
fn reaches(
    db: &Db,
    connection: &Connection,
    viewer: MemberId,
    member: Option<&Member>,
) -> Result<Vec<Reach>> {
    let own = (connection.kind == Kind::LoggedInUser).then_some(viewer);
    let slots = slots::of_connection(db, connection.id.bytes())?;
    let primaries = primaries::of_connection(db, connection.id.bytes())?;
    let needs = |reach: &Reach| {
        let health = slots
            .iter()
            .find(|slot| slot.key.reach == *reach && slot.key.member == own)
            .map_or(
                Health::NotConnected(NotConnected::NeverAuthorized),
                |slot| slot.authorization.health,
            );
        let current = primaries.iter().find(|primary| primary.reach == *reach);
        match member {
            Some(member) => need(
                connection.kind,
                health,
                current.map(|primary| primary.member),
                member,
            )
            .is_some_and(tsunagi_domain::Need::needs_person),
            None => health != Health::Connected,
        }
    };
    Ok(connection
        .mode
        .reaches()
        .iter()
        .copied()
        .filter(needs)
        .collect())
}
