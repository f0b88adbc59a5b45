//! The gate itself: what it stands on, and how it is made.

use std::sync::{Arc, OnceLock, RwLock};
use std::time::Duration;

use futures::future::BoxFuture;
use tsunagi_catalog::{Catalog, CatalogError};
use tsunagi_connectors::Library;
use tsunagi_domain::{Clock, Timestamp};
use tsunagi_oauth::Http;

use crate::flights::Flights;
use crate::outgoing::Clients;
use crate::pace::Pace;
use crate::ready::Openings;
use crate::whoami::Fetched;
use crate::{GateError, Keys, Recorder};

/// How long to wait and how much to read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For a whole call, redirects, further tries with their waits, and the answer's body
    /// included: 40 s. A renewal before it has a limit of its own.
    pub whole: Duration,
    /// For the body of an answer, in bytes: 8 MiB. What is longer is truncated, or
    /// streamed.
    pub body: usize,
    /// For each piece of an answer that is streamed: 30 s.
    pub idle: Duration,
    /// For another process that is renewing the same credential: 45 s.
    pub wait: Duration,
    /// At token endpoints.
    pub tokens: tsunagi_oauth::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            whole: Duration::from_secs(40),
            body: 8 * 1024 * 1024,
            idle: Duration::from_secs(30),
            wait: Duration::from_secs(45),
            tokens: tsunagi_oauth::Limits::default(),
        }
    }
}

/// How calls wait: until a service may be asked again.
type Pause = Box<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// The gate. Cloning shares it.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway")
    }
}

pub(crate) struct Inner {
    pub(crate) catalog: Catalog,
    pub(crate) keys: Keys,
    pub(crate) library: RwLock<Arc<Library>>,
    pub(crate) http: Http,
    pub(crate) clients: Clients,
    pub(crate) clock: Arc<dyn Clock>,
    /// Names this process in leases.
    pub(crate) owner: String,
    pub(crate) flights: Flights,
    pub(crate) recorder: Recorder,
    pub(crate) limits: Limits,
    pub(crate) metadata: Fetched,
    pub(crate) openings: Arc<Openings>,
    pub(crate) pace: Pace,
    pause: OnceLock<Pause>,
    changed: Box<dyn Fn() + Send + Sync>,
}

impl Inner {
    pub(crate) fn wait(&self, time: Duration) -> BoxFuture<'static, ()> {
        match self.pause.get() {
            Some(pause) => pause(time),
            None => Box::pin(tokio::time::sleep(time)),
        }
    }
}

impl Gateway {
    /// A gate over one catalog. `changed` is called when the health of a slot changes.
    ///
    /// # Errors
    /// Where the operating system gives no thread or no TLS.
    pub fn new(
        catalog: Catalog,
        keys: Keys,
        library: Library,
        clock: Arc<dyn Clock>,
        changed: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        Self::with_limits(catalog, keys, library, clock, Limits::default(), changed)
    }

    /// A gate with other limits than the usual ones.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub fn with_limits(
        catalog: Catalog,
        keys: Keys,
        library: Library,
        clock: Arc<dyn Clock>,
        limits: Limits,
        changed: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let openings = Arc::default();
        keys.close_with(&openings);
        let recorder = Recorder::start(catalog.clone())?;
        let http = Http::with(limits.tokens, Arc::clone(&clock)).map_err(std::io::Error::other)?;
        Ok(Self {
            inner: Arc::new(Inner {
                catalog,
                keys,
                library: RwLock::new(Arc::new(library)),
                http,
                clients: Clients::new().map_err(std::io::Error::other)?,
                clock,
                owner: format!("{}-{}", std::process::id(), uuid::Uuid::new_v4()),
                flights: Flights::default(),
                recorder,
                limits,
                metadata: Fetched::default(),
                openings,
                pace: Pace::default(),
                pause: OnceLock::new(),
                changed: Box::new(changed),
            }),
        })
    }

    /// The connectors in use.
    #[must_use]
    pub fn library(&self) -> Arc<Library> {
        self.inner
            .library
            .read()
            .map(|library| library.clone())
            .unwrap_or_default()
    }

    /// Uses other connectors from now on. Credentials stay bound to the origins they were
    /// obtained for: where those differ now, the slot is not connected (R23).
    pub fn set_library(&self, library: Library) {
        if let Ok(mut slot) = self.inner.library.write() {
            *slot = Arc::new(library);
        }
        self.inner.openings.close();
    }

    /// Waits in another way than by this computer's timer, from now on. The first one set stays.
    pub fn pause_by(
        &self,
        pause: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) {
        let _ = self.inner.pause.set(Box::new(pause));
    }

    /// The client for token endpoints.
    #[must_use]
    pub fn http(&self) -> &Http {
        &self.inner.http
    }

    /// Writes every run that has been recorded.
    pub async fn flush(&self) {
        let inner = Arc::clone(&self.inner);
        let _ = tokio::task::spawn_blocking(move || inner.recorder.flush()).await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn changed(&self) {
        (self.inner.changed)();
    }

    /// Runs a catalog call on a thread that may block.
    pub(crate) async fn db<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Catalog) -> Result<T, CatalogError> + Send + 'static,
    ) -> Result<T, GateError> {
        let catalog = self.inner.catalog.clone();
        Ok(joined(
            tokio::task::spawn_blocking(move || call(&catalog)).await,
        )??)
    }
}

/// The outcome of a task; its panic goes on here.
pub(crate) fn joined<T>(outcome: Result<T, tokio::task::JoinError>) -> Result<T, CatalogError> {
    outcome.map_err(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => CatalogError::Internal("the program is ending".to_owned()),
    })
}
