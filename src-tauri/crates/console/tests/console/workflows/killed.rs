//! A process that runs a workflow is killed, again and again, at any point: what has a key is done
//! once however often it is taken up again, what has none is sent at most once, and told as unknown
//! where nobody heard whether it was done.
// The other process says on its output how far it is.
#![allow(clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use tsunagi_console::views::{Founding, Stage};
use tsunagi_console::{Console, KeyringError, OpenKeyring};

use super::*;
use crate::fixture::{World, founding};
use crate::typing::{connect_by, typed, types};

/// What the other process is to do: home and form.
const ORDER: &str = "TSUNAGI_WORKFLOW_TEST";
const PASSPHRASE: &str = "correct horse battery";

/// What arrived: by the name of the record, each request's key.
type Arrived = Arc<Mutex<BTreeMap<(String, String), Vec<String>>>>;

async fn arrives(
    State((kind, arrived)): State<(&'static str, Arrived)>,
    headers: HeaderMap,
    body: String,
) -> axum::Json<Value> {
    let body: Value = serde_json::from_str(&body).unwrap();
    let name = body["name"].as_str().unwrap().to_owned();
    let key = headers.get("idempotency-key");
    let key = key.map(|key| key.to_str().unwrap().to_owned());
    let mut arrived = arrived.lock().unwrap();
    let of = arrived.entry((kind.to_owned(), name)).or_default();
    of.push(key.unwrap_or_default());
    axum::Json(json!({ "id": "made" }))
}

async fn service() -> (String, Arrived) {
    let arrived = Arrived::default();
    let router = Router::new()
        .route(
            "/api/me",
            get(async || axum::Json(json!({ "id": "one", "name": "One" }))),
        )
        .route(
            "/api/keyed",
            post(arrives).with_state(("keyed", arrived.clone())),
        )
        .route(
            "/api/plain",
            post(arrives).with_state(("plain", arrived.clone())),
        );
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, router).await });
    (origin, arrived)
}

/// A service that is authorized by a key, with an operation that it does once and another.
fn connector(origin: &str) -> String {
    let with_form =
        crate::typing::keyed_from(&crate::provider::connector("filing", "Filing", origin));
    let operation = |id: &str, repeat: &str, more: &str, input: &str| {
        format!(
            r#"
[[operations]]
id = "{id}"
label = {{ en = "Add", ja = "追加" }}
method = "POST"
target = "/{id}"
areas = ["form_workflow"]
role = "add"
repeat = "{repeat}"
{more}
json = "{{record}}"
answer = {{ id = "/id" }}

[[operations.inputs]]
name = "record"
label = {{ en = "Record", ja = "データ" }}
kind = "record"
required = true
{input}"#
        )
    };
    let key = r#"
[[operations.inputs]]
name = "idempotency_key"
label = { en = "Key", ja = "キー" }
required = true
"#;
    let header = r#"headers = { Idempotency-Key = "{idempotency_key}" }"#;
    format!(
        "{with_form}\n{}{}",
        operation("keyed", "key", header, key),
        operation("plain", "never", "", "")
    )
}

fn opened(home: &Path) -> Console {
    let missing: Arc<OpenKeyring> = Arc::new(|| Err(KeyringError::Missing));
    let world = World::new();
    let surroundings = tsunagi_console::Surroundings {
        home: home.to_owned(),
        ..world.surroundings(missing)
    };
    // The rest of it is what this process stands in.
    std::mem::forget(world);
    Console::open(surroundings).unwrap()
}

/// What the other process does; does nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process() {
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    let (home, form) = order.split_once('|').unwrap();
    let form: ItemId = form.parse().unwrap();
    let console = opened(home.as_ref());
    console.unlock(Some(PASSPHRASE)).unwrap();
    let session = console.session();
    println!("runs");
    // What was cut off before is taken up again, unless it is in doubt.
    for run in console.workflow_history(session, form, None).unwrap() {
        let doubt = run
            .actions
            .iter()
            .any(|action| action.state == ActionState::Unknown);
        if run.may_retry && !doubt {
            console
                .retry_workflow(session, form, run.id, &[], &[])
                .await
                .unwrap();
        }
    }
    for number in 0.. {
        let name = format!("{}-{number}", std::process::id());
        let record = values(json!({ "name": name }));
        console
            .add_form_record(session, form, record)
            .await
            .unwrap();
    }
}

