//! Takes people to provider's pages: in a window of the program, or in the system browser.

use std::sync::Arc;
use std::time::Duration;

use tauri::{AppHandle, Emitter as _, Manager as _, Runtime};
use tokio::sync::Notify;
use tsunagi_console::agent::{Bell, Sighting, UserAgent, Visit};
use tsunagi_console::views::{AgentKind, FlowView};
use tsunagi_console::{FlowId, KeptSignInId};
use url::Url;

use crate::{opening, page, place, profile, tray, windows};

/// Least time between two tellings of changes: renewing a thousand credentials after a night is
/// one change to whoever looks, not a thousand.
const QUIET: Duration = Duration::from_millis(150);

/// Windows and browser, for the console. What it is asked for happens on the main thread.
pub(crate) struct DesktopAgent<R: Runtime> {
    app: AppHandle<R>,
}

impl<R: Runtime> DesktopAgent<R> {
    pub(crate) const fn new(app: AppHandle<R>) -> Self {
        Self { app }
    }

    fn on_main(&self, act: impl FnOnce(&AppHandle<R>) + Send + 'static) {
        let app = self.app.clone();
        if let Err(error) = self.app.run_on_main_thread(move || act(&app)) {
            tracing::error!(%error, "the main thread is gone");
        }
    }
}

impl<R: Runtime> UserAgent for DesktopAgent<R> {
    fn open(&self, visit: Visit) -> Result<(), &'static str> {
        let browser = visit.kind == AgentKind::Browser;
        if browser {
            opening::web(&visit.url)?;
        }
        self.on_main(move |app| {
            let area = place::area(app);
            let places = place::both(area);
            let flow = match visit.kind {
                AgentKind::Form => place::form(area),
                _ => places.flow,
            };
            if let Err(error) = windows::open_flow(app, &visit, flow) {
                tracing::error!(%error, "no flow window");
            }
            // A code is entered wherever the person likes.
            let page = visit.kind == AgentKind::Webview;
            if page && let Err(error) = page::open(app, &visit, places.page) {
                tracing::error!(%error, "no sign-in window");
                let _ = visit.sightings.send(Sighting::Failed("window_failed"));
            }
        });
        Ok(())
    }

    fn browse(&self, address: &Url) -> Result<(), &'static str> {
        opening::web(address)
    }

    fn keeps_sign_ins(&self) -> bool {
        profile::can_keep()
    }

    fn forget(&self, profile: KeptSignInId) {
        profile::forget(&self.app, profile);
    }

    fn show(&self, flow: FlowId) {
        self.on_main(move |app| {
            // The page last: it is what the person acts in.
            let window = app.get_webview_window(&windows::flow_label(flow));
            for window in window.into_iter().chain(page::all_of(app, flow)) {
                let _ = window.unminimize();
                let _ = window.set_focus();
            }
        });
    }

    fn close_page(&self, flow: FlowId) {
        self.on_main(move |app| {
            for window in page::all_of(app, flow) {
                // Not `close`, which asks the page.
                let _ = window.destroy();
            }
        });
    }

    fn close_flow(&self, flow: FlowId) {
        self.on_main(move |app| {
            if let Some(window) = app.get_webview_window(&windows::flow_label(flow)) {
                let _ = window.destroy();
            }
        });
    }
}

/// Tells windows and tray.
pub(crate) struct DesktopBell<R: Runtime> {
    app: AppHandle<R>,
    rung: Arc<Notify>,
}

impl<R: Runtime> DesktopBell<R> {
    /// A bell that is heard from now on.
    pub(crate) fn new(app: AppHandle<R>) -> Self {
        let rung = Arc::new(Notify::new());
        let (listener, heard) = (app.clone(), Arc::clone(&rung));
        // One listener, so that an older menu is never drawn over a newer one.
        tauri::async_runtime::spawn(async move {
            loop {
                heard.notified().await;
                let _ = listener.emit_to(windows::MAIN, "changed", ());
                tray::refresh(&listener).await;
                tokio::time::sleep(QUIET).await;
            }
        });
        Self { app, rung }
    }
}

impl<R: Runtime> Bell for DesktopBell<R> {
    fn changed(&self) {
        self.rung.notify_one();
    }

    fn flow(&self, view: &FlowView) {
        let _ = self.app.emit_to(windows::flow_label(view.id), "flow", view);
    }
}
