//! What needs the acting member: one answer in rows, group, filter, Home and tray (R11, R12, R22).

use std::collections::BTreeMap;

use tsunagi_catalog::{Catalog, Flow};
use tsunagi_console::tray::{TrayAction, TrayIcon, TrayLine};
use tsunagi_console::views::{ConnectionRow, ListQuery, Mend, Station};
use tsunagi_console::{ConnectionId, FlowId, Reach};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{Clock, Connection, Health, Kind, Member, MemberId, Mode, Role, Seen};

use crate::fixture::{AIKO, BEN, Desk, Person};

fn tray(desk: &Desk) -> (TrayIcon, Vec<(String, TrayAction)>) {
    let menu = desk.console.tray(desk.session());
    let lines = menu.lines.into_iter().filter_map(|line| match line {
        TrayLine::Entry { text, action } => Some((text, action)),
        TrayLine::Separator => None,
    });
    (menu.icon, lines.collect())
}

/// Whether a row shows that state of a station.
fn is_in(station: &Station, state: Seen) -> bool {
    match (station.health, state) {
        (Health::Connected, Seen::Unreachable) => station.unreachable.is_some(),
        (Health::Connected, Seen::NoPrimary) => station.no_primary,
        (Health::Connected, state) => state == Seen::Connected,
        (Health::NotConnected(reason), state) => reason.as_str() == state.as_str(),
    }
}

/// The stations that every door says need the acting member, which must be the same ones.
fn needed(desk: &Desk) -> Vec<(ConnectionId, Reach, Mend)> {
    let session = desk.session();
    let list = |needs_person| {
        let query = ListQuery {
            needs_person,
            ..ListQuery::default()
        };
        desk.console.connections(session, &query).unwrap()
    };
    let (all, group) = (list(None), list(Some(true)));
    let mut rows: Vec<_> = all
        .rows
        .iter()
        .flat_map(|row| {
            row.stations
                .iter()
                .filter_map(|station| Some((row.id, station.reach, station.mend?)))
        })
        .filter(|(_, _, mend)| *mend != Mend::Enable)
        .collect();
    rows.sort_by_key(|(id, reach, _)| (*id, *reach));
    let mut connections: Vec<_> = rows.iter().map(|(id, _, _)| *id).collect();
    connections.dedup();
    let mut shown: Vec<_> = group.rows.iter().map(|row| row.id).collect();
    shown.sort();
    assert_eq!(shown, connections, "the group shows what the rows say");
    assert_eq!(
        (all.needing as usize, group.total as usize),
        (connections.len(), connections.len()),
        "and counts it"
    );
    for state in Seen::ALL {
        let query = ListQuery {
            health: vec![state],
            ..ListQuery::default()
        };
        let found = desk.console.connections(session, &query).unwrap();
        let shows = |row: &ConnectionRow| row.stations.iter().any(|one| is_in(one, state));
        let rows = all.rows.iter().filter(|row| shows(row));
        assert_eq!(
            found.rows.iter().map(|row| row.id).collect::<Vec<_>>(),
            rows.map(|row| row.id).collect::<Vec<_>>(),
            "the filter {state:?} finds what the rows show"
        );
    }
    let needs = desk.console.home_view(session).unwrap().needs;
    let mut home: Vec<_> = needs
        .iter()
        .map(|need| {
            let mend = need.station.mend.expect("Home shows what mends it");
            (need.connection, need.station.reach, mend)
        })
        .collect();
    home.sort_by_key(|(id, reach, _)| (*id, *reach));
    assert_eq!(home, rows, "Home shows the same");
    let start = desk.console.start(session).unwrap();
    assert_eq!(start.needing as usize, rows.len(), "so does the sidebar");
    let (icon, lines) = tray(desk);
    let mended = lines.iter().filter(|(text, action)| {
        matches!(action, TrayAction::Authorize(..) | TrayAction::Show(_)) && !text.is_empty()
    });
    assert_eq!(mended.count(), rows.len(), "and the tray: {lines:?}");
    let expected = if rows.is_empty() {
        TrayIcon::Fine
    } else {
        TrayIcon::Needs
    };
    assert_eq!(icon, expected, "with its icon");
    rows
}

