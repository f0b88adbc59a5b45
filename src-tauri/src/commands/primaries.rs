//! The Primary accounts screen; choosing one, and handing it over.

use tauri::State;
use tsunagi_console::views::{ConnectionView, PrimaryPage};
use tsunagi_console::{ConnectionId, MemberId, Reach};

use super::{Answer, Desk, seated, waited};

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
pub(crate) async fn primary_choose(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console.choose_primary(session, connection, reach).await
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
    waited(&desk, async move |console, session| {
        console
            .offer_primary(session, connection, reach, member)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn primary_accept(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console.accept_primary(session, connection, reach).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn primary_decline(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console.decline_primary(session, connection, reach).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn primary_withdraw(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    member: MemberId,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console
            .withdraw_primary(session, connection, reach, member)
            .await
    })
    .await
}
