//! `send`: choose, keep fresh, attach, send, record.

use std::sync::{Arc, RwLock};
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tsunagi_catalog::{Authorization, Catalog, CatalogError, Run, Slot};
use tsunagi_connectors::{Connector, Library, Resolved};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::gate::{Caller, Candidate, Question, choose};
use tsunagi_domain::health::{Condition, health, scopes_granted};
use tsunagi_domain::hosts::{HostPattern, is_reserved_header, may_receive};
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{
    AuthorizationId, Clock, Connection, Environment, Health, NotConnected, Reach, Refusal,
    RefusalCode, RegistrationId, RunId, Timestamp,
};
use tsunagi_oauth::{Client, Http, Secret};
use tsunagi_vault::{Aad, Reader};
use url::Url;
use zeroize::Zeroize;

use crate::fresh::{Flights, Fresh, Urgency};
use crate::outgoing::{self, Incoming, Outgoing};
use crate::{GateError, Keys, Recorder};

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
    pub(crate) client: reqwest::Client,
    pub(crate) clock: Arc<dyn Clock>,
    /// Names this process in leases.
    pub(crate) owner: String,
    pub(crate) flights: Flights,
    pub(crate) recorder: Recorder,
    changed: Box<dyn Fn() + Send + Sync>,
}

/// What is asked of the gate.
#[derive(Debug, Clone)]
pub struct Call {
    /// The connection, as uses name it.
    pub link_name: LinkName,
    /// Who asks.
    pub caller: Caller,
    /// Where.
    pub environment: Environment,
    /// From which area, for the record.
    pub area: String,
    /// What is to be sent.
    pub request: Request,
}

/// A request without a credential.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// A path below the API's base (`/contacts?page=2`), or a whole address on a listed host.
    pub target: String,
    /// Headers; those of R23 are refused.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
}

/// What a service answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers; may hold what the service sets, never what was sent.
    pub headers: HeaderMap,
    /// Body, at most 8 MiB.
    pub body: Vec<u8>,
    /// The body was longer.
    pub truncated: bool,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// From first byte sent to last byte read, in milliseconds.
    pub millis: u64,
    /// The authorization that was used.
    pub authorization: AuthorizationId,
    /// Whether the body or a header repeats the credential: such an answer is not shown.
    pub echoes_credential: bool,
}

