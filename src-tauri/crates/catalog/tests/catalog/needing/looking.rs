//! What a look at every slot says: the rules as DESIGN words them, over everything the catalog
//! holds.

use tsunagi_catalog::{Catalog, Slot};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Connection, ConnectionId, Health, Kind, MemberId, NotConnected, Reach, Role, Seen,
};

/// Whether an authorization works where it sits, as DESIGN words it: its credential works, it has
/// the scopes that the connection asks for, and the connector is as it was.
fn works(connection: &Connection, slot: &Slot) -> bool {
    health_of(connection, slot) == Health::Connected
}

fn health_of(connection: &Connection, slot: &Slot) -> Health {
    let granted = slot.authorization.granted.as_ref();
    let held = granted.unwrap_or(&slot.authorization.asked);
    match slot.authorization.health {
        Health::Connected if slot.connector_changed => {
            Health::NotConnected(NotConnected::ConnectorChanged)
        }
        Health::Connected if connection.scopes.iter().any(|one| !held.contains(one)) => {
            Health::NotConnected(NotConnected::ScopesMissing)
        }
        stored => stored,
    }
}

/// The rule as DESIGN words it, over everything the catalog holds: who is not connected needs to
/// authorize; a super admin or admin who is needs to choose where nobody is primary (R11, R12). Where
/// the service has ended, a manager moves what uses it, and nobody else has anything to do (R16).
pub(super) fn by_looking(
    catalog: &Catalog,
    ended: bool,
    viewer: MemberId,
) -> Vec<(ConnectionId, Reach)> {
    let mut needing = Vec::new();
    let manages = catalog.member(viewer).unwrap().is_some_and(|member| {
        let roles = [Role::SuperAdmin, Role::Admin, Role::Developer];
        member.active && roles.contains(&member.role)
    });
    let chooses = catalog.member(viewer).unwrap().is_some_and(|member| {
        member.active && matches!(member.role, Role::SuperAdmin | Role::Admin)
    });
    for connection in catalog.connections_of_connector("practice").unwrap() {
        let slots = catalog.slots(connection.id).unwrap();
        let primaries = catalog.primaries(connection.id).unwrap();
        let personal = connection.kind == Kind::LoggedInUser;
        let member = personal.then_some(viewer);
        for reach in connection.mode.reaches() {
            let key = SlotKey {
                connection: connection.id,
                reach: *reach,
                member,
            };
            let connected = slots
                .iter()
                .any(|slot| slot.key == key && works(&connection, slot));
            let led = !personal || primaries.iter().any(|primary| primary.reach == *reach);
            if ended {
                let first = connection.mode.reaches()[0] == *reach;
                let used = !catalog.uses(connection.id).unwrap().is_empty();
                if connection.enabled && manages && used && first {
                    needing.push((connection.id, *reach));
                }
                continue;
            }
            if connection.enabled && (!connected || (chooses && !led)) {
                needing.push((connection.id, *reach));
            }
        }
    }
    needing
}

/// The states DESIGN names, of every station as the viewer sees it: of a logged-in-user connection
/// their own account until it is connected, then the primary one; what stands beside a health
/// stands beside *connected*.
pub(super) fn states_by_looking(
    catalog: &Catalog,
    ended: bool,
    viewer: MemberId,
    connection: &Connection,
) -> Vec<Seen> {
    let slots = catalog.slots(connection.id).unwrap();
    let primaries = catalog.primaries(connection.id).unwrap();
    let personal = connection.kind == Kind::LoggedInUser;
    let mut states = Vec::new();
    for reach in connection.mode.reaches() {
        let of = |member: Option<MemberId>| {
            slots
                .iter()
                .find(|slot| slot.key.reach == *reach && slot.key.member == member)
        };
        let primary = primaries.iter().find(|primary| primary.reach == *reach);
        let own = of(personal.then_some(viewer));
        let connected = own.is_some_and(|own| works(connection, own));
        let shown = match primary {
            Some(primary) if personal && connected => of(Some(primary.member)).or(own),
            _ => own,
        };
        match shown.map(|shown| health_of(connection, shown)) {
            _ if !connection.enabled => states.push(Seen::Disabled),
            _ if ended => states.push(Seen::Retired),
            None => states.push(Seen::NeverAuthorized),
            Some(Health::Connected) => {
                states.push(Seen::Connected);
                if shown.is_some_and(|shown| shown.authorization.unreachable.is_some()) {
                    states.push(Seen::Unreachable);
                }
                if personal && primary.is_none() {
                    states.push(Seen::NoPrimary);
                }
            }
            Some(Health::NotConnected(NotConnected::Expired)) => states.push(Seen::Expired),
            Some(Health::NotConnected(NotConnected::Revoked)) => states.push(Seen::Revoked),
            Some(Health::NotConnected(NotConnected::ScopesMissing)) => {
                states.push(Seen::ScopesMissing);
            }
            Some(Health::NotConnected(NotConnected::ConnectorChanged)) => {
                states.push(Seen::ConnectorChanged);
            }
            Some(other) => panic!("nothing here makes it {other:?}"),
        }
    }
    states
}
