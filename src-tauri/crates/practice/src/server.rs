//! The running server: its port, its routes, and what holds for every request.

use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::devices::Devices;
use crate::faults::{Fault, Faults, Place};
use crate::key::Key;
use crate::store::Store;
use crate::tickets::Tickets;
use crate::{
    Account, PracticeError, accounts, api, authorize, device, metadata, pages, token, wire,
};

/// The longest body of a request, in bytes.
const LONGEST_BODY: usize = 64 * 1024;
/// How long a stop waits for answers under way.
const STOP_WITHIN: Duration = Duration::from_secs(2);
/// Where a first port is looked for: below the ranges from which systems hand out ports for
/// outgoing connections, so that it is likely to be free again after a restart.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
const PORT_TRIES: usize = 32;

/// Where the server reads the time from.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// How to run the practice service.
#[derive(Clone)]
pub struct Config {
    /// The state file, `practice.json` in the program's home. Its folder must exist. One server
    /// per file.
    pub file: PathBuf,
    /// What to do wrong. Where this is the default, the `faults` of the state file hold.
    pub faults: Faults,
    /// The id of an account that signs in and allows by itself, without a page; device codes as
    /// soon as they are asked for. For tests.
    pub approve: Option<String>,
    /// Where the time comes from; the computer's clock if none. For tests.
    pub clock: Option<Clock>,
}

impl Config {
    /// The usual service on this state file: no faults, with pages, by the computer's clock.
    #[must_use]
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self {
            file: file.into(),
            faults: Faults::default(),
            approve: None,
            clock: None,
        }
    }
}

/// A running practice service. Dropping it stops it too, without waiting.
pub struct Practice {
    ctx: Arc<Ctx>,
    port: u16,
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
}

impl std::fmt::Debug for Practice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Practice")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Practice {
    /// Starts the service on 127.0.0.1, on the port of the state file if there is one, else on a
    /// free one, which the file then remembers. The first start makes the signing key, which
    /// takes about a second. Needs a tokio runtime with time and I/O.
    ///
    /// # Errors
    /// [`PracticeError::PortTaken`] where the remembered port is in use; any other
    /// [`PracticeError`] where file, key, port or [`Config::approve`] are not usable.
    pub async fn start(config: Config) -> Result<Self, PracticeError> {
        let approve = match config.approve {
            Some(id) => Some(accounts::by_id(&id).ok_or(PracticeError::UnknownAccount(id))?),
            None => None,
        };
        let file = config.file;
        let (store, key, new_key) = blocking(move || open(&file)).await?;
        let remembered = store.now().port;
        let (listener, port) = match remembered {
            Some(port) => (bind_again(port).await?, port),
            None => bind_first().await?,
        };
        let store = Arc::new(store);
        store
            .change(move |state| {
                state.format = crate::state::FORMAT;
                state.port = Some(port);
                if new_key.is_some() {
                    state.signing_key = new_key;
                }
            })
            .await?;
        let faults = if config.faults == Faults::default() {
            store.now().faults.clone()
        } else {
            config.faults
        };
        let (stop, stopped) = watch::channel(false);
        let host = format!("127.0.0.1:{port}");
        let ctx = Arc::new(Ctx {
            store,
            tickets: Tickets::default(),
            devices: Devices::default(),
            key,
            faults: Mutex::new(faults),
            approve,
            clock: config.clock,
            issuer: format!("http://{host}"),
            host,
            token_requests: AtomicU64::new(0),
            stopped: stopped.clone(),
        });
        let serving = tokio::spawn(
            axum::serve(listener, router(Arc::clone(&ctx)))
                .with_graceful_shutdown(told(stopped))
                .into_future(),
        );
        tracing::info!(port, "practice service started");
        Ok(Self {
            ctx,
            port,
            stop,
            serving,
        })
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The issuer, `http://127.0.0.1:<port>`, without a slash at the end.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.ctx.issuer.clone()
    }

    /// Stops listening at once and waits up to two seconds for answers under way.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(STOP_WITHIN, &mut self.serving)
            .await
            .is_err()
        {
            self.serving.abort();
        }
        tracing::info!(port = self.port, "practice service stopped");
    }

    /// Replaces the faults from now on. They are not written to the state file.
    pub fn set_faults(&self, faults: Faults) {
        *self.ctx.lock_faults() = faults;
    }

    /// The faults as they are now; `times` counts down.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.ctx.faults()
    }

    /// Revokes every code and token there is, as if each person had taken back every consent.
    ///
    /// # Errors
    /// [`PracticeError::StateWrite`] or [`PracticeError::Interrupted`]; then nothing is revoked.
    pub async fn revoke_all(&self) -> Result<(), PracticeError> {
        self.ctx.store.change(crate::state::State::revoke_all).await
    }

    /// Ends every access token now; refresh tokens stay good. For tests of renewal.
    ///
    /// # Errors
    /// [`PracticeError::StateWrite`] or [`PracticeError::Interrupted`]; then nothing ends.
    pub async fn expire_access_tokens(&self) -> Result<(), PracticeError> {
        self.ctx
            .store
            .change(|state| {
                for access in state.access.values_mut() {
                    access.expires = 0;
                }
            })
            .await
    }

    /// How many requests came to the token endpoint since the start, answered well or not.
    #[must_use]
    pub fn token_requests(&self) -> u64 {
        self.ctx.token_requests.load(Ordering::Relaxed)
    }
}

