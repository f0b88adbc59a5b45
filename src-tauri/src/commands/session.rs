//! Who sits at the keyboard: signing in, switching, locking, and a passphrase of one's own.

use tauri::State;
use tsunagi_console::MemberId;
use tsunagi_console::views::{SessionView, Start};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn session_get(desk: State<'_, Desk>) -> Answer<SessionView> {
    seated(&desk, move |console, _| console.session_view()).await
}

#[tauri::command]
pub(crate) async fn session_sign_in(
    desk: State<'_, Desk>,
    member: MemberId,
    passphrase: Option<String>,
) -> Answer<Start> {
    waited(&desk, async move |console, _| {
        console.sign_in(member, passphrase).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn session_lock(desk: State<'_, Desk>) -> Answer<Start> {
    waited(&desk, async move |console, session| {
        console.lock(session).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn session_active(desk: State<'_, Desk>) -> Answer<()> {
    seated(&desk, move |console, _| {
        console.touch();
        Ok(())
    })
    .await
}

#[tauri::command]
pub(crate) async fn session_auto_lock(desk: State<'_, Desk>, minutes: u32) -> Answer<Start> {
    seated(&desk, move |console, session| {
        console.set_auto_lock(session, minutes)
    })
    .await
}

#[tauri::command]
pub(crate) async fn session_passphrase(
    desk: State<'_, Desk>,
    current: Option<String>,
    next: Option<String>,
) -> Answer<Start> {
    waited(&desk, async move |console, session| {
        console.set_passphrase(session, current, next).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn session_passphrase_not_now(desk: State<'_, Desk>) -> Answer<Start> {
    seated(&desk, move |console, session| {
        console.passphrase_not_now(session)
    })
    .await
}
