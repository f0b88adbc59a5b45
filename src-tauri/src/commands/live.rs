//! Live mode and edit mode of an application.

use tauri::State;
use tsunagi_console::views::{ApplicationMark, EditView, Impact, LiveView, RevokeOutcome};
use tsunagi_console::{ApplicationId, Component, ConnectionId, Environment};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn live_applications(desk: State<'_, Desk>) -> Answer<Vec<ApplicationMark>> {
    seated(&desk, move |console, session| {
        console.live_applications(session)
    })
    .await
}

#[tauri::command]
pub(crate) async fn live_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<LiveView> {
    seated(&desk, move |console, session| {
        console.live(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn live_rename(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
    connection: ConnectionId,
    label: String,
) -> Answer<LiveView> {
    seated(&desk, move |console, session| {
        console.live_rename(session, application, environment, connection, &label)
    })
    .await
}

#[tauri::command]
pub(crate) async fn live_impact(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
    connection: ConnectionId,
) -> Answer<Impact> {
    waited(&desk, async move |console, session| {
        console
            .live_impact(session, application, environment, connection)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn live_revoke(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
    connection: ConnectionId,
) -> Answer<RevokeOutcome> {
    waited(&desk, async move |console, session| {
        console
            .live_revoke(session, application, environment, connection)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn edit_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
    component: Option<Component>,
) -> Answer<EditView> {
    seated(&desk, move |console, session| {
        console.edit(session, application, environment, component)
    })
    .await
}
