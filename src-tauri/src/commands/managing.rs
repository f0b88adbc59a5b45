//! What is done to one connection or to many, each with its impact first.

use tauri::State;
use tsunagi_console::views::{
    BulkAction, BulkPart, BulkResult, ConnectionEdit, ConnectionView, EditImpact, EditOutcome,
    EditUndo, ListQuery, RegistrationChange, RegistrationView, ReplaceOutcome, Replaced,
    Replacements, SwitchImpact, SwitchOffer, TestResult, Touched,
};
use tsunagi_console::{ConnectionId, Reach, RegistrationId};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn connections_ids(
    desk: State<'_, Desk>,
    query: ListQuery,
) -> Answer<Vec<ConnectionId>> {
    seated(&desk, move |console, session| {
        console.connection_ids(session, &query)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connections_impact(
    desk: State<'_, Desk>,
    action: BulkAction,
    connections: Vec<ConnectionId>,
) -> Answer<Vec<BulkPart>> {
    seated(&desk, move |console, session| {
        console.bulk_impact(session, action, &connections)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connections_run(
    desk: State<'_, Desk>,
    action: BulkAction,
    connections: Vec<ConnectionId>,
) -> Answer<Vec<BulkResult>> {
    waited(&desk, async move |console, session| {
        console.bulk_run(session, action, &connections).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_test(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<Vec<TestResult>> {
    waited(&desk, async move |console, session| {
        console.test_connection(session, connection).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_edit(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    edit: ConnectionEdit,
    seen: ConnectionEdit,
) -> Answer<EditOutcome> {
    waited(&desk, async move |console, session| {
        let seen = Some(&seen);
        console
            .edit_connection_as_seen(session, connection, &edit, seen)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_edit_undo(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    undo: EditUndo,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console.undo_edit(session, connection, &undo).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_edit_impact(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    edit: ConnectionEdit,
) -> Answer<EditImpact> {
    seated(&desk, move |console, session| {
        console.edit_impact(session, connection, &edit)
    })
    .await
}

#[tauri::command]
pub(crate) async fn switch_offers(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
) -> Answer<Vec<SwitchOffer>> {
    seated(&desk, move |console, session| {
        console.switch_offers(session, connection, reach)
    })
    .await
}

#[tauri::command]
pub(crate) async fn switch_impact(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    from: ConnectionId,
) -> Answer<SwitchImpact> {
    seated(&desk, move |console, session| {
        console.switch_impact(session, connection, reach, from)
    })
    .await
}

#[tauri::command]
pub(crate) async fn authorization_switch(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    from: ConnectionId,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console
            .switch_authorization(session, connection, reach, from)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_replacements(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<Replacements> {
    seated(&desk, move |console, session| {
        console.replacements(session, connection)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_replace(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    by: ConnectionId,
) -> Answer<ReplaceOutcome> {
    seated(&desk, move |console, session| {
        console.replace_connection(session, connection, by)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_replace_undo(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    by: ConnectionId,
    replaced: Replaced,
) -> Answer<u32> {
    seated(&desk, move |console, session| {
        console.undo_replace(session, connection, by, &replaced)
    })
    .await
}

#[tauri::command]
pub(crate) async fn registration_touches(
    desk: State<'_, Desk>,
    registration: RegistrationId,
) -> Answer<Vec<Touched>> {
    seated(&desk, move |console, session| {
        console.registration_touches(session, registration)
    })
    .await
}

#[tauri::command]
pub(crate) async fn registration_change(
    desk: State<'_, Desk>,
    change: RegistrationChange,
) -> Answer<RegistrationView> {
    seated(&desk, move |console, session| {
        console.change_registration(session, &change)
    })
    .await
}

#[tauri::command]
pub(crate) async fn registration_delete(
    desk: State<'_, Desk>,
    registration: RegistrationId,
) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_registration(session, registration)
    })
    .await
}
