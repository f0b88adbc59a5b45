//! Integration tasks: what services can do, and one of it that is kept or run by hand.

use tauri::State;
use tsunagi_console::views::{OperationView, TaskDone, TaskDraft, TasksView};
use tsunagi_console::{ApplicationId, ConnectionId, Environment, ItemId};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn tasks_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<TasksView> {
    seated(&desk, move |console, session| {
        console.tasks(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn task_get(desk: State<'_, Desk>, item: ItemId) -> Answer<TaskDraft> {
    seated(&desk, move |console, session| console.task(session, item)).await
}

#[tauri::command]
pub(crate) async fn task_operations(
    desk: State<'_, Desk>,
    service: String,
    connection: Option<ConnectionId>,
) -> Answer<Vec<OperationView>> {
    seated(&desk, move |console, session| {
        console.task_operations(session, &service, connection)
    })
    .await
}

#[tauri::command]
pub(crate) async fn task_keep(desk: State<'_, Desk>, draft: TaskDraft) -> Answer<TaskDraft> {
    seated(&desk, move |console, session| {
        console.keep_task(session, draft)
    })
    .await
}

#[tauri::command]
pub(crate) async fn task_delete(desk: State<'_, Desk>, item: ItemId) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_task(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn task_run(desk: State<'_, Desk>, draft: TaskDraft) -> Answer<TaskDone> {
    waited(&desk, async move |console, session| {
        console.run_task(session, &draft).await
    })
    .await
}
