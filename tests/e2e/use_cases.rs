//! The three use cases of the mission page, by a newcomer in the practice workspace: each template
//! is picked, signed in to, filled in, and what came of it stands below the form.

use serde_json::{Value, json};
use tsunagi_tests::app::Options;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps;
use tsunagi_tests::wait::until;
use tsunagi_tests::{App, Page, Role, Trial};

const START: &str = "Start from a template";

/// Picks a template, and signs in for it in the window that opens by itself.
async fn pick(page: &Page, desk: &Desk, pid: u32, template: &str) {
    page.wait(Role::Heading, START).await;
    page.press(Role::Radio, &format!("{template}*")).await;
    page.button("Use template").await;
    page.wait_gone(Role::Heading, START).await;
    steps::sign_in_at_practice(desk, pid).await;
}

/// The list of what one can begin on the workflows screen, where there is something already.
async fn another(page: &Page) {
    page.button("New").await;
    page.press(Role::Menuitem, &format!("{START}…")).await;
}

/// The form and the connection behind what is shown, by what the program tells of them.
async fn told(page: &Page, form: &str) -> (Value, Value) {
    let ask = async |command: &str, of: Value| page.invoke(command, of).await.expect(command);
    for row in ask("applications_list", json!({}))
        .await
        .as_array()
        .expect("a list")
    {
        let application = &row["application"]["id"];
        let of = json!({ "application": application, "environment": "development" });
        let view = ask("workflows_get", of).await;
        let all = view["workflows"].as_array().expect("a list");
        if let Some(row) = all.iter().find(|row| row["name"] == form) {
            let of = json!({ "item": row["id"], "before": null });
            let history = ask("workflow_history", of).await;
            return (row["parts"][0]["connection"].clone(), history[0].clone());
        }
    }
    panic!("there is no form {form:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_runs_each_use_case_from_its_template() {
    let trial = Trial::begin("use-cases").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let (page, pid) = (app.page(), app.pid());
    steps::start_with_practice(page).await;
    steps::sign_in_at_practice(&desk, pid).await;

    // Whoever applies is a candidate in Recruit, through a system connection.
    page.link("Workflows").await;
    page.button(&format!("{START}…")).await;
    page.wait(Role::Radio, "Candidates to Zoho Recruit*").await;
    trial.shown(page, "1-templates").await;
    pick(page, &desk, pid, "Candidates to Zoho Recruit").await;
    page.fill("First name", "Ada").await;
    page.fill("Last name required", "Byron").await;
    page.fill("Email address required", "ada@example.com").await;
    page.fill("Position applied for", "Analyst").await;
    page.button("Add").await;
    page.says("“Ada” is added").await;
    page.says("Add the candidate").await;
    let (connection, run) = told(page, "Job application").await;
    assert_eq!(connection["kind"], "system", "{connection}");
    assert_eq!(run["outcome"], "done", "{run}");
    let candidate = run["actions"][0]["made"].as_str().expect("its id there");
    page.says(candidate).await;
    trial.shown(page, "2-candidate").await;

    // Who asks for support is known from Salesforce, through an admin connection.
    another(page).await;
    pick(page, &desk, pid, "Customer from Salesforce").await;
    page.fill("Email address required", "ada@lagoslights.example.com")
        .await;
    page.fill("What is it about?", "The lights flicker.").await;
    page.says("Look the customer up").await;
    until("the customer to stand in the form", async || {
        (page.value("Customer").await == "Ada Okafor").then_some(())
    })
    .await;
    assert_eq!(page.value("Title").await, "Founder");
    assert_eq!(page.value("Phone number").await, "+44 20 7946 0102");
    trial.shown(page, "3-customer").await;
    page.button("Add").await;
    page.says("is added").await;
    let (connection, _) = told(page, "Support ticket").await;
    assert_eq!(connection["kind"], "admin", "{connection}");

    // A completed task is told in Cliq as whoever completed it.
    another(page).await;
    pick(page, &desk, pid, "Team message in Zoho Cliq").await;
    page.fill("Task required", "Paint the door").await;
    page.fill("Assigned to", "Ben").await;
    page.choose("Channel of the team (unique name) required", "taskupdates")
        .await;
    page.choose("State required", "Open").await;
    page.button("Add").await;
    page.says("“Paint the door” is added").await;
    page.button("Edit Paint the door").await;
    page.wait(Role::Heading, "Edit “Paint the door”").await;
    page.choose("State required", "Completed").await;
    page.button("Save").await;
    page.says("“Paint the door” is saved").await;
    page.says("Tell the team").await;
    trial.shown(page, "4-message").await;
    let (connection, run) = told(page, "Task").await;
    assert_eq!(connection["kind"], "logged_in_user", "{connection}");
    assert_eq!(run["outcome"], "done", "{run}");

    // R18: its connection is in use from then on.
    steps::open(page, connection["name"].as_str().expect("a name")).await;
    page.tab("Used in*").await;
    page.says("Task").await;
    trial.shown(page, "5-used-in").await;
    app.close(&desk).await;
}
