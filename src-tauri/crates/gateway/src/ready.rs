//! What was chosen and opened for a call, kept for the next one like it.
//!
//! A rule is never skipped for it. What was decided is used again only while everything it was
//! decided by stands as it did: the catalog, which other processes write too
//! ([`tsunagi_catalog::Catalog::stamp`]), the open keys and the connectors. What depends on the
//! time is asked each time. Opened credentials are forgotten half a minute after they were opened,
//! and at once where the keys are locked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tsunagi_catalog::Stamp;
use tsunagi_domain::freshness::Freshness;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{ApplicationId, ConnectionId, Environment};

use crate::fresh::Fresh;
use crate::place::Place;
use crate::{Call, Gateway};

/// How long an opened credential is kept.
const KEPT: Duration = Duration::from_secs(30);
/// How many are kept.
const MOST: usize = 256;
/// How long a call waits for another like it that is being decided: longer than reading takes, and
/// far shorter than a renewal, for which nobody waits who need not.
const TURN: Duration = Duration::from_millis(20);

/// Everything a request through a connection needs.
pub(crate) struct Ready {
    pub(crate) connection: ConnectionId,
    pub(crate) place: Place,
    pub(crate) fresh: Fresh,
}

/// What a decision depends on beside how everything stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    link_name: LinkName,
    caller: Caller,
    application: Option<ApplicationId>,
    environment: Environment,
}

impl Asked {
    pub(crate) fn by(call: &Call) -> Self {
        Self {
            link_name: call.link_name.clone(),
            caller: call.caller,
            application: call.application,
            environment: call.environment,
        }
    }
}

/// How everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    catalog: Stamp,
    closed: u64,
}

struct Kept {
    mark: Mark,
    since: Instant,
    ready: Arc<Ready>,
}

#[derive(Default)]
struct Inner {
    /// How often all was forgotten.
    closed: u64,
    kept: HashMap<Asked, Kept>,
    turns: HashMap<Asked, Arc<tokio::sync::Mutex<()>>>,
    swept: bool,
}

/// Held by the one of several calls alike that is being decided.
pub(crate) type Turn = tokio::sync::OwnedMutexGuard<()>;

/// What is kept.
#[derive(Default)]
pub(crate) struct Openings(Mutex<Inner>);

impl Openings {
    // Whoever panicked with it left a map that is whole.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything, also what is just being opened: the keys or the connectors are others
    /// now.
    pub(crate) fn close(&self) {
        let mut inner = self.lock();
        inner.closed += 1;
        inner.kept.clear();
    }

    fn mark(&self, catalog: Stamp) -> Mark {
        let closed = self.lock().closed;
        Mark { catalog, closed }
    }

    fn get(&self, asked: &Asked, mark: Mark) -> Option<Arc<Ready>> {
        let inner = self.lock();
        let kept = inner.kept.get(asked)?;
        let stands = kept.mark == mark && mark.closed == inner.closed;
        (stands && kept.since.elapsed() < KEPT).then(|| Arc::clone(&kept.ready))
    }

    /// Keeps it, where everything stands as it did before it was decided.
    fn keep(self: &Arc<Self>, asked: Asked, mark: Mark, ready: Arc<Ready>) {
        let mut inner = self.lock();
        if inner.closed != mark.closed {
            return;
        }
        if inner.kept.len() >= MOST {
            inner.kept.clear();
        }
        let since = Instant::now();
        inner.kept.insert(asked, Kept { mark, since, ready });
        if !std::mem::replace(&mut inner.swept, true) {
            let weak = Arc::downgrade(self);
            tokio::spawn(async move {
                loop {
                    tokio::time::sleep(KEPT).await;
                    match weak.upgrade() {
                        Some(openings) if openings.sweep() => {}
                        _ => return,
                    }
                }
            });
        }
    }

    /// Waits for one like it that is being decided. `None`: that takes long, and what it waits for
    /// may be no matter of this one.
    async fn turn(&self, asked: &Asked) -> Option<Turn> {
        let turn = {
            let mut inner = self.lock();
            if inner.turns.len() >= MOST {
                inner.turns.retain(|_, turn| Arc::strong_count(turn) > 1);
            }
            Arc::clone(inner.turns.entry(asked.clone()).or_default())
        };
        match Arc::clone(&turn).try_lock_owned() {
            Ok(turn) => Some(turn),
            Err(_) => tokio::time::timeout(TURN, turn.lock_owned()).await.ok(),
        }
    }

    /// Forgets what was kept long enough; says whether anything is left.
    fn sweep(&self) -> bool {
        let mut inner = self.lock();
        inner.kept.retain(|_, kept| kept.since.elapsed() < KEPT);
        inner.swept = !inner.kept.is_empty();
        inner.swept
    }
}

impl Gateway {
    /// How everything stands; `None` where that cannot be told, and all is to be read.
    pub(crate) fn stands(&self) -> Option<Mark> {
        let stamp = self.inner.catalog.stamp();
        stamp.ok().map(|stamp| self.inner.openings.mark(stamp))
    }

    /// What is ready for a call, as everything stands and at this time.
    pub(crate) fn ready(&self, asked: &Asked, mark: Option<Mark>) -> Option<Arc<Ready>> {
        let ready = self.inner.openings.get(asked, mark?)?;
        let now = self.now();
        let good = ready.fresh.state(ready.place.authorization, now) == Freshness::Fresh
            && ready.place.connector.served(now).is_ok();
        good.then_some(ready)
    }

    /// As [`Self::ready`], where nothing is ready yet: of many calls that meet a change together one
    /// is decided, and the others find what came of it, if that still stands. Whoever gets a turn
    /// holds it until then.
    pub(crate) async fn ready_in_turn(
        &self,
        asked: &Asked,
    ) -> (Option<Arc<Ready>>, Option<Mark>, Option<Turn>) {
        let turn = self.inner.openings.turn(asked).await;
        // Before anything is read: what changes meanwhile is not missed.
        let mark = self.stands();
        (self.ready(asked, mark), mark, turn)
    }

    pub(crate) fn keep(&self, asked: Asked, mark: Option<Mark>, ready: &Arc<Ready>) {
        if let Some(mark) = mark {
            self.inner.openings.keep(asked, mark, Arc::clone(ready));
        }
    }
}

#[cfg(test)]
mod tests;
