//! A connection: what is configured once and authorized per slot.

use serde::{Deserialize, Serialize};

use crate::names::{ConnectionName, LinkName};
use crate::{ConnectionId, Environment, MemberId, Reach, RegistrationId, Timestamp};

/// Who authorizes a connection and whose authorization a run uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Kind {
    /// Made by the program when no connection was chosen (R5).
    System,
    /// One authorization for everybody (R6).
    Admin,
    /// One authorization per member (R9).
    LoggedInUser,
}

impl Kind {
    /// The word used in the catalog and across IPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Admin => "admin",
            Self::LoggedInUser => "logged_in_user",
        }
    }
}

/// How many authorizations span the three environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Mode {
    /// The same authorization in all three.
    Same,
    /// One authorization per environment.
    PerEnvironment,
}

impl Mode {
    /// The reaches a connection of this mode has slots for.
    #[must_use]
    pub const fn reaches(self) -> &'static [Reach] {
        match self {
            Self::Same => &[Reach::All],
            Self::PerEnvironment => &[Reach::Development, Reach::Stage, Reach::Production],
        }
    }

    /// The reach that serves `environment`.
    #[must_use]
    pub fn reach(self, environment: Environment) -> Reach {
        match self {
            Self::Same => Reach::All,
            Self::PerEnvironment => environment.into(),
        }
    }

    /// The word used in the catalog and across IPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::PerEnvironment => "per_environment",
        }
    }
}

/// Values of a connector's parameters (subdomain, region, sandbox), by parameter name.
pub type Settings = std::collections::BTreeMap<String, String>;

/// A configured link to a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Identifier.
    pub id: ConnectionId,
    /// Display name, editable.
    pub name: ConnectionName,
    /// What scripts and uses call it; never changes.
    pub link_name: LinkName,
    /// Id of the connector that describes the service.
    pub connector: String,
    /// Who authorizes.
    pub kind: Kind,
    /// Same authorization for all environments, or one per environment.
    pub mode: Mode,
    /// Scopes that are asked for.
    pub scopes: Vec<String>,
    /// Client registration; `None` where the service needs none.
    pub registration: Option<RegistrationId>,
    /// Parameters of the service, valid in every environment unless overridden there.
    pub settings: Settings,
    /// `false` while disabled.
    pub enabled: bool,
    /// Who made it; `None` where the program did (R5).
    pub created_by: Option<MemberId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The address of a slot: where an authorization sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SlotKey {
    /// Whose slot.
    pub connection: ConnectionId,
    /// Which environments it serves.
    pub reach: Reach,
    /// The member, for a logged-in-user connection; `None` for system and admin ones.
    pub member: Option<MemberId>,
}
