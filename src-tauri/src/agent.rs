//! Takes people to provider's pages: in a window of the program, or in the system browser.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tauri::{AppHandle, Emitter as _, Manager as _, Runtime};
use tauri_plugin_opener::OpenerExt as _;
use tsunagi_console::FlowId;
use tsunagi_console::agent::{Bell, Sighting, UserAgent, Visit};
use tsunagi_console::views::{AgentKind, FlowView};

use crate::{tray, windows};

/// Windows and browser, for the console. What it is asked for happens on the main thread.
pub(crate) struct DesktopAgent<R: Runtime> {
    app: AppHandle<R>,
    visits: Arc<Mutex<HashMap<FlowId, Visit>>>,
}

impl<R: Runtime> DesktopAgent<R> {
    pub(crate) fn new(app: AppHandle<R>) -> Self {
        Self {
            app,
            visits: Arc::default(),
        }
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
        let flow = visit.flow;
        self.visits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(flow, visit.clone());
        let browser = visit.kind == AgentKind::Browser;
        if browser {
            // Opened detached: whether the browser's process ends or stays says nothing.
            self.app
                .opener()
                .open_url(visit.url.as_str(), None::<&str>)
                .map_err(|_| "browser_missing")?;
        }
        self.on_main(move |app| {
            let sightings = visit.sightings.clone();
            if let Err(error) = windows::open_flow(app, &visit) {
                tracing::error!(%error, "no flow window");
            }
            if !browser && let Err(error) = windows::open_page(app, &visit) {
                tracing::error!(%error, "no sign-in window");
                let _ = sightings.send(Sighting::Failed("window_failed"));
            }
        });
        Ok(())
    }

    fn close_page(&self, flow: FlowId) {
        self.on_main(move |app| {
            if let Some(window) = app.get_webview_window(&windows::page_label(flow)) {
                // Not `close`, which asks the page.
                let _ = window.destroy();
            }
        });
    }

    fn close_flow(&self, flow: FlowId) {
        self.visits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&flow);
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
}

impl<R: Runtime> DesktopBell<R> {
    pub(crate) const fn new(app: AppHandle<R>) -> Self {
        Self { app }
    }
}

impl<R: Runtime> Bell for DesktopBell<R> {
    fn changed(&self) {
        let _ = self.app.emit_to(windows::MAIN, "changed", ());
        tray::refresh(&self.app);
    }

    fn flow(&self, view: &FlowView) {
        let _ = self.app.emit_to(windows::flow_label(view.id), "flow", view);
    }
}
