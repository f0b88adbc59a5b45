//! A provider that does what a test tells it, behind a connector file.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tsunagi_console::views::{NewConnection, NewRegistration, RedirectForm, Stage};
use tsunagi_console::{ConnectionId, ConsoleError, Reach, RegistrationId};
use tsunagi_domain::{Kind, Mode};

use crate::fixture::{Desk, Person};

/// What it answers at one address.
#[derive(Debug, Clone)]
pub(crate) struct Says {
    pub(crate) status: u16,
    pub(crate) media: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) wait: bool,
}

impl Says {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::raw(status, "application/json", body.to_string())
    }

    pub(crate) fn raw(status: u16, media: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            media,
            body: body.into(),
            wait: false,
        }
    }

    /// Not before the test lets it.
    pub(crate) fn held(mut self) -> Self {
        self.wait = true;
        self
    }
}

/// A request it got: address, `Authorization` header, form.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) path: &'static str,
    pub(crate) authorization: Option<String>,
    pub(crate) form: BTreeMap<String, String>,
}

pub(crate) struct Inner {
    pub(crate) par: Mutex<Says>,
    pub(crate) token: Mutex<Says>,
    pub(crate) who: Mutex<Says>,
    pub(crate) revoke: Mutex<Says>,
    pub(crate) api: Mutex<Says>,
    pub(crate) got: Mutex<Vec<Got>>,
    pub(crate) gate: tokio::sync::Semaphore,
}

/// A running provider.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) inner: Arc<Inner>,
    pub(crate) origin: String,
}

pub(crate) fn tokens() -> Value {
    json!({
        "access_token": "access-one",
        "refresh_token": "refresh-one",
        "token_type": "Bearer",
        "expires_in": 3600,
    })
}

/// What stands for a request that was pushed (RFC 9126 §2.2).
pub(crate) const REFERENCE: &str = "urn:ietf:params:oauth:request_uri:one";

pub(crate) fn reference() -> Value {
    json!({"request_uri": REFERENCE, "expires_in": 60})
}

pub(crate) fn account(id: &str) -> Value {
    json!({"id": id, "name": format!("Person {id}"), "email": format!("{id}@provider.example")})
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner {
            par: Mutex::new(Says::json(201, &reference())),
            token: Mutex::new(Says::json(200, &tokens())),
            who: Mutex::new(Says::json(200, &account("one"))),
            revoke: Mutex::new(Says::raw(200, "text/plain", "")),
            api: Mutex::new(Says::json(200, &json!({"files": []}))),
            got: Mutex::default(),
            gate: tokio::sync::Semaphore::new(0),
        });
        let router = Router::new()
            .route("/par", post(par))
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/api/me", get(who))
            .route("/api/files", get(api))
            .with_state(inner.clone());
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", socket.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(socket, router).await });
        Self { inner, origin }
    }

    pub(crate) fn par(&self, says: Says) {
        *self.inner.par.lock().unwrap() = says;
    }

    pub(crate) fn token(&self, says: Says) {
        *self.inner.token.lock().unwrap() = says;
    }

    pub(crate) fn who(&self, says: Says) {
        *self.inner.who.lock().unwrap() = says;
    }

    pub(crate) fn got(&self, path: &str) -> Vec<Got> {
        let got = self.inner.got.lock().unwrap();
        got.iter().filter(|got| got.path == path).cloned().collect()
    }

    /// Its connector file.
    pub(crate) fn toml(&self, id: &str) -> String {
        connector(id, "Filing", &self.origin)
    }

    /// Drops the file into the home and accepts it.
    pub(crate) fn accept(&self, desk: &Desk, id: &str) {
        accept(desk, id, &self.toml(id)).unwrap();
    }

    pub(crate) fn connect(&self, desk: &Desk, kind: Kind, mode: Mode) -> ConnectionId {
        self.accept(desk, "filing");
        let registration = register(desk, "filing", RedirectForm::LoopbackAnyPort);
        let draft = draft("Filing", kind, mode, Some(registration));
        desk.console.create(desk.session(), &draft).unwrap()
    }

    /// Its port, as an address has it.
    pub(crate) fn port(&self) -> String {
        self.origin.rsplit(':').next().unwrap().to_owned()
    }

    /// As [`Self::connect`], and whoever sits at the desk authorized it for all environments.
    pub(crate) async fn connected(&self, desk: &Desk, kind: Kind, mode: Mode) -> ConnectionId {
        let id = self.connect(desk, kind, mode);
        desk.world.agent.person(Person::Waits);
        let flow = desk.begin(id, Reach::All).await;
        desk.answers(flow, &[("code", "a-code")]).await;
        assert_eq!(desk.ended(flow).await.stage, Stage::Done);
        id
    }
}

