//! A catalog that is damaged: set aside on a person's press, and a backup or a new start instead.
//! All but the last work while the desk is closed, and only then.

use tauri::{AppHandle, Manager as _, Runtime, State};
use tsunagi_console::views::{Restoring, Start};

use super::{Answer, Desk, seated};
use crate::lifecycle::{self, Way};

#[tauri::command]
pub(crate) async fn catalog_open_again<R: Runtime>(app: AppHandle<R>) -> Answer<Start> {
    opened(app, Way::Again).await
}

#[tauri::command]
pub(crate) async fn catalog_set_aside<R: Runtime>(app: AppHandle<R>) -> Answer<Start> {
    opened(app, Way::Anew).await
}

#[tauri::command]
pub(crate) async fn catalog_restore<R: Runtime>(
    app: AppHandle<R>,
    wish: Restoring,
) -> Answer<Start> {
    opened(app, Way::Restored(wish)).await
}

#[tauri::command]
pub(crate) async fn set_aside_noted(desk: State<'_, Desk>, file: String) -> Answer<Start> {
    seated(&desk, move |console, session| {
        console.note_set_aside(session, &file)
    })
    .await
}

/// On a thread that may wait for the disk and the keyring.
async fn opened<R: Runtime>(app: AppHandle<R>, way: Way) -> Answer<Start> {
    let handle = app.clone();
    let opening = tauri::async_runtime::spawn_blocking(move || lifecycle::open_anew(&handle, &way));
    let done = opening.await;
    done.unwrap_or_else(|_| {
        let error = tsunagi_console::ConsoleError::new("internal");
        Err(app.state::<Desk>().failure(&error))
    })
}
