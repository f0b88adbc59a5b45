//! The Connectors screen.

use tauri::State;
use tsunagi_console::ConsoleError;
use tsunagi_console::views::ConnectorsView;

use super::{Answer, Desk, seated};
use crate::opening;

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
pub(crate) async fn connectors_open_folder(desk: State<'_, Desk>) -> Answer<()> {
    seated(&desk, |console, session| {
        let folder = console.may_open_folder(session)?;
        opening::folder(&folder).map_err(ConsoleError::new)
    })
    .await
}
