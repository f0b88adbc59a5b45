//! What a schedule runs: an item of an area, each kind in a file of its own.

mod call;
mod source;
mod task;
mod workflow;

use tsunagi_catalog::Item;
use tsunagi_connectors::Area;

use self::call::CallJob;
use self::source::SourceJob;
use self::task::TaskJob;
use self::workflow::WorkflowJob;
use super::Detail;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::views::ScheduleOutcome;

pub(super) use self::call::call_of;

/// Something that runs with nobody present.
pub(super) enum Job {
    /// A call of *Invoke URL*.
    Call(Box<CallJob>),
    /// A data source that is pulled.
    Source(SourceJob),
    /// An integration task.
    Task(Box<TaskJob>),
    /// The rules of a form or report that a schedule starts.
    Workflow(Box<WorkflowJob>),
}

/// The areas whose items a schedule may run.
pub(super) const AREAS: [&str; 5] = [
    Area::DataSource.as_str(),
    Area::FormWorkflow.as_str(),
    Area::IntegrationTask.as_str(),
    Area::InvokeUrl.as_str(),
    Area::ReportWorkflow.as_str(),
];

/// How it went.
pub(super) struct Ran {
    pub(super) outcome: ScheduleOutcome,
    pub(super) detail: Detail,
}

/// Whether an item may be run again with no harm after a run of it was cut off. What cannot be
/// read may not.
pub(super) fn is_safe(console: &Console, item: &Item) -> bool {
    match area_of(item) {
        // It goes on where it was cut off.
        Some(Area::DataSource) => true,
        Some(Area::IntegrationTask) => task::is_safe(console, item),
        Some(Area::InvokeUrl) => call::is_safe(console, item),
        _ => false,
    }
}

fn area_of(item: &Item) -> Option<Area> {
    let known = [
        Area::DataSource,
        Area::FormWorkflow,
        Area::IntegrationTask,
        Area::InvokeUrl,
        Area::ReportWorkflow,
    ];
    known.into_iter().find(|area| area.as_str() == item.area)
}

/// Whether a schedule has anything to run of an item: of a form or report, only what its rules say.
pub(super) fn has_something(console: &Console, item: &Item) -> bool {
    match area_of(item) {
        Some(Area::FormWorkflow | Area::ReportWorkflow) => console.scheduled_parts(item).is_some(),
        _ => true,
    }
}

fn unreadable(item: &Item) -> ConsoleError {
    ConsoleError::new("schedule_unreadable").with("name", &*item.name)
}

impl Job {
    /// Reads what an item does, and through what.
    ///
    /// # Errors
    /// `schedule_unreadable`; a connection that is not there or cannot be read.
    pub(super) fn of(console: &Console, item: &Item) -> Result<Self, ConsoleError> {
        match area_of(item) {
            Some(Area::DataSource) => Ok(Self::Source(SourceJob::of(item))),
            Some(Area::IntegrationTask) => Ok(Self::Task(Box::new(TaskJob::of(console, item)?))),
            Some(Area::InvokeUrl) => Ok(Self::Call(Box::new(CallJob::of(console, item)?))),
            Some(Area::FormWorkflow | Area::ReportWorkflow) => {
                Ok(Self::Workflow(Box::new(WorkflowJob::of(item))))
            }
            _ => Err(unreadable(item)),
        }
    }

    /// Does it.
    pub(super) async fn run(self, console: &Console) -> Ran {
        match self {
            Self::Call(job) => Box::pin(job.run(console)).await,
            Self::Source(job) => Box::pin(job.run(console)).await,
            Self::Task(job) => Box::pin(job.run(console)).await,
            Self::Workflow(job) => Box::pin(job.run(console)).await,
        }
    }
}

impl Ran {
    /// What could not even be asked.
    pub(super) fn failed(error: ConsoleError) -> Self {
        Self::told(ScheduleOutcome::Failed, error)
    }

    fn told(outcome: ScheduleOutcome, error: ConsoleError) -> Self {
        Self {
            outcome,
            detail: Detail {
                code: Some(error.code),
                args: error.args,
                ..Detail::default()
            },
        }
    }
}
