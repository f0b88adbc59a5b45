//! What needs a person: for the tray, Home, and the list's filter. What a reach needs is decided by
//! [`tsunagi_domain::need`]; what is counted here is shown to be that by a property test.

use rusqlite::Connection as Db;
use tsunagi_domain::need::need;
use tsunagi_domain::{Connection, Health, Kind, Member, MemberId, Reach, access, primary};

use crate::facets::{self, Viewer};
use crate::places::{self, Order};
use crate::row::{self, Key};
use crate::{
    Catalog, Result, connections, connectors, primaries, slots, standing, uses, workspace,
};

impl Catalog {
    /// Reaches that need `viewer`, those of the oldest connection first, at most `limit`: what
    /// [`need`] says of the health, where that waits for a person. Nobody who is no member
    /// chooses a primary account.
    ///
    /// # Errors
    /// As every read.
    pub fn needing(&self, viewer: MemberId, limit: u32) -> Result<Vec<(Connection, Reach)>> {
        self.catalog().read(|db| {
            let member = member(db, viewer)?;
            let wanted = facets::needing(db, &looking(viewer, member.as_ref()))?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut needing = Vec::new();
            for place in places::of(
                db,
                &self.inner.ranking,
                Order::Age,
                Some(&wanted),
                None,
                limit,
            )? {
                let Ok(Some(connection)) = connections::by_id(db, place.id.into_bytes()) else {
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
        self.catalog()
            .read(|db| facets::count_needing(db, &self::viewer(db, viewer)?))
    }
}

/// Who looks, as what is kept by filter asks for it.
pub(crate) fn viewer(db: &Db, id: MemberId) -> Result<Viewer> {
    Ok(looking(id, member(db, id)?.as_ref()))
}

fn looking(id: MemberId, member: Option<&Member>) -> Viewer {
    Viewer {
        id: id.bytes(),
        manages: member.is_some_and(|member| access::may_manage(member).is_ok()),
        chooses: member.is_some_and(primary::may_choose),
    }
}

/// `None` for an unknown one, and for one whose row cannot be read.
fn member(db: &Db, id: MemberId) -> Result<Option<Member>> {
    let mut statement = db.prepare_cached("SELECT * FROM member WHERE id = ?1")?;
    let rows = statement.query_map([id.bytes()], workspace::member)?;
    Ok(row::collect("member", rows)?.pop())
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
    let served = connectors::is_served(db, &connection.connector)?;
    let used = uses::count(db, connection.id.bytes())? > 0;
    let needs = |reach: &Reach| {
        let slot = slots
            .iter()
            .find(|slot| slot.key.reach == *reach && slot.key.member == own);
        let health = standing::slot_health(connection, served, slot);
        let current = primaries.iter().find(|primary| primary.reach == *reach);
        match member {
            Some(member) => need(
                connection.kind,
                health,
                used,
                current.map(|primary| primary.member),
                member,
            )
            .is_some_and(|need| need.needs_person() && need.is_told_of(*reach, connection.mode)),
            None => needs_anybody(health),
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

/// What is needed of who is no member: they manage nothing, and choose nothing.
const fn needs_anybody(health: Health) -> bool {
    match health {
        Health::Connected => false,
        Health::NotConnected(reason) => reason.is_mended_by_authorizing(),
    }
}
