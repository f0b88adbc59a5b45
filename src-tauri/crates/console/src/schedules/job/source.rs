//! A data source, pulled by itself with the primary account (R13).

use tsunagi_catalog::Item;
use tsunagi_domain::ItemId;

use super::Ran;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::schedules::{Detail, UNATTENDED};
use crate::views::ScheduleOutcome;

/// Which one is pulled: what it is by then is read when it is.
pub(in crate::schedules) struct SourceJob(ItemId);

impl SourceJob {
    pub(super) const fn of(item: &Item) -> Self {
        Self(item.id)
    }

    pub(super) async fn run(self, console: &Console) -> Ran {
        let going = match console.inner.pulling.begin(self.0) {
            Ok(going) => going,
            // Somebody pulls it at this moment: the rows come all the same.
            Err(busy) => return Ran::told(ScheduleOutcome::Failed, busy),
        };
        let began = console.now();
        let pulled = Box::pin(console.pulled_by(UNATTENDED, self.0, false, &going)).await;
        let millis = u64::try_from(console.now().0 - began.0).ok();
        let mut ran = match pulled {
            Ok(told) if told.stopped => {
                let mut ran = Ran::failed(ConsoleError::new("source_stopped"));
                ran.detail.rows = Some(told.came);
                ran
            }
            Ok(told) => Ran {
                outcome: ScheduleOutcome::Done,
                detail: Detail {
                    rows: Some(told.came),
                    ..Detail::default()
                },
            },
            Err(failed) if failed.refused => Ran::told(ScheduleOutcome::Refused, failed.error),
            Err(failed) => {
                let mut ran = Ran::failed(failed.error);
                ran.detail.rows = Some(failed.told.came);
                ran
            }
        };
        ran.detail.millis = millis;
        ran
    }
}
