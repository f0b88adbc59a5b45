//! The way of one call: chosen or refused, fresh, attached, sent, sent again where that may help,
//! and what the answer shows about the credential. The only way there is: whole answers and streams
//! both come along here.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderName, header};
use tsunagi_catalog::Run;
use tsunagi_connectors::{Connector, Means, Resolved, ResolvedQuestion};
use tsunagi_domain::hosts::{HostPattern, is_reserved_header, may_receive};
use tsunagi_domain::repeat::{Hold, Repeat, Tried, Trouble, again};
use tsunagi_domain::{
    AuthorizationId, Connection, ConnectionId, NotConnected, Refusal, RefusalCode,
};
use tsunagi_oauth::retry_after;
use url::Url;

use crate::answered::{censor, is_good, own_error, says_invalid_token};
use crate::attach::refuse;
use crate::fresh::{Fresh, Urgency};
use crate::outgoing::{Failed, Incoming, Outgoing, Reading};
use crate::place::Place;
use crate::ready::{Asked, Mark, Ready, Turn};
use crate::send::{Call, Request};
use crate::whoami::{asked_at, question};
use crate::{GateError, Gateway};

/// A call's connection.
pub(crate) enum Found {
    /// With everything a request needs: it was asked for a moment ago, and nothing changed.
    Ready(Arc<Ready>),
    /// Of which all is still to be decided, as everything stood before it was read.
    Connection(Box<Connection>, Option<Mark>, Option<Turn>),
}

impl Found {
    pub(crate) fn connection(&self) -> ConnectionId {
        match self {
            Self::Ready(ready) => ready.connection,
            Self::Connection(connection, ..) => connection.id,
        }
    }
}

/// Where a call goes.
enum Decided {
    Before(Arc<Ready>),
    Now {
        connection: ConnectionId,
        place: Box<Place>,
        mark: Option<Mark>,
        turn: Option<Turn>,
    },
}

impl Decided {
    fn place(&self) -> &Place {
        match self {
            Self::Before(ready) => &ready.place,
            Self::Now { place, .. } => place,
        }
    }
}

/// Everything a request needs, unless something has changed since it was decided.
enum Readied<'c> {
    Ready(Box<(Arc<Ready>, Cow<'c, Request>, Url)>),
    Outdated,
}

/// How often another authorization is chosen because something changed while one was renewed.
const ROUNDS_MAX: u32 = 3;

/// What came of a call.
pub(crate) struct Passed {
    pub(crate) ready: Arc<Ready>,
    pub(crate) incoming: Incoming,
    /// Whether the answer to a connector's question is what a good one is.
    pub(crate) good: bool,
    /// What the last try took.
    pub(crate) millis: u64,
}

/// One try.
struct Try<'a> {
    request: &'a Request,
    url: &'a Url,
    asks: bool,
    reading: Reading,
    left: Duration,
}

impl Gateway {
    /// The connection of a call.
    ///
    /// # Errors
    /// [`RefusalCode::ConnectionUnknown`]; where the catalog cannot be read.
    pub(crate) async fn find(&self, call: &Call) -> Result<Found, GateError> {
        // Before anything is read: what changes meanwhile is not missed.
        let mark = self.stands();
        let asked = Asked::by(call);
        if let Some(ready) = self.ready(&asked, mark) {
            return Ok(Found::Ready(ready));
        }
        let (ready, mark, turn) = self.ready_in_turn(&asked).await;
        if let Some(ready) = ready {
            return Ok(Found::Ready(ready));
        }
        let link_name = call.link_name.clone();
        let known = self
            .db(move |catalog| catalog.connection_by_link_name(link_name.as_str()))
            .await?;
        let connection = known.ok_or_else(|| {
            Refusal::new(RefusalCode::ConnectionUnknown).with("connection", call.link_name.as_str())
        })?;
        Ok(Found::Connection(Box::new(connection), mark, turn))
    }

