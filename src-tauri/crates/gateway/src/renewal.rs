//! One renewal of one credential, inside its lease: who may send the old token, what is durable
//! before it leaves, what is stored of the answer, and what a failure comes to.

use std::collections::BTreeMap;
use std::time::Duration;

use tsunagi_catalog::{Authorization, Budget, Lease, Renewal, Sending, Unreachable};
use tsunagi_connectors::Connector;
use tsunagi_domain::freshness::{Consequence, Fault, consequence};
use tsunagi_domain::hosts::may_receive;
use tsunagi_domain::ladder::rung;
use tsunagi_domain::{AuthorizationId, NotConnected, Timestamp};
use tsunagi_oauth::{OAuthError, Tokens, Unreachable as Away, Wire};
use tsunagi_vault::DataKey;

use crate::credential::Credential;
use crate::fresh::LEASE_MS;
use crate::place::Place;
use crate::readers::Opening;
use crate::{GateError, Gateway};

/// What is not known about the token that is to be sent.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    /// It was sent before, and no answer was stored.
    interrupted: bool,
    /// It was sent again after that.
    retried: bool,
}

/// What one renewal came to.
pub(crate) enum Outcome {
    Renewed,
    /// Something changed meanwhile: look again.
    LookAgain,
    /// Another process holds the lease.
    Held,
    Failed(GateError),
}

impl Gateway {
    pub(crate) async fn lease_and_renew(
        &self,
        place: &Place,
        authorization: &Authorization,
    ) -> Result<Outcome, GateError> {
        // Before anything is written: a lease that nobody may use would only mislead.
        self.in_custody().await?;
        let id = place.authorization;
        if let Some(code) = self.inner.flights.cooling(id, self.now()) {
            return Ok(Outcome::Failed(GateError::CoolingDown(code)));
        }
        let owner = self.inner.owner.clone();
        let now = self.now();
        let lease = self
            .db(move |catalog| catalog.take_lease(id, &owner, now, LEASE_MS))
            .await?;
        let Lease::Taken {
            generation,
            version,
            interrupted,
            retried,
        } = lease
        else {
            return Ok(Outcome::Held);
        };
        // Inside the lease: is it still the version that was looked at?
        let outcome = if version == authorization.version {
            let doubt = Doubt {
                interrupted,
                retried,
            };
            self.renew(place, authorization, generation, doubt).await
        } else {
            Ok(Outcome::LookAgain)
        };
        let owner = self.inner.owner.clone();
        let released = self
            .db(move |catalog| catalog.release_lease(id, &owner, generation))
            .await;
        if let Err(error) = released {
            // What was renewed is stored; the lease ends by itself.
            tracing::warn!(authorization = %id, code = error.code(), "lease not given back");
        }
        outcome
    }

