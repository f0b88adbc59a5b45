//! `send`: choose, keep fresh, attach, send, record.

use std::time::Instant;

use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use tsunagi_catalog::{Run, Unreachable};
use tsunagi_connectors::Resolved;
use tsunagi_domain::custody::{Evidence, unproven};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::hosts::{HostPattern, is_reserved_header, may_receive};
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{
    ApplicationId, AuthorizationId, Connection, Environment, NotConnected, Refusal, RefusalCode,
    RunId,
};
use tsunagi_oauth::constant_headers;
use url::Url;

use crate::answered::{censor, is_good, own_error, repeats, says_invalid_token};
use crate::attach::{Attachment, refuse, secrets};
use crate::fresh::{Fresh, Urgency};
use crate::outgoing::{Incoming, Outgoing};
use crate::place::Place;
use crate::whoami::{asked_at, question};
use crate::{GateError, Gateway, Recorder};

/// How long a noted use is recent enough: the record, written in batches, notes the others.
const USED_AGAIN_MS: i64 = 60_000;

/// What is asked of the gate.
#[derive(Debug, Clone)]
pub struct Call {
    /// The connection, as uses name it.
    pub link_name: LinkName,
    /// Who asks.
    pub caller: Caller,
    /// Through which application; `None` where a manager tries the connection itself.
    pub application: Option<ApplicationId>,
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
    /// From first byte sent to last byte read, in milliseconds; renewals before it not counted.
    pub millis: u64,
    /// The authorization that was used.
    pub authorization: AuthorizationId,
    /// Whether the service refused it in its own words, whatever the status says.
    pub refused: bool,
    /// Whether the body or a header repeats the credential: such an answer is not shown.
    pub echoes_credential: bool,
}

impl Gateway {
    /// Sends a request through a connection.
    ///
    /// # Errors
    /// A refusal (R1, R4, R23 and those of `domain::gate`), or why there is no answer. An answer
    /// with an error status is an answer.
    pub async fn send(&self, call: Call) -> Result<Answer, GateError> {
        self.noted(call, false).await
    }

    /// Asks the service whose account it is, in place of the call's request. Where the connector
    /// has no such question, the request is sent.
    ///
    /// # Errors
    /// Those of [`Gateway::send`].
    pub async fn send_who_am_i(&self, call: Call) -> Result<Answer, GateError> {
        self.noted(call, true).await
    }

    async fn noted(&self, call: Call, who: bool) -> Result<Answer, GateError> {
        let known = {
            let link_name = call.link_name.clone();
            self.db(move |catalog| catalog.connection_by_link_name(link_name.as_str()))
                .await?
        };
        let connection = known.ok_or_else(|| {
            Refusal::new(RefusalCode::ConnectionUnknown).with("connection", call.link_name.as_str())
        })?;
        let mut noted = Noted {
            recorder: &self.inner.recorder,
            started: Instant::now(),
            run: Run {
                id: RunId::new(),
                at: self.now(),
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
                refusal: Some("cancelled".to_owned()),
                millis: 0,
                bytes: 0,
            },
        };
        let outcome = self.pass(&connection, call, who, &mut noted.run).await;
        noted.run.refusal = match &outcome {
            Ok(answer) => {
                noted.run.status = Some(answer.status.as_u16());
                noted.run.bytes = answer.body.len() as u64;
                None
            }
            Err(error) => Some(error.code().to_owned()),
        };
        outcome
    }

    async fn pass(
        &self,
        connection: &Connection,
        mut call: Call,
        who: bool,
        run: &mut Run,
    ) -> Result<Answer, GateError> {
        if let Some(reserved) = call
            .request
            .headers
            .keys()
            .find(|name| is_reserved_header(name.as_str()) || is_of_the_transport(name))
        {
            return Err(Refusal::new(RefusalCode::HeaderReserved)
                .with("header", reserved.as_str())
                .into());
        }
        self.admit(call.caller, call.application).await?;
        let place = self
            .choose(connection, call.caller, call.application, call.environment)
            .await?;
        let asked = place.resolved.question.as_ref().filter(|_| who);
        if let Some(asked) = asked {
            call.request = question(&place.connector, asked);
            run.method = call.request.method.to_string();
        }
        let mut url = target(&place.resolved, &call.request.target)?;
        refuse(&place.connector, &call.request, &url)?;
        run.host = url.host_str().unwrap_or_default().to_owned();
        run.path = url.path().to_owned();
        // Before anything is renewed: what is refused sends nothing at all.
        may_receive(&url, &place.resolved.hosts)?;
        let mut fresh = self.fresh(&place, Urgency::WhenDue).await?;
        if let Some(asked) = asked {
            url = asked_at(asked, &fresh.credential)?;
        }
        may_receive(&url, &fresh.credential.hosts)?;
        run.authorization = Some(place.authorization);
        let mut started = Instant::now();
        let mut incoming = self
            .attach_and_send(&place, &fresh, &call.request, &url)
            .await?;
        if asked.is_none() && Self::doubts(&place, &fresh, &incoming) {
            if let Err(error) = self.doubt(&place, &fresh).await {
                let id = place.authorization;
                tracing::warn!(authorization = %id, code = error.code(), "refused key not asked about");
            }
        } else if says_invalid_token(&place.connector.api, &incoming) {
            // One renewal, one more try: the service knows better than our clock (RFC 6750 §3.1).
            let id = place.authorization;
            match self.fresh(&place, Urgency::NewerThan(fresh.version)).await {
                Ok(newer) => {
                    fresh = newer;
                    started = Instant::now();
                    incoming = self
                        .attach_and_send(&place, &fresh, &call.request, &url)
                        .await?;
                    if says_invalid_token(&place.connector.api, &incoming) {
                        self.set_health(id, fresh.version, NotConnected::Revoked)
                            .await?;
                    }
                }
                Err(error) => {
                    tracing::warn!(authorization = %id, code = error.code(), "refused token not renewed");
                }
            }
        }
        self.learn(&place, &fresh, &incoming).await?;
        let good = asked.is_none_or(|asked| is_good(asked, &incoming));
        let mut answer = answer(&place, &fresh, incoming, started);
        answer.refused |= !good;
        Ok(answer)
    }