/// A filled slot, with everything a request through it needs.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) authorization: AuthorizationId,
    pub(crate) link_name: String,
    pub(crate) environment: Environment,
    pub(crate) connector: Connector,
    pub(crate) resolved: Resolved,
    pub(crate) registration: Option<RegistrationId>,
    pub(crate) scopes: Vec<String>,
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
        let recorder = Recorder::start(catalog.clone())?;
        let http = Http::new().map_err(std::io::Error::other)?;
        Ok(Self {
            inner: Arc::new(Inner {
                catalog,
                keys,
                library: RwLock::new(Arc::new(library)),
                http,
                client: outgoing::client().map_err(std::io::Error::other)?,
                clock,
                owner: format!("{}-{}", std::process::id(), uuid::Uuid::new_v4()),
                flights: Flights::default(),
                recorder,
                changed: Box::new(changed),
            }),
        })
    }

    /// The connectors in use.
    #[must_use]
    pub fn library(&self) -> Arc<Library> {
        self.inner.library.read().map(|library| library.clone()).unwrap_or_default()
    }

    /// Uses other connectors from now on. Credentials stay bound to the origins they were
    /// obtained for: where those differ now, the slot is not connected (R23).
    pub fn set_library(&self, library: Library) {
        if let Ok(mut slot) = self.inner.library.write() {
            *slot = Arc::new(library);
        }
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
        match tokio::task::spawn_blocking(move || call(&catalog)).await {
            Ok(answer) => Ok(answer?),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// Sends a request through a connection.
    ///
    /// # Errors
    /// A refusal (R4, R23 and those of `domain::gate`), or why there is no answer. An answer
    /// with an error status is an answer.
    pub async fn send(&self, call: Call) -> Result<Answer, GateError> {
        let started = Instant::now();
        let at = self.now();
        let known = {
            let link_name = call.link_name.clone();
            self.db(move |catalog| catalog.connection_by_link_name(link_name.as_str())).await?
        };
        let connection = known.ok_or_else(|| {
            Refusal::new(RefusalCode::ConnectionUnknown)
                .with("connection", call.link_name.as_str())
        })?;
        let mut run = Run {
            id: RunId::new(),
            at,
            connection: connection.id,
            authorization: None,
            environment: call.environment,
            caller: match call.caller {
                Caller::Member(member) => member.to_string(),
                Caller::Unattended => "unattended".to_owned(),
            },
            area: call.area.clone(),
            method: call.request.method.to_string(),
            host: String::new(),
            path: String::new(),
            status: None,
            refusal: None,
            millis: 0,
            bytes: 0,
        };
        let outcome = self.pass(&connection, call, &mut run).await;
        run.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match &outcome {
            Ok(answer) => {
                run.status = Some(answer.status.as_u16());
                run.bytes = answer.body.len() as u64;
            }
            Err(error) => run.refusal = Some(error.code().to_owned()),
        }
        self.inner.recorder.record(run);
        outcome
    }

    async fn pass(
        &self,
        connection: &Connection,
        call: Call,
        run: &mut Run,
    ) -> Result<Answer, GateError> {
        if let Some(reserved) =
            call.request.headers.keys().find(|name| is_reserved_header(name.as_str()))
        {
            return Err(Refusal::new(RefusalCode::HeaderReserved)
                .with("header", reserved.as_str())
                .into());
        }
        let place = self.choose(connection, call.caller, call.environment).await?;
        run.authorization = Some(place.authorization);
        let url = target(&place.resolved, &call.request.target)?;
        run.host = url.host_str().unwrap_or_default().to_owned();
        run.path = url.path().to_owned();
        let started = Instant::now();
        let mut fresh = self.fresh(&place, Urgency::WhenDue).await?;
        let mut incoming = self.attach_and_send(&place, &fresh, &call.request, &url).await?;
        if says_invalid_token(&incoming) {
            // One renewal, one more try: the service knows better than our clock (RFC 6750 §3.1).
            let id = place.authorization;
            match self.fresh(&place, Urgency::NewerThan(fresh.version)).await {
                Ok(newer) => {
                    fresh = newer;
                    incoming = self.attach_and_send(&place, &fresh, &call.request, &url).await?;
                    if says_invalid_token(&incoming) {
                        self.set_health(id, fresh.version, NotConnected::Revoked).await?;
                    }
                }
                Err(error) => tracing::warn!(authorization = %id, code = error.code(), "refused token not renewed"),
            }
        }
        self.proven(&place, &fresh, incoming.status).await?;
        Ok(answer(&place, &fresh, incoming, started))
    }

    /// The new credential has worked: the previous one need not be kept, and the service is
    /// reachable.
    async fn proven(
        &self,
        place: &Place,
        fresh: &Fresh,
        status: StatusCode,
    ) -> Result<(), GateError> {
        let id = place.authorization;
        let version = fresh.version;
        if status == StatusCode::UNAUTHORIZED {
            return Ok(());
        }
        let now = self.now();
        self.db(move |catalog| {
            catalog.drop_previous(id, version)?;
            catalog.set_unreachable(id, None)?;
            catalog.touch_used(id, now)
        })
        .await
    }

    async fn attach_and_send(
        &self,
        place: &Place,
        fresh: &Fresh,
        request: &Request,
        url: &Url,
    ) -> Result<Incoming, GateError> {
        let credential = &fresh.credential;
        // R23 twice: what the connector lists now, and what was sealed when it was obtained.
        let listed = &place.resolved.hosts;
        may_receive(url, listed)?;
        may_receive(url, &credential.hosts)?;
        let outgoing = Outgoing {
            method: request.method.clone(),
            url: url.clone(),
            headers: request.headers.clone(),
            body: request.body.clone(),
            credential: attachment(&place.connector, &credential.access)?,
        };
        outgoing::send(&self.inner.client, outgoing, allowed(listed, &credential.hosts)).await
    }

    /// The filled slot a request uses, or why none.
    pub(crate) async fn choose(
        &self,
        connection: &Connection,
        caller: Caller,
        environment: Environment,
    ) -> Result<Place, GateError> {
        let reach = connection.mode.reach(environment);
        let id = connection.id;
        let (slots, primaries) = self
            .db(move |catalog| Ok((catalog.slots(id)?, catalog.primaries(id)?)))
            .await?;
        let (connector, resolved, registration) = self.resolve(connection, reach).await?;
        let mut candidates = Vec::new();
        for slot in slots.iter().filter(|slot| slot.key.reach == reach) {
            candidates.push(Candidate {
                member: slot.key.member,
                health: slot_health(connection, slot, &resolved),
                value: slot.authorization.id,
            });
        }
        let question = Question {
            connection: connection.link_name.as_str(),
            kind: connection.kind,
            enabled: connection.enabled,
            environment,
            caller,
            primary: primaries
                .iter()
                .find(|primary| primary.reach == reach)
                .map(|primary| primary.member),
        };
        let authorization = choose(question, &candidates)?;
        Ok(Place {
            authorization,
            link_name: connection.link_name.to_string(),
            environment,
            connector,
            resolved,
            registration,
            scopes: connection.scopes.clone(),
        })
    }

    /// The connector of a connection with the settings and the registration of one reach.
    ///
    /// # Errors
    /// [`GateError::ConnectorMissing`], or a setting the connector does not accept.
    pub async fn resolve(
        &self,
        connection: &Connection,
        reach: Reach,
    ) -> Result<(Connector, Resolved, Option<RegistrationId>), GateError> {
        let connector = self
            .library()
            .get(&connection.connector)
            .cloned()
            .ok_or_else(|| GateError::ConnectorMissing(connection.connector.clone()))?;
        let id = connection.id;
        let overrides = self.db(move |catalog| catalog.slot_settings(id)).await?;
        let own = overrides.into_iter().find(|settings| settings.reach == reach);
        let mut settings: Settings = connection.settings.clone();
        let mut registration = connection.registration;
        if let Some(own) = own {
            settings.extend(own.settings);
            registration = own.registration.or(registration);
        }
        let resolved = connector.resolve(&settings)?;
        Ok((connector, resolved, registration))
    }

    /// Where an authorization sits; `None` where it sits nowhere any more.
    pub(crate) async fn place_of(&self, id: AuthorizationId) -> Result<Option<Place>, GateError> {
        let found = self
            .db(move |catalog| {
                let Some(key) = catalog.slots_of_authorization(id)?.into_iter().next() else {
                    return Ok(None);
                };
                Ok(catalog.connection(key.connection)?.map(|connection| (key, connection)))
            })
            .await?;
        let Some((key, connection)) = found else { return Ok(None) };
        let (connector, resolved, registration) = self.resolve(&connection, key.reach).await?;
        Ok(Some(Place {
            authorization: id,
            link_name: connection.link_name.to_string(),
            environment: key.reach.environment().unwrap_or(Environment::Production),
            connector,
            resolved,
            registration,
            scopes: connection.scopes,
        }))
    }

    /// The client a connector's OAuth uses, its secret opened.
    pub(crate) async fn client(
        &self,
        connector: &Connector,
        registration: Option<RegistrationId>,
    ) -> Result<Client, GateError> {
        if let Some(client_id) = connector.built_in_client_id() {
            return Ok(Client { id: client_id.to_owned(), secret: None });
        }
        let missing = || {
            Refusal::new(RefusalCode::RegistrationNeeded).with("service", connector.name.clone())
        };
        let id = registration.ok_or_else(missing)?;
        let registration =
            self.db(move |catalog| catalog.registration(id)).await?.ok_or_else(missing)?;
        let secret = match registration.secret {
            None => None,
            Some(sealed) => {
                let vault = self.inner.keys.vault()?;
                let wrap = sealed
                    .wraps
                    .iter()
                    .find(|wrap| wrap.reader == Reader::Workspace.to_string())
                    .ok_or(GateError::Locked)?;
                let subject = id.to_string();
                let key = vault.unwrap(&wrap.wrapped, &subject, &Reader::Workspace)?;
                let aad = Aad::credential(&subject, "client_secret", sealed.version);
                let bytes = key.open(&aad, &sealed.sealed)?;
                let mut text =
                    String::from_utf8(bytes.to_vec()).map_err(|_| GateError::Damaged)?;
                let secret = Secret::new(text.clone());
                text.zeroize();
                Some(secret)
            }
        };
        Ok(Client { id: registration.client_id, secret })
    }
}

/// The health of a filled slot, as the connection and its connector stand now.
#[must_use]
pub(crate) fn slot_health(connection: &Connection, slot: &Slot, resolved: &Resolved) -> Health {
    authorization_health(connection, &slot.authorization, resolved)
}

pub(crate) fn authorization_health(
    connection: &Connection,
    authorization: &Authorization,
    resolved: &Resolved,
) -> Health {
    health(Condition {
        enabled: connection.enabled,
        stored: Some(authorization.health),
        scopes_granted: scopes_granted(&connection.scopes, authorization.granted.as_deref()),
        origins_unchanged: authorization.origins == resolved.origins,
    })
}

/// A path below the base, or a whole address.
fn target(resolved: &Resolved, target: &str) -> Result<Url, GateError> {
    if target.starts_with('/') {
        return Ok(resolved.api_url(target)?);
    }
    Url::parse(target).map_err(|_| GateError::Address(target.chars().take(200).collect()))
}

pub(crate) fn allowed<'a>(
    listed: &'a [HostPattern],
    sealed: &'a [HostPattern],
) -> impl Fn(&Url) -> bool + 'a {
    |url| may_receive(url, listed).is_ok() && may_receive(url, sealed).is_ok()
}

