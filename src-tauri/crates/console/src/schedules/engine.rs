//! The engine: looks at the time, begins what is due, and tells how it went.
//!
//! What is due is decided and stored in one write before anything is sent. A run that was begun
//! and is not known here was cut off with the program: it is ended first, and made up for only
//! where that does no harm.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tsunagi_areas::schedule::{Due, Missed, MissedPolicy, Plan, Schedule, State, Why, due};
use tsunagi_catalog::{CatalogError, Execution, Item, Progress};
use tsunagi_domain::custody::{custody, may_use_credentials};
use tsunagi_domain::{ExecutionId, ItemId, Timestamp};

use super::job::{Job, Ran, is_safe};
use super::{AREA, Detail, UNATTENDED, schedule_of, word};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::views::ScheduleOutcome;

/// Runs that are under way in this process, by the schedule they belong to.
#[derive(Default, Clone)]
pub(crate) struct Underway {
    runs: Arc<Mutex<HashMap<ExecutionId, ItemId>>>,
    /// Held while it is decided what begins.
    deciding: Arc<Mutex<()>>,
}

impl Underway {
    fn held(&self) -> MutexGuard<'_, HashMap<ExecutionId, ItemId>> {
        // A panic while it is held leaves a map that is whole.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn deciding(&self) -> MutexGuard<'_, ()> {
        self.deciding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many runs of a schedule are under way.
    pub(super) fn count(&self, schedule: ItemId) -> usize {
        let runs = self.held();
        runs.values().filter(|known| **known == schedule).count()
    }

    fn knows(&self, run: ExecutionId) -> bool {
        self.held().contains_key(&run)
    }

    fn begin(&self, execution: &Execution) -> Begun {
        self.held().insert(execution.id, execution.item);
        Begun {
            underway: self.clone(),
            execution: execution.clone(),
        }
    }
}

/// A run that has begun, until it is dropped: one that is dropped before it is told how it went
/// is found as cut off.
pub(super) struct Begun {
    underway: Underway,
    execution: Execution,
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.underway.held().remove(&self.execution.id);
    }
}

impl Console {
    /// Begins what is due by now, and waits until it is over. The shell calls this every few
    /// seconds, also while runs of the round before are under way.
    ///
    /// While the vault is locked no time is looked at: what comes meanwhile is missed, and made up
    /// for as each schedule says when it opens.
    pub async fn run_schedules_due(&self) {
        // A copy that was not taken over sends nothing: what would have run there ran elsewhere.
        let elsewhere = match self.inner.catalog.restoration() {
            Ok(restoration) => may_use_credentials(custody(restoration)).is_err(),
            Err(_) => false,
        };
        if !self.inner.keys.is_open() || elsewhere {
            return;
        }
        let begun = self.off_thread(Self::begin_due).await;
        match begun {
            Ok(begun) => {
                futures::future::join_all(begun.into_iter().map(|run| self.carry_out(run))).await;
            }
            Err(error) => tracing::error!(code = %error.code, "schedules not looked at"),
        }
    }

    fn begin_due(&self) -> Result<Vec<Begun>, ConsoleError> {
        let _deciding = self.inner.underway.deciding();
        self.end_cut_off()?;
        let mut begun = Vec::new();
        for item in self.inner.catalog.items_of_area(AREA)? {
            // One that cannot be followed keeps no other from its time; the list says why.
            match self.begin_item(&item) {
                Ok(more) => begun.extend(more),
                Err(error) => {
                    tracing::warn!(schedule = %item.id, code = %error.code, "not followed");
                }
            }
        }
        if !begun.is_empty() {
            self.inner.bell.changed();
        }
        Ok(begun)
    }

