//! R3, R10, R15: applications, the connections they may use, and who sees what in them.

use serde::{Deserialize, Serialize};

use crate::{ApplicationId, Kind, Member, Refusal, RefusalCode, Timestamp};

/// Generation of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Edition {
    /// The older one: system and admin connections only.
    C5,
    /// The present one: logged-in-user connections too (R10).
    C6,
}

impl Edition {
    /// The word used in the catalog and across IPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::C5 => "c5",
            Self::C6 => "c6",
        }
    }
}

/// Something of the user's that uses connections, in three environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Identifier.
    pub id: ApplicationId,
    /// Display name, editable; no two are the same.
    pub name: String,
    /// Edition.
    pub edition: Edition,
    /// When it was made here.
    pub created_at: Timestamp,
}

/// R10: whether an application of this edition may use a connection of this kind: logged-in-user
/// connections exist in C6 only. Asked when one is created from an application, and whenever an
/// application is granted access.
///
/// # Errors
/// [`RefusalCode::EditionTooOld`].
pub fn may_use_kind(application: &str, edition: Edition, kind: Kind) -> Result<(), Refusal> {
    if kind == Kind::LoggedInUser && edition != Edition::C6 {
        return Err(Refusal::new(RefusalCode::EditionTooOld).with("application", application));
    }
    Ok(())
}

/// R10: whether an application may change its edition, given the kinds of the connections it may
/// use.
///
/// # Errors
/// [`RefusalCode::EditionTooOld`].
pub fn may_become(
    application: &str,
    edition: Edition,
    mut kinds: impl Iterator<Item = Kind>,
) -> Result<(), Refusal> {
    kinds.try_for_each(|kind| may_use_kind(application, edition, kind))
}

/// R15: whether a member sees connections of this kind in an application's live mode: managers
/// see all kinds; users and portal users see the logged-in-user connections of an application
/// that is shared with them, and nothing else.
#[must_use]
pub fn sees_in_live_mode(member: &Member, kind: Kind, shared: bool) -> bool {
    member.active && (member.role.is_manager() || (shared && kind == Kind::LoggedInUser))
}

/// R15: whether a member may open an application's live mode at all.
///
/// # Errors
/// [`RefusalCode::MemberInactive`] or [`RefusalCode::ApplicationNotShared`].
pub fn may_open_live_mode(member: &Member, application: &str, shared: bool) -> Result<(), Refusal> {
    if !member.active {
        return Err(Refusal::new(RefusalCode::MemberInactive));
    }
    if member.role.is_manager() || shared {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::ApplicationNotShared).with("application", application))
}

/// R15: whether a member may open an application's edit mode, which shows connections of all
/// kinds: managers only.
///
/// # Errors
/// Those of [`crate::access::may_manage`].
pub fn may_open_edit_mode(member: &Member) -> Result<(), Refusal> {
    crate::access::may_manage(member)
}

/// A component of an application that is being edited, and the places of its area and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Component {
    /// The area it belongs to.
    pub area: String,
    /// What it is called there.
    pub name: String,
}

impl Component {
    /// R15: whether a place of this area and name is part of the component. Edit mode lists the
    /// connections of such places, and no others.
    #[must_use]
    pub fn includes(&self, area: &str, name: &str) -> bool {
        self.area == area && self.name == name
    }
}

/// R3, R4: whether a member who is present may send a request: managers may try a connection
/// itself; everybody else sends through an application that is shared with them, or not at all.
/// `through` is the application's name and whether it is shared with the member.
///
/// # Errors
/// [`RefusalCode::MemberInactive`], [`RefusalCode::RoleNotAllowed`] or
/// [`RefusalCode::ApplicationNotShared`].
pub fn may_send(member: &Member, through: Option<(&str, bool)>) -> Result<(), Refusal> {
    match through {
        Some((application, shared)) => may_open_live_mode(member, application, shared),
        None => crate::access::may_manage(member),
    }
}

/// R18: whether an application may be deleted: only when it uses nothing.
///
/// # Errors
/// [`RefusalCode::ApplicationInUse`].
pub fn may_delete(application: &str, uses: u32) -> Result<(), Refusal> {
    if uses == 0 {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::ApplicationInUse)
        .with("application", application)
        .with("count", uses.to_string()))
}
