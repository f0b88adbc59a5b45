//! What runs with nobody present, in the real app: at its minute, after a power cut, hidden in the
//! tray, and not where the gate refuses; with one answer from the window and the schedule (R22).

use std::time::Duration;

use serde_json::{Value, json};
use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, PRACTICE};
use tsunagi_tests::wait::within;
use tsunagi_tests::watcher::Watcher;
use tsunagi_tests::{App, Page, Role, Trial};

const CALL: &str = "All contacts";
const SCHEDULE: &str = "Every minute";

/// A minute that has just begun is a minute away.
const A_MINUTE: Duration = Duration::from_secs(100);

async fn schedules(page: &Page) {
    page.link("Schedules").await;
    page.wait(Role::Heading, "Schedules").await;
}

/// What the program tells of the only schedule, and how its runs went, the latest first.
async fn told(page: &Page) -> (Value, Vec<Value>) {
    let ask = async |command: &str, of: Value| page.invoke(command, of).await.expect(command);
    let applications = ask("applications_list", json!({})).await;
    let of = json!({
        "application": applications[0]["application"]["id"],
        "environment": "production",
    });
    let row = ask("schedules_get", of).await["schedules"][0].clone();
    let of = json!({ "item": row["id"], "before": null });
    let history = ask("schedule_history", of).await;
    let runs = history.as_array().cloned().unwrap_or_default();
    (row, runs)
}

/// Waits until the latest run by the clock, and none by hand, is another than `before`.
async fn runs_by_itself(page: &Page, before: Option<&Value>) -> Value {
    within(A_MINUTE, "the schedule to run by itself", async || {
        let (_, runs) = told(page).await;
        let latest = runs.iter().find(|run| !run["due"].is_null())?;
        let over = !latest["outcome"].is_null();
        (over && Some(&latest["id"]) != before.map(|run| &run["id"])).then(|| latest.clone())
    })
    .await
}

/// Whether a process that came up hidden has run the schedule: nothing but its log tells outside.
fn ran(trial: &Trial) -> bool {
    let Ok(logs) = std::fs::read_dir(trial.home().join("logs")) else {
        return false;
    };
    logs.flatten().any(|log| {
        let text = std::fs::read_to_string(log.path()).unwrap_or_default();
        let since = text.rfind("starting version").unwrap_or(0);
        text[since..].contains("a schedule has run")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_at_its_minute_after_a_power_cut_and_stops_at_the_gate() {
    let trial = Trial::begin("schedules").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_with_practice(page).await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    steps::create_application(page, "Orders", &[PRACTICE]).await;

    schedules(page).await;
    page.says("Nothing to run yet").await;
    trial.shown(page, "1-nothing-to-run").await;
    page.link("Invoke URL").await;
    page.press(Role::Radio, "Production*").await;
    page.fill("Path or address", "/contacts").await;
    page.button("Keep call…").await;
    page.wait(Role::Heading, "Keep the call").await;
    page.fill("Name", CALL).await;
    page.button("Keep").await;
    page.wait_gone(Role::Heading, "Keep the call").await;

    schedules(page).await;
    page.press(Role::Radio, "Production*").await;
    page.says("Nothing runs on schedule in Production").await;
    page.button("New schedule").await;
    page.fill("Name", SCHEDULE).await;
    page.choose("When", "cron").await;
    page.fill("Cron expression", "61 * * * *").await;
    // What cannot be followed is told while it is written, and not kept.
    page.says("61 * * * *").await;
    page.fill("Cron expression", "* * * * *").await;
    page.wait_gone(Role::Alert, "*").await;
    trial.shown(page, "2-form").await;
    page.button("Create schedule").await;
    page.wait_gone(Role::Button, "Create schedule").await;
    let (row, _) = told(page).await;
    let next = row["next"].as_array().expect("its next runs").clone();
    assert_eq!(next.len(), 5, "the next five runs are told: {next:?}");

    let first = runs_by_itself(page, None).await;
    assert_eq!(first["outcome"], "done", "{first}");
    page.says("Done").await;
    trial.shown(page, "3-it-ran").await;

    // A power cut; the program comes back hidden, and the schedule goes on with no window.
    app.kill().await;
    let watcher = Watcher::own().await;
    let mut app = App::spawn(&trial, Options::args(&["--hidden"]));
    let tray = watcher.tray().await;
    tray.wait("All connected").await;
    within(A_MINUTE, "the schedule to run in the tray", async || {
        ran(&trial).then_some(())
    })
    .await;
    assert!(app.runs(), "and the program goes on");
    tray.choose("Quit").await;
    app.ended().await;

    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    let second = runs_by_itself(page, Some(&first)).await;
    assert_eq!(second["outcome"], "done", "{second}");
    let (_, runs) = told(page).await;
    let mut due: Vec<_> = runs.iter().map(|run| run["due"].to_string()).collect();
    let many = due.len();
    due.dedup();
    assert_eq!(due.len(), many, "no minute runs twice: {runs:?}");

    // R22: what the window is told, the schedule is told.
    steps::open(page, PRACTICE).await;
    page.tab("Used in*").await;
    page.says(SCHEDULE).await;
    page.tab("Environments").await;
    page.button("Revoke…*").await;
    page.button("Revoke and stop*").await;
    page.wait_gone(Role::Button, "Keep it").await;
    schedules(page).await;
    page.press(Role::Radio, "Production*").await;
    page.button("Run now").await;
    page.says("Refused").await;
    let (_, runs) = told(page).await;
    let by_hand = runs.iter().find(|run| run["due"].is_null());
    let by_hand = by_hand.expect("the run by hand").clone();
    assert_eq!(by_hand["outcome"], "refused", "{by_hand}");
    let why = by_hand["failure"]["message"].as_str().expect("a sentence");
    page.says(why).await;
    trial.shown(page, "4-refused").await;
    let unattended = runs_by_itself(page, Some(&second)).await;
    assert_eq!(unattended["outcome"], "refused", "{unattended}");
    assert_eq!(unattended["failure"], by_hand["failure"], "one answer");
    page.link("Invoke URL").await;
    page.press(Role::Radio, "Production*").await;
    page.button("All contacts*").await;
    page.button("Send*").await;
    page.says(why).await;
    trial.shown(page, "5-the-window-says-the-same").await;
    tray_offers_to_authorize(&watcher).await;
    app.kill().await;
}

/// The third door: what stops the schedule is what the tray offers to mend.
async fn tray_offers_to_authorize(watcher: &Watcher) {
    let tray = watcher.tray().await;
    tray.wait(&format!("Authorize {PRACTICE}")).await;
}
