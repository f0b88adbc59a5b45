//! What an import of definitions would do, and did.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use tsunagi_domain::Kind;

use super::{Failure, ServiceMark};

/// What an item of the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportWhat {
    /// A reference to a custom connector.
    Connector,
    /// A client registration.
    Registration,
    /// An application.
    Application,
    /// A connection.
    Connection,
}

/// What becomes of an item; what needs a look comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// A rule does not allow it: it is left out.
    Refused,
    /// Something else is here in its place: it is left out.
    Clash,
    /// It is added.
    Add,
    /// It could be added, and the person leaves it out.
    Unwanted,
    /// It is here already.
    Same,
}

/// An item of the file.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportItem {
    /// Its place in the file, by which it can be left out.
    pub place: u32,
    /// What it is.
    pub what: ImportWhat,
    /// What becomes of it.
    pub state: ImportState,
    /// Its name, as far as it can be shown.
    pub name: String,
    /// Link name of a connection.
    pub link_name: Option<String>,
    /// Service of a connection, registration or connector.
    pub service: Option<ServiceMark>,
    /// Kind of a connection.
    pub kind: Option<Kind>,
    /// The line of the file it is on.
    pub line: u32,
    /// Why it is left out.
    pub failure: Option<Failure>,
    /// What is worth telling about what is added.
    pub note: Option<Failure>,
}

/// What a file would add, before anything is.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// Its path.
    pub file: String,
    /// Hash of what was shown.
    pub hash: String,
    /// How many items are added.
    pub adds: u32,
    /// How many are here already.
    pub same: u32,
    /// In place of how many something else is here.
    pub clashes: u32,
    /// How many a rule does not allow.
    pub refused: u32,
    /// The items, at most some hundreds.
    pub items: Vec<ImportItem>,
    /// How many more there are.
    pub left_out: u32,
}

/// What was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportOutcome {
    /// Connections, all Not connected.
    pub connections: u32,
    /// Applications.
    pub applications: u32,
    /// Client registrations.
    pub registrations: u32,
    /// Of those: how many wait for their secret.
    pub secrets_due: u32,
}

/// Work that may take seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// The inventory is written.
    Inventory,
    /// Definitions are written.
    Definitions,
    /// The log is written.
    Activity,
    /// Definitions are looked through and imported.
    Import,
    /// The authorizations of a member who leaves are removed.
    Leaving,
    /// A call waits for its answer.
    Call,
    /// A task waits for its answer.
    Task,
    /// Rows are written.
    Rows,
    /// A workflow waits for a service.
    Workflow,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkView {
    /// So much is done.
    pub done: u64,
    /// Of so much; 0 where that is not known yet.
    pub all: u64,
}
