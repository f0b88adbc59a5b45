//! Managing connections: many at once, names and scopes, what differs between environments, what
//! uses them, and what plan, place and date refuse (R1, R8, R16, R18, R20).

use serde_json::json;
use tsunagi_tests::app::Options;
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, Tried, authorize_in};
use tsunagi_tests::{App, Page, Role, Trial, until};

/// Puts places into a home.
const PLACE: &str = env!("CARGO_BIN_EXE_tsunagi-place");
const SALES: &str = "Sales contacts";
const SPARE: &str = "Spare contacts";
const FILES: &str = "Team files";
const AIKO: &str = "aiko@practice.example";
/// What the environments tab and the list's cell say of Stage.
const SAME: &str = "Stage runs as the same account as Production.";

/// A service that takes payments in the United States, and one that has ended.
fn connectors(trial: &Trial) {
    let nowhere = "http://127.0.0.1:1";
    let payments = ConnectorFile {
        kinds: vec!["admin"],
        beside: "payment = true\noffered_in = { data_centers = [\"us\"], countries = [\"US\"] }\n"
            .to_owned(),
        ..ConnectorFile::for_issuer("desk_payments", "Desk payments", nowhere)
    };
    let ended = ConnectorFile {
        beside: "retired = \"2024-09-26\"\n".to_owned(),
        ..ConnectorFile::for_issuer("old_files", "Old files", nowhere)
    };
    for file in [payments, ended] {
        file.drop_into(&trial.home());
    }
}

async fn choose_two(page: &Page) {
    for name in [FILES, SPARE] {
        page.press(Role::Checkbox, &format!("Choose {name}")).await;
    }
    page.says("2 chosen").await;
}

/// Waits until both are disabled, or neither is.
async fn are_disabled(page: &Page, disabled: bool) {
    for cell in ["All environments: Disabled*", "Production: Disabled*"] {
        if disabled {
            page.wait(Role::Gridcell, cell).await;
        } else {
            page.wait_gone(Role::Gridcell, cell).await;
        }
    }
}

async fn disable_two(page: &Page) {
    choose_two(page).await;
    page.button("Disable…").await;
    page.wait(Role::Heading, "Disable 2 connections?").await;
    page.says("Not used anywhere so far.").await;
    page.button("Disable").await;
    page.says("2 connections disabled").await;
    are_disabled(page, true).await;
}

async fn in_bulk(trial: &Trial, page: &Page) {
    steps::connections(page).await;
    disable_two(page).await;
    trial.shown(page, "1-two-disabled").await;
    page.button("Undo").await;
    are_disabled(page, false).await;
    disable_two(page).await;
    choose_two(page).await;
    page.button("Enable").await;
    page.wait(Role::Heading, "Enable 2 connections?").await;
    page.button("Enable").await;
    page.says("2 connections enabled").await;
    are_disabled(page, false).await;
}

async fn more(page: &Page, name: &str, what: &str) {
    steps::open(page, name).await;
    page.button("More actions").await;
    page.press(Role::Menuitem, what).await;
}

/// Plan, data center and country, as Settings saves them.
async fn save_availability(page: &Page) {
    page.button_in("Availability", "Save").await;
    page.says("Saved").await;
}

async fn gallery(page: &Page) {
    steps::connections(page).await;
    page.button("New connection").await;
    page.press(Role::Radio, "Custom*").await;
    page.wait(Role::Heading, "Not offered to this workspace")
        .await;
}

