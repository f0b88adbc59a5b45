//! The person is taken to the provider, and the callback is waited for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::sync::mpsc::unbounded_channel;
use tsunagi_domain::Timestamp;
use tsunagi_gateway::Arrived;
use tsunagi_oauth::{Pages, Wire};
use url::Url;

use super::ears::{Ears, Seen};
use super::{Errand, LOOK_AGAIN, Order, Running, host_of, is_secure};
use crate::agent::{Sighting, Visit};
use crate::console::Console;
use crate::error::ConsoleError;
use crate::kept_sign_ins::Staying;
use crate::messages;
use crate::views::AgentKind;

/// What *2 more minutes* adds, in seconds.
pub(crate) const EXTENSION: i64 = 120;

/// What happened while the flow waited.
pub(super) enum Waited {
    Callback(Url),
    /// A code was entered: the tokens are here already.
    Arrived(Box<Arrived>),
    End(ConsoleError),
}

impl Console {
    /// Takes the person to the provider and waits for the callback.
    pub(super) async fn wait(
        &self,
        errand: &mut Errand,
        running: &Running,
        ears: &mut Ears,
        stay: &mut Staying,
    ) -> Result<Waited, ConsoleError> {
        let (kind, deadline) = {
            let view = running.lock();
            (view.agent, view.deadline)
        };
        let mut kind = kind;
        let mut deadline = deadline;
        let first = errand.address.take();
        let address = first.ok_or_else(|| ConsoleError::new("cancelled"))?;
        if kind != AgentKind::Device {
            let line = vec![format!("GET {}", tsunagi_oauth::redacted(&address))];
            self.step(errand.id, "opened", Ok(()), line, None).await?;
        }
        ears.seen = self.visit(errand, running, kind, stay, address)?;
        if kind == AgentKind::Device {
            let _ = running.orders.send(Order::ByCode);
        }
        let judge = {
            let running = running.clone();
            move |url: &Url| running.judge(url)
        };
        let pages = self.pages();
        let listener = errand.listener.take();
        let path = errand.path.clone();
        let errand = &*errand;
        let mut polling: BoxFuture<'_, Result<Arrived, ConsoleError>> =
            Box::pin(std::future::pending());
        let listening = async {
            match listener {
                Some(listener) => listener.wait(&path, judge, pages).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(listening);
        loop {
            let left =
                Duration::from_millis(deadline.millis_since(self.now()).max(1).unsigned_abs());
            tokio::select! {
                url = &mut listening => return Ok(self.in_time(url, deadline)),
                arrived = &mut polling => return Ok(Waited::Arrived(Box::new(arrived?))),
                Some(sighting) = ears.seen.next() => match sighting {
                    Sighting::Callback(url) => return Ok(self.in_time(url, deadline)),
                    Sighting::Mismatch => return Ok(Waited::End(ConsoleError::new("state_mismatch"))),
                    Sighting::Failed(code) => {
                        let host = running.lock().host.clone();
                        return Ok(Waited::End(ConsoleError::new(code).with("host", host)));
                    }
                    // In the browser there is no window of ours to be closed.
                    Sighting::Closed if kind != AgentKind::Webview => {}
                    Sighting::Closed => return Ok(Waited::End(ConsoleError::new("window_closed"))),
                    Sighting::Dismissed => return Ok(Waited::End(ConsoleError::new("cancelled"))),
                    Sighting::Page(url) => self.show(running, |view| {
                        view.host = host_of(&url);
                        view.secure = is_secure(&url);
                    }),
                },
                order = ears.orders.recv() => match order {
                    None | Some(Order::Cancel) => return Ok(Waited::End(ConsoleError::new("cancelled"))),
                    Some(Order::Extend) => {
                        deadline = deadline.plus_seconds(EXTENSION);
                        self.show(running, |view| {
                            view.deadline = deadline;
                            view.seconds += u32::try_from(EXTENSION).unwrap_or(0);
                        });
                    }
                    Some(Order::ByCode) if running.lock().code.is_none() => {
                        kind = AgentKind::Device;
                        stay.leave();
                        self.inner.agent.close_page(errand.id);
                        let device = self.ask_for_code(errand, running).await?;
                        deadline = running.lock().deadline;
                        polling = Box::pin(self.poll(errand, device));
                    }
                    Some(Order::InBrowser) if kind == AgentKind::Webview => {
                        kind = AgentKind::Browser;
                        self.inner.agent.close_page(errand.id);
                        stay.leave();
                        let address = self.address(errand, running).await?;
                        ears.seen = self.visit(errand, running, kind, stay, address)?;
                        self.show(running, |view| view.agent = AgentKind::Browser);
                    }
                    Some(Order::InBrowser) if kind == AgentKind::Browser => {
                        let address = self.address(errand, running).await?;
                        self.inner.agent.browse(&address).map_err(ConsoleError::new)?;
                    }
                    Some(Order::Stay { wanted }) if kind == AgentKind::Webview => {
                        if self.change_stay(stay, wanted) {
                            self.inner.agent.close_page(errand.id);
                            let address = self.address(errand, running).await?;
                            ears.seen = self.visit(errand, running, kind, stay, address)?;
                        }
                        self.show(running, |view| view.stay = stay.as_view());
                    }
                    Some(Order::Pasted(url)) => return Ok(self.in_time(url, deadline)),
                    Some(
                        Order::InBrowser
                        | Order::ByCode
                        | Order::Stay { .. }
                        | Order::Typed(_)
                        | Order::Answer(_),
                    ) => {}
                },
                () = tokio::time::sleep(left.min(LOOK_AGAIN)) => {
                    if self.now() >= deadline {
                        return Ok(Waited::End(ConsoleError::new("timed_out")));
                    }
                }
            }
        }
    }

    fn in_time(&self, url: Url, deadline: Timestamp) -> Waited {
        if self.now() < deadline {
            Waited::Callback(url)
        } else {
            Waited::End(ConsoleError::new("timed_out"))
        }
    }

    /// Where to open the provider's page: each time anew, since what a pushed request is referred
    /// to by is good for one visit.
    async fn address(&self, errand: &Errand, running: &Running) -> Result<Url, ConsoleError> {
        let request = {
            let attempt = running
                .attempt
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            attempt.as_ref().map(|attempt| attempt.url().clone())
        };
        let request = request.ok_or_else(|| ConsoleError::new("cancelled"))?;
        self.pushed(errand, request).await
    }

    /// The address that stands for an authorization request: where the connector says so, one
    /// that refers to what was pushed (RFC 9126), else the request itself.
    pub(crate) async fn pushed(&self, errand: &Errand, request: Url) -> Result<Url, ConsoleError> {
        if errand.resolved.par.is_none() {
            return Ok(request);
        }
        let started = Instant::now();
        let mut wire = Wire::default();
        let pushed = self
            .inner
            .gateway
            .push(
                &errand.connector,
                &errand.resolved,
                errand.registration,
                &request,
                &mut wire,
            )
            .await
            .map_err(ConsoleError::from);
        let lines = wire.lines.iter().map(ToString::to_string).collect();
        let told = pushed.as_ref().map(|_| ());
        self.step(errand.id, "pushed", told, lines, Some(started))
            .await?;
        pushed
    }

    /// Opens the provider's page, and gives what it tells from now on.
    fn visit(
        &self,
        errand: &Errand,
        running: &Running,
        kind: AgentKind,
        stay: &Staying,
        url: Url,
    ) -> Result<Seen, ConsoleError> {
        let judge = {
            let running = running.clone();
            move |url: &Url| running.judge(url)
        };
        let profile = stay.profile(self.home());
        if let Some(profile) = &profile {
            self.make_profile(profile)?;
        }
        // A page that is replaced is not listened to any more: that it closes ends nothing.
        let (sightings, told) = unbounded_channel();
        let visit = Visit {
            flow: errand.id,
            kind,
            url,
            title: errand.title.clone(),
            locale: self.locale(),
            judge: Arc::new(judge),
            profile,
            sightings,
        };
        self.inner.agent.open(visit).map_err(ConsoleError::new)?;
        Ok(Seen {
            told: Some(told),
            open: kind == AgentKind::Webview,
        })
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
}
