//! The program's own windows: the main one, and the flow window beside a provider's page.

use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{
    AppHandle, Emitter as _, Manager as _, Runtime, WebviewUrl, WebviewWindowBuilder, WindowEvent,
};
use tsunagi_console::agent::{Sighting, Visit};
use tsunagi_console::views::Locale;
use tsunagi_console::{ConnectionId, FlowId};
use url::Url;

use crate::commands::Desk;
use crate::lifecycle;
use crate::place::Area;

/// Label of the main window.
pub(crate) const MAIN: &str = "main";

/// Label of a provider's page. No capability names it, so it may call nothing.
pub(crate) fn page_label(flow: FlowId) -> String {
    format!("page-{flow}")
}

/// Label of a flow window.
pub(crate) fn flow_label(flow: FlowId) -> String {
    format!("flow-{flow}")
}

/// Opens the main window, or brings it to the front, at a connection where one is named. On the
/// main thread only: two callers at once would both find none.
pub(crate) fn show_main<R: Runtime>(app: &AppHandle<R>, connection: Option<ConnectionId>) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
        let payload = serde_json::json!({ "connection": connection });
        let _ = window.emit_to(MAIN, "open", payload);
        return;
    }
    // What the page says while the catalog is still being opened is in the desktop's language.
    let query = match lifecycle::desktop_locale() {
        Locale::En => "",
        Locale::Ja => "?locale=ja",
    };
    let address = match connection {
        Some(connection) => {
            format!("index.html{query}#/connection/{connection}/environments")
        }
        None => format!("index.html{query}"),
    };
    let built = own(app, MAIN, address)
        .title("Tsunagi")
        .inner_size(1280.0, 800.0)
        .min_inner_size(880.0, 560.0)
        // On a small screen the window is as large as the screen, not larger.
        .prevent_overflow()
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

/// A window of the program's own. What its page remembers lies in the home: `lifecycle` says so
/// where the web view has folders, and here it is said where it has numbers.
fn own<'a, R: Runtime>(
    app: &'a AppHandle<R>,
    label: &str,
    address: String,
) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
    let builder = WebviewWindowBuilder::new(app, label, WebviewUrl::App(address.into()));
    #[cfg(target_os = "macos")]
    if let Some(home) = crate::home::folder() {
        return builder.data_store_identifier(crate::home::webview_store(&home));
    }
    builder
}

/// The program's own windows stay on the program's own pages.
fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        // The server that rebuilds screens while they are written; no build that is handed out.
        ("http", Some("127.0.0.1")) => tauri::is_dev() && url.port() == Some(1420),
        ("about", _) => url.path() == "blank",
        _ => false,
    }
}

/// Opens the flow window, where it is not open yet.
pub(crate) fn open_flow<R: Runtime>(
    app: &AppHandle<R>,
    visit: &Visit,
    place: Area,
) -> tauri::Result<()> {
    let flow = visit.flow;
    let label = flow_label(flow);
    if app.get_webview_window(&label).is_some() {
        return Ok(());
    }
    let address = format!("flow.html?flow={flow}");
    let window = own(app, &label, address)
        .title(visit.title.clone())
        .inner_size(place.width, place.height)
        .position(place.x, place.y)
        .resizable(false)
        .maximizable(false)
        .devtools(cfg!(debug_assertions))
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .build()?;
    let (app, sightings) = (app.clone(), visit.sightings.clone());
    window.on_window_event(move |event| {
        if matches!(event, WindowEvent::Destroyed) {
            let _ = sightings.send(Sighting::Dismissed);
            // After the sign-in nobody looks at sightings any more, but the flow may still ask
            // something in the window that is gone.
            if let Ok(console) = app.state::<Desk>().console() {
                let _ = console.cancel_flow(flow);
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use url::Url;

    use super::is_own_page;

    #[test]
    fn own_windows_show_own_pages_only() {
        for (url, own) in [
            ("tauri://localhost/index.html#/connections", true),
            ("http://tauri.localhost/index.html", true),
            ("about:blank", true),
            ("about:srcdoc", false),
            ("tauri://elsewhere/index.html", false),
            ("https://tauri.localhost.evil.example/", false),
            ("http://127.0.0.1:8080/", false),
            ("https://evil.example/", false),
            ("file:///etc/passwd", false),
            ("data:text/html,x", false),
            ("javascript:alert(1)", false),
            ("blob:tauri://localhost/1", false),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(is_own_page(&url), own, "{url}");
        }
    }
}
