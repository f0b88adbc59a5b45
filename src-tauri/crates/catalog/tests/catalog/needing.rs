//! What needs a person is counted when something changes. Here it is compared with what a look
//! at every slot says, after whatever may happen in any order.

mod changes;
mod looking;

use std::collections::BTreeSet;

use proptest::prelude::*;
use tsunagi_catalog::{Catalog, ListQuery, Sort};
use tsunagi_domain::{Connection, ConnectionId, Kind, Member, MemberId, Mode, Reach, Role, Seen};

use crate::fixture::{Home, NOW, add_member, connection, filling, shared_slot, slot};
use changes::{Change, apply, change};
use looking::{by_looking, states_by_looking};

fn counted(catalog: &Catalog, viewer: MemberId) -> Vec<(ConnectionId, Reach)> {
    let needing = catalog.needing(viewer, 1_000).unwrap();
    needing
        .into_iter()
        .map(|(connection, reach)| (connection.id, reach))
        .collect()
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
