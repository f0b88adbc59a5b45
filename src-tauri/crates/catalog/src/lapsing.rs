//! Which authorizations end for good before long, the first to end first.

use rusqlite::named_params;
use tsunagi_domain::{Connection, ConnectionId, MemberId, Reach, Timestamp};

use crate::row::{self, Key};
use crate::{Catalog, Result, connections};

/// An authorization that ends, in one of its slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    /// The connection.
    pub connection: Connection,
    /// Where in it.
    pub reach: Reach,
    /// When it ends for good ([`tsunagi_domain::freshness::lapse`]).
    pub at: Timestamp,
    /// Rows of the authorization and the slot: where the next page begins.
    place: (i64, i64),
}

impl Catalog {
    /// Authorizations stored as Connected that end before `before`, at most `limit` after
    /// `after`: of enabled connections, in slots of their environment mode, and of logged-in-user
    /// connections only the viewer's own and the primary account's.
    ///
    /// # Errors
    /// As every read.
    pub fn lapsing(
        &self,
        viewer: MemberId,
        before: Timestamp,
        after: Option<&Lapse>,
        limit: u32,
    ) -> Result<Vec<Lapse>> {
        let (at, place) = after.map_or((i64::MIN, (0, 0)), |lapse| (lapse.at.0, lapse.place));
        self.catalog().read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT s.connection, s.reach, a.ends_at, a.key AS first, s.key AS second
                 FROM authorization a INDEXED BY authorization_ending
                 CROSS JOIN slot s ON s.authorization = a.id
                 CROSS JOIN connection c ON c.id = s.connection
                 LEFT JOIN primary_account p ON p.connection = s.connection AND p.reach = s.reach
                 WHERE a.health = 'connected' AND a.ends_at IS NOT NULL AND a.ends_at < :before
                     AND (a.ends_at, a.key, s.key) > (:at, :first, :second)
                     AND c.enabled = 1 AND (s.reach = 'all') = (c.mode = 'same')
                     AND (s.member IS NULL OR s.member = :viewer OR s.member = p.member)
                 ORDER BY a.ends_at, a.key, s.key LIMIT :limit",
            )?;
            let bound = named_params! {
                ":viewer": viewer.bytes(), ":before": before.0, ":limit": limit,
                ":at": at, ":first": place.0, ":second": place.1,
            };
            let rows = statement.query_map(bound, |row| {
                Ok((
                    row::id::<ConnectionId>(row, "connection")?,
                    row::word::<Reach>(row, "reach")?,
                    row::time(row, "ends_at")?,
                    (row.get("first")?, row.get("second")?),
                ))
            })?;
            let mut lapsing = Vec::new();
            for (id, reach, at, place) in row::collect("lapse", rows)? {
                if let Ok(Some(connection)) = connections::by_id(db, id.bytes()) {
                    lapsing.push(Lapse {
                        connection,
                        reach,
                        at,
                        place,
                    });
                }
            }
            Ok(lapsing)
        })
    }
}
