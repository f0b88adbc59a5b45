//! SMS and payments: what is sent by hand.

use tauri::State;
use tsunagi_console::views::{CallRecord, OperationView, SendDraft, SendKind, SendView, TaskDone};
use tsunagi_console::{ApplicationId, ConnectionId, Environment};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn sending_get(
    desk: State<'_, Desk>,
    kind: SendKind,
    application: ApplicationId,
    environment: Environment,
) -> Answer<SendView> {
    waited(&desk, async move |console, session| {
        console
            .sending(session, kind, application, environment)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn send_operations(
    desk: State<'_, Desk>,
    kind: SendKind,
    connection: ConnectionId,
) -> Answer<Vec<OperationView>> {
    seated(&desk, move |console, session| {
        console.send_operations(session, kind, connection)
    })
    .await
}

#[tauri::command]
pub(crate) async fn send_by_hand(desk: State<'_, Desk>, draft: SendDraft) -> Answer<TaskDone> {
    waited(&desk, async move |console, session| {
        console.send_by_hand(session, &draft).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn send_history(
    desk: State<'_, Desk>,
    kind: SendKind,
    connection: ConnectionId,
    environment: Environment,
) -> Answer<Vec<CallRecord>> {
    waited(&desk, async move |console, session| {
        console
            .send_history(session, kind, connection, environment)
            .await
    })
    .await
}
