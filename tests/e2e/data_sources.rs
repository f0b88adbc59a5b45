//! Rows of a service in the real window: chosen by module and fields, pulled page by page, looked
//! at, written, added to, shown on a page of panels, and pulled again with nobody present.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tsunagi_tests::app::Options;
use tsunagi_tests::areas::{self, CUSTOMERS, id_of, told};
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, PRACTICE};
use tsunagi_tests::wait::{until, within};
use tsunagi_tests::{App, Page, Role, Trial};

const SOURCE: &str = "Accounts";
const SCHEDULE: &str = "Every minute";

/// A minute that has just begun is a minute away.
const A_MINUTE: Duration = Duration::from_secs(100);

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_pulled_added_to_shown_and_pulled_by_themselves() {
    let trial = Trial::begin("data-sources").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let (page, pid) = (app.page(), app.pid());
    steps::start_with_practice(page).await;
    steps::sign_in_at_practice(&desk, pid).await;
    areas::connect_salesforce(page, &desk, pid).await;
    steps::create_application(page, "Orders", &[PRACTICE, CUSTOMERS]).await;

    areas::data_sources(page).await;
    page.says("No data source in Production").await;
    trial.shown(page, "01-none").await;
    areas::begin_source(page, SOURCE, "Account").await;
    page.wait(Role::Checkbox, "Billing City*").await;
    trial.shown(page, "02-form").await;
    areas::create_and_pull(page, "12 rows came").await;
    page.says("Lagos Lights").await;
    trial.shown(page, "03-rows").await;
    schedule(page, &trial).await;
    let pulled = pulls(page).await.len();

    areas::data_sources(page).await;
    page.fill("Find in rows", "food").await;
    until("the other rows to go", async || {
        let text = page.text().await;
        (text.contains("Kochi Spices") && !text.contains("Lagos Lights")).then_some(())
    })
    .await;
    trial.shown(page, "05-found").await;
    add(page, &trial).await;
    page.empty("Find in rows").await;
    page.button("Pull").await;
    page.says("13 rows came").await;
    page.says("Lagos Lights").await;
    page.says("Byron Bakery").await;
    export(page, &trial).await;
    page.tab("Pulls").await;
    trial.shown(page, "09-pulls").await;

    panels(page, &trial).await;
    runs_by_itself(page, pulled).await;
    page.link("Schedules").await;
    page.press(Role::Radio, "Production*").await;
    page.says("13 rows came").await;
    trial.shown(page, "16-it-ran").await;
    areas::in_another_look(page).await;
    for (place, step) in [
        ("データソース", "17-rows-ja"),
        ("ページパネル", "18-panels-ja"),
        ("スケジュール", "19-schedules-ja"),
    ] {
        page.link(place).await;
        page.press(Role::Radio, "本番*").await;
        page.says(if place == "スケジュール" {
            SCHEDULE
        } else {
            SOURCE
        })
        .await;
        trial.shown(page, step).await;
    }
    app.close(&desk).await;
}

/// A record goes to the service with one's own account, and is there.
async fn add(page: &Page, trial: &Trial) {
    page.button("Add record…").await;
    page.wait(Role::Heading, &format!("Add a record to {SOURCE}"))
        .await;
    page.says("Account ID").await;
    page.fill("Account Name", "Byron Bakery").await;
    page.fill("Industry", "Food").await;
    trial.shown(page, "06-add").await;
    page.button("Add record").await;
    page.says("The service did all of it.").await;
    page.says("It is among these rows after the next pull.")
        .await;
    trial.shown(page, "07-added").await;
    page.button("Close").await;
    page.wait_gone(Role::Heading, &format!("Add a record to {SOURCE}"))
        .await;
}

/// The rows as a file, where the program says it is.
async fn export(page: &Page, trial: &Trial) {
    page.button("Export").await;
    page.press(Role::Menuitem, "As a sheet (CSV)").await;
    page.says("13 rows written to").await;
    trial.shown(page, "08-written").await;
    let text = page.text().await;
    let (_, path) = text.split_once("13 rows written to ").expect("a path");
    let path = path.lines().next().unwrap_or_default();
    let sheet = std::fs::read_to_string(Path::new(path)).expect("the sheet is there");
    assert_eq!(sheet.lines().count(), 14, "a head and 13 rows: {sheet}");
    assert!(sheet.contains("Byron Bakery"), "what was added: {sheet}");
    page.button("Close").await;
}

