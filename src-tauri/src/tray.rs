//! The tray: draws what the console's model says, and does what is chosen.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Runtime};
use tsunagi_console::tray::{TrayAction, TrayIcon as IconKind, TrayLine, TrayMenu};
use tsunagi_console::{ConnectionId, Reach};

use crate::commands::Desk;
use crate::windows;

/// How long the desktop may take to say whether it shows tray icons.
const PATIENCE: Duration = Duration::from_secs(2);

/// The tray, where there is one.
pub(crate) struct Tray<R: Runtime> {
    icon: TrayIcon<R>,
    shown: Mutex<Option<TrayMenu>>,
    actions: Mutex<Actions>,
}

/// What entries do. A person may have the menu of a moment ago open while a new one is drawn, so
/// an entry's name is never used again, and the last menu's entries still mean what they said.
#[derive(Debug, Default)]
struct Actions {
    drawn: u64,
    before: HashMap<String, TrayAction>,
    now: HashMap<String, TrayAction>,
}

impl Actions {
    /// Begins another menu.
    fn turn(&mut self) {
        self.drawn += 1;
        self.before = std::mem::take(&mut self.now);
    }

    /// Adds an entry to it, and names it.
    fn add(&mut self, action: TrayAction) -> String {
        let id = format!("tray-{}-{}", self.drawn, self.now.len());
        self.now.insert(id.clone(), action);
        id
    }

    fn of(&self, id: &str) -> Option<TrayAction> {
        self.now.get(id).or_else(|| self.before.get(id)).cloned()
    }
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

/// Whether there is a tray icon, seen or not.
pub(crate) fn is_there<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.try_state::<Tray<R>>().is_some()
}

/// Whether an icon in the tray can be seen: only then may the program stay without a window. A
/// desktop that does not answer in time shows none.
pub(crate) async fn is_visible<R: Runtime>(app: &AppHandle<R>) -> bool {
    is_there(app)
        && tokio::time::timeout(PATIENCE, host_is_there())
            .await
            .unwrap_or(false)
}

#[cfg(target_os = "linux")]
async fn host_is_there() -> bool {
    // A watcher without a host shows nothing; one that does not say has one.
    let asked = async || -> zbus::Result<bool> {
        let bus = zbus::Connection::session().await?;
        let dbus = zbus::fdo::DBusProxy::new(&bus).await?;
        let name = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        if !dbus.name_has_owner(name).await? {
            return Ok(false);
        }
        let watcher = zbus::Proxy::new(
            &bus,
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.kde.StatusNotifierWatcher",
        )
        .await?;
        Ok(watcher
            .get_property::<bool>("IsStatusNotifierHostRegistered")
            .await
            .unwrap_or(true))
    };
    asked().await.unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
async fn host_is_there() -> bool {
    true
}

/// Draws the menu anew, where it differs from the one that is shown.
pub(crate) async fn refresh<R: Runtime>(app: &AppHandle<R>) {
    if !is_there(app) {
        return;
    }
    let Some(Ok(console)) = app.try_state::<Desk>().map(|desk| desk.console()) else {
        return;
    };
    // The model reads the catalog, which must not hold up the main thread.
    let model = tauri::async_runtime::spawn_blocking(move || console.tray(console.session()));
    let Ok(model) = model.await else { return };
    let handle = app.clone();
    let _ = app.run_on_main_thread(move || {
        if let Err(error) = draw(&handle, model) {
            tracing::error!(%error, "tray not drawn");
        }
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
    let mut actions = tray.actions.lock().unwrap_or_else(PoisonError::into_inner);
    actions.turn();
    for line in &model.lines {
        match line {
            TrayLine::Separator => menu.append(&PredefinedMenuItem::separator(app)?)?,
            TrayLine::Entry { text, action } => {
                let id = actions.add(action.clone());
                let enabled = *action != TrayAction::None;
                menu.append(&MenuItem::with_id(app, &id, text, enabled, None::<&str>)?)?;
            }
        }
    }
    drop(actions);
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
        .of(event.id().as_ref());
    match action {
        None | Some(TrayAction::None) => {}
        Some(TrayAction::Open | TrayAction::Unlock) => windows::show_main(app, None),
        Some(TrayAction::Show(connection)) => windows::show_main(app, Some(connection)),
        Some(TrayAction::Quit) => app.exit(0),
        Some(TrayAction::Authorize(connection, reach)) => {
            let app = app.clone();
            tauri::async_runtime::spawn(authorize(app, connection, reach));
        }
    }
}

async fn authorize<R: Runtime>(app: AppHandle<R>, connection: ConnectionId, reach: Reach) {
    let Ok(console) = app.state::<Desk>().console() else {
        return;
    };
    let begun = console
        .authorize(console.session(), connection, reach, None)
        .await;
    if let Err(error) = begun {
        tracing::warn!(code = %error.code, "not begun from the tray");
        // The main window says why, at the connection concerned.
        let handle = app.clone();
        let _ = app.run_on_main_thread(move || windows::show_main(&handle, Some(connection)));
    }
}

#[cfg(test)]
mod tests {
    use tsunagi_console::tray::TrayAction;

    use super::Actions;

    #[test]
    fn an_entry_of_an_older_menu_never_does_what_a_newer_one_says() {
        let mut actions = Actions::default();
        actions.turn();
        let open = actions.add(TrayAction::Open);
        actions.turn();
        let quit = actions.add(TrayAction::Quit);
        assert_eq!(
            actions.of(&open),
            Some(TrayAction::Open),
            "the menu that was just open still does what it said"
        );
        assert_eq!(actions.of(&quit), Some(TrayAction::Quit), "and the new one");
        actions.turn();
        assert_eq!(
            actions.of(&open),
            None,
            "two menus later it does nothing, rather than something else"
        );
    }
}
