//! Credentials that nobody signs in for: a key is typed into a form, tried at the service before it
//! is kept, and never seen again; a client authorizes itself.

use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;
use tokio::task::AbortHandle;
use tsunagi_tests::app::Options;
use tsunagi_tests::canary::{Search, search};
use tsunagi_tests::desk::Desk;
use tsunagi_tests::steps::{self, Tried};
use tsunagi_tests::{App, Page, Role, Trial};

const KEYED: &str = "Key letters";
const CLIENTS: &str = "Client letters";
/// A mark that each credential holds.
const MARK: &str = "TYPED/4pXw9+";
const KEY: &str = "TYPED/4pXw9+the-right-key";
const NEXT: &str = "TYPED/4pXw9+the-next-key";
const WRONG: &str = "TYPED/4pXw9+a-wrong-key";
const SECRET: &str = "TYPED/4pXw9+client-secret";

/// Takes one key in a header of its own, and tokens that its token endpoint gave a client.
struct Letters {
    origin: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: AbortHandle,
}

impl Letters {
    async fn start() -> Self {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on loopback");
        let port = listener.local_addr().expect("it is bound").port();
        let router = Router::new()
            .route("/token", post(token))
            .fallback(api)
            .with_state(Arc::clone(&asked));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self {
            origin: format!("http://127.0.0.1:{port}"),
            asked,
            task: task.abort_handle(),
        }
    }

    fn count(&self, line: &str) -> usize {
        let asked = self.asked.lock().expect("the lock is sound");
        asked.iter().filter(|known| *known == line).count()
    }
}

