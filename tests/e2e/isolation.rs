//! A provider's page that attacks the app: it calls every command, goes where it must not, opens
//! windows, downloads, and comes back with another's answer. Nothing of it works, the person sees
//! why, and the next page finds nothing of the last one.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path as Segment, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tsunagi_tests::app::Options;
use tsunagi_tests::connector::ConnectorFile;
use tsunagi_tests::desk::{Desk, Window};
use tsunagi_tests::{App, Page, Recorder, Role, Trial, steps, until};

const SCRIPT: &str = include_str!("isolation/page.js");
const SERVICE: &str = "Hostile server";
const NAME: &str = "Hostile files";
/// In the name and the bytes of every file the page tries to leave behind.
const LOOT: &str = "loot-of-isolation";

#[derive(Default)]
struct Shared {
    plan: Value,
    order: String,
    redirect: String,
    attachments: usize,
    reports: BTreeMap<String, Value>,
}

type Server = Arc<Mutex<Shared>>;

/// The provider. Dropping it stops it.
struct Hostile {
    port: u16,
    shared: Server,
    task: AbortHandle,
}

impl Hostile {
    async fn start() -> Self {
        let shared = Server::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let router = Router::new()
            .route("/authorize", get(authorize))
            .route("/report/{name}", post(report))
            .route("/order", get(order))
            .route("/away", get(away).post(away))
            .route("/attachment", get(attachment).post(attachment))
            .route(
                "/page.js",
                get(async || ([(header::CONTENT_TYPE, "text/javascript")], SCRIPT)),
            )
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self {
            port,
            shared,
            task: task.abort_handle(),
        }
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Shared) -> T) -> T {
        use_it(&mut self.shared.lock().expect("the lock is sound"))
    }

    /// What the page reported under a name, once it has.
    async fn told(&self, name: &str) -> Value {
        until(&format!("the page to report {name:?}"), async || {
            self.with(|it| it.reports.get(name).cloned())
        })
        .await
    }

    /// Sends the page on its way: an address, or `close`.
    fn order(&self, order: &str) {
        self.with(|it| it.order = order.to_owned());
    }

    /// Forgets what was reported, for the next sign-in, and tells that page what to do.
    fn turn(&self, act: &str) {
        self.with(|it| {
            it.reports.clear();
            it.order.clear();
            it.plan["act"] = json!(act);
        });
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn authorize(
    State(server): State<Server>,
    Query(asked): Query<HashMap<String, String>>,
) -> Html<String> {
    let mut shared = server.lock().expect("the lock is sound");
    let redirect = asked.get("redirect_uri").cloned().unwrap_or_default();
    let state = asked.get("state").cloned().unwrap_or_default();
    // Places that look like the way back and are not, with the real state: were one of them
    // loaded, the code would be somebody else's.
    shared.plan["lookalikes"] = json!([
        format!("{redirect}/x?code=c&state={state}"),
        format!("{redirect}%2f?code=c&state={state}"),
        format!(
            "{}?code=c&state={state}",
            redirect.replace("127.0.0.1", "localhost")
        ),
        format!(
            "{}?code=c&state={state}",
            redirect.replace("/callback/", "/callback//")
        ),
        format!(
            "{}?code=c&state={state}",
            redirect.replace("http:", "custom:")
        ),
    ]);
    shared.redirect = redirect;
    let plan = shared.plan.to_string().replace('<', "\\u003c");
    Html(format!(
        "<!doctype html><title>Sign in</title><body><h1>Sign in</h1><p>to the hostile server</p>\
         <script>window.PLAN = {plan}</script><script src=\"/page.js\"></script>"
    ))
}

async fn report(State(server): State<Server>, Segment(name): Segment<String>, body: String) {
    let told = serde_json::from_str(&body).unwrap_or(Value::Null);
    let mut shared = server.lock().expect("the lock is sound");
    shared.reports.insert(name, told);
}

async fn order(State(server): State<Server>) -> String {
    server.lock().expect("the lock is sound").order.clone()
}

async fn away(Query(asked): Query<HashMap<String, String>>) -> Response {
    let to = asked.get("to").cloned().unwrap_or_default();
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

async fn attachment(State(server): State<Server>) -> Response {
    server.lock().expect("the lock is sound").attachments += 1;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename={LOOT}.bin"),
        ),
    ];
    (headers, LOOT).into_response()
}

