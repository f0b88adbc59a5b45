//! What a schedule runs: an item of an area, each kind in a file of its own.

mod call;

use tsunagi_catalog::Item;
use tsunagi_connectors::Area;

use self::call::CallJob;
use super::Detail;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::views::ScheduleOutcome;

pub(super) use self::call::call_of;

/// Something that runs with nobody present.
pub(super) enum Job {
    /// A call of *Invoke URL*.
    Call(Box<CallJob>),
}

/// The areas whose items a schedule may run.
pub(super) const AREAS: [&str; 1] = [Area::InvokeUrl.as_str()];

/// How it went.
pub(super) struct Ran {
    pub(super) outcome: ScheduleOutcome,
    pub(super) detail: Detail,
}

/// Whether an item may be run again with no harm after a run of it was cut off. What cannot be
/// read may not.
pub(super) fn is_safe(console: &Console, item: &Item) -> bool {
    match area_of(item) {
        Some(Area::InvokeUrl) => call::is_safe(console, item),
        _ => false,
    }
}

fn area_of(item: &Item) -> Option<Area> {
    let known = [Area::InvokeUrl];
    known.into_iter().find(|area| area.as_str() == item.area)
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
            Some(Area::InvokeUrl) => Ok(Self::Call(Box::new(CallJob::of(console, item)?))),
            _ => Err(unreadable(item)),
        }
    }

    /// Does it.
    pub(super) async fn run(self, console: &Console) -> Ran {
        match self {
            Self::Call(job) => Box::pin(job.run(console)).await,
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
