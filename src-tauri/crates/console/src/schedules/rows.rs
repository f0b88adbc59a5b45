//! How schedules and their runs are shown.

use tsunagi_areas::schedule::Plan;
use tsunagi_catalog::{Execution, Item};
use tsunagi_domain::{ItemId, Member};

use super::{AREA, Detail, UNATTENDED, job, schedule_of};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::messages;
use crate::views::{Failure, ScheduleRow, ScheduleRun, ScheduleTarget, SourceSchedule};

impl Console {
    pub(super) fn schedule_row(
        &self,
        item: Item,
        suspended: bool,
        members: &[Member],
    ) -> Result<ScheduleRow, ConsoleError> {
        let catalog = &self.inner.catalog;
        let schedule = schedule_of(&item);
        let plan = match &schedule {
            Some(schedule) => Plan::new(&schedule.when, &schedule.zone).map_err(Into::into),
            None => Err(ConsoleError::new("schedule_unreadable").with("name", &*item.name)),
        };
        let what = match &schedule {
            Some(schedule) => self.readable_item(schedule.what)?,
            None => None,
        };
        let stopped = match (&plan, &what) {
            (Err(error), _) => Some(self.failure(error)),
            (Ok(_), None) => Some(self.failure(&ConsoleError::new("schedule_target_missing"))),
            (Ok(_), Some(_)) => self.stopped_of(item.id)?,
        };
        let from = catalog.progress(item.id)?.map(|known| known.considered);
        let from = self.now().max(from.unwrap_or_default());
        let last = catalog.executions(item.id, None, 1)?.pop();
        Ok(ScheduleRow {
            id: item.id,
            name: item.name,
            what: match &what {
                Some(what) => Some(self.schedule_target(what)?),
                None => None,
            },
            zone: schedule
                .as_ref()
                .map(|s| s.zone.clone())
                .unwrap_or_default(),
            when: schedule.map(|schedule| schedule.when),
            paused: item.paused,
            next: match plan {
                Ok(plan) if !item.paused && !suspended => plan.next_five(from),
                _ => Vec::new(),
            },
            running: u32::try_from(self.inner.underway.count(item.id)).unwrap_or(u32::MAX),
            last: last.map(|execution| self.schedule_run(execution, members)),
            stopped,
        })
    }

    /// Why the gate would refuse an item now (R13, R14).
    pub(super) fn stopped_of(&self, item: ItemId) -> Result<Option<Failure>, ConsoleError> {
        for part in self.inner.catalog.parts(item)? {
            let Some(connection) = self.readable_connection(part.connection)? else {
                continue;
            };
            let mut uses = self.inner.catalog.uses(connection.id)?;
            uses.retain(|used| used.item == Some(item));
            let places = self.use_places(&connection, &uses)?;
            if let Some(stopped) = places.into_iter().find_map(|place| place.stopped) {
                return Ok(Some(stopped));
            }
        }
        Ok(None)
    }

    /// The schedules that run an item, by name.
    pub(crate) fn schedules_of(&self, what: &Item) -> Result<Vec<SourceSchedule>, ConsoleError> {
        let catalog = &self.inner.catalog;
        let mut found = Vec::new();
        for item in catalog.items(what.application, what.environment, AREA)? {
            if schedule_of(&item).is_some_and(|schedule| schedule.what == what.id) {
                let parts = catalog.parts(item.id)?;
                found.push(SourceSchedule {
                    id: item.id,
                    name: item.name,
                    next: parts.first().and_then(|part| part.next_run),
                });
            }
        }
        Ok(found)
    }

    pub(super) fn schedule_target(&self, item: &Item) -> Result<ScheduleTarget, ConsoleError> {
        let mut connections = Vec::new();
        for part in self.inner.catalog.parts(item.id)? {
            if let Some(connection) = self.readable_connection(part.connection)? {
                connections.push(self.connection_mark(&connection));
            }
        }
        let refused = self.may_be_scheduled(item).err();
        Ok(ScheduleTarget {
            id: item.id,
            area: item.area.clone(),
            name: item.name.clone(),
            method: job::call_of(item).map(|call| call.method),
            connections,
            refused: refused.map(|error| self.failure(&error)),
        })
    }

    pub(super) fn schedule_run(&self, execution: Execution, members: &[Member]) -> ScheduleRun {
        let detail: Detail = serde_json::from_str(&execution.detail).unwrap_or_default();
        let (ended_at, outcome) = execution.ended.unzip();
        let args = {
            let mut args = detail.args;
            if let Some(status) = detail.status {
                args.insert("status".to_owned(), status.to_string());
            }
            args
        };
        let code = detail.code;
        let by_hand = execution.caller != UNATTENDED;
        let member = members
            .iter()
            .find(|member| member.id.to_string() == execution.caller);
        ScheduleRun {
            id: execution.id,
            due: execution.due,
            began_at: execution.began_at,
            ended_at,
            who: by_hand.then(|| member.map(|known| known.name.clone()).unwrap_or_default()),
            outcome: outcome
                .and_then(|word| serde_json::from_value(serde_json::Value::String(word)).ok()),
            status: detail.status,
            millis: detail.millis,
            bytes: detail.bytes,
            rows: detail.rows,
            failure: code.map(|code| messages::failure(self.locale(), &code, &args)),
            first: detail.first,
            count: detail.count,
            more: detail.more,
        }
    }
}
