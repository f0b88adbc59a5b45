//! Keeping credentials fresh: one renewal per credential, in this process and across all of them.
//!
//! In the process a lock per credential makes callers wait for one renewal (single flight). Across
//! processes a lease in the catalog does, with owner, expiry and generation; the answer is stored
//! only where version and generation still match. No transaction is held over HTTP. What the
//! stored state says is read again inside the lease, so that whoever comes second finds the new
//! token instead of sending the old one once more, which would revoke the whole family at
//! providers that rotate refresh tokens (RFC 9700 §4.14.2).

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tsunagi_catalog::{Authorization, Sealed};
use tsunagi_domain::access::Act;
use tsunagi_domain::freshness::{Freshness, Lifetime, freshness};
use tsunagi_domain::{AuthorizationId, Health, NotConnected, Timestamp};
use tsunagi_vault::DataKey;

use crate::attach::Attachment;
use crate::credential::Credential;
use crate::echo::Needles;
use crate::flights::jitter;
use crate::gate::joined;
use crate::place::Place;
use crate::readers::Opening;
use crate::renewal::Outcome;
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
pub(crate) struct Fresh {
    pub(crate) credential: Credential,
    /// As it goes with a request.
    pub(crate) attachment: Attachment,
    /// What an answer must not repeat.
    pub(crate) needles: Arc<Needles>,
    /// How long it lives.
    pub(crate) lifetime: Lifetime,
    /// Version of the credential.
    pub(crate) version: u64,
    /// The version before is still kept.
    pub(crate) keeps_previous: bool,
    /// Something can get a newer one.
    pub(crate) renewable: bool,
    /// The service or its provider is noted as unreachable.
    pub(crate) unreachable: bool,
    /// It was restored from a backup, and nothing has shown yet that it is good.
    pub(crate) unproven: bool,
    /// The last use that is noted.
    pub(crate) last_used: Option<Timestamp>,
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fresh")
            .field("credential", &self.credential)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Fresh {
    /// Whether it may still be used as it is.
    pub(crate) fn state(&self, id: AuthorizationId, now: Timestamp) -> Freshness {
        freshness(self.lifetime, now, jitter(id))
    }
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
    Use(Box<Fresh>),
    Renew {
        authorization: Box<Authorization>,
        usable: bool,
    },
}

const fn lifetime(authorization: &Authorization) -> Lifetime {
    Lifetime {
        issued_at: authorization.issued_at,
        expires_at: authorization.expires_at,
    }
}

impl Gateway {
    /// An access token that may be used now, renewed first where that is due.
    ///
    /// # Errors
    /// [`tsunagi_domain::RefusalCode::NotConnected`], [`GateError::Locked`], or why no usable
    /// token could be had.
    pub(crate) async fn fresh(&self, place: &Place, urgency: Urgency) -> Result<Fresh, GateError> {
        let (authorization, usable) = match self.look(place, urgency).await? {
            Look::Use(fresh) => return Ok(*fresh),
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
                return Ok(*fresh);
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
                Look::Use(fresh) => return Ok(*fresh),
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
                Some(now) if place.health(&now, self.now()) == Health::Connected => {
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
        match (place.health(&authorization, self.now()), urgency) {
            (Health::Connected, _)
            | (Health::NotConnected(NotConnected::ScopesMissing), Urgency::Ahead) => {}
            (Health::NotConnected(reason), _) => return Err(place.refuse(reason).into()),
        }
        let lifetime = lifetime(&authorization);
        let now = self.now();
        let state = freshness(lifetime, now, jitter(id));
        let refused =
            matches!(urgency, Urgency::NewerThan(version) if authorization.version <= version);
        let usable = state != Freshness::Expired && !refused;
        if usable && state == Freshness::Fresh {
            return Ok(Look::Use(Box::new(self.open(place, &authorization).await?)));
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
            (false, false) => {
                return Ok(Look::Use(Box::new(self.open(place, &authorization).await?)));
            }
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
        let attachment = Attachment::of(&place.connector, &place.resolved, &credential)?;
        Ok(Fresh {
            needles: Arc::new(Needles::of(attachment.secrets())),
            attachment,
            lifetime: lifetime(authorization),
            credential,
            // May be newer than `authorization` where another process has just renewed.
            version: sealed.version,
            keeps_previous: sealed.previous.is_some(),
            renewable: authorization.renewable,
            unreachable: authorization.unreachable.is_some(),
            unproven: authorization.unproven,
            last_used: authorization.last_used,
        })
    }

    /// R23: what was sealed with the credential decides, not what a file says now. Hosts that
    /// were added since are no reason to disconnect; they do not get this credential.
    pub(crate) async fn unseal(
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

    pub(crate) async fn sealed(&self, place: &Place) -> Result<Sealed, GateError> {
        let id = place.authorization;
        self.db(move |catalog| catalog.sealed(id))
            .await?
            .ok_or_else(|| place.refuse(NotConnected::Revoked).into())
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
