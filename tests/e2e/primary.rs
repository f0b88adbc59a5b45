//! A logged-in-user connection and three members (R9 to R13): each authorizes for themself, the
//! primary account is handed over in one environment, one is revoked, and every door shows the
//! same, also after a restart.

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, authorize_in};
use tsunagi_tests::watcher::{Tray, Watcher};
use tsunagi_tests::{App, Page, Role, Trial};

const TEAM: &str = "Team contacts";
const AIKO: &str = "aiko@practice.example";
const BEN: &str = "ben@practice.example";
const CHIDI: &str = "chidi@practice.example";
const PASSPHRASE: &str = "seven maple leaves";

/// What the list's cells say of the connection, in Development, Stage and Production.
async fn list_says(page: &Page, states: [&str; 3]) {
    steps::connections(page).await;
    for (environment, state) in steps::ENVIRONMENTS.into_iter().zip(states) {
        page.wait(Role::Gridcell, &format!("{environment}: {state}*"))
            .await;
    }
}

/// The row of a member under Accounts.
async fn account(page: &Page, member: &str, account: &str) -> String {
    page.tab("Accounts*").await;
    let row = page.wait(Role::Row, &format!("{member} *")).await;
    let text = row.text().await.expect("a row has text");
    assert!(text.contains(account), "{member} as {account}: {text}");
    text
}

/// What the row of the connection says on the screen of primary accounts.
async fn primary_in(page: &Page, environment: &str, says: &str) {
    page.link("Primary accounts").await;
    page.press(Role::Radio, &format!("{environment}*")).await;
    page.wait(Role::Row, &format!("{TEAM} {says}*")).await;
}

async fn quit(tray: &Tray<'_>, mut app: App) {
    tray.choose("Quit").await;
    app.ended().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handed_over_per_environment_and_revoked() {
    let trial = Trial::begin("primary").await;
    let desk = Desk::open();
    let watcher = Watcher::own().await;
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    let tray = watcher.tray().await;
    steps::start_empty(page).await;
    let founder = steps::founder(page).await;
    steps::create_practice(page, TEAM, "Logged-in user", "One per environment").await;
    steps::invite(page, "Omar", "Admin").await;
    steps::invite(page, "Dana", "Developer").await;
    trial.picture("1-members");

    // R11: the first admin to authorize becomes primary, in each environment (R12).
    steps::open(page, TEAM).await;
    authorize_in(page, &desk, app.pid(), "Development", 0).await;
    authorize_in(page, &desk, app.pid(), "Production", 0).await;
    steps::switch_member(page, &founder, "Dana", None).await;
    steps::open(page, TEAM).await;
    authorize_in(page, &desk, app.pid(), "Production", 2).await;
    authorize_in(page, &desk, app.pid(), "Stage", 2).await;
    list_says(
        page,
        [
            "Never authorized",
            // A developer is no primary account, however early.
            "No primary",
            &format!("Connected, {AIKO}, primary"),
        ],
    )
    .await;
    steps::switch_member(page, "Dana", "Omar", None).await;
    steps::set_passphrase(page, PASSPHRASE).await;
    steps::open(page, TEAM).await;
    for environment in steps::ENVIRONMENTS {
        authorize_in(page, &desk, app.pid(), environment, 1).await;
    }
    list_says(
        page,
        [
            &format!("Connected, {AIKO}, primary"),
            &format!("Connected, {BEN}, primary"),
            &format!("Connected, {AIKO}, primary"),
        ],
    )
    .await;
    trial.picture("2-three-members");

    // Handed over in Production alone: offered, and moved when it is accepted.
    steps::switch_member(page, "Omar", &founder, None).await;
    steps::open(page, TEAM).await;
    page.tab("Accounts*").await;
    page.button("Actions for Omar").await;
    page.press(Role::Menuitem, "Offer Production").await;
    page.says("offers Omar the primary account of Production")
        .await;
    primary_in(page, "Production", &founder).await;
    steps::switch_member(page, &founder, "Omar", Some(PASSPHRASE)).await;
    tray.wait(&format!("Accept the primary account of {TEAM}, Production"))
        .await;
    page.link("Primary accounts").await;
    page.press(Role::Radio, "Production*").await;
    page.button("Accept").await;
    primary_in(page, "Production", "Omar").await;
    primary_in(page, "Development", &founder).await;
    trial.picture("3-handed-over");
    list_says(
        page,
        [
            &format!("Connected, {AIKO}, primary"),
            &format!("Connected, {BEN}, primary"),
            &format!("Connected, {BEN}, primary"),
        ],
    )
    .await;

    // R11: it goes, and nobody is promoted; those who can choose are asked.
    steps::open(page, TEAM).await;
    page.tab("Environments").await;
    page.button_in("Production", "Revoke…").await;
    page.wait(Role::Button, "Keep it").await;
    page.says("Nobody else becomes primary by this").await;
    trial.picture("4-impact");
    page.button("Revoke*").await;
    page.wait_gone(Role::Button, "Keep it").await;
    list_says(
        page,
        [
            &format!("Connected, {AIKO}, primary"),
            &format!("Connected, {BEN}, primary"),
            "Revoked",
        ],
    )
    .await;
    primary_in(page, "Production", "No primary").await;
    steps::switch_member(page, "Omar", &founder, None).await;
    let status = tray
        .wait(&format!("Choose the primary account of {TEAM}, Production"))
        .await;
    assert!(status.enabled, "it leads to where it is chosen");
    page.link("Home").await;
    page.says("Choose a primary account").await;
    trial.picture("5-home");
    steps::open(page, TEAM).await;
    let omar = account(page, "Omar", BEN).await;
    assert!(omar.contains("Locked"), "with his passphrase gone: {omar}");
    account(page, "Dana", CHIDI).await;
    trial.picture("6-accounts");
    quit(&tray, app).await;

    // All of it is still so after a restart.
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    let tray = watcher.tray().await;
    list_says(
        page,
        [
            &format!("Connected, {AIKO}, primary"),
            // Omar is primary there; the founder's own account is what needs them.
            "Never authorized",
            "No primary",
        ],
    )
    .await;
    tray.wait(&format!("Choose the primary account of {TEAM}, Production"))
        .await;
    steps::open(page, TEAM).await;
    page.tab("Accounts*").await;
    page.button("Make primary").await;
    primary_in(page, "Production", &founder).await;
    trial.picture("7-after-a-restart");
    quit(&tray, app).await;
}
