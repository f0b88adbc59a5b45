//! A gate over a full catalog, and the service on loopback that it reaches: as small as a server can be, so that what is
//! measured is the way there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tsunagi_catalog::{Authorization, Catalog, Filling, Registration};
use tsunagi_connectors::Library;
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Account, AuthorizationId, Clock as _, Connection, ConnectionId, DataCenter, Environment,
    Health, Kind, Member, MemberId, Mode, Plan, Reach, Role, SystemClock, Workspace, WorkspaceId,
};
use tsunagi_gateway::{Call, Gateway, Grant, Keys, Request};
use tsunagi_oauth::{Secret, Tokens};
use tsunagi_vault::{MemoryKeyHolder, Vault};

use crate::Error;
use crate::answering::Answering;
use crate::crowd::{self, Crowd};

/// What the service answers to every request but those for tokens. Its length is right to the byte: with one byte more
/// than was said, no connection could be used for a second request, and what is measured were mostly new connections.
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 59\r\n\r\n\
    {\"id\":\"4711\",\"name\":\"A file\",\"size\":12345,\"modified\":17000}";
/// How long a token takes: so long that all who want one have come.
const TOKEN: Duration = Duration::from_millis(200);
/// The access token that the gate is given first.
pub const ACCESS: &str = "at-0000000000000000000000000000000000000000";

/// A service on loopback, in a thread of its own.
#[derive(Debug)]
pub struct Service {
    /// Its port.
    pub port: u16,
    tokens: Arc<AtomicUsize>,
}

impl Service {
    /// Starts it.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn start() -> Result<Self, Error> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(Error::io("loopback"))?;
        listener
            .set_nonblocking(true)
            .map_err(Error::io("loopback"))?;
        let port = listener.local_addr().map_err(Error::io("loopback"))?.port();
        let tokens: Arc<AtomicUsize> = Arc::default();
        let counted = Arc::clone(&tokens);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("runtime"))?;
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else {
                    return;
                };
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(serve(client, Arc::clone(&counted)));
                }
            });
        });
        Ok(Self { port, tokens })
    }

    /// How often it was asked for a token.
    #[must_use]
    pub fn token_requests(&self) -> usize {
        self.tokens.load(Ordering::SeqCst)
    }
}

