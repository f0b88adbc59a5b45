//! One attempt to authorize, from click to outcome.
//!
//! A flow lives on a task of its own. Doors steer it with [`Order`]s and look at its
//! [`FlowView`]; user agents tell it what they see. Whatever happens, it ends with one outcome,
//! and stores either everything or nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tsunagi_catalog::{Entry, Filling, Flow, Step};
use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::account::{Arrival, arrival};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{
    Account, AuthorizationId, Connection, FlowId, Health, Member, RegistrationId, Timestamp,
    primary,
};
use tsunagi_gateway::Arrived;
use tsunagi_oauth::{Attempt, Listener, Pages, Verdict, Wire, read_callback};
use url::Url;

use crate::agent::{Sighting, Visit};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::messages;
use crate::rows::account_view;
use crate::views::{AgentKind, FlowView, Stage};

/// What *2 more minutes* adds, in seconds.
const EXTENSION: i64 = 120;
/// How long an answer about another account is waited for, in seconds.
const ANSWER_SECONDS: i64 = 600;

/// A flow that runs, or ended and is still looked at.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) view: Arc<Mutex<FlowView>>,
    pub(crate) orders: UnboundedSender<Order>,
    pub(crate) attempt: Arc<Mutex<Option<Attempt>>>,
}

/// What a door tells a flow.
#[derive(Debug)]
pub(crate) enum Order {
    Cancel,
    Extend,
    InBrowser,
    Pasted(Url),
    Answer { replace: bool },
}

/// Everything a flow works with.
pub(crate) struct Errand {
    pub(crate) id: FlowId,
    pub(crate) session: Session,
    pub(crate) member: Member,
    pub(crate) connection: Connection,
    pub(crate) key: SlotKey,
    pub(crate) connector: Connector,
    pub(crate) resolved: Resolved,
    pub(crate) registration: Option<RegistrationId>,
    pub(crate) listener: Option<Listener>,
    pub(crate) path: String,
    pub(crate) title: String,
}

/// How a flow ended.
enum End {
    Connected,
    Kept,
    Failed(ConsoleError),
}

/// What happened while the flow waited.
enum Waited {
    Callback(Url),
    End(ConsoleError),
}

pub(crate) fn channel() -> (UnboundedSender<Order>, UnboundedReceiver<Order>) {
    unbounded_channel()
}

