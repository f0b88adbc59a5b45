//! The Connectors screen.

use tauri::State;
use tauri::{AppHandle, Runtime};
use tauri_plugin_opener::OpenerExt as _;
use tsunagi_console::ConsoleError;
use tsunagi_console::views::ConnectorsView;

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn connectors_get(desk: State<'_, Desk>) -> Answer<ConnectorsView> {
    seated(&desk, move |console, session| console.connectors(session)).await
}

#[tauri::command]
pub(crate) async fn connectors_accept(
    desk: State<'_, Desk>,
    file: String,
    hash: String,
) -> Answer<ConnectorsView> {
    seated(&desk, move |console, session| {
        console.accept_connector(session, &file, &hash)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connectors_open_folder<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
) -> Answer<()> {
    let folder = seated(&desk, |console, session| console.may_open_folder(session)).await?;
    app.opener()
        .open_path(folder.display().to_string(), None::<&str>)
        .or_else(|_| {
            Err(desk
                .console()?
                .failure(&ConsoleError::new("folder_not_opened")))
        })
}
