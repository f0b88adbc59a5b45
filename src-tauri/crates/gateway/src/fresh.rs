//! Keeping credentials fresh: one renewal per credential, in this process and across all of them.
//!
//! In the process a lock per credential makes callers wait for one renewal (single flight). Across
//! processes a lease in the catalog does, with owner, expiry and generation; the answer is stored
//! only where version and generation still match. No transaction is held over HTTP. What the
//! stored state says is read again inside the lease, so that whoever comes second finds the new
//! token instead of sending the old one once more, which would revoke the whole family at
//! providers that rotate refresh tokens (RFC 9700 §4.14.2).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tsunagi_catalog::{Authorization, Lease, Renewal, Sealed, Unreachable};
use tsunagi_connectors::Connector;
use tsunagi_domain::freshness::{
    COOL_DOWN_MS, Consequence, Fault, Freshness, Lifetime, consequence, freshness,
};
use tsunagi_domain::{AuthorizationId, Health, NotConnected, Refusal, RefusalCode, Timestamp};
use tsunagi_oauth::{OAuthError, Tokens, Wire};
use tsunagi_vault::DataKey;

use crate::credential::Credential;
use crate::send::{Gateway, Place};
use crate::GateError;

/// How long a lease lasts: twice what a token request may take.
const LEASE_MS: i64 = 60_000;
/// How long a caller waits for another process's renewal.
const WAIT_MAX: Duration = Duration::from_secs(45);
/// How often a waiting caller looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(40);

/// An access token that may be used now. Opened for one request.
#[derive(Debug)]
pub struct Fresh {
    pub(crate) credential: Credential,
    /// Version of the credential.
    pub version: u64,
}

/// How much a caller wants a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Renew when less than the margin is left; a token that still works will do if that fails.
    WhenDue,
    /// The service refused this version of the token: only a newer one will do.
    NewerThan(u64),
    /// A person asks: ignore the cool-down after a failure.
    Asked,
}

/// Per-process state of renewals.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    locks: Mutex<HashMap<AuthorizationId, Arc<tokio::sync::Mutex<()>>>>,
    cooling: Mutex<HashMap<AuthorizationId, (Timestamp, String)>>,
    sent: Mutex<HashMap<String, Vec<Timestamp>>>,
}

impl Flights {
    fn lock_of(&self, id: AuthorizationId) -> Arc<tokio::sync::Mutex<()>> {
        let Ok(mut locks) = self.locks.lock() else { return Arc::default() };
        // Locks nobody holds are forgotten, so that the map does not grow with the years.
        if locks.len() > 512 {
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        locks.entry(id).or_default().clone()
    }

    fn cooling(&self, id: AuthorizationId, now: Timestamp) -> Option<String> {
        let cooling = self.cooling.lock().ok()?;
        let (since, code) = cooling.get(&id)?;
        (0..COOL_DOWN_MS).contains(&now.millis_since(*since)).then(|| code.clone())
    }

    fn cool(&self, id: AuthorizationId, failure: Option<(Timestamp, String)>) {
        if let Ok(mut cooling) = self.cooling.lock() {
            match failure {
                Some(failure) => cooling.insert(id, failure),
                None => cooling.remove(&id),
            };
        }
    }

    /// Takes one renewal out of the provider's budget, where it has one.
    fn within_budget(&self, connector: &Connector, now: Timestamp) -> bool {
        let Some(rate) = connector.rate else { return true };
        let Ok(mut sent) = self.sent.lock() else { return true };
        let times = sent.entry(connector.id.clone()).or_default();
        times.retain(|at| now.millis_since(*at) < i64::from(rate.seconds) * 1000);
        if times.len() >= rate.refreshes as usize {
            return false;
        }
        times.push(now);
        true
    }
}

/// What one look at the stored credential says.
enum Look {
    Use(Fresh),
    Renew { authorization: Box<Authorization>, usable: bool },
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
enum Outcome {
    Renewed,
    /// Something changed meanwhile: look again.
    LookAgain,
    Failed(GateError),
}

impl Gateway {
    /// An access token that may be used now, renewed first where that is due.
    pub(crate) async fn fresh(
        &self,
        place: &Place,
        urgency: Urgency,
    ) -> Result<Fresh, GateError> {
        if let Look::Use(fresh) = self.look(place, urgency).await? {
            return Ok(fresh);
        }
        let flight = self.inner.flights.lock_of(place.authorization);
        let _only_one = flight.lock().await;
        let started = std::time::Instant::now();
        loop {
            let (authorization, usable) = match self.look(place, urgency).await? {
                Look::Use(fresh) => return Ok(fresh),
                Look::Renew { authorization, usable } => (authorization, usable),
            };
            let failure = match self.lease_and_renew(place, &authorization, urgency).await? {
                Some(Outcome::Renewed | Outcome::LookAgain) => continue,
                Some(Outcome::Failed(error)) => error,
                None if started.elapsed() < WAIT_MAX => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                    continue;
                }
                // Never renewed without the lease: that is the race it exists to prevent.
                None => GateError::RenewalBusy,
            };
            if usable {
                return self.open(place, &authorization).await;
            }
            return Err(failure);
        }
    }

