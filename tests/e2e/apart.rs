//! Environments that differ: one has settings of its own and asks for its own sign-in (R18, R23),
//! what another environment mode has no place for is set aside and comes back (R12), and a service
//! ends: nobody is asked to sign in there, and what uses it is migrated at once (R16).

use serde_json::json;
use tsunagi_tests::app::Options;
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::Desk;
use tsunagi_tests::issuer::Issuer;
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Page, Role, Trial};

/// Puts places into a home.
const PLACE: &str = env!("CARGO_BIN_EXE_tsunagi-place");
const SERVICE: &str = "Regional files";
const NAME: &str = "Region files";
const NEXT: &str = "World files";
const KANA: &str = "kana@canary.example";

/// A service with one server for each region, and the one that follows it.
fn connectors(trial: &Trial, first: &Issuer, second: &Issuer) -> ConnectorFile {
    let regional = ConnectorFile {
        kinds: vec!["admin"],
        beside: format!(
            "parameters = [{{ name = \"port\", label = {{ en = \"Port\", ja = \"ポート\" }}, \
             pattern = \"[0-9]+\", default = \"{}\" }}]\n",
            first.port()
        ),
        ..ConnectorFile::for_issuer("regional", SERVICE, "http://127.0.0.1:{port}")
    };
    let world = ConnectorFile {
        kinds: vec!["admin"],
        ..ConnectorFile::for_issuer("world", NEXT, &second.origin())
    };
    regional.drop_into(&trial.home());
    world.drop_into(&trial.home());
    regional
}

/// Presses what begins a sign-in at a provider that signs in by itself.
async fn signs_in(desk: &Desk, pid: u32, press: impl AsyncFnOnce()) {
    let known = desk.windows_of(pid);
    press().await;
    desk.new_window_of(pid, &known).await;
    steps::flow_is_over(desk, pid).await;
}

async fn authorize_here(page: &Page, desk: &Desk, pid: u32, environment: &str) {
    page.tab("Environments").await;
    signs_in(desk, pid, async || {
        page.button_in(environment, "Authorize").await;
    })
    .await;
}

/// Edits the environment mode of the open connection; gives what is shown before it is saved.
async fn change_mode(page: &Page, mode: &str) -> String {
    page.button("Edit…").await;
    page.wait(Role::Heading, &format!("Edit {NAME}")).await;
    page.press(Role::Radio, &format!("{mode}*")).await;
    page.button("Save").await;
    page.wait(Role::Heading, &format!("Change {NAME}?")).await;
    let told = page.text().await;
    page.button("Save").await;
    page.wait_gone(Role::Heading, &format!("Change {NAME}?"))
        .await;
    told
}

