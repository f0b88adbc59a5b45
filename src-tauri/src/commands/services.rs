//! A service's own page.

use tauri::State;
use tsunagi_console::ConsoleError;
use tsunagi_console::views::ServiceView;

use super::{Answer, Desk, seated};
use crate::opening;

#[tauri::command]
pub(crate) async fn service_get(desk: State<'_, Desk>, service: String) -> Answer<ServiceView> {
    seated(&desk, move |console, session| {
        console.service_page(session, &service)
    })
    .await
}

#[tauri::command]
pub(crate) async fn service_open_source(
    desk: State<'_, Desk>,
    service: String,
    source: u32,
) -> Answer<()> {
    seated(&desk, move |console, session| {
        let address = console.source(session, &service, source)?;
        opening::web(&address).map_err(ConsoleError::new)
    })
    .await
}
