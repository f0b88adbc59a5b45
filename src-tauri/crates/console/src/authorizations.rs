//! Authorizing, revoking, renaming accounts, choosing primaries.

use std::sync::{Arc, Mutex};

use tsunagi_catalog::Redirect;
use tsunagi_connectors::{Connector, Registration as Needs, Webview};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Connection, ConnectionId, Environment, FlowId, Health, Kind, Member, NotConnected, Reach,
    Refusal, RefusalCode, RegistrationId, access, primary,
};
use tsunagi_oauth::{Ask, Listener, Revoked, Wire, begin, paste};
use url::Url;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::{Errand, Order, Running, channel, host_of, is_secure};
use crate::messages;
use crate::rows::{account_view, mark};
use crate::views::{AgentKind, ConnectionView, FlowView, Impact, RevokeOutcome, Stage, UseView};

/// How long a person has to sign in, in seconds.
const SIGN_IN_SECONDS: u32 = 180;
/// Flows that ended are looked at a little longer; more than these are forgotten.
const ENDED_KEPT: usize = 32;

impl Console {
    /// Begins a flow for the acting member and takes them to the provider. `agent` overrides
    /// what the connector prefers, where it allows that.
    ///
    /// # Errors
    /// R1, R3; no registration; a connector that is not there; no free port.
    pub async fn authorize(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        agent: Option<AgentKind>,
    ) -> Result<FlowId, ConsoleError> {
        let member = self.member(session)?;
        access::available(&self.workspace()?)?;
        let connection = self.connection(connection)?;
        // Applications, through which connections are shared with users, come later.
        access::may_authorize(&member, connection.kind, false)?;
        if !connection.enabled {
            return Err(Refusal::new(RefusalCode::Disabled)
                .with("connection", connection.link_name.as_str())
                .into());
        }
        if !connection.mode.reaches().contains(&reach) {
            return Err(ConsoleError::new("reach_not_in_mode"));
        }
        // A locked vault could not keep what the sign-in brings.
        self.inner.keys.vault()?;
        if let Some(running) = self.already_running(&connection, reach) {
            return Ok(running);
        }
        let (connector, resolved, registration) =
            self.inner.gateway.resolve(&connection, reach).await?;
        if connector.practice {
            self.start_practice()?;
        }
        if let Some(retired) = &connector.retired
            && self.now() >= retired.since
        {
            return Err(Refusal::new(RefusalCode::ConnectorRetired)
                .with("service", connector.name.clone())
                .with("date", retired.date.clone())
                .into());
        }
        let (client_id, form, path_id) = self.client_of(&connector, &connection, registration)?;
        let path = format!("/callback/{path_id}");
        let (listener, redirect) = redirect_of(&form, &path).await?;
        let kind = match (&connector.webview, &form) {
            (Webview::Blocked { .. }, Redirect::Intercepted(_)) => {
                return Err(ConsoleError::new("browser_needs_loopback"));
            }
            (Webview::Blocked { .. }, _) => AgentKind::Browser,
            // Only a window of ours can intercept an address on somebody else's host.
            (Webview::Allowed, Redirect::Intercepted(_)) => AgentKind::Webview,
            (Webview::Allowed, _) => agent.unwrap_or(AgentKind::Webview),
        };
        let key = SlotKey {
            connection: connection.id,
            reach,
            member: (connection.kind == Kind::LoggedInUser).then_some(member.id),
        };
        let previous = self.inner.catalog.slot(key)?;
        let hint = previous.as_ref().and_then(|slot| slot.authorization.account.email.clone());
        let attempt = begin(&Ask {
            connector: &connector,
            endpoints: &resolved,
            client_id: &client_id,
            scopes: &connection.scopes,
            redirect: &redirect,
            login_hint: hint.as_deref(),
        })?;
        let view = self.first_view(&connection, &connector, &member, key, kind, attempt.url())?;
        let args = [("connection".to_owned(), connection.name.to_string()),
            ("environment".to_owned(), reach.as_str().to_owned())];
        let errand = Errand {
            id: view.id,
            session,
            title: messages::text(self.locale(), "window.authorize", &args.into()),
            member,
            connection,
            key,
            connector,
            resolved,
            registration,
            listener,
            path,
        };
        let row = self.flow_row(&errand, &attempt, &view);
        self.db(move |catalog| catalog.begin_flow(&row)).await?;
        let (orders, received) = channel();
        let running = Running {
            view: Arc::new(Mutex::new(view)),
            orders,
            attempt: Arc::new(Mutex::new(Some(attempt))),
        };
        let id = errand.id;
        self.remember(id, running.clone());
        tokio::spawn(self.clone().run(errand, running, received));
        Ok(id)
    }

