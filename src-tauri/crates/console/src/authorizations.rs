//! Authorizing: how a flow begins.

use std::sync::{Arc, Mutex};

use tsunagi_catalog::Redirect;
use tsunagi_connectors::{Connector, Registration as Needs, Resolved, Webview};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Connection, ConnectionId, FlowId, Kind, Member, Reach, Refusal, RefusalCode, Workspace, access,
    primary,
};
use tsunagi_oauth::{Ask, Attempt, Listener, Secret, Wire, begin};
use url::Url;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::{Errand, Running, channel, host_of, is_secure};
use crate::kept_sign_ins::Staying;
use crate::messages;
use crate::rows::mark;
use crate::typing::FORM_SECONDS;
use crate::views::{AgentKind, FlowView, Stage, Stay};

/// How long a person has to sign in, in seconds.
const SIGN_IN_SECONDS: u32 = 180;

impl Console {
    /// Begins a flow for the acting member and takes them to the provider. `agent` overrides
    /// what the connector prefers, where it allows that.
    ///
    /// # Errors
    /// R1, R3, R8, R16; no registration; a connector that is not there; no free port; what the
    /// provider says of a request that is pushed.
    pub async fn authorize(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        agent: Option<AgentKind>,
    ) -> Result<FlowId, ConsoleError> {
        // Boxed, as what follows: it holds all that a flow begins with.
        Box::pin(self.begin_flow(session, connection, reach, agent)).await
    }

    async fn begin_flow(
        &self,
        session: Session,
        connection: ConnectionId,
        reach: Reach,
        agent: Option<AgentKind>,
    ) -> Result<FlowId, ConsoleError> {
        let member = self.member(session)?;
        let workspace = self.workspace()?;
        let connection = self.connection(connection)?;
        let shared = self
            .inner
            .catalog
            .is_shared_with(connection.id, member.id)?;
        let connector = self.connector(&connection.connector)?;
        self.may_authorize(&member, &connection, shared, &connector, &workspace)?;
        if !connection.mode.reaches().contains(&reach) {
            return Err(ConsoleError::new("reach_not_in_mode"));
        }
        // A locked vault could not keep what the sign-in brings.
        self.wait_for_vault().await;
        self.inner.keys.vault()?;
        let key = SlotKey {
            connection: connection.id,
            reach,
            member: (connection.kind == Kind::LoggedInUser).then_some(member.id),
        };
        let _one_at_a_time = self.inner.beginning.lock().await;
        if let Some(running) = self.already_running(key) {
            self.inner.agent.show(running);
            return Ok(running);
        }
        let (connector, resolved, registration) =
            self.inner.gateway.resolve(&connection, reach).await?;
        if connector.practice {
            self.start_practice()?;
        }
        let errand = Errand {
            id: FlowId::new(),
            session,
            title: self.flow_title(&connection, reach),
            member,
            connection,
            key,
            connector,
            resolved,
            registration,
            address: None,
            listener: None,
            path: String::new(),
        };
        if errand.connector.keys.is_some() {
            return Box::pin(self.begin_alone(errand, AgentKind::Form)).await;
        }
        if errand.connector.is_for_clients() {
            self.client_of(&errand)?;
            return Box::pin(self.begin_alone(errand, AgentKind::Client)).await;
        }
        if errand.connector.is_by_code_alone() {
            return Box::pin(self.begin_by_code(errand)).await;
        }
        Box::pin(self.begin_at_page(errand, agent)).await
    }

    /// R1, R3, R8, R16: whether the member may authorize the connection, by what holds now. Asked
    /// when a flow begins, and again before anything of it is stored.
    ///
    /// # Errors
    /// The refusal of the first rule that is broken.
    pub(crate) fn may_authorize(
        &self,
        member: &Member,
        connection: &Connection,
        shared: bool,
        connector: &Connector,
        workspace: &Workspace,
    ) -> Result<(), ConsoleError> {
        // Where another computer has the workspace: a provider may end older grants for a new
        // one, and those are its.
        self.usable(workspace)?;
        access::may_authorize_now(member, connection, shared)?;
        self.offered(connector, workspace)?;
        Ok(())
    }