    /// Renews what is due before it is asked for; errors stay in the log and in the catalog.
    pub async fn renew_due(&self) {
        let now = self.now();
        // The largest margin, with its jitter: who is due is decided per credential.
        let before = now.plus_seconds(17 * 60);
        let Ok(due) = self.db(move |catalog| catalog.due(before, 200)).await else { return };
        for id in due {
            let Ok(Some(place)) = self.place_of(id).await else { continue };
            if let Err(error) = self.fresh(&place, Urgency::WhenDue).await {
                tracing::warn!(authorization = %id, code = error.code(), "not renewed");
            }
        }
    }

    async fn look(&self, place: &Place, urgency: Urgency) -> Result<Look, GateError> {
        let id = place.authorization;
        let authorization = self
            .db(move |catalog| catalog.authorization(id))
            .await?
            .ok_or_else(|| place.refuse(NotConnected::NeverAuthorized))?;
        if let Health::NotConnected(reason) = authorization.health {
            return Err(place.refuse(reason).into());
        }
        let lifetime = Lifetime {
            issued_at: authorization.issued_at,
            expires_at: authorization.expires_at,
        };
        let state = freshness(lifetime, self.now(), jitter(id));
        let refused = matches!(urgency, Urgency::NewerThan(version) if authorization.version <= version);
        let usable = state != Freshness::Expired && !refused;
        if usable && (state == Freshness::Fresh || !authorization.renewable) {
            return Ok(Look::Use(self.open(place, &authorization).await?));
        }
        if authorization.renewable {
            return Ok(Look::Renew { authorization: Box::new(authorization), usable });
        }
        let reason = if refused { NotConnected::Revoked } else { NotConnected::Expired };
        self.set_health(id, authorization.version, reason).await?;
        Err(place.refuse(reason).into())
    }

    async fn open(&self, place: &Place, authorization: &Authorization) -> Result<Fresh, GateError> {
        let id = place.authorization;
        let sealed = self.sealed(place).await?;
        let (credential, _key) = Credential::open(&*self.inner.keys.vault()?, id, &sealed)?;
        // R23: what was sealed with the credential decides, not what a file says now.
        if credential.origins != place.resolved.origins || credential.hosts != place.resolved.hosts {
            self.set_health(id, sealed.version, NotConnected::ConnectorChanged).await?;
            return Err(place.refuse(NotConnected::ConnectorChanged).into());
        }
        // `sealed` may be newer than `authorization` where another process has just renewed.
        Ok(Fresh { credential, version: sealed.version.max(authorization.version) })
    }

    async fn sealed(&self, place: &Place) -> Result<Sealed, GateError> {
        let id = place.authorization;
        self.db(move |catalog| catalog.sealed(id))
            .await?
            .ok_or_else(|| place.refuse(NotConnected::Revoked).into())
    }

    /// `None` where another process holds the lease.
    async fn lease_and_renew(
        &self,
        place: &Place,
        authorization: &Authorization,
        urgency: Urgency,
    ) -> Result<Option<Outcome>, GateError> {
        let id = place.authorization;
        if urgency != Urgency::Asked
            && let Some(code) = self.inner.flights.cooling(id, self.now())
        {
            return Ok(Some(Outcome::Failed(GateError::CoolingDown(code))));
        }
        let owner = self.inner.owner.clone();
        let now = self.now();
        let lease = self
            .db(move |catalog| catalog.take_lease(id, &owner, now, LEASE_MS))
            .await?;
        let Lease::Taken { generation, version, interrupted, retried } = lease else {
            return Ok(None);
        };
        // Inside the lease: is it still the version that was looked at?
        let outcome = if version == authorization.version {
            let doubt = Doubt { interrupted, retried };
            self.renew(place, version, generation, doubt).await
        } else {
            Ok(Outcome::LookAgain)
        };
        let owner = self.inner.owner.clone();
        self.db(move |catalog| catalog.release_lease(id, &owner, generation)).await?;
        outcome.map(Some)
    }

