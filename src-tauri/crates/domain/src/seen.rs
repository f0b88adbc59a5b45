//! What a station shows the member who looks at it: which authorization, and in which states it is.
//! The rows of the list and its filter by health both go by this (R22).

use serde::{Deserialize, Serialize};

use crate::{Health, NotConnected};

/// A state a station can be seen in. *Unreachable* and *no primary* stand beside *connected*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Seen {
    /// Requests may pass, whatever stands beside it.
    Connected,
    /// Nobody has signed in yet.
    NeverAuthorized,
    /// The credential ran out.
    Expired,
    /// The consent was taken back.
    Revoked,
    /// The provider no longer accepts the client registration.
    ClientRefused,
    /// Fewer scopes are granted than are asked for.
    ScopesMissing,
    /// The connector's origins differ from those sealed with the credential.
    ConnectorChanged,
    /// The program stopped while a renewal was under way.
    OutcomeUnknown,
    /// The service has ended (R16).
    Retired,
    /// The connection is disabled.
    Disabled,
    /// Connected, and the provider does not answer.
    Unreachable,
    /// Connected, and nobody is primary (R11).
    NoPrimary,
}

impl Seen {
    /// All states.
    pub const ALL: [Self; 12] = [
        Self::Connected,
        Self::NeverAuthorized,
        Self::Expired,
        Self::Revoked,
        Self::ClientRefused,
        Self::ScopesMissing,
        Self::ConnectorChanged,
        Self::OutcomeUnknown,
        Self::Retired,
        Self::Disabled,
        Self::Unreachable,
        Self::NoPrimary,
    ];

    /// The word used in the catalog and across IPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NeverAuthorized => "never_authorized",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::ClientRefused => "client_refused",
            Self::ScopesMissing => "scopes_missing",
            Self::ConnectorChanged => "connector_changed",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Retired => "retired",
            Self::Disabled => "disabled",
            Self::Unreachable => "unreachable",
            Self::NoPrimary => "no_primary",
        }
    }
}

impl From<Health> for Seen {
    fn from(health: Health) -> Self {
        match health {
            Health::Connected => Self::Connected,
            Health::NotConnected(NotConnected::NeverAuthorized) => Self::NeverAuthorized,
            Health::NotConnected(NotConnected::Expired) => Self::Expired,
            Health::NotConnected(NotConnected::Revoked) => Self::Revoked,
            Health::NotConnected(NotConnected::ClientRefused) => Self::ClientRefused,
            Health::NotConnected(NotConnected::ScopesMissing) => Self::ScopesMissing,
            Health::NotConnected(NotConnected::ConnectorChanged) => Self::ConnectorChanged,
            Health::NotConnected(NotConnected::OutcomeUnknown) => Self::OutcomeUnknown,
            Health::NotConnected(NotConnected::Retired) => Self::Retired,
            Health::NotConnected(NotConnected::Disabled) => Self::Disabled,
        }
    }
}

/// The states of one station, whose shown authorization has this health. What stands beside a
/// health is no state of its own where the station is not connected: nobody would look for it there.
pub fn seen(health: Health, unreachable: bool, no_primary: bool) -> impl Iterator<Item = Seen> {
    let connected = health == Health::Connected;
    let beside = [
        (unreachable, Seen::Unreachable),
        (no_primary, Seen::NoPrimary),
    ];
    std::iter::once(health.into()).chain(
        beside
            .into_iter()
            .filter(move |(holds, _)| connected && *holds)
            .map(|(_, state)| state),
    )
}

/// Which authorization a station shows: the viewer's own where that is not connected, since it is
/// what needs them; else the primary account's, since that is what runs; else their own.
pub fn shown<T>(own: Option<T>, own_connected: bool, primary: Option<T>) -> Option<T> {
    if own_connected { primary.or(own) } else { own }
}
