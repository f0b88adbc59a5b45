//! Authorizing, revoking, renaming accounts.

use tauri::State;
use tsunagi_console::views::{AgentKind, ConnectionView, Impact, RevokeOutcome, Whose};
use tsunagi_console::{ConnectionId, FlowId, Reach};

use super::{Answer, Desk, waited};

#[tauri::command]
pub(crate) async fn authorization_rename(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    whose: Whose,
    label: String,
) -> Answer<ConnectionView> {
    waited(&desk, async move |console, session| {
        console
            .rename_account_of(session, connection, reach, whose, &label)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn authorization_impact(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    whose: Whose,
) -> Answer<Impact> {
    waited(&desk, async move |console, session| {
        console.impact_of(session, connection, reach, whose).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn authorization_revoke(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    whose: Whose,
) -> Answer<RevokeOutcome> {
    waited(&desk, async move |console, session| {
        console.revoke_of(session, connection, reach, whose).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn authorize(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    agent: Option<AgentKind>,
) -> Answer<FlowId> {
    waited(&desk, async move |console, session| {
        console.authorize(session, connection, reach, agent).await
    })
    .await
}
