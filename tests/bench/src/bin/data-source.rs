//! `data-source`: rows of a service pulled through the gate onto the catalog's shelf, against a bare loop that asks for the
//! same pages of the same server on loopback, parses them and inserts each row into a table of its own, a page a
//! transaction, as durable as the catalog's; both in the same run.
//!
//! Bare, pull, bare: so what the computer does besides meets both.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tsunagi_areas::data_source::{Begun, Row, Shelf, Source, pull};
use tsunagi_bench::gate::{ACCESS, Gate, Target};
use tsunagi_bench::{Error, Plan};
use tsunagi_catalog::{Catalog, CatalogError, NewRow, Redirect, Registration};
use tsunagi_connectors::{Library, hash};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{Clock as _, Environment, ItemId, RegistrationId, SystemClock};
use tsunagi_gateway::Door;

/// Rows, and how many a page has; fewer when only the bench itself is tried.
const ROWS: u64 = 1_000_000;
const FEW: u64 = 2_000;
const PAGE: u64 = 500;
/// Connections on disk.
const CONNECTIONS: usize = 200;
/// The most the pull may take, in times of the bare loop.
const LIMIT: f64 = 1.43;

fn main() -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::io("runtime"))
        .and_then(|runtime| runtime.block_on(bench()));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn said(error: impl std::fmt::Display) -> Error {
    Error::Differs(error.to_string())
}

/// The pages, whole answers of HTTP.
fn pages(rows: u64) -> Vec<Vec<u8>> {
    let pages = rows.div_ceil(PAGE);
    (0..pages)
        .map(|page| {
            let rows: Vec<String> = (page * PAGE..((page + 1) * PAGE).min(rows))
                .map(|n| format!(r#"{{"id":"57257670{n:011}","First_Name":"Maja","Last_Name":"Lindqvist {n}","Email":"maja.{n}@example.com","Company":"Lagos Lights","City":"Osaka","Visits":{},"Newsletter":{},"Modified_Time":"2026-11-23T14:31:{:02}+09:00"}}"#, n % 97, n % 3 == 0, n % 60))
                .collect();
            let next = match page + 1 < pages {
                true => format!(r#","next":"{}""#, page + 1),
                false => String::new(),
            };
            let body = format!(r#"{{"data":[{}]{next}}}"#, rows.join(","));
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
        })
        .collect()
}

/// Answers one client, page after page.
async fn serve(mut client: TcpStream, pages: Arc<Vec<Vec<u8>>>) {
    let _ = client.set_nodelay(true);
    let mut held = Vec::with_capacity(4096);
    loop {
        let end = loop {
            if let Some(at) = held.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !matches!(client.read_buf(&mut held).await, Ok(read) if read > 0) {
                return;
            }
        };
        let head = String::from_utf8_lossy(&held[..end]).into_owned();
        let cursor = head.split_once("cursor=").and_then(|(_, rest)| {
            let end = rest.find(|one: char| !one.is_ascii_digit())?;
            rest[..end].parse::<usize>().ok()
        });
        held.drain(..end);
        let Some(page) = pages.get(cursor.unwrap_or(0)) else {
            return;
        };
        if client.write_all(page).await.is_err() {
            return;
        }
    }
}

/// Starts the service; gives its port.
async fn start(rows: u64) -> Result<u16, Error> {
    let pages = Arc::new(pages(rows));
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.map_err(Error::io("loopback"))?;
    let port = listener.local_addr().map_err(Error::io("loopback"))?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, Arc::clone(&pages)));
        }
    });
    Ok(port)
}

/// The service as a connector.
fn target(port: u16) -> Result<Target, Error> {
    let origin = format!("http://127.0.0.1:{port}");
    let toml = format!(
        r#"id = "rows"
name = "Rows"
category = "work"
kinds = ["admin"]
hosts = ["{origin}"]
registration = "needs_client"

[description]
en = "A server of the bench."
ja = "計測用のサーバーです。"

[monogram]
text = "Ro"
hue = 200

[oauth]
authorize = "{origin}/authorize"
token = "{origin}/token"

[api]
base = "{origin}/api"

[[operations]]
id = "rows"
label = {{ en = "Rows", ja = "行" }}
target = "/rows"
areas = ["data_source"]
role = "rows"
repeat = "safe"
query = {{ cursor = "{{cursor}}" }}
answer = {{ rows = "/data" }}
paging = {{ by = "token", input = "cursor", at = "/next" }}

[[operations.inputs]]
name = "cursor"
label = {{ en = "Cursor", ja = "カーソル" }}

[whoami]
url = "{origin}/api/me"
id = "/id"

[[scopes]]
name = "rows.read"
about = {{ en = "Read rows", ja = "行の読み取り" }}
default = true
"#
    );
    let accepted = hash(toml.as_bytes());
    let (library, problems) = Library::default().with_accepted(&[(toml, accepted)]);
    if !problems.is_empty() {
        return Err(Error::Differs(format!("the connector: {problems:?}")));
    }
    Ok(Target {
        library,
        connector: "rows".to_owned(),
        scope: "rows.read".to_owned(),
        settings: Settings::new(),
        registration: Some(Registration {
            id: RegistrationId::new(),
            connector: "rows".to_owned(),
            name: "Ours".to_owned(),
            client_id: "client".to_owned(),
            secret: None,
            redirect: Redirect::LoopbackAnyPort,
            created_at: SystemClock.now(),
        }),
        token: ACCESS.to_owned(),
        path: "/rows",
    })
}

/// The catalog's shelf, as the program uses it: what blocks is done off the thread.
struct Stored {
    catalog: Catalog,
    item: ItemId,
    generation: AtomicU64,
}