    /// Begins a flow without a page.
    async fn begin_alone(&self, errand: Errand, kind: AgentKind) -> Result<FlowId, ConsoleError> {
        let mut view = self.first_view(&errand, kind, &Self::asked_host(&errand.resolved))?;
        view.stay = Stay::NotHere;
        view.form = self.form(&errand.connector);
        view.seconds = FORM_SECONDS;
        view.deadline = view.now.plus_seconds(i64::from(FORM_SECONDS));
        // Nothing of the service is asked before its window is open.
        self.begin_run(errand, view, None, Staying::default()).await
    }

    /// Begins a flow where a person signs in by a code that is entered elsewhere, and in no other
    /// way (RFC 8628): nobody is sent back here, so there is no address to be sent back to.
    async fn begin_by_code(&self, mut errand: Errand) -> Result<FlowId, ConsoleError> {
        self.client_of(&errand)?;
        let device = errand.resolved.device.clone();
        let device = device.ok_or_else(|| ConsoleError::new("device_not_offered"))?;
        // A provider whose own description contradicts the connector is asked for no code.
        self.requires_iss(&errand.connector, &errand.resolved)
            .await?;
        let mut view = self.first_view(&errand, AgentKind::Device, &device)?;
        view.stay = Stay::NotHere;
        errand.address = Some(device);
        self.begin_run(errand, view, None, Staying::default()).await
    }

    /// Begins a flow at the provider's page.
    async fn begin_at_page(
        &self,
        mut errand: Errand,
        agent: Option<AgentKind>,
    ) -> Result<FlowId, ConsoleError> {
        let (client_id, form, path_id) = self.client_of(&errand)?;
        errand.path = format!("/callback/{path_id}");
        let (listener, redirect) = redirect_of(&form, &errand.path).await?;
        errand.listener = listener;
        let kind = agent_for(&errand, agent, &form)?;
        let previous = self.inner.catalog.slot(errand.key)?;
        let hint = previous
            .as_ref()
            .and_then(|slot| slot.authorization.account.email.clone());
        let mut attempt = begin(&Ask {
            connector: &errand.connector,
            endpoints: &errand.resolved,
            client_id: &client_id,
            scopes: &errand.connection.scopes,
            redirect: &redirect,
            login_hint: hint.as_deref(),
        })?;
        let requires = self.requires_iss(&errand.connector, &errand.resolved);
        if requires.await? {
            attempt.require_iss();
        }
        errand.address = Some(attempt.url().clone());
        let mut view = self.first_view(&errand, kind, attempt.url())?;
        let mut stay = Staying::default();
        let tells = errand.resolved.question.as_ref();
        let tells = tells.is_some_and(|question| question.id.is_some());
        let named = tells || errand.connection.scopes.iter().any(|it| it == "openid");
        if !self.inner.agent.keeps_sign_ins() {
            view.stay = Stay::NotHere;
        } else if !named {
            view.stay = Stay::NoAccount;
        } else if kind == AgentKind::Webview {
            let before = previous.as_ref().map(|slot| &slot.authorization.account);
            stay = self.staying(&errand.member, &errand.connector.id, before)?;
            view.stay = stay.as_view();
        }
        self.begin_run(errand, view, Some(attempt), stay).await
    }

