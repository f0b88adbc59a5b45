//! The tray: the menu as a panel reads it over D-Bus, and a slot authorized from it without the
//! main window.

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps;
use tsunagi_tests::watcher::Watcher;
use tsunagi_tests::{App, Role, Trial, until};

/// A home with a practice connection that nobody has authorized.
async fn unauthorized(trial: &Trial, desk: &Desk) {
    let app = App::start(trial, Options::default()).await;
    let page = app.page();
    steps::start_with_practice(page).await;
    let provider = steps::provider_window(desk, app.pid()).await;
    desk.drawn(&provider, None).await;
    desk.close(provider);
    steps::connections(page).await;
    steps::list_shows(page, "Never authorized").await;
    app.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_is_authorized_from_the_tray_without_the_main_window() {
    let trial = Trial::begin("tray").await;
    let desk = Desk::open();
    unauthorized(&trial, &desk).await;

    let watcher = Watcher::own().await;
    let mut app = App::spawn(&trial, Options::args(&["--hidden"]));
    let tray = watcher.tray().await;
    let status = tray.wait("1 ").await;
    assert_eq!(status.label, "1 needs authorizing", "the first line counts");
    assert!(!status.enabled, "and is only told, not chosen");
    assert_eq!(
        tray.labels().await.len(),
        4,
        "status, one slot, Open and Quit: {:?}",
        tray.labels().await
    );
    assert_eq!(
        desk.windows_of(app.pid()),
        [],
        "--hidden opens no window at all"
    );

    tray.choose("Authorize Practice CRM").await;
    let provider = steps::provider_window(&desk, app.pid()).await;
    desk.drawn(&provider, None).await;
    trial.picture("1-from-the-tray");
    no_main_window(&desk, &app);
    steps::sign_in_at_practice(&desk, app.pid()).await;
    let status = tray.wait("All connected").await;
    assert!(!status.enabled, "the good news is only told");
    no_main_window(&desk, &app);
    assert!(
        !tray
            .labels()
            .await
            .iter()
            .any(|it| it.starts_with("Authorize")),
        "nothing is left to authorize"
    );

    // The flow window closes by itself; then nothing is on the desk, and the app still runs.
    until("every window to close", async || {
        desk.windows_of(app.pid()).is_empty().then_some(())
    })
    .await;
    assert!(app.runs(), "the tray stays");

    tray.choose("Open").await;
    desk.window_of(app.pid(), steps::MAIN).await;
    tray.choose("Quit").await;
    assert_eq!(app.ended().await, Some(0), "Quit ends it well");
}

fn no_main_window(desk: &Desk, app: &App) {
    let windows = desk.windows_of(app.pid());
    assert!(
        !windows.iter().any(|window| window.title == steps::MAIN),
        "authorizing from the tray opens no main window: {windows:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_main_window_keeps_the_tray_and_frees_the_page() {
    let trial = Trial::begin("tray-close").await;
    let desk = Desk::open();
    let watcher = Watcher::own().await;
    let mut app = App::spawn(&trial, Options::default());
    let window = desk.window_of(app.pid(), steps::MAIN).await;
    let tray = watcher.tray().await;
    tray.wait("Open").await;
    desk.close(window);
    desk.gone(app.pid(), steps::MAIN).await;
    assert!(app.runs(), "with a tray, closing the window does not quit");
    until("the web page's process to end", async || {
        (!web_process_below(app.pid())).then_some(())
    })
    .await;
    tray.choose("Open").await;
    let window = desk.window_of(app.pid(), steps::MAIN).await;
    assert!(
        desk.drawn(&window, None).await.is_some(),
        "Open brings the window back"
    );
    tray.choose("Quit").await;
    assert_eq!(app.ended().await, Some(0), "Quit ends it well");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_host_closing_the_main_window_quits() {
    let trial = Trial::begin("tray-none").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    app.page().wait(Role::Button, "Start empty").await;
    app.close(&desk).await;
}

/// Whether a web page of that process is still loaded: WebKit gives each a process of its own.
fn web_process_below(pid: u32) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return false;
    };
    entries.flatten().any(|entry| {
        let status = std::fs::read_to_string(entry.path().join("status")).unwrap_or_default();
        status.starts_with("Name:\tWebKitWebProces")
            && status.lines().any(|line| line == format!("PPid:\t{pid}"))
    })
}
