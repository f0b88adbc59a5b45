//! The Schedules screen.

use tauri::State;
use tsunagi_console::views::{ScheduleDraft, ScheduleRun, SchedulesView};
use tsunagi_console::{ApplicationId, Environment, ExecutionId, ItemId, ScheduleWhen, Timestamp};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn schedules_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<SchedulesView> {
    seated(&desk, move |console, session| {
        console.schedules(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedule_get(desk: State<'_, Desk>, item: ItemId) -> Answer<ScheduleDraft> {
    seated(&desk, move |console, session| {
        console.schedule(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedule_preview(
    desk: State<'_, Desk>,
    when: ScheduleWhen,
    zone: String,
) -> Answer<Vec<Timestamp>> {
    seated(&desk, move |console, session| {
        console.schedule_preview(session, &when, &zone)
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedule_save(
    desk: State<'_, Desk>,
    draft: ScheduleDraft,
) -> Answer<ScheduleDraft> {
    seated(&desk, move |console, session| {
        console.save_schedule(session, draft)
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedule_pause(
    desk: State<'_, Desk>,
    item: ItemId,
    paused: bool,
) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.pause_schedule(session, item, paused)
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedule_delete(desk: State<'_, Desk>, item: ItemId) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_schedule(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedule_run(desk: State<'_, Desk>, item: ItemId) -> Answer<ScheduleRun> {
    waited(&desk, async move |console, session| {
        console.run_schedule(session, item).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedule_history(
    desk: State<'_, Desk>,
    item: ItemId,
    before: Option<ExecutionId>,
) -> Answer<Vec<ScheduleRun>> {
    seated(&desk, move |console, session| {
        console.schedule_history(session, item, before)
    })
    .await
}

#[tauri::command]
pub(crate) async fn schedules_suspend(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
    suspended: bool,
) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.suspend_schedules(session, application, environment, suspended)
    })
    .await
}