    fn begin_item(&self, item: &Item) -> Result<Vec<Begun>, ConsoleError> {
        let Some(schedule) = schedule_of(item) else {
            return Err(ConsoleError::new("schedule_unreadable").with("name", &*item.name));
        };
        let plan = Plan::new(&schedule.when, &schedule.zone)?;
        if item.paused || self.is_suspended(item.application, item.environment)? {
            self.follow(item, &schedule, None)?;
            return Ok(Vec::new());
        }
        let (catalog, now) = (&self.inner.catalog, self.now());
        let before = catalog.progress(item.id)?;
        let state = before.as_ref().map_or_else(
            // Its home came without how far it had come: from here on.
            || State {
                considered: now,
                waiting: Vec::new(),
            },
            |known| State {
                considered: known.considered,
                waiting: known.waiting.clone(),
            },
        );
        let running = self.inner.underway.count(item.id);
        let Due {
            state: after,
            start,
            missed,
        } = due(
            &plan,
            schedule.missed,
            schedule.overlap,
            &state,
            running,
            now,
        );
        let changed = before.is_none()
            || !start.is_empty()
            || !missed.is_empty()
            || after.waiting != state.waiting
            || after.considered < state.considered;
        let mut begun = Vec::new();
        if changed {
            let mut executions: Vec<Execution> = missed
                .iter()
                .map(|missed| not_run(item.id, missed, now))
                .collect();
            let started: Vec<Execution> =
                start.iter().map(|due| begin(item.id, *due, now)).collect();
            executions.extend(started.iter().cloned());
            let progress = Progress {
                considered: after.considered,
                waiting: after.waiting,
            };
            match catalog.advance(item.id, before.as_ref(), &progress, &executions) {
                // Another process has decided.
                Err(CatalogError::Stale) => return Ok(Vec::new()),
                stored => stored?,
            }
            begun.extend(started.iter().map(|run| self.inner.underway.begin(run)));
        }
        // What has begun is stored, and goes on whether or not its next time can be shown.
        let next = plan.next(now.max(after.considered));
        if let Err(error) = self.follow(item, &schedule, next) {
            tracing::warn!(schedule = %item.id, code = %error.code, "its next time is not shown");
        }
        Ok(begun)
    }

