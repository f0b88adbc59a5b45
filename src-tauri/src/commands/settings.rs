//! The Settings screen.

use tauri::State;
use tsunagi_console::views::{SettingsChange, Start};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn settings_change(
    desk: State<'_, Desk>,
    change: SettingsChange,
) -> Answer<Start> {
    seated(&desk, move |console, session| {
        console.change_settings(session, &change)
    })
    .await
}
