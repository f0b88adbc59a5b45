//! The builder of custom connectors.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_connectors::{Pkce, Sketch, Way};
use tsunagi_domain::RegistrationId;

use super::{ConnectionMark, PlacedAccount};

/// What a new connector begins with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum ConnectorStart {
    /// A name, and a way to get in.
    Scratch {
        /// The service's name.
        name: String,
        /// How one gets in.
        way: Way,
    },
    /// What an issuer says about itself.
    Issuer {
        /// The service's name; empty: the issuer's host.
        name: String,
        /// The issuer's address.
        issuer: String,
    },
    /// A connector file.
    Toml {
        /// Its name.
        file: String,
        /// Its text.
        text: String,
    },
    /// One of the ways to get in that an OpenAPI document names.
    Openapi {
        /// The document's name.
        file: String,
        /// Its text.
        text: String,
        /// Which of [`OpenApiView::choices`].
        choice: u32,
    },
}

/// What is wrong with a field of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    /// JSON pointer to the field, as the connector file has it; empty: the whole of it.
    pub at: String,
    /// Stable word.
    pub code: String,
    /// In words.
    pub message: String,
}

/// What a connector in the builder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BuilderState {
    /// Never published: nothing uses it.
    Draft,
    /// Published as it is here.
    Published,
    /// Published, and changed here since: what was published goes on until this is.
    Changed,
}

/// A connector in the builder, as its file is.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BuilderView {
    /// File name.
    pub file: String,
    /// SHA-256 of its bytes, hex: what is published, and what the next save replaces.
    pub hash: String,
    /// What it is.
    pub state: BuilderState,
    /// What is in it.
    pub sketch: Sketch,
    /// Its text.
    pub toml: String,
    /// Hosts that may receive a credential (R23).
    pub hosts: Vec<String>,
    /// What keeps it from being published.
    pub findings: Vec<FindingView>,
    /// Connections that use what was published.
    pub connections: u32,
    /// Client registrations of what was published.
    pub registrations: u32,
    /// The acting member may change it.
    pub may_manage: bool,
    /// What they typed and could not store.
    pub unsaved: Option<UnsavedView>,
}

/// What a member typed into a draft and could not store: kept until it is stored or given up.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnsavedView {
    /// What was typed.
    pub sketch: Sketch,
    /// The hash of the file that it was to replace.
    pub seen: String,
    /// What keeps it from being published.
    pub findings: Vec<FindingView>,
}

/// A draft filled with what an issuer says about itself. Nothing is stored.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FilledView {
    /// The draft.
    pub sketch: Sketch,
    /// Where the issuer says it.
    pub document: String,
    /// How long it took, in milliseconds.
    pub millis: u32,
    /// Fields that have what it says, as JSON pointers.
    pub filled: Vec<String>,
    /// How many scopes are new.
    pub scopes: u32,
    /// What it says of PKCE with S256; `None` where nobody signs in at a page.
    #[ts(type = "boolean | \"undocumented\" | null")]
    pub pkce: Option<Pkce>,
    /// Whether a device can be authorized from another one.
    pub device: bool,
    /// Whether a client can authorize itself.
    pub client_credentials: bool,
}

/// A way to get in that an OpenAPI document names.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChoiceView {
    /// What the document calls it.
    pub scheme: String,
    /// What it is.
    pub way: Way,
    /// Where the service describes the rest, to be asked.
    pub discover: Option<String>,
    /// How many scopes it names.
    pub scopes: u32,
}

/// Something of a file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// The line it is on.
    pub line: Option<u32>,
    /// Stable word.
    pub code: String,
    /// In words.
    pub message: String,
}

/// What an OpenAPI document offers.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OpenApiView {
    /// The service's name.
    pub name: String,
    /// Addresses of its API; the first one is taken.
    pub bases: Vec<String>,
    /// The ways to get in that can be used, at least one.
    pub choices: Vec<ChoiceView>,
    /// The others, and why not.
    pub left_out: Vec<LeftOut>,
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

/// What keeps a published connector from being withdrawn or deleted.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorUses {
    /// Connections that use it.
    pub connections: Vec<ConnectorUse>,
    /// Names of its client registrations.
    pub registrations: Vec<String>,
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

/// A client registration whose secret is removed, because it would go to another host.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretRemoved {
    /// The registration.
    pub registration: RegistrationId,
    /// Its name.
    pub name: String,
    /// Connections that cannot be authorized until it is entered again.
    pub connections: Vec<ConnectionMark>,
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
    /// Client registrations whose secret has to be entered again.
    pub secrets_removed: Vec<SecretRemoved>,
}
