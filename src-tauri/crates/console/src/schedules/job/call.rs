//! A call of *Invoke URL*, run by itself.

use tsunagi_areas::call;
use tsunagi_catalog::Item;
use tsunagi_connectors::Area;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ApplicationId, Connection, Environment};
use tsunagi_gateway::{Answer, Call, GateError};

use super::{Ran, unreadable};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::schedules::{AREA, Detail};
use crate::trying::{answer_lost, is_lost};
use crate::views::ScheduleOutcome;

/// What is sent, through what, and where it belongs.
pub(in crate::schedules) struct CallJob {
    call: call::Call,
    connection: Connection,
    place: (ApplicationId, Environment),
}

/// The call an item is, where it is one.
pub(in crate::schedules) fn call_of(item: &Item) -> Option<call::Call> {
    if item.area != Area::InvokeUrl.as_str() {
        return None;
    }
    serde_json::from_str(&item.definition).ok()
}

/// Whether the request may be sent again with no harm: its method is safe (RFC 9110 §9.2.1), and
/// no page of the service says that it does something all the same.
pub(super) fn is_safe(console: &Console, item: &Item) -> bool {
    CallJob::of(console, item).is_ok_and(|job| job.only_reads(console))
}

impl CallJob {
    pub(super) fn of(console: &Console, item: &Item) -> Result<Self, ConsoleError> {
        let call = call_of(item).ok_or_else(|| unreadable(item))?;
        let parts = console.inner.catalog.parts(item.id)?;
        let part = parts.first().ok_or_else(|| unreadable(item))?;
        Ok(Self {
            call,
            connection: console.connection(part.connection)?,
            place: (item.application, item.environment),
        })
    }

    fn only_reads(&self, console: &Console) -> bool {
        let safe = matches!(
            self.call.method,
            call::Method::Get | call::Method::Head | call::Method::Options
        );
        let library = console.inner.gateway.library();
        let connector = library.get(&self.connection.connector);
        safe && connector.is_some_and(|connector| {
            !connector.does_once(self.call.method.as_str(), self.call.target.trim())
        })
    }

    pub(super) async fn run(self, console: &Console) -> Ran {
        let request = match self.call.request() {
            Ok(request) => request,
            Err(misfit) => return Ran::failed(misfit.into()),
        };
        let library = console.inner.gateway.library();
        let connector = library.get(&self.connection.connector);
        if connector.is_some_and(|connector| connector.practice) {
            // What it answers shows in the run itself.
            let _ = console.start_practice();
        }
        let safe = self.only_reads(console);
        let asked = Call {
            link_name: self.connection.link_name,
            caller: Caller::Unattended,
            application: Some(self.place.0),
            environment: self.place.1,
            area: AREA.to_owned(),
            request,
        };
        match Box::pin(console.inner.gateway.send(asked)).await {
            Ok(answer) => answered(&answer),
            Err(error) => unanswered(error, safe),
        }
    }
}

fn answered(answer: &Answer) -> Ran {
    let good = answer.status.is_success() && !answer.refused;
    Ran {
        outcome: if good {
            ScheduleOutcome::Done
        } else {
            ScheduleOutcome::Failed
        },
        detail: Detail {
            status: Some(answer.status.as_u16()),
            millis: Some(answer.millis),
            bytes: Some(answer.body.len() as u64),
            code: (!good).then(|| "schedule_answer".to_owned()),
            ..Detail::default()
        },
    }
}

fn unanswered(error: GateError, safe: bool) -> Ran {
    // It may have arrived.
    if is_lost(&error) && !safe {
        return Ran::told(ScheduleOutcome::Unknown, answer_lost());
    }
    let outcome = match &error {
        GateError::Refused(_) => ScheduleOutcome::Refused,
        _ => ScheduleOutcome::Failed,
    };
    Ran::told(outcome, error.into())
}
