//! What a connection shows to whom, written down when something changes rather than when somebody
//! looks: the tray and the list ask all the time, and a catalog holds up to a hundred thousand
//! connections. [`crate::facets`] holds it by filter, the tables by connection, so that what was
//! so before is known when it is so no longer.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};
use tsunagi_domain::health::{Condition, health, scopes_granted};
use tsunagi_domain::seen::{seen, shown};
use tsunagi_domain::{ApplicationId, Connection, Health, Kind, Mode, NotConnected, Reach, Seen};

use crate::facets::{self, ANYBODY, Needing, OWN, Sight};
use crate::row::{self, Word};
use crate::slots::Slot;
use crate::store::Transaction;
use crate::{CatalogError, Result, search, uses};

/// The health of a slot as the catalog holds it. Where the connector has changed, and whether its
/// service is still served, is noted by who knows connectors.
pub(crate) fn slot_health(connection: &Connection, served: bool, slot: Option<&Slot>) -> Health {
    let authorization = slot.map(|slot| &slot.authorization);
    health(Condition {
        enabled: connection.enabled,
        served,
        stored: authorization.map(|authorization| authorization.health),
        scopes_granted: authorization.is_none_or(|authorization| {
            scopes_granted(
                &connection.scopes,
                &authorization.asked,
                authorization.granted.as_deref(),
            )
        }),
        origins_unchanged: slot.is_none_or(|slot| !slot.connector_changed),
        same_client: slot.is_none_or(|slot| !slot.other_client),
    })
}

/// A connection as its standing is told: the columns that matter.
struct Standing {
    key: i64,
    kind: Kind,
    mode: Mode,
    enabled: bool,
    served: bool,
    connector: String,
    scopes: Vec<String>,
    before: Sight,
}

/// What sits in a slot, as its standing is told.
struct Seat {
    reach: Reach,
    member: Option<[u8; 16]>,
    health: Health,
    unreachable: bool,
}

fn standing(db: &Transaction<'_>, connection: [u8; 16]) -> Result<Option<Standing>> {
    let read = |row: &Row<'_>| {
        Ok(Standing {
            key: row.get(0)?,
            kind: row::word(row, "kind")?,
            mode: row::word(row, "mode")?,
            enabled: row.get(3)?,
            connector: row.get(4)?,
            scopes: row::json(row, "scopes")?,
            before: Sight(row.get(6)?),
            served: row.get(7)?,
        })
    };
    let found = db
        .prepare_cached(
            "SELECT key, kind, mode, enabled, connector, scopes, sight,
                 NOT EXISTS (SELECT 1 FROM retired_connector r WHERE r.id = connection.connector)
             FROM connection WHERE id = ?1",
        )?
        .query_row([connection], read)
        .optional();
    match found.map_err(CatalogError::from) {
        // One that cannot be read is shown nowhere, and has no standing.
        Err(CatalogError::Unreadable(_)) => Ok(None),
        other => other,
    }
}

/// Works out one connection again.
pub(crate) fn refresh(db: &Transaction<'_>, connection: [u8; 16]) -> Result<()> {
    let Some(standing) = standing(db, connection)? else {
        return Ok(());
    };
    let key = standing.key;
    let (anybody, members) = sights(db, connection, &standing)?;
    // Nothing shows nothing: it has not been looked at yet.
    if standing.before == Sight::default() {
        facets::set(db, ANYBODY, &facets::kind(standing.kind.word()), key, true)?;
        let connector = facets::connector(&standing.connector);
        facets::set(db, ANYBODY, &connector, key, true)?;
    }
    if anybody != standing.before {
        facets::change(db, ANYBODY, key, standing.before, anybody)?;
        db.prepare_cached("UPDATE connection SET sight = ?2 WHERE id = ?1")?
            .execute(params![connection, anybody.0])?;
    }
    let before = stored(db, connection)?;
    for member in before
        .keys()
        .filter(|member| !members.contains_key(*member))
    {
        facets::change(db, member, key, before[member], Sight::default())?;
        facets::set(db, member, OWN, key, false)?;
        db.prepare_cached("DELETE FROM standing WHERE member = ?1 AND connection = ?2")?
            .execute(params![member, connection])?;
    }
    for (member, now) in &members {
        let stood = before.get(member).copied();
        if stood == Some(*now) {
            continue;
        }
        facets::change(db, member, key, stood.unwrap_or_default(), *now)?;
        facets::set(db, member, OWN, key, true)?;
        db.prepare_cached(
            "INSERT INTO standing (member, connection, sight) VALUES (?1, ?2, ?3)
             ON CONFLICT (member, connection) DO UPDATE SET sight = excluded.sight",
        )?
        .execute(params![member, connection, now.0])?;
    }
    Ok(())
}

