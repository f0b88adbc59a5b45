//! The areas with a server no one here wrote: `json-server`, behind a connector file. Rows are pulled
//! along its `Link` headers, a record is added, a request is written by hand, a panel counts.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tsunagi_tests::app::{Options, local_http};
use tsunagi_tests::areas::{self, id_of, told};
use tsunagi_tests::canary::{Search, search};
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps;
use tsunagi_tests::{App, Page, Role, Trial};

const SERVICE: &str = "Contacts server";
const SOURCE: &str = "Everybody";
const KEY: &str = "REST/8dKw2+the-key";
/// More than two pages of 100.
const MANY: usize = 230;

/// The npm package as a process. Dropping it kills it.
struct JsonServer {
    origin: String,
    _process: Child,
}

impl JsonServer {
    async fn start() -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("json-server");
        let mut process = Command::new("node")
            .arg("server.mjs")
            .arg(json!({ "key": KEY, "contacts": MANY }).to_string())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node is installed");
        let output = process.stdout.take().expect("its output is piped");
        let line = BufReader::new(output).lines().next_line().await;
        let line = line.expect("its output can be read");
        let line = line.expect("json-server starts: `npm ci` in tests/json-server");
        let told: Value = serde_json::from_str(&line).expect("its first line is JSON");
        Self {
            origin: format!("http://127.0.0.1:{}", told["port"]),
            _process: process,
        }
    }

    /// What it finds, asked without the program.
    async fn found(&self, query: &str) -> Vec<Value> {
        let asked = local_http()
            .get(format!("{}/contacts?{query}", self.origin))
            .header("X-Api-Key", KEY);
        let answer = asked.send().await.expect("it answers");
        answer.json().await.expect("its answer is JSON")
    }
}

fn connector(trial: &Trial, origin: &str) {
    let text = format!(
        r#"id = "contacts_server"
name = "{SERVICE}"
category = "work"
kinds = ["admin"]
hosts = ["{origin}"]
try_path = "/contacts/1"

[description]
en = "A server of the tests."
ja = "テスト用のサーバーです。"

[monogram]
text = "Co"
hue = 200

[api]
base = "{origin}"

[[keys.fields]]
name = "key"
label = {{ en = "API key", ja = "API キー" }}

[[keys.attach]]
in = "header"
name = "X-Api-Key"
value = "{{key.key}}"

[verify]
url = "{origin}/contacts?_limit=1"

[[operations]]
id = "contacts"
label = {{ en = "Get contacts", ja = "連絡先の取得" }}
target = "/contacts"
areas = ["data_source", "integration_task", "page_panel", "schedule"]
role = "rows"
repeat = "safe"
query = {{ _page = "1", _limit = "100" }}
answer = {{ rows = "", message = ["/message"] }}
paging = {{ by = "link" }}

[[operations]]
id = "add_contact"
label = {{ en = "Add a contact", ja = "連絡先の追加" }}
method = "POST"
target = "/contacts"
areas = ["data_source", "integration_task"]
role = "add"
adds_to = "contacts"
repeat = "never"
json = "{{record}}"
answer = {{ id = "/id", message = ["/message"] }}

[[operations.inputs]]
name = "record"
label = {{ en = "Contact", ja = "連絡先" }}
kind = "record"
required = true
"#
    );
    let folder = trial.home().join("connectors");
    std::fs::create_dir_all(&folder).expect("the connectors folder");
    std::fs::write(folder.join("contacts_server.toml"), text).expect("the connector file");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_areas_work_with_a_server_no_one_here_wrote() {
    let trial = Trial::begin("json-server").await;
    let desk = Desk::open();
    let server = JsonServer::start().await;
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    connector(&trial, &server.origin);
    steps::accept_connector(page, "contacts_server.toml").await;
    steps::set_up(page, SERVICE, SERVICE).await;
    page.button("Create and authorize").await;
    page.in_flow_window(async |flow| {
        flow.fill("API key", KEY).await;
        flow.button("Verify and store").await;
    })
    .await;
    steps::flow_is_over(&desk, app.pid()).await;
    steps::create_application(page, "Orders", &[SERVICE]).await;

    pulled(page, &trial).await;
    added(page, &trial).await;
    let ada = server.found("name=Ada%20Okafor").await;
    assert_eq!(ada.len(), 1, "it has it, once");
    called(page, &trial).await;
    counted(page, &trial).await;
    app.close(&desk).await;

    let Search { leaks, files } = search(&[trial.folder()], KEY);
    assert_eq!(leaks, [], "the key lies nowhere in the clear");
    assert!(files > 0, "something was looked through");
}

/// Three pages, each of which names the next one.
async fn pulled(page: &Page, trial: &Trial) {
    areas::data_sources(page).await;
    page.button("New data source").await;
    page.wait(Role::Heading, "New data source").await;
    page.fill("Name", SOURCE).await;
    let view = told(page, "sources_get").await;
    let through = id_of(&view["connections"], "/seat/connection", SERVICE);
    page.choose("Through which connection*", &through).await;
    areas::create_and_pull(page, "230 rows came").await;
    page.says("Lagos Lights").await;
    trial.shown(page, "1-rows").await;
}

async fn added(page: &Page, trial: &Trial) {
    page.button("Add record…").await;
    page.wait(Role::Heading, &format!("Add a record to {SOURCE}"))
        .await;
    // Nothing says what fields there are.
    page.fill("Record, field 1: name", "name").await;
    page.fill("Record, field 1: value", "Ada Okafor").await;
    page.button("Add record").await;
    page.says("The service did all of it.").await;
    trial.shown(page, "2-added").await;
    page.button("Close").await;
    page.button("Pull").await;
    page.says("231 rows came").await;
}

async fn called(page: &Page, trial: &Trial) {
    page.link("Invoke URL").await;
    page.press(Role::Radio, "Production*").await;
    page.fill("Path or address", "/contacts?name=Ada%20Okafor")
        .await;
    page.button("Send*").await;
    page.says("Ada Okafor").await;
    trial.shown(page, "3-answer").await;
    page.fill("Path or address", "/contacts/999").await;
    page.button("Send*").await;
    page.says("404").await;
}

/// The service itself is asked, all of its pages.
async fn counted(page: &Page, trial: &Trial) {
    page.link("Page panels").await;
    page.press(Role::Radio, "Production*").await;
    let view = told(page, "panels_get").await;
    let through = id_of(&view["connections"], "/connection", SERVICE);
    page.button("New panel").await;
    page.fill("Name", "How many").await;
    page.choose("What with*", &format!("c/{through}")).await;
    page.button("Get contacts").await;
    page.press(Role::Radio, "Number").await;
    page.fill("What it counts", "contacts").await;
    page.says("231 contacts").await;
    trial.shown(page, "4-counted").await;
}
