//! Definitions out and in again: nothing secret, nothing lost, and no rule broken on the way.

mod bad_files;
mod broken_rules;
mod choosing;
mod registrations;
mod round_trip;
mod rules;

use std::collections::BTreeMap;
use std::path::PathBuf;

use tsunagi_console::views::{
    AvailabilityChange, ImportItem, ImportPreview, ImportState, RedirectForm,
};
use tsunagi_console::{ConsoleError, Reach};
use tsunagi_domain::Plan;

use crate::fixture::Desk;
use crate::provider::{accept, connector, register};

pub(crate) fn exported(desk: &Desk) -> String {
    let file = desk.console.export_definitions(desk.session()).unwrap();
    std::fs::read_to_string(file.path).unwrap()
}

fn put(desk: &Desk, text: impl AsRef<[u8]>) -> PathBuf {
    let path = desk.world.home.path().join("from elsewhere.toml");
    std::fs::write(&path, text).unwrap();
    path
}

pub(crate) fn preview(desk: &Desk, text: impl AsRef<[u8]>) -> Result<ImportPreview, ConsoleError> {
    let path = put(desk, text);
    desk.console.preview_definitions(desk.session(), &path)
}

fn import(desk: &Desk, seen: &ImportPreview) -> Result<(), ConsoleError> {
    let done = desk.console.import_definitions(desk.session(), &seen.hash);
    done.map(|_| ())
}

fn item<'a>(seen: &'a ImportPreview, link_name: &str) -> &'a ImportItem {
    let mut items = seen.items.iter();
    let found = items.find(|item| item.link_name.as_deref() == Some(link_name));
    found.expect(link_name)
}

/// What the workspace is made of, to be compared.
fn everything(desk: &Desk) -> (String, u64, usize) {
    let catalog = desk.world.catalog();
    let events = catalog.events(None, None, 10_000).unwrap();
    // Looking at it this way is logged itself.
    let events = events
        .iter()
        .filter(|entry| entry.event.action != "workspace.definitions_exported")
        .count();
    (exported(desk), catalog.connection_count().unwrap(), events)
}

/// A connection of a file, with these lines in place of its own.
pub(crate) fn connection(lines: &[(&str, &str)]) -> String {
    let mut all = BTreeMap::from([
        ("link_name", "\"wrong\""),
        ("name", "\"Wrong\""),
        ("service", "\"practice\""),
        ("kind", "\"admin\""),
        ("environments", "\"same\""),
        ("scopes", "[\"contacts.read\"]"),
        ("applications", "[]"),
    ]);
    all.extend(lines.iter().copied());
    let lines = all
        .iter()
        .map(|(name, value)| format!("{name} = {value}\n"));
    format!("\n[[connection]]\n{}", lines.collect::<String>())
}

fn good() -> String {
    connection(&[("link_name", "\"right\""), ("name", "\"Right\"")])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_is_not_connected_and_in_the_log() {
    let (here, id) = Desk::practice();
    here.authorize(id, Reach::All).await;
    here.software("Orders", &[id]);
    let text = exported(&here);
    for word in ["authorization", "practice-1", "@practice", "port", "Ines"] {
        let head = text.lines().skip(2).collect::<String>();
        assert!(
            !head.contains(word),
            "nothing of who authorized: {word}\n{text}"
        );
    }
    let there = Desk::empty();
    let seen = preview(&there, &text).unwrap();
    assert_eq!(
        (seen.adds, seen.same),
        (2, 0),
        "an application and a connection"
    );
    assert_eq!(
        there.world.catalog().connection_count().unwrap(),
        0,
        "a look changes nothing"
    );
    import(&there, &seen).unwrap();
    let catalog = there.world.catalog();
    let came = catalog
        .connection_by_link_name("practice_crm")
        .unwrap()
        .unwrap();
    let row = there.view(came.id).await.row;
    assert!(
        row.stations.iter().all(|at| at.account.is_none()),
        "Not connected"
    );
    assert_eq!(
        catalog.applications_of_connection(came.id).unwrap()[0].name,
        "Orders"
    );
    assert_eq!(
        came.created_by,
        Some(there.founder()),
        "by whoever imported it"
    );
    let log = catalog.events(None, None, 4).unwrap();
    let actions: Vec<_> = log
        .iter()
        .map(|entry| entry.event.action.as_str())
        .collect();
    assert_eq!(
        actions,
        [
            "workspace.definitions_imported",
            "application.granted",
            "connection.created",
            "application.created"
        ]
    );
    assert!(
        there
            .console
            .verify_activity(there.session())
            .unwrap()
            .failure
            .is_none()
    );
    there.authorize(came.id, Reach::All).await;
    assert!(
        there.try_it(came.id).await.unwrap().ok,
        "and it can be authorized"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r5_system_connections_are_not_exported() {
    let desk = Desk::empty();
    let orders = desk.software("Orders", &[]);
    let cause = tsunagi_console::Cause::PagePanel;
    desk.console
        .system_connection(desk.session(), orders, "practice", cause)
        .unwrap();
    assert!(
        !exported(&desk).contains("[[connection]]"),
        "they come into being by themselves"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_what_is_retired_arrives_by_import_stays_visible_and_does_nothing() {
    let desk = Desk::empty();
    let ended = connector("filing", "Filing", "https://a.example")
        .replace("category =", "retired = \"2024-09-26\"\ncategory =");
    accept(&desk, "filing", &ended).unwrap();
    let registration = register(&desk, "filing", RedirectForm::LoopbackAnyPort);
    let registration = format!("\"{registration}\"");
    let lines = [
        ("service", "\"filing\""),
        ("registration", registration.as_str()),
        ("scopes", "[\"files.read\"]"),
    ];
    let seen = preview(&desk, format!("version = 1\n{}", connection(&lines))).unwrap();
    let came = item(&seen, "wrong");
    assert_eq!(came.state, ImportState::Add);
    assert_eq!(
        came.note.as_ref().unwrap().code,
        "connector_retired",
        "it is said before"
    );
    import(&desk, &seen).unwrap();
    let catalog = desk.world.catalog();
    let id = catalog
        .connection_by_link_name("wrong")
        .unwrap()
        .unwrap()
        .id;
    assert_eq!(desk.view(id).await.row.name, "Wrong", "it is visible");
    let begun = desk
        .console
        .authorize(desk.session(), id, Reach::All, None)
        .await;
    assert_eq!(begun.unwrap_err().code, "connector_retired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_a_free_plan_exports_and_imports_nothing() {
    let desk = Desk::empty();
    let seen = preview(&desk, format!("version = 1\n{}", good())).unwrap();
    let free = AvailabilityChange {
        plan: Plan::Free,
        data_center: "us".to_owned(),
        country: None,
    };
    desk.console
        .change_availability(desk.session(), &free)
        .unwrap();
    assert_eq!(import(&desk, &seen).unwrap_err().code, "plan_free");
    assert_eq!(preview(&desk, "version = 1").unwrap_err().code, "plan_free");
    assert!(
        exported(&desk).contains("version = 1"),
        "what is there can be taken along"
    );
}
