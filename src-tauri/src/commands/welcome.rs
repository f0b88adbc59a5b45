//! The first start, and every start.

use tauri::State;
use tauri::{AppHandle, Runtime};
use tsunagi_console::ConnectionId;
use tsunagi_console::views::{Founded, Founding, Start};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn start(desk: State<'_, Desk>) -> Answer<Start> {
    seated(&desk, move |console, session| console.start(session)).await
}

#[tauri::command]
pub(crate) async fn welcome_found(desk: State<'_, Desk>, founding: Founding) -> Answer<Founded> {
    seated(&desk, move |console, _| console.found(&founding)).await
}

#[tauri::command]
pub(crate) async fn vault_unlock(
    desk: State<'_, Desk>,
    passphrase: Option<String>,
) -> Answer<Start> {
    seated(&desk, move |console, session| {
        console.unlock(passphrase.as_deref())?;
        console.start(session)
    })
    .await
}

#[tauri::command]
pub(crate) async fn show_main<R: Runtime>(
    app: AppHandle<R>,
    connection: Option<ConnectionId>,
) -> Answer<()> {
    let handle = app.clone();
    let _ = app.run_on_main_thread(move || crate::windows::show_main(&handle, connection));
    Ok(())
}
