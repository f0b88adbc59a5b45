//! A home with one connection to a [`Server`]: a real catalog, an open vault, a settable clock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderMap, Method};
use tokio::task::JoinHandle;
use tsunagi_catalog::{Authorization, Catalog, Filling, Redirect, Registration, Run, Sealed};
use tsunagi_connectors::Library;
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::hosts::Origin;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Account, AuthorizationId, Clock, Connection, ConnectionId, DataCenter, Environment, Health,
    Kind, Member, MemberId, Mode, Plan, Reach, RegistrationId, Role, Timestamp, Workspace,
    WorkspaceId,
};
use tsunagi_gateway::{Answer, Call, GateError, Gateway, Grant, Keys, Limits, Request};
use tsunagi_oauth::{Secret, Tokens};
use tsunagi_vault::{KeyRecord, MemoryKeyHolder, Vault};

use super::clock::SetClock;
use super::connector::connector;
use super::server::{self, Server};

pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);
pub(crate) const LINK_NAME: &str = "files";
const PASSPHRASE: &str = "eight letters and more";

/// What varies between tests.
pub(crate) struct Plans {
    pub(crate) kind: Kind,
    pub(crate) mode: Mode,
    /// Further lines under `[oauth]`.
    pub(crate) oauth: String,
    /// Further lines under `[api]`, and tables after it.
    pub(crate) api: String,
    /// Further lines at the top of the file.
    pub(crate) top: String,
    /// What the connection has set.
    pub(crate) settings: Settings,
    /// Origins the connector lists; those of the server where empty.
    pub(crate) hosts: Vec<String>,
    pub(crate) limits: Limits,
    /// Survives in another process: opened with a passphrase.
    pub(crate) passphrase: bool,
}

impl Default for Plans {
    fn default() -> Self {
        Self {
            kind: Kind::Admin,
            mode: Mode::Same,
            oauth: String::new(),
            api: String::new(),
            top: String::new(),
            settings: Settings::new(),
            hosts: Vec::new(),
            limits: Limits {
                wait: Duration::from_secs(20),
                ..Limits::default()
            },
            passphrase: false,
        }
    }
}

pub(crate) struct Home {
    pub(crate) dir: Arc<tempfile::TempDir>,
    pub(crate) catalog: Catalog,
    pub(crate) keys: Keys,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) gateway: Gateway,
    pub(crate) member: MemberId,
    pub(crate) connection: Connection,
    pub(crate) id: AuthorizationId,
    pub(crate) library: Library,
    pub(crate) changes: Arc<AtomicUsize>,
    pub(crate) limits: Limits,
}

impl Home {
    /// With one authorization whose tokens are the server's present ones, an hour long, and an
    /// API where the service says it is.
    pub(crate) async fn with_answered_base(server: &Server, plans: Plans) -> Self {
        Self::at("{answer.api_domain}/api".to_owned(), server, plans).await
    }

    pub(crate) async fn with(server: &Server, plans: Plans) -> Self {
        Self::at(format!("{}/api", server.origin), server, plans).await
    }

    /// With an API at a template.
    pub(crate) async fn with_base(base: &str, server: &Server, plans: Plans) -> Self {
        Self::at(base.to_owned(), server, plans).await
    }

