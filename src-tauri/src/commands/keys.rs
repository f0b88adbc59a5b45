//! The workspace's key: its recovery code, and replacing it.

use tauri::State;
use tsunagi_console::views::{KeysView, RecoveryCodeView, Start};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn keys_get(desk: State<'_, Desk>) -> Answer<KeysView> {
    seated(&desk, |console, session| console.keys_view(session)).await
}

#[tauri::command]
pub(crate) async fn recovery_code_make(
    desk: State<'_, Desk>,
    passphrase: Option<String>,
) -> Answer<RecoveryCodeView> {
    waited(&desk, async move |console, session| {
        console.make_recovery_code(session, passphrase).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn recovery_code_confirm(
    desk: State<'_, Desk>,
    typed: String,
) -> Answer<KeysView> {
    seated(&desk, move |console, session| {
        console.confirm_recovery_code(session, &typed)
    })
    .await
}

#[tauri::command]
pub(crate) async fn recovery_code_drop(desk: State<'_, Desk>) -> Answer<()> {
    seated(&desk, |console, _| {
        console.drop_recovery_code();
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn recovery_code_use(
    desk: State<'_, Desk>,
    code: String,
    passphrase: Option<String>,
) -> Answer<Start> {
    waited(&desk, async move |console, session| {
        console.use_recovery_code(session, code, passphrase).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn key_replace(
    desk: State<'_, Desk>,
    passphrase: Option<String>,
) -> Answer<KeysView> {
    waited(&desk, async move |console, session| {
        console.replace_key(session, passphrase).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn key_replace_pause(desk: State<'_, Desk>, paused: bool) -> Answer<KeysView> {
    seated(&desk, move |console, session| {
        console.pause_rotation(session, paused)
    })
    .await
}
