//! Invoke URL: calls that are kept, and one that is sent by hand.

use tauri::State;
use tsunagi_console::views::{CallDraft, CallRecord, CallsView, TryAnswer};
use tsunagi_console::{ApplicationId, CodeLanguage, ConnectionId, Environment, ItemId};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn calls_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<CallsView> {
    waited(&desk, async move |console, session| {
        console.calls(session, application, environment).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn call_get(desk: State<'_, Desk>, item: ItemId) -> Answer<CallDraft> {
    seated(&desk, move |console, session| console.call(session, item)).await
}

#[tauri::command]
pub(crate) async fn call_keep(desk: State<'_, Desk>, draft: CallDraft) -> Answer<CallDraft> {
    seated(&desk, move |console, session| {
        console.keep_call(session, draft)
    })
    .await
}

#[tauri::command]
pub(crate) async fn call_delete(desk: State<'_, Desk>, item: ItemId) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_call(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn call_send(desk: State<'_, Desk>, draft: CallDraft) -> Answer<TryAnswer> {
    waited(&desk, async move |console, session| {
        console.send_call(session, &draft).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn call_code(
    desk: State<'_, Desk>,
    draft: CallDraft,
    language: CodeLanguage,
) -> Answer<String> {
    waited(&desk, async move |console, session| {
        console.call_code(session, &draft, language).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn call_history(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    environment: Environment,
) -> Answer<Vec<CallRecord>> {
    waited(&desk, async move |console, session| {
        console.call_history(session, connection, environment).await
    })
    .await
}
