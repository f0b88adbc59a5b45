//! R2: who may invite members, change what they may do, and send them away.

use crate::{Member, Refusal, RefusalCode, Role};

/// What a change would make of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
}

impl Standing {
    /// What a member is now.
    #[must_use]
    pub const fn of(member: &Member) -> Self {
        Self {
            role: member.role,
            active: member.active,
        }
    }
}

/// Whether the member manages other members: an active super admin or admin.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::AdminNeeded`].
pub fn may_manage_members(actor: &Member) -> Result<(), Refusal> {
    if !actor.active {
        return Err(Refusal::new(RefusalCode::MemberInactive));
    }
    if matches!(actor.role, Role::SuperAdmin | Role::Admin) {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::AdminNeeded))
}

/// Whether the member may invite somebody in a role: nobody makes a super admin but a super
/// admin.
///
/// # Errors
/// Those of [`may_manage_members`], or [`RefusalCode::SuperAdminNeeded`].
pub fn may_invite(actor: &Member, role: Role) -> Result<(), Refusal> {
    may_manage_members(actor)?;
    if role == Role::SuperAdmin && actor.role != Role::SuperAdmin {
        return Err(Refusal::new(RefusalCode::SuperAdminNeeded));
    }
    Ok(())
}

/// Whether the member may make `next` of another member, or of themself. `super_admins` counts
/// the active ones there are: the last one stays, since nobody could make another.
///
/// # Errors
/// Those of [`may_manage_members`], [`RefusalCode::SuperAdminNeeded`] or
/// [`RefusalCode::LastSuperAdmin`].
pub fn may_change(
    actor: &Member,
    target: &Member,
    next: Standing,
    super_admins: usize,
) -> Result<(), Refusal> {
    may_manage_members(actor)?;
    let concerns_super_admin = target.role == Role::SuperAdmin || next.role == Role::SuperAdmin;
    if concerns_super_admin && actor.role != Role::SuperAdmin {
        return Err(Refusal::new(RefusalCode::SuperAdminNeeded));
    }
    let is_one = target.active && target.role == Role::SuperAdmin;
    let stays_one = next.active && next.role == Role::SuperAdmin;
    if is_one && !stays_one && super_admins <= 1 {
        return Err(Refusal::new(RefusalCode::LastSuperAdmin));
    }
    Ok(())
}

/// Whether the member may take away the passphrase of another who forgot it: a super admin, and
/// never their own, which they change by knowing it.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::SuperAdminNeeded`]; for their own
/// [`RefusalCode::RoleNotAllowed`].
pub fn may_reset_passphrase(actor: &Member, target: &Member) -> Result<(), Refusal> {
    may_keep_keys(actor)?;
    if actor.id == target.id {
        return Err(Refusal::new(RefusalCode::RoleNotAllowed));
    }
    Ok(())
}

/// Whether the member may make a recovery code for the workspace's key, replace the key, take a
/// backup along, which holds it, or say where the workspace is: who has the key opens everything
/// that is not a member's own.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::SuperAdminNeeded`].
pub fn may_keep_keys(actor: &Member) -> Result<(), Refusal> {
    if !actor.active {
        return Err(Refusal::new(RefusalCode::MemberInactive));
    }
    if actor.role == Role::SuperAdmin {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::SuperAdminNeeded))
}

/// Whether a member can take over the connections that another answers for: an active manager,
/// and not the one who leaves (R2).
#[must_use]
pub fn may_inherit(heir: &Member, leaver: &Member) -> bool {
    heir.active && heir.role.is_manager() && heir.id != leaver.id
}

/// Whether a change gives a member more than they had, a role or a seat: it asks for the
/// passphrase of whoever does it.
#[must_use]
pub fn gives_more(before: Standing, next: Standing) -> bool {
    raises(before.role, next.role) || (next.active && !before.active)
}

/// Whether a role is more than another: giving one asks for the giver's passphrase.
#[must_use]
pub fn raises(from: Role, to: Role) -> bool {
    // Roles are declared from the most to the least.
    to < from
}
