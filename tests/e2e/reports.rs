//! A report over pulled rows in the real window: a button on each row that does two things, and what
//! becomes of a run whose second thing could not be done, and of one whose first answer was lost.
//! What was done is never done twice. Before that: what *SMS and payments* says with no connection.

use serde_json::{Value, json};
use tsunagi_tests::app::Options;
use tsunagi_tests::areas::{self, CUSTOMERS, id_of, told};
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, PRACTICE};
use tsunagi_tests::wait::until;
use tsunagi_tests::{App, Page, Role, Trial};

const SOURCE: &str = "Accounts";
const REPORT: &str = "Whom to welcome";

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_retried_and_what_was_lost_is_asked_about() {
    let trial = Trial::begin("reports").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let (page, pid) = (app.page(), app.pid());
    steps::start_with_practice(page).await;
    steps::sign_in_at_practice(&desk, pid).await;
    areas::connect_salesforce(page, &desk, pid).await;
    steps::create_application(page, "Orders", &[PRACTICE, CUSTOMERS]).await;
    nothing_to_send_with(page, &trial).await;
    areas::data_sources(page).await;
    areas::begin_source(page, SOURCE, "Account").await;
    areas::create_and_pull(page, "12 rows came").await;
    write_report(page, &trial).await;

    // The second action cannot be done, and nothing of it is sent.
    steps::open(page, PRACTICE).await;
    page.tab("Environments").await;
    page.button("Revoke…*").await;
    page.button("Revoke and stop*").await;
    page.wait_gone(Role::Button, "Keep it").await;
    open_report(page).await;
    page.button("Welcome: Lagos Lights").await;
    page.says("Not sent").await;
    trial.shown(page, "06-not-sent").await;
    assert_eq!(welcomed(&trial), ["Lagos Lights"], "the first is done");
    page.button("Authorize").await;
    steps::sign_in_at_practice(&desk, pid).await;
    runs(page).await;
    page.says("1 action has succeeded and is not repeated.")
        .await;
    page.says("1 action that has not succeeded is carried out.")
        .await;
    trial.shown(page, "07-failed-run").await;
    page.button("Retry failed").await;
    page.says("Done by the run before this one.").await;
    trial.shown(page, "08-retried").await;
    let run = latest(page).await;
    assert_eq!(
        (&run["outcome"], &run["about"]),
        (&json!("done"), &json!("Lagos Lights"))
    );
    assert_eq!(welcomed(&trial), ["Lagos Lights"], "and is not repeated");
    app.close(&desk).await;

    // The service does it, and the connection breaks before its answer.
    break_next_answer(&trial);
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    open_report(page).await;
    page.button("Welcome: Kochi Spices").await;
    page.says("The answer was lost.").await;
    page.says("Look there before you send it again.").await;
    trial.shown(page, "09-unknown").await;
    assert_eq!(latest(page).await["outcome"], "unknown");
    runs(page).await;
    page.says("Nothing is retried before you have checked at the service.")
        .await;
    let retry = page.wait(Role::Button, "Retry failed").await;
    let may = retry.is_enabled().await.expect("the button is there");
    assert!(!may, "not before the person has looked");
    page.press(Role::Radio, "It was done").await;
    trial.shown(page, "10-it-was-done").await;
    page.button("Retry failed").await;
    page.says("A person looked at the service: it was done. Nothing was sent again.")
        .await;
    trial.shown(page, "11-went-on").await;
    assert_eq!(latest(page).await["outcome"], "done");
    let both = ["Lagos Lights", "Kochi Spices"];
    assert_eq!(welcomed(&trial), both, "once each");

    // The service breaks before it does anything; only a person can know.
    answers_with(page, "server_error").await;
    open_report(page).await;
    page.button("Welcome: Rossi e Figli").await;
    page.says("Unknown").await;
    assert_eq!(welcomed(&trial), both, "it was not done");
    answers_with(page, "").await;
    runs(page).await;
    page.press(Role::Radio, "It was not: do it again").await;
    page.button("Retry failed").await;
    page.says("Retried: Done").await;
    trial.shown(page, "12-done-again").await;
    let all = ["Lagos Lights", "Kochi Spices", "Rossi e Figli"];
    assert_eq!(welcomed(&trial), all, "now it was");

    areas::in_another_look(page).await;
    page.link("ワークフロー").await;
    page.press(Role::Radio, "本番*").await;
    page.link(&format!("{REPORT}*")).await;
    page.button("レポートを開く").await;
    page.wait(Role::Button, "Welcome: Lagos Lights").await;
    trial.shown(page, "13-report-ja").await;
    page.button("レポートを編集").await;
    for (tab, step) in [("ルール*", "14-rule-ja"), ("実行履歴*", "15-runs-ja")] {
        page.tab(tab).await;
        trial.shown(page, step).await;
    }
    page.link("SMSと支払い").await;
    page.says("Orders").await;
    trial.shown(page, "16-send-ja").await;
    app.close(&desk).await;
}