async fn answers(page: &Page, environment: &str, server: &Issuer, why: &str) {
    let before = server.api_requests().len();
    let tried = steps::try_it(page, environment, "/files").await;
    assert!(matches!(tried, Tried::Answer(_)), "{why}: {tried:?}");
    assert!(server.api_requests().len() > before, "{why}: at its server");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_its_own_set_aside_and_back_and_migrated_when_the_service_ends() {
    let trial = Trial::begin("apart").await;
    let desk = Desk::open();
    let (first, second) = (Issuer::start().await, Issuer::start().await);
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    let regional = connectors(&trial, &first, &second);
    steps::accept_connector(page, "regional.toml").await;
    steps::accept_connector(page, "world.toml").await;

    // One environment has settings of its own: what was authorized elsewhere serves it no more.
    steps::set_up(page, SERVICE, NAME).await;
    steps::register(page, "regional-client", Some("a-secret")).await;
    page.press(Role::Radio, "One per environment*").await;
    page.button("Create only").await;
    page.wait(Role::Tab, "Environments").await;
    authorize_here(page, &desk, app.pid(), "Production").await;
    page.button("Actions for Production").await;
    page.press(Role::Menuitem, "Settings…").await;
    page.wait(Role::Heading, "Settings of Production").await;
    page.fill("Port", &second.port().to_string()).await;
    page.button("Save").await;
    page.wait(Role::Heading, "Change the settings of Production?")
        .await;
    page.says("1 account has to be authorized again.").await;
    trial.shown(page, "1-own-settings").await;
    // R20: whoever has this name at the other server is another account.
    signs_in(&desk, app.pid(), async || {
        page.button("Save and authorize").await;
        page.in_flow_window(async |flow| {
            for server in [&first, &second] {
                flow.says(&format!("{KANA} ({})", server.origin())).await;
            }
            flow.button(&format!("Replace with {KANA}*")).await;
        })
        .await;
    })
    .await;
    answers(
        page,
        "Production",
        &second,
        "R23: Production has its own server",
    )
    .await;
    authorize_here(page, &desk, app.pid(), "Development").await;
    answers(
        page,
        "Development",
        &first,
        "and Development the common one",
    )
    .await;

    // One authorization for all: Production's does not serve there, and nothing is thrown away.
    let told = change_mode(page, "Same authorization").await;
    assert!(
        told.contains("Used nowhere afterwards"),
        "R18: what is set aside is said before: {told}"
    );
    page.tab("Accounts*").await;
    page.wait(Role::Heading, "Set aside").await;
    trial.shown(page, "2-set-aside").await;
    answers(
        page,
        "Production",
        &first,
        "R12: what serves everywhere is used",
    )
    .await;
    change_mode(page, "One per environment").await;
    page.tab("Accounts*").await;
    page.wait_gone(Role::Heading, "Set aside").await;
    answers(
        page,
        "Production",
        &second,
        "and it is back, without a sign-in",
    )
    .await;
    steps::connections(page).await;
    page.wait(Role::Gridcell, &format!("Production: Connected, {KANA}*"))
        .await;

    retired(&trial, page, &desk, app.pid(), regional).await;
    in_another_look(&trial, page).await;
    app.close(&desk).await;
}

/// R16: the service ends on a day that has passed.
async fn retired(trial: &Trial, page: &Page, desk: &Desk, pid: u32, mut regional: ConnectorFile) {
    steps::connect(
        page,
        desk,
        pid,
        (NEXT, NEXT),
        ("world-client", Some("a-secret")),
    )
    .await;
    steps::create_application(page, "Orders", &[NAME, NEXT]).await;
    trial.place(PLACE, &json!({"connection": "region_files", "application": "Orders", "environment": "production",
            "area": "schedule", "name": "Nightly copy", "scopes": ["files.read"], "next_run": null}),
    );
    regional
        .beside
        .push_str("retired = \"2024-09-26\"\nsuccessor = \"world\"\n");
    regional.drop_into(&trial.home());
    steps::accept_changed_connector(page, "regional.toml").await;
    page.link("Home").await;
    page.says(&format!("Migrate {NAME}")).await;
    let home = page.text().await;
    assert!(
        !home.contains(&format!("Authorize {NAME}")),
        "nobody is asked to sign in to it: {home}"
    );
    trial.shown(page, "3-ended").await;
    steps::connections(page).await;
    page.wait(Role::Gridcell, "Development: Retired 26 Sep 2024. Migrate")
        .await;
    steps::open(page, NAME).await;
    let tried = steps::try_it(page, "Production", "/files").await;
    assert!(
        matches!(&tried, Tried::Refused(why) if why.contains("ended on 2024-09-26")),
        "nothing is sent: {tried:?}"
    );
    page.tab("Environments").await;
    page.button("Migrate").await;
    page.wait(Role::Heading, &format!("Migrate the uses of {NAME}?"))
        .await;
    trial.shown(page, "4-migrate").await;
    page.button("Migrate 1 use").await;
    page.says(&format!("1 use now goes through {NEXT}")).await;
    steps::open(page, NEXT).await;
    page.tab("Used in*").await;
    page.says("Nightly copy").await;
}

/// The same in Japanese and dark, for whoever looks at the pictures.
async fn in_another_look(trial: &Trial, page: &Page) {
    page.link("Settings").await;
    page.press(Role::Radio, "Dark").await;
    page.press(Role::Radio, "日本語").await;
    page.wait(Role::Link, "ホーム").await;
    trial.shown(page, "5-settings-ja").await;
    for (place, step) in [
        ("ホーム", "6-home-ja"),
        ("外部連携*", "7-connections-ja"),
        ("アプリケーション", "8-applications-ja"),
        ("アクティビティ", "9-activity-ja"),
    ] {
        page.link(place).await;
        trial.shown(page, step).await;
    }
}
