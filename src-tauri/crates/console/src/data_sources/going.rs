//! Pulls that are under way in this program: one of a data source at a time, each to be stopped by
//! itself.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tsunagi_domain::ItemId;

use crate::error::ConsoleError;

/// The data sources that this program is pulling now.
#[derive(Default)]
pub(crate) struct Pulling(Mutex<HashMap<ItemId, Arc<Stop>>>);

/// Whether a pull is to stop.
#[derive(Default)]
struct Stop {
    said: AtomicBool,
    told: Notify,
}

/// A pull under way, until it is dropped.
pub(crate) struct Going<'a> {
    pulling: &'a Pulling,
    item: ItemId,
    stop: Arc<Stop>,
}

impl Pulling {
    fn held(&self) -> MutexGuard<'_, HashMap<ItemId, Arc<Stop>>> {
        // A panic while it is held leaves a map that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one.
    ///
    /// # Errors
    /// `source_busy` where it is being pulled already.
    pub(crate) fn begin(&self, item: ItemId) -> Result<Going<'_>, ConsoleError> {
        let mut held = self.held();
        if held.contains_key(&item) {
            return Err(ConsoleError::new("source_busy"));
        }
        let stop = Arc::<Stop>::default();
        held.insert(item, Arc::clone(&stop));
        Ok(Going {
            pulling: self,
            item,
            stop,
        })
    }

    pub(super) fn holds(&self, item: ItemId) -> bool {
        self.held().contains_key(&item)
    }

    /// Stops one. Where none is under way there is nothing to stop.
    pub(super) fn stop(&self, item: ItemId) {
        if let Some(stop) = self.held().get(&item) {
            stop.said.store(true, Ordering::Relaxed);
            stop.told.notify_one();
        }
    }
}

impl Going<'_> {
    /// Whether it is to go on to the next page.
    pub(super) fn goes_on(&self) -> ControlFlow<()> {
        match self.stop.said.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    /// Waits until a person stops it.
    pub(super) async fn stopped(&self) {
        // A word that was said before is kept for whoever listens next.
        self.stop.told.notified().await;
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        self.pulling.held().remove(&self.item);
    }
}
