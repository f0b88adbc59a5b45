//! Schedules: what runs with nobody present, kept from it, started by hand, and how it went.

mod engine;
mod job;
mod rows;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tsunagi_areas::schedule::{Plan, Schedule, Unfit, When, zones};
use tsunagi_catalog::{Item, Part};
use tsunagi_connectors::Area;
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Access;
use tsunagi_domain::impact::{Place, may_be_made};
use tsunagi_domain::{
    ApplicationId, Environment, ExecutionId, ItemId, Refusal, RefusalCode, Timestamp,
};

pub(crate) use engine::Underway;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::subject_of;
use crate::log::Action;
use crate::uses::application_mark;
use crate::views::{ScheduleDraft, ScheduleOutcome, ScheduleRun, SchedulesView};
use crate::welcome::person_name;

/// The area schedules belong to.
const AREA: &str = Area::Schedule.as_str();
/// Who starts what nobody is present for.
const UNATTENDED: &str = "unattended";
/// How many runs a page of the history has.
const PAGE: u32 = 50;

/// What a run leaves behind: words and numbers, never a body.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Detail {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    millis: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    args: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Timestamp>,
    count: u32,
    more: bool,
}

impl Detail {
    fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// An outcome as it is stored.
fn word(outcome: ScheduleOutcome) -> String {
    let word = match outcome {
        ScheduleOutcome::Done => "done",
        ScheduleOutcome::Failed => "failed",
        ScheduleOutcome::Refused => "refused",
        ScheduleOutcome::Missed => "missed",
        ScheduleOutcome::Busy => "busy",
        ScheduleOutcome::Interrupted => "interrupted",
        ScheduleOutcome::Unknown => "unknown",
    };
    word.to_owned()
}

/// What an item of this area says, where it can be read.
fn schedule_of(item: &Item) -> Option<Schedule> {
    serde_json::from_str(&item.definition).ok()
}

impl From<Unfit> for ConsoleError {
    fn from(unfit: Unfit) -> Self {
        let error = Self::new(unfit.code());
        let args = unfit.args().into_iter();
        args.fold(error, |error, (name, value)| error.with(name, value))
    }
}

/// The setting that keeps a place's schedules from running.
fn setting_of(application: ApplicationId, environment: Environment) -> String {
    format!("schedules_suspended/{application}/{}", environment.as_str())
}

impl Console {
    /// The schedules of an application in an environment, and what they may run.
    ///
    /// # Errors
    /// R2: managers look at them; no such application.
    pub fn schedules(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<SchedulesView, ConsoleError> {
        let viewer = self.reader(session)?;
        let application = self.application(application)?;
        let catalog = &self.inner.catalog;
        let suspended = self.is_suspended(application.id, environment)?;
        let members = catalog.members()?;
        let mut schedules = Vec::new();
        for item in catalog.items(application.id, environment, AREA)? {
            schedules.push(self.schedule_row(item, suspended, &members)?);
        }
        let mut targets = Vec::new();
        for area in job::AREAS {
            for item in catalog.items(application.id, environment, area)? {
                if job::has_something(self, &item) {
                    targets.push(self.schedule_target(&item)?);
                }
            }
        }
        Ok(SchedulesView {
            application: application_mark(&application),
            schedules,
            targets,
            zones: zones(),
            suspended,
            may_suspend: environment != Environment::Production,
            may_manage: self.manages(&viewer, Act::Edit),
        })
    }

    /// R4, R14: whether a schedule may be made on an item.
    fn may_be_scheduled(&self, item: &Item) -> Result<(), ConsoleError> {
        let application = self.application(item.application)?;
        for part in self.scheduled(item)? {
            let connection = self.connection(part.connection)?;
            if !self
                .inner
                .catalog
                .has_access(application.id, connection.id)?
            {
                return Err(Refusal::new(RefusalCode::ApplicationNoAccess)
                    .with("connection", connection.link_name.as_str())
                    .with("application", application.name)
                    .into());
            }
            let shape = self.shape_of(&self.whole(connection.id)?);
            let place = Place {
                area: AREA,
                environment: item.environment,
                unattended: true,
                access: Access::Granted,
            };
            may_be_made(&shape, place)?;
        }
        Ok(())
    }

    /// The parts of an item that a schedule goes through: of a form or report, those of the rules
    /// that a schedule starts.
    fn scheduled(&self, what: &Item) -> Result<Vec<Part>, ConsoleError> {
        let mut parts = self.inner.catalog.parts(what.id)?;
        if let Some(own) = self.scheduled_parts(what) {
            parts.retain(|part| own.contains(&part.part));
        }
        Ok(parts)
    }

    /// What is in use because an item runs by itself: the connections it goes through.
    fn parts_for(&self, what: &Item, next: Option<Timestamp>) -> Result<Vec<Part>, ConsoleError> {
        let parts = self.scheduled(what)?.into_iter();
        Ok(parts
            .map(|part| Part {
                unattended: true,
                next_run: next,
                ..part
            })
            .collect())
    }

    fn schedule_item(&self, id: ItemId) -> Result<Item, ConsoleError> {
        let item = self.inner.catalog.item(id)?;
        let item = item.filter(|item| item.area == AREA);
        item.ok_or_else(|| ConsoleError::new("missing"))
    }

    /// One schedule, to be edited.
    ///
    /// # Errors
    /// R2; `missing`; `schedule_unreadable`.
    pub fn schedule(&self, session: Session, id: ItemId) -> Result<ScheduleDraft, ConsoleError> {
        self.reader(session)?;
        let item = self.schedule_item(id)?;
        let schedule = schedule_of(&item)
            .ok_or_else(|| ConsoleError::new("schedule_unreadable").with("name", &*item.name))?;
        Ok(ScheduleDraft {
            id: Some(item.id),
            version: Some(item.version),
            application: item.application,
            environment: item.environment,
            name: item.name,
            what: Some(schedule.what),
            when: schedule.when,
            zone: schedule.zone,
            missed: schedule.missed,
            overlap: schedule.overlap,
        })
    }

    /// The next five times of what is being written.
    ///
    /// # Errors
    /// R2; what cannot be followed as it is written; `schedule_past`, `schedule_never`.
    pub fn schedule_preview(
        &self,
        session: Session,
        when: &When,
        zone: &str,
    ) -> Result<Vec<Timestamp>, ConsoleError> {
        self.reader(session)?;
        Ok(self.plan(when, zone)?.next_five(self.now()))
    }

    /// Reads when something runs; what never comes is no plan.
    fn plan(&self, when: &When, zone: &str) -> Result<Plan, ConsoleError> {
        let plan = Plan::new(when, zone)?;
        match when {
            _ if plan.next(self.now()).is_some() => Ok(plan),
            When::Cron { expression } => Err(Unfit::Never(expression.clone()).into()),
            When::Once { .. } => Err(ConsoleError::new("schedule_past")),
        }
    }

    /// Keeps a schedule. From then on what it runs goes through its connections unattended, and
    /// shows there (R18). Where its times change, those before now are not missed.
    ///
    /// # Errors
    /// R1, R2, R4, R14; a name that is empty, too long or taken; what cannot be followed as it is
    /// written; `schedule_target_needed`, `schedule_target_missing`; `stale` where another window
    /// has stored it meanwhile.
    pub fn save_schedule(
        &self,
        session: Session,
        draft: ScheduleDraft,
    ) -> Result<ScheduleDraft, ConsoleError> {
        let member = self.manager_for(session, Act::Edit)?;
        self.inner.keys.vault()?;
        let name = person_name(&draft.name)?;
        let chosen = draft.what;
        let chosen = chosen.ok_or_else(|| ConsoleError::new("schedule_target_needed"))?;
        let schedule = Schedule {
            what: chosen,
            when: draft.when.clone(),
            zone: draft.zone.clone(),
            missed: draft.missed,
            overlap: draft.overlap,
        };
        let _deciding = self.inner.underway.deciding();
        let before = match draft.id {
            Some(id) => Some(self.schedule_item(id)?),
            None => None,
        };
        let known = before.as_ref().and_then(schedule_of);
        let same_times =
            known.is_some_and(|known| known.when == schedule.when && known.zone == schedule.zone);
        // What came once and is over may still be given another name.
        let plan = if same_times {
            Plan::new(&schedule.when, &schedule.zone)?
        } else {
            self.plan(&schedule.when, &schedule.zone)?
        };
        let definition = serde_json::to_string(&schedule)
            .map_err(|_| ConsoleError::new("schedule_unreadable").with("name", &*name))?;
        let id = draft.id.unwrap_or_else(ItemId::new);
        let now = self.now();
        // It stays where it was made.
        let elsewhere = before.as_ref().is_some_and(|item| {
            item.application != draft.application || item.environment != draft.environment
        });
        if elsewhere {
            return Err(ConsoleError::new("missing"));
        }
        self.at_once(|| {
            let application = self.application(draft.application)?;
            let what = self.inner.catalog.item(chosen)?;
            let what = what.filter(|what| {
                what.application == application.id
                    && what.environment == draft.environment
                    && job::AREAS.contains(&what.area.as_str())
            });
            let what = what.ok_or_else(|| ConsoleError::new("schedule_target_missing"))?;
            self.may_be_scheduled(&what)?;
            let item = Item {
                id,
                application: application.id,
                environment: draft.environment,
                area: AREA.to_owned(),
                name: name.clone(),
                definition,
                paused: before.as_ref().is_some_and(|item| item.paused),
                version: 1,
                created_at: before.as_ref().map_or(now, |item| item.created_at),
                changed_at: now,
                created_by: Some(member.id),
            };
            let runs = !item.paused && !self.is_suspended(application.id, draft.environment)?;
            let next = plan.next(now).filter(|_| runs);
            let parts = self.parts_for(&what, next)?;
            let stored = self.inner.catalog.put_item(&item, &parts, draft.version);
            stored.map_err(|error| ConsoleError::from(error).with("name", &*name))?;
            self.log_schedule(session, Action::ScheduleSaved, &item)?;
            // The other file, and last: what is refused changes nothing of how far it has come.
            if !same_times {
                self.inner.catalog.begin_at(id, now)?;
            }
            Ok(())
        })?;
        self.inner.bell.changed();
        self.schedule(session, id)
    }

    fn log_schedule(
        &self,
        session: Session,
        action: Action,
        item: &Item,
    ) -> Result<(), ConsoleError> {
        let application = self.application(item.application)?;
        let args = [
            ("name", item.name.as_str()),
            ("application", application.name.as_str()),
            ("environment", item.environment.as_str()),
        ];
        self.log(session, action, &subject_of(item.id), &args)
    }

    /// Keeps a schedule from running by itself, or lets it run again: from then on, and not for
    /// the times meanwhile.
    ///
    /// # Errors
    /// R1, R2; `missing`.
    pub fn pause_schedule(
        &self,
        session: Session,
        id: ItemId,
        paused: bool,
    ) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Edit)?;
        self.inner.keys.vault()?;
        let _deciding = self.inner.underway.deciding();
        let before = self.schedule_item(id)?;
        if before.paused == paused {
            return Ok(());
        }
        if !paused {
            self.inner.catalog.begin_at(id, self.now())?;
        }
        self.at_once(|| {
            let runs = !paused && !self.is_suspended(before.application, before.environment)?;
            let next = self.next_of(&before).filter(|_| runs);
            let mut parts = self.inner.catalog.parts(id)?;
            for part in &mut parts {
                part.next_run = next;
            }
            let item = Item {
                paused,
                changed_at: self.now(),
                ..before.clone()
            };
            let catalog = &self.inner.catalog;
            catalog.put_item(&item, &parts, Some(before.version))?;
            let action = if paused {
                Action::SchedulePaused
            } else {
                Action::ScheduleResumed
            };
            self.log_schedule(session, action, &item)
        })?;
        self.inner.bell.changed();
        Ok(())
    }

