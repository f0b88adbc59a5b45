//! Authorizing where nobody signs in: a person types a key into the flow window, or the client
//! authorizes itself. What comes of it is settled as a sign-in is (R2, R11, R16, R20, R23): only
//! how the credential is come by differs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::unbounded_channel;
use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::{Account, FlowId};
use tsunagi_gateway::Arrived;
use tsunagi_oauth::{Secret, Wire};
use url::Url;

use crate::agent::{Sighting, Visit};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::flow::EXTENSION;
use crate::flow::{Ears, End, Errand, LOOK_AGAIN, Order, Running};
use crate::settling::HAND_BACK;
use crate::views::{AgentKind, FlowView, FormProblem, KeyFieldView, KeyForm, Stage, TypedKeys};

/// How long a person has for the form, in seconds: a key is often made first.
pub(crate) const FORM_SECONDS: u32 = 1800;

/// What a try with what was typed came to.
enum Tried {
    Settled(End),
    /// Not taken: the person may type again.
    Again(ConsoleError),
}

impl Console {
    /// Where a service is asked that nobody signs in to.
    pub(crate) fn asked_host(resolved: &Resolved) -> Url {
        let question = resolved.question.as_ref().map(|question| &question.url);
        let asked = resolved.token.as_ref().or(question);
        asked.unwrap_or(&resolved.api_base).clone()
    }

    /// Where a service is asked for access: at its page, where it has one, else where it gives
    /// codes.
    pub(crate) fn asked_of(resolved: &Resolved) -> Url {
        let page = resolved.authorize.as_ref().or(resolved.device.as_ref());
        page.cloned().unwrap_or_else(|| Self::asked_host(resolved))
    }

    /// The form of a connector, and how a key is come by at its service.
    pub(crate) fn form(&self, connector: &Connector) -> Option<KeyForm> {
        let keys = connector.keys.as_ref()?;
        let setup = connector.setup.as_ref();
        Some(KeyForm {
            fields: keys
                .fields
                .iter()
                .map(|field| KeyFieldView {
                    name: field.name.clone(),
                    label: self.pick(&field.label),
                    help: field.help.as_ref().map(|help| self.pick(help)),
                    secret: field.secret,
                    example: field.example.clone(),
                })
                .collect(),
            steps: setup
                .into_iter()
                .flat_map(|setup| &setup.steps)
                .map(|step| self.pick(step))
                .collect(),
            setup: setup.map(|setup| setup.url.clone()),
            problem: None,
        })
    }

    /// Takes what a person typed into the form of a flow, and tries it. How that went is told by
    /// the flow; what was typed is told by nothing.
    ///
    /// # Errors
    /// `flow_over`, also for who is not the one that began it.
    pub fn type_into_flow(
        &self,
        session: Session,
        flow: FlowId,
        typed: TypedKeys,
    ) -> Result<FlowView, ConsoleError> {
        let typed: BTreeMap<String, Secret> = typed
            .fields
            .into_iter()
            .map(|(name, value)| (name, Secret::new(value)))
            .collect();
        let member = self.member(session)?;
        self.touch();
        let running = self.running(flow)?;
        if running.by != member.id {
            return Err(ConsoleError::new("flow_over"));
        }
        {
            let mut view = running.lock();
            if view.form.is_none() || view.stage != Stage::Waiting {
                return Err(ConsoleError::new("flow_over"));
            }
            // At once, so that a second press does not try twice.
            view.stage = Stage::Checking;
            view.now = self.now();
        }
        self.order(flow, Order::Typed(typed))
    }

    /// Opens the address where a key is made, in the system browser.
    ///
    /// # Errors
    /// `flow_over`, `browser_missing`.
    pub fn open_setup(&self, flow: FlowId) -> Result<(), ConsoleError> {
        let form = self.running(flow)?.lock().form.clone();
        let address = form.and_then(|form| Url::parse(&form.setup?).ok());
        let address = address
            .filter(|url| url.scheme() == "https")
            .ok_or_else(|| ConsoleError::new("flow_over"))?;
        self.inner.agent.browse(&address).map_err(ConsoleError::new)
    }

    /// Runs a flow that has no page.
    pub(crate) async fn without_page(
        &self,
        errand: &Errand,
        running: &Running,
        ears: &mut Ears,
    ) -> Result<End, ConsoleError> {
        let kind = running.lock().agent;
        let (sightings, told) = unbounded_channel();
        let visit = Visit {
            flow: errand.id,
            kind,
            url: Self::asked_host(&errand.resolved),
            title: errand.title.clone(),
            locale: self.locale(),
            judge: Arc::new(|_: &Url| tsunagi_oauth::Verdict::Refuse {
                reason: "flow_over",
            }),
            profile: None,
            sightings,
        };
        ears.seen.listen(told);
        if kind == AgentKind::Client {
            self.inner.agent.open(visit).map_err(ConsoleError::new)?;
            return self.client_alone(errand, running, ears).await;
        }
        self.step(errand.id, "form_opened", Ok(()), Vec::new(), None)
            .await?;
        self.inner.agent.open(visit).map_err(ConsoleError::new)?;
        loop {
            let typed = match self.typed(running, ears).await {
                Ok(typed) => typed,
                Err(error) => {
                    self.note_end(errand.id, &error).await;
                    return Ok(End::Failed(error));
                }
            };
            match self.try_keys(errand, running, ears, typed).await? {
                Tried::Settled(end) => return Ok(end),
                Tried::Again(error) => {
                    let problem = self.problem(errand, &error);
                    self.show(running, |view| {
                        view.stage = Stage::Waiting;
                        if let Some(form) = &mut view.form {
                            form.problem = Some(problem);
                        }
                    });
                }
            }
        }
    }