/// A data source is run by a schedule like anything else.
async fn schedule(page: &Page, trial: &Trial) {
    page.link("Schedules").await;
    page.press(Role::Radio, "Production*").await;
    page.says("Nothing runs on schedule in Production").await;
    page.button("New schedule").await;
    page.fill("Name", SCHEDULE).await;
    page.choose("When Every few minutes*", "cron").await;
    page.fill("Cron expression", "* * * * *").await;
    next_five(page).await;
    trial.shown(page, "04-schedule").await;
    page.button("Create schedule").await;
    page.wait_gone(Role::Button, "Create schedule").await;
}

/// Waits until the five runs that are shown are a minute apart: those of every day stand there
/// before.
async fn next_five(page: &Page) {
    let script = "return [...document.querySelectorAll('dialog[open] .preview td:first-child')]
        .map((it) => it.textContent.trim().slice(-5))";
    until("the next runs to be of every minute", async || {
        let told = page.client().execute(script, vec![]).await.ok()?;
        let times = told.as_array()?;
        (times.len() >= 5 && times[0] != times[1]).then_some(())
    })
    .await;
}

/// The pulls of the data source, the latest first.
async fn pulls(page: &Page) -> Vec<Value> {
    let view = told(page, "sources_get").await;
    let of = json!({ "item": view["sources"][0]["id"] });
    let source = page.invoke("source_get", of).await.expect("source_get");
    source["history"].as_array().cloned().unwrap_or_default()
}

async fn runs_by_itself(page: &Page, before: usize) {
    let pull = within(A_MINUTE, "a pull with nobody present", async || {
        let all = pulls(page).await;
        all.iter()
            .find(|pull| pull["who"].is_null() || pull["who"] == "")
            .cloned()
    })
    .await;
    assert!(pull["failure"].is_null(), "{pull}");
    assert!(pulls(page).await.len() > before, "one more than by hand");
}

/// A table that asks the service, and a number and a chart of what was pulled.
async fn panels(page: &Page, trial: &Trial) {
    page.link("Page panels").await;
    page.press(Role::Radio, "Production*").await;
    page.says("has no panels here yet").await;
    trial.shown(page, "10-no-panels").await;
    let view = told(page, "panels_get").await;
    let contacts = id_of(&view["connections"], "/connection", PRACTICE);
    let source = id_of(&view["sources"], "", SOURCE);

    page.button("New panel").await;
    page.fill("Name", "Contacts").await;
    page.choose("What with*", &format!("c/{contacts}")).await;
    page.button("Get contacts").await;
    page.says("佐藤 花子").await;
    trial.shown(page, "11-table").await;
    keep(page).await;

    page.button("New panel").await;
    page.fill("Name", "How many").await;
    page.choose("What with*", &format!("d/{source}")).await;
    page.press(Role::Radio, "Number").await;
    page.fill("What it counts", "customers").await;
    page.press(Role::Radio, "One third").await;
    page.says("13 customers").await;
    trial.shown(page, "12-number").await;
    keep(page).await;

    page.button("New panel").await;
    page.fill("Name", "By industry").await;
    page.choose("What with*", &format!("d/{source}")).await;
    page.press(Role::Radio, "Chart").await;
    page.fill("Grouped by (field)", "Industry").await;
    drawn(page).await;
    trial.shown(page, "13-chart").await;
    keep(page).await;

    page.says("13 customers").await;
    page.says("佐藤 花子").await;
    drawn(page).await;
    trial.shown(page, "14-page").await;
    page.button("By industry as a table").await;
    page.wait(Role::Region, "By industry, table").await;
    page.wait(Role::Row, "Food 3").await;
    trial.shown(page, "15-behind-the-chart").await;
    page.button("By industry as a table").await;
}

async fn keep(page: &Page) {
    page.button("Keep panel").await;
    page.wait_gone(Role::Button, "Keep panel").await;
}

/// Waits until the chart has bars in it: a canvas that nothing was drawn on is there as well.
async fn drawn(page: &Page) {
    let script = "const canvas = document.querySelector('[role=img] canvas');
        if (!canvas || canvas.width === 0) return 0;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const colors = new Map();
        for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] < 255) continue;
            const color = `${data[at]},${data[at + 1]},${data[at + 2]}`;
            colors.set(color, (colors.get(color) ?? 0) + 1);
        }
        return Math.max(0, ...colors.values()) / (canvas.width * canvas.height)";
    until("the chart to be drawn", async || {
        let filled = page.client().execute(script, vec![]).await.ok()?;
        // Of its bars' color; lines and letters alone are far less.
        (filled.as_f64()? > 0.05).then_some(())
    })
    .await;
}