pub(crate) fn accept(desk: &Desk, id: &str, toml: &str) -> Result<(), ConsoleError> {
    let file = format!("{id}.toml");
    desk.world.put(&file, toml);
    let seen = desk.console.connectors(desk.session()).unwrap();
    let hash = seen
        .files
        .iter()
        .find(|known| known.file == file)
        .unwrap()
        .hash
        .clone();
    let accepted = desk.console.accept_connector(desk.session(), &file, &hash);
    accepted.map(|_| ())
}

pub(crate) fn register(desk: &Desk, connector: &str, redirect: RedirectForm) -> RegistrationId {
    let drafted = desk.console.registration_draft(desk.session(), &redirect);
    let id = drafted.unwrap().id;
    let new = NewRegistration {
        id,
        connector: connector.to_owned(),
        name: "Ours".to_owned(),
        client_id: "client-of-ours".to_owned(),
        client_secret: Some("client-secret-of-ours".to_owned()),
        redirect,
    };
    let added = desk.console.add_registration(desk.session(), &new);
    added.unwrap().id
}

pub(crate) fn draft(
    name: &str,
    kind: Kind,
    mode: Mode,
    registration: Option<RegistrationId>,
) -> NewConnection {
    NewConnection {
        name: name.to_owned(),
        link_name: None,
        connector: "filing".to_owned(),
        kind,
        mode,
        scopes: vec!["files.read".to_owned()],
        registration,
        settings: BTreeMap::new(),
        reuse: None,
    }
}

pub(crate) fn connector(id: &str, name: &str, origin: &str) -> String {
    format!(
        r#"id = "{id}"
name = "{name}"
category = "files"
kinds = ["admin", "logged_in_user"]
hosts = ["{origin}"]
registration = "needs_client"
try_path = "/files"

[description]
en = "Cabinets of papers."
ja = "書類の棚です。"

[monogram]
text = "Fi"
hue = 20

[oauth]
authorize = "{origin}/authorize"
token = "{origin}/token"
revoke = "{origin}/revoke"
client_auth = "post"
rotates = true

[api]
base = "{origin}/api"

[whoami]
url = "{origin}/api/me"
id = "/id"
name = "/name"
email = "/email"

[[scopes]]
name = "files.read"
about = {{ en = "Read files", ja = "ファイルの読み取り" }}
default = true

[[scopes]]
name = "files.write"
about = {{ en = "Write files", ja = "ファイルの書き込み" }}
"#
    )
}

async fn note(
    inner: &Arc<Inner>,
    path: &'static str,
    headers: &HeaderMap,
    form: BTreeMap<String, String>,
    says: Says,
) -> Response {
    let authorization = headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap().to_owned());
    inner.got.lock().unwrap().push(Got {
        path,
        authorization,
        form,
    });
    if says.wait {
        inner.gate.acquire().await.unwrap().forget();
    }
    let status = StatusCode::from_u16(says.status).unwrap();
    (status, [(header::CONTENT_TYPE, says.media)], says.body).into_response()
}

type Posted = Form<BTreeMap<String, String>>;

async fn par(State(inner): State<Arc<Inner>>, headers: HeaderMap, form: Posted) -> Response {
    let says = inner.par.lock().unwrap().clone();
    note(&inner, "/par", &headers, form.0, says).await
}

async fn token(State(inner): State<Arc<Inner>>, headers: HeaderMap, form: Posted) -> Response {
    let says = inner.token.lock().unwrap().clone();
    note(&inner, "/token", &headers, form.0, says).await
}

async fn revoke(State(inner): State<Arc<Inner>>, headers: HeaderMap, form: Posted) -> Response {
    let says = inner.revoke.lock().unwrap().clone();
    note(&inner, "/revoke", &headers, form.0, says).await
}

async fn who(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    let says = inner.who.lock().unwrap().clone();
    note(&inner, "/api/me", &headers, BTreeMap::new(), says).await
}

async fn api(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    let says = inner.api.lock().unwrap().clone();
    note(&inner, "/api/files", &headers, BTreeMap::new(), says).await
}
