//! The Primary accounts screen, and handing one over.

use tauri::State;
use tsunagi_console::views::{ConnectionView, PrimaryPage};
use tsunagi_console::{ConnectionId, MemberId, Reach};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn primaries_list(
    desk: State<'_, Desk>,
    after: Option<String>,
) -> Answer<PrimaryPage> {
    seated(&desk, move |console, session| {
        console.primaries_view(session, after)
    })
    .await
}

#[tauri::command]
pub(crate) async fn primary_offer(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    member: MemberId,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .offer_primary(console.session(), connection, reach, member)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn primary_accept(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .accept_primary(console.session(), connection, reach)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn primary_decline(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .decline_primary(console.session(), connection, reach)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn primary_withdraw(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    member: MemberId,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .withdraw_primary(console.session(), connection, reach, member)
        .await;
    answer.map_err(|error| console.failure(&error))
}
