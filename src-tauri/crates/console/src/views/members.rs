//! Members, the seat at the keyboard, and what goes when somebody leaves.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::{ConnectionId, MemberId, Reach, Role, Timestamp};

use super::{Failure, MemberView, UseView};

/// What every screen knows about the seat.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionMark {
    /// Somebody sits there. Else only the sign-in screen is shown.
    pub signed_in: bool,
    /// The acting member has a passphrase.
    pub passphrase: bool,
    /// Others have joined, and the acting member has not been asked for a passphrase yet.
    pub ask_passphrase: bool,
    /// There is no other active member.
    pub alone: bool,
    /// Idle minutes after which the seat is locked; 0 is never.
    pub auto_lock: u32,
}

/// Who may sign in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Active members, by name.
    pub members: Vec<SeatView>,
    /// Who sat last.
    pub last: Option<MemberId>,
    /// Now, by the program's clock.
    pub now: Timestamp,
    /// Idle minutes that may be chosen; 0 is never.
    pub auto_lock_choices: Vec<u32>,
}

/// A member who may sign in.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SeatView {
    /// Identifier.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// They have a passphrase.
    pub passphrase: bool,
    /// After wrong passphrases: until when the next one is refused.
    pub refused_until: Option<Timestamp>,
}

/// The Members screen.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MembersView {
    /// Active ones first, by name.
    pub members: Vec<MemberRow>,
    /// Roles that the acting member may invite somebody in; none: they may not invite.
    pub invitable: Vec<Role>,
    /// Folders of sign-ins that were cleared, which could not be deleted yet.
    pub leftover: Vec<String>,
}

/// A member, and what belongs to them.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what is shown and what is offered, each for itself"
)]
pub struct MemberRow {
    /// Identifier.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// They may sign in.
    pub active: bool,
    /// The acting member.
    pub you: bool,
    /// They have a passphrase.
    pub passphrase: bool,
    /// Connections they answer for.
    pub owned: u32,
    /// Authorizations they made.
    pub authorized: u32,
    /// Reaches where their account is primary.
    pub primaries: u32,
    /// Applications that are shared with them.
    pub applications: Vec<String>,
    /// Roles that the acting member may give them, their present one included.
    pub roles: Vec<Role>,
    /// The acting member may deactivate them.
    pub may_deactivate: bool,
    /// The acting member may activate them again.
    pub may_reactivate: bool,
    /// The acting member may take away a passphrase that they forgot.
    pub may_reset: bool,
}

/// What a change of a member's role or standing would do.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemberImpact {
    /// Whom it is about.
    pub member: MemberView,
    /// It asks for the acting member's own passphrase.
    pub asks_passphrase: bool,
    /// Primary accounts that would be lost, and the unattended uses that stop with each.
    pub primaries: Vec<PrimaryLoss>,
    /// Connections somebody else has to answer for.
    pub connections: Vec<OwnedConnection>,
    /// Authorizations that would be removed.
    pub authorizations: Vec<Farewell>,
    /// Uses that stop when they are (R18): all of them gone at once, whoever's the use is.
    pub stops: Vec<UseView>,
    /// Who could take the connections over.
    pub heirs: Vec<MemberView>,
    /// Authorizations that resetting their passphrase would lose.
    pub lost_by_reset: Vec<Farewell>,
    /// Uses that stop when they are (R18).
    pub stops_by_reset: Vec<UseView>,
    /// Sign-ins at services' pages that they kept, and that leaving or a reset would clear.
    pub sign_ins: u32,
}

/// A primary account that would be lost.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrimaryLoss {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Where.
    pub reach: Reach,
    /// Unattended uses that stop.
    pub stops: Vec<UseView>,
}

/// A connection a member answers for.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OwnedConnection {
    /// Connection.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
}

/// An authorization of somebody who leaves.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Farewell {
    /// Connection.
    pub connection: ConnectionId,
    /// Its name; where it has none that can be read, its link name or identifier.
    pub name: String,
    /// The connection cannot be read.
    pub unreadable: bool,
    /// Where.
    pub reach: Reach,
    /// The account; empty where it cannot be read.
    pub account: String,
    /// Their own; else one that everybody uses, and others have to authorize anew.
    pub own: bool,
    /// The provider can be told, or was.
    pub at_provider: bool,
    /// Only their passphrase opens it.
    pub locked: bool,
    /// The provider's host, where it is revoked by hand.
    pub host: String,
    /// Why the provider was not told.
    pub failure: Option<Failure>,
}

/// What a leaver's farewell did.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LeaveOutcome {
    /// Each authorization, and whether its provider was told.
    pub authorizations: Vec<Farewell>,
    /// Connections that were handed over.
    pub handed_over: u32,
    /// To whom.
    pub heir: Option<String>,
    /// Primary accounts that were lost.
    pub primaries: u32,
    /// Sign-ins at services' pages that were cleared.
    pub sign_ins: u32,
    /// The screen afterwards; `None` where the acting member left.
    pub members: Option<MembersView>,
}

/// A new member.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The acting member's own passphrase, where their own role is what is given.
    pub passphrase: Option<String>,
}

/// What is changed about a member.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemberChange {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The acting member's own passphrase, where a role is raised.
    pub passphrase: Option<String>,
}
