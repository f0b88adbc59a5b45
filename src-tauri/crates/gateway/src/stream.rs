//! Answers that are larger than memory should hold: pulls and downloads. They come along the same
//! way as any other; only what is read of them is read piece by piece.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use http::{HeaderMap, StatusCode, header};
use tokio::time::Instant;
use tsunagi_domain::AuthorizationId;
use url::Url;

use crate::answered::{WORDS_MAX, own_error, repeats_in_head};
use crate::echo::{Needles, Sieve, Told};
use crate::noted::Noted;
use crate::outgoing::{Reading, late, unreachable};
use crate::pass::Passed;
use crate::{Call, GateError, Gateway};

/// How far a stream may go. Beyond, it ends with an error.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// So many bytes.
    pub bytes: u64,
    /// So much time, from its first byte on. A service that goes on sending, however slowly, is
    /// not idle.
    pub whole: Duration,
}

/// An answer whose body comes piece by piece. The run is recorded, with its bytes, when it ends or
/// is dropped.
pub struct Streamed {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// The authorization that was used.
    pub authorization: AuthorizationId,
    /// Whether the service refused it in its own words, whatever the status says.
    pub refused: bool,
    noted: Noted,
    /// Where the rest of it comes from.
    rest: Option<reqwest::Response>,
    /// What must not be handed on: all that is left of the credential once it was sent, and only
    /// until the answer ends.
    needles: Option<Arc<Needles>>,
    sieve: Sieve,
    bounds: Bounds,
    until: Instant,
    idle: Duration,
    /// What was read before it was looked at.
    first: Option<Vec<u8>>,
    over: bool,
}

impl std::fmt::Debug for Streamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streamed")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Gateway {
    /// Sends a request through a connection, as [`Gateway::send`] does, and gives the answer's body
    /// piece by piece. The call's time ends where the body begins; from there on no piece may take
    /// longer than [`Limits::idle`](crate::Limits::idle).
    ///
    /// # Errors
    /// Those of [`Gateway::send`]; [`GateError::BodyTooLarge`] where the service says at once
    /// that it is, or where it has to be read as a whole and is; [`GateError::CredentialEchoed`].
    pub async fn stream(&self, call: Call, bounds: Bounds) -> Result<Streamed, GateError> {
        let found = self.find(&call).await?;
        let mut noted = Noted::begin(self, found.connection(), &call);
        let whole = self.inner.limits.body;
        let reading = |connector: &tsunagi_connectors::Connector| {
            Reading::Beginning(if !connector.api.drop.is_empty() {
                // What is taken out of it may stand anywhere.
                whole
            } else if connector.api.errors.is_empty() {
                0
            } else {
                // So much of it may be an error in the service's own words.
                WORDS_MAX + 1
            })
        };
        let passed = self
            .pass(found, &call, false, reading, &mut noted.run)
            .await;
        let begun = passed.and_then(|passed| begin(passed, bounds));
        match begun {
            Ok(passed) => {
                let Passed {
                    ready,
                    incoming,
                    good,
                    ..
                } = passed;
                let needles = Arc::clone(&ready.fresh.needles);
                Ok(Streamed {
                    status: incoming.status,
                    headers: incoming.headers,
                    url: incoming.url,
                    authorization: ready.place.authorization,
                    refused: !good,
                    noted,
                    rest: incoming.rest,
                    sieve: Sieve::of(&needles),
                    needles: Some(needles),
                    bounds,
                    until: Instant::now() + bounds.whole,
                    idle: self.inner.limits.idle,
                    first: Some(incoming.body),
                    over: false,
                })
            }
            Err(error) => {
                noted.failed(&error);
                Err(error)
            }
        }
    }
}

/// What can be said against an answer before any of it is handed on.
fn begin(mut passed: Passed, bounds: Bounds) -> Result<Passed, GateError> {
    let api = &passed.ready.place.connector.api;
    let incoming = &passed.incoming;
    let needles = &passed.ready.fresh.needles;
    if incoming.hidden || repeats_in_head(incoming, needles) {
        return Err(GateError::CredentialEchoed);
    }
    let said = incoming.headers.get(header::CONTENT_LENGTH);
    let said: Option<u64> = said.and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|length| length > bounds.bytes)
        || (!api.drop.is_empty() && incoming.rest.is_some())
    {
        return Err(GateError::BodyTooLarge);
    }
    passed.good &= own_error(api, incoming).is_none();
    Ok(passed)
}

impl Streamed {
    /// The next piece of the body; `None` where that was all.
    ///
    /// # Errors
    /// [`GateError::BodyTooLarge`] beyond the bounds, [`GateError::CredentialEchoed`] before any of
    /// it is handed on, [`GateError::Unreachable`] where nothing comes in time or the connection
    /// breaks. After an error there is nothing more.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, GateError> {
        while !self.over {
            let chunk = match self.first.take() {
                Some(first) => Bytes::from(first),
                None => match self.read().await.map_err(|error| self.fail(error))? {
                    Some(chunk) => chunk,
                    None => {
                        self.end();
                        self.noted.answered();
                        let last = self.sieve.rest();
                        return Ok(Some(last).filter(|last| !last.is_empty()));
                    }
                },
            };
            self.noted.run.bytes += chunk.len() as u64;
            if self.noted.run.bytes > self.bounds.bytes {
                return Err(self.fail(GateError::BodyTooLarge));
            }
            let passed = match &self.needles {
                Some(needles) => self.sieve.pass(needles, &chunk),
                // Nobody could tell any more what must not be seen.
                None => Err(Told),
            };
            match passed {
                Ok(chunk) if chunk.is_empty() => {}
                Ok(chunk) => return Ok(Some(chunk)),
                Err(Told) => return Err(self.fail(GateError::CredentialEchoed)),
            }
        }
        Ok(None)
    }

    async fn read(&mut self) -> Result<Option<Bytes>, GateError> {
        let Some(response) = &mut self.rest else {
            return Ok(None);
        };
        let until = self.until.min(Instant::now() + self.idle);
        match tokio::time::timeout_at(until, response.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(unreachable(&error, &self.url)),
            Err(_) => Err(late(&self.url)),
        }
    }

    fn fail(&mut self, error: GateError) -> GateError {
        self.end();
        self.noted.failed(&error);
        error
    }

    /// Nothing more comes. What is still under way is not listened to any more: a service may send
    /// without end.
    fn end(&mut self) {
        self.over = true;
        self.rest = None;
        self.needles = None;
    }

    /// The body as a stream, which ends after an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, GateError>> + Send {
        futures::stream::unfold(self, |mut streamed| async move {
            let next = streamed.next_chunk().await.transpose()?;
            Some((next, streamed))
        })
    }
}