    /// From now on each schedule looks at its times, and at none of before.
    pub(crate) fn schedules_begin_now(&self) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        for item in catalog.items_of_area(AREA)? {
            catalog.begin_at(item.id, self.now())?;
        }
        Ok(())
    }

    /// An item, unless it is not there or cannot be read: Home tells of that.
    pub(super) fn readable_item(&self, id: ItemId) -> Result<Option<Item>, ConsoleError> {
        match self.inner.catalog.item(id) {
            Err(CatalogError::Unreadable(_)) => Ok(None),
            found => Ok(found?),
        }
    }

    /// Keeps what is in use because of a schedule as it is: the connections of what it runs, and
    /// when that is next (R18).
    fn follow(
        &self,
        item: &Item,
        schedule: &Schedule,
        next: Option<Timestamp>,
    ) -> Result<(), ConsoleError> {
        let Some(what) = self.inner.catalog.item(schedule.what)? else {
            return Ok(());
        };
        let wanted = self.parts_for(&what, next)?;
        let there = self.inner.catalog.parts(item.id)?;
        if wanted == there {
            return Ok(());
        }
        let same = |one: &[tsunagi_catalog::Part], other: &[tsunagi_catalog::Part]| {
            let of = |parts: &[tsunagi_catalog::Part]| {
                let parts = parts.iter();
                let parts = parts.map(|part| (part.part.clone(), part.connection));
                parts.collect::<Vec<_>>()
            };
            of(one) == of(other)
        };
        if same(&wanted, &there) {
            self.inner.catalog.set_next_run(item.id, next)?;
            return Ok(());
        }
        match self
            .inner
            .catalog
            .put_item(item, &wanted, Some(item.version))
        {
            // Somebody stores it at this moment; the next round looks again.
            Err(CatalogError::Stale) => Ok(()),
            stored => Ok(stored?),
        }
    }

    /// Ends what was begun and cut off: by a crash, a kill or the end of the program.
    fn end_cut_off(&self) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        for mut execution in catalog.executions_under_way()? {
            if self.inner.underway.knows(execution.id) {
                continue;
            }
            // One that cannot be read keeps no other from its end.
            let item = self.readable_item(execution.item)?;
            if item.as_ref().is_some_and(|item| item.area != AREA) {
                continue;
            }
            let schedule = item.as_ref().and_then(schedule_of);
            let what = match &schedule {
                Some(schedule) => self.readable_item(schedule.what)?,
                None => None,
            };
            let safe = what.as_ref().is_some_and(|what| is_safe(self, what));
            let outcome = if safe {
                ScheduleOutcome::Interrupted
            } else {
                ScheduleOutcome::Unknown
            };
            let code = if safe {
                "schedule_interrupted"
            } else {
                "schedule_unknown"
            };
            let detail = Detail {
                code: Some(code.to_owned()),
                ..Detail::default()
            };
            execution.ended = Some((self.now(), word(outcome)));
            execution.detail = detail.written();
            let made_up = schedule
                .as_ref()
                .is_some_and(|schedule| safe && schedule.missed != MissedPolicy::Skip);
            match (
                execution.due.filter(|_| made_up),
                catalog.progress(execution.item)?,
            ) {
                (Some(due), Some(before)) => {
                    let mut after = before.clone();
                    after.waiting.insert(0, due);
                    catalog.advance(execution.item, Some(&before), &after, &[execution])?;
                }
                _ => catalog.put_execution(&execution)?,
            }
        }
        Ok(())
    }

    /// Begins a run that somebody asked for.
    pub(super) fn begin_by_hand(&self, item: &Item, caller: String) -> Result<Begun, ConsoleError> {
        let execution = Execution {
            caller,
            due: None,
            ..begin(item.id, self.now(), self.now())
        };
        self.inner.catalog.put_execution(&execution)?;
        Ok(self.inner.underway.begin(&execution))
    }

    /// Does what a run is for, and tells how it went.
    pub(super) async fn carry_out(&self, begun: Begun) -> Execution {
        let item = begun.execution.item;
        let job = self
            .off_thread(move |console| {
                let item = console.inner.catalog.item(item)?;
                let item = item.ok_or_else(|| ConsoleError::new("missing"))?;
                let schedule = schedule_of(&item).ok_or_else(|| {
                    ConsoleError::new("schedule_unreadable").with("name", &*item.name)
                })?;
                let what = console.inner.catalog.item(schedule.what)?;
                let what = what.ok_or_else(|| ConsoleError::new("schedule_target_missing"))?;
                Job::of(console, &what)
            })
            .await;
        let Ran { outcome, detail } = match job {
            Ok(job) => Box::pin(job.run(self)).await,
            Err(error) => Ran::failed(error),
        };
        let execution = Execution {
            ended: Some((self.now(), word(outcome))),
            detail: detail.written(),
            ..begun.execution.clone()
        };
        tracing::info!(schedule = %item, outcome = %word(outcome), "a schedule has run");
        let stored = execution.clone();
        if let Err(error) = self.db(move |catalog| catalog.put_execution(&stored)).await {
            // It is found as cut off.
            tracing::error!(code = %error.code, "a run's end is not stored");
        }
        drop(begun);
        self.inner.bell.changed();
        execution
    }
}

fn begin(item: ItemId, due: Timestamp, now: Timestamp) -> Execution {
    Execution {
        id: ExecutionId::new(),
        item,
        caller: UNATTENDED.to_owned(),
        due: Some(due),
        began_at: now,
        ended: None,
        detail: Detail::default().written(),
    }
}

fn not_run(item: ItemId, missed: &Missed, now: Timestamp) -> Execution {
    let outcome = match missed.why {
        Why::Late => ScheduleOutcome::Missed,
        Why::Busy => ScheduleOutcome::Busy,
    };
    let detail = Detail {
        first: Some(missed.first),
        count: u32::try_from(missed.count).unwrap_or(u32::MAX),
        more: missed.more,
        ..Detail::default()
    };
    Execution {
        ended: Some((now, word(outcome))),
        detail: detail.written(),
        ..begin(item, missed.last, now)
    }
}