    /// Notes a flow that begins, and lets it run.
    pub(crate) async fn begin_run(
        &self,
        mut errand: Errand,
        view: FlowView,
        attempt: Option<Attempt>,
        stay: Staying,
    ) -> Result<FlowId, ConsoleError> {
        let state = attempt.as_ref().map_or_else(
            // There is no callback, so none can claim the flow: a hash that nothing has.
            || Secret::new(FlowId::new().to_string()).hash(),
            Attempt::state_hash,
        );
        let row = self.flow_row(&errand, state, &view);
        self.db(move |catalog| catalog.begin_flow(&row)).await?;
        let pushed = attempt.as_ref().filter(|attempt| attempt.is_pushed());
        if let Some(attempt) = pushed.filter(|_| view.agent != AgentKind::Device) {
            let pushed = self.pushed(&errand, attempt.url().clone()).await;
            // Whoever began may have left the keyboard meanwhile.
            let pushed = pushed.and_then(|address| self.member(errand.session).map(|_| address));
            match pushed {
                Ok(address) => errand.address = Some(address),
                Err(error) => {
                    self.not_begun(errand.id, &error).await;
                    return Err(error);
                }
            }
        }
        let (orders, received) = channel();
        let running = Running {
            key: errand.key,
            by: errand.member.id,
            view: Arc::new(Mutex::new(view)),
            orders,
            attempt: Arc::new(Mutex::new(attempt)),
            signed_in: Arc::default(),
        };
        let id = errand.id;
        self.remember(id, running.clone());
        tokio::spawn(self.clone().run(errand, running, received, stay));
        Ok(id)
    }

    /// A flow that ends before anybody was taken anywhere: no window of its own tells of it, but
    /// the Timeline does.
    async fn not_begun(&self, id: FlowId, error: &ConsoleError) {
        let (outcome, now) = (error.code.clone(), self.now());
        let finished = self.db(move |catalog| catalog.finish_flow(id, &outcome, now));
        if let Err(error) = finished.await {
            tracing::error!(code = %error.code, "flow not finished");
        }
        self.inner.bell.changed();
    }

    fn flow_title(&self, connection: &Connection, reach: Reach) -> String {
        let args = [
            ("connection".to_owned(), connection.name.to_string()),
            ("environment".to_owned(), reach.as_str().to_owned()),
        ];
        messages::text(self.locale(), "window.authorize", &args.into())
    }

    fn first_view(
        &self,
        errand: &Errand,
        agent: AgentKind,
        url: &Url,
    ) -> Result<FlowView, ConsoleError> {
        let Errand {
            member,
            connection,
            connector,
            ..
        } = errand;
        let reach = errand.key.reach;
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
            id: errand.id,
            connection: connection.id,
            connection_name: connection.name.to_string(),
            reach,
            service: mark(connector),
            host: host_of(url),
            secure: is_secure(url),
            agent,
            browser_because: self.browser_because(connector),
            code_offered: connector.oauth().device.is_some(),
            code: None,
            form: None,
            deadline: now.plus_seconds(i64::from(SIGN_IN_SECONDS)),
            now,
            seconds: SIGN_IN_SECONDS,
            stage: Stage::Waiting,
            account: None,
            previous: None,
            uses: catalog.count_uses(connection.id)?,
            primary: false,
            passphrase: self.has_passphrase(member.id)?,
            may_become_primary: primary::may_take(connection.kind, member.role, current),
            primary_wanted: first,
            stay: Stay::Off,
            failure: None,
        })
    }

    /// Whether the callback must name its issuer (RFC 9207 §2.3), as connector or provider says.
    /// A provider whose own description contradicts the connector gets nobody sent to it; one
    /// whose description cannot be read just now is taken at the connector's word.
    async fn requires_iss(
        &self,
        connector: &Connector,
        resolved: &Resolved,
    ) -> Result<bool, ConsoleError> {
        let mut wire = Wire::default();
        match self
            .inner
            .gateway
            .check_metadata(connector, resolved, &mut wire)
            .await
        {
            Ok(required) => Ok(required),
            Err(error) if error.code() == "metadata_differs" => Err(error.into()),
            Err(error) => {
                tracing::warn!(
                    code = error.code(),
                    "the provider's metadata cannot be read"
                );
                Ok(connector.oauth().iss_required)
            }
        }
    }

    pub(crate) fn browser_because(&self, connector: &Connector) -> Option<String> {
        match &connector.webview {
            Webview::Allowed => None,
            // Wherever the code is entered, it is not in a window of ours.
            _ if connector.is_by_code_alone() => None,
            Webview::Blocked { reason } => Some(self.pick(reason)),
        }
    }

    /// Client ID, form of the redirect address, and the id in its path.
    fn client_of(&self, errand: &Errand) -> Result<(String, Redirect, String), ConsoleError> {
        let connector = &errand.connector;
        match &connector.registration {
            Needs::NotNeeded => Err(ConsoleError::new("registration_not_needed")),
            // The program's own registration has one address per connection.
            Needs::BuiltIn { client_id } => Ok((
                client_id.clone(),
                Redirect::LoopbackAnyPort,
                errand.connection.id.to_string(),
            )),
            Needs::NeedsClient => {
                let needed = || {
                    Refusal::new(RefusalCode::RegistrationNeeded)
                        .with("service", connector.name.clone())
                };
                let id = errand.registration.ok_or_else(needed)?;
                let found = self.inner.catalog.registration(id)?.ok_or_else(needed)?;
                if found.connector != connector.id {
                    return Err(needed().into());
                }
                if self.inner.catalog.secret_due(id)? {
                    return Err(
                        ConsoleError::new("registration_secret_due").with("name", found.name)
                    );
                }
                Ok((found.client_id, found.redirect, id.to_string()))
            }
        }
    }

    fn already_running(&self, key: SlotKey) -> Option<FlowId> {
        let flows = self.inner.flows.lock().ok()?;
        let found = flows.iter().find(|(_, running)| {
            let ended = matches!(running.lock().stage, Stage::Done | Stage::Failed);
            running.key == key && !ended
        });
        found.map(|(id, _)| *id)
    }
}

