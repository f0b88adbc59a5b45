//! An integration task, run by itself.

use tsunagi_areas::task::{self, Task, TaskError};
use tsunagi_catalog::Item;
use tsunagi_connectors::{Area, IDEMPOTENCY_KEY, Operation, Repeat, Verdict};
use tsunagi_domain::gate::Caller;
use tsunagi_gateway::{Door, GateError};

use super::{Ran, unreadable};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::schedules::{AREA, Detail};
use crate::trying::{answer_lost, is_lost};
use crate::views::ScheduleOutcome;

/// What is done, and through what.
pub(in crate::schedules) struct TaskJob {
    task: Task,
    operation: Operation,
    door: Door,
}

/// Whether the task may be done again with no harm.
pub(super) fn is_safe(console: &Console, item: &Item) -> bool {
    TaskJob::of(console, item).is_ok_and(|job| job.operation.repeat == Repeat::Safe)
}

impl TaskJob {
    pub(super) fn of(console: &Console, item: &Item) -> Result<Self, ConsoleError> {
        let task: Task = serde_json::from_str(&item.definition).map_err(|_| unreadable(item))?;
        let parts = console.inner.catalog.parts(item.id)?;
        let part = parts.first().ok_or_else(|| unreadable(item))?;
        let connection = console.connection(part.connection)?;
        let connector = console.connector(&connection.connector)?;
        let known = connector.operation(&task.operation);
        let known = known.filter(|own| own.areas.contains(&Area::IntegrationTask));
        let operation = known.ok_or_else(|| {
            ConsoleError::new("task_operation_unknown").with("service", connector.name.clone())
        })?;
        Ok(Self {
            task,
            operation,
            door: Door {
                link_name: connection.link_name,
                caller: Caller::Unattended,
                application: Some(item.application),
                environment: item.environment,
                area: AREA.to_owned(),
            },
        })
    }

    pub(super) async fn run(mut self, console: &Console) -> Ran {
        // What the practice service answers shows in the run itself.
        if console.uses_practice().is_ok_and(|used| used) {
            let _ = console.start_practice();
        }
        if self.operation.input(IDEMPOTENCY_KEY).is_some() {
            let key = uuid::Uuid::new_v4().to_string();
            self.task
                .given
                .insert(IDEMPOTENCY_KEY.to_owned(), key.into());
        }
        let repeat = self.operation.repeat;
        match task::perform(&console.inner.gateway, &self.door, &self.task).await {
            Ok(done) => told(&done, repeat),
            Err(TaskError::Gate(error)) if is_lost(&error) && repeat != Repeat::Safe => {
                Ran::told(ScheduleOutcome::Unknown, answer_lost())
            }
            Err(TaskError::Gate(error @ GateError::Refused(_))) => {
                Ran::told(ScheduleOutcome::Refused, error.into())
            }
            Err(other) => Ran::failed(console.task_failure(other, &self.operation)),
        }
    }
}

fn told(done: &task::Done, repeat: Repeat) -> Ran {
    let (outcome, code) = match done.outcome.verdict {
        Verdict::Done => (ScheduleOutcome::Done, None),
        Verdict::Partly => (ScheduleOutcome::Failed, Some("workflow_partly")),
        Verdict::Unclear if repeat != Repeat::Safe => {
            (ScheduleOutcome::Unknown, Some("answer_lost"))
        }
        Verdict::Refused | Verdict::Unclear => (ScheduleOutcome::Failed, Some("schedule_answer")),
    };
    Ran {
        outcome,
        detail: Detail {
            status: Some(done.answer.status.as_u16()),
            millis: Some(done.answer.millis),
            bytes: Some(done.answer.body.len() as u64),
            code: code.map(str::to_owned),
            ..Detail::default()
        },
    }
}
