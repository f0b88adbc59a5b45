//! Keeping credentials fresh: one renewal per credential, in this process and across all of them.
//!
//! In the process a lock per credential makes callers wait for one renewal (single flight). Across
//! processes a lease in the catalog does, with owner, expiry and generation; the answer is stored
//! only where version and generation still match. No transaction is held over HTTP. What the
//! stored state says is read again inside the lease, so that whoever comes second finds the new
//! token instead of sending the old one once more, which would revoke the whole family at
//! providers that rotate refresh tokens (RFC 9700 §4.14.2).

use std::time::Duration;

use tokio::time::Instant;
use tsunagi_catalog::{Authorization, Budget, Lease, Renewal, Sealed, Sending, Unreachable};
use tsunagi_connectors::Connector;
use tsunagi_domain::access::Act;
use tsunagi_domain::freshness::{Consequence, Fault, Freshness, Lifetime, consequence, freshness};
use tsunagi_domain::ladder::rung;
use tsunagi_domain::{AuthorizationId, Health, NotConnected, Timestamp};
use tsunagi_oauth::{OAuthError, Tokens, Unreachable as Away, Wire};
use tsunagi_vault::DataKey;

use crate::credential::Credential;
use crate::flights::jitter;
use crate::gate::joined;
use crate::place::Place;
use crate::readers::Opening;
use crate::{GateError, Gateway};

/// How long a lease lasts: twice what a token request may take.
pub(crate) const LEASE_MS: i64 = 60_000;
/// How often a waiting caller looks again.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(40);
/// How much earlier than its end a token may be due: the largest margin with its jitter.
const DUE_SECONDS: i64 = 17 * 60;
/// The most credentials that one round renews.
const ROUND_MAX: u32 = 10_000;

/// An access token that may be used now. Opened for one request.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) credential: Credential,
    /// Version of the credential.
    pub(crate) version: u64,
    /// The version before is still kept.
    pub(crate) keeps_previous: bool,
    /// The service or its provider is noted as unreachable.
    pub(crate) unreachable: bool,
    /// It was restored from a backup, and nothing has shown yet that it is good.
    pub(crate) unproven: bool,
    /// The last use that is noted.
    pub(crate) last_used: Option<Timestamp>,
}

/// How much a caller wants a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Renew when less than the margin is left; a token that still works will do if that fails.
    WhenDue,
    /// As [`Self::WhenDue`], and nobody waits for it: a token that lacks scopes, which no request
    /// may use, is kept alive too.
    Ahead,
    /// The service refused this version of the token: only a newer one will do.
    NewerThan(u64),
}

