//! A provider's page in a window of its own: nothing of it is kept unless the person wants to stay
//! signed in, and nothing of it reaches the program but the one address that ends the flow, which
//! is never loaded.
//!
//! No capability names its window, so every call it makes is refused (`tests/ipc.rs`). TLS is
//! WebKit's own: a certificate that it does not trust is fatal, and nothing here says otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tauri::webview::{NewWindowResponse, PageLoadEvent, PermissionResponse};
use tauri::{
    AppHandle, Manager as _, Runtime, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
};
use tokio::sync::mpsc::UnboundedSender;
use tsunagi_console::agent::{Sighting, Visit};
use tsunagi_console::{FlowId, Verdict};
use url::Url;

use crate::place::Area;
use crate::profile::in_profile;
use crate::windows::page_label;

/// Judges where the page wants to go, and tells the flow what concerns it.
#[derive(Clone)]
struct Doorkeeper {
    judge: Arc<dyn Fn(&Url) -> Verdict + Send + Sync>,
    sightings: UnboundedSender<Sighting>,
    refused: Arc<AtomicU32>,
}

/// Refusals of one page that are logged: a page that tries without end must not fill the disk.
const REFUSALS_LOGGED: u32 = 20;

impl Doorkeeper {
    fn of(visit: &Visit) -> Self {
        Self {
            judge: visit.judge.clone(),
            sightings: visit.sightings.clone(),
            refused: Arc::default(),
        }
    }

    /// Whether the page itself, or a frame in it, may go there.
    fn lets_in(&self, url: &Url) -> bool {
        match (self.judge)(url) {
            Verdict::Pass => true,
            Verdict::Refuse { reason } => {
                if self.refused.fetch_add(1, Ordering::Relaxed) < REFUSALS_LOGGED {
                    // Not where to: an address may hold a code.
                    tracing::warn!(reason, scheme = url.scheme(), "navigation refused");
                }
                false
            }
            Verdict::Callback => {
                let _ = self.sightings.send(Sighting::Callback(url.clone()));
                false
            }
            Verdict::Mismatch => {
                let _ = self.sightings.send(Sighting::Mismatch);
                false
            }
        }
    }

    /// Whether what was to be a new window may be shown in the flow's own.
    fn lets_in_new(&self, url: &Url) -> bool {
        self.lets_in(url) && url.scheme() == "https"
    }
}

/// The pages of a flow: the one that is open, and one that is about to close in its favor.
pub(crate) fn all_of<R: Runtime>(app: &AppHandle<R>, flow: FlowId) -> Vec<WebviewWindow<R>> {
    let first = page_label(flow);
    let windows = app.webview_windows().into_iter();
    windows
        .filter(|(label, _)| label.starts_with(&first))
        .map(|(_, window)| window)
        .collect()
}

/// A name that no window has: one that is closing still has its own.
fn free_label<R: Runtime>(app: &AppHandle<R>, flow: FlowId) -> String {
    let first = page_label(flow);
    let mut label = first.clone();
    let mut turn = 1;
    while app.get_webview_window(&label).is_some() {
        turn += 1;
        label = format!("{first}-{turn}");
    }
    label
}

/// Opens the page of a visit.
pub(crate) fn open<R: Runtime>(
    app: &AppHandle<R>,
    visit: &Visit,
    place: Area,
) -> tauri::Result<()> {
    let label = free_label(app, visit.flow);
    let doorkeeper = Doorkeeper::of(visit);
    let navigate = {
        let doorkeeper = doorkeeper.clone();
        move |url: &Url| doorkeeper.lets_in(url)
    };
    let popup = {
        let (app, label) = (app.clone(), label.clone());
        move |url: Url, _| {
            // Inside the same flow means inside the same window: a second one could not be told
            // from somebody else's.
            if doorkeeper.lets_in_new(&url) {
                let (app, label) = (app.clone(), label.clone());
                tauri::async_runtime::spawn(async move {
                    if let Some(window) = app.get_webview_window(&label) {
                        let _ = window.navigate(url);
                    }
                });
            }
            NewWindowResponse::Deny
        }
    };
    let seen = visit.sightings.clone();
    let builder = WebviewWindowBuilder::new(app, &label, WebviewUrl::External(visit.url.clone()));
    let window = in_profile(builder, visit.profile.as_ref())
        .title(visit.title.clone())
        .inner_size(place.width, place.height)
        .position(place.x, place.y)
        .devtools(false)
        .general_autofill_enabled(false)
        .on_navigation(navigate)
        .on_new_window(popup)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .on_page_load(move |_, load| {
            // Begun means committed, and only for the page itself, never for a frame in it: from
            // here on this host's words are on the screen. Where a load ends tells nothing new,
            // and one that failed ends at an address that was never shown.
            if load.event() == PageLoadEvent::Started {
                let mut url = load.url().clone();
                url.set_query(None);
                url.set_fragment(None);
                let _ = seen.send(Sighting::Page(url));
            }
        })
        .build()?;
    watch(&window, &visit.sightings);
    let sightings = visit.sightings.clone();
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Destroyed) {
            let _ = sightings.send(Sighting::Closed);
        }
    });
    let _ = window.set_focus();
    Ok(())
}