    async fn renew(
        &self,
        place: &Place,
        version: u64,
        generation: u64,
        doubt: Doubt,
    ) -> Result<Outcome, GateError> {
        let id = place.authorization;
        let connector = &place.connector;
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
        let (credential, key) = Credential::open(&*self.inner.keys.vault()?, id, &sealed)?;
        if credential.origins != place.resolved.origins || credential.hosts != place.resolved.hosts {
            self.set_health(id, sealed.version, NotConnected::ConnectorChanged).await?;
            return Ok(Outcome::Failed(place.refuse(NotConnected::ConnectorChanged).into()));
        }
        let Some(refresh) = credential.refresh.clone() else {
            self.set_health(id, version, NotConnected::Expired).await?;
            return Ok(Outcome::Failed(place.refuse(NotConnected::Expired).into()));
        };
        let client = self.client(connector, place.registration).await?;
        if !self.inner.flights.within_budget(connector, self.now()) {
            return Ok(Outcome::Failed(GateError::BudgetUsedUp));
        }
        // Durable before the request leaves: a crash from here on shows.
        let owner = self.inner.owner.clone();
        let marked = self
            .db(move |catalog| catalog.mark_sending(id, &owner, generation, version))
            .await?;
        if !marked {
            return Ok(Outcome::LookAgain);
        }
        let mut wire = Wire::default();
        let answered = tsunagi_oauth::refresh(
            &self.inner.http,
            connector,
            &place.resolved,
            &client,
            &refresh,
            &place.scopes,
            &mut wire,
        )
        .await;
        match answered {
            Ok(tokens) => {
                self.store(place, credential, &key, &tokens, version, generation).await
            }
            Err(error) => {
                self.after_failure(place, error, version, generation, doubt.interrupted).await
            }
        }
    }

    async fn store(
        &self,
        place: &Place,
        credential: Credential,
        key: &DataKey,
        tokens: &Tokens,
        version: u64,
        generation: u64,
    ) -> Result<Outcome, GateError> {
        let id = place.authorization;
        let now = self.now();
        let next = credential.renewed(tokens);
        let renewal = Renewal {
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
        };
        let stored = self.db(move |catalog| catalog.store_renewal(&renewal)).await?;
        self.inner.flights.cool(id, None);
        tracing::info!(authorization = %id, version = version + 1, stored, "renewed");
        // Not stored: the lease ran out (the computer slept) and somebody else was faster.
        Ok(if stored { Outcome::Renewed } else { Outcome::LookAgain })
    }

    async fn after_failure(
        &self,
        place: &Place,
        error: OAuthError,
        version: u64,
        generation: u64,
        interrupted: bool,
    ) -> Result<Outcome, GateError> {
        let id = place.authorization;
        let now = self.now();
        let owner = self.inner.owner.clone();
        let current = self.db(move |catalog| catalog.authorization(id)).await?;
        let still_stored = current.is_some_and(|current| current.version == version);
        let consequence = consequence(error.fault(), still_stored, false);
        // After an interrupted renewal only a final answer settles what happened to the token:
        // while the provider cannot be reached the mark stays.
        let passing = matches!(consequence, Consequence::Wait);
        if !(interrupted && passing) {
            self.db(move |catalog| catalog.unmark_sending(id, &owner, generation)).await?;
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
                self.inner.flights.cool(id, Some((now, code.clone())));
                let unreachable = Unreachable { since: now, code };
                self.db(move |catalog| catalog.set_unreachable(id, Some(&unreachable))).await?;
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
        self.db(move |catalog| catalog.set_health_of_version(id, version, health)).await?;
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
            connector.oauth.token_lifetime_seconds.and_then(|seconds| i64::try_from(seconds).ok())
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

/// 0 to 1000, always the same for one credential.
fn jitter(id: AuthorizationId) -> u16 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    u16::try_from(hasher.finish() % 1001).unwrap_or(0)
}

impl Place {
    pub(crate) fn refuse(&self, reason: NotConnected) -> Refusal {
        Refusal::new(RefusalCode::NotConnected)
            .with("connection", self.link_name.clone())
            .with("environment", self.environment.as_str())
            .with("reason", reason.as_str())
    }
}