    async fn renew(
        &self,
        place: &Place,
        authorization: &Authorization,
        generation: u64,
        doubt: Doubt,
    ) -> Result<Outcome, GateError> {
        let id = place.authorization;
        let version = authorization.version;
        let connector = &place.connector;
        if let Some(mut kept) = self.inner.flights.kept(id, version) {
            kept.generation = generation;
            return self.store(kept).await;
        }
        // A client that authorizes itself may always ask again: nothing was used up.
        let asks_again = connector.is_for_clients();
        if doubt.interrupted && !asks_again {
            // Once, and only where the provider forgives it.
            let grace = connector.oauth().grace_seconds.is_some() && !doubt.retried;
            match consequence(Fault::Unknown, true, grace) {
                Consequence::Final(reason) => {
                    self.set_health(id, version, reason).await?;
                    return Ok(Outcome::Failed(place.refuse(reason).into()));
                }
                Consequence::RetryOnce | Consequence::Reread | Consequence::Wait => {}
            }
        }
        let sealed = self.sealed(place).await?;
        let (credential, key) = self
            .unseal(place, authorization, &sealed, Opening::Upkeep)
            .await?;
        if credential.refresh.is_none() && !asks_again {
            self.set_health(id, version, NotConnected::Expired).await?;
            return Ok(Outcome::Failed(place.refuse(NotConnected::Expired).into()));
        }
        // R23: where tokens are renewed may be what the service answered, which is not sealed. The
        // hosts are, and one that was added since gets no refresh token.
        let at = [
            place.resolved.token.as_ref(),
            place.resolved.refresh.as_ref(),
        ];
        for url in at.into_iter().flatten() {
            if may_receive(url, &credential.hosts).is_err() {
                let reason = NotConnected::ConnectorChanged;
                return Ok(Outcome::Failed(place.refuse(reason).into()));
            }
        }
        let client = self.client(connector, authorization.registration).await?;
        // Durable before the request leaves: a crash from here on shows, and the budget is taken.
        match self
            .begin_sending(connector, id, generation, version)
            .await?
        {
            Sending::Go => {}
            Sending::Overtaken => return Ok(Outcome::LookAgain),
            Sending::UsedUp => return Ok(Outcome::Failed(GateError::BudgetUsedUp)),
        }
        // RFC 6749 §6: none that was not granted, whatever the connection asks for by now.
        let scopes = authorization
            .granted
            .as_ref()
            .unwrap_or(&authorization.asked);
        let mut wire = Wire::default();
        let (http, resolved) = (self.http(), &place.resolved);
        let answered = match &credential.refresh {
            Some(refresh) if !asks_again => {
                tsunagi_oauth::refresh(
                    http, connector, resolved, &client, refresh, scopes, &mut wire,
                )
                .await
            }
            _ => {
                // What was asked for, not what was granted: a client may have got more since.
                let scopes = &authorization.asked;
                tsunagi_oauth::client_credentials(
                    http, connector, resolved, &client, scopes, &mut wire,
                )
                .await
            }
        };
        match answered {
            Ok(tokens) => {
                let mut renewal =
                    self.renewal(place, credential, &key, &tokens, version, generation)?;
                renewal.extras = said_anew(place, authorization, &tokens);
                self.store(renewal).await
            }
            Err(error) => {
                let interrupted = doubt.interrupted && !asks_again;
                self.after_failure(place, authorization, error, generation, interrupted)
                    .await
            }
        }
    }

    /// Marks that a version is about to be sent, within the provider's budget where it has one.
    async fn begin_sending(
        &self,
        connector: &Connector,
        id: AuthorizationId,
        generation: u64,
        version: u64,
    ) -> Result<Sending, GateError> {
        let Some(rate) = connector.rate else {
            let marked = self.mark_sending(id, generation, version).await?;
            return Ok(if marked {
                Sending::Go
            } else {
                Sending::Overtaken
            });
        };
        let budget = Budget {
            of: connector.id.clone(),
            renewals: rate.refreshes,
            window_ms: i64::from(rate.seconds) * 1000,
            now: self.now(),
        };
        let owner = self.inner.owner.clone();
        self.db(move |catalog| {
            catalog.mark_sending_within(id, &owner, generation, version, &budget)
        })
        .await
    }

    async fn mark_sending(
        &self,
        id: AuthorizationId,
        generation: u64,
        version: u64,
    ) -> Result<bool, GateError> {
        let owner = self.inner.owner.clone();
        self.db(move |catalog| catalog.mark_sending(id, &owner, generation, version))
            .await
    }

    fn renewal(
        &self,
        place: &Place,
        credential: Credential,
        key: &DataKey,
        tokens: &Tokens,
        version: u64,
        generation: u64,
    ) -> Result<Renewal, GateError> {
        let id = place.authorization;
        let now = self.now();
        let next = credential.renewed(tokens);
        Ok(Renewal {
            id,
            owner: self.inner.owner.clone(),
            generation,
            expected_version: version,
            sealed: next.sealed(key, id, version + 1)?,
            keep_previous: true,
            expires_at: expires_at(now, tokens.expires_in, &place.connector),
            refresh_expires_at: refresh_expires_at(now, tokens, &place.connector),
            granted: tokens.scopes.clone(),
            extras: None,
            renewable: next.refresh.is_some() || place.connector.is_for_clients(),
            issued_at: now,
            now,
        })
    }

    /// Makes a renewal durable. One that cannot be stored (the disk is full) is kept, sealed, and
    /// stored at the next try: it may hold the only refresh token the provider still accepts.
    pub(crate) async fn store(&self, renewal: Renewal) -> Result<Outcome, GateError> {
        let id = renewal.id;
        let version = renewal.expected_version + 1;
        let attempt = renewal.clone();
        match self
            .db(move |catalog| catalog.store_renewal(&attempt))
            .await
        {
            Ok(stored) => {
                self.inner.flights.warm(id);
                tracing::info!(authorization = %id, version, stored, "renewed");
                self.changed();
                // Not stored: the lease ran out (the computer slept), and somebody else took it,
                // or somebody authorized again.
                Ok(if stored {
                    Outcome::Renewed
                } else {
                    Outcome::LookAgain
                })
            }
            Err(error) => {
                tracing::error!(authorization = %id, version, code = error.code(), "renewed, and not stored");
                self.inner.flights.keep(renewal);
                Err(error)
            }
        }
    }