    async fn at(api: String, server: &Server, plans: Plans) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let catalog = Catalog::open(dir.path()).unwrap();
        let workspace = Workspace {
            id: WorkspaceId::new(),
            name: "Tests".to_owned(),
            plan: Plan::Paid,
            data_center: DataCenter("us".to_owned()),
            country: None,
            created_at: START,
        };
        let name = workspace.id.to_string();
        let (vault, record) = if plans.passphrase {
            Vault::create_with_passphrase(&name, PASSPHRASE).unwrap()
        } else {
            Vault::create_in_keyring(&name, &MemoryKeyHolder::new()).unwrap()
        };
        let founder = Member {
            id: MemberId::new(),
            name: "Kana".to_owned(),
            role: Role::SuperAdmin,
            active: true,
        };
        let record = serde_json::to_string(&record).unwrap();
        catalog.found(&workspace, &founder, &record).unwrap();
        let keys = Keys::locked();
        keys.open(vault);
        let more = [&plans.top, &plans.oauth, &plans.api].map(String::as_str);
        let library = connector(&server.origin, &api, &plans.hosts, more);
        let clock = SetClock::at(START);
        let changes: Arc<AtomicUsize> = Arc::default();
        let gateway = gate(&catalog, &keys, &library, &clock, plans.limits, &changes);
        let registration = Registration {
            id: RegistrationId::new(),
            connector: "marked".to_owned(),
            name: "Ours".to_owned(),
            client_id: "client".to_owned(),
            secret: None,
            redirect: Redirect::LoopbackAnyPort,
            created_at: START,
        };
        let secret = Secret::new("cs-s3cret/mark");
        let secret = gateway
            .seal_client_secret(registration.id, &secret)
            .unwrap();
        let registration = Registration {
            secret: Some(secret),
            ..registration
        };
        catalog.add_registration(&registration).unwrap();
        let connection = Connection {
            id: ConnectionId::new(),
            name: ConnectionName::new("Files").unwrap(),
            link_name: LinkName::new(LINK_NAME).unwrap(),
            connector: "marked".to_owned(),
            kind: plans.kind,
            mode: plans.mode,
            scopes: vec!["files.read".to_owned()],
            registration: Some(registration.id),
            settings: plans.settings.clone(),
            enabled: true,
            created_by: Some(founder.id),
            created_at: START,
        };
        catalog.add_connection(&connection).unwrap();
        let mut home = Self {
            dir,
            catalog,
            keys,
            clock,
            gateway,
            member: founder.id,
            connection,
            id: AuthorizationId::new(),
            library,
            changes,
            limits: plans.limits,
        };
        let member = (plans.kind == Kind::LoggedInUser).then_some(home.member);
        let reach = home.connection.mode.reach(Environment::Production);
        home.id = home.authorize(reach, member, Some(3600), true).await;
        home
    }

    pub(crate) async fn new(server: &Server) -> Self {
        Self::with(server, Plans::default()).await
    }

    /// Fills a slot with the server's first tokens.
    pub(crate) async fn authorize(
        &self,
        reach: Reach,
        member: Option<MemberId>,
        expires_in: Option<i64>,
        renewable: bool,
    ) -> AuthorizationId {
        let id = AuthorizationId::new();
        self.fill(id, 1, reach, member, expires_in, renewable, 1)
            .await;
        id
    }

    #[allow(clippy::too_many_arguments)]
    pub(crate) async fn fill(
        &self,
        id: AuthorizationId,
        version: u64,
        reach: Reach,
        member: Option<MemberId>,
        expires_in: Option<i64>,
        renewable: bool,
        generation: u64,
    ) {
        let (_, resolved, _) = self.gateway.resolve(&self.connection, reach).await.unwrap();
        let tokens = Tokens {
            access: Secret::new(server::access(generation)),
            refresh: renewable.then(|| Secret::new(server::refresh(generation))),
            expires_in: None,
            refresh_expires_in: None,
            scopes: None,
            identity: None,
            extras: BTreeMap::new(),
        };
        let grant = Grant::new(&tokens, &resolved);
        let now = self.clock.now();
        let slot = SlotKey {
            connection: self.connection.id,
            reach,
            member,
        };
        let sealed = self.gateway.seal(&grant, id, version, slot, false);
        let sealed = sealed.await.unwrap();
        let authorization = Authorization {
            id,
            account: Account {
                id: Some("kana".to_owned()),
                ..Account::default()
            },
            label: None,
            asked: self.connection.scopes.clone(),
            granted: None,
            health: Health::Connected,
            issued_at: now,
            expires_at: expires_in.map(|seconds| now.plus_seconds(seconds)),
            refresh_expires_at: None,
            renewable,
            unreachable: None,
            unproven: false,
            registration: self.connection.registration,
            origins: resolved.origins.clone(),
            extras: BTreeMap::new(),
            authorized_by: self.member,
            authorized_at: now,
            last_used: None,
            last_renewed: None,
            version,
        };
        let key = SlotKey {
            connection: self.connection.id,
            reach,
            member,
        };
        let (primary, event, flow) = (false, None, None);
        let filling = Filling {
            key,
            authorization,
            sealed,
            primary,
            event,
            flow,
        };
        self.catalog.fill(&filling).unwrap();
    }

    /// Puts a row into the catalog that claims other origins than its sealed credential.
    pub(crate) fn refill(&self, origins: Vec<Origin>, sealed: Sealed) {
        let authorization = Authorization {
            origins,
            ..self.stored()
        };
        self.refill_as(authorization, sealed);
    }

    /// A new row: the sealed bytes belong to its id and version.
    pub(crate) fn refill_as(&self, authorization: Authorization, sealed: Sealed) {
        self.catalog.empty(self.id).unwrap();
        let key = SlotKey {
            connection: self.connection.id,
            reach: Reach::All,
            member: None,
        };
        let (primary, event, flow) = (false, None, None);
        let filling = Filling {
            key,
            authorization,
            sealed,
            primary,
            event,
            flow,
        };
        self.catalog.fill(&filling).unwrap();
    }

    /// A second gate on the same home, as after a restart: nothing is left of the first but what
    /// it stored.
    pub(crate) fn restarted(&self) -> Gateway {
        gate(
            &self.catalog,
            &self.keys,
            &self.library,
            &self.clock,
            self.limits,
            &self.changes,
        )
    }

    pub(crate) fn call(&self, target: &str) -> Call {
        plain_call(target, self.member)
    }

    pub(crate) async fn get(&self, target: &str) -> Result<Answer, GateError> {
        self.gateway.send(self.call(target)).await
    }

    /// The code of the refusal or error.
    pub(crate) async fn refused(&self, call: Call) -> String {
        let outcome = self.gateway.send(call).await;
        outcome
            .map(|answer| answer.status)
            .expect_err("it is refused")
            .code()
            .to_owned()
    }

    /// From now on nothing really waits: the clock goes on by itself, and the waits are kept.
    pub(crate) fn waits_at_once(&self) -> Arc<Mutex<Vec<Duration>>> {
        let waits: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let (kept, clock) = (Arc::clone(&waits), Arc::clone(&self.clock));
        self.gateway.pause_by(move |time| {
            kept.lock().unwrap().push(time);
            clock.forward_millis(i64::try_from(time.as_millis()).unwrap());
            Box::pin(std::future::ready(()))
        });
        waits
    }

    /// What is recorded, the latest first.
    pub(crate) async fn runs(&self) -> Vec<Run> {
        self.gateway.flush().await;
        self.catalog.runs(self.connection.id, 100).unwrap()
    }

    pub(crate) fn stored(&self) -> Authorization {
        self.catalog.authorization(self.id).unwrap().unwrap()
    }

    /// Moves the clock behind the end of the token.
    pub(crate) fn expire(&self) {
        self.clock.forward(3601);
    }

    /// Moves the clock so that renewal is due and the token still works.
    pub(crate) fn make_due(&self) {
        self.clock.forward(3540);
    }
}

