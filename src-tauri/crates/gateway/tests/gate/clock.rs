//! The clock of the tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use tsunagi_domain::{Clock, Timestamp};

/// A clock that stands still until it is moved, or moves with every look at it.
pub(crate) struct SetClock {
    now: AtomicI64,
    step: AtomicI64,
    looks: AtomicUsize,
}

impl SetClock {
    pub(crate) fn at(time: Timestamp) -> Arc<Self> {
        Arc::new(Self {
            now: AtomicI64::new(time.0),
            step: AtomicI64::new(0),
            looks: AtomicUsize::new(0),
        })
    }

    pub(crate) fn forward(&self, seconds: i64) {
        self.forward_millis(seconds * 1000);
    }

    pub(crate) fn forward_millis(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    /// Waits until whoever waits for a lease has looked at the clock as often again: each look is
    /// one more try at it.
    pub(crate) async fn is_looked_at(&self, times: usize) {
        let enough = self.looks.load(Ordering::SeqCst) + times;
        while self.looks.load(Ordering::SeqCst) < enough {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// From now on every look moves it on by so many seconds.
    pub(crate) fn runs_by(&self, seconds: i64) {
        self.step.store(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        let step = self.step.load(Ordering::SeqCst);
        self.looks.fetch_add(1, Ordering::SeqCst);
        Timestamp(self.now.fetch_add(step, Ordering::SeqCst))
    }
}