/// R5: a task that leaves its connection out gets the service's system connection, which is
/// authorized like every other.
async fn left_out(trial: &Trial, page: &Page, desk: &Desk, pid: u32) {
    page.button("Try a service…").await;
    page.wait(Role::Heading, "Try a service for Orders").await;
    page.choose("Service", "practice").await;
    page.says("It has no system connection yet.").await;
    page.button("Send").await;
    page.says("The system connection Practice service came into being.")
        .await;
    trial.shown(page, "3-system-made").await;
    page.button("Authorize").await;
    steps::sign_in_at_practice(desk, pid).await;
    page.says("Through its system connection, Practice service.")
        .await;
    page.button("Send").await;
    page.wait(Role::Region, "Answer").await;
    trial.shown(page, "3-system-tried").await;
    page.button("Close").await;
    page.wait(Role::Link, "Practice service").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_bulk_one_by_one_and_refused_with_the_reason() {
    let trial = Trial::begin("manage").await;
    let desk = Desk::open();
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    connectors(&trial);
    steps::accept_connector(page, "desk_payments.toml").await;
    steps::accept_connector(page, "old_files.toml").await;
    steps::create_practice(page, FILES, "Admin", "Same authorization").await;
    steps::create_practice(page, SPARE, "Admin", "One per environment").await;
    steps::create_practice(page, SALES, "Admin", "One per environment").await;

    in_bulk(&trial, page).await;

    // How environments differ: in the list, and with what to do about it where it is mended.
    steps::open(page, SALES).await;
    for environment in ["Stage", "Production"] {
        authorize_in(page, &desk, app.pid(), environment, 0).await;
        page.says("Connected").await;
    }
    steps::connections(page).await;
    page.wait(Role::Gridcell, &format!("Stage: Connected, {AIKO}. {SAME}"))
        .await;
    trial.shown(page, "2-drift").await;
    steps::open(page, SALES).await;
    page.says(SAME).await;
    page.says("Use another account.").await;
    page.button("Switch authorization…").await;
    page.wait(
        Role::Heading,
        "Switch authorization of Sales contacts, Stage",
    )
    .await;
    page.button("Keep it").await;

    // What uses it, and in edit mode what each component of the application uses (R15).
    steps::create_application(page, "Orders", &[SALES, SPARE]).await;
    let next_run = json!(steps::tomorrow());
    for (area, name, scope, next_run) in [
        ("schedule", "Nightly sync", "contacts.read", next_run),
        ("page_panel", "Contact card", "contacts.write", json!(null)),
    ] {
        trial.place(PLACE, &json!({"connection": "sales_contacts", "application": "Orders", "environment": "production",
                "area": area, "name": name, "scopes": [scope], "next_run": next_run}),
        );
    }
    left_out(&trial, page, &desk, app.pid()).await;
    page.link("Edit mode").await;
    page.wait(Role::Heading, "Contact card uses").await;
    page.says("1 not asked for").await;
    page.button("Nightly sync*").await;
    page.wait(Role::Heading, "Nightly sync uses").await;
    page.wait(Role::Link, SALES).await;
    assert!(
        !page.has(Role::Link, SPARE).await,
        "R15: what the component uses, and nothing else"
    );
    trial.shown(page, "3-edit-mode").await;

    // R20: a scope that a use needs is asked for, and every account that lacks it by one press.
    steps::open(page, SALES).await;
    page.says("Uses need 1 scope that is not asked for.").await;
    page.button("Ask for the missing scopes").await;
    page.wait(Role::Heading, "Change Sales contacts?").await;
    page.says("2 accounts have to be authorized again.").await;
    page.says("contacts.write").await;
    trial.shown(page, "4-scopes").await;
    page.button("Save and authorize").await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    page.says("1 scope was not granted in Production.").await;
    page.button("Ask for the missing scopes").await;
    steps::sign_in_at_practice(&desk, app.pid()).await;
    page.wait_gone(Role::Button, "Ask for the missing scopes")
        .await;
    steps::connections(page).await;
    for environment in ["Stage", "Production"] {
        page.wait(
            Role::Gridcell,
            &format!("{environment}: Connected, {AIKO}*"),
        )
        .await;
    }

    // R20: a name asks nobody for anything.
    steps::open(page, SALES).await;
    page.tab("Accounts*").await;
    page.button(&format!("Actions for {AIKO}")).await;
    page.press(Role::Menuitem, "Rename…").await;
    page.fill("Account name", "Sales mailbox").await;
    page.button("Save").await;
    page.wait(Role::Button, "Actions for Sales mailbox").await;
    trial.shown(page, "5-renamed").await;

    // R18: an edit is taken back from the status bar.
    page.button("Edit…").await;
    page.fill("Name", "Sales people").await;
    page.button("Save").await;
    page.wait(Role::Heading, "Sales people").await;
    page.says("Changed: Sales people").await;
    page.button("Undo").await;
    page.wait(Role::Heading, SALES).await;
    page.says(&format!("Taken back: {SALES}")).await;

    // R18: what is used is not deleted, and says where; replaced in all its uses, it is.
    more(page, SALES, "Delete…").await;
    page.wait(Role::Heading, "Delete Sales contacts?").await;
    page.says("1 cannot be deleted while it is used").await;
    page.says("Used in Contact card (Orders), Nightly sync (Orders)")
        .await;
    let delete = page.wait(Role::Button, "Delete").await;
    assert!(
        !delete.is_enabled().await.expect("the button is there"),
        "there is nothing that could be deleted"
    );
    trial.shown(page, "6-used").await;
    page.button("Keep it").await;
    more(page, SALES, "Replace in all uses…").await;
    page.wait(Role::Heading, "Replace Sales contacts in all its uses?")
        .await;
    page.press(Role::Radio, &format!("{SPARE}*")).await;
    page.says("2 uses stop").await;
    trial.shown(page, "7-replace").await;
    page.button("Replace in 2 uses").await;
    page.says("2 uses now go through Spare contacts").await;
    page.button("Undo").await;
    page.says("2 uses now go through Sales contacts").await;
    more(page, SALES, "Replace in all uses…").await;
    page.press(Role::Radio, &format!("{SPARE}*")).await;
    page.button("Replace in 2 uses").await;
    page.says("2 uses now go through Spare contacts").await;
    let consents = steps::practice_consents(&trial.home());
    more(page, SALES, "Delete…").await;
    page.says("Not used anywhere so far.").await;
    page.button("Delete").await;
    page.says("Deleted: Sales contacts").await;
    page.wait_gone(Role::Row, &format!("{SALES}*")).await;
    until("the service to be told", async || {
        let left = steps::practice_consents(&trial.home());
        (left + 2 == consents).then_some(())
    })
    .await;

    page.link("Activity").await;
    page.says("Deleted the connection Sales contacts").await;
    let log = page.text().await;
    for told in [
        "Replaced Sales contacts by spare_contacts in all its uses",
        "Edited the connection Sales contacts",
        "Disabled Spare contacts",
    ] {
        assert!(log.contains(told), "the log tells {told:?}: {log}");
    }
    assert!(!log.contains("event."), "all of it in words: {log}");
    trial.shown(page, "8-activity").await;

    refused(&trial, page).await;
    app.close(&desk).await;
}

/// R1, R8, R16: plan and place refuse, and every screen says why.
async fn refused(trial: &Trial, page: &Page) {
    page.link("Settings").await;
    page.press(Role::Radio, "Free").await;
    page.says(
        "On the free plan everything is shown, but nothing can be created, authorized or used.",
    )
    .await;
    page.says("3 connections stay visible").await;
    save_availability(page).await;
    let free = "Connections are part of the paid plan, and this workspace is on the free one.";
    page.says(free).await;
    trial.shown(page, "9-free").await;
    steps::open(page, FILES).await;
    let tried = steps::try_it(page, "Production", "/contacts").await;
    assert!(
        matches!(&tried, Tried::Refused(why) if why.contains("paid plan")),
        "R1: nothing is used: {tried:?}"
    );
    gallery(page).await;
    page.says(free).await;

    page.link("Settings").await;
    page.press(Role::Radio, "Paid").await;
    page.choose("Data center", "jp").await;
    page.says("In Japan (JP) everything is shown, but nothing can be created, authorized or used.")
        .await;
    save_availability(page).await;
    page.says("Connections are not available in the data center “JP”.")
        .await;
    page.choose("Data center", "eu").await;
    save_availability(page).await;
    gallery(page).await;
    page.says("Desk payments is not offered in the data center EU.")
        .await;
    page.says("Old files ended on 2024-09-26.").await;
    trial.shown(page, "10-not-offered").await;
    page.link("Settings").await;
    page.choose("Data center", "us").await;
    page.choose("Country", "US").await;
    save_availability(page).await;
    gallery(page).await;
    let shown = page.text().await;
    assert!(
        !shown.contains("Desk payments is not offered"),
        "R8: it is offered where it is: {shown}"
    );
    page.button("Desk payments*").await;
    page.wait(Role::Heading, "Desk payments").await;
}
