//! What needs a person is counted when something changes. Here it is compared with what a look
//! at every slot says, after whatever may happen in any order.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tsunagi_catalog::{Catalog, ListQuery, Slot, Sort, Unreachable};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Connection, ConnectionId, Health, Kind, Member, MemberId, Mode, NotConnected, Reach, Role, Seen,
};

use crate::fixture::{Home, NOW, add_member, connection, filling, shared_slot, slot};
use crate::leases::{renewal, taken};

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
fn by_looking(catalog: &Catalog, ended: bool, viewer: MemberId) -> Vec<(ConnectionId, Reach)> {
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
                if connection.enabled && manages && connection.mode.reaches()[0] == *reach {
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
fn states_by_looking(
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

fn counted(catalog: &Catalog, viewer: MemberId) -> Vec<(ConnectionId, Reach)> {
    let needing = catalog.needing(viewer, 1_000).unwrap();
    needing
        .into_iter()
        .map(|(connection, reach)| (connection.id, reach))
        .collect()
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Add(usize),
    Fill(usize),
    Share(usize, usize),
    Empty(usize),
    Vacate(usize),
    Revoke(usize),
    Expire(usize),
    Silence(usize),
    Grant(usize),
    Renew(usize),
    Narrow(usize),
    Scopes(usize),
    Connector(usize),
    Switch(usize),
    Toggle(usize),
    Lead(usize),
    Unlead(usize),
    Role(usize),
    Retire(usize),
    Delete(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let n = 0..24_usize;
    prop_oneof![
        3 => n.clone().prop_map(Change::Add),
        6 => n.clone().prop_map(Change::Fill),
        3 => (n.clone(), n.clone()).prop_map(|(from, to)| Change::Share(from, to)),
        1 => n.clone().prop_map(Change::Empty),
        1 => n.clone().prop_map(Change::Vacate),
        1 => n.clone().prop_map(Change::Revoke),
        2 => n.clone().prop_map(Change::Expire),
        2 => n.clone().prop_map(Change::Silence),
        2 => n.clone().prop_map(Change::Grant),
        2 => n.clone().prop_map(Change::Renew),
        2 => n.clone().prop_map(Change::Narrow),
        3 => n.clone().prop_map(Change::Scopes),
        2 => n.clone().prop_map(Change::Connector),
        2 => n.clone().prop_map(Change::Switch),
        2 => n.clone().prop_map(Change::Toggle),
        6 => n.clone().prop_map(Change::Lead),
        2 => n.clone().prop_map(Change::Unlead),
        3 => n.clone().prop_map(Change::Role),
        1 => n.clone().prop_map(Change::Retire),
        1 => n.prop_map(Change::Delete),
    ]
}

/// A slot the connection has, of one of the members.
fn key(connection: &Connection, n: usize, members: &[MemberId]) -> SlotKey {
    let reaches = connection.mode.reaches();
    let member = (connection.kind == Kind::LoggedInUser).then(|| members[n % members.len()]);
    SlotKey {
        connection: connection.id,
        reach: reaches[n % reaches.len()],
        member,
    }
}

fn apply(home: &Home, members: &[MemberId], change: Change) {
    let catalog = &home.catalog;
    if let Change::Retire(n) = change {
        let ended: &[&str] = if n % 2 == 0 {
            &["practice", "other"]
        } else {
            &[]
        };
        catalog.set_retired_connectors(ended).unwrap();
        return;
    }
    let all = catalog.connections_of_connector("practice").unwrap();
    if let Change::Add(n) = change {
        let kind = [Kind::Admin, Kind::LoggedInUser, Kind::System][n % 3];
        let mode = [Mode::Same, Mode::PerEnvironment][n % 2];
        catalog
            .add_connection(&connection("Practice", kind, mode))
            .unwrap();
        return;
    }
    if all.is_empty() {
        return;
    }
    let pick = |n: usize| all[n % all.len()].clone();
    let sitting = |n: usize| {
        let slots = catalog.slots(pick(n).id).unwrap();
        (!slots.is_empty()).then(|| slots[n % slots.len()].clone())
    };
    match change {
        Change::Add(_) | Change::Retire(_) => {}
        Change::Fill(n) => {
            let key = key(&pick(n), n, members);
            let mut filling = filling(key, members[n % members.len()]);
            filling.primary = key.member.is_some() && n % 4 == 0;
            catalog.fill(&filling).unwrap();
        }
        Change::Share(from, to) => {
            if let Some(slot) = sitting(from) {
                catalog
                    .share(key(&pick(to), to, members), slot.authorization.id)
                    .unwrap();
            }
        }
        Change::Empty(n) => {
            if let Some(slot) = sitting(n) {
                catalog.empty(slot.authorization.id).unwrap();
            }
        }
        Change::Vacate(n) => {
            catalog.vacate(key(&pick(n), n, members)).unwrap();
        }
        Change::Revoke(n) => {
            if let Some(slot) = sitting(n) {
                catalog.set_revoked(slot.authorization.id, NOW).unwrap();
            }
        }
        Change::Expire(n) => {
            if let Some(slot) = sitting(n) {
                let expired = Health::NotConnected(NotConnected::Expired);
                catalog.set_health(slot.authorization.id, expired).unwrap();
            }
        }
        Change::Silence(n) => {
            if let Some(slot) = sitting(n) {
                let silent = Unreachable {
                    since: NOW,
                    code: "timeout".to_owned(),
                    failures: 3,
                };
                let silent = (n % 3 != 0).then_some(&silent);
                let id = slot.authorization.id;
                catalog.set_unreachable(id, silent).unwrap();
            }
        }
        Change::Grant(n) => {
            let applications = catalog.applications().unwrap();
            let application = applications[n % applications.len()].id;
            catalog
                .grant_application(application, pick(n).id, n % 4 != 0)
                .unwrap();
        }
        Change::Scopes(n) => {
            let mut connection = pick(n);
            connection.scopes = vec!["contacts.read".to_owned()];
            if n % 3 == 0 {
                connection.scopes.push("contacts.write".to_owned());
            }
            catalog.update_connection(&connection).unwrap();
        }
        Change::Connector(n) => {
            let connection = pick(n);
            let slots = catalog.slots(connection.id).unwrap();
            let changed = slots.iter().map(|slot| slot.key).skip(n % 2).step_by(2);
            let changed: Vec<_> = changed.collect();
            catalog
                .set_connector_changed(connection.id, &changed)
                .unwrap();
        }
        Change::Renew(n) | Change::Narrow(n) => {
            if let Some(slot) = sitting(n) {
                let id = slot.authorization.id;
                if catalog.sealed(id).unwrap().is_some() {
                    let generation = taken(catalog, id);
                    let version = slot.authorization.version;
                    let mut renewed = renewal(id, generation, version);
                    if matches!(change, Change::Narrow(_)) {
                        let granted = ["contacts.read", "contacts.write"].iter().skip(n % 3);
                        renewed.granted = Some(granted.map(|one| (*one).to_owned()).collect());
                    }
                    assert!(catalog.store_renewal(&renewed).unwrap(), "ours");
                    catalog.release_lease(id, "a", generation).unwrap();
                }
            }
        }
        Change::Switch(n) => {
            let mut connection = pick(n);
            connection.mode = match connection.mode {
                Mode::Same => Mode::PerEnvironment,
                Mode::PerEnvironment => Mode::Same,
            };
            catalog.update_connection(&connection).unwrap();
        }
        Change::Toggle(n) => {
            let mut connection = pick(n);
            connection.enabled = !connection.enabled;
            catalog.update_connection(&connection).unwrap();
        }
        Change::Lead(n) | Change::Unlead(n) => {
            let connection = pick(n);
            if connection.kind == Kind::LoggedInUser {
                let key = key(&connection, n, members);
                let member = matches!(change, Change::Lead(_)).then_some(members[n % 3]);
                catalog
                    .set_primary(connection.id, key.reach, member, NOW)
                    .unwrap();
            }
        }
        Change::Role(n) => {
            let member = Member {
                id: members[n % members.len()],
                name: "Somebody".to_owned(),
                role: Role::ALL[n % 5],
                active: n % 7 != 0,
            };
            catalog.set_member(&member).unwrap();
        }
        Change::Delete(n) => catalog.delete_connection(pick(n).id).unwrap(),
    }
}

fn compare(catalog: &Catalog, ended: bool, viewer: MemberId) -> Result<(), TestCaseError> {
    let looked = by_looking(catalog, ended, viewer);
    prop_assert_eq!(&counted(catalog, viewer), &looked, "the same reaches");
    let count = catalog.needing_count(viewer).unwrap();
    prop_assert_eq!(count, looked.len() as u64, "as many");
    let mut connections: Vec<_> = looked.iter().map(|(connection, _)| *connection).collect();
    connections.dedup();
    let query = ListQuery {
        search: String::new(),
        kinds: Vec::new(),
        connectors: Vec::new(),
        applications: Vec::new(),
        seen: Vec::new(),
        needs_person: Some(true),
        viewer,
        sort: Sort::Name,
        after: None,
        limit: 1_000,
    };
    let page = catalog.list(&query).unwrap();
    let mut shown: Vec<_> = page.rows.iter().map(|row| row.connection.id).collect();
    let mut wanted = connections.clone();
    shown.sort();
    wanted.sort();
    prop_assert_eq!(shown, wanted, "the filter shows those");
    let find = |query: &ListQuery| -> BTreeSet<ConnectionId> {
        let page = catalog.list(query).unwrap();
        assert_eq!(page.total, page.rows.len() as u64, "counted as listed");
        page.rows.iter().map(|row| row.connection.id).collect()
    };
    let every = catalog.connections_of_connector("practice").unwrap();
    for state in Seen::ALL {
        let by_state = ListQuery {
            seen: vec![state],
            needs_person: None,
            ..query.clone()
        };
        let looked = every
            .iter()
            .filter(|one| states_by_looking(catalog, ended, viewer, one).contains(&state))
            .map(|one| one.id)
            .collect();
        prop_assert_eq!(find(&by_state), looked, "by health: {:?}", state);
    }
    for application in catalog.applications().unwrap() {
        let by_application = ListQuery {
            applications: vec![application.id],
            seen: vec![Seen::Connected, Seen::Disabled],
            needs_person: None,
            ..query.clone()
        };
        let looked = every
            .iter()
            .filter(|one| catalog.has_access(application.id, one.id).unwrap())
            .filter(|one| {
                let states = states_by_looking(catalog, ended, viewer, one);
                states.contains(&Seen::Connected) || states.contains(&Seen::Disabled)
            })
            .map(|one| one.id)
            .collect();
        prop_assert_eq!(find(&by_application), looked, "by application and health");
    }
    let others = ListQuery {
        needs_person: Some(false),
        ..query
    };
    let others = catalog.list(&others).unwrap();
    prop_assert_eq!(
        others.total,
        others.all - page.total,
        "and the other filter the others"
    );
    prop_assert_eq!(
        page.needing,
        connections.len() as u64,
        "in as many connections"
    );
    prop_assert_eq!(page.total, page.needing, "and they are counted");
    Ok(())
}

/// Everything the list is filtered and searched by, as the file holds it.
fn derived(file: &rusqlite::Connection) -> Vec<String> {
    let mut statement = file
        .prepare(
            "SELECT 'facet ' || hex(member) || ' ' || name || ' ' || chunk || ' ' || hex(bits) FROM facet
             UNION ALL SELECT 'standing ' || hex(member) || ' ' || hex(connection) || ' ' || sight FROM standing
             UNION ALL SELECT 'sight ' || hex(id) || ' ' || sight FROM connection
             UNION ALL SELECT 'text ' || pack || ' ' || hex(trim(texts, char(30))) FROM connection_pack
                 WHERE trim(texts, char(30)) <> ''
             ORDER BY 1",
        )
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_counted_is_what_a_look_at_every_slot_says(
        changes in proptest::collection::vec(change(), 1..60)
    ) {
        let home = Home::new();
        let members = [
            home.member,
            add_member(&home.catalog, "Ben"),
            add_member(&home.catalog, "Chie"),
        ];
        let stranger = MemberId::new();
        home.application("Orders");
        home.application("Tasks");
        let mut ended = false;
        for change in changes {
            if let Change::Retire(n) = change {
                ended = n % 2 == 0;
            }
            apply(&home, &members, change);
            for viewer in members.into_iter().chain([stranger]) {
                compare(&home.catalog, ended, viewer)?;
            }
        }
        // Nothing may be left over that no slot holds: nobody could revoke it.
        let orphans: i64 = home.raw().query_row(
            "SELECT count(*) FROM authorization a
             WHERE NOT EXISTS (SELECT 1 FROM slot s WHERE s.authorization = a.id)",
            [],
            |row| row.get(0),
        ).unwrap();
        prop_assert_eq!(orphans, 0, "no authorization sits nowhere");
        // What was derived step by step is what is derived from everything at once.
        let before = derived(&home.raw());
        home.raw().execute_batch("DELETE FROM facet").unwrap();
        drop(Catalog::open(home.path()).unwrap());
        prop_assert_eq!(derived(&home.raw()), before, "no trace of what was once so");
    }
}

#[test]
fn the_oldest_connection_comes_first_and_no_more_than_asked_for() {
    let home = Home::new();
    let second = home.add("Second", Kind::Admin, Mode::PerEnvironment);
    let first = Connection {
        created_at: NOW.plus_seconds(-60),
        ..connection("First", Kind::Admin, Mode::Same)
    };
    home.catalog.add_connection(&first).unwrap();
    home.catalog
        .fill(&filling(shared_slot(second.id, Reach::Stage), home.member))
        .unwrap();
    let all = [
        (first.id, Reach::All),
        (second.id, Reach::Development),
        (second.id, Reach::Production),
    ];
    assert_eq!(
        counted(&home.catalog, home.member),
        all,
        "the oldest first, in environment order"
    );
    let some = home.catalog.needing(home.member, 2).unwrap();
    assert_eq!(some.len(), 2, "the tray shows ten at most");
    assert_eq!(
        home.catalog.needing_count(home.member).unwrap(),
        3,
        "and how many there are"
    );
}

#[test]
fn r11_a_reach_where_nobody_is_primary_needs_who_may_choose_once() {
    let home = Home::new();
    let (aiko, ben) = (home.member, add_member(&home.catalog, "Ben"));
    let made = home.add("Practice", Kind::LoggedInUser, Mode::PerEnvironment);
    let fill = |reach, member| {
        let key = slot(made.id, reach, member);
        home.catalog.fill(&filling(key, member)).unwrap();
    };
    let lead = |reach, member| {
        home.catalog
            .set_primary(made.id, reach, member, NOW)
            .unwrap();
    };
    fill(Reach::Development, aiko);
    fill(Reach::Stage, aiko);
    fill(Reach::Stage, ben);
    lead(Reach::Stage, Some(ben));
    let needs = |viewer| -> Vec<Reach> {
        let needing = counted(&home.catalog, viewer);
        let count = home.catalog.needing_count(viewer).unwrap();
        assert_eq!(count, needing.len() as u64, "counted as listed");
        needing.into_iter().map(|(_, reach)| reach).collect()
    };
    assert_eq!(
        needs(aiko),
        [Reach::Development, Reach::Production],
        "nobody is primary in Development; in Production she has to authorize, and that is one need"
    );
    lead(Reach::Development, Some(aiko));
    assert_eq!(needs(aiko), [Reach::Production], "chosen");
    lead(Reach::Stage, None);
    assert_eq!(
        needs(aiko),
        [Reach::Stage, Reach::Production],
        "the choice was taken back"
    );
    let developer = Member {
        id: aiko,
        name: "Aiko".to_owned(),
        role: Role::Developer,
        active: true,
    };
    home.catalog.set_member(&developer).unwrap();
    assert_eq!(
        needs(aiko),
        [Reach::Production],
        "who may not choose is not asked to"
    );
    assert_eq!(
        needs(ben),
        [Reach::Development, Reach::Stage, Reach::Production],
        "Ben may"
    );
}