impl Drop for Letters {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Asked = State<Arc<Mutex<Vec<String>>>>;

async fn token(
    State(asked): Asked,
    headers: HeaderMap,
    Form(form): Form<std::collections::HashMap<String, String>>,
) -> Response {
    let grant = form.get("grant_type").cloned().unwrap_or_default();
    asked.lock().expect("the lock is sound").push(grant);
    if !headers.contains_key(header::AUTHORIZATION) {
        return (
            StatusCode::UNAUTHORIZED,
            Json(json!({ "error": "invalid_client" })),
        )
            .into_response();
    }
    let token = format!("{MARK}client-token");
    Json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
        .into_response()
}

async fn api(State(asked): Asked, uri: Uri, headers: HeaderMap) -> Response {
    let said = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (key, bearer) = (said("x-letter-key"), said("authorization"));
    let known = key == KEY || key == NEXT || bearer == format!("Bearer {MARK}client-token");
    let known_as = match (known, key == NEXT) {
        (true, true) => "next",
        (true, false) => "known",
        (false, _) => "unknown",
    };
    let line = format!("{} {known_as}", uri.path());
    asked.lock().expect("the lock is sound").push(line);
    if !known {
        // As a careless service would: it says what it was sent.
        let told = json!({ "error": format!("no such key: {key}") });
        return (StatusCode::UNAUTHORIZED, Json(told)).into_response();
    }
    Json(json!({ "id": "letters-1", "name": "Kumo letters", "path": uri.path() })).into_response()
}

fn connectors(trial: &Trial, origin: &str) {
    let head = |id: &str, name: &str, registration: &str| {
        format!(
            r#"id = "{id}"
name = "{name}"
category = "work"
kinds = ["admin"]
hosts = ["{origin}"]
try_path = "/inbox"
{registration}
[description]
en = "A server of the tests."
ja = "テスト用のサーバーです。"

[monogram]
text = "Le"
hue = 200

[api]
base = "{origin}/api"

"#
        )
    };
    let keyed = format!(
        r#"{}[[keys.fields]]
name = "key"
label = {{ en = "Letter key", ja = "レターキー" }}
help = {{ en = "Under Settings of the letter box", ja = "レターボックスの「設定」にあります" }}
pattern = "TYPED/.+"

[[keys.attach]]
in = "header"
name = "X-Letter-Key"
value = "{{key.key}}"

[verify]
url = "{origin}/api/me"
"#,
        head("key_letters", KEYED, "")
    );
    let clients = format!(
        r#"{}[oauth]
grant = "client_credentials"
token = "{origin}/token"
client_auth = "basic"

[whoami]
url = "{origin}/api/me"
id = "/id"
name = "/name"
"#,
        head(
            "client_letters",
            CLIENTS,
            "registration = \"needs_client\"\n"
        )
    );
    let folder = trial.home().join("connectors");
    std::fs::create_dir_all(&folder).expect("the connectors folder");
    std::fs::write(folder.join("key_letters.toml"), keyed).expect("the connector file");
    std::fs::write(folder.join("client_letters.toml"), clients).expect("the connector file");
}

/// Types a key into the form of the flow window, and has it tried.
async fn types(page: &Page, key: &str) {
    page.in_flow_window(async |flow| {
        flow.fill("Letter key", key).await;
        flow.button("Verify and store").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_tried_before_it_is_kept_and_a_client_authorizes_itself() {
    let trial = Trial::begin("typed").await;
    let desk = Desk::open();
    let letters = Letters::start().await;
    let app = App::start(&trial, Options::default()).await;
    let page = app.page();
    steps::start_empty(page).await;
    connectors(&trial, &letters.origin);
    steps::accept_connector(page, "key_letters.toml").await;
    steps::accept_connector(page, "client_letters.toml").await;

    // A key: what is no key of that service is not even sent, a wrong one is not kept.
    steps::set_up(page, KEYED, KEYED).await;
    page.button("Create and authorize").await;
    types(page, "something else").await;
    page.in_flow_window(async |flow| {
        flow.says("does not look like what the service gives out")
            .await;
    })
    .await;
    assert_eq!(letters.count("/api/me unknown"), 0, "it was not sent");
    types(page, WRONG).await;
    page.in_flow_window(async |flow| {
        flow.says("does not accept it").await;
        let said = flow.text().await;
        assert!(
            !said.contains(MARK),
            "what the service echoes is not shown: {said}"
        );
    })
    .await;
    trial.picture("1-refused");
    assert_eq!(letters.count("/api/me unknown"), 1, "it was tried once");
    let kept = search(&[trial.folder()], MARK);
    assert_eq!(kept.leaks, [], "nothing of it was stored or logged");
    types(page, KEY).await;
    steps::flow_is_over(&desk, app.pid()).await;
    steps::connections(page).await;
    steps::connected_everywhere(page, "Key letters Account 1").await;
    steps::open(page, KEYED).await;
    let tried = steps::try_it(page, "Production", "/inbox").await;
    assert!(
        matches!(&tried, Tried::Answer(shown) if !shown.contains(MARK)),
        "it works, and is shown nowhere: {tried:?}"
    );
    assert_eq!(letters.count("/api/inbox known"), 1, "with the key");
    trial.shown(page, "2-works").await;

    // Another key: the service does not tell whose it is, so a person says (R20).
    steps::authorize(page).await;
    types(page, NEXT).await;
    page.in_flow_window(async |flow| {
        flow.says("Is this the same account as Key letters Account 1?")
            .await;
        trial.picture("3-whose");
        flow.button("It is the same account").await;
    })
    .await;
    steps::flow_is_over(&desk, app.pid()).await;
    let tried = steps::try_it(page, "Production", "/inbox").await;
    assert!(matches!(tried, Tried::Answer(_)), "it works: {tried:?}");
    assert_eq!(letters.count("/api/inbox next"), 1, "with the new key");

    // A client: no window asks anything, and no redirect address is spoken of.
    steps::set_up(page, CLIENTS, CLIENTS).await;
    page.says("Client ID").await;
    let shown = page.text().await;
    assert!(
        !shown.contains("/callback/"),
        "nobody is sent back anywhere: {shown}"
    );
    trial.shown(page, "4-client").await;
    steps::register(page, "letters-client", Some(SECRET)).await;
    page.button("Create and authorize").await;
    page.wait(Role::Tab, "Environments").await;
    steps::flow_is_over(&desk, app.pid()).await;
    steps::connections(page).await;
    page.wait(Role::Row, &format!("{CLIENTS}, *")).await;
    steps::open(page, CLIENTS).await;
    let tried = steps::try_it(page, "Production", "/inbox").await;
    assert!(matches!(tried, Tried::Answer(_)), "it works: {tried:?}");
    assert_eq!(
        letters.count("client_credentials"),
        1,
        "the client asked once, and for itself"
    );
    app.close(&desk).await;

    let Search { leaks, files } = search(&[trial.folder()], MARK);
    assert_eq!(leaks, [], "no credential lies anywhere in the clear");
    assert!(files > 0, "something was looked through");
}