    /// Lets a call through, or refuses it. `reading` says how much of the answer of a connector's
    /// service is read at once.
    pub(crate) async fn pass(
        &self,
        mut found: Found,
        call: &Call,
        who: bool,
        reading: impl Fn(&Connector) -> Reading,
        run: &mut Run,
    ) -> Result<Passed, GateError> {
        unreserved(&call.request)?;
        let mut left = self.inner.limits.left(call.request.timeout);
        let mut earlier = None;
        loop {
            let (ready, request, url) = self.prepare(found, call, who, run).await?;
            let place = &ready.place;
            let id = place.authorization;
            let pace = place.connector.pace;
            match self.inner.pace.may_go(id, pace, self.now(), left) {
                // Only what is sent uses it.
                Hold::Go => run.authorization = Some(id),
                // What there is of an answer is more than that there will be none.
                Hold::Busy(wait) => {
                    let answered: Option<Result<Passed, Failed>> = earlier;
                    return Ok(answered.unwrap_or_else(|| Err(busy(&url, wait).into()))?);
                }
                Hold::Wait(wait) => {
                    self.inner.wait(wait).await;
                    left = left.saturating_sub(wait);
                    // What was decided before the wait may not be so any more.
                    found = self.find(call).await?;
                    continue;
                }
            }
            let started = Instant::now();
            let asks = place.resolved.question.is_some() && who;
            let one = Try {
                request: &request,
                url: &url,
                asks,
                reading: reading(&place.connector),
                left,
            };
            let outcome = self.attempt(&ready, call, one, run).await;
            left = left.saturating_sub(started.elapsed());
            let (trouble, asked) = self.trouble(&ready, &outcome);
            let wait = trouble.and_then(|trouble| {
                again(Tried {
                    method: request.method.as_str(),
                    repeat: repeatable(&place.connector, &request, &url),
                    payment: place.connector.payment,
                    tries: run.tries,
                    trouble,
                    asked,
                    left,
                    jitter: jitter(run),
                })
            });
            let Some(wait) = wait else {
                return Ok(outcome?);
            };
            tracing::debug!(authorization = %id, tries = run.tries, millis = wait.as_millis(), "sent again");
            earlier = Some(outcome);
            self.inner.wait(wait).await;
            left = left.saturating_sub(wait);
            found = self.find(call).await?;
        }
    }

