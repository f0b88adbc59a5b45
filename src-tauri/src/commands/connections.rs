//! The Connections screen.

use tauri::State;
use tsunagi_console::views::{ConnectionPage, ListQuery};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn connections_list(
    desk: State<'_, Desk>,
    query: ListQuery,
) -> Answer<ConnectionPage> {
    seated(&desk, move |console, session| {
        console.connections(session, &query)
    })
    .await
}