    /// Waits until something is typed.
    async fn typed(
        &self,
        running: &Running,
        ears: &mut Ears,
    ) -> Result<BTreeMap<String, Secret>, ConsoleError> {
        loop {
            tokio::select! {
                order = ears.orders.recv() => match order {
                    None | Some(Order::Cancel) => return Err(ConsoleError::new("cancelled")),
                    Some(Order::Typed(typed)) => return Ok(typed),
                    Some(Order::Extend) => self.show(running, |view| {
                        view.deadline = view.deadline.plus_seconds(EXTENSION);
                        view.seconds += u32::try_from(EXTENSION).unwrap_or(0);
                    }),
                    Some(_) => {}
                },
                Some(sighting) = ears.seen.next() => {
                    if sighting == Sighting::Dismissed {
                        return Err(ConsoleError::new("cancelled"));
                    }
                }
                () = tokio::time::sleep(LOOK_AGAIN) => {
                    let over = self.now() >= running.lock().deadline;
                    if over {
                        return Err(ConsoleError::new("timed_out"));
                    }
                }
            }
        }
    }

    /// Asks the service with what was typed, before anything of it is stored.
    async fn try_keys(
        &self,
        errand: &Errand,
        running: &Running,
        ears: &mut Ears,
        typed: BTreeMap<String, Secret>,
    ) -> Result<Tried, ConsoleError> {
        self.show(running, |view| {
            view.stage = Stage::Checking;
            if let Some(form) = &mut view.form {
                form.problem = None;
            }
        });
        self.still_allowed(errand).await?;
        let gateway = &self.inner.gateway;
        let arrived = match gateway.take_keys(&errand.connector, &errand.resolved, typed) {
            Ok(arrived) => arrived,
            Err(error) => return Ok(Tried::Again(error.into())),
        };
        let asked = tokio::select! {
            asked = self.ask_who(errand, &arrived) => asked,
            () = ears.ended() => {
                return Ok(Tried::Settled(self.cancelled(errand, running).await));
            }
        };
        let account = match asked {
            Ok(account) => account,
            Err(error) => return Ok(Tried::Again(error)),
        };
        let end = self.welcome(errand, running, ears, arrived, account);
        Ok(Tried::Settled(end.await?))
    }

    /// What is wrong, and with which field.
    fn problem(&self, errand: &Errand, error: &ConsoleError) -> FormProblem {
        let keys = errand.connector.keys.as_ref();
        let name = error.args.get("field");
        let field = name.and_then(|name| keys?.field(name));
        let told = match field {
            Some(field) => error.clone().with("field", self.pick(&field.label)),
            None => error.clone(),
        };
        FormProblem {
            field: field.map(|field| field.name.clone()),
            failure: self.failure(&told.with("service", errand.connector.name.clone())),
        }
    }

    /// Lets the client authorize itself (RFC 6749 §4.4).
    async fn client_alone(
        &self,
        errand: &Errand,
        running: &Running,
        ears: &mut Ears,
    ) -> Result<End, ConsoleError> {
        self.show(running, |view| view.stage = Stage::Checking);
        let started = Instant::now();
        let mut wire = Wire::default();
        let arrived: Result<Arrived, ConsoleError> = {
            let work = self.inner.gateway.authorize_client(
                &errand.connector,
                &errand.resolved,
                errand.registration,
                &errand.connection.scopes,
                &mut wire,
            );
            tokio::pin!(work);
            tokio::select! {
                arrived = &mut work => arrived.map_err(ConsoleError::from),
                () = ears.ended() => {
                    let end = self.cancelled(errand, running).await;
                    // The request is on its way: what it still brings is handed back.
                    if let Ok(Ok(arrived)) = tokio::time::timeout(HAND_BACK, work).await {
                        self.hand_back(errand, arrived.grant).await;
                    }
                    return Ok(end);
                }
            }
        };
        let lines = wire.lines.iter().map(ToString::to_string).collect();
        let told = arrived.as_ref().map(|_| ());
        let noted = self
            .step(errand.id, "issued", told, lines, Some(started))
            .await;
        match (arrived, noted) {
            (Ok(arrived), Ok(())) => self.settle_arrived(errand, running, ears, arrived).await,
            (Ok(arrived), Err(error)) => {
                self.hand_back(errand, arrived.grant).await;
                Err(error)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// What follows once a credential was found good, and whose it is.
    pub(crate) async fn welcome(
        &self,
        errand: &Errand,
        running: &Running,
        ears: &mut Ears,
        arrived: Arrived,
        account: Account,
    ) -> Result<End, ConsoleError> {
        running.note_signed_in(&account);
        let asked = self.guard(errand, running, ears, &arrived, &account);
        let Some(decided) = asked.await? else {
            self.show(running, |view| view.stage = Stage::Checking);
            let lines = self.hand_back(errand, arrived.grant).await;
            self.step(errand.id, "kept", Ok(()), lines, None).await?;
            return Ok(End::Kept);
        };
        match self
            .store(errand, running, &arrived, &account, decided)
            .await
        {
            Ok(end) => Ok(end),
            Err(error) => {
                self.hand_back(errand, arrived.grant).await;
                Err(error)
            }
        }
    }
}
