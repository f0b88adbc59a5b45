//! What takes long says how far it is, and can be stopped.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use tsunagi_catalog::NewDefinitions;
use tsunagi_console::ConsoleError;
use tsunagi_console::views::{InventoryForm, WorkKind};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{Connection, ConnectionId, Kind, Mode, Role, Timestamp};

use crate::fixture::Desk;

/// A workspace of so many connections.
/// Adds so many connections of the practice service at once, of the kind that `kind` says.
pub(crate) fn with_many(desk: &Desk, count: usize, kind: impl Fn(usize) -> Kind) {
    let mut made = NewDefinitions::default();
    for n in 0..count {
        let connection = Connection {
            id: ConnectionId::new(),
            name: ConnectionName::new(&format!("Connection {n}")).unwrap(),
            link_name: LinkName::new(&format!("c_{n}")).unwrap(),
            connector: "practice".to_owned(),
            kind: kind(n),
            mode: Mode::Same,
            scopes: Vec::new(),
            registration: None,
            settings: BTreeMap::new(),
            enabled: true,
            created_by: None,
            created_at: Timestamp(0),
        };
        made.connections.push((connection, Vec::new(), Vec::new()));
    }
    desk.world
        .catalog()
        .add_definitions(&made, &[], |_| true)
        .unwrap();
}

fn files(desk: &Desk) -> usize {
    let folder = std::fs::read_dir(desk.world.home.path().join("exports"));
    folder.map_or(0, Iterator::count)
}

/// Does it again and again while somebody presses *Cancel*, until it was stopped; gives how often
/// it was faster.
fn until_stopped<T>(
    desk: &Desk,
    kind: WorkKind,
    does: impl Fn() -> Result<T, ConsoleError>,
) -> usize {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                desk.console.stop_work(desk.session(), kind).unwrap();
                std::thread::yield_now();
            }
        });
        let mut faster = 0;
        let stopped = loop {
            match does() {
                Ok(_) => faster += 1,
                Err(error) => break error,
            }
        };
        over.store(true, Ordering::Relaxed);
        assert_eq!(stopped.code, "work_stopped", "{kind:?}");
        faster
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_is_stopped_leaves_no_half_file() {
    let desk = Desk::empty();
    with_many(&desk, 1200, |_| Kind::Admin);
    let (console, session) = (&desk.console, desk.session());
    let mut written = 0;
    for form in [InventoryForm::Csv, InventoryForm::Html] {
        written += until_stopped(&desk, WorkKind::Inventory, || {
            console.write_inventory(session, form)
        });
    }
    written += until_stopped(&desk, WorkKind::Definitions, || {
        console.export_definitions(session)
    });
    assert_eq!(files(&desk), written, "what was stopped is not there");
    for kind in [WorkKind::Inventory, WorkKind::Definitions] {
        assert_eq!(
            console.work(session, kind).unwrap(),
            None,
            "nothing runs any more"
        );
    }
    let whole = console.export_definitions(session).unwrap();
    assert_eq!(whole.entries, 1200, "the next one is not stopped with it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_stopped_adds_nothing_and_can_be_gone_on_with() {
    let here = Desk::empty();
    with_many(&here, 1200, |_| Kind::Admin);
    let file = here.console.export_definitions(here.session()).unwrap();
    let there = Desk::empty();
    let (console, session) = (&there.console, there.session());
    let path = std::path::Path::new(&file.path);
    let seen = console.preview_definitions(session, path).unwrap();
    let without = || {
        let none = std::collections::BTreeSet::new();
        console.leave_out_of_import(session, &seen.hash, none)
    };
    until_stopped(&there, WorkKind::Import, without);
    assert_eq!(
        there.world.catalog().connection_count().unwrap(),
        0,
        "nothing was added"
    );
    let done = console.import_definitions(session, &seen.hash).unwrap();
    assert_eq!(done.connections, 1200, "what was looked at is still there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_stopped_while_it_writes_adds_nothing_either() {
    let here = Desk::empty();
    with_many(&here, 1200, |_| Kind::Admin);
    let file = here.console.export_definitions(here.session()).unwrap();
    let there = Desk::empty();
    let (console, session) = (&there.console, there.session());
    let path = std::path::Path::new(&file.path);
    let seen = console.preview_definitions(session, path).unwrap();
    let over = AtomicBool::new(false);
    let stopped = std::thread::scope(|scope| {
        scope.spawn(|| {
            // It is looked through first; where the count falls back, it is being written.
            let mut done = 0;
            while !over.load(Ordering::Relaxed) {
                let now = console.work(session, WorkKind::Import).unwrap();
                let now = now.map_or(0, |work| work.done);
                if now < done {
                    console.stop_work(session, WorkKind::Import).unwrap();
                } else {
                    done = now;
                }
                std::thread::yield_now();
            }
        });
        let stopped = console.import_definitions(session, &seen.hash);
        over.store(true, Ordering::Relaxed);
        stopped
    });
    assert_eq!(stopped.unwrap_err().code, "work_stopped");
    let count = || there.world.catalog().connection_count().unwrap();
    assert_eq!(count(), 0, "what was written so far is taken back");
    let done = console.import_definitions(session, &seen.hash).unwrap();
    assert_eq!(
        (done.connections, count()),
        (1200, 1200),
        "and it can be gone on with"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_who_manages_nothing_stops_nothing() {
    let desk = Desk::empty();
    let uma = desk.joins("Uma", Role::User);
    desk.seats(uma).await;
    let kind = WorkKind::Inventory;
    let asked = desk.console.work(desk.session(), kind);
    assert_eq!(asked.unwrap_err().code, "role_not_allowed");
    let stopped = desk.console.stop_work(desk.session(), kind);
    assert_eq!(stopped.unwrap_err().code, "role_not_allowed");
}
