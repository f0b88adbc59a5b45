//! People and what they may do in general.

use serde::{Deserialize, Serialize};

use crate::MemberId;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Role {
    /// Everything, plan and data center included.
    SuperAdmin,
    /// Manages connections and members.
    Admin,
    /// Manages connections.
    Developer,
    /// Uses shared applications.
    User,
    /// Uses shared applications from outside.
    PortalUser,
}

impl Role {
    /// Every role, the one that may do most first.
    pub const ALL: [Self; 5] = [
        Self::SuperAdmin,
        Self::Admin,
        Self::Developer,
        Self::User,
        Self::PortalUser,
    ];

    /// Whether this role manages connections: super admin, admin or developer (R2).
    #[must_use]
    pub const fn is_manager(self) -> bool {
        matches!(self, Self::SuperAdmin | Self::Admin | Self::Developer)
    }

    /// Whether an account of this role may be a primary account: super admin or admin (R11).
    #[must_use]
    pub const fn may_be_primary(self) -> bool {
        matches!(self, Self::SuperAdmin | Self::Admin)
    }

    /// The word used in the catalog and across IPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdmin => "super_admin",
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::User => "user",
            Self::PortalUser => "portal_user",
        }
    }
}

/// A person of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Identifier.
    pub id: MemberId,
    /// Display name, editable.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// `false` once deactivated.
    pub active: bool,
}
