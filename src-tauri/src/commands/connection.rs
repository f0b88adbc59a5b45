//! The Connection screen.

use std::collections::BTreeMap;
use tauri::State;
use tsunagi_console::views::{
    ConnectionView, EditImpact, EditOutcome, FlowRecord, TryAnswer, TryRequest,
};
use tsunagi_console::{ConnectionId, Reach, RegistrationId};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn connection_get(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console.connection_view(session, connection).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_rename(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    name: String,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console.rename_connection(session, connection, &name).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_set_enabled(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    enabled: bool,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console.set_enabled(session, connection, enabled).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_set_environment(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    settings: BTreeMap<String, String>,
    registration: Option<RegistrationId>,
) -> Answer<EditOutcome> {
    waited(&desk, async move |console, session| {
        console
            .edit_environment(session, connection, reach, settings, registration)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_environment_impact(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    settings: BTreeMap<String, String>,
    registration: Option<RegistrationId>,
) -> Answer<EditImpact> {
    seated(&desk, move |console, session| {
        console.environment_impact(session, connection, reach, settings, registration)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_timeline(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<Vec<FlowRecord>> {
    seated(&desk, move |console, session| {
        console.timeline(session, connection)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_try(
    desk: State<'_, Desk>,
    request: TryRequest,
) -> Answer<TryAnswer> {
    waited(&desk, async move |console, session| {
        console.try_it(session, &request).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_delete(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<()> {
    waited(&desk, async move |console, session| {
        console.delete_connection(session, connection).await
    })
    .await
}