/// Hears of what the builder has no word for: pages that cannot be loaded, among them those with
/// a certificate that is not trusted; a page that closes itself; a page whose process died.
#[cfg(target_os = "linux")]
fn watch<R: Runtime>(window: &WebviewWindow<R>, sightings: &UnboundedSender<Sighting>) {
    use webkit2gtk::glib::object::ObjectExt as _;
    use webkit2gtk::{NetworkError, PolicyError, WebViewExt as _};

    let sightings = sightings.clone();
    let heard = window.with_webview(move |view| {
        let page = view.inner();
        let tell = sightings.clone();
        page.connect_load_failed(move |_, _, _, error| {
            // What was refused here, or given up for another address, is no failure.
            if !error.is::<PolicyError>() && !error.matches(NetworkError::Cancelled) {
                let _ = tell.send(Sighting::Failed("page_unreachable"));
            }
            false
        });
        let tell = sightings.clone();
        // `window.close()` takes the page out of its window, and leaves the window empty. (The
        // signal that asks for it is not heard here: the page is gone when it is handled.)
        page.connect("destroy", false, move |_| {
            let _ = tell.send(Sighting::Closed);
            None
        });
        let tell = sightings.clone();
        page.connect_web_process_terminated(move |_, _| {
            let _ = tell.send(Sighting::Failed("window_failed"));
        });
        // A page that prints without end would hold the whole program in a dialog.
        page.connect_print(|_, _| true);
    });
    if let Err(error) = heard {
        tracing::error!(%error, "the sign-in window is not watched");
    }
}

#[cfg(not(target_os = "linux"))]
fn watch<R: Runtime>(_window: &WebviewWindow<R>, _sightings: &UnboundedSender<Sighting>) {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
    use tsunagi_console::Verdict;
    use tsunagi_console::agent::Sighting;
    use url::Url;

    use super::Doorkeeper;

    fn doorkeeper() -> (Doorkeeper, UnboundedReceiver<Sighting>) {
        let (sightings, seen) = unbounded_channel();
        let judge = |url: &Url| match (url.scheme(), url.path()) {
            (_, "/callback") => Verdict::Callback,
            (_, "/stranger") => Verdict::Mismatch,
            ("https" | "http", _) => Verdict::Pass,
            _ => Verdict::Refuse { reason: "scheme" },
        };
        let doorkeeper = Doorkeeper {
            judge: Arc::new(judge),
            sightings,
            refused: Arc::default(),
        };
        (doorkeeper, seen)
    }

    #[test]
    fn the_redirect_address_is_told_and_never_loaded() {
        let (doorkeeper, mut seen) = doorkeeper();
        let back = Url::parse("http://127.0.0.1:9/callback?state=s").unwrap();
        assert!(!doorkeeper.lets_in(&back), "it holds the code: not loaded");
        assert!(
            seen.try_recv() == Ok(Sighting::Callback(back.clone())),
            "the flow reads it instead"
        );
        assert!(!doorkeeper.lets_in_new(&back), "nor in a new window");
        assert!(
            seen.try_recv() == Ok(Sighting::Callback(back)),
            "a sign-in that comes back by a new window comes back all the same"
        );
        let stranger = Url::parse("http://127.0.0.1:9/stranger").unwrap();
        assert!(!doorkeeper.lets_in(&stranger), "nor another flow's");
        assert!(
            seen.try_recv() == Ok(Sighting::Mismatch),
            "which fails the flow"
        );
    }

    #[test]
    fn new_windows_are_https_only() {
        let (doorkeeper, mut seen) = doorkeeper();
        for (url, let_in) in [
            ("https://help.example/terms", true),
            ("http://127.0.0.1:9/terms", false),
            ("file:///etc/passwd", false),
            ("about:blank", false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(doorkeeper.lets_in_new(&url), let_in, "{url}");
        }
        assert!(seen.try_recv().is_err(), "none of them concerns the flow");
    }
}