fn start(home: &Path, form: ItemId) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "workflows::killed::another_process",
            "--nocapture",
        ])
        .env(ORDER, format!("{}|{form}", home.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How often it is killed: more where more is asked for.
fn kills() -> u64 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|many| many.parse().ok()).unwrap_or(12)
}

fn add(id: &str, operation: &str) -> Action {
    let name = From::Field {
        field: "name".to_owned(),
    };
    Action {
        does: Deed::Push {
            operation: operation.to_owned(),
            inputs: vec![put("record", Some("name"), name)],
        },
        ..push(id, "x")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_done_twice_however_often_the_program_is_killed() {
    let (origin, arrived) = service().await;
    let world = World::new();
    let missing: Arc<OpenKeyring> = Arc::new(|| Err(KeyringError::Missing));
    let console = Console::open(world.surroundings(missing)).unwrap();
    let founded = Founding {
        passphrase: Some(PASSPHRASE.to_owned()),
        ..founding(false)
    };
    console.found(&founded).unwrap();
    let desk = Desk { world, console };
    let id = connect_by(&desk, &connector(&origin), Kind::Admin);
    let flow = desk.begin(id, Reach::All).await;
    let end = types(&desk, flow, typed("works", "a-secret")).await;
    assert_eq!(end.stage, Stage::Done, "{:?}", end.failure);
    let application = desk
        .console
        .create_application(desk.session(), "Orders", Edition::C6)
        .unwrap();
    desk.console
        .grant_application(desk.session(), application, id, true)
        .unwrap();
    let orders = Orders {
        application,
        crm: id,
        desk,
    };
    let actions = vec![add("k", "keyed"), add("p", "plain"), add("l", "keyed")];
    let form = orders.keep("Sent", form(vec![rule("added", Trigger::Add, actions)]));
    orders.desk.console.close().await;
    let Desk { world, console } = orders.desk;
    drop(console);

    let mut dice = u64::from(std::process::id()) | 1;
    let enough = || arrived.lock().unwrap().len() > 10;
    for killed in 0..kills() * 20 {
        // A computer that is busy with something else gets less done between two kills.
        if killed >= kills() && enough() {
            break;
        }
        let mut child = start(world.home.path(), form);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("runs")));
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        tokio::time::sleep(Duration::from_micros((dice >> 33) % 200_000)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    // What is noted of each action at the end.
    let console = opened(world.home.path());
    console.unlock(Some(PASSPHRASE)).unwrap();
    let mut told: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let names = records(&console, form);
    let mut before = None;
    loop {
        let page = console.workflow_history(console.session(), form, before);
        let page = page.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        for run in &page {
            assert!(run.ended_at.is_some(), "a run that was cut off is ended");
            let name = names[run.record.as_ref().unwrap()].clone();
            let state = match run.actions[1].state {
                ActionState::Done => "done",
                ActionState::Unknown => "unknown",
                _ => "not",
            };
            told.entry(name).or_default().insert(state);
        }
    }
    let arrived = arrived.lock().unwrap();
    assert!(arrived.len() > 10, "it ran: {}", arrived.len());
    let (mut repeated, mut unknown) = (0, 0);
    for ((kind, name), keys) in &*arrived {
        if kind == "plain" {
            assert_eq!(keys.len(), 1, "sent at most once: {name}");
            let told = &told[name];
            assert!(
                told.contains("done") || told.contains("unknown"),
                "what arrived is done or in doubt, never undone: {name} {told:?}"
            );
            unknown += u64::from(told.contains("unknown"));
        } else {
            let different: BTreeSet<&String> = keys.iter().collect();
            // The rule has two such actions, each with a key of its own.
            assert!(different.len() <= 2, "each is done once: {name} {keys:?}");
            assert!(different.iter().all(|key| !key.is_empty()));
            repeated += u64::from(keys.len() > different.len());
        }
    }
    println!(
        "{} arrived, {unknown} unknown, {repeated} repeated",
        arrived.len()
    );
}

/// The names of records by their ids.
fn records(console: &Console, form: ItemId) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let mut after = None;
    loop {
        let page = console.records(console.session(), form, after).unwrap();
        for record in page.records {
            let name = record.values["name"].as_str().unwrap().to_owned();
            names.insert(record.id, name);
        }
        after = page.next;
        if after.is_none() {
            return names;
        }
    }
}