fn omar(catalog: &Catalog, role: Role) -> MemberId {
    let omar = Member {
        id: MemberId::new(),
        name: "Omar".to_owned(),
        role,
        active: true,
    };
    catalog.set_member(&omar).unwrap();
    omar.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_a_primary_account_that_was_revoked_is_to_be_chosen_anew_everywhere() {
    let (desk, id) = Desk::practice();
    let catalog = desk.world.catalog();
    let ines = catalog.members().unwrap()[0].id;
    let omar = omar(&catalog, Role::Admin);
    desk.authorize(id, Reach::All).await;
    desk.seats(omar).await;
    desk.world.agent.person(Person::Allows(BEN));
    assert_eq!(
        needed(&desk),
        [(id, Reach::All, Mend::Authorize)],
        "Omar has not authorized"
    );
    desk.authorize(id, Reach::All).await;
    assert_eq!(needed(&desk), [], "Ines is primary");
    catalog
        .set_primary(id, Reach::All, Some(omar), desk.world.clock.now())
        .unwrap();
    let revoked = desk.console.revoke(desk.session(), id, Reach::All).await;
    revoked.unwrap();
    assert_eq!(
        needed(&desk),
        [(id, Reach::All, Mend::Authorize)],
        "Omar authorizes first"
    );

    desk.seats(ines).await;
    assert_eq!(
        needed(&desk),
        [(id, Reach::All, Mend::ChoosePrimary)],
        "Ines is connected, and nobody is primary"
    );
    let (_, lines) = tray(&desk);
    assert_eq!(lines[0].0, "1 needs a person");
    assert_eq!(
        lines[1],
        (
            "Choose the primary account of Practice CRM".to_owned(),
            TrayAction::Show(id)
        )
    );
    let chosen = desk
        .console
        .choose_primary(desk.session(), id, Reach::All)
        .await;
    chosen.unwrap();
    assert_eq!(needed(&desk), [], "chosen, and all of them say so");
    assert_eq!(tray(&desk).1[0].0, "All connected");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_each_environment_is_asked_about_once() {
    let desk = Desk::empty();
    let id = desk.create_practice("Three", Kind::LoggedInUser, Mode::PerEnvironment);
    let all = [Reach::Development, Reach::Stage, Reach::Production];
    for reach in [Reach::Development, Reach::Stage] {
        desk.authorize(id, reach).await;
    }
    let catalog = desk.world.catalog();
    let now = desk.world.clock.now();
    catalog.set_primary(id, Reach::Stage, None, now).unwrap();
    assert_eq!(
        needed(&desk),
        [
            (id, Reach::Stage, Mend::ChoosePrimary),
            (id, Reach::Production, Mend::Authorize)
        ],
        "nobody was ever primary in Production, and she has to authorize there: that is one need"
    );
    let (_, lines) = tray(&desk);
    assert_eq!(
        lines[1].0, "Choose the primary account of Three, Stage",
        "the tray says which"
    );
    desk.console
        .set_enabled(desk.session(), id, false)
        .await
        .unwrap();
    assert_eq!(needed(&desk), [], "what is disabled needs nobody");
    desk.console
        .set_enabled(desk.session(), id, true)
        .await
        .unwrap();
    for reach in all {
        catalog.set_primary(id, reach, None, now).unwrap();
    }
    assert_eq!(needed(&desk).len(), 3);
    // Who may not choose is not asked to.
    let ines = catalog.members().unwrap().remove(0);
    let becomes = |role| {
        let changed = Member {
            role,
            ..ines.clone()
        };
        catalog.set_member(&changed).unwrap();
    };
    becomes(Role::Developer);
    assert_eq!(
        needed(&desk),
        [(id, Reach::Production, Mend::Authorize)],
        "a developer"
    );
    // R15: who is no manager hears of what is shared with them, and nothing is.
    becomes(Role::User);
    let refused = desk.console.home_view(desk.session()).unwrap_err();
    assert_eq!(refused.code, "role_not_allowed");
    assert_eq!(desk.console.start(desk.session()).unwrap().needing, 0);
    assert_eq!(tray(&desk).0, TrayIcon::Fine);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r20_scopes_that_were_never_asked_for_are_missing_from_every_door() {
    let (desk, provider) = (Desk::empty(), crate::provider::Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.answers(flow, &[("code", "a-code")]).await;
    desk.ended(flow).await;
    let catalog = desk.world.catalog();
    let slot = catalog.slots(id).unwrap().remove(0);
    assert_eq!(
        slot.authorization.granted, None,
        "this provider does not say what it grants"
    );
    assert_eq!(needed(&desk), []);
    let mut wider = catalog.connection(id).unwrap().unwrap();
    wider.scopes.push("more".to_owned());
    catalog.update_connection(&wider).unwrap();
    let station = desk.view(id).await.row.stations[0].clone();
    assert_eq!(
        (station.mend, station.missing_scopes),
        (Some(Mend::Authorize), 1),
        "RFC 6749 §5.1: it granted what was asked for then"
    );
}

/// A catalog with so many connections, by name `Connection 0001` and on.
fn many(catalog: &Catalog, count: usize) -> Vec<Connection> {
    let add = |n: usize| {
        let id = ConnectionId::new();
        let connection = Connection {
            id,
            name: ConnectionName::new(&format!("Connection {n:04}")).unwrap(),
            link_name: LinkName::new(&format!("c{n}")).unwrap(),
            connector: "practice".to_owned(),
            kind: Kind::LoggedInUser,
            mode: Mode::Same,
            scopes: Vec::new(),
            registration: None,
            settings: BTreeMap::new(),
            enabled: true,
            created_by: None,
            created_at: tsunagi_domain::Timestamp(1),
        };
        catalog.add_connection(&connection).unwrap();
        connection
    };
    (1..=count).map(add).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn home_shows_what_lapses_and_fails_first_of_a_thousand_connections() {
    let (desk, practice) = Desk::practice();
    desk.authorize(practice, Reach::All).await;
    let catalog = desk.world.catalog();
    let all = many(&catalog, 1_000);
    let now = desk.world.clock.now();
    // As the practice connection's, which works here: what is sealed is not looked at.
    let seated = catalog.slots(practice).unwrap().remove(0);
    let sealed = catalog.sealed(seated.authorization.id).unwrap().unwrap();
    let practice_settings = catalog.connection(practice).unwrap().unwrap().settings;
    for (place, days) in [(0, 6), (499, 9), (999, 2), (998, 20)] {
        let mut connection = all[place].clone();
        connection.settings = practice_settings.clone();
        catalog.update_connection(&connection).unwrap();
        let authorization = tsunagi_catalog::Authorization {
            id: tsunagi_domain::AuthorizationId::new(),
            renewable: false,
            expires_at: Some(now.plus_seconds(days * 24 * 3600)),
            ..seated.authorization.clone()
        };
        let filling = tsunagi_catalog::Filling {
            key: SlotKey {
                connection: all[place].id,
                ..seated.key
            },
            authorization,
            sealed: sealed.clone(),
            primary: true,
            event: None,
            flow: None,
        };
        catalog.fill(&filling).unwrap();
    }
    let failed = Flow {
        id: FlowId::new(),
        key: SlotKey {
            connection: all[999].id,
            ..seated.key
        },
        registration: None,
        state_hash: [7; 32],
        agent: "webview".to_owned(),
        started_at: now,
        deadline: now.plus_seconds(300),
        outcome: Some("flow_timed_out".to_owned()),
        ended_at: Some(now.plus_seconds(300)),
    };
    catalog.begin_flow(&failed).unwrap();
    let long_ago = Flow {
        id: FlowId::new(),
        state_hash: [8; 32],
        started_at: now.plus_seconds(-30 * 24 * 3600),
        ..failed.clone()
    };
    catalog.begin_flow(&long_ago).unwrap();

    let home = desk.console.home_view(desk.session()).unwrap();
    let lapsing: Vec<&str> = home.lapsing.iter().map(|need| need.name.as_str()).collect();
    assert_eq!(
        lapsing,
        ["Connection 1000", "Connection 0001", "Connection 0500"],
        "the first to lapse first, wherever its name is; not what lapses in twenty days"
    );
    for need in &home.lapsing {
        assert_eq!(need.station.health, Health::Connected);
        assert!(need.station.lapses_at.is_some(), "with its date");
    }
    let failures: Vec<&str> = home
        .failures
        .iter()
        .map(|failure| failure.name.as_str())
        .collect();
    assert_eq!(
        failures,
        ["Connection 1000"],
        "what failed lately, of whichever connection"
    );
    assert!(!home.failures[0].flow.ok);
    assert_eq!(home.connections, 1_001);
    assert_eq!(home.needs.len(), 50, "no more than a screen holds");
    desk.world.agent.person(Person::Allows(AIKO));
}
