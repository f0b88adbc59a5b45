//! A run under way.

use std::time::Instant;

use tsunagi_catalog::Run;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ConnectionId, RunId};

use crate::{Call, GateError, Gateway};

/// A run under way. Recorded when dropped, so that one whose caller stops waiting is not lost.
pub(crate) struct Noted {
    gateway: Gateway,
    started: Instant,
    pub(crate) run: Run,
}

impl Noted {
    pub(crate) fn begin(gateway: &Gateway, connection: ConnectionId, call: &Call) -> Self {
        Self {
            started: Instant::now(),
            run: Run {
                id: RunId::new(),
                at: gateway.now(),
                connection,
                authorization: None,
                application: call.application,
                environment: call.environment,
                caller: match call.caller {
                    Caller::Member(member) => member.to_string(),
                    Caller::Unattended => "unattended".to_owned(),
                },
                area: call.area.clone(),
                method: call.request.method.to_string(),
                host: String::new(),
                path: String::new(),
                status: None,
                refusal: Some("cancelled".to_owned()),
                tries: 0,
                millis: 0,
                bytes: 0,
            },
            gateway: gateway.clone(),
        }
    }

    /// It was answered in full.
    pub(crate) fn answered(&mut self) {
        self.run.refusal = None;
    }

    /// It came to nothing, or to no end.
    pub(crate) fn failed(&mut self, error: &GateError) {
        self.run.refusal = Some(error.code().to_owned());
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        let run = &mut self.run;
        let text = std::mem::take;
        let recorded = Run {
            caller: text(&mut run.caller),
            area: text(&mut run.area),
            method: text(&mut run.method),
            host: text(&mut run.host),
            path: text(&mut run.path),
            refusal: run.refusal.take(),
            millis: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            id: run.id,
            at: run.at,
            connection: run.connection,
            authorization: run.authorization,
            application: run.application,
            environment: run.environment,
            status: run.status,
            tries: run.tries,
            bytes: run.bytes,
        };
        self.gateway.inner.recorder.record(recorded);
    }
}
