//! The builder of custom connectors.

use serde::Serialize;
use ts_rs::TS;

use super::{ConnectionMark, PlacedAccount};

/// A draft as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedDraft {
    /// File name.
    pub file: String,
    /// SHA-256 of its bytes, hex: what is published, and what the next save replaces.
    pub hash: String,
    /// How many things are still wrong with it: it is published when there are none.
    pub findings: u32,
}

/// A connection that uses a connector.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorUse {
    /// The connection.
    pub connection: ConnectionMark,
    /// Places that use it.
    pub uses: u32,
}

/// An address of a connector that becomes another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChangedAddress {
    /// JSON pointer to it in the connector file.
    pub field: String,
    /// As it is published.
    pub before: Option<String>,
    /// As it would be.
    pub after: Option<String>,
}

/// What publishing does to a connection.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TouchedByConnector {
    /// The connection.
    pub connection: ConnectionMark,
    /// Places that use it.
    pub uses: u32,
    /// R23: whoever has to sign in again, because credentials would go to other origins.
    pub asks_again: Vec<PlacedAccount>,
    /// R20: scopes it asks for that the connector would no longer have.
    pub scopes_gone: Vec<String>,
}

/// R18: what publishing a connector does, before it is done.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PublishImpact {
    /// File name.
    pub file: String,
    /// SHA-256 of its bytes, hex: what is published.
    pub hash: String,
    /// Whether it replaces a published one.
    pub replaces: bool,
    /// Hosts that would receive credentials from now on.
    pub hosts_added: Vec<String>,
    /// Hosts that no longer would.
    pub hosts_removed: Vec<String>,
    /// Addresses that become others.
    pub addresses: Vec<ChangedAddress>,
    /// Scopes one could ask for from now on.
    pub scopes_added: Vec<String>,
    /// Scopes one no longer could.
    pub scopes_removed: Vec<String>,
    /// Connections that use it, and what it does to each.
    pub connections: Vec<TouchedByConnector>,
    /// Names of the client registrations whose secret would go to an address it did not go to
    /// before.
    pub secrets_sent_elsewhere: Vec<String>,
}
