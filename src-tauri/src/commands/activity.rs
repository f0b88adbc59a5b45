//! The Activity screen.

use tauri::State;
use tsunagi_console::ConsoleError;
use tsunagi_console::views::{ActivityPage, ActivityQuery, VerificationView, WrittenFile};

use super::{Answer, Desk, seated};
use crate::opening;

#[tauri::command]
pub(crate) async fn activity_list(
    desk: State<'_, Desk>,
    query: ActivityQuery,
) -> Answer<ActivityPage> {
    seated(&desk, move |console, session| {
        console.activity(session, &query)
    })
    .await
}

#[tauri::command]
pub(crate) async fn activity_verify(desk: State<'_, Desk>) -> Answer<VerificationView> {
    seated(&desk, |console, session| console.verify_activity(session)).await
}

#[tauri::command]
pub(crate) async fn activity_export(
    desk: State<'_, Desk>,
    query: ActivityQuery,
) -> Answer<WrittenFile> {
    seated(&desk, move |console, session| {
        console.export_activity(session, &query)
    })
    .await
}

#[tauri::command]
pub(crate) async fn exports_open_folder(desk: State<'_, Desk>) -> Answer<()> {
    seated(&desk, |console, session| {
        let folder = console.may_open_exports(session)?;
        opening::folder(&folder).map_err(ConsoleError::new)
    })
    .await
}