/// The header that carries the credential, as the connector forms it.
pub(crate) fn attachment(
    connector: &Connector,
    access: &Secret,
) -> Result<(HeaderName, HeaderValue), GateError> {
    let mut text = connector.api.header.replace("{token}", access.expose());
    let value = HeaderValue::from_str(&text).map_err(|_| GateError::Damaged);
    text.zeroize();
    let mut value = value?;
    value.set_sensitive(true);
    Ok((header::AUTHORIZATION, value))
}

/// RFC 6750 §3.1: 401 with `error="invalid_token"`; a bare 401 counts too, since many services
/// send no more than that.
fn says_invalid_token(incoming: &Incoming) -> bool {
    if incoming.status != StatusCode::UNAUTHORIZED {
        return false;
    }
    let challenges: Vec<&str> = incoming
        .headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    challenges.is_empty()
        || challenges.iter().any(|challenge| {
            !challenge.contains("error=") || challenge.contains("invalid_token")
        })
}

fn answer(place: &Place, fresh: &Fresh, incoming: Incoming, started: Instant) -> Answer {
    let credential = &fresh.credential;
    let secrets =
        std::iter::once(&credential.access).chain(credential.refresh.as_ref());
    let echoes_credential = secrets.into_iter().any(|secret| {
        let needle = secret.expose().as_bytes();
        !needle.is_empty()
            && (contains(&incoming.body, needle)
                || incoming.headers.values().any(|value| contains(value.as_bytes(), needle)))
    });
    Answer {
        status: incoming.status,
        headers: incoming.headers,
        body: incoming.body,
        truncated: incoming.truncated,
        url: incoming.url,
        millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        authorization: place.authorization,
        echoes_credential,
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
