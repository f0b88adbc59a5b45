//! One app per home: a second start shows the first, two homes run side by side, a home that is
//! in use elsewhere is left alone with a clear word. And whatever does not answer, disk, session
//! bus or the other instance, the start says so instead of keeping still.

use std::fs::File;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::watcher::Watcher;
use tsunagi_tests::{App, Trial, steps, until};

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