/// Answers one client, request after request.
async fn serve(mut client: TcpStream, tokens: Arc<AtomicUsize>) {
    let _ = client.set_nodelay(true);
    let mut held = Vec::with_capacity(4096);
    loop {
        let end = loop {
            if let Some(at) = held.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            match client.read_buf(&mut held).await {
                Ok(read) if read > 0 => {}
                _ => return,
            }
        };
        let said = if held.starts_with(b"POST /token") {
            let head = String::from_utf8_lossy(&held[..end]).to_ascii_lowercase();
            let length = head
                .split("content-length:")
                .nth(1)
                .and_then(|rest| rest.lines().next()?.trim().parse().ok());
            let whole = end + length.unwrap_or(0);
            while held.len() < whole {
                if !matches!(client.read_buf(&mut held).await, Ok(read) if read > 0) {
                    return;
                }
            }
            held.drain(..whole);
            let count = tokens.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(TOKEN).await;
            let body = format!(
                r#"{{"access_token":"at-{count:040}","refresh_token":"rt-{count:040}","token_type":"Bearer","expires_in":3600}}"#
            );
            client.write_all(format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await
        } else {
            held.drain(..end);
            client.write_all(ANSWER).await
        };
        if said.is_err() {
            return;
        }
    }
}

/// A gate over a catalog of many connections, one of them to the service.
pub struct Gate {
    /// The gate.
    pub gateway: Gateway,
    /// The connection to the service.
    pub connection: ConnectionId,
    member: MemberId,
    path: &'static str,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate")
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// What the one connection goes to.
pub struct Target {
    /// The services there are.
    pub library: Library,
    /// The one it is of.
    pub connector: String,
    /// The scope that it asks for.
    pub scope: String,
    /// What it has set.
    pub settings: Settings,
    /// The client that it authorizes with, where the service has none built in.
    pub registration: Option<Registration>,
    /// The access token that it is given first.
    pub token: String,
    /// What [`Gate::ask`] asks for.
    pub path: &'static str,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("connector", &self.connector)
            .finish_non_exhaustive()
    }
}

/// Anything that a room of the program says.
fn said(error: impl std::fmt::Display) -> Error {
    Error::Console(error.to_string())
}

impl Gate {
    /// Founds a home with `count` connections and one more, whose token has an hour left, or has ended.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub async fn new(
        home: &Path,
        service: &Answering,
        count: usize,
        expired: bool,
    ) -> Result<Self, Error> {
        let target = Target {
            library: Library::built_in().clone(),
            connector: "practice".to_owned(),
            scope: "contacts.read".to_owned(),
            settings: Settings::from([("port".to_owned(), service.port.to_string())]),
            registration: None,
            token: service.token.clone(),
            path: service.path,
        };
        Self::to(home, target, count, expired).await
    }

    /// The same, to another service.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub async fn to(
        home: &Path,
        target: Target,
        count: usize,
        expired: bool,
    ) -> Result<Self, Error> {
        let now = SystemClock.now();
        let workspace = Workspace {
            id: WorkspaceId::new(),
            name: "Bench".to_owned(),
            plan: Plan::Paid,
            data_center: DataCenter("us".to_owned()),
            country: None,
            created_at: now,
        };
        let founder = Member {
            id: MemberId::new(),
            name: "Aiko".to_owned(),
            role: Role::SuperAdmin,
            active: true,
        };
        let (vault, record) =
            Vault::create_in_keyring(&workspace.id.to_string(), &MemoryKeyHolder::new())
                .map_err(said)?;
        let record = serde_json::to_string(&record).map_err(said)?;
        Catalog::open(home)?.found(&workspace, &founder, &record)?;
        crowd::fill(home, Crowd::Mixed, count)?;
        let catalog = Catalog::open(home)?;
        let keys = Keys::locked();
        keys.open(vault);
        let connection = Connection {
            id: ConnectionId::new(),
            name: ConnectionName::new("Bench").map_err(said)?,
            link_name: LinkName::new("bench").map_err(said)?,
            connector: target.connector,
            kind: Kind::Admin,
            mode: Mode::Same,
            scopes: vec![target.scope],
            registration: target.registration.as_ref().map(|known| known.id),
            settings: target.settings,
            enabled: true,
            created_by: Some(founder.id),
            created_at: now,
        };
        if let Some(registration) = &target.registration {
            catalog.add_registration(registration)?;
        }
        catalog.add_connection(&connection)?;
        let gateway = Gateway::new(
            catalog.clone(),
            keys,
            target.library,
            Arc::new(SystemClock),
            || (),
        )
        .map_err(said)?;
        let (_, resolved, _) = gateway
            .resolve(&connection, Reach::All)
            .await
            .map_err(said)?;
        let grant = Grant::new(
            &Tokens {
                access: Secret::new(&target.token),
                refresh: Some(Secret::new("rt-0000000000000000000000000000000000000000")),
                expires_in: None,
                refresh_expires_in: None,
                scopes: None,
                identity: None,
                extras: BTreeMap::new(),
            },
            &resolved,
        );
        let id = AuthorizationId::new();
        let key = SlotKey {
            connection: connection.id,
            reach: Reach::All,
            member: None,
        };
        let sealed = gateway
            .seal(&grant, id, 1, key, false)
            .await
            .map_err(said)?;
        let authorization = Authorization {
            id,
            account: Account::default(),
            label: None,
            asked: connection.scopes.clone(),
            granted: None,
            health: Health::Connected,
            issued_at: now.plus_seconds(-3600),
            expires_at: Some(now.plus_seconds(if expired { -1 } else { 24 * 3600 })),
            refresh_expires_at: None,
            renewable: true,
            unreachable: None,
            unproven: false,
            // Another one would be another client's token (RFC 6749 §6).
            registration: connection.registration,
            origins: resolved.origins.clone(),
            extras: BTreeMap::new(),
            authorized_by: founder.id,
            authorized_at: now,
            last_used: None,
            last_renewed: None,
            version: 1,
        };
        catalog.fill(&Filling {
            key,
            authorization,
            sealed,
            primary: false,
            event: None,
            flow: None,
        })?;
        Ok(Self {
            gateway,
            connection: connection.id,
            member: founder.id,
            path: target.path,
        })
    }

    /// One request through the connection.
    ///
    /// # Errors
    /// Where it was refused, or got another answer than the service's.
    pub async fn ask(&self) -> Result<(), Error> {
        let call = Call {
            link_name: LinkName::new("bench").map_err(said)?,
            caller: Caller::Member(self.member),
            application: None,
            environment: Environment::Production,
            area: "bench".to_owned(),
            request: Request {
                target: self.path.to_owned(),
                ..Request::default()
            },
        };
        let answer = self.gateway.send(call).await.map_err(said)?;
        if answer.status.is_success() && !answer.body.is_empty() {
            return Ok(());
        }
        Err(Error::Differs(format!(
            "the gate was answered {}",
            answer.status
        )))
    }

    /// How many runs are recorded of the connection.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn recorded(&self, home: &Path) -> Result<usize, Error> {
        self.gateway.flush().await;
        let db = rusqlite::Connection::open(home.join("data.sqlite"))?;
        let id = self.connection.uuid().into_bytes();
        let count: i64 = db.query_row(
            "SELECT count(*) FROM run WHERE connection = ?1",
            [id],
            |row| row.get(0),
        )?;
        usize::try_from(count).map_err(said)
    }
}
