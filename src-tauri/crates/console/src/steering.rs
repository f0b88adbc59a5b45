//! Flows that run, as doors look at them and steer them.

use tsunagi_domain::account::AccountAnswer;
use tsunagi_domain::{ConnectionId, FlowId, MemberId, Timestamp};
use tsunagi_oauth::paste;
use url::Url;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::{Order, Running};
use crate::views::{AgentKind, FlowView, Stage, Stay};

/// Flows that ended are looked at a little longer; more than these are forgotten.
const ENDED_KEPT: usize = 32;

impl Console {
    pub(crate) fn remember(&self, id: FlowId, running: Running) {
        let Ok(mut flows) = self.inner.flows.lock() else {
            return;
        };
        if flows.len() >= ENDED_KEPT {
            flows.retain(|_, running| !matches!(running.lock().stage, Stage::Done | Stage::Failed));
        }
        flows.insert(id, running);
    }

    pub(crate) fn running(&self, flow: FlowId) -> Result<Running, ConsoleError> {
        let flows = self.inner.flows.lock().ok();
        flows
            .and_then(|flows| flows.get(&flow).cloned())
            .ok_or_else(|| ConsoleError::new("flow_over"))
    }

    /// What the flow window shows.
    ///
    /// # Errors
    /// `flow_over`.
    pub fn flow(&self, flow: FlowId) -> Result<FlowView, ConsoleError> {
        Ok(self.running(flow)?.view(self.now()))
    }

    pub(crate) fn order(&self, flow: FlowId, order: Order) -> Result<FlowView, ConsoleError> {
        let running = self.running(flow)?;
        // A flow that has ended hears nothing; what it shows says so.
        let _ = running.orders.send(order);
        Ok(running.view(self.now()))
    }

    /// Ends a flow; nothing is stored.
    ///
    /// # Errors
    /// `flow_over`.
    pub fn cancel_flow(&self, flow: FlowId) -> Result<(), ConsoleError> {
        let view = self.order(flow, Order::Cancel)?;
        if matches!(view.stage, Stage::Done | Stage::Failed) {
            self.inner.agent.close_flow(flow);
        }
        Ok(())
    }

    /// Ends every flow of a connection that is about to go.
    pub(crate) fn cancel_flows_of(&self, connection: ConnectionId) {
        let Ok(flows) = self.inner.flows.lock() else {
            return;
        };
        for running in flows.values() {
            if running.key.connection == connection {
                // One that has ended hears nothing.
                let _ = running.orders.send(Order::Cancel);
            }
        }
    }

    /// Until when a member is busy with sign-ins that are under way.
    pub(crate) fn busy_until(&self, member: MemberId) -> Vec<Timestamp> {
        let Ok(flows) = self.inner.flows.lock() else {
            return Vec::new();
        };
        let theirs = flows.values().filter(|running| running.by == member);
        theirs.filter_map(Running::busy_until).collect()
    }

    /// Ends every flow: whoever began them leaves the keyboard.
    pub(crate) fn cancel_all_flows(&self) {
        let Ok(flows) = self.inner.flows.lock() else {
            return;
        };
        for (id, running) in flows.iter() {
            // One that has ended hears nothing, and its window may still show an account.
            let _ = running.orders.send(Order::Cancel);
            if matches!(running.lock().stage, Stage::Done | Stage::Failed) {
                self.inner.agent.close_flow(*id);
            }
        }
    }

    /// Adds two minutes.
    ///
    /// # Errors
    /// `flow_over`.
    pub fn extend_flow(&self, flow: FlowId) -> Result<FlowView, ConsoleError> {
        self.order(flow, Order::Extend)
    }

    /// Goes on with a code that is entered on any device.
    ///
    /// # Errors
    /// `flow_over`, `device_not_offered`.
    pub fn flow_by_code(&self, flow: FlowId) -> Result<FlowView, ConsoleError> {
        if !self.running(flow)?.lock().code_offered {
            return Err(ConsoleError::new("device_not_offered"));
        }
        self.order(flow, Order::ByCode)
    }

    /// Opens the address where the code is entered, in the system browser.
    ///
    /// # Errors
    /// `flow_over`, `browser_missing`.
    pub fn open_code_address(&self, flow: FlowId) -> Result<(), ConsoleError> {
        let code = self.running(flow)?.lock().code.clone();
        let address = code.and_then(|code| Url::parse(&code.address).ok());
        let address = address.ok_or_else(|| ConsoleError::new("flow_over"))?;
        self.inner.agent.browse(&address).map_err(ConsoleError::new)
    }

