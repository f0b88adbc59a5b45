//! The Timeline: attempts to authorize, told in sentences.

use std::collections::BTreeMap;

use tsunagi_catalog::Step;
use tsunagi_domain::ConnectionId;
use tsunagi_domain::flow::went_well;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::messages;
use crate::views::{FlowRecord, StepView};

/// How many attempts the Timeline goes back.
const FLOWS_SHOWN: u32 = 50;

impl Console {
    /// The attempts to authorize, latest first.
    ///
    /// # Errors
    /// Where the catalog cannot be read.
    pub fn timeline(
        &self,
        session: Session,
        id: ConnectionId,
    ) -> Result<Vec<FlowRecord>, ConsoleError> {
        self.reader(session)?;
        let flows = self.inner.catalog.flows(id, FLOWS_SHOWN)?;
        Ok(flows
            .iter()
            .map(|(flow, steps)| self.flow_record(flow, steps))
            .collect())
    }

    pub(crate) fn flow_record(&self, flow: &tsunagi_catalog::Flow, steps: &[Step]) -> FlowRecord {
        let locale = self.locale();
        let outcome = flow.outcome.clone();
        let ok = outcome.as_deref().is_none_or(went_well);
        let summary = match outcome.as_deref() {
            None => messages::text(locale, "outcome.running", &BTreeMap::new()),
            Some(code) if messages::find(locale, &format!("outcome.{code}")).is_some() => {
                messages::text(locale, &format!("outcome.{code}"), &BTreeMap::new())
            }
            Some(code) => {
                let args = steps
                    .last()
                    .map(|step| step.args.clone())
                    .unwrap_or_default();
                messages::failure(locale, code, &args).message
            }
        };
        FlowRecord {
            id: flow.id,
            reach: flow.key.reach,
            started_at: flow.started_at,
            agent: flow.agent.clone(),
            outcome,
            summary,
            ok,
            steps: steps
                .iter()
                .map(|step| {
                    let failure =
                        (!step.ok).then(|| messages::failure(locale, &step.code, &step.args));
                    StepView {
                        at: step.at,
                        ok: step.ok,
                        text: failure.as_ref().map_or_else(
                            || messages::text(locale, &format!("step.{}", step.code), &step.args),
                            |failure| failure.message.clone(),
                        ),
                        help: failure.map(|failure| failure.help),
                        wire: step.wire.clone(),
                        millis: step
                            .millis
                            .map(|millis| u32::try_from(millis).unwrap_or(u32::MAX)),
                    }
                })
                .collect(),
        }
    }
}
