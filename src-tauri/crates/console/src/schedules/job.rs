//! What a schedule runs: so far a call that is kept.

use tsunagi_areas::call;
use tsunagi_catalog::Item;
use tsunagi_connectors::Area;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ApplicationId, Connection, Environment};
use tsunagi_gateway::{Answer, Call, GateError};

use super::Detail;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::trying::{answer_lost, is_lost};
use crate::views::ScheduleOutcome;

/// Something that runs with nobody present.
pub(super) enum Job {
    /// A call of *Invoke URL*.
    Call {
        /// What is sent.
        call: Box<call::Call>,
        /// Through what.
        connection: Box<Connection>,
        /// Where it belongs.
        place: (ApplicationId, Environment),
    },
}

/// The areas whose items a schedule may run.
pub(super) const AREAS: [&str; 1] = [Area::InvokeUrl.as_str()];

/// How it went.
pub(super) struct Ran {
    pub(super) outcome: ScheduleOutcome,
    pub(super) detail: Detail,
}

/// Whether a request of an item may be sent again with no harm: its method is safe (RFC 9110
/// §9.2.1), and no page of the service says that it does something all the same. What cannot be
/// read is not.
pub(super) fn is_safe(console: &Console, item: &Item) -> bool {
    let Some(call) = call_of(item) else {
        return false;
    };
    let through = || -> Option<Connection> {
        let parts = console.inner.catalog.parts(item.id).ok()?;
        console.connection(parts.first()?.connection).ok()
    };
    through().is_some_and(|connection| only_reads(console, &connection, &call))
}

fn only_reads(console: &Console, connection: &Connection, call: &call::Call) -> bool {
    let safe = matches!(
        call.method,
        call::Method::Get | call::Method::Head | call::Method::Options
    );
    let library = console.inner.gateway.library();
    let connector = library.get(&connection.connector);
    safe && connector
        .is_some_and(|connector| !connector.does_once(call.method.as_str(), call.target.trim()))
}

/// The call an item is, where it is one.
pub(super) fn call_of(item: &Item) -> Option<call::Call> {
    if item.area != Area::InvokeUrl.as_str() {
        return None;
    }
    serde_json::from_str(&item.definition).ok()
}

impl Job {
    /// Reads what an item does, and through what.
    ///
    /// # Errors
    /// `schedule_unreadable`; a connection that is not there or cannot be read.
    pub(super) fn of(console: &Console, item: &Item) -> Result<Self, ConsoleError> {
        let unreadable = || ConsoleError::new("schedule_unreadable").with("name", &*item.name);
        let call = call_of(item).ok_or_else(unreadable)?;
        let parts = console.inner.catalog.parts(item.id)?;
        let part = parts.first().ok_or_else(unreadable)?;
        Ok(Self::Call {
            call: Box::new(call),
            connection: Box::new(console.connection(part.connection)?),
            place: (item.application, item.environment),
        })
    }

    /// Does it.
    pub(super) async fn run(self, console: &Console) -> Ran {
        let Self::Call {
            call,
            connection,
            place,
        } = self;
        let request = match call.request() {
            Ok(request) => request,
            Err(misfit) => return Ran::failed(misfit.into()),
        };
        let library = console.inner.gateway.library();
        let connector = library.get(&connection.connector);
        if connector.is_some_and(|connector| connector.practice) {
            // What it answers shows in the run itself.
            let _ = console.start_practice();
        }
        let safe = only_reads(console, &connection, &call);
        let asked = Call {
            link_name: connection.link_name,
            caller: Caller::Unattended,
            application: Some(place.0),
            environment: place.1,
            area: super::AREA.to_owned(),
            request,
        };
        match Box::pin(console.inner.gateway.send(asked)).await {
            Ok(answer) => Ran::answered(&answer),
            Err(error) => Ran::unanswered(error, safe),
        }
    }
}

impl Ran {
    fn answered(answer: &Answer) -> Self {
        let good = answer.status.is_success() && !answer.refused;
        Self {
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

    fn unanswered(error: GateError, safe: bool) -> Self {
        // It may have arrived.
        if is_lost(&error) && !safe {
            return Self::told(ScheduleOutcome::Unknown, answer_lost());
        }
        let outcome = match &error {
            GateError::Refused(_) => ScheduleOutcome::Refused,
            _ => ScheduleOutcome::Failed,
        };
        Self::told(outcome, error.into())
    }

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