    async fn after_failure(
        &self,
        place: &Place,
        authorization: &Authorization,
        error: OAuthError,
        generation: u64,
        interrupted: bool,
    ) -> Result<Outcome, GateError> {
        let id = place.authorization;
        let version = authorization.version;
        let now = self.now();
        let owner = self.inner.owner.clone();
        let current = self.db(move |catalog| catalog.authorization(id)).await?;
        let still_stored = current.is_some_and(|current| current.version == version);
        let consequence = consequence(error.fault(), still_stored, false);
        // After an interrupted renewal only a final answer settles what happened to the token.
        // While there is none the mark stays, and the one retry is used up only by a request
        // whose answer may have been lost again.
        let in_doubt = interrupted && matches!(consequence, Consequence::Wait);
        let lost = matches!(
            error,
            OAuthError::Unreachable {
                kind: Away::Timeout
            }
        );
        if !(in_doubt && lost) {
            self.db(move |catalog| catalog.unmark_sending(id, &owner, generation))
                .await?;
            if in_doubt {
                self.mark_sending(id, generation, version).await?;
            }
        }
        match consequence {
            Consequence::Final(reason) => {
                // A token that was in doubt and is refused now was used up by the lost answer.
                let reason = if interrupted && reason == NotConnected::Expired {
                    NotConnected::OutcomeUnknown
                } else {
                    reason
                };
                self.set_health(id, version, reason).await?;
                tracing::warn!(authorization = %id, code = error.code(), reason = reason.as_str(), "renewal refused");
                Ok(Outcome::Failed(place.refuse(reason).into()))
            }
            Consequence::Reread | Consequence::RetryOnce => Ok(Outcome::LookAgain),
            Consequence::Wait => {
                let code = error.code().to_owned();
                let asked = match &error {
                    OAuthError::Status { retry_after, .. } => *retry_after,
                    _ => None,
                };
                self.inner.flights.cool(id, now, asked, code.clone());
                let (since, failures) = authorization
                    .unreachable
                    .as_ref()
                    .map_or((now, 0), |before| (before.since, before.failures));
                let failures = failures.saturating_add(1);
                let rung = rung(failures, since, now);
                self.inner.flights.rest(id, now, rung);
                if rung.tell {
                    let days = now.millis_since(since) / (24 * 3600 * 1000);
                    tracing::error!(authorization = %id, code, failures, days, "no renewal for days");
                }
                let unreachable = Unreachable {
                    since,
                    code,
                    failures,
                };
                self.db(move |catalog| catalog.set_unreachable(id, Some(&unreachable)))
                    .await?;
                self.changed();
                Ok(Outcome::Failed(error.into()))
            }
        }
    }
}

/// What the service says beside the new tokens, with what it said before; `None` where that is
/// nothing new, or leads to no address of the connector's: calls go on where they went.
fn said_anew(
    place: &Place,
    authorization: &Authorization,
    tokens: &Tokens,
) -> Option<BTreeMap<String, String>> {
    let mut extras = authorization.extras.clone();
    extras.extend(tokens.extras.clone());
    let leads = place.connector.answered(&place.resolved, &extras);
    (extras != authorization.extras && leads.is_ok()).then_some(extras)
}

/// When an access token ends: as answered, else as the connector knows.
pub(crate) fn expires_at(
    now: Timestamp,
    answered: Option<Duration>,
    connector: &Connector,
) -> Option<Timestamp> {
    answered
        .map(|lifetime| i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX / 2000))
        .or_else(|| {
            connector
                .oauth()
                .token_lifetime_seconds
                .and_then(|seconds| i64::try_from(seconds).ok())
        })
        .map(|seconds| now.plus_seconds(seconds))
}

/// When a refresh token ends, where that is known.
pub(crate) fn refresh_expires_at(
    now: Timestamp,
    tokens: &Tokens,
    connector: &Connector,
) -> Option<Timestamp> {
    tokens
        .refresh_expires_in
        .map(|lifetime| lifetime.as_secs())
        .or(connector.oauth().refresh_lifetime_seconds)
        .and_then(|seconds| i64::try_from(seconds).ok())
        .map(|seconds| now.plus_seconds(seconds))
}
