//! R1 to R3: what the workspace and the member's role allow at all.

use crate::workspace::is_country;
use crate::{DataCenter, Kind, Member, Plan, Refusal, RefusalCode, Role, Workspace};

/// R1: whether this workspace may create, authorize and use connections.
///
/// # Errors
/// [`RefusalCode::PlanFree`] or [`RefusalCode::DataCenterNotServed`].
pub fn available(workspace: &Workspace) -> Result<(), Refusal> {
    if workspace.plan == Plan::Free {
        return Err(Refusal::new(RefusalCode::PlanFree));
    }
    if !workspace.data_center.is_served() {
        return Err(Refusal::new(RefusalCode::DataCenterNotServed)
            .with("data_center", workspace.data_center.0.to_uppercase()));
    }
    Ok(())
}

/// R1: whether the member may change the workspace's plan, data center and country.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::RoleNotAllowed`].
pub fn may_change_availability(member: &Member) -> Result<(), Refusal> {
    active(member)?;
    if member.role == Role::SuperAdmin {
        Ok(())
    } else {
        Err(Refusal::new(RefusalCode::RoleNotAllowed))
    }
}

/// R1: whether a workspace can be in this data center and country. `None` is a country nobody
/// has told.
///
/// # Errors
/// [`RefusalCode::PlaceUnknown`].
pub fn is_place(data_center: &DataCenter, country: Option<&str>) -> Result<(), Refusal> {
    let unknown = |place: &str| {
        let shown: String = place.chars().take(20).collect();
        Err(Refusal::new(RefusalCode::PlaceUnknown).with("place", shown))
    };
    if !data_center.is_known() {
        return unknown(&data_center.0);
    }
    match country {
        Some(country) if !is_country(country) => unknown(country),
        _ => Ok(()),
    }
}

fn active(member: &Member) -> Result<(), Refusal> {
    if member.active {
        Ok(())
    } else {
        Err(Refusal::new(RefusalCode::MemberInactive))
    }
}

/// R2: whether the member may create, edit, disable, delete or switch connections.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::RoleNotAllowed`].
pub fn may_manage(member: &Member) -> Result<(), Refusal> {
    active(member)?;
    if member.role.is_manager() {
        Ok(())
    } else {
        Err(Refusal::new(RefusalCode::RoleNotAllowed))
    }
}

/// R3: whether the member may authorize a connection of this kind. `shared` says whether an
/// application that uses it is shared with them.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::RoleNotAllowed`].
pub fn may_authorize(member: &Member, kind: Kind, shared: bool) -> Result<(), Refusal> {
    active(member)?;
    let allowed = member.role.is_manager() || (kind == Kind::LoggedInUser && shared);
    if allowed {
        Ok(())
    } else {
        Err(Refusal::new(RefusalCode::RoleNotAllowed))
    }
}

/// R2: whether the member may revoke or rename an authorization: their own, or any as a manager.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::RoleNotAllowed`].
pub fn may_revoke(member: &Member, own: bool) -> Result<(), Refusal> {
    active(member)?;
    if own || member.role.is_manager() {
        Ok(())
    } else {
        Err(Refusal::new(RefusalCode::RoleNotAllowed))
    }
}
