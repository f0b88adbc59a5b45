//! What a connection is for, by hand: a request that is written, sent, kept and refused, and a task
//! that is run. Nothing of the credential is seen.

use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, PRACTICE};
use tsunagi_tests::{App, Role, Trial};

const CALL: &str = "All contacts";

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_sent_kept_and_stops_with_its_connection() {
    let trial = Trial::begin("calls").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_with_practice(page).await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    steps::create_application(page, "Orders", &[PRACTICE]).await;

    page.link("Invoke URL").await;
    page.wait(Role::Heading, "Invoke URL").await;
    page.says("added by the gate, never shown").await;
    page.fill("Path or address", "/contacts").await;
    page.button("Send*").await;
    page.says("佐藤 花子").await;
    trial.shown(page, "1-answer").await;
    page.fill("Path or address", "https://elsewhere.example/contacts")
        .await;
    page.button("Send*").await;
    page.says("elsewhere.example").await;
    page.wait(Role::Alert, "*").await;
    trial.shown(page, "2-host-refused").await;
    page.fill("Path or address", "/contacts").await;
    page.button("Keep call…").await;
    page.wait(Role::Heading, "Keep the call").await;
    page.fill("Name", CALL).await;
    page.button("Keep").await;
    page.wait_gone(Role::Heading, "Keep the call").await;
    trial.shown(page, "3-kept").await;

    // R18: its connection is in use from then on.
    steps::open(page, PRACTICE).await;
    page.tab("Used in*").await;
    page.says(CALL).await;
    trial.shown(page, "4-used-in").await;

    page.link("Integration tasks").await;
    page.wait(Role::Heading, "Integration tasks").await;
    page.button("Get contacts*").await;
    page.button("Run*").await;
    page.says("12 rows").await;
    trial.shown(page, "5-task").await;

    steps::open(page, PRACTICE).await;
    page.tab("Environments").await;
    page.button("Revoke…*").await;
    page.button("Revoke and stop 1 use").await;
    page.wait_gone(Role::Button, "Keep it").await;
    page.link("Invoke URL").await;
    page.says("Not connected").await;
    page.button("Send*").await;
    page.wait(Role::Alert, "*").await;
    trial.shown(page, "6-stopped").await;
    app.close(&desk).await;
}