    /// When an item's schedule comes next, where it can be followed.
    fn next_of(&self, item: &Item) -> Option<Timestamp> {
        let schedule = schedule_of(item)?;
        let plan = Plan::new(&schedule.when, &schedule.zone).ok()?;
        plan.next(self.now())
    }

    /// Deletes a schedule with what is told of its runs; one that is under way goes on to its end.
    /// The requests they made stay in the record of the connection.
    ///
    /// # Errors
    /// R1, R2; `missing`.
    pub fn delete_schedule(&self, session: Session, id: ItemId) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Delete)?;
        self.inner.keys.vault()?;
        self.at_once(|| {
            let item = self.schedule_item(id)?;
            self.inner.catalog.delete_item(id)?;
            self.log_schedule(session, Action::ScheduleDeleted, &item)
        })?;
        self.inner.catalog.forget_executions(id)?;
        self.inner.bell.changed();
        Ok(())
    }

    /// Runs a schedule now as it would run by itself: unattended (R13), whether or not it is
    /// paused. Its times stay as they are.
    ///
    /// # Errors
    /// R1, R2; `missing`; `schedule_running` where one runs and none may run beside it. What the
    /// gate says is told in the run.
    pub async fn run_schedule(
        &self,
        session: Session,
        id: ItemId,
    ) -> Result<ScheduleRun, ConsoleError> {
        let member = self.manager_for(session, Act::Use)?;
        let begun = self
            .off_thread(move |console| {
                console.inner.keys.vault()?;
                let _deciding = console.inner.underway.deciding();
                let item = console.schedule_item(id)?;
                let overlap = schedule_of(&item).map(|schedule| schedule.overlap);
                let beside = overlap == Some(tsunagi_areas::schedule::Overlap::Beside);
                if !beside && console.inner.underway.count(id) > 0 {
                    return Err(ConsoleError::new("schedule_running").with("name", &*item.name));
                }
                console
                    .at_once(|| console.log_schedule(session, Action::ScheduleStarted, &item))?;
                console.begin_by_hand(&item, member.id.to_string())
            })
            .await?;
        self.inner.bell.changed();
        let execution = self.carry_out(begun).await;
        let members = self.db(tsunagi_catalog::Catalog::members).await?;
        Ok(self.schedule_run(execution, &members))
    }

    /// What a schedule did, the latest first: at most fifty, those before `before` where it is
    /// given.
    ///
    /// # Errors
    /// R2; `missing`.
    pub fn schedule_history(
        &self,
        session: Session,
        id: ItemId,
        before: Option<ExecutionId>,
    ) -> Result<Vec<ScheduleRun>, ConsoleError> {
        self.reader(session)?;
        let item = self.schedule_item(id)?;
        let members = self.inner.catalog.members()?;
        let runs = self.inner.catalog.executions(item.id, before, PAGE)?;
        Ok(runs
            .into_iter()
            .map(|execution| self.schedule_run(execution, &members))
            .collect())
    }

    /// Whether a place's schedules are kept from running.
    fn is_suspended(
        &self,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<bool, ConsoleError> {
        let name = setting_of(application, environment);
        Ok(self.inner.catalog.setting(&name)?.as_deref() == Some("yes"))
    }

    /// Keeps all schedules of an application in Development or Stage from running by themselves,
    /// or lets them run again: from then on, and not for the times meanwhile.
    ///
    /// # Errors
    /// R1, R2; no such application; `schedule_production`.
    pub fn suspend_schedules(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
        suspended: bool,
    ) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Edit)?;
        self.inner.keys.vault()?;
        if environment == Environment::Production {
            return Err(ConsoleError::new("schedule_production"));
        }
        let _deciding = self.inner.underway.deciding();
        if self.is_suspended(application, environment)? == suspended {
            return Ok(());
        }
        let catalog = &self.inner.catalog;
        let items = catalog.items(application, environment, AREA)?;
        if !suspended {
            for item in &items {
                catalog.begin_at(item.id, self.now())?;
            }
        }
        self.at_once(|| {
            let application = self.application(application)?;
            let word = if suspended { "yes" } else { "no" };
            catalog.set_setting(&setting_of(application.id, environment), word)?;
            for item in &items {
                let runs = !suspended && !item.paused;
                catalog.set_next_run(item.id, self.next_of(item).filter(|_| runs))?;
            }
            let action = if suspended {
                Action::ScheduleSuspended
            } else {
                Action::ScheduleUnsuspended
            };
            let args = [
                ("application", application.name.as_str()),
                ("environment", environment.as_str()),
            ];
            let subject = crate::uses::subject_of(application.id);
            self.log(session, action, &subject, &args)
        })?;
        self.inner.bell.changed();
        Ok(())
    }
}
