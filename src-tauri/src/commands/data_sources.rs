//! Data sources: what is pulled, the rows that came, and records that members add.

use tauri::State;
use tsunagi_console::views::{
    FieldView, RowsForm, SourceDoor, SourceDraft, SourceEntry, SourceForm, SourceOperation,
    SourcePage, SourceView, SourcesView, TaskDone, WrittenFile,
};
use tsunagi_console::{ApplicationId, ConnectionId, Environment, ItemId};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn sources_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<SourcesView> {
    seated(&desk, move |console, session| {
        console.data_sources(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_get(desk: State<'_, Desk>, item: ItemId) -> Answer<SourceView> {
    seated(&desk, move |console, session| {
        console.data_source(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_operations(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<Vec<SourceOperation>> {
    seated(&desk, move |console, session| {
        console.source_operations(session, connection)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_modules(
    desk: State<'_, Desk>,
    through: SourceDoor,
) -> Answer<Vec<FieldView>> {
    waited(&desk, async move |console, session| {
        console.source_modules(session, through).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_fields(
    desk: State<'_, Desk>,
    through: SourceDoor,
    module: Option<String>,
) -> Answer<Vec<FieldView>> {
    waited(&desk, async move |console, session| {
        console.source_fields(session, through, module).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_keep(desk: State<'_, Desk>, draft: SourceDraft) -> Answer<SourceView> {
    seated(&desk, move |console, session| {
        console.keep_source(session, draft)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_delete(desk: State<'_, Desk>, item: ItemId) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_source(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_pull(
    desk: State<'_, Desk>,
    item: ItemId,
    anew: bool,
) -> Answer<SourceView> {
    waited(&desk, async move |console, session| {
        console.pull_source(session, item, anew).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_stop(desk: State<'_, Desk>, item: ItemId) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.stop_pull(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_rows(
    desk: State<'_, Desk>,
    item: ItemId,
    after: Option<i64>,
    skip: u64,
    limit: u32,
    find: String,
) -> Answer<SourcePage> {
    seated(&desk, move |console, session| {
        console.source_rows(session, item, after, skip, limit, &find)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_export(
    desk: State<'_, Desk>,
    item: ItemId,
    form: RowsForm,
) -> Answer<WrittenFile> {
    seated(&desk, move |console, session| {
        console.export_rows(session, item, form)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_forms(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<Vec<SourceForm>> {
    seated(&desk, move |console, session| {
        console.source_forms(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn source_add(
    desk: State<'_, Desk>,
    item: ItemId,
    record: SourceEntry,
) -> Answer<TaskDone> {
    waited(&desk, async move |console, session| {
        console.add_record(session, item, record.0).await
    })
    .await
}
