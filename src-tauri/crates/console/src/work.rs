//! Work that may take seconds: how far it is, and that it can be stopped.
//!
//! Whoever does it takes a [`Running`] and says now and then how far it is; where it was stopped
//! meanwhile it is told so, and ends without having written anything. Doors ask and stop by kind; of
//! what members ask services for, each has their own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{Member, MemberId};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::views::{WorkKind, WorkView};

/// What runs now: by kind, and for whom, where it is for one member alone.
type Key = (WorkKind, Option<MemberId>);

/// What runs now.
#[derive(Default)]
pub(crate) struct Works(Mutex<HashMap<Key, Arc<Work>>>);

#[derive(Default)]
struct Work {
    done: AtomicU64,
    all: AtomicU64,
    stopped: AtomicBool,
    /// Told when it is stopped, for work that waits instead of taking steps.
    told: Notify,
}

impl Works {
    fn held(&self) -> MutexGuard<'_, HashMap<Key, Arc<Work>>> {
        // A panic while it is held leaves a map that is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that is being done, until it is dropped.
pub(crate) struct Running<'a> {
    works: &'a Works,
    /// `None` where nobody may stop it.
    key: Option<Key>,
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
        let Some(key) = self.key else { return };
        let mut works = self.works.held();
        // Another of its kind may have begun since.
        let known = works.get(&key);
        if known.is_some_and(|known| Arc::ptr_eq(known, &self.work)) {
            works.remove(&key);
        }
    }
}

impl Console {
    /// Begins work of a kind, which every manager may stop.
    pub(crate) fn begin_work(&self, kind: WorkKind) -> Running<'_> {
        self.works_at(Some((kind, None)))
    }

    /// Begins work of a kind for whoever asks: nobody else sees or stops it, and what runs
    /// unattended is no person's to stop, since what it is just asking for would be left in doubt.
    pub(crate) fn begin_work_for(&self, kind: WorkKind, caller: Caller) -> Running<'_> {
        self.works_at(match caller {
            Caller::Member(member) => Some((kind, Some(member))),
            Caller::Unattended => None,
        })
    }

    fn works_at(&self, key: Option<Key>) -> Running<'_> {
        let works = &self.inner.works;
        let work = Arc::<Work>::default();
        if let Some(key) = key {
            works.held().insert(key, Arc::clone(&work));
        }
        Running { works, key, work }
    }

    /// What runs of a kind that a member may see and stop.
    fn work_of(&self, member: &Member, kind: WorkKind) -> Option<Arc<Work>> {
        let works = self.inner.works.held();
        let own = works.get(&(kind, Some(member.id)));
        own.or_else(|| works.get(&(kind, None))).cloned()
    }

    /// Whether the acting member may begin work of a kind, and so see and stop it: managers (R2);
    /// what a form does, whoever fills it in (R15).
    fn begins(&self, session: Session, kind: WorkKind) -> Result<Member, ConsoleError> {
        match kind {
            WorkKind::Workflow => self.member(session),
            _ => self.reader(session),
        }
    }

    /// How far the work of a kind is; `None` where none runs.
    ///
    /// # Errors
    /// R2, R15: not for whom may not begin it.
    pub fn work(&self, session: Session, kind: WorkKind) -> Result<Option<WorkView>, ConsoleError> {
        let member = self.begins(session, kind)?;
        Ok(self.work_of(&member, kind).map(|work| WorkView {
            done: work.done.load(Ordering::Relaxed),
            all: work.all.load(Ordering::Relaxed),
        }))
    }

    /// Stops the work of a kind at its next step. Where none runs there is nothing to stop.
    ///
    /// # Errors
    /// R2, R15: not for whom may not begin it.
    pub fn stop_work(&self, session: Session, kind: WorkKind) -> Result<(), ConsoleError> {
        let member = self.begins(session, kind)?;
        if let Some(work) = self.work_of(&member, kind) {
            work.stopped.store(true, Ordering::Relaxed);
            work.told.notify_one();
        }
        Ok(())
    }
}
