//! The rules of a form or report that a schedule starts, for each record that meets their
//! condition.

use tsunagi_catalog::Item;

use super::Ran;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::schedules::Detail;
use crate::views::ScheduleOutcome;

/// Whose rules.
pub(in crate::schedules) struct WorkflowJob(Item);

impl WorkflowJob {
    pub(super) fn of(item: &Item) -> Self {
        Self(item.clone())
    }

    pub(super) async fn run(self, console: &Console) -> Ran {
        let ran = match Box::pin(console.run_scheduled_rules(&self.0)).await {
            Ok(ran) => ran,
            Err(error) => return Ran::failed(error),
        };
        if ran.unknown + ran.failed == 0 {
            return Ran {
                outcome: ScheduleOutcome::Done,
                detail: Detail::default(),
            };
        }
        let outcome = if ran.unknown > 0 {
            ScheduleOutcome::Unknown
        } else {
            ScheduleOutcome::Failed
        };
        let undone = ran.unknown + ran.failed;
        let error = ConsoleError::new("workflow_schedule")
            .with("undone", undone.to_string())
            .with("runs", ran.runs.to_string());
        Ran::told(outcome, error)
    }
}
