//! R11 and R12: the primary account of a logged-in-user connection, per reach.

use crate::{Kind, Member, MemberId, Role, access};

/// What authorizing a slot does to its reach's primary account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Succession {
    /// The member becomes primary.
    Becomes,
    /// Whoever is primary stays so, or nobody is.
    Unchanged,
}

/// R11: the first super admin or admin to authorize becomes primary. `ever_had` tells whether
/// the reach has had a primary before: after one went, nobody is promoted silently.
#[must_use]
pub fn on_authorized(
    kind: Kind,
    role: Role,
    current: Option<MemberId>,
    ever_had: bool,
) -> Succession {
    let first = current.is_none() && !ever_had;
    if kind == Kind::LoggedInUser && role.may_be_primary() && first {
        Succession::Becomes
    } else {
        Succession::Unchanged
    }
}

/// R11: whether the primary account is lost with this authorization.
#[must_use]
pub fn is_lost(current: Option<MemberId>, revoked: MemberId) -> bool {
    current == Some(revoked)
}

/// R11: whether a member's account may become primary now if they say so: a super admin or admin,
/// of a logged-in-user connection that has no primary account there.
#[must_use]
pub fn may_take(kind: Kind, role: Role, current: Option<MemberId>) -> bool {
    kind == Kind::LoggedInUser && role.may_be_primary() && current.is_none()
}

/// R2, R11: whether the member may make their own account primary where nobody is: an active super
/// admin or admin.
#[must_use]
pub fn may_choose(member: &Member) -> bool {
    access::may_manage(member).is_ok() && member.role.may_be_primary()
}
