//! The practice service.

use tauri::State;
use tsunagi_console::views::{PracticeFaults, PracticeView};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn practice_get(desk: State<'_, Desk>) -> Answer<PracticeView> {
    seated(&desk, move |console, session| console.practice(session)).await
}

#[tauri::command]
pub(crate) async fn practice_set_faults(
    desk: State<'_, Desk>,
    faults: PracticeFaults,
) -> Answer<PracticeView> {
    seated(&desk, move |console, session| {
        console.set_practice_faults(session, faults)
    })
    .await
}

#[tauri::command]
pub(crate) async fn practice_revoke_all(desk: State<'_, Desk>) -> Answer<PracticeView> {
    seated(&desk, move |console, session| {
        console.revoke_practice(session)
    })
    .await
}