    /// Goes on in the system browser; where the page is there already, opens it once more, since
    /// its tab may have been closed, or never have come up.
    ///
    /// # Errors
    /// `flow_over`; `browser_needs_loopback` where the redirect address is not on this computer;
    /// `browser_missing`.
    pub fn flow_in_browser(&self, flow: FlowId) -> Result<FlowView, ConsoleError> {
        let running = self.running(flow)?;
        let (address, loopback, pushed) = {
            let attempt = running.attempt.lock().ok();
            attempt
                .and_then(|attempt| {
                    let attempt = attempt.as_ref()?;
                    let loopback = attempt.redirect().scheme() == "http";
                    Some((attempt.url().clone(), loopback, attempt.is_pushed()))
                })
                .ok_or_else(|| ConsoleError::new("flow_over"))?
        };
        if !loopback {
            return Err(ConsoleError::new("browser_needs_loopback"));
        }
        // One that is pushed is pushed anew first, which is for the flow to do.
        if running.lock().agent == AgentKind::Browser && !pushed {
            self.inner
                .agent
                .browse(&address)
                .map_err(ConsoleError::new)?;
            return Ok(running.view(self.now()));
        }
        self.order(flow, Order::InBrowser)
    }

    /// Whether the service's page is to stay signed in on this computer: reopens the page, in a
    /// profile that is kept or in one that remembers nothing. Nothing else of the flow changes.
    ///
    /// # Errors
    /// `flow_over`; `stay_not_offered` where no page of ours is open, or nothing can be kept.
    pub fn flow_stay(&self, flow: FlowId, wanted: bool) -> Result<FlowView, ConsoleError> {
        let running = self.running(flow)?;
        {
            let mut view = running.lock();
            let open = view.stage == Stage::Waiting && view.agent == AgentKind::Webview;
            if !open || !matches!(view.stay, Stay::Off | Stay::On) {
                return Err(ConsoleError::new("stay_not_offered"));
            }
            view.stay = if wanted { Stay::On } else { Stay::Off };
        }
        self.order(flow, Order::Stay { wanted })
    }

    /// Takes a pasted redirect address.
    ///
    /// # Errors
    /// `flow_over`, or what is wrong with the address.
    pub fn paste_into_flow(&self, flow: FlowId, address: &str) -> Result<FlowView, ConsoleError> {
        let running = self.running(flow)?;
        let url = {
            let attempt = running
                .attempt
                .lock()
                .map_err(|_| ConsoleError::new("flow_over"))?;
            paste(
                attempt
                    .as_ref()
                    .ok_or_else(|| ConsoleError::new("flow_over"))?,
                address,
            )?
        };
        self.order(flow, Order::Pasted(url))
    }

    /// Answers what becomes of an account that is another one, or that nothing tells from the one
    /// before (R20). An answer that does not fit the question changes nothing.
    ///
    /// # Errors
    /// `flow_over`.
    pub fn answer_flow(
        &self,
        flow: FlowId,
        answer: AccountAnswer,
    ) -> Result<FlowView, ConsoleError> {
        self.order(flow, Order::Answer(answer))
    }

    /// R11: whether the account is to become primary, where nobody is.
    ///
    /// # Errors
    /// `flow_over`.
    pub fn flow_primary(&self, flow: FlowId, wanted: bool) -> Result<FlowView, ConsoleError> {
        let running = self.running(flow)?;
        if let Ok(mut view) = running.view.lock() {
            view.primary_wanted = wanted && view.may_become_primary;
        }
        Ok(running.view(self.now()))
    }

    /// Begins anew where a flow ended, or signs in again where it asks about another account.
    ///
    /// # Errors
    /// Those of [`Self::authorize`].
    pub async fn flow_again(&self, session: Session, flow: FlowId) -> Result<FlowId, ConsoleError> {
        let view = self.flow(flow)?;
        if !matches!(view.stage, Stage::Done | Stage::Failed) {
            let _ = self.order(flow, Order::Cancel);
            self.over(flow).await;
        }
        let next = self
            .authorize(session, view.connection, view.reach, Some(view.agent))
            .await?;
        if next != flow {
            self.inner.agent.close_flow(flow);
        }
        Ok(next)
    }

    async fn over(&self, flow: FlowId) {
        // The task ends within one turn of its loop; the bound is for a provider that hangs
        // while the tokens of the other account are handed back.
        for _ in 0..200 {
            let ended = self.flow(flow).map_or(true, |view| {
                matches!(view.stage, Stage::Done | Stage::Failed)
            });
            if ended {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    }
}
