//! R11 and R12: the primary account of a logged-in-user connection, per reach.

use crate::{Environment, Health, Kind, Member, MemberId, Reach, Refusal, RefusalCode, Role};

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

/// R2, R11: whether the member may make their own account primary where nobody is.
#[must_use]
pub fn may_choose(member: &Member) -> bool {
    may_hand_over(member).is_ok()
}

/// R2, R11: whether the member says whose account is primary: offers it, takes it where nobody has
/// it, and withdraws what was offered. An active super admin or admin.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::AdminNeeded`].
pub fn may_hand_over(member: &Member) -> Result<(), Refusal> {
    if !member.active {
        return Err(Refusal::new(RefusalCode::MemberInactive));
    }
    if !member.role.may_be_primary() {
        return Err(Refusal::new(RefusalCode::AdminNeeded));
    }
    Ok(())
}

/// What accepting the primary account does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// It moves now: somebody has offered it.
    Moves,
    /// It waits until somebody offers it.
    Waits,
    /// It waits already.
    Known,
}

/// R11: whether the member it is about may accept the primary account, and what that does.
/// `offered` says that somebody has offered it to them, `accepted` that they have accepted it
/// beforehand. Where nobody has it, there is nobody who could hand it on: it is taken, see
/// [`may_take`].
///
/// # Errors
/// Those of [`may_receive`], or [`RefusalCode::NoPrimary`].
pub fn accept(
    offering: Offering<'_>,
    offered: bool,
    accepted: bool,
) -> Result<Acceptance, Refusal> {
    may_receive(offering)?;
    if offered {
        return Ok(Acceptance::Moves);
    }
    if accepted {
        return Ok(Acceptance::Known);
    }
    if offering.current.is_none() {
        return Err(Refusal::new(RefusalCode::NoPrimary).with("connection", offering.connection));
    }
    Ok(Acceptance::Waits)
}

/// What an offer of the primary account does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// It moves now: the other has accepted beforehand.
    Moves,
    /// It waits until the other accepts.
    Waits,
}

/// A reach's primary account, offered.
#[derive(Debug, Clone, Copy)]
pub struct Offering<'a> {
    /// Link name of the connection, for the sentence.
    pub connection: &'a str,
    /// Its kind.
    pub kind: Kind,
    /// Who is primary there now.
    pub current: Option<MemberId>,
    /// To whom it is offered.
    pub to: &'a Member,
    /// Health of their authorization there; `None` where they have none.
    pub health: Option<Health>,
}

/// R11: whether the account of `offering.to` may be the primary one: a super admin or admin who
/// has authorized, of a logged-in-user connection, and is not primary already.
///
/// # Errors
/// [`RefusalCode::PrimaryNotOffered`], [`RefusalCode::PrimaryNotEligible`],
/// [`RefusalCode::PrimaryNotAuthorized`] or [`RefusalCode::PrimaryAlready`].
pub fn may_receive(offering: Offering<'_>) -> Result<(), Refusal> {
    let refuse = |code| {
        Refusal::new(code)
            .with("connection", offering.connection)
            .with("member", offering.to.name.clone())
    };
    if offering.kind != Kind::LoggedInUser {
        return Err(refuse(RefusalCode::PrimaryNotOffered));
    }
    if !is_kept(offering.to.role, offering.to.active) {
        return Err(refuse(RefusalCode::PrimaryNotEligible));
    }
    if offering.health != Some(Health::Connected) {
        return Err(refuse(RefusalCode::PrimaryNotAuthorized));
    }
    if offering.current == Some(offering.to.id) {
        return Err(refuse(RefusalCode::PrimaryAlready));
    }
    Ok(())
}

/// R11: whether `actor` may offer the primary account to another member, and what that does.
/// `accepted` says that the other has accepted beforehand. Nobody hands it to themself while
/// another has it; where nobody has it, see [`may_take`].
///
/// # Errors
/// [`RefusalCode::MemberInactive`], [`RefusalCode::AdminNeeded`],
/// [`RefusalCode::PrimaryTaken`], or those of [`may_receive`].
pub fn offer(actor: &Member, offering: Offering<'_>, accepted: bool) -> Result<Handover, Refusal> {
    may_hand_over(actor)?;
    may_receive(offering)?;
    if offering.to.id == actor.id && offering.current.is_some() {
        return Err(Refusal::new(RefusalCode::PrimaryTaken).with("connection", offering.connection));
    }
    Ok(if accepted || offering.to.id == actor.id {
        Handover::Moves
    } else {
        Handover::Waits
    })
}

/// R11: whether a member whose role or standing changes to this keeps the primary accounts they
/// have.
#[must_use]
pub const fn is_kept(role: Role, active: bool) -> bool {
    active && role.may_be_primary()
}

/// Whose account is primary in a reach.
pub type Holder = (Reach, MemberId);

/// What a change did to the primary accounts of a connection. Where it did so in some environments
/// of a reach only, these are told one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Who is no longer primary where they were.
    pub lost: Vec<Holder>,
    /// Who is primary where they were not.
    pub gained: Vec<Holder>,
}

/// R11, R12: what becomes of primary accounts where those before a change are followed by others.
/// Whoever was primary for all environments and is so now in each, or the other way round, has
/// neither lost nor gained anything.
#[must_use]
pub fn turnover(before: &[Holder], after: &[Holder]) -> Turnover {
    Turnover {
        lost: missing_from(after, before),
        gained: missing_from(before, after),
    }
}

/// Where the holders here are not primary among the others.
fn missing_from(others: &[Holder], here: &[Holder]) -> Vec<Holder> {
    let mut missing = Vec::new();
    for (reach, member) in here {
        let is_there = |place| {
            let mut others = others.iter();
            others.any(|(reach, holder)| holder == member && reach.covers(place))
        };
        let covered = Environment::ALL
            .into_iter()
            .filter(|place| reach.covers(*place));
        let (kept, gone): (Vec<_>, Vec<_>) = covered.partition(|place| is_there(*place));
        if kept.is_empty() {
            missing.push((*reach, *member));
        } else {
            missing.extend(gone.into_iter().map(|place| (place.into(), *member)));
        }
    }
    missing
}