/// Where the provider's page opens: as the connector says, else as it was asked for.
fn agent_for(
    errand: &Errand,
    asked: Option<AgentKind>,
    form: &Redirect,
) -> Result<AgentKind, ConsoleError> {
    match (&errand.connector.webview, form) {
        (Webview::Blocked { .. }, Redirect::Intercepted(_)) => {
            Err(ConsoleError::new("browser_needs_loopback"))
        }
        _ if asked == Some(AgentKind::Device) => match errand.resolved.device {
            Some(_) => Ok(AgentKind::Device),
            None => Err(ConsoleError::new("device_not_offered")),
        },
        (Webview::Blocked { .. }, _) => Ok(AgentKind::Browser),
        // Only a window of ours can intercept an address on somebody else's host.
        (Webview::Allowed, Redirect::Intercepted(_)) => Ok(AgentKind::Webview),
        // Ways without a page are the connector's to choose, and not a caller's.
        (Webview::Allowed, _) => Ok(asked
            .filter(|agent| matches!(agent, AgentKind::Webview | AgentKind::Browser))
            .unwrap_or(AgentKind::Webview)),
    }
}

/// Opens the loopback listener the address needs, and forms the address.
async fn redirect_of(form: &Redirect, path: &str) -> Result<(Option<Listener>, Url), ConsoleError> {
    let port = match form {
        Redirect::LoopbackAnyPort => None,
        Redirect::LoopbackPort(port) | Redirect::LocalhostPort(port) => Some(*port),
        Redirect::Intercepted(base) => {
            let url = Url::parse(&format!("{}{path}", base.trim_end_matches('/')))
                .map_err(|_| ConsoleError::new("redirect_invalid"))?;
            return Ok((None, url));
        }
    };
    // Bound for the window too: a navigation that is not intercepted then still comes home.
    let mut listener = Listener::bind(port).await?;
    if matches!(form, Redirect::LocalhostPort(_)) {
        listener = listener.by_name().await?;
    }
    let url = Url::parse(&format!("http://{}{path}", listener.authority()))
        .map_err(|_| ConsoleError::new("redirect_invalid"))?;
    Ok((Some(listener), url))
}
