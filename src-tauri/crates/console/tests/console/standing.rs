//! What is stored about health agrees with what is shown, over connectors and versions.

use tsunagi_console::Reach;
use tsunagi_domain::{Health, Kind, Mode, NotConnected};

use crate::fixture::{Desk, until};

const SETTING: &str = "restated_by";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_program_version_looks_at_every_connection_once() {
    let (mut desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let catalog = desk.world.catalog();
    until("this version has looked", || {
        catalog.setting(SETTING).unwrap().is_some()
    })
    .await;
    // As an earlier version would have left it: its connector has other origins now.
    let mut connection = catalog.connection(id).unwrap().unwrap();
    let port = connection
        .settings
        .insert("port".to_owned(), "9".to_owned())
        .unwrap();
    catalog.update_connection(&connection).unwrap();
    catalog.set_setting(SETTING, "0.0.0-earlier").unwrap();
    assert_eq!(
        desk.console.start(desk.session()).unwrap().needing,
        0,
        "stored as connected"
    );
    desk.console = desk.world.open();
    until("it is looked at", || {
        desk.console.start(desk.session()).unwrap().needing == 1
    })
    .await;
    let changed = Health::NotConnected(NotConnected::ConnectorChanged);
    assert_eq!(desk.view(id).await.row.stations[0].health, changed);
    // And the other way round.
    connection.settings.insert("port".to_owned(), port);
    catalog.update_connection(&connection).unwrap();
    catalog.set_setting(SETTING, "0.0.0-earlier").unwrap();
    desk.console = desk.world.open();
    until("it is healed", || {
        desk.console.start(desk.session()).unwrap().needing == 0
    })
    .await;
    assert!(desk.try_it(id).await.unwrap().ok, "and works");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_reason_is_healed() {
    let (mut desk, id) = Desk::practice();
    let other = desk.create_practice("Expired", Kind::Admin, Mode::Same);
    desk.authorize(id, Reach::All).await;
    desk.authorize(other, Reach::All).await;
    let catalog = desk.world.catalog();
    let slot = catalog.slots(other).unwrap().remove(0);
    let expired = Health::NotConnected(NotConnected::Expired);
    catalog.set_health(slot.authorization.id, expired).unwrap();
    catalog.set_setting(SETTING, "0.0.0-earlier").unwrap();
    desk.console = desk.world.open();
    until("it has looked", || {
        catalog.setting(SETTING).unwrap().as_deref() != Some("0.0.0-earlier")
    })
    .await;
    assert_eq!(
        desk.view(other).await.row.stations[0].health,
        expired,
        "as it was"
    );
    assert_eq!(
        desk.view(id).await.row.stations[0].health,
        Health::Connected
    );
}
