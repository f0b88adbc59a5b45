//! Whether an authorization works, and why not.

use serde::{Deserialize, Serialize};

/// Why a slot is not connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum NotConnected {
    /// Nobody has signed in yet.
    NeverAuthorized,
    /// The credential ran out and could not be renewed.
    Expired,
    /// Somebody took the consent back, here or at the provider.
    Revoked,
    /// The provider no longer accepts the client registration, or the slot has another one.
    ClientRefused,
    /// Fewer scopes are granted than are asked for.
    ScopesMissing,
    /// The connector's origins differ from those sealed with the credential (R23).
    ConnectorChanged,
    /// The program stopped between sending a renewal and storing its answer.
    OutcomeUnknown,
    /// The service has ended (R16).
    Retired,
    /// The connection is disabled.
    Disabled,
}

impl NotConnected {
    /// All reasons.
    pub const ALL: [Self; 9] = [
        Self::NeverAuthorized,
        Self::Expired,
        Self::Revoked,
        Self::ClientRefused,
        Self::ScopesMissing,
        Self::ConnectorChanged,
        Self::OutcomeUnknown,
        Self::Retired,
        Self::Disabled,
    ];

    /// The word used in the catalog and across IPC.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverAuthorized => "never_authorized",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::ClientRefused => "client_refused",
            Self::ScopesMissing => "scopes_missing",
            Self::ConnectorChanged => "connector_changed",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Retired => "retired",
            Self::Disabled => "disabled",
        }
    }

    /// Whether a person's sign-in mends it. A disabled connection is enabled and what uses an ended
    /// service is migrated; neither is authorized.
    #[must_use]
    pub const fn is_mended_by_authorizing(self) -> bool {
        !matches!(self, Self::Disabled | Self::Retired)
    }
}

impl std::str::FromStr for NotConnected {
    type Err = UnknownHealth;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.as_str() == s)
            .ok_or_else(|| UnknownHealth(s.to_owned()))
    }
}

/// A word that names no reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a health")]
pub struct UnknownHealth(pub String);

/// Connected, or not and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "reason")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Health {
    /// Requests may pass.
    Connected,
    /// Requests are refused.
    NotConnected(NotConnected),
}

/// What is known about one slot when its health is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Whether the connection is enabled.
    pub enabled: bool,
    /// Whether the connection's service is still served (R16).
    pub served: bool,
    /// What the filled slot's authorization remembers; `None` where the slot is empty.
    pub stored: Option<Health>,
    /// Whether every scope that is asked for is granted (`true` where the provider does not
    /// tell what it granted: RFC 6749 §5.1 reads an absent scope as "as requested").
    pub scopes_granted: bool,
    /// Whether the connector's origins are still those sealed with the credential.
    pub origins_unchanged: bool,
    /// Whether the slot's client registration is still the one the credential was issued to.
    pub same_client: bool,
}

/// The health of a slot. Disabled comes first, since somebody wanted it to rest; then that the
/// service has ended, which no sign-in changes; an authorization's own reason comes before what
/// the connection or connector changed around it.
#[must_use]
pub const fn health(condition: Condition) -> Health {
    if !condition.enabled {
        return Health::NotConnected(NotConnected::Disabled);
    }
    if !condition.served {
        return Health::NotConnected(NotConnected::Retired);
    }
    match condition.stored {
        None => Health::NotConnected(NotConnected::NeverAuthorized),
        Some(Health::NotConnected(reason)) => Health::NotConnected(reason),
        Some(Health::Connected) if !condition.origins_unchanged => {
            Health::NotConnected(NotConnected::ConnectorChanged)
        }
        Some(Health::Connected) if !condition.same_client => {
            Health::NotConnected(NotConnected::ClientRefused)
        }
        Some(Health::Connected) if !condition.scopes_granted => {
            Health::NotConnected(NotConnected::ScopesMissing)
        }
        Some(Health::Connected) => Health::Connected,
    }
}

/// Whether every scope of `wanted` is granted. An authorization that was asked for `asked` holds
/// `granted`; `None` means that the provider did not say, which RFC 6749 §5.1 defines as
/// "identical to what was requested" at that time, whatever a connection wants by now (R20).
#[must_use]
pub fn scopes_granted(wanted: &[String], asked: &[String], granted: Option<&[String]>) -> bool {
    missing_scopes(wanted, asked, granted) == 0
}

/// How many scopes of `wanted` are not granted, as [`scopes_granted`] tells it.
#[must_use]
pub fn missing_scopes(wanted: &[String], asked: &[String], granted: Option<&[String]>) -> usize {
    let held = granted.unwrap_or(asked);
    wanted.iter().filter(|scope| !held.contains(scope)).count()
}
