//! What is written for a person, and read back from one: the inventory and the definitions.

use tauri::{AppHandle, Runtime, State};
use tsunagi_console::views::{
    ImportOutcome, ImportPreview, InventoryForm, WorkKind, WorkView, WrittenFile,
};

use super::choosing::{Sort, chosen};
use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn inventory_export(
    desk: State<'_, Desk>,
    form: InventoryForm,
) -> Answer<WrittenFile> {
    seated(&desk, move |console, session| {
        console.write_inventory(session, form)
    })
    .await
}

#[tauri::command]
pub(crate) async fn definitions_export(desk: State<'_, Desk>) -> Answer<WrittenFile> {
    seated(&desk, |console, session| {
        console.export_definitions(session)
    })
    .await
}

/// The file is chosen in the desktop's own dialog and read here: no path comes from a screen, so
/// that no screen can have another file read. `None` where the person chose none.
#[tauri::command]
pub(crate) async fn definitions_choose<R: Runtime>(
    app: AppHandle<R>,
    desk: State<'_, Desk>,
) -> Answer<Option<ImportPreview>> {
    // Who may not import is told so before they look for a file.
    seated(&desk, |console, session| console.may_import(session)).await?;
    let Some(path) = chosen(&app, Sort::Definitions).await else {
        return Ok(None);
    };
    seated(&desk, move |console, session| {
        console.preview_definitions(session, &path).map(Some)
    })
    .await
}

#[tauri::command]
pub(crate) async fn definitions_leave_out(
    desk: State<'_, Desk>,
    hash: String,
    without: Vec<u32>,
) -> Answer<ImportPreview> {
    seated(&desk, move |console, session| {
        console.leave_out_of_import(session, &hash, without.into_iter().collect())
    })
    .await
}

#[tauri::command]
pub(crate) async fn definitions_import(
    desk: State<'_, Desk>,
    hash: String,
) -> Answer<ImportOutcome> {
    seated(&desk, move |console, session| {
        console.import_definitions(session, &hash)
    })
    .await
}

/// How far something is that takes long; `None` where it does not run.
#[tauri::command]
pub(crate) async fn work_get(desk: State<'_, Desk>, kind: WorkKind) -> Answer<Option<WorkView>> {
    seated(&desk, move |console, session| console.work(session, kind)).await
}

#[tauri::command]
pub(crate) async fn work_stop(desk: State<'_, Desk>, kind: WorkKind) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.stop_work(session, kind)
    })
    .await
}