/// What one look at the stored credential says.
enum Look {
    Use(Fresh),
    Renew {
        authorization: Box<Authorization>,
        usable: bool,
    },
}

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
    /// An access token that may be used now, renewed first where that is due.
    ///
    /// # Errors
    /// [`tsunagi_domain::RefusalCode::NotConnected`], [`GateError::Locked`], or why no usable
    /// token could be had.
    pub(crate) async fn fresh(&self, place: &Place, urgency: Urgency) -> Result<Fresh, GateError> {
        let (authorization, usable) = match self.look(place, urgency).await? {
            Look::Use(fresh) => return Ok(fresh),
            Look::Renew {
                authorization,
                usable,
            } => (authorization, usable),
        };
        let flight = self.inner.flights.lock_of(place.authorization);
        let only_one = if usable {
            match flight.try_lock_owned() {
                Ok(only_one) => only_one,
                // Somebody renews it already, and what there is still works.
                Err(_) => return self.open(place, &authorization).await,
            }
        } else {
            let only_one = flight.lock_owned().await;
            if let Look::Use(fresh) = self.look(place, urgency).await? {
                return Ok(fresh);
            }
            only_one
        };
        // A task of its own: a caller that stops waiting must not end a renewal between the
        // request and the storing of its answer.
        let (gate, place) = (self.clone(), place.clone());
        let task = tokio::spawn(async move {
            let _only_one = only_one;
            gate.settle(&place, urgency).await
        });
        joined(task.await)?
    }

    /// Renews what is due before it is asked for, one after the other; errors stay in the log and
    /// in the catalog. What has failed is tried again as the failure ladder says
    /// ([`tsunagi_domain::ladder`]). Does nothing while an earlier round is under way.
    pub async fn renew_due(&self) {
        let Ok(_only_round) = self.inner.flights.round.try_lock() else {
            return;
        };
        // Each would be refused by itself; the log need not say so every minute.
        if !self.allows(Act::Renew).await {
            return;
        }
        // Who of these is due is decided per credential.
        let before = self.now().plus_seconds(DUE_SECONDS);
        let due = self.db(move |catalog| catalog.due(before, ROUND_MAX)).await;
        for id in due.unwrap_or_default() {
            if self.rests(id).await {
                continue;
            }
            let Ok(Some(place)) = self.place_of(id).await else {
                continue;
            };
            if let Err(error) = self.fresh(&place, Urgency::Ahead).await {
                tracing::warn!(authorization = %id, code = error.code(), "not renewed");
            }
        }
    }

    /// Whether the failure ladder says that it is too early. Once the provider has been reached,
    /// or somebody has authorized again, there is nothing to rest from.
    async fn rests(&self, id: AuthorizationId) -> bool {
        if !self.inner.flights.rests(id, self.now()) {
            return false;
        }
        let stored = self.db(move |catalog| catalog.authorization(id)).await;
        matches!(stored, Ok(Some(stored)) if stored.unreachable.is_some())
    }

    /// Renews, or waits for the process that does. Called by one caller per credential at a time.
    async fn settle(&self, place: &Place, urgency: Urgency) -> Result<Fresh, GateError> {
        let started = Instant::now();
        let mut renewed = false;
        loop {
            let (authorization, usable) = match self.look(place, urgency).await? {
                Look::Use(fresh) => return Ok(fresh),
                // It lives so shortly that it is due at once: renewing again would never end.
                Look::Renew { authorization, .. } if renewed => {
                    return self.open(place, &authorization).await;
                }
                Look::Renew {
                    authorization,
                    usable,
                } => (authorization, usable),
            };
            let failure = match self.lease_and_renew(place, &authorization).await {
                Ok(Outcome::Renewed) => {
                    renewed = true;
                    continue;
                }
                Ok(Outcome::Failed(error)) | Err(error) => error,
                Ok(Outcome::LookAgain | Outcome::Held) => {
                    if !usable && started.elapsed() < self.inner.limits.wait {
                        tokio::time::sleep(LOOK_AGAIN).await;
                        continue;
                    }
                    // Never renewed without the lease: that is the race it exists to prevent.
                    GateError::RenewalBusy
                }
            };
            if !usable {
                return Err(failure);
            }
            // What is left of the old token is used only while the slot is connected (R4).
            let id = place.authorization;
            return match self.db(move |catalog| catalog.authorization(id)).await? {
                Some(now) if place.health(&now) == Health::Connected => {
                    self.open(place, &now).await
                }
                _ => Err(failure),
            };
        }
    }

    async fn look(&self, place: &Place, urgency: Urgency) -> Result<Look, GateError> {
        let id = place.authorization;
        let authorization = self
            .db(move |catalog| catalog.authorization(id))
            .await?
            .ok_or_else(|| place.refuse(NotConnected::NeverAuthorized))?;
        // Where several connections share it, one may miss scopes and the other not.
        match (place.health(&authorization), urgency) {
            (Health::Connected, _)
            | (Health::NotConnected(NotConnected::ScopesMissing), Urgency::Ahead) => {}
            (Health::NotConnected(reason), _) => return Err(place.refuse(reason).into()),
        }
        let lifetime = Lifetime {
            issued_at: authorization.issued_at,
            expires_at: authorization.expires_at,
        };
        let now = self.now();
        let state = freshness(lifetime, now, jitter(id));
        let refused =
            matches!(urgency, Urgency::NewerThan(version) if authorization.version <= version);
        let usable = state != Freshness::Expired && !refused;
        if usable && state == Freshness::Fresh {
            return Ok(Look::Use(self.open(place, &authorization).await?));
        }
        if authorization.renewable {
            return Ok(Look::Renew {
                authorization: Box::new(authorization),
                usable,
            });
        }
        // Without a renewal a clock that was set back decides nothing: the service knows.
        let ended = authorization.expires_at.is_some_and(|end| end <= now);
        let reason = match (refused, ended) {
            (true, _) => NotConnected::Revoked,
            (false, true) => NotConnected::Expired,
            (false, false) => return Ok(Look::Use(self.open(place, &authorization).await?)),
        };
        self.set_health(id, authorization.version, reason).await?;
        Err(place.refuse(reason).into())
    }

    async fn open(&self, place: &Place, authorization: &Authorization) -> Result<Fresh, GateError> {
        self.in_custody().await?;
        let sealed = self.sealed(place).await?;
        let (credential, _key) = self
            .unseal(place, authorization, &sealed, place.opening)
            .await?;
        Ok(Fresh {
            credential,
            // May be newer than `authorization` where another process has just renewed.
            version: sealed.version,
            keeps_previous: sealed.previous.is_some(),
            unreachable: authorization.unreachable.is_some(),
            unproven: authorization.unproven,
            last_used: authorization.last_used,
        })
    }

    /// R23: what was sealed with the credential decides, not what a file says now. Hosts that
    /// were added since are no reason to disconnect; they do not get this credential.
    async fn unseal(
        &self,
        place: &Place,
        authorization: &Authorization,
        sealed: &Sealed,
        opening: Opening,
    ) -> Result<(Credential, DataKey), GateError> {
        let id = place.authorization;
        let (credential, key) = Credential::open(&self.inner.keys, opening, id, sealed)?;
        if credential.origins == place.resolved.origins {
            return Ok((credential, key));
        }
        // A connector that is changed back is as it was: only where the row claims other origins
        // than the sealed ones, which no screen could see, is it written down.
        if authorization.origins == place.resolved.origins {
            self.set_health(id, sealed.version, NotConnected::ConnectorChanged)
                .await?;
        }
        Err(place.refuse(NotConnected::ConnectorChanged).into())
    }

    async fn sealed(&self, place: &Place) -> Result<Sealed, GateError> {
        let id = place.authorization;
        self.db(move |catalog| catalog.sealed(id))
            .await?
            .ok_or_else(|| place.refuse(NotConnected::Revoked).into())
    }

    async fn lease_and_renew(
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
        if doubt.interrupted {
            // Once, and only where the provider forgives it.
            let grace = connector.oauth.grace_seconds.is_some() && !doubt.retried;
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
        let Some(refresh) = credential.refresh.clone() else {
            self.set_health(id, version, NotConnected::Expired).await?;
            return Ok(Outcome::Failed(place.refuse(NotConnected::Expired).into()));
        };
        let client = self.client(connector, place.registration).await?;
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
        let answered = tsunagi_oauth::refresh(
            &self.inner.http,
            connector,
            &place.resolved,
            &client,
            &refresh,
            scopes,
            &mut wire,
        )
        .await;
        match answered {
            Ok(tokens) => {
                let renewal =
                    self.renewal(place, credential, &key, &tokens, version, generation)?;
                self.store(renewal).await
            }
            Err(error) => {
                self.after_failure(place, authorization, error, generation, doubt.interrupted)
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
            renewable: next.refresh.is_some(),
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

    /// What a provider said about one version of a credential says nothing about a newer one.
    pub(crate) async fn set_health(
        &self,
        id: AuthorizationId,
        version: u64,
        reason: NotConnected,
    ) -> Result<(), GateError> {
        let health = Health::NotConnected(reason);
        self.db(move |catalog| catalog.set_health_of_version(id, version, health))
            .await?;
        self.changed();
        Ok(())
    }
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
                .oauth
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
        .or(connector.oauth.refresh_lifetime_seconds)
        .and_then(|seconds| i64::try_from(seconds).ok())
        .map(|seconds| now.plus_seconds(seconds))
}
