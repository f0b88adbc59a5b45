//! R18, R20, R21: editing, switching, replacing, and what is done to many connections at once.

mod editing;
mod many;
mod modes;
mod registrations;
mod switching;
mod told;
mod undoing;

use tsunagi_console::views::{ActivityQuery, ConnectionEdit, ConnectionView};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{Health, Kind, Mode};

use crate::fixture::{Desk, practice_draft};

pub(crate) fn as_it_is(view: &ConnectionView) -> ConnectionEdit {
    ConnectionEdit {
        name: view.row.name.clone(),
        scopes: view.scopes.iter().map(|scope| scope.name.clone()).collect(),
        mode: view.row.mode,
        registration: view.registration.as_ref().map(|known| known.id),
        settings: view.settings.clone(),
    }
}

async fn admin(desk: &Desk, name: &str, mode: Mode) -> ConnectionId {
    let id = desk.create_practice(name, Kind::Admin, mode);
    for reach in mode.reaches() {
        desk.authorize(id, *reach).await;
    }
    id
}

fn health(view: &ConnectionView) -> Vec<Health> {
    let stations = view.row.stations.iter();
    stations.map(|station| station.health).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_names_a_connection_that_is_gone_in_all_it_tells_of_it() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    desk.authorize(id, Reach::All).await;
    let gone = desk.console.delete_connection(desk.session(), id).await;
    gone.expect("nothing uses it");
    let query = ActivityQuery {
        connection: Some(id),
        ..ActivityQuery::default()
    };
    let log = desk.console.activity(desk.session(), &query).unwrap();
    let told: Vec<&str> = log
        .entries
        .iter()
        .map(|entry| entry.text.as_str())
        .collect();
    assert!(
        told.len() >= 3 && told.iter().all(|text| text.contains("Ours")),
        "created, authorized and deleted under the name it had: {told:?}"
    );
    assert!(
        log.entries.iter().all(|entry| entry.connection.is_none()),
        "and nothing leads to where it was"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_asks_the_service_and_tells_of_each_slot() {
    let desk = Desk::practice().0;
    let id = desk.create_practice("Ours", Kind::Admin, Mode::PerEnvironment);
    desk.authorize(id, Reach::Development).await;
    let results = desk
        .console
        .test_connection(desk.session(), id)
        .await
        .unwrap();
    assert_eq!(results.len(), 3);
    assert!(results[0].ok && results[0].millis.is_some(), "{results:?}");
    assert_eq!(results[0].account.as_deref(), Some("aiko@practice.example"));
    assert_eq!(
        results[1].failure.clone().unwrap().code,
        "not_connected",
        "R4: what is not connected is not asked"
    );
    use tsunagi_console::agent::Practice as _;
    desk.world.practice.revoke_all();
    let results = desk
        .console
        .test_connection(desk.session(), id)
        .await
        .unwrap();
    assert!(!results[0].ok, "the service no longer knows it");
    assert_ne!(
        desk.view(id).await.row.stations[0].health,
        Health::Connected,
        "and the list says so from now on"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_uses_need_and_is_not_asked_for_is_shown() {
    let desk = Desk::practice().0;
    let mut draft = practice_draft("Narrow", Kind::Admin, Mode::Same);
    draft.scopes.retain(|scope| scope != "contacts.read");
    let id = desk.console.create(desk.session(), &draft).unwrap();
    let shop = desk.software("Shop", &[id]);
    desk.used_in(id, shop, "schedules", "Nightly", true);
    let needed = desk.view(id).await.needed;
    assert_eq!(needed.len(), 1);
    assert!(!needed[0].asked, "nobody asks for it yet");
    assert_eq!(needed[0].uses, ["Nightly"]);
}