    /// What an answer shows: the new credential has worked, so that the previous one need not be
    /// kept; the service can be reached; the authorization was used. Writes only what is new.
    async fn learn(
        &self,
        place: &Place,
        fresh: &Fresh,
        incoming: &Incoming,
    ) -> Result<(), GateError> {
        let (id, version, now) = (place.authorization, fresh.version, self.now());
        let status = incoming.status;
        let refused = own_error(&place.connector.api, incoming).is_some();
        let worked =
            incoming.carried && !refused && (status.is_success() || status.is_redirection());
        let drop_previous = worked && fresh.keeps_previous;
        // While a renewal has just failed, it is the provider's token address that is away.
        let reached = fresh.unreachable
            && !status.is_server_error()
            && self.inner.flights.cooling(id, now).is_none();
        // A restored credential that the service has taken is as good as any.
        let seen = if worked {
            Evidence::Accepted
        } else {
            Evidence::Nothing
        };
        let proven = fresh.unproven && !unproven(fresh.unproven, seen);
        let used = fresh
            .last_used
            .is_none_or(|last| now.millis_since(last) >= USED_AGAIN_MS);
        if !(drop_previous || reached || used || proven) {
            return Ok(());
        }
        self.db(move |catalog| {
            if drop_previous {
                catalog.drop_previous(id, version)?;
            }
            if proven {
                catalog.prove(id, version)?;
            }
            if reached {
                catalog.set_unreachable(id, None)?;
            }
            if used {
                catalog.touch_used(id, now)?;
            }
            Ok(())
        })
        .await?;
        if reached || proven {
            self.changed();
        }
        Ok(())
    }

    pub(crate) async fn attach_and_send(
        &self,
        place: &Place,
        fresh: &Fresh,
        request: &Request,
        url: &Url,
    ) -> Result<Incoming, GateError> {
        let credential = &fresh.credential;
        let outgoing = Outgoing {
            method: request.method.clone(),
            url: url.clone(),
            headers: {
                let mut headers = constant_headers(&place.connector.api.headers);
                // As a whole: what the caller says of a header replaces what the connector says.
                for name in request.headers.keys() {
                    headers.remove(name);
                }
                headers.extend(request.headers.clone());
                headers
            },
            body: request.body.clone(),
            credential: Attachment::of(&place.connector, &place.resolved, credential)?,
        };
        // R23 twice: what the connector lists now, and what was sealed when it was obtained.
        let allowed = allowed(&place.resolved.hosts, &credential.hosts);
        let mut outcome = self.inner.clients.send(outgoing, allowed).await;
        if let Ok(incoming) = &mut outcome {
            censor(&place.connector.api, incoming);
        }
        if let Err(GateError::Unreachable { kind, .. }) = &outcome
            && !fresh.unreachable
        {
            let (id, since, code) = (place.authorization, self.now(), (*kind).to_owned());
            let unreachable = Unreachable {
                since,
                code,
                failures: 0,
            };
            self.db(move |catalog| catalog.set_unreachable(id, Some(&unreachable)))
                .await?;
            self.changed();
        }
        outcome
    }
}

/// A run under way. Recorded when dropped, so that one whose caller stops waiting is not lost.
struct Noted<'a> {
    recorder: &'a Recorder,
    started: Instant,
    run: Run,
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.run.millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.recorder.record(self.run.clone());
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

fn answer(place: &Place, fresh: &Fresh, incoming: Incoming, started: Instant) -> Answer {
    let attached = Attachment::of(&place.connector, &place.resolved, &fresh.credential);
    let secrets = attached.map_or_else(
        |_| secrets(&place.connector, &fresh.credential),
        Attachment::into_secrets,
    );
    let echoes_credential =
        incoming.hidden || secrets.iter().any(|secret| repeats(&incoming, secret));
    Answer {
        refused: own_error(&place.connector.api, &incoming).is_some(),
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

#[cfg(test)]
mod tests;
