//! The file: what it holds, field by field.

use serde::{Deserialize, Serialize};
use serde_spanned::Spanned;
use tsunagi_domain::connection::Settings;
use tsunagi_domain::{Edition, Kind, Mode, Reach, RegistrationId};

use crate::error::ConsoleError;

/// The version this program writes, and the latest it reads.
pub(super) const VERSION: u32 = 1;

/// The whole file. What stands in it twice or is called otherwise is refused: a field that is
/// silently dropped is one that somebody relied on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) version: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) connector: Vec<ConnectorReference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) registration: Vec<RegistrationDefinition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) application: Vec<ApplicationDefinition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) connection: Vec<ConnectionDefinition>,
}

/// A custom connector the definitions were written with: its file travels by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectorReference {
    pub(super) id: Spanned<String>,
    pub(super) sha256: String,
}

/// A client registration. Its identifier is part of the redirect address that is registered at
/// the provider, so that it is the same everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationDefinition {
    pub(super) id: RegistrationId,
    pub(super) name: Spanned<String>,
    pub(super) service: String,
    pub(super) client_id: String,
    pub(super) redirect: RedirectDefinition,
    /// Whether it has a client secret, which is never in the file.
    pub(super) has_secret: bool,
}

/// Where the provider sends the person back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RedirectDefinition {
    LoopbackAnyPort,
    LoopbackPort(u16),
    LocalhostPort(u16),
    Intercepted(String),
}

/// An application. Whom it is shared with is left out: members are not the same elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationDefinition {
    pub(super) name: Spanned<String>,
    pub(super) edition: Edition,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionDefinition {
    pub(super) link_name: Spanned<String>,
    pub(super) name: String,
    pub(super) service: String,
    pub(super) kind: Kind,
    pub(super) environments: Mode,
    #[serde(default = "yes")]
    pub(super) enabled: bool,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) registration: Option<RegistrationId>,
    /// Applications that may use it, by name.
    #[serde(default)]
    pub(super) applications: Vec<String>,
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub(super) settings: Settings,
    /// What one environment has of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) environment: Vec<EnvironmentDefinition>,
}

/// What one environment has of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EnvironmentDefinition {
    pub(super) environment: Reach,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) registration: Option<RegistrationId>,
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub(super) settings: Settings,
}

const fn yes() -> bool {
    true
}

/// As TOML, one value to a line.
pub(super) fn text(document: &Document) -> Result<String, ConsoleError> {
    toml::to_string_pretty(document).map_err(|error| {
        tracing::error!(%error, "definitions");
        ConsoleError::new("internal")
    })
}

/// One connection, to stand behind others.
pub(super) fn connection_text(connection: &ConnectionDefinition) -> Result<String, ConsoleError> {
    #[derive(Serialize)]
    struct One<'a> {
        connection: [&'a ConnectionDefinition; 1],
    }
    let one = One {
        connection: [connection],
    };
    toml::to_string_pretty(&one).map_err(|error| {
        tracing::error!(%error, "definitions");
        ConsoleError::new("internal")
    })
}