/// With no connection there is nothing to send with: said plainly, with what to do.
async fn nothing_to_send_with(page: &Page, trial: &Trial) {
    page.link("SMS and payments").await;
    page.says("Orders has no connection for text messages")
        .await;
    page.wait(Role::Link, "Choose connections").await;
    trial.shown(page, "01-no-sms").await;
    page.tab("Payments").await;
    page.says("Orders has no connection for payments").await;
    trial.shown(page, "02-no-payments").await;
}

/// A report of the pulled accounts: its button makes a contact for the account, then looks at the
/// practice service.
async fn write_report(page: &Page, trial: &Trial) {
    page.link("Workflows").await;
    page.press(Role::Radio, "Production*").await;
    page.says("What happens when a record is added?").await;
    let view = told(page, "workflows_get").await;
    let customers = id_of(&view["connections"], "/connection", CUSTOMERS);
    let practice = id_of(&view["connections"], "/connection", PRACTICE);
    let source = id_of(&view["sources"], "", SOURCE);
    page.button("New report").await;
    page.choose("Shows the rows of*", &source).await;
    columns(page).await;
    trial.shown(page, "03-rows-of").await;

    page.tab("Rules").await;
    page.button("Add a rule").await;
    page.choose("When*", "row_action").await;
    page.fill("What stands on the button", "Welcome").await;
    page.button("Add an action").await;
    page.press(Role::Menuitem, "Push to a service").await;
    through(page, &customers, 1).await;
    page.button("Create a record").await;
    page.choose("Object (API name): where it comes from", "constant")
        .await;
    page.fill("Object (API name)", "Contact").await;
    page.button("Add a field").await;
    page.fill("Record, field 1: name", "LastName").await;
    page.choose("Record, field 1: value", "Name").await;
    page.button("Add an action").await;
    page.press(Role::Menuitem, "Call URL").await;
    through(page, &practice, 2).await;
    page.fill("Path or address", "/contacts").await;
    trial.shown(page, "04-rule").await;
    page.button("Keep…").await;
    page.wait(Role::Heading, "Keep the report").await;
    page.fill("Name", REPORT).await;
    page.button("Keep").await;
    page.wait_gone(Role::Heading, "Keep the report").await;
    page.button("Open report").await;
    page.wait(Role::Button, "Welcome: Lagos Lights").await;
    trial.shown(page, "05-report").await;
}

/// Two of the columns that there are.
async fn columns(page: &Page) {
    page.wait(Role::Checkbox, "Account ID").await;
    for name in page.names(Role::Checkbox).await {
        if name != "Account Name" && name != "Industry" {
            page.press(Role::Checkbox, &name).await;
        }
    }
}

/// Chooses what the last of `many` actions goes through.
async fn through(page: &Page, connection: &str, many: usize) {
    until("a connection to be chosen", async || {
        let all = page.find(Role::Combobox, "What with*").await;
        let last = (all.len() == many).then(|| all.into_iter().next_back())??;
        last.select_by_value(&format!("c/{connection}")).await.ok()
    })
    .await;
}

async fn to_workflow(page: &Page) {
    page.link("Workflows").await;
    page.press(Role::Radio, "Production*").await;
    page.link(&format!("{REPORT}*")).await;
}

async fn open_report(page: &Page) {
    to_workflow(page).await;
    page.button("Open report").await;
    page.wait(Role::Button, "Welcome: Lagos Lights").await;
}

/// The runs of the report, the latest of which is shown.
async fn runs(page: &Page) {
    to_workflow(page).await;
    page.tab("Runs").await;
    page.wait(Role::Button, "Retry failed").await;
}

/// The latest run, by what the program tells of it.
async fn latest(page: &Page) -> Value {
    let view = told(page, "workflows_get").await;
    let of = json!({ "item": view["workflows"][0]["id"], "before": null });
    let history = page.invoke("workflow_history", of).await;
    history.expect("workflow_history")[0].clone()
}

/// The practice service's own books.
fn books(trial: &Trial) -> Value {
    let books = std::fs::read(trial.home().join("practice.json")).expect("its books");
    serde_json::from_slice(&books).expect("its books are JSON")
}

/// Whom the service has a new contact of, in their order.
fn welcomed(trial: &Trial) -> Vec<String> {
    let books = books(trial);
    let records = books["records"].as_object().into_iter().flatten();
    records
        .map(|(_, record)| record["fields"]["LastName"].as_str().unwrap_or_default())
        .map(ToOwned::to_owned)
        .collect()
}

/// The next thing that is asked of the service is done, and its answer breaks off.
fn break_next_answer(trial: &Trial) {
    let mut books = books(trial);
    books["faults"] = json!({ "api": "cut_off", "times": 1 });
    let path = trial.home().join("practice.json");
    std::fs::write(path, books.to_string()).expect("its books are written");
}

/// What the practice service does wrong from now on; nothing where it is empty.
async fn answers_with(page: &Page, fault: &str) {
    steps::open(page, CUSTOMERS).await;
    page.tab("Overview").await;
    page.choose("API answers with*", fault).await;
}
