//! What one process knows about its renewals: which are under way, which failed a moment ago or
//! rest on the failure ladder, and which answer could not be stored yet.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tsunagi_catalog::Renewal;
use tsunagi_domain::freshness::COOL_DOWN_MS;
use tsunagi_domain::ladder::Rung;
use tsunagi_domain::{AuthorizationId, Timestamp};

/// A renewal that failed.
#[derive(Debug, Clone)]
struct Cooling {
    since: Timestamp,
    millis: i64,
    code: String,
}

/// Per-process state of renewals.
#[derive(Default)]
pub(crate) struct Flights {
    locks: Mutex<HashMap<AuthorizationId, Arc<tokio::sync::Mutex<()>>>>,
    cooling: Mutex<HashMap<AuthorizationId, Cooling>>,
    resting: Mutex<HashMap<AuthorizationId, (Timestamp, Timestamp)>>,
    unstored: Mutex<HashMap<AuthorizationId, Renewal>>,
    /// The version that was doubted, and when.
    doubted: Mutex<HashMap<AuthorizationId, (u64, Timestamp)>>,
    /// Held by the one round of [`crate::Gateway::renew_due`] that is under way.
    pub(crate) round: tokio::sync::Mutex<()>,
    /// Held by the one round of [`crate::Gateway::verify_due`] that is under way; when the last
    /// one began.
    pub(crate) verifying: tokio::sync::Mutex<Option<Timestamp>>,
}

impl Flights {
    pub(crate) fn lock_of(&self, id: AuthorizationId) -> Arc<tokio::sync::Mutex<()>> {
        let Ok(mut locks) = self.locks.lock() else {
            return Arc::default();
        };
        // Locks nobody holds are forgotten, so that the map does not grow with the years.
        if locks.len() > 512 {
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        locks.entry(id).or_default().clone()
    }

    /// Why the last renewal failed, while it is too early for the next.
    pub(crate) fn cooling(&self, id: AuthorizationId, now: Timestamp) -> Option<String> {
        let cooling = self.cooling.lock().ok()?;
        let cooling = cooling.get(&id)?;
        // A negative age is a clock set back: not waited for.
        (0..cooling.millis)
            .contains(&now.millis_since(cooling.since))
            .then(|| cooling.code.clone())
    }

    /// Waits 30 s before the next renewal, or longer where the provider asks for it.
    pub(crate) fn cool(
        &self,
        id: AuthorizationId,
        since: Timestamp,
        asked: Option<Duration>,
        code: String,
    ) {
        let asked = asked.map_or(0, |asked| i64::try_from(asked.as_millis()).unwrap_or(0));
        if let Ok(mut cooling) = self.cooling.lock() {
            let millis = COOL_DOWN_MS.max(asked);
            cooling.insert(
                id,
                Cooling {
                    since,
                    millis,
                    code,
                },
            );
        }
    }

    pub(crate) fn warm(&self, id: AuthorizationId) {
        if let Ok(mut cooling) = self.cooling.lock() {
            cooling.remove(&id);
        }
        if let Ok(mut resting) = self.resting.lock() {
            resting.remove(&id);
        }
    }

    /// Waits until the rung's time before the next renewal that nobody waits for.
    pub(crate) fn rest(&self, id: AuthorizationId, since: Timestamp, rung: Rung) {
        if let Ok(mut resting) = self.resting.lock() {
            resting.insert(id, (since, rung.next));
        }
    }

    /// Whether it is too early for a renewal that nobody waits for. After a restart it is not:
    /// what was in the way may have been the reason for it.
    pub(crate) fn rests(&self, id: AuthorizationId, now: Timestamp) -> bool {
        let Ok(resting) = self.resting.lock() else {
            return false;
        };
        // A clock set back is not waited for.
        resting
            .get(&id)
            .is_some_and(|(since, next)| *since <= now && now < *next)
    }

    /// Whether a version that the service has refused is to be asked about: not where it was a
    /// moment ago. Notes that it is.
    pub(crate) fn may_doubt(&self, id: AuthorizationId, version: u64, now: Timestamp) -> bool {
        let Ok(mut doubted) = self.doubted.lock() else {
            return true;
        };
        let fresh = |at: Timestamp| (0..COOL_DOWN_MS).contains(&now.millis_since(at));
        if doubted
            .get(&id)
            .is_some_and(|(own, at)| *own == version && fresh(*at))
        {
            return false;
        }
        // So that the map does not grow with the years.
        doubted.retain(|_, (_, at)| fresh(*at));
        doubted.insert(id, (version, now));
        true
    }

    /// Keeps an answer that could not be stored. Its tokens are sealed.
    pub(crate) fn keep(&self, renewal: Renewal) {
        if let Ok(mut unstored) = self.unstored.lock() {
            unstored.insert(renewal.id, renewal);
        }
    }

    /// The answer that replaces `version` and could not be stored. One about another version is
    /// forgotten: somebody authorized again.
    pub(crate) fn kept(&self, id: AuthorizationId, version: u64) -> Option<Renewal> {
        let renewal = self.unstored.lock().ok()?.remove(&id)?;
        (renewal.expected_version == version).then_some(renewal)
    }
}

/// 0 to 1000, always the same for one credential.
pub(crate) fn jitter(id: AuthorizationId) -> u16 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    u16::try_from(hasher.finish() % 1001).unwrap_or(0)
}

#[cfg(test)]
mod tests;
