//! A service ends while people have connections to it (R16): nobody is asked to sign in there any
//! more, whichever door they look from; a manager is told what to move.

use tsunagi_console::tray::{TrayAction, TrayLine};
use tsunagi_console::views::{ConnectionRow, ListQuery, Mend, RedirectForm};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Environment, Health, Kind, Mode, NotConnected, Role, Seen};

use crate::fixture::Desk;
use crate::provider::{accept, connector, draft, register};

/// Long enough for a service of a test that ends with the year 2089.
const DECADES: i64 = 70 * 365 * 24 * 3600;
const ENDED: Health = Health::NotConnected(NotConnected::Retired);

/// A connection to a service that is served for now.
fn made(desk: &Desk, mode: Mode) -> ConnectionId {
    let toml = connector("filing", "Filing", "https://a.example")
        .replace("category =", "retired = \"2090-01-01\"\ncategory =");
    accept(desk, "filing", &toml).unwrap();
    let registration = register(desk, "filing", RedirectForm::LoopbackAnyPort);
    let draft = draft("Papers", Kind::LoggedInUser, mode, Some(registration));
    desk.console.create(desk.session(), &draft).unwrap()
}

fn tray(desk: &Desk) -> Vec<(String, TrayAction)> {
    let menu = desk.console.tray(desk.session());
    let entries = menu.lines.into_iter().filter_map(|line| match line {
        TrayLine::Entry { text, action } => Some((text, action)),
        TrayLine::Separator => None,
    });
    entries.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_when_the_day_comes_every_door_says_migrate_and_none_says_authorize() {
    let desk = Desk::empty();
    let id = made(&desk, Mode::PerEnvironment);
    let before = desk.console.home_view(desk.session()).unwrap();
    assert_eq!(
        before.needs.len(),
        3,
        "until then each environment waits for a sign-in"
    );
    let orders = desk.software("Orders", &[id]);
    desk.used_in(id, orders, "schedule", "Nightly papers", true);
    desk.world.clock.pass(DECADES);
    desk.console.renew_due().await;
    let row = desk.view(id).await.row;
    for station in &row.stations {
        assert_eq!(station.health, ENDED, "{:?}", station.reach);
        assert_eq!(station.retired.as_deref(), Some("2090-01-01"), "since when");
    }
    let mends: Vec<_> = row.stations.iter().map(|station| station.mend).collect();
    assert_eq!(
        mends,
        [Some(Mend::Migrate), None, None],
        "one thing to do for all of it"
    );
    let home = desk.console.home_view(desk.session()).unwrap();
    let needs: Vec<_> = home.needs.iter().map(|need| need.station.mend).collect();
    assert_eq!(needs, [Some(Mend::Migrate)], "Home");
    assert_eq!(
        desk.console.start(desk.session()).unwrap().needing,
        1,
        "the sidebar"
    );
    let shown = |seen| {
        let query = ListQuery {
            health: vec![seen],
            ..ListQuery::default()
        };
        desk.console
            .connections(desk.session(), &query)
            .unwrap()
            .rows
            .len()
    };
    assert_eq!(
        (shown(Seen::Retired), shown(Seen::NeverAuthorized)),
        (1, 0),
        "the filter"
    );
    let asks = tray(&desk);
    assert!(
        asks.contains(&("Migrate Papers".to_owned(), TrayAction::Show(id))),
        "the tray: {asks:?}"
    );
    let signs_in = |(_, action): &(_, TrayAction)| matches!(action, TrayAction::Authorize(..));
    assert!(
        !asks.iter().any(signs_in),
        "and asks nobody to sign in: {asks:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_who_manages_nothing_has_nothing_to_do_about_it() {
    let desk = Desk::empty();
    let id = made(&desk, Mode::Same);
    let orders = desk.software("Orders", &[id]);
    let elif = desk.joins("Elif", Role::PortalUser);
    desk.console
        .share_application(desk.session(), orders, elif, true)
        .unwrap();
    desk.seats(elif).await;
    let live = || {
        let live = desk
            .console
            .live(desk.session(), orders, Environment::Production);
        live.unwrap().rows.remove(0)
    };
    assert!(live().may_authorize, "until then they sign in");
    desk.world.clock.pass(DECADES);
    desk.console.renew_due().await;
    let row = live();
    assert_eq!(row.health, ENDED);
    assert!(
        !row.may_authorize,
        "nothing is offered that would be refused"
    );
    let asks = tray(&desk);
    assert!(
        asks.iter()
            .all(|(_, action)| !matches!(action, TrayAction::Authorize(..) | TrayAction::Show(_))),
        "the tray asks for nothing: {asks:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_disabled_connection_rests_and_its_uses_still_say_why() {
    let desk = Desk::empty();
    let id = made(&desk, Mode::Same);
    let orders = desk.software("Orders", &[id]);
    desk.used_in(id, orders, "data_source", "Nightly papers", true);
    desk.world.clock.pass(DECADES);
    desk.console.renew_due().await;
    let used = desk.console.used_in(desk.session(), id).unwrap();
    let stopped = used.uses[0].stopped.as_ref().unwrap();
    assert_eq!(
        stopped.code, "connector_retired",
        "what stands still says why"
    );
    desk.console
        .set_enabled(desk.session(), id, false)
        .await
        .unwrap();
    assert_eq!(
        desk.console.start(desk.session()).unwrap().needing,
        0,
        "laid to rest"
    );
    let station = desk.view(id).await.row.stations.remove(0);
    assert_eq!(station.health, Health::NotConnected(NotConnected::Disabled));
    desk.console
        .set_enabled(desk.session(), id, true)
        .await
        .unwrap();
    let station = desk.view(id).await.row.stations.remove(0);
    assert_eq!(
        (station.reach, station.health),
        (Reach::All, ENDED),
        "it has ended all the same"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_once_everything_is_moved_it_asks_for_nothing_more() {
    let desk = Desk::empty();
    let id = made(&desk, Mode::Same);
    let other = desk.create_practice("World", Kind::LoggedInUser, Mode::Same);
    let orders = desk.software("Orders", &[id]);
    desk.used_in(id, orders, "schedule", "Nightly papers", true);
    desk.world.clock.pass(DECADES);
    desk.console.renew_due().await;
    let mend = |row: ConnectionRow| row.stations[0].mend;
    assert_eq!(mend(desk.view(id).await.row), Some(Mend::Migrate));
    desk.world
        .catalog()
        .replace_in_uses(id, other, None)
        .unwrap();
    assert_eq!(mend(desk.view(id).await.row), None, "the row");
    let home = desk.console.home_view(desk.session()).unwrap();
    assert!(
        home.needs.iter().all(|need| need.connection != id),
        "Home: {:?}",
        home.needs
    );
}
