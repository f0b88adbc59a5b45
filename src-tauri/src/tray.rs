//! The tray: draws what the console's model says, and does what is chosen.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Runtime};
use tsunagi_console::tray::{TrayAction, TrayIcon as IconKind, TrayLine, TrayMenu};

use crate::commands::Desk;
use crate::windows;

/// The tray, where there is one.
pub(crate) struct Tray<R: Runtime> {
    icon: TrayIcon<R>,
    shown: Mutex<Option<TrayMenu>>,
    actions: Mutex<HashMap<String, TrayAction>>,
}

const FINE: &[u8] = include_bytes!("../../icons/tray/fine@2x.png");
const NEEDS: &[u8] = include_bytes!("../../icons/tray/needs@2x.png");

/// Puts the icon into the tray. Without a library to do it, or without permission, the program
/// goes on without.
pub(crate) fn build<R: Runtime>(app: &AppHandle<R>) {
    if !library_is_there() {
        tracing::warn!("no app indicator library: going on without a tray");
        return;
    }
    let built = TrayIconBuilder::with_id("tsunagi")
        .tooltip("Tsunagi")
        .title("Tsunagi")
        .on_menu_event(chosen)
        .build(app);
    match built {
        Ok(icon) => {
            app.manage(Tray {
                icon,
                shown: Mutex::default(),
                actions: Mutex::default(),
            });
            refresh(app);
        }
        Err(error) => tracing::warn!(%error, "going on without a tray"),
    }
}

/// On Linux the tray library is loaded at run time, and the loader panics where it is missing.
#[cfg(target_os = "linux")]
fn library_is_there() -> bool {
    ["libayatana-appindicator3.so.1", "libappindicator3.so.1"]
        .iter()
        .any(|name| {
            // SAFETY: these libraries' initializers are the ones the tray runs a moment later.
            #[allow(unsafe_code)]
            let found = unsafe { libloading::Library::new(name) };
            found.map(std::mem::forget).is_ok()
        })
}

#[cfg(not(target_os = "linux"))]
fn library_is_there() -> bool {
    true
}

/// Whether an icon in the tray can be seen: only then may the program stay without a window.
pub(crate) fn is_visible<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.try_state::<Tray<R>>().is_some() && host_is_there()
}

#[cfg(target_os = "linux")]
fn host_is_there() -> bool {
    // A watcher without a host shows nothing; one that does not say has one.
    let asked = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let dbus = zbus::blocking::fdo::DBusProxy::new(&bus)?;
        let name = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        if !dbus.name_has_owner(name)? {
            return Ok(false);
        }
        let watcher = zbus::blocking::Proxy::new(
            &bus,
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.kde.StatusNotifierWatcher",
        )?;
        Ok(watcher
            .get_property::<bool>("IsStatusNotifierHostRegistered")
            .unwrap_or(true))
    };
    asked().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn host_is_there() -> bool {
    true
}

/// Draws the menu anew, where it differs from the one that is shown.
pub(crate) fn refresh<R: Runtime>(app: &AppHandle<R>) {
    let app = app.clone();
    // The model reads the catalog, which must not hold up the main thread.
    tauri::async_runtime::spawn_blocking(move || {
        let Some(desk) = app.try_state::<Desk>() else {
            return;
        };
        let Ok(console) = desk.console() else { return };
        let model = console.tray(console.session());
        let handle = app.clone();
        let _ = app.run_on_main_thread(move || {
            if let Err(error) = draw(&handle, model) {
                tracing::error!(%error, "tray not drawn");
            }
        });
    });
}

fn draw<R: Runtime>(app: &AppHandle<R>, model: TrayMenu) -> tauri::Result<()> {
    let Some(tray) = app.try_state::<Tray<R>>() else {
        return Ok(());
    };
    let mut shown = tray.shown.lock().unwrap_or_else(PoisonError::into_inner);
    if shown.as_ref() == Some(&model) {
        return Ok(());
    }
    let menu = Menu::new(app)?;
    let mut actions = HashMap::new();
    for (index, line) in model.lines.iter().enumerate() {
        match line {
            TrayLine::Separator => menu.append(&PredefinedMenuItem::separator(app)?)?,
            TrayLine::Entry { text, action } => {
                let id = format!("tray-{index}");
                let enabled = *action != TrayAction::None;
                menu.append(&MenuItem::with_id(app, &id, text, enabled, None::<&str>)?)?;
                actions.insert(id, action.clone());
            }
        }
    }
    *tray.actions.lock().unwrap_or_else(PoisonError::into_inner) = actions;
    let icon = match model.icon {
        IconKind::Fine => FINE,
        IconKind::Needs => NEEDS,
    };
    if shown.as_ref().map(|before| before.icon) != Some(model.icon) {
        tray.icon.set_icon(Some(Image::from_bytes(icon)?))?;
    }
    tray.icon.set_menu(Some(menu))?;
    *shown = Some(model);
    Ok(())
}

fn chosen<R: Runtime>(app: &AppHandle<R>, event: MenuEvent) {
    let Some(tray) = app.try_state::<Tray<R>>() else {
        return;
    };
    let action = tray
        .actions
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(event.id().as_ref())
        .cloned();
    match action {
        None | Some(TrayAction::None) => {}
        Some(TrayAction::Open | TrayAction::Unlock) => windows::show_main(app, None),
        Some(TrayAction::Show(connection)) => windows::show_main(app, Some(connection)),
        Some(TrayAction::Quit) => app.exit(0),
        Some(TrayAction::Authorize(connection, reach)) => {
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                let console = match app.state::<Desk>().console() {
                    Ok(console) => console,
                    Err(_) => return,
                };
                let begun = console
                    .authorize(console.session(), connection, reach, None)
                    .await;
                if let Err(error) = begun {
                    tracing::warn!(code = %error.code, "not begun from the tray");
                    // The main window says why, at the connection concerned.
                    let handle = app.clone();
                    let _ = app.run_on_main_thread(move || {
                        windows::show_main(&handle, Some(connection));
                    });
                }
            });
        }
    }
}