/// An https server whose certificate nobody vouches for. Counts the requests that get through.
struct Unvouched {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    task: AbortHandle,
}

impl Unvouched {
    async fn start() -> Self {
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("the certificate fits its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut bytes = [0; 2048];
                    if let Ok(read @ 1..) = stream.read(&mut bytes).await {
                        let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                        seen.lock().expect("the lock is sound").push(text);
                        let _ = stream.write_all(b"HTTP/1.1 204 Fine\r\n\r\n").await;
                    }
                });
            }
        });
        Self {
            port,
            requests,
            task: task.abort_handle(),
        }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("the lock is sound").clone()
    }
}

impl Drop for Unvouched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Every command there is: the app's own, and those of Tauri and its plugins that could do most.
fn commands() -> Vec<String> {
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/build.rs");
    let build = std::fs::read_to_string(build).expect("the list of commands");
    let (_, list) = build
        .split_once("const COMMANDS: &[&str] = &[")
        .expect("it");
    let (list, _) = list.split_once("];").expect("its end");
    let own = list.split('"').skip(1).step_by(2).map(str::to_owned);
    let more = [
        "event|listen",
        "event|emit",
        "event|emit_to",
        "window|close",
        "window|create",
        "window|get_all_windows",
        "webview|create_webview_window",
        "webview|get_all_webviews",
        "webview|internal_toggle_devtools",
        "path|resolve_directory",
        "app|version",
        "app|app_hide",
        "menu|new",
        "tray|new",
        "image|from_path",
        "resources|close",
        "opener|open_url",
        "opener|open_path",
        "__TAURI_CHANNEL__|fetch",
    ];
    own.chain(more.map(|command| format!("plugin:{command}")))
        .collect()
}

/// Files below `folder` that the page left, by name or by content.
fn loot(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(loot(&path)),
            Ok(kind) if kind.is_file() => {
                let named = entry.file_name().to_string_lossy().contains(LOOT);
                if named && path.extension().is_some_and(|it| it == "bin") {
                    found.push(path.display().to_string());
                }
            }
            _ => {}
        }
    }
    found
}

/// What the flow window says. It is in the driver's reach, unlike the page beside it.
async fn flow_window_says(page: &Page, words: &str) {
    let client = page.client();
    let main = client.window().await.expect("the main window");
    until(&format!("the flow window to say {words:?}"), async || {
        for handle in client.windows().await.ok()? {
            client.switch_to_window(handle).await.ok()?;
            let at = client.current_url().await.ok()?;
            if at.path().contains("flow") && page.text().await.contains(words) {
                return Some(());
            }
        }
        None
    })
    .await;
    client
        .switch_to_window(main)
        .await
        .expect("back to the main window");
}

fn pages(desk: &Desk, pid: u32) -> Vec<Window> {
    let mut here = desk.windows_of(pid);
    here.retain(|window| window.title != steps::MAIN && window.height > 400);
    here
}

/// The page is gone, the flow window stays to say why, and is closed; gives what it says on the
/// Timeline as well.
async fn ended(page: &Page, desk: &Desk, pid: u32, why: &str) {
    until("the provider's page to close", async || {
        pages(desk, pid).is_empty().then_some(())
    })
    .await;
    flow_window_says(page, why).await;
    for window in desk.windows_of(pid) {
        if window.title != steps::MAIN {
            desk.close(window);
        }
    }
    steps::flow_is_over(desk, pid).await;
    steps::open(page, NAME).await;
    page.tab("Timeline").await;
    page.says(why).await;
}

