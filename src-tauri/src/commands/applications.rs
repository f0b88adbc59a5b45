//! The Applications screen, and who may use a connection.

use tauri::State;
use tsunagi_console::views::{
    AccessImpact, ApplicationRow, ApplicationView, Grantable, ServiceToTry, ServiceTried,
    ServiceTry, UsedIn,
};
use tsunagi_console::{ApplicationId, ConnectionId, Edition, MemberId};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn applications_list(desk: State<'_, Desk>) -> Answer<Vec<ApplicationRow>> {
    seated(&desk, move |console, session| console.applications(session)).await
}

#[tauri::command]
pub(crate) async fn application_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
) -> Answer<ApplicationView> {
    seated(&desk, move |console, session| {
        console.application_view(session, application)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_create(
    desk: State<'_, Desk>,
    name: String,
    edition: Edition,
) -> Answer<ApplicationId> {
    seated(&desk, move |console, session| {
        console.create_application(session, &name, edition)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_change(
    desk: State<'_, Desk>,
    application: ApplicationId,
    name: String,
    edition: Edition,
) -> Answer<ApplicationView> {
    seated(&desk, move |console, session| {
        console.change_application(session, application, &name, edition)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_delete(
    desk: State<'_, Desk>,
    application: ApplicationId,
) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_application(session, application)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_share(
    desk: State<'_, Desk>,
    application: ApplicationId,
    member: MemberId,
    shared: bool,
) -> Answer<ApplicationView> {
    seated(&desk, move |console, session| {
        console.share_application(session, application, member, shared)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_grant(
    desk: State<'_, Desk>,
    application: ApplicationId,
    connection: ConnectionId,
    granted: bool,
) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.grant_application(session, application, connection, granted)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_grantable(
    desk: State<'_, Desk>,
    application: ApplicationId,
    search: String,
) -> Answer<Vec<Grantable>> {
    seated(&desk, move |console, session| {
        console.grantable(session, application, &search)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_access_impact(
    desk: State<'_, Desk>,
    application: ApplicationId,
    connection: ConnectionId,
) -> Answer<AccessImpact> {
    seated(&desk, move |console, session| {
        console.access_impact(session, application, connection)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_services(
    desk: State<'_, Desk>,
    application: ApplicationId,
) -> Answer<Vec<ServiceToTry>> {
    seated(&desk, move |console, session| {
        console.services_to_try(session, application)
    })
    .await
}

#[tauri::command]
pub(crate) async fn application_try(
    desk: State<'_, Desk>,
    request: ServiceTry,
) -> Answer<ServiceTried> {
    let console = desk.console()?;
    let answer = console.try_service(console.session(), &request).await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn connection_uses(
    desk: State<'_, Desk>,
    connection: ConnectionId,
) -> Answer<UsedIn> {
    seated(&desk, move |console, session| {
        console.used_in(session, connection)
    })
    .await
}