impl Running {
    pub(crate) fn view(&self, now: Timestamp) -> FlowView {
        let mut view = self.lock();
        view.now = now;
        view.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FlowView> {
        // A panic while a view was written leaves a view that can still be shown.
        self.view
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn judge(&self, url: &Url) -> Verdict {
        let attempt = self
            .attempt
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        attempt.as_ref().map_or(
            Verdict::Refuse {
                reason: "flow_over",
            },
            |attempt| attempt.judge(url),
        )
    }
}

impl Console {
    /// Runs a flow to its end.
    pub(crate) async fn run(
        self,
        mut errand: Errand,
        running: Running,
        mut orders: UnboundedReceiver<Order>,
    ) {
        let end = self.steps(&mut errand, &running, &mut orders).await;
        if let Ok(mut attempt) = running.attempt.lock() {
            *attempt = None;
        }
        self.inner.agent.close_page(errand.id);
        let (stage, outcome, failure) = match end {
            Ok(End::Connected) => (Stage::Done, "connected".to_owned(), None),
            Ok(End::Kept) => (
                Stage::Failed,
                "kept".to_owned(),
                Some(ConsoleError::new("kept")),
            ),
            Ok(End::Failed(error)) | Err(error) => (Stage::Failed, error.code.clone(), Some(error)),
        };
        let id = errand.id;
        let now = self.now();
        if stage == Stage::Failed {
            let finish = {
                let outcome = outcome.clone();
                move |catalog: &tsunagi_catalog::Catalog| catalog.finish_flow(id, &outcome, now)
            };
            if let Err(error) = self.db(finish).await {
                tracing::error!(code = %error.code, "flow not finished");
            }
        }
        tracing::info!(flow = %id, outcome, "flow ended");
        let dismissed = matches!(outcome.as_str(), "cancelled" | "kept");
        self.show(&running, |view| {
            view.stage = stage;
            view.failure = failure.map(|error| self.failure(&error));
        });
        self.inner.bell.changed();
        if stage == Stage::Done {
            // Long enough to read whose account it is.
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            self.inner.agent.close_flow(id);
        } else if dismissed {
            self.inner.agent.close_flow(id);
        }
    }

    fn show(&self, running: &Running, change: impl FnOnce(&mut FlowView)) {
        let view = {
            let mut view = running.lock();
            change(&mut view);
            view.now = self.now();
            view.clone()
        };
        self.inner.bell.flow(&view);
    }

    async fn steps(
        &self,
        errand: &mut Errand,
        running: &Running,
        orders: &mut UnboundedReceiver<Order>,
    ) -> Result<End, ConsoleError> {
        let callback = match self.wait(errand, running, orders).await? {
            Waited::Callback(url) => url,
            Waited::End(error) => {
                self.step(errand.id, "answer", Err(&error), Vec::new(), None)
                    .await?;
                return Ok(End::Failed(error));
            }
        };
        self.inner.agent.close_page(errand.id);
        self.show(running, |view| view.stage = Stage::Checking);
        // One order ends this part early: Cancel. Nothing has been stored before it is over.
        let work = self.check(errand, running, &callback);
        let (arrived, account) = tokio::select! {
            done = work => done?,
            () = cancelled(orders) => {
                let error = ConsoleError::new("cancelled");
                self.step(errand.id, "answer", Err(&error), Vec::new(), None).await?;
                return Ok(End::Failed(error));
            }
        };
        self.settle_account(errand, running, orders, arrived, account)
            .await
    }

    /// Takes the person to the provider and waits for the callback.
    async fn wait(
        &self,
        errand: &mut Errand,
        running: &Running,
        orders: &mut UnboundedReceiver<Order>,
    ) -> Result<Waited, ConsoleError> {
        let (sightings, mut seen) = unbounded_channel();
        let (kind, deadline) = {
            let view = running.lock();
            (view.agent, view.deadline)
        };
        let mut kind = kind;
        let mut deadline = deadline;
        self.step(
            errand.id,
            "opened",
            Ok(()),
            vec![self.opened_line(running)],
            None,
        )
        .await?;
        self.visit(errand, running, kind, &sightings)?;
        let judge = {
            let running = running.clone();
            move |url: &Url| running.judge(url)
        };
        let pages = self.pages();
        let listener = errand.listener.take();
        let path = errand.path.clone();
        let listening = async {
            match listener {
                Some(listener) => listener.wait(&path, judge, pages).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(listening);
        loop {
            let left = deadline.millis_since(self.now()).max(0).unsigned_abs();
            tokio::select! {
                url = &mut listening => return Ok(Waited::Callback(url)),
                Some(sighting) = seen.recv() => match sighting {
                    Sighting::Callback(url) => return Ok(Waited::Callback(url)),
                    Sighting::Mismatch => return Ok(Waited::End(ConsoleError::new("state_mismatch"))),
                    Sighting::Failed(code) => {
                        let host = running.lock().host.clone();
                        return Ok(Waited::End(ConsoleError::new(code).with("host", host)));
                    }
                    // In the browser there is no window of ours to be closed.
                    Sighting::Closed if kind == AgentKind::Browser => {}
                    Sighting::Closed => return Ok(Waited::End(ConsoleError::new("window_closed"))),
                    Sighting::Dismissed => return Ok(Waited::End(ConsoleError::new("cancelled"))),
                    Sighting::Page(url) => self.show(running, |view| {
                        view.host = host_of(&url);
                        view.secure = is_secure(&url);
                    }),
                },
                order = orders.recv() => match order {
                    None | Some(Order::Cancel) => return Ok(Waited::End(ConsoleError::new("cancelled"))),
                    Some(Order::Extend) => {
                        deadline = deadline.plus_seconds(EXTENSION);
                        self.show(running, |view| {
                            view.deadline = deadline;
                            view.seconds += u32::try_from(EXTENSION).unwrap_or(0);
                        });
                    }
                    Some(Order::InBrowser) if kind == AgentKind::Webview => {
                        kind = AgentKind::Browser;
                        self.inner.agent.close_page(errand.id);
                        self.visit(errand, running, kind, &sightings)?;
                        self.show(running, |view| view.agent = AgentKind::Browser);
                    }
                    Some(Order::Pasted(url)) => return Ok(Waited::Callback(url)),
                    Some(Order::InBrowser | Order::Answer { .. }) => {}
                },
                () = tokio::time::sleep(std::time::Duration::from_millis(left.max(1))) => {
                    if self.now() >= deadline {
                        return Ok(Waited::End(ConsoleError::new("timed_out")));
                    }
                }
            }
        }
    }

    fn visit(
        &self,
        errand: &Errand,
        running: &Running,
        kind: AgentKind,
        sightings: &UnboundedSender<Sighting>,
    ) -> Result<(), ConsoleError> {
        let url = {
            let attempt = running
                .attempt
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            attempt.as_ref().map(|attempt| attempt.url().clone())
        };
        let url = url.ok_or_else(|| ConsoleError::new("cancelled"))?;
        let judge = {
            let running = running.clone();
            move |url: &Url| running.judge(url)
        };
        let visit = Visit {
            flow: errand.id,
            kind,
            url,
            title: errand.title.clone(),
            locale: self.locale(),
            judge: Arc::new(judge),
            sightings: sightings.clone(),
        };
        self.inner.agent.open(visit).map_err(ConsoleError::new)
    }

    /// The pages the system browser shows at the end.
    fn pages(&self) -> Pages {
        let page = |key: &str| {
            let text = |part: &str| {
                messages::text(
                    self.locale(),
                    &format!("window.{key}.{part}"),
                    &BTreeMap::new(),
                )
            };
            format!(
                "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\"><title>Tsunagi</title>\
                 <style>:root{{color-scheme:light dark}}body{{font:15px/1.6 system-ui,sans-serif;\
                 display:grid;place-content:center;min-height:90vh;text-align:center}}</style>\
                 <h1>{}</h1><p>{}</p></html>",
                match self.locale() {
                    crate::views::Locale::En => "en",
                    crate::views::Locale::Ja => "ja",
                },
                text("title"),
                text("text"),
            )
        };
        Pages {
            success: page("success"),
            denied: page("denied"),
            wrong: page("wrong"),
        }
    }

    /// Reads the callback, exchanges the code and asks who signed in.
    async fn check(
        &self,
        errand: &Errand,
        running: &Running,
        callback: &Url,
    ) -> Result<(Arrived, Account), ConsoleError> {
        let id = errand.id;
        let attempt = running
            .attempt
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
            .ok_or_else(|| ConsoleError::new("cancelled"))?;
        // One-time state: whoever comes second with the same one gets nothing.
        let state = attempt.state_hash();
        let claimed = self.db(move |catalog| catalog.claim_flow(&state)).await?;
        let line = vec![format!("GET {}", tsunagi_oauth::redacted(callback))];
        let code = match claimed {
            Some(flow) if flow.id == id => {
                read_callback(&attempt, callback, errand.resolved.issuer.as_deref())
                    .map_err(ConsoleError::from)
            }
            _ => Err(ConsoleError::new("state_mismatch")),
        };
        self.step(id, "answer", code.as_ref().map(|_| ()), line, None)
            .await?;
        let code = code?;

        let started = Instant::now();
        let mut wire = Wire::default();
        let gateway = &self.inner.gateway;
        let arrived = gateway
            .exchange(
                &errand.connector,
                &errand.resolved,
                errand.registration,
                attempt,
                code,
                &mut wire,
            )
            .await
            .map_err(ConsoleError::from);
        let lines = wire.lines.iter().map(ToString::to_string).collect();
        self.step(
            id,
            "exchanged",
            arrived.as_ref().map(|_| ()),
            lines,
            Some(started),
        )
        .await?;
        let arrived = arrived?;

        let started = Instant::now();
        let known = arrived.account.clone();
        let account = gateway
            .who_am_i(&errand.connector, &errand.resolved, &arrived.grant, known)
            .await
            .map_err(ConsoleError::from);
        let lines = errand
            .resolved
            .whoami
            .iter()
            .map(|whoami| format!("GET {}", tsunagi_oauth::redacted(&whoami.url)))
            .collect();
        self.step(
            id,
            "who",
            account.as_ref().map(|_| ()),
            lines,
            Some(started),
        )
        .await?;
        Ok((arrived, account?))
    }

    /// R20, then stores.
    async fn settle_account(
        &self,
        errand: &Errand,
        running: &Running,
        orders: &mut UnboundedReceiver<Order>,
        arrived: Arrived,
        account: Account,
    ) -> Result<End, ConsoleError> {
        let key = errand.key;
        let previous = self.db(move |catalog| catalog.slot(key)).await?;
        let previous = previous.map(|slot| slot.authorization);
        let before = previous
            .as_ref()
            .map(|authorization| &authorization.account);
        let replaces = arrival(before, &account) == Arrival::AskFirst;
        if replaces {
            let service = &errand.connector.name;
            self.show(running, |view| {
                view.stage = Stage::AskReplace;
                view.account = Some(account_view(service, None, &account));
                view.previous = previous
                    .as_ref()
                    .map(|old| account_view(service, old.label.as_deref(), &old.account));
            });
            self.step(errand.id, "other_account", Ok(()), Vec::new(), None)
                .await?;
            if !answered_replace(orders).await {
                let mut wire = Wire::default();
                let gateway = &self.inner.gateway;
                // Best effort: nothing of it was stored, so nothing is left behind here.
                let _ = gateway
                    .discard(
                        &errand.connector,
                        &errand.resolved,
                        errand.registration,
                        arrived.grant,
                        &mut wire,
                    )
                    .await;
                let lines = wire.lines.iter().map(ToString::to_string).collect();
                self.step(errand.id, "kept", Ok(()), lines, None).await?;
                return Ok(End::Kept);
            }
        }
        // The same account again keeps its place in every slot that shares it (R21).
        let kept = previous.filter(|_| !replaces);
        let id = kept
            .as_ref()
            .map_or_else(AuthorizationId::new, |old| old.id);
        let version = kept.as_ref().map_or(1, |old| old.version + 1);
        let now = self.now();
        let wanted = running.lock().primary_wanted;
        let becomes = {
            let (connection, kind, role) = (
                errand.connection.id,
                errand.connection.kind,
                errand.member.role,
            );
            let primaries = self
                .db(move |catalog| catalog.primaries(connection))
                .await?;
            let current = primaries
                .iter()
                .find(|primary| primary.reach == key.reach)
                .map(|primary| primary.member);
            wanted && primary::may_take(kind, role, current)
        };
        let sealed = self.inner.gateway.seal(&arrived.grant, id, version)?;
        let authorization = tsunagi_catalog::Authorization {
            id,
            account: account.clone(),
            label: kept.and_then(|old| old.label),
            asked: errand.connection.scopes.clone(),
            granted: arrived.granted.clone(),
            health: Health::Connected,
            issued_at: arrived.issued_at,
            expires_at: arrived.expires_at,
            refresh_expires_at: arrived.refresh_expires_at,
            renewable: arrived.renewable,
            unreachable: None,
            origins: errand.resolved.origins.clone(),
            extras: arrived.extras.clone(),
            authorized_by: errand.member.id,
            authorized_at: now,
            last_used: None,
            last_renewed: None,
            version,
        };
        let event = self.event(
            errand.session,
            if replaces {
                "authorization.replaced"
            } else {
                "authorization.stored"
            },
            &format!("connection/{}", errand.connection.id),
            &[
                ("reach", key.reach.as_str()),
                ("account", account.label().unwrap_or_default()),
            ],
        );
        let vault = self.inner.keys.vault()?;
        let flow = errand.id;
        let stored = self
            .db(move |catalog| {
                let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
                catalog.fill(&Filling {
                    key,
                    authorization,
                    sealed,
                    primary: becomes,
                    event: Some(Entry { event, tag: &tag }),
                    flow: Some((flow, "connected".to_owned())),
                })
            })
            .await;
        self.step(
            errand.id,
            "stored",
            stored.as_ref().map(|()| ()),
            Vec::new(),
            None,
        )
        .await?;
        stored?;
        let service = &errand.connector.name;
        self.show(running, |view| {
            view.account = Some(account_view(service, None, &account));
            view.primary = becomes;
        });
        Ok(End::Connected)
    }

    /// Adds a line to the flow's timeline.
    async fn step(
        &self,
        flow: FlowId,
        code: &str,
        outcome: Result<(), &ConsoleError>,
        wire: Vec<String>,
        started: Option<Instant>,
    ) -> Result<(), ConsoleError> {
        let step = Step {
            at: self.now(),
            code: outcome
                .err()
                .map_or(code, |error| error.code.as_str())
                .to_owned(),
            ok: outcome.is_ok(),
            args: outcome
                .err()
                .map(|error| error.args.clone())
                .unwrap_or_default(),
            wire,
            millis: started
                .map(|started| u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)),
        };
        self.db(move |catalog| catalog.add_step(flow, &step)).await
    }

    fn opened_line(&self, running: &Running) -> String {
        let attempt = running
            .attempt
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        attempt
            .as_ref()
            .map(|attempt| format!("GET {}", tsunagi_oauth::redacted(attempt.url())))
            .unwrap_or_default()
    }

    /// Runs a catalog call on a thread that may block.
    pub(crate) async fn db<T: Send + 'static>(
        &self,
        call: impl FnOnce(&tsunagi_catalog::Catalog) -> tsunagi_catalog::Result<T> + Send + 'static,
    ) -> Result<T, ConsoleError> {
        let catalog = self.inner.catalog.clone();
        match tokio::task::spawn_blocking(move || call(&catalog)).await {
            Ok(answer) => Ok(answer?),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// The row a flow begins with.
    pub(crate) fn flow_row(&self, errand: &Errand, attempt: &Attempt, view: &FlowView) -> Flow {
        Flow {
            id: errand.id,
            key: errand.key,
            registration: errand.registration,
            state_hash: attempt.state_hash(),
            agent: match view.agent {
                AgentKind::Webview => "webview",
                AgentKind::Browser => "browser",
            }
            .to_owned(),
            started_at: view.now,
            deadline: view.deadline,
            outcome: None,
            ended_at: None,
        }
    }
}

async fn cancelled(orders: &mut UnboundedReceiver<Order>) {
    loop {
        if let None | Some(Order::Cancel) = orders.recv().await {
            return;
        }
    }
}

/// Waits for the answer about another account; no answer within ten minutes keeps the first.
async fn answered_replace(orders: &mut UnboundedReceiver<Order>) -> bool {
    let limit = std::time::Duration::from_secs(ANSWER_SECONDS.unsigned_abs());
    let answer = async {
        loop {
            match orders.recv().await {
                Some(Order::Answer { replace }) => return replace,
                None | Some(Order::Cancel) => return false,
                Some(_) => {}
            }
        }
    };
    tokio::time::timeout(limit, answer).await.unwrap_or(false)
}

pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Over TLS, or on this computer.
pub(crate) fn is_secure(url: &Url) -> bool {
    tsunagi_domain::hosts::Origin::of(url).is_ok()
}
