//! The Members screen.

use tauri::State;
use tsunagi_console::views::{Invitation, LeaveOutcome, MemberChange, MemberImpact, MembersView};
use tsunagi_console::{MemberId, Role};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn members_get(desk: State<'_, Desk>) -> Answer<MembersView> {
    seated(&desk, move |console, session| console.members(session)).await
}

#[tauri::command]
pub(crate) async fn member_invite(
    desk: State<'_, Desk>,
    invitation: Invitation,
) -> Answer<MembersView> {
    waited(&desk, async move |console, session| {
        console.invite(session, invitation).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn member_impact(
    desk: State<'_, Desk>,
    member: MemberId,
    role: Role,
    active: bool,
) -> Answer<MemberImpact> {
    waited(&desk, async move |console, session| {
        console.member_impact(session, member, role, active).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn member_change(
    desk: State<'_, Desk>,
    member: MemberId,
    change: MemberChange,
) -> Answer<Option<MembersView>> {
    waited(&desk, async move |console, session| {
        console.change_member(session, member, change).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn member_deactivate(
    desk: State<'_, Desk>,
    member: MemberId,
    heir: Option<MemberId>,
) -> Answer<LeaveOutcome> {
    waited(&desk, async move |console, session| {
        console.deactivate_member(session, member, heir).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn member_reactivate(
    desk: State<'_, Desk>,
    member: MemberId,
    passphrase: Option<String>,
) -> Answer<MembersView> {
    let console = desk.console()?;
    let answer = console
        .reactivate_member(console.session(), member, passphrase)
        .await;
    answer.map_err(|error| console.failure(&error))
}

#[tauri::command]
pub(crate) async fn member_reset_passphrase(
    desk: State<'_, Desk>,
    member: MemberId,
    passphrase: Option<String>,
) -> Answer<MembersView> {
    waited(&desk, async move |console, session| {
        console.reset_passphrase(session, member, passphrase).await
    })
    .await
}