    fn first_view(
        &self,
        connection: &Connection,
        connector: &Connector,
        member: &Member,
        key: SlotKey,
        agent: AgentKind,
        url: &Url,
    ) -> Result<FlowView, ConsoleError> {
        let reach = key.reach;
        let catalog = &self.inner.catalog;
        let current = catalog
            .primaries(connection.id)?
            .into_iter()
            .find(|primary| primary.reach == reach)
            .map(|primary| primary.member);
        let had = catalog.ever_had_primary(connection.id, reach)?;
        let first = primary::on_authorized(connection.kind, member.role, current, had)
            == primary::Succession::Becomes;
        let now = self.now();
        Ok(FlowView {
            id: FlowId::new(),
            connection: connection.id,
            connection_name: connection.name.to_string(),
            reach,
            service: mark(connector),
            host: host_of(url),
            secure: is_secure(url),
            agent,
            browser_because: self.browser_because(connector),
            deadline: now.plus_seconds(i64::from(SIGN_IN_SECONDS)),
            now,
            seconds: SIGN_IN_SECONDS,
            stage: Stage::Waiting,
            account: None,
            previous: None,
            uses: catalog.count_uses(connection.id)?,
            primary: false,
            may_become_primary: primary::may_take(connection.kind, member.role, current),
            primary_wanted: first,
            failure: None,
        })
    }

    pub(crate) fn browser_because(&self, connector: &Connector) -> Option<String> {
        match &connector.webview {
            Webview::Allowed => None,
            Webview::Blocked { reason } => Some(self.pick(reason)),
        }
    }

    /// Client ID, form of the redirect address, and the id in its path.
    fn client_of(
        &self,
        connector: &Connector,
        connection: &Connection,
        registration: Option<RegistrationId>,
    ) -> Result<(String, Redirect, String), ConsoleError> {
        match &connector.registration {
            // The program's own registration has one address per connection.
            Needs::BuiltIn { client_id } => {
                Ok((client_id.clone(), Redirect::LoopbackAnyPort, connection.id.to_string()))
            }
            Needs::NeedsClient => {
                let needed = || {
                    Refusal::new(RefusalCode::RegistrationNeeded)
                        .with("service", connector.name.clone())
                };
                let id = registration.ok_or_else(needed)?;
                let found = self.inner.catalog.registration(id)?.ok_or_else(needed)?;
                if found.connector != connector.id {
                    return Err(needed().into());
                }
                Ok((found.client_id, found.redirect, id.to_string()))
            }
        }
    }

    fn already_running(&self, connection: &Connection, reach: Reach) -> Option<FlowId> {
        let flows = self.inner.flows.lock().ok()?;
        flows.iter().find_map(|(id, running)| {
            let view = running.view.lock().ok()?;
            let same = view.connection == connection.id && view.reach == reach;
            let runs = !matches!(view.stage, Stage::Done | Stage::Failed);
            (same && runs).then_some(*id)
        })
    }

    fn remember(&self, id: FlowId, running: Running) {
        let Ok(mut flows) = self.inner.flows.lock() else { return };
        if flows.len() >= ENDED_KEPT {
            flows.retain(|_, running| {
                running
                    .view
                    .lock()
                    .is_ok_and(|view| !matches!(view.stage, Stage::Done | Stage::Failed))
            });
        }
        flows.insert(id, running);
    }

