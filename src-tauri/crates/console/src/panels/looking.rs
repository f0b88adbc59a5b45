//! Panels whose data is being asked for: each can be stopped by itself, by whoever looks at it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tsunagi_areas::panel::Fetched;
use tsunagi_domain::{ItemId, MemberId, Timestamp};

/// Who looks at what; `None` is the panel that is edited.
type Which = (MemberId, Option<ItemId>);

/// For how long rows serve the shapes that are tried on them.
const HELD: Duration = Duration::from_secs(300);

/// What is being looked at now.
#[derive(Default)]
pub(crate) struct Looking {
    now: Mutex<HashMap<Which, Arc<Notify>>>,
    held: Mutex<Option<Held>>,
}

/// Rows that came for a panel as it is edited: another shape of them asks the service for nothing.
struct Held {
    member: MemberId,
    /// What was asked, and through what.
    of: String,
    rows: Arc<Fetched>,
    at: Timestamp,
    since: Instant,
}

/// One look, until it is dropped.
pub(super) struct Going<'a> {
    looking: &'a Looking,
    which: Which,
    told: Arc<Notify>,
}

fn whole<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while it is held leaves what is in it whole.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Looking {
    pub(super) fn begin(&self, member: MemberId, item: Option<ItemId>) -> Going<'_> {
        let told = Arc::<Notify>::default();
        let which = (member, item);
        whole(&self.now).insert(which, Arc::clone(&told));
        Going {
            looking: self,
            which,
            told,
        }
    }

    /// Stops one. Where none is under way there is nothing to stop.
    pub(super) fn stop(&self, member: MemberId, item: Option<ItemId>) {
        if let Some(told) = whole(&self.now).get(&(member, item)) {
            told.notify_one();
        }
    }

    pub(super) fn hold(&self, member: MemberId, of: String, rows: Arc<Fetched>, at: Timestamp) {
        *whole(&self.held) = Some(Held {
            member,
            of,
            rows,
            at,
            since: Instant::now(),
        });
    }

    /// The rows that came for the same question of the same member, a moment ago.
    pub(super) fn held(&self, member: MemberId, of: &str) -> Option<(Arc<Fetched>, Timestamp)> {
        let mut held = whole(&self.held);
        if held
            .as_ref()
            .is_some_and(|held| held.since.elapsed() > HELD)
        {
            *held = None;
        }
        let held = held.as_ref()?;
        let same = held.member == member && held.of == of;
        same.then(|| (Arc::clone(&held.rows), held.at))
    }

    /// Lets go of what is held: whoever sat here may have left.
    pub(crate) fn let_go(&self) {
        *whole(&self.held) = None;
    }
}

impl Going<'_> {
    /// Waits until a person stops it.
    pub(super) async fn stopped(&self) {
        // A word that was said before is kept for whoever listens next.
        self.told.notified().await;
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        let mut now = whole(&self.looking.now);
        // Another look at the same may have begun since.
        if now
            .get(&self.which)
            .is_some_and(|known| Arc::ptr_eq(known, &self.told))
        {
            now.remove(&self.which);
        }
    }
}
