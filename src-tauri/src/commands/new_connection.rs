//! The New connection screen.

use tauri::State;
use tsunagi_console::views::{
    ConnectorView, GalleryEntry, NameCheck, NewConnection, NewRegistration, RedirectForm,
    RegistrationDraft, RegistrationView, ReuseOffer,
};
use tsunagi_console::{ApplicationId, ConnectionId, ConsoleError};

use super::{Answer, Desk, seated};
use crate::opening;

#[tauri::command]
pub(crate) async fn gallery_list(desk: State<'_, Desk>) -> Answer<Vec<GalleryEntry>> {
    seated(&desk, move |console, session| console.gallery(session)).await
}

#[tauri::command]
pub(crate) async fn gallery_service(
    desk: State<'_, Desk>,
    service: String,
) -> Answer<ConnectorView> {
    seated(&desk, move |console, session| {
        console.service(session, &service)
    })
    .await
}

#[tauri::command]
pub(crate) async fn provider_open(desk: State<'_, Desk>, service: String) -> Answer<()> {
    seated(&desk, move |console, session| {
        let address = console.provider_console(session, &service)?;
        opening::web(&address).map_err(ConsoleError::new)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_check_name(
    desk: State<'_, Desk>,
    service: String,
    name: String,
    link_name: Option<String>,
) -> Answer<NameCheck> {
    seated(&desk, move |console, session| {
        console.check_name(session, &service, &name, link_name.as_deref())
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_reuse(
    desk: State<'_, Desk>,
    draft: NewConnection,
) -> Answer<Vec<ReuseOffer>> {
    seated(&desk, move |console, session| {
        console.reuse_offers(session, &draft)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connection_create(
    desk: State<'_, Desk>,
    draft: NewConnection,
    application: Option<ApplicationId>,
) -> Answer<ConnectionId> {
    seated(&desk, move |console, session| {
        console.create_from(session, &draft, application)
    })
    .await
}

#[tauri::command]
pub(crate) async fn registration_draft(
    desk: State<'_, Desk>,
    redirect: RedirectForm,
) -> Answer<RegistrationDraft> {
    seated(&desk, move |console, session| {
        console.registration_draft(session, &redirect)
    })
    .await
}

#[tauri::command]
pub(crate) async fn registration_add(
    desk: State<'_, Desk>,
    registration: NewRegistration,
) -> Answer<RegistrationView> {
    seated(&desk, move |console, session| {
        console.add_registration(session, &registration)
    })
    .await
}
