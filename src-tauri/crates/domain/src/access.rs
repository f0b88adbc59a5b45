//! R1 to R3: what the workspace and the member's role allow at all.

use crate::workspace::is_country;
use crate::{Connection, DataCenter, Kind, Member, Plan, Refusal, RefusalCode, Role, Workspace};

/// What somebody, or the program by itself, is about to do: as R1 tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Looking at what there is, and taking a list of it along.
    See,
    /// Making a connection, an application or a client registration; importing; accepting a
    /// connector.
    Create,
    /// Changing what a connection asks for, goes to or is replaced by.
    Edit,
    /// Giving an application access to a connection, or a member an application.
    Grant,
    /// Signing in at a service.
    Authorize,
    /// Offering, taking or accepting a primary account: it is what unattended runs use.
    Prime,
    /// Sending a request: trying and testing too.
    Use,
    /// Renewing a credential before it is asked for.
    Renew,
    /// Asking a service whether a credential is still good.
    Verify,
    /// Giving another name.
    Rename,
    /// Ending an authorization.
    Revoke,
    /// Refusing requests until further notice.
    Disable,
    /// Taking that back: it lets nothing through that R1 stops.
    Enable,
    /// Deleting what nothing uses.
    Delete,
    /// Taking away what was granted.
    TakeAway,
    /// Declining a primary account, or withdrawing an offer of it.
    Decline,
}

impl Act {
    /// Each of them.
    pub const ALL: [Self; 16] = [
        Self::See,
        Self::Create,
        Self::Edit,
        Self::Grant,
        Self::Authorize,
        Self::Prime,
        Self::Use,
        Self::Renew,
        Self::Verify,
        Self::Rename,
        Self::Revoke,
        Self::Disable,
        Self::Enable,
        Self::Delete,
        Self::TakeAway,
        Self::Decline,
    ];

    /// R1: whether it takes a workspace that has connections. Who falls back to a free plan can
    /// still look, tidy up and protect themself; nothing comes into being and nothing is used. What
    /// was authorized is kept alive: a plan that lapses for a week ends no sign-in.
    #[must_use]
    pub const fn needs_plan(self) -> bool {
        match self {
            Self::Create
            | Self::Edit
            | Self::Grant
            | Self::Authorize
            | Self::Prime
            | Self::Use
            | Self::Verify => true,
            Self::See
            | Self::Renew
            | Self::Rename
            | Self::Revoke
            | Self::Disable
            | Self::Enable
            | Self::Delete
            | Self::TakeAway
            | Self::Decline => false,
        }
    }

    /// Whether it opens a credential or has the provider end one: where another computer has the
    /// workspace, those are its.
    #[must_use]
    pub const fn needs_credentials(self) -> bool {
        matches!(
            self,
            Self::Authorize | Self::Use | Self::Renew | Self::Verify | Self::Revoke | Self::Delete
        )
    }
}

/// What changing a connection from `before` to `after` amounts to: another name alone is renaming,
/// which a free plan allows (R1) and which asks nobody for consent (R20). Settings that a reach
/// has of its own are no part of either: changing those is editing.
#[must_use]
pub fn act_of_change(before: &Connection, after: &Connection) -> Act {
    let renamed = Connection {
        name: after.name.clone(),
        ..before.clone()
    };
    if renamed == *after {
        Act::Rename
    } else {
        Act::Edit
    }
}

/// R1: whether this workspace allows an act, from whichever door it comes.
///
/// # Errors
/// As [`available`].
pub fn allows(workspace: &Workspace, act: Act) -> Result<(), Refusal> {
    if act.needs_plan() {
        available(workspace)
    } else {
        Ok(())
    }
}

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
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::SuperAdminNeeded`].
pub fn may_change_availability(member: &Member) -> Result<(), Refusal> {
    active(member)?;
    if member.role == Role::SuperAdmin {
        Ok(())
    } else {
        Err(Refusal::new(RefusalCode::SuperAdminNeeded))
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

/// R3: whether the member may authorize this connection now. A disabled one is authorized by
/// nobody.
///
/// # Errors
/// Those of [`may_authorize`], else [`RefusalCode::Disabled`].
pub fn may_authorize_now(
    member: &Member,
    connection: &Connection,
    shared: bool,
) -> Result<(), Refusal> {
    may_authorize(member, connection.kind, shared)?;
    if connection.enabled {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::Disabled).with("connection", connection.link_name.as_str()))
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