impl Stored {
    async fn db<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Catalog, ItemId, u64) -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let (catalog, item) = (self.catalog.clone(), self.item);
        let generation = self.generation.load(Ordering::Relaxed);
        let done = tokio::task::spawn_blocking(move || what(&catalog, item, generation));
        done.await.unwrap_or(Err(CatalogError::Stale))
    }
}

impl Shelf for Stored {
    type Error = CatalogError;

    async fn begin(&self, whole: bool, origin: &str) -> Result<Begun, CatalogError> {
        let origin = origin.to_owned();
        let begun = self
            .db(move |catalog, item, _| catalog.begin_pull(item, whole, &origin, SystemClock.now()))
            .await?;
        self.generation.store(begun.generation, Ordering::Relaxed);
        let running = begun.running.ok_or(CatalogError::Stale)?;
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
        self.db(move |catalog, item, generation| {
            let rows: Vec<NewRow<'_>> = rows
                .iter()
                .map(|row| NewRow {
                    id: &row.id,
                    fields: &row.fields,
                })
                .collect();
            catalog.put_page(item, generation, after, &rows, next.as_deref())
        })
        .await
    }

    async fn end(&self, since: Option<String>) -> Result<u64, CatalogError> {
        self.db(move |catalog, item, generation| {
            catalog.end_pull(item, generation, SystemClock.now(), since.as_deref())
        })
        .await
    }

    async fn give_up(&self) -> Result<(), CatalogError> {
        self.db(|catalog, item, _| catalog.give_up_pull(item)).await
    }
}

/// How long the bare loop takes, in seconds.
async fn bare(folder: &Path, port: u16, rows: u64) -> Result<f64, Error> {
    let file = folder.join(format!("bare-{}.sqlite", uuid::Uuid::new_v4()));
    let mut db = rusqlite::Connection::open(&file)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE kept (id TEXT NOT NULL UNIQUE, fields TEXT NOT NULL) STRICT",
    )?;
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.map_err(said)?;
    let mut cursor: Option<String> = None;
    let started = Instant::now();
    loop {
        let query = cursor.map_or_else(String::new, |cursor| format!("?cursor={cursor}"));
        let answer = client.get(format!("http://127.0.0.1:{port}/api/rows{query}"));
        let answer = answer.send().await.map_err(said)?;
        let body = answer.bytes().await.map_err(said)?;
        let page: Value = serde_json::from_slice(&body).map_err(said)?;
        let transaction = db.transaction()?;
        {
            let mut insert =
                transaction.prepare_cached("INSERT INTO kept (id, fields) VALUES (?1, ?2)")?;
            for row in page["data"].as_array().into_iter().flatten() {
                let id = row["id"].as_str().unwrap_or_default();
                insert.execute(rusqlite::params![id, row.to_string()])?;
            }
        }
        transaction.commit()?;
        cursor = match page["next"].as_str() {
            Some(next) => Some(next.to_owned()),
            None => break,
        };
    }
    let took = started.elapsed().as_secs_f64();
    let kept: i64 = db.query_row("SELECT count(*) FROM kept", [], |row| row.get(0))?;
    drop(db);
    let _ = std::fs::remove_file(&file);
    if u64::try_from(kept) == Ok(rows) {
        return Ok(took);
    }
    Err(Error::Differs(format!("bare: {kept} rows of {rows}")))
}

/// How long the pull takes, in seconds.
async fn pulled(gate: &Gate, home: &Path, rows: u64) -> Result<f64, Error> {
    let shelf = Stored {
        catalog: Catalog::open(home)?,
        item: ItemId::new(),
        generation: AtomicU64::new(0),
    };
    let door = Door {
        link_name: LinkName::new("bench").map_err(said)?,
        caller: Caller::Unattended,
        application: None,
        environment: Environment::Production,
        area: "data_source".to_owned(),
    };
    let source = Source {
        operation: "rows".to_owned(),
        ..Source::default()
    };
    let seen = |_| ControlFlow::Continue(());
    let started = Instant::now();
    let came = pull(
        &gate.gateway,
        &door,
        &source,
        &shelf,
        SystemClock.now(),
        seen,
    )
    .await
    .map_err(said)?;
    let took = started.elapsed().as_secs_f64();
    let kept = shelf.catalog.count_pulled(shelf.item)?;
    if (came.came, kept) == (rows, rows) {
        return Ok(took);
    }
    Err(Error::Differs(format!(
        "{} rows came and {kept} are kept, of {rows}",
        came.came
    )))
}

async fn bench() -> Result<ExitCode, Error> {
    let plan = Plan::read()?;
    let rows = if plan.smoke { FEW } else { ROWS };
    let folder = tempfile::tempdir().map_err(Error::io("temporary folder"))?;
    let port = start(rows).await?;
    let home = folder.path().join("home");
    std::fs::create_dir_all(&home).map_err(Error::io("home"))?;
    let gate = Gate::to(&home, target(port)?, CONNECTIONS, false).await?;
    let before = bare(folder.path(), port, rows).await?;
    let pull = pulled(&gate, &home, rows).await?;
    let after = bare(folder.path(), port, rows).await?;
    let ratio = pull / f64::midpoint(before, after);
    println!(
        "{rows} rows in pages of {PAGE}: bare {before:.2} s and {after:.2} s, pulled and stored {pull:.2} s, {ratio:.2} times (at most {LIMIT})"
    );
    if plan.smoke {
        return Ok(ExitCode::SUCCESS);
    }
    let report = json!({ "name": "data-source", "rows": rows, "page": PAGE, "unit": "s", "bare": [before, after], "pulled": pull, "ratio": ratio, "limit": LIMIT });
    if let Some(folder) = plan.out.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("report"))?;
    }
    std::fs::write(&plan.out, format!("{report:#}\n")).map_err(Error::io("report"))?;
    Ok(if ratio <= LIMIT {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
