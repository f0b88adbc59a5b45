//! The three kinds of windows: the main one, a provider's page, and the flow window beside it.

use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{
    AppHandle, Emitter as _, Manager as _, PhysicalPosition, Runtime, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent,
};
use tsunagi_console::agent::{Sighting, Visit};
use tsunagi_console::{ConnectionId, FlowId, Verdict};
use url::Url;

/// Label of the main window.
pub(crate) const MAIN: &str = "main";
/// Size of a provider's page, in logical pixels.
const PAGE: (f64, f64) = (520.0, 680.0);
/// Size of a flow window, in logical pixels.
const FLOW: (f64, f64) = (460.0, 260.0);
/// Between the two, in logical pixels.
const GAP: f64 = 12.0;

/// Label of a provider's page. No capability names it, so it may call nothing.
pub(crate) fn page_label(flow: FlowId) -> String {
    format!("page-{flow}")
}

/// Label of a flow window.
pub(crate) fn flow_label(flow: FlowId) -> String {
    format!("flow-{flow}")
}

/// Opens the main window, or brings it to the front, at a connection where one is named.
pub(crate) fn show_main<R: Runtime>(app: &AppHandle<R>, connection: Option<ConnectionId>) {
    let payload = serde_json::json!({ "connection": connection });
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
        let _ = window.emit("open", payload);
        return;
    }
    let address = match connection {
        Some(connection) => format!("index.html#/connections/{connection}"),
        None => "index.html".to_owned(),
    };
    let built = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App(address.into()))
        .title("Tsunagi")
        .inner_size(1280.0, 800.0)
        .min_inner_size(880.0, 560.0)
        // Shown when there is something to see.
        .visible(false)
        .devtools(cfg!(debug_assertions))
        .on_page_load(|window, payload| {
            if payload.event() == PageLoadEvent::Finished {
                let _ = window.show();
                let _ = window.set_focus();
            }
        })
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build();
    if let Err(error) = built {
        tracing::error!(%error, "no main window");
    }
}

/// The program's own windows stay on the program's own pages.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => true,
        "http" | "https" => {
            url.host_str() == Some("tauri.localhost")
                || (cfg!(debug_assertions) && url.host_str() == Some("127.0.0.1"))
        }
        "about" => true,
        _ => false,
    }
}

/// Opens a provider's page in a window of its own: nothing of it is kept, nothing of it reaches
/// the program but the one address that ends the flow, and that is never loaded.
pub(crate) fn open_page<R: Runtime>(app: &AppHandle<R>, visit: &Visit) -> tauri::Result<()> {
    let judge = visit.judge.clone();
    let sightings = visit.sightings.clone();
    let navigate = move |url: &Url| match judge(url) {
        Verdict::Pass => true,
        Verdict::Refuse { reason } => {
            tracing::warn!(reason, scheme = url.scheme(), "navigation refused");
            false
        }
        Verdict::Callback => {
            let _ = sightings.send(Sighting::Callback(url.clone()));
            false
        }
        Verdict::Mismatch => {
            let _ = sightings.send(Sighting::Mismatch);
            false
        }
    };
    let judge = visit.judge.clone();
    let label = page_label(visit.flow);
    let handle = app.clone();
    let popup_label = label.clone();
    let popup = move |url: Url, _| {
        // Inside the same flow means inside the same window: it is judged like any navigation,
        // and a second window could not be told from somebody else's.
        if judge(&url) == Verdict::Pass && url.scheme() == "https" {
            let handle = handle.clone();
            let label = popup_label.clone();
            tauri::async_runtime::spawn(async move {
                if let Some(window) = handle.get_webview_window(&label) {
                    let _ = window.navigate(url);
                }
            });
        }
        NewWindowResponse::Deny
    };
    let sightings = visit.sightings.clone();
    let window = WebviewWindowBuilder::new(app, &label, WebviewUrl::External(visit.url.clone()))
        .title(visit.title.clone())
        .inner_size(PAGE.0, PAGE.1)
        .incognito(true)
        .devtools(false)
        .general_autofill_enabled(false)
        .on_navigation(navigate)
        .on_new_window(popup)
        .on_download(|_, _| false)
        .on_page_load(move |_, payload| {
            let mut url = payload.url().clone();
            url.set_query(None);
            url.set_fragment(None);
            let _ = sightings.send(Sighting::Page(url));
        })
        .build()?;
    place(app, &window, visit.flow);
    let sightings = visit.sightings.clone();
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Destroyed) {
            let _ = sightings.send(Sighting::Closed);
        }
    });
    let _ = window.set_focus();
    Ok(())
}

/// Opens the flow window, where it is not open yet.
pub(crate) fn open_flow<R: Runtime>(app: &AppHandle<R>, visit: &Visit) -> tauri::Result<()> {
    let label = flow_label(visit.flow);
    if app.get_webview_window(&label).is_some() {
        return Ok(());
    }
    let address = format!("flow.html?flow={}", visit.flow);
    let window = WebviewWindowBuilder::new(app, &label, WebviewUrl::App(address.into()))
        .title(visit.title.clone())
        .inner_size(FLOW.0, FLOW.1)
        .resizable(false)
        .maximizable(false)
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    let sightings = visit.sightings.clone();
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Destroyed) {
            let _ = sightings.send(Sighting::Dismissed);
        }
    });
    Ok(())
}

/// Puts the page in the middle and the flow window to its left, or above where that is no room.
fn place<R: Runtime>(app: &AppHandle<R>, page: &WebviewWindow<R>, flow: FlowId) {
    let Ok(Some(monitor)) = page.current_monitor().or_else(|_| app.primary_monitor()) else {
        return;
    };
    let scale = monitor.scale_factor();
    let (width, height) = (
        f64::from(monitor.size().width),
        f64::from(monitor.size().height),
    );
    let (left, top) = (
        f64::from(monitor.position().x),
        f64::from(monitor.position().y),
    );
    let both = (PAGE.0 + FLOW.0 + GAP) * scale;
    let x = left + ((width - both) / 2.0).max(0.0);
    let y = top + ((height - PAGE.1 * scale) / 2.0).max(0.0);
    #[allow(clippy::cast_possible_truncation)]
    let at = |x: f64, y: f64| PhysicalPosition::new(x.round() as i32, y.round() as i32);
    let _ = page.set_position(at(x + (FLOW.0 + GAP) * scale, y));
    if let Some(window) = app.get_webview_window(&flow_label(flow)) {
        let _ = window.set_position(at(x, y));
    }
}