    /// Everything a request needs, or why it may not go: nothing was sent then.
    async fn prepare<'c>(
        &self,
        found: Found,
        call: &'c Call,
        who: bool,
        run: &mut Run,
    ) -> Result<(Arc<Ready>, Cow<'c, Request>, Url), GateError> {
        let mut found = found;
        let mut rounds = 0;
        loop {
            rounds += 1;
            let decided = self.decide(found, call).await?;
            match self.ready_for(decided, call, who, run).await? {
                // Another authorization is used by now.
                Readied::Outdated if rounds < ROUNDS_MAX => found = self.find(call).await?,
                Readied::Outdated => return Err(GateError::RenewalBusy),
                Readied::Ready(ready) => return Ok(*ready),
            }
        }
    }

    async fn ready_for<'c>(
        &self,
        decided: Decided,
        call: &'c Call,
        who: bool,
        run: &mut Run,
    ) -> Result<Readied<'c>, GateError> {
        let place = decided.place();
        let asked = place.resolved.question.as_ref().filter(|_| who).cloned();
        let request = match &asked {
            Some(asked) => Cow::Owned(question(&place.connector, asked)),
            None => Cow::Borrowed(&call.request),
        };
        if asked.is_some() {
            run.method = request.method.to_string();
        }
        let mut url = target(&place.resolved, &request.target)?;
        refuse(&place.connector, &request, &url)?;
        run.host = url.host_str().unwrap_or_default().to_owned();
        run.path = url.path().to_owned();
        // Before anything is renewed: what is refused sends nothing at all.
        may_receive(&url, &place.resolved.hosts)?;
        let ready = match decided {
            Decided::Before(ready) => ready,
            Decided::Now {
                connection,
                place,
                mark,
                turn,
            } => {
                let fresh = self.fresh(&place, Urgency::WhenDue).await?;
                // What was decided before a renewal may not be so any more.
                if mark.is_some() && self.stands() != mark {
                    // It would wait for itself.
                    drop(turn);
                    let again = self.find(call).await?;
                    let again = self.decide(again, call).await?;
                    if again.place().authorization != place.authorization {
                        return Ok(Readied::Outdated);
                    }
                }
                let ready = Arc::new(Ready {
                    connection,
                    place: *place,
                    fresh,
                });
                self.keep(Asked::by(call), mark, &ready);
                ready
            }
        };
        if let Some(asked) = &asked {
            url = asked_at(asked, &ready.fresh.credential)?;
        }
        may_receive(&url, &ready.fresh.credential.hosts)?;
        Ok(Readied::Ready(Box::new((ready, request, url))))
    }

    async fn decide(&self, found: Found, call: &Call) -> Result<Decided, GateError> {
        match found {
            Found::Ready(ready) => Ok(Decided::Before(ready)),
            Found::Connection(connection, mark, turn) => {
                self.admit(call.caller, call.application).await?;
                let place = self
                    .choose(&connection, call.caller, call.application, call.environment)
                    .await?;
                Ok(Decided::Now {
                    connection: connection.id,
                    place: Box::new(place),
                    mark,
                    turn,
                })
            }
        }
    }

    /// Sends once; and once more with a newer token, where the service refuses this one.
    async fn attempt(
        &self,
        ready: &Arc<Ready>,
        call: &Call,
        one: Try<'_>,
        run: &mut Run,
    ) -> Result<Passed, Failed> {
        let place = &ready.place;
        let mut used = Arc::clone(ready);
        let mut started = Instant::now();
        run.tries += 1;
        let mut incoming = self.sent(place, &used.fresh, &one, one.left).await?;
        if !one.asks && Self::doubts(place, &used.fresh, &incoming) {
            let left = one.left.saturating_sub(started.elapsed());
            let asked = tokio::time::timeout(left, self.doubt(place, &used.fresh)).await;
            let code = match asked {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.code()),
                Err(_) => Some("timeout"),
            };
            if let Some(code) = code {
                let id = place.authorization;
                tracing::warn!(authorization = %id, code, "refused key not asked about");
            }
        } else if says_invalid_token(&place.connector.api, &incoming) {
            // One renewal, one more try: the service knows better than our clock (RFC 6750 §3.1).
            let id = place.authorization;
            let left = one.left.saturating_sub(started.elapsed());
            let newer = self.newer(call, place, used.fresh.version, left).await?;
            let left = one.left.saturating_sub(started.elapsed());
            match newer {
                // Without time for another answer, the one there is is handed over.
                Some(newer) if !left.is_zero() => {
                    used = Arc::new(Ready {
                        connection: ready.connection,
                        place: place.clone(),
                        fresh: newer,
                    });
                    started = Instant::now();
                    run.tries += 1;
                    incoming = self.sent(place, &used.fresh, &one, left).await?;
                    if says_invalid_token(&place.connector.api, &incoming) {
                        let version = used.fresh.version;
                        let noted = self.set_health(id, version, NotConnected::Revoked).await;
                        unlearned(id, noted);
                    }
                }
                _ => {}
            }
        }
        run.status = Some(incoming.status.as_u16());
        unlearned(
            place.authorization,
            self.learn(place, &used.fresh, &incoming).await,
        );
        let asked = place.resolved.question.as_ref().filter(|_| one.asks);
        let good = asked.is_none_or(|asked: &ResolvedQuestion| is_good(asked, &incoming));
        Ok(Passed {
            ready: used,
            incoming,
            good,
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// A newer credential than the one that was refused, as far as the call may still go the same
    /// way: what was decided before may not be so any more. `None`: there is none, or not in time.
    ///
    /// # Errors
    /// What refuses the call by now.
    async fn newer(
        &self,
        call: &Call,
        place: &Place,
        version: u64,
        left: Duration,
    ) -> Result<Option<Fresh>, GateError> {
        let id = place.authorization;
        // A renewal is a task of its own: it goes on where nobody waits for it any more.
        let renewed = self.fresh(place, Urgency::NewerThan(version));
        let code = match tokio::time::timeout(left, renewed).await {
            Ok(Ok(newer)) => {
                let found = self.find(call).await?;
                let decided = self.decide(found, call).await?;
                return Ok((decided.place().authorization == id).then_some(newer));
            }
            Ok(Err(error)) => error.code(),
            Err(_) => "timeout",
        };
        tracing::warn!(authorization = %id, code, "refused token not renewed");
        Ok(None)
    }

    async fn sent(
        &self,
        place: &Place,
        fresh: &Fresh,
        one: &Try<'_>,
        left: Duration,
    ) -> Result<Incoming, Failed> {
        let sent = self.attach_and_send(place, fresh, one.request, one.url, left, one.reading);
        let outcome = sent.await;
        if let Err(Failed {
            error: GateError::Unreachable { kind, .. },
            ..
        }) = &outcome
            && !fresh.unreachable
        {
            unlearned(
                place.authorization,
                self.is_away(place.authorization, kind).await,
            );
        }
        outcome
    }

    /// What is in the way of an answer, if it may pass, and how long the service asks to wait. A
    /// 429 keeps the next calls waiting too.
    fn trouble(
        &self,
        ready: &Ready,
        outcome: &Result<Passed, Failed>,
    ) -> (Option<Trouble>, Option<Duration>) {
        let incoming = match outcome {
            Ok(passed) if is_fine(ready, &passed.incoming) => return (None, None),
            Ok(passed) => &passed.incoming,
            Err(failed) => {
                let unsent = matches!(
                    failed.error,
                    GateError::Unreachable {
                        kind: "dns" | "connect" | "timeout",
                        ..
                    }
                );
                let trouble = (unsent && !failed.sent).then_some(Trouble::NotSent);
                return (trouble, None);
            }
        };
        let status = match own_error(&ready.place.connector.api, incoming) {
            Some(Means::RateLimited) => 429,
            Some(Means::Away) => 503,
            _ => incoming.status.as_u16(),
        };
        let said = incoming.headers.get(header::RETRY_AFTER);
        let asked = said
            .and_then(|value| value.to_str().ok())
            .and_then(|value| retry_after(value, self.now()));
        if let (429, Some(wait), true) = (status, asked, incoming.carried) {
            let id = ready.place.authorization;
            self.inner.pace.asked(id, self.now(), wait);
        }
        (Some(Trouble::Status(status)), asked)
    }

    /// The one place where an API request with a credential is put together and sent.
    pub(crate) async fn attach_and_send(
        &self,
        place: &Place,
        fresh: &Fresh,
        request: &Request,
        url: &Url,
        left: Duration,
        reading: Reading,
    ) -> Result<Incoming, Failed> {
        let outgoing = Outgoing {
            method: &request.method,
            url,
            constant: &place.connector.api.headers,
            own: &request.headers,
            body: request.body.clone(),
            credential: &fresh.attachment,
        };
        // R23 twice: what the connector lists now, and what was sealed when it was obtained.
        let allowed = allowed(&place.resolved.hosts, &fresh.credential.hosts);
        let sent = self.inner.clients.send(outgoing, allowed, left, reading);
        let mut incoming = sent.await?;
        censor(&place.connector.api, &mut incoming);
        Ok(incoming)
    }
}

/// Headers that belong to the connection and not to the request (RFC 9110 §7.6.1), or say how
/// long it is: set by a caller they could make a second request out of a body.
fn is_of_the_transport(name: &HeaderName) -> bool {
    [
        // An answer that was packed could not be looked through for a secret.
        header::ACCEPT_ENCODING,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ]
    .contains(name)
        || name.as_str() == "keep-alive"
}

/// R23: headers that no caller may set, whatever the service.
///
/// # Errors
/// [`RefusalCode::HeaderReserved`].
pub(crate) fn unreserved(request: &Request) -> Result<(), Refusal> {
    let mut names = request.headers.keys();
    match names.find(|name| is_reserved_header(name.as_str()) || is_of_the_transport(name)) {
        Some(name) => Err(Refusal::new(RefusalCode::HeaderReserved).with("header", name.as_str())),
        None => Ok(()),
    }
}

/// Whether an answer is what was asked for, as far as its status and the service's own words say.
fn is_fine(ready: &Ready, incoming: &Incoming) -> bool {
    incoming.status.is_success() && own_error(&ready.place.connector.api, incoming).is_none()
}

/// What an answer shows is noted where it can be: an answer that has come is worth more than the
/// note, and whoever heard of a failure would send again what the service has done.
fn unlearned(id: AuthorizationId, noted: Result<(), GateError>) {
    if let Err(error) = noted {
        tracing::warn!(authorization = %id, code = error.code(), "what an answer shows is not noted");
    }
}

/// Whether a request may be sent again: as its caller says, unless the service's page says that it
/// does something anew each time.
fn repeatable(connector: &Connector, request: &Request, url: &Url) -> Repeat {
    match request.repeat {
        Repeat::AsMethod if connector.does_once(request.method.as_str(), url.path()) => {
            Repeat::Never
        }
        said => said,
    }
}

/// A path below the base, or a whole address.
pub(crate) fn target(resolved: &Resolved, target: &str) -> Result<Url, GateError> {
    if target.starts_with('/') {
        return Ok(resolved.api_url(target)?);
    }
    Url::parse(target).map_err(|_| GateError::Address(told(target)))
}

/// What of an address that cannot be read may be told: neither query nor user information.
fn told(target: &str) -> String {
    let bare = target.split(['?', '#']).next().unwrap_or_default();
    let bare = bare.rsplit('@').next().unwrap_or_default();
    bare.chars().take(200).collect()
}

pub(crate) fn allowed<'a>(
    listed: &'a [HostPattern],
    sealed: &'a [HostPattern],
) -> impl Fn(&Url) -> bool + 'a {
    |url| may_receive(url, listed).is_ok() && may_receive(url, sealed).is_ok()
}

/// The service has asked to be left alone for longer than the call has time.
fn busy(url: &Url, wait: Duration) -> GateError {
    GateError::ServiceBusy {
        host: url.host_str().unwrap_or_default().to_owned(),
        // The next second, when it is over.
        seconds: wait
            .as_millis()
            .div_ceil(1000)
            .try_into()
            .unwrap_or(u64::MAX),
    }
}

/// 0 to 1000, different for each run.
fn jitter(run: &Run) -> u16 {
    u16::try_from(run.id.uuid().as_u128() % 1001).unwrap_or(0)
}

#[cfg(test)]
mod tests;
