//! Authorizing, revoking, renaming accounts, choosing primaries.

use tauri::State;
use tsunagi_console::views::{AgentKind, ConnectionView, Impact, RevokeOutcome, Whose};
use tsunagi_console::{ConnectionId, FlowId, Reach};

use super::{Answer, Desk};

#[tauri::command]
pub(crate) async fn authorization_rename(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    whose: Whose,
    label: String,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .rename_account_of(console.session(), connection, reach, whose, &label)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn primary_choose(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
) -> Answer<ConnectionView> {
    let console = desk.console()?;
    let answer = console
        .choose_primary(console.session(), connection, reach)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn authorization_impact(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    whose: Whose,
) -> Answer<Impact> {
    let console = desk.console()?;
    let answer = console
        .impact_of(console.session(), connection, reach, whose)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn authorization_revoke(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    whose: Whose,
) -> Answer<RevokeOutcome> {
    let console = desk.console()?;
    let answer = console
        .revoke_of(console.session(), connection, reach, whose)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn authorize(
    desk: State<'_, Desk>,
    connection: ConnectionId,
    reach: Reach,
    agent: Option<AgentKind>,
) -> Answer<FlowId> {
    let console = desk.console()?;
    let answer = console
        .authorize(console.session(), connection, reach, agent)
        .await;
    answer.map_err(|error| console.failure(&error))
}
