//! For whom a credential is sealed.

use crate::Kind;

/// Who can open a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Readers {
    /// Whoever has the workspace open.
    pub workspace: bool,
    /// The member who authorized, by their passphrase.
    pub member: bool,
    /// Runs with nobody present.
    pub unattended: bool,
}

/// For whom the credential of an authorization is sealed. System and admin connections are
/// everybody's (R6). That of a logged-in-user connection is its member's alone where they have a
/// passphrase; as a primary account, or one that was accepted as such beforehand, it runs
/// unattended too (R13), which no passphrase can keep from happening.
#[must_use]
pub const fn readers(kind: Kind, has_passphrase: bool, runs_unattended: bool) -> Readers {
    if matches!(kind, Kind::LoggedInUser) && has_passphrase {
        return Readers {
            workspace: false,
            member: true,
            unattended: runs_unattended,
        };
    }
    Readers {
        workspace: true,
        member: false,
        unattended: true,
    }
}

impl Readers {
    /// Whoever may open a credential in one of the places where it sits may open it.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            workspace: self.workspace || other.workspace,
            member: self.member || other.member,
            unattended: self.unattended || other.unattended,
        }
    }

    /// Whether everybody who can open a credential sealed for `self` may still do so under
    /// `next`: then it need not be sealed anew, only wrapped once more.
    #[must_use]
    pub const fn only_grows_to(self, next: Self) -> bool {
        (next.workspace || !self.workspace)
            && (next.member || !self.member)
            && (next.unattended || !self.unattended)
    }
}
