//! A member leaves: what they answered for is handed over, what they authorized is revoked at the
//! service, and the others are asked to authorize what everybody used (R2, R11).

use serde_json::json;
use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps;
use tsunagi_tests::{App, Page, Role, Trial};

const SHARED: &str = "Partner files";
const OWN: &str = "Own contacts";
const PASSPHRASE: &str = "a ladder in the orchard";
/// Puts a use into a home from outside.
const PLACE: &str = env!("CARGO_BIN_EXE_tsunagi-place");
const BEN: &str = "ben@practice.example";

#[tokio::test(flavor = "multi_thread")]
async fn handed_over_revoked_and_asked_for_again() {
    let trial = Trial::begin("leaver").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    let founder = steps::founder(page).await;
    steps::invite(page, "Omar", "Admin").await;
    steps::switch_member(page, &founder, "Omar", None).await;
    for (name, who) in [(SHARED, "Admin"), (OWN, "Logged-in user")] {
        steps::create_practice(page, name, who, "Same authorization").await;
        steps::authorize(page).await;
        steps::sign_in_at_practice_as(&desk, app.pid(), 1).await;
        page.says("Connected").await;
    }
    assert_eq!(
        steps::practice_consents(&trial.home()),
        2,
        "both sign-ins are in force at the service"
    );
    steps::switch_member(page, "Omar", &founder, None).await;
    let shown = page.text().await;
    assert!(
        !shown.contains("in the window that has opened"),
        "what Omar was told last is not said to who sits down next: {shown}"
    );

    // What runs unattended with an account of his.
    steps::create_application(page, "Orders", &[SHARED]).await;
    let place = json!({"connection": "partner_files", "application": "Orders", "environment": "production",
            "area": "schedule", "name": "Nightly sync", "scopes": [], "next_run": steps::tomorrow()});
    trial.place(PLACE, &place);

    page.link("Members").await;
    page.button("Actions for Omar").await;
    page.press(Role::Menuitem, "Deactivate…").await;
    page.wait(Role::Heading, "Deactivate Omar?").await;
    for told in [
        "2 connections are handed over",
        &format!("{OWN}\n{SHARED}"),
        "2 authorizations are removed",
        "Will be revoked at 127.0.0.1",
        "Everybody used it: somebody else has to authorize it.",
        "1 primary account is lost.",
        "1 use stops",
    ] {
        page.says(told).await;
    }
    // What stops is named before it does.
    page.wait(Role::Region, "Uses that stop").await;
    for named in ["Nightly sync", "Orders"] {
        page.says(named).await;
    }
    trial.shown(page, "1-impact").await;
    page.button("Deactivate and remove 2 authorizations").await;
    page.wait(Role::Heading, "Omar has left").await;
    page.says("Revoked at 127.0.0.1").await;
    page.says(&format!("2 connections were handed over to {founder}."))
        .await;
    trial.shown(page, "2-left").await;
    assert_eq!(
        steps::practice_consents(&trial.home()),
        0,
        "the service was told of both before the dialog said so"
    );
    page.button("Close").await;
    let row = page.wait(Role::Row, "Omar Deactivated*").await;
    let row = row.text().await.expect("a row has text");
    assert!(!row.contains('2'), "nothing is his any more: {row}");

    // What everybody used waits for somebody; what was his alone is nobody's.
    page.link("Home").await;
    page.says(&format!("Authorize {SHARED}")).await;
    trial.shown(page, "3-asked").await;
    steps::connections(page).await;
    page.wait(Role::Gridcell, "All environments: Revoked. Authorize")
        .await;
    page.wait(
        Role::Gridcell,
        "All environments: Never authorized. Authorize",
    )
    .await;
    let list = page.text().await;
    assert!(!list.contains(BEN), "his account is in no cell: {list}");
    steps::open(page, SHARED).await;
    steps::authorize(page).await;
    // The account that was there is suggested: it may be everybody's mailbox.
    steps::sign_in_at_practice(&desk, app.pid()).await;
    steps::connections(page).await;
    page.wait(
        Role::Gridcell,
        &format!("All environments: Connected, {BEN}*"),
    )
    .await;
    steps::open(page, SHARED).await;
    page.says(&format!("by {founder}")).await;

    comes_back(&trial, page, &founder).await;
    app.close(&desk).await;
}

/// Letting somebody sign in again is giving them something: whoever does it proves who they are.
async fn comes_back(trial: &Trial, page: &Page, founder: &str) {
    steps::set_passphrase(page, PASSPHRASE).await;
    page.link("Members").await;
    page.button("Actions for Omar").await;
    page.press(Role::Menuitem, "Reactivate…").await;
    page.wait(Role::Heading, "Reactivate Omar?").await;
    page.fill("Your passphrase*", "another one").await;
    page.button("Reactivate").await;
    page.says("Tries left before a delay: 4.").await;
    trial.shown(page, "4-not-proved").await;
    assert!(
        page.text().await.contains("Deactivated"),
        "nothing was changed"
    );
    page.fill("Your passphrase*", PASSPHRASE).await;
    page.button("Reactivate").await;
    page.says("Omar may sign in again").await;
    page.wait_gone(Role::Row, "Omar Deactivated*").await;
    steps::switch_member(page, founder, "Omar", None).await;
    steps::connections(page).await;
    page.wait(
        Role::Gridcell,
        "All environments: Never authorized. Authorize",
    )
    .await;
}