/// Begins another sign-in at the same page; gives what that page found when it began.
async fn again(page: &Page, hostile: &Hostile) -> Value {
    steps::authorize(page).await;
    let found = hostile.told("found").await;
    flow_window_says(page, &format!("127.0.0.1:{}", hostile.port)).await;
    found
}

fn refused(call: &Value) -> bool {
    let what = call["what"].as_str().unwrap_or_default();
    match call["how"].as_str() {
        Some("refused") => true,
        Some("silent") => true,
        // A forged request is answered, but with the refusal.
        Some("answered") => what.contains("not allowed"),
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_page_reaches_nothing() {
    attacked("isolation", false).await;
}

/// A page that is kept has a web context of its own making, where nothing holds by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_page_reaches_nothing_where_it_stays_signed_in() {
    attacked("isolation-kept", true).await;
}

/// Opens the page anew in a place that is kept, where it acts as told.
async fn kept(page: &Page, desk: &Desk, pid: u32, hostile: &Hostile, act: &str) -> Window {
    hostile.turn(act);
    let window = steps::toggle_stay(page, desk, pid).await;
    hostile.told("found").await;
    window
}

async fn attacked(name: &'static str, stay: bool) {
    let trial = Trial::begin(name).await;
    let desk = Desk::open();
    let hostile = Hostile::start().await;
    let elsewhere = Recorder::start().await;
    let unvouched = Unvouched::start().await;
    let other = elsewhere.origin();
    hostile.with(|it| {
        it.plan = json!({
            "act": if stay { "wait" } else { "attack" },
            "commands": commands(),
            "arguments": { "event": "flow", "target": { "kind": "Any" }, "handler": 1, "url": "https://evil.example", "path": "/etc/passwd" },
            "places": {
                "file": "file:///etc/passwd",
                "app": "tauri://localhost/index.html",
                "flow": "tauri://localhost/flow.html",
                "ipc": "ipc://localhost/start",
                "data": "data:text/html,<script>parent.ran='data'</script>",
                "blob": "made by the page",
                "mail": "mailto:someone@evil.example",
                "custom": "custom://evil",
                "http": format!("{other}/landed"),
                "user": format!("http://127.0.0.1:{}@127.0.0.1:{}/landed", hostile.port, elsewhere.port()),
                "away-http": format!("{}/away?to={other}/landed", hostile.origin()),
                "away-app": format!("{}/away?to=tauri://localhost/index.html", hostile.origin()),
            },
            "lookalikes": [],
        });
    });
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    let file = ConnectorFile::for_issuer("hostile", SERVICE, &hostile.origin());
    file.drop_into(&trial.home());
    steps::accept_connector(page, "hostile.toml").await;

    steps::set_up(page, SERVICE, NAME).await;
    steps::register(page, "hostile-client", Some("a-secret")).await;
    page.button("Create and authorize").await;
    let mut provider = steps::provider_window(&desk, app.pid()).await;
    hostile.told("found").await;
    if stay {
        provider = kept(page, &desk, app.pid(), &hostile, "attack").await;
    }
    flow_window_says(page, &format!("127.0.0.1:{}", hostile.port)).await;

    let commands = hostile.told("commands").await;
    assert_eq!(commands["global"], "undefined", "no __TAURI__ in the page");
    let calls = commands["calls"].as_object().expect("an answer to each");
    for (command, call) in calls {
        assert_eq!(call["how"], "refused", "{command} is refused: {call}");
    }
    assert!(calls.len() > 50, "every command was tried: {}", calls.len());
    let forged = hostile.told("forged").await;
    for how in ["posted", "framed", "fetched"] {
        assert!(
            refused(&forged[how]),
            "a forged call is refused as well: {forged}"
        );
    }
    let frames = hostile.told("frames").await;
    for (name, frame) in frames.as_object().expect("an answer for each") {
        // A frame for a file is refused by the engine before anybody is asked, and it puts an
        // empty page of no origin there; everything else is refused by the app.
        let engine = name == "file" && frame["at"] == "elsewhere";
        assert!(
            engine || frame["at"] == "about:blank",
            "a frame stays empty rather than show {name}: {frame}"
        );
        assert_eq!(frame["ran"], Value::Null, "no code of {name} ran");
    }
    for attack in ["forms", "meta", "locations", "downloads"] {
        assert_eq!(
            hostile.told(attack).await,
            "still here",
            "{attack} led nowhere"
        );
    }
    let popups = hostile.told("popups").await;
    let opened = popups.as_array().expect("an answer for each");
    assert!(
        !opened.contains(&json!(true)),
        "a page opens no windows by itself: {popups}"
    );
    let permissions = hostile.told("permissions").await;
    assert!(
        permissions["notification"] != "granted"
            && permissions["camera"]["how"] != "answered"
            && permissions["place"]["how"] != "answered",
        "it is given no camera, no place, no notifications: {permissions}"
    );
    hostile.told("done").await;
    trial.picture("1-attacked");

    // The same with a person's hand on the keyboard.
    let places = hostile.with(|it| {
        it.plan["places"]
            .as_object()
            .map_or(0, serde_json::Map::len)
    });
    for left in (0..places).rev() {
        desk.keys(&provider, &["a"]);
        assert_eq!(
            hostile.told(&format!("pressed-{left}")).await,
            json!(false),
            "no new window, asked for or not"
        );
    }
    let here = desk.windows_of(app.pid());
    assert_eq!(here.len(), 3, "main, flow and page, and no other: {here:?}");
    assert_eq!(
        elsewhere.seen(),
        [],
        "no navigation reached another http address"
    );
    flow_window_says(page, &format!("127.0.0.1:{}", hostile.port)).await;

    // Back at the redirect address, with a state that is not this flow's.
    let redirect = hostile.with(|it| it.redirect.clone());
    hostile.order(&format!("{redirect}?code=stolen&state=not-ours"));
    ended(page, &desk, app.pid(), "does not belong to this sign-in").await;
    trial.picture("2-another-answer");

    // The next page finds nothing of the last, and goes to a server that nobody vouches for.
    hostile.turn("wait");
    let found = again(page, &hostile).await;
    assert_eq!(
        (&found["cookie"], &found["stored"], &found["opener"]),
        (&json!(""), &Value::Null, &json!(false)),
        "no cookie and nothing stored outlives a sign-in"
    );
    hostile.order(&format!("https://127.0.0.1:{}/", unvouched.port));
    ended(page, &desk, app.pid(), "could not be loaded").await;
    assert_eq!(
        unvouched.requests(),
        Vec::<String>::new(),
        "nothing is sent to a server whose certificate is not trusted"
    );
    trial.picture("3-certificate");

    // The engine ends a page whose server redirects to a file: the flow ends with it.
    hostile.turn("wait");
    again(page, &hostile).await;
    hostile.order("/away?to=file:///etc/passwd");
    ended(page, &desk, app.pid(), "could not be opened").await;

    // A page that closes itself leaves no empty window behind.
    hostile.turn("wait");
    again(page, &hostile).await;
    hostile.order("close");
    ended(page, &desk, app.pid(), "was closed before").await;

    // One that turns into a download leaves nothing behind at all; the person closes the window.
    hostile.turn("wait");
    again(page, &hostile).await;
    if stay {
        kept(page, &desk, app.pid(), &hostile, "wait").await;
    }
    let before = hostile.with(|it| it.attachments);
    hostile.order("/attachment");
    until("the attachment to be sent", async || {
        hostile.with(|it| (it.attachments > before).then_some(()))
    })
    .await;
    for window in pages(&desk, app.pid()) {
        desk.close(window);
    }
    ended(page, &desk, app.pid(), "was closed before").await;
    let home = std::env::var_os("HOME").expect("a home folder");
    for folder in [Path::new(&home), Path::new("."), trial.folder()] {
        assert_eq!(loot(folder), Vec::<String>::new(), "nothing was downloaded");
    }

    assert!(
        !page.has(Role::Alert, "*").await,
        "and the main window was never troubled"
    );
    app.close(&desk).await;
}
