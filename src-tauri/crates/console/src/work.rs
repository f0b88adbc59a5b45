//! Work that may take seconds: how far it is, and that it can be stopped.
//!
//! Whoever does it takes a [`Running`] and says now and then how far it is; where it was stopped
//! meanwhile it is told so, and ends without having written anything. Doors ask and stop by kind.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{WorkKind, WorkView};

/// What runs now, by kind.
#[derive(Default)]
pub(crate) struct Works(Mutex<HashMap<WorkKind, Arc<Work>>>);

#[derive(Default)]
struct Work {
    done: AtomicU64,
    all: AtomicU64,
    stopped: AtomicBool,
    /// Told when it is stopped, for work that waits instead of taking steps.
    told: Notify,
}

impl Works {
    fn held(&self) -> MutexGuard<'_, HashMap<WorkKind, Arc<Work>>> {
        // A panic while it is held leaves a map that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that is being done, until it is dropped.
pub(crate) struct Running<'a> {
    works: &'a Works,
    kind: WorkKind,
    work: Arc<Work>,
}

impl Running<'_> {
    /// Says how much of all is done.
    ///
    /// # Errors
    /// `work_stopped` where a person has stopped it.
    pub(crate) fn step(&self, done: u64, all: u64) -> Result<(), ConsoleError> {
        self.work.done.store(done, Ordering::Relaxed);
        self.work.all.store(all, Ordering::Relaxed);
        if self.work.stopped.load(Ordering::Relaxed) {
            return Err(ConsoleError::new("work_stopped"));
        }
        Ok(())
    }

    /// Waits until a person stops it.
    pub(crate) async fn stopped(&self) {
        // A word that was said before is kept for whoever listens next.
        self.work.told.notified().await;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let mut works = self.works.held();
        // Another of its kind may have begun since.
        if works
            .get(&self.kind)
            .is_some_and(|known| Arc::ptr_eq(known, &self.work))
        {
            works.remove(&self.kind);
        }
    }
}

impl Console {
    /// Begins work of a kind.
    pub(crate) fn begin_work(&self, kind: WorkKind) -> Running<'_> {
        let works = &self.inner.works;
        let work = Arc::<Work>::default();
        works.held().insert(kind, Arc::clone(&work));
        Running { works, kind, work }
    }

    /// Whether the acting member may begin work of a kind, and so see and stop it: managers (R2);
    /// what a form does, whoever fills it in (R15).
    fn begins(&self, session: Session, kind: WorkKind) -> Result<(), ConsoleError> {
        match kind {
            WorkKind::Workflow => self.member(session).map(drop),
            _ => self.reader(session).map(drop),
        }
    }

    /// How far the work of a kind is; `None` where none runs.
    ///
    /// # Errors
    /// R2, R15: not for whom may not begin it.
    pub fn work(&self, session: Session, kind: WorkKind) -> Result<Option<WorkView>, ConsoleError> {
        self.begins(session, kind)?;
        let works = self.inner.works.held();
        Ok(works.get(&kind).map(|work| WorkView {
            done: work.done.load(Ordering::Relaxed),
            all: work.all.load(Ordering::Relaxed),
        }))
    }

    /// Stops the work of a kind at its next step. Where none runs there is nothing to stop.
    ///
    /// # Errors
    /// R2, R15: not for whom may not begin it.
    pub fn stop_work(&self, session: Session, kind: WorkKind) -> Result<(), ConsoleError> {
        self.begins(session, kind)?;
        if let Some(work) = self.inner.works.held().get(&kind) {
            work.stopped.store(true, Ordering::Relaxed);
            work.told.notify_one();
        }
        Ok(())
    }
}
