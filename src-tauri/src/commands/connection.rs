//! The Connection screen.

use std::collections::BTreeMap;
use tauri::State;
use tsunagi_console::views::{ConnectionView, FlowRecord, TryAnswer, TryRequest};
use tsunagi_console::{ConnectionId, Reach, RegistrationId};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn connection_get(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console.connection_view(console.session(), connection).await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn connection_rename(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    name: String,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .rename_connection(console.session(), connection, &name)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn connection_set_enabled(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    enabled: bool,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .set_enabled(console.session(), connection, enabled)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn connection_set_environment(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    settings: BTreeMap<String, String>,
    registration: Option<RegistrationId>,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .set_environment(console.session(), connection, reach, settings, registration)
        .await;
    answer.map_err(|error| console.failure(&error))
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
    let console = desk.console()?;
    let answer = console.try_it(console.session(), &request).await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn connection_delete(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<()> {
    let console = desk.console()?;
    let answer = console
        .delete_connection(console.session(), connection)
        .await;
    answer.map_err(|error| console.failure(&error))
}