    fn running(&self, flow: FlowId) -> Result<Running, ConsoleError> {
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

    fn order(&self, flow: FlowId, order: Order) -> Result<FlowView, ConsoleError> {
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

    /// Adds two minutes.
    ///
    /// # Errors
    /// `flow_over`.
    pub fn extend_flow(&self, flow: FlowId) -> Result<FlowView, ConsoleError> {
        self.order(flow, Order::Extend)
    }

    /// Goes on in the system browser.
    ///
    /// # Errors
    /// `flow_over`; `browser_needs_loopback` where the redirect address is not on this computer.
    pub fn flow_in_browser(&self, flow: FlowId) -> Result<FlowView, ConsoleError> {
        let running = self.running(flow)?;
        let loopback = {
            let attempt = running.attempt.lock().ok();
            attempt
                .and_then(|attempt| {
                    attempt.as_ref().map(|attempt| attempt.redirect().scheme() == "http")
                })
                .unwrap_or(false)
        };
        if !loopback {
            return Err(ConsoleError::new("browser_needs_loopback"));
        }
        self.order(flow, Order::InBrowser)
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
            paste(attempt.as_ref().ok_or_else(|| ConsoleError::new("flow_over"))?, address)?
        };
        self.order(flow, Order::Pasted(url))
    }

    /// Answers whether another account replaces the first (R20).
    ///
    /// # Errors
    /// `flow_over`.
    pub fn answer_flow(&self, flow: FlowId, replace: bool) -> Result<FlowView, ConsoleError> {
        self.order(flow, Order::Answer { replace })
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
    pub async fn flow_again(
        &self,
        session: Session,
        flow: FlowId,
    ) -> Result<FlowId, ConsoleError> {
        let view = self.flow(flow)?;
        if !matches!(view.stage, Stage::Done | Stage::Failed) {
            let _ = self.order(flow, Order::Cancel);
            self.over(flow).await;
        }
        let next = self.authorize(session, view.connection, view.reach, Some(view.agent)).await?;
        self.inner.agent.close_flow(flow);
        Ok(next)
    }

    async fn over(&self, flow: FlowId) {
        // The task ends within one turn of its loop; the bound is for a provider that hangs
        // while the tokens of the other account are handed back.
        for _ in 0..200 {
            let ended = self
                .flow(flow)
                .map_or(true, |view| matches!(view.stage, Stage::Done | Stage::Failed));
            if ended {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    }

    /// The acting member's slot of a reach: their own, or the connection's only one.
    fn own_slot(
        &self,
        member: &Member,
        connection: &Connection,
        reach: Reach,
    ) -> Result<tsunagi_catalog::Slot, ConsoleError> {
        let key = SlotKey {
            connection: connection.id,
            reach,
            member: (connection.kind == Kind::LoggedInUser).then_some(member.id),
        };
        self.inner.catalog.slot(key)?.ok_or_else(|| {
            Refusal::new(RefusalCode::NotConnected)
                .with("connection", connection.link_name.as_str())
                .with("environment", reach.as_str())
                .with("reason", NotConnected::NeverAuthorized.as_str())
                .into()
        })
    }

    /// R18: what revoking would stop.
    ///
    /// # Errors
    /// R2; nothing sits there.
    pub async fn impact(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<Impact, ConsoleError> {
        let member = self.member(session)?;
        let connection = self.connection(connection)?;
        let slot = self.own_slot(&member, &connection, reach)?;
        let authorization = &slot.authorization;
        access::may_revoke(&member, authorization.authorized_by == member.id)?;
        let (connector, resolved, _) = self.inner.gateway.resolve(&connection, reach).await?;
        let primary = self
            .inner
            .catalog
            .primaries(connection.id)?
            .iter()
            .any(|primary| primary.reach == reach && Some(primary.member) == slot.key.member);
        let environments: Vec<Environment> =
            Environment::ALL.into_iter().filter(|environment| reach.covers(*environment)).collect();
        let stops = self
            .inner
            .catalog
            .uses(connection.id)?
            .into_iter()
            .filter(|used| reach.covers(used.environment))
            .map(|used| UseView {
                area: used.area,
                name: used.name,
                application: used.application,
                environment: used.environment,
                next_run: None,
            })
            .collect();
        Ok(Impact {
            account: account_view(
                &connector.name,
                authorization.label.as_deref(),
                &authorization.account,
            ),
            own: authorization.authorized_by == member.id,
            environments,
            stops,
            shared_with: self.shared_with(&slot, connection.id)?,
            primary,
            at_provider: resolved.revoke.is_some(),
            host: resolved.revoke.as_ref().map(host_of).unwrap_or_default(),
        })
    }

    pub(crate) fn shared_with(
        &self,
        slot: &tsunagi_catalog::Slot,
        own: ConnectionId,
    ) -> Result<Vec<String>, ConsoleError> {
        let mut names = Vec::new();
        for key in self.inner.catalog.slots_of_authorization(slot.authorization.id)? {
            if key.connection != own
                && let Some(other) = self.inner.catalog.connection(key.connection)?
            {
                names.push(other.name.to_string());
            }
        }
        names.dedup();
        Ok(names)
    }

    /// Revokes: at the provider where it can be told, and here in any case. What the provider
    /// says never keeps a credential here.
    ///
    /// # Errors
    /// R2; nothing sits there; the vault is locked.
    pub async fn revoke(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<RevokeOutcome, ConsoleError> {
        let member = self.member(session)?;
        let connection = self.connection(connection)?;
        let slot = self.own_slot(&member, &connection, reach)?;
        let id = slot.authorization.id;
        access::may_revoke(&member, slot.authorization.authorized_by == member.id)?;
        self.inner.keys.vault()?;
        let started = std::time::Instant::now();
        let mut wire = Wire::default();
        let told = self.inner.gateway.revoke_at_provider(id, &mut wire).await;
        let now = self.now();
        self.db(move |catalog| catalog.set_revoked(id, now)).await?;
        let subject = format!("connection/{}", connection.id);
        self.log(session, "authorization.revoked", &subject, &[("reach", reach.as_str())])?;
        let outcome = match told {
            Ok(Revoked::Done) => RevokeOutcome { at_provider: true, failure: None },
            Ok(Revoked::NotOffered | Revoked::Unsupported) => {
                let error = ConsoleError::new("revoke_not_offered");
                RevokeOutcome { at_provider: false, failure: Some(self.failure(&error)) }
            }
            Err(error) => {
                let error = ConsoleError::from(error);
                RevokeOutcome { at_provider: false, failure: Some(self.failure(&error)) }
            }
        };
        self.note_revocation(&slot, &wire, &outcome, started).await?;
        self.inner.bell.changed();
        Ok(outcome)
    }

    /// Tells the timeline of a revocation, as a flow of one step.
    async fn note_revocation(
        &self,
        slot: &tsunagi_catalog::Slot,
        wire: &Wire,
        outcome: &RevokeOutcome,
        started: std::time::Instant,
    ) -> Result<(), ConsoleError> {
        let now = self.now();
        let id = FlowId::new();
        let mut state_hash = [0; 32];
        // Nobody comes back with the state of a revocation: the hash only has to be unique.
        state_hash[..16].copy_from_slice(id.uuid().as_bytes());
        let flow = tsunagi_catalog::Flow {
            id,
            key: slot.key,
            registration: None,
            state_hash,
            agent: "revocation".to_owned(),
            started_at: now,
            deadline: now,
            outcome: None,
            ended_at: None,
        };
        let step = tsunagi_catalog::Step {
            at: now,
            code: if outcome.at_provider { "revoked_there" } else { "revoked_here" }.to_owned(),
            ok: true,
            args: std::collections::BTreeMap::new(),
            wire: wire.lines.iter().map(ToString::to_string).collect(),
            millis: Some(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)),
        };
        self.db(move |catalog| {
            catalog.begin_flow(&flow)?;
            catalog.add_step(id, &step)?;
            catalog.finish_flow(id, "revoked", now)?;
            Ok(())
        })
        .await
    }

    /// Gives the account of a slot a name (R19).
    ///
    /// # Errors
    /// R2; nothing sits there; an empty name or one that is too long.
    pub async fn rename_account(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        label: &str,
    ) -> Result<ConnectionView, ConsoleError> {
        let member = self.member(session)?;
        let known = self.connection(connection)?;
        let slot = self.own_slot(&member, &known, reach)?;
        access::may_revoke(&member, slot.authorization.authorized_by == member.id)?;
        let label = crate::welcome::person_name(label)?;
        self.inner.catalog.rename_account(slot.authorization.id, &label)?;
        self.inner.bell.changed();
        self.connection_view(session, connection).await
    }

    /// R11: makes the acting member's own account primary where nobody is.
    ///
    /// # Errors
    /// `role_not_allowed`; `primary_taken`; the member has no connected account there.
    pub async fn choose_primary(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
    ) -> Result<ConnectionView, ConsoleError> {
        let member = self.member(session)?;
        let known = self.connection(connection)?;
        let slot = self.own_slot(&member, &known, reach)?;
        if slot.authorization.health != Health::Connected {
            return Err(Refusal::new(RefusalCode::MemberNotAuthorized)
                .with("connection", known.link_name.as_str())
                .with("environment", reach.as_str())
                .into());
        }
        let current = self
            .inner
            .catalog
            .primaries(connection)?
            .into_iter()
            .find(|primary| primary.reach == reach)
            .map(|primary| primary.member);
        if current.is_some_and(|current| current != member.id) {
            return Err(ConsoleError::new("primary_taken"));
        }
        if !primary::may_take(known.kind, member.role, None) {
            return Err(Refusal::new(RefusalCode::RoleNotAllowed).into());
        }
        self.inner.keys.vault()?;
        let now = self.now();
        self.inner.catalog.set_primary(connection, reach, Some(member.id), now)?;
        let subject = format!("connection/{connection}");
        self.log(session, "primary.chosen", &subject, &[("reach", reach.as_str())])?;
        self.inner.bell.changed();
        self.connection_view(session, connection).await
    }
}

/// Opens the loopback listener the address needs, and forms the address.
async fn redirect_of(
    form: &Redirect,
    path: &str,
) -> Result<(Option<Listener>, Url), ConsoleError> {
    let port = match form {
        Redirect::LoopbackAnyPort => None,
        Redirect::LoopbackPort(port) => Some(*port),
        Redirect::Intercepted(base) => {
            let url = Url::parse(&format!("{}{path}", base.trim_end_matches('/')))
                .map_err(|_| ConsoleError::new("redirect_invalid"))?;
            return Ok((None, url));
        }
    };
    // Bound for the window too: a navigation that is not intercepted then still comes home.
    let listener = Listener::bind(port).await?;
    let url = Url::parse(&format!("http://127.0.0.1:{}{path}", listener.port()))
        .map_err(|_| ConsoleError::new("redirect_invalid"))?;
    Ok((Some(listener), url))
}
