//! The Settings screen.

use tauri::State;
use tsunagi_console::views::{
    AvailabilityChange, AvailabilityView, KeptSignInView, OwnAccounts, RetentionChange,
    RetentionView, SettingsChange, Start, Whose,
};
use tsunagi_console::{ConnectionId, KeptSignInId, Reach};

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

#[tauri::command]
pub(crate) async fn availability_get(desk: State<'_, Desk>) -> Answer<AvailabilityView> {
    seated(&desk, |console, session| console.availability(session)).await
}

#[tauri::command]
pub(crate) async fn availability_change(
    desk: State<'_, Desk>,
    change: AvailabilityChange,
) -> Answer<Start> {
    seated(&desk, move |console, session| {
        console.change_availability(session, &change)
    })
    .await
}

#[tauri::command]
pub(crate) async fn retention_get(desk: State<'_, Desk>) -> Answer<RetentionView> {
    seated(&desk, |console, session| console.retention(session)).await
}

#[tauri::command]
pub(crate) async fn retention_change(
    desk: State<'_, Desk>,
    change: RetentionChange,
) -> Answer<RetentionView> {
    seated(&desk, move |console, session| {
        console.change_retention(session, &change)
    })
    .await
}

#[tauri::command]
pub(crate) async fn own_accounts(desk: State<'_, Desk>) -> Answer<OwnAccounts> {
    seated(&desk, |console, session| console.own_accounts(session)).await
}

#[tauri::command]
pub(crate) async fn own_account_rename(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    whose: Whose,
    label: String,
) -> Answer<OwnAccounts> {
    seated(&desk, move |console, session| {
        console.rename_own_account(session, connection, reach, whose, &label)
    })
    .await
}

#[tauri::command]
pub(crate) async fn kept_sign_ins_list(desk: State<'_, Desk>) -> Answer<Vec<KeptSignInView>> {
    seated(&desk, |console, session| console.kept_sign_ins(session)).await
}

#[tauri::command]
pub(crate) async fn kept_sign_ins_clear(
    desk: State<'_, Desk>,
    only: Option<KeptSignInId>,
) -> Answer<Vec<KeptSignInView>> {
    seated(&desk, move |console, session| {
        console.clear_sign_ins(session, only)
    })
    .await
}
