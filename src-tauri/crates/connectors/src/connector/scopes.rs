//! What one can ask for, and where the person is asked.

use serde::{Deserialize, Serialize};

use super::Text;

/// Whether the provider's page may be shown in a web view window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Webview {
    /// Yes.
    #[default]
    Allowed,
    /// No: the system browser is used, and the person is told why.
    Blocked {
        /// Why.
        reason: Text,
    },
}

/// One scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// As it is sent.
    pub name: String,
    /// What it allows.
    pub about: Text,
    /// Whether a new connection has it chosen.
    #[serde(default)]
    pub default: bool,
    /// The page that lists it, where that is not the connector's `scope_source`.
    #[serde(default)]
    pub source: Option<String>,
}

/// A named choice of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Identifier, unique in the connector.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Names of its scopes.
    pub scopes: Vec<String>,
}
