//! One app per home: a second start shows the first, two homes run side by side, a home that is
//! in use elsewhere is left alone with a clear word.

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::watcher::Watcher;
use tsunagi_tests::{App, Trial, steps};

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