/// What every handler sees.
pub(crate) struct Ctx {
    pub(crate) store: Arc<Store>,
    pub(crate) tickets: Tickets,
    pub(crate) devices: Devices,
    pub(crate) key: Key,
    pub(crate) approve: Option<&'static Account>,
    pub(crate) issuer: String,
    faults: Mutex<Faults>,
    clock: Option<Clock>,
    host: String,
    token_requests: AtomicU64,
    stopped: watch::Receiver<bool>,
}

impl Ctx {
    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        let time = self
            .clock
            .as_ref()
            .map_or_else(SystemTime::now, |clock| clock());
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    pub(crate) fn faults(&self) -> Faults {
        self.lock_faults().clone()
    }

    /// The fault that strikes this request, if any. Ask once per request: it counts.
    pub(crate) fn strike(&self, place: Place) -> Option<Fault> {
        self.lock_faults().strike(place)
    }

    pub(crate) fn count_token_request(&self) {
        self.token_requests.fetch_add(1, Ordering::Relaxed);
    }

    fn lock_faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads file and key, making the key where there is none; a new one comes back as PEM too.
fn open(file: &std::path::Path) -> Result<(Store, Key, Option<String>), PracticeError> {
    let store = Store::open(file)?;
    if let Some(pem) = &store.now().signing_key {
        let key = Key::read(pem).ok_or_else(|| PracticeError::StateMalformed {
            path: file.to_owned(),
            line: 0,
            column: 0,
        })?;
        return Ok((store, key, None));
    }
    let (key, pem) = Key::make()?;
    Ok((store, key, Some(pem)))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PracticeError> + Send + 'static,
) -> Result<T, PracticeError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| PracticeError::Interrupted)?
}

async fn bind_again(port: u16) -> Result<TcpListener, PracticeError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| match error.kind() {
            // Windows answers so for ports it has set aside since.
            io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied => {
                PracticeError::PortTaken { port }
            }
            _ => PracticeError::Bind(error),
        })
}

async fn bind_first() -> Result<(TcpListener, u16), PracticeError> {
    for _ in 0..PORT_TRIES {
        let mut random = [0_u8; 2];
        getrandom::fill(&mut random).map_err(|_| PracticeError::Random)?;
        let port = PORTS.start + u16::from_le_bytes(random) % (PORTS.end - PORTS.start);
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            return Ok((listener, port));
        }
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(PracticeError::Bind)?;
    let port = listener.local_addr().map_err(PracticeError::Bind)?.port();
    Ok((listener, port))
}

/// Ends when the server is told to stop, or nobody is left to tell it.
async fn told(mut stopped: watch::Receiver<bool>) {
    // An error says that the handle was dropped, which means the same.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn router(ctx: Arc<Ctx>) -> Router {
    let pages = Router::new()
        .route("/", get(about))
        .route("/authorize", get(authorize::start).post(authorize::start))
        .route("/authorize/sign-in", post(authorize::sign_in))
        .route("/authorize/consent", post(authorize::consent))
        .route("/device", get(device::page).post(device::enter))
        .merge(wire::pages());
    let machines = Router::new()
        .route(
            "/.well-known/oauth-authorization-server",
            get(metadata::metadata),
        )
        .route("/.well-known/openid-configuration", get(metadata::metadata))
        .route("/jwks", get(metadata::jwks))
        .route("/device_authorization", post(device::authorization))
        .route("/token", post(token::token))
        .route("/revoke", post(token::revoke))
        .route("/userinfo", get(api::userinfo).post(api::userinfo))
        .route("/api/contacts", get(api::contacts).post(api::add))
        .route("/api/contacts/{id}", get(api::contact))
        .merge(wire::machines())
        .layer(middleware::from_fn_with_state(Arc::clone(&ctx), slowly));
    pages
        .merge(machines)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&ctx), guard))
        .with_state(ctx)
}

async fn about(State(ctx): State<Arc<Ctx>>, headers: HeaderMap) -> Response {
    pages::about(authorize::language(None, &headers), &ctx.store.now())
}

/// Holds an answer back where slowness was asked for.
async fn slowly(State(ctx): State<Arc<Ctx>>, request: Request, next: Next) -> Response {
    let slowness = ctx.faults().slowness();
    if let Some(time) = slowness {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = told(ctx.stopped.clone()) => {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
        }
    }
    next.run(request).await
}

/// What holds for every request: the right host or nothing (a page of another site that got its
/// name to point here would send its own), safe headers, and a line in the log without query,
/// header or body.
async fn guard(State(ctx): State<Arc<Ctx>>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map_or_else(
        || "(no such path)".to_owned(),
        |path| path.as_str().to_owned(),
    );
    let mut response = if is_for(&ctx.host, &request) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: with it browsers send `Origin: null` from our own forms.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    tracing::debug!(%method, path, status = response.status().as_u16(), "practice service");
    response
}

fn is_for(host: &str, request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let one = matches!(
        (hosts.next(), hosts.next()),
        (Some(value), None) if value.as_bytes() == host.as_bytes()
    );
    // A request line with a whole address in it must name the same host.
    one && request
        .uri()
        .authority()
        .is_none_or(|authority| authority.as_str() == host)
}
