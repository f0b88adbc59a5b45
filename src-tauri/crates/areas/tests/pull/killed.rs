//! A process that pulls is killed, again and again, at any point: what it had stored is there, once,
//! and the pull goes on.
// The other process says on its output how far it is.
#![allow(clippy::print_stdout)]

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tsunagi_areas::data_source::{Begun, Row, Shelf, pull};
use tsunagi_catalog::{Catalog, CatalogError, NewRow};
use tsunagi_domain::ItemId;

use crate::connector::connector;
use crate::home::{Home, Plans, START, open};
use crate::pages::{OPERATIONS, door, source};
use crate::server::Server;

/// What the other process is to do: home, server, data source.
const ORDER: &str = "TSUNAGI_PULL_TEST";
const PAGES: u64 = 40;
const EACH: u64 = 25;

/// Rows in a catalog, as the program keeps them.
struct Stored<'a> {
    catalog: &'a Catalog,
    item: ItemId,
    generation: std::sync::Mutex<u64>,
}

impl Shelf for Stored<'_> {
    type Error = CatalogError;

    async fn begin(&self, whole: bool, origin: &str) -> Result<Begun, CatalogError> {
        let begun = self.catalog.begin_pull(self.item, whole, origin, START)?;
        *self.generation.lock().unwrap() = begun.generation;
        let running = begun.running.unwrap();
        Ok(Begun {
            whole: running.whole,
            came: running.came,
            next: running.next,
            since: begun.since,
        })
    }

    async fn put(
        &self,
        after: u64,
        rows: Vec<Row>,
        next: Option<String>,
    ) -> Result<(), CatalogError> {
        let rows: Vec<NewRow<'_>> = rows
            .iter()
            .map(|row| NewRow {
                id: &row.id,
                fields: &row.fields,
            })
            .collect();
        let generation = *self.generation.lock().unwrap();
        self.catalog
            .put_page(self.item, generation, after, &rows, next.as_deref())
    }

    async fn end(&self, since: Option<String>) -> Result<u64, CatalogError> {
        let generation = *self.generation.lock().unwrap();
        self.catalog
            .end_pull(self.item, generation, START, since.as_deref())
    }

    async fn give_up(&self) -> Result<(), CatalogError> {
        self.catalog.give_up_pull(self.item)
    }
}

/// What the other process does; does nothing otherwise.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process() {
    let Ok(order) = std::env::var(ORDER) else {
        return;
    };
    let [home, origin, item]: [&str; 3] = order.split('|').collect::<Vec<_>>().try_into().unwrap();
    let library = connector(origin, &format!("{origin}/api"), &[], ["", "", OPERATIONS]);
    let (gateway, _) = open(Path::new(home), &library, START);
    let catalog = Catalog::open(Path::new(home)).unwrap();
    let shelf = Stored {
        catalog: &catalog,
        item: item.parse().unwrap(),
        generation: 0.into(),
    };
    println!("pulls");
    let seen = |_| ControlFlow::Continue(());
    pull(&gateway, &door(), &source(false), &shelf, START, seen)
        .await
        .unwrap();
    println!("over");
}

fn start(home: &Home, server: &Server, item: ItemId) -> Child {
    let order = format!("{}|{}|{item}", home.dir.path().display(), server.origin);
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::another_process", "--nocapture"])
        .env(ORDER, order)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How often it is killed: more where more is asked for.
fn kills() -> u64 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|many| many.parse().ok()).unwrap_or(20)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_that_came_are_kept_once_and_the_pull_goes_on_however_often_it_is_killed() {
    let server = Server::start().await;
    let plans = Plans {
        api: OPERATIONS.to_owned(),
        passphrase: true,
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    for page in 0..PAGES {
        let rows: Vec<_> = (0..EACH)
            .map(|row| json!({ "id": format!("{page}-{row}") }))
            .collect();
        let mut body = json!({ "data": rows });
        if page + 1 < PAGES {
            body["next"] = json!((page + 1).to_string());
        }
        let path = match page {
            0 => "/api/rows/leads".to_owned(),
            _ => format!("/api/rows/leads?cursor={page}"),
        };
        let headers = vec![("content-type", "application/json".to_owned())];
        let reply = (200, headers, body.to_string());
        server.it().answers.insert(path, reply);
    }
    let item = ItemId::new();
    let (mut before, mut cut, mut over) = ((0, 0), 0, 0);
    // Any numbers will do that differ from run to run; these are told where it fails.
    let mut dice = u64::from(std::process::id()) | 1;
    for kill in 0..kills() {
        let mut child = start(&home, &server, item);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("pulls")));
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        tokio::time::sleep(Duration::from_micros((dice >> 33) % 120_000)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        // So early that nothing had begun.
        let Some(pull) = home.catalog.pull(item).unwrap() else {
            continue;
        };
        let came = match &pull.running {
            Some(running) => {
                cut += 1;
                running.came
            }
            None => {
                over += 1;
                PAGES * EACH
            }
        };
        let why = format!("kill {kill}, {dice}");
        assert_eq!(came % EACH, 0, "whole pages only: {why}");
        assert!((pull.generation, came) >= before, "none is lost: {why}");
        before = (pull.generation, came);
        let rows = home.catalog.count_pulled(item).unwrap();
        match pull.generation {
            1 => assert_eq!(rows, came, "none is there twice: {why}"),
            _ => assert_eq!(rows, PAGES * EACH, "nothing goes while it comes: {why}"),
        }
    }
    assert!(cut > 0, "some were cut off: {cut}, {over}");
    server.it().api.clear();
    let left = PAGES - before.1 / EACH;
    let was_running = home
        .catalog
        .pull(item)
        .unwrap()
        .is_some_and(|pull| pull.running.is_some());
    let mut child = start(&home, &server, item);
    assert!(child.wait().unwrap().success());
    let asked = server.it().api.len() as u64;
    match was_running {
        true => assert_eq!(asked, left, "no page that came is asked for again"),
        false => assert_eq!(asked, PAGES, "a new one"),
    }
    let pull = home.catalog.pull(item).unwrap().unwrap();
    assert_eq!((pull.running, pull.done_at), (None, Some(START)));
    let mut ids: Vec<String> = home
        .catalog
        .pulled(item, None, 10_000)
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len() as u64, PAGES * EACH, "all came, each once");
}
