//! One attempt to authorize, from click to outcome.
//!
//! A flow lives on a task of its own. Doors steer it with [`Order`]s and look at its
//! [`FlowView`]; user agents tell it what they see. Whatever happens, it ends with one outcome,
//! and stores either everything or nothing.

mod ears;
mod waiting;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tsunagi_catalog::{Flow, Step};
use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::account::AccountAnswer;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::idle::EXCHANGE_SECONDS;
use tsunagi_domain::{Account, Connection, FlowId, Member, MemberId, RegistrationId, Timestamp};
use tsunagi_oauth::{Attempt, Listener, Secret, Verdict};
use url::Url;

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::kept_sign_ins::Staying;
use crate::views::{AgentKind, FlowView, Stage};
use waiting::Waited;

pub(crate) use ears::Ears;
pub(crate) use waiting::EXTENSION;

/// The longest a flow sleeps before it looks at the clock: a computer that was suspended, or a
/// clock that was set, must not keep a flow open.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A flow that runs, or ended and is still looked at.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) key: SlotKey,
    /// Who sat at the keyboard when it began.
    pub(crate) by: MemberId,
    pub(crate) view: Arc<Mutex<FlowView>>,
    pub(crate) orders: UnboundedSender<Order>,
    pub(crate) attempt: Arc<Mutex<Option<Attempt>>>,
    /// Who has signed in, once the provider told.
    pub(crate) signed_in: Arc<Mutex<Option<Account>>>,
}

/// What a door tells a flow.
#[derive(Debug)]
pub(crate) enum Order {
    Cancel,
    Extend,
    InBrowser,
    Stay {
        wanted: bool,
    },
    ByCode,
    Pasted(Url),
    /// To the question about another account (R20).
    Answer(AccountAnswer),
    /// What was typed into the form; shown by nothing.
    Typed(BTreeMap<String, Secret>),
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
    /// Where the provider's page is opened first; `None` without a page.
    pub(crate) address: Option<Url>,
    pub(crate) listener: Option<Listener>,
    pub(crate) path: String,
    pub(crate) title: String,
}

/// How a flow ended. What it stored, it stored as a whole.
pub(crate) enum End {
    Connected,
    /// Stored, and yet not connected: the provider granted less than was asked for.
    Short(ConsoleError),
    Kept,
    Failed(ConsoleError),
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

    /// Until when somebody is busy with it at the longest; `None` where it has ended.
    pub(crate) fn busy_until(&self) -> Option<Timestamp> {
        let view = self.lock();
        match view.stage {
            // A form that waits is no reason to leave the seat open: typing is seen by itself.
            Stage::Waiting if view.agent == AgentKind::Form => None,
            Stage::Waiting | Stage::AskReplace | Stage::AskWhose => Some(view.deadline),
            Stage::Checking => Some(view.deadline.plus_seconds(EXCHANGE_SECONDS)),
            Stage::Done | Stage::Failed => None,
        }
    }

    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, FlowView> {
        // A panic while a view was written leaves a view that can still be shown.
        self.view
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The provider told whose account it is.
    pub(crate) fn note_signed_in(&self, account: &Account) {
        if let Ok(mut signed_in) = self.signed_in.lock() {
            *signed_in = Some(account.clone());
        }
    }

    /// Who has signed in, as far as the provider told.
    pub(crate) fn signed_in(&self) -> Option<Account> {
        let signed_in = self.signed_in.lock().ok();
        signed_in.and_then(|account| account.clone())
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
        orders: UnboundedReceiver<Order>,
        mut stay: Staying,
    ) {
        let mut ears = Ears::new(orders);
        let steps = self.steps(&mut errand, &running, &mut ears, &mut stay);
        let end = Box::pin(steps).await;
        if let Ok(mut attempt) = running.attempt.lock() {
            *attempt = None;
        }
        self.inner.agent.close_page(errand.id);
        // Before it counts as ended: the seat must not look idle in between.
        self.was_busy(running.by, running.busy_until());
        let (stage, outcome, failure) = match end {
            Ok(End::Connected) => (Stage::Done, "connected".to_owned(), None),
            Ok(End::Short(error)) => (Stage::Done, error.code.clone(), Some(error)),
            Ok(End::Kept) => (
                Stage::Failed,
                "kept".to_owned(),
                Some(ConsoleError::new("kept")),
            ),
            Ok(End::Failed(error)) | Err(error) => (Stage::Failed, error.code.clone(), Some(error)),
        };
        let id = errand.id;
        let now = self.now();
        let well = stage == Stage::Done;
        let gone = self.settle_stay(&errand, &running, &mut stay, well).await;
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
        if !gone.is_empty() {
            ears.seen.closed().await;
            self.delete_profiles(gone);
        }
        if stage == Stage::Done && outcome == "connected" {
            // Long enough to read whose account it is.
            tokio::time::sleep(Duration::from_secs(2)).await;
            self.inner.agent.close_flow(id);
        } else if dismissed {
            self.inner.agent.close_flow(id);
        }
    }

    pub(crate) fn show(&self, running: &Running, change: impl FnOnce(&mut FlowView)) {
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
        ears: &mut Ears,
        stay: &mut Staying,
    ) -> Result<End, ConsoleError> {
        if running.lock().agent.has_no_page() {
            return self.without_page(errand, running, ears).await;
        }
        let waited = self.wait(errand, running, ears, stay).await?;
        self.inner.agent.close_page(errand.id);
        let callback = match waited {
            Waited::Callback(url) => url,
            Waited::Arrived(arrived) => {
                self.show(running, |view| view.stage = Stage::Checking);
                return self.settle_arrived(errand, running, ears, *arrived).await;
            }
            Waited::End(error) => {
                self.note_end(errand.id, &error).await;
                return Ok(End::Failed(error));
            }
        };
        self.show(running, |view| view.stage = Stage::Checking);
        Box::pin(self.settle(errand, running, ears, &callback)).await
    }

    /// Adds a line to the flow's timeline.
    pub(crate) async fn step(
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

    /// Adds the last line of a flow that failed. What it failed with counts, not that it could
    /// not be written down.
    pub(crate) async fn note_end(&self, flow: FlowId, error: &ConsoleError) {
        let noted = self.step(flow, "answer", Err(error), Vec::new(), None);
        if let Err(unnoted) = noted.await {
            tracing::error!(code = %unnoted.code, "timeline not written");
        }
    }

    /// The row a flow begins with.
    pub(crate) fn flow_row(&self, errand: &Errand, state_hash: [u8; 32], view: &FlowView) -> Flow {
        Flow {
            id: errand.id,
            key: errand.key,
            registration: errand.registration,
            state_hash,
            agent: match view.agent {
                AgentKind::Webview => "webview",
                AgentKind::Browser => "browser",
                AgentKind::Device => "device",
                AgentKind::Form => "form",
                AgentKind::Client => "client",
            }
            .to_owned(),
            started_at: view.now,
            deadline: view.deadline,
            outcome: None,
            ended_at: None,
        }
    }
}

pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether a person may be sent on to an address that a service answered: one over TLS, or one of
/// the service itself, which has no TLS where it is on this computer.
pub(crate) fn leads_on(address: &str, answered: &Url) -> bool {
    Url::parse(address)
        .is_ok_and(|url| url.scheme() == "https" || url.origin() == answered.origin())
}

/// Over TLS, or on this computer.
pub(crate) fn is_secure(url: &Url) -> bool {
    tsunagi_domain::hosts::Origin::of(url).is_ok()
}
