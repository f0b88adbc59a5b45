//! How fast requests may follow each other: what a service has asked for with a 429, and what its
//! connector says of its limits. Known to this process only: each says so again soon enough.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use tsunagi_connectors::Pace as Limit;
use tsunagi_domain::repeat::{Hold, hold};
use tsunagi_domain::{AuthorizationId, Timestamp};

/// The longest that one 429 keeps others waiting: it may be about one resource of the service, and
/// the service says so again where it is not.
const HOLD_MAX: Duration = Duration::from_secs(15 * 60);

#[derive(Default)]
struct Known {
    /// When a service asked to be left alone, and until when.
    busy: HashMap<AuthorizationId, (Timestamp, Timestamp)>,
    /// When requests were last let through, where there is a limit.
    passed: HashMap<AuthorizationId, VecDeque<Timestamp>>,
}

/// The pace of every authorization.
#[derive(Default)]
pub(crate) struct Pace(Mutex<Known>);

impl Pace {
    /// Notes that a service asks to be left alone for so long.
    pub(crate) fn asked(&self, id: AuthorizationId, now: Timestamp, wait: Duration) {
        let millis = i64::try_from(wait.min(HOLD_MAX).as_millis()).unwrap_or(i64::MAX);
        if let Ok(mut known) = self.0.lock() {
            // So that the map does not grow with the years.
            known.busy.retain(|_, (_, until)| *until > now);
            let until = now.plus_millis(millis);
            let held = known.busy.entry(id).or_insert((now, until));
            if until > held.1 {
                *held = (now, until);
            }
        }
    }

    /// Whether a request may go now. One that goes is counted.
    pub(crate) fn may_go(
        &self,
        id: AuthorizationId,
        limit: Option<Limit>,
        now: Timestamp,
        left: Duration,
    ) -> Hold {
        let Ok(mut known) = self.0.lock() else {
            return Hold::Go;
        };
        if let Some((since, until)) = known.busy.get(&id) {
            match hold(*since, *until, now, left) {
                Hold::Go => known.busy.remove(&id),
                held => return held,
            };
        }
        let Some(limit) = limit else {
            return Hold::Go;
        };
        let window = i64::from(limit.seconds) * 1000;
        let passed = known.passed.entry(id).or_default();
        // A clock that was set back makes them as good as old.
        passed.retain(|at| (0..window).contains(&now.millis_since(*at)));
        match passed.front() {
            Some(first) if passed.len() >= limit.requests as usize => {
                hold(*first, first.plus_millis(window), now, left)
            }
            _ => {
                passed.push_back(now);
                Hold::Go
            }
        }
    }
}

#[cfg(test)]
mod tests;
