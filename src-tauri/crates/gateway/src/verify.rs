//! Verifying what is never renewed: who-am-I, once a day. What is due is decided in
//! [`tsunagi_domain::verification`].

use std::collections::HashMap;

use tsunagi_catalog::{Authorization, Unreachable};
use tsunagi_domain::access::Act;
use tsunagi_domain::custody::{allows, custody};
use tsunagi_domain::hosts::may_receive;
use tsunagi_domain::ladder::{Rung, rung};
use tsunagi_domain::verification::{EVERY_MS, Known, Verdict, has_slept, is_due, share};
use tsunagi_domain::{AuthorizationId, Health, NotConnected};

use crate::answered::judged;
use crate::flights::jitter;
use crate::fresh::{Fresh, Urgency};
use crate::outgoing::Reading;
use crate::place::Place;
use crate::whoami::{asked_at, question};
use crate::{GateError, Gateway};

/// How many candidates one round looks at.
const ROUND_MAX: u32 = 500;

impl Gateway {
    /// R1, and that this computer has the workspace: whether the program may do so by itself.
    pub(crate) async fn allows(&self, act: Act) -> bool {
        let known = self.db(|catalog| Ok((catalog.workspace()?, catalog.restoration()?)));
        let Ok((Some(workspace), restoration)) = known.await else {
            return false;
        };
        allows(&workspace, custody(restoration), act).is_ok()
    }

    /// Asks the services of credentials that are never renewed whether they are still good, as
    /// far as that is due, one after the other; errors stay in the log and in the catalog. Does
    /// nothing while an earlier round is under way, and in the first round after a sleep.
    pub async fn verify_due(&self) {
        let Ok(mut last_round) = self.inner.flights.verifying.try_lock() else {
            return;
        };
        let now = self.now();
        let slept = has_slept(last_round.replace(now), now);
        if slept || !self.inner.keys.is_open() || !self.allows(Act::Verify).await {
            return;
        }
        let before = now.plus_millis(EVERY_MS / 10 - EVERY_MS);
        let candidates = self
            .db(move |catalog| catalog.unverified(before, now, ROUND_MAX))
            .await
            .unwrap_or_default();
        let mut asked: HashMap<String, u32> = HashMap::new();
        for (authorization, verified_at) in candidates {
            let id = authorization.id;
            let known = Known {
                health: authorization.health,
                renewable: authorization.renewable,
                expires_at: authorization.expires_at,
                authorized_at: authorization.authorized_at,
                verified_at,
            };
            if !is_due(known, now, jitter(id)) || self.inner.flights.rests(id, now) {
                continue;
            }
            let Ok(Some(place)) = self.place_of(id).await else {
                continue;
            };
            // R4: through no connection that is not Connected, who-am-I included.
            if place.health(&authorization, self.now()) != Health::Connected {
                continue;
            }
            let rate = place.connector.rate;
            let asked = asked.entry(place.connector.id.clone()).or_default();
            if *asked >= share(rate.map(|rate| (rate.refreshes, rate.seconds))) {
                continue;
            }
            match self.verify(&place, &authorization).await {
                Ok(sent) => *asked += u32::from(sent),
                // Its member's key is not open: it is verified when it is.
                Err(GateError::Locked) => {}
                Err(error) => {
                    *asked += 1;
                    tracing::warn!(authorization = %id, code = error.code(), "not verified");
                }
            }
        }
    }

    /// Asks whether a credential is good, and keeps the answer. Says whether anything was sent.
    pub(crate) async fn verify(
        &self,
        place: &Place,
        authorization: &Authorization,
    ) -> Result<bool, GateError> {
        let id = place.authorization;
        let Some(asked) = &place.resolved.question else {
            // Nobody can be asked.
            self.ask_tomorrow(id);
            return Ok(false);
        };
        if place.resolved.complete().is_err() {
            // Where to ask is not known, and will not be by tomorrow.
            self.ask_tomorrow(id);
            return Ok(false);
        }
        may_receive(&asked.url, &place.resolved.hosts)?;
        let fresh = self.fresh(place, Urgency::WhenDue).await?;
        let url = asked_at(asked, &fresh.credential)?;
        may_receive(&url, &fresh.credential.hosts)?;
        let request = question(&place.connector, asked);
        let limits = self.inner.limits;
        let reading = Reading::Whole(limits.body);
        let sent = self.attach_and_send(place, &fresh, &request, &url, limits.whole, reading);
        let incoming = match sent.await.map_err(GateError::from) {
            Ok(incoming) => incoming,
            Err(GateError::Unreachable { kind, host }) => {
                self.climb(authorization, kind).await?;
                return Err(GateError::Unreachable { kind, host });
            }
            Err(error) => return Err(error),
        };
        let status = incoming.status.as_u16();
        match judged(&place.connector.api, asked, &incoming) {
            Verdict::Good => self.is_good(id, &fresh).await?,
            Verdict::Refused => {
                self.set_health(id, fresh.version, NotConnected::Revoked)
                    .await?;
                tracing::warn!(authorization = %id, status, "the service has taken the credential back");
            }
            Verdict::Passing => self.climb(authorization, "provider_status").await?,
            Verdict::Silent => {
                tracing::info!(authorization = %id, status, "the service says nothing about the credential");
                self.ask_tomorrow(id);
            }
        }
        Ok(true)
    }

    async fn is_good(&self, id: AuthorizationId, fresh: &Fresh) -> Result<(), GateError> {
        let (version, now, reached) = (fresh.version, self.now(), fresh.unreachable);
        self.inner.flights.warm(id);
        self.db(move |catalog| {
            if reached {
                catalog.set_unreachable(id, None)?;
            }
            catalog.set_verified(id, version, now)
        })
        .await?;
        self.changed();
        Ok(())
    }

    /// A fault that says nothing about the credential: no health changes, and it is tried again
    /// as the failure ladder says.
    async fn climb(&self, authorization: &Authorization, code: &str) -> Result<(), GateError> {
        let (id, now) = (authorization.id, self.now());
        let (since, failures) = authorization
            .unreachable
            .as_ref()
            .map_or((now, 0), |before| (before.since, before.failures));
        let unreachable = Unreachable {
            since,
            code: code.to_owned(),
            failures: failures.saturating_add(1),
        };
        let rung = rung(unreachable.failures, since, now);
        self.inner.flights.rest(id, now, rung);
        self.db(move |catalog| catalog.set_unreachable(id, Some(&unreachable)))
            .await?;
        self.changed();
        Ok(())
    }

    fn ask_tomorrow(&self, id: AuthorizationId) {
        let now = self.now();
        let next = now.plus_millis(EVERY_MS);
        self.inner.flights.rest(id, now, Rung { next, tell: false });
    }
}
