//! One app per home: a second start shows the first, two homes run side by side, a home that is
//! in use elsewhere is left alone with a clear word. And whatever does not answer, disk, session
//! bus or the other instance, the start says so instead of keeping still.

use std::fs::File;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tsunagi_catalog::Catalog;
use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::watcher::Watcher;
use tsunagi_tests::{App, Role, Trial, steps, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_shows_the_first_and_ends() {
    let trial = Trial::begin("instance-second").await;
    let desk = Desk::open();
    let watcher = Watcher::own().await;
    let first = App::spawn(&trial, Options::args(&["--hidden"]));
    watcher.tray().await.wait("Open").await;
    assert_eq!(
        desk.windows_of(first.pid()),
        [],
        "the first waits in the tray"
    );
    let mut second = App::spawn(&trial, Options::default());
    assert_eq!(second.ended().await, Some(0), "the second start ends well");
    desk.window_of(first.pid(), steps::MAIN).await;
    assert!(first.runs(), "and the first shows its window");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_homes_run_side_by_side() {
    let trial = Trial::begin("instance-two").await;
    let desk = Desk::open();
    let one = App::spawn(&trial, Options::default());
    desk.window_of(one.pid(), steps::MAIN).await;
    let other = App::spawn(
        &trial,
        Options {
            home: Some(trial.other_home("other-home")),
            ..Options::default()
        },
    );
    desk.window_of(other.pid(), steps::MAIN).await;
    assert!(one.runs() && other.runs(), "each home has its own app");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_in_use_elsewhere_is_left_alone() {
    let trial = Trial::begin("instance-locked").await;
    let desk = Desk::open();
    let first = App::spawn(&trial, Options::default());
    desk.window_of(first.pid(), steps::MAIN).await;
    // Another session of the same person: it cannot reach the first over the bus.
    let mut second = App::spawn(
        &trial,
        Options {
            envs: vec![("DBUS_SESSION_BUS_ADDRESS".into(), "disabled:".into())],
            ..Options::default()
        },
    );
    let code = second.ended().await;
    assert!(
        code.is_some_and(|code| code != 0),
        "the second does not start: {code:?}"
    );
    let said = std::fs::read_to_string(trial.outside().join("err.log")).unwrap_or_default();
    let home = trial.home();
    assert!(
        said.contains(home.to_str().expect("a readable path")),
        "it says which folder is in use: {said}"
    );
    assert!(first.runs(), "the first is not disturbed");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_instance_that_does_not_answer_is_named() {
    let trial = Trial::begin("instance-stopped").await;
    let desk = Desk::open();
    let first = App::spawn(&trial, Options::default());
    desk.window_of(first.pid(), steps::MAIN).await;
    let stopped = Command::new("kill")
        .args(["-STOP", &first.pid().to_string()])
        .status();
    assert!(stopped.is_ok_and(|status| status.success()));
    let mut second = App::spawn(&trial, Options::default());
    assert_eq!(second.ended().await, Some(1), "the second gives up");
    let said = std::fs::read_to_string(trial.outside().join("err.log")).unwrap_or_default();
    assert!(
        said.contains(&trial.home().display().to_string()) && said.contains("does not answer"),
        "it says which folder is in use, and by whom: {said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_that_opens_slowly_keeps_no_window_away() {
    let trial = Trial::begin("instance-slow").await;
    let desk = Desk::open();
    let opening = File::create(trial.home().join("catalog.opening")).expect("a file in the home");
    opening.lock().expect("nobody else has it");
    let app = App::start(&trial, Options::default()).await;
    desk.window_of(app.pid(), steps::MAIN).await;
    app.page().says("Opening the catalog…").await;
    trial.picture("1-opening");
    drop(opening);
    steps::start_empty(app.page()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_can_be_closed_while_the_catalog_opens() {
    let trial = Trial::begin("instance-slow-closed").await;
    let desk = Desk::open();
    let opening = File::create(trial.home().join("catalog.opening")).expect("a file in the home");
    opening.lock().expect("nobody else has it");
    let mut app = App::spawn(&trial, Options::default());
    let window = desk.window_of(app.pid(), steps::MAIN).await;
    desk.close(window);
    assert_eq!(app.ended().await, Some(0), "nothing holds it back");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_kept_lies_in_the_home() {
    let trial = Trial::begin("instance-folder").await;
    let app = App::start(&trial, Options::default()).await;
    steps::start_with_practice(app.page()).await;
    let desk = Desk::open();
    steps::provider_window(&desk, app.pid()).await;
    assert!(
        trial.home().join("webview").is_dir(),
        "the web view has a folder there"
    );
    let person = std::env::var_os("HOME").expect("a home folder");
    assert_eq!(
        named_ours(Path::new(&person)),
        Vec::<PathBuf>::new(),
        "and nothing lies among the person's own"
    );
}

/// What lies in a folder, however deep, under a name of ours.
fn named_ours(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if name.contains("tsunagi") {
            found.push(entry.path());
        } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(named_ours(&entry.path()));
        }
    }
    found
}

/// A session bus that takes connections and never answers, as one that was stopped.
fn silent_bus(trial: &Trial) -> (UnixListener, Options) {
    let path = trial.outside().join("bus");
    let listener = UnixListener::bind(&path).expect("a socket");
    let address = format!("unix:path={}", path.display());
    let options = Options {
        envs: vec![
            ("DBUS_SESSION_BUS_ADDRESS".into(), address),
            // As on a desktop: the toolkit asks the bus for assistive tools.
            ("NO_AT_BRIDGE".into(), "0".into()),
        ],
        ..Options::default()
    };
    (listener, options)
}

fn log(trial: &Trial) -> String {
    let files = std::fs::read_dir(trial.home().join("logs"));
    files
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_bus_that_never_answers_keeps_no_window_away() {
    let trial = Trial::begin("instance-silent-bus").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    steps::start_empty(app.page()).await;
    app.kill().await;

    let (_bus, options) = silent_bus(&trial);
    let app = App::start(&trial, options).await;
    desk.window_of(app.pid(), steps::MAIN).await;
    app.page()
        .says("This computer has no keyring that answers.")
        .await;
    trial.picture("1-no-keyring");
    until("the log to say so", async || {
        log(&trial)
            .contains("the session bus does not answer")
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_start_without_an_answering_bus_shows_its_window() {
    let trial = Trial::begin("instance-silent-hidden").await;
    let desk = Desk::open();
    let (_bus, mut options) = silent_bus(&trial);
    options.args = vec!["--hidden".into()];
    let app = App::spawn(&trial, options);
    desk.window_of(app.pid(), steps::MAIN).await;
}

/// Overwrites a file of the home from its first byte on, as a failing disk might, and the log
/// beside it, which would make it whole again.
fn overwrite(trial: &Trial, file: &str) -> Vec<u8> {
    let path = trial.home().join(file);
    for path in [path.clone(), trial.home().join(format!("{file}-wal"))] {
        if let Ok(mut bytes) = std::fs::read(&path) {
            bytes.fill(0xa5);
            std::fs::write(&path, &bytes).expect("it can be written");
        }
    }
    std::fs::read(&path).expect("the file is there")
}

/// What was set aside of a file.
fn set_aside(trial: &Trial, file: &str) -> Vec<PathBuf> {
    let start = format!("{file}.damaged-");
    let entries = std::fs::read_dir(trial.home()).expect("the home");
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(&start) && !name.ends_with("-wal") && !name.ends_with("-shm")
        })
        .map(|entry| entry.path())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_files_are_named_and_set_aside_and_stop_nothing_else() {
    let trial = Trial::begin("instance-damaged").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    steps::create_practice(page, "Sales contacts", "Admin", "Same authorization").await;
    page.link("Settings").await;
    page.button("Back up…").await;
    page.fill("Passphrase of the backup", "a ladder in the orchard")
        .await;
    page.fill("Passphrase of the backup again", "a ladder in the orchard")
        .await;
    page.button("Back up").await;
    page.says("Backup written").await;
    app.close(&desk).await;

    // The record of runs: a fresh one is begun, and the connection is there.
    overwrite(&trial, "data.sqlite");
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    page.says("The damaged file data.sqlite.damaged-").await;
    trial.shown(page, "1-runs").await;
    page.button("Close").await;
    steps::open(page, "Sales contacts").await;
    app.close(&desk).await;
    assert_eq!(set_aside(&trial, "data.sqlite").len(), 1);

    // The catalog: a person decides. First a backup takes its place.
    let damaged = overwrite(&trial, "catalog.sqlite");
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    page.says("The file catalog.sqlite cannot be read").await;
    trial.shown(page, "2-catalog").await;
    page.button("Try again").await;
    page.button("Restore a backup…").await;
    let exports = std::fs::read_dir(trial.home().join("exports")).expect("the exports");
    let backup = exports
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "age"))
        .expect("the backup");
    for (passphrase, says) in [
        ("another passphrase", "does not open"),
        ("a ladder in the orchard", "not taken over"),
    ] {
        page.fill("Backup file", &backup.display().to_string())
            .await;
        page.fill("Passphrase of the backup", passphrase).await;
        page.button("Restore").await;
        page.says(says).await;
        let aside = set_aside(&trial, "catalog.sqlite");
        assert_eq!(
            aside.is_empty(),
            says == "does not open",
            "nothing is moved for a backup that does not open: {aside:?}"
        );
    }
    page.says("The damaged file catalog.sqlite.damaged-").await;
    let kept = set_aside(&trial, "catalog.sqlite");
    assert_eq!(
        std::fs::read(&kept[0]).expect("it is kept"),
        damaged,
        "as it was"
    );
    steps::open(page, "Sales contacts").await;
    trial.shown(page, "3-restored").await;
    app.close(&desk).await;

    // Then a new start.
    overwrite(&trial, "catalog.sqlite");
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    page.button("Set aside and start anew").await;
    page.wait(Role::Heading, "Set the damaged catalog aside?")
        .await;
    page.button("Set aside and start anew").await;
    steps::start_empty(page).await;
    page.says("The damaged file catalog.sqlite.damaged-").await;
    trial.shown(page, "4-anew").await;
    assert_eq!(set_aside(&trial, "catalog.sqlite").len(), 2);
    app.close(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_cannot_be_read_is_deleted_from_home_and_its_link_name_is_free() {
    const NAME: &str = "Sales contacts";
    let trial = Trial::begin("instance-unreadable").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    steps::create_practice(page, NAME, "Admin", "Same authorization").await;
    steps::authorize_in(page, &desk, app.pid(), "All environments", 0).await;
    app.close(&desk).await;

    let catalog = Catalog::open(&trial.home()).expect("nobody else has it open");
    let broken = catalog.spoil("UPDATE connection SET scopes = 'x'");
    assert_eq!(broken.expect("it can be written"), 1);
    drop(catalog);
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    page.link("Home").await;
    page.says(&format!("A connection: {NAME}")).await;
    trial.shown(page, "1-named").await;
    page.button("Delete…").await;
    page.wait(Role::Heading, &format!("Delete {NAME}?")).await;
    trial.shown(page, "2-asked").await;
    page.button("Delete").await;
    page.wait_gone(Role::Button, "Delete…").await;
    steps::create_practice(page, NAME, "Admin", "Same authorization").await;
    page.says("sales_contacts").await;
    app.close(&desk).await;
}