pub(crate) fn gate(
    catalog: &Catalog,
    keys: &Keys,
    library: &Library,
    clock: &Arc<SetClock>,
    limits: Limits,
    changes: &Arc<AtomicUsize>,
) -> Gateway {
    let changes = Arc::clone(changes);
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    let changed = move || {
        changes.fetch_add(1, Ordering::SeqCst);
    };
    Gateway::with_limits(
        catalog.clone(),
        keys.clone(),
        library.clone(),
        clock,
        limits,
        changed,
    )
    .unwrap()
}

/// What another process needs of a home: opens it with its passphrase, at `now`.
pub(crate) fn open(home: &Path, library: &Library, now: Timestamp) -> (Gateway, MemberId) {
    let catalog = Catalog::open(home).unwrap();
    let name = catalog.workspace().unwrap().unwrap().id.to_string();
    let record = catalog.key_record().unwrap().unwrap();
    let record: KeyRecord = serde_json::from_str(&record).unwrap();
    let keys = Keys::locked();
    keys.open(Vault::open_with_passphrase(&name, &record, PASSPHRASE).unwrap());
    let member = catalog.members().unwrap()[0].id;
    let limits = Plans::default().limits;
    let clock = SetClock::at(now);
    (
        gate(&catalog, &keys, library, &clock, limits, &Arc::default()),
        member,
    )
}

/// A GET by a member in production.
pub(crate) fn plain_call(target: &str, member: MemberId) -> Call {
    let mut headers = HeaderMap::new();
    headers.insert("x-note", "for-the-service".parse().unwrap());
    Call {
        link_name: LinkName::new(LINK_NAME).unwrap(),
        caller: Caller::Member(member),
        application: None,
        environment: Environment::Production,
        area: "tests".to_owned(),
        request: Request {
            method: Method::GET,
            target: target.to_owned(),
            headers,
            body: Vec::new(),
            ..Request::default()
        },
    }
}

/// Sends from a task of its own.
pub(crate) fn later(gateway: &Gateway, call: Call) -> JoinHandle<Result<Answer, GateError>> {
    let gateway = gateway.clone();
    tokio::spawn(async move { gateway.send(call).await })
}
