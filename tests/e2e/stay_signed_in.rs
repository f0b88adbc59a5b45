//! Staying signed in: a sign-in page that remembers, over a restart, until it is cleared; and what
//! of it lies on the disk.

use std::path::{Path, PathBuf};

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::{Desk, Window};
use tsunagi_tests::steps::{self, PRACTICE};
use tsunagi_tests::{App, Page, Role, Trial, until};

const AIKO: &str = "aiko@practice.example";

/// The folders of kept sign-ins that there are now.
fn folders(trial: &Trial) -> Vec<PathBuf> {
    let all = std::fs::read_dir(trial.home().join("sign-ins"));
    let all = all.into_iter().flatten().flatten();
    all.map(|entry| entry.path()).collect()
}

/// Everything that lies below a folder, with where.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            found.push((path, bytes));
        }
    }
    found
}

fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let holds = |bytes: &[u8]| {
        memchr::memmem::find(bytes, text.as_bytes()).is_some()
            || memchr::memmem::find(bytes, &wide).is_some()
    };
    let mut found = files(folder);
    found.retain(|(path, bytes)| holds(bytes) || path.to_string_lossy().contains(text));
    found.into_iter().map(|(path, _)| path).collect()
}

/// The cookie is there, since that is what was asked for; nothing of any flow is.
fn holds_the_session_and_nothing_of_a_flow(folder: &Path) {
    assert!(
        !holding(folder, "practice_session").is_empty(),
        "the service's cookie lies here: {:?}",
        files(folder).iter().map(|file| &file.0).collect::<Vec<_>>()
    );
    // Parts of the address that is asked for, and of the one that comes back with the code.
    for part in ["practice_code", "code_challenge", "state=", "/callback/"] {
        let found = holding(folder, part);
        assert!(found.is_empty(), "{part:?} is written down in {found:?}");
    }
}

async fn is_ticked(page: &Page) -> bool {
    page.in_flow_window(async |flow| {
        let found = flow.wait(Role::Checkbox, steps::STAY).await;
        found.is_selected().await.expect("a box is ticked or not")
    })
    .await
}

/// Closes the sign-in page, and then the flow window, which says what that means.
async fn give_up(page: &Page, desk: &Desk, pid: u32, window: Window) {
    desk.close(window);
    until("the flow window to say that it is over", async || {
        let said = page.other_windows().await;
        said.iter()
            .any(|text| text.contains("was closed before"))
            .then_some(())
    })
    .await;
    for window in desk.windows_of(pid) {
        if window.title != steps::MAIN {
            desk.close(window);
        }
    }
    steps::flow_is_over(desk, pid).await;
}

async fn settings(page: &Page) {
    page.link("Settings").await;
    page.wait(Role::Heading, "Kept sign-ins").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn remembered_over_a_restart_until_it_is_cleared() {
    let trial = Trial::begin("stay-signed-in").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_with_practice(page).await;
    steps::provider_window(&desk, app.pid()).await;
    assert!(!is_ticked(page).await, "nothing is kept unasked");
    assert!(folders(&trial).is_empty());
    let window = steps::toggle_stay(page, &desk, app.pid()).await;
    desk.drawn(&window, None).await;
    trial.picture("1-ticked");
    let pages = steps::sign_in_at_practice(&desk, app.pid()).await;
    assert_eq!(pages, 2, "an account is chosen, then consent is asked for");
    steps::connections(page).await;
    steps::connected_everywhere(page, AIKO).await;
    let kept = folders(&trial);
    assert_eq!(kept.len(), 1, "one folder, for one account: {kept:?}");
    holds_the_session_and_nothing_of_a_flow(&kept[0]);

    app.close(&desk).await;
    holds_the_session_and_nothing_of_a_flow(&kept[0]);
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::open(page, PRACTICE).await;
    steps::authorize(page).await;
    let window = steps::provider_window(&desk, app.pid()).await;
    assert!(is_ticked(page).await, "it stays as it was wished");
    desk.drawn(&window, None).await;
    trial.picture("2-remembered");
    let pages = steps::sign_in_at_practice(&desk, app.pid()).await;
    assert_eq!(pages, 1, "the service knows who it is: consent only");
    assert_eq!(folders(&trial), kept, "in the same folder");
    holds_the_session_and_nothing_of_a_flow(&kept[0]);
    steps::open(page, PRACTICE).await;
    page.tab("Accounts*").await;
    page.says("Stays signed in").await;
    trial.picture("3-accounts");

    // While its page is open it is not cleared.
    steps::authorize(page).await;
    let open = steps::provider_window(&desk, app.pid()).await;
    settings(page).await;
    let clear = format!("Clear Practice service, {AIKO}");
    page.button(&clear).await;
    page.says("so nothing was cleared").await;
    assert_eq!(folders(&trial), kept, "nor touched");
    give_up(page, &desk, app.pid(), open).await;

    page.button(&clear).await;
    page.says("None. Tick").await;
    trial.picture("4-cleared");
    assert!(folders(&trial).is_empty(), "the folder is gone at once");
    steps::open(page, PRACTICE).await;
    steps::authorize(page).await;
    steps::provider_window(&desk, app.pid()).await;
    assert!(!is_ticked(page).await, "and the box is off again");
    let pages = steps::sign_in_at_practice(&desk, app.pid()).await;
    assert_eq!(pages, 2, "the service asks who it is");
    app.close(&desk).await;
    assert!(folders(&trial).is_empty(), "nothing has come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_given_up_leaves_nothing() {
    let trial = Trial::begin("stay-given-up").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_with_practice(page).await;
    let window = steps::toggle_stay(page, &desk, app.pid()).await;
    let look = desk.drawn(&window, None).await;
    // Signed in, and then not allowed: the service's cookie is there already.
    desk.keys(&window, &["Return"]);
    desk.drawn(&window, look).await;
    let made = folders(&trial);
    assert_eq!(made.len(), 1);
    until("the cookie to be written", async || {
        (!holding(&made[0], "practice_session").is_empty()).then_some(())
    })
    .await;
    give_up(page, &desk, app.pid(), window).await;
    until("the folder to be deleted", async || {
        folders(&trial).is_empty().then_some(())
    })
    .await;
    app.close(&desk).await;
    assert!(folders(&trial).is_empty(), "for good");
}
