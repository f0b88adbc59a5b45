//! Backups: made in Settings, restored from the welcome, taken over from wherever it is told.

use tauri::State;
use tsunagi_console::views::{BackupFile, NewBackup, Restoring, Start};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn backup_make(desk: State<'_, Desk>, wish: NewBackup) -> Answer<BackupFile> {
    seated(&desk, move |console, session| {
        console.back_up(session, &wish)
    })
    .await
}

#[tauri::command]
pub(crate) async fn backup_restore(desk: State<'_, Desk>, wish: Restoring) -> Answer<Start> {
    seated(&desk, move |console, _| console.restore(&wish)).await
}

#[tauri::command]
pub(crate) async fn backup_take_over(desk: State<'_, Desk>) -> Answer<Start> {
    seated(&desk, |console, session| console.take_over(session)).await
}