type Sights = BTreeMap<[u8; 16], Sight>;

fn stored(db: &Transaction<'_>, connection: [u8; 16]) -> Result<Sights> {
    let mut statement =
        db.prepare_cached("SELECT member, sight FROM standing WHERE connection = ?1")?;
    let rows = statement.query_map([connection], |row| Ok((row.get(0)?, Sight(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What whoever has no account in it sees, and what each member sees who has one.
fn sights(
    db: &Transaction<'_>,
    connection: [u8; 16],
    standing: &Standing,
) -> Result<(Sight, Sights)> {
    let reaches = standing.mode.reaches();
    let mut anybody = Sight::default();
    if !standing.enabled {
        anybody.see(Seen::Disabled);
        return Ok((anybody, Sights::new()));
    }
    if !standing.served {
        anybody.see(Seen::Retired);
        // R16, R2: moving what uses it is one thing to do, and a manager's.
        let moves = usize::from(uses::count(db, connection)? > 0);
        anybody.need(Needing {
            managers: moves,
            choosers: moves,
            ..Needing::default()
        });
        return Ok((anybody, Sights::new()));
    }
    let seats = seats(db, connection, standing)?;
    if standing.kind != Kind::LoggedInUser {
        let own = |reach: &Reach| seats.iter().find(|seat| seat.reach == *reach);
        look(&mut anybody, reaches, own, |_| None, |_| true);
        return Ok((anybody, Sights::new()));
    }
    look(&mut anybody, reaches, |_| None, |_| None, |_| true);
    let primaries = primaries(db, connection)?;
    let primary = |reach: &Reach| {
        let (_, member) = primaries.iter().find(|(at, _)| at == reach)?;
        seats
            .iter()
            .find(|seat| seat.reach == *reach && seat.member == Some(*member))
    };
    let led = |reach: &Reach| primaries.iter().any(|(at, _)| at == reach);
    let mut members = Sights::new();
    for member in seats.iter().filter_map(|seat| seat.member) {
        let own = |reach: &Reach| {
            seats
                .iter()
                .find(|seat| seat.reach == *reach && seat.member == Some(member))
        };
        let mut sight = Sight::default();
        look(&mut sight, reaches, own, primary, led);
        members.insert(member, sight);
    }
    Ok((anybody, members))
}

/// Looks at every station of an enabled connection with the eyes of one viewer.
fn look<'a>(
    sight: &mut Sight,
    reaches: &[Reach],
    own: impl Fn(&Reach) -> Option<&'a Seat>,
    primary: impl Fn(&Reach) -> Option<&'a Seat>,
    led: impl Fn(&Reach) -> bool,
) {
    let never = Health::NotConnected(NotConnected::NeverAuthorized);
    let health = |seat: Option<&Seat>| seat.map_or(never, |seat| seat.health);
    let (mut needing, mut choosing) = (0, 0);
    for reach in reaches {
        let own = own(reach);
        let connected = health(own) == Health::Connected;
        let shown = shown(own, connected, primary(reach));
        let unreachable = shown.is_some_and(|seat| seat.unreachable);
        seen(health(shown), unreachable, !led(reach)).for_each(|state| sight.see(state));
        // As `domain::need` has it, which a property test holds against this.
        needing += usize::from(!connected);
        choosing += usize::from(!connected || !led(reach));
    }
    sight.need(Needing {
        anybody: needing,
        managers: needing,
        choosers: choosing,
    });
}

/// What sits in the slots of the present environment mode; those of the other one stay where they
/// are and show nothing.
fn seats(db: &Transaction<'_>, connection: [u8; 16], standing: &Standing) -> Result<Vec<Seat>> {
    let personal = standing.kind == Kind::LoggedInUser;
    let mut statement = db.prepare_cached(
        "SELECT s.reach, s.member, a.health, a.unreachable_since IS NOT NULL AS unreachable,
             a.asked, a.granted, s.connector_changed,
             a.registration IS coalesce(o.registration, c.registration) AS same_client
         FROM slot s JOIN authorization a ON a.id = s.authorization
         JOIN connection c ON c.id = s.connection
         LEFT JOIN slot_settings o ON o.connection = s.connection AND o.reach = s.reach
         WHERE s.connection = ?1 AND (s.member IS NOT NULL) = ?2",
    )?;
    let rows = statement.query_map(params![connection, personal], |row| {
        let asked: Vec<String> = row::json(row, "asked")?;
        let granted: Option<Vec<String>> = row::json_opt(row, "granted")?;
        Ok(Seat {
            reach: row::word(row, "reach")?,
            member: row.get("member")?,
            health: health(Condition {
                enabled: true,
                served: true,
                stored: Some(row::health(row, "health")?),
                scopes_granted: scopes_granted(&standing.scopes, &asked, granted.as_deref()),
                origins_unchanged: !row.get::<_, bool>("connector_changed")?,
                same_client: row.get("same_client")?,
            }),
            unreachable: row.get("unreachable")?,
        })
    })?;
    let mut seats = row::collect("slot", rows)?;
    seats.retain(|seat| standing.mode.reaches().contains(&seat.reach));
    Ok(seats)
}

fn primaries(db: &Transaction<'_>, connection: [u8; 16]) -> Result<Vec<(Reach, [u8; 16])>> {
    let mut statement = db.prepare_cached(
        "SELECT reach, member FROM primary_account WHERE connection = ?1 AND member IS NOT NULL",
    )?;
    let rows = statement.query_map([connection], |row| {
        Ok((row::word(row, "reach")?, row.get("member")?))
    })?;
    row::collect("primary_account", rows)
}

/// Takes a connection that is about to go out of everything that is kept by filter.
pub(crate) fn forget(db: &Transaction<'_>, connection: [u8; 16]) -> Result<()> {
    let found: Option<(i64, String, String, u32)> = db
        .prepare_cached("SELECT key, kind, connector, sight FROM connection WHERE id = ?1")?
        .query_row([connection], |row| {
            let text = |column| row::text(row, column);
            Ok((row.get(0)?, text("kind"), text("connector"), row.get(3)?))
        })
        .optional()?;
    let Some((key, kind, connector, sight)) = found else {
        return Ok(());
    };
    facets::change(db, ANYBODY, key, Sight(sight), Sight::default())?;
    facets::set(db, ANYBODY, &facets::kind(&kind), key, false)?;
    facets::set(db, ANYBODY, &facets::connector(&connector), key, false)?;
    for (member, sight) in stored(db, connection)? {
        facets::change(db, &member, key, sight, Sight::default())?;
        facets::set(db, &member, OWN, key, false)?;
    }
    let applications: Vec<ApplicationId> = {
        let mut statement = db.prepare_cached(
            "SELECT application FROM application_connection WHERE connection = ?1",
        )?;
        let rows = statement.query_map([connection], |row| row::id(row, "application"))?;
        rows.collect::<rusqlite::Result<_>>()?
    };
    for application in applications {
        facets::set(db, ANYBODY, &facets::application(application), key, false)?;
    }
    search::forget(db, key)
}

/// Whether connections are here and nothing is derived from them yet: in a file of a version
/// before, or one that another program filled.
pub(crate) fn is_unfounded(db: &rusqlite::Connection) -> Result<bool> {
    Ok(db.query_row(
        "SELECT EXISTS (SELECT 1 FROM connection) AND NOT EXISTS (SELECT 1 FROM facet)",
        [],
        |row| row.get(0),
    )?)
}

/// Derives everything again from what the catalog holds.
pub(crate) fn found(db: &Transaction<'_>) -> Result<()> {
    db.execute_batch(
        "DELETE FROM facet; DELETE FROM standing; DELETE FROM connection_pack;
         UPDATE connection SET sight = 0 WHERE sight <> 0;",
    )?;
    let connections: Vec<[u8; 16]> = db
        .prepare_cached("SELECT id FROM connection ORDER BY key")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for connection in connections {
        search::index(db, connection)?;
        refresh(db, connection)?;
    }
    let granted: Vec<(ApplicationId, [u8; 16])> = db
        .prepare_cached("SELECT application, connection FROM application_connection")?
        .query_map([], |row| Ok((row::id(row, "application")?, row.get(1)?)))
        .map_err(CatalogError::from)
        .and_then(|rows| row::collect("application_connection", rows))?;
    granted
        .into_iter()
        .try_for_each(|(application, connection)| facets::grant(db, application, connection))
}

/// Works out every connection of a connector again.
pub(crate) fn refresh_of_connector(db: &Transaction<'_>, connector: &str) -> Result<()> {
    let connections: Vec<[u8; 16]> = db
        .prepare_cached("SELECT id FROM connection WHERE connector = ?1")?
        .query_map([connector], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    connections
        .into_iter()
        .try_for_each(|connection| refresh(db, connection))
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

/// Works out every connection an authorization sits in again.
pub(crate) fn refresh_of(db: &Transaction<'_>, authorization: [u8; 16]) -> Result<()> {
    let connections = connections_of(db, authorization)?;
    connections
        .into_iter()
        .try_for_each(|connection| refresh(db, connection))
}
