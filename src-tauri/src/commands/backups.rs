//! Backups: made in Settings, restored from the welcome, taken over from wherever it is told.

use tauri::{AppHandle, Runtime, State};
use tsunagi_console::views::{BackupFile, NewBackup, Restoring, Start};

use super::choosing::{Sort, chosen};
use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn backup_make(desk: State<'_, Desk>, wish: NewBackup) -> Answer<BackupFile> {
    let console = desk.console()?;
    let answer = console.back_up(console.session(), wish).await;
    answer.map_err(|error| console.failure(&error))
}

/// Where the backup lies that a person chose in the desktop's own dialog; `None` where they chose
/// none. It is a start for the field, in which a path can be typed as well.
#[tauri::command]
pub(crate) async fn backup_choose<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
) -> Answer<Option<String>> {
    // Where nothing can be restored nobody has to look for a file. A damaged catalog makes room.
    let makes_room =
        matches!(desk.console(), Err(failure) if failure.code == tsunagi_console::DAMAGED);
    if !makes_room {
        seated(&desk, |console, _| console.may_restore()).await?;
    }
    let file = chosen(&app, Sort::Backup).await;
    Ok(file.map(|path| path.display().to_string()))
}

#[tauri::command]
pub(crate) async fn backup_restore(desk: State<'_, Desk>, wish: Restoring) -> Answer<Start> {
    seated(&desk, move |console, _| console.restore(&wish)).await
}

#[tauri::command]
pub(crate) async fn backup_take_over(desk: State<'_, Desk>) -> Answer<Start> {
    seated(&desk, |console, session| console.take_over(session)).await
}
